"""One citation, what its caller can be asked about the files, and what follows from both: read lazily, each thing once."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from agentmem.model import citing, tracing
from agentmem.model.memory import Citation
from agentmem.model.pages import Page, Wanted
from agentmem.model.tracing import Pages, Trace
from agentmem.model.verdict import Found, Place

MAX_CANDIDATES = 5
"""Places told when it is not known which of them it is."""
MAX_RENAMED, MAX_HOLDING = 5, 30
"""Files looked into."""


class SymbolLike(Protocol):
    """A declaration as ``agentmem.symbols`` finds it: lines from 1, both included."""

    @property
    def name(self) -> str:
        """The qualified name."""

    @property
    def start(self) -> int:
        """The first line."""

    @property
    def end(self) -> int:
        """The last line."""


class Files(Protocol):
    """What the caller gives, for one cited commit and one present tree; each is asked only when it is needed."""

    def now(self, path: str) -> str | None:
        """The present text of a file; None: there is none, or it is binary."""

    def then(self, path: str) -> str | None:
        """The text it had in the cited commit; None: it had none, or the commit is not known."""

    def lack(self, path: str) -> str:
        """What this clone has not got to tell what the file was in the cited commit; empty where that is known, or none is
        cited.
        """

    def renamed(self, path: str) -> Sequence[str]:
        """Where the diff between the cited commit and now says that the file, or parts of it, went; the best first."""

    def holding(self, line: str) -> Sequence[str]:
        """Paths of the present tree whose text holds this normalised line."""

    def held(self, line: str) -> Sequence[str]:
        """Paths of the cited commit's tree whose text held this normalised line; none where the commit is not known."""

    def symbols(self, path: str, text: str) -> Sequence[SymbolLike]:
        """The symbols of a text."""


class Spot(NamedTuple):
    """Lines of a present file, as its page counts them."""

    path: str
    page: Page
    low: int
    high: int

    @property
    def lines(self) -> list[str]:
        """The normalised lines."""
        return self.page.lines[self.low : self.high]


class Case:
    """One citation before its files."""

    def __init__(self, cite: Citation, files: Files, pages: Pages) -> None:
        """Take the citation; nothing is read yet."""
        self.cite, self.files, self.pages = cite, files, pages
        self.first, self.last = _range(cite.lines)

    @cached_property
    def here(self) -> Page | None:
        """The cited file as it is now."""
        return self.pages.of(self.files.now(self.cite.path))

    @cached_property
    def past(self) -> Page | None:
        """The cited file as it was."""
        return self.pages.of(self.files.then(self.cite.path))

    @cached_property
    def told(self) -> Wanted:
        """The cited text as far as the citation itself tells."""
        quoted = citing.read_quote(self.cite.quote or "", self.cite.hash)
        whole = bool(quoted.head) and not quoted.tail
        cut = any(line.endswith(citing.CUT) for line in quoted.head)
        if self.cite.hash:
            whole = whole and citing.digest_normal(quoted.head) == self.cite.hash
        elif cut:
            whole = False
        most = None if self.first is None or self.last is None else self.last - self.first + 1
        return Wanted(quoted.head if whole else None, quoted, self.cite.hash, most)

    @cached_property
    def origin(self) -> tuple[int, int] | None:
        """Where the cited text stood in the cited commit; None where that is not known.

        Its lines may be those of an edited worktree: then it is the one place where the commit's file held the text.
        """
        if self.past is None:
            return None
        if self.first is not None and self.last is not None:
            low, high = self.past.within(self.first, self.last)
            if low < high and self.is_text(self.past.lines[low:high]):
                return low, high
        places = self.past.places(self.told)
        return places[0] if len(places) == 1 else None

    @cached_property
    def wanted(self) -> Wanted:
        """The cited text, whole where the cited commit has it."""
        if self.told.lines is None and self.past is not None and self.origin is not None:
            low, high = self.origin
            return self.told._replace(lines=tuple(self.past.lines[low:high]))
        return self.told

    def is_text(self, lines: Sequence[str]) -> bool:
        """Whether normalised lines are the cited text, as far as hash and quote tell; with neither, the commit's word counts."""
        if self.cite.hash and citing.digest_normal(lines) != self.cite.hash:
            return False
        return not self.cite.quote or citing.fits(self.told.quoted, lines)

    @cached_property
    def trace(self) -> Trace | None:
        """What became of the cited file's lines within it."""
        return self.pages.trace(self.past, self.here) if self.past and self.here else None

    @cached_property
    def renamed(self) -> list[tuple[str, Page]]:
        """The files that the diff names, with their pages."""
        paths = [path for path in self.files.renamed(self.cite.path) if path != self.cite.path]
        return self._read(paths[:MAX_RENAMED])

    @cached_property
    def holding(self) -> list[tuple[str, Page]]:
        """Other files that hold the text's most telling line; too many to look into count as none."""
        line = self.telling
        if line is None:
            return []
        known = {self.cite.path, *(path for path, _ in self.renamed)}
        paths = sorted({path for path in self.files.holding(line) if path not in known})
        return self._read(paths[: MAX_HOLDING + 1])

    @cached_property
    def telling(self) -> str | None:
        """The line of the text by which it is best found: the one of most different characters."""
        pages = [page for page in (self.past, self.here) if page]
        lines = self.wanted.lines or [line for line in self.told.known if not line.endswith(citing.CUT)]
        best, value = None, 0.0
        for line in dict.fromkeys(lines):
            times = max((len(page.index.get(line, ())) for page in pages), default=1)
            score = min(len(line), 80) * len(set(line)) / max(1, times)
            if score > value:
                best, value = line, score
        return best

    @cached_property
    def alone(self) -> bool:
        """Whether the cited commit's tree held the text just once."""
        if self.past is None or len(self.past.places(self.wanted)) != 1:
            return False
        return self.telling is not None and self._only_here(
            self.telling, lambda page: page.places(self.wanted)
        )

    def vouches(self, line: str) -> bool:
        """Whether the cited commit's tree held the line in the cited file only, and once."""
        return (
            self.past is not None
            and len(self.past.index.get(line, ())) == 1
            and self._only_here(line, lambda page: page.index.get(line))
        )

    def _only_here(self, line: str, places: Callable[[Page], object]) -> bool:
        paths = [path for path in self.files.held(line) if path != self.cite.path]
        if len(paths) > MAX_HOLDING:
            return False
        pages = [self.pages.of(self.files.then(path)) for path in paths]
        return not any(page and places(page) for page in pages)

    def _read(self, paths: Sequence[str]) -> list[tuple[str, Page]]:
        found = []
        for path in dict.fromkeys(paths):
            page = self.pages.of(self.files.now(path))
            if page is not None:
                found.append((path, page))
        return found

    def trace_of(self, path: str, page: Page) -> Trace | None:
        """What became within it of the lines that a present file had in the cited commit; None where it had none."""
        if path == self.cite.path:
            return self.trace
        past = self.pages.of(self.files.then(path))
        return self.pages.trace(past, page) if past else None

    def trace_to(self, path: str, page: Page) -> Trace | None:
        """Where lines of the cited file are among those that came into another."""
        if self.past is None:
            return None
        own = self.trace_of(path, page)
        if self.trace is None and own is None:
            return self.pages.trace(self.past, page)
        left = [at < 0 for at in self.trace.image] if self.trace else [True] * len(self.past.lines)
        came = [at < 0 for at in own.origin] if own else [True] * len(page.lines)
        return tracing.across(self.past, left, page, came)

    def spot(self, path: str, page: Page, place: tuple[int, int]) -> Spot:
        """A place with its file."""
        return Spot(path, page, *place)

    def place(self, spot: Spot) -> Place:
        """The lines as people count them: where the citation held empty lines at its ends, so does this."""
        before = after = 0
        if self.past and self.origin and self.first is not None and self.last is not None:
            before = self.past.numbers[self.origin[0]] - self.first
            after = self.last - self.past.numbers[self.origin[1] - 1]
            if before < 0 or after < 0:
                before = after = 0
        elif not self.past and self.wanted.lines is not None and self.told.most is not None:
            size = spot.page.numbers[spot.high - 1] - spot.page.numbers[spot.low] + 1
            after = max(0, self.told.most - size)
        return Place(spot.path, *spot.page.numbered(spot.low, spot.high, before, after))

    def found(self, verdict: str, spot: Spot, similarity: float = 1.0) -> Found:
        """The verdict for a place."""
        place = self.place(spot) if verdict == "moved" else Place(
            spot.path, *spot.page.numbered(spot.low, spot.high)
        )  # fmt: skip
        assert place.first is not None
        then = ""
        if verdict == "changed" and self.past and self.origin:
            then = self.past.written(*self.past.numbered(*self.origin))
        text = spot.page.written(place.first, place.last)
        return Found(verdict, *place, similarity=similarity, text=text, then=then)

    def doubtful(self, spots: Sequence[Spot], lack: str = "") -> Found:
        """The verdict where it cannot be told which place it is."""
        places = tuple(self.place(spot) for spot in spots[:MAX_CANDIDATES])
        return Found("unverifiable", ambiguous=len(spots) > 1, candidates=places, lack=lack)

    def lack(self, spot: Spot) -> str:
        """What is not here to tell whether a place in another file was like this in the cited commit already.

        Two services may hold the same function: when one of them deletes it, it has not gone to the other.
        """
        return "" if spot.path == self.cite.path else self.files.lack(spot.path)


def _range(lines: str | None) -> tuple[int | None, int | None]:
    try:
        return citing.read_range(lines) if lines else (None, None)
    except ValueError:
        return None, None
