"""What the tests of forgetting and reflecting share: memories of given ages, and evidence of use."""

from agentmem.actions import usage
from agentmem.model import kinds, retention, times
from agentmem.model.usage import Use, day
from tests import support

NOW = times.parse_iso(support.NOW)
DAY = 86_400
OLD = "2025-06-01T00:00:00Z"


def put(project, number, kind="fact", title=None, body=None, created=OLD, **meta):
    """Write one memory to its place; its id."""
    name = support.identity(number)
    title = title or f"{support.WORDS[number % len(support.WORDS)]} {support.WORDS[number // 7 % 30]} {name}"
    text = support.memory(name, kind, title, f"Said of {name}." if body is None else body, created, **meta)
    folder = kinds.BY_NAME[kind].folder + ("/2025-06" if kind == "log" else "")
    project.write(f"{folder}/m-{name}.md", text)
    return name


def known(monkeypatch, uses=None, days=400, away=0):
    """Have evidence of use since so many days ago: what of each memory; of some that are not here it goes on to this day.

    ``away`` are the last days before this one on which nobody did anything.
    """
    others = {f"elsewhere-{n}": Use(last=NOW - DAY) for n in range(retention.NOTED)}
    worked = {day(NOW - DAY), *range(day(NOW - days * DAY), day(NOW - away * DAY))}
    found = usage.Usage(
        {**others, **{one: Use(**use) for one, use in (uses or {}).items()}},
        NOW - days * DAY,
        frozenset(worked),
    )
    monkeypatch.setattr(usage, "load", lambda context: found)


def gone(project, *words):
    """What ``forget`` would archive: the reason for each."""
    answer = project.json("forget", "--dry-run", *words)
    return {one["id"]: one["reason"] for one in answer["candidates"]}


def held(project):
    """What holds each memory that would go."""
    return {one["id"]: one["by"] for one in project.json("forget", "--dry-run")["held"]}


def entries(project, count=6, start=100, **meta):
    """Log entries that are worth a reflection; their ids."""
    return [
        put(
            project,
            start + n,
            "log",
            f"Step {start + n}",
            f"Try {start + n} failed because of {support.WORDS[n]}.",
            f"2025-06-0{3 + n % 4}T0{n % 9}:00:00Z",
            by=f"agent-{n % 2}",
            scope=f"[src/queue/f{n % 2}.py]",
            **meta,
        )
        for n in range(count)
    ]
