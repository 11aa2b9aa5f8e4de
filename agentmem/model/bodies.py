r"""Edits of a body as hunks: made from two texts, written as a unified diff, found again in a text that has moved on.

Lines are split at ``\n`` alone. A hunk is found by what it takes away and the line on either side of it; the rest of its
context tells which of several places is meant.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.model import threeway
from agentmem.model.patience import Hunk

CONTEXT = 3
"""Lines of context at least, where the text has them; more where fewer would fit in two places."""

END = "--"
"""Closes a diff whose last line ends in white space, which a reader of the file would strip."""

MAX_WORK = 1_000_000
"""Lines of context that are compared to find one place; of a text of one line repeated, fewer for each."""

_HEADER = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@.*")


class Run(NamedTuple):
    """One place that an edit changes: ``removed`` stands at ``line`` (from 0) of the old text, ``added`` takes its place.

    ``before`` and ``after`` are the unchanged lines around it, up to the next run; empty at the text's start or end.
    """

    line: int
    before: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    after: tuple[str, ...]
    is_last: bool

    @property
    def text(self) -> str:
        """The run as a piece of a diff."""
        context = [f" {line}" for line in self.before[-CONTEXT:]]
        changed = [f"-{line}" for line in self.removed] + [f"+{line}" for line in self.added]
        return "\n".join([*context, *changed, *(f" {line}" for line in self.after[:CONTEXT])])


class BodyEdit(NamedTuple):
    """What one change makes of a body. ``whole``: the one run has all of the text before and after, and decides all of it."""

    runs: tuple[Run, ...]
    diff: str
    whole: bool = False


def lines_of(body: str) -> list[str]:
    """The lines of a body; none of an empty one."""
    return body.split("\n") if body else []


def make(old: str, new: str, whole: bool = False) -> BodyEdit:
    """The edit that turns ``old`` into ``new``."""
    before, after = lines_of(old), lines_of(new)
    if whole:
        hunks = [Hunk(0, len(before), 0, len(after))]
        return parse(_unified(before, after, hunks, 0), whole=True)
    hunks = threeway.diff(before, after)
    context = CONTEXT
    while context < len(before) and not _is_clear(before, hunks, context):
        context *= 2
    return parse(_unified(before, after, hunks, context))


def _is_clear(old: Sequence[str], hunks: Sequence[Hunk], context: int) -> bool:
    """Whether what each hunk shows of ``old`` stands there once."""
    for low, high in _spans(old, hunks, context):
        block = list(old[low:high])
        if not block:
            continue
        starts = [i for i, line in enumerate(old) if line == block[0]]
        if sum(list(old[i : i + len(block)]) == block for i in starts[:1000]) > 1:
            return False
    return True


def _spans(old: Sequence[str], hunks: Sequence[Hunk], context: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for hunk in hunks:
        low, high = max(hunk.low - context, 0), min(hunk.high + context, len(old))
        if spans and low <= spans[-1][1]:
            spans[-1] = spans[-1][0], high
        else:
            spans.append((low, high))
    return spans


def _unified(old: Sequence[str], new: Sequence[str], hunks: Sequence[Hunk], context: int) -> str:
    out: list[str] = []
    shift = 0
    left = list(hunks)
    for low, high in _spans(old, hunks, context):
        body: list[str] = []
        at, start = low, low + shift
        while left and left[0].low <= high and left[0].high <= high:
            hunk = left.pop(0)
            body += [f" {line}" for line in old[at : hunk.low]]
            body += [f"-{line}" for line in old[hunk.low : hunk.high]]
            body += [f"+{line}" for line in new[hunk.new_low : hunk.new_high]]
            at = hunk.high
            shift += (hunk.new_high - hunk.new_low) - (hunk.high - hunk.low)
        body += [f" {line}" for line in old[at:high]]
        olds, news = high - low, high + shift - start
        out.append(f"@@ -{_place(low, olds)} +{_place(start, news)} @@")
        out += body
    if out and out[-1] != out[-1].rstrip():
        out.append(END)
    return "\n".join(out)


def _place(start: int, count: int) -> str:
    return f"{start + 1 if count else start},{count}"


def parse(diff: str, whole: bool = False) -> BodyEdit:
    """The edit that a unified diff says.

    Raises:
        ValueError: it is none, or ends too early.

    """
    lines = diff.split("\n")
    runs: list[Run] = []
    at = 0
    while at < len(lines) and lines[at] != END:
        header = _HEADER.fullmatch(lines[at])
        if header is None:
            raise ValueError(f"{lines[at][:60]!r} begins no hunk: @@ -LINE,COUNT +LINE,COUNT @@")
        at += 1
        olds, news = (1 if header[n] is None else int(header[n]) for n in (2, 4))
        first = int(header[1]) - (1 if olds else 0)
        marked: list[tuple[str, str]] = []
        while olds > 0 or news > 0:
            if at >= len(lines):
                raise ValueError("the last hunk ends too early")
            mark, text = (lines[at][:1] or " "), lines[at][1:]
            if mark not in " +-":
                raise ValueError(f"{lines[at][:60]!r} is no line of a hunk")
            olds -= mark != "+"
            news -= mark != "-"
            marked.append((mark, text))
            at += 1
        if olds or news:
            raise ValueError("a hunk has other counts than it says")
        runs += _runs(first, marked)
    return BodyEdit(tuple(runs), diff, whole)


def _runs(first: int, marked: Sequence[tuple[str, str]]) -> list[Run]:
    runs: list[Run] = []
    line, at = first, 0
    before: list[str] = []
    while at < len(marked):
        if marked[at][0] == " ":
            before.append(marked[at][1])
            at, line = at + 1, line + 1
            continue
        start = line
        removed: list[str] = []
        added: list[str] = []
        while at < len(marked) and marked[at][0] != " ":
            (removed if marked[at][0] == "-" else added).append(marked[at][1])
            line += marked[at][0] == "-"
            at += 1
        end = at
        while end < len(marked) and marked[end][0] == " ":
            end += 1
        after = tuple(text for _, text in marked[at:end])
        runs.append(
            Run(start, tuple(before), tuple(removed), tuple(added), after, is_last=end == len(marked))
        )
        before = []
    if not runs and marked:  # all context: a text that was decided to stay as it is
        texts = tuple(text for _, text in marked)
        runs.append(Run(first, (), texts, texts, (), is_last=True))
    return runs


SETTLED = -1
"""What a run says stands there already."""


def locate(text: Sequence[str], run: Run, low: int = 0, shift: int = 0, known: bool = False) -> int | None:
    """Where in ``text``, from line ``low`` on, ``run`` applies; ``SETTLED`` where it says nothing new.

    None where it fits nowhere, or in two places equally well. ``shift`` is how far the text around has moved;
    ``known`` whether the run before said nothing new, so that of two readings that fit alike this one does neither.
    """
    near = run.line + shift
    if not known and low <= near <= len(text) and _fits(text, run, run.removed, near):
        end = near + len(run.removed)
        if _context(text, run, near, end, MAX_WORK) == _context_at_most(run):
            return near  # nothing fits better, and nothing that fits as well is nearer
    olds = _places(text, run, run.removed, low)
    news = _places(text, run, run.added, low)
    if not olds:
        return SETTLED if news else None
    best = max(score for score, _ in olds)
    places = sorted((abs(at - near), at) for score, at in olds if score == best)
    best_new = max((score for score, _ in news), default=-1)
    if best_new > best:
        return SETTLED
    if known and any(score == best and abs(at - near) <= places[0][0] for score, at in news):
        return SETTLED
    if len(places) > 1 and places[0][0] == places[1][0]:
        return None
    return places[0][1]


def _places(text: Sequence[str], run: Run, block: Sequence[str], low: int) -> list[tuple[int, int]]:
    """``(lines of context that fit, place)`` of everywhere that ``block`` stands with the run's nearest lines around it."""
    if not run.before:
        starts: Sequence[int] = [0] if low == 0 else []
    elif block:
        starts = [i for i in range(low, len(text) - len(block) + 1) if text[i] == block[0]]
    else:
        starts = [i + 1 for i in range(max(low - 1, 0), len(text)) if text[i] == run.before[-1]]
    found = [at for at in starts if _fits(text, run, block, at)]
    most = MAX_WORK // (len(found) or 1)
    return [(_context(text, run, at, at + len(block), most), at) for at in found]


def _fits(text: Sequence[str], run: Run, block: Sequence[str], at: int) -> bool:
    """Whether ``block`` stands at line ``at`` with the nearest lines of ``run`` on either side of it."""
    end = at + len(block)
    if tuple(text[at:end]) != tuple(block):
        return False
    if not (at and text[at - 1] == run.before[-1] if run.before else at == 0):
        return False
    return end < len(text) and text[end] == run.after[0] if run.after else end == len(text)


def _context(text: Sequence[str], run: Run, at: int, end: int, most: int) -> int:
    """How many lines around ``at`` to ``end`` fit those around ``run``; at most ``most`` are looked at on either side."""
    score = 0
    for distance in range(1, min(len(run.before), most) + 1):
        if at < distance or text[at - distance] != run.before[-distance]:
            break
        score += 1
    else:  # the text began there too
        score += run.line == len(run.before) == at
    for distance, line in enumerate(run.after[:most]):
        if end + distance >= len(text) or text[end + distance] != line:
            break
        score += 1
    else:
        score += run.is_last and len(run.after) < CONTEXT and end + len(run.after) == len(text)
    return score


def _context_at_most(run: Run) -> int:
    begins, ends = run.line == len(run.before), run.is_last and len(run.after) < CONTEXT
    return len(run.before) + len(run.after) + begins + ends
