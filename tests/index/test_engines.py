"""One contract for both engines behind the search port: the scan and Whoosh give the same postings."""

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.index.port import EngineError
from agentmem.index.scan_engine import ScanEngine
from agentmem.index.whoosh_engine import WhooshEngine
from agentmem.model import words
from tests import support

MOST = (
    words.BODY_MAX
    + words.TITLE_MAX * words.TITLE_AT
    + words.NAMES_MAX * words.NAMES_AT
    + words.PLACES_MAX * words.PLACES_AT
)


@pytest.fixture(params=["scan", "whoosh"])
def engine(request, tmp_path):
    """An empty engine of each kind."""
    made = ScanEngine() if request.param == "scan" else WhooshEngine(str(tmp_path / "words"))
    yield made
    if isinstance(made, WhooshEngine):
        made.close()


def same(found):
    """Postings by term in no order."""
    return {term: sorted(rows) for term, rows in found.items()}


def test_empty(engine):
    """An engine that was never written holds nothing, finds nothing, and does not fail."""
    assert engine.held() == set()
    assert engine.postings([]) == {}
    assert engine.postings(["queue"]) == {}


def test_one_document(engine):
    """What was written is found, with its packed weight, under the row it was given."""
    engine.write([(7, {"queue": 3, "lock": 257})])
    assert engine.held() == {7}
    assert engine.postings(["queue", "lock"]) == {"queue": [(7, 3)], "lock": [(7, 257)]}


def test_absent_terms_are_absent(engine):
    """A term that no document has is not among the answers, whatever it looks like."""
    engine.write([(1, {"queue": 1})])
    assert same(engine.postings(["queue", "queues", "", "que", "\x00", "zzz"])) == {"queue": [(1, 1)]}


def test_writing_nothing(engine):
    """A write of no documents changes nothing."""
    engine.write([])
    engine.write([(1, {"queue": 1})])
    engine.write([])
    assert engine.held() == {1}


def test_document_without_words(engine):
    """A document that has no words is held, so that nobody indexes it again and again."""
    engine.write([(3, {}), (4, {"a": 1})])
    assert engine.held() == {3, 4}
    assert engine.postings(["a"]) == {"a": [(4, 1)]}


def test_unicode_terms(engine):
    """Terms of any script, of astral planes and of combining marks are told apart."""
    terms = {
        "größe": 1,
        "grosse": 2,
        "队列": 3,
        "очередь": 4,
        "🦀": 5,
        "é": 6,
        "e\u0301": 7,
        "a b": 8,
        "İ": 9,
    }
    engine.write([(1, terms)])
    assert engine.postings(list(terms)) == {term: [(1, weight)] for term, weight in terms.items()}


def test_very_long_terms(engine):
    """A term of a hundred thousand characters is kept whole, and one that differs at its end is another."""
    long = "x" * 100_000
    engine.write([(1, {long + "a": 1}), (2, {long + "b": 2})])
    assert engine.postings([long + "a", long + "b", long]) == {long + "a": [(1, 1)], long + "b": [(2, 2)]}


@pytest.mark.parametrize("packed", [1, 255, 256, 2**16 - 1, 2**16, 2**24 - 1, MOST])
def test_packed_weights_are_exact(engine, packed):
    """Every packed weight up to the largest comes back to the unit."""
    engine.write([(1, {"a": packed})])
    assert engine.postings(["a"]) == {"a": [(1, packed)]}


def test_thousands_of_documents(engine):
    """Long posting lists, which span many blocks, lose and blur nothing."""
    count = 3000
    engine.write(
        (row, {"all": row, f"own{row}": 1, f"mod{row % 7}": row % 255 + 1}) for row in range(1, count + 1)
    )
    assert engine.held() == set(range(1, count + 1))
    found = engine.postings(["all", "own17", "mod3"])
    assert sorted(found["all"]) == [(row, row) for row in range(1, count + 1)]
    assert found["own17"] == [(17, 1)]
    assert sorted(found["mod3"]) == [(row, row % 255 + 1) for row in range(1, count + 1) if row % 7 == 3]


def test_many_commits(engine):
    """Segments that are merged keep rows and packed weights exactly."""
    expected = {}
    for batch in range(40):
        rows = range(1 + batch * 5, 6 + batch * 5)
        engine.write([(row, {"common": MOST - row, f"batch{batch}": row}) for row in rows])
        expected |= {row: MOST - row for row in rows}
    assert engine.held() == set(expected)
    assert dict(engine.postings(["common"])["common"]) == expected
    assert sorted(engine.postings(["batch39"])["batch39"]) == [(row, row) for row in range(196, 201)]


def test_a_row_above_32_bits(engine):
    """Rows are 64-bit numbers."""
    engine.write([(2**40 - 1, {"a": 1})])
    assert engine.postings(["a"]) == {"a": [(2**40 - 1, 1)]}


def test_reading_after_writing_with_the_same_engine(engine):
    """An engine that has answered already sees what it writes next."""
    engine.write([(1, {"a": 1})])
    assert engine.postings(["a"])["a"] == [(1, 1)]
    engine.write([(2, {"a": 2})])
    assert sorted(engine.postings(["a"])["a"]) == [(1, 1), (2, 2)]


def test_reopening(tmp_path):
    """What was written is there for the next process."""
    folder = str(tmp_path / "words")
    WhooshEngine(folder).write([(1, {"a": 70_000})])
    again = WhooshEngine(folder)
    assert again.held() == {1}
    assert again.postings(["a"]) == {"a": [(1, 70_000)]}
    again.close()


def test_a_failed_write_leaves_what_was_there(tmp_path):
    """A write that fails half-way through adds nothing, and the next one works."""
    engine = WhooshEngine(str(tmp_path / "words"))
    engine.write([(1, {"a": 1})])

    def broken():
        yield 2, {"a": 1}
        raise RuntimeError("stop")

    with pytest.raises(EngineError):
        engine.write(broken())
    assert engine.held() == {1}
    engine.write([(3, {"a": 1})])
    assert engine.held() == {1, 3}
    engine.close()


@pytest.mark.parametrize("damage", ["garbage", "truncated", "empty", "gone"])
def test_damaged_files_are_one_kind_of_error(tmp_path, damage):
    """Whatever has happened to the files, the engine answers rightly or raises EngineError, so that the scan takes over."""
    folder = tmp_path / "words"
    WhooshEngine(str(folder)).write([(row, {"a": row}) for row in range(1, 200)])
    for name in os.listdir(folder):
        path = folder / name
        data = path.read_bytes()
        copy = tmp_path / "kept"
        copy.write_bytes(data)
        if damage == "garbage":
            path.write_bytes(b"\xa5" * max(len(data), 1))
        elif damage == "truncated":
            path.write_bytes(data[: len(data) // 2])
        elif damage == "empty":
            path.write_bytes(b"")
        else:
            path.unlink()
        engine = WhooshEngine(str(folder))
        try:
            held = engine.held()
            if held:
                assert held == set(range(1, 200))
                assert sorted(engine.postings(["a"])["a"]) == [(row, row) for row in range(1, 200)]
        except EngineError:
            pass
        finally:
            engine.close()
            path.write_bytes(data)


WRITER = """
import sys
from agentmem.index.whoosh_engine import WhooshEngine
engine = WhooshEngine(sys.argv[1])
for batch in range(12):
    engine.write([(1 + batch * 10 + i, {"common": 1 + batch * 10 + i}) for i in range(10)])
    print(batch, flush=True)
"""


def test_reading_while_another_process_writes(tmp_path):
    """Readers never fail, and never miss what a writer had finished before they opened, while segments come, merge and go."""
    folder = str(tmp_path / "words")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, folder], env=support.environment(), stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout
    done = 0
    for line in writer.stdout:
        done = int(line) + 1
        for _ in range(5):
            reader = WhooshEngine(folder)
            held = reader.held()
            found = dict(reader.postings(["common"])["common"])
            reader.close()
            assert set(range(1, done * 10 + 1)) <= held
            assert found == {row: row for row in held}
    assert writer.wait() == 0
    assert done == 12


def test_an_open_reader_survives_the_next_commits(tmp_path):
    """A reader that is open goes on answering from what it opened while its segments are merged away."""
    folder = str(tmp_path / "words")
    WhooshEngine(folder).write([(row, {"a": row}) for row in range(1, 50)])
    reader = WhooshEngine(folder)
    assert len(reader.held()) == 49
    for batch in range(20):
        WhooshEngine(folder).write([(100 + batch, {"a": 1})])
    assert sorted(reader.postings(["a"])["a"]) == [(row, row) for row in range(1, 50)]
    reader.close()


TERMS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=6)
DOCUMENTS = st.lists(st.dictionaries(TERMS, st.integers(1, MOST), max_size=6), max_size=12)


@settings(max_examples=25)
@given(batches=st.lists(DOCUMENTS, max_size=3), absent=st.lists(TERMS, max_size=4))
def test_both_engines_give_the_same_postings(tmp_path_factory, batches, absent):
    """For any documents, in any commits, the scan and Whoosh hold the same rows and give the same postings."""
    scan, whoosh = ScanEngine(), WhooshEngine(str(tmp_path_factory.mktemp("words")))
    row, terms = 0, set(absent)
    for documents in batches:
        numbered = []
        for document in documents:
            row += 1
            numbered.append((row, document))
            terms |= document.keys()
        scan.write(numbered)
        whoosh.write(numbered)
    try:
        assert whoosh.held() == scan.held()
        assert same(whoosh.postings(sorted(terms))) == same(scan.postings(sorted(terms)))
    finally:
        whoosh.close()
