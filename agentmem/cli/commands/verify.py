"""``agentmem verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def verify(
    ctx: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="These memories only, by id.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Re-anchor what moved, never what changed.")] = False,
    at: Annotated[str | None, typer.Option("--at", help="In the code as of a revision or moment.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="In the code of another branch.")] = None,
) -> int:
    """Hold the evidence of memories against the code."""
    from agentmem.actions import standing, verifying
    from agentmem.errors import EXIT_FINDINGS
    from agentmem.output import evidence

    call = ctx.obj
    standing.stand(call.context, at, branch)
    result = verifying.verify(call.context, ids or (), fix)
    call.note(*result.notes)
    call.give_either(evidence.verified_record, evidence.verified, result)
    return EXIT_FINDINGS if result.failed else 0
