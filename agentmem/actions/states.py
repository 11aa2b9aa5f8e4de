"""What each agent keeps for itself on a ref of its own, outside the tree: it goes to the other clones as claims do.

A ref holds a commit of a folder of files. One agent may write in two clones that do not see each other: the two become one.
"""

import re
from collections.abc import Iterable

from agentmem.errors import Contended, GitFailed, NotWritable
from agentmem.git import folders, history, joins, refs, tips
from agentmem.git.repository import Repository

NAMESPACE = tips.STATES
MOST_NAME = 180
"""Characters of a ref's last part: a file may have 255, and git adds to it."""
PART, KEPT = 65_536, 524_288
"""Bytes of a file of lines from which on a new one is begun, so that what each commit writes anew stays small; and of all such
files of an agent, beyond which the oldest are taken away."""
TRIES = 5
"""How often lines are added again where somebody else was faster."""
_PART = re.compile(rb"(?:[a-z]+)-([0-9]{4}-[0-9]{2})(?:\.([0-9]{1,4}))?\.jsonl")
Move = tuple[str, str, str | None]
"""A ref below a namespace, the commit that it is to have, the one that it has (None: it is not there)."""


def ref_of(agent: str) -> str:
    """The ref of an agent, whatever its name: what a ref, or a file on any system, cannot be called is written as ``%XX``."""
    plain = "".join(
        char
        if char.isascii() and (char.islower() or char.isdigit() or char in "-_")
        else "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in agent
    )
    if len(plain) > MOST_NAME:
        import hashlib

        digest = hashlib.sha256(agent.encode("utf-8", "surrogateescape")).hexdigest()
        plain = f"{plain[: MOST_NAME - 20]}-{digest[:16]}"
    return f"{NAMESPACE}/{plain}"


def append(repository: Repository, agent: str, kind: str, month: str, lines: bytes, at: int) -> bool:
    """Add ``lines`` to the file ``kind`` of a month (``2026-02``) on an agent's ref, at the moment ``at`` (seconds UTC); False
    where others moved it each time.

    Raises:
        NotWritable, Contended, GitFailed: it cannot be written.

    """
    ref = ref_of(agent)
    for _ in range(TRIES):
        old = folders.tip(repository, ref)
        entries = folders.listed(repository, old) if old else {}
        number = max(
            (_number(name) for name in entries if name.startswith(f"{kind}-{month}".encode())), default=0
        )
        known = entries.get(_name(kind, month, number))
        if known is not None and known.size + len(lines) > PART:
            number, known = number + 1, None
        data = folders.content(repository, known.oid) if known is not None else b""
        data = data if not data or data.endswith(b"\n") else data + b"\n"
        blob = folders.written(repository, data + lines)
        entries[_name(kind, month, number)] = folders.Listed(b"100644", b"blob", blob, len(data + lines))
        new = folders.commit(repository, _thinned(entries), old, at, f"{kind} {month}")
        if refs.swap(repository, ref, new, old):
            return True
    return False


def _name(kind: str, month: str, number: int) -> bytes:
    return f"{kind}-{month}{f'.{number}' if number else ''}.jsonl".encode("ascii")


def _number(name: bytes) -> int:
    found = _PART.fullmatch(name)
    return int(found[2] or 0) if found else 0


def _thinned(entries: dict[bytes, folders.Listed]) -> dict[bytes, folders.Listed]:
    """``entries`` without the oldest files of lines where there is too much of them."""
    parts = [(found[1], int(found[2] or 0), name) for name in entries if (found := _PART.fullmatch(name))]
    total, gone = 0, set()
    for *_, name in sorted(parts, reverse=True):
        total += entries[name].size
        if total > KEPT:
            gone.add(name)
    return {name: one for name, one in entries.items() if name not in gone}


def settle(repository: Repository, tracking: Iterable[str]) -> int:
    """Take up what a remote has, as last fetched below ``tracking``; of how many agents there was something new."""
    taken = 0
    ours = refs.commits(repository, NAMESPACE)
    for folder in tracking:
        for name, theirs in refs.commits(repository, folder).items():
            try:
                now = _after(repository, ours.get(name), theirs)
                if now is not None and refs.swap(repository, f"{NAMESPACE}/{name}", now, ours.get(name)):
                    ours[name] = now
                    taken += 1
            except (Contended, GitFailed, NotWritable):
                continue  # what others put there is not trusted; the claims go on
    return taken


def _after(repository: Repository, mine: str | None, theirs: str) -> str | None:
    """What our ref is to hold now; None where it has that already."""
    if mine == theirs or (mine and history.comes_before(repository, theirs, mine)):
        return None
    if mine is None or history.comes_before(repository, mine, theirs):
        return theirs
    return joins.joined(repository, mine, theirs)


def moves(repository: Repository, tracking: str, home: str) -> list[Move]:
    """What a remote has not got yet, below its folder ``home``, which was last fetched to below ``tracking``."""
    there = refs.commits(repository, tracking)
    return [
        (f"{home}/{name}", commit, there.get(name))
        for name, commit in refs.commits(repository, NAMESPACE).items()
        if there.get(name) != commit
    ]
