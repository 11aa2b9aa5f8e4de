"""The bodies that several changes make, woven into one: each edit is kept by the lines of base that it stands for.

A version is a list of edits of base that do not touch. Edits of several versions that touch make a region; in a region the
version counts that holds all that the others hold there, and where there is none the region is a clash.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from agentmem.model import bodies
from agentmem.model.bodies import SETTLED, Run
from agentmem.model.changes import Change

Side = tuple[frozenset[str], tuple[str, ...]]
"""What one version says of a region: the changes that made it, and its lines."""


class Span(NamedTuple):
    """Base's lines ``low`` to ``high`` read ``lines``; ``units`` are the changes that made it so, ``clash`` the sides of a region
    that is not settled, whose ``lines`` are base's.
    """

    low: int
    high: int
    lines: tuple[str, ...]
    units: frozenset[str]
    clash: tuple[Side, ...] = ()


class Version(NamedTuple):
    """One text as edits of base; ``lost`` has what found no place, ``ended`` the changes whose lost parts were decided since."""

    spans: tuple[Span, ...] = ()
    lost: Mapping[str, str] = {}
    ended: frozenset[str] = frozenset()


class Clash(NamedTuple):
    """A region of the body of which several say different things; ``base`` is what is shown."""

    base: str
    units: frozenset[str]
    sides: tuple[tuple[frozenset[str], str], ...]


class Woven(NamedTuple):
    """The text, what is not settled of it, and the changes that made it."""

    text: str
    clashes: tuple[Clash, ...]
    lost: Mapping[str, str]
    units: frozenset[str]


class Weave:
    """The body of base and the changes of it with their order: ``before`` gives what a writer saw, ``heads`` the last of some."""

    def __init__(
        self,
        base: str,
        changes: Mapping[str, Change],
        before: Callable[[str], frozenset[str]],
        heads: Callable[[Collection[str]], list[str]],
    ) -> None:
        self.base = tuple(bodies.lines_of(base))
        self._changes = {i: change for i, change in changes.items() if change.body is not None}
        self._before, self._heads = before, heads
        self._made: dict[str, Version] = {}

    def woven(self) -> Woven:
        """The body with all changes."""
        version = self._together(self._changes)
        text = "\n".join(self._text(version))
        clashes = tuple(
            Clash(
                "\n".join(span.lines),
                span.units,
                tuple((units, "\n".join(lines)) for units, lines in span.clash),
            )
            for span in version.spans
            if span.clash
        )
        units = frozenset(unit for span in version.spans for unit in span.units)
        return Woven(text, clashes, version.lost, units)

    def _together(self, among: Collection[str]) -> Version:
        """The version with the changes ``among``, which has with each of them all that its writer saw."""
        ordered = sorted(among, key=lambda i: (len(self._before(i)), i))
        for identity in ordered:  # the earlier ones first, so that nothing recurses deeper than once
            if identity not in self._made:
                earlier = [i for i in self._before(identity) if i in self._changes]
                self._made[identity] = self._after(self._merged(earlier), self._changes[identity])
        return self._merged(list(among))

    def _merged(self, among: Collection[str]) -> Version:
        versions = [self._made[head] for head in self._heads(among)]
        if not versions:
            return Version()
        return versions[0] if len(versions) == 1 else self._merge(versions)

    # -- one change

    def _after(self, version: Version, change: Change) -> Version:
        edit = change.body
        assert edit is not None
        if edit.whole:
            return self._decided(version, change)
        low = shift = 0
        known = False
        lost: list[str] = []
        for run in edit.runs:
            text = self._text(version)
            at = bodies.locate(text, run, low, shift, known)
            known = at == SETTLED
            if at is None:
                lost.append(run.text)
            elif known:
                shift += len(run.added) - len(run.removed)
            else:
                version = self._replace(version, at, run, change.id)
                low = at + len(run.added)
                shift = low - run.line - len(run.removed)
        if lost:
            version = version._replace(lost={**version.lost, change.id: "\n".join(lost)})
        return version

    def _decided(self, version: Version, change: Change) -> Version:
        """The version after a change that says what the whole text is."""
        assert change.body is not None
        text = tuple(self._text(version))
        run = change.body.runs[0] if change.body.runs else Run(0, (), (), (), (), True)
        if text not in (run.removed, run.added):
            return version._replace(lost={**version.lost, change.id: change.body.diff})
        units = frozenset({change.id, *self._before(change.id)})
        span = Span(0, len(self.base), run.added, units)
        return Version((span,), {}, version.ended | frozenset(version.lost) | units)

    def _replace(self, version: Version, at: int, run: Run, unit: str) -> Version:
        """``version`` with ``run.added`` in the place of the visible lines that ``run`` takes away from line ``at`` on."""
        end = at + len(run.removed)
        kept: list[Span] = []
        touched: list[tuple[int, int, Span]] = []
        lows, highs = [], []
        base_at = seen = 0
        for span in (*version.spans, None):
            stop = len(self.base) if span is None else span.low
            first, last = seen, seen + stop - base_at  # visible lines that are base's own
            if first <= at <= last:
                lows.append(base_at + at - first)
            if first <= end <= last:
                highs.append(base_at + end - first)
            if span is None:
                break
            stands = last, last + len(span.lines)
            if stands[0] <= end and stands[1] >= at:
                touched.append((*stands, span))
            else:
                kept.append(span)
            base_at, seen = span.high, stands[1]
        text = self._text(version)
        start = min([at, *(first for first, _, _ in touched)])
        finish = max([end, *(last for _, last, _ in touched)])
        new = Span(
            low=min([*lows, *(span.low for *_, span in touched)]),
            high=max([*highs, *(span.high for *_, span in touched)]),
            lines=(*text[start:at], *run.added, *text[end:finish]),
            units=frozenset({unit}).union(*(span.units for *_, span in touched)),
            # only who takes lines away that are not settled decides them; what is put in does not
            clash=tuple(
                side
                for first, last, span in touched
                if at == end or last <= at or end <= first
                for side in span.clash
            ),
        )
        return version._replace(spans=tuple(sorted((*kept, new), key=lambda span: span.low)))

    def _text(self, version: Version) -> list[str]:
        out: list[str] = []
        at = 0
        for span in version.spans:
            out += self.base[at : span.low]
            out += span.lines
            at = span.high
        return out + list(self.base[at:])

    # -- several versions

    def _merge(self, versions: Sequence[Version]) -> Version:
        spans = []
        for low, high in _regions([span for version in versions for span in version.spans]):
            sides: dict[frozenset[str], tuple[tuple[str, ...], tuple[Side, ...]]] = {}
            for version in versions:
                inside = [span for span in version.spans if low <= span.low and span.high <= high]
                units = frozenset(unit for span in inside for unit in span.units)
                sides[units] = self._region(inside, low, high), _clash_of(inside)
            spans.append(self._settled(low, high, sides))
        ended = frozenset(unit for version in versions for unit in version.ended)
        lost = {
            unit: text for version in versions for unit, text in version.lost.items() if unit not in ended
        }
        return Version(tuple(spans), lost, ended)

    def _settled(
        self,
        low: int,
        high: int,
        sides: Mapping[frozenset[str], tuple[tuple[str, ...], tuple[Side, ...]]],
    ) -> Span:
        most = [units for units in sides if not any(units < other for other in sides)]
        every = frozenset(unit for units in most for unit in units)
        if len(most) == 1:
            lines, clash = sides[most[0]]
            return Span(low, high, lines, every, clash)
        texts = {sides[units][0] for units in most}
        if len(texts) == 1 and not any(sides[units][1] for units in most):
            return Span(low, high, texts.pop(), every)
        clash = tuple(
            sorted(
                {side for units in most for side in self._sides(units, *sides[units], low, high)},
                key=lambda side: (sorted(side[0]), side[1]),
            )
        )
        return Span(low, high, self.base[low:high], every, clash)

    def _sides(
        self, units: frozenset[str], lines: tuple[str, ...], clash: tuple[Side, ...], low: int, high: int
    ) -> tuple[Side, ...]:
        """What one version brings into a clash: what it could not settle itself, and what it says besides."""
        return clash if clash and lines == self.base[low:high] else (*clash, (units, lines))

    def _region(self, spans: Sequence[Span], low: int, high: int) -> tuple[str, ...]:
        out: list[str] = []
        for span in spans:
            out += self.base[low : span.low]
            out += span.lines
            low = span.high
        return (*out, *self.base[low:high])


def _regions(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The ranges of base that ``spans`` cover, those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted((span.low, span.high) for span in spans):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found


def _clash_of(spans: Sequence[Span]) -> tuple[Side, ...]:
    return tuple(side for span in spans for side in span.clash)
