"""The merge driver in real git: by field where it is set up, as git does it where it is not."""

import os
import subprocess

import pytest

from agentmem.git import driver
from agentmem.model import document
from tests import support

ID = "7k3m9qwpdx2v"
PATH = f"facts/batch-size-{ID}.md"
TEXT = f"""\
---
id: {ID}
kind: fact
title: Batch size is 50
created: 2026-02-10T14:03:22Z
tags: [queue, batch]   # words
---
The first line.

The second line.
"""
PATHS = [
    PATH,
    "facts/with space and 'quote'.md",
    "facts/größe-队列.md",
    "facts/new\nline.md",
    "facts/-rf $HOME %A.md",
]


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """What git starts finds this agentmem, as it would if it were installed."""
    monkeypatch.setenv("PYTHONPATH", str(support.ROOT))


def edited(text, *pairs):
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


class Team:
    """A store in which two branches edit one memory."""

    def __init__(self, project, path=PATH):
        self.project, self.path = project, path
        self.file = project.store / path
        self.git = project.git

    def write(self, *pairs, text=TEXT, message="edit"):
        self.project.write(self.path, edited(text, *pairs))
        self.project.commit(message)

    def run(self, *words):
        """Git; its exit code and all it says."""
        done = subprocess.run(["git", *words], cwd=self.project.path, capture_output=True, check=False)
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")

    def part(self, ours, theirs, text=TEXT):
        """``main`` with the edits ``ours``, at hand, and ``feature`` with ``theirs``, both from one commit."""
        self.write(text=text)
        self.git("switch", "-q", "-c", "feature")
        self.write(*theirs, text=text)
        self.git("switch", "-q", "main")
        self.write(*ours, text=text)

    def squash(self, text=TEXT):
        """A memory of ``feature`` in two commits, squashed to ``main``, which is at hand."""
        self.git("switch", "-q", "-c", "feature")
        self.write(("second", "2nd"), text=text, message="new")
        self.write(text=text, message="better")
        self.git("switch", "-q", "main")
        self.git("merge", "-q", "--squash", "feature")
        self.git("commit", "-q", "-m", "squashed")

    @property
    def text(self):
        return self.file.read_bytes().decode()

    @property
    def unmerged(self):
        return bool(self.git("ls-files", "-u"))


TITLE = ("size is 50", "size is 100")
OTHER_TITLE = ("size is 50", "size is 200")
CREATED = ("14:03:22Z", "15:00:00Z")
TAGS = ("[queue, batch]", "[queue, batch, size]")
OTHER_TAGS = ("[queue, batch]", "[batch, worker]")
BODY = ("second line", "second sentence")


@pytest.mark.parametrize("path", PATHS)
def test_edits_of_different_fields(store, path):
    """Two branches that edit neighbouring fields in place merge clean, whatever the file is called."""
    team = Team(store, path)
    team.part((TITLE, TAGS), (CREATED, OTHER_TAGS, BODY))
    code, said = team.run("merge", "feature")
    assert code == 0, said
    wanted = edited(TEXT, TITLE, CREATED, BODY, ("[queue, batch]", "[batch, size, worker]"))
    assert team.text == wanted
    assert store.git("status", "--porcelain") == ""


def test_without_the_driver_git_merges_plainly(store):
    """A clone in which nobody has run init merges by lines, as git does any text: the attribute alone does no harm."""
    store.git("config", "--remove-section", "merge.agentmem")
    team = Team(store)
    team.part((TITLE,), (BODY,))
    assert team.run("merge", "-q", "feature")[0] == 0
    assert team.text == edited(TEXT, TITLE, BODY)
    team.git("reset", "-q", "--hard", "HEAD~1")
    team.git("switch", "-q", "feature")
    team.write(CREATED)
    team.git("switch", "-q", "main")
    code, said = team.run("merge", "feature")
    assert code == 1 and "CONFLICT" in said
    assert "<<<<<<< HEAD\ntitle: Batch size is 100\n" in team.text


def test_a_conflict_is_named(store):
    """One field that both have changed: the file is unmerged, still a memory, and names both values; git says which."""
    team = Team(store)
    team.part((TITLE, BODY), (OTHER_TITLE, CREATED))
    code, said = team.run("merge", "feature")
    assert code == 1 and team.unmerged
    assert f".agentmem/{PATH}: both sides changed title; settle it there" in said
    doc = document.parse(team.file.read_bytes())
    assert not doc.problems
    assert doc.meta["title"] == "Batch size is 50"
    assert doc.meta["conflicts"] == [{"field": "title", "values": ["Batch size is 100", "Batch size is 200"]}]
    assert (doc.meta["created"], doc.body) == (
        "2026-02-10T15:00:00Z",
        "The first line.\n\nThe second sentence.",
    )
    # settled as it says, it is done
    kept = team.text.split("conflicts:")[0] + "---\n" + doc.body + "\n"
    team.file.write_text(kept)
    store.git("commit", "-q", "-a", "-m", "settled")
    assert not team.unmerged and store.ok("check")


def test_a_retraction_against_an_edit(store):
    """A memory that one branch retracts while the other edits it is left to a person, with the edit in it."""
    team = Team(store)
    team.part((("title:", "status: retracted\ntitle:"),), (TITLE,))
    code, said = team.run("merge", "feature")
    assert code == 1 and "both sides changed status" in said
    meta = document.parse(team.file.read_bytes()).meta
    assert (meta["title"], "status" in meta) == ("Batch size is 100", False)
    assert meta["conflicts"] == [{"field": "status", "values": ["active", "retracted"]}]


def test_bodies_in_conflict(store):
    """Where both have changed the same lines of the body, git's markers stand around both."""
    team = Team(store)
    team.part((BODY, TITLE), (("second line", "2nd line"), CREATED))
    assert team.run("merge", "-q", "feature")[0] == 1
    assert team.text.endswith("<<<<<<< ours\nThe second sentence.\n=======\nThe 2nd line.\n>>>>>>> theirs\n")
    meta = document.parse(team.file.read_bytes()).meta
    assert meta["title"] == "Batch size is 100" and meta["conflicts"] == [{"field": "body"}]


def test_carriage_returns(store):
    """A file with CRLF keeps it, also against a branch that has taken it out."""
    crlf = TEXT.replace("\n", "\r\n")
    team = Team(store)
    team.part((TITLE,), (CREATED, ("\r\n", "\n")), text=crlf)
    code, said = team.run("merge", "feature")
    assert code == 0, said
    assert team.text == edited(crlf, TITLE, CREATED)


def test_broken_yaml(store):
    """A side whose front matter is broken is merged by lines: markers, and nothing lost."""
    team = Team(store)
    team.part((("title: Batch", "title: [Batch"),), (TITLE, BODY))
    code, said = team.run("merge", "feature")
    assert code == 1 and "merged by lines" in said
    assert "title: [Batch size is 50\n" in team.text and "title: Batch size is 100\n" in team.text
    assert "second sentence" in team.text


@pytest.mark.parametrize("path", ["README.md", "overview.md"])
def test_what_is_no_memory_gets_no_field(store, path):
    """A text of the store that is no memory gets markers and no front matter."""
    team = Team(store, path)
    team.part((("One", "1"),), (("One", "I"),), text="# About\n\nOne.\n")
    assert team.run("merge", "-q", "feature")[0] == 1
    assert team.text == "# About\n\n<<<<<<< ours\n1.\n=======\nI.\n>>>>>>> theirs\n"


# the same memory new on both sides


MERGES = {
    "merge": ("main", ["merge", "feature"], 0),
    "merge --squash": ("main", ["merge", "--squash", "feature"], 0),
    "the other way": ("feature", ["merge", "main"], 0),
    "rebase": ("feature", ["rebase", "main"], 0),
    "rebase --merge of all": ("feature", ["rebase", "--merge", "--reapply-cherry-picks", "main"], 0),
    "pull": ("feature", ["pull", "-q", "--no-rebase", ".", "main"], 0),
    "pull --rebase": ("feature", ["pull", "-q", "--rebase", ".", "main"], 0),
    "cherry-pick": ("feature", ["cherry-pick", "main"], 0),
    "cherry-pick of the first": (
        "main",
        ["cherry-pick", "--allow-empty", "--keep-redundant-commits", "feature~2"],
        0,
    ),
    "recursive": ("main", ["merge", "-s", "recursive", "feature"], 0),
}


@pytest.mark.parametrize("name", MERGES)
def test_edited_on_both_sides_of_a_squash(store, name):
    """A memory that was squashed to trunk and edited on either side merges by what both had, however git is asked."""
    branch, words, wanted = MERGES[name]
    team = Team(store)
    team.squash()
    team.write(TITLE)
    team.git("switch", "-q", "feature")
    team.write(CREATED, BODY)
    team.git("switch", "-q", branch)
    code, said = team.run(*words)
    assert code == wanted, said
    both = edited(TEXT, TITLE) if "first" in name else edited(TEXT, TITLE, CREATED, BODY)
    assert team.text == both


def test_without_the_driver_a_squash_is_a_conflict(store):
    """The same without the driver is a conflict in git, or the driver's tests above would show nothing."""
    store.git("config", "--remove-section", "merge.agentmem")
    team = Team(store)
    team.squash()
    team.write(TITLE)
    team.git("switch", "-q", "feature")
    team.write(CREATED)
    assert team.run("merge", "main")[0] == 1


def test_a_conflict_after_a_squash(store):
    """What both have changed since the squash is a conflict, and nothing else is."""
    team = Team(store)
    team.squash()
    team.write(TITLE)
    team.git("switch", "-q", "feature")
    team.write(OTHER_TITLE, BODY)
    code, said = team.run("merge", "main")
    assert code == 1 and "both sides changed title;" in said
    doc = document.parse(team.file.read_bytes())
    assert doc.meta["title"] == "Batch size is 50" and doc.body.endswith("second sentence.")


def test_squashed_twice(store):
    """After a second squash the newest text that both have had counts, not the first."""
    team = Team(store)
    team.squash()
    team.git("switch", "-q", "feature")
    team.write(TITLE)
    team.git("switch", "-q", "main")
    assert team.run("merge", "-q", "--squash", "feature")[0] == 0
    team.git("commit", "-q", "-m", "squashed again")
    team.write(TITLE, BODY)
    team.git("switch", "-q", "feature")
    # back to the old title, on purpose
    team.write(CREATED)
    code, said = team.run("merge", "main")
    assert code == 0, said
    assert team.text == edited(TEXT, CREATED, BODY)


@pytest.mark.parametrize(
    "words", [["merge", "main"], ["rebase", "main"], ["rebase", "--reapply-cherry-picks", "main"]]
)
def test_what_the_squash_had_decided(store, words):
    """A field changed on a branch, squashed and changed again on trunk is trunk's, though the ancestor that git takes is
    from before both.
    """
    team = Team(store)
    team.write()
    team.git("switch", "-q", "-c", "feature")
    team.write(TITLE, ("second", "2nd"))
    team.write(TITLE)
    team.git("switch", "-q", "main")
    assert team.run("merge", "-q", "--squash", "feature")[0] == 0
    team.git("commit", "-q", "-m", "squashed")
    team.write(OTHER_TITLE, ("second", "last"))
    team.git("switch", "-q", "feature")
    team.write(TITLE, CREATED)
    code, said = team.run(*words)
    assert code == 0, said
    assert team.text == edited(TEXT, OTHER_TITLE, ("second", "last"), CREATED)


def test_the_commit_of_a_pick_is_in_no_ref(store):
    """A cherry-pick names its commit nowhere while it merges: what only a reflog holds is found all the same."""
    team = Team(store)
    team.squash()
    team.write(TITLE)
    team.git("switch", "-q", "--detach")
    team.git("reset", "-q", "--hard", "feature")
    team.write(CREATED)
    orphan = team.git("rev-parse", "HEAD").strip()
    team.git("switch", "-q", "main")
    team.git("branch", "-q", "-D", "feature")
    code, said = team.run("cherry-pick", orphan)
    assert code == 0, said
    assert team.text == edited(TEXT, TITLE, CREATED)


def test_unrelated_texts_of_one_path(store):
    """With nothing that both have had, equal values stay, lists are united, and what differs is named."""
    team = Team(store)
    team.git("switch", "-q", "-c", "feature")
    team.write(OTHER_TAGS, OTHER_TITLE)
    team.git("switch", "-q", "main")
    team.write(TAGS, TITLE)
    code, said = team.run("merge", "feature")
    assert code == 1 and "both sides changed title;" in said
    meta = document.parse(team.file.read_bytes()).meta
    assert meta["tags"] == ["batch", "queue", "size", "worker"]
    assert meta["title"] == "Batch size is 100"


def test_a_shallow_clone(store, tmp_path):
    """Where history is cut off before the squash there is no ancestor, and the merge does without."""
    team = Team(store)
    team.squash()
    team.write(TITLE)
    team.git("switch", "-q", "feature")
    team.write(CREATED)
    url = f"file://{store.path}"
    support.git(
        tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", "-b", "feature", url, "shallow"
    )
    clone = Team(support.Project(tmp_path / "shallow"))
    clone.project.ok("init")
    code, said = clone.run("merge", "--allow-unrelated-histories", "origin/main")
    assert code == 1 and "both sides changed title, created" in said
    assert not document.parse(clone.file.read_bytes()).problems


def test_a_linked_worktree(store, tmp_path):
    """What init has set up holds in every worktree of the clone, and a rebase there finds its own state."""
    team = Team(store)
    team.squash()
    team.write(TITLE)
    store.git("worktree", "add", "-q", str(tmp_path / "a worktree"), "feature")
    there = Team(support.Project(tmp_path / "a worktree"))
    assert "merge driver" not in there.project.ok("init")
    there.write(CREATED)
    code, said = there.run("rebase", "main")
    assert code == 0, said
    assert there.text == edited(TEXT, TITLE, CREATED)


def test_from_a_folder_below(store):
    """Git may be called from anywhere in the worktree, with GIT_DIR set or not."""
    team = Team(store)
    team.part((TITLE,), (CREATED,))
    below = store.path / "sub" / "folder"
    below.mkdir(parents=True)
    done = subprocess.run(["git", "merge", "-q", "feature"], cwd=below, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    store.git("reset", "-q", "--hard", "HEAD~1")
    env = {**os.environ, "GIT_DIR": str(store.path / ".git"), "GIT_WORK_TREE": str(store.path)}
    done = subprocess.run(
        ["git", "merge", "-q", "feature"], cwd=below, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert team.text == edited(TEXT, TITLE, CREATED)


def test_a_repository_with_sha256(new_repository):
    """The blobs of a repository with SHA-256 are found by their own names."""
    project = new_repository("long", "--object-format=sha256")
    project.ok("init")
    project.commit()
    team = Team(project)
    team.squash()
    team.write(TITLE)
    team.git("switch", "-q", "feature")
    team.write(CREATED)
    code, said = team.run("merge", "main")
    assert code == 0, said


def test_a_merge_with_two_bases(store):
    """A criss-cross, whose bases git merges first, comes out by field as well."""
    team = Team(store)
    team.part((TITLE,), (CREATED,))
    main = team.git("rev-parse", "main").strip()
    assert team.run("merge", "-q", "feature")[0] == 0
    team.write(BODY, TITLE, CREATED)
    team.git("switch", "-q", "feature")
    assert team.run("merge", "-q", main)[0] == 0
    team.write(TAGS, TITLE, CREATED)
    code, said = team.run("merge", "main")
    assert code == 0, said
    assert team.text == edited(TEXT, TITLE, CREATED, BODY, TAGS)


# the setting


def test_init_sets_the_driver_once(repo):
    """Init says that it has set the driver, and the second time there is nothing to say."""
    assert "merge driver in .git/config\n" in repo.ok("init")
    config = (repo.path / ".git" / "config").read_text()
    assert "merge driver" not in repo.ok("init")
    assert repo.json("init")["driver"] == "kept"
    assert (repo.path / ".git" / "config").read_text() == config
    assert driver.is_ours(repo.git("config", "merge.agentmem.driver").removesuffix("\n"))


def test_init_by_the_name_on_path(repo, tmp_path, monkeypatch):
    """Where agentmem is on PATH the setting names it alone, so that it outlives an environment; what we set is kept true."""
    repo.ok("init")
    script = support.put(tmp_path / "bin" / "agentmem", "#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    assert repo.json("init")["driver"] == "set"
    assert repo.git("config", "merge.agentmem.driver").startswith("agentmem merge-driver %O %A %B %P || ")


def test_init_leaves_what_was_set_by_hand(repo):
    """A driver of that name that somebody has set stays theirs."""
    repo.git("config", "merge.agentmem.driver", "my-merge %A %O %B")
    assert "merge driver" not in repo.ok("init")
    assert repo.json("init")["driver"] == "kept"
    assert repo.git("config", "merge.agentmem.driver") == "my-merge %A %O %B\n"


def test_init_where_the_configuration_cannot_be_written(repo):
    """With a git dir that is read-only the store is made all the same, and a note says what is missing."""
    with support.read_only(repo.path / ".git"):
        ran = repo.call("init")
        told = repo.json("init")
    assert ran.code == 0 and "created .agentmem/config.toml" in ran.out
    assert "merge driver" not in ran.out
    assert ran.err.startswith(
        "note: no merge driver, so memories merge by lines here: could not lock config file"
    )
    assert told["driver"] == "failed"


def test_init_waits_for_a_lock(repo, monkeypatch):
    """A configuration that stays locked by others is given up after a while, not waited for without end."""
    monkeypatch.setattr(driver, "LOCK_WAIT", 0.05)
    support.put(repo.path / ".git" / "config.lock", "")
    assert repo.json("init")["driver"] == "failed"


@pytest.mark.parametrize(
    "command",
    ["agentmem-is-not-here", "'/no such/python' -P -m agentmem", "{python} -P -m no_such_module"],
)
def test_a_program_that_is_gone(store, command):
    """A clone whose agentmem is gone merges by lines, as git does: both sides' texts, never ours alone."""
    import sys

    known = store.git("config", "merge.agentmem.driver").removesuffix("\n")
    program = known.split(" merge-driver ")[0]
    gone = known.replace(program, command.format(python=sys.executable))
    assert driver.is_ours(gone)
    store.git("config", "merge.agentmem.driver", gone)
    team = Team(store)
    team.part((TITLE,), (BODY,))
    assert team.run("merge", "-q", "feature")[0] == 0
    assert team.text == edited(TEXT, TITLE, BODY)
    team.git("reset", "-q", "--hard", "HEAD~1")
    team.git("switch", "-q", "feature")
    team.write(OTHER_TITLE)
    assert team.run("merge", "-q", "main")[0] == 1
    assert "size is 100" in team.text and "size is 200" in team.text


def test_a_folder_of_the_worktree_is_not_run(store):
    """A folder named agentmem in what is merged is not taken for the program."""
    trap = "raise SystemExit('trapped')\n"
    for file in ("__init__.py", "cli/__init__.py", "cli/main.py"):
        support.put(store.path / "agentmem" / file, trap)
    team = Team(store)
    team.part((TITLE,), (CREATED,))
    code, said = team.run("merge", "feature")
    assert code == 0 and "trapped" not in said


# the command


def files(project, *texts):
    for name, text in zip(("o", "a", "b"), texts, strict=True):
        support.put(project.path / "sides" / name, text)
    return [f"sides/{name}" for name in ("o", "a", "b")]


def test_only_ours_is_touched(store):
    """The command writes its second file and nothing else, and says nothing where nothing is left to a person."""
    words = files(store, TEXT, edited(TEXT, TITLE), edited(TEXT, CREATED))
    before = {path: path.read_bytes() for path in store.path.rglob("*") if path.is_file()}
    assert store.run("merge-driver", *words, f".agentmem/{PATH}") == support.Ran(0, "", "")
    after = {path: path.read_bytes() for path in store.path.rglob("*") if path.is_file()}
    ours = store.path / "sides" / "a"
    assert after.pop(ours).decode() == edited(TEXT, TITLE, CREATED)
    before.pop(ours)
    assert before == after


def test_outside_of_any_repository(call, tmp_path):
    """With no repository around there is no history to look into, and the merge does without."""
    project = support.Project(tmp_path)
    words = files(project, "", edited(TEXT, TITLE), edited(TEXT, OTHER_TITLE))
    ran = call("merge-driver", *words, f".agentmem/{PATH}", "--json")
    assert (ran.code, ran.json["fields"]) == (1, ["title"])


def test_files_that_are_not_there(store):
    """What cannot be read is an error of its own, which the setting answers with git's own merge."""
    ran = store.call("merge-driver", "no", "such", "files", "x.md")
    assert (ran.code, ran.err) == (2, "error: cannot read no: no such file or directory\n")


def test_it_is_not_listed(store):
    """Nobody but git needs to know of it."""
    assert "merge-driver" not in store.ok("help", "all")
    assert "merge-driver" not in store.call("merge-drive").err
