"""secret: found at its line, named by its kind, never repeated."""

import pytest

from tests.checks.support import ID, memory, one

RULE = "secret"
TOKEN = "ghp" + "_" + "abcDEF123456" * 3
AWS = "AKIA" + "QX7TZ2PLM4VN8RBD"
URL = "postgres://app:" + "hunter7Kq" + "@db.internal/x"


@pytest.mark.parametrize(
    ("secret", "name"), [(TOKEN, "GitHub token"), (AWS, "AWS access key id"), (URL, "URL with a password")]
)
@pytest.mark.parametrize(
    ("text", "line"),
    [
        (memory(body="one\nkey: {}\n"), 5),
        (memory("title: {}"), 3),
        (memory("note: '{}'").replace("\n", "\r\n"), 3),
        ("\ufeff{}", 1),
        ("---\na: b: c\n---\n{}", 4),
        ("<!-- {} -->", 1),
    ],
)
def test_secrets_are_errors(secret: str, name: str, text: str, line: int) -> None:
    """In body, front matter, comments and broken files alike, at the exact line."""
    (finding,) = one(RULE, text.replace("{}", secret))
    assert (finding.line, finding.severity) == (line, "error")
    assert finding.message == f"looks like a secret: {name}"
    assert finding.fix == (
        f"take it out of line {line}; to keep it on purpose add agentmem:allow-secret to the line"
    )
    assert secret[:10] not in repr(finding)


def test_the_memory_is_named() -> None:
    """The finding carries the whole id where the file is a memory."""
    assert [f.memory for f in one(RULE, memory(body=TOKEN))] == [ID]
    assert [f.memory for f in one(RULE, f"---\na: b: c\n---\n{TOKEN}")] == [None]


@pytest.mark.parametrize(
    "text",
    [
        "",
        memory(body=f"{TOKEN} <!-- agentmem:allow-secret -->\n"),
        memory(f"note: {AWS} # agentmem:allow-secret"),
        memory(body="postgres://user:password@localhost/db\n"),
        memory(body="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"),
    ],
)
def test_no_guessing(text: str) -> None:
    """What is allowed on purpose, stands for a secret, or is a hash, is none."""
    assert one(RULE, text) == []
