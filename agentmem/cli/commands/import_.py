"""``agentmem import``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

SOURCES = ("jsonl", "plan")


def import_memories(
    ctx: typer.Context,
    source: Annotated[
        str, typer.Argument(help="jsonl: one memory a line. plan: markdown plans, agents' logs, overviews.")
    ],
    paths: Annotated[list[str], typer.Argument(help="Files; for plan also folders.")],
    map: Annotated[
        list[str] | None, typer.Option("--map", help="KEY=FIELD: read the source's KEY as our FIELD (jsonl).")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Where a memory differs from its source, take the source's.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> int:
    """Take in what others have written; importing twice adds nothing."""
    from agentmem.actions import importing, selecting
    from agentmem.errors import EXIT_FINDINGS, UsageError

    call = ctx.obj
    if source not in SOURCES:
        raise UsageError(
            f'no source "{source}"', selecting.nearest(source, SOURCES) + f"sources: {' '.join(SOURCES)}"
        )
    rename = {}
    for entry in map or ():
        key, equals, name = entry.partition("=")
        if not equals or not key or not name:
            raise UsageError(f"--map {entry!r} is no KEY=FIELD", "such as --map files=scope")
        rename[key] = name
    if source == "jsonl":
        result = importing.import_jsonl(call.context, paths, rename, update, dry_run)
    elif rename:
        raise UsageError("--map is for jsonl")
    else:
        result = importing.import_plan(call.context, paths, update, dry_run)
    if call.json:
        from agentmem.output import jsonout

        call.give(jsonout.line(jsonout.imported(result)))
    else:
        from agentmem.output import text

        call.give(text.imported(result, dry_run))
    return EXIT_FINDINGS if result.skipped and not (result.added or result.known or result.changed) else 0
