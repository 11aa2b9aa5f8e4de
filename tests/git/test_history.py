"""What git's log says of files, read to the byte: merges of two and of many, odd names, odd words, no commit, shallow clones."""

import os

import pytest

from agentmem.git import history
from agentmem.git.repository import Probe
from tests.support import Project, put


def repository(project):
    """What git says of the repository of ``project``."""
    probe = Probe(str(project.path), "s", None)
    try:
        return probe.repository()
    finally:
        probe.close()


def done(project, *starts, paths=("s",)):
    """The steps of a history, newest first."""
    return list(history.steps(repository(project), starts or ("HEAD",), paths))


def told(steps):
    """``(subject, path, what)`` of each."""
    kinds = {(True, True): "M", (False, True): "A", (True, False): "D"}
    return [(step.subject, step.path, kinds[step.old is not None, step.new is not None]) for step in steps]


def file(project, path, text):
    put(project.path / path, text)


@pytest.fixture
def lines(repo):
    """A repository whose file s/a was begun by one commit."""
    file(repo, "s/a", "one\n")
    file(repo, "elsewhere", "x\n")
    repo.commit("begin")
    return repo


def test_a_line(lines):
    """Additions, edits and removals below the path, each with both blobs; what is elsewhere is not told."""
    file(lines, "s/a", "two\n")
    file(lines, "elsewhere", "y\n")
    commit = lines.commit("edit")
    (lines.path / "s" / "a").unlink()
    lines.commit("remove")
    found = done(lines)
    assert told(found) == [("remove", "s/a", "D"), ("edit", "s/a", "M"), ("begin", "s/a", "A")]
    assert found[1].commit == commit
    assert found[1].new == found[0].old == lines.git("rev-parse", f"{commit}:s/a").strip()
    assert (found[0].author, found[0].time) == ("A. Uthor", 1771754400)


def test_no_commit(repo):
    """Before the first commit there is no history, wherever one starts."""
    assert done(repo, *history.ALL_REFS) == []
    assert list(history.steps(repository(repo), (), ["s"])) == []
    assert history.without(repository(repo), [], []) == set()


def test_a_rename_is_a_removal_and_an_addition(lines):
    """Whatever git is configured to: renames are not guessed."""
    for key, value in (
        ("diff.renames", "copies"),
        ("log.follow", "true"),
        ("log.showRoot", "false"),
        ("color.ui", "always"),
        ("log.showSignature", "true"),
        ("i18n.logOutputEncoding", "latin1"),
    ):
        lines.git("config", key, value)
    lines.git("mv", "s/a", "s/b")
    lines.commit("größer")
    assert told(done(lines)) == [("größer", "s/a", "D"), ("größer", "s/b", "A"), ("begin", "s/a", "A")]
    assert told(done(lines, paths=["s/b"])) == [("größer", "s/b", "A")]


def merged(project, names, text):
    """A merge of the branches ``names`` in which s/a has ``text``."""
    project.git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", *names)
    file(project, "s/a", text)
    return project.commit("merge")


@pytest.mark.parametrize("sides", [1, 2, 3])
def test_a_merge_that_differs_from_all_its_parents(lines, sides):
    """Of two or more parents a merge is told once for a file, with the first parent's blob; and what follows it is read right."""
    names = [f"side{number}" for number in range(sides)]
    for name in names:
        lines.git("switch", "-q", "-c", name, "main")
        file(lines, "s/a", f"{name}\n")
        file(lines, f"s/{name}", f"{name}\n")
        lines.commit(name)
    lines.git("switch", "-q", "main")
    file(lines, "s/a", "main\n")
    lines.commit("main")
    merge = merged(lines, names, "all\n")
    found = done(lines)
    assert [step for step in told(found) if step[0] == "merge"] == [("merge", "s/a", "M")]
    assert found[0].commit == merge
    assert found[0].old == lines.git("rev-parse", "main~1:s/a").strip()
    assert told(found)[-1] == ("begin", "s/a", "A")
    assert {subject for subject, _, _ in told(found)} == {"merge", "main", "begin", *names}


def test_a_merge_that_takes_a_side_is_not_told(lines):
    """What a merge has from one of its parents was told there."""
    lines.git("switch", "-q", "-c", "side")
    file(lines, "s/b", "b\n")
    lines.commit("side")
    lines.git("switch", "-q", "main")
    file(lines, "s/c", "c\n")
    lines.commit("main")
    lines.git("merge", "-q", "--no-edit", "side")
    assert {subject for subject, _, _ in told(done(lines))} == {"main", "side", "begin"}


@pytest.mark.parametrize(
    "name", ["a\nb", "größe", "with space", ":100644 x", '"quoted"', "tab\there", "-dash"]
)
def test_odd_paths(lines, name):
    """A path is a path, whatever is in it."""
    file(lines, f"s/{name}", "text\n")
    lines.commit("odd")
    file(lines, "s/z", "z\n")
    lines.commit("after")
    assert told(done(lines)) == [("after", "s/z", "A"), ("odd", f"s/{name}", "A"), ("begin", "s/a", "A")]
    blob = lines.git("rev-parse", "HEAD:s/z").strip()
    assert blob in history.past_blobs(repository(lines), "HEAD", [f"s/{name}", "s/z"])


def test_a_path_that_is_no_text(lines):
    """Bytes that are no UTF-8 come as Python has them in paths."""
    put(lines.path / "s" / os.fsdecode(b"\xff"), "x\n")
    lines.commit("bytes")
    assert done(lines)[0].path == os.fsdecode(b"s/\xff")


@pytest.mark.parametrize("subject", ["", ":100644 100644", "\x01a\x01", "tab\tand größe", "a" * 5000])
def test_odd_subjects(lines, subject):
    """A subject is one field, whatever is in it."""
    file(lines, "s/a", "two\n")
    lines.git("commit", "-q", "-a", "--allow-empty-message", "--cleanup=verbatim", "-m", subject)
    found = done(lines)
    assert [step.subject for step in found] == [subject, "begin"]


def test_words_that_are_no_text(lines):
    """Bytes in a subject or an author's name that are no UTF-8 do no harm."""
    tree, parent = (lines.git("rev-parse", name).strip() for name in ("HEAD^{tree}", "HEAD"))
    file(lines, "s/a", "two\n")
    lines.git("add", "-A")
    tree = lines.git("write-tree").strip()
    data = f"tree {tree}\nparent {parent}\nauthor B\xe9 <b@c> 1771754400 +0000\ncommitter  <> 1771754401 +0000\n\nA\xe9\n"
    commit = lines.git("hash-object", "-t", "commit", "-w", "--stdin", input=data.encode("latin-1")).strip()
    found = done(lines, commit)
    assert (found[0].author, found[0].subject, found[0].time) == ("B\ufffd", "A\ufffd", 1771754401)
    assert told(found)[1] == ("begin", "s/a", "A")


def test_links_and_submodules_are_no_files(lines):
    """A file that became a link is gone, a link is none."""
    (lines.path / "s" / "a").unlink()
    (lines.path / "s" / "a").symlink_to("b")
    (lines.path / "s" / "c").symlink_to("b")
    lines.commit("link")
    assert told(done(lines)) == [("link", "s/a", "D"), ("begin", "s/a", "A")]


def test_every_ref(lines):
    """With all refs what only another branch or a tag holds is told too."""
    lines.git("switch", "-q", "-c", "side")
    file(lines, "s/b", "b\n")
    side = lines.commit("side")
    lines.git("switch", "-q", "main")
    assert len(done(lines)) == 1
    assert told(done(lines, *history.ALL_REFS))[0] == ("side", "s/b", "A")
    assert history.without(repository(lines), ["side"], ["main"]) == {side}
    assert history.comes_before(repository(lines), "main", "side")
    assert not history.comes_before(repository(lines), "side", "main")
    assert history.merge_base(repository(lines), "main", "side") == lines.git("rev-parse", "main").strip()


def test_a_shallow_clone(lines, tmp_path):
    """Where a shallow clone ends all that is there seems new; which commit that is can be told."""
    file(lines, "s/a", "two\n")
    end = lines.commit("edit")
    file(lines, "s/a", "three\n")
    lines.commit("again")
    lines.git("clone", "-q", "--depth", "2", f"file://{lines.path}", str(tmp_path / "shallow"))
    shallow = Project(tmp_path / "shallow")
    assert told(done(shallow)) == [("again", "s/a", "M"), ("edit", "s/a", "A")]
    assert history.boundary(repository(shallow)) == {end}
    assert history.boundary(repository(lines)) == frozenset()


def test_nothing_in_common(lines):
    """Two histories without a common commit have no merge base."""
    lines.git("switch", "-q", "--orphan", "other")
    file(lines, "s/b", "b\n")
    lines.commit("other")
    assert history.merge_base(repository(lines), "main", "other") is None


def test_past_blobs(lines):
    """Every blob that a path had, also in a merge, and none for no path."""
    blobs = [lines.git("rev-parse", "HEAD:s/a").strip()]
    lines.git("switch", "-q", "-c", "side")
    file(lines, "s/a", "side\n")
    lines.commit("side")
    lines.git("switch", "-q", "main")
    file(lines, "s/a", "main\n")
    lines.commit("main")
    merged(lines, ["side"], "all\n")
    (lines.path / "s" / "a").unlink()
    lines.commit("gone")
    blobs += [lines.git("rev-parse", f"{name}:s/a").strip() for name in ("side", "main~1", "main~2")]
    assert history.past_blobs(repository(lines), "HEAD", ["s/a"]) == set(blobs)
    assert history.past_blobs(repository(lines), "--all", ["s/a"]) == set(blobs)
    assert history.past_blobs(repository(lines), "HEAD", []) == set()
    assert history.past_blobs(repository(lines), "HEAD", ["s/none"]) == set()


def taken(project):
    """``(path, its last text)`` of what history took away, the latest first."""
    found = history.deleted(repository(project), project.git("rev-parse", "HEAD").strip(), "s")
    return [(path, project.git("cat-file", "-p", blob).strip()) for path, blob, _ in found]


def test_what_was_taken_away(repo):
    """Each deletion with the file's last text and its commit, the latest first; odd names whole, other folders left out."""
    odd = "s/ä b\tc.md" if os.name != "nt" else "s/ä b.md"
    for path in ("s/a.md", odd, "other/x.md"):
        file(repo, path, "one\n")
    repo.commit("first")
    file(repo, "s/a.md", "two\n")
    repo.commit("second")
    assert taken(repo) == []
    repo.git("rm", "-q", "s/a.md", "other/x.md")
    gone = repo.commit("third")
    repo.git("rm", "-q", odd)
    repo.commit("fourth")
    assert taken(repo) == [(odd, "one"), ("s/a.md", "two")]
    assert history.took(repository(repo), ["HEAD"], odd) and not history.took(repository(repo), [], odd)
    assert not history.took(repository(repo), ["HEAD~1"], odd)
    commits = [commit for _, _, commit in history.deleted(repository(repo), "HEAD", "s")]
    assert commits[1] == gone
    repo.git("revert", "--no-edit", gone)
    repo.git("rm", "-q", "s/a.md")
    repo.commit("again")
    assert taken(repo) == [("s/a.md", "two"), (odd, "one"), ("s/a.md", "two")]


def test_a_merge_takes_away_what_all_its_sides_had(repo):
    """A merge that only brings a deletion of one side is not told; one that itself takes a file away is."""
    for path in ("s/a", "s/b", "s/c"):
        file(repo, path, "old\n")
    repo.commit("first")
    repo.git("switch", "-qc", "side")
    repo.commit("aside")
    repo.git("switch", "-q", "main")
    file(repo, "s/a", "new\n")
    repo.commit("edited")
    repo.git("rm", "-q", "s/a")
    repo.commit("deleted")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
    assert taken(repo) == [("s/a", "new")]
    repo.git("switch", "-q", "side")
    repo.commit("more")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.git("rm", "-q", "-f", "s/b")
    repo.commit("evil")
    assert taken(repo) == [("s/b", "old"), ("s/a", "new")]


def test_what_is_worked_on(repo):
    """How many commits ago each path was touched, the store aside; merges do not count as commits; no commit is no work."""
    assert history.touches(repository(repo), "s", 10) == ({}, 0)
    file(repo, "a.py", "1\n")
    file(repo, "s/m.md", "1\n")
    repo.commit("first")
    file(repo, "ä b.py", "1\n")
    repo.commit("second")
    file(repo, "s/m.md", "2\n")
    repo.commit("memory alone")
    file(repo, "a.py", "2\n")
    repo.commit("third")
    assert history.touches(repository(repo), "s", 10) == ({"a.py": [0, 2], "ä b.py": [1]}, 3)
    assert history.touches(repository(repo), "s", 2) == ({"a.py": [0], "ä b.py": [1]}, 2)
