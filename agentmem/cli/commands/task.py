"""``agentmem task``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

ACTIONS = ("add", "list")
LISTED = 30
"""Tasks that are listed, where nobody says how many."""


def task(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(help="add or list.")] = "list",
    title: Annotated[str | None, typer.Argument(help="Of a new task: the work in one line.")] = None,
    body: Annotated[
        str | None, typer.Option("--body", help="What exactly, and when it is done; - reads standard input.")
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="The plan it belongs to, by id.")] = None,
    phase: Annotated[str | None, typer.Option("--phase", help="The phase of the plan.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="Whose work it is.")] = None,
    needs: Annotated[
        list[str] | None, typer.Option("--needs", help="A task that comes first, by id.")
    ] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", help="0 is the most urgent, 5 the usual.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help="A glob of the paths it will touch, quoted; from the top, or ./ from here."
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who answers for it.")] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="List those that are done too.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", help="List at most so many; 0 for all. Default 30.")
    ] = None,
) -> int:
    """Write a task, or list them as they stand.

    In a list --role, --plan, --phase, --priority, --owner, --scope and --needs say which.
    """
    from agentmem.errors import UsageError

    call = ctx.obj
    if action == "list":
        from agentmem.actions import working
        from agentmem.output import planning

        _demand_unused("list", **{"a title": title, "--body": body, "--branch": branch})
        paths = call.context.globs_from_top(scope or ())
        wanted = working.Wanted(role, plan, phase, owner, priority, tuple(needs or ()), tuple(paths))
        result = working.listed(call.context, wanted, all, LISTED if limit is None else limit)
        call.note(*call.context.index.notes)
        return int(call.give_either(planning.tasks_record, planning.tasks, result))
    if action != "add":
        from agentmem.actions.selecting import nearest

        raise UsageError(f'no action "{action}"', nearest(action, ACTIONS) + f"actions: {' '.join(ACTIONS)}")
    _demand_unused("add", **{"--all": all or None, "--limit": limit})
    if title is None:
        raise UsageError("a task needs a title", 'agentmem task add "one line" --role R --needs ID')
    from agentmem.actions import planning as acts
    from agentmem.actions import write
    from agentmem.output import jsonout, text

    added = acts.add(
        call.context,
        title,
        call.text_or_stdin(body) or "",
        plan=plan,
        phase=phase,
        role=role,
        needs=needs or (),
        priority=priority,
        scope=call.context.globs_from_top(scope or ()),
        owner=owner,
        branch=branch,
    )
    call.note(*call.context.index.notes, *write.note_if_long(added.memory))
    if call.json:
        return int(call.give(jsonout.line(jsonout.added(added))))
    context = call.context
    branch = added.memory.branch or context.repository.branch
    return int(call.give(text.added(added, branch, context.config.trunk, context.now)))


def _demand_unused(action: str, **given: object) -> None:
    """Refuse what would do nothing with ``action``."""
    from agentmem.errors import UsageError

    for name, value in given.items():
        if value is not None:
            other = "add" if action == "list" else "list"
            raise UsageError(
                f"{name} is for task {other}: task {action} has no use for it", "agentmem task -h"
            )
