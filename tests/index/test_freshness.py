"""No step whose omission makes an answer wrong: every read sees the files as they are, whatever became of the caches."""

import fcntl
import gc
import os
import shutil
import sqlite3
import threading

import pytest

from agentmem.index import entries
from tests import support

SMALL, LARGE = 5, 230
"""Below 25 memories nothing is indexed, from 200 on the view is kept: the first has no cache to be wrong, the second has all."""


def make(project, count):
    for number in range(count):
        project.remember(number)
    project.commit()
    # twice: the first read learns, the second finds what it kept
    assert len(project.titles("--limit", "0")) == count
    project.ok("recall", "worker")
    return project


@pytest.fixture(params=[SMALL, LARGE], ids=["small", "large"])
def project(store, request):
    """A committed store whose caches, if it is large enough to have any, are warm."""
    return make(store, request.param)


@pytest.fixture
def large(store):
    """A committed store with warm caches."""
    return make(store, LARGE)


def caches(project):
    return project.path / ".git" / "agentmem"


def path_of(project, identity):
    found = [path for path in project.store.rglob("*.md") if identity in path.name]
    assert len(found) == 1
    return found[0]


# -- files


def test_an_added_file_is_seen_at_once(project):
    """A memory that a person drops in is found by the very next read."""
    name = project.remember(900, "The zebra crossing")
    assert project.found("zebra crossing") == [name]
    assert "The zebra crossing" in project.titles("--limit", "0")


def test_a_hand_edit_is_seen_at_once(project):
    """An edit by hand is found, and what it replaced is not."""
    path = path_of(project, support.identity(3))
    path.write_text(path.read_text().replace("lease", "zebra"))
    assert "zebra number 3" in project.titles("--limit", "0")
    assert "lease number 3" not in project.titles("--limit", "0")
    assert project.found("zebra") == [support.identity(3)]


def test_two_edits_in_a_row_are_both_seen(project):
    """The second edit of an uncommitted file is seen as the first was."""
    path = path_of(project, support.identity(3))
    for word in ("zebra", "yak", "xerus"):
        path.write_text(support.memory(support.identity(3), title=f"Of the {word}"))
        assert support.identity(3) in project.found(word)
        assert f"Of the {word}" in project.titles("--limit", "0")


def test_an_edit_taken_back_is_seen(project):
    """A file that is again as the commit has it reads as the commit has it."""
    path = path_of(project, support.identity(3))
    before = path.read_bytes()
    titles = project.titles("--limit", "0")
    path.write_text(support.memory(support.identity(3), title="Of the zebra"))
    assert "Of the zebra" in project.titles("--limit", "0")
    path.write_bytes(before)
    assert project.titles("--limit", "0") == titles
    assert project.found("zebra") == []


@pytest.mark.parametrize("tracked", [True, False])
def test_same_size_and_same_mtime(project, tracked):
    """An edit that leaves size and modification time as they were is seen all the same."""
    path = (
        path_of(project, support.identity(3))
        if tracked
        else project.write("facts/dropped.md", support.memory("zzzzzzzzzzzz", title="Of the zebra"))
    )
    path.write_text(support.memory(support.identity(3), title="Of the zebra"))
    assert "Of the zebra" in project.titles("--limit", "0")
    info = path.stat()
    path.write_text(support.memory(support.identity(3), title="Of the xebra"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert path.stat().st_size == info.st_size
    assert "Of the xebra" in project.titles("--limit", "0")
    assert support.identity(3) in project.found("xebra")


def test_a_committed_file_with_the_size_and_mtime_it_had(project):
    """A tracked, clean file that is edited without a change of size and time is seen as edited."""
    path = path_of(project, support.identity(3))
    project.git("update-index", "--refresh")
    info = path.stat()
    text = path.read_text()
    path.write_text(text.replace("number 3", "number X"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert path.stat().st_size == info.st_size
    assert any("number X" in title for title in project.titles("--limit", "0"))


def test_what_was_only_touched_is_as_committed(project):
    """A file with another time and the same bytes (`touch`, `cp -r` of a clone) is committed, whatever git's index remembers."""
    project.commit()
    for path in project.store.rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))
    assert project.git("diff-index", "HEAD") != ""
    edited = path_of(project, support.identity(3))
    assert project.json("status")["uncommitted"] == 0
    edited.write_text(edited.read_text() + "More.\n")
    assert project.json("status")["uncommitted"] == 1


def test_a_deleted_file_is_gone_at_once(project):
    """No ghost of a deleted memory answers, whatever the index holds; named by its id it is told as deleted."""
    gone = support.identity(3)
    path_of(project, gone).unlink()
    assert not any(title.split(" ", 1)[1] == "number 3" for title in project.titles("--limit", "0"))
    assert gone not in project.found("lease number 3")
    assert "deleted here, not committed" in project.ok("show", gone)


def test_a_renamed_file_is_the_same_memory(project):
    """A file that is renamed, in its folder or into another, keeps its id; its path is the new one."""
    name = support.identity(3)
    old = path_of(project, name)
    new = old.with_name("renamed.md")
    old.rename(new)
    shown = project.json("show", name)["memories"]
    assert [one["path"] for one in shown] == [".agentmem/facts/renamed.md"]
    (project.store / "decisions").mkdir(exist_ok=True)
    new.rename(project.store / "decisions" / "moved.md")
    assert project.json("show", name)["memories"][0]["path"] == ".agentmem/decisions/moved.md"


def test_a_staged_file_is_seen(project):
    """A memory that is staged and not committed is a memory."""
    name = project.remember(900, "The zebra crossing")
    project.git("add", "-A")
    assert project.found("zebra") == [name]


def test_a_file_taken_out_of_the_git_index_is_still_there(project):
    """`git rm --cached` takes a memory from git, not from the worktree: it is still found."""
    titles = project.titles("--limit", "0")
    project.git("rm", "-q", "--cached", str(path_of(project, support.identity(3))))
    assert project.titles("--limit", "0") == titles


def test_an_untracked_file_where_another_commit_has_one(project):
    """A file that HEAD does not hold is seen, also at a path that the commit of the kept view holds."""
    path = path_of(project, support.identity(3))
    text = path.read_text()
    project.git("switch", "-q", "-c", "without")
    project.git("rm", "-q", str(path))
    project.git("commit", "-q", "-m", "without")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("number 3", "number three"))
    assert any("number three" in title for title in project.titles("--limit", "0"))


def test_ignored_files_are_seen(project):
    """What a .gitignore of the project hides from git is a memory all the same."""
    support.put(project.path / ".gitignore", "*.md\n.agentmem/\nfacts/\n")
    name = project.remember(900, "The zebra crossing")
    assert project.found("zebra") == [name]


def test_a_merge_conflict_hides_nothing_and_doubles_nothing(project):
    """While a merge is unfinished each memory is there once, the one in conflict too."""
    path = path_of(project, support.identity(3))
    base = path.read_text()
    titles = project.titles("--limit", "0")
    project.git("switch", "-q", "-c", "side")
    path.write_text(base + "\nOne way.\n")
    project.commit()
    project.git("switch", "-q", "main")
    path.write_text(base + "\nThe other way.\n")
    project.commit()
    project.git("merge", "-q", "side", check=False)
    assert "<<<<<<<" in path.read_text()
    listed = [one["title"] for one in project.json("list", "--limit", "0")["memories"]]
    assert sorted(listed) == sorted(titles)
    assert (
        project.ok("recall", "m3 lease number 3", "--format", "ids").split().count(support.identity(3)) == 1
    )


def test_switch_and_reset_are_followed(project):
    """`git switch`, `reset` and `stash` are all it takes: the next read is of what they left."""
    titles = project.titles("--limit", "0")
    project.git("switch", "-q", "-c", "feature")
    name = project.remember(900, "The zebra crossing")
    project.commit()
    assert project.found("zebra") == [name]
    project.git("switch", "-q", "main")
    assert project.titles("--limit", "0") == titles
    project.git("reset", "-q", "--hard", "feature")
    assert project.found("zebra") == [name]
    path_of(project, name).write_text(support.memory(name, title="The yak"))
    assert project.found("yak") == [name]
    project.git("stash", "-q")
    assert project.found("zebra") == [name]
    assert project.found("yak") == []


def test_a_commit_to_compare_with_that_is_gone(large):
    """A kept view of a commit that git has since collected is no obstacle."""
    large.remember(900, "The zebra crossing")
    large.commit()
    large.titles("--limit", "0")
    shutil.rmtree(caches(large) / "views")
    large.titles("--limit", "0")
    large.git("reset", "-q", "--hard", "HEAD~1")
    large.git("reflog", "expire", "--expire=now", "--all")
    large.git("gc", "-q", "--prune=now")
    assert "The zebra crossing" not in large.titles("--limit", "0")
    assert len(large.titles("--limit", "0")) == LARGE


# -- caches


def words_folder(project):
    (found,) = caches(project).glob("words-*")
    return found


def answers_rightly(project):
    """The store answers as it would without any cache; what was said on stderr."""
    listed = project.call("list", "--limit", "0", "--json")
    asked = project.call("recall", "worker number 1", "--format", "ids", "--budget", "0")
    fresh = project.call(
        "recall",
        "worker number 1",
        "--format",
        "ids",
        "--budget",
        "0",
        env={"AGENTMEM_SCAN": "1", "AGENTMEM_CACHE": None},
    )
    assert (listed.code, asked.code, fresh.code) == (0, 0, 0), listed.err + asked.err + fresh.err
    assert len({one["id"] for one in listed.json["memories"]}) == LARGE
    assert asked.out.split()
    assert asked.out == fresh.out
    again = project.call("recall", "worker number 1", "--format", "ids", "--budget", "0")
    assert (again.code, again.out) == (0, asked.out)
    return listed.err + asked.err


DAMAGE = {
    "garbage": lambda data: b"\xa5" * len(data),
    "text": lambda data: b"not what you expect\n" * 40,
    "half": lambda data: data[: len(data) // 2],
    "a quarter": lambda data: data[: len(data) // 4],
    "empty": lambda data: b"",
    "middle": lambda data: data[: len(data) // 3] + b"\0" * (len(data) // 3) + data[2 * (len(data) // 3) :],
}


def flush(project):
    """Put all of the catalog into its one file, as it is when nobody has it open."""
    gc.collect()  # the commands that ran in this process may not have let go of it yet
    connection = sqlite3.connect(caches(project) / "catalog.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_catalog(large, damage):
    """A catalog that is torn or was overwritten changes no answer, and is made anew with a note."""
    flush(large)
    path = caches(large) / "catalog.sqlite"
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    notes = answers_rightly(large)
    if damage not in ("empty", "middle"):  # zeros in the middle may lie where nobody looks
        assert "catalog" in notes
    large.call("list")
    assert large.call("list").err == "", "it was not repaired"


def smudge(project, near=b"CREATE TABLE applied"):
    """Put a byte that is no UTF-8 where SQLite's message about the damage quotes it."""
    flush(project)
    path = caches(project) / "catalog.sqlite"
    data = bytearray(path.read_bytes())
    data[data.index(near) + 3] = 0x85
    path.write_bytes(data)


def test_a_damage_that_sqlite_cannot_tell(large):
    """A catalog whose damage makes even SQLite's message unreadable is made anew with a note, as any is."""
    smudge(large)
    assert "catalog rebuilt" in answers_rightly(large)
    assert large.call("list").err == ""


@pytest.mark.parametrize(
    "words", [("index", "rebuild"), ("index", "status"), ("next",), ("add", "fact", "The zebra crossing")]
)
def test_every_command_outlives_a_damaged_catalog(large, words):
    """Also the commands that mend the index work on a catalog that cannot even be opened."""
    smudge(large)
    large.ok(*words)
    assert large.call("list").err == ""


def test_a_catalog_that_lost_memories(large):
    """Where the pages of memories are lost and those that name them are whole, the memories are not taken for unreadable."""
    flush(large)
    shutil.rmtree(caches(large) / "views")
    path = caches(large) / "catalog.sqlite"
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    lost = 0
    for at in range(size, len(data), size):
        if data[at] == 0x0D and b"number 3" in data[at : at + size]:  # a leaf of a table
            data[at + 3 : at + 5] = bytes(2)  # that holds nothing
            lost += 1
    assert lost
    path.write_bytes(data)
    notes = answers_rightly(large)
    assert "catalog is torn" in notes and "partial clone" not in notes
    assert large.call("list").err == ""


def test_an_identity_that_is_no_name(large):
    """What a damaged catalog says of itself names no folder: nothing outside our own is touched."""
    support.put(large.path / ".git" / "kept" / "file", "kept")
    connection = sqlite3.connect(caches(large) / "catalog.sqlite")
    connection.execute("UPDATE info SET value = 'x/../../kept' WHERE key = 'identity'")
    connection.commit()
    connection.close()
    assert "identity" in answers_rightly(large)
    assert (large.path / ".git" / "kept" / "file").read_text() == "kept"


def test_a_catalog_that_cannot_be_written(large):
    """A catalog that is torn where only a writer comes is made anew by the next read."""
    connection = sqlite3.connect(caches(large) / "catalog.sqlite")
    connection.execute("CREATE TRIGGER torn BEFORE INSERT ON doc BEGIN SELECT raise(ABORT, 'torn'); END")
    connection.commit()
    connection.close()
    large.remember(900, "The zebra crossing")
    assert "The zebra crossing" in large.titles("--limit", "0")
    assert large.json("index", "status")["missing"] == 0
    large.remember(901, "The yak crossing")
    assert "The yak crossing" in large.titles("--limit", "0")
    (path,) = caches(large).glob("catalog.sqlite")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM doc").fetchone()[0] == LARGE + 2


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_words_index(large, damage):
    """Words' files that are torn or were overwritten change no answer, and are made anew."""
    for path in words_folder(large).iterdir():
        path.write_bytes(DAMAGE[damage](path.read_bytes()))
    answers_rightly(large)
    assert large.call("recall", "worker").err == ""
    assert large.json("index", "status")["missing"] == 0


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_view(large, damage):
    """A kept view that is torn or was overwritten changes no answer."""
    (path,) = (caches(large) / "views").iterdir()
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    answers_rightly(large)


def test_a_view_of_wrong_columns(large):
    """A kept view that is whole, but whose columns do not fit each other, is not used."""
    import marshal
    import zlib

    (path,) = (caches(large) / "views").iterdir()
    commit, numbers, rest = path.read_bytes().split(b"\n", 2)
    size = int(numbers.split()[1])
    record, late = marshal.loads(rest[:size]), rest[size:]
    for change, behind in (
        ({"authors": ""}, late),
        ({"dirty": []}, late),
        ({"links": None}, late),
        ({"kinds": record["kinds"][:-1]}, late),
        ({}, late[:-1]),
        ({}, late + b" "),
        ({}, b""),
    ):
        data = marshal.dumps({**record, **change})
        checksum = zlib.crc32(data + behind)
        path.write_bytes(b"%s\n%d %d\n%s%s" % (commit, checksum, len(data), data, behind))
        answers_rightly(large)


@pytest.mark.parametrize("part", range(8))
def test_a_view_with_a_hole(large, part):
    """A kept view of which a sector was lost, wherever it lies, gives every memory and its own bytes again."""
    (path,) = (caches(large) / "views").iterdir()
    whole = path.read_bytes()
    at = len(whole) * part // 8
    path.write_bytes(whole[:at] + bytes(512) + whole[at + 512 :])
    everything = "list", "--limit", "0", "--budget", "0", "--json"
    listed = large.ok(*everything)
    assert path.read_bytes() == whole, "it was not made anew"
    path.unlink()
    assert listed == large.ok(*everything)


@pytest.mark.parametrize("part", ["catalog.sqlite", "words", "views", "all"])
def test_missing_caches(large, part):
    """Caches that are gone change no answer."""
    flush(large)
    if part == "all":
        shutil.rmtree(caches(large))
    elif part == "catalog.sqlite":
        for path in caches(large).glob("catalog.sqlite*"):
            path.unlink()
    else:
        shutil.rmtree(words_folder(large) if part == "words" else caches(large) / part)
    answers_rightly(large)


def test_a_catalog_of_another_version(large):
    """A catalog that another version of the tool wrote is made anew, and that is said."""
    connection = sqlite3.connect(caches(large) / "catalog.sqlite")
    connection.execute("UPDATE info SET value = '999' WHERE key = 'version'")
    connection.commit()
    connection.close()
    assert "version 999" in answers_rightly(large)


@pytest.mark.parametrize("table", ["doc", "content", "name"])
def test_a_catalog_without_a_table(large, table):
    """A catalog that lacks a table changes no answer."""
    connection = sqlite3.connect(caches(large) / "catalog.sqlite")
    connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    large.remember(900, tags="[zebra]")
    large.remember(3, tags="[zebra]")
    assert {support.identity(900), support.identity(3)} == {
        one["id"] for one in large.json("list", "--tag", "zebra")["memories"]
    }
    path_of(large, support.identity(900)).unlink()
    answers_rightly(large)


@pytest.fixture(params=["folder", "file", "link"])
def intruder(request):
    """A function that puts something of somebody else's at a path, and one that says whether it is still somewhere below."""

    def put(path):
        if request.param == "folder":
            support.put(path / "deep" / "file", "somebody's")
        elif request.param == "file":
            path.write_text("somebody's")
        else:
            path.symlink_to("nowhere")

    def kept(folder):
        if request.param == "link":
            return [path for path in folder.iterdir() if path.is_symlink() and os.readlink(path) == "nowhere"]
        return [path for path in folder.rglob("*") if path.is_file() and path.read_bytes() == b"somebody's"]

    return put, kept


@pytest.mark.parametrize("part", ["catalog.sqlite", "catalog.sqlite-wal", "words", "views", "index.lock"])
def test_something_else_in_the_place_of_a_cache(large, intruder, part):
    """What stands where a cache belongs is put aside and kept, the cache made anew: said once at most, and no answer changes."""
    put, kept = intruder
    flush(large)
    path = words_folder(large) if part == "words" else caches(large) / part
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    put(path)
    answers_rightly(large)
    assert large.json("index", "status")["missing"] == 0
    large.remember(900, "The zebra crossing")
    assert large.found("zebra crossing") == [support.identity(900)]
    for words in (("list",), ("recall", "worker"), ("recall", "zebra")):
        assert large.call(*words).err == ""
    if part == "views":
        assert list(path.iterdir())
    left = kept(caches(large)) + (kept(caches(large) / "aside") if (caches(large) / "aside").exists() else [])
    assert left or path.name.endswith("-wal"), sorted(caches(large).rglob("*"))


def test_a_folder_of_words_with_something_else_in_it(large):
    """Of a folder that is not ours alone nothing is removed when the index is made anew."""
    path = support.put(words_folder(large) / "notes.txt", "somebody's")
    large.ok("index", "rebuild")
    assert not path.exists()
    (found,) = (caches(large) / "aside").rglob("notes.txt")
    assert found.read_text() == "somebody's"


def test_a_read_only_catalog(large):
    """A catalog that can be read and not written still answers, for what it lacks too."""
    flush(large)
    for number in range(300, 340):
        large.remember(number, f"zebra {number}")
    with support.read_only(caches(large)):
        assert len(large.found("zebra", "--limit", "0")) == 40
        assert len(large.titles("--limit", "0")) == LARGE + 40


def test_an_index_locked_by_another_process(large):
    """Nobody waits for whoever writes the index: what it lacks is scanned."""
    for number in range(300, 400):
        large.remember(number, f"zebra {number}")
    lock = os.open(caches(large) / "index.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        assert len(large.found("zebra", "--limit", "0")) == 100
        assert large.json("index", "status")["missing"] == 100
        assert large.call("index", "rebuild").code == 4
    finally:
        os.close(lock)
    assert large.json("index", "status")["missing"] == 0
    assert len(large.found("zebra", "--limit", "0")) == 100


def test_a_catalog_locked_by_another_process(large):
    """A catalog that somebody else is writing to can be read, and what it lacks is learned by the reader."""
    flush(large)
    for number in range(300, 310):
        large.remember(number, f"zebra {number}")
    connection = sqlite3.connect(caches(large) / "catalog.sqlite", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        assert len(large.found("zebra", "--limit", "0")) == 10
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.fixture
def held(large):
    """A store of whose catalog another process holds the whole file, so that it can be neither read nor written."""
    flush(large)
    for number in range(300, 310):
        large.remember(number, f"zebra {number}")
    connection = sqlite3.connect(caches(large) / "catalog.sqlite", isolation_level=None)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    yield large
    connection.close()


def test_a_catalog_that_another_process_keeps_to_itself(held):
    """What cannot be read from the catalog is read from the files, and the catalog stays as it is."""
    before = (caches(held) / "catalog.sqlite").read_bytes()
    assert len(held.titles("--limit", "0")) == LARGE + 10
    assert len(held.found("zebra", "--limit", "0")) == 10
    assert held.call("next").code == 0
    held.ok("add", "fact", "The yak crossing")
    assert "yak" in held.ok("recall", "yak crossing")
    assert (caches(held) / "catalog.sqlite").read_bytes() == before
    assert not (caches(held) / "aside").exists()


def test_nobody_waits_for_a_locked_catalog(large, monkeypatch):
    """A command waits once, and briefly, for another's lock: the sum of what SQLite was told to wait is less than a second."""
    from agentmem.index import catalog

    waited = []
    real = catalog.Catalog.open_file.__func__

    def opened(cls, path):
        found = real(cls, path)
        found._db.set_trace_callback(lambda said: waited.append(said) if said.startswith("BEGIN") else None)
        return found

    flush(large)
    for number in range(300, 310):
        large.remember(number, f"zebra {number}")
    large.git("switch", "-q", "-c", "feature")
    large.git("branch", "other")
    connection = sqlite3.connect(caches(large) / "catalog.sqlite", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(catalog.Catalog, "open_file", classmethod(opened))
    try:
        for words in (("recall", "zebra", "--all-branches"), ("brief",), ("add", "fact", "The yak crossing")):
            waited.clear()
            large.ok(*words)
            assert len(waited) * catalog.WAIT < 1, (words, waited)
    finally:
        connection.close()


def test_caches_removed_under_the_readers(large):
    """Readers go on answering rightly while somebody removes the caches again and again."""
    stop = threading.Event()

    def remove():
        while not stop.wait(0.02):
            shutil.rmtree(caches(large), ignore_errors=True)

    remover = threading.Thread(target=remove)
    remover.start()
    try:
        for _ in range(12):
            done = large.run("recall", "worker number 1", "--format", "ids", "--budget", "0")
            assert done.code == 0, done.err
            assert support.identity(1) in done.out.split()
    finally:
        stop.set()
        remover.join()
    answers_rightly(large)


def test_rebuilding_under_the_readers(large):
    """Readers go on answering rightly while another process rebuilds the index."""
    for _ in range(3):
        rebuild = support.start("index", "rebuild", cwd=large.path)
        while rebuild.poll() is None:
            done = large.run("recall", "worker number 1", "--format", "ids", "--budget", "0")
            assert done.code == 0, done.err
            assert support.identity(1) in done.out.split()
        rebuild.communicate()
    answers_rightly(large)


def test_a_broken_file_is_counted_and_forgotten_with_its_repair(project):
    """A file that turns broken leaves the list; mended, it is back at the next read."""
    path = path_of(project, support.identity(3))
    text = path.read_text()
    titles = project.titles("--limit", "0")
    path.write_text("---\nid: [\n")
    assert len(project.titles("--limit", "0")) == len(titles) - 1
    assert ".agentmem/facts/" in project.json("status")["broken"][0]
    path.write_text(text)
    assert project.titles("--limit", "0") == titles
    assert project.json("status")["broken"] == []


# -- sandboxes


def works(project, folder):
    """Write and read; the caches are below ``folder``."""
    assert project.run("add", "fact", "The zebra crossing", "--body", "Stripes.").code == 0
    assert "The zebra crossing" in {one["title"] for one in project.run("list", "--json").json["memories"]}
    found = project.run("recall", "zebra stripes")
    assert found.code == 0
    assert "The zebra crossing" in found.out
    status = project.run("index", "status")
    assert str(folder) in status.out, status.out
    assert project.run("edit", support.identity(3), "--set", "importance=5").code == 0
    assert project.run("retract", support.identity(3), "--reason", "wrong").code == 0


@pytest.mark.parametrize("where", ["AGENTMEM_CACHE", "temp"])
def test_a_read_only_git_dir(store, tmp_path, monkeypatch, where):
    """In a sandbox whose git dir cannot be written, add, list, recall and edit work, with their caches elsewhere."""
    for number in range(40):
        store.remember(number)
    store.commit()
    folder = tmp_path / "cache" if where == "AGENTMEM_CACHE" else os.environ["TMPDIR"]
    if where == "AGENTMEM_CACHE":
        monkeypatch.setenv("AGENTMEM_CACHE", str(folder))
    before = sorted(caches(store).rglob("*"))
    with support.read_only(store.path / ".git"):
        works(store, folder)
    assert sorted(caches(store).rglob("*")) == before


@pytest.mark.parametrize("where", ["AGENTMEM_CACHE", "temp"])
def test_a_git_dir_without_room_for_ours(store, tmp_path, monkeypatch, where):
    """Where our folder in the git dir cannot be made, add, list, recall and edit work, with their caches elsewhere."""
    shutil.rmtree(caches(store), ignore_errors=True)
    caches(store).write_text("in the way")
    for number in range(40):
        store.remember(number)
    folder = tmp_path / "cache" if where == "AGENTMEM_CACHE" else os.environ["TMPDIR"]
    if where == "AGENTMEM_CACHE":
        monkeypatch.setenv("AGENTMEM_CACHE", str(folder))
    works(store, folder)
    assert caches(store).read_text() == "in the way"


def test_a_read_only_worktree(store):
    """Where nothing can be written, reading works and writing says so with exit 3, leaving nothing behind."""
    for number in range(40):
        store.remember(number)
    store.commit()
    with support.read_only(store.path):
        assert support.identity(3) in store.run("recall", "lease number 3", "--format", "ids").out.split()
        refused = store.run("add", "fact", "The zebra crossing")
        assert refused.code == 3
        assert "read-only" in refused.err or "permission" in refused.err
        assert store.run("edit", support.identity(3), "--set", "importance=5").code == 3
    assert not list(store.store.rglob(".tmp-*"))


def test_nowhere_to_write_caches_at_all(store, tmp_path, monkeypatch):
    """With no folder for caches anywhere, everything is learned anew and answered rightly."""
    for number in range(40):
        store.remember(number)
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("AGENTMEM_CACHE", str(blocked))
    with support.read_only(store.path / ".git"):
        done = store.run("recall", "lease number 3", "--format", "ids")
        assert done.code == 0, done.err
        assert support.identity(3) in done.out.split()
        assert store.run("list", "--json").code == 0


def test_a_fallback_folder_of_somebody_else_is_not_used(store, monkeypatch):
    """A folder that somebody else prepared in the shared temp folder is not trusted."""
    if not support.is_root():
        pytest.skip("only root can give a folder away")
    theirs = support.Path(os.environ["TMPDIR"]) / f"agentmem-{os.getuid()}"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    store.remember(3)
    shutil.rmtree(caches(store), ignore_errors=True)
    caches(store).write_text("in the way")
    done = store.run("recall", "lease number 3", "--format", "ids")
    assert done.out.split() == [support.identity(3)]
    assert not [path for path in theirs.rglob("*") if path.is_file()]


@pytest.mark.parametrize("table", ["doc", "content", "name"])
def test_standard_input_is_read_once_though_the_catalog_is_torn(large, table):
    """A command that starts anew because a cache is torn still has what it read from standard input."""
    connection = sqlite3.connect(caches(large) / "catalog.sqlite")
    connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    flush(large)
    torn = (caches(large) / "catalog.sqlite").read_bytes()

    def tear():
        for path in caches(large).glob("catalog.sqlite*"):
            path.unlink()
        (caches(large) / "catalog.sqlite").write_bytes(torn)

    tear()
    large.ok("edit", support.identity(3), "--body", "-", input="The zebra crossing.\n")
    assert path_of(large, support.identity(3)).read_text().endswith("\nThe zebra crossing.\n")
    tear()
    added = large.json("add", "fact", "A second thing", "--body", "-", input="Its text.\n")
    assert (large.path / added["path"]).read_text().endswith("\nIts text.\n")
    tear()
    asked = large.call(
        "recall",
        "--batch",
        "-",
        input='{"key": 1, "query": "worker"}\n{"key": 2, "query": "lease"}\nnonsense\n',
    )
    assert asked.code == 2
    assert [one["key"] for one in asked.objects] == [1, 2, None]


def test_no_answer_is_given_twice_though_the_catalog_is_torn(large):
    """A batch that meets a torn catalog in its middle answers each line once."""
    connection = sqlite3.connect(caches(large) / "catalog.sqlite")
    connection.execute("DROP TABLE name")
    connection.commit()
    connection.close()
    lines = (
        '{"key": 1, "query": "?"}\n{"key": 2, "query": "worker"}\n{"key": 3, "query": "lease", "tag": "x"}\n'
    )
    support.put(large.path / "batch.jsonl", lines)
    asked = large.call("recall", "--batch", "batch.jsonl")
    assert [one["key"] for one in asked.objects] == [1, 2, 3]


def test_uncommitted_memories_outlive_the_catalog(store, monkeypatch):
    """A kept view says which blob a file is; a new catalog does not know that blob, and git neither where nobody committed it."""
    monkeypatch.setattr(entries, "RACY", 0.0)
    for number in range(LARGE):
        store.remember(number)
    for _ in range(2):
        assert len(store.titles("--limit", "0")) == LARGE
    assert list((caches(store) / "views").iterdir())
    for lost in ("removed", "of another version"):
        if lost == "removed":
            (caches(store) / "catalog.sqlite").unlink()
        else:
            with sqlite3.connect(caches(store) / "catalog.sqlite") as catalog:
                catalog.execute("UPDATE info SET value = '1' WHERE key = 'version'")
            catalog.close()
        for _ in range(2):
            assert len(store.titles("--limit", "0")) == LARGE, lost
