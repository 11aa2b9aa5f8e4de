"""The store of vectors: what is added is found, by any process, whatever others do to it meanwhile."""

import hashlib
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from agentmem.semantic import vectors
from agentmem.semantic.vectors import VectorStore
from tests import support

WIDTH = 24


def blob(number: int, size: int = 40) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:size]


def vector(number: int) -> np.ndarray:
    values = np.random.default_rng(number).standard_normal(WIDTH).astype(np.float32)
    return values / np.linalg.norm(values)


def fill(store: VectorStore, numbers: range) -> None:
    store.add([blob(n) for n in numbers], np.stack([vector(n) for n in numbers]))


def assert_holds(store: VectorStore, numbers: range) -> None:
    query = vector(-1 % 10_000)
    found = store.cosines(query, [blob(n) for n in numbers])
    # float16 keeps a cosine to three digits
    assert np.allclose(found, [vector(n) @ query for n in numbers], atol=1e-3)


def test_what_is_added_is_found(tmp_path):
    """By this process and by the next, in any order; the rest is missing."""
    store = VectorStore(str(tmp_path), "m")
    fill(store, range(50))
    fill(store, range(40, 90))
    for one in (store, VectorStore(str(tmp_path), "m")):
        assert_holds(one, range(89, -1, -1))
        assert one.missing([blob(n) for n in (95, 3, 94, 95)]) == [blob(95), blob(94)]
        assert np.isnan(one.cosines(vector(0), [blob(99)]))[0]
    assert one.missing([]) == [] and len(one.cosines(vector(0), [])) == 0


def test_ids_that_end_in_zeros_stay_apart(tmp_path):
    """Though numpy drops trailing zero bytes of its byte strings, two ids never become one by that."""
    ids = ["00" * 20, "01" + "00" * 19, "00" * 19 + "01", "ab" + "00" * 19]
    store = VectorStore(str(tmp_path), "m")
    store.add(ids[:2], np.stack([vector(0), vector(1)]))
    again = VectorStore(str(tmp_path), "m")
    assert again.missing(ids) == ids[2:]
    assert np.allclose(again.cosines(vector(1), ids[:2]), [vector(0) @ vector(1), 1], atol=1e-3)


def test_models_and_object_formats_are_apart(tmp_path):
    """Vectors of another model, another width or ids of another length are never compared."""
    fill(VectorStore(str(tmp_path), "m"), range(5))
    assert VectorStore(str(tmp_path), "other").missing([blob(1)]) == [blob(1)]
    store = VectorStore(str(tmp_path), "m")
    assert store.missing([blob(1, 64)]) == [blob(1, 64)]
    assert np.isnan(store.cosines(np.ones(3, np.float32), [blob(1)]))[0]


def test_many_files_are_joined(tmp_path):
    """However many additions, a recall opens few files, and nothing is lost."""
    for n in range(0, 120, 4):
        fill(VectorStore(str(tmp_path), "m"), range(n, n + 4))
    folder = tmp_path / vectors.FOLDER / "m"
    assert len(list(folder.glob("*" + vectors.ENDING))) <= vectors.MOST_FILES
    assert_holds(VectorStore(str(tmp_path), "m"), range(120))


def test_a_reader_that_has_begun_outlives_a_join(tmp_path):
    """Files joined away under a reader that opened them, or only listed them, cost it nothing."""
    fill(VectorStore(str(tmp_path), "m"), range(10))
    fill(VectorStore(str(tmp_path), "m"), range(10, 20))
    reader = VectorStore(str(tmp_path), "m")
    assert not reader.missing([blob(1)])
    VectorStore(str(tmp_path), "m").join()
    assert_holds(reader, range(20))


@pytest.mark.parametrize("how", ["cut", "empty", "format", "keys", "garbage", "folder"])
def test_damage_costs_what_was_damaged_and_no_more(tmp_path, how):
    """A file that is torn or is none counts as absent, and its vectors as missing."""
    fill(VectorStore(str(tmp_path), "m"), range(10))
    (path,) = (tmp_path / vectors.FOLDER / "m").glob("*" + vectors.ENDING)
    data = path.read_bytes()
    path.unlink()
    broken = {
        "cut": data[:-1],
        "empty": b"",
        "format": b"x" + data[1:],
        "keys": data[:30] + bytes([data[30] ^ 1]) + data[31:],
        "garbage": os.urandom(200),
    }
    if how == "folder":
        path.mkdir()
    else:
        path.write_bytes(broken[how])
    store = VectorStore(str(tmp_path), "m")
    assert len(store.missing([blob(n) for n in range(10)])) == 10
    fill(store, range(10))
    assert_holds(VectorStore(str(tmp_path), "m"), range(10))


def test_what_is_no_vector_is_not_kept(tmp_path):
    """Zeros, what is no number, another length, another width: refused as a whole, and none of them is there afterwards."""
    store = VectorStore(str(tmp_path), "m")
    fill(store, range(3))
    for wrong in (
        vector(1) * np.nan,
        vector(2) * 1e4,
        vector(2) * 1e30,
        vector(1) * 0,
        np.ones(1, np.float32),
    ):
        with pytest.raises(ValueError):
            store.add([blob(7)], wrong[None])
    with pytest.raises(ValueError):
        store.add([blob(7), blob(8)], np.stack([vector(7), vector(8) * 0]))
    for one in (store, VectorStore(str(tmp_path), "m")):
        assert one.missing([blob(7), blob(8), blob(1)]) == [blob(7), blob(8)] and one.width == WIDTH


def test_what_the_first_format_holds_counts_as_missing(tmp_path):
    """It took whatever a model gave: its vectors are made anew."""
    fill(VectorStore(str(tmp_path), "m"), range(3))
    (path,) = (tmp_path / vectors.FOLDER / "m").glob("*" + vectors.ENDING)
    data = path.read_bytes()
    path.write_bytes(data[:7] + b"\1" + data[8:])
    store = VectorStore(str(tmp_path), "m")
    assert store.width is None and len(store.missing([blob(1), blob(2)])) == 2


def test_where_two_models_went_by_one_name_the_vectors_of_one_count(tmp_path):
    """Two processes at once, with other models behind one name: those of most memories count, the others are missing."""
    one, other = VectorStore(str(tmp_path), "m"), VectorStore(str(tmp_path), "m")
    assert one.width is other.width is None
    fill(one, range(3))
    other.add([blob(8)], np.ones((1, 1), np.float32))
    store = VectorStore(str(tmp_path), "m")
    assert store.width == WIDTH and store.missing([blob(8), blob(1)]) == [blob(8)]
    store.forget()
    assert store.width is None and VectorStore(str(tmp_path), "m").width is None


@pytest.mark.parametrize("folder", [None, "refused"])
def test_without_a_place_to_write_they_last_as_long_as_the_process(tmp_path, folder):
    """A folder that cannot be written, or none, is no error."""
    if folder:
        (tmp_path / folder).write_text("a file where the folder would be")
    store = VectorStore(folder and str(tmp_path / folder), "m")
    fill(store, range(5))
    assert_holds(store, range(5))


ADDING = """
import hashlib, sys
import numpy as np
from agentmem.semantic.vectors import VectorStore

folder, first, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for start in range(first, first + 60, 3):
    blobs, rows = [], []
    for n in range(start, start + 3):
        values = np.random.default_rng(n).standard_normal(width).astype(np.float32)
        blobs.append(hashlib.sha256(str(n).encode()).hexdigest()[:40])
        rows.append(values / np.linalg.norm(values))
    VectorStore(folder, "m").add(blobs, np.stack(rows))
"""


def test_many_processes_write_at_once(tmp_path):
    """Four processes add 60 each, joining as they go, while one reads: none is lost, and no read fails."""
    words = [sys.executable, "-c", ADDING, str(tmp_path)]
    done = threading.Event()
    problems: list[BaseException] = []

    def read() -> None:
        while not done.is_set():
            try:
                store = VectorStore(str(tmp_path), "m")
                numbers = [n for n in range(240) if blob(n) not in set(store.missing([blob(n)]))]
                found = store.cosines(vector(1), [blob(n) for n in numbers])
                assert np.allclose(found, [vector(n) @ vector(1) for n in numbers], atol=1e-3)
            except BaseException as problem:
                problems.append(problem)
                return

    reader = threading.Thread(target=read)
    reader.start()
    workers = [
        subprocess.Popen([*words, str(n * 60), str(WIDTH)], env=support.environment()) for n in range(4)
    ]
    codes = [worker.wait() for worker in workers]
    done.set()
    reader.join()
    assert not problems and codes == [0] * 4
    assert_holds(VectorStore(str(tmp_path), "m"), range(240))
