"""``agentmem import``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def import_memories(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            help="adr, agents-md, basic-memory, beads, claude-md, cline, git-log, jsonl, markdown, obsidian, openclaw, plan, "
            "records, serena; or a path, and what it is is told by what is there. Nothing: what there is to import here."
        ),
    ] = None,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files and folders; of jsonl also -, standard input; of git-log ranges, such as v1.0..HEAD."
        ),
    ] = None,
    map: Annotated[
        list[str] | None, typer.Option("--map", help="KEY=FIELD: read the source's KEY as our FIELD (jsonl).")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Where a memory differs from its source, take the source's.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> int:
    """Take in what others have written; importing twice adds nothing.

    Exit 1 where a line of jsonl was left out, or nothing of another source was taken: the output says why.
    """
    from agentmem.actions import collecting, importing
    from agentmem.errors import EXIT_FINDINGS, UsageError

    call = ctx.obj
    rename = {}
    for entry in map or ():
        key, equals, name = entry.partition("=")
        if not equals or not key or not name:
            raise UsageError(f"--map {entry!r} is no KEY=FIELD", "such as --map files=scope")
        rename[key] = name
    if source is None:
        return _what_there_is(ctx)
    jobs = importing.jobs_of(call.context, source, paths or ())
    if rename and any(name != "jsonl" for name, _ in jobs):
        raise UsageError("--map is for jsonl")
    piped = any(name == collecting.PIPED and collecting.STDIN in given for name, given in jobs)
    text = call.text_or_stdin("-") if piped else None
    result = importing.take(call.context, jobs, rename, update, dry_run, text or "")
    if call.json:
        from agentmem.output import imports, jsonout

        call.give(jsonout.line(imports.as_json(result)))
    else:
        from agentmem.output import imports

        call.give(
            imports.as_text(
                result, dry_run, detected=[name for name, _ in jobs] if jobs[0][0] != source else ()
            )
        )
    # each of its lines is meant for a memory; other sources have templates, indexes and what is deleted there
    is_short = "jsonl" in result.sources or not (result.added or result.known or result.changed)
    return EXIT_FINDINGS if result.skipped and is_short else 0


def _what_there_is(ctx: typer.Context) -> int:
    from agentmem.actions import discovering, unimported
    from agentmem.output import imports

    call = ctx.obj
    context = call.context
    here = discovering.found(context.repository.top)
    if history := discovering.in_history(context.repository, context.store_path):
        here.append(history)
    left = unimported.left(context, context.repository.top, here)
    text = functools.partial(imports.sources_text, known=bool(here))
    return int(call.give_either(imports.sources_json, text, left))
