"""Changes applied to a memory: a pure function of its text and of the set of pending changes, whatever their order.

Per field and body hunk: what a later change that saw an earlier one says, counts; two that did not see each other and differ are
a conflict, as is one whose ground has moved; of these the view shows base's value and names all parties.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from agentmem.model import changes as values
from agentmem.model import document, editing, lifecycle
from agentmem.model.changes import Change, FieldEdit, Order, Value, item_key, place
from agentmem.model.editing import Edit
from agentmem.model.weaving import Weave

MOVED = "base has moved on"


class Party(NamedTuple):
    """One side of a conflict: a change and the value that it would give."""

    change: str
    branch: str
    by: str | None
    created: int | None
    value: Value


class Conflict(NamedTuple):
    """One field (``body``, ``status``, or a key) of which several say different things; ``base`` is the value that is shown."""

    field: str
    base: Value
    parties: tuple[Party, ...]
    note: str = ""


class Applied(NamedTuple):
    """A memory's text with changes applied, the conflicts, and the ids of the changes of which nothing is left unsettled."""

    data: bytes
    conflicts: tuple[Conflict, ...]
    promotable: frozenset[str]


def pending(changes: Iterable[Change], receipts: Collection[str]) -> tuple[Change, ...]:
    """Those of ``changes`` that base has not taken up; of several with one id the same one counts always."""
    known = by_id(changes)
    taken_up = lifecycle.absorbed({i: change.after for i, change in known.items()}, receipts)
    return tuple(change for i, change in known.items() if i not in taken_up)


def by_id(changes: Iterable[Change]) -> dict[str, Change]:
    """``changes`` by their ids; of several with one id the same one always."""
    found: dict[str, Change] = {}
    for change in sorted(changes, key=lambda change: (change.id, repr(change))):
        found.setdefault(change.id, change)
    return found


def apply(base: bytes, changes: Iterable[Change]) -> Applied:
    """The text of a memory with its pending ``changes`` applied. Never fails: what cannot be applied is a conflict."""
    order = Order(by_id(changes).values())
    if not order.changes:
        return Applied(base, (), frozenset())
    parsed = document.parse(base)
    if parsed.problems:
        parties = [_party(change, values.said_by(change)) for change in order.changes.values()]
        problem = f"line {parsed.problems[0].line}: {parsed.problems[0].message}"
        return Applied(base, (Conflict("file", None, tuple(parties), problem),), frozenset())
    return _Applying(base, parsed, order).run()


def adds_nothing(base: bytes, changes: Iterable[Change]) -> bool:
    """Whether ``base`` says all that ``changes`` say, and nothing against it."""
    applied = apply(base, changes)
    return applied.data == base and not applied.conflicts


class _Applying:
    """One application: what is to be edited, and what is found to be in conflict on the way."""

    def __init__(self, base: bytes, parsed: document.Document, order: Order) -> None:
        self.base, self.meta, self.body = base, dict(parsed.meta), parsed.body
        self.all, self.order = order, order
        self.edits: list[Edit] = []
        self.sources: dict[str, list[str]] = {}
        self.conflicts: list[Conflict] = []
        self.unsettled: set[str] = set()

    def run(self) -> Applied:
        blocked = self._retractions()
        self.order = self.all.without(blocked)
        for key in values.in_order(
            {key for change in self.order.changes.values() for key in values.keys_of(change)}
        ):
            setting = [i for i, change in self.order.changes.items() if key in values.keys_of(change)]
            lists = [i for i in setting if self._edit_by(i, key).is_list]
            if not lists:
                self._value(key, setting)
            elif lists == setting:
                self._items(key, setting, self.meta.get(key))
            else:
                self._mixed(key, setting, lists)
        body = self._body()
        data = self._edited(body)
        self.unsettled |= blocked
        conflicts = tuple(sorted(self.conflicts, key=lambda c: (c.field, [p.change for p in c.parties])))
        return Applied(data, conflicts, self._promotable())

    # -- retractions

    def _retractions(self) -> set[str]:
        """The changes that a retraction which did not see them stands against, and that retraction with what continues it."""
        setting = [i for i, change in self.all.changes.items() if "status" in values.keys_of(change)]
        retracting = {i for i in setting if self._status(i) == values.RETRACTED}
        # who sets the status of what is retracted has seen a retraction, so have those who come after
        knowing = {i for i in setting if i in retracting or self._status_seen(i) == values.RETRACTED}
        knowing |= {i for i in self.all.changes if self.all.before(i) & knowing}
        heads = self.all.heads(setting)
        blocked: set[str] = set()
        for head in heads:
            origins, chain = self._chain(head, retracting)
            if not origins:
                continue
            against = [
                i
                for i in self.all.changes
                if i not in retracting and not any(i == c or self._related(i, c) for c in chain)
            ]
            if against and not self._is_retracted:
                blocked.update(against, chain)
        undone = any(i in knowing and i not in retracting for i in heads)
        if self._is_retracted and not undone:
            told = {earlier for i in knowing & {*setting} for earlier in self.all.before(i)}
            blocked.update(i for i in self.all.changes if i not in knowing | told and self._is_live(i))
        if blocked:
            parties = [
                _party(self.all.changes[i], values.said_by(self.all.changes[i]))
                for i in self.all.changes
                if i in blocked
            ]
            self.conflicts.append(Conflict("status", self.meta.get("status"), tuple(parties)))
        return blocked

    def _status(self, identity: str) -> Value:
        return values.edit_of(self.all.changes[identity], "status").to

    def _status_seen(self, identity: str) -> Value:
        return values.edit_of(self.all.changes[identity], "status").was

    def _chain(self, head: str, retracting: Collection[str]) -> tuple[set[str], set[str]]:
        """The retractions that ``head`` is or keeps up, and these with all that keeps them up to there."""
        origins: set[str] = set()
        chain: set[str] = set()
        todo = [head]
        while todo:
            one = todo.pop()
            if one in retracting and one not in chain:
                chain.add(one)
                if self._status_seen(one) == values.RETRACTED:
                    seen = self.all.before(one)
                    todo += self.all.heads(
                        [i for i in seen if "status" in values.keys_of(self.all.changes[i])]
                    )
                else:
                    origins.add(one)
        return origins, chain

    @property
    def _is_retracted(self) -> bool:
        return self.meta.get("status") == values.RETRACTED

    def _related(self, one: str, other: str) -> bool:
        return one in self.all.before(other) or other in self.all.before(one)

    def _is_live(self, identity: str) -> bool:
        """Whether something of a change is not said anew by one that saw it."""
        change = self.all.changes[identity]
        later = [c for c in self.all.changes.values() if identity in self.all.before(c.id)]
        if change.body and not any(c.body and c.body.whole for c in later):
            return True
        for key in values.keys_of(change):
            edits = [values.edit_of(c, key) for c in later if key in values.keys_of(c)]
            own = values.edit_of(change, key)
            if all(edit.is_list for edit in (own, *edits)):
                said = {name for edit in edits for name in values.items_of(edit)}
                if not values.items_of(own) <= said:
                    return True
            elif not edits:
                return True
        return False

    # -- fields

    def _value(self, key: str, setting: Sequence[str]) -> None:
        present = _normal(key, self.meta.get(key))
        heads = [i for i in self.order.heads(setting) if not self._edit_by(i, key).is_list]
        applying: dict[str, list[str]] = {}
        moved: list[str] = []
        for head in heads:
            own = self._edit_by(head, key)
            to = _normal(key, own.to)
            earlier = [self._edit_by(i, key) for i in setting if i in self.order.before(head)]
            accepted = [_normal(key, value) for edit in earlier for value in (edit.was, edit.to)]
            if to == present and present not in accepted:
                continue  # nothing new; of one that takes back what it saw, base's value is what it says
            if not earlier and to == _normal(key, own.was):
                continue  # says only what its writer saw
            accepted.append(_normal(key, own.was))
            retracts = self._is_reason(head)
            if key == "retracted" and retracts and _has_reasons(present, to):
                continue
            if key == "retracted" and _has_reasons(own.was, present):
                accepted.append(present)  # it was shown joined with others
            if present in accepted or (key == "status" and retracts):
                applying.setdefault(item_key(to), []).append(head)
            else:
                moved.append(head)
        every = [head for found in applying.values() for head in found] + moved
        if key == "retracted" and (moved or len(every) > 1) and all(map(self._is_reason, every)):
            self._join_reasons(present if moved else None, every)
        elif moved or len(applying) > 1:
            self.conflicts.append(
                self._conflict(key, [i for i in heads if i in every], MOVED if moved else "")
            )
            self.unsettled |= {i for i in setting if any(i == h or i in self.order.before(h) for h in every)}
        elif applying:
            (found,) = applying.values()
            to = self._edit_by(found[0], key).to
            if key == "status" and to == "active":
                to = None
            self._edit(Edit(key, "delete") if to is None else Edit(key, "set", to), found)

    def _mixed(self, key: str, setting: Sequence[str], lists: Sequence[str]) -> None:
        """A key that some took for a list and others for one value: items count that were put to the last value."""
        last = self.order.heads([i for i in setting if i not in lists])
        items = [i for i in lists if not any(i in self.order.before(head) for head in last)]
        if len(last) == 1 and all(last[0] in self.order.before(i) for i in items):
            before = len(self.conflicts)
            self._value(key, [i for i in setting if i not in items])
            if len(self.conflicts) == before:
                self._items(key, items, self._edit_by(last[0], key).to)
                return
        heads = self.order.heads(setting)
        self.conflicts.append(self._conflict(key, heads))
        self.unsettled.update(setting)

    def _edit_by(self, identity: str, key: str) -> FieldEdit:
        return values.edit_of(self.order.changes[identity], key)

    def _conflict(self, key: str, heads: Iterable[str], note: str = "") -> Conflict:
        parties = [_party(self.order.changes[i], values.said_to(self._edit_by(i, key))) for i in heads]
        return Conflict(key, self.meta.get(key), tuple(parties), note)

    def _is_reason(self, identity: str) -> bool:
        """Whether a change's ``retracted`` is the reason of a retraction, which others do not contradict but add to."""
        return self.order.changes[identity].retract is not None

    def _join_reasons(self, present: Value, heads: Sequence[str]) -> None:
        said = [present] if isinstance(present, str) else []
        said += [
            self.order.changes[i].retract or ""
            for i in sorted(heads, key=lambda i: place(self.order.changes[i]))
        ]
        reasons = dict.fromkeys(reason for text in said for reason in text.split("; ") if reason)
        if reasons:
            self._edit(Edit("retracted", "set", "; ".join(reasons)), heads)

    def _items(self, key: str, setting: Sequence[str], shown: Value) -> None:
        present = {item_key(item) for item in values.as_list(shown)}
        touching: dict[str, list[str]] = {}
        items: dict[str, Value] = {}
        first: dict[str, tuple[int, str, int]] = {}
        for identity in setting:
            edit = self._edit_by(identity, key)
            for number, item in enumerate((*edit.add, *edit.remove)):
                name = item_key(item)
                touching.setdefault(name, []).append(identity)
                items.setdefault(name, item)
                first.setdefault(name, (*place(self.order.changes[identity]), number))
        add, remove = [], []
        for name in sorted(touching, key=lambda name: first[name]):
            wanted = {
                name in {item_key(item) for item in self._edit_by(i, key).add}
                for i in self.order.heads(touching[name])
            }
            if True in wanted and name not in present:
                add.append(items[name])
            elif False in wanted and name in present:
                remove.append(items[name])
        if remove:
            self._edit(Edit(key, "remove", remove), setting)
        if add:
            self._edit(Edit(key, "add", add), setting)

    def _edit(self, edit: Edit, sources: Sequence[str]) -> None:
        self.edits.append(edit)
        self.sources.setdefault(edit.key, []).extend(sources)

    # -- body and result

    def _body(self) -> str | None:
        woven = Weave(self.body, self.order.changes, self.order.before, self.order.heads).woven()
        for clash in woven.clashes:
            parties = []
            for units, text in clash.sides:
                parties += [_party(self.order.changes[i], text) for i in self.order.heads(units)]
            self.conflicts.append(Conflict("body", clash.base, tuple(parties)))
            self.unsettled |= clash.units
        for identity, text in woven.lost.items():
            party = _party(self.order.changes[identity], text)
            self.conflicts.append(Conflict("body", None, (party,), MOVED))
            self.unsettled.add(identity)
        if woven.text == self.body:
            return None
        self.sources["body"] = sorted(woven.units)
        return woven.text

    def _edited(self, body: str | None) -> bytes:
        try:
            return editing.edit(self.base, self.edits, body)
        except ValueError:
            pass  # one by one: what can be edited is
        data = self.base
        for edit in self.edits:
            data = self._try(data, edit.key, [edit], None)
        return data if body is None else self._try(data, "body", [], body)

    def _try(self, data: bytes, key: str, edits: Sequence[Edit], body: str | None) -> bytes:
        try:
            return editing.edit(data, edits, body)
        except ValueError as error:
            sources = sorted(set(self.sources[key]))
            if key == "body":
                parties = tuple(_party(self.order.changes[i], body) for i in sources)
                self.conflicts.append(Conflict(key, self.body, parties, str(error)))
            else:
                self.conflicts.append(self._conflict(key, sources, str(error)))
            self.unsettled.update(sources)
            return data

    def _promotable(self) -> frozenset[str]:
        return frozenset(
            i for i in self.all.changes if i not in self.unsettled and not self.all.before(i) & self.unsettled
        )


def _party(change: Change, value: Value) -> Party:
    return Party(change.id, change.branch, change.by, change.created, value)


def _normal(key: str, value: Value) -> Value:
    """``value`` as it compares: active is the status of what has none."""
    return None if key == "status" and value == "active" else value


def _has_reasons(known: Value, reasons: Value) -> bool:
    if not isinstance(known, str) or not isinstance(reasons, str):
        return False
    return set(reasons.split("; ")) <= set(known.split("; "))
