"""size: files that are not read are errors, what is merely long a warning."""

import pytest

from agentmem.checks.frame import MAX_BYTES
from agentmem.model.memory import MAX_TITLE
from tests.checks.support import ID, memory, one

RULE = "size"
LONG = "word " * 50


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 5_000_000])
def test_too_large_is_an_error(size: int) -> None:
    """The file is named with its size; nothing else is said of it."""
    (finding,) = one(RULE, b"x" * size)
    assert (finding.line, finding.severity, finding.memory) == (1, "error", None)
    assert finding.message == f"{size:,} bytes; a memory has at most 262,144"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (memory("by: me", f"title: {LONG}"), 4),
        (memory(body=f"intro\n\n## {LONG}\n"), 6),
        (f"# {LONG}\n", 1),
        (f"\r\n\r\n# {LONG}\r\n", 3),
    ],
)
def test_long_titles_are_warnings(text: str, line: int) -> None:
    """A title of the front matter or of a heading, at its line."""
    (finding,) = one(RULE, text)
    assert (finding.line, finding.severity) == (line, "warning")
    assert finding.message.startswith("a title of 249 characters")
    assert finding.fix == f"agentmem edit {str(finding.memory)[:6]} --set title=TEXT"


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("<!-- " + "do this " * 100 + "-->", "HTML comment of 808 characters"),
        ("<!-- " + "never closed " * 100, "HTML comment of"),
        ("iVBORw0KGgo" + "Ab3" * 200, "encoded block of 611 characters"),
    ],
)
def test_what_people_do_not_read_is_a_warning(body: str, part: str) -> None:
    """Comments that a page does not show, and encoded blocks."""
    (finding,) = one(RULE, memory(body="x\n" + body))
    assert (finding.line, finding.severity, finding.memory) == (5, "warning", ID)
    assert finding.message.startswith(part)


@pytest.mark.parametrize(
    "text",
    ["", b"x" * MAX_BYTES, memory("title: " + "x" * MAX_TITLE), memory(body="<!-- short -->\n" + "-" * 900)],
)
def test_what_fits(text: bytes | str) -> None:
    """The limits themselves are allowed, and so is a rule of dashes."""
    assert [f for f in one(RULE, text) if f.severity == "error" or "encoded" not in f.message] == []
