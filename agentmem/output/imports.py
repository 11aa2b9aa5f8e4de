"""What an import did, would do, or has before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import ids, kinds, safety
from agentmem.output.text import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentmem.actions.discovering import Here
    from agentmem.actions.importing import Imported

Record = dict[str, object]

LISTED = 40
"""Lines of what would be added."""
FEW = 4
"""Paths up to which a command names them."""
ENDINGS = (".md", ".jsonl")
REASONS = 8
"""Lines of what was not taken, and of what differs."""


def as_text(result: Imported, dry_run: bool, detected: Sequence[str] = ()) -> str:
    """What an import did; before it is done, each memory that it would add."""
    verb = "would add" if dry_run else "added"
    head = f"{verb} {len(result.added):,}"
    if result.added:
        number = result.kinds
        head += f" ({', '.join(_counted(number[kind], kind) for kind in kinds.NAMES if kind in number)})"
    parts = [head]
    if result.changed:
        parts.append(f"{'updated' if result.updated else 'differ from the source'}: {len(result.changed):,}")
    if result.known:
        parts.append(f"known already: {len(result.known):,}")
    if result.archived:
        parts[-1] += f", {len(result.archived):,} of them archived (agentmem restore ID)"
    if result.skipped:
        parts.append(f"skipped: {len(result.skipped):,}")
    lines = [" · ".join(parts)]
    if detected:
        lines[0] = f"{', '.join(dict.fromkeys(detected))}: {lines[0]}"
    if result.changed and not result.updated:
        lines[0] += " (--update takes the source's text)"
    if dry_run:
        lines += [
            f'  {kind} "{safety.one_line(title)}" {safety.one_line(place)}'
            for _, kind, title, place in result.shown[:LISTED]
        ]
        if len(result.shown) > LISTED:
            lines.append(f"  {len(result.shown) - LISTED:,} more: --json has all")
    if not result.updated:
        lines += [
            f'  differs: {one[: ids.SHORT]} "{safety.one_line(title)}"'
            for one, title in result.differing[:REASONS]
        ]
        if len(result.differing) > REASONS:
            lines.append(f"  {len(result.differing) - REASONS:,} more differ: --json has all")
    for one, title in result.vanished[:REASONS]:
        over = f'if it is over: agentmem retract {one[: ids.SHORT]} --reason "…"'
        lines.append(f'  no longer there: {one[: ids.SHORT]} "{safety.one_line(title)}"; {over}')
    if len(result.vanished) > REASONS:
        lines.append(f"  {len(result.vanished) - REASONS:,} more are no longer there: --json has all")
    lines += [
        f"  {safety.one_line(skip.place)}: {safety.one_line(skip.reason)}"
        for skip in result.skipped[:REASONS]
    ]
    if len(result.skipped) > REASONS:
        lines.append(f"  {len(result.skipped) - REASONS:,} more: --json has all")
    if result.left:
        lines.append(
            f"the last commits alone were read; {result.left:,} older ones: agentmem import git-log HEAD"
        )
    if "git-log" in result.sources and result.added and not dry_run:
        lines.append("read out of messages, so proposed: look them through; merging them is accepting them")
    return "\n".join(lines) + "\n"


def _counted(number: int, kind: str) -> str:
    plural = {"entity": "entities", "log": "log entries"}.get(kind, kind + "s")
    return f"{number:,} {plural if number > 1 else 'log entry' if kind == 'log' else kind}"


def as_json(result: Imported) -> Record:
    """What an import did."""
    return {
        "schema": "agentmem/import/1",
        "added": list(result.added),
        "changed": list(result.changed),
        "known": list(result.known),
        "skipped": [
            {"place": safety.one_line(skip.place), "reason": safety.one_line(skip.reason)}
            for skip in result.skipped
        ],
        "sources": list(result.sources),
        "new": [
            {"id": one, "kind": kind, "title": safety.one_line(title), "place": safety.one_line(place)}
            for one, kind, title, place in result.shown
        ],
        "vanished": [one for one, _ in result.vanished],
        "unread": result.left,
    }


def sources_text(here: Sequence[Here], known: bool = False) -> str:
    """What there is to import, each as the command that does it; ``known``: something is here, if only what is in already."""
    if not here:
        what = "all that was found here is in already" if known else "nothing to import was found here"
        return f"{what}; what a path holds is looked at: agentmem import PATH --dry-run\n"
    lines = [f"agentmem import {_command(one)}   ({_size(one)})" for one in here]
    lines.append("look first: --dry-run")
    return "\n".join(lines) + "\n"


def next_steps(here: Sequence[Here]) -> list[str]:
    """What ``init`` says comes next: the import of what says most, and that there is more."""
    first, *others = here
    lines = [f"next    agentmem import {_command(first)}   (found {_size(first)})"]
    if others:
        lines.append(f"        also here: {', '.join(one.source for one in others)}; all: agentmem import")
    return lines


def _size(one: Here) -> str:
    """How much it is."""
    what = "message that gives a reason" if one.source == "git-log" else "file"
    number = (
        f"{one.files:,} messages that give a reason"
        if what != "file" and one.files != 1
        else count(one.files, what)
    )
    return f"{number}, about {rounded(one.tokens)} tokens"


def _command(one: Here) -> str:
    """The words that import it: its paths, folders with a slash at their end, where they are few."""
    if len(one.paths) > FEW:
        return one.source
    return " ".join(
        (one.source, *(_word(path if path.endswith(ENDINGS) else f"{path}/") for path in one.paths))
    )


def _word(path: str) -> str:
    import shlex

    return shlex.quote(safety.one_line(path))


def rounded(number: int) -> str:
    """``number`` to two digits: 31,000."""
    step = 10 ** max(len(str(number)) - 2, 0)
    return f"{round(number / step) * step:,}"


def sources_json(here: Sequence[Here]) -> Record:
    """The same as JSON."""
    return {
        "schema": "agentmem/import-sources/1",
        "sources": [
            {
                "source": one.source,
                "paths": [safety.one_line(path) for path in one.paths],
                "files": one.files,
                "tokens": one.tokens,
            }
            for one in here
        ],
    }
