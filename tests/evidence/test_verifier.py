"""The verifier: how it reads trees, what it asks git, and that what was cited is found again, whatever the text."""

import os
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agentmem.actions import citing as acts
from agentmem.actions.context import Context
from agentmem.errors import AgentmemError
from agentmem.evidence import trees
from agentmem.evidence.lines import Lines
from agentmem.evidence.verifier import Verifier
from agentmem.git import code as codes
from agentmem.git import process
from agentmem.git.contents import Contents
from agentmem.git.repository import Probe
from agentmem.model import citing, document, memory
from agentmem.model.editing import Edit, edit
from agentmem.model.memory import Citation
from tests.evidence.support import CODE, OTHER, READ_ALL, code, evidence, remember
from tests.support import Project


def repository(project: Project):
    """What git says of the repository of ``project``."""
    probe = Probe(str(project.path), ".agentmem", None)
    try:
        return probe.repository()
    finally:
        probe.close()


@pytest.fixture
def project(repo: Project) -> Project:
    """Files that are tracked, changed, new, staged, ignored, deleted, hidden by a name."""
    for name in ("same", "changed", "deleted", "staged", "removed"):
        code(repo, f"src/{name}.py", CODE.replace("all", name))
    code(repo, ".gitignore", "*.log\n")
    code(repo, ".agentmem/facts/a.md", CODE)
    repo.commit("begin")
    code(repo, "src/changed.py", OTHER)
    code(repo, "src/new ü.py", CODE)
    code(repo, "src/ignored.log", CODE)
    code(repo, "src/staged.py", OTHER)
    code(repo, "src/added.py", CODE.replace("all", "added"))
    repo.git("add", "src/staged.py", "src/added.py")
    code(repo, "src/staged.py", CODE.replace("all", "twice"))
    (repo.path / "src/deleted.py").unlink()
    repo.git("rm", "-q", "--cached", "src/removed.py")
    return repo


def tree_of(project: Project, which: str) -> trees.Tree:
    """One tree of the repository."""
    found = repository(project)
    made = {
        "worktree": lambda: codes.Worktree(found),
        "index": lambda: codes.Staged(found),
        "commit": lambda: codes.Commit(found, found.head),
    }
    return trees.Tree(made[which](), Contents(found), ".agentmem")


THERE = {
    "worktree": {
        "same": CODE,
        "changed": OTHER,
        "staged": CODE,
        "added": CODE,
        "new ü": CODE,
        "removed": CODE,
    },
    "index": {"same": CODE, "changed": CODE, "deleted": CODE, "staged": OTHER, "added": CODE},
    "commit": {"same": CODE, "changed": CODE, "deleted": CODE, "staged": CODE, "removed": CODE},
}


@pytest.mark.parametrize("which", THERE)
def test_the_files_of_a_tree(project, which):
    """Each tree has its own files, without those of the store and what git ignores; each text is the tree's."""
    tree = tree_of(project, which)
    names = {name.removeprefix("src/").removesuffix(".py") for name in tree.files if name != ".gitignore"}
    assert names == set(THERE[which])
    for name, text in THERE[which].items():
        held = tree.text(f"src/{name}.py")
        assert held is not None and len(held.splitlines()) == len(text.splitlines()), name
        blob = tree.files[f"src/{name}.py"]
        assert not blob or blob == tree.blob(f"src/{name}.py")
    for name in {*THERE["worktree"], *THERE["index"], *THERE["commit"]} - set(THERE[which]):
        assert tree.text(f"src/{name}.py") is None and not tree.lack(f"src/{name}.py")
    assert tree.text("src/ignored.log") == (
        CODE if which == "worktree" else None
    )  # can be cited by force, is not searched


@pytest.mark.parametrize("which", THERE)
@pytest.mark.parametrize(
    "line", ["handle.close()", "import os", 'return total, "nothing to do with files"', "no such line"]
)
def test_files_that_hold_a_line(project, which, line):
    """Git's answer and that of the lines of all files are the same, however often it is asked."""
    tree, lines = tree_of(project, which), Lines()
    expected = sorted(
        path for path in tree.files if line in map(citing.normal, citing.split(tree.text(path) or ""))
    )
    first = lines.holding(tree, line)
    for number in range(5):
        lines.holding(tree, f"something else {number}")
    again = Lines()
    for number in range(5):
        again.holding(tree, f"something else {number}")
    assert first == again.holding(tree, line) == expected


def test_a_state_is_the_trees(project):
    """Two trees of the same files have one state, whether in the worktree, the index or a commit; any change is another."""
    states = {which: tree_of(project, which).state() for which in THERE}
    assert len(set(states.values())) == 3
    project.commit("all")
    clean = {which: tree_of(project, which).state() for which in THERE}
    assert len(set(clean.values())) == 1
    code(project, ".agentmem/facts/b.md", "x")
    assert tree_of(project, "worktree").state() == clean["commit"]
    seen = {clean["commit"]}
    for path, text in (
        ("src/x.py", "1"),
        ("src/x.py", "2"),
        ("src/same.py", OTHER),
        ("src/same.py", OTHER[::-1]),
    ):
        code(project, path, text)
        state = tree_of(project, "worktree").state()
        assert state not in seen
        seen.add(state)


PATHS = [
    "",
    ".",
    "..",
    "/",
    "/etc/passwd",
    "../x",
    "src/../../x",
    "src//same.py",
    "./src/same.py",
    "src/",
    ".git/config",
    "a\0b",
]


@pytest.mark.parametrize("which", THERE)
@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out(project, which, path):
    """A path that leads out of the repository, or into git's own folder, names nothing."""
    tree = tree_of(project, which)
    assert tree.text(path) is None and not tree.lack(path)
    verifier = Verifier(codes.Worktree(repository(project)), ".agentmem", None)
    assert verifier.verify([Citation(path), Citation(path, lines="1-2", quote="x")]) != []
    assert all(one.verdict in ("gone", "unverifiable") for one in verifier.verify([Citation(path)]))


NAMES = [
    "HEAD",
    "main",
    "",
    " ",
    "--help",
    "HEAD:src",
    "0" * 40,
    "zzzz",
    "abc",
    "g" * 40,
    "\n",
    "HEAD\nHEAD",
    "main^{tree}",
    "1" * 65,
]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_id_of_a_commit_names_nothing(project, name):
    """A cited commit is somebody's input: only an id is asked for, and the answers stay in step with the questions."""
    found = repository(project)
    contents = Contents(found)
    assert not contents.has_commit(name)
    assert contents.file(name, "src/same.py") is None
    assert contents.has_commit(found.head) and contents.has_commit(found.head[:8])
    assert contents.file(found.head[:8], "src/same.py") == CODE.replace("all", "same").encode()
    assert contents.file(found.head, "src") is None
    assert contents.blob(found.head) is None
    contents.close()
    assert contents.file(found.head, "new\nline") is None


# -- what it costs


@pytest.fixture
def started(monkeypatch):
    """Every git process that is started, by its words."""
    found: list[tuple[str, ...]] = []
    real = process.start

    def start(directory, *args, **options):
        found.append(args)
        return real(directory, *args, **options)

    monkeypatch.setattr(process, "start", start)
    return found


@pytest.fixture
def many(store: Project) -> Project:
    """300 citations of 100 files."""
    for number in range(100):
        code(store, f"src/m{number}.py", CODE.replace("all", f"n{number}"))
    commit = store.commit("code")[:12]
    for number in range(100):
        text = CODE.replace("all", f"n{number}")
        cites = [
            evidence(text, lines, f"src/m{number}.py", commit=commit) for lines in ("4-6", READ_ALL, "14-16")
        ]
        remember(store, number + 1, *cites)
    store.commit("memories")
    return store


def test_unchanged_citations_need_few_processes(many, started):
    """However many citations hold, the first time and each time after: as many git processes as for one."""
    many.ok("list")
    counts = []
    for words in (
        ("verify",),
        ("verify",),
        ("verify", "--at", "HEAD"),
        ("check",),
        ("recall", "number"),
        ("list",),
    ):
        started.clear()
        many.ok(*words)
        counts.append(len(started))
    first, again, at, check, recall, bare = counts
    assert first <= bare + 2 and again <= bare + 1 and at <= bare + 4 and recall <= bare + 1, counts
    assert check <= 14, counts


def test_moved_citations_need_few_processes(many, started):
    """Also when every file has changed it is not a process for each."""
    for number in range(100):
        text = (many.path / f"src/m{number}.py").read_text()
        (many.path / f"src/m{number}.py").write_text("import sys\n" + text)
    assert many.json("verify")["counts"]["moved"] == 300
    started.clear()
    many.ok("verify")
    assert len(started) <= 12, started
    started.clear()
    assert many.json("verify", "--fix")["counts"]["fixed"] == 300
    assert len(started) < 100 * 12


# -- whatever the text

TEXTS = st.text(
    st.one_of(
        st.sampled_from("\n\n\n \t\r\x0b\x0c\x1c\x85\u00a0\u2028\ufeff\u200b…`#:\"'\\"),
        st.characters(exclude_characters="\0", exclude_categories=("Cs",)),
        st.sampled_from(string.ascii_letters),
    ),
    max_size=400,
)
LINES = st.lists(st.text(string.ascii_letters + " (){}=;", min_size=1, max_size=60), max_size=8)


@pytest.fixture
def one_file(repo: Project):
    """A function that writes the one file of a repository and cites lines of it."""
    repo.ok("init")
    repo.commit("store")

    def cite(text: str, first: int, last: int) -> Citation | None:
        (repo.path / "file.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
        context = Context(str(repo.path))
        try:
            return acts.cite(context, [f"file.txt:{first}-{last}"])[0].citation
        except AgentmemError:
            return None
        finally:
            context.close()

    return repo, cite


def found_now(project: Project, cite: Citation):
    """The verdict on a citation in the worktree."""
    verifier = Verifier(codes.Worktree(repository(project)), ".agentmem", None)
    try:
        return verifier.verify([cite])[0]
    finally:
        verifier.close()


@settings(max_examples=25)
@given(text=TEXTS, at=st.tuples(st.integers(1, 30), st.integers(0, 12)))
def test_what_was_cited_holds(one_file, text, at):
    """Any lines of any text that can be cited are found where they are."""
    project, cite = one_file
    total = len(citing.split(text))
    assume(total)
    first = (at[0] - 1) % total + 1
    made = cite(text, first, min(total, first + at[1]))
    assume(made is not None)
    found = found_now(project, made)
    assert (found.verdict, found.path) == ("ok", "file.txt")
    # also as it comes back from a memory's file
    item = {key: value for key, value in made._asdict().items() if value is not None}
    data = edit(b"---\nid: 7k3m9qwpdx2v\nkind: fact\ntitle: T\n---\nB\n", [Edit("cites", "set", [item])])
    parsed = document.parse(data)
    assert not parsed.problems
    kept = memory.read(parsed.meta, parsed.body, parsed.lines)[0].cites
    assert kept == (made,) and found_now(project, kept[0]).verdict == "ok"


@settings(max_examples=25)
@given(text=st.lists(st.text(string.ascii_letters + " (){}=;", max_size=60), min_size=1, max_size=20), before=LINES, after=LINES,
       at=st.tuples(st.integers(0, 30), st.integers(0, 8)))  # fmt: skip
def test_what_moved_is_followed_to_the_right_place(one_file, text, before, after, at):
    """With lines put before and after it, a text that stands once is found just there, or in its place."""
    project, cite = one_file
    first = at[0] % len(text) + 1
    last = min(len(text), first + at[1])
    made = cite("\n".join(text) + "\n", first, last)
    assume(made is not None)
    whole = [*before, *text, *after]
    (project.path / "file.txt").write_text("\n".join(whole) + "\n")
    wanted = citing.normalise(text[first - 1 : last])
    lines = citing.normalise(whole)
    count = sum(lines[n : n + len(wanted)] == wanted for n in range(len(lines)))
    found = found_now(project, made)
    if count > 1 or (len(wanted) < 3 and len("\n".join(wanted)) < 40):
        assert found.verdict in ("ok", "moved", "unverifiable", "changed", "gone")
        return
    assert found.verdict == ("moved" if before else "ok")
    assert citing.normalise(whole[found.first - 1 : found.last]) == wanted


def test_long_lines_and_odd_bytes_hold(one_file):
    """Lines longer than a quote, and bytes that are no UTF-8, are known by their digest."""
    project, cite = one_file
    for text in (
        "x" * 5000 + "\n" + "y" * 5000,
        "a\udcff b\udcfe\nsecond\n",
        "\ufeffbegin\nend\n",
        "…\n…\n…\nend\n",
    ):
        made = cite(text, 1, 2)
        assert made is not None and found_now(project, made).verdict == "ok"
        (project.path / "file.txt").write_bytes(b"first\n" + text.encode("utf-8", "surrogateescape"))
        assert found_now(project, made).verdict in ("moved", "unverifiable", "changed")


def test_listings_speak_of_odd_entries(repo):
    """Conflicts, links, modes and names of bytes are listed as what they are."""
    code(repo, "a.py", CODE)
    raw = os.fsdecode(b"latin-\xfc.py")
    code(repo, raw, CODE)
    os.symlink("a.py", repo.path / "link.py")
    repo.commit("begin")
    repo.git("switch", "-q", "-c", "other")
    code(repo, "a.py", OTHER)
    repo.commit("other")
    repo.git("switch", "-q", "main")
    code(repo, "a.py", "mine\n")
    repo.commit("mine")
    repo.git("merge", "-q", "other", check=False)
    found = repository(repo)
    assert set(codes.Worktree(found).listing.blobs) == {"a.py", raw}
    assert codes.Worktree(found).listing.blobs["a.py"] == ""
    assert set(codes.Staged(found).listing.blobs) == {"a.py", raw}
    tree = trees.Tree(codes.Staged(found), Contents(found), ".agentmem")
    assert tree.text("a.py") == "mine\n"
    assert tree.text(raw) == CODE and tree.text("link.py") is None
    assert codes.changed(found, "HEAD", None) == ["a.py"]


def test_verifying_nothing_asks_nothing(repo, started):
    """No citations, no process."""
    found = repository(repo)
    started.clear()
    assert Verifier(codes.Worktree(found), ".agentmem", None).verify([]) == []
    assert started == []
