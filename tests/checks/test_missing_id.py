"""missing-id: a memory by its path alone, and the fix that writes exactly that id."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.checks import frame
from agentmem.checks.fixes import fix_missing_id
from agentmem.model import ids
from tests.checks.support import memory, one

RULE = "missing-id"
DERIVED = ids.derived_id("facts/a.md")


@pytest.mark.parametrize(
    ("text", "line", "fixed"),
    [
        ("", 1, f"---\nid: {DERIVED}\n---\n"),
        ("# Hi\n", 1, f"---\nid: {DERIVED}\n---\n# Hi\n"),
        ("# Hi\r\n", 1, f"---\r\nid: {DERIVED}\r\n---\r\n# Hi\r\n"),
        ("\ufeff# Hi\n", 1, f"\ufeff---\nid: {DERIVED}\n---\n# Hi\n"),
        (
            "---\n# mine\ntitle:  'x'   # keep\n---\nb",
            1,
            f"---\nid: {DERIVED}\n# mine\ntitle:  'x'   # keep\n---\nb",
        ),
    ],
)
def test_a_file_without_an_id_is_a_warning_with_a_fix(text: str, line: int, fixed: str) -> None:
    """The id written is the one that served, and no other byte changes."""
    (finding,) = one(RULE, text)
    assert (finding.line, finding.severity, finding.memory) == (line, "warning", DERIVED)
    assert finding.fix == "agentmem check --fix"
    made = fix_missing_id(frame.read("facts/a.md", text.encode()))
    assert made is not None
    assert one(RULE, made) == []
    after = frame.read("facts/a.md", made)
    assert after.memory is not None and after.memory.id == DERIVED
    kept = [part for part in text.lstrip("\ufeff").splitlines() if part != "---"]
    assert [part for part in made.decode("utf-8-sig").splitlines() if part in kept] == kept
    if "# mine" not in text:
        assert made.decode() == fixed


def test_an_empty_id_is_missing_at_its_line() -> None:
    """A key without a value is no id."""
    (finding,) = one(RULE, "---\nkind: fact\nid:\n---\n")
    assert finding.line == 3
    made = fix_missing_id(frame.read("facts/a.md", b"---\nkind: fact\nid:\n---\n"))
    assert made == f"---\nkind: fact\nid: {DERIVED}\n---\n".encode()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("facts/a.md", memory()),
        ("facts/a.md", "---\nid: wrong\n---\n"),
        ("facts/a.md", "---\na: b: c\n---\n"),
        ("README.md", "# Hi\n"),
        ("overlays/b/c.md", "---\nchange: c\n---\n"),
    ],
)
def test_nothing_to_write(path: str, text: str) -> None:
    """An id, even a wrong one, is kept; what is broken or no memory is not touched."""
    assert one(RULE, text, path) == []
    assert fix_missing_id(frame.read(path, text.encode())) is None


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda b: b"---\ntitle: x\n---\n" + b)))
@settings(deadline=None)
def test_the_fix_makes_the_finding_go(data: bytes) -> None:
    """Whatever the file, a fix that is written is complete, keeps the body, and is written once."""
    file = frame.read("facts/a.md", data)
    made = fix_missing_id(file)
    if made is not None:
        after = frame.read("facts/a.md", made)
        assert after.memory is not None and after.memory.id == DERIVED
        assert after.document.body == file.document.body and fix_missing_id(after) is None
