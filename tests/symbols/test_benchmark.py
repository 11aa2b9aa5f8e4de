"""The comparison over a folder of sources, as `benchmarks/symbols.py --real` makes it."""

import importlib.util
from pathlib import Path

import pytest

from agentmem.symbols import Symbol, treesitter

FILE = Path(__file__).parents[2] / "benchmarks" / "symbols.py"


@pytest.fixture(scope="module")
def benchmark():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("benchmark_of_symbols", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_tree_sitter(benchmark, monkeypatch, tmp_path, capsys):
    """Nothing to compare with is exit 2, and says what to install."""
    monkeypatch.setattr(treesitter, "load", lambda: None)
    assert benchmark.compare(tmp_path, 0) == 2
    assert "[symbols]" in capsys.readouterr().err


def test_counts(benchmark, monkeypatch, tmp_path, capsys):
    """A row a language: what both have, what one alone has, and files with errors apart."""

    class Tree:
        def parsed(self, path, text):
            return None if "torn" in path else [Symbol("f", "function", 1, 2), Symbol("h", "function", 4, 4)]

    monkeypatch.setattr(treesitter, "load", Tree)
    (tmp_path / "a.py").write_text("def f():\n    pass\ndef g(): pass\ndef h(\n): pass\n")
    (tmp_path / "torn.py").write_text("def f(\n")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    assert benchmark.compare(tmp_path, 5) == 0
    out = capsys.readouterr().out
    row = next(line.split() for line in out.splitlines() if line.startswith("python "))
    assert row[:9] == ["python", "1", "1", "2", "66.7%", "100.0%", "33.3%", "50.0%", "0"]
    assert "scanner     a.py:3-3  function g" in out
    assert "tree-sitter a.py:4-4  function h" in out
