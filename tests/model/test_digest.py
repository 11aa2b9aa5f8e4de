"""The digest: the budget is kept, the most needed comes first, nothing is lost uncounted."""

from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import digest, tokens
from agentmem.model.digest import Line

lines = st.lists(
    st.builds(Line, st.text(st.characters(codec="utf-8"), max_size=80), st.integers(0, 5).map(float)),
    max_size=8,
)
sections = st.dictionaries(st.sampled_from(["Where", "Next", "Beware", "Know"]), lines, max_size=4)


@given(sections, st.integers(1, 300))
def test_the_budget_is_kept_and_all_is_counted(given_sections, budget):
    """What is kept costs no more than the budget, and what is not is counted."""
    made = digest.pack(given_sections, budget)
    kept = sum(len(found) for found in made.sections.values())
    assert kept + made.omitted == sum(len(found) for found in given_sections.values())
    assert made.tokens <= budget
    whole = "".join("\n".join((f"## {name}", *found, "")) for name, found in made.sections.items())
    assert tokens.estimate(whole) == made.tokens


@given(sections)
def test_without_a_budget_all_is_kept_in_its_order(given_sections):
    """Sections and lines stay in the order in which they were given."""
    made = digest.pack(given_sections, 0)
    assert made.sections == {
        name: tuple(line.text for line in found) for name, found in given_sections.items() if found
    }
    assert made.omitted == 0


def test_the_most_needed_comes_first():
    """A heavy line of a late section goes before a light one of an early section; the same twice gives the same."""
    given_sections = {"Where": [Line("light " * 10, 1)], "Know": [Line("heavy " * 10, 9)]}
    cost = tokens.estimate("heavy " * 10 + "\n") + tokens.estimate("## Where\n") + 1
    made = digest.pack(given_sections, cost)
    assert list(made.sections) == ["Know"] and made.omitted == 1
    assert digest.pack(given_sections, cost) == made
