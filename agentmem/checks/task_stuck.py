"""Tasks that nobody can ever take: what they need will not be done."""

from collections.abc import Collection, Iterator, Mapping

from agentmem.checks.frame import Rule, Subject
from agentmem.checks.task_cycle import WAITING
from agentmem.checks.view import Shown, named, told
from agentmem.model import lifecycle
from agentmem.model.cycles import cycles
from agentmem.model.findings import WARNING, Finding

ID = "task-stuck"
OVER = ("retracted", "superseded", "expired")


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each need of a task still to do that can never be met: it is over without being done, is no task, or is
    caught in a cycle, which another rule tells where it is.
    """
    view = subject.view
    tasks = {i: one for i, one in view.items() if one.memory.kind == "task" and one.status in WAITING}
    needs = {i: [need for need in one.memory.needs if need in view] for i, one in tasks.items()}
    if not any(needs.values()):
        return
    done = _done(view)
    caught = _caught(needs)
    for identity, shown in tasks.items():
        for need in dict.fromkeys(needs[identity]):
            if need in done:
                continue
            if why := _why(subject, view[need], need in caught and identity not in caught):
                message = (
                    f"{named(subject, identity)} can never start: it needs {named(subject, need)}, {why}"
                )
                yield told(
                    subject, shown, ID, WARNING, ("needs", need), message, _fix(subject, identity, need)
                )


def _done(view: Mapping[str, Shown]) -> set[str]:
    """What a log entry has closed: a task that was done, and is superseded since, still is."""
    entries = (
        (m.created, m.id, m.closes, m.reopens)
        for m in (one.memory for one in view.values())
        if (m.closes or m.reopens) and m.status != "retracted"
    )
    return {task for task, state in lifecycle.task_states(entries).items() if state == "done"}


def _caught(needs: Mapping[str, Collection[str]]) -> set[str]:
    """The tasks that are in a cycle themselves."""
    links = {one: [need for need in ends if need in needs] for one, ends in needs.items()}
    found: set[str] = set()
    while True:  # a short cycle of each knot: without its members the rest of the knot may hold another
        left = {
            one: [end for end in ends if end not in found] for one, ends in links.items() if one not in found
        }
        more = {one for cycle, _ in cycles({a: b for a, b in left.items() if b}) for one in cycle}
        if not more:
            return found
        found |= more


def _why(subject: Subject, need: Shown, is_caught: bool) -> str | None:
    if need.memory.kind != "task":
        return f"which is a {need.memory.kind} and no task: nothing will close it"
    if need.status in OVER:
        return f"which is {need.status} and was not done"
    return "which is caught in a cycle" if is_caught else None


def _fix(subject: Subject, identity: str, need: str) -> str:
    shorts = subject.shorts
    after = [i for i, one in subject.view.items() if need in one.memory.supersedes and one.status in WAITING]
    instead = f" --set needs+={shorts[after[0]]}" if len(after) == 1 and after[0] != identity else ""
    return f"agentmem edit {shorts[identity]} --set needs-={shorts[need]}{instead}"


RULE = Rule(ID, WARNING, "a task whose need is withdrawn stays blocked for ever, and nobody is told why", run)
