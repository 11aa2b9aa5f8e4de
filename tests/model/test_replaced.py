"""What was replaced in a cited text: told exactly where the text is known, and nothing untrue where only a quote is."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import citing, replaced
from agentmem.model.memory import Citation
from agentmem.model.verdict import CHANGED, Found

LINES = st.lists(
    st.sampled_from(["a = 1", "b = 2", "return None", "if x:", "    y()", "end"]), min_size=1, max_size=40
)


def differing(then: list[str], now: list[str], known: bool) -> tuple[list[str], list[str]]:
    """What is told of a citation of ``then`` whose place says ``now``; ``known``: its commit is at hand."""
    cite = Citation("m.py", quote=citing.quote(then))
    found = Found(CHANGED, "m.py", 1, len(now), text="\n".join(now), then="\n".join(then) if known else "")
    return replaced.lines(cite, found)


@given(LINES, LINES)
def test_the_difference_makes_the_one_of_the_other(then: list[str], now: list[str]) -> None:
    """Without what is gone and with what came the old text has the lines of the new one, each as often."""
    gone, came = differing(then, now, known=True)
    normal = [Counter(map(citing.normal, lines)) for lines in (then, now, gone, came)]
    assert normal[0] - normal[2] + normal[3] == normal[1]
    assert not normal[2] - normal[0] and not normal[3] - normal[1]


@given(st.integers(1, 60), st.data())
def test_one_line_of_many(count: int, data: st.DataObject) -> None:
    """Of a long text whose quote leaves lines out, lines that were there are not called new, with the commit or without."""
    then = [f"line {number}" for number in range(count)]
    at = data.draw(st.integers(0, count - 1))
    now = [*then[:at], "other", *then[at + 1 :]]
    assert differing(then, now, known=True) == ([f"line {at}"], ["other"])
    gone, came = differing(then, now, known=False)
    assert set(gone) <= {f"line {at}"} and set(came) <= {"other"}
    if count <= citing.QUOTE_LINES:
        assert (gone, came) == ([f"line {at}"], ["other"])


def test_a_line_that_is_cut_is_no_other() -> None:
    """A line too long for a quote is held against the line that begins as it does."""
    then = ["x = " + "very_" * 100 + "long", "y = 1"]
    gone, came = differing(then, [then[0], "y = 2"], known=False)
    assert (gone, came) == (["y = 1"], ["y = 2"])
