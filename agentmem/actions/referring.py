"""The one memory that a reference names where a verb goes on with it: what is archived has to be brought back first."""

from agentmem.actions import selecting
from agentmem.errors import NotFound
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import ids


def one(index: Index, view: View, reference: str) -> int:
    """The position of the one memory of the index's ``view`` that ``reference`` names; see ``selecting.by_reference``.

    Raises:
        NotFound: none, and where it is archived, that; Ambiguous: several.

    """
    try:
        return selecting.by_reference(index, view, reference)
    except NotFound:
        if gone := archived(index, reference):
            raise gone from None
        raise


def archived(index: Index, reference: str) -> NotFound | None:
    """What to say where ``reference``, an id or the start of one, names what is archived; the view has that from now on."""
    prefix = reference.lower()
    if not ids.is_prefix(prefix) or not index.is_at_hand:  # as of another revision nothing is brought back
        return None
    index.include_archived()
    view = index.view()
    if not any(i in view.archived for i in view.with_id(prefix)):
        return None
    return NotFound(f"{reference} is archived", f"agentmem restore {reference}, then try again")
