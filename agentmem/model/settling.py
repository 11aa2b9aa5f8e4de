"""What base can take up of a memory's pending changes so that nothing else shows then: by promotion, with an edit on trunk."""

from collections.abc import Collection, Iterable

from agentmem.model import changes as values
from agentmem.model import document
from agentmem.model.applying import Applied, apply, by_id, pending
from agentmem.model.changes import Change, Order, item_key


def promoted(base: bytes, changes: Iterable[Change]) -> tuple[bytes, frozenset[str]]:
    """Base with all that is settled taken up, and the ids of what gets a receipt: those changes, and what their writers saw.

    What would show otherwise after it than before is not taken up: what it touches together with changes that are not settled
    waits with them, or where that does not do, all.
    """
    left = tuple(by_id(changes).values())
    now = apply(base, left)
    shown = _shown(now)
    receipts: frozenset[str] = frozenset()
    while now.promotable:
        for taken in (now.promotable, _apart(left, now.promotable)):
            named = taken.union(*(change.after for change in left if change.id in taken))
            data = apply(base, [change for change in left if change.id in taken]).data
            rest = pending(left, named)
            after = apply(data, rest)
            if taken and _shown(after) == shown:
                base, left, now, receipts = data, rest, after, receipts | named
                break  # once more: with less left, more may be settled
        else:
            break
    return base, receipts


def edited(base: bytes, changes: Iterable[Change], edit: Change) -> tuple[bytes, frozenset[str]] | None:
    """Base with ``edit``, made after all of ``changes``, and with what is settled of these; the ids of what gets a receipt.

    None where something else would show than with all of them pending, or where what is left says something of what the edit
    does: base cannot say that its writer had seen that.
    """
    every = by_id(changes)
    now = apply(base, [*every.values(), edit])
    taken = frozenset(now.promotable & every.keys())
    made = apply(base, [*(change for i, change in every.items() if i in taken), edit])
    left = [change for i, change in every.items() if i not in taken]
    meets = any(values.touched_by(change) & values.touched_by(edit) for change in left)
    if meets or made.conflicts or _shown(apply(made.data, left)) != _shown(now):
        return None
    return made.data, taken


def _apart(changes: Collection[Change], settled: Collection[str]) -> frozenset[str]:
    """Those of ``settled`` that touch no key which a change that stays pending touches, and come after none that stays."""
    order = Order(changes)
    taken = frozenset(settled)
    while True:
        kept = {
            key for i, change in order.changes.items() if i not in taken for key in values.touched_by(change)
        }
        left = frozenset(
            i for i in taken if order.before(i) <= taken and not values.touched_by(order.changes[i]) & kept
        )
        if left == taken:
            return taken
        taken = left


def _shown(applied: Applied) -> tuple[object, ...]:
    """What a reader sees of a memory, whatever the order of its lists."""
    parsed = document.parse(applied.data)
    meta = {
        key: sorted({item_key(item) for item in value}) if isinstance(value, list) else value
        for key, value in parsed.meta.items()
    }
    sides = sorted(
        (c.field, sorted((p.change, item_key(p.value)) for p in c.parties)) for c in applied.conflicts
    )
    return item_key(meta), parsed.body, sides
