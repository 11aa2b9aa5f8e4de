"""The MCP server, as a process, talked to by the SDK's own client."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

from agentmem.cli import grammar, serving
from agentmem.mcp import server
from agentmem.output import schemas
from tests import support

OPENING = (
    {
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    },
    {"method": "notifications/initialized"},
)


def served(project, talk, *words, env=None):
    """What ``talk`` gives, a coroutine function of a client that talks to a server of its own in ``project``."""
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "agentmem", "mcp", *words],
        cwd=str(project.path),
        env=support.environment(env),
    )

    async def session():
        async with Client(started) as client:
            try:
                return await talk(Talk(client)), None
            except Exception as problem:  # as it is, and not in three groups
                return None, problem

    given, problem = anyio.run(session)
    if problem:
        raise problem
    return given


class Talk:
    """A client with what tests ask it for."""

    def __init__(self, client):
        self.client = client

    async def __call__(self, tool, **arguments):
        """The text of an answer that is no failure."""
        answer = await self.client.call_tool(tool, arguments)
        assert not answer.is_error, answer.content[0].text
        return answer.content[0].text

    async def fails(self, tool, **arguments):
        """The text of a failure."""
        answer = await self.client.call_tool(tool, arguments)
        assert answer.is_error, answer.content[0].text
        return answer.content[0].text


def piped(project, *messages, words=(), opening=OPENING, env=None):
    """The answers by id of a server whose stdin ends after ``messages``, and the process."""
    lines = [m if isinstance(m, str) else json.dumps({"jsonrpc": "2.0", **m}) for m in (*opening, *messages)]
    done = project.run("mcp", *words, input="\n".join(lines) + "\n", env=env)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert all(one["jsonrpc"] == "2.0" for one in answers)
    return {one.get("id"): one for one in answers}, done


def asked(number, tool, **arguments):
    """A call of a tool, as a message."""
    return {"id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def text_of(answer):
    return answer["result"]["content"][0]["text"]


def test_a_full_turn(store):
    """An agent that has nothing but the server gets its bearings, asks, writes, takes a task and ends it."""
    support.put(store.path / "src/queue.py", "def claim():\n    return 1\n")
    task = store.json("task", "add", "Retry with backoff", "--role", "api")["id"]
    store.commit()

    async def turn(ask):
        assert "Retry with backoff" in await ask("brief")
        assert "nothing known" in await ask("recall", query="is the lock table swept")
        written = await ask(
            "add",
            kind="fact",
            title="Workers retry three times",
            body="Then the job is dead.",
            cite=["src/queue.py#claim"],
            tag=["queue"],
        )
        assert written.startswith("added ")
        found = await ask("recall", query="how often do workers retry", file=["src/queue.py"])
        assert "Then the job is dead." in found and "src/queue.py" in found
        identity = written.split()[1]
        assert "Workers retry three times" in await ask("show", ids=[identity])
        assert "0 errors" in await ask("verify") or "1 citation" in await ask("verify")
        assert task[:6] in await ask("next")
        assert (await ask("claim")).startswith(f"claimed {task[:6]}")
        assert (await ask("handoff", message="half of it")).startswith("handed on")
        assert "half of it" in await ask("claim", id=task)
        assert (await ask("done", message="tested by hand", used=[identity])).startswith(f"done {task[:6]}")
        assert (await ask("fail", id=task, reason="it is not")).startswith("reopened")
        assert await ask("conflicts")
        assert "Workers retry three times" in await ask("history", id=identity)

    served(store, turn, "--agent", "api-1", "--role", "api")
    assert {one["by"] for one in store.json("list", "--status", "active")["memories"]} >= {"api-1"}


def test_answers_are_those_of_the_command_line(store):
    """The text of a tool is to the byte what its command prints; with --json the object is, too."""
    for number in range(12):
        store.remember(number, kind="fact" if number % 2 else "decision")
    store.commit()
    one = support.identity(3)
    asking = [
        (("recall", "worker", "number"), {"query": "worker number"}),
        (
            ("recall", "lease", "--kind", "fact", "--limit", "2"),
            {"query": "lease", "kind": "fact", "limit": 2},
        ),
        (("show", one, support.identity(4)), {"ids": [one, support.identity(4)]}),
        (("next",), {}),
        (("verify",), {}),
        (("conflicts",), {}),
        (("history", one), {"id": one}),
    ]

    async def each(ask):
        return [await ask.client.call_tool(words[0], arguments) for words, arguments in asking]

    for (words, _), answer in zip(asking, served(store, each, "--json"), strict=True):
        assert answer.content[0].text == store.ok(*words)
        assert answer.structured_content == store.json(*words)
        name = answer.structured_content["schema"].split("/")[1]
        assert Draft202012Validator(schemas.all_schemas()[name]).is_valid(answer.structured_content)
    assert all(answer.structured_content is None for answer in served(store, each))


def test_errors_are_told_and_leave_the_server_alive(store):
    """What is wrong with a call is said as on the command line, message and hint, and the next call is answered."""
    store.json("task", "add", "Only one has it")
    store.commit()
    store.ok("claim", env={"AGENTMEM_AGENT": "other"})
    held = store.json("claims")["claims"][0]["task"]

    async def mistakes(ask):
        assert await ask.fails("add", kind="desicion", title="x") == store.call("add", "desicion", "x").err
        assert await ask.fails("show", ids=["zzzzzz"]) == store.call("show", "zzzzzz").err
        assert "is claimed by other" in await ask.fails("claim", id=held)
        assert "no argument" in await ask.fails("recall", qery="x")
        assert "did you mean query?" in await ask.fails("recall", qery="x")
        assert "whole number" in await ask.fails("recall", query="x", limit="many")
        assert "true or false" in await ask.fails("recall", query="x", diff="yes")
        assert "is text" in await ask.fails("recall", query={"a": 1})
        assert "NUL" in await ask.fails("recall", query="a\0b")
        assert "add needs kind" in await ask.fails("add", title="x")
        assert "needs a title" in await ask.fails("add", kind="fact")
        assert "no tool" in await ask.fails("rm", ids=["x"])
        (store.store / "config.toml").write_text("trunk = [")
        assert "config.toml" in await ask.fails("brief")
        (store.store / "config.toml").write_text("")
        assert await ask("recall", query="anything") == store.ok("recall", "anything")

    served(store, mistakes)


def test_a_bug_is_told_and_leaves_the_server_alive(store, monkeypatch):
    """What nobody foresaw is an answer with the log's path, not the end of the session."""
    commands = serving.Commands(serving.Call(), None, records=True)
    monkeypatch.chdir(store.path)
    with monkeypatch.context() as patch:
        patch.setattr(serving.running, "run_verb", lambda *_: 1 / 0)
        answer = commands.call("brief", {})
    assert answer.failed and "ZeroDivisionError" in answer.text and "agentmem-bug-" in answer.text
    assert answer.record["exit"] == 70
    assert not commands.call("recall", {"query": "x"}).failed


def test_answers_are_of_the_worktree_as_it_is_now(store):
    """Between calls branches are switched, others write, the store goes and comes back: the next answer knows."""
    store.git("switch", "-q", "-c", "feature")
    store.ok("add", "fact", "Zebras are striped")
    store.commit()
    store.git("switch", "-q", "main")

    async def follow(ask):
        assert "nothing known" in await ask("recall", query="zebras")
        store.git("switch", "-q", "feature")
        assert "Zebras are striped" in await ask("recall", query="zebras")
        assert "feature" in await ask("brief")
        store.remember(1, title="Zebras sleep standing")
        assert "Zebras sleep standing" in await ask("recall", query="zebras sleep")
        store.git("switch", "-q", "main")
        (store.store / "facts" / f"m1-{support.identity(1)}.md").unlink()
        assert "nothing known" in await ask("recall", query="zebras")
        os.rename(store.store, store.path / "away")
        store.git("commit", "-q", "-a", "-m", "gone")
        assert "no .agentmem/" in await ask.fails("recall", query="zebras")
        assert (await ask.client.list_resources()).resources == []
        os.rename(store.path / "away", store.store)
        assert "nothing known" in await ask("recall", query="zebras")

    served(store, follow)


def test_resources(store):
    """The list has the newest memories in force, so many and no more; any memory is read by its id, also by the start of it."""
    for number in range(serving.LISTED + 10):
        store.remember(number, created=f"2026-01-{1 + number // 24:02}T{number % 24:02}:00:00Z")
    store.commit()

    async def read(ask):
        template = (await ask.client.list_resource_templates()).resource_templates[0]
        assert template.uri_template == "agentmem://memory/{id}"
        listed = (await ask.client.list_resources()).resources
        assert len(listed) == serving.LISTED
        assert listed[0].uri == f"agentmem://memory/{support.identity(serving.LISTED + 9)}"
        for uri in (listed[0].uri, listed[0].uri[:-6]):
            contents = (await ask.client.read_resource(uri)).contents[0]
            assert contents.text == store.ok("show", support.identity(serving.LISTED + 9))
        store.ok("edit", support.identity(3), "--set", "title=Edited since")
        again = (await ask.client.read_resource(f"agentmem://memory/{support.identity(3)}")).contents[0]
        assert "Edited since" in again.text
        for bad in ("agentmem://memory/zzzzzzzzzzzz", "agentmem://memory/", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await ask.client.read_resource(bad)
        assert await ask("brief")

    served(store, read)


def test_a_read_only_git_dir(store):
    """In a sandbox that keeps the git dir read-only all but claims works, and a claim says the two ways out."""
    one = store.json("task", "add", "Do it")["id"]
    store.commit()

    async def work(ask):
        assert "Do it" in await ask("brief")
        assert (await ask("add", kind="fact", title="Sandboxes are tight")).startswith("added")
        assert "Sandboxes are tight" in await ask("recall", query="sandboxes")
        refused = await ask.fails("claim", id=one)
        assert "read-only" in refused and "allow writes to" in refused and "--worktree" in refused
        assert await ask("next") and await ask("conflicts") and await ask("history") and await ask("verify")

    with support.read_only(store.path / ".git"):
        served(store, work)


def traces(project: Path) -> dict[str, bytes]:
    """All that a repository holds but for caches: files of the worktree, refs, the git index."""
    kept = {}
    for path in project.rglob("*"):
        name = path.relative_to(project).as_posix()
        if path.is_file() and not name.startswith(".git/agentmem/"):
            kept[name] = path.read_bytes()
    return kept


def test_what_says_it_only_reads_does(store):
    """A tool with readOnlyHint leaves worktree, index, refs and git's own files as they were."""
    support.put(store.path / "a.py", "def f():\n    return 1\n")
    store.ok("add", "fact", "F gives one", "--cite", "a.py#f")
    store.json("task", "add", "A task")
    store.commit()
    one = store.json("list", "--kind", "fact")["memories"][0]["id"]
    support.put(store.path / "a.py", "\n\ndef f():\n    return 1\n")
    needed = {"recall": {"query": "one"}, "show": {"ids": [one]}, "history": {"id": one}}

    async def read(ask):
        tools = (await ask.client.list_tools()).tools
        for tool in tools:
            hints = tool.annotations
            known = (
                hints.read_only_hint,
                hints.destructive_hint,
                hints.idempotent_hint,
                hints.open_world_hint,
            )
            assert None not in known and not hints.destructive_hint and not hints.open_world_hint
            if hints.read_only_hint:
                await ask(tool.name, **needed.get(tool.name, {}))
        return {tool.name for tool in tools if tool.annotations.read_only_hint}

    before = traces(store.path)
    reading = served(store, read)
    assert traces(store.path) == before
    assert reading == {"brief", "recall", "show", "verify", "next", "conflicts", "history"}


def test_what_says_it_is_idempotent_is(store):
    """`done` and `handoff` again, with the same words, change no more than once."""
    for title in ("One", "Two"):
        store.json("task", "add", title)
    store.commit()
    first, second = (one["id"] for one in store.json("list", "--kind", "task")["memories"])

    async def end_twice(ask):
        await ask("claim", id=first)
        await ask("claim", id=second)
        await ask("handoff", id=second, message="half")
        await ask("done", id=first, message="all")
        once = len(store.json("list")["memories"])
        seen = store.json("claims", "--all")
        await ask.client.call_tool("done", {"id": first, "message": "all"})
        await ask.client.call_tool("handoff", {"id": second, "message": "half"})
        assert len(store.json("list")["memories"]) == once
        assert store.json("claims", "--all") == seen

    served(store, end_twice)


def test_many_at_once(store):
    """Calls that come together are all answered, and each write of them counts."""

    async def together(ask):
        answers = []

        async def one(number):
            answers.append(await ask("add", kind="log", title=f"Entry {number}", force=True))
            answers.append(await ask("recall", query=f"entry {number}"))

        async with anyio.create_task_group() as group:
            for number in range(12):
                group.start_soon(one, number)
        return answers

    assert len(served(store, together)) == 24
    assert {f"Entry {number}" for number in range(12)} <= store.titles()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="what a process holds is read from /proc")
def test_nothing_stays_behind(store):
    """After some hundred calls the server has no more files open, no child, and no more memory than after twenty."""
    for number in range(30):
        store.remember(number)
    store.commit()

    async def measure(ask):
        seen = []
        for number in range(70):
            await ask("recall", query=f"worker {number}")
            await ask.fails("show", ids=["zzzzzz"])
            if number in (20, 69):
                (own,) = (one for one in children(os.getpid()) if b"mcp" in command_line(one))
                seen.append(resources_of(own))
        return seen

    early, late = served(store, measure)
    assert late.files == early.files
    assert late.children == 0
    assert late.resident - early.resident < 8_000_000


class Resources:
    """What a process holds."""

    def __init__(self, files, children, resident):
        self.files, self.children, self.resident = files, children, resident


def children(process):
    """The ids of the processes that ``process`` has started and that live."""
    tasks = Path(f"/proc/{process}/task")
    return [int(one) for task in tasks.iterdir() for one in (task / "children").read_text().split()]


def command_line(process):
    return Path(f"/proc/{process}/cmdline").read_bytes()


def resources_of(process):
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    files = len(list(Path(f"/proc/{process}/fd").iterdir()))
    return Resources(files, len(children(process)), pages * os.sysconf("SC_PAGE_SIZE"))


def test_stdout_is_the_protocols(store):
    """All on stdout is a message, whatever comes in; what was asked before the end of stdin is answered; then it ends with 0."""
    answers, done = piped(
        store,
        asked(2, "recall", query="nothing"),
        "no message at all",
        asked("seven", "recall"),
        {"id": 3, "method": "no/such"},
        {"id": 4, "method": "ping"},
    )
    assert done.code == 0
    assert text_of(answers[2]).startswith("agentmem: nothing known")
    assert answers["seven"]["result"]["isError"] and answers[3]["error"] and answers[4]["result"] == {}
    assert piped(store, opening=())[1] == support.Ran(0, "", "")


def test_it_serves_the_store_that_it_is_told(store, new_repository):
    """With -C and --store it answers for another folder than it was started in, as any command does."""
    os.rename(store.store, store.path / "notes")
    store.ok("--store", "notes", "add", "fact", "Kept elsewhere")
    store.commit()
    words = ("-C", str(store.path), "--store", "notes", "--agent", "api-1")
    answers, _ = piped(
        new_repository("elsewhere"),
        asked(2, "recall", query="kept elsewhere"),
        asked(3, "add", kind="log", title="Written from outside"),
        words=words,
    )
    assert "Kept elsewhere" in text_of(answers[2])
    listed = store.json("--store", "notes", "list", "--by", "api-1")["memories"]
    assert [one["title"] for one in listed] == ["Written from outside"]


def test_cancelled_calls_are_dropped(store):
    """A call that was cancelled while it waited is not done; those before and after it are."""
    answers, done = piped(
        store,
        asked(2, "add", kind="fact", title="Kept"),
        asked(3, "add", kind="fact", title="Thought better of"),
        {"method": "notifications/cancelled", "params": {"requestId": 3}},
        asked(4, "recall", query="anything"),
    )
    assert done.code == 0 and {2, 4} <= set(answers)
    assert "result" not in answers.get(3, {})
    assert store.titles() == {"Kept"}


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_signals_end_it(store, sent, code):
    """A server that is told to end does, at once and without a word, though it waits for its client."""
    process = subprocess.Popen(
        support.command("mcp"),
        cwd=store.path,
        env=support.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    for message in OPENING:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()
    assert b'"serverInfo"' in process.stdout.readline()
    began = time.monotonic()
    process.send_signal(sent)
    assert process.wait(timeout=10) == code
    assert time.monotonic() - began < 5
    assert (process.stdout.read(), process.stderr.read()) == (b"", b"")


def test_without_the_sdk(store, tmp_path):
    """Where the extra is not installed, one line says how it is."""
    support.put(
        tmp_path / "site/mcp/__init__.py", "raise ModuleNotFoundError('No module named mcp', name='mcp')"
    )
    done = store.run("mcp", env={"PYTHONPATH": f"{tmp_path / 'site'}:{support.ROOT}"})
    assert done.code == 2 and done.out == ""
    assert done.err.splitlines()[1] == "hint: python -m pip install 'git-agentmem[mcp]'"


def test_arguments_are_those_of_the_command_line():
    """Each tool is a command, each argument one of its options or words; what the server cannot take is not offered."""
    for name in serving.TOOLS:
        verb = grammar.VERBS[name]
        known = {flag.lstrip("-").replace("-", "_") for flag in verb.options} | {
            one for one, _, _ in verb.arguments
        }
        offered = set(serving.tool(name).schema["properties"])
        assert offered <= known
        assert not offered & {"format", "batch", "exit_code", "worktree", "fix", "as"}


def test_the_tools_cost_little():
    """What a host reads of the tools in each session is below 1,500 tokens."""
    from rs_bpe.bpe import openai

    tools = [server._tool(serving.tool(name)) for name in serving.TOOLS]
    told = json.dumps(
        [one.model_dump(by_alias=True, exclude_none=True) for one in tools], separators=(",", ":")
    )
    assert len(openai.o200k_base().encode(told)) < 1_500
    assert len(openai.o200k_base().encode(serving.INSTRUCTIONS)) < 150
