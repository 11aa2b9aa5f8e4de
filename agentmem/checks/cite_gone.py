"""Evidence of which nothing is left."""

from collections.abc import Iterator

from agentmem.checks.evidence import finding, of_verdict, place
from agentmem.checks.frame import Rule, Subject
from agentmem.model import safety
from agentmem.model.findings import WARNING, Finding

ID = "cite-gone"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each citation whose text is nowhere."""
    for one in of_verdict(subject.evidence, "gone"):
        cite = one.citation
        named = f"{safety.one_line(cite.path)}#{safety.one_line(cite.symbol)}" if cite.symbol else place(cite)
        fix = (
            f"replaced: agentmem supersede {one.short} --title TEXT"
            f"     not true any more: agentmem retract {one.short} --reason TEXT"
        )
        yield finding(ID, one, named, fix)


RULE = Rule(ID, WARNING, "what a memory rests on is not in the code any more", run)
