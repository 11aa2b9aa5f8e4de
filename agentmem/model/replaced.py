"""Which lines of a cited text were taken out since, and which came in: what the quote left out is neither."""

from agentmem.model import citing, threeway
from agentmem.model.citing import CUT
from agentmem.model.memory import Citation
from agentmem.model.verdict import Found


def lines(cite: Citation, found: Found) -> tuple[list[str], list[str]]:
    """The lines that ``cite`` rests on and that are no longer there, and those that stand there beside what it rests on.

    Of a text that is known by its quote alone, what stands between the lines of the quote is not known to be new; where only
    that can have changed, both are empty.
    """
    old = _told(found.then or cite.quote or "")
    new = _told(found.text)
    now = [citing.normal(line) for line in new]
    then = [_written(citing.normal(line), now) for line in old]
    gone: list[str] = []
    came: list[str] = []
    for low, high, new_low, new_high in threeway.diff(then, now):
        cut = CUT in then[low:high]
        gone += [line for line, short in zip(old[low:high], then[low:high], strict=True) if short != CUT]
        came += [] if cut else new[new_low:new_high]
    return gone, came


def _told(text: str) -> list[str]:
    return [line for line in citing.split(text) if line.strip()]


def _written(quoted: str, now: list[str]) -> str:
    """A line of a quote; one that is cut as it is written now, where one begins so."""
    if quoted == CUT or not quoted.endswith(CUT):
        return quoted
    return next((line for line in now if citing.agrees(quoted, line)), quoted)
