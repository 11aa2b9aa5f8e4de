"""``agentmem export``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def export(
    ctx: typer.Context,
    format: Annotated[
        str,
        typer.Argument(
            help="jsonl: one memory a line. sqlite FILE: a database with full-text tables. agents-md [FILE]: a block of "
            "conventions, procedures and decisions. madr DIR: a file a decision. dot, mermaid: the graph of links. "
            "schema: the JSON Schema of the front matter, or of NAME."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(
            help="The file or folder to write. Of schema: an output of --json or a line of jsonl, such as recall."
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", help="The file or folder to write, in place of the argument.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only what has this tag.")] = None,
    entity: Annotated[list[str] | None, typer.Option("--entity", help="Only what is about this.")] = None,
    file: Annotated[list[str] | None, typer.Option("--file", help="Only what is about this path.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only what was written since WHEN.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Only what was written before WHEN.")] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status",
            help="Only this status. Without it agents-md has what is in force, the others whatever the tree has.",
        ),
    ] = None,
    budget: Annotated[
        int | None, typer.Option("--budget", help="Tokens of an agents-md block; 0: all.")
    ] = None,
    no_entities: Annotated[
        bool, typer.Option("--no-entities", help="Of a graph: no nodes for what memories name alike.")
    ] = False,
    unlinked: Annotated[
        bool, typer.Option("--unlinked", help="Of a graph: memories without links as well.")
    ] = False,
) -> int:
    """Give the store in another form."""
    from agentmem.actions import exporting, selecting
    from agentmem.errors import UsageError

    call = ctx.obj
    formats = exporting.formats()
    if format not in formats:
        raise UsageError(
            f'no format "{format}"', selecting.nearest(format, formats) + f"formats: {' '.join(formats)}"
        )
    if name is not None and out is not None:
        raise UsageError(f'"{name}" and --out {out}: one place to write', f"agentmem export {format} {out}")
    path = out or name
    if format == "schema":
        from agentmem.output import schemas

        known = schemas.all_schemas()
        wanted = schemas.FRONT_MATTER if path is None else path
        if wanted not in known:
            hint = selecting.nearest(wanted, known) + f"schemas: {' '.join(known)}"
            raise UsageError(f'no schema "{wanted}"', hint)
        return int(call.give(schemas.text(known[wanted])))
    if format == "jsonl" and path is not None:
        raise UsageError(
            f'export jsonl takes no name, as "{path}" would be',
            "agentmem export jsonl     (it goes to standard output)",
        )
    if format in ("sqlite", "madr") and path is None:
        where = (
            "a file: agentmem export sqlite memory.db"
            if format == "sqlite"
            else "a folder: agentmem export madr docs/adr"
        )
        raise UsageError(f"export {format} needs a place to write", where)
    filters = selecting.make(
        call.context,
        kind=kind or (),
        tag=tag or (),
        entity=entity or (),
        file=file or (),
        since=since,
        until=until,
        status=status or (),
    )
    from agentmem.output import exports, jsonout

    context = call.context
    if format == "jsonl":
        for record in exporting.records(context, filters):
            call.give_exactly(jsonout.line(record))
        return 0
    if format == "sqlite":
        result = exporting.database(context, filters, str(path))
    elif format == "madr":
        result = exporting.madr(context, filters, str(path))
    elif format == "agents-md":
        if budget is not None and budget < 0:
            raise UsageError("--budget must be 0 (no limit) or more")
        result = exporting.block(context, filters, path, context.config.budget if budget is None else budget)
    else:
        result = exporting.graph(context, filters, format, path, entities=not no_entities, alone=unlinked)
    call.note(*result.notes)
    if call.json or result.text is None:
        return int(call.give_either(exports.as_json, exports.as_text, result))
    return int(call.give_exactly(result.text))
