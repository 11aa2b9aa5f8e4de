"""What the view at hand has already of the changes that another branch has, be it squashed, promoted or swept."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from agentmem.index import overlays
from agentmem.index.catalog import ChangeRow
from agentmem.index.columns import Entry
from agentmem.model import lifecycle
from agentmem.store import layout


class Ours:
    """The changes that the view at hand has, and what its base has taken up, of others' too."""

    def __init__(
        self, changes: Mapping[str, str], receipts: Iterable[str], rows: Mapping[str, ChangeRow]
    ) -> None:
        self._changes, self._rows = changes, rows
        known = {row.id: row.after for row in rows.values() if not row.broken}
        self._settled = lifecycle.absorbed(known, (path.rpartition("/")[2] for path in receipts))
        self._here = {layout.names_of_change(path)[2] for path in self._changes}

    def left(self, found: Sequence[tuple[Entry, ChangeRow]]) -> list[tuple[Entry, ChangeRow]]:
        """Those of ``found`` that the view has not."""
        return [one for one in found if one[1].id not in self._settled | self._here]

    def met(
        self, memory: str, changes: Mapping[str, str], receipts: Collection[str]
    ) -> list[tuple[Entry, ChangeRow]]:
        """What waits of the changes of ``memory`` where ``changes`` and ``receipts`` of another side come to ours."""
        every = {
            path: blob
            for path, blob in (*changes.items(), *self._changes.items())
            if layout.names_of_change(path)[1] == memory
        }
        return overlays.waiting(every, {*receipts, *self._settled}, lambda _: self._rows).get(memory, [])
