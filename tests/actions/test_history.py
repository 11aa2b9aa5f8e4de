"""The history of one memory, and of all of them: in real repositories, through everything that git does to branches."""

import re

import pytest

from tests.support import Project, identity

BODY = "Line one.\nLine two.\nLine three.\n"


@pytest.fixture
def team(store):
    """A store with one committed memory of number 1, titled First."""
    store.remember(1, "First", BODY, by="ann")
    store.commit("add first")
    return store


ID = identity(1)


def told(project, *words):
    """``(what, subject, layer)`` of each version, newest first."""
    return [(one["what"], one["subject"], one["layer"]) for one in versions(project, *words)]


def versions(project, *words):
    return project.json("history", ID[:6], *words)["versions"]


def whats(project, *words):
    return [one["what"] for one in versions(project, *words)]


def fields(version):
    return {field["name"] for field in version["fields"]}


def edit(project, *words):
    project.ok("edit", ID, *words)


def branch(project, name="feature", start="main"):
    project.git("switch", "-q", "-c", name, start)


def test_one_version(team):
    """What was added: by whom the file says, in which commit, why."""
    (one,) = versions(team)
    head = team.git("rev-parse", "HEAD").strip()
    assert one == {
        "what": "added",
        "blob": team.git("rev-parse", f"HEAD:.agentmem/facts/m1-{ID}.md").strip(),
        "commit": head,
        "path": f".agentmem/facts/m1-{ID}.md",
        "layer": "base",
        "branch": None,
        "at": "2026-02-22T10:00:00Z",
        "by": "ann",
        "subject": "add first",
        "change": None,
        "successor": None,
        "fields": [],
    }


def test_an_edit_before_and_after_it_is_committed(team):
    """What is not committed comes first and has no commit; committed, it is the same version."""
    edit(team, "--set", "title=Second", "--set", "tags+=queue")
    first, _ = versions(team)
    assert (first["what"], first["commit"], first["at"], first["by"]) == ("edited", None, None, None)
    team.commit("second")
    again, _ = versions(team)
    assert again["blob"] == first["blob"] and again["subject"] == "second" and again["by"] == "A. Uthor"
    assert again["fields"] == first["fields"]
    assert [(one["name"], one["from"], one["to"], one["add"]) for one in again["fields"]] == [
        ("title", "First", "Second", []),
        ("tags", None, None, ["queue"]),
    ]


def test_across_a_rename(team):
    """The id counts, not the file's name; a rename with an edit is both."""
    team.git("mv", f".agentmem/facts/m1-{ID}.md", f".agentmem/facts/other-{ID}.md")
    team.commit("rename")
    edit(team, "--set", "title=Second")
    team.git("mv", f".agentmem/facts/other-{ID}.md", ".agentmem/facts/plain.md")
    team.commit("rename and edit")
    edit(team, "--set", "title=Third")
    team.commit("third")
    assert whats(team) == ["edited", "renamed", "renamed", "added"]
    assert [fields(one) for one in versions(team)] == [{"title"}, {"path", "title"}, {"path"}, set()]


def test_a_change_merged_and_promoted(team):
    """A change on a branch is a version from when it is written; merged it is of that branch; promotion is told besides."""
    branch(team)
    edit(team, "--set", "title=Second")
    assert told(team) == [("changed", None, "own"), ("added", "add first", "base")]
    team.commit("change")
    change = versions(team)[0]
    assert (change["layer"], change["by"], change["branch"]) == ("own", "tester", "feature")
    assert change["change"] and change["change"] in change["path"]
    team.git("switch", "-q", "main")
    assert whats(team) == ["added"]
    assert told(team, "--all-branches")[0] == ("changed", "change", "unmerged")
    assert told(team, "--branch", "feature")[0] == ("changed", "change", "unmerged")
    team.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    assert told(team)[0] == ("changed", "change", "merged")
    team.ok("overlay", "promote")
    first, second, third = versions(team)
    assert [first["what"], second["what"], third["what"]] == ["promoted", "changed", "added"]
    assert first["change"] == second["change"] == change["change"]
    assert fields(first) == fields(second) == {"title"}
    assert first["layer"] == "base"


def test_a_squash_is_the_same_content_again(team):
    """What a squash commits once more is one version: the squash's, or the branch's where that is looked at."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.commit("change")
    team.remember(2, "New", branch="feature")
    team.commit("new")
    new = identity(2)
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--squash", "feature")
    team.commit("squash")
    assert [one[:2] for one in told(team)] == [("changed", "squash"), ("added", "add first")]
    assert [one[:2] for one in told(team, "--all-branches")] == [
        ("changed", "change"),
        ("added", "add first"),
    ]
    (one,) = team.json("history", new, "--all-branches")["versions"]
    assert (one["subject"], one["layer"]) == ("new", "base")
    (one,) = team.json("history", new)["versions"]
    assert (one["subject"], one["layer"]) == ("squash", "base")
    team.git("branch", "-q", "-D", "feature")
    assert [one[1] for one in told(team, "--all-branches")] == ["squash", "add first"]


@pytest.mark.parametrize("how", ["rebase", "cherry-pick"])
def test_committed_again(team, how):
    """A rebase or a cherry-pick of a change makes no second version."""
    branch(team)
    edit(team, "--set", "title=Second")
    change = team.commit("change")
    team.git("branch", "old")
    team.git("switch", "-q", "main")
    team.remember(3, "Third")
    team.commit("third")
    if how == "rebase":
        team.git("switch", "-q", "feature")
        team.git("rebase", "-q", "main")
    else:
        team.git("cherry-pick", change)
    assert team.git("rev-parse", "HEAD").strip() != change
    for words in ((), ("--all-branches",)):
        assert whats(team, *words) == ["changed", "added"]
    assert versions(team, "--all-branches")[0]["commit"] == change


def test_a_revert_is_a_version(team):
    """What comes back after something else was there is a version of its own, again and again."""
    edit(team, "--set", "title=Second")
    team.commit("second")
    for _ in range(3):
        team.git("revert", "--no-edit", "HEAD")
    assert whats(team) == ["edited"] * 4 + ["added"]
    blobs = [one["blob"] for one in versions(team)]
    assert blobs[0] == blobs[2] == blobs[4] and blobs[1] == blobs[3] != blobs[0]


def test_a_revert_that_is_picked_elsewhere(team):
    """A return that another branch takes over is the same return."""
    edit(team, "--set", "title=Second")
    team.commit("second")
    branch(team)
    team.git("switch", "-q", "main")
    team.git("revert", "--no-edit", "HEAD")
    team.git("switch", "-q", "feature")
    team.write("README.md", "x")
    team.commit("apart")
    team.git("cherry-pick", "main")
    assert whats(team, "--all-branches") == ["edited", "edited", "added"]


def test_a_change_that_is_reverted(team):
    """A change whose file a revert takes away is told; one that is swept after promotion is not."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.commit("change")
    team.git("revert", "--no-edit", "HEAD")
    first = versions(team)[0]
    assert (first["what"], first["blob"]) == ("removed", None) and first["change"]
    assert "took back a change" in team.ok("history", ID)


def test_a_change_that_is_in_force_again(team):
    """The revert of a revert brings a change back, in the commit that did; so it is told after promotion too."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.commit("change")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    team.git("revert", "--no-edit", "-m1", "HEAD")
    team.git("revert", "--no-edit", "HEAD")
    assert whats(team) == ["changed", "removed", "changed", "added"]
    again, _, first, _ = versions(team)
    assert "Revert" in again["subject"] and fields(again) == fields(first) == {"title"}
    assert (again["commit"], again["layer"]) == (team.git("rev-parse", "HEAD").strip(), "merged")
    team.ok("overlay", "promote")
    assert whats(team) == ["promoted", "changed", "removed", "changed", "added"]


def test_a_promotion_again(team):
    """What is promoted again after a revert took the promotion back is told twice."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.commit("change")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "feature")
    for _ in range(2):
        team.ok("overlay", "promote")
        team.git("revert", "--no-edit", "HEAD")
    assert whats(team) == ["edited", "promoted", "edited", "promoted", "changed", "added"]


def test_sweeping_is_no_version(team):
    """What is cleared away after promotion is no version."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.commit("change")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "feature")
    team.ok("overlay", "promote")
    team.git("branch", "-q", "-D", "feature")
    before = whats(team)
    assert "swept" in team.ok("overlay", "sweep")
    assert whats(team) == before == ["promoted", "changed", "added"]


def test_removed_and_brought_back(team):
    """A memory that is gone is found by its id, its prefix or its path; what comes back says so, and by whom."""
    path = f".agentmem/facts/m1-{ID}.md"
    team.git("rm", "-q", path)
    team.commit("archive")
    for reference in (ID, ID[:4], path, f"facts/m1-{ID}.md"):
        answer = team.json("history", reference)
        assert answer["memory"] == ID
        assert [one["what"] for one in answer["versions"]] == ["removed", "added"]
    assert "not in this tree" in team.ok("history", ID)
    team.ok("restore", ID)
    assert whats(team) == ["restored", "removed", "added"]
    team.commit("back")
    first = versions(team)[0]
    assert (first["what"], first["by"], first["commit"] is not None) == ("restored", "A. Uthor", True)


def test_an_edit_of_what_is_retracted_tells_what_it_changes(team):
    """That its writer knew of the retraction stands in the change, and is told as no change of the status."""
    team.ok("retract", ID, "--reason", "closed")
    team.commit("retracted")
    branch(team)
    team.ok("edit", ID, "--set", "tags+=birds")
    (path,) = (team.store / "overlays").glob("*/*.md")
    assert "to: retracted" in path.read_text()
    for words in (("history", ID), ("overlay", "show")):
        told = team.ok(*words)
        assert "tags: +birds" in told and "→" not in told, told
    assert [one["name"] for one in versions(team)[0]["fields"]] == ["tags"]


def test_retracted_and_restored(team):
    """A retraction and its end are told as that, on trunk and as changes."""
    team.ok("retract", ID, "--reason", "wrong")
    team.commit("retract")
    team.ok("restore", ID)
    team.commit("restore")
    assert whats(team) == ["restored", "retracted", "added"]
    branch(team)
    team.ok("retract", ID, "--reason", "wrong after all")
    team.commit("retract there")
    first = versions(team)[0]
    assert (first["what"], first["layer"]) == ("retracted", "own")
    assert "  reason: wrong after all\n" in team.ok("history", ID)


def test_superseded(team):
    """That another memory replaces it is told when it happens: by a new one, or by an edit of one."""
    new = team.json("supersede", ID, "--title", "Better")["id"]
    team.commit("better")
    first = versions(team)[0]
    assert (first["what"], first["successor"], first["blob"], first["subject"]) == (
        "superseded",
        new,
        None,
        "better",
    )
    other = team.remember(2, "Other")
    team.commit("other")
    branch(team)
    team.ok("supersede", ID, "--by", other)
    team.commit("both")
    first = versions(team)[0]
    assert (first["what"], first["successor"], first["layer"]) == ("superseded", other, "own")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "feature")
    team.ok("overlay", "promote")
    assert whats(team) == ["superseded", "superseded", "added"]


def test_three_branches(team):
    """What three branches made of one memory, each once, with its branch."""
    for name in ("one", "two", "three"):
        branch(team, name)
        edit(team, "--set", f"tags+={name}")
        team.commit(name)
    team.git("switch", "-q", "one")
    found = {(one["branch"], one["layer"]) for one in versions(team, "--all-branches")}
    assert found == {("one", "own"), ("two", "unmerged"), ("three", "unmerged"), (None, "base")}
    assert whats(team) == ["changed", "added"]


def test_two_edits_that_a_merge_brings_together(team):
    """A merge that differs from both sides is a version."""
    branch(team, "side")
    team.write(
        f"facts/m1-{ID}.md", team.git("show", f"HEAD:.agentmem/facts/m1-{ID}.md").replace("First", "Side")
    )
    team.commit("side")
    team.git("switch", "-q", "main")
    edit(team, "--set", "importance=4")
    team.commit("main")
    team.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    edit(team, "--set", "title=Both")
    team.commit("merge")
    assert told(team)[0] == ("edited", "merge", "base")
    assert {one["subject"] for one in versions(team)} == {"merge", "main", "side", "add first"}


def test_a_file_without_an_id(store):
    """A file that was dropped in is followed to the id that check writes, and by its own name's id before."""
    store.write("facts/dropped.md", "# Dropped\n\nText.\n")
    store.commit("drop")
    (one,) = store.json("list")["memories"]
    store.write("facts/dropped.md", "# Dropped\n\nOther text.\n")
    store.commit("edit")
    assert [v["what"] for v in store.json("history", one["id"])["versions"]] == ["edited", "added"]
    store.ok("check", "--fix")
    store.commit("fix")
    store.git("mv", ".agentmem/facts/dropped.md", ".agentmem/facts/moved.md")
    store.commit("move")
    answer = store.json("history", one["id"])
    assert [v["what"] for v in answer["versions"]] == ["renamed", "edited", "edited", "added"]


def test_odd_names_and_words(store):
    """Newlines and letters in a path or a subject are no more than what they are; text and JSON stay lines."""
    name = identity(5)
    text = f"---\nid: {name}\nkind: fact\ntitle: Größe\n---\nText.\n"
    store.write(f"facts/a\ngröße-{name}.md", text)
    store.git("add", "-A")
    store.git("commit", "-q", "-m", "队列 \x1b[31m\u202e")
    out = store.ok("history", name)
    assert len(out.splitlines()) == 2 and "\x1b" not in out and "\u202e" not in out
    assert store.json("history", name)["versions"][0]["what"] == "added"
    assert store.json("history")["events"][0]["added"] == [name]


def test_what_was_never_there(team):
    """A memory that no history had is not found; with --all-branches that is sure."""
    done = team.call("history", "zzzzzz")
    assert done.code == 2 and "agentmem history zzzzzz --all-branches" in done.err
    assert "--all-branches" not in team.call("history", "zzzzzz", "--all-branches").err
    assert team.call("history", "nonsense-words").code == 2


def test_of_another_branch_alone(team):
    """A memory that only another branch has is found with --all-branches."""
    branch(team)
    new = team.remember(7, "There", branch="feature")
    team.commit("there")
    team.git("switch", "-q", "main")
    assert team.call("history", new).code == 2
    (one,) = team.json("history", new, "--all-branches")["versions"]
    assert (one["layer"], one["branch"]) == ("unmerged", "feature")


def test_ambiguous(team):
    """A prefix of two memories that are gone names both."""
    for end in ("a", "b"):
        name = f"zzzz0000000{end}"
        team.write(f"facts/x-{name}.md", f"---\nid: {name}\nkind: fact\ntitle: X{end}\n---\n")
    team.commit("two")
    team.git("rm", "-q", "-r", ".agentmem/facts")
    team.commit("gone")
    done = team.call("history", "zzzz")
    assert done.code == 2 and "zzzz0000000a" in done.err and "zzzz0000000b" in done.err


def test_no_commit(repo):
    """Before the first commit what is there is not committed."""
    repo.ok("init")
    name = repo.remember(1, by="ann")
    (one,) = repo.json("history", name)["versions"]
    assert (one["what"], one["commit"], one["by"]) == ("added", None, "ann")
    (event,) = repo.json("history")["events"]
    assert (event["commit"], event["added"]) == (None, [name])
    assert "not committed ann" in repo.ok("history")


def test_nothing(store):
    """A store in which nothing happened says so in one line."""
    assert (
        store.ok("history").startswith("agentmem: nothing happened")
        and len(store.ok("history").splitlines()) == 1
    )


def test_detached(team):
    """A detached HEAD has a history as any commit."""
    edit(team, "--set", "title=Second")
    team.commit("second")
    team.git("checkout", "-q", "--detach", "HEAD~1")
    assert whats(team) == ["added"]
    assert whats(team, "--all-branches") == ["edited", "added"]


def test_as_of_then(team, monkeypatch):
    """--at looks from a commit or a moment, --since and --until choose among what happened."""
    team.git("tag", "v1")
    edit(team, "--set", "title=Second")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-22T12:00:00Z")
    team.commit("second")
    assert whats(team, "--at", "v1") == ["added"]
    assert whats(team, "--since", "2026-02-22T11:00:00Z") == ["edited"]
    assert whats(team, "--until", "2026-02-22T11:00:00Z") == ["added"]
    assert [one["subject"] for one in team.json("history", "--since", "2026-02-22T11:00:00Z")["events"]] == [
        "second"
    ]
    assert team.call("history", "--since", "nonsense").code == 2
    assert team.call("history", "--limit", "-1").code == 2


def test_a_shallow_clone(team, tmp_path):
    """A shallow clone says that it does not know all."""
    edit(team, "--set", "title=Second")
    team.commit("second")
    team.git("clone", "-q", "--depth", "1", f"file://{team.path}", str(tmp_path / "shallow"))
    shallow = Project(tmp_path / "shallow")
    done = shallow.call("history", ID)
    assert done.code == 0 and "git fetch --unshallow" in done.err and "added" in done.out
    assert "unshallow" in shallow.call("history", "zzzzzz").err
    assert team.call("history", ID).err == ""


def test_events(team):
    """All that happened, a commit each: added, changed, removed, promoted; merges and sweeps that do nothing are left out."""
    new = identity(2)
    branch(team)
    edit(team, "--set", "title=Second")
    team.commit("change")
    team.git("switch", "-q", "main")
    team.remember(2, "New", by="bob")
    team.write("README.md", "no memory")
    team.commit("new")
    team.git("merge", "-q", "--no-edit", "feature")
    team.ok("overlay", "promote")
    team.git("mv", f".agentmem/facts/m2-{new}.md", f".agentmem/facts/n-{new}.md")
    team.commit("rename")
    team.git("rm", "-q", f".agentmem/facts/n-{new}.md")
    team.commit("remove")
    found = {one["subject"]: one for one in team.json("history")["events"]}
    kinds = ("added", "changed", "removed", "promoted")
    said = {subject: {kind: one[kind] for kind in kinds if one[kind]} for subject, one in found.items()}
    assert said == {
        "remove": {"removed": [new]},
        "rename": {"changed": [new]},
        "memory: promote 1 change": {"promoted": [ID]},
        "new": {"added": [new]},
        "change": {"changed": [ID]},
        "add first": {"added": [ID]},
    }
    assert [found[name]["by"] for name in ("add first", "new", "change", "remove")] == [
        "ann",
        "bob",
        "tester",
        "A. Uthor",
    ]
    lines = team.ok("history").splitlines()
    assert len(lines) == 7 and "-1 " in lines[1] and 'fact "New"' in lines[1]
    limited = team.json("history", "--limit", "2")
    assert len(limited["events"]) == 2 and limited["omitted"] == 4


def test_budgets(team):
    """A text keeps to its budget and says how much more there is; 0 is no limit."""
    from agentmem.model import tokens

    for number in range(60):
        edit(team, "--set", f"title=A rather long title of number {number}", "--body", f"{BODY}{number}\n")
        team.commit(f"edit {number}")
    for words in (("history",), ("history", ID)):
        out = team.ok(*words)
        assert tokens.estimate(out) <= 600 and " more: " in out.splitlines()[-1]
        assert tokens.estimate(team.ok(*words, "--budget", "300")) <= 300
        assert " more: " not in team.ok(*words, "--budget", "0", "--limit", "0").splitlines()[-1]
        two = team.ok(*words, "--limit", "2", "--budget", "0")
        assert len(re.findall(r"^(?:now|\d+[a-z]+) [0-9a-f]{7} ", two, re.MULTILINE)) == 2


def test_below_a_folder_in_a_bare_clone_and_by_sha256(new_repository, tmp_path):
    """A store in a folder of its own, of a bare clone, of a repository with longer names of objects."""
    project = new_repository("long", "--object-format=sha256")
    inner = Project(project.path / "server")
    inner.path.mkdir()
    inner.ok("init")
    inner.remember(1, "First", by="ann")
    inner.commit("add first")
    inner.ok("edit", ID, "--set", "title=Second")
    assert whats(inner) == ["edited", "added"]
    assert inner.json("diff")["changed"][0]["id"] == ID
    inner.commit("second")
    project.git("clone", "-q", "--bare", str(project.path), str(tmp_path / "bare.git"))
    first, second = versions(inner)
    assert len(first["blob"]) == 64 and second["path"] == f".agentmem/facts/m1-{ID}.md"
    plain = new_repository("plain")
    plain.ok("init")
    plain.remember(1, "First")
    plain.commit("add first")
    plain.git("clone", "-q", "--bare", str(plain.path), str(tmp_path / "plain.git"))
    bare = Project(tmp_path / "plain.git")
    assert whats(bare) == ["added"]
    assert len(bare.json("history")["events"]) == 1


def test_a_file_that_a_switch_carried_along_is_not_of_this_branch(team):
    """What is not committed and belongs to another branch is no part of this one's history."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.git("switch", "-q", "main")
    assert whats(team) == ["added"]
    assert team.json("history")["events"][0]["subject"] == "add first"


def test_a_file_whose_name_has_another_id(store):
    """The id in the file counts, not the one in its name."""
    real = identity(8)
    store.write(f"facts/x-{identity(9)}.md", f"---\nid: {real}\nkind: fact\ntitle: X\n---\nText.\n")
    store.commit("odd")
    assert [one["what"] for one in store.json("history", real)["versions"]] == ["added"]
    assert store.json("history")["events"][0]["added"] == [real]


def test_during_a_rebase(team):
    """A rebase that waits is on the branch that it will move."""
    branch(team)
    edit(team, "--set", "title=Second")
    team.write("facts/z.md", "mine")
    team.commit("change")
    team.git("switch", "-q", "main")
    team.write("facts/z.md", "theirs")
    team.commit("theirs")
    team.git("switch", "-q", "feature")
    team.git("rebase", "-q", "main", check=False)
    assert versions(team)[0]["layer"] == "own"
    assert team.json("overlay", "diff")["to"] == "feature"


def test_who_brings_a_memory_back_did_not_write_it(store):
    """The events name the author of the commit; the one who wrote it is named where it came first."""
    made = store.json("add", "fact", "The pool has four connections", env={"AGENTMEM_AGENT": "db-1"})
    store.commit()
    path = store.path / made["path"]
    text = path.read_bytes()
    path.unlink()
    store.commit()
    path.write_bytes(text)
    store.commit()
    newest, _, first, *_ = store.json("history")["events"]
    assert first["by"] == "db-1" and newest["by"] == "A. Uthor"


def test_who_renames_a_memory_did_not_write_it(team):
    """The commit's author did that, and the title is the one that the commit gave it, wherever the new name sorts."""
    for name, title in (("z.md", "Second"), ("a.md", "Third")):
        (old,) = (team.store / "facts").glob("*.md")
        text = old.read_text().replace("First", title).replace("Second", title)
        old.unlink()
        team.write(f"facts/{name}", text)
        team.git("add", "-A")
        team.git("commit", "-qm", title, "--author", "Cora Cat <c@example.org>")
    lines = team.ok("history").splitlines()[1:]
    assert [line.split(" ", 2)[2].partition(" ~1 ")[0] for line in lines[:2]] == ["Cora Cat", "Cora Cat"]
    assert [line.rpartition(" fact ")[2] for line in lines] == ['"Third"', '"Second"', '"First"']
    said = team.json("history")["events"]
    assert [one["by"] for one in said] == ["Cora Cat", "Cora Cat", "ann"]
