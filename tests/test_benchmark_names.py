"""Benchmarks use what there is: they run seldom, and what the package no longer has is noticed here."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parent.parent / "benchmarks").glob("*.py"))


def used(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """``(module, name, line)`` of each name of the package that the code imports, or takes from a module that it imports."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "agentmem":
            for alias in node.names:
                yield str(node.module), alias.name, node.lineno
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr, node.lineno


def has(module: str, name: str) -> bool:
    """Whether ``module`` (or the class or value of that name) has ``name``, a module below it included."""
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError:
        above, _, last = module.rpartition(".")
        found = getattr(importlib.import_module(above), last)
        if not isinstance(found, type):
            return True  # a value: its type says what it has
    if hasattr(found, name):
        return True
    try:
        importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.name)
def test_what_a_benchmark_uses_is_there(path: Path) -> None:
    """Every name of the package that stands in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    missing = [
        f"{path.name}:{line}: {module}.{name}" for module, name, line in used(tree) if not has(module, name)
    ]
    assert not missing


def test_it_can_fail() -> None:
    """A function that is gone, a module that is gone, a member of a class that is gone."""
    code = (
        "from agentmem.model import foresight, gone\nfrom agentmem.model.ranking import Weights\n"
        "foresight.likely_files\nWeights.gone"
    )
    assert [name for module, name, _ in used(ast.parse(code)) if not has(module, name)] == [
        "gone",
        "likely_files",
        "gone",
    ]
