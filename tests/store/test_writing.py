"""Writing: a reader, a crash, a full disk or a second writer never meets half of a file, and no effect is lost."""

import errno
import os
import stat
import subprocess
import sys
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.actions import reading
from agentmem.cli import failures
from agentmem.errors import Contended, NotWritable
from agentmem.store import writing
from tests import support


def temporaries(folder):
    return [path for path in folder.rglob("*") if path.name.startswith(".tmp-")]


def test_create_makes_folders_and_file(tmp_path):
    """A new file is written whole, its folders with it, and nothing temporary stays."""
    path = tmp_path / "a" / "b" / "c.md"
    assert writing.create(str(path), b"text")
    assert path.read_bytes() == b"text"
    assert list(tmp_path.rglob("*.md")) == [path]
    assert temporaries(tmp_path) == []


@pytest.mark.parametrize("links", [True, False])
def test_create_never_overwrites(tmp_path, monkeypatch, links):
    """What exists stays, also on file systems without hard links."""
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    path = tmp_path / "a.md"
    path.write_bytes(b"there before")
    assert not writing.create(str(path), b"new")
    assert path.read_bytes() == b"there before"
    other = tmp_path / "b.md"
    assert writing.create(str(other), b"new")
    assert other.read_bytes() == b"new"
    assert temporaries(tmp_path) == []


def _no_links(*_args, **_options):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_create_does_not_follow_a_dangling_link(tmp_path):
    """A link in the place of a new file is not written through."""
    path, target = tmp_path / "a.md", tmp_path / "elsewhere"
    path.symlink_to(target)
    assert not writing.create(str(path), b"new")
    assert not target.exists()


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o640, 0o755])
def test_replace_keeps_the_mode(tmp_path, mode):
    """An edited file keeps the permissions it had."""
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    path.chmod(mode)
    writing.replace(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert temporaries(tmp_path) == []


def test_create_obeys_the_umask(tmp_path):
    """A new file has the permissions that the user's umask gives, so that a team can read it."""
    before = os.umask(0o027)
    try:
        writing.create(str(tmp_path / "a.md"), b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.md").stat().st_mode) == 0o640


def _full(*_args, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullFile:
    """A file whose every write meets a full disk."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return _full if name == "write" else getattr(self.file, name)


def fail_at(monkeypatch, point):
    if point == "write":
        real = os.fdopen
        monkeypatch.setattr(os, "fdopen", lambda *a, **k: FullFile(real(*a, **k)))
    else:
        monkeypatch.setattr(os, point, _full)


@pytest.mark.parametrize("point", ["write", "fsync"])
@pytest.mark.parametrize("links", [True, False])
def test_a_full_disk_leaves_nothing_of_a_new_file(tmp_path, monkeypatch, point, links):
    """A disk that fills up while a memory is written leaves neither half a file nor a temporary one."""
    path = tmp_path / "facts" / "a.md"
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    fail_at(monkeypatch, point)
    with pytest.raises(NotWritable, match="disk is full"):
        writing.create(str(path), b"x" * 100)
    assert not path.exists()
    assert temporaries(tmp_path) == []


def test_a_disk_that_fills_up_at_the_second_write(tmp_path, monkeypatch):
    """Without hard links the name appears before the bytes: a full disk there leaves no half file either."""
    monkeypatch.setattr(os, "link", _no_links)
    real, calls = os.fsync, []

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) > 1:
            _full()
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "a.md"
    with pytest.raises(NotWritable):
        writing.create(str(path), b"x" * 100)
    assert not path.exists()
    assert temporaries(tmp_path) == []


@pytest.mark.parametrize("point", ["write", "fsync", "replace"])
def test_a_full_disk_keeps_the_old_content(tmp_path, monkeypatch, point):
    """A disk that fills up while a memory is edited leaves the memory as it was."""
    path = tmp_path / "a.md"
    path.write_bytes(b"old")
    fail_at(monkeypatch, point)
    with pytest.raises(NotWritable, match="disk is full"):
        writing.replace(str(path), b"new" * 100)
    assert path.read_bytes() == b"old"
    assert temporaries(tmp_path) == []


@pytest.mark.parametrize("point", ["write", "fsync"])
def test_add_on_a_full_disk(store, monkeypatch, point):
    """`add` on a full disk exits 3, says so, and leaves nothing half-written."""
    before = sorted(store.store.rglob("*"))
    with monkeypatch.context() as patch:
        fail_at(patch, point)
        refused = store.call("add", "fact", "The zebra crossing")
    assert refused.code == 3
    assert "disk is full" in refused.err
    assert [path for path in sorted(store.store.rglob("*")) if path.is_file()] == [
        path for path in before if path.is_file()
    ]
    assert store.titles() == set()
    store.ok("add", "fact", "The zebra crossing")
    assert store.titles() == {"The zebra crossing"}


@pytest.mark.parametrize("point", ["write", "fsync", "replace"])
def test_edit_on_a_full_disk(store, monkeypatch, point):
    """`edit` on a full disk exits 3, says so, and leaves the memory as it was."""
    name = store.remember(1)
    with monkeypatch.context() as patch:
        fail_at(patch, point)
        refused = store.call("edit", name, "--set", "title=Other")
    assert refused.code == 3
    assert "disk is full" in refused.err
    assert store.titles() == {"worker number 1"}
    assert temporaries(store.store) == []


def test_a_real_full_disk(tmp_path, new_repository):
    """On a real full file system `add` exits 3; every file is whole, and what was acknowledged is there."""
    place = tmp_path / "small"
    place.mkdir()
    with support.mounted("-t", "tmpfs", "-o", "size=256k", "tmpfs", at=place):
        project = new_repository("small/repo", "--template=")
        project.ok("init")
        acknowledged = set()
        for number in range(40):
            body = "".join(f"{number} line {i} of the text\n" for i in range(900))
            done = project.run("add", "fact", f"Memory {number}", "--body", "-", "--force", input=body)
            if done.code:
                assert done.code == 3, done.err
                assert "disk is full" in done.err
                break
            acknowledged.add(f"Memory {number}")
        else:
            pytest.fail("the disk never filled up")
        assert temporaries(project.store) == []
        listed = project.run("list", "--json", "--limit", "0")
        assert listed.code == 0, listed.err
        assert {one["title"] for one in listed.json["memories"]} == acknowledged
        assert project.run("recall", "line of the text").code == 0
        assert project.run("check").code == 0


def test_import_on_a_full_disk_leaves_only_whole_files(store, monkeypatch, tmp_path):
    """A bulk import that meets a full disk leaves whole memories or none, and run again completes."""
    lines = "".join(f'{{"id": "r{i}", "kind": "fact", "title": "Memory {i}"}}\n' for i in range(20))
    source = support.put(tmp_path / "m.jsonl", lines)
    real, calls = os.fdopen, []

    def fdopen(*args, **options):
        calls.append(args)
        file = real(*args, **options)
        return FullFile(file) if len(calls) > 7 else file

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", fdopen)
        refused = store.call("import", "jsonl", str(source))
    assert refused.code == 3, refused.out + refused.err
    assert temporaries(store.store) == []
    assert store.call("check").code == 0
    store.ok("import", "jsonl", str(source))
    assert len(store.titles("--limit", "0")) == 20


# -- locks


def test_a_lock_excludes_and_ends(tmp_path):
    """Who holds a lock holds it alone; once let go the next one has it."""
    folders = [str(tmp_path / "locks")]
    with writing.locked(folders, "ab"):
        with pytest.raises(Contended), writing.locked(folders, "ab", wait=0.01):
            pass
        with writing.locked(folders, "cd", wait=0.01):
            pass
    with writing.locked(folders, "ab", wait=0.01):
        pass


def test_a_lock_goes_to_the_next_folder(tmp_path):
    """Where the first folder takes no lock file the second one does; where none does, that is said."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with writing.locked([str(blocked / "locks"), str(tmp_path / "locks")], "ab"):
        assert (tmp_path / "locks" / "ab").exists()
    with pytest.raises(NotWritable), writing.locked([str(blocked / "locks")], "ab"):
        pass


def test_a_lock_ends_with_its_process(tmp_path):
    """A writer that was killed holds nobody up."""
    code = (
        "import sys, time\nfrom agentmem.store import writing\n"
        "with writing.locked([sys.argv[1]], 'ab'):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], env=support.environment(), stdout=subprocess.PIPE
    )
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(Contended), writing.locked([str(tmp_path)], "ab", wait=0.01):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with writing.locked([str(tmp_path)], "ab", wait=5):
        pass


EDITOR = """
import sys
from agentmem.cli import main
me = sys.argv[2]
for number in range(int(sys.argv[3])):
    code = main.run(["-C", sys.argv[1], "edit", "7k3m9q", "--set", f"tags+=w{me}-{number}"])
    assert code == 0, code
"""


def test_eight_processes_edit_one_memory_and_nothing_is_lost(store):
    """Eight processes that edit one memory 25 times each leave 200 effects."""
    store.write("facts/one-7k3m9qwpdx2v.md", support.memory("7k3m9qwpdx2v", title="One"))
    store.commit()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", EDITOR, str(store.path), str(me), "25"],
            env=support.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for me in range(8)
    ]
    errors = [writer.communicate()[1].decode() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 8, errors
    tags = store.json("show", "7k3m9q")["memories"][0]["tags"]
    assert sorted(tags) == sorted(f"w{me}-{number}" for me in range(8) for number in range(25))
    assert store.call("check").code == 0


def test_edits_as_processes_through_the_command_line(store):
    """Four commands that edit one memory at the same time all have their effect."""
    store.write("facts/one-7k3m9qwpdx2v.md", support.memory("7k3m9qwpdx2v", title="One"))
    for turn in range(3):
        running = [
            support.start("edit", "7k3m9q", "--set", f"tags+=t{turn}x{i}", cwd=store.path) for i in range(4)
        ]
        for process in running:
            _, err = process.communicate()
            assert process.returncode == 0, err
    assert len(store.json("show", "7k3m9q")["memories"][0]["tags"]) == 12


@given(data=st.binary(max_size=3000))
def test_bytes_are_written_as_they_are(tmp_path_factory, data):
    """Any bytes come back as they were given: no newline, no encoding stands between."""
    path = tmp_path_factory.mktemp("bytes") / "a.md"
    writing.create(str(path), data)
    assert path.read_bytes() == data
    writing.replace(str(path), data[::-1])
    assert path.read_bytes() == data[::-1]


def test_many_files_at_once_are_synced_together(tmp_path):
    """A bulk write makes its files durable whether there are few or many of them."""
    for count in (3, writing.SYNC_EACH + 1):
        paths = [str(tmp_path / str(count) / f"{i}.md") for i in range(count)]
        for path in paths:
            assert writing.create(path, b"x", sync=False)
        writing.sync_all(paths)
        assert temporaries(tmp_path) == []


def test_no_folder_takes_temporary_files(store, monkeypatch):
    """A full disk, or one that is read-only, where Python finds no folder for them: what needs none works, the rest says so."""

    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    identity = store.remember(1, body="Old.")
    store.commit()
    monkeypatch.setattr(tempfile, "gettempdir", none)
    store.ok("edit", identity, "--body", "New.")
    assert "New." in store.ok("show", identity)
    ran = store.call("doctor", "--json")
    assert (ran.code, ran.json["code"]) == (3, "not-writable")
    assert ran.json["message"] == "no folder takes temporary files: is the disk full?"
    told = failures.bug(ValueError("x"), ["list"])
    assert (told.exit, told.hint) == (
        70,
        "the log to report it with: nowhere: the temporary folder cannot be written",
    )


def test_a_disk_without_room_is_no_bug(store, monkeypatch):
    """Wherever a file meets it."""

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/there/a-file")

    monkeypatch.setattr(reading, "status", full)
    ran = store.call("status", "--json")
    assert (ran.code, ran.json["code"]) == (3, "not-writable")
    assert ran.json["message"] == "/there/a-file cannot be written: no space left on device"


def test_what_a_killed_write_left_is_hidden_on_purpose(store):
    """It is no memory that an ignore rule keeps from git."""
    store.remember(1)
    store.commit()
    before = store.ok()
    for folder in ("facts", "overlays/feature~x"):
        store.write(f"{folder}/.tmp-11492-a2826ea92a62", support.memory(support.identity(2)))
    assert store.ok() == before
    assert "not committed" not in before
