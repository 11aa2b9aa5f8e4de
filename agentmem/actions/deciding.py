"""What a commit that took up changes made of a memory besides: an edit on trunk takes up what is pending, and decides."""

from collections.abc import Iterable
from typing import NamedTuple

from agentmem.actions.past import Past
from agentmem.model import applying, differences
from agentmem.model import changes as values
from agentmem.model.differences import FieldDifference


class Decided(NamedTuple):
    """The text as the changes alone make it, what was made of that, and whether it was decided that the memory stays."""

    ground: bytes
    fields: tuple[FieldDifference, ...]
    stays: bool


def decided(past: Past, path: str, old: str, new: str, taken: Iterable[str]) -> Decided | None:
    """What the commit that made the blob ``new`` of ``old`` did beyond taking up the changes ``taken``; None where that is all,
    or cannot be told.
    """
    files = [past.change_files.get(change) for change in taken]
    past.read([(path, old), (path, new), *(file for file in files if file)])
    before, after = past.text(path, old), past.text(path, new)
    parsed = [values.parse(past.text(*file) or b"")[0] if file else None for file in files]
    changes = [change for change in parsed if change is not None]
    if before is None or after is None or len(changes) < len(files):
        return None
    applied = applying.apply(before, changes)
    in_doubt = any(conflict.field == "status" for conflict in applied.conflicts)
    if in_doubt:  # what was to be retracted, and what was not: the one who decided took up the rest
        kept = [change for change in changes if "status" not in values.keys_of(change)]
        applied = applying.apply(before, kept)
    fields = differences.between(applied.data, after)
    stays = in_doubt and not any(field.name == "retracted" for field in fields)
    return Decided(applied.data, fields, stays) if fields or stays else None
