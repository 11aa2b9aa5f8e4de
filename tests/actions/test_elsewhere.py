"""Looking from elsewhere: other branches, other worktrees, other moments; and from clones of every shape."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agentmem.actions.context import Context
from agentmem.git import revisions
from tests import replay, support
from tests.actions.test_placing import FEATURE, add, branch_that, edit, feature, merged, overlay, shared, show
from tests.support import Project, git

__all__ = ["feature", "shared"]  # fixtures


def layers(project: Project, *words: str, **options) -> set[tuple[str, str, str | None]]:
    """Title, layer and branch of all that is listed."""
    found = project.json("list", "--limit", "0", *words, **options)["memories"]
    return {(one["title"], one["layer"], one["branch"]) for one in found}


def worktree(project: Project, name: str, *words: str) -> Project:
    """Another worktree of the repository."""
    path = project.path.parent / name.replace("/", "-")
    project.git("worktree", "add", "-q", *words, str(path))
    return Project(path)


# -- another branch


def test_branch_shows_what_a_branch_has(feature, shared):
    """``--branch`` is the branch's own view, applied changes and all; here nothing is different for it."""
    new = add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    there = replay.view(feature)
    feature.git("switch", "-q", "main")
    assert replay.view(feature, "--branch", FEATURE) == there
    assert feature.titles() == {"Shared"}
    assert layers(feature, "--branch", FEATURE) == {("New", "unmerged", FEATURE), ("Better", "base", None)}
    assert feature.found("new", "--branch", FEATURE) == [new]
    text = feature.ok("list", "--branch", FEATURE)
    assert f"for {FEATURE} @" in text and "NOT merged here" in text
    assert "changed on" in text
    assert feature.json("list", "--branch", FEATURE)["view"]["branch"] == FEATURE


def test_only_what_trunk_holds(feature, shared):
    """``--trusted`` keeps to what is committed on trunk: not what the branch has or changed, nor what nobody committed."""
    add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    assert feature.titles("--trusted") == {"Shared"}
    feature.git("switch", "-q", "main")
    add(feature, "Not committed")
    assert feature.titles("--trusted") == {"Shared"}
    assert feature.found("committed", "--trusted") == []
    assert feature.found("shared", "--trusted") == [shared]
    assert feature.json("list", "--trusted")["view"]["branch"] == "main"
    assert feature.titles("--trusted", "--at", "main") == {"Shared"}
    for words in (["--branch", FEATURE], ["--all-branches"], ["--at", FEATURE]):
        done = feature.call("list", "--trusted", *words)
        assert done.code == 2 and "--trusted keeps to" in done.err, done.err


def test_where_no_trunk_is(feature):
    """Nothing is trusted where nothing tells what trunk is, and the error says how to tell."""
    (feature.path / ".agentmem/config.toml").write_text('trunk = "release"\n')
    done = feature.call("recall", "shared", "--trusted")
    assert done.code == 2 and 'no branch "release" here' in done.err and "config.toml" in done.err


def test_other_branches_of_then(feature, shared, monkeypatch):
    """At a moment other branches are as they stood then: what was written since is on none, trunk's own least of all."""

    def at(hour: int) -> None:
        moment = f"2026-02-22T{hour}:00:00Z"
        for name in ("AGENTMEM_NOW", "GIT_COMMITTER_DATE", "GIT_AUTHOR_DATE"):
            monkeypatch.setenv(name, moment)

    at(11)
    add(feature, "Early")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    at(12)
    add(feature, "On trunk")
    trunk = feature.commit("trunk goes on")
    at(13)
    then = layers(feature, "--all-branches")
    assert then == {
        ("Shared", "base", None), ("On trunk", "base", None), ("Early", "unmerged", FEATURE), ("Better", "unmerged", FEATURE)
    }  # fmt: skip
    at(14)
    feature.git("worktree", "add", "-q", str(feature.path.parent / "side"), FEATURE)
    side = Project(feature.path.parent / "side")
    add(side, "Late")
    edit(side, shared, "title=Best")
    side.commit("more")
    add(side, "Not committed")
    edit(feature, shared, "title=Trunk's own")
    feature.commit("trunk's own")
    feature.git("branch", "young")
    at(16)
    for words in (("--at", "2026-02-22T13:30:00Z"), ("--at", trunk), ("--at", "main~1")):
        assert layers(feature, "--all-branches", *words) == then, words
        assert feature.found("late best trunk", "--all-branches", *words) == feature.found("trunk", *words)
    assert layers(feature, "--all-branches", "--at", "2026-02-22T10:30:00Z") == {("Shared", "base", None)}
    from_side = layers(side, "--all-branches", "--at", "2026-02-22T13:30:00Z")
    assert ("On trunk", "unmerged", "main") in from_side and not any("Late" in one for one in from_side)


def test_where_lines_stood(repo):
    """Each line by its first parents, as one alone is asked for; of commits of one second the one that is stood at."""
    context = Context(str(repo.path), environment=dict(os.environ))
    repo.ok("init", "--no-hooks")

    def commit(second: int) -> str:
        moment = f"2026-02-22T10:00:{second:02}Z"
        repo.git("add", "-A")
        env = {**os.environ, "GIT_COMMITTER_DATE": moment}
        words = ["git", "commit", "-q", "--allow-empty", "-m", "x"]
        subprocess.run(words, cwd=repo.path, env=env, check=True)
        return repo.git("rev-parse", "HEAD").strip()

    first, second, third, same, last = (commit(at) for at in (1, 5, 7, 7, 9))
    repo.git("switch", "-q", "-c", "side", second)
    aside = commit(6)
    start = support.git(repo.path, "show", "-s", "--format=%ct", first)
    zero = int(start) - 1
    tips = [last, aside]
    for at in range(10):
        stood = revisions.stood_at(context.repository, tips, zero + at)
        alone = {tip: found.id for tip in tips if (found := revisions.at(context.repository, tip, zero + at))}
        assert stood == alone, at
    assert revisions.stood_at(context.repository, tips, zero + 7)[last] == same
    assert revisions.stood_at(context.repository, tips, zero + 7, third) == {last: third, aside: aside}
    assert revisions.stood_at(context.repository, tips, zero + 6, second) == {last: second, aside: aside}


def test_a_tag_and_a_branch_of_one_name(feature, shared):
    """It is said which of them was taken, and the name that is told names the other."""
    feature.git("tag", "rel")
    feature.git("switch", "-q", "-c", "rel")
    add(feature, "On rel")
    feature.commit("rel")
    at = feature.call("list", "--at", "rel")
    assert at.err == "note: rel is a tag and a branch: the tag is meant; the other: refs/heads/rel\n"
    assert "On rel" not in at.out and "On rel" in feature.ok("list", "--at", "refs/heads/rel")
    for words in (("diff", "main..rel"), ("check", "--diff", "main..rel")):
        said = feature.call(*words).err
        assert said == "note: rel is a tag and a branch: the branch is meant; the other: refs/tags/rel\n", (
            words
        )
    assert "On rel" in feature.ok("diff", "main..rel") and "On rel" not in feature.ok(
        "diff", "main..refs/tags/rel"
    )
    assert feature.call("list", "--branch", "rel").err == "" == feature.call("diff", "main..HEAD").err


def test_no_such_branch(feature):
    """A branch that is not here is an error, with the nearest."""
    done = feature.call("list", "--branch", "feature/queu")
    assert done.code == 2 and f"did you mean {FEATURE}?" in done.err


def test_a_branch_that_is_on_the_remote_alone(feature, tmp_path):
    """A remote-tracking branch is a branch, by its name or with its remote."""
    add(feature, "New")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    git(tmp_path, "clone", "-q", str(feature.path), "clone")
    clone = Project(tmp_path / "clone")
    for name in (FEATURE, f"origin/{FEATURE}"):
        assert clone.titles("--branch", name) == {"Shared", "New"}
    assert ("New", "unmerged", f"origin/{FEATURE}") in layers(clone, "--all-branches")
    # one that is here and there counts once
    clone.git("branch", "-q", FEATURE, f"origin/{FEATURE}")
    found = [one for one in layers(clone, "--all-branches") if one[0] == "New"]
    assert found == [("New", "unmerged", FEATURE)]


def test_a_branch_without_a_store(store, shared):
    """A branch that has no store has no memories."""
    store.git("switch", "-q", "--orphan", "bare-one")
    store.write("../x", "x")
    store.commit("x")
    store.git("switch", "-q", "main")
    assert layers(store, "--branch", "bare-one") == set()
    assert layers(store, "--all-branches") == {("Shared", "base", None)}


# -- all branches


def test_all_branches(feature, shared):
    """New memories and changed ones of others, labelled; the same blob once; below what is here."""
    add(feature, "A queue of our own")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("branch", "twin")
    feature.git("switch", "-q", "main")
    assert layers(feature, "--all-branches") == {
        ("Shared", "base", None),
        ("A queue of our own", "unmerged", FEATURE),
        ("Better", "unmerged", FEATURE),
    }
    text = feature.ok("list", "--all-branches")
    assert text.count(f"| {FEATURE}, NOT merged here") == 2
    store_line = next(line for line in text.splitlines() if '"Shared"' in line)
    assert "|" not in store_line
    # ranked below: the same text here and there
    ours = add(feature, "A queue of our own too", "--force")
    best = feature.found("queue of our own", "--all-branches")
    assert best[0] == ours and len(best) == 2


def test_stale_versions_are_not_shown(store, shared):
    """A branch that is merely behind has nothing that trunk has not; nor does one that trunk has squashed and gone on from."""
    store.git("branch", "behind")
    edit(store, shared, "title=Newer")
    store.commit("newer")
    assert layers(store, "--all-branches") == {("Newer", "base", None)}
    store.git("switch", "-q", "-c", "squashed")
    new = add(store, "Work")
    store.commit("work")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--squash", "squashed")
    store.git("commit", "-q", "-m", "squash")
    edit(store, new, "title=Work went on")
    store.commit("went on")
    assert {title for title, _, _ in layers(store, "--all-branches")} == {"Newer", "Work went on"}
    assert store.json("conflicts")["conflicts"] == []


def test_a_promoted_change_is_not_shown_as_unmerged(store, shared):
    """What base has taken up is no news, though the branch that made it is still there."""
    branch_that(store, FEATURE, "edit", shared, "--set", "title=Better")
    merged(store, FEATURE)
    store.ok("overlay", "promote")
    assert layers(store, "--all-branches") == {("Better", "base", None)}


def test_nothing_elsewhere_changes_what_holds_here(feature, shared):
    """Another branch's successor hides nothing here, its log entry closes no task here, its retraction takes nothing away."""
    feature.git("switch", "-q", "main")
    task = feature.json("add", "task", "To do")["id"]
    feature.commit("task")
    feature.git("switch", "-q", "-C", FEATURE)
    feature.ok("supersede", shared, "--title", "Replaced")
    feature.ok("add", "log", "Done it", "--set", f"closes={task}")
    feature.commit("work")
    assert show(feature, task)["status"] == "done"
    feature.git("switch", "-q", "main")
    assert ("Shared", "base", None) in layers(feature, "--all-branches")
    one = next(m for m in feature.json("list", "--all-branches")["memories"] if m["id"] == task)
    assert one["status"] == "open"
    assert show(feature, shared, "--all-branches")["status"] == "active"
    feature.git("switch", "-q", "-c", "third")
    feature.ok("retract", shared, "--reason", "no")
    feature.commit("retract")
    feature.git("switch", "-q", "main")
    assert ("Shared", "base", None) in layers(feature, "--all-branches")


def test_two_worktrees_see_each_others_uncommitted_memories(feature, shared):
    """On request, labelled; also changes, also of a detached worktree, and not what the other has only not pulled."""
    feature.git("switch", "-q", "main")
    one, two = worktree(feature, "one", "-b", "one"), worktree(feature, "two", "-b", "two")
    add(one, "Seen by one")
    edit(one, shared, "title=Better")
    add(two, "Seen by two")
    assert one.titles() == {"Seen by one", "Better"}
    assert layers(two, "--all-branches") == {
        ("Seen by two", "own", "two"),
        ("Shared", "base", None),
        ("Seen by one", "unmerged", "one"),
        ("Better", "unmerged", "one"),
    }
    assert "one, not committed, NOT merged here" in two.ok("list", "--all-branches")
    assert ("Seen by two", "unmerged", "two") in layers(one, "--all-branches")
    assert two.titles("--branch", "one") == {"Seen by one", "Better"}
    assert two.found("seen by one", "--branch", "one")
    one.git("switch", "-q", "--detach")
    assert ("Seen by one", "unmerged", "detached HEAD") in layers(two, "--all-branches")


def test_other_worktrees_from_a_hook(feature, shared):
    """A hook is told its own GIT_DIR and GIT_INDEX_FILE: another worktree's files are compared with that one's own."""
    feature.git("switch", "-q", "main")
    one = worktree(feature, "one", "-b", "one")
    add(one, "Committed by one")
    one.commit("work")
    add(one, "Not yet by one")
    env = {
        "GIT_DIR": str(feature.path / ".git"),
        "GIT_WORK_TREE": str(feature.path),
        "GIT_INDEX_FILE": str(feature.path / ".git/index"),
    }
    assert layers(feature, "--all-branches", env=env) == layers(feature, "--all-branches")
    text = feature.ok("list", "--all-branches", env=env)
    assert '"Committed by one" | one, NOT merged here' in text
    assert '"Not yet by one" | one, not committed, NOT merged here' in text


def test_what_was_only_touched_in_another_worktree(feature, shared):
    """What another worktree has committed is not called uncommitted because its files have another time."""
    one = worktree(feature, "one", "-b", "one")
    add(one, "Committed by one")
    one.commit("work")
    before = feature.ok("list", "--all-branches")
    assert '"Committed by one" | one, NOT merged here' in before
    for path in one.store.rglob("*.md"):
        os.utime(path, (1, 1))
    assert feature.ok("list", "--all-branches") == before


def test_git_dir_and_work_tree(feature, shared, tmp_path):
    """With GIT_DIR and GIT_WORK_TREE set, reads and writes are of that repository."""
    add(feature, "New")
    moved = tmp_path / "elsewhere.git"
    (feature.path / ".git").rename(moved)
    env = {"GIT_DIR": str(moved), "GIT_WORK_TREE": str(feature.path)}
    assert {one[0] for one in layers(feature, env=env)} == {"Shared", "New"}
    edit(feature, shared, "title=Better", env=env)
    assert overlay(feature)[0].startswith("overlays/feature~queue/")
    assert (moved / "agentmem" / "journal").is_dir()
    assert layers(feature, "--branch", "main", env=env) == {("Shared", "base", None)}
    assert feature.call("list").code == 3


def test_git_dir_and_work_tree_from_outside(store, tmp_path):
    """Started in a folder that is in no worktree, they name the one that is meant: its files are read and written."""
    store.remember(1, "Not committed")
    env = {"GIT_DIR": str(store.path / ".git"), "GIT_WORK_TREE": str(store.path)}
    outside = tmp_path / "outside"
    outside.mkdir()
    away = Project(outside)
    assert layers(away, env=env) == {("Not committed", "base", None)}
    path = away.json("add", "decision", "Readers reboot nightly", env=env)["path"]
    assert (store.path / path).is_file() and os.listdir(outside) == []
    assert away.call("list").code == 3


def counted(project: Project, tmp_path: Path, *words: str) -> int:
    """How many git processes a command starts."""
    log = tmp_path / "git.log"
    log.unlink(missing_ok=True)
    real = shutil.which("git")
    shim = support.put(tmp_path / "shim/git", f'#!/bin/sh\necho x >> "{log}"\nexec {real} "$@"\n')
    shim.chmod(0o755)
    import os

    project.ok(*words, env={"PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}"})
    return len(log.read_text().splitlines())


def test_any_number_of_branches_takes_the_same_processes(store, shared, tmp_path):
    """200 branches with memories and changes of their own take as many git processes as 20, the first time and later."""
    base = store.git("rev-parse", "HEAD").strip()
    change = f"---\nchange: %s\nmemory: {shared}\nbranch: b%d\nafter: []\nset:\n  tags: {{add: [t%d]}}\n---\n"

    def branches(first: int, last: int) -> None:
        lines = []
        for n in range(first, last):
            name = support.identity(1000 + n)
            text = support.memory(name, title=f"Queue of {n}", branch=f"b{n}").encode()
            said = (change % (support.identity(5000 + n), n, n)).encode()
            lines += [
                f"commit refs/heads/b{n}\ncommitter A <a@example.org> {1771754400 + n} +0000\ndata 1\nx\nfrom {base}\n".encode(),
                f"M 100644 inline .agentmem/facts/q-{name}.md\ndata {len(text)}\n".encode() + text + b"\n",
                f"M 100644 inline .agentmem/overlays/b{n}/{shared}.{support.identity(5000 + n)}.md\n".encode()
                + f"data {len(said)}\n".encode()
                + said
                + b"\n",
            ]
        store.git("fast-import", "--quiet", input=b"".join(lines))

    words = ("recall", "queue", "--all-branches", "--limit", "0", "--budget", "0", "--format", "ids")
    numbers = []
    for first, last in ((0, 20), (20, 200)):
        branches(first, last)
        numbers.append(counted(store, tmp_path, *words))
        numbers.append(counted(store, tmp_path, *words))
    assert numbers[2] <= numbers[0] and numbers[3] <= numbers[1], numbers
    assert len(store.ok(*words).split()) == 200
    assert len(store.json("list", "--all-branches", "--tag", "t150")["memories"]) == 1
    assert len(store.json("overlay", "list", "--all-branches")["overlays"]) == 200


def test_packed_refs(feature, tmp_path):
    """Refs that are packed, of a remote of any name, are the same refs."""
    new = add(feature, "New")
    feature.commit("work")
    git(tmp_path, "clone", "-q", "--bare", str(feature.path), "up.git")
    feature.git("remote", "add", "upstream", str(tmp_path / "up.git"))
    feature.git("push", "-q", "upstream", f"{FEATURE}:main", "--force")
    feature.git("fetch", "-q", "upstream")
    assert show(feature, new)["layer"] == "base"
    feature.git("pack-refs", "--all", "--prune")
    shutil.rmtree(feature.path / ".git/refs/remotes", ignore_errors=True)
    assert show(feature, new)["layer"] == "base"
    assert feature.titles("--branch", "main") == {"Shared"}


# -- as of then


@pytest.fixture
def dated(repo: Project) -> Project:
    """Three commits a day apart, each with one memory more; the last is on 2026-02-03."""
    repo.ok("init")
    for day in (1, 2, 3):
        expires = {"expires": "2026-02-02T18:00:00Z"} if day == 1 else {}
        repo.remember(day, f"Day {day}", created=f"2026-02-0{day}T10:00:00Z", **expires)
        at = f"2026-02-0{day}T12:00:00Z"
        subprocess.run(["git", "add", "-A"], cwd=repo.path, check=True)
        subprocess.run(
            ["git", "commit", "-q", "-m", f"day {day}"],
            cwd=repo.path,
            check=True,
            env=support.environment({"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at}),
        )
    repo.git("tag", "v1", "HEAD~2")
    repo.git("tag", "-a", "-m", "x", "v2", "HEAD~1")
    return repo


@pytest.mark.parametrize(
    ("at", "titles"),
    [
        ("v1", {"Day 1"}),
        ("v2", {"Day 1", "Day 2"}),  # expired in the evening of that day
        ("HEAD~1", {"Day 1", "Day 2"}),
        ("HEAD", {"Day 2", "Day 3"}),
        ("main", {"Day 2", "Day 3"}),
        ("2026-02-01T12:00:00Z", {"Day 1"}),
        ("2026-02-02", {"Day 1"}),
        ("2026-02-02 13:00", {"Day 1", "Day 2"}),
        ("2026-02-02T19:00:00Z", {"Day 2"}),
        ("20 days ago", {"Day 1"}),
        ("2 weeks ago", {"Day 2", "Day 3"}),
        ("yesterday", {"Day 2", "Day 3"}),
    ],
)
def test_at(dated, at, titles):
    """The view of a revision, at its commit's time; or of a moment, at that moment: expiry is judged then."""
    assert dated.titles("--at", at) == titles
    found = dated.json("recall", "day", "--at", at)["hits"]
    assert {one["title"] for one in found} == titles


@pytest.mark.parametrize(
    "at",
    [
        "nothing",
        "HEAD@{nonsense}",
        "main@{last week}",
        "@{1.hour.ago}",
        "-x",
        "HEAD:README",
        "2026-13-01",
        " ",
        "next week",
        "HEAD\n",
        "0" * 40,
    ],
)
def test_at_nonsense(dated, at):
    """What is neither a revision nor a moment is an error, and never now."""
    done = dated.call("list", f"--at={at}")
    assert done.code == 2, done.out


@pytest.mark.parametrize("at", ["2026-01-31", "1950-01-01", "0001-01-01", "11 months ago", "900 months ago"])
def test_at_before_the_first_commit(dated, at):
    """Before the first commit there was nothing, and that is said."""
    done = dated.call("list", "--at", at)
    assert done.code == 2 and "nothing was committed here" in done.err


def test_at_in_a_shallow_clone(dated, tmp_path):
    """Where the clone ends before that moment, the hint says how to get the rest."""
    git(tmp_path, "clone", "-q", "--depth", "1", dated.path.as_uri(), "shallow")
    clone = Project(tmp_path / "shallow")
    assert clone.titles() == clone.titles("--at", "HEAD") == {"Day 2", "Day 3"}
    for at in ("v1x", "2026-02-01"):
        done = clone.call("list", "--at", at)
        assert done.code == 2 and "git fetch --unshallow" in done.err, done.err


def test_at_on_another_branch_and_of_a_merge(dated):
    """A moment is of the line that is stood on: what another branch committed earlier was not here before it was merged."""
    assert dated.json("show", support.identity(1), "--at", "v1")["memories"][0]["title"] == "Day 1"
    assert dated.call("show", support.identity(3), "--at", "v1").code == 2
    assert dated.json("list", "--at", "v1")["view"]["at"] == "2026-02-01T12:00:00Z"
    dated.git("switch", "-q", "-c", "side", "v1")
    dated.remember(9, "Side")
    dated.commit("side")
    dated.git("switch", "-q", "main")
    dated.git("merge", "-q", "--no-ff", "side")
    assert "Side" in dated.titles()
    assert "Side" not in dated.titles("--at", "2026-02-04")
    assert dated.titles("--at", "2026-02-01T13:00:00Z", "--branch", "side") == {"Day 1"}
    uncommitted = add(dated, "Uncommitted")
    assert dated.call("show", uncommitted, "--at", "HEAD").code == 2


def test_since_a_tag(dated):
    """``--since`` and ``--until`` take a tag or commit for its time."""
    assert dated.titles("--since", "v2") == {"Day 3"}
    assert dated.titles("--since", "v1", "--until", "v2") == {"Day 2"}
    assert dated.call("list", "--since", "nonsense").code == 2
    assert dated.call("list", "--since", "HEAD@{nonsense}").code == 2


# -- nothing to index again


def test_a_switch_between_known_branches_indexes_nothing(store, shared):
    """After ``git switch`` between branches whose blobs are known, recall indexes no document."""
    for name in ("one", "two"):
        store.git("switch", "-q", "-c", name, "main")
        for n in range(30):
            store.remember(100 + n + (50 if name == "two" else 0), f"Queue {name} {n}", branch=name)
        store.ok("edit", shared, "--set", f"title=Shared by {name}")
        store.commit(name)
        store.found("queue")
    before = store.json("index", "status")["indexed_total"]
    assert before >= 62
    for name in ("one", "two", "main", "one"):
        store.git("switch", "-q", name)
        found = store.found("queue", "--limit", "0")
        assert len(found) == (0 if name == "main" else 30)
        assert store.json("index", "status")["indexed_total"] == before


# -- clones and checkouts of every shape


def test_shallow_and_single_branch(feature, shared, tmp_path):
    """A clone of depth 1 and of one branch gives the same view, and takes writes."""
    add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    there = replay.view(feature)
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", FEATURE, feature.path.as_uri(), "shallow")
    clone = Project(tmp_path / "shallow")
    assert replay.view(clone) == there
    assert replay.view(clone, "--all-branches") == there
    edit(clone, shared, "title=Best")
    assert len(overlay(clone)) == 2
    assert show(clone, shared)["title"] == "Best"
    assert clone.call("conflicts").code == 0
    # a branch whose line the clone does not hold
    clone.git("fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    assert {one[0] for one in layers(clone, "--all-branches")} >= {"Best", "New"}


def test_a_rewritten_remote_branch(feature, tmp_path):
    """After a force-push and a fetch the remote branch is what it is now; the local one is one's own."""
    new = add(feature, "First try")
    feature.commit("try")
    git(tmp_path, "clone", "-q", str(feature.path), "clone")
    clone = Project(tmp_path / "clone")
    clone.git("switch", "-q", "-c", "main", "origin/main")
    feature.git("reset", "-q", "--hard", "main")
    add(feature, "Second try")
    feature.commit("again")
    clone.git("fetch", "-q")
    assert ("Second try", "unmerged", f"origin/{FEATURE}") in layers(clone, "--all-branches")
    assert ("First try", "unmerged", FEATURE) in layers(clone, "--all-branches")
    clone.git("branch", "-qD", FEATURE)
    assert {one[0] for one in layers(clone, "--all-branches")} == {"Shared", "Second try"}
    assert clone.call("show", new).code == 2


def test_sparse_checkout(feature, shared, tmp_path):
    """What a sparse checkout leaves out is read from its blobs, and edits of it go where they belong."""
    edit(feature, shared, "title=Better")
    feature.commit("change")
    feature.git("switch", "-q", "main")
    feature.remember(2, "A decision", kind="decision")
    feature.commit("decision")
    feature.git("switch", "-q", FEATURE)
    feature.git("merge", "-q", "main")
    there = replay.view(feature)
    git(tmp_path, "clone", "-q", "--branch", FEATURE, str(feature.path), "sparse")
    clone = Project(tmp_path / "sparse")
    clone.git("branch", "-q", "main", "origin/main")
    clone.git("sparse-checkout", "set", "--cone", ".agentmem/facts")
    assert not (clone.store / "overlays").exists() and not (clone.store / "decisions").exists()
    assert replay.view(clone) == there
    edit(clone, shared, "title=Best")
    now = show(clone, shared)
    assert (now["title"], now["conflicts"]) == ("Best", [])
    edit(clone, support.identity(2), "title=Decided")
    assert show(clone, support.identity(2))["title"] == "Decided"
    clone.git("switch", "-q", "main")
    clone.git("clean", "-qfd")
    edit(clone, support.identity(2), "title=Decided on trunk")
    assert show(clone, support.identity(2))["title"] == "Decided on trunk"
    clone.git("reset", "-q", "--hard")
    clone.git("sparse-checkout", "set", "--cone", "src")
    shutil.rmtree(clone.store, ignore_errors=True)
    assert clone.titles() == {"Shared", "A decision"}
    assert clone.call("edit", shared, "--set", "title=x").code == 3
    clone.git("sparse-checkout", "disable")


def test_sparse_promotion(feature, shared, tmp_path):
    """Promotion works where the sparse checkout leaves out the files that it writes."""
    edit(feature, shared, "title=Better")
    feature.commit("change")
    merged(feature, FEATURE)
    git(tmp_path, "clone", "-q", str(feature.path), "sparse")
    clone = Project(tmp_path / "sparse")
    clone.git("sparse-checkout", "set", "--cone", ".agentmem/decisions")
    done = clone.json("overlay", "promote")
    assert done["promoted"] == [shared] and done["commit"]
    assert clone.titles() == {"Better"}
    assert "promoted/" in clone.git("show", "--name-only", "--format=", "HEAD")


def test_bare_clone(feature, shared, tmp_path):
    """A bare clone answers every question, and refuses every write."""
    new = add(feature, "New")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    git(tmp_path, "clone", "-q", "--bare", str(feature.path), "bare.git")
    bare = Project(tmp_path / "bare.git")
    assert bare.titles() == {"Shared"}
    assert bare.titles("--branch", FEATURE) == {"New", "Better"}
    assert ("New", "unmerged", FEATURE) in layers(bare, "--all-branches")
    assert bare.found("new", "--branch", FEATURE) == [new]
    assert bare.titles("--at", FEATURE) == {"New", "Better"}
    assert show(bare, shared)["title"] == "Shared"
    (one,) = bare.json("overlay", "list", "--all-branches")["overlays"]
    assert (one["branch"], one["layer"], one["new"], one["pending"]) == (FEATURE, "unmerged", 1, 1)
    assert bare.json("conflicts")["conflicts"] == []
    assert bare.json("conflicts", "main", FEATURE)["conflicts"] == []
    for words in (
        ("add", "fact", "X"),
        ("edit", shared, "--set", "title=X"),
        ("edit", shared, "--set", "title=X", "--branch", FEATURE),
        ("retract", shared, "--reason", "x"),
        ("overlay", "promote"),
        ("overlay", "sweep"),
        ("overlay", "adopt", FEATURE),
    ):
        done = bare.call(*words)
        assert done.code == 3, (words, done)
    assert git(bare.path, "config", "--get-regexp", "agentmem-overlay", check=False) == ""


def test_a_bare_clone_knows_the_trunk_of_the_configuration(feature, tmp_path):
    """Trunk is read from the store in git where no file has it."""
    feature.git("branch", "-m", "main", "develop")
    feature.git("branch", "main")
    feature.write("config.toml", 'trunk = "develop"\n')
    add(feature, "New")
    feature.commit("work")
    git(tmp_path, "clone", "-q", "--bare", str(feature.path), "bare.git")
    bare = Project(tmp_path / "bare.git")
    assert bare.json("overlay", "list")["trunk"] == "develop"


def test_sha256(new_repository):
    """A SHA-256 repository is a repository."""
    project = new_repository("sha256", "--object-format=sha256")
    project.ok("init")
    project.remember(1, "Shared")
    project.commit("memory")
    branch_that(project, FEATURE, "edit", support.identity(1), "--set", "title=Better")
    project.git("switch", "-q", "main")
    assert ("Better", "unmerged", FEATURE) in layers(project, "--all-branches")
    merged(project, FEATURE)
    assert project.titles() == {"Better"}
    assert len(project.json("overlay", "promote")["commit"]) == 64
    assert project.titles("--at", "HEAD~1") == {"Better"}


def test_submodule(feature, shared, tmp_path):
    """A store in a submodule is that of the submodule, whatever the repository around it has."""
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q", "-b", "main")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(feature.path), "lib/inner")
    inner = Project(outer / "lib/inner")
    assert inner.titles() == {"Shared"}
    inner.git("switch", "-q", "-c", "work")
    edit(inner, shared, "title=Better")
    assert overlay(inner)[0].startswith("overlays/work/")
    assert ("Better", "base", None) in layers(inner)
    inner.commit("x")
    inner.git("switch", "-q", "--detach", "HEAD~1")
    assert ("Better", "unmerged", "work") in layers(inner, "--all-branches")
    assert support.call("list", cwd=outer).code == 3


@pytest.mark.parametrize("folder", ["a folder", "grün/ähm", "new\nline", "-dash", "[x]*?"])
def test_a_store_in_a_subfolder(repo, folder):
    """A store below the top, in a folder of any name, works in every way."""
    sub = repo.path / folder
    sub.mkdir(parents=True)
    repo.ok("init", "--store", f"{folder}/.agentmem")
    project = Project(sub)
    project.remember(1, "Shared")
    project.commit("memory")
    project.git("switch", "-q", "-c", FEATURE)
    new = add(project, "New")
    edit(project, support.identity(1), "title=Better")
    project.commit("work")
    assert show(project, new)["layer"] == "own"
    edit(project, new, "title=Newer")
    assert len(overlay(project)) == 1
    project.commit("more")
    project.git("switch", "-q", "main")
    assert {one[0] for one in layers(project, "--all-branches")} == {"Shared", "Newer", "Better"}
    assert project.titles("--branch", FEATURE) == {"Newer", "Better"}
    assert project.titles("--at", FEATURE) == {"Newer", "Better"}
    other = worktree(project, f"wt-{abs(hash(folder))}", "-b", "other")
    add(Project(other.path / folder), "In another worktree")
    assert ("In another worktree", "unmerged", "other") in layers(project, "--all-branches")
    project.git("merge", "-q", FEATURE)
    project.ok("overlay", "promote")
    assert project.titles() == {"Newer", "Better"}


def test_a_moved_repository(feature, shared, tmp_path):
    """A repository that is moved, main worktree and all, works at its new place."""
    add(feature, "New")
    edit(feature, shared, "title=Better")
    there = replay.view(feature)
    feature.path.rename(tmp_path / "moved")
    moved = Project(tmp_path / "moved")
    assert replay.view(moved) == there
    edit(moved, shared, "title=Best")
    assert len(overlay(moved)) == 1
    assert moved.titles() == {"New", "Best"}


def test_read_only_git_dir(feature, shared):
    """In a sandbox with a read-only git dir memories are read and written; only what git itself must write is refused."""
    with support.read_only(feature.path / ".git"):
        new = add(feature, "New")
        edit(feature, shared, "title=Better")
        edit(feature, shared, "tags+=b")
        assert len(overlay(feature)) == 1
        assert {one[0] for one in layers(feature, "--all-branches")} == {"New", "Better"}
        assert feature.titles("--branch", "main") == {"Shared"}
        assert feature.titles("--at", "main") == {"Shared"}
        assert feature.json("conflicts")["conflicts"] == []
        assert show(feature, new)["layer"] == "own"
        assert feature.call("restore", "--journal").code == 0


def test_hostile_branch_fields(store):
    """A memory or change that names a branch no git could have breaks nothing."""
    for number, branch in enumerate(
        ('"a\\0b"', '"*"', '"--all"', '"a\\nb"', '"' + "x" * 5000 + '"', "[a, b]", '"refs/heads/main"')
    ):
        store.remember(10 + number, f"Hostile {number}", branch=branch)
    for words in (
        ("list",),
        ("list", "--all-branches"),
        ("status",),
        ("overlay", "list"),
        ("conflicts",),
        ("check",),
    ):
        done = store.call(*words)
        assert done.code in (0, 1), done.err
    store.git("switch", "-q", "-c", FEATURE)
    store.commit("x")
    for words in (("list",), ("overlay", "list"), ("overlay", "show"), ("conflicts",), ("check", "--staged")):
        assert store.call(*words).code in (0, 1)


def test_a_partial_clone_without_its_remote(shared, feature, tmp_path):
    """What git has not got and cannot fetch is left out, and said to be: memories and changes of other branches."""
    add(feature, "Raspberries")
    edit(feature, shared, "title=Better")
    feature.commit("work")
    feature.git("switch", "-q", "main")
    feature.git("config", "uploadpack.allowFilter", "true")
    clone, gone = tmp_path / "partial", tmp_path / "gone"
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{feature.path}", str(clone))
    feature.path.rename(gone)
    answer = Project(clone).call("list", "--all-branches")
    assert answer.code == 0 and "Shared" in answer.out
    assert "note: 1 file of other branches could not be read from git" in answer.err
    assert "note: 1 file could not be read from git" in answer.err  # the change
    assert "could not be read from git" in Project(clone).call("list", "--branch", f"origin/{FEATURE}").err
