"""unknown-kind: a kind that there is not, with the one that was meant."""

import pytest

from agentmem.model import kinds
from tests.checks.support import ID, memory, one

RULE = "unknown-kind"


@pytest.mark.parametrize(
    ("line", "message", "kind"),
    [
        ("kind: desicion", "no kind 'desicion'; did you mean decision?", "decision"),
        ("kind: Fact", "no kind 'Fact'; did you mean fact?", "fact"),
        ("kind: zzz", f"no kind 'zzz'; kinds: {' '.join(kinds.NAMES)}", "fact"),
    ],
)
def test_a_kind_that_is_none(line: str, message: str, kind: str) -> None:
    """It is an error at its line, and the fix sets the nearest kind, else the folder's."""
    (finding,) = one(RULE, memory("by: me", line))
    assert (finding.line, finding.severity, finding.memory) == (4, "error", ID)
    assert (finding.message, finding.fix) == (message, f"agentmem edit 7k3m9q --set kind={kind}")


def test_what_it_quotes_is_safe() -> None:
    """A kind that would colour a terminal, or that is a page long, is told in one clean line."""
    (finding,) = one(RULE, memory('kind: "\\e[31mx"'))
    assert finding.message.isprintable()
    (finding,) = one(RULE, memory("kind: " + "long " * 200))
    assert len(finding.message) <= 300


@pytest.mark.parametrize(
    "text",
    [
        *(memory(f"kind: {kind}") for kind in kinds.NAMES),
        memory("kind:"),
        memory("kind: fact").replace("\n", "\r\n"),
        memory("kind: [fact]"),  # no text at all: the schema's
        "---\nkind: a: b\n---\n",
        "no front matter",
    ],
)
def test_what_is_let_be(text: str) -> None:
    """Each kind there is, none at all, and what another rule tells."""
    assert one(RULE, text) == []


def test_a_change_is_judged_by_another_rule() -> None:
    """What an overlay makes of a kind is no file's kind."""
    assert one(RULE, memory("kind: zzz"), "overlays/x/a.md") == []
