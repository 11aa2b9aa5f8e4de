"""``agentmem merge-driver``: what git calls, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def merge_driver(
    ctx: typer.Context,
    ancestor: Annotated[str, typer.Argument(help="The file as both sides had it (%O); empty: unknown.")],
    ours: Annotated[str, typer.Argument(help="Our file (%A), which becomes the merged one.")],
    theirs: Annotated[str, typer.Argument(help="Their file (%B).")],
    path: Annotated[str, typer.Argument(help="Its path in the repository (%P).")],
) -> int:
    """Merge two edits of one memory by field; git runs this."""
    import os
    import sys

    from agentmem.actions import merging
    from agentmem.cli.streams import write
    from agentmem.errors import EXIT_FINDINGS

    call = ctx.obj
    result = merging.merge(call.directory, ancestor, ours, theirs, path, os.environ)
    if call.json:
        from agentmem.output import jsonout

        call.give(jsonout.line(jsonout.merged(result)))
    elif result.fields:
        from agentmem.output import text

        write(sys.stderr, text.merged(result))
    return EXIT_FINDINGS if result.fields else 0
