"""What the team's notes would cost if every agent read them all for every task, against what was served."""

from typing import NamedTuple

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.errors import UsageError
from agentmem.model import tokens
from agentmem.store import cache, served

PRICE = 3.0
"""Dollars for a million tokens of input, unless told otherwise."""


class Cost(NamedTuple):
    """``notes`` are the tokens of all memories in force; ``verbs`` has how many answers each gave since ``since`` (seconds UTC),
    and their tokens; ``tasks`` how many were done in that time, ``agents`` who asked. ``price`` is for a million tokens.
    """

    memories: int
    notes: int
    since: int
    verbs: dict[str, tuple[int, int]]
    agents: int
    tasks: int
    price: float

    @property
    def served(self) -> int:
        """All tokens that were served."""
        return sum(spent for _, spent in self.verbs.values())

    @property
    def whole(self) -> int:
        """What reading all notes once a task would have been; once an agent where no task was done."""
        return self.notes * max(self.tasks, self.agents, 1)

    def money(self, spent: int) -> float:
        """What so many tokens cost."""
        return spent * self.price / 1_000_000


def cost(context: Context, since: str | None, price: float | None) -> Cost:
    """The figures since ``since``, else of the last two weeks.

    Raises:
        UsageError: no moment, or a price below 0.

    """
    if price is not None and price < 0:
        raise UsageError("--price must be 0 or more: dollars for a million tokens")
    start = selecting.when(context, since, "--since") if since else context.now - 14 * 86_400
    index = context.index
    view = index.view()
    shown = [i for i in range(len(view)) if view.shown[i]]
    found = selecting.fetch(index, view, shown)
    verbs: dict[str, tuple[int, int]] = {}
    agents = set()
    for one in served.read(cache.state_folder(context.repository.common_dir), start):
        count, spent = verbs.get(one.verb, (0, 0))
        verbs[one.verb] = count + 1, spent + one.tokens
        agents.add(one.agent)
    closed = {
        task
        for one in found
        if one.memory.closes and one.memory.created is not None and one.memory.created >= start
        for task in one.memory.closes
    }
    return Cost(
        memories=len(found),
        notes=sum(tokens.estimate(f"{one.memory.title}\n{one.memory.body}\n") for one in found),
        since=start,
        verbs=dict(sorted(verbs.items(), key=lambda item: -item[1][1])),
        agents=len(agents),
        tasks=len(closed),
        price=PRICE if price is None else price,
    )
