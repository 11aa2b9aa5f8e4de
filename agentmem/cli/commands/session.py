"""``agentmem session``: what agents' programs call, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer


def session(
    ctx: typer.Context,
    agent: Annotated[str, typer.Argument(help="The program.")],
    event: Annotated[str, typer.Argument(help="start, edit, compact or stop")],
) -> int:
    """Answer the hook of an agent's program; the message comes on standard input."""
    import sys

    from agentmem.hooks import sessions
    from agentmem.model.sessions import EVENTS, NAMES

    call = ctx.obj
    if agent not in NAMES or event not in EVENTS:
        return 0  # of a newer version, or a mistake in a settings file: no reason to stop a session
    given = b"" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer.read(MOST)
    return int(call.give_exactly(sessions.run(call.directory, call.store, agent, event, given)))


MOST = 8_388_608
"""Bytes of a message at most: it holds what was edited."""
