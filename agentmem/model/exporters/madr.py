"""Decisions as MADR files: numbered, with what replaced them as their status.

A file says in its last line which memory it is and a digest of what was written, so that a hand's edit is known and kept.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import citing, emitting, ids, safety, times
from agentmem.model.exporters.shown import Shown
from agentmem.model.memory import Citation

MARK = re.compile(rf"<!-- agentmem:madr ([{ids.ALPHABET}]{{{ids.LENGTH}}}) ([0-9a-f]{{16}}) -->[ \t]*\n?")
NUMBER = re.compile(r"(?:adr[-_]?)?(\d{1,8})[-_.]", re.IGNORECASE)
STATUSES = ("active", "proposed", "superseded", "expired", "retracted")
DIGITS = 4
NOTHING: Mapping[str, str] = MappingProxyType({})


class Written(NamedTuple):
    """One file: its name in the folder, its text, and the memory it is of."""

    name: str
    text: str
    memory: str


def files(
    decisions: Iterable[Shown], there: Mapping[str, str], records: Mapping[str, str] = NOTHING
) -> list[Written]:
    """The file of each decision. ``there`` has the texts of what the folder holds, by name: a decision that has a file keeps its
    name, a new one gets the next number, the oldest first. ``records`` are the files, by memory, that decisions were imported
    from: these are theirs, and get no other.
    """
    ordered = sorted(
        decisions, key=lambda one: (one.memory.created is None, one.memory.created or 0, one.memory.id)
    )
    names = {mark[1]: name for name, text in sorted(there.items()) if (mark := MARK.search(text))}
    names |= records
    last = max((int(match[1]) for name in there if (match := NUMBER.match(name))), default=0)
    for one in ordered:
        if one.memory.id not in names:
            last += 1
            names[one.memory.id] = f"{last:0{DIGITS}}-{_slug(one.memory.title) or one.memory.id}.md"
    replaced: dict[str, list[str]] = {}
    for one in ordered:
        if one.status in ("active", "expired"):
            for old in one.memory.supersedes:
                replaced.setdefault(old, []).append(one.memory.id)
    return [
        Written(names[one.memory.id], _text(one, names, replaced.get(one.memory.id, ())), one.memory.id)
        for one in ordered
        if one.memory.id not in records
    ]


def is_untouched(text: str) -> bool:
    """Whether a file is as an export wrote it."""
    mark = MARK.search(text)
    return mark is not None and not text[mark.end() :].strip() and _digest(text[: mark.start()]) == mark[2]


def _text(one: Shown, names: Mapping[str, str], successors: Sequence[str]) -> str:
    memory = one.memory
    head = f"status: {emitting.scalar(_status(one, names, successors))}\n"
    if memory.created is not None:
        head += f"date: {times.format_iso(memory.created)[:10]}\n"
    meta: dict[str, object] = {}
    if memory.by:
        meta["decision-makers"] = safety.one_line(memory.by)
    if memory.tags:
        meta["tags"] = [safety.one_line(tag) for tag in memory.tags]
    body = safety.clean(memory.body).strip("\n")
    if body and not re.match(r"#{1,6} ", body):
        body = f"## Decision Outcome\n\n{body}"
    parts = [f"# {safety.one_line(memory.title)}", body]
    more = [f"- Supersedes {_link(old, names)}" for old in memory.supersedes if old in names]
    more += [f"- About `{safety.one_line(pattern)}`" for pattern in memory.scope]
    more += [f"- Evidence: {_place(cite)}" for cite in memory.cites]
    if memory.retracted:
        more.insert(0, f"- Retracted: {safety.one_line(memory.retracted)}")
    if more:
        parts.append("## More Information\n\n" + "\n".join(more))
    text = (
        f"---\n{head}{emitting.front_matter(meta)}---\n"
        + "\n\n".join(part for part in parts if part)
        + "\n\n"
    )
    return f"{text}<!-- agentmem:madr {memory.id} {_digest(text)} -->\n"


def _status(one: Shown, names: Mapping[str, str], successors: Sequence[str]) -> str:
    if one.status == "superseded" and (known := [_link(new, names) for new in successors if new in names]):
        return f"superseded by {', '.join(known)}"
    return {"active": "accepted", "expired": "deprecated", "retracted": "deprecated"}.get(
        one.status, one.status
    )


def _link(identity: str, names: Mapping[str, str]) -> str:
    name = names[identity]
    number = NUMBER.match(name)
    return f"[ADR-{number[1] if number else name}]({name})"


def _place(cite: Citation) -> str:
    place = cite.path if cite.lines is None else f"{cite.path}:{cite.lines}"
    return f"`{safety.one_line(place)}`" + (f" {safety.one_line(cite.symbol)}" if cite.symbol else "")


def _digest(text: str) -> str:
    return hashlib.sha256(
        "\n".join(citing.normalise(text.split("\n"))).encode("utf-8", "replace")
    ).hexdigest()[:16]


def _slug(title: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    text = ""
    for word in re.findall(r"[a-z0-9]+", plain):
        if len(text) + len(word) > 60:
            break
        text = f"{text}-{word}" if text else word[:60]
    return text
