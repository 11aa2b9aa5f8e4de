"""What was seen to be written, as events: each blob is told once, for what it makes of the memories known before."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.actions.context import Context
from agentmem.index.catalog import Row
from agentmem.index.columns import Entry
from agentmem.model import changes, ids, leases, memory
from agentmem.model.memory import Memory
from agentmem.store import layout

ADDED, EDITED, CHANGED, RETRACTED, PROMOTED = "added", "edited", "changed", "retracted", "promoted"
DONE, FAILED, CLAIMED, RELEASED, SWITCHED = "done", "failed", "claimed", "released", "switched"
ALL = (ADDED, EDITED, CHANGED, RETRACTED, PROMOTED, DONE, FAILED, CLAIMED, RELEASED, SWITCHED)
CLAIM_FILE = "claim.json"


class Event(NamedTuple):
    """Something that somebody wrote, or a worktree that changed its branch.

    ``at`` is when it was seen, ``until`` when a lease ends, both seconds UTC. ``id`` is the memory's or the task's; ``tasks`` are
    those that a log entry ends. ``worktree`` is the top folder of the one it was seen in, None where it came with a commit;
    ``branch`` is that of the worktree or of the commit. ``was`` and ``commit``: what was switched from, and where to.
    """

    what: str
    at: int
    id: str | None = None
    kind: str | None = None
    title: str | None = None
    by: str | None = None
    role: str | None = None
    branch: str | None = None
    worktree: str | None = None
    path: str | None = None
    blob: str | None = None
    fields: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    note: str | None = None
    until: int | None = None
    was: str | None = None
    commit: str | None = None


class Sight(NamedTuple):
    """A file's content that was not seen before: the path below the store, its blob, the blob it had there before.

    ``by`` is who works in the worktree, or the commit's author; ``data`` the bytes, where they are not in git.
    """

    path: str
    blob: str
    old: str | None
    branch: str | None
    worktree: str | None
    by: str | None
    data: bytes | None


class Known:
    """Every blob that was seen, which one each memory had last, and which memory each change is of."""

    def __init__(self) -> None:
        self.blobs: set[str] = set()
        self._latest: dict[str, str] = {}
        self._changed: dict[str, str] = {}
        self._receipts: set[str] = set()
        self._held: dict[str, tuple[str, str, str]] = {}

    def take(self, context: Context, entries: Sequence[Entry]) -> None:
        """Know ``entries`` and tell nothing."""
        rows = context.index.learn([entry for entry in entries if layout.is_memory(entry.path)])
        for entry in entries:
            self._note(entry, rows.get(entry.blob))

    def _note(self, entry: Entry, row: Row | None) -> None:
        if layout.is_receipt(entry.path):
            self._receipts.add(entry.path.rpartition("/")[2])
            return
        self.blobs.add(entry.blob)
        if layout.is_change(entry.path):
            _, changed, change = layout.names_of_change(entry.path)
            self._changed[change] = changed
        elif row is not None and not row.broken:
            self._latest[row.id or ids.derived_id(entry.path)] = entry.blob

    def has_changes(self, path: str) -> bool:
        """Whether the memory that the file at ``path`` is named for was changed on some branch."""
        return layout.is_memory(path) and layout.id_in_name(path) in self._changed.values()

    def tell(self, context: Context, sights: Iterable[Sight]) -> list[Event]:
        """The events of ``sights``, in their order; what was seen before and what no reader understands is none."""
        fresh = []
        promoted = set()
        for sight in sights:
            if layout.is_receipt(sight.path):
                change = sight.path.rpartition("/")[2]
                if change not in self._receipts:
                    self._receipts.add(change)
                    promoted.add(self._changed.get(change, ""))
            elif sight.blob not in self.blobs:
                self.blobs.add(sight.blob)
                fresh.append(sight)
        if not fresh:
            return []
        index = context.index
        index.remember({sight.blob: sight.data for sight in fresh if sight.data is not None})
        entries = [Entry(sight.path, sight.blob) for sight in fresh]
        rows = index.learn([entry for entry in entries if layout.is_memory(entry.path)])
        contents = index.bytes_of([entry for entry in entries if layout.is_change(entry.path)])
        told = []
        for sight, entry in zip(fresh, entries, strict=True):
            row = rows.get(sight.blob)
            if layout.is_change(sight.path):
                event = self._change(context, sight, contents.get(sight.blob, b""))
            else:
                event = self._memory(context, sight, row, promoted)
            self._note(entry, row)
            if event is not None:
                told.append(event)
        return told

    def _memory(self, context: Context, sight: Sight, row: Row | None, promoted: set[str]) -> Event | None:
        if row is None or row.broken:
            return None
        new = memory.place(context.index.knowledge.memories([row.row])[row.row], sight.path)
        event = Event(
            ADDED, context.now, new.id, new.kind, new.title, new.by, new.role,
            new.branch or sight.branch, sight.worktree, sight.path, sight.blob,
        )  # fmt: skip
        known = self._latest.get(new.id)
        if known is None:
            ended = new.closes or new.reopens if new.kind == "log" else ()
            if ended:
                return event._replace(what=DONE if new.closes else FAILED, tasks=ended)
            return event
        old = self._whole(context, sight.old or known, sight.path)
        fields = tuple(
            name
            for name in Memory._fields
            if old is not None and old.id == new.id and getattr(old, name) != getattr(new, name)
        )
        what = EDITED
        if new.id in promoted:
            what = PROMOTED
        elif new.status == "retracted" and "status" in fields:
            what = RETRACTED
        return event._replace(
            what=what,
            by=sight.by,
            role=None,
            branch=sight.branch,
            fields=fields,
            note=new.retracted if what == RETRACTED else None,
        )

    def _change(self, context: Context, sight: Sight, data: bytes) -> Event | None:
        change, _ = changes.parse(data)
        if change is None:
            return None
        about = self._whole(context, self._latest.get(change.memory), sight.path)
        return Event(
            CHANGED if change.retract is None else RETRACTED,
            context.now,
            id=change.memory,
            kind=about.kind if about else None,
            title=about.title if about else None,
            by=change.by,
            branch=change.branch,
            worktree=sight.worktree,
            path=sight.path,
            blob=sight.blob,
            fields=(*changes.told_of(change), *(["body"] if change.body else [])),
            note=change.retract or None,
        )

    @staticmethod
    def _whole(context: Context, blob: str | None, path: str) -> Memory | None:
        rows = context.index.knowledge.rows_of([blob]) if blob else {}
        found = context.index.knowledge.memories(list(rows.values()))
        return memory.place(next(iter(found.values())), path) if found else None

    def claims(self, context: Context, held: Mapping[str, bytes]) -> list[Event]:
        """What became of claims: taken, taken over, let go; ``held`` has what each task's ref holds.

        A renewal is nothing new, and that a task is done its log entry tells.
        """
        told = []
        now = {}
        for task, data in held.items():
            claim = leases.read(data, task)
            if claim is None:
                continue
            state = now[task] = (claim.state, claim.agent, f"{claim.clone} {claim.worktree} {claim.opened}")
            before = self._held.get(task)
            if state == before or claim.state == leases.DONE:
                continue
            taken = claim.state == leases.HELD
            if not taken and (before is None or before[0] != leases.HELD):
                continue
            about = self._whole(context, self._latest.get(task), "")
            told.append(
                Event(
                    CLAIMED if taken else RELEASED,
                    context.now,
                    id=task,
                    kind="task",
                    title=about.title if about else None,
                    by=claim.agent,
                    role=claim.role,
                    branch=claim.branch,
                    note=claim.handoff.text if claim.handoff and not taken else None,
                    until=claim.end if taken else None,
                )
            )
        self._held = now
        return told
