"""Taking a task, keeping it, letting it go. One compare-and-swap on one ref decides who has it."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import hearing, sharing, yielding
from agentmem.actions.board import Board, Seen, lost_claim, nonce, unwritable
from agentmem.actions.branch import at_hand
from agentmem.actions.context import Context
from agentmem.actions.offering import available, barrier, excluded, for_others, nothing, others
from agentmem.actions.sharing import Shared
from agentmem.actions.tasks import Closing, Tasks
from agentmem.errors import Contended, NeedsDecision, NotWritable, UsageError
from agentmem.model import leases, taskgraph
from agentmem.model.leases import Claim
from agentmem.model.taskgraph import Placed
from agentmem.store import clones

TRIES = 8
"""How often a free task is looked for when others are faster each time."""
OFFERED = 3


class Claimed(NamedTuple):
    """How a claim came out. ``won``: ``claim`` is the asker's; else ``holder`` has it, or ``reason`` says why not.

    ``renewed``: the asker had it already. ``waits`` are needs that are met on branches not merged here; ``free`` what else
    could be taken; ``blocking`` the exclusive claim that is in the way, ``closing`` the entry that says it is done. ``shared``
    says who knows of it, ``told`` has what the winner should know: likely overlaps, tasks that are much the same; ``role`` is
    the asker's; ``before`` the claim of another on the task that had ended; ``doubt`` why its holder may not come back;
    ``cycle`` has the tasks that need each other in a circle, before which it can never start.
    """

    won: bool
    task: Placed
    claim: Seen | None = None
    holder: Seen | None = None
    reason: str = ""
    renewed: bool = False
    waits: tuple[tuple[str, str], ...] = ()
    free: tuple[Placed, ...] = ()
    blocking: Seen | None = None
    closing: Closing | None = None
    shared: str = ""
    told: tuple[str, ...] = ()
    before: Seen | None = None
    role: str | None = None
    doubt: str = ""
    cycle: tuple[str, ...] = ()


def claim(
    context: Context,
    reference: str | None = None,
    scope: Sequence[str] = (),
    exclusive: bool = False,
    resume: bool = False,
    ttl: int | None = None,
) -> Claimed:
    """Take a task: the one that ``reference`` names, else the best that is free for the asker's role.

    ``scope`` are the globs it will touch (else the task's own), ``exclusive``: nobody else may take what meets them;
    ``resume`` takes over from whoever holds it; ``ttl`` is in seconds.

    Raises:
        NotFound, Ambiguous: see ``Tasks.named``; UsageError: too short a lease, or too many claims; NeedsDecision: nothing is
        free; NotWritable: the git dir is read-only; Contended; Refused: a scope that must not be shared.

    """
    if ttl is not None and ttl < leases.MIN_TTL:
        raise UsageError(f"a lease has at least {leases.MIN_TTL} seconds, not {ttl}")
    if ttl is not None and ttl > leases.MAX_TTL:
        raise UsageError(f"a lease has at most {leases.MAX_TTL:,} seconds, not {ttl:,}")
    for pattern in scope:
        if not pattern.strip() or pattern.startswith(("/", "~")) or ".." in pattern.split("/"):
            raise UsageError(f"{pattern!r} is no path from the top", "agentmem claim ID --scope 'src/**'")
    if scope:
        from agentmem.actions import saving  # what writes files: who names no scope need not import it

        saving.refuse_secret("\n".join(scope), "the scope")
    looked = sharing.look(context)
    board = Board(context)
    tasks = Tasks(context, board)
    placed = tasks.named(reference) if reference is not None else None
    length = context.config.claim_ttl if ttl is None else ttl
    taking = _Taking(board, tasks, length, scope, exclusive, resume, looked)
    if placed is not None:
        return taking.take(placed)
    for _ in range(TRIES):
        free = available(board, tasks)
        if not free:
            raise NeedsDecision(nothing(board.me.role), _why_none(board, tasks))
        result = taking.take(free[0])
        if result.won or result.blocking:
            return result
    return result


def take(board: Board, tasks: Tasks, placed: Placed) -> Claimed:
    """Take one task as it stands on ``board``, for the usual time and with its own scope: for a process that lives long and
    knows the tasks. Raises what ``claim`` does.
    """
    context = board.context
    return _Taking(board, tasks, context.config.claim_ttl, (), False, False, sharing.look(context)).take(
        placed
    )


def _why_none(board: Board, tasks: Tasks) -> str:
    if number := for_others(board, tasks, board.me.role):
        return f"{others(number)}: agentmem task list"
    waiting = [one for one in tasks.placed if one.waits and one.closed_on is None]
    if waiting:
        branch = waiting[0].waits[0][1]
        return f"{len(waiting)} wait for merges; the first: agentmem claim {tasks.shorts[waiting[0].task.id]} (needs {branch})"
    if shut := excluded(board, tasks):
        some = list(shut.items())[:OFFERED]
        return "     ".join(
            f"{tasks.shorts[task]} waits for {barrier(one, tasks.shorts)}" for task, one in some
        )
    return "agentmem task list"


class _Taking:
    def __init__(
        self,
        board: Board,
        tasks: Tasks,
        ttl: int,
        scope: Sequence[str],
        exclusive: bool,
        resume: bool,
        looked: Shared,
    ) -> None:
        self.board, self.tasks, self.context = board, tasks, board.context
        self.ttl, self.scope, self.exclusive, self.resume = ttl, tuple(scope), exclusive, resume
        self.looked = looked

    def take(self, placed: Placed) -> Claimed:
        """Take one task, or say why not; what others do meanwhile is looked at anew."""
        for _ in range(TRIES):
            found = self._try(placed)
            if found is not None:
                hearing.heard(self.board, [placed.task.id])
                return found
            self.board.forget()
        raise Contended(f"{self.tasks.shorts[placed.task.id]} is wanted by many", "try again")

    def _try(self, placed: Placed) -> Claimed | None:
        task = placed.task.id
        if placed.state == taskgraph.DONE:
            return self._lost(placed, None, "done")
        seen = self.board.read(task)
        held = seen if seen and seen.state == leases.HELD else None
        if seen is None and task in self.board.lost and not self.resume:
            short = self.tasks.shorts[task]
            raise NeedsDecision(
                lost_claim(task),
                f"sure that nobody is? agentmem claim {short} --resume     other work: agentmem claim",
            )
        again = held is not None and self.board.is_mine(held)
        if held and not again and not self.resume:
            return self._lost(placed, held, "held")
        if held is None and not self.resume and (placed.closed_on or (seen and self.tasks.is_news(seen))):
            return self._lost(placed, seen, "done elsewhere")
        if placed.blocked and not again:
            return self._lost(placed, None, "blocked")
        wanted = self.scope or (held.claim.scope if again and held else placed.task.scope)
        if self.exclusive and not wanted:
            raise UsageError("--exclusive needs a scope", "agentmem claim ID --exclusive --scope 'GLOB'")
        new = self._renewed(held, wanted) if again and held else self._drawn(placed, seen, held, wanted)
        asks = not again or bool(self.scope) or self.exclusive  # else it keeps what it has
        if asks and (other := yielding.in_the_way(self.board, new)):
            return self._blocked(placed, other)
        if not again:
            self._demand_room()
        result = self._write(placed, new, seen, asks)
        return result._replace(renewed=True) if again and result and result.won else result

    def _drawn(self, placed: Placed, seen: Seen | None, held: Seen | None, wanted: Sequence[str]) -> Claim:
        """A new claim of the asker, after what was ``seen``; ``held``: that is another's, who is taken over from."""
        return self.board.drawn(
            placed.task.id,
            ttl=self.ttl,
            branch=at_hand(self.context),
            scope=tuple(wanted),
            exclusive=self.exclusive,
            taken_from=held.claim.agent if held else None,
            handoff=seen.claim.handoff if seen else None,
        )

    def _renewed(self, held: Seen, wanted: Sequence[str]) -> Claim:
        """What the asker holds already, with another scope where one is given."""
        return held.claim._replace(
            nonce=nonce(),
            renewed=max(self.context.now, held.claim.renewed),
            ttl=self.ttl,
            scope=tuple(wanted),
            exclusive=self.exclusive or held.claim.exclusive,
        )

    def _write(self, placed: Placed, new: Claim, seen: Seen | None, asks: bool) -> Claimed | None:
        try:
            won = self.board.write(new, seen, "claim")
        except NotWritable as problem:
            raise unwritable(self.context, self.tasks.shorts[new.task], problem) from None
        if won is None:
            return None
        if asks and (other := yielding.winner(self.board, won, self._look)):
            return self._yielded(placed, won, seen, other)
        told = sharing.share(self.context, new.task, self.looked)
        if not self.board.stands(won):
            taken = self.board.read(new.task)
            if taken is None or taken.state not in (leases.HELD, leases.DONE):
                return None  # whoever was faster has let it go meanwhile
            return self._lost(placed, taken, "held" if taken.state == leases.HELD else "done elsewhere")
        if asks and told.remote is not None:  # what has come from there meanwhile
            self.board.forget()
            if other := yielding.winner(self.board, won, self._look):
                return self._yielded(placed, won, seen, other)
        from agentmem.actions import foreseeing  # its rules cost an import that who loses need not pay

        beware = foreseeing.told(self.board, self.tasks, placed)
        before = seen if seen and not self.board.is_mine(seen) else None
        return Claimed(True, placed, won, waits=placed.waits, shared=told.words, told=beware, before=before)

    def _yielded(self, placed: Placed, won: Seen, before: Seen | None, other: Seen) -> Claimed:
        """Give back a claim that was set at the same time as ``other``, before which it has to give way."""
        sharing.give_back(self.board, won, before, self.looked)
        return self._blocked(placed, other)

    def _look(self) -> Shared:
        return sharing.look(self.context)

    def _blocked(self, placed: Placed, other: Seen) -> Claimed:
        return self._lost(placed, None, "exclusive")._replace(blocking=other)

    def _demand_room(self) -> None:
        limit = self.context.config.claim_limit
        by_id = self.tasks.by_id
        held = [task for task in self.board.mine if task in by_id and by_id[task].state != taskgraph.DONE]
        mine = [self.tasks.shorts[task] for task in held]
        if limit and len(mine) >= limit:
            raise NeedsDecision(
                f"{self.board.me.agent} holds {len(mine)} claim{'s' * (len(mine) != 1)} already: {', '.join(mine[:6])}",
                f"agentmem done {mine[0]}     or give one back: agentmem handoff {mine[0]} -m TEXT",
            )

    def _lost(self, placed: Placed, holder: Seen | None, reason: str) -> Claimed:
        self.board.forget()
        free = [one for one in available(self.board, self.tasks) if one.task.id != placed.task.id]
        closing = self.tasks.closing_of(placed.task.id) if reason.startswith("done") else None
        return Claimed(
            False,
            placed,
            None,
            holder,
            reason,
            free=tuple(free[:OFFERED]),
            closing=closing,
            role=self.board.me.role,
            cycle=tuple(self.tasks.cycle_before(placed)) if reason == "blocked" else (),
            doubt=self.board.doubt(holder, self.tasks.shorts[placed.task.id]) if holder else "",
        )


def renew_due(context: Context) -> None:
    """Renew what the asker holds and has held for a quarter of its lease, and share what could not be shared; whatever stands
    in the way is left for the next.
    """
    board, now = Board(context), context.now
    for seen in board.mine.values():
        if seen.claim.due <= now:
            board.write(seen.claim._replace(nonce=nonce(), renewed=now), seen, "renew")
    git_dir = context.repository.git_dir
    due = board.due
    clones.remind(git_dir, due)
    if due is None or due > now:  # else another agent of this worktree is late: its renewal shares
        sharing.sync(context)
