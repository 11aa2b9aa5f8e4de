"""Memories whose time is over: out of recall, though nobody has said that they are wrong."""

from collections.abc import Iterator

from agentmem.checks.frame import Rule, Subject
from agentmem.checks.view import told
from agentmem.model import times
from agentmem.model.findings import WARNING, Finding

ID = "expired"
DAY = 86_400
RENEWED = 90 * DAY
"""Seconds for which a memory is renewed that does not say when it was written."""


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each memory that would be in force but for its ``expires``; none where the time is unknown."""
    for shown in subject.view.values():
        memory = shown.memory
        if shown.status != "expired" or memory.status != "active" or memory.expires is None:
            continue
        ago = times.age(subject.now - memory.expires)
        # for as long again as it was given at first
        span = memory.expires - memory.created if memory.created is not None else RENEWED
        until = times.format_iso(subject.now + max(span, DAY))[:10]
        name = subject.shorts[memory.id]
        fix = f"agentmem edit {name} --set expires={until}     not true any more: agentmem retract {name} --reason TEXT"
        past = "just now" if ago == "now" else f"{ago} ago"
        message = f"expired {past}, so no recall has it"
        replaced = [subject.shorts.get(old, old) for old in memory.supersedes]
        if replaced:  # retracting it brings them back
            message += f", nor {', '.join(replaced)}, which it replaced"
            fix = fix.replace("not true any more:", f"{', '.join(replaced)} again:")
        yield told(subject, shown, ID, WARNING, ("expires", ""), message, fix)


RULE = Rule(ID, WARNING, "what has expired is in no answer: renew it, or say that it is over", run)
