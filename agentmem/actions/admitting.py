"""What a memory that was just added brings to the store: told to who wrote it, and never a reason to refuse it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agentmem.actions.context import Context
from agentmem.actions.write import Added
from agentmem.model import substance
from agentmem.model.memory import Memory

if TYPE_CHECKING:
    from agentmem.model.admission import Admission, Passage

NAMING = frozenset(["entity", "plan", "task"])
"""Kinds whose title is a name or an order: of these few words are enough."""
RULING = frozenset(["decision", "convention", "procedure", "deadend"])
"""Kinds that say what to do or not to do, often in general words."""
LISTED_TERMS = 60
"""Words of a memory beyond which it is no listing of a file's symbols, which are then not looked for."""


def thin(new: Memory) -> str | None:
    """Why ``new`` says nothing, one of ``substance``; None where it may say something, or needs not say much."""
    return None if new.kind in NAMING else substance.thin(new.title, new.body, rule=new.kind in RULING)


def judge(context: Context, added: Added, whole: bool = True) -> "Admission | None":
    """What speaks against ``added`` in the first place, and by how much; not ``whole``: its doubt alone, the figures may be left
    out, and None at once where nothing can be in doubt.
    """
    new = added.memory
    empty = thin(new)
    listing = not empty and substance.is_listing(f"{new.title}\n{new.body}")
    told = {found.memory.id for found in added.similar}
    near = [found.memory for found in added.near if found.memory.id not in told]
    if whole:
        near += [found.memory for found in added.similar]
    if not (whole or empty or near or new.cites or listing):
        return None
    from agentmem.model import admission

    fresh, said_by = admission.novelty(new, near)
    derivable, place = admission.derivable(new, _passages(context, new))
    if listing and place is None and (found := _listed(context, new)):
        derivable, place = 1.0, found
    worth = 0.0
    if whole and not empty:
        manager = context.manager
        weights = admission.weights(manager.keep if manager else {})
        worth = admission.worth(new, context.now, weights)
    doubt = why = None
    if empty:
        doubt, why = admission.THIN, empty
    elif said_by and said_by not in told:
        doubt, why = admission.KNOWN, said_by
    elif place:
        doubt, why = admission.IN_CODE, place
    return admission.Admission(round(worth, 2), round(fresh, 2), round(derivable, 2), doubt, why)


def _passages(context: Context, new: Memory) -> "Iterator[Passage]":
    """What ``new`` cites, as it stands in the code at hand."""
    if not new.cites:
        return
    from agentmem.model import citing
    from agentmem.model.admission import Passage

    verifier = context.verifier
    short = len(new.title.split()) + len(new.body.split()) <= LISTED_TERMS
    for cite in new.cites:
        text = verifier.tree.text(cite.path)
        if text is None:
            continue
        names = {cite.path, cite.path.rpartition("/")[2]}
        if short:
            for symbol in verifier.sources.symbols(cite.path, text):
                names |= {symbol.name, symbol.name.rpartition(".")[2]}
        lines: list[str] = []
        place = cite.path
        if cite.lines:
            first, last = citing.read_range(cite.lines)
            lines = citing.split(text)[first - 1 : last]
            place = f"{cite.path}:{cite.lines}"
        yield Passage(place, cite.symbol, lines, names)


def _listed(context: Context, new: Memory) -> str | None:
    """The folder whose files ``new`` lists and says nothing else of; None where it does not."""
    from agentmem.model import admission

    named = admission.named_files(f"{new.title}\n{new.body}")
    ends = tuple(f"/{name}" for name in named)
    found = [path for path in context.verifier.tree.files if f"/{path}".endswith(ends)]
    there = [name for name in named if any(f"/{path}".endswith(f"/{name}") for path in found)]
    folders = {path.rpartition("/")[0] for path in found}
    if len(folders) != 1 or len(there) < admission.FEWEST:
        return None
    folder = folders.pop()
    if not admission.lists(new, {*there, folder, folder.rpartition("/")[2]}):
        return None
    return f"{folder}/" if folder else "git ls-files"
