"""A verdict on a citation: what the code says now of the text that a memory rests on."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

OK, MOVED, CHANGED, GONE, UNVERIFIABLE = "ok", "moved", "changed", "gone", "unverifiable"
ALL = (OK, MOVED, CHANGED, GONE, UNVERIFIABLE)
_BY_GRAVITY = (OK, MOVED, UNVERIFIABLE, GONE, CHANGED)
COMMIT, HISTORY, CONTENT, LFS = "commit", "history", "content", "lfs"
"""What a clone can lack to tell: the cited commit, all that is older than where a shallow clone ends, the content of a file that
it has not fetched or that is in a submodule, the content of which it has Git LFS's pointer.
"""


class Place(NamedTuple):
    """Lines of a file, from 1, both included; None: the file itself."""

    path: str
    first: int | None
    last: int | None


class Found(NamedTuple):
    """Where the cited text is now. ``similarity`` is 0 to 1; ``text`` is what stands there, for ``moved`` and ``changed``.

    ``then`` is what stood there, for ``changed``, where the cited commit tells. ``lack`` says, for
    ``unverifiable``, what this clone has not got that would tell; empty where that would not help.
    """

    verdict: str
    path: str | None = None
    first: int | None = None
    last: int | None = None
    similarity: float = 0.0
    ambiguous: bool = False
    candidates: tuple[Place, ...] = ()
    text: str = ""
    then: str = ""
    lack: str = ""


def worst(verdicts: Iterable[Found]) -> str | None:
    """What a reader must know of a memory with these verdicts; None where there are none."""
    return max((one.verdict for one in verdicts), key=_BY_GRAVITY.index, default=None)


def weight(verdicts: Sequence[Found], weights: Sequence[float]) -> float:
    """What evidence makes of a memory's score: the mean over its citations of ``weights``, which are in the order of ``ALL``."""
    return sum(weights[ALL.index(one.verdict)] for one in verdicts) / len(verdicts) if verdicts else 1.0
