"""Labelled events to learn from: a file of labels, the evidence of use, the finished tasks of this repository."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import evaluating
from agentmem.actions.context import Context
from agentmem.actions.evaluating import Posed

LABELS = "labels"


class Event(NamedTuple):
    """A question at its moment with what was right. ``judged``: all that is known to be right or wrong, None where everything
    else was wrong; ``misled`` are the ids that are said to have been.
    """

    posed: Posed
    source: str
    judged: frozenset[str] | None = None
    misled: frozenset[str] = frozenset()


def from_file(context: Context, path: str, data: bytes) -> list[Event]:
    """The labels of a file, oldest first; those that nothing answers teach no order, and are left out.

    Raises:
        UsageError: see ``evaluating.read``.

    """
    found = evaluating.read(path, data, context.now)
    posed, _, _, _ = evaluating.pose(context, context.index.view(), path, found)
    return _by_time([Event(one, LABELS) for one in posed if one.relevant])


def from_history(context: Context) -> list[Event]:
    """What the evidence of use and the finished tasks of this repository say, oldest first."""
    return []


def _by_time(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (one.posed.question.clock, one.posed.question.text))
