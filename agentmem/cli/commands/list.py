"""``agentmem list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

FORMATS = ("text", "json", "jsonl", "ids")
LEAST_LINE = 8
"""Tokens that the shortest line takes: what no budget holds is not fetched, and git is not asked where it is from."""


def list_memories(
    ctx: typer.Context,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only with this tag.")] = None,
    entity: Annotated[list[str] | None, typer.Option("--entity", help="Only about this entity.")] = None,
    file: Annotated[list[str] | None, typer.Option("--file", help="Only about this file.")] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help="Only by this role.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Only by this agent.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only created at or after WHEN.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only created before WHEN.")] = None,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="This status in place of those in force.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="As of a revision or a moment: v1.2, 2026-02-10, 3 days ago.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="As another branch has it.")] = None,
    all_branches: Annotated[
        bool, typer.Option("--all-branches", help="Also what other branches and worktrees have.")
    ] = False,
    trusted: Annotated[
        bool, typer.Option("--trusted", help="Only what trunk holds, as it is committed there.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", help="Memories at most; 0: all.")] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of text at most; 0: no limit. Default 600.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text, json, jsonl or ids.")] = "text",
) -> int:
    """List memories, newest first."""
    from agentmem.actions import reading, selecting
    from agentmem.errors import UsageError

    call = ctx.obj
    if format not in FORMATS:
        raise UsageError(f'no format "{format}"', f"formats: {' '.join(FORMATS)}")
    for name, number in (("--limit", limit), ("--budget", budget)):
        if number is not None and number < 0:
            raise UsageError(f"{name} must be 0 (no limit) or more")
    context = call.context
    if at or branch or all_branches or trusted:
        from agentmem.actions import standing

        standing.stand(context, at, branch, all_branches, trusted)
    filters = selecting.make(
        context,
        kind or (),
        tag or (),
        entity or (),
        role or (),
        by or (),
        status or (),
        file or (),
        since,
        until,
    )
    as_text = format == "text" and not call.json
    spend = context.config.budget if budget is None else budget
    page = spend // LEAST_LINE + 1 if limit is None and as_text and spend else limit
    result = reading.listed(context, filters, page)
    call.note(*result.notes)
    from agentmem.output import jsonout, text

    if call.json or format == "json":
        return int(call.give(jsonout.line(jsonout.listed(result))))
    if format == "jsonl":
        return int(call.give(jsonout.lines(jsonout.memory(found) for found in result.memories)))
    if format == "ids":
        return int(call.give(text.ids_only(result.memories)))
    return int(call.give(text.listed(result, spend)))
