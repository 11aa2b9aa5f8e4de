"""``agentmem model``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

    from agentmem.cli.call import Call

ACTIONS = ("evaluate",)


def model(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="evaluate.")],
    labels: Annotated[
        str | None,
        typer.Option("--labels", help="evaluate: questions and what answers them, one JSON object a line."),
    ] = None,
) -> int:
    """Measure how well recall ranks: evaluate it on questions whose answers are known."""
    from agentmem.errors import UsageError

    call: Call = ctx.obj
    if action not in ACTIONS:
        from agentmem.actions.selecting import nearest

        raise UsageError(f'no action "{action}"', nearest(action, ACTIONS) + f"actions: {' '.join(ACTIONS)}")
    return _evaluate(call, labels)


def _evaluate(call: Call, labels: str | None) -> int:
    from agentmem.actions import evaluating
    from agentmem.errors import UsageError
    from agentmem.output import evaluation

    if labels is None:
        raise UsageError("evaluate on which questions?", "agentmem model evaluate --labels FILE.jsonl")
    given = call.text_or_stdin("-") if labels == "-" else None
    data = evaluating.load(call.context, labels) if given is None else given.encode()
    path = labels if given is None else "standard input"
    result = evaluating.evaluate(call.context, path, data)
    call.note(*call.context.index.notes, *evaluation.notes(result))
    return call.give_either(evaluation.evaluation_record, evaluation.evaluation, result)
