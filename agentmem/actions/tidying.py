"""Tidying: all the housekeeping of a store, for one job of CI on trunk: step by step, each in a commit of its own.

The order: promotion first, since a pending change holds its memory and says what base will say; then evidence, by which
memories are weighed; then reflections, before the entries that they stand for are archived; then what is left of the old log;
then all else that is not worth keeping. Each step begins from what the one before it has committed.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from agentmem.actions import (
    archiving,
    forgetting,
    mending,
    promoting,
    reflecting,
    saving,
    selecting,
    verifying,
)
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.forgetting import Before
from agentmem.errors import AgentmemError
from agentmem.git import code
from agentmem.model import lifecycle, verdict
from agentmem.store import writing
from agentmem.store.halfway import Halfway

PROMOTE, ANCHOR, REFLECT, LOGS, FORGET = "promote", "re-anchor", "reflect", "archive old logs", "forget"
STEPS = (PROMOTE, ANCHOR, REFLECT, LOGS, FORGET)


class Step(NamedTuple):
    """What one step did, or would do: to how many memories or citations, which ``ids``; ``left`` says in words what stays undone.

    ``problem`` is why it failed.
    """

    name: str
    number: int
    ids: tuple[str, ...] = ()
    commit: str | None = None
    left: str | None = None
    problem: AgentmemError | None = None


class Tidied(NamedTuple):
    """All steps, in their order; remarks are for people."""

    view: Standpoint
    steps: tuple[Step, ...]
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit(self) -> int:
        """The exit code of the first step that failed; 0 where none did."""
        return next((step.problem.exit for step in self.steps if step.problem), 0)


class _Run(NamedTuple):
    """What the steps of one run tell each other: remarks, the entries that leave or would leave, and the memories of
    which changes are promoted or would be: a dry run says what the steps will do, one after the other.
    """

    remarks: list[str]
    taken: set[str]
    promoted: set[str]


def tidy(context: Context, branch: str | None = None, dry_run: bool = False) -> Tidied:
    """Promote, re-anchor, reflect, archive old logs, forget; a step that fails does not stop the others.

    Raises:
        UsageError: this is not trunk; NeedsDecision: trunk is behind its upstream, or something else is under way.

    """
    if dry_run:
        promoting.demand_trunk(context, branch, "tidy")
    else:
        with archiving.on_trunk(context, branch, "tidy"):
            pass  # what keeps all steps from it is said once; what a killed one left is taken back
    ours = _Run([], set(), set())
    notes = list[str]()
    steps = []
    for name, run in _STEPS.items():
        try:
            step = run(context, branch, dry_run, ours)
        except AgentmemError as problem:
            step = Step(name, 0, problem=problem)
        notes += [note for note in context.index.notes if note not in notes]
        steps.append(step)
        context.begin_again()
    return Tidied(context.standpoint, tuple(steps), tuple(dict.fromkeys(ours.remarks)), tuple(notes))


def _promote(context: Context, branch: str | None, dry_run: bool, run: _Run) -> Step:
    done = promoting.promote(context, branch, dry_run)
    left = [
        f"{len(some)} {what}"
        for some, what in (
            (done.left, "in conflict"),
            (done.skipped, "not committed"),
            (done.waits, "wait for changes that are not here"),
        )
        if some
    ]
    ids = tuple(one.memory.id for one in done.memories)
    run.promoted.update(ids)
    return Step(PROMOTE, done.changes, ids, done.commit, ", ".join(left) or None)


def _anchor(context: Context, branch: str | None, dry_run: bool, run: _Run) -> Step:
    if dry_run:
        return _anchored(context, dry_run)
    with archiving.on_trunk(context, branch, "tidy"):
        return _anchored(context, dry_run)


def _anchored(context: Context, dry_run: bool) -> Step:
    """Re-anchor what moved, in memories that are committed as they are: an edit is not ours to commit.

    Evidence is held against code that is committed too: what somebody is moving right now has not moved for the others.
    """
    index = context.index
    view = index.view()
    name = context.place.name + "/"
    dirty = index.uncommitted_paths()
    cited = {row for _, row in index.knowledge.all_named("cite")}
    found = [
        one
        for one in selecting.fetch(
            index,
            view,
            [
                i
                for i in range(len(view))
                if view.columns.rows[i] in cited
                and i not in view.pending
                and i not in view.foreign
                and view.columns.paths[i] not in dirty
                and view.kind(i) != "log"
                and lifecycle.claims(view.kind(i), view.status(i))
            ],
        )
        if one.memory.cites
    ]
    evidence = iter(verifying.evidence_of(context, found))
    changed = code.uncommitted(context.repository.top)
    moved, of_moved = [], []
    for one in found:
        own = [next(evidence) for _ in one.memory.cites]
        if any(each.found.verdict == verdict.MOVED for each in own) and not any(
            {each.found.path, each.citation.path} & changed for each in own
        ):
            moved.append(one)
            of_moved += own
    count = sum(each.found.verdict == verdict.MOVED for each in of_moved)
    ids = tuple(one.memory.id for one in moved)
    if dry_run or not moved:
        return Step(ANCHOR, count, ids)
    paths = {one.path.removeprefix(name): one.memory.id for one in moved}
    with archiving.undone_unless_committed(context, Halfway(edited=dict.fromkeys(paths, ""))):
        fixed, _ = mending.fix(context, moved, of_moved)
        commit = None
        if fixed:
            with ExitStack() as until_committed:
                for lock in sorted({saving.lock_of(identity) for identity in paths.values()}):
                    until_committed.enter_context(writing.locked(context.lock_folders, lock))
                message = f"memory: re-anchor {fixed} citation{'' if fixed == 1 else 's'}\n"
                commit = promoting.commit_files(context, list(paths), message)
    return Step(ANCHOR, fixed, ids, commit)


def _reflect(context: Context, branch: str | None, dry_run: bool, run: _Run) -> Step:
    done = reflecting.reflect(context, branch, dry_run)
    run.remarks.extend(each.note for each in done.proposed if each.note)
    run.taken.update(identity for each in done.proposed for identity in each.archived)
    left = f"{len(done.refused)} refused" if done.refused else None
    ids = (*(each.memory.id for each in done.proposed), *done.accepted)
    return Step(REFLECT, len(ids), ids, done.commit, left)


def _forget(name: str, logs: bool) -> Callable[[Context, str | None, bool, _Run], Step]:
    def step(context: Context, branch: str | None, dry_run: bool, ours: _Run) -> Step:
        done = forgetting.forget(
            context,
            branch,
            dry_run,
            lambda one: (one.found.memory.kind == "log") == logs and one.found.memory.id not in ours.taken,
            Before(ours.taken, ours.promoted),
        )
        ours.taken.update(one.weighed.found.memory.id for one in done.candidates)
        ours.remarks.extend(done.remarks)
        ids = tuple(one.weighed.found.memory.id for one in done.candidates)
        left = f"{len(done.held)} held" if done.held else None
        return Step(name, len(ids), ids, done.commit, left)

    return step


_STEPS: dict[str, Callable[[Context, str | None, bool, _Run], Step]] = {
    PROMOTE: _promote,
    ANCHOR: _anchor,
    REFLECT: _reflect,
    LOGS: _forget(LOGS, logs=True),
    FORGET: _forget(FORGET, logs=False),
}
