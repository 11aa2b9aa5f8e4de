"""A server on stdin and stdout, by the SDK: one call at a time, each answered before the next begins.

Calls are short, and Python runs one thread at a time anyhow: a queue costs nothing, and no part of the program must be safe for
threads. While it serves, the SDK has file descriptor 1 point at stderr and 0 at nothing, so no stray output of git or of a
library gets between the messages. Who asked and then let go gets no answer: a call that waits is dropped, one that runs ends.
"""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage

from agentmem.errors import EXIT_INTERRUPTED, EXIT_OK
from agentmem.mcp.port import Answer, Hints, Resource, Service, Tool, Unreadable

GRACE = 10.0
"""Seconds that what was asked before the end of stdin gets for its answer."""
LAST_WORDS = 2.0
"""Seconds that a write in progress gets when the process is told to end; it would survive less, too."""

_T = TypeVar("_T")


def serve(service: Service, version: str, instructions: str) -> int:
    """Serve until stdin ends or the process is told to end; the exit code."""
    running = threading.Lock()
    _end_on_signals(running)
    anyio.run(_run, service, version, instructions, running)
    running.acquire(timeout=LAST_WORDS)  # who asked for it is gone, but a write is finished all the same
    return EXIT_OK


def _end_on_signals(running: threading.Lock) -> None:
    def end(number: int, frame: object) -> None:
        running.acquire(timeout=LAST_WORDS)
        # a thread sits in a read of stdin that nothing can end, and would keep the interpreter from ending
        os._exit(EXIT_INTERRUPTED if number == signal.SIGINT else EXIT_OK)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        one = getattr(signal, name, None)
        if one is not None and signal.getsignal(one) is not signal.SIG_IGN:
            signal.signal(one, end)


async def _run(service: Service, version: str, instructions: str, running: threading.Lock) -> None:
    server = _server(service, version, instructions, running)
    try:
        async with stdio_server() as (incoming, outgoing):
            to_server, requests = anyio.create_memory_object_stream[SessionMessage | Exception](0)
            replies, from_server = anyio.create_memory_object_stream[SessionMessage](0)
            waiting: set[object] = set()

            async def pass_on() -> None:
                async with to_server:
                    async for message in incoming:
                        _note_request(waiting, message)
                        await to_server.send(message)
                    # stdin has ended (`agentmem mcp <requests.jsonl`): what was asked is answered first
                    with anyio.move_on_after(GRACE):
                        while waiting:
                            await anyio.sleep(0.01)

            async def give_back() -> None:
                async with outgoing, from_server:
                    async for message in from_server:
                        await outgoing.send(message)
                        waiting.discard(getattr(message.message, "id", None))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(pass_on)
                tasks.start_soon(give_back)
                await server.run(requests, replies, server.create_initialization_options())
    except* (BrokenPipeError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass  # whoever listened is gone


def _note_request(waiting: set[object], message: SessionMessage | Exception) -> None:
    if isinstance(message, SessionMessage):
        one = message.message
        if isinstance(one, types.JSONRPCRequest):
            waiting.add(one.id)
        elif getattr(one, "method", "") == "notifications/cancelled":
            waiting.discard((getattr(one, "params", None) or {}).get("requestId"))


def _server(service: Service, version: str, instructions: str, running: threading.Lock) -> "Server[Any]":
    tools = types.ListToolsResult(tools=[_tool(one) for one in service.tools])
    templates = types.ListResourceTemplatesResult(resource_templates=[_template(service.template)])
    one_at_a_time = anyio.CapacityLimiter(1)

    async def in_thread(work: Callable[[], _T]) -> _T:
        left = threading.Event()

        def locked() -> _T:
            with running:  # one that nobody waits for any more may still run
                if left.is_set():
                    raise RuntimeError("nobody waits for it")
                return work()

        try:
            return await anyio.to_thread.run_sync(locked, abandon_on_cancel=True, limiter=one_at_a_time)
        finally:
            left.set()

    async def list_tools(context: object, params: object) -> types.ListToolsResult:
        return tools

    async def call_tool(context: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        return _result(await in_thread(lambda: service.call(params.name, params.arguments or {})))

    async def list_templates(context: object, params: object) -> types.ListResourceTemplatesResult:
        return templates

    async def list_resources(context: object, params: object) -> types.ListResourcesResult:
        found = await in_thread(service.resources)
        return types.ListResourcesResult(resources=[_resource(one) for one in found])

    async def read_resource(
        context: object, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await in_thread(lambda: service.read(uri))
        except Unreadable as problem:
            raise MCPError(types.INVALID_PARAMS, str(problem), {"uri": uri}) from None
        contents = types.TextResourceContents(uri=uri, mime_type="text/markdown", text=text)
        return types.ReadResourceResult(contents=[contents])

    return Server(
        "agentmem",
        version=version,
        instructions=instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _tool(one: Tool) -> types.Tool:
    return types.Tool(
        name=one.name,
        description=one.description,
        input_schema=dict(one.schema),
        annotations=_annotations(one.hints),
    )


def _annotations(hints: Hints) -> types.ToolAnnotations:
    return types.ToolAnnotations(
        read_only_hint=hints.read_only,
        destructive_hint=hints.destructive,
        idempotent_hint=hints.idempotent,
        open_world_hint=hints.open_world,
    )


def _result(answer: Answer) -> types.CallToolResult:
    content: list[Any] = [types.TextContent(text=answer.text)]
    if answer.record is None:
        return types.CallToolResult(content=content, is_error=answer.failed)
    return types.CallToolResult(
        content=content, is_error=answer.failed, structured_content=dict(answer.record)
    )


def _resource(one: Resource) -> types.Resource:
    return types.Resource(uri=one.uri, name=one.name, description=one.description, mime_type="text/markdown")


def _template(one: Resource) -> types.ResourceTemplate:
    return types.ResourceTemplate(
        uri_template=one.uri, name=one.name, description=one.description, mime_type="text/markdown"
    )
