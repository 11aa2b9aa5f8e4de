"""``agentmem model``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

    from agentmem.cli.call import Call

ACTIONS = ("train", "evaluate", "show")


def model(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="train, evaluate or show.")],
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            help='Questions, one JSON object a line: {"query": "…", "relevant": [IDS]}; also until, role, files, category.',
        ),
    ] = None,
    misses: Annotated[
        int,
        typer.Option("--misses", help="evaluate: tell so many questions that are not answered as labelled."),
    ] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="train: say what would be learned, write nothing.")
    ] = False,
) -> int:
    """Measure how recall ranks (evaluate), learn from what helped (train), say what was learned (show).

    A label with `until` is asked as of that moment: of what git held then, as `recall --at` has it, and of what was committed
    later with an earlier date. Evaluating leaves out the evidence of use, which recall weighs: labels are often made of it.
    """
    from agentmem.errors import UsageError

    call: Call = ctx.obj
    if action not in ACTIONS:
        from agentmem.actions.selecting import nearest

        raise UsageError(f'no action "{action}"', nearest(action, ACTIONS) + f"actions: {' '.join(ACTIONS)}")
    if labels is not None and action == "show":
        raise UsageError("--labels is for train and evaluate", "agentmem model evaluate --labels FILE.jsonl")
    if dry_run and action != "train":
        raise UsageError("--dry-run is for train", "agentmem model train --dry-run")
    if misses < 0 or (misses and action != "evaluate"):
        raise UsageError(
            "--misses is for evaluate, and 0 or more",
            "agentmem model evaluate --labels FILE.jsonl --misses 10",
        )
    if action == "show":
        return _show(call)
    given = call.text_or_stdin("-") if labels == "-" else None
    if action == "train":
        return _train(call, labels, given, dry_run)
    return _evaluate(call, labels if given is None else "standard input", given, misses)


def _show(call: Call) -> int:
    from agentmem.output import managers

    manager = call.context.manager
    call.note(*call.context.index.notes)
    return call.give_either(managers.manager_record, managers.manager, manager)


def _train(call: Call, labels: str | None, given: str | None, dry_run: bool) -> int:
    from agentmem.actions import training
    from agentmem.output import managers

    data = b"" if labels is None else _bytes(call, labels, given)
    result = training.train(call.context, labels, data, dry_run)
    call.note(*call.context.index.notes)
    return call.give_either(managers.trained_record, managers.trained, result)


def _bytes(call: Call, labels: str, given: str | None) -> bytes:
    from agentmem.actions import evaluating

    return evaluating.load(call.context, labels) if given is None else given.encode()


def _evaluate(call: Call, labels: str | None, given: str | None, misses: int) -> int:
    from agentmem.actions import evaluating
    from agentmem.errors import UsageError
    from agentmem.output import evaluation

    if labels is None:
        raise UsageError("evaluate on which questions?", "agentmem model evaluate --labels FILE.jsonl")
    result = evaluating.evaluate(call.context, labels, _bytes(call, labels, given))
    call.note(*call.context.index.notes, *evaluation.notes(result))
    return call.give_either(
        evaluation.evaluation_record, lambda one: evaluation.evaluation(one, misses), result
    )
