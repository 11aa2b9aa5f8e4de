"""Packing: as much as fits the budget, the best first."""

from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.packing import FULL, PARAGRAPH, TITLE, WHOLE, Costs, pack

COST = st.builds(
    lambda title, more, rest: Costs(title, title + more, title + more + rest),
    st.integers(1, 60),
    st.integers(0, 200),
    st.integers(0, 2000),
)
ITEMS = st.lists(COST, max_size=25)
BUDGET = st.integers(1, 3000)
OVERHEAD = st.integers(0, 80)
RISING = (None, TITLE, PARAGRAPH, FULL)


def spent(items: list[Costs], levels: list[str | None]) -> int:
    return sum(getattr(item, level) for item, level in zip(items, levels, strict=True) if level)


@given(ITEMS, BUDGET, OVERHEAD)
def test_never_over_the_budget(items: list[Costs], budget: int, overhead: int) -> None:
    """What is shown costs with the frame no more than the budget, or nothing is shown."""
    levels = pack(items, budget, overhead)
    assert len(levels) == len(items)
    assert set(levels) <= set(RISING)
    assert spent(items, levels) == 0 or spent(items, levels) + overhead <= budget


@given(ITEMS, BUDGET, OVERHEAD)
def test_no_gap_before_what_is_shown(items: list[Costs], budget: int, overhead: int) -> None:
    """Nothing is shown after something left out, and a mere title stands only where there is no room for the paragraph."""
    levels = pack(items, budget, overhead)
    shown = [level is not None for level in levels]
    assert shown == sorted(shown, reverse=True)
    left = budget - overhead - spent(items, levels)
    assert all(
        item.paragraph - item.title > left
        for item, level in zip(items, levels, strict=True)
        if level == TITLE
    )


@given(ITEMS, BUDGET, OVERHEAD)
def test_titles_of_all_that_fit_come_first(items: list[Costs], budget: int, overhead: int) -> None:
    """As many have a line as have room for their titles: no detail of a better one costs a later one its line."""
    left, fit = budget - overhead, 0
    for item in items:
        if item.title > left:
            break
        left, fit = left - item.title, fit + 1
    assert sum(level is not None for level in pack(items, budget, overhead)) == fit
    assert fit > 0 or not items or items[0].title > budget - overhead


@given(ITEMS, BUDGET, BUDGET, OVERHEAD)
def test_a_higher_budget_never_shows_fewer(items: list[Costs], one: int, other: int, overhead: int) -> None:
    """More tokens never show fewer memories, nor fewer of them in more than their titles unless more have a line."""
    low, high = sorted((one, other))
    few, many = pack(items, low, overhead), pack(items, high, overhead)
    lines_few, lines_many = (sum(level is not None for level in levels) for levels in (few, many))
    assert lines_many >= lines_few
    if lines_many == lines_few:
        detailed = [sum(level in (PARAGRAPH, FULL) for level in levels) for levels in (few, many)]
        assert detailed[0] == 0 or detailed[1] > 0


@given(ITEMS, BUDGET, OVERHEAD)
def test_at_most_three_whole(items: list[Costs], budget: int, overhead: int) -> None:
    """Where there is a budget, only the three best are shown whole."""
    assert FULL not in pack(items, budget, overhead)[WHOLE:]
    assert WHOLE == 3


@given(ITEMS, st.integers(-5, 0), OVERHEAD)
def test_no_budget_shows_all(items: list[Costs], budget: int, overhead: int) -> None:
    """A budget of 0 shows everything whole."""
    assert pack(items, budget, overhead) == [FULL] * len(items)


@given(ITEMS, OVERHEAD)
def test_enough_shows_what_may_be_shown(items: list[Costs], overhead: int) -> None:
    """With room for everything, the first three are whole and all others have their paragraph."""
    room = overhead + sum(item.full for item in items) + 1
    assert pack(items, room, overhead) == ([FULL] * WHOLE + [PARAGRAPH] * len(items))[: len(items)]


def test_the_next_paragraph_goes_before_the_first_ones_rest() -> None:
    """The whole text of the best is given only where the next one's paragraph still fits."""
    items = [Costs(10, 30, 100), Costs(10, 40, 900)]
    assert pack(items, 10 + 10 + 20 + 70 + 29) == [PARAGRAPH, PARAGRAPH]
    assert pack(items, 10 + 10 + 20 + 70 + 30) == [FULL, PARAGRAPH]
    assert pack(items, 49) == [PARAGRAPH, TITLE]
    assert pack([Costs(10, 300, 300), *items], 69) == [TITLE, PARAGRAPH, TITLE]
    assert pack(items, 19) == [TITLE, None]
    assert pack(items, 9) == [None, None]


@given(
    st.lists(st.builds(Costs, st.integers(1, 60), st.integers(1, 60), st.integers(1, 60)), max_size=10),
    BUDGET,
)
def test_costs_in_any_order_keep_the_budget(items: list[Costs], budget: int) -> None:
    """Even where a whole text is cheaper than its paragraph, the budget holds."""
    assert spent(items, pack(items, budget)) <= budget
