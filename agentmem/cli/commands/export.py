"""``agentmem export``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

FORMATS = ("jsonl", "schema")


def export(
    ctx: typer.Context,
    format: Annotated[
        str,
        typer.Argument(
            help="jsonl: one memory a line. schema: the JSON Schema of the front matter, or of NAME."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            help="Of schema: an output of --json or a line of jsonl, such as recall, error, list-jsonl."
        ),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind.")] = None,
    status: Annotated[
        list[str] | None, typer.Option("--status", help="This status in place of those in force.")
    ] = None,
) -> int:
    """Give the store in another form."""
    from agentmem.actions import selecting
    from agentmem.errors import UsageError

    call = ctx.obj
    if format not in FORMATS:
        raise UsageError(
            f'no format "{format}"', selecting.nearest(format, FORMATS) + f"formats: {' '.join(FORMATS)}"
        )
    if format == "schema":
        from agentmem.output import schemas

        known = schemas.all_schemas()
        wanted = schemas.FRONT_MATTER if name is None else name
        if wanted not in known:
            hint = selecting.nearest(wanted, known) + f"schemas: {' '.join(known)}"
            raise UsageError(f'no schema "{wanted}"', hint)
        return int(call.give(schemas.text(known[wanted])))
    if name is not None:
        raise UsageError(f'export {format} takes no name, as "{name}" would be', "agentmem export -h")
    from agentmem.actions import exporting
    from agentmem.output import jsonout

    filters = selecting.make(call.context, kind=kind or (), status=status or ())
    for record in exporting.records(call.context, filters):
        call.give(jsonout.line(record))
    return 0
