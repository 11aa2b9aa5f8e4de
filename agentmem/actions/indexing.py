"""The index as a thing of its own: what it holds, and making it anew."""

from typing import NamedTuple

from agentmem.actions.context import Context


class IndexStatus(NamedTuple):
    """``documents`` are the blobs of this view; ``indexed_total`` all blobs whose words were ever indexed and are kept;
    ``missing`` those of the view that are scanned at each question; ``embedded`` those that have a vector, None where the arm
    by meaning is off or has no model.
    """

    documents: int
    indexed_total: int
    missing: int
    engine: str
    folder: str | None
    embedded: int | None = None


def status(context: Context) -> IndexStatus:
    """What the index holds for this view, brought up to date first as any question does."""
    index = context.index
    view = index.view()
    held, engine = index.held()
    return IndexStatus(
        documents=len(view.positions),
        indexed_total=len(held),
        missing=sum(row not in held for row in view.positions),
        engine=engine,
        folder=index.knowledge.folder,
        embedded=_embedded(context),
    )


def rebuild(context: Context) -> None:
    """Drop the index and learn everything anew; the memories are files, and stay.

    Raises:
        Contended: somebody else is writing it.

    """
    context.index.drop()


def embed(context: Context) -> None:
    """Give each memory of this view a vector; who is stopped keeps what is done.

    Raises:
        ConfigError: the arm by meaning is off, has no model, or the model fails.

    """
    from agentmem.actions import meaning
    from agentmem.semantic.port import Unavailable

    arm = meaning.for_filling(context)
    view = context.index.view()
    try:
        told = arm.begin_anew_if_other()
        arm.fill(context.index, view, range(len(view)), progress=context.progress)
    except Unavailable as problem:
        raise meaning.no_vectors(problem) from None
    if told:
        context.index.notes.append(told)
    try:
        arm.vectors.join()
    except OSError:
        pass  # nothing can be written: the vectors were of use to nobody, and no answer depends on them


def _embedded(context: Context) -> int | None:
    arm = context.meaning
    if arm is None:
        return None
    blobs = set(context.index.view().columns.blobs)
    return len(blobs) - len(arm.vectors.missing(list(blobs)))
