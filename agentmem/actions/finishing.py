"""The end of a task: done, failed, handed on. The log entry is what counts; the claim's ref tells it to all branches at once."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from agentmem.actions import closing, hearing, noting, saving, sharing, write
from agentmem.actions.board import Board, Seen, nonce, unwritable
from agentmem.actions.branch import branch_for_writing
from agentmem.actions.context import Context
from agentmem.actions.offering import available
from agentmem.actions.sharing import Shared
from agentmem.actions.tasks import Tasks
from agentmem.errors import AgentmemError, NeedsDecision, NotFound, NotWritable, UsageError
from agentmem.git import history, revisions, state, trunk
from agentmem.model import entries, leases, safety, scopes, taskgraph, trailers
from agentmem.model.leases import Claim, Handoff
from agentmem.model.memory import Memory
from agentmem.model.taskgraph import Placed

USED, MISLED = "used", "misled"
"""Keys of a log entry: the memories that helped, and those that were wrong."""
MOST_FILES = 200
"""Files that an entry names."""
LOOKED_AT = 500
"""Entries of finished tasks in which the owner of a failed one is looked for, the newest."""


class Ended(NamedTuple):
    """A task that was ended by a log entry. ``files`` are the paths of code that the branch has touched for it; ``unblocks`` the
    tasks that can go on, with who holds them; ``next`` what the asker's role could take now; ``shared`` who knows of it.

    Of the files ``staged`` are in no commit and wait for the next as they are, ``unstaged`` wait for it in part or not at all;
    ``hooked``: git's hooks take the entry along with it; ``hidden``: a rule of git's hides it from every commit. ``store``
    is the store's folder, from the one at hand.
    """

    task: Placed
    entry: Memory
    path: str
    files: tuple[str, ...]
    unblocks: tuple[tuple[Placed, str | None], ...] = ()
    next: Placed | None = None
    owner: str | None = None
    why_owner: str = ""
    branch: str | None = None
    shared: Shared = Shared(None)
    staged: int = 0
    unstaged: int = 0
    hooked: bool = False
    hidden: bool = False
    store: str = ""

    @property
    def priority(self) -> int:
        """The priority of the task when it is reopened."""
        return self.task._replace(state=taskgraph.FAILED).urgency


def done(
    context: Context,
    reference: str | None,
    message: str,
    used: Sequence[str] = (),
    misled: Sequence[str] = (),
    commit: bool = False,
    branch: str | None = None,
) -> Ended:
    """Close a task: the one that ``reference`` names, else the one the asker holds; ``branch``: see ``branch_for_writing``.

    Raises:
        NeedsDecision: it is closed already, or held by another, here or on the remote; UsageError: no task is named, and the
            asker holds not one; a memory is said to have helped and misled.

    """
    branch = branch_for_writing(context, branch, "done …")
    looked = sharing.look(context)
    board = Board(context)
    tasks = Tasks(context, board)
    placed = _meant(board, tasks, reference)
    if placed.state == taskgraph.DONE:
        closing.settle(board, tasks, placed, looked)
        raise NeedsDecision(
            f"{tasks.shorts[placed.task.id]} is done already", f"agentmem show {tasks.shorts[placed.task.id]}"
        )
    seen = closing.held_by_nobody_else(board, tasks, placed)
    if placed.closed_on and not (seen and seen.state == leases.HELD):
        short = tasks.shorts[placed.task.id]
        raise NeedsDecision(
            f"{short} was done on {placed.closed_on} already (not merged yet)",
            f"see: agentmem show {short}     to do it again here: agentmem claim {short} --resume",
        )
    mine = seen.claim if seen and board.is_mine(seen) else None
    pending = set(trunk.changed_files(context.repository))
    files = _touched(context, branch, mine, pending)
    pending.intersection_update(files)
    unstaged = pending & trunk.unstaged_files(context.repository) if pending else set()
    evidence = _evidence(context, tasks, placed, used, misled)
    title, body = entries.composed("Done", placed.task.title, message)
    entry = Memory(
        id="",
        kind="log",
        title=title,
        body=body,
        plan=_clean(placed.task.plan),
        phase=_clean(placed.task.phase),
        scope=tuple(files),
        created=tasks.after(placed.task.id),
        closes=(placed.task.id,),
        extra=dict[str, object](evidence),
    )
    held = closing.taken(board, tasks, placed, branch, looked)
    try:
        added = write.add(context, entry, force=True, branch=branch)
    except AgentmemError:
        if held and board.is_mine(held) and not (seen and seen.commit == held.commit):
            sharing.give_back(board, held, seen, looked)
        raise
    noting.done(
        context,
        tasks.view,
        placed.task.id,
        added.memory.id,
        mine,
        files,
        evidence.get(USED, ()),
        evidence.get(MISLED, ()),
    )
    claim = (held.claim if held and board.is_mine(held) else board.drawn(placed.task.id))._replace(
        nonce=nonce(),
        state=leases.DONE,
        handoff=None,
        entry=added.memory.id,
        branch=branch,
        renewed=context.now,
    )
    shared, faster = closing.closed(board, claim, held, looked)
    if faster and faster.claim.entry != added.memory.id:
        saving.remove(context, added.path.removeprefix(f"{context.place.name}/"))
        short = tasks.shorts[placed.task.id]
        raise NeedsDecision(f"{short} was just done by {faster.claim.agent}", f"agentmem show {short}")
    if commit:
        _commit(context, added, message, _not_held(context, tasks, placed))
    context.begin_again()
    board = Board(context)
    after = Tasks(context, board)
    unblocked = [one for one in after.placed if placed.task.id in one.task.needs and one.is_free]
    free = available(board, after)
    return Ended(
        task=placed,
        entry=added.memory,
        path=added.path,
        files=tuple(files),
        unblocks=tuple((one, _holder(board, one)) for one in unblocked),
        next=free[0] if free else None,
        branch=branch,
        shared=shared,
        staged=len(pending - unstaged),
        unstaged=len(unstaged),
        hooked=branch == context.repository.branch and state.takes_along(context.repository),
        hidden=added.hidden,
        store=f"{context.lead}{context.place.name}",
    )


def fail(
    context: Context, reference: str | None, reason: str, to: str | None = None, branch: str | None = None
) -> Ended:
    """Reopen a task, or give it back as failed, for its owner: named, else found by who last changed its paths.

    Raises:
        UsageError: no reason; see ``done``.

    """
    if not reason.strip():
        raise UsageError(
            "a failure needs a reason", f'agentmem fail {reference or "ID"} --reason "what is wrong"'
        )
    branch = branch_for_writing(context, branch, "fail …")
    looked = sharing.look(context)
    board = Board(context)
    tasks = Tasks(context, board)
    placed = _meant(board, tasks, reference)
    # what nobody has finished is its holder's to give back
    if placed.state != taskgraph.DONE and not placed.closed_on:
        closing.held_by_nobody_else(board, tasks, placed)
    named = _clean(to)
    owner, why = (named, "named") if named else _owner(tasks, placed)
    title, body = entries.composed("Failed", placed.task.title, reason)
    entry = Memory(
        id="",
        kind="log",
        title=title,
        body=body,
        plan=_clean(placed.task.plan),
        phase=_clean(placed.task.phase),
        owner=owner,
        scope=placed.task.scope,
        created=tasks.after(placed.task.id),
        reopens=(placed.task.id,),
    )
    added = write.add(context, entry, force=True, branch=branch)
    noting.failed(context, placed.task.id)
    seen, shared = board.read(placed.task.id), looked
    if seen is not None and (seen.state != leases.HELD or board.is_mine(seen)):
        released = seen.claim._replace(
            nonce=nonce(), state=leases.RELEASED, renewed=context.now, entry=None, handoff=None
        )
        shared = closing.told(board, released, seen, "fail", looked)
    return Ended(placed, added.memory, added.path, (), owner=owner, why_owner=why, shared=shared)


def handoff(context: Context, reference: str | None, text: str) -> tuple[Placed, Seen, Shared]:
    """Stop early: the claim is let go, and what ``text`` says stays on its ref for whoever comes next.

    Raises:
        NotFound: nobody holds it; NeedsDecision: another does, here or on the remote, or it is done; UsageError: nothing is said;
        Refused: see ``saving.refuse_secret``; Contended; NotWritable.

    """
    if not text.strip():
        raise UsageError("say how far it is and what comes next", 'agentmem handoff -m "state; next step"')
    saving.refuse_secret(text, "the note")  # which is pushed; what is hidden in it no reader of claims gets
    looked = sharing.look(context)
    board = Board(context)
    tasks = Tasks(context, board)
    placed = _meant(board, tasks, reference)
    short, seen = tasks.shorts[placed.task.id], closing.held_by_nobody_else(board, tasks, placed)
    if placed.state == taskgraph.DONE or placed.closed_on or (seen and seen.state == leases.DONE):
        raise NeedsDecision(f"{short} is done already", f"agentmem show {short}")
    if seen is None or not board.is_mine(seen):
        raise NotFound(f"you do not hold {short}", f"agentmem claim {short}")
    now = context.now
    note = Handoff(text.strip()[: leases.MAX_TEXT], board.me.agent, now)
    claim = seen.claim._replace(nonce=nonce(), state=leases.RELEASED, renewed=now, handoff=note)
    try:
        written = board.write(claim, seen, "handoff")
    except NotWritable as problem:
        raise unwritable(context, short, problem, handing_on=True) from None
    if written is None:
        raise NeedsDecision(f"{short} was taken over meanwhile", "agentmem claims")
    shared = sharing.share(context, claim.task, looked)
    if taken := next((one for one in shared.news.noted if one.claim.task == claim.task), None):
        hearing.heard(board, [claim.task])
        raise NeedsDecision(
            f"{short} was taken over by {taken.claim.agent} meanwhile; your note stays with the claim",
            "agentmem claims",
        )
    return placed, written, shared


def _meant(board: Board, tasks: Tasks, reference: str | None) -> Placed:
    if reference is not None:
        return tasks.named(reference)
    # who works on after its lease has ended, and nobody has taken the task, holds it as far as this goes
    held = [task for task, one in board.seen.items() if board.is_mine(one) and one.state == leases.EXPIRED]
    mine = [tasks.by_id[task] for task in (board.mine or held) if task in tasks.by_id]
    if len(mine) == 1:
        return mine[0]
    if not mine:
        raise UsageError("you hold no task; which one?", "agentmem task list")
    some = " ".join(tasks.shorts[one.task.id] for one in mine)
    raise UsageError(f"you hold {len(mine)} tasks: which one?", some)


def _clean(text: str | None) -> str | None:
    """What a task has, fit to be written again."""
    return safety.one_line(text) or None if text else None


def _touched(
    context: Context, branch: str | None, claim: Claim | None, pending: Collection[str]
) -> list[str]:
    """The files of code that were changed for a task here: in commits of this branch's own since it was claimed, and in none yet.

    All of the branch's own commits count where the asker went on with what another had begun, or claimed nothing.
    """
    repository, store = context.repository, context.store_path + "/"
    found = set(pending)
    on_trunk = branch == context.trunk or context.trunk is None
    begun = claim.opened if claim and not claim.handoff and not claim.taken_from else None
    if repository.head and not (on_trunk and begun is None):
        tips = [] if on_trunk else revisions.trunk_tips(repository, str(context.trunk))
        found |= history.own_changes(repository, tips, begun)
    return sorted(path for path in found if not path.startswith(store))[:MOST_FILES]


def _evidence(
    context: Context, tasks: Tasks, placed: Placed, used: Sequence[str], misled: Sequence[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, words in ((USED, used), (MISLED, misled)):
        if words:
            found[key] = list(write.resolved(context, tasks.view, words))
    named = [*found.get(USED, ()), *found.get(MISLED, ())]
    if placed.task.id in named:
        short = tasks.shorts[placed.task.id]
        raise UsageError(
            f"{short} is the task itself: what else helped, or was wrong?", f"agentmem show {short}"
        )
    for identity in found.get(USED, ()):
        if identity in found.get(MISLED, ()):
            short = tasks.shorts[identity]
            raise UsageError(
                f"{short} is named by --used and by --misled: it helped or it was wrong",
                f"agentmem done … --used {short}     or --misled {short}",
            )
    return found


def _holder(board: Board, placed: Placed) -> str | None:
    seen = board.held.get(placed.task.id)
    return seen.claim.agent if seen else None


def _owner(tasks: Tasks, placed: Placed) -> tuple[str | None, str]:
    """Who answers for a task: its owner, else the agent that last changed its paths, else the one that did it last.

    By what the agents' own entries say: the authors of commits are the same for all agents of a machine.
    """
    if placed.task.owner:
        return placed.task.owner, "its owner"
    for entry in tasks.newest_closings(LOOKED_AT):
        for path in entry.memory.scope if entry.memory.by else ():
            if any(scopes.matches(pattern, path) for pattern in placed.task.scope):
                return entry.memory.by, f"last to change {path}"
    last = tasks.closing_of(placed.task.id)
    return (last.by, "did it last") if last and last.by else (None, "")


def _not_held(context: Context, tasks: Tasks, placed: Placed) -> list[str]:
    """The files of the task and its plan that git does not hold yet: an entry alone would close what no other clone knows."""
    view, waiting = tasks.view, context.index.uncommitted_paths()
    found = [
        view.columns.paths[at]
        for identity in (placed.task.id, placed.task.plan)
        if identity
        for at in view.with_id(identity)
        if at not in view.foreign and view.columns.paths[at] in waiting
    ]
    below = f"{context.store_path}/"
    return [path for path in found if not revisions.is_tracked(context.repository, below + path)]


def _commit(context: Context, added: write.Added, message: str, more: Sequence[str]) -> None:
    """Commit what is staged, and with it the entry and the files ``more`` of the store."""
    import os

    from agentmem.git import commits

    first, _, rest = message.strip().partition("\n")
    named = trailers.written(added.memory.closes, added.memory.id)
    text = "\n\n".join(part for part in (first or added.memory.title, rest.strip(), named) if part)
    whole = [os.path.join(context.place.root, path) for path in more]
    whole.append(os.path.join(context.place.directory, added.path))
    commits.commit_staged(context.repository, whole, text)
