"""``agentmem supersede``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def supersede(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(help="The memory that is replaced.")],
    by: Annotated[str | None, typer.Option("--by", help="The memory that replaces it.")] = None,
    title: Annotated[
        str | None,
        typer.Option("--title", help="Write a new one, of the same kind and scope, with this title."),
    ] = None,
    body: Annotated[
        str | None, typer.Option("--body", help="The new one's text; - reads standard input.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Replace a memory by another; the old file stays as it is."""
    from agentmem.actions import change

    call = ctx.obj
    old, new, path, layer = change.supersede(
        call.context, id, by, title, call.text_or_stdin(body) or "", branch
    )
    shorts = change.shorts_of(call.context, old.memory, new)
    short, other = shorts[new.id], shorts[old.memory.id]
    if old.superseded_by:
        known = ", ".join(shorts[one] for one in old.superseded_by)
        call.note(f"{other} was superseded by {known} already")
    if call.json:
        from agentmem.output import jsonout

        record: dict[str, object] = {
            "schema": "agentmem/supersede/1",
            "id": new.id,
            "path": path,
            "layer": layer,
            "superseded": old.memory.id,
        }
        return int(call.give(jsonout.line(record)))
    from agentmem.model import safety

    return int(call.give(f'{short} {new.kind} "{safety.one_line(new.title)}" supersedes {other}\n'))
