"""``agentmem recall --batch``: many questions in one process, answered in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from agentmem.actions.selecting import Filters
    from agentmem.cli.call import Call

KEYS = (
    "key",
    "query",
    "limit",
    "budget",
    "files",
    "since",
    "until",
    "kind",
    "tag",
    "entity",
    "role",
    "by",
    "status",
)


class Common(NamedTuple):
    """What the command line says for all questions of a batch; see ``recall``."""

    filters: Filters
    limit: int | None
    budget: int | None
    explain: bool
    managed: bool


def run(call: Call, path: str, common: Common) -> int:
    """Answer each line of ``path`` (``-``: standard input); a bad line gives an error object with its key, the rest goes on.

    Returns 2 when any line was bad.
    """
    import json
    import os

    from agentmem.errors import EXIT_USAGE, AgentmemError, UsageError
    from agentmem.output import jsonout

    if path == "-":
        text = call.text_or_stdin("-") or ""
    else:
        try:
            with open(os.path.join(call.directory, path), encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError as error:
            raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
    failed = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        key = None
        try:
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise UsageError(f"line {number} is no JSON: {error}") from None
            if not isinstance(record, dict):
                raise UsageError(f"line {number} is no JSON object")
            key = record.get("key")
            if not (key is None or isinstance(key, str | int)):
                key = None
                raise UsageError(f"line {number}: key must be text or a whole number")
            call.give(jsonout.line(_answer(call, record, common, number)))
        except AgentmemError as error:
            failed = True
            call.give(jsonout.line({**jsonout.error(error), "key": key}))
    return EXIT_USAGE if failed else 0


def _answer(
    call: Call,
    record: dict[str, Any],
    common: Common,
    number: int,
) -> dict[str, object]:
    from agentmem.actions import recall as action
    from agentmem.actions import selecting
    from agentmem.errors import UsageError
    from agentmem.output import jsonout

    for name in record:
        if name not in KEYS:
            raise UsageError(f'line {number}: no key "{name}"', f"keys: {' '.join(KEYS)}")
    for name in ("limit", "budget"):
        value = record.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise UsageError(f"line {number}: {name} must be a whole number, 0 or more")
    lists = {}
    for name in ("files", "kind", "tag", "entity", "role", "by", "status"):
        value = record.get(name) or []
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise UsageError(f"line {number}: {name} must be text or a list of texts")
        lists[name] = items
    for name in ("query", "since", "until"):
        if not isinstance(record.get(name) or "", str):
            raise UsageError(f"line {number}: {name} must be text")
    files = [call.context.from_top(item) for item in lists.pop("files")]
    asked = selecting.make(call.context, since=record.get("since"), until=record.get("until"), **lists)
    question = record.get("query") or ""
    filters = selecting.both(common.filters, asked)
    if not question.strip() and not files and not filters.any:
        raise UsageError(
            f"line {number}: a question, files or a filter is needed", '{"query": "why …", "files": ["PATH"]}'
        )
    result = action.recall(
        call.context,
        question,
        filters,
        common.limit if record.get("limit") is None else record["limit"],
        common.budget if record.get("budget") is None else record["budget"],
        files,
        key=record.get("key"),
        managed=common.managed,
    )
    if not common.explain:
        result = action.without_explanations(result)
    return jsonout.recalled(result)
