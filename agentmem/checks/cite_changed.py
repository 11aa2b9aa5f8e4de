"""Evidence whose text is no longer what it was."""

from collections.abc import Iterator

from agentmem.checks.evidence import difference, finding, of_verdict, place, spot
from agentmem.checks.frame import Rule, Subject, quoted
from agentmem.model.findings import WARNING, Finding

ID = "cite-changed"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each citation whose place is found and holds another text; both are shown."""
    for one in of_verdict(subject.evidence, "changed"):
        where = one.found
        here = spot(where.path, where.first, where.last)
        was = place(one.citation)
        now = (
            ""
            if here == was or (not one.citation.lines and where.path == one.citation.path)
            else f", now {here}"
        )
        message = f"{was}{now} ({where.similarity:.0%} alike)".replace("%", " %")
        fix = f"still true: agentmem cite {one.short} {quoted(here)}     not: agentmem retract {one.short} --reason TEXT"
        yield finding(ID, one, message, fix, difference(one.citation, where))


RULE = Rule(ID, WARNING, "what a memory rests on was changed: it may not be true any more", run)
