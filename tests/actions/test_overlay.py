"""Overlays: listed, shown, promoted on trunk, swept, and what a switch carried along adopted."""

import pytest

from tests import replay, support
from tests.actions.test_placing import (
    FEATURE,
    add,
    branch_that,
    edit,
    feature,
    merged,
    overlay,
    receipts,
    shared,
    show,
)
from tests.support import Project, git

__all__ = ["feature", "shared"]  # fixtures


@pytest.fixture
def pending(store: Project, shared: str) -> Project:
    """Trunk with a change of a branch that was merged."""
    branch_that(store, FEATURE, "edit", shared, "--set", "title=Better")
    merged(store, FEATURE)
    return store


def promote(project: Project, *words: str, **options) -> support.Ran:
    """One promotion."""
    return project.call("overlay", "promote", *words, **options)


def state(project: Project) -> tuple[str, str, str]:
    """What a refused or dry run must leave as it is."""
    return (
        project.git("rev-parse", "HEAD"),
        project.git("status", "--porcelain", "-uall"),
        project.git("ls-files", "-s"),
    )


# -- promote


def test_promote_takes_up_what_is_settled(pending, shared):
    """Base gets the change, the change stays, its receipt is written: in one commit of its own, and the view is the same."""
    pending.write("../code.txt", "not mine to commit")
    pending.git("add", "code.txt")
    before = replay.view(pending)
    done = pending.json("overlay", "promote")
    assert done["promoted"] == [shared] and done["changes"] == 1 and done["conflicts"] == []
    assert replay.view(pending) == before
    assert "title: Better" in (pending.store / f"facts/m1-{shared}.md").read_text()
    assert len(overlay(pending)) == len(receipts(pending)) == 1
    assert done["commit"] == pending.git("rev-parse", "HEAD").strip()
    touched = pending.git("show", "--name-only", "--format=").split()
    assert len(touched) == 2 and all(path.startswith(".agentmem/") for path in touched)
    assert pending.git("status", "--porcelain") == "A  code.txt\n"
    assert promote(pending).out == "nothing to promote\n"


def test_promote_dry_run_writes_nothing(pending, shared):
    """``--dry-run`` says the same and changes nothing."""
    before = state(pending)
    done = pending.json("overlay", "promote", "--dry-run")
    assert done["promoted"] == [shared] and done["commit"] is None
    assert "would promote 1 change of 1 memory" in pending.ok("overlay", "promote", "--dry-run")
    assert state(pending) == before


def test_promote_with_nothing(store, shared):
    """Nothing to promote is said, in one line, and is no error."""
    before = state(store)
    assert promote(store).out == "nothing to promote\n"
    assert state(store) == before


@pytest.mark.parametrize("verb", ["promote", "sweep"])
def test_not_on_trunk(pending, verb):
    """Elsewhere than on trunk it refuses, also for who says that he is on trunk."""
    pending.git("switch", "-q", FEATURE)
    before = state(pending)
    for words in ((), ("--branch", "main"), ("--branch", FEATURE)):
        done = pending.call("overlay", verb, *words)
        assert done.code == 2, done.out
        assert "trunk (main)" in done.err and "git switch main" in done.err
    pending.git("switch", "-q", "main")
    assert pending.call("overlay", verb, "--branch", FEATURE).code == 2
    assert state(pending)[1:] == before[1:]


def test_behind_its_upstream(pending, tmp_path, shared):
    """Trunk that is behind its upstream is not promoted on; one that is ahead is."""
    git(tmp_path, "clone", "-q", "--bare", str(pending.path), "origin.git")
    pending.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    git(tmp_path, "clone", "-q", "origin.git", "other")
    other = Project(tmp_path / "other")
    other.commit("theirs")
    other.git("push", "-q")
    pending.git("fetch", "-q")
    before = state(pending)
    done = promote(pending)
    assert done.code == 4
    assert "main is 1 commit behind origin/main" in done.err and "git pull" in done.err
    assert state(pending) == before
    pending.git("pull", "-q", "--rebase", "origin", "main")
    assert promote(pending).code == 0


def test_a_fork_is_no_upstream(pending, tmp_path):
    """What a remote that trunk does not follow has on its own trunk is no reason to refuse."""
    git(tmp_path, "clone", "-q", "--bare", str(pending.path), "origin.git")
    git(tmp_path, "clone", "-q", "origin.git", "fork")
    fork = Project(tmp_path / "fork")
    fork.commit("a line of its own")
    pending.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    pending.git("remote", "add", "fork", str(tmp_path / "fork"))
    pending.git("fetch", "-q", "--all")
    pending.git("branch", "-q", "-u", "origin/main")
    assert promote(pending).code == 0


def test_while_a_merge_is_under_way(pending):
    """In the middle of a merge it refuses, and says how to go on."""
    for name in ("one", "two"):
        pending.git("switch", "-q", "-c", name, "main")
        pending.write("../code.txt", name)
        pending.commit(name)
    pending.git("switch", "-q", "main")
    pending.git("merge", "-q", "one")
    pending.git("merge", "two", check=False)
    done = promote(pending)
    assert done.code == 4 and "a merge is under way" in done.err


def test_uncommitted_edits_are_not_taken_along(pending, shared):
    """A memory whose file has edits that nobody committed is passed over, and named."""
    path = pending.store / f"facts/m1-{shared}.md"
    path.write_text(path.read_text().replace("Three.", "Three and a half."))
    before = state(pending)
    done = promote(pending)
    assert done.code == 0 and "commit them first" in done.out
    assert pending.json("overlay", "promote")["skipped"] == [shared]
    assert state(pending) == before
    pending.commit("mine")
    promote(pending)
    assert "Three and a half." in path.read_text() and "title: Better" in path.read_text()


def test_an_uncommitted_change_is_not_promoted(feature, shared):
    """A change that is not committed yet waits."""
    edit(feature, shared, "title=Better")
    feature.commit("x")
    edit(feature, shared, "tags+=b")
    feature.git("stash", "-qu")
    merged(feature, FEATURE)
    feature.git("stash", "pop", "-q")
    feature.git("branch", "-D", FEATURE)  # else the file is the other branch's
    done = feature.json("overlay", "promote")
    assert done["promoted"] == [] and done["skipped"] == [shared]


def test_detached_in_ci(pending, shared):
    """A CI job has a commit checked out: the variable, or ``--branch``, says that it is trunk's."""
    pending.git("switch", "-q", "--detach")
    before = state(pending)
    done = promote(pending)
    assert done.code == 2 and "HEAD is detached" in done.err
    assert promote(pending, env={"CI_COMMIT_BRANCH": FEATURE}).code == 2
    assert state(pending) == before
    assert promote(pending, "--dry-run", "--branch", "main").code == 0
    done = promote(pending, env={"GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"})
    assert done.code == 0 and done.out.startswith("promoted 1 change"), done.err
    assert len(receipts(pending)) == 1


@pytest.mark.parametrize("verb", ["promote", "sweep"])
def test_a_users_hook_that_refuses(pending, shared, verb):
    """A hook that refuses the commit is told; nothing is lost, and the same once more works when the hook is content."""
    if verb == "sweep":
        promote(pending)
        pending.git("branch", "-qD", FEATURE)
    before = replay.view(pending)
    hook = support.put(
        pending.path / ".git/hooks/pre-commit", "#!/bin/sh\necho no commits today >&2\nexit 1\n"
    )
    hook.chmod(0o755)
    head = pending.git("rev-parse", "HEAD")
    done = pending.call("overlay", verb)
    assert done.code == 3 and "no commits today" in done.err
    assert pending.git("rev-parse", "HEAD") == head
    assert replay.view(pending) == before
    hook.unlink()
    pending.git("commit", "-q", "-m", "by hand")
    assert replay.view(pending) == before
    assert pending.git("status", "--porcelain") == ""
    assert len(receipts(pending)) == 1


def test_parties_of_a_conflict_stay(store, shared):
    """What is settled is taken up, what is not stays, is named, and can be decided later."""
    branch_that(store, "one", "edit", shared, "--set", "title=One")
    branch_that(store, "two", "edit", shared, "--set", "title=Two")
    store.git("switch", "-q", "main")
    store.remember(2, "Second")
    store.commit("second")
    branch_that(store, "three", "edit", support.identity(2), "--set", "title=Third")
    merged(store, "one", "two", "three")
    before = replay.view(store)
    done = store.json("overlay", "promote")
    assert done["promoted"] == [support.identity(2)]
    assert [one["id"] for one in done["conflicts"]] == [shared]
    assert replay.view(store) == before
    text = store.ok("overlay", "promote")
    assert "CONFLICT in title" in text
    assert len(receipts(store)) == 1


def test_a_store_below_the_top(repo):
    """Promotion commits a store in a subfolder as any other, called from anywhere."""
    sub = repo.path / "a folder" / "services"
    sub.mkdir(parents=True)
    repo.ok("init", "--store", "a folder/services/.agentmem")
    project = Project(sub)
    project.remember(1, "Shared")
    project.commit("memory")
    branch_that(project, FEATURE, "edit", support.identity(1), "--set", "title=Better")
    merged(project, FEATURE)
    assert project.json("overlay", "promote")["promoted"] == [support.identity(1)]
    assert "title: Better" in next((sub / ".agentmem/facts").iterdir()).read_text()
    project.git("branch", "-qD", FEATURE)
    assert len(project.json("overlay", "sweep")["paths"]) == 1


# -- sweep


def test_sweep_only_what_is_settled_of_branches_that_are_gone(pending, shared, tmp_path):
    """A change goes when base has taken it up and its branch is gone, here and on remotes; its receipt stays."""
    assert pending.ok("overlay", "sweep") == "nothing to sweep\n"  # not absorbed
    promote(pending)
    assert pending.ok("overlay", "sweep") == "nothing to sweep\n"  # the branch is there
    git(tmp_path, "clone", "-q", "--bare", str(pending.path), "origin.git")
    pending.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    pending.git("fetch", "-q")
    pending.git("branch", "-qD", FEATURE)
    assert pending.ok("overlay", "sweep") == "nothing to sweep\n"  # it is on the remote
    git(tmp_path / "origin.git", "branch", "-D", FEATURE)
    pending.git("fetch", "-q", "--prune")
    before, kept, at = replay.view(pending), receipts(pending), state(pending)
    assert len(pending.json("overlay", "sweep", "--dry-run")["paths"]) == 1
    assert state(pending) == at
    done = pending.json("overlay", "sweep")
    assert done["branches"] == [FEATURE] and done["commit"] == pending.git("rev-parse", "HEAD").strip()
    assert overlay(pending) == [] and receipts(pending) == kept
    assert replay.view(pending) == before
    assert pending.git("status", "--porcelain") == ""


def test_a_change_swept_and_merged_again_is_still_taken_up(pending, shared):
    """A branch that comes back brings its change back; the receipt says that base has it."""
    tip = pending.git("rev-parse", FEATURE).strip()
    promote(pending)
    edit(pending, shared, "title=Best")
    pending.commit("best")
    pending.git("branch", "-qD", FEATURE)
    pending.ok("overlay", "sweep")
    pending.git("cherry-pick", tip)
    assert len(overlay(pending)) == 1
    assert show(pending, shared)["title"] == "Best"


def test_a_renamed_branch_is_not_gone(pending, shared):
    """A branch that goes on under another name still needs what it wrote."""
    promote(pending)
    pending.git("branch", "-m", FEATURE, "feature/jobs")
    assert pending.ok("overlay", "sweep") == "nothing to sweep\n"


def test_a_branch_whose_name_ends_like_another(pending, shared, tmp_path):
    """A branch is there by its whole name: feature/queue on a remote is no reason to keep what queue wrote."""
    promote(pending)
    branch_that(pending, "queue", "edit", shared, "--set", "tags+=q")
    merged(pending, "queue")
    promote(pending)
    git(tmp_path, "clone", "-q", "--bare", str(pending.path), "origin.git")
    git(tmp_path / "origin.git", "branch", "-D", "queue")
    pending.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    pending.git("fetch", "-q")
    pending.git("branch", "-qD", "queue", FEATURE)
    assert pending.json("overlay", "sweep")["branches"] == ["queue"]


# -- list, show


def test_listing_and_showing(pending, shared):
    """What each branch has that trunk has not, and what is pending; by name, whole."""
    pending.git("switch", "-q", FEATURE)
    new = add(pending, "New")
    (mine,) = pending.json("overlay", "list")["overlays"]
    assert mine == {
        "branch": FEATURE,
        "layer": "own",
        "new": 1,
        "pending": 1,
        "held": 0,
        "conflicts": 0,
        "absorbed": 0,
        "carried": 0,
    }
    shown = pending.json("overlay", "show")
    assert [one["id"] for one in shown["memories"]] == [new]
    (one,) = shown["changes"]
    assert (one["memory"], one["state"], one["by"]) == (shared, "pending", "tester")
    assert one["fields"][0]["to"] == "Better"
    assert "title: Shared → Better" in pending.ok("overlay", "show", FEATURE)
    assert pending.call("overlay", "show", "nothing").code == 2
    pending.git("switch", "-q", "--detach")
    assert pending.call("overlay", "show").code == 2
    assert len(pending.json("overlay", "show", FEATURE)["changes"]) == 1


def test_orphans_are_counted(pending, shared):
    """A change of a memory that the tree has not is said to be there; check warns of it."""
    (pending.store / f"facts/m1-{shared}.md").unlink()
    assert pending.json("overlay", "list")["orphans"] == 1
    assert pending.json("overlay", "promote")["orphans"] == 1
    assert [f["rule"] for f in pending.json("check")["findings"]] == ["broken-change"]


# -- what a switch carried along


@pytest.fixture
def carried(feature: Project, shared: str) -> tuple[Project, str]:
    """On trunk, with an uncommitted memory and change of a branch; the memory's id."""
    feature.commit("branch exists")
    new = add(feature, "New of the feature")
    edit(feature, shared, "title=Better")
    feature.git("switch", "-q", "main")
    return feature, new


def test_carried_files_belong_to_their_branch(carried, shared):
    """They are not in the view; status and list say whose they are; on request they are shown, labelled."""
    project, _ = carried
    assert project.titles() == {"Shared"}
    assert project.found("new of the feature") == []
    assert f"2 files of {FEATURE} came along uncommitted" in project.ok("status")
    assert project.json("status")["carried"] == {FEATURE: 2}
    (one,) = project.json("overlay", "list")["overlays"]
    assert (one["branch"], one["layer"], one["carried"]) == (FEATURE, "unmerged", 2)
    there = project.json("list", "--all-branches")["memories"]
    assert {(m["title"], m["layer"], m["branch"]) for m in there} >= {
        ("New of the feature", "unmerged", FEATURE),
        ("Better", "unmerged", FEATURE),
        ("Shared", "base", None),
    }
    # an edit here knows nothing of them
    edit(project, shared, "tags+=b")
    assert "Better" not in (project.store / f"facts/m1-{shared}.md").read_text()
    project.git("stash", "-q", "--", f".agentmem/facts/m1-{shared}.md")
    project.git("switch", "-q", FEATURE)
    assert project.titles() == {"New of the feature", "Better"}


@pytest.mark.parametrize("home", ["main", "other"])
def test_adopting_what_was_carried(carried, shared, home):
    """``adopt`` makes them this branch's; on trunk a change becomes an edit."""
    project, new = carried
    if home == "other":
        project.git("switch", "-q", "-c", "other")
        assert project.titles() == {"Shared"}
    done = project.json("overlay", "adopt", FEATURE)
    assert done["adopted"] == [new] and done["changed"] == [shared] and done["into"] == home
    assert project.titles() == {"New of the feature", "Better"}
    assert not project.json("status")["carried"]
    assert show(project, new)["layer"] == ("base" if home == "main" else "own")
    if home == "main":
        assert overlay(project) == []
        assert "title: Better" in (project.store / f"facts/m1-{shared}.md").read_text()
    else:
        (path,) = overlay(project)
        assert path.startswith("overlays/other/")


def test_adopting_one_of_those_carried(carried, shared):
    """By id only that one is taken over."""
    project, new = carried
    done = project.json("overlay", "adopt", FEATURE, new)
    assert (done["adopted"], done["left_changed"]) == ([new], [shared])
    assert project.titles() == {"New of the feature", "Shared"}
    assert project.json("status")["carried"] == {FEATURE: 1}
    assert project.call("overlay", "adopt", FEATURE, "zzzz").code == 2


def test_adopting_two_changes_of_one_memory(feature, shared):
    """A change that was staged and the one after it are taken over together: nothing is lost between them."""
    feature.commit("branch exists")
    edit(feature, shared, "title=Better")
    feature.git("add", "-A")
    edit(feature, shared, "title=Best", "tags+=b")
    feature.git("reset", "-q")
    assert len(overlay(feature)) == 2
    feature.git("switch", "-q", "-c", "other", "main")
    done = feature.json("overlay", "adopt", FEATURE)
    assert set(done["changed"]) == {shared}
    now = show(feature, shared)
    assert (now["title"], now["tags"], now["conflicts"]) == ("Best", ["a", "b"], [])
    assert all(path.startswith("overlays/other/") for path in overlay(feature))


def test_a_branch_that_is_gone_has_nothing_to_claim(carried, shared):
    """What names a branch that is nowhere any more is what this tree says."""
    project, _ = carried
    project.git("branch", "-qD", FEATURE)
    assert project.titles() == {"New of the feature", "Better"}
    assert not project.json("status")["carried"]


@pytest.mark.parametrize("how", ["merge", "squash", "cherry-pick", "revert", "rebase"])
def test_what_a_merge_brings_is_meant_to_be_here(feature, shared, how):
    """While a merge, squash, pick or rebase is under way, the files it brings are seen, and not taken for carried ones."""
    feature.write("../code.txt", "mine")
    new = add(feature, "New of the feature")
    feature.commit("mine")
    tip = feature.git("rev-parse", "HEAD").strip()
    feature.git("switch", "-q", "main")
    if how == "revert":
        feature.git("merge", "-q", FEATURE)
        feature.git("revert", "--no-edit", "HEAD")
        feature.write("../code.txt", "theirs")
        feature.commit("theirs")
        words = ["revert", "--no-edit", "HEAD~1"]
    else:
        feature.write("../code.txt", "theirs")
        feature.commit("theirs")
        words = {
            "merge": ["merge", FEATURE],
            "squash": ["merge", "--squash", FEATURE],
            "cherry-pick": ["cherry-pick", tip],
            "rebase": ["rebase", "main"],
        }[how]
        if how == "rebase":
            feature.git("switch", "-q", FEATURE)
    feature.git(*words, check=False)
    assert replay.is_unmerged(feature) == ["code.txt"]
    assert feature.titles() == {"Shared", "New of the feature"}
    assert not feature.json("status")["carried"]
    assert show(feature, new)["title"] == "New of the feature"
    (feature.path / "code.txt").write_text("both")
    feature.git("add", "-A")
    # until it is committed
    assert feature.titles() == {"Shared", "New of the feature"}


# -- adopting from elsewhere


def test_adopting_the_lessons_of_abandoned_work(feature, shared):
    """Dead ends and reflections are taken over; facts by id alone; nothing of it was shown as true on trunk before."""
    for kind in ("fact", "decision", "deadend", "reflection"):
        feature.ok("add", kind, f"A {kind}")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    assert feature.titles() == {"Shared"}
    done = feature.json("overlay", "adopt", FEATURE)
    assert len(done["adopted"]) == 2 and len(done["left"]) == 2 and done["changed"] == []
    assert done["left_changed"] == [shared]
    assert feature.titles() == {"Shared", "A deadend", "A reflection"}
    fact = next(i for i in done["left"] if show(feature, i, "--branch", FEATURE)["kind"] == "fact")
    assert feature.json("overlay", "adopt", FEATURE, fact[:6])["adopted"] == [fact]
    assert feature.json("overlay", "adopt", FEATURE, shared)["changed"] == [shared]
    assert feature.titles() == {"Better", "A deadend", "A reflection", "A fact"}
    for path in feature.git("ls-files", "-o", "--", ".agentmem").split():
        assert "branch:" not in (feature.path / path).read_text()


def test_the_changes_that_are_not_adopted_are_named(feature, shared):
    """A branch that only changed something has not nothing left: it is told as the branch has it, until it is adopted."""
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    assert feature.ok("overlay", "adopt", FEATURE).splitlines() == [
        f"adopted nothing: {FEATURE} has no lessons",
        f"1 more, by id: agentmem overlay adopt {FEATURE} ID…",
        f'  ~ {shared[:6]} fact "Better"',
    ]
    told = feature.ok("overlay", "adopt", FEATURE, shared[:6]).splitlines()
    assert told == [f"adopted 1 of {FEATURE} into main", f'~ {shared[:6]} fact "Better"']
    assert feature.ok("overlay", "adopt", FEATURE) == f"nothing of {FEATURE} is left to adopt\n"
    feature.git("checkout", "--", ".")
    feature.git("merge", "-q", FEATURE)
    assert feature.ok("overlay", "adopt", FEATURE) == f"nothing of {FEATURE} is left to adopt\n"


def test_adopting_from_a_remote_branch_or_a_commit(feature, tmp_path):
    """A branch that was deleted can be adopted from by its commit; one that is on the remote by its name."""
    feature.ok("add", "deadend", "Tried")
    feature.commit("work")
    tip = feature.git("rev-parse", "HEAD").strip()
    git(tmp_path, "clone", "-q", str(feature.path), "clone")
    clone = Project(tmp_path / "clone")
    clone.git("switch", "-q", "main")
    clone.git("branch", "-qD", FEATURE)
    assert len(clone.json("overlay", "adopt", FEATURE)["adopted"]) == 1
    feature.git("switch", "-q", "main")
    feature.git("branch", "-qD", FEATURE)
    assert len(feature.json("overlay", "adopt", tip)["adopted"]) == 1
    assert feature.call("overlay", "adopt", "nothing").code == 2


def test_adopting_a_change_that_meets_another(feature, shared):
    """A change that does not fit what the memory says here needs a decision; nothing is written."""
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    edit(feature, shared, "title=Other")
    feature.commit("other")
    before = state(feature)
    done = feature.call("overlay", "adopt", FEATURE, shared)
    assert done.code == 4 and "title" in done.err
    assert state(feature) == before
