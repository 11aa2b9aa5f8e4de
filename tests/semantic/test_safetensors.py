"""The reader of safetensors files: what is written is read, what is damaged is refused."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.semantic import safetensors
from tests.semantic import support


def test_what_is_written_is_read(tmp_path):
    """Each tensor of floats by its name, dtype and shape; integers are passed over."""
    wanted = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array([1.5, -2], np.float16),
        "c": np.array([[[0.25]]], np.float64),
        "positions": np.arange(4),
    }
    (tmp_path / "m").write_bytes(support.safetensors(wanted))
    found = safetensors.tensors(str(tmp_path / "m"))
    assert set(found) == {"a", "b", "c"}
    for name, values in found.items():
        assert values.dtype == wanted[name].dtype and np.array_equal(values, wanted[name])


def damaged(header: object, data: bytes = b"") -> bytes:
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + data


@pytest.mark.parametrize(
    "content",
    [
        b"short",
        struct.pack("<Q", 2**40) + b"{}",
        struct.pack("<Q", 4) + b"nope",
        damaged([1]),
        damaged({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}),
        damaged({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"1234"),
        damaged({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]}}, b"1234"),
        damaged({"a": {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]}}, b"1234"),
        damaged({"a": {"dtype": "F32", "shape": [1]}}, b"1234"),
        damaged({"a": 3}, b"1234"),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, content):
    """A torn or hostile header is a ValueError, and nothing is read beyond the file."""
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ValueError):
        safetensors.tensors(str(tmp_path / "m"))


@given(st.integers(0, 600))
def test_a_file_cut_anywhere_is_refused(tmp_path, cut):
    """Whatever is missing at its end, a file is refused whole."""
    whole = support.safetensors({"a": np.ones((10, 10), np.float32)})
    (tmp_path / "m").write_bytes(whole[: min(cut, len(whole) - 1)])
    with pytest.raises(ValueError):
        safetensors.tensors(str(tmp_path / "m"))
