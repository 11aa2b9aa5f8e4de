"""Files of a view that somebody has to look at: not to be read, of one id with others, left undecided by a merge."""

from agentmem.errors import Ambiguous
from agentmem.index.catalog import UNSETTLED
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import ids


def unsettled(index: Index, view: View) -> dict[int, list[str]]:
    """The memories of the view's own in whose files a merge has left two values, by position, with the fields."""
    found: dict[int, list[str]] = {}
    for field, row in index.knowledge.all_named(UNSETTLED):
        for position in view.positions_of(row):
            if position not in view.foreign and view.shown[position]:
                found.setdefault(position, []).append(field)
    return dict(sorted(found.items()))


def tell_broken(index: Index, view: View) -> None:
    """Note the files that cannot be read as memories: an answer has nothing of them."""
    broken = sorted(path for path, _ in view.columns.broken)
    if broken:
        more = f" and {len(broken) - 1:,} more" if len(broken) > 1 else ""
        index.notes.once(
            f"no answer has {index.place.name}/{broken[0]}{more}, which cannot be read: agentmem check"
        )


def with_its_id(view: View, position: int) -> list[int]:
    """The positions of the view's own files that have the id of the one at ``position`` and say something else, itself first."""
    blobs = {view.columns.blobs[position]: position}
    for other in view.with_id(view.columns.ids[position]):
        if other not in view.foreign and position not in view.foreign:
            blobs.setdefault(view.columns.blobs[other], other)
    return list(blobs.values())


def demand_one(index: Index, view: View, position: int, reference: str) -> int:
    """``position``, where a write that names it by ``reference`` can be meant for no other file.

    Raises:
        Ambiguous: several files have its id; one of them can be named by its path.

    """
    found = with_its_id(view, position)
    if len(found) > 1 and ids.is_prefix(reference.lower()):
        places = " · ".join(f"{index.place.name}/{view.columns.paths[i]}" for i in found[:4])
        raise Ambiguous(
            f"{reference} is the id of {len(found)} files: agentmem check", f"name one by its path: {places}"
        )
    return position
