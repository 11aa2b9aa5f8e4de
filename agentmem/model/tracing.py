"""Which line of one text is which of another: anchors that both have once, the shortest edit between them, then moved blocks.

Lines that both texts have exactly once anchor the rest ("patience diff", B. Cohen); between two anchors the same is tried on
what lies there, then Myers' shortest edit. A block that was taken out and put in elsewhere is followed when a line that is
there only once says so.
"""

from collections.abc import Container, Sequence
from functools import cached_property

from agentmem.model import patience, threeway
from agentmem.model.pages import Page, is_strong
from agentmem.model.patience import Hunk, Lines

MAX_WORK = 1_000_000
"""Steps of Myers' edits in one comparison: half a second; what is left then counts as replaced."""


class Trace:
    """The way from the old text to the new one: ``image`` gives each old line's new place, -1 for none."""

    def __init__(self, old: Page, new: Page, image: list[int], moved: Container[int] = ()) -> None:
        """Take the image over; it is not to be changed after. ``moved`` are the old lines that were not kept in order."""
        self.old, self.new, self.image, self.moved = old, new, image, moved

    @cached_property
    def origin(self) -> list[int]:
        """Each new line's old place, -1 for none."""
        origin = [-1] * len(self.new.lines)
        for at, new_at in enumerate(self.image):
            if new_at >= 0:
                origin[new_at] = at
        return origin

    def whole(self, low: int, high: int) -> tuple[int, int] | None:
        """The one place where the old lines now stand, all and in order with nothing between; None when there is none."""
        return _straight(self.image, low, high)

    def held(self, low: int, high: int) -> tuple[int, int] | None:
        """The one place where the new lines stood, all and in order; None when they did not."""
        return _straight(self.origin, low, high)

    def run(self, low: int, high: int) -> tuple[int, int]:
        """The old lines around a ``whole`` place that went the same way."""
        image, shift = self.image, self.image[low] - low
        while low and image[low - 1] == low - 1 + shift:
            low -= 1
        while high < len(image) and image[high] == high + shift:
            high += 1
        return low, high

    def gap(self, at: int) -> Hunk:
        """The lines without an image around old line ``at``, and what stands there now."""
        low, high = at, at
        while low and self.image[low - 1] < 0:
            low -= 1
        while high < len(self.image) and self.image[high] < 0:
            high += 1
        new_low = self.image[low - 1] + 1 if low else 0
        new_high = self.image[high] if high < len(self.image) else len(self.new.lines)
        if new_low > new_high:  # the neighbours were moved apart: look on from the upper one
            new_high = new_low
        start = new_low
        while start < new_high and self.origin[start] >= 0:
            start += 1
        end = start
        while end < new_high and self.origin[end] < 0:
            end += 1
        return Hunk(low, high, start, end)


def _straight(places: list[int], low: int, high: int) -> tuple[int, int] | None:
    if low >= high or places[low] < 0:
        return None
    start = places[low]
    if places[low:high] != list(range(start, start + high - low)):
        return None
    return start, start + high - low


def trace(old: Page, new: Page) -> Trace:
    """Compare two versions of a text."""
    image = align(old.lines, new.lines)
    lost = [at < 0 for at in image]
    taken = set(image)
    fresh = [at not in taken for at in range(len(new.lines))]
    moved: dict[int, int] = {}
    if any(lost) and any(fresh):
        weak = _weak(old, new, image)
        for at in weak:
            lost[at], fresh[image[at]] = True, True
        moved = moves(old, new, lost, fresh)
        if moved:
            hit = {new_at: at for at, new_at in enumerate(image) if new_at >= 0}
            for new_at in moved.values():
                other = hit.get(new_at)
                if other is not None and other not in moved:
                    image[other] = -1
            for at, new_at in moved.items():
                image[at] = new_at
    return Trace(old, new, image, moved)


def trace_backwards(old: Page, new: Page) -> Trace:
    """The same from the texts' ends: where the two disagree, equal lines lie side by side and it is not known which is which."""
    image = align(old.lines[::-1], new.lines[::-1])
    last, new_last = len(old.lines) - 1, len(new.lines) - 1
    return Trace(
        old, new, [new_last - image[last - at] if image[last - at] >= 0 else -1 for at in range(last + 1)]
    )


def across(source: Page, left: Sequence[bool], target: Page, came: Sequence[bool]) -> Trace:
    """Where lines that ``left`` one file are among those that ``came`` into another."""
    image = [-1] * len(source.lines)
    moved = moves(source, target, left, came)
    for at, new_at in moved.items():
        image[at] = new_at
    return Trace(source, target, image, moved)


def align(old: Lines, new: Lines) -> list[int]:
    """The new place of each old line that was kept in order, -1 for the others."""
    image = [-1] * len(old)
    work = MAX_WORK
    waiting = [Hunk(0, len(old), 0, len(new))]
    while waiting:
        low, high, new_low, new_high = waiting.pop()
        while low < high and new_low < new_high and old[low] == new[new_low]:
            image[low] = new_low
            low, new_low = low + 1, new_low + 1
        while low < high and new_low < new_high and old[high - 1] == new[new_high - 1]:
            high, new_high = high - 1, new_high - 1
            image[high] = new_high
        if low == high or new_low == new_high:
            continue
        anchors = patience.anchors(old, new, Hunk(low, high, new_low, new_high))
        if anchors:
            for at, new_at in anchors:
                image[at] = new_at
                if at > low and new_at > new_low:
                    waiting.append(Hunk(low, at, new_low, new_at))
                low, new_low = at + 1, new_at + 1
            waiting.append(Hunk(low, high, new_low, new_high))
            continue
        edits = min(high - low + new_high - new_low, threeway.MAX_EDITS)
        work -= edits * edits // 2
        if work >= 0:
            _shortest(old, new, Hunk(low, high, new_low, new_high), image)
    return image


def _shortest(old: Lines, new: Lines, gap: Hunk, image: list[int]) -> None:
    low, high, new_low, new_high = gap
    at, new_at = low, new_low
    for hunk in threeway.diff(old[low:high], new[new_low:new_high]):
        while at < low + hunk.low:
            image[at] = new_at
            at, new_at = at + 1, new_at + 1
        at, new_at = low + hunk.high, new_low + hunk.new_high
    while at < high:
        image[at] = new_at
        at, new_at = at + 1, new_at + 1


def _weak(old: Page, new: Page, image: list[int]) -> list[int]:
    """Old lines whose run holds no line that both texts have once: equal by chance perhaps, so a moved block may claim them."""
    weak: list[int] = []
    at, size = 0, len(image)
    while at < size:
        if image[at] < 0:
            at += 1
            continue
        end = at + 1
        while end < size and image[end] == image[end - 1] + 1:
            end += 1
        if not any(only(old, new, line) for line in old.lines[at:end]):
            weak += range(at, end)
        at = end
    return weak


def only(old: Page, new: Page, line: str) -> bool:
    """Whether both texts have the line exactly once."""
    return len(old.index.get(line, ())) == 1 and len(new.index.get(line, ())) == 1


def moves(old: Page, new: Page, lost: Sequence[bool], fresh: Sequence[bool]) -> dict[int, int]:
    """Old lines among the lost that stand, as blocks long enough to be told, among the fresh."""
    once = _once(old.lines, lost)
    new_once = _once(new.lines, fresh)
    moved: dict[int, int] = {}
    taken: set[int] = set()
    for line, at in once.items():
        new_at = new_once.get(line, -1)
        if new_at < 0 or at in moved or new_at in taken:
            continue
        before = 0
        while (
            before < at
            and before < new_at
            and _free(old, new, lost, fresh, moved, taken, at - before - 1, new_at - before - 1)
        ):
            before += 1
        after = 1
        while (
            at + after < len(lost)
            and new_at + after < len(fresh)
            and _free(old, new, lost, fresh, moved, taken, at + after, new_at + after)
        ):
            after += 1
        if is_strong(old.lines[at - before : at + after]):
            for step in range(-before, after):
                moved[at + step] = new_at + step
                taken.add(new_at + step)
    return moved


def _free(
    old: Page,
    new: Page,
    lost: Sequence[bool],
    fresh: Sequence[bool],
    moved: dict[int, int],
    taken: Container[int],
    at: int,
    new_at: int,
) -> bool:
    return (
        lost[at]
        and fresh[new_at]
        and at not in moved
        and new_at not in taken
        and old.lines[at] == new.lines[new_at]
    )


def _once(lines: Lines, chosen: Sequence[bool]) -> dict[str, int]:
    """Lines that stand once among the chosen, with their place."""
    seen: dict[str, int] = {}
    for at, line in enumerate(lines):
        if chosen[at]:
            seen[line] = -1 if line in seen else at
    return {line: at for line, at in seen.items() if at >= 0}


class Pages:
    """The pages and traces of one run, each made once however many citations need it."""

    def __init__(self) -> None:
        """Begin with none."""
        self._pages: dict[str, Page] = {}
        self._traces: dict[tuple[Page, Page, bool], Trace] = {}

    def of(self, text: str | None) -> Page | None:
        """The page of ``text``."""
        if text is None:
            return None
        page = self._pages.get(text)
        if page is None:
            page = self._pages[text] = Page(text)
        return page

    def trace(self, old: Page, new: Page, backwards: bool = False) -> Trace:
        """``trace`` or ``trace_backwards`` from one page to another."""
        known = self._traces.get((old, new, backwards))
        if known is None:
            known = (trace_backwards if backwards else trace)(old, new)
            self._traces[old, new, backwards] = known
        return known
