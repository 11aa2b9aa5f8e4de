"""The cache of verdicts: right whatever happens to it, and never a verdict that is none any more."""

import multiprocessing
import os
import sqlite3
import time

import pytest

from agentmem.evidence import trees, verdicts
from agentmem.evidence.verdicts import Cache, Kept, key
from agentmem.model.memory import Citation
from agentmem.model.verdict import Found, Place
from tests import support
from tests.evidence.support import CODE, READ_ALL, code, evidence, lines_of, places, remember
from tests.evidence.support import verdicts as said
from tests.support import Project, git

FOUND = Found(
    "unverifiable", "a", 1, 2, 0.5, True, (Place("b", None, None), Place("c", 1, 2)), "text \udcff\n"
)
KEPT = {bytes([number]) * 16: Kept(FOUND, "state" * (number % 2), bool(number % 3)) for number in range(9)}


def path_of(folder) -> str:
    """The cache's file."""
    return os.path.join(folder, verdicts.FILE)


def test_what_was_put_is_got(tmp_path):
    """Each verdict comes back whole, under its own state beside others."""
    cache = Cache(str(tmp_path))
    assert cache.get(list(KEPT)) == {}
    cache.put(KEPT)
    name = next(iter(KEPT))
    cache.put({name: Kept(FOUND, "another", True)})
    found = cache.get([*KEPT, b"x" * 16])
    assert {one: kept for one, kept in found.items() if one != name} == {
        n: [k] for n, k in KEPT.items() if n != name
    }
    assert {kept.state for kept in found[name]} == {"", "another"}


@pytest.mark.parametrize("change", ["path", "symbol", "lines", "commit", "hash", "quote", "blob"])
def test_a_key_is_all_that_a_verdict_hangs_on(change):
    """Another word in any part of a citation, or another content of its file, is another key."""
    cite = Citation("a.py", "f", "1-2", "abc", "00", "x")
    other = cite if change == "blob" else cite._replace(**{change: "y"})
    assert key(cite, "1") != key(other, "2" if change == "blob" else "1")
    assert key(cite, "1") == key(cite, "1")
    assert key(cite._replace(quote="\udcff\u2028"), "1") != key(cite, "1")


def test_the_oldest_go(tmp_path, monkeypatch):
    """Beyond a bound the older half is dropped, the newest are there."""
    monkeypatch.setattr(verdicts, "MOST", 20)
    cache = Cache(str(tmp_path))
    names = [bytes([number]) * 16 for number in range(60)]
    for name in names:
        cache.put({name: Kept(FOUND, "", True)})
    left = cache.get(names)
    assert names[-1] in left and names[0] not in left and len(left) <= 21


RUINED = {
    "rubbish": b"this is no database, and longer than a header of one hundred bytes would be " * 20,
    "empty": b"",
    "torn": None,
    "unspeakable": "TABLE",
    "another": "other",
    "words": "words",
}


@pytest.mark.parametrize("how", RUINED)
def test_a_ruined_file_is_replaced(tmp_path, how):
    """What cannot be read counts as nothing, and the next verdicts are kept again."""
    cache = Cache(str(tmp_path))
    cache.put(KEPT)
    path = tmp_path / verdicts.FILE
    if RUINED[how] is None:
        path.write_bytes(path.read_bytes()[:1000] + b"\xff" * 3000)
    elif RUINED[how] == "TABLE":  # SQLite's message quotes it, and is no UTF-8 then
        data = bytearray(path.read_bytes())
        data[data.index(b"CREATE TABLE") + 3] = 0x85
        path.write_bytes(data)
    elif isinstance(RUINED[how], bytes):
        path.write_bytes(RUINED[how])
    else:
        with sqlite3.connect(path) as connection:
            if RUINED[how] == "other":
                connection.execute("DROP TABLE verdict")
                connection.execute("CREATE TABLE verdict(a, b)")
            else:
                connection.execute("UPDATE verdict SET verdict = ?", ('["nonsense", 1]',))
        connection.close()
    assert cache.get(list(KEPT)) == {}
    for _ in range(2):
        cache.put(KEPT)
    assert set(cache.get(list(KEPT))) == set(KEPT)


def _lock(path: str, ready, done) -> None:
    connection = sqlite3.connect(path)
    connection.execute("BEGIN EXCLUSIVE")
    ready.set()
    done.wait(20)
    connection.rollback()


def test_a_locked_file_keeps_nobody(tmp_path):
    """While another process holds the file, nothing is got, nothing put, and nobody waits long."""
    cache = Cache(str(tmp_path))
    cache.put(KEPT)
    ready, done = multiprocessing.Event(), multiprocessing.Event()
    other = multiprocessing.Process(target=_lock, args=(path_of(tmp_path), ready, done))
    other.start()
    try:
        assert ready.wait(20)
        begin = time.monotonic()
        assert cache.get(list(KEPT)) == {}
        cache.put({b"y" * 16: Kept(FOUND, "", True)})
        assert time.monotonic() - begin < 5
    finally:
        done.set()
        other.join()
    assert set(cache.get(list(KEPT))) == set(KEPT)


def test_a_missing_folder(tmp_path):
    """Without the folder, or with none at all, nothing is kept and nothing fails."""
    for folder in (str(tmp_path / "none" / "at all"), None, __file__):
        cache = Cache(folder)
        cache.put(KEPT)
        assert cache.get(list(KEPT)) == {}


# -- in a repository


@pytest.fixture
def project(store: Project) -> Project:
    """A memory whose evidence holds; all committed."""
    code(store, "src/files.py", CODE)
    commit = store.commit("code")[:12]
    remember(store, 1, evidence(CODE, READ_ALL, commit=commit))
    store.commit("memory")
    return store


def cache_file(project: Project):
    """The cache of the repository."""
    return project.path / ".git/agentmem" / verdicts.FILE


def test_answers_do_not_hang_on_the_cache(project):
    """Missing, ruined, read-only or locked: the verdict is the same."""
    assert said(project) == ["ok"]
    code(project, "src/files.py", "import sys\n" + CODE)
    for ruin in (None, b"", b"rubbish" * 1000):
        if ruin is None:
            cache_file(project).unlink()
        else:
            cache_file(project).write_bytes(ruin)
        for _ in range(2):
            assert said(project) == ["moved"]
    with support.read_only(project.path / ".git"):
        assert said(project) == ["moved"]
        code(project, "src/files.py", CODE.replace("4096", "1"))
        assert said(project) == ["changed"]
        assert "cite CHANGED" in project.ok("recall", "number 1")
    code(project, "src/files.py", CODE)
    assert said(project) == ["ok"]


def test_several_processes_at_once(project):
    """Those that verify at the same time all answer rightly; one that is killed meanwhile leaves nothing wrong."""
    for number in range(2, 12):
        code(project, f"src/f{number}.py", CODE.replace("all", f"n{number}"))
        remember(project, number, evidence(CODE.replace("all", f"n{number}"), READ_ALL, f"src/f{number}.py"))
        code(project, f"src/f{number}.py", "import sys\n" + CODE.replace("all", f"n{number}"))
    running = [support.start("verify", "--json", cwd=project.path) for _ in range(4)]
    killed = support.start("verify", cwd=project.path)
    time.sleep(0.3)
    killed.kill()
    killed.communicate()
    for one in running:
        _, err = one.communicate(timeout=60)
        assert one.returncode == 0 and not err, err
    assert said(project) == ["ok"] + ["moved"] * 10


def test_a_file_written_twice_within_a_tick(project, monkeypatch):
    """A file that is not the cited one, changed with its size and times kept: what it holds decides."""
    body = lines_of(CODE, READ_ALL) + "\n"
    (project.path / "src/files.py").write_text(CODE.replace(body, ""))
    target = project.path / "src/new.py"
    target.write_text(body)
    info = target.stat()
    assert places(project) == [("src/new.py", "1-3")]

    # a coarse clock of the file system: the second write has the times of the first
    real = trees.reading.signature

    def coarse(root, path):
        found = real(root, path)
        return (
            found and (info.st_mtime_ns, found[1], info.st_ino, info.st_ctime_ns)
            if path == "src/new.py"
            else found
        )

    monkeypatch.setattr(trees.reading, "signature", coarse)
    assert places(project) == [("src/new.py", "1-3")]
    target.write_text(body.replace("4096", "8192"))
    assert said(project) != ["moved"]
    target.write_text(body)
    assert places(project) == [("src/new.py", "1-3")]


def test_a_file_that_git_was_told_not_to_look_at(project):
    """Under assume-unchanged git says that nothing changed: what stands on disk decides all the same."""
    body = lines_of(CODE, READ_ALL) + "\n"
    code(project, "src/new.py", body)
    code(project, "src/files.py", CODE.replace(body, ""))
    project.commit("moved")
    project.git("update-index", "--assume-unchanged", "src/new.py")
    assert said(project) == ["moved"]
    code(project, "src/new.py", "# nothing\n")
    assert said(project) != ["moved"]
    assert said(project) != ["moved"]


def test_a_verdict_without_the_commit_is_not_the_last_word(project, tmp_path):
    """What was found while the cited commit was missing is found anew once it is here."""
    twice = "def one():\n    work(1)\n    return None\n\n\ndef two():\n    work(2)\n    return None\n"
    code(project, "src/twice.py", twice)
    commit = project.commit("twice")[:12]
    remember(project, 2, evidence(twice, "3", "src/twice.py", commit=commit))
    # the other of two equal lines has come to stand in the cited place
    code(
        project,
        "src/twice.py",
        twice.replace("def one():\n    work(1)\n", "def two():\n")[: -len("\n")] + "\n",
    )
    code(project, "src/twice.py", "\n".join(twice.split("\n")[5:8] + twice.split("\n")[:5]) + "\n")
    project.commit("the other way round")
    full = said(project)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{project.path}", "shallow")
    shallow = Project(tmp_path / "shallow")
    early = said(shallow)
    assert early[1] == "ok" != full[1]
    assert said(shallow) == early
    shallow.git("fetch", "-q", "--unshallow")
    assert said(shallow) == full


def test_an_edit_in_the_middle_of_a_run_is_not_kept(project, monkeypatch):
    """What was read before another process changed a file is not kept as the verdict on what the file is after it."""
    body = lines_of(CODE, READ_ALL) + "\n"
    code(project, "src/files.py", CODE.replace(body, ""))
    code(project, "src/new.py", body)
    project.commit("moved")
    real = trees.Tree.text

    def text(self, path):
        found = real(self, path)
        if path == "src/new.py" and self.git.revision is None:
            code(project, "src/new.py", "# nothing at all\n")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(trees.Tree, "text", text)
        said(project)
    assert said(project) != ["moved"]
    code(project, "src/new.py", body)
    assert said(project) == ["moved"]


def test_a_renamed_file_is_found_once_git_knows_it(project):
    """What was found while the new file was not tracked is found anew when it is, though no content differs."""
    remember(project, 2, {"path": "src/files.py", "commit": project.git("rev-parse", "HEAD").strip()[:12]})
    (project.path / "src/files.py").rename(project.path / "src/renamed.py")
    assert said(project)[0] == "moved"
    project.git("add", "-A")
    assert said(project) == ["moved", "moved"]
    project.git("rm", "-q", "--cached", "src/renamed.py")
    assert said(project)[0] == "moved"
    project.git("add", "-A")
    assert said(project) == ["moved", "moved"]
