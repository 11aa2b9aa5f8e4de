"""Merging two edits of one memory's file by field, so that only what both have changed is left to a person.

What is left is named, with both sides' values, under the key ``conflicts`` of the front matter; the text between the
markers is left to a person where both have changed the same lines of the body. Which side is called ours decides
the text's form, and the markers, but no value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agentmem.model import document, editing, emitting, threeway, valuemerge
from agentmem.model.document import BOM, Document
from agentmem.model.editing import Edit
from agentmem.model.fields import CONFLICTS
from agentmem.model.threeway import OURS, Clash
from agentmem.model.valuemerge import ABSENT, UNDECIDED, canonical
from agentmem.model.yamltree import MAX_DEPTH, Node

BODY, FILE = "body", "file"
"""What a conflict is in where it is in no key: in the body, in a file that is not read as a memory."""

MARKERS = ("<<<<<<< ours", "=======", ">>>>>>> theirs")

Meta = Mapping[str, object]

_ROOM = MAX_DEPTH - 4
"""How deep a value may be nested below front matter, ``conflicts``, its entry and ``values``."""

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_COMMENT = re.compile(r"[ \t]*#")
_RETRACTION = ("status", "retracted")


class FieldConflict(NamedTuple):
    """What both sides have changed: a key, ``body`` or ``file``; ``values`` are both sides', in an order of their own."""

    field: str
    values: tuple[object, ...] = ()


class Merged(NamedTuple):
    """The merged file and what is left to a person."""

    data: bytes
    conflicts: tuple[FieldConflict, ...]


class _Wanted(NamedTuple):
    """What the merged file must be read as."""

    meta: dict[str, object]
    body: str
    conflicts: tuple[FieldConflict, ...]


def merge(base: bytes | None, ours: bytes, theirs: bytes, later: bytes | None = None) -> Merged:
    """``ours`` with what ``theirs`` has changed since ``base``; None for base: nobody knows what both came from.

    ``later`` is a text that both have come from after ``base``: it decides what ``base`` leaves open. Where front matter
    cannot be read on a side the files are merged by lines, as git does it.
    """
    if ours == theirs or theirs == base:
        return Merged(ours, ())
    if ours == base:
        return Merged(theirs, ())
    mine, yours = document.parse(ours), document.parse(theirs)
    left: tuple[FieldConflict, ...] = ()
    if not mine.problems and not yours.problems:
        # a base that is broken has no values, but still its lines
        old = None if base is None else document.parse(base)
        seen = None if later is None else document.parse(later)
        body, clash = _merged_body(old, mine, yours)
        if clash and seen is not None:
            body, clash = min((_merged_body(seen, mine, yours), (body, clash)), key=lambda one: one[1])
        wanted = _wanted((old, seen), mine, yours, emitting.body_as_read(body), clash)
        data = _written(old, mine, yours, body, wanted)
        if data is not None:
            return Merged(data, wanted.conflicts)
        left = wanted.conflicts
    merged = merge_lines(base, ours, theirs)
    return Merged(merged.data, merged.conflicts or left)


def merge_lines(base: bytes | None, ours: bytes, theirs: bytes) -> Merged:
    """The same for a file that is no memory: by lines, with git's markers where both have changed the same ones."""
    # a character for each byte: what is no UTF-8 comes through as it is
    old, mine, yours = (None if one is None else one.decode("latin-1") for one in (base, ours, theirs))
    assert mine is not None and yours is not None
    binary = any(b"\0" in one for one in (base or b"", ours, theirs))
    text, clash = _merged_text(old, mine, yours, document.newline_of(mine), exact=binary)
    return Merged(text.encode("latin-1"), (FieldConflict(FILE),) if clash else ())


# text


def _split(doc: Document) -> tuple[str, str]:
    """The front matter with the lines around it, and the rest."""
    at = document.split(doc.text).body
    return doc.text[:at], doc.text[at:]


def _merged_text(
    old: str | None, mine: str, yours: str, newline: str, *, exact: bool = False, markers: bool = True
) -> tuple[str, bool]:
    """The merged text, and whether both sides have changed the same lines.

    Lines that differ in their newline alone are the same and keep ours, what comes from theirs gets ``newline``,
    unless ``exact``. Without ``markers`` ours stays where both have changed the same lines.
    """
    texts = [_LINES.findall(text) for text in (mine, yours)]
    keys = [_keys(lines, exact) for lines in texts]
    base = threeway.common(*keys) if old is None else _keys(_LINES.findall(old), exact)
    out: list[str] = []
    clash = False

    def take(number: int, low: int, high: int) -> None:
        if exact or number == 0:
            out.extend(texts[number][low:high])
        else:
            out.extend(line + newline for line in keys[number][low:high])

    def mark(marker: str) -> None:
        _end_line(out, newline)
        out.append(marker + newline)

    for piece in threeway.merge(base, *keys):
        if not isinstance(piece, Clash):
            take(0 if piece.source == OURS else 1, piece.low, piece.high)
            continue
        clash = True
        if markers:
            mark(MARKERS[0])
        take(0, piece.ours.low, piece.ours.high)
        if markers:
            mark(MARKERS[1])
            take(1, piece.theirs.low, piece.theirs.high)
            mark(MARKERS[2])
    if exact:
        return "".join(out), clash
    ended = valuemerge.three(ABSENT if old is None else _ends(old), _ends(mine), _ends(yours))
    text = "".join(line if line.endswith(("\n", "\r")) else line + newline for line in out)
    return text if ended is not False else text.removesuffix("\n").removesuffix("\r"), clash


def _merged_body(old: Document | None, mine: Document, yours: Document) -> tuple[str, bool]:
    was = None if old is None else _split(old)[1]
    return _merged_text(was, _split(mine)[1], _split(yours)[1], document.newline_of(mine.text))


def _keys(lines: list[str], exact: bool) -> list[str]:
    """What ``lines`` are compared by."""
    return lines if exact else [line.rstrip("\r\n") for line in lines]


def _end_line(out: list[str], newline: str) -> None:
    if out and not out[-1].endswith(("\n", "\r")):
        out[-1] += newline


def _ends(text: str) -> bool:
    """Whether the last line has its newline."""
    return not text or text.endswith(("\n", "\r"))


# values


def _wanted(
    known: tuple[Document | None, Document | None], mine: Document, yours: Document, body: str, clash: bool
) -> _Wanted:
    """What the two edits make together of what is known of before, base and what came later.

    ``clash`` says that ``body`` holds markers.
    """
    old, seen = known
    was: Meta = {} if old is None else old.meta
    meta: dict[str, object] = {}
    left: list[FieldConflict] = []
    names = dict.fromkeys((*was, *mine.meta, *yours.meta))
    undecided = _retracted_unseen(old, mine, yours) and (seen is None or _retracted_unseen(seen, mine, yours))
    for key in sorted(names, key=valuemerge.order):
        if key == CONFLICTS:
            continue
        states = tuple(values.get(key, ABSENT) for values in (was, mine.meta, yours.meta))
        value = valuemerge.merged(key, *states)
        if value is UNDECIDED and seen is not None:
            value = valuemerge.merged(key, seen.meta.get(key, ABSENT), *states[1:])
        if undecided and key in _RETRACTION and states[1] != states[2]:
            value = UNDECIDED
        if value is UNDECIDED:
            left.append(FieldConflict(key, _named(key, states[1:])))
            value = states[0]
            if value is ABSENT and not (undecided and key in _RETRACTION):
                # nothing to fall back on: one of the two, whichever side it is on
                value = min(states[1:], key=lambda one: (one is ABSENT, canonical(one)))
        if value is not ABSENT:
            meta[key] = value
    if clash:
        left.append(FieldConflict(BODY))
    there = valuemerge.merged(
        CONFLICTS, *(valuemerge.items(doc.meta.get(CONFLICTS)) if doc else [] for doc in (old, mine, yours))
    )
    assert isinstance(there, list)
    entries = there + [entry for entry in map(_entry, left) if entry not in there]
    if entries:
        meta[CONFLICTS] = entries
    # in the order of the file that it becomes
    meta = {key: meta[key] for key in dict.fromkeys((*mine.meta, *yours.meta, *meta)) if key in meta}
    return _Wanted(meta, body, tuple(left))


def _retracted_unseen(old: Document | None, mine: Document, yours: Document) -> bool:
    """Whether one side retracts a memory that the other has made something else of."""
    if old is not None and old.meta.get("status") == "retracted":
        return False
    retracting = [doc.meta.get("status") == "retracted" for doc in (mine, yours)]
    if retracting[0] == retracting[1]:
        return False
    gone, kept = (mine, yours) if retracting[0] else (yours, mine)

    def changed(then: object, now: object, there: object) -> bool:
        return now not in (then, there)

    was: Meta = {} if old is None else old.meta
    return changed(ABSENT if old is None else old.body, kept.body, gone.body) or any(
        changed(*(meta.get(key, ABSENT) for meta in (was, kept.meta, gone.meta)))
        for key in {*was, *kept.meta, *gone.meta} - {*_RETRACTION, CONFLICTS}
    )


def _named(key: str, values: Sequence[object]) -> tuple[object, ...]:
    default = "active" if key == "status" else None
    shown = (default if value is ABSENT else value for value in values)
    return tuple(sorted((_flat(value) for value in shown), key=canonical))


def _flat(value: object) -> object:
    """``value`` as it may stand below ``values``: as text where it is nested too deep for that."""
    return canonical(value) if _depth(value) > _ROOM else value


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _entry(conflict: FieldConflict) -> dict[str, object]:
    if conflict.field == BODY and not conflict.values:
        return {"field": BODY}
    return {"field": conflict.field, "values": list(conflict.values)}


# writing


def _written(
    old: Document | None, mine: Document, yours: Document, body: str, wanted: _Wanted
) -> bytes | None:
    """A file that is read as ``wanted``, as near to both sides' texts as can be; None where none is."""
    for head in _heads(old, mine, yours, wanted):
        text = _joined(head, body)
        try:
            found = document.parse(text.encode("utf-8"))
            if found.problems:
                continue
            data = editing.edit(found.raw, _edits(found.meta, wanted.meta))
        except ValueError:
            continue  # a form that cannot be edited safely
        if _reads_as(data, wanted):
            data = _with_comments(data, old, mine, yours, wanted)
            return (BOM if mine.raw.startswith(BOM) else b"") + data
    return None


def _heads(old: Document | None, mine: Document, yours: Document, wanted: _Wanted) -> Iterator[str]:
    """Front matter to begin with, the best first: with what the lines of both sides give, ours, made anew."""
    one, other = _split(mine)[0], _split(yours)[0]
    newline = document.newline_of(mine.text)
    yield _merged_text(None if old is None else _split(old)[0], one, other, newline, markers=False)[0]
    yield one
    text = f"---\n{emitting.front_matter(wanted.meta)}---\n"
    yield text.replace("\n", newline)


def _joined(head: str, body: str) -> str:
    ended = not head or not body or head.endswith(("\n", "\r"))
    return head + ("" if ended else document.newline_of(head)) + body


def _edits(found: Meta, wanted: Meta) -> list[Edit]:
    gone = [Edit(key, "delete") for key in found if key not in wanted]
    return gone + [
        Edit(key, "set", value) for key, value in wanted.items() if key not in found or found[key] != value
    ]


def _reads_as(data: bytes, wanted: _Wanted) -> bool:
    found = document.parse(data)
    return not found.problems and found.meta == wanted.meta and found.body == wanted.body


def _with_comments(
    data: bytes, old: Document | None, mine: Document, yours: Document, wanted: _Wanted
) -> bytes:
    """``data`` with the lines of comment that a side has written and that have got lost, where they do no harm."""
    were = {comment for comment, _ in _comments(old)} if old else set()
    there = {comment for comment, _ in _comments(document.parse(data))}
    for comment, before in (*_comments(mine), *_comments(yours)):
        if comment in were or comment in there:
            continue
        there.add(comment)
        text = data.decode("utf-8")
        parts = document.split(text)
        root = document.tree(parts)
        if not parts.start:
            continue
        at = next(
            (parts.start + key.start for key, _ in (root.pairs if root else ()) if key.text == before),
            parts.end,
        )
        at = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
        changed = (text[:at] + comment + document.newline_of(text) + text[at:]).encode("utf-8")
        if _reads_as(changed, wanted):
            data = changed
    return data


def _comments(doc: Document) -> Iterator[tuple[str, str | None]]:
    """Each line of the front matter that is nothing but a comment, and the key that follows it."""
    if doc.problems:
        return
    parts = document.split(doc.text)
    root = document.tree(parts)
    spans = [] if root is None else list(_scalars(root))
    keys = [] if root is None else [(key.start, key.text) for key, _ in root.pairs]
    for line in _LINES.finditer(doc.text, parts.start, parts.end):
        at = line.start() - parts.start
        if _COMMENT.match(line[0]) and not any(low <= at < high for low, high in spans):
            yield line[0].strip(), next((key for start, key in keys if start > at), None)


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    if node.scalar:
        yield node.start, node.end
    for item in node.items:
        yield from _scalars(item)
    for _, value in node.pairs:
        yield from _scalars(value)
