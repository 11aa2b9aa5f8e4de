"""``agentmem mcp``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

SDK = ("mcp", "mcp_types", "anyio")


def mcp(
    ctx: typer.Context,
    role: Annotated[str | None, typer.Option("--role", help="The role of who asks.")] = None,
) -> int:
    """Serve the memory to an agent's host over stdin and stdout (MCP).

    A host starts it in the repository, or with -C DIR: {"mcpServers": {"agentmem": {"command": "agentmem", "args": ["mcp"]}}}.
    With --json every answer has its object beside the text: for programs, since some hosts then keep the text from the agent.
    """
    import gc
    import os

    from agentmem import __version__
    from agentmem.cli import serving
    from agentmem.errors import ConfigError

    try:
        from agentmem.mcp import server
    except ImportError as problem:
        if (problem.name or "").partition(".")[0] not in SDK:
            raise
        raise ConfigError(
            f"the MCP server needs the package mcp from 2.0 on ({problem.msg})",
            "python -m pip install 'git-agentmem[mcp]'",
        ) from None
    call = ctx.obj
    call.directory = os.path.abspath(call.directory)
    gc.enable()  # it lives long
    return server.serve(serving.Commands(call, role, records=call.json), __version__, serving.INSTRUCTIONS)
