"""Memories in force that cannot both be true."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject
from agentmem.checks.view import Groups, age, named, others, told
from agentmem.model import contradiction
from agentmem.model.findings import WARNING, Finding

ID = "contradiction"
MOST = 50
"""Memories of one subject from which on not every pair of them is compared."""


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each group that disagrees, on its newest memory."""
    view = subject.view
    compared = [
        shown.memory
        for shown in view.values()
        if shown.status == "active" and shown.memory.kind in contradiction.COMPARED
    ]
    groups = Groups()
    reasons: dict[frozenset[str], str] = {}
    for one, other in contradiction.candidates(compared, MOST):
        first, second = compared[one], compared[other]
        if groups.together(first.id, second.id):
            continue
        if found := contradiction.contradiction(first, second):
            groups.join(first.id, second.id)
            reasons[frozenset((first.id, second.id))] = found.reason
    for *older, newest in groups.all(view):
        yield _finding(subject, newest, older, reasons)


def _finding(subject: Subject, newest: str, older: list[str], reasons: dict[frozenset[str], str]) -> Finding:
    view = subject.view
    against = {
        old: found.reason
        for old in older
        if (found := contradiction.contradiction(view[old].memory, view[newest].memory))
    }
    # one of a group may agree with its newest and disagree with the others
    old = max(against or older, key=lambda one: age(view[one]))
    reason = against.get(old) or next(why for pair, why in reasons.items() if pair <= {*older, newest})
    rest = [one for one in older if one != old]
    message = f"{reason}; {named(subject, old)} cannot be true as well"
    if rest:
        message += f", nor can {others(subject, rest)}"
    mine, theirs = subject.shorts[newest], subject.shorts[old]
    fix = (
        f"agentmem supersede {theirs} --by {mine}     or this is wrong: agentmem retract {mine} --reason TEXT"
    )
    finding = told(subject, view[newest], ID, WARNING, ("title", view[newest].memory.title), message, fix)
    return finding._replace(others=tuple(older))


RULE = Rule(ID, WARNING, "two that cannot both be true leave it to chance which of them is believed", run)
