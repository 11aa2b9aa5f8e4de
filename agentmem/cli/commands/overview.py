"""``agentmem overview``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def overview(
    ctx: typer.Context,
    write: Annotated[
        bool, typer.Option("--write", help="Write it to the store's overview.md, on trunk.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Say whether overview.md is as it should be.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="--check: exit 1 when it is not.")] = False,
) -> int:
    """Plan, progress, decisions, dead ends and doubts, for people."""
    from agentmem.actions import overviewing
    from agentmem.errors import EXIT_FINDINGS, UsageError
    from agentmem.output import overview as pages

    call = ctx.obj
    if write and check:
        raise UsageError("--write and --check exclude each other", "agentmem overview --write")
    if strict and not check:
        raise UsageError("--strict goes with --check", "agentmem overview --check --strict")
    context = call.context
    text = pages.overview(overviewing.overview(context))
    call.note(*context.index.notes)
    name = f"{context.place.name}/{overviewing.NAME}"
    if write:
        changed = overviewing.write(context, text)
        said = f"{'wrote' if changed else 'unchanged:'} {name}\n"
    else:
        changed, said = False, text
    current = write or overviewing.current(context) == text
    if check:
        on_trunk = not context.trunk or context.repository.branch == context.trunk
        where = "" if on_trunk else f" on {context.trunk}"
        said = f"{name} is {'current' if current else f'not current: agentmem overview --write{where}'}\n"
    call.give_either(lambda _: pages.overview_json(name, text, current, changed), str, said)
    return EXIT_FINDINGS if strict and not current else 0
