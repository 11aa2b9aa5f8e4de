"""broken-file: what no reader can take for a memory, with the line where it breaks."""

import pytest

from agentmem.checks.frame import LINK, UNREADABLE, Stray
from tests.checks.support import found, memory, one

RULE = "broken-file"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("---\ntitle: a: b\n---\n", 2, "put the value in quotes"),
        ("---\nid: x\n", 1, "no end"),
        ("---\n- a\n---\n", 2, "no keys"),
        ("---\na: 1\na: 2\n---\n", 3, "appears twice: a"),
        ("---\na: &x 1\nb: *x\n---\n", 2, "alias"),
        ("---\na: b\nc: !!python/name:os.system x\n---\n", 3, "tag"),
        ("---\na: [[[[[[[[x]]]]]]]]\n---\n", 2, "nested deeper"),
        ("---\n" + "k: v\n" * 20_000 + "---\n", 2, "64 KiB"),
        ("---\r\ntitle: a\r\nb: 'x\r\n---\r\n", 3, "mend it"),
        ("\ufeff---\na: 1\nb: a: b\n---\n", 3, "quotes"),
        (b"one\ntwo\0", 2, "NUL"),
        (b"one\n\xff", 2, "no UTF-8"),
        ("---\n? [a]\n: b\n---\n", 2, "no plain word"),
    ],
)
def test_breaks_are_errors_at_their_line(text: bytes | str, line: int, part: str) -> None:
    """Each kind of break is one error at the exact line, with what to do about it."""
    (finding,) = one(RULE, text)
    assert (finding.path, finding.line, finding.severity) == (".agentmem/facts/a.md", line, "error")
    assert part in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "plain\n",
        memory(),
        memory().replace("\n", "\r\n"),
        "\ufeff" + memory(),
        "# Ünïcode 日本\n",
        "- --\n",
    ],
)
def test_what_can_be_read_is_left_alone(text: str) -> None:
    """Empty files, files of other line ends, with a BOM, in any script: all readable."""
    assert one(RULE, text) == []


def test_broken_changes_of_an_overlay_are_found_too() -> None:
    """An overlay's change is no memory, and must be readable all the same."""
    assert [f.line for f in found(RULE, {"overlays/b/x.md": "---\na: b: c\n---\n"})] == [2]


def test_keys_are_quoted_without_escapes() -> None:
    """A key that holds a terminal's escape is named without it."""
    (finding,) = one(RULE, '---\n"\\e[31m": a\n"\\e[31m": b\n---\n')
    assert "\x1b" not in finding.message


@pytest.mark.parametrize(
    ("what", "message", "fix"),
    [
        (LINK, "a symbolic link, which is not followed", "put the file itself in the link's place"),
        (UNREADABLE, "cannot be read, so no answer has it", "chmod u+r '.agentmem/facts/a b.md'"),
        ("a \x1bpipe", "a pipe", "put a plain file in its place"),
    ],
)
def test_strays_are_errors(what: str, message: str, fix: str) -> None:
    """What stands where a memory should be, and is none, is named with a way out."""
    (finding,) = found(RULE, {}, Stray("facts/a b.md", what))
    assert (finding.path, finding.line, finding.message, finding.fix) == (
        ".agentmem/facts/a b.md",
        1,
        message,
        fix,
    )
