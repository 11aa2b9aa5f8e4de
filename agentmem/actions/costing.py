"""What the team's notes would cost if every agent read them all for every task, against what was served in this clone."""

import math
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.errors import UsageError
from agentmem.model import notation, tokens
from agentmem.store import cache, served

PRICE = 3.0
"""Dollars for a million tokens of input, unless told otherwise."""
DAYS = 14
"""Days that are looked back, unless told otherwise."""


class Cost(NamedTuple):
    """``notes`` are the tokens of all memories in force on ``branch``; ``verbs`` has how many answers each gave since ``since``
    (seconds UTC), and their tokens; ``tasks`` how many of these answers closed a task, ``agents`` how many asked, ``idle`` how
    many of them closed none. ``whole`` is what reading the notes as they were then would have been, once for each of ``tasks``
    and ``idle``, once at least. ``price`` is for a million tokens.
    """

    memories: int
    notes: int
    whole: int
    since: int
    verbs: dict[str, tuple[int, int]]
    agents: int
    idle: int
    tasks: int
    price: float
    branch: str

    @property
    def readings(self) -> int:
        """How often all notes would have been read."""
        return self.tasks + self.idle

    @property
    def served(self) -> int:
        """All tokens that were served."""
        return sum(spent for _, spent in self.verbs.values())

    def money(self, spent: int) -> float:
        """What so many tokens cost."""
        return spent * self.price / 1_000_000


def cost(context: Context, since: str | None, price: float | None) -> Cost:
    """The figures since ``since``, else of the last two weeks.

    Raises:
        UsageError: no moment, or a price that is none.

    """
    if price is not None and not (math.isfinite(price) and price >= 0):
        raise UsageError(
            "--price must be a number from 0: dollars for a million tokens", "agentmem cost --price 3"
        )
    start = selecting.when(context, since, "--since") if since else context.now - DAYS * 86_400
    index = context.index
    view = index.view()
    found = selecting.fetch(index, view, [i for i in range(len(view)) if view.shown[i]])
    verbs: dict[str, tuple[int, int]] = {}
    first: dict[str, int] = {}
    closed: list[tuple[str, int]] = []
    for one in served.read(cache.state_folder(context.repository.common_dir), start):
        number, spent = verbs.get(one.verb, (0, 0))
        verbs[one.verb] = number + 1, spent + one.tokens
        first[one.agent] = min(one.at, first.get(one.agent, one.at))
        # not the entries that close tasks: those of other clones, or imported, stand beside nothing that was counted here
        if one.verb == "done":
            closed.append((one.agent, one.at))
    sizes = sorted(
        (one.memory.created or 0, tokens.estimate(f"{one.memory.title}\n{one.memory.body}\n"))
        for one in found
    )
    moments = [created for created, _ in sizes]
    totals = [0, *accumulate(size for _, size in sizes)]
    idle = first.keys() - {agent for agent, _ in closed}
    # what was noted later nobody could have read then
    readings = [at for _, at in closed] + [first[agent] for agent in idle]
    whole = sum(totals[bisect_right(moments, at)] for at in readings)
    return Cost(
        memories=len(found),
        notes=totals[-1],
        whole=whole if readings else totals[-1],
        since=start,
        verbs=dict(sorted(verbs.items(), key=lambda item: (-item[1][1], item[0]))),
        agents=len(first),
        idle=len(idle),
        tasks=len(closed),
        price=PRICE if price is None else price,
        branch=notation.standing(context.repository.branch, None),
    )
