"""Imports: records from elsewhere become memories, the same record the same file on every branch."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agentmem.actions import placing, saving, selecting
from agentmem.actions.context import Context
from agentmem.errors import AgentmemError, UsageError
from agentmem.model import fields, ids, kinds, memory
from agentmem.model.editing import Edit
from agentmem.model.fields import Type
from agentmem.model.memory import Memory, as_meta
from agentmem.store import reading

PLAN_BYTES = 4_194_304
"""A plan file larger than this is no plan."""


class Skipped(NamedTuple):
    """A record that became no memory, and why; ``place`` is file and line."""

    place: str
    reason: str


class Imported(NamedTuple):
    """Ids by what became of them: ``changed`` ones differ from their source, and are only written with ``update``."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    updated: bool = False
    tokens: int = 0


@dataclass(slots=True)
class _Batch:
    memories: dict[str, Memory] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def import_jsonl(
    context: Context,
    paths: Sequence[str],
    rename: Mapping[str, str],
    update: bool = False,
    dry_run: bool = False,
) -> Imported:
    """One memory a line, with the front matter's keys and ``body``; ``rename`` maps other keys to them.

    Raises:
        UsageError: a file that cannot be read.

    """
    records: list[tuple[str, dict[str, object]]] = []
    skipped: list[Skipped] = []
    for path in paths:
        for number, line in enumerate(_text(context, path).split("\n"), 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise ValueError("not an object")
            except (ValueError, RecursionError) as error:
                skipped.append(Skipped(f"{path}:{number}", f"no JSON object: {error}"))
                continue
            records.append(
                (f"{path}:{number}", {rename.get(key, key): value for key, value in record.items()})
            )
    return _import(context, "jsonl", records, skipped, update, dry_run)


def import_plan(
    context: Context, paths: Sequence[str], update: bool = False, dry_run: bool = False
) -> Imported:
    """Markdown plans, logs and overviews, as teams keep them; folders are walked.

    Raises:
        UsageError: a path that does not exist.

    """
    from agentmem.model import planfiles

    records: list[tuple[str, dict[str, object]]] = []
    for path in paths:
        whole = os.path.normpath(os.path.join(context.directory, path))
        if os.path.isdir(whole):
            found = [f"{path.rstrip('/')}/{name}" for name in reading.walk(whole) if name.endswith(".md")]
        else:
            found = [path]
        for file in found:
            name = context.from_top(file)
            if name.startswith(context.repository.prefix + context.place.name + "/"):
                raise UsageError(f"{file} is in the store already")
            records += [(name, record) for record in planfiles.records(name, _text(context, file))]
    return _import(context, "plan", records, [], update, dry_run)


def _text(context: Context, path: str) -> str:
    try:
        with open(os.path.join(context.directory, path), "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
    if path.endswith(".md") and len(data) > PLAN_BYTES:
        raise UsageError(f"{path} has {len(data):,} bytes: no plan file is that large")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n")


def _import(
    context: Context,
    importer: str,
    records: Iterable[tuple[str, dict[str, object]]],
    skipped: Sequence[Skipped],
    update: bool,
    dry_run: bool,
) -> Imported:
    batch = _Batch(skipped=list(skipped))
    found = list(records)
    own_ids = {str(r["id"]): _identity(importer, r) for _, r in found if "id" in r}
    own_ids |= {str(r["source_id"]): _identity(importer, r) for _, r in found if "source_id" in r}
    for place, record in found:
        try:
            new = _memory(importer, record, own_ids)
            saving.compose(new)
        except (ValueError, AgentmemError) as error:
            batch.skipped.append(Skipped(place, str(error).removeprefix("not written: ")))
            continue
        if new.id in batch.memories and batch.memories[new.id] != new:
            batch.skipped.append(
                Skipped(place, f"id {new.id} stands twice in the source with different content")
            )
            continue
        batch.memories[new.id] = new
    return _store(context, batch, update, dry_run)


def _store(context: Context, batch: _Batch, update: bool, dry_run: bool) -> Imported:
    index = context.index
    view = index.view()
    at = {identity: i for i, identity in enumerate(view.columns.ids)}
    there = [at[identity] for identity in batch.memories if identity in at]
    present = {found.memory.id: found for found in selecting.fetch(index, view, there)}
    added = [new for identity, new in batch.memories.items() if identity not in present]
    changed = [
        identity for identity, found in present.items() if _edits(batch.memories[identity], found.memory)
    ]
    if not dry_run:
        branch = _branch(context)
        saving.create_many(context, [new._replace(branch=new.branch or branch) for new in added])
        for identity in changed if update else ():
            new, found = batch.memories[identity], present[identity]
            body = new.body if new.body.strip() != found.memory.body.strip() else None
            edits = [e for e in _edits(new, found.memory) if e.key != "body"]
            placing.edit(context, found, edits, body, verb="import …")
    from agentmem.model import tokens

    return Imported(
        added=tuple(new.id for new in added),
        changed=tuple(changed),
        known=tuple(identity for identity in present if identity not in changed),
        skipped=tuple(batch.skipped),
        updated=update and not dry_run,
        tokens=sum(tokens.estimate(f"{new.title}\n{new.body}") for new in added),
    )


def _branch(context: Context) -> str | None:
    from agentmem.actions import write

    return write.other_branch(context)


def _edits(new: Memory, old: Memory) -> list[Edit]:
    """What the source says otherwise than the memory; keys that only the memory has are its own."""
    wanted, present = as_meta(new), as_meta(old)
    skip = ("id", "created", "branch", "cites", "source", "source_id")
    edits = [
        Edit(key, "set", value if isinstance(value, list) else str(value))
        for key, value in wanted.items()
        if key in fields.BY_NAME and key not in skip and value != present.get(key)
    ]
    if new.body.strip() != old.body.strip():
        edits.append(Edit("body", "set"))
    return edits


def _identity(importer: str, record: Mapping[str, object]) -> str:
    own = record.get("id")
    if isinstance(own, str) and ids.is_id(own):
        # 12 hex digits of another system look like an id of ours, and are as good: the record keeps its name
        return own
    source = own if own is not None else record.get("source_id")
    if source is not None:
        return ids.derived_id(importer, str(source))
    return ids.derived_id(
        importer, str(record.get("title", "")), str(record.get("created", "")), str(record.get("body", ""))
    )


def _memory(importer: str, record: Mapping[str, object], own_ids: Mapping[str, str]) -> Memory:
    """The memory of one record.

    Raises:
        ValueError: it is none.

    """
    values: dict[str, Any] = {}
    extra: dict[str, object] = {}
    body = record.get("body", "")
    if not isinstance(body, str):
        raise ValueError("body must be text")
    for key, value in record.items():
        spec = fields.BY_NAME.get(key)
        if key in ("id", "body") or value is None or value == "" or value == []:
            continue
        if spec is None:
            extra[key] = _plain(value)
        else:
            values[key] = memory.coerce(spec, _plain(value))
    kind = values.pop("kind", "fact")
    if kind not in kinds.BY_NAME:
        raise ValueError(f"no kind {kind!r}; kinds: {' '.join(kinds.NAMES)}")
    title = str(values.pop("title", "") or memory.first_heading(body) or "")
    if not title.strip():
        raise ValueError("no title")
    for key in values:
        if fields.BY_NAME[key].type is Type.IDS:
            values[key] = tuple(own_ids.get(target, target) for target in values[key])
    identity = _identity(importer, record)
    own = record.get("id")
    if own is not None and own != identity:
        values.setdefault("source_id", str(own))
    values.setdefault("source", importer)
    return Memory(
        id=identity, kind=str(kind), title=" ".join(title.split()), body=body.strip(), extra=extra, **values
    )


def _plain(value: object) -> object:
    """A JSON value as front matter has it: text, lists, mappings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    return value
