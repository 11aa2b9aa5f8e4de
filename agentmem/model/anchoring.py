"""Where a cited text is now: the verdicts on citations.

The order is that of certainty: the text in its place, the line diff between the cited commit and now, the same text elsewhere,
the symbol, text that is alike. A text that is not unique is followed through the diff only and never guessed.
"""

from collections.abc import Callable

from agentmem.model import alikeness, tracing
from agentmem.model.evidence import MAX_HOLDING, Case, Files, Spot, SymbolLike
from agentmem.model.memory import Citation
from agentmem.model.pages import Page
from agentmem.model.shifting import changed_in
from agentmem.model.tracing import Pages
from agentmem.model.verdict import CHANGED, GONE, MOVED, OK, UNVERIFIABLE, Found, Place

__all__ = ["CHANGED", "GONE", "MOVED", "OK", "UNVERIFIABLE", "Files", "Found", "Pages", "Place", "locate"]

ALIKE, ALIKE_LONG, LONG = 0.75, 0.65, 200
"""How alike a text must be to be the cited one, changed, where nothing but that points to it; and the characters from which
on it may be less.

``benchmarks/anchoring.py --likeness``: of changed texts so many are that alike to what they were, of deleted ones so many are
to something else in the tree: at .75 under 40 characters 44 and 12 %, under 200 59 and 15 %; at .65 longer ones 87 and 16 %.
"""
ALIKE_MAPPED = 0.4
"""The same where the diff says that it stands in the cited text's place."""
NEAR = 8
"""Lines within which a text that the cited file held several times must stand from such as it held once."""
MAX_VOUCHING = 3
"""Lines looked for in the cited commit."""
MOSTLY = 0.5
"""Share of the text's characters from which on what the diff kept of it decides, before other places are looked at."""


def locate(cite: Citation, files: Files, pages: Pages | None = None) -> Found:
    """Where the text of ``cite`` is now; ``pages`` is kept by the caller for all citations of one run, whatever their commits.

    Never raises but what ``files`` raises.
    """
    if not (cite.lines or cite.symbol or cite.hash or cite.quote):
        return _file(cite, files)
    case = Case(cite, files, pages or Pages())
    if not (cite.hash or cite.quote) and case.origin is None:
        return _nameless(case)
    if not case.wanted.known and not case.wanted.digest:
        return _nameless(case)
    return _in_place(case) or _searched(case)


def _file(cite: Citation, files: Files) -> Found:
    if files.now(cite.path) is not None:
        return Found(OK, cite.path, similarity=1.0)
    there = [path for path in files.renamed(cite.path) if files.now(path) is not None]
    return Found(MOVED, there[0], similarity=1.0) if there else Found(GONE)


def _nameless(case: Case) -> Found:
    """A citation that keeps no text: a symbol is ok while it is there, lines cannot be checked."""
    cite = case.cite
    for path, page in [*([(cite.path, case.here)] if case.here else []), *case.renamed]:
        symbol = _named(case, path, page)
        if symbol and not cite.lines:
            return Found(OK if path == cite.path else MOVED, path, symbol.start, symbol.end, 1.0)
    if case.here is None and not case.renamed:
        return Found(GONE)
    return Found(GONE) if cite.symbol and not cite.lines else Found(UNVERIFIABLE)


def _in_place(case: Case) -> Found | None:
    page = case.here
    if page is None or case.first is None or case.last is None:
        return None
    if not page.has(case.first - 1):
        return None
    low, high = page.within(case.first, case.last)
    lines = page.lines[low:high]
    by_commit = not (case.cite.hash or case.cite.quote)
    if not (tuple(lines) == case.wanted.lines if by_commit else case.is_text(lines)):
        return None
    ok = Found(OK, case.cite.path, case.first, case.last, 1.0)
    if low == high or page is case.past:
        return ok
    places = page.places(case.told._replace(lines=tuple(lines)))
    if len(places) == 1 or case.past is None or case.origin is None or case.trace is None:
        return ok
    # one of several in this file: the diff says whether it is this one
    went = case.trace.whole(*case.origin)
    if went == (low, high):
        return ok
    if went and _sure(case, case.trace):
        return case.found(MOVED, Spot(case.cite.path, page, *went))
    return case.doubtful([Spot(case.cite.path, page, *place) for place in places])


def _searched(case: Case) -> Found:
    if not case.wanted.known and case.wanted.lines is None:
        return _by_symbol(case) or (Found(UNVERIFIABLE) if case.here else Found(GONE))
    if case.wanted.lines == ():
        return Found(UNVERIFIABLE)
    part = None
    if case.trace and case.here and case.origin:
        went = case.trace.whole(*case.origin)
        if went:
            spot = Spot(case.cite.path, case.here, *went)
            if _sure(case, case.trace):
                return case.found(MOVED, spot)
            elsewhere = _elsewhere(case) if case.origin[0] in case.trace.moved else None
            return elsewhere or case.doubtful(
                [Spot(case.cite.path, case.here, *place) for place in case.here.places(case.wanted)]
            )
        part = changed_in(case.trace, case.origin)
        if part and part.share >= MOSTLY:
            changed = _changed(case, Spot(case.cite.path, case.here, part.low, part.high))
            if changed.similarity >= MOSTLY or not case.here.places(case.wanted):
                return changed
            # what the diff has paired with a line or two of the text is another's: the whole may stand beside it
            whole = _elsewhere(case)
            return whole if whole and (whole.verdict, whole.path) == (MOVED, case.cite.path) else changed
    elsewhere = _renamed_whole(case) or _elsewhere(case)
    if elsewhere:
        return elsewhere
    symbol = _by_symbol(case)
    if symbol:
        return symbol
    if part and case.here:
        spot = Spot(case.cite.path, case.here, part.low, part.high)
        if alikeness.alike(case.wanted.known, spot.lines) >= ALIKE_MAPPED:
            return _changed(case, spot)
    return _by_diff(case) or _by_likeness(case) or _lingering(case) or Found(GONE)


def _lingering(case: Case) -> Found | None:
    """Where a text that is too common to be told from others may still be: one of several was taken out, and nothing says which,
    or it went to a file that did not hold it.
    """
    spots = []
    if case.trace and case.here and case.origin:
        _, _, low, high = _neighbours(case.trace, *case.origin)
        spots += [
            Spot(case.cite.path, case.here, *place)
            for place in case.here.places(case.wanted)
            if low < place[0] and place[1] <= high
        ]
    if not case.wanted.strong:
        if len(case.holding) > MAX_HOLDING:
            return case.doubtful(_places(case, case.holding))
        spots += [spot for spot in _places(case, case.holding) if not _held(case, spot)]
    return case.doubtful(spots) if spots else None


def _sure(case: Case, trace: tracing.Trace) -> bool:
    """Whether the diff's word can be taken for a text that is kept whole in its file.

    It is when the text is unique on both sides, or stands once between the nearest lines around it that are, and the
    comparison from the other end says the same. A block that was moved must have taken such lines with it.
    """
    assert case.origin is not None
    low, high = case.origin
    if low in trace.moved:
        return _enclosed(case, trace)
    places, new_places = trace.old.places(case.wanted), trace.new.places(case.wanted)
    if len(places) == 1 and len(new_places) == 1:
        return True
    if not _once_between(trace, low, high, places, new_places):
        return False
    other = case.pages.trace(trace.old, trace.new, backwards=True).whole(low, high)
    return other is None or other == trace.whole(low, high)


def _once_between(
    trace: tracing.Trace,
    low: int,
    high: int,
    places: list[tuple[int, int]],
    new_places: list[tuple[int, int]],
) -> bool:
    """Whether the text stands once, on both sides, between the nearest lines that both texts have once and in order."""
    start, end = trace.image[low], trace.image[high - 1] + 1
    before, after, new_before, new_after = _neighbours(trace, low, high)
    if len(places) > 1 and max(low - before, after - high, start - new_before, new_after - end) > NEAR:
        return False
    once = [place for place in places if before < place[0] and place[1] <= after]
    new_once = [place for place in new_places if new_before < place[0] and place[1] <= new_after]
    return len(once) == 1 and len(new_once) == 1


def _neighbours(trace: tracing.Trace, low: int, high: int) -> tuple[int, int, int, int]:
    """The nearest lines around a place that both texts have once and in order: before and after it, in the old and in the new."""
    old = trace.old.lines

    def fixed(at: int) -> bool:
        return trace.image[at] >= 0 and at not in trace.moved and tracing.only(trace.old, trace.new, old[at])

    before = next((at for at in range(low - 1, -1, -1) if fixed(at)), -1)
    after = next((at for at in range(high, len(old)) if fixed(at)), len(old))
    new_before = trace.image[before] if before >= 0 else -1
    new_after = trace.image[after] if after < len(old) else len(trace.new.lines)
    return before, after, new_before, new_after


def _renamed_whole(case: Case) -> Found | None:
    """The same lines of the same file where that went to another folder as it was, whatever other files are its copies."""
    if case.here is not None or case.past is None or case.origin is None:
        return None
    name = case.cite.path.rpartition("/")[2]
    went = [
        (path, page)
        for path, page in case.renamed
        if path.rpartition("/")[2] == name and page.lines == case.past.lines
    ]
    return case.found(MOVED, Spot(*went[0], *case.origin)) if len(went) == 1 else None


def _elsewhere(case: Case) -> Found | None:
    """The same text in another place."""
    wanted = case.wanted
    looked = [*([(case.cite.path, case.here)] if case.here else []), *case.renamed]
    if wanted.strong:
        if len(case.holding) > MAX_HOLDING:
            return case.doubtful(_places(case, looked + case.holding))
        looked += case.holding
    spots = _places(case, looked)
    fresh = [spot for spot in spots if not _held(case, spot)]
    if not fresh:
        # without the commit's text, that other files had it then does not tell which is meant
        return None
    followed = [spot for spot in fresh if _followed(case, spot)]
    if len(followed) == 1:
        return case.found(MOVED, followed[0])
    if len(spots) == 1 and (lack := case.lack(spots[0])):
        return case.doubtful(spots, lack)
    if len(spots) == 1 and wanted.strong and (case.past is None or case.origin is None or case.alone):
        return case.found(MOVED, spots[0])
    return case.doubtful(fresh if len(fresh) > 1 else spots)


def _places(case: Case, looked: list[tuple[str, Page]]) -> list[Spot]:
    return [Spot(path, page, low, high) for path, page in looked for low, high in page.places(case.wanted)]


def _held(case: Case, spot: Spot) -> bool:
    """Whether the place held the text in the cited commit already, and it is not the cited one that was moved there."""
    trace = case.trace_of(spot.path, spot.page)
    held = trace.held(spot.low, spot.high) if trace else None
    return held is not None and not (spot.path == case.cite.path and held == case.origin)


def _followed(case: Case, spot: Spot) -> bool:
    """Whether a block larger than the cited text went to the place, or the file did under another name."""
    if case.origin is None:
        return False
    trace = case.trace if spot.path == case.cite.path else case.trace_to(spot.path, spot.page)
    if trace is None or trace.whole(*case.origin) != (spot.low, spot.high):
        return False
    return _enclosed(case, trace) or (_is_renamed(case, spot, trace) and _sure(case, trace))


def _is_renamed(case: Case, spot: Spot, trace: tracing.Trace) -> bool:
    """Whether the place's file is the cited one under another name: that is gone, this is new, the diff names it, and most of the
    lines are kept. Then the diff's word counts as within one file.
    """
    if case.here is not None or case.trace_of(spot.path, spot.page) is not None:
        return False
    kept = sum([at >= 0 for at in trace.image])
    return any(path == spot.path for path, _ in case.renamed) and kept >= len(trace.image) * MOSTLY


def _enclosed(case: Case, trace: tracing.Trace) -> bool:
    """Whether lines that went with the text, above it and below, tell that it is this one: they stood nowhere else in the
    cited commit's tree. An end of both files is as good.
    """
    assert case.origin is not None
    low, high = trace.run(*case.origin)
    above = trace.old.lines[low : case.origin[0]][::-1]
    below = trace.old.lines[case.origin[1] : high]
    first, last = trace.image[low], trace.image[high - 1]
    for lines, at_end in (
        (above, low == first == 0),
        (below, high == len(trace.old.lines) and last + 1 == len(trace.new.lines)),
    ):
        telling = [line for line in lines if tracing.only(trace.old, trace.new, line)][:MAX_VOUCHING]
        if not at_end and not any(case.vouches(line) for line in telling):
            return False
    return True


def _changed(case: Case, spot: Spot) -> Found:
    return case.found(CHANGED, spot, _alike(case, spot))


def _alike(case: Case, spot: Spot) -> float:
    """Never quite 1: the texts differ."""
    return _rated(case, spot.lines)


def _rated(case: Case, lines: list[str]) -> float:
    if case.wanted.lines is None and case.told.quoted.tail:
        head, tail = map(len, case.told.quoted)
        lines = lines[:head] + lines[-tail:] if len(lines) > head + tail else lines
    return min(0.99, alikeness.alike(case.wanted.known, lines))


def _by_diff(case: Case) -> Found | None:
    """What is left of the text in the files that the diff names."""
    if case.origin is None:
        return None
    best: tuple[float, Spot] | None = None
    for path, page in case.renamed:
        trace = case.trace_to(path, page)
        part = changed_in(trace, case.origin) if trace else None
        if part:
            spot = Spot(path, page, part.low, part.high)
            value = _alike(case, spot)
            if (part.share >= MOSTLY or value >= ALIKE_MAPPED) and (best is None or value > best[0]):
                best = value, spot
    return case.found(CHANGED, best[1], best[0]) if best else None


def _named(case: Case, path: str, page: Page) -> SymbolLike | None:
    """The symbol of the cited name, where there is one such and its lines are in the text."""
    if not case.cite.symbol:
        return None
    named = [
        symbol
        for symbol in case.files.symbols(path, page.text)
        if symbol.name == case.cite.symbol and 1 <= symbol.start <= symbol.end <= len(page.raw)
    ]
    return named[0] if len(named) == 1 else None


def _by_symbol(case: Case) -> Found | None:
    """The symbol of the same name: the part of it that is most like the text, or all of it."""
    if not case.cite.symbol:
        return None
    for path, page in [*([(case.cite.path, case.here)] if case.here else []), *case.renamed]:
        symbol = _named(case, path, page)
        if symbol is None:
            continue
        low, high = page.within(symbol.start, symbol.end)
        if low == high:
            continue
        whole = Spot(path, page, low, high)
        size = case.told.most or len(case.wanted.known)
        if case.wanted.known and size < (high - low) * 0.7:
            inside = alikeness.nearest(case.wanted.known, size, page, _inside(whole))
            if inside and inside[0] > _alike(case, whole):
                return _changed(case, whole._replace(low=inside[1], high=inside[2]))
        return _changed(case, whole)
    return None


def _inside(spot: Spot) -> Callable[[int, int], bool]:
    return lambda low, high: spot.low <= low and high <= spot.high


def _by_likeness(case: Case) -> Found | None:
    """The place most like the text, among lines that did not stand there in the cited commit."""
    wanted = case.wanted
    if wanted.lines is None and not wanted.quoted.head:
        return None
    best: tuple[float, Spot] | None = None
    bar = ALIKE_LONG if len("\n".join(wanted.known)) >= LONG else ALIKE
    size = len(wanted.lines) if wanted.lines is not None else max(len(wanted.known), wanted.most or 0)
    for path, page in [
        *([(case.cite.path, case.here)] if case.here else []),
        *case.renamed,
        *case.holding[:5],
    ]:
        trace = case.trace_of(path, page)

        def new_here(low: int, high: int, trace: tracing.Trace | None = trace) -> bool:
            return trace is None or sum([at < 0 for at in trace.origin[low:high]]) * 2 >= high - low

        near = alikeness.nearest(wanted.known, size, page, new_here, lambda lines: _rated(case, list(lines)))
        if near:
            spot = Spot(path, page, near[1], near[2])
            value = _alike(case, spot)
            if value >= bar and (best is None or value > best[0]):
                best = value, spot
    if best and case.wanted.lines == tuple(best[1].lines):
        return case.doubtful([best[1]])  # the same text, too short to say that it is this one
    if best and (lack := case.lack(best[1])):
        return case.doubtful([best[1]], lack)
    return case.found(CHANGED, best[1], best[0]) if best else None
