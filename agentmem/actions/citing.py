"""Citing: from what a person names of the code to a citation with all that finds it again."""

import difflib
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.actions.saving import Refused
from agentmem.errors import NotFound, UsageError
from agentmem.evidence import trees
from agentmem.evidence.verifier import Verifier
from agentmem.git import code, history, revisions, rules
from agentmem.model import citing, generated, safety
from agentmem.model.citing import Spec
from agentmem.model.memory import Citation
from agentmem.model.pages import Page, Wanted
from agentmem.model.verdict import LFS
from agentmem.store import reading

COMMIT_DIGITS = 12
"""Of a commit's id: unambiguous in the largest repositories for years to come."""
LISTED = 6
"""Symbols or places named in a message."""
MAX_COUNTED = 20
"""Files looked into for the text that is cited: one more of them is doubt enough."""


class Cited(NamedTuple):
    """A citation as it will stand in a memory, and what its writer should know of it."""

    citation: Citation
    warnings: tuple[str, ...] = ()


def cite(context: Context, words: Sequence[str]) -> list[Cited]:
    """The citations that ``words`` (``PATH``, ``PATH:40-52``, ``PATH#SYMBOL``, ``PATH#SYMBOL:40-52``) ask for, paths being seen
    from the folder at hand.

    Raises:
        NotFound: no such file, symbol or lines; UsageError: outside the repository, ignored by git, binary; Refused: a secret.

    """
    verifier = _verifier(context)
    found = [_Citing(context, verifier, word).cited() for word in words]
    return list({one.citation: one for one in found}.values())


def cite_place(context: Context, path: str, first: int, last: int) -> Citation:
    """The citation of lines ``first`` to ``last`` of the file at ``path``, which is from the repository's top.

    Raises:
        Refused: a secret; see ``cite``.

    """
    return _Citing(context, _verifier(context), path).at(Spec(path, None, first, last)).citation


def cite_known(context: Context, path: str, first: int | None = None, last: int | None = None) -> Citation:
    """The citation of the file at ``path``, from the repository's top, or of its lines ``first`` to ``last``.

    Raises:
        NotFound: no such file or lines; Refused: a secret; UsageError: it is ignored by git, binary, blank.

    """
    one = _Citing(context, _verifier(context), path)
    if not one.is_there(path):
        raise NotFound(f"no file {_shown(path)}")
    return one.at(Spec(path, None, first, last)).citation


def _verifier(context: Context) -> Verifier:
    if context.repository.bare:
        saving.demand_writable(context, "")
    return context.verifier


class _Citing:
    """One word of the command line on its way to a citation."""

    def __init__(self, context: Context, verifier: Verifier, word: str) -> None:
        self.context, self.verifier, self.word = context, verifier, word
        self.tree, self.repository = verifier.tree, context.repository
        self.warnings: list[str] = []

    def cited(self) -> Cited:
        """The citation."""
        return self.at(self._resolved())

    def at(self, spec: Spec) -> Cited:
        """The citation of a place whose file is there."""
        text = self.tree.text(spec.path)
        if text is None:
            if spec.first is None and spec.symbol is None:
                return Cited(Citation(spec.path, commit=self._commit(spec.path, None)))
            if self.tree.lack(spec.path) == LFS:
                raise UsageError(
                    f"{_shown(spec.path)} is a pointer of Git LFS here: its content, which has the lines, is not in this clone",
                    "git lfs pull",
                )
            raise UsageError(
                f"{_shown(spec.path)} is binary or larger than {trees.MAX_TEXT // 1_048_576 + 1} MiB: it has no lines to cite",
                f"agentmem cite ID {_shown(spec.path)}   (the file itself)",
            )
        self._tell_generated(spec.path, text)
        if spec.first is None and spec.symbol is None:
            return Cited(Citation(spec.path, commit=self._commit(spec.path, text)), tuple(self.warnings))
        symbol, first, last = self._range(spec, text)
        lines = citing.split(text)[first - 1 : last]
        normal = citing.normalise(lines)
        if not normal:
            raise UsageError(
                f"{self._place(spec.path, first, last)} holds empty lines alone: nothing to know it by"
            )
        for _, name in safety.secrets("\n".join(lines)):
            raise Refused(
                f"not cited: {self._place(spec.path, first, last)} looks like a secret ({name}), and a memory would keep it",
                f"cite the lines around it, or the file alone: {_shown(spec.path)}",
            )
        self._tell_copies(spec, text, normal, first, last)
        citation = Citation(
            path=spec.path,
            symbol=symbol,
            lines=citing.write_range(first, last),
            commit=self._commit(spec.path, text),
            hash=citing.digest(lines),
            quote=citing.quote(lines),
        )
        return Cited(citation, tuple(self.warnings))

    # -- the file

    def _resolved(self) -> Spec:
        """What was meant: the likeliest reading whose file is there."""
        try:
            readings = citing.readings(self.word)
        except ValueError as error:
            raise UsageError(f"{self.word!r}: {error}") from None
        problem: Exception | None = None
        for spec in readings:
            try:
                path = self.context.from_top(spec.path)
            except UsageError as error:
                problem = problem or error
                continue
            if self.is_there(path):
                return spec._replace(path=path)
        # what we print names paths from the top, and is copied from there in whatever folder one is
        for spec in readings:
            if self.is_there(spec.path):
                return spec
        if problem is not None:
            raise problem
        raise self._missing(readings[0].path)

    def is_there(self, path: str) -> bool:
        """Whether the repository has a plain file at ``path``."""
        if not trees.inside(path) or self.tree.read(path) is None:
            return False
        self._refuse_ignored(path)
        return True

    def _missing(self, given: str) -> Exception:
        path = self.context.from_top(given)
        whole = os.path.join(self.repository.top, path)
        shown = _shown(path)
        if path == ".git" or path.startswith(".git/"):
            return UsageError(f"{shown} is in the git dir: it is no part of any commit")
        if os.path.islink(whole) or not reading.is_inside(self.repository.top, path):
            return UsageError(f"{shown} is, or leads over, a symbolic link", "cite the file that it leads to")
        if trees.inside(path) and (module := self.tree.module(path)):
            return UsageError(
                f"{shown} is in {_shown(module)}, which has a git dir of its own: a submodule or another worktree",
                "cite it there, or what uses it here",
            )
        if path == "." or os.path.isdir(whole):
            return UsageError(
                f"{shown} is a folder: cite a file in it",
                "what a memory is about is its scope: --scope 'GLOB'",
            )
        names = list(self.tree.files)
        base = path.rpartition("/")[2].casefold()
        same = [name for name in names if name.rpartition("/")[2].casefold() == base]
        near = same or difflib.get_close_matches(path, names, n=1, cutoff=0.6)
        hint = f"did you mean {_shown(near[0])}?" if near else None
        return NotFound(f"no file {shown} in {self.repository.top}", hint)

    def _refuse_ignored(self, path: str) -> None:
        if rules.ignored(self.repository.top, [path]) and not code.known_paths(self.repository, [path]):
            raise UsageError(
                f"{_shown(path)} is ignored by git: no other clone has it",
                "cite what it is made from, or git add --force it",
            )

    def _tell_generated(self, path: str, text: str) -> None:
        attribute = rules.attributes(self.repository.top, path, ["linguist-generated"]).get(
            "linguist-generated", ""
        )
        if why := generated.why_generated(path, text, attribute):
            self.warnings.append(f"{_shown(path)} is generated ({why}): cite what it is made from")

    # -- the lines

    def _range(self, spec: Spec, text: str) -> tuple[str | None, int, int]:
        """Symbol, first and last line."""
        from agentmem import symbols

        declared = self.verifier.sources.symbols(spec.path, text)
        total = len(citing.split(text))
        if spec.first is not None and spec.last is not None:
            if spec.last > total:
                raise NotFound(
                    f"{_shown(spec.path)} has {total:,} lines, so no {citing.write_range(spec.first, spec.last)}"
                )
            if spec.symbol is None:
                around = symbols.enclosing(declared, spec.first, spec.last)
                return (around.name if around else None), spec.first, spec.last
        named = symbols.named(declared, spec.symbol or "")
        if not named:
            raise self._no_symbol(spec, [one.name for one in declared])
        if spec.first is not None and spec.last is not None:
            within = [one for one in named if one.start <= spec.first and spec.last <= one.end]
            if not within:
                places = ", ".join(citing.write_range(one.start, one.end) for one in named[:LISTED])
                lines = citing.write_range(spec.first, spec.last)
                are = f"line {lines} is" if spec.first == spec.last else f"lines {lines} are"
                raise UsageError(
                    f"{are} not in {spec.symbol}, which is {places}",
                    f"{_shown(spec.path)}#{spec.symbol}   or without the symbol: {_shown(spec.path)}:{lines}",
                )
            return within[0].name, spec.first, spec.last
        if len(named) > 1:
            places = " ".join(
                f"{_shown(spec.path)}#{one.name}:{citing.write_range(one.start, one.end)}"
                for one in named[:LISTED]
            )
            raise UsageError(
                f"{_shown(spec.path)} declares {spec.symbol} {len(named)} times", f"one of: {places}"
            )
        return named[0].name, named[0].start, named[0].end

    def _no_symbol(self, spec: Spec, names: Sequence[str]) -> Exception:
        if not names:
            return NotFound(
                f"no symbols are known in {_shown(spec.path)}",
                f"cite the file: {_shown(spec.path)}     or lines of it: {_shown(spec.path)}:FIRST-LAST",
            )
        ends = {name.rpartition(".")[2]: name for name in names}
        near = difflib.get_close_matches(spec.symbol or "", [*names, *ends], n=1, cutoff=0.5)
        meant = f"did you mean {ends.get(near[0], near[0])}? " if near else ""
        some = " ".join(dict.fromkeys(names[:LISTED])) + (" …" if len(names) > LISTED else "")
        return NotFound(f"no symbol {spec.symbol} in {_shown(spec.path)}", f"{meant}symbols: {some}")

    def _place(self, path: str, first: int, last: int) -> str:
        return f"{_shown(path)}:{citing.write_range(first, last)}"

    def _tell_copies(self, spec: Spec, text: str, normal: Sequence[str], first: int, last: int) -> None:
        """Warn of a text that stands in several places: when the code moves, nothing may tell which of them is meant."""
        path, more = spec.path, "cite more lines" if spec.symbol else "cite more lines, or the symbol"
        wanted = Wanted(tuple(normal), citing.read_quote(""), None, None)
        telling = max(normal, key=len)
        places = []
        for other in [path, *self._others(path, telling)][:MAX_COUNTED]:
            held = text if other == path else self.tree.text(other)
            page = Page(held or "")
            places += [self._place(other, *page.numbered(*place)) for place in page.places(wanted)]
        if len(places) > 1:
            some = ", ".join(place for place in places if place != self._place(path, first, last))
            self.warnings.append(
                f"{self._place(path, first, last)} stands in {len(places)} places ({_cut(some)}):"
                f" {more}, so that it can be told when the code moves"
            )

    def _others(self, path: str, line: str) -> Iterator[str]:
        return (other for other in self.verifier.sources.lines.holding(self.tree, line) if other != path)

    # -- the commit

    def _commit(self, path: str, text: str | None) -> str | None:
        """The commit that holds the file line by line as it is: one that trunk has, where one does, since a branch's may be
        squashed away. ``text`` is None where the file is none that has lines.
        """
        head = self.repository.head
        if head is None:
            return None
        for commit in (*self._forks(head), head):
            past = self.verifier.sources.past(commit)
            if past is None:
                continue
            held = past.text(path)
            if past.blob(path) == self.tree.blob(path) or (
                held is not None and text is not None and _lines(held) == _lines(text)
            ):
                return commit[:COMMIT_DIGITS]
        return None

    def _forks(self, head: str) -> Iterator[str]:
        trunk = self.context.trunk
        if trunk is None or self.repository.branch == trunk:
            return
        for tip in revisions.trunk_tips(self.repository, trunk):
            base = history.merge_base(self.repository, tip, head)
            if base is not None:
                yield base


def _lines(text: str) -> list[str]:
    return [citing.normal(line) for line in citing.split(text)]


def _shown(path: str) -> str:
    return safety.one_line(path)


def _cut(text: str) -> str:
    return text if len(text) <= 120 else text[:119] + "…"
