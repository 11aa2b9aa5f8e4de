"""The use of memories as it is known in this clone: read from what agents noted at the ends of their tasks.

A cold ``recall`` reads one file, which holds the sums of what the refs hold, and is made anew when they have moved on. Nothing
here counts that a memory was served as a use of it: what is shown is not shown more for that.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions.context import Context
from agentmem.git import tips
from agentmem.model.usage import Table, Use, day, written
from agentmem.store import cache

if TYPE_CHECKING:
    from agentmem.model.feedback import Event, Labelled

FILE = "use"
"""In the state folder: a line that names the format, where the refs stood, an empty line, a ``Table``."""
_FORMAT = b"agentmem use 2\n"


MOST_READ = 8_000_000
"""Bytes of lines: some 30,000 events, read in half a second. Twenty agents of four tasks a day write them in four months."""


class Usage(NamedTuple):
    """``uses`` by memory id; ``since`` is the first moment of which evidence is here (seconds UTC), None where there is none:
    then nothing can be called unused. ``days`` (``model.usage.day``) are those on which anything was served or used.
    """

    uses: Mapping[str, Use]
    since: int | None
    days: frozenset[int]


def at_hand(context: Context) -> Table | None:
    """The uses, for next to nothing; None where there are none, or where they would have to be read anew each time."""
    repository = context.repository
    standing = tips.standing(repository.common_dir, tips.STATES)
    if not standing:
        return None
    table = _kept(repository.common_dir, standing)
    if table is None and os.access(repository.common_dir, os.W_OK):
        table = refresh(context)
    return table


def load(context: Context) -> Usage:
    """What is known of the use of each memory; those that were never served are left out.

    Beside what agents noted at the ends of tasks it has when this clone served a memory last, whatever came of it.
    """
    repository = context.repository
    standing = tips.standing(repository.common_dir, tips.STATES)
    table = _kept(repository.common_dir, standing) if standing != tips.REFTABLE else None
    table = table or _summed(events(context))
    uses, since, days = table.all(), table.since, table.days()
    from agentmem.store import served

    for one, answer in served.answers(cache.state_folder(repository.common_dir), 0):
        if answer is None or not answer.shown:
            continue
        since = one.at if since is None else min(since, one.at)
        days.add(day(one.at))
        for identity in answer.shown:
            use = uses.get(identity, Use())
            uses[identity] = use._replace(last=max(use.last or 0, one.at))
    return Usage(uses, since, frozenset(days))


def refresh(context: Context) -> Table | None:
    """Read the refs, and keep the sums for who asks next; None where they hold nothing."""
    common_dir = context.repository.common_dir
    standing = tips.standing(
        common_dir, tips.STATES
    )  # before they are read: what moves meanwhile is read again
    if not standing:
        return None
    table = _summed(events(context))
    path = os.path.join(cache.state_folder(common_dir), FILE)
    temporary = f"{path}.{os.urandom(6).hex()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(_head(standing) + written(table.all(), table.since, table.days()))
        os.replace(temporary, path)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass
    return table


def events(context: Context) -> list["Event"]:
    """What agents noted and whose refs are in this clone: the newest of it, as far as it can be read in a moment."""
    from agentmem.git import folders, refs
    from agentmem.model import feedback

    repository = context.repository
    held = folders.read_all(repository, refs.commits(repository, tips.STATES), feedback.is_file)
    months = [
        (feedback.filed(name), ref, data) for ref, files in held.items() for name, data in files.items()
    ]
    found: list[Event] = []
    left = MOST_READ
    for _, _, data in sorted(months, key=lambda one: one[:2], reverse=True):
        left -= len(data)
        if left < 0:
            break
        found += feedback.parse(data)
    return found


def labelled(context: Context) -> list["Labelled"]:
    """Every answered question of which the end is known, with what of it was used and what misled, the earliest first.

    Tasks that were reopened and memories that were retracted since count as this view has them.
    """
    from agentmem.model import feedback

    view = context.index.view()
    failed: dict[str, int] = {}
    retracted = []
    for position, identity in enumerate(view.columns.ids):
        if view.status(position) == "retracted":
            retracted.append(identity)
        for task in view.reopened_by(position):
            failed[task] = max(failed.get(task, 0), view.created(position) or 0)
    return feedback.labelled(events(context), failed, retracted)


def _summed(found: list["Event"]) -> Table:
    from agentmem.model import feedback

    since = min((one.at for one in found), default=None)
    return Table(written(feedback.uses(found), since, {day(one.at) for one in found}))


def _head(standing: bytes) -> bytes:
    return _FORMAT + standing + b"\n"


def _kept(common_dir: str, standing: bytes) -> Table | None:
    """What was summed of the refs as they stand."""
    try:
        with open(os.path.join(cache.state_folder(common_dir), FILE), "rb") as file:
            data = file.read()
    except OSError:
        return None
    head = _head(standing)
    return Table(data[len(head) :]) if data.startswith(head) else None
