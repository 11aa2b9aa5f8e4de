"""A memory as a value, and how front matter becomes one."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import fields, ids, kinds, times
from agentmem.model.fields import Type

MAX_BYTES = 262_144
"""A memory's largest size in bytes; beyond it a file is a finding, and is not searched."""

MAX_TITLE = 160
"""Characters of a title that every line shows; of a longer one the end is left out."""

STATUSES = ("proposed", "active", "retracted")

type_names = {
    Type.TEXT: "one line of text",
    Type.LIST: "a list of words",
    Type.IDS: "a list of ids",
    Type.CITES: "a list of citations, each with a path",
}


class Problem(NamedTuple):
    """Something wrong with one file: ``line`` counts from 1 in the file; ``code`` is stable."""

    code: str
    line: int
    message: str


class Citation(NamedTuple):
    """Evidence: a place in the code and the text it had. ``lines`` is ``N`` or ``N-M``, 1-based, both included."""

    path: str
    symbol: str | None = None
    lines: str | None = None
    commit: str | None = None
    hash: str | None = None
    quote: str | None = None


class Memory(NamedTuple):
    """One memory. Times are seconds since the epoch, UTC; lists keep the file's order without repeats."""

    id: str
    kind: str
    title: str
    body: str = ""
    status: str = "active"
    retracted: str | None = None
    created: int | None = None
    expires: int | None = None
    by: str | None = None
    role: str | None = None
    branch: str | None = None
    tags: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    cites: tuple[Citation, ...] = ()
    supersedes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    source: str | None = None
    source_id: str | None = None
    importance: int | None = None
    pin: bool = False
    plan: str | None = None
    phase: str | None = None
    needs: tuple[str, ...] = ()
    priority: int | None = None
    owner: str | None = None
    closes: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()
    extra: Mapping[str, object] = MappingProxyType({})


Value = object

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
"""What people write for a flag; YAML 1.1 has all of them but the numbers."""


def coerce(spec: fields.Field, value: Value) -> object:
    """The typed value of key ``spec`` from what the YAML holds: strings, lists and mappings of strings.

    Raises:
        ValueError: with a message for people, when the text is no such value.

    """
    match spec.type:
        case Type.LIST | Type.IDS:
            items = value if isinstance(value, list) else [value]
            if not all(isinstance(item, str) for item in items):
                raise ValueError(f"{spec.name} must be {type_names[spec.type]}")
            return tuple(dict.fromkeys(item for item in items if item))
        case Type.CITES:
            return _citations(value)
        case _ if not isinstance(value, str):
            raise ValueError(f"{spec.name} must be {type_names.get(spec.type, 'one value')}")
        case Type.TIME:
            return times.parse_iso(value)
        case Type.NUMBER:
            return _number(spec, value)
        case Type.FLAG:
            if value.lower() not in (*_YES, *_NO):
                raise ValueError(f"{spec.name} must be true or false")
            return value.lower() in _YES
        case Type.ID:
            if not ids.is_id(value):
                raise ValueError(f"{value!r} is no id: 12 characters of {ids.ALPHABET}")
            return value
        case _:
            if spec.choices and value not in spec.choices:
                raise ValueError(f"{spec.name} must be one of {', '.join(spec.choices)}")
            return value


def _number(spec: fields.Field, value: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise ValueError(f"{spec.name} must be a whole number") from None
    if not (spec.low is None or spec.low <= number) or not (spec.high is None or number <= spec.high):
        raise ValueError(f"{spec.name} must be from {spec.low} to {spec.high}")
    return number


def _citations(value: Value) -> tuple[Citation, ...]:
    items = value if isinstance(value, list) else [value]
    cites = []
    for item in items:
        if isinstance(item, str):
            item = {"path": item}
        if not isinstance(item, dict) or not isinstance(item.get("path"), str) or not item["path"]:
            raise ValueError(f"cites must be {type_names[Type.CITES]}")
        known = {key: item[key] for key in fields.CITE_KEYS if isinstance(item.get(key), str)}
        cites.append(Citation(**known))
    return tuple(cites)


def read(
    meta: Mapping[str, Value], body: str, key_lines: Mapping[str, int]
) -> tuple[Memory, tuple[Problem, ...]]:
    """What a file's bytes alone say, and what is wrong with its front matter; ``key_lines`` gives each key's line.

    A wrong value is left out and reported; what remains is a memory still. Where the bytes give no id, kind or title, it is
    empty: ``place`` fills it in.
    """
    values: dict[str, object] = {}
    problems: list[Problem] = []
    extra: dict[str, object] = {}
    for key, value in meta.items():
        spec = fields.BY_NAME.get(key)
        if spec is None:
            extra[key] = value
        elif value is not None and value != "":
            try:
                values[key] = coerce(spec, value)
            except ValueError as error:
                problems.append(Problem("schema", key_lines.get(key, 1), str(error)))
    kind = values.pop("kind", "")
    if kind and kind not in kinds.BY_NAME:
        problems.append(
            Problem("kind", key_lines.get("kind", 1), f"no kind {kind!r}; kinds: {' '.join(kinds.NAMES)}")
        )
        kind = ""
    values.setdefault("id", "")
    values["title"] = values.get("title") or first_heading(body) or ""
    return Memory(kind=str(kind), body=body, extra=extra, **values), tuple(problems)  # type: ignore[arg-type]


def place(memory: Memory, path: str) -> Memory:
    """``memory`` as the file at ``path`` (below the store) makes it whole: an id derived from the path, the folder's kind, the
    file's name as title, each only where the bytes gave none.
    """
    if memory.id and memory.kind and memory.title:
        return memory
    folder_kind = kinds.of_path(path)
    return memory._replace(
        id=memory.id or ids.derived_id(path),
        kind=memory.kind or (folder_kind.name if folder_kind else "fact"),
        title=memory.title or name_of(path),
    )


def first_heading(body: str) -> str | None:
    """The text of the first markdown heading of ``body``."""
    for line in body.splitlines():
        if line.startswith("#"):
            text = line.lstrip("#").strip().rstrip("#").strip()
            if text:
                return text
    return None


def name_of(path: str) -> str:
    """A title made of a file's name: no ending, dashes and underscores as spaces."""
    stem = path.rpartition("/")[2].removesuffix(".md")
    return stem.replace("-", " ").replace("_", " ").strip() or path


def first_paragraph(body: str) -> str:
    """The first paragraph of ``body``, headings skipped, on one line."""
    return " ".join(first_lines(body))


def first_lines(body: str) -> list[str]:
    """The lines of the first paragraph of ``body``, headings skipped."""
    lines: list[str] = []
    for line in body.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            if lines:
                break
            continue
        lines.append(stripped)
    return lines


def as_meta(memory: Memory) -> dict[str, object]:
    """The front matter of ``memory`` as plain values in the canonical order, defaults left out."""
    meta: dict[str, object] = {}
    for spec in fields.ALL:
        value = getattr(memory, spec.name)
        if value is None or value == () or value is False or (spec.name == "status" and value == "active"):
            continue
        meta[spec.name] = _plain(spec.type, value)
    meta.update(memory.extra)
    return meta


def _plain(kind: Type, value: object) -> object:
    if kind is Type.TIME and isinstance(value, int):
        return times.format_iso(value)
    if kind is Type.CITES and isinstance(value, Sequence):
        return [
            {key: getattr(cite, key) for key in fields.CITE_KEYS if getattr(cite, key) is not None}
            for cite in value
        ]
    if isinstance(value, tuple):
        return list(value)
    return value
