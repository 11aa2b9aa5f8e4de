"""Plans: a goal, its phases, its tasks and how far they are."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import looking, offering, selecting, write
from agentmem.actions.board import Seen
from agentmem.actions.branch import branch_for_writing
from agentmem.actions.context import Context
from agentmem.actions.tasks import as_task
from agentmem.actions.write import Added
from agentmem.errors import NotFound, UsageError
from agentmem.index.view import View
from agentmem.model import ids, kinds, taskgraph
from agentmem.model.memory import Memory
from agentmem.model.taskgraph import Placed

__all__ = ["Phase", "Plan", "Plans", "add", "as_task", "of_memories", "shown"]

_PLAN = kinds.NUMBER["plan"]


class Phase(NamedTuple):
    """One phase of a plan: its tasks in the order in which they are to be taken, the done ones last."""

    name: str
    tasks: tuple[Placed, ...]

    @property
    def done(self) -> int:
        """How many of its tasks are done here."""
        return sum(one.state == taskgraph.DONE for one in self.tasks)


class Plan(NamedTuple):
    """One plan; ``memory`` is None for the tasks that belong to none."""

    memory: Memory | None
    phases: tuple[Phase, ...]

    @property
    def tasks(self) -> tuple[Placed, ...]:
        """All its tasks."""
        return tuple(task for phase in self.phases for task in phase.tasks)

    @property
    def done(self) -> int:
        """How many of its tasks are done here."""
        return sum(phase.done for phase in self.phases)


class Plans(NamedTuple):
    """The plans of a view with who holds what; ``claims``: see ``offering.claims``."""

    plans: tuple[Plan, ...]
    claims: dict[str, Seen]
    shorts: ids.ShortIds


def add(
    context: Context,
    title: str,
    body: str,
    plan: str | None,
    phase: str | None,
    role: str | None,
    needs: Sequence[str],
    priority: int | None,
    scope: Sequence[str],
    owner: str | None,
    branch: str | None = None,
) -> Added:
    """Write a task.

    Raises:
        NotFound: a need or the plan that is not there; UsageError: a need that nothing will ever meet, a plan that is none, a
            priority out of its bounds; see ``write.add``.

    """
    branch = branch_for_writing(context, branch, "task add …")
    if priority is not None and not 0 <= priority <= 9:
        raise UsageError("--priority must be from 0 to 9, 0 being the most urgent")
    view = context.index.view()
    needed = write.resolved(context, view, needs)
    for need in needed:
        _demand_doable(view, need)
    belongs = write.resolved(context, view, [plan])[0] if plan else None
    if belongs is not None and (kind := view.kind(view.with_id(belongs)[0])) != "plan":
        raise UsageError(f"--plan {plan} is a {kind}, no plan", "agentmem plan show")
    new = Memory(
        id="",
        kind="task",
        title=title,
        body=body.replace("\r\n", "\n").replace("\r", "\n"),
        role=_named(role),
        plan=belongs,
        phase=_named(phase),
        needs=needed,
        priority=priority,
        scope=tuple(dict.fromkeys(scope)),
        owner=_named(owner),
    )
    return write.add(context, new, branch=branch)


def _named(word: str | None) -> str | None:
    """A name; blanks alone are none, else a role would be nobody's, and the task offered to nobody."""
    return (word or "").strip() or None


def _demand_doable(view: View, need: str) -> None:
    """Refuse a need that nothing will ever meet: the task would wait for it for ever."""
    position = view.with_id(need)[0]
    short, kind, status = view.shorts[need], view.kind(position), view.status(position)
    if kind != "task":
        raise UsageError(
            f"--needs {short} is a {kind} and no task: nothing will close it", "agentmem task list"
        )
    if status in ("retracted", "superseded", "expired") and view.tasks.get(need) != taskgraph.DONE:
        raise UsageError(
            f"--needs {short} is {status} and was not done: nothing will close it", f"agentmem show {short}"
        )


def shown(context: Context, reference: str | None = None) -> Plans:
    """The plans in force, or the one that ``reference`` names, with their tasks.

    Raises:
        NotFound: no such plan.

    """
    board, tasks = looking.look(context)
    view = tasks.view
    positions = [
        i
        for i in range(len(view))
        if view.columns.kinds[i] == _PLAN and view.shown[i] and i not in view.foreign
    ]
    memories = [one.memory for one in selecting.fetch(context.index, view, positions)]
    found = list(of_memories(memories, tasks.placed))
    if reference is not None:
        found = [plan for plan in found if plan.memory and plan.memory.id.startswith(reference.lower())]
        if not found:
            raise NotFound(f"no plan {reference}", "agentmem plan show")
    return Plans(tuple(found), offering.claims(board, tasks), tasks.shorts)


def of_memories(memories: Sequence[Memory], tasks: Sequence[Placed]) -> tuple[Plan, ...]:
    """The plans with their tasks, and last, where there are any, the tasks of no plan."""
    found = [of_tasks(memory, [one for one in tasks if _is_of(one, memory)]) for memory in memories]
    known = {one.task.id for plan in found for one in plan.tasks}
    rest = [one for one in tasks if one.task.id not in known]
    return (*found, of_tasks(None, rest)) if rest else tuple(found)


def _is_of(placed: Placed, plan: Memory) -> bool:
    return placed.task.plan is not None and placed.task.plan in (plan.id, plan.source_id, plan.title)


def of_tasks(memory: Memory | None, tasks: Sequence[Placed]) -> Plan:
    """A plan with its tasks by phase: phases in the order of their names, as people number them."""
    phases: dict[str, list[Placed]] = {}
    for one in tasks:
        phases.setdefault(one.task.phase or "", []).append(one)
    return Plan(
        memory,
        tuple(
            Phase(
                name,
                tuple(sorted(found, key=lambda one: (one.state == taskgraph.DONE, *taskgraph.order(one)))),
            )
            for name, found in sorted(phases.items(), key=lambda item: natural(item[0]))
        ),
    )


def natural(name: str) -> tuple[object, ...]:
    """What sorts names as people number things: 2 before 10, 4A before 4B, no name last."""
    import re

    parts = re.split(r"(\d+)", name.casefold())
    return (not name, *((int(part), "") if part.isdigit() else (-1, part) for part in parts if part))
