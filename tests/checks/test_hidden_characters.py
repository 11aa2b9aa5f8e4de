"""hidden-characters: each line that has some, with code points and columns."""

import pytest

from tests.checks.support import ID, memory, one

RULE = "hidden-characters"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (memory(body="ab\u200bc\n"), 4, "hidden: U+200B at column 3"),
        (memory("title: a\u202eb"), 3, "hidden: U+202E at column 9"),
        (memory(body="\x1b[31mred\x1b[0m\n"), 4, "hidden: U+001B at column 1, U+001B at column 9"),
        ("\ufeffa\ufeffb", 1, "hidden: U+FEFF at column 2"),
        ("a\r\nb\rc\r\n", 2, "hidden: U+000D at column 2"),
        ("\U000e0041\U000e0042", 1, "hidden: U+E0041 at column 1, U+E0042 at column 2"),
        (
            "\u2066" * 9,
            1,
            "hidden: " + ", ".join(f"U+2066 at column {n}" for n in range(1, 5)) + " and 5 more",
        ),
        ("---\na: b: c\n---\n\u00ad", 4, "hidden: U+00AD at column 1"),
    ],
)
def test_hidden_characters_are_errors(text: str, line: int, message: str) -> None:
    """In body, front matter and broken files alike, one finding a line."""
    (finding,) = one(RULE, text)
    assert (finding.line, finding.severity, finding.message) == (line, "error", message)
    assert finding.fix is not None and finding.fix.startswith("take ") and f"line {line}:" in finding.fix


def test_a_dump_does_not_bury_the_rest() -> None:
    """Twenty lines are named, then how many more there are."""
    found = one(RULE, memory(body="\x07\n" * 50))
    assert len(found) == 21 and found[-1].message == "hidden characters on 30 more lines, from here on"
    assert {f.memory for f in found} == {ID}


def test_a_file_that_is_no_text_is_told_once() -> None:
    """NUL bytes are the broken file's finding."""
    assert one(RULE, b"\0\x01\x02") == []


@pytest.mark.parametrize(
    "text", ["", "\ufeff# Hi\n", "👩\u200d💻 ok\r\n", "می\u200cخواهم\n", "क्\u200dष\n", "日本語\ttab\n"]
)
def test_what_scripts_and_emoji_need_stays(text: str) -> None:
    """Joiners in emoji, Persian and Hindi, tabs, and a BOM at the start are written by people."""
    assert one(RULE, text) == []
