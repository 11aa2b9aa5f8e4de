"""Verdicts on the evidence of memories that are about to be shown or ranked."""

from collections.abc import Sequence

from agentmem.actions.context import Context
from agentmem.actions.selecting import Found


def judged(context: Context, found: Sequence[Found]) -> list[Found]:
    """``found`` with the verdict on each of their citations, in the code that one stands at; nothing is opened for none."""
    cites = [cite for one in found for cite in one.memory.cites]
    if not cites:
        return list(found)
    verdicts = iter(context.verifier.verify(cites))
    return [one._replace(verdicts=tuple(next(verdicts) for _ in one.memory.cites)) for one in found]
