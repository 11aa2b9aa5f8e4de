"""``agentmem edit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def edit(
    ctx: typer.Context,
    id: Annotated[str, typer.Argument(help="The memory.")],
    set: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE, KEY+=VALUE or KEY-=VALUE; KEY= takes it away."),
    ] = None,
    body: Annotated[str | None, typer.Option("--body", help="The new text; - reads standard input.")] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The branch it is for, where HEAD is detached.")
    ] = None,
) -> int:
    """Change a memory, in its own lines alone; without options, in $EDITOR."""
    from agentmem.actions import change, write
    from agentmem.errors import UsageError

    call = ctx.obj
    if not set and body is None:
        if not call.is_typed_at:
            raise UsageError(
                "nothing to change", f'agentmem edit {id} --set title="one line"     or --body -'
            )
        from agentmem.cli import editor

        result = editor.edit_file(call.context, id, branch)
    else:
        result = change.edit(call.context, id, set or (), call.text_or_stdin(body), branch)
    if any(setting.partition("=")[0].strip() == "expires" for setting in set or ()):
        call.note(*write.notes_of_expiry(call.context, result.memory))
    if call.json:
        from agentmem.output import jsonout

        return int(call.give(jsonout.line(jsonout.changed(result, "edit"))))
    from agentmem.output import text

    return int(
        call.give(
            text.changed(result, "edited", change.shorts_of(call.context, result.memory, *result.along))
        )
    )
