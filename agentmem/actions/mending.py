"""Mending evidence: citing anew what a memory rests on, dropping what it does not, re-anchoring what moved."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from agentmem.actions import citing as acts
from agentmem.actions import placing, referring, saving, selecting
from agentmem.actions.context import Context
from agentmem.actions.saving import Refused
from agentmem.actions.selecting import Found
from agentmem.checks.evidence import Evidence, place
from agentmem.errors import UsageError
from agentmem.model import citing, document, fields, memory, verdict
from agentmem.model.editing import Edit
from agentmem.model.memory import Citation, Memory


class CitedAnew(NamedTuple):
    """What one memory cites now beyond what it did: ``citations`` are new, ``dropped`` gone; ``path`` is the file that was
    written, empty where nothing changed.
    """

    memory: Memory
    short: str
    citations: tuple[Citation, ...]
    dropped: tuple[Citation, ...]
    path: str
    warnings: tuple[str, ...] = ()


def cite(
    context: Context,
    reference: str,
    words: Sequence[str],
    drop: Sequence[str] = (),
    branch: str | None = None,
) -> CitedAnew:
    """Give the memory that ``reference`` names the evidence that ``words`` ask for.

    A new citation replaces those of the same place, and those that were for the text that stood there. ``drop`` takes away
    those of these places.

    Raises:
        UsageError: neither words nor drop, or a log entry; see ``citing.cite``.

    """
    if not words and not drop:
        raise UsageError(
            "a place to cite is needed", f"agentmem cite {reference} PATH#SYMBOL   or PATH:40-52"
        )
    index = context.index
    view = index.view()
    found = selecting.fetch(index, view, [referring.one(index, view, reference)])[0]
    if found.memory.kind == "log":
        raise UsageError(
            "a log entry is never edited: it records what happened", "agentmem add fact … --cite PATH#SYMBOL"
        )
    new = acts.cite(context, words)
    where = dict(zip(found.memory.cites, context.verifier.verify(found.memory.cites), strict=True))
    named = [_named(context, found.memory.cites, word) for word in drop]
    for word, cites in zip(drop, named, strict=True):
        if not cites:
            raise UsageError(f"{reference} does not cite {word}", f"agentmem show {reference}")
    dropped = [cite for cites in named for cite in cites]
    replaced = [
        old for old in found.memory.cites if any(_replaces(one.citation, old, where[old]) for one in new)
    ]
    old = list(dict.fromkeys([*replaced, *dropped]))
    wanted = [one.citation for one in new if one.citation not in found.memory.cites or one.citation in old]
    written = _put(context, found, dict.fromkeys(old), wanted, branch)
    return CitedAnew(
        memory=found.memory,
        short=view.shorts[found.memory.id],
        citations=tuple(wanted),
        dropped=tuple(one for one in old if one not in wanted),
        path=written,
        warnings=tuple(warning for one in new for warning in one.warnings),
    )


def _named(context: Context, cites: Sequence[Citation], word: str) -> list[Citation]:
    """Those of ``cites`` that ``word`` names, by a path from the folder at hand or, as findings print them, from the top."""
    if printed := [cite for cite in cites if place(cite) == word]:
        return printed  # also one whose lines are none
    try:
        readings = citing.readings(word)
    except ValueError as error:
        raise UsageError(f"--drop {word!r}: {error}") from None
    paths: dict[str, set[str]] = {}
    for spec in readings:
        paths[spec.path] = {spec.path}
        with suppress(UsageError):
            paths[spec.path].add(context.from_top(spec.path))
    return [
        cite
        for cite in cites
        if any(
            cite.path in paths[spec.path]
            and spec.symbol in (None, cite.symbol)
            and (
                spec.first is None
                or spec.last is None
                or citing.write_range(spec.first, spec.last) == cite.lines
            )
            for spec in readings
        )
    ]


def _replaces(new: Citation, old: Citation, where: verdict.Found) -> bool:
    """Whether who cites ``new`` has looked at the place of ``old``, which is ``where``, again."""
    if old.path == new.path and not (old.lines or old.symbol):
        return bool(new.lines)  # the file alone, and now a place in it
    if (old.path, old.symbol, old.lines) == (new.path, new.symbol, new.lines):
        return True
    if where.verdict == verdict.OK:
        return False
    if old.path == new.path and old.symbol and old.symbol == new.symbol:
        return True
    if not new.lines:
        return False
    first, last = citing.read_range(new.lines)
    places = [(where.path, where.first, where.last), *where.candidates]
    return any(
        path == new.path and low is not None and high is not None and low <= last and first <= high
        for path, low, high in places
    )


def fix(context: Context, found: Sequence[Found], evidence: Sequence[Evidence]) -> tuple[int, int]:
    """Re-anchor what moved where the memory's own file may be edited: how many citations were, and how many trunk alone may."""
    fixed = left = 0
    told = iter(evidence)
    for one in found:
        own = [next(told) for _ in one.memory.cites]
        moved = {e.citation: e.found for e in own if e.found.verdict == verdict.MOVED}
        if not moved:
            continue
        if one.memory.kind == "log":
            continue  # it says where things were when it happened
        if not placing.is_in_place(context, one):
            left += len(moved)
            continue
        anew = {}
        for cite, where in moved.items():
            with suppress(
                Refused
            ):  # what has come to look like a secret is not written down, and keeps nothing else from it
                anew[cite] = _anchored(context, cite, where)
        if anew and _put(context, one, anew, ()):
            fixed += len(anew)
    return fixed, left


def _anchored(context: Context, cite: Citation, where: verdict.Found) -> Citation:
    """``cite`` at its new place; the symbol is that of the place where the old one named one."""
    assert where.path is not None
    if where.first is None or where.last is None:
        return cite._replace(path=where.path)
    new = acts.cite_place(context, where.path, where.first, where.last)
    return new if cite.symbol else new._replace(symbol=None)


def _put(
    context: Context,
    found: Found,
    old: Mapping[Citation, Citation | None],
    new: Sequence[Citation],
    branch: str | None = None,
) -> str:
    """Write the memory with citations in place of ``old`` ones (None: in place of none) and ``new`` ones; the file, empty
    where nothing changed.
    """

    def make(data: bytes) -> bytes:
        items = document.parse(data).meta.get("cites") or []
        kept = []
        for item in items if isinstance(items, list) else [items]:
            try:
                known = memory.coerce(fields.BY_NAME["cites"], [item])
            except ValueError as error:
                raise UsageError(
                    f"{found.path}: {error}", "mend it by hand; agentmem check says where"
                ) from None
            assert isinstance(known, tuple)
            if known[0] not in old:
                kept.append(item)
            elif (anew := old[known[0]]) is not None:
                extra = (
                    {k: v for k, v in item.items() if k not in fields.CITE_KEYS}
                    if isinstance(item, dict)
                    else {}
                )
                kept.append({**_item(anew), **extra})
        kept += [_item(cite) for cite in new if _item(cite) not in kept]
        path = found.path.removeprefix(context.place.name + "/")
        return saving.edited(
            context, path, data, [Edit("cites", "set", kept) if kept else Edit("cites", "delete")], None
        )

    placed = placing.rewrite(context, found, make, {"cites"}, branch, f"cite {found.memory.id[:6]} …")
    return "" if placed is None else f"{context.place.name}/{placed.path}"


def _item(cite: Citation) -> dict[str, str]:
    return {key: value for key, value in cite._asdict().items() if value is not None}
