"""What a commit takes of a store, by real hooks: the branch's own memories that are well, whatever git is doing."""

import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import support
from tests.support import Project

SECRET = "ghp_" + "a1B2" * 9


@pytest.fixture
def hooked(store, monkeypatch):
    """A store with hooks that run, and a file of code."""
    support.put(store.path / "a.py", "1\n")
    store.commit()
    store.ok("hooks", "install")
    monkeypatch.delenv("AGENTMEM_HOOKS")
    return store


def git(project, *words, code=0):
    """Run git; what was said on stderr."""
    done = subprocess.run(["git", *words], cwd=project.path, capture_output=True, check=False)
    assert done.returncode == code, done
    return done.stderr.decode()


def changed(project, commit="HEAD"):
    """The files that a commit changes."""
    return project.git("show", "--format=", "--name-only", "-m", commit).split("\n")[:-1]


def edit(project, text="2\n", name="a.py"):
    """Change a file of code."""
    support.put(project.path / name, text)


def staged(project):
    """The files that the index holds otherwise than HEAD."""
    return project.git("diff", "--cached", "--name-only").split()


def unclean(project):
    """What git status says."""
    return project.git("status", "--porcelain", "-uall").splitlines()


FACTS = ".agentmem/facts"


def named(project, title, *words, **options):
    """Add a fact; its path."""
    return project.json("add", "fact", title, *words, **options)["path"]


@pytest.mark.parametrize("how", [[], ["-a"]], ids=["plain", "all"])
def test_a_commit_of_memories_alone(hooked, how):
    """Git looks for something to commit before it asks us: where a memory is all there is, no commit is claimed."""
    path = named(hooked, "One thing")
    before = hooked.git("rev-parse", "HEAD")
    said = git(hooked, "commit", *how, "-q", "-m", "x", code=1)
    assert "in this commit" not in said and "git add .agentmem and commit again" in said
    assert hooked.git("rev-parse", "HEAD") == before
    hooked.git("add", ".agentmem")
    hooked.git("commit", *how, "-q", "-m", "x")
    assert changed(hooked) == [path] and not unclean(hooked)
    named(hooked, "Another")
    hooked.write("../code.txt", "code")
    hooked.git("add", "code.txt")
    assert git(hooked, "commit", *how, "-q", "-m", "x") == "agentmem: 1 memory of main in this commit\n"


def test_a_commit_takes_the_branchs_memories(hooked):
    """On trunk and on a branch, new memories, edits in place and changes go with the next commit, and one line says so."""
    path = named(hooked, "One thing")
    assert (
        git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
        == "agentmem: 1 memory of main and nothing else: if git finds nothing to commit, git add .agentmem and commit again\n"
    )
    assert changed(hooked) == [path] and not unclean(hooked)
    identity = path[-15:-3]
    hooked.ok("edit", identity, "--set", "title=One thing more")
    hooked.ok("add", "decision", "Another")
    assert "2 memories of main" in git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert path in changed(hooked) and not unclean(hooked)
    hooked.git("switch", "-q", "-c", "feature/x")
    own = named(hooked, "Of the branch")
    hooked.ok("edit", identity, "--set", "title=Changed by the branch")
    assert "2 memories of feature/x" in git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert own in changed(hooked) and any("/overlays/feature~x/" in one for one in changed(hooked))
    hooked.ok("edit", own[-15:-3], "--set", "title=Of the branch too")
    assert "1 memory of feature/x" in git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [own] and not unclean(hooked)
    assert git(hooked, "commit", "-q", "--allow-empty", "-m", "x") == ""


def test_a_merge_promises_no_promotion_of_a_conflict(hooked):
    """Two branches that say different things: the hook, the list and check tell of the conflict, until it is decided."""
    identity = named(hooked, "Alpha rule")[-15:-3]
    hooked.commit()
    for name in ("b1", "b2"):
        hooked.git("switch", "-q", "-c", name, "main")
        hooked.ok("edit", identity, "--set", f"title=Alpha {name}")
        hooked.commit()
    hooked.git("switch", "-q", "main")
    assert "1 change of branches can be taken up" in git(hooked, "merge", "-q", "b1", "-m", "b1")
    short = identity[:6]
    assert git(hooked, "merge", "-q", "b2", "-m", "b2") == (
        f"agentmem: 2 changes of branches in CONFLICT: agentmem show {short}, then agentmem edit {short}\n"
    )
    told = hooked.ok("overlay", "list")
    assert "overlay promote" not in told and "agentmem check names it" in told
    assert "unsettled-change: warning: CONFLICT in title" in hooked.ok("check")
    hooked.ok("edit", identity, "--set", "title=Decided")
    assert "CONFLICT" not in hooked.ok("check") + hooked.ok("overlay", "list")


def changed_on_other(hooked):
    """A memory of main that the branch other has changed; its path. HEAD is main."""
    path = named(hooked, "One thing")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    hooked.git("switch", "-q", "-c", "other")
    hooked.ok("edit", path[-15:-3], "--set", "title=Changed")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    hooked.git("switch", "-q", "main")
    return path


def test_a_squash_merge_is_to_be_committed_before_its_changes_are_taken_up(hooked):
    """Until then promote refuses, so the hook and the list do not send anybody to it at once."""
    changed_on_other(hooked)
    waits = "can be taken up, when the squash merge is committed: agentmem overlay promote"
    assert waits in git(hooked, "merge", "-q", "--squash", "other")
    assert "when the squash merge is committed trunk takes them up" in hooked.ok("overlay", "list")
    git(hooked, "commit", "-q", "-m", "squashed")
    assert "\ntrunk takes them up with: agentmem overlay promote" in hooked.ok("overlay", "list")
    assert hooked.call("overlay", "promote").code == 0


def test_an_edit_on_trunk_takes_its_receipts(hooked):
    """What base takes up and the receipt that says so are in one commit."""
    path = changed_on_other(hooked)
    assert "1 change of branches can be taken up: agentmem" in git(hooked, "merge", "-q", "other")
    hooked.ok("edit", path[-15:-3], "--set", "importance=5")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert len(changed(hooked)) == 2 and any("/promoted/" in one for one in changed(hooked))
    assert not unclean(hooked)


def test_what_is_not_the_branchs(hooked):
    """Another branch's memory that a switch carried along, a memory of trunk that a hand edited, files that are no memories and
    what was deleted stay where they are.
    """
    path, gone = named(hooked, "One thing"), named(hooked, "Another thing altogether")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    hooked.git("switch", "-q", "-c", "other")
    carried = named(hooked, "Of the other branch")
    said = git(hooked, "switch", "-q", "-c", "feature")
    assert said == (
        "agentmem: 1 file of other came along uncommitted: commit there, or agentmem overlay adopt other\n"
    )
    with (hooked.path / path).open("a") as file:
        file.write("By hand.\n")
    (hooked.path / gone).unlink()
    support.put(hooked.store / "notes.txt", "x")
    support.put(hooked.store / "config.toml", 'trunk = "main"\n\n')
    before = unclean(hooked)
    assert git(hooked, "commit", "-q", "--allow-empty", "-m", "x") == ""
    assert changed(hooked) == [] and unclean(hooked) == before
    hooked.git("add", carried)
    said = git(hooked, "commit", "-q", "-m", "x")
    assert "foreign-memory: other wrote this" in said and f"git restore --staged {carried}" in said
    hooked.git("reset", "-q", "--mixed", "HEAD~1")
    hooked.git("switch", "-q", "main")
    assert "1 memory of main" in git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [path]
    hooked.git("branch", "-D", "other")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [carried]  # a branch that is gone claims nothing


def test_what_somebody_chose(hooked):
    """A memory that is staged in part is committed in that part; -N, -p and -a are git's own business."""
    path = named(hooked, "One thing")
    hooked.git("add", path)
    with (hooked.path / path).open("a") as file:
        file.write("Not yet.\n")
    git(hooked, "commit", "-q", "-m", "x")
    assert "Not yet" not in hooked.git("show", f"HEAD:{path}")
    other = named(hooked, "Another thing altogether")
    hooked.git("add", "-N", other)
    edit(hooked)
    git(hooked, "commit", "-q", "-a", "-m", "x")
    assert sorted(changed(hooked)) == sorted([other, path, "a.py"]) and not unclean(hooked)


@pytest.mark.parametrize("number", [1, 3])
def test_a_commit_of_some_paths(hooked, number):
    """`git commit PATH` takes the memories too, and the index knows them after; what else was staged is staged still."""
    edit(hooked, name="b.py")
    hooked.git("add", "b.py")
    edit(hooked)
    paths = [named(hooked, f"Thing {word}") for word in ("alpha", "beta of b", "gamma or c")[:number]]
    git(hooked, "commit", "-q", "-m", "x", "a.py")
    assert changed(hooked) == sorted([*paths, "a.py"])
    assert unclean(hooked) == ["A  b.py"]
    hooked.ok("edit", paths[0][-15:-3], "--set", "title=Other words")
    edit(hooked, "3\n")
    git(hooked, "commit", "-q", "-m", "x", "--", "a.py")
    assert changed(hooked) == [paths[0], "a.py"] and unclean(hooked) == ["A  b.py"]
    # from a folder, with -i and -o, amended
    (hooked.path / "sub").mkdir()
    edit(hooked, name="sub/c.py")
    hooked.git("add", "-N", "sub/c.py")
    last = named(hooked, "From a folder")
    git(Project(hooked.path / "sub"), "commit", "-q", "-o", "c.py", "-m", "x")
    assert sorted(changed(hooked)) == sorted([last, "sub/c.py"]) and unclean(hooked) == ["A  b.py"]
    again = named(hooked, "Amended as well")
    edit(hooked, "4\n")
    git(hooked, "commit", "-q", "--amend", "--no-edit", "a.py")
    assert again in changed(hooked) and last in changed(hooked) and unclean(hooked) == ["A  b.py"]


def test_a_commit_of_an_index_that_a_tool_has_named(hooked, tmp_path, monkeypatch):
    """A tool that commits from an index of its own leaves no memory behind that the usual one says is deleted."""
    path = named(hooked, "One thing")
    own = tmp_path / "index"
    own.write_bytes((hooked.path / ".git/index").read_bytes())
    edit(hooked)
    with monkeypatch.context() as patch:
        patch.setenv("GIT_INDEX_FILE", str(own))
        hooked.git("add", "a.py")
        git(hooked, "commit", "-q", "-m", "x")
    assert sorted(changed(hooked)) == sorted([path, "a.py"])
    assert path not in staged(hooked) and not any(path in line for line in unclean(hooked))
    edit(hooked, "3\n")
    again = named(hooked, "Another thing")
    git(hooked, "commit", "-q", "-a", "-m", "x")
    assert sorted(changed(hooked)) == sorted([again, "a.py"]) and unclean(hooked) == []
    assert not (hooked.path / ".git/agentmem-after-commit").exists()


def test_a_commit_of_some_paths_that_fails(hooked):
    """Where a commit of some paths is given up, what was noted for after it does no harm later."""
    named(hooked, "One thing")
    edit(hooked)
    support.put(hooked.path / ".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n").chmod(0o755)
    git(hooked, "commit", "-q", "-m", "x", "a.py", code=1)
    assert len(unclean(hooked)) == 2 and not staged(hooked)
    (hooked.path / ".git/hooks/commit-msg").unlink()
    (hooked.path / ".git/agentmem-after-commit").read_bytes()
    git(hooked, "commit", "-q", "-n", "-m", "x", "a.py")
    assert changed(hooked) == ["a.py"] and len(unclean(hooked)) == 1
    assert not (hooked.path / ".git/agentmem-after-commit").exists()


def test_errors_stop_a_commit(hooked):
    """A secret in a staged memory stops the commit; one that is not staged is left out and told; --no-verify goes past it."""
    path = f"{FACTS}/key.md"
    support.put(hooked.path / path, support.memory("7k3m9qwpdx2v", body=f"token {SECRET}"))
    edit(hooked)
    hooked.git("add", "a.py")
    said = git(hooked, "commit", "-q", "-m", "x")
    assert said.startswith("agentmem: 1 memory not in this commit:\n") and SECRET not in said
    assert changed(hooked) == ["a.py"] and unclean(hooked) == [f"?? {path}"]
    hooked.git("add", path)
    said = git(hooked, "commit", "-q", "-m", "x", code=1)
    assert f"{path}:7: secret: " in said and "not committed, 1 error in staged memories" in said
    assert SECRET not in said and staged(hooked) == [path]
    with (hooked.store / "config.toml").open("a") as file:
        file.write("\n[hooks]\nblock = false\n")
    assert "1 error in staged memories\n" in git(hooked, "commit", "-q", "-m", "x")
    assert changed(hooked) == [path]
    # what is there already stops nobody
    named(hooked, "One thing")
    assert "error" not in git(hooked, "commit", "-q", "--allow-empty", "-m", "x")


def test_a_store_that_is_kept_private(hooked):
    """Who has git ignore the whole store commits nothing of it by accident; what is tracked all the same goes along."""
    path = named(hooked, "One thing")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    support.put(hooked.path / ".git" / "info" / "exclude", "/.agentmem/\n")
    named(hooked, "For my eyes only")
    hooked.ok("edit", path[-15:-3], "--set", "importance=5")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [path] and not unclean(hooked)


def test_no_verify(hooked):
    """--no-verify leaves the hook out, as git has it."""
    named(hooked, "One thing")
    git(hooked, "commit", "-q", "--no-verify", "--allow-empty", "-m", "x")
    assert changed(hooked) == [] and len(unclean(hooked)) == 1


def test_rules_as_the_team_has_set_them(hooked):
    """A rule that is off, a warning, or ignored with a reason stops no commit."""
    path = f"{FACTS}/key.md"
    support.put(hooked.path / path, support.memory("7k3m9qwpdx2v", body=f"token {SECRET}"))
    hooked.git("add", path)
    config = (hooked.store / "config.toml").read_text()
    for more in (
        '[check]\nsecret = "off"\n',
        '[check]\nsecret = "warning"\n',
        '[[check.ignore]]\nrule = "secret"\nmemory = "7k3m"\nreason = "an example"\n',
    ):
        support.put(hooked.store / "config.toml", f"{config}\n{more}")
        assert hooked.call("hook", "pre-commit").code == 0, more
    support.put(hooked.store / "config.toml", config)
    assert hooked.call("hook", "pre-commit").code == 11


def test_a_hook_fails_open(hooked):
    """A broken configuration, a file that is no text, a folder in a memory's place, a lock of others: the commit is made."""
    support.put(hooked.store / "facts" / "binary.md", b"\0\xff\n")
    (hooked.store / "facts" / "folder.md").mkdir(parents=True)
    (hooked.store / "facts" / "link.md").symlink_to("/etc/passwd")
    path = named(hooked, "One thing")
    said = git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [path] and "binary" in said
    named(hooked, "Another thing altogether")
    support.put(hooked.store / "config.toml", "trunk = [\n")
    said = git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert said.startswith("agentmem: pre-commit: ") and said.count("\n") == 1 and changed(hooked) == []
    ran = hooked.call("hook", "prepare-commit-msg", "--", "no/such/file", "message")
    assert ran.code == 0 and ran.err.startswith("agentmem: prepare-commit-msg: ") and ran.err.count("\n") == 1
    assert hooked.call("hook", "no-such-hook", "--").code == 0


def test_before_the_first_commit(repo, monkeypatch):
    """The very first commit of a repository takes memories as well."""
    monkeypatch.delenv("AGENTMEM_HOOKS")
    repo.ok("init")
    path = named(repo, "One thing")
    repo.git("add", ".agentmem/config.toml")
    assert "1 memory of main" in git(repo, "commit", "-q", "-m", "first")
    assert path in repo.git("ls-tree", "-r", "--name-only", "HEAD").split()


def test_a_detached_head(hooked):
    """On a HEAD that is of no branch nothing is staged: nobody knows whose it would be."""
    hooked.git("checkout", "-q", "--detach")
    support.put(hooked.store / "facts" / "x.md", support.memory("7k3m9qwpdx2v"))
    assert git(hooked, "commit", "-q", "--allow-empty", "-m", "x") == "" and changed(hooked) == []


def conflict(project):
    """Two branches that change one line, main being the one at hand."""
    project.git("switch", "-q", "-c", "other")
    edit(project, "other\n")
    project.git("commit", "-q", "-am", "other")
    project.git("switch", "-q", "main")
    edit(project, "main\n")
    project.git("commit", "-q", "-am", "main")


@pytest.mark.parametrize("verb", ["merge", "cherry-pick", "rebase", "revert"])
def test_in_the_middle_of(hooked, verb):
    """While a merge, pick, rebase or revert waits to be finished, commits take nothing along; after it they do."""
    conflict(hooked)
    git(hooked, *(("revert", "--no-edit", "HEAD~1") if verb == "revert" else (verb, "other")), code=1)
    path = named(hooked, "One thing")
    edit(hooked, "both\n")
    hooked.git("add", "a.py")
    git(hooked, "-c", "core.editor=true", verb, "--continue")
    assert path not in hooked.git("ls-tree", "-r", "--name-only", "HEAD").split()
    assert unclean(hooked) == [f"?? {path}"]
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [path]


def test_a_rebase_starts_no_python(hooked, tmp_path):
    """A rebase of many commits runs our program once at most, at its end: each start would cost a tenth of a second."""
    hooked.git("switch", "-q", "-c", "topic")
    for number in range(4):
        edit(hooked, name=f"f{number}.py")
        hooked.git("add", f"f{number}.py")
        hooked.git("commit", "-q", "-m", "x")
    hooked.git("switch", "-q", "main")
    edit(hooked)
    hooked.git("commit", "-q", "-am", "y")
    hooked.git("switch", "-q", "topic")
    counted = tmp_path / "count"
    from agentmem.git import hooks

    fake = support.put(tmp_path / "agentmem", f'#!/bin/sh\necho "$*" >> {counted}\n')
    fake.chmod(0o755)
    hooks.install(hooks.where(str(hooked.path)), str(fake))
    hooked.git("rebase", "-q", "main")
    assert [line for line in counted.read_text().splitlines() if "rebase" not in line] == []
    assert len(counted.read_text().splitlines()) <= 1


def test_a_squash(hooked):
    """A squash merge is committed with the trailers of the tasks whose entries it brings."""
    hooked.git("switch", "-q", "-c", "work")
    task = hooked.json("task", "add", "Do it")["id"]
    entry = hooked.json("done", task[:6], "-m", "did it")["entry"]
    edit(hooked)
    hooked.git("commit", "-q", "-am", "work")
    assert f"Agentmem-Task: {task}" in hooked.git("log", "-1", "--format=%B")
    hooked.git("switch", "-q", "main")
    hooked.git("merge", "-q", "--squash", "work")
    hooked.git("commit", "-q", "-m", "squashed")
    message = hooked.git("log", "-1", "--format=%B")
    assert (
        message
        == f"squashed\n\nAgentmem-Task: {task}\nAgentmem-Entry: {entry['id'] if isinstance(entry, dict) else entry}\n\n"
    )


def test_trailers(hooked):
    """A commit that closes a task says so once: by -m, by -F, amended, in the editor; an empty message still ends the commit."""
    task = hooked.json("task", "add", "Do it")["id"]
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    hooked.ok("done", task[:6], "-m", "did it")
    git(hooked, "-c", "core.editor=true", "commit", "-q", "--allow-empty", code=1)
    support.put(hooked.path.parent / "message", "From a file\n\nWith a body.\n\nSigned-off-by: a <b@c>\n")
    git(hooked, "commit", "-q", "-F", "../message")
    message = hooked.git("log", "-1", "--format=%B")
    assert message.startswith(
        f"From a file\n\nWith a body.\n\nSigned-off-by: a <b@c>\nAgentmem-Task: {task}\nAgentmem-Entry: "
    )
    git(hooked, "commit", "-q", "--amend", "--no-edit")
    assert hooked.git("log", "-1", "--format=%B") == message
    edit(hooked)
    git(hooked, "commit", "-q", "-am", "no trailers here")
    assert hooked.git("log", "-1", "--format=%B") == "no trailers here\n\n"


def test_an_import_of_a_history(hooked):
    """A commit that brings more closed tasks than one does names none of them."""
    for number in range(50):
        closes = f"[{support.identity(number)}]"
        name = support.identity(100 + number)
        text = support.memory(name, kind="log", title=f"Done {number}", closes=closes)
        hooked.write(f"log/2026-02/done-{name}.md", text)
    assert "50 memories of main" in git(hooked, "commit", "-q", "--allow-empty", "-m", "history")
    assert hooked.git("log", "-1", "--format=%B") == "history\n\n"


def test_done_commit_alone(hooked):
    """Our own commits hold what they were asked for: no other memory goes along, and trailers are not doubled."""
    task = hooked.json("task", "add", "Do it")["id"]
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    other = named(hooked, "One thing")
    hooked.ok("done", task[:6], "-m", "did it", "--commit")
    assert hooked.git("log", "-1", "--format=%B").count("Agentmem-Task") == 1
    assert len(changed(hooked)) == 1 and unclean(hooked) == [f"?? {other}"]
    hooked.ok("add", "decision", "Alone", "--commit")
    assert unclean(hooked) == [f"?? {other}"]


@pytest.mark.parametrize("folder", ["a b/services", "größe"])
def test_a_store_below_the_top(repo, monkeypatch, folder):
    """A store in a folder of a larger repository is looked after as one at the top."""
    monkeypatch.delenv("AGENTMEM_HOOKS")
    repo.ok("init", "--store", f"{folder}/.agentmem")
    repo.commit()
    below = Project(repo.path / folder)
    path = named(below, "One thing")
    edit(repo)
    repo.git("add", "a.py")
    assert "1 memory of main" in git(repo, "commit", "-q", "-m", "x", "a.py")
    shown = repo.git("-c", "core.quotePath=false", "show", "--format=", "--name-only").splitlines()
    assert shown == sorted(["a.py", f"{folder}/{path}"]) and not unclean(repo)
    named(below, "Another thing")
    advised = (
        git(repo, "commit", "-q", "-m", "x", code=1).partition("git add ")[2].partition(" and commit")[0]
    )
    assert shlex.split(advised) == [f"{folder}/.agentmem"]


def test_what_was_taken_out_of_the_index_stays_out(hooked):
    """``git rm --cached`` is a choice as ``git add -p`` is: the commit takes the file away, edited since or not."""
    paths = [named(hooked, "Edited since"), named(hooked, "As it was")]
    hooked.commit()
    hooked.ok("edit", paths[0][-15:-3], "--body", "A draft")
    git(hooked, "rm", "-q", "--cached", *paths)
    said = git(hooked, "commit", "-q", "-m", "untrack")
    assert said == "" and sorted(changed(hooked)) == sorted(paths)
    assert not hooked.git("ls-files", *paths) and unclean(hooked) == [f"?? {path}" for path in sorted(paths)]


@pytest.mark.parametrize("here", ["", "services", "services/refunds", "docs"])
def test_what_is_advised_of_a_store_in_a_subfolder(repo, monkeypatch, here):
    """Paths that a hook, done and check print are there from the folder one stands in, and so are those in what they advise."""
    folder = "services/refunds"
    support.put(repo.path / "docs" / "a.md", "a\n")
    support.put(repo.path / folder / "a.py", "1\n")
    repo.ok("init", "--store", f"{folder}/.agentmem")
    repo.commit()
    monkeypatch.delenv("AGENTMEM_HOOKS")
    at = Project(repo.path / here)
    store = os.path.relpath(repo.path / folder / ".agentmem", at.path)
    plain = Project(repo.path / folder)
    task = plain.json("task", "add", "Tram fares")["id"]
    said = git(at, "commit", "-q", "-m", "memories", code=1)
    assert f"git add {store} and commit again" in said
    git(at, "add", store)
    git(at, "commit", "-q", "-m", "memories")
    plain.write("facts/plain.md", f"# A note\n\nkey {SECRET}\n")
    said = git(at, "commit", "-q", "--allow-empty", "-m", "secret")
    assert f"\n{store}/facts/plain.md:3: secret: looks like" in said
    words = ("--store", store)
    printed = at.call("check", *words).out
    assert f"{store}/facts/plain.md:3: secret: looks like" in printed
    assert at.call("check", *words, f"{store}/facts").out == printed
    assert f"mended {store}/facts/plain.md\n" in at.call("check", *words, "--fix").out
    assert f"\n{store}/facts/plain.md:" in "\n" + at.call("check", *words, "--diff", "HEAD").out
    path = at.call("check", *words, "--json").json["findings"][0]["path"]
    assert path == ".agentmem/facts/plain.md"
    assert f"file={folder}/{path}," in at.call("check", *words, "--format", "github").out
    git(repo, "switch", "-q", "--detach")
    assert f"no hook takes it along: git add {store}\n" in at.ok(
        "done", *words, task, "-m", "x", "--branch", "main"
    )


ALONG = "(the next git commit takes them along)"


def test_a_store_that_an_ignore_rule_hides(hooked):
    """What no commit takes along is never said to go with one: add warns, status and done name who tells the way out."""
    task = hooked.json("task", "add", "Tram fares")["id"]
    assert f"1 not committed {ALONG}" in hooked.ok()
    hooked.commit()
    support.put(hooked.path / ".gitignore", ".agentmem/\n")
    git(hooked, "add", ".gitignore")
    git(hooked, "commit", "-q", "-m", "rule")
    done = hooked.call("add", "fact", "Hidden here")
    assert done.code == 0 and done.err == (
        'note: .gitignore:1: ".agentmem/" hides it from git, and no commit takes it along: agentmem doctor\n'
    )
    said = hooked.ok("done", task, "-m", "did it").splitlines()[0]
    assert "; an ignore rule hides it from git: agentmem doctor" in said
    assert "2 not committed (an ignore rule hides 2 from git: agentmem doctor)" in hooked.ok()
    edit(hooked)
    git(hooked, "commit", "-qam", "work")
    assert changed(hooked) == ["a.py"]
    # what is committed on purpose goes, and what git tracks by now does
    assert hooked.call("add", "fact", "On purpose", "--commit").err == ""
    git(hooked, "add", "--force", ".agentmem")
    assert f"2 not committed {ALONG}" in hooked.ok()


def test_nothing_is_said_to_go_along_with_a_merge(hooked):
    """While one is under way hooks stage nothing: not even what a switch has carried here from another branch."""
    git(hooked, "switch", "-q", "-c", "other")
    edit(hooked, "theirs\n")
    git(hooked, "commit", "-qam", "theirs")
    named(hooked, "Of the other branch")
    git(hooked, "switch", "-q", "-c", "mine", "main")
    edit(hooked, "mine\n")
    git(hooked, "commit", "-qam", "mine")
    git(hooked, "merge", "other", code=1)
    assert "1 not committed\n" in hooked.ok()
    task = hooked.json("task", "add", "Tram fares")["id"]
    assert "no hook takes it along" in hooked.ok("done", task, "-m", "did it")
    edit(hooked, "both\n")
    git(hooked, "add", "a.py")
    git(hooked, "commit", "-qm", "merged")
    assert changed(hooked).count("a.py") and not any("agentmem" in path for path in changed(hooked))


def test_a_sparse_checkout(hooked):
    """Where a sparse checkout leaves the store out nothing happens; where it has it, memories go along."""
    named(hooked, "One thing")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    edit(hooked, name="src/b.py")
    hooked.git("add", "src")
    hooked.git("commit", "-q", "-m", "src")
    hooked.git("sparse-checkout", "set", "src")
    assert not hooked.store.exists()
    assert git(hooked, "commit", "-q", "--allow-empty", "-m", "x") == ""
    hooked.git("sparse-checkout", "set", "src", ".agentmem")
    path = named(hooked, "Another thing altogether")
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    assert changed(hooked) == [path]


def test_a_submodule(hooked, new_repository):
    """In a submodule, whose git dir is elsewhere, hooks are its own; those of the repository around it do not reach into it."""
    inner = new_repository("inner")
    inner.ok("init", "--no-hooks")
    inner.commit()
    hooked.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "sub")
    hooked.git("commit", "-q", "-m", "sub")
    sub = Project(hooked.path / "sub")
    named(hooked, "Of the repository around")
    named(sub, "One thing")
    assert git(sub, "commit", "-q", "--allow-empty", "-m", "x") == ""
    sub.ok("hooks", "install")
    assert "1 memory of main" in git(sub, "commit", "-q", "--allow-empty", "-m", "x")
    assert len(unclean(hooked)) == 2  # its own memory, and the submodule that has moved on


def test_two_worktrees_at_once(hooked):
    """Commits in two worktrees at the same time each take their own memories."""
    projects = [hooked]
    for name in ("one", "two"):
        hooked.git("worktree", "add", "-q", f"../{name}", "-b", name)
        projects.append(Project(hooked.path.parent / name))
    paths = [named(project, f"Of worktree {number} alone") for number, project in enumerate(projects)]
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda one: git(one, "commit", "-q", "--allow-empty", "-m", "x"), projects))
    assert all("1 memory of" in one for one in said)
    assert [changed(project) for project in projects] == [[path] for path in paths]


def test_the_pushed_is_looked_at(hooked, tmp_path):
    """A push tells errors in what it brings and memories that stay behind; it is never stopped."""
    support.git(tmp_path, "init", "-q", "--bare", "origin.git")
    hooked.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    assert git(hooked, "push", "-q", "origin", "main") == ""
    path = f"{FACTS}/key.md"
    support.put(hooked.path / path, support.memory("7k3m9qwpdx2v", body=f"token {SECRET}"))
    hooked.git("add", path)
    hooked.git("commit", "-q", "--no-verify", "-m", "x")
    named(hooked, "One thing")
    said = git(hooked, "push", "-q", "origin", "main")
    assert f"{path}:7: secret: " in said and "1 memory here not committed, so not pushed" in said
    assert git(hooked, "push", "-q", "origin", "main:again").count("secret") == 0
    assert "secret" not in git(hooked, "push", "-q", "origin", ":again")


def test_a_push_shares_claims(hooked, tmp_path):
    """What was claimed while the remote was away goes along with the next push to it."""
    bare = tmp_path / "origin.git"
    support.git(tmp_path, "init", "-q", "--bare", "origin.git")
    hooked.git("remote", "add", "origin", str(bare))
    with (hooked.store / "config.toml").open("a") as file:
        file.write('\n[claims]\nremote = "origin"\n')
    task = hooked.json("task", "add", "Do it")["id"]
    hooked.git("commit", "-q", "-am", "x")
    bare.rename(tmp_path / "away")
    hooked.ok("claim", task[:6])
    (tmp_path / "away").rename(bare)
    hooked.git("push", "-q", "origin", "main")
    assert task in support.git(bare, "for-each-ref", "--format=%(refname)", "refs/agentmem/claims")


def test_a_handoff_waits(hooked):
    """Who switches to a branch on which a task was handed on is told in one line; a new worktree has the merge driver."""
    task = hooked.json("task", "add", "Do it")["id"]
    git(hooked, "commit", "-q", "--allow-empty", "-m", "x")
    hooked.git("switch", "-q", "-c", "work")
    hooked.ok("claim", task[:6])
    hooked.ok("handoff", "-m", "half of it")
    assert git(hooked, "switch", "-q", "main") == ""
    said = git(hooked, "switch", "-q", "work")
    assert said == f"agentmem: {task[:6]} was left by tester (now): agentmem brief\n"
    hooked.git("switch", "-q", "main")
    hooked.git("config", "--remove-section", "merge.agentmem")
    git(hooked, "worktree", "add", "-q", "../wt", "work")
    assert "merge-driver" in hooked.git("config", "merge.agentmem.driver")


def test_hooks_touch_no_file(hooked):
    """After switches, merges and pushes the worktree is as git left it."""
    hooked.git("switch", "-q", "-c", "work")
    path = named(hooked, "One thing")
    data = (hooked.path / path).read_bytes()
    for words in (("switch", "-q", "main"), ("switch", "-q", "work"), ("merge", "-q", "main")):
        git(hooked, *words)
        assert (hooked.path / path).read_bytes() == data and unclean(hooked) == [f"?? {path}"]
    assert not [name for name in os.listdir(hooked.path) if name.startswith("agentmem")]


def test_what_was_taken_away_by_hand_is_told_by_itself(hooked):
    """The next commit takes along what is there, and what git was told of: not a file that somebody took away."""
    gone, staged_ = hooked.remember(1), hooked.remember(2)
    hooked.commit()
    hooked.remember(3)
    (hooked.store / f"facts/m1-{gone}.md").unlink()
    hooked.git("rm", "-q", f".agentmem/facts/m2-{staged_}.md")
    (first, *_) = hooked.ok("status").splitlines()
    assert "2 not committed (the next git commit takes them along), 1 taken away by hand" in first
    hooked.git("commit", "-q", "-m", "work")
    (first, *_) = hooked.ok("status").splitlines()
    assert "not committed" not in first and "1 taken away by hand, which git was not told" in first
