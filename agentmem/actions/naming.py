"""What a name stands for: an entity, a path of the code, a symbol; an id comes before all of them (``selecting``).

The order is stated, and what else a name stands for is said: an entity by its title or an alias, then a path (also one that
a file had before), then a symbol that memories cite, then the end of one path alone. ``entity:``, ``file:`` and ``symbol:``
before it decide.
"""

import os
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from agentmem.actions import selecting
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import Ambiguous, UsageError
from agentmem.git.renames import Renames
from agentmem.model import kinds, safety, scopes
from agentmem.model.folding import folded

ENTITY, FILE, SYMBOL = "entity", "file", "symbol"
FORMS = (ENTITY, FILE, SYMBOL)
NEAR = 3
"""Names that are offered where there is no such one."""
COMPARED = 20_000
"""Names that are compared for it at most."""


class Named(NamedTuple):
    """Something by its name. ``names`` are an entity's, case folded; ``paths`` what a file is and was called, the present name
    first; ``also`` the other forms in which the name as it was ``asked`` for stands for something.
    """

    name: str
    form: str
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    pages: tuple[Found, ...] = ()
    also: tuple[str, ...] = ()
    asked: str = ""

    @property
    def aliases(self) -> tuple[str, ...]:
        """What else it is called."""
        known = dict.fromkeys(name for one in self.pages for name in (one.memory.title, *one.memory.aliases))
        return tuple(name for name in known if folded(name) != folded(self.name))


class Names:
    """The names that the memories of the view at hand give to things."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._index = context.index
        self._view = context.index.view()

    def resolve(self, reference: str) -> Named | None:
        """What ``reference`` stands for; None: nothing.

        Raises:
            Ambiguous: it is the end of several paths.

        """
        form, colon, rest = reference.partition(":")
        if colon and form in FORMS:
            return self._as(form, rest) or (self._former(rest) if form == FILE else None)
        found = [named for form in FORMS if (named := self._as(form, reference)) is not None]
        if found:
            return found[0]._replace(also=tuple(one.form for one in found[1:]), asked=reference)
        return self._former(reference) or self._by_its_end(reference)

    def also(self, reference: str) -> tuple[str, ...]:
        """The forms in which what is taken for an id stands for something else too."""
        return tuple(form for form in FORMS if self._as(form, reference) is not None)

    def near(self, reference: str) -> list[str]:
        """The names that look most like ``reference``."""
        import difflib

        known: dict[str, int] = {}
        for key in ("alias", "entity", "cite", "scope", "symbol"):
            for value, row in self._index.knowledge.all_named(key):
                if value not in known and self._is_shown(row) and len(known) < COMPARED:
                    known[value] = row
        wanted = folded(reference)
        found = difflib.get_close_matches(wanted, known, NEAR, 0.6)
        found += [one for one in known if one.rpartition("/")[2].startswith(wanted)]
        return [self._spelled(one, known[one]) for one in dict.fromkeys(found)][:NEAR]

    def _spelled(self, name: str, row: int) -> str:
        """A case-folded name as the memory of ``row`` writes it."""
        (memory,) = self._index.knowledge.memories([row]).values()
        symbols = [cite.symbol for cite in memory.cites if cite.symbol]
        written = (
            *(memory.title, *memory.aliases, *memory.entities, *symbols),
            *(symbol.rpartition(".")[2] for symbol in symbols),
            *(cite.path for cite in memory.cites),
            *map(scopes.normal, memory.scope),
        )
        return safety.one_line(next((one for one in written if folded(one) == name), name))

    def _is_shown(self, row: int) -> bool:
        shown = self._view.shown
        return any(shown[i] for i in self._view.positions_of(row))

    def _as(self, form: str, name: str) -> Named | None:
        if not name.strip():
            return None
        if form == ENTITY:
            return self._entity(name)
        return self._path(name) if form == FILE else self._symbol(name)

    def _entity(self, name: str) -> Named | None:
        wanted = folded(name)
        knowledge, view = self._index.knowledge, self._view
        number = kinds.NUMBER["entity"]
        pages = [
            i
            for _, row in knowledge.named("alias", [wanted])
            for i in view.positions_of(row)
            if view.shown[i] and view.columns.kinds[i] == number
        ]
        if not pages and not any(self._is_shown(row) for _, row in knowledge.named("entity", [wanted])):
            return None
        found = selecting.fetch(self._index, view, view.newest_first(dict.fromkeys(pages)))
        found = sorted(found, key=lambda one: folded(one.memory.title) != wanted)
        names = dict.fromkeys(
            [wanted, *(folded(one) for f in found for one in (f.memory.title, *f.memory.aliases))]
        )
        title = found[0].memory.title if found else name
        return Named(title, ENTITY, tuple(names), pages=tuple(found))

    def _symbol(self, name: str) -> Named | None:
        rows = self._index.knowledge.named("symbol", [folded(name)])
        return Named(name, SYMBOL, (folded(name),)) if any(self._is_shown(row) for _, row in rows) else None

    def _path(self, name: str) -> Named | None:
        for path in self._candidates(name):
            there = os.path.lexists(os.path.join(self._context.repository.top, path))
            if there or self._is_named(path):
                paths = self.all_names(path)
                return Named(paths[0], FILE, paths=paths)
        return None

    def _candidates(self, name: str) -> Iterable[str]:
        """The paths that ``name`` may be: from here, and from the top."""
        context = self._context
        for folder in (context.directory, context.repository.top):
            try:
                path = scopes.normal(context.from_top(os.path.join(folder, name)))
            except (UsageError, ValueError):
                continue
            if path not in (".", ""):
                yield path

    def _former(self, name: str) -> Named | None:
        """The file that was called ``name`` at some time, though no memory and no file is called so: git is asked."""
        if not name.strip() or not ("/" in name or "." in name):
            return None
        for path in self._candidates(name):
            if self._history.now(path) != path:
                paths = self._ever(path, self._history.now(path))
                return Named(paths[0], FILE, paths=paths)
        return None

    def _is_named(self, path: str) -> bool:
        """Whether a memory is about ``path``, or about something below it."""
        knowledge, wanted = self._index.knowledge, folded(path)
        return any(
            self._is_shown(row)
            for key in ("cite", "scope")
            for found in (knowledge.named(key, [wanted]), knowledge.named_below(key, wanted + "/"))
            for _, row in found
        )

    def all_names(self, path: str) -> tuple[str, ...]:
        """What ``path`` is called now, then what it was called before.

        Git is asked only where memories name files that are not there.
        """
        if not self._lost():
            return (path,)
        there = os.path.lexists(os.path.join(self._context.repository.top, path))
        return self._ever(path, path if there else self._history.now(path))

    def _ever(self, path: str, now: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys([now, *self._history.before(now), path]))

    @cached_property
    def _history(self) -> Renames:
        return Renames((*self._index.moving.pairs, *self._index.renames.pairs))

    def _lost(self) -> bool:
        """Whether memories name files that are not in the worktree, or there is none to look at."""
        return self._context.repository.bare or not self._index.is_at_hand or bool(self._missing)

    @cached_property
    def _missing(self) -> frozenset[str]:
        """The files that memories name and the worktree at hand has not."""
        top = self._context.repository.top
        # what is looked up is case folded, so a name with capitals is not there under it: its own spelling is asked for
        named = dict(self._index.knowledge.all_named("cite"))
        named |= dict(self._index.knowledge.all_named("scope"))
        doubtful = [row for value, row in named.items() if not os.path.lexists(os.path.join(top, value))]
        records = self._index.knowledge.fields(doubtful)
        return frozenset(
            one
            for record in records.values()
            for one in _paths_of(record)
            if not os.path.lexists(os.path.join(top, one))
        )

    def _by_its_end(self, reference: str) -> Named | None:
        end = "/" + folded(scopes.normal(reference))
        rows: dict[str, int] = {}
        for key in ("cite", "scope"):
            for value, row in self._index.knowledge.all_named(key):
                if value.endswith(end) and self._is_shown(row):
                    rows.setdefault(value, row)
        records = self._index.knowledge.fields(list(rows.values()))
        spelled = {folded(one): one for record in records.values() for one in _paths_of(record)}
        present = {self.all_names(spelled.get(value, value))[0] for value in rows}
        if not self._context.repository.bare and self._index.is_at_hand:
            moved = (self._history.now(path) for path in self._missing)
            present |= {path for path in moved if folded(f"/{path}").endswith(end)}
        found = sorted(present)
        if not found:
            return None
        if len(found) > 1:
            some = " · ".join(safety.one_line(one) for one in found[:4])
            raise Ambiguous(f"{reference} is the end of {len(found)} paths", some)
        return Named(found[0], FILE, paths=self.all_names(found[0]))


def _paths_of(record: "dict[str, object]") -> Iterable[str]:
    for path, *_ in record.get("cites", ()):  # type: ignore[attr-defined]
        yield path
    for pattern in record.get("scope", ()):  # type: ignore[attr-defined]
        if not scopes.is_glob(pattern):
            yield scopes.normal(pattern)
