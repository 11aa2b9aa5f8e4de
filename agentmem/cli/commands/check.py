"""``agentmem check``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

FORMATS = ("text", "json")


def check(
    ctx: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(help="Report on these files and folders only.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend.")] = False,
    staged: Annotated[bool, typer.Option("--staged", help="What the next commit would hold.")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", help="This rule only.")] = None,
    format: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> int:
    """Check every memory against every rule, for CI."""
    from agentmem.actions import checking
    from agentmem.errors import EXIT_FINDINGS, UsageError

    call = ctx.obj
    if format not in FORMATS:
        raise UsageError(f'no format "{format}"', f"formats: {' '.join(FORMATS)}")
    result = checking.check(call.context, paths or (), only or (), fix, staged)
    if call.json or format == "json":
        from agentmem.output import jsonout

        call.give(jsonout.line(jsonout.checked(result)))
    else:
        from agentmem.output import text

        call.give(text.checked(result))
    return EXIT_FINDINGS if result.failed else 0
