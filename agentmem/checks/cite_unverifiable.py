"""Evidence that cannot be checked: it never was where it is said to be, stands in several places, or has no text to go by."""

from collections.abc import Iterator

from agentmem.checks.evidence import Evidence, finding, of_verdict, place, spot
from agentmem.checks.frame import Rule, Subject, quoted
from agentmem.model.findings import WARNING, Finding

ID = "cite-unverifiable"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each citation of which it cannot be told whether it holds."""
    for one in of_verdict(subject.evidence, "unverifiable"):
        candidates = one.found.candidates
        first = candidates[0] if candidates else None
        target = quoted(spot(*first)) if first else quoted(one.citation.path) + "#SYMBOL"
        fix = f"agentmem cite {one.short} {target}"
        if len(candidates) > 1:
            fix = f"say which: {fix}"
        elif first is None:
            fix += f" --drop {quoted(place(one.citation))}"
        yield finding(ID, one, f"{place(one.citation)}: {_why(one)}", fix)


def _why(one: Evidence) -> str:
    candidates = one.found.candidates
    places = ", ".join(spot(*candidate) for candidate in candidates)
    if len(candidates) > 1:
        return f"not where it was, and its text stands in several places: {places}"
    if candidates:
        return f"not where it is said to be; whether the same text at {places} is meant cannot be told"
    if one.citation.hash or one.citation.quote:
        return "its text cannot be found again for certain"
    return "no text is kept with it, so it cannot be told whether these lines are meant"


RULE = Rule(ID, WARNING, "evidence that nobody can check is none", run)
