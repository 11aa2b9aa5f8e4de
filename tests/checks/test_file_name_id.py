"""file-name-id: a file that is named for another memory than it holds."""

import shlex

import pytest

from tests.checks.support import ID, OTHER, found, memory, one

RULE = "file-name-id"


def test_named_for_nobody_is_a_warning() -> None:
    """The fix is one command of git, which gives the file the name of what it holds."""
    (finding,) = one(RULE, memory("kind: fact"), f"facts/claims-skip-{OTHER}.md")
    assert (finding.line, finding.severity, finding.memory) == (2, "warning", ID)
    assert finding.message == f"named for {OTHER}, but it is {ID}"
    assert shlex.split(finding.fix or "") == [
        "git",
        "mv",
        f".agentmem/facts/claims-skip-{OTHER}.md",
        f".agentmem/facts/claims-skip-{ID}.md",
    ]


def test_named_for_one_that_is_here_is_an_error() -> None:
    """Whoever follows the name finds the wrong memory, so both are named."""
    files = {f"facts/a-{OTHER}.md": memory(), "facts/b.md": memory(identity=OTHER)}
    (finding,) = found(RULE, files)
    assert finding.severity == "error"
    assert finding.message == f"named for {OTHER}, which is .agentmem/facts/b.md; this is {ID}"


def test_two_that_have_changed_places() -> None:
    """Each is told."""
    files = {f"facts/a-{OTHER}.md": memory(), f"facts/b-{ID}.md": memory(identity=OTHER)}
    assert [finding.severity for finding in found(RULE, files)] == ["error", "error"]


def test_odd_names_are_one_word_to_a_shell() -> None:
    """A blank or a quote in the name runs nothing of its own; what cannot be printed is not printed as a command."""
    path = f"facts/it's $(so)-{OTHER}.md"
    (finding,) = one(RULE, memory(), path)
    assert shlex.split(finding.fix or "")[2:] == [f".agentmem/{path}", f".agentmem/facts/it's $(so)-{ID}.md"]
    (finding,) = one(RULE, memory(), f"facts/\x1b[31m-{OTHER}.md")
    assert finding.fix == f"rename it so that its name ends in -{ID}.md"


def test_a_bare_id() -> None:
    """A name that is an id alone becomes the other one."""
    (finding,) = one(RULE, memory(), f"log/2026-02/{OTHER}.md")
    assert (finding.fix or "").endswith(f" .agentmem/log/2026-02/{ID}.md")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"facts/a-{ID}.md", memory()),
        (f"facts/{ID}.md", memory()),
        ("facts/by-hand.md", memory()),
        ("facts/plans-for-enhancements.md", memory()),  # a word of the same letters
        (f"facts/x{OTHER}.md", memory()),
        (f"facts/a-{OTHER}.md", "no id: another rule tells"),
        (f"facts/a-{OTHER}.md", "---\nid: a: b\n---\n"),
        (f"overlays/x/a-{OTHER}.md", memory()),
    ],
)
def test_what_is_let_be(path: str, text: str) -> None:
    """The right id, none in the name, a word, no id in the file, a broken file, no memory."""
    assert one(RULE, text, path) == []
