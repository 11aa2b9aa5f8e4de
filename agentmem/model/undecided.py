"""What a merge left undecided in a memory's own file: the fields that its key ``conflicts`` names, and a body between markers."""

from collections.abc import Collection

from agentmem.model.document import Document
from agentmem.model.editing import Edit
from agentmem.model.fields import CONFLICTS

MARKERS = ("<<<<<<< ", ">>>>>>> ")


def fields_of(parsed: Document) -> set[str]:
    """The fields that are left to be decided, ``body`` among them."""
    left = parsed.meta.get(CONFLICTS)
    found = (
        {str(one.get("field")) for one in left if isinstance(one, dict)} if isinstance(left, list) else set()
    )
    return found if marked_line(parsed.body) is None else found | {"body"}


def marked_line(body: str) -> int | None:
    """Which line of ``body``, from 0, begins with the marker that opens two texts; None where none does."""
    if MARKERS[0] in body and MARKERS[1] in body:
        for number, text in enumerate(body.split("\n")):
            if text.startswith(MARKERS[0]):
                return number
    return None


def ended(parsed: Document, named: Collection[str]) -> list[Edit]:
    """What takes out of ``conflicts`` the fields ``named``: whoever edits them decides them."""
    left = parsed.meta.get(CONFLICTS)
    if not isinstance(left, list) or CONFLICTS in named:
        return []
    open_still = [one for one in left if not (isinstance(one, dict) and one.get("field") in named)]
    if len(open_still) == len(left):
        return []
    return [Edit(CONFLICTS, "set", open_still) if open_still else Edit(CONFLICTS, "delete")]
