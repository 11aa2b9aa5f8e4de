"""Digests are those of every other program, whoever computes them."""

import hashlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import hashing


@given(st.binary(max_size=300))
def test_digests_are_the_standard_ones(data: bytes) -> None:
    assert hashing.sha1(data) == hashlib.sha1(data).hexdigest()
    assert hashing.sha256(data) == hashlib.sha256(data).digest()


def test_a_python_without_its_own_takes_hashlib(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_sha1", "_sha2", "_sha256"):
        monkeypatch.setitem(sys.modules, name, None)
    hashing._own.cache_clear()
    try:
        assert hashing.sha1(b"blob 0\0") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        assert hashing.sha256(b"").hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")
    finally:
        hashing._own.cache_clear()
