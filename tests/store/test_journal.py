"""The journal: what a write returned is also outside the worktree, until a commit holds it."""

import shutil

import pytest

from agentmem.errors import NotWritable
from agentmem.store import journal
from agentmem.store.journal import Entry, Journal
from tests import support
from tests.support import Project


def entry(number=1, worktree="/w", text="text", blob=None):
    return Entry(
        worktree, "main", f"facts/{number}.md", blob or f"blob{number}", 1_770_000_000 + number, text
    )


def read(book):
    """What is recorded, without the moment of writing, which is the system's own clock's."""
    assert all(one.written > 0 for one in book.entries())
    return [one._replace(written=0) for one in book.entries()]


def entries(project):
    return list(Journal(str(project.path / ".git" / "agentmem" / "journal")).entries())


def test_entries_come_back_in_order(tmp_path):
    """Entries are read as they were recorded, oldest first, whatever their text holds."""
    book = Journal(str(tmp_path / "journal"))
    texts = ["plain", "two\nlines\r\n", "größe 队列 🦀", "bytes \udcff that are no UTF-8", "\u2028 and \x85"]
    recorded = [entry(i, text=text) for i, text in enumerate(texts)]
    for one in recorded[:3]:
        book.record([one])
    book.record(recorded[3:])
    assert read(book) == recorded
    assert len(book.files()) == 4


def test_entries_of_one_second_come_back_in_order(tmp_path):
    """Writes of the same second are read in the order in which they were made: the last one is the memory as it is."""
    book = Journal(str(tmp_path / "journal"))
    recorded = [
        Entry("/w", "main", "facts/1.md", f"blob{i}", 1_770_000_000, f"version {i}") for i in range(12)
    ]
    for one in recorded:
        book.record([one])
    assert read(book) == recorded


def test_nothing_is_recorded_for_nothing(tmp_path):
    """An empty write makes no file."""
    Journal(str(tmp_path / "journal")).record([])
    assert not (tmp_path / "journal").exists()


def test_no_journal_is_told(tmp_path):
    """Where the journal cannot be written, who writes is told; where it cannot be read, who reads."""
    (tmp_path / "file").write_text("")
    book = Journal(str(tmp_path / "file"))
    with pytest.raises(NotWritable, match="cannot write"):
        book.record([entry()])
    assert list(book.entries()) == []
    assert book.doubts() == ["the journal cannot be read (not a directory)"]


def test_torn_lines_are_passed_over(tmp_path):
    """A line that a crash has torn, or that is no entry, hides no other, and is told."""
    book = Journal(str(tmp_path / "journal"))
    book.record([entry(1), entry(2)])
    (path,) = (tmp_path / "journal").iterdir()
    whole = path.read_text()
    path.write_text("garbage\n[1, 2]\nnull\n{}\n" + whole + whole[: len(whole) // 3])
    assert book.doubts() == []
    assert read(book) == [entry(1), entry(2)]
    assert book.doubts() == ["1 record of the journal cannot be read"]
    (tmp_path / "journal" / "0-empty.jsonl").touch()
    assert len(list(book.entries())) == 2
    assert book.torn == {path.name, "0-empty.jsonl"}


def test_a_write_without_a_copy_says_so(store):
    """It stands, and is lost with its worktree: every verb that writes tells that, and doctor what to do."""
    folder = store.path / ".git" / "agentmem" / "journal"
    support.put(folder, "x")
    added = store.call("add", "fact", "The zebra crossing", "--json")
    said = f"note: cannot write {folder}/"
    assert added.code == 0 and added.err.startswith(said)
    assert (
        "was written has no copy in the journal, and goes with its worktree until it is committed"
        in added.err
    )
    assert store.call("edit", added.json["id"], "--set", "importance=4").err.startswith(said)
    assert store.ok("list").count("The zebra crossing") == 1
    assert "the journal cannot be read" in store.call("restore", "--journal").err
    sick = store.call("doctor")
    assert sick.code == 1 and "nothing that is written is kept in the journal" in sick.out
    assert "mv -n .git/agentmem/journal .git/agentmem/journal.old" in sick.out
    folder.rename(folder.with_suffix(".old"))
    assert store.call("add", "fact", "The yak crossing").err == ""
    assert len(entries(store)) == 1


def test_a_record_that_was_cut_short_is_told(store):
    """What it had may be lost: restore says that it cannot know, and doctor names the file."""
    store.ok("add", "fact", "The zebra crossing")
    (path,) = (store.path / ".git" / "agentmem" / "journal").glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:100])
    for verb in (["restore", "--journal"], ["status"], ["brief"]):
        assert "1 record of the journal cannot be read, and may hold what is lost" in store.call(*verb).err
    sick = store.call("doctor")
    assert sick.code == 0 and f".git/agentmem/journal/{path.name} is torn" in sick.out
    path.rename(f"{path}.torn")
    assert store.call("status").err == ""
    assert "all is well" in store.ok("doctor")


def test_prune_takes_only_what_is_committed_here(tmp_path):
    """Pruning removes a file when a commit has all of its blobs, and only this worktree's."""
    book = Journal(str(tmp_path / "journal"))
    book.record([entry(1)])
    book.record([entry(2), entry(3)])
    book.record([entry(4, worktree="/other")])
    assert book.prune("/w", frozenset({"blob1", "blob2", "blob4"})) == 1
    assert {one.blob for one in book.entries()} == {"blob2", "blob3", "blob4"}
    assert book.prune("/w", frozenset({"blob1", "blob2", "blob3", "blob4"})) == 1
    assert {one.blob for one in book.entries()} == {"blob4"}


def test_every_write_is_in_the_journal(store):
    """add, edit, supersede, retract, restore and import each leave a copy of what they wrote."""
    first = store.json("add", "fact", "The zebra crossing")["id"]
    store.ok("edit", first, "--set", "tags+=stripes")
    second = store.json("supersede", first, "--title", "The yak crossing")["id"]
    store.ok("retract", second, "--reason", "no yaks")
    store.ok("restore", second)
    source = support.put(
        store.path / "m.jsonl", '{"id": "7k3m9qwpdx2v", "kind": "fact", "title": "Imported"}\n'
    )
    store.ok("import", "jsonl", str(source))
    found = entries(store)
    assert len(found) == 6
    for path in {one.path for one in found}:
        assert (store.store / path).read_text() in [one.text for one in found if one.path == path]
    assert {one.branch for one in found} == {"main"}
    assert {one.worktree for one in found} == {str(store.store)}


def test_the_journal_outlives_the_worktree(store, tmp_path):
    """A worktree that an orchestrator removes by force takes no memory with it."""
    store.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "wt"))
    other = Project(tmp_path / "wt")
    other.ok("add", "fact", "The zebra crossing", "--body", "Stripes.")
    store.git("worktree", "remove", "--force", str(tmp_path / "wt"))
    (found,) = entries(store)
    assert "The zebra crossing" in found.text
    assert found.branch == "side"


def test_pruned_only_once_head_holds_it(store):
    """What no commit holds stays in the journal, however many writes follow; what one holds goes."""
    for number in range(70):
        store.ok(
            "add",
            "fact",
            f"Memory {number}",
            "--body",
            f"Of its own: {support.WORDS[number % 30]} {number * 7919}",
            "--force",
        )
    assert len(entries(store)) == 70
    store.commit()
    store.ok("add", "fact", "The zebra crossing")
    left = entries(store)
    assert [one.text.count("The zebra crossing") for one in left] == [1]


def test_versions_that_were_edited_again_are_pruned_too(store):
    """A version that a later, committed one has replaced does not stay in the journal for ever."""
    name = store.json("add", "fact", "The zebra crossing")["id"]
    for number in range(70):
        store.ok("edit", name, "--set", f"title=The zebra crossing {number}")
    store.commit()
    for number in range(3):
        store.ok("add", "fact", f"Later {number}", "--force")
    assert len(entries(store)) <= 10


def test_a_branch_switch_prunes_nothing_of_another_branch(store):
    """What was written on one branch and committed nowhere stays, while another is at hand."""
    store.git("switch", "-q", "-c", "side")
    for number in range(66):
        store.ok("add", "fact", f"Memory {number}", "--force")
    store.git("stash", "-q", "--include-untracked")
    store.git("switch", "-q", "main")
    store.ok("add", "fact", "On main")
    assert len(entries(store)) == 67


def test_the_git_dir_may_be_cleaned(store):
    """Without the journal's folder everything works, and the next write makes it anew."""
    store.ok("add", "fact", "One")
    shutil.rmtree(store.path / ".git" / "agentmem")
    store.ok("add", "fact", "Two")
    assert len(entries(store)) == 1
    assert journal.Journal(str(store.path / "nowhere")).files() == []
