"""Where writes go: a memory's own file, or a change in the branch's overlay; and on which branch one is."""

import subprocess

import pytest

from tests import support
from tests.support import Project, git

FEATURE = "feature/queue"


def files(project: Project) -> set[str]:
    """Every memory, change and receipt in the worktree."""
    root = project.store
    return {
        p.relative_to(root).as_posix()
        for p in root.rglob("*")
        if p.is_file() and p.parent != root and not p.name.startswith(".")
    }


def overlay(project: Project) -> list[str]:
    """The changes in the worktree."""
    return sorted(
        path for path in files(project) if path.startswith("overlays/") and "/promoted/" not in path
    )


def receipts(project: Project) -> list[str]:
    """The ids that have a receipt."""
    return sorted(path.rpartition("/")[2] for path in files(project) if "/promoted/" in path)


def show(project: Project, identity: str, *words: str, **options) -> dict:
    """One memory, whole."""
    return project.json("show", identity, *words, **options)["memories"][0]


def add(project: Project, title: str, *words: str, **options) -> str:
    """A new memory; its id."""
    return project.json("add", "fact", title, *words, **options)["id"]


def edit(project: Project, identity: str, *settings: str, **options) -> dict:
    """One edit."""
    words = [word for setting in settings for word in ("--set", setting)]
    return project.json("edit", identity, *words, **options)


def change(project: Project, path: str) -> dict:
    """What a change's file says."""
    from agentmem.model import changes

    found, problems = changes.parse((project.store / path).read_bytes())
    assert found is not None, problems
    return found._asdict()


@pytest.fixture
def shared(store: Project) -> str:
    """A memory that trunk holds; its id."""
    store.remember(1, "Shared", "One.\nTwo.\nThree.", tags="[a]")
    store.commit("shared")
    return support.identity(1)


@pytest.fixture
def feature(store: Project, shared: str) -> Project:
    """The repository, on a branch that leaves trunk where the shared memory is."""
    store.git("switch", "-q", "-c", FEATURE)
    return store


# -- new memories


def test_on_trunk_a_new_memory_names_no_branch(store):
    """On trunk a new memory is in its final place, without branch, and is base."""
    made = store.json("add", "fact", "New")
    assert "branch:" not in (store.path / made["path"]).read_text()
    assert made["layer"] == "base"
    assert show(store, made["id"])["layer"] == "base"


def test_on_a_branch_a_new_memory_names_it(feature):
    """On a branch a new memory is in its final place, with branch, and is the branch's own."""
    made = feature.json("add", "fact", "New")
    assert made["path"].startswith(".agentmem/facts/new-")
    assert f"branch: {FEATURE}" in (feature.path / made["path"]).read_text()
    assert made["layer"] == "own"
    assert show(feature, made["id"])["layer"] == "own"
    assert overlay(feature) == []


def test_what_add_prints_names_the_branch_it_is_for(feature):
    """The branch that is told is the one that the memory is for, also where HEAD is detached."""
    assert feature.ok("add", "fact", "Workers claim jobs with SKIP LOCKED").endswith(f"({FEATURE})\n")
    feature.git("switch", "-q", "--detach")
    assert feature.ok("add", "fact", "The pool has ten connections", "--branch", FEATURE).endswith(
        f"({FEATURE})\n"
    )


# -- edits in place


def test_on_trunk_edits_are_in_place(store, shared):
    """An edit on trunk changes the memory's own file."""
    done = edit(store, shared, "title=Better")
    assert done["path"] == f".agentmem/facts/m1-{shared}.md"
    assert done["layer"] == "base"
    assert overlay(store) == []


def test_an_own_new_memory_is_edited_in_place_until_trunk_has_it(feature):
    """What the branch added it edits in place, also once it is committed; not any more when trunk has it."""
    new = add(feature, "New")
    feature.commit("new")
    edit(feature, new, "title=Newer")
    assert overlay(feature) == [] and show(feature, new)["title"] == "Newer"
    feature.commit("newer")
    feature.git("switch", "-q", "main")
    feature.git("merge", "-q", "--squash", FEATURE)
    feature.git("commit", "-q", "-m", "squash")
    feature.git("switch", "-q", FEATURE)
    done = edit(feature, new, "title=Newest")
    assert done["layer"] == "own"
    assert len(overlay(feature)) == 1 and show(feature, new)["title"] == "Newest"


def test_trunk_that_renamed_the_file_has_the_memory(feature):
    """Trunk holds a memory by its id, wherever it keeps it."""
    new = add(feature, "队列")  # the file is named by the id alone
    feature.commit("new")
    feature.git("switch", "-q", "main")
    feature.git("merge", "-q", "--squash", FEATURE)
    (feature.store / "decisions").mkdir()
    feature.git("mv", f".agentmem/facts/{new}.md", f".agentmem/decisions/{new}.md")
    feature.git("commit", "-q", "-m", "squash, and sort")
    feature.git("switch", "-q", FEATURE)
    edit(feature, new, "title=Newest")
    assert len(overlay(feature)) == 1


def test_trunk_is_also_known_by_its_remote(feature, tmp_path):
    """A memory that origin's trunk holds is changed through an overlay, though the local trunk has not got it."""
    new = add(feature, "New")
    feature.commit("new")
    feature.git("clone", "-q", "--bare", str(feature.path), str(tmp_path / "origin.git"))
    feature.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    feature.git("push", "-q", "origin", f"{FEATURE}:main")
    feature.git("fetch", "-q", "origin")
    edit(feature, new, "title=Newer")
    assert len(overlay(feature)) == 1


def test_where_no_trunk_is_in_the_clone_the_branch_decides(feature, tmp_path):
    """In a clone of one branch alone, what names the branch is its own, and everything else is not."""
    new = add(feature, "New")
    feature.commit("new")
    url = feature.path.as_uri()
    git(tmp_path, "clone", "-q", "--single-branch", "--branch", FEATURE, url, "single")
    single = Project(tmp_path / "single")
    assert "main" not in single.git("for-each-ref", "--format=%(refname)")
    edit(single, new, "title=Newer")
    assert overlay(single) == []
    edit(single, support.identity(1), "title=Mine")
    assert len(overlay(single)) == 1


def test_what_git_does_not_track_anyone_edits_in_place(feature, shared):
    """An uncommitted file is edited in place, whoever wrote it."""
    feature.remember(2, "Dropped here by hand")
    edit(feature, support.identity(2), "title=Edited")
    assert overlay(feature) == []
    assert "title: Edited" in (feature.store / f"facts/m2-{support.identity(2)}.md").read_text()


def test_what_a_person_wrote_on_a_branch_is_its_own(feature, shared):
    """A memory that was written by hand on a branch, and names none, is that branch's until trunk has it: it is labelled and
    listed so, and edited in place. What trunk has under another name, or had when the branch left it, is none of the branch's.
    """
    support.put(feature.store / "facts/invoices.md", "---\nkind: fact\ntitle: By hand\n---\nText.\n")
    feature.git("mv", f".agentmem/facts/m1-{shared}.md", ".agentmem/facts/renamed.md")
    feature.commit("by hand")
    found = {one["title"]: one for one in feature.json("list")["memories"]}
    assert {title: (one["layer"], one["branch"]) for title, one in found.items()} == {
        "By hand": ("own", FEATURE),
        "Shared": ("base", None),
    }
    (listed,) = feature.json("overlay", "list")["overlays"]
    assert (listed["branch"], listed["layer"], listed["new"]) == (FEATURE, "own", 1)
    assert edit(feature, found["By hand"]["id"], "title=By hand, better")["layer"] == "base"
    assert "title: By hand, better" in (feature.store / "facts/invoices.md").read_text()
    assert edit(feature, shared, "title=Better")["layer"] == "own"
    feature.commit("edited")
    feature.git("switch", "-q", "main")
    assert [(one["title"], one["layer"], one["branch"]) for one in feature.json("list", "--branch", FEATURE)["memories"]
            if one["id"] == found["By hand"]["id"]] == [("By hand, better", "unmerged", FEATURE)]  # fmt: skip
    feature.git("rm", "-q", f".agentmem/facts/m1-{shared}.md")
    feature.commit("archived on trunk")
    feature.git("switch", "-q", FEATURE)
    assert {one["layer"] for one in feature.json("list")["memories"] if one["id"] == shared} == {"base"}


def test_what_check_advises_on_a_branch_mends_it(feature, shared):
    """The command that check prints for a wrong value mends it, in what a person wrote here and in what trunk holds, whose file
    stays as it is.
    """
    support.put(feature.store / "facts/here.md", "---\nkind: fcat\ntitle: By hand\n---\nText.\n")
    feature.commit("by hand")
    feature.git("switch", "-q", "main")
    path = feature.store / f"facts/m1-{shared}.md"
    path.write_text(path.read_text().replace("kind: fact", "kind: decisoin\nstatus: propsed"))
    feature.commit("wrong on trunk")
    feature.git("switch", "-q", FEATURE)
    feature.git("merge", "-q", "main")
    wrong = ("--only", "unknown-kind", "--only", "schema")
    advised = [one["fix"] for one in feature.call("check", "--json", *wrong).json["findings"]]
    assert len(advised) == 3
    for command in advised:
        feature.ok(*command.split()[1:])
    assert feature.call("check", "--json", *wrong).json["findings"] == []
    assert "kind: decisoin" in path.read_text() and len(overlay(feature)) == 1
    feature.commit("mended")
    assert feature.call("check", "--json", "--diff", "main..HEAD", *wrong).json["findings"] == []


@pytest.mark.parametrize("name", ["m1-{}.md", "by-hand.md"])
def test_a_file_that_was_renamed_and_not_added_is_tracked_still(feature, shared, name):
    """A renamed file is the same memory, also before git is told: its edit is a change, which merges with one of trunk's."""
    path = feature.store / "facts" / name.format(shared)
    if not path.exists():
        feature.git("mv", f".agentmem/facts/m1-{shared}.md", f".agentmem/facts/{name}")
        feature.commit("named by hand")
        feature.git("branch", "-f", "main")
    before = path.read_bytes()
    renamed = path.rename(path.with_name("renamed.md"))
    done = edit(feature, shared, "title=Better")
    assert done["layer"] == "own" and len(overlay(feature)) == 1
    assert renamed.read_bytes() == before and feature.titles() == {"Better"}


def test_another_branchs_new_memory_is_changed_by_an_overlay(feature):
    """What another branch added and was merged here is edited through this branch's overlay."""
    feature.git("switch", "-q", "-c", "other", "main")
    theirs = add(feature, "Theirs")
    feature.commit("theirs")
    feature.git("switch", "-q", FEATURE)
    feature.git("merge", "-q", "other")
    assert show(feature, theirs)["layer"] == "merged"
    assert show(feature, theirs)["branch"] == "other"
    before = (feature.store / f"facts/theirs-{theirs}.md").read_bytes()
    edit(feature, theirs, "title=Mine")
    assert (feature.store / f"facts/theirs-{theirs}.md").read_bytes() == before
    (path,) = overlay(feature)
    assert path.startswith(f"overlays/feature~queue/{theirs}.")


# -- changes


def test_an_edit_of_what_trunk_holds_is_a_change(feature, shared):
    """The change says what it saw and made; base stays; the view shows it; trunk does not."""
    base = (feature.store / f"facts/m1-{shared}.md").read_bytes()
    done = edit(feature, shared, "title=Better", "tags+=b")
    assert done["layer"] == "own" and done["path"].startswith(f".agentmem/overlays/feature~queue/{shared}.")
    assert (feature.store / f"facts/m1-{shared}.md").read_bytes() == base
    said = change(feature, overlay(feature)[0])
    assert (said["memory"], said["branch"], said["by"], said["after"]) == (shared, FEATURE, "tester", ())
    assert said["fields"]["title"][:2] == ("Shared", "Better")
    assert said["fields"]["tags"].add == ("b",)
    now = show(feature, shared)
    assert (now["title"], now["tags"], now["layer"]) == ("Better", ["a", "b"], "base")
    feature.commit("change")
    feature.git("switch", "-q", "main")
    assert show(feature, shared)["title"] == "Shared"


def test_a_second_edit_replaces_the_change_that_git_does_not_hold(feature, shared):
    """Before it is staged or committed a change is rewritten, under its name."""
    edit(feature, shared, "title=Better")
    first = overlay(feature)
    edit(feature, shared, "tags+=b")
    assert overlay(feature) == first
    said = change(feature, first[0])
    assert set(said["fields"]) == {"title", "tags"}
    assert said["fields"]["title"][:2] == ("Shared", "Better")


@pytest.mark.parametrize("how", ["commit", "stage"])
def test_what_git_holds_is_never_rewritten(feature, shared, how):
    """After it is staged or committed, the next edit is a new change with the earlier one in ``after``."""
    edit(feature, shared, "title=Better")
    (first,) = overlay(feature)
    data = (feature.store / first).read_bytes()
    feature.git("add", "-A")
    if how == "commit":
        feature.commit("change")
    edit(feature, shared, "title=Best")
    assert (feature.store / first).read_bytes() == data
    (second,) = set(overlay(feature)) - {first}
    said = change(feature, second)
    assert said["after"] == (change(feature, first)["id"],)
    assert said["fields"]["title"][:2] == ("Better", "Best")
    assert show(feature, shared)["title"] == "Best"


def test_undoing_an_uncommitted_change_removes_it(feature, shared):
    """An edit back to what base says leaves no change behind, and nothing for the journal to bring back."""
    edit(feature, shared, "title=Better")
    edit(feature, shared, "title=Shared")
    assert overlay(feature) == []
    assert show(feature, shared)["title"] == "Shared"
    assert feature.json("status")["uncommitted"] == 0


def test_undoing_a_committed_change_is_a_change(feature, shared):
    """An edit back to what base says, of what git holds, is a change after it."""
    edit(feature, shared, "title=Better")
    feature.commit("change")
    edit(feature, shared, "title=Shared")
    assert len(overlay(feature)) == 2
    assert show(feature, shared)["title"] == "Shared"


def test_an_edit_that_changes_nothing_writes_nothing(feature, shared):
    """What is so already is told, and no file is touched."""
    before = files(feature)
    assert edit(feature, shared, "title=Shared")["changed"] is False
    assert files(feature) == before


@pytest.mark.parametrize("verb", ["retract", "supersede"])
def test_other_verbs_write_changes_too(feature, shared, verb):
    """A retraction and a successor that exists already are edits like any other."""
    if verb == "retract":
        feature.ok("retract", shared, "--reason", "wrong")
        assert change(feature, overlay(feature)[0])["retract"] == "wrong"
        assert show(feature, shared)["status"] == "retracted"
        feature.ok("restore", shared)
        assert show(feature, shared)["status"] == "active"
    else:
        feature.remember(2, "Successor")
        feature.commit("successor")
        feature.git("switch", "-q", "main")
        feature.git("merge", "-q", FEATURE)
        feature.git("switch", "-q", FEATURE)
        feature.ok("supersede", shared, "--by", support.identity(2))
        assert change(feature, overlay(feature)[0])["memory"] == support.identity(2)
        assert show(feature, shared)["status"] == "superseded"


def test_what_was_proposed_is_restored_as_that(store):
    """A retraction taken back gives the status from before: of a change, of one that trunk took up, of what is in no commit."""

    def there_and_back(reference):
        store.ok("retract", reference, "--reason", "wrong")
        store.ok("restore", reference)
        assert show(store, reference)["status"] == "proposed"

    name = support.identity(1)
    store.write(f"facts/one-{name}.md", support.memory(name, status="proposed"))
    store.commit()
    store.git("switch", "-qc", FEATURE)
    there_and_back(name)
    assert overlay(store) == []
    store.ok("retract", name, "--reason", "wrong")
    store.commit()
    store.ok("restore", name)
    assert show(store, name)["status"] == "proposed"
    store.git("add", "-A")
    store.git("reset", "-q", "--hard")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", FEATURE)
    store.ok("overlay", "promote")
    store.ok("restore", name)
    assert show(store, name)["status"] == "proposed"
    new = add(store, "Never committed")
    edit(store, new, "status=proposed")
    there_and_back(new)


def test_a_log_entry_is_never_edited(feature):
    """A log entry stays as it is on every branch."""
    made = feature.json("add", "log", "Happened")
    assert feature.call("edit", made["id"], "--set", "title=x").code == 2


# -- renamed branches


def test_a_renamed_branch_keeps_its_overlay_and_what_it_owns(feature, shared):
    """After ``git branch -m`` changes go on in the same folder, and the branch's new memories are still its own."""
    new = add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("branch", "-m", "feature/jobs")
    assert show(feature, new)["layer"] == "own"
    edit(feature, new, "title=Newer")
    edit(feature, shared, "title=Best")
    folders = {path.split("/")[1] for path in overlay(feature)}
    assert folders == {"feature~queue"} and len(overlay(feature)) == 2
    assert show(feature, new)["title"] == "Newer"
    assert change(feature, overlay(feature)[0])["branch"] in (FEATURE, "feature/jobs")
    assert feature.json("overlay", "list")["overlays"][0]["layer"] == "own"


def test_a_renamed_branch_that_was_pushed_under_its_old_name(feature, shared, tmp_path):
    """What it has not committed yet is its own, though the old name is still on the remote."""
    feature.git("clone", "-q", "--bare", str(feature.path), str(tmp_path / "origin.git"))
    feature.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    feature.git("fetch", "-q", "origin")
    new = add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.git("branch", "-m", "feature/jobs")
    assert show(feature, new)["layer"] == "own"
    assert show(feature, shared)["title"] == "Better"
    assert not feature.json("status")["carried"]


def test_a_copied_branch_does_not_own_what_the_first_wrote(feature):
    """``git branch -c`` copies git's configuration too; the branch it was copied from is still there."""
    new = add(feature, "New")
    feature.commit("new")
    feature.git("branch", "-c", FEATURE, "copy")
    feature.git("switch", "-q", "copy")
    assert show(feature, new)["layer"] == "merged"
    edit(feature, new, "title=Newer")
    assert len(overlay(feature)) == 1


# -- trunk


def test_trunk_named_otherwise(store, shared):
    """The trunk of the configuration is trunk, whatever its name."""
    store.git("branch", "-m", "develop/next")
    store.write("config.toml", 'trunk = "develop/next"\n')
    store.commit("config")
    edit(store, shared, "title=Better")
    assert overlay(store) == []
    store.commit("better")
    store.git("switch", "-q", "-c", "main")
    edit(store, shared, "title=Best")
    assert len(overlay(store)) == 1


def test_no_trunk_at_all(new_repository):
    """Where nothing says which branch is trunk, writes are in place and everything is base."""
    project = new_repository("plain")
    project.git("symbolic-ref", "HEAD", "refs/heads/only")
    project.ok("init")
    project.write("config.toml", "")
    project.remember(1, "Shared")
    project.commit("first")
    identity = support.identity(1)
    edit(project, identity, "title=Better")
    new = project.json("add", "fact", "New")
    assert overlay(project) == []
    assert (show(project, identity)["title"], show(project, identity)["layer"]) == ("Better", "base")
    assert show(project, new["id"])["layer"] == "base"


def test_no_commit_yet(repo):
    """Before the first commit memories can be written and edited."""
    repo.ok("init")
    new = add(repo, "New")
    edit(repo, new, "title=Newer")
    assert show(repo, new)["title"] == "Newer"
    assert repo.json("overlay", "list")["overlays"] == []
    assert repo.json("conflicts")["conflicts"] == []
    promoted = repo.call("overlay", "promote")
    assert promoted.code in (0, 2), promoted.err


# -- detached


def snapshot(project: Project) -> tuple:
    """All that a refused write must leave as it is."""
    return files(project), project.git("config", "--list"), project.git("status", "--porcelain")


def test_detached_with_nothing_to_tell_is_an_error(feature, shared):
    """The error says what git is in the middle of, the hint has a branch; nothing is written."""
    feature.git("switch", "-q", "--detach")
    before = snapshot(feature)
    short = feature.git("rev-parse", "HEAD")[:7]
    done = feature.call("add", "fact", "New")
    assert done.code == 2 and done.out == ""
    assert done.err.splitlines()[0] == f"error: HEAD is detached at {short}; which branch is this memory for?"
    assert done.err.splitlines()[1].startswith("hint: agentmem add … --branch ")
    done = feature.call("edit", shared, "--set", "title=x")
    assert done.code == 2
    assert done.err.splitlines()[1].startswith(f"hint: agentmem edit {shared} … --branch ")
    assert snapshot(feature) == before
    assert show(feature, shared)["title"] == "Shared"  # reading needs no branch


def test_detached_with_a_branch_named(feature, shared):
    """``--branch`` says whose the write is."""
    feature.git("switch", "-q", "--detach")
    made = feature.json("add", "fact", "New", "--branch", FEATURE)
    assert f"branch: {FEATURE}" in (feature.path / made["path"]).read_text()
    feature.json("edit", shared, "--set", "title=Better", "--branch", FEATURE)
    assert overlay(feature)[0].startswith("overlays/feature~queue/")
    feature.ok("retract", made["id"], "--reason", "no", "--branch", FEATURE)


@pytest.mark.parametrize("name", ["a b", "-x", "a..b", "a\nb", "x.lock", "a\x1b[1m", "refs/heads/", "a~1"])
def test_a_branch_that_cannot_be_is_refused(feature, shared, name):
    """``--branch`` with what git would not take for a branch is an error; nothing is written."""
    before = snapshot(feature)
    done = feature.call("add", "fact", "New", f"--branch={name}")
    assert done.code == 2, done.out + done.err
    assert snapshot(feature) == before


def test_bisect(feature, shared):
    """A bisect is named, and the branch it began on is in the hint."""
    for number in range(4):
        feature.commit(f"c{number}")
    feature.git("bisect", "start", "HEAD", "HEAD~4")
    short = feature.git("rev-parse", "HEAD")[:7]
    done = feature.call("add", "fact", "New")
    assert done.code == 2
    assert done.err == (
        f"error: HEAD is detached at {short} (bisect in progress); which branch is this memory for?\n"
        f"hint: agentmem add … --branch {FEATURE}\n"
    )


def test_a_hint_can_be_run_whatever_the_branch_is_called(store, shared):
    """A branch whose name means something to a shell is quoted."""
    store.git("switch", "-q", "-c", "it's;a$(test)")
    store.commit("x")
    store.git("switch", "-q", "--detach")
    hint = store.call("add", "fact", "New").err.splitlines()[1]
    quoted = hint.partition("--branch ")[2]
    done = subprocess.run(["sh", "-c", f"printf %s {quoted}"], capture_output=True, check=True)
    assert done.stdout.decode() == "it's;a$(test)"


def test_a_rebase_writes_for_the_branch_that_is_rebased(feature, shared):
    """While a rebase stops, HEAD is detached and the branch is the rebased one."""
    feature.write("../code.txt", "mine")
    feature.commit("mine")
    feature.git("switch", "-q", "main")
    feature.write("../code.txt", "theirs")
    feature.commit("theirs")
    feature.git("switch", "-q", FEATURE)
    feature.git("rebase", "main", check=False)
    assert feature.git("branch", "--show-current") == ""
    new = add(feature, "New")
    assert show(feature, new)["layer"] == "own"
    edit(feature, shared, "title=Better")
    assert overlay(feature)[0].startswith("overlays/feature~queue/")
    (mine,) = feature.json("overlay", "list")["overlays"]
    assert (mine["branch"], mine["layer"], mine["new"], mine["pending"]) == (FEATURE, "own", 1, 1)
    feature.git("checkout", "--theirs", "code.txt")
    feature.git("add", "-A")
    feature.git("-c", "core.editor=true", "rebase", "--continue")
    assert show(feature, new)["layer"] == "own"


@pytest.mark.parametrize(
    "env",
    [
        {"GITHUB_HEAD_REF": FEATURE, "GITHUB_REF_NAME": "7/merge", "GITHUB_REF_TYPE": "branch"},
        {"GITHUB_REF_NAME": FEATURE, "GITHUB_REF_TYPE": "branch", "GITHUB_HEAD_REF": ""},
        {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": FEATURE},
        {"CI_COMMIT_BRANCH": FEATURE},
        {"BUILD_SOURCEBRANCH": f"refs/heads/{FEATURE}"},
        {"BUILDKITE_BRANCH": FEATURE},
    ],
)
def test_ci_says_which_branch(feature, shared, env):
    """A CI system checks out commits, and names the branch in a variable."""
    feature.git("switch", "-q", "--detach")
    made = feature.json("add", "fact", "New", env=env)
    assert f"branch: {FEATURE}" in (feature.path / made["path"]).read_text()
    edit(feature, shared, "title=Better", env=env)
    assert overlay(feature)[0].startswith("overlays/feature~queue/")
    assert show(feature, shared)["title"] == "Better"


def test_a_ci_variable_does_not_outweigh_head(feature):
    """Where HEAD names a branch, that is the branch."""
    made = feature.json("add", "fact", "New", env={"CI_COMMIT_BRANCH": "other"})
    assert f"branch: {FEATURE}" in (feature.path / made["path"]).read_text()


# -- many at once


def test_eight_processes_edit_one_memory(feature, shared):
    """Eight processes, ten edits each, of one memory that trunk holds: all effects are there."""
    script = (
        "import os, sys\n"
        "from agentmem.cli import main\n"
        "for n in range(10):\n"
        "    code = main.run(['edit', sys.argv[1], '--set', f'tags+=p{sys.argv[2]}n{n}', '-q'])\n"
        "    assert code == 0, code\n"
    )
    import sys

    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, shared, str(number)],
            cwd=feature.path,
            env=support.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for number in range(8)
    ]
    for one in running:
        _, err = one.communicate(timeout=120)
        assert one.returncode == 0, err.decode()
    wanted = {"a", *(f"p{p}n{n}" for p in range(8) for n in range(10))}
    assert set(show(feature, shared)["tags"]) == wanted
    assert len(overlay(feature)) == 1


# -- on trunk, with changes pending


def merged(project: Project, *branches: str) -> None:
    """Merge ``branches`` into trunk."""
    project.git("switch", "-q", "main")
    for branch in branches:
        project.git("merge", "-q", "--no-ff", "-m", f"merge {branch}", branch)


def branch_that(project: Project, name: str, *words: str) -> None:
    """A branch from trunk with one edit."""
    project.git("switch", "-q", "-c", name, "main")
    project.ok(*words)
    project.commit(f"{name}: {words[0]}")


def test_an_edit_on_trunk_takes_up_what_is_pending(feature, shared):
    """Base becomes what the view showed, with the edit; the changes get receipts and stay."""
    edit(feature, shared, "title=Better")
    feature.commit("one")
    edit(feature, shared, "tags+=b")
    feature.commit("two")
    merged(feature, FEATURE)
    edit(feature, shared, "importance=4")
    text = (feature.store / f"facts/m1-{shared}.md").read_text()
    assert "title: Better" in text and "importance: 4" in text
    assert len(overlay(feature)) == 2
    assert receipts(feature) == sorted(change(feature, path)["id"] for path in overlay(feature))
    now = show(feature, shared)
    assert (now["title"], now["tags"], now["importance"]) == ("Better", ["a", "b"], 4)


def test_an_edit_on_trunk_decides_a_conflict(store, shared):
    """What the edit names is decided, by a third value as by a party's."""
    for value in ("Ours", "Shared"):
        name = f"t-{value}"
        branch_that(store, f"{name}-1", "edit", shared, "--set", "title=One")
        branch_that(store, f"{name}-2", "edit", shared, "--set", "title=Two")
        merged(store, f"{name}-1", f"{name}-2")
        assert [c["field"] for c in show(store, shared)["conflicts"]] == ["title"]
        edit(store, shared, f"title={value}")
        assert show(store, shared)["conflicts"] == []
        assert show(store, shared)["title"] == value
        # deciding for what base has committed is a change: nothing would tell it from a base that was set back
        own = [path for path in overlay(store) if path.startswith("overlays/main/")]
        assert (len(own), len(receipts(store))) == ((0, 2) if value == "Ours" else (2, 0))
        edit(store, shared, "title=Shared")
        store.commit("decided")


def test_an_edit_on_trunk_beside_a_conflict(store, shared):
    """Base takes up the edit with what is settled; the parties of the conflict stay pending, and nothing is lost."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    branch_that(store, "three", "edit", shared, "--set", "importance=4")
    merged(store, "one", "two", "three")
    done = edit(store, shared, "tags+=b")
    text = (store.store / f"facts/m1-{shared}.md").read_text()
    assert "importance: 4" in text and "title: Shared" in text
    assert done["layer"] == "base" and len(overlay(store)) == 3 and len(receipts(store)) == 1
    now = show(store, shared)
    assert now["tags"] == ["a", "b"]
    assert {p["value"] for p in now["conflicts"][0]["parties"]} == {"One", "Two"}
    edit(store, shared, "title=Decided")
    now = show(store, shared)
    assert (now["title"], now["tags"], now["conflicts"]) == ("Decided", ["a", "b"], [])
    assert len(receipts(store)) == len(overlay(store)) == 3


def test_an_edit_on_trunk_of_what_a_party_of_a_conflict_says_too(store, shared):
    """It waits with the rest, as a change: base cannot say that its writer had seen what the party says."""
    branch_that(store, "one", "edit", shared, "--set", "title=One", "--set", "importance=4")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    merged(store, "one", "two")
    base = (store.store / f"facts/m1-{shared}.md").read_bytes()
    done = edit(store, shared, "importance=5")
    assert (store.store / f"facts/m1-{shared}.md").read_bytes() == base
    assert done["layer"] == "own" and len(overlay(store)) == 3 and receipts(store) == []
    edit(store, shared, "title=Decided")
    now = show(store, shared)
    assert (now["title"], now["importance"], now["conflicts"]) == ("Decided", 5, [])


@pytest.mark.parametrize("keep", [True, False])
def test_retraction_against_a_change(store, shared, keep):
    """Neither saw the other: a conflict, with both named; either way it is decided, nothing is lost."""
    branch_that(store, "one", "retract", shared, "--reason", "it is wrong")
    branch_that(store, "two", "edit", shared, "--set", "title=Two", "--set", "tags+=b")
    merged(store, "one", "two")
    now = show(store, shared)
    assert (now["status"], now["title"]) == ("active", "Shared")
    said = str(now["conflicts"])
    assert "it is wrong" in said and "Two" in said
    if keep:
        edit(store, shared, "status=active")
        now = show(store, shared)
        assert now["status"] == "active" and now["title"] == "Two" and now["tags"] == ["a", "b"]
    else:
        store.ok("retract", shared, "--reason", "really wrong")
        now = show(store, shared)
        assert now["status"] == "retracted" and "really wrong" in now["retracted"]
    assert now["conflicts"] == []


@pytest.mark.parametrize("verb", [("restore",), ("retract", "--reason", "really wrong")])
def test_an_edit_of_something_else_does_not_decide_a_retraction(store, shared, verb):
    """What is retracted on one branch and changed on another stays in conflict until somebody says whether it stays."""
    branch_that(store, "one", "retract", shared, "--reason", "it is wrong")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    merged(store, "one", "two")
    edit(store, shared, "title=Three")
    now = show(store, shared)
    assert (now["status"], now["title"]) == ("active", "Three")
    assert [conflict["field"] for conflict in now["conflicts"]] == ["status"]
    (finding,) = [one for one in store.json("check")["findings"] if one["rule"] == "unsettled-change"]
    assert f"agentmem restore {shared[:6]}" in finding["fix"]
    store.ok(verb[0], shared, *verb[1:])
    now = show(store, shared)
    assert (now["title"], now["conflicts"]) == ("Three", [])
    stays = verb[0] == "restore"
    assert now["status"] == ("active" if stays else "retracted")
    assert ("retracted" in now and bool(now["retracted"])) is not stays


def test_a_conflict_is_decided_on_a_branch_too(store, shared):
    """A change that sets the field, after all of them, decides; trunk takes it up by promotion."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    merged(store, "one", "two")
    branch_that(store, "three", "edit", shared, "--set", "title=Shared")  # base's own value, on purpose
    assert show(store, shared)["conflicts"] == []
    merged(store, "three")
    store.ok("overlay", "promote")
    now = show(store, shared)
    assert (now["title"], now["conflicts"]) == ("Shared", [])
    assert len(receipts(store)) == 3


def test_a_scope_from_here(store):
    """In a subfolder a scope is from the repository's top, or from where one is where it begins with ./ or ../"""
    here = store.path / "services" / "api"
    support.put(here / "jobs.py", "x = 1\n")
    store.ok(
        "add",
        "fact",
        "Jobs",
        "--scope",
        "./jobs.py",
        "--scope",
        "../lib/**",
        "--scope",
        "docs/*.md",
        cwd=here,
    )
    (found,) = store.json("list", "--file", "services/api/jobs.py")["memories"]
    assert found["scope"] == ["services/api/jobs.py", "services/lib/**", "docs/*.md"]
    for outside in ("../../../x", "a/../../x"):
        for words in (
            ("add", "fact", "Elsewhere", "--scope", outside),
            ("add", "fact", "Elsewhere", "--set", f"scope={outside}"),
            ("task", "add", "Elsewhere", "--scope", outside),
            ("edit", found["id"], "--set", f"scope={outside}"),
            ("edit", found["id"], "--set", f"scope+={outside}"),
        ):
            ran = store.call(*words, cwd=here)
            assert ran.code == 2 and "outside the repository" in ran.err, words
    store.ok("edit", found["id"], "--set", "scope=./jobs.py, docs/a.md", cwd=here)
    store.ok("edit", found["id"], "--set", "scope+=../lib/**", cwd=here)
    (found,) = store.json("list", "--file", "services/api/jobs.py")["memories"]
    assert sorted(found["scope"]) == ["docs/a.md", "services/api/jobs.py", "services/lib/**"]
    # what stands there by hand can be taken out
    (path,) = store.store.glob(f"facts/*{found['id']}.md")
    path.write_text(path.read_text().replace("docs/a.md", "../../x"))
    store.ok("edit", found["id"], "--set", "scope-=../../x", cwd=here)
    assert "../../x" not in path.read_text()
