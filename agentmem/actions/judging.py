"""Verdicts on the evidence of memories that are about to be shown or ranked."""

from collections.abc import Sequence

from agentmem.actions.context import Context
from agentmem.actions.selecting import Found


def judged(context: Context, found: Sequence[Found]) -> list[Found]:
    """``found`` with the verdict on each of their citations, in the code that one stands at; nothing is opened for none.

    What is not merged here is about code that is not here either: no verdict on it would be fair.
    """
    foreign = context.index.view().foreign
    judged = [one for one in found if one.memory.cites and one.position not in foreign]
    if not judged:
        return list(found)
    verdicts = iter(context.verifier.verify([cite for one in judged for cite in one.memory.cites]))
    by_position = {one.position: tuple(next(verdicts) for _ in one.memory.cites) for one in judged}
    return [one._replace(verdicts=by_position.get(one.position, ())) for one in found]
