"""The index as a thing of its own: what it holds, and making it anew."""

from typing import NamedTuple

from agentmem.actions.context import Context


class IndexStatus(NamedTuple):
    """``documents`` are the blobs of this view; ``indexed_total`` all blobs whose words were ever indexed and are kept;
    ``missing`` those of the view that are scanned at each question.
    """

    documents: int
    indexed_total: int
    missing: int
    engine: str
    folder: str | None


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
    )


def rebuild(context: Context) -> None:
    """Drop the index and learn everything anew; the memories are files, and stay.

    Raises:
        Contended: somebody else is writing it.

    """
    context.index.drop()
