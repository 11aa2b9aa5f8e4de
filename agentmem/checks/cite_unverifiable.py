"""Evidence that cannot be checked: it never was where it is said to be, stands in several places, or has no text to go by."""

from collections.abc import Iterator

from agentmem.checks.evidence import Evidence, finding, of_verdict, place, spot
from agentmem.checks.frame import Rule, Subject, quoted
from agentmem.model.findings import WARNING, Finding
from agentmem.model.verdict import COMMIT, HISTORY, LFS

ID = "cite-unverifiable"


def run(subject: Subject) -> Iterator[Finding]:
    """One finding for each citation of which it cannot be told whether it holds."""
    for one in of_verdict(subject.evidence, "unverifiable"):
        candidates = one.found.candidates
        first = candidates[0] if candidates else None
        if one.found.lack:
            yield finding(ID, one, f"{place(one.citation)}: {_lacking(one)}", _remedy(one))
            continue
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


def _lacking(one: Evidence) -> str:
    """What cannot be told for want of what this clone has not got: who is told to cite what stands there would cite another's."""
    lack, candidates = one.found.lack, one.found.candidates
    if not candidates:
        return (
            "git has a pointer of Git LFS there, not the text"
            if lack == LFS
            else "its content is not in this clone (partial, or a submodule): it can be checked where it is checked out"
        )
    where = ", ".join(spot(*candidate) for candidate in candidates)
    wants = {
        HISTORY: f"this clone is shallow and has no commit {one.citation.commit}",
        COMMIT: f"this clone has no commit {one.citation.commit}",
    }
    why = wants.get(lack, f"what that held in {one.citation.commit} is not in this clone")
    return f"not where it was; whether it went to {where} or that was there before cannot be told: {why}"


def _remedy(one: Evidence) -> str | None:
    lack, candidates = one.found.lack, one.found.candidates
    if lack == HISTORY:
        return "git fetch --unshallow"
    if lack == LFS and not candidates:
        return f"git lfs pull && agentmem verify {one.short}"
    if not candidates:
        return None
    return (
        f"it went there: agentmem cite {one.short} {quoted(spot(*candidates[0]))} --drop {quoted(place(one.citation))}"
        f"     not true any more: agentmem retract {one.short} --reason TEXT"
    )


RULE = Rule(ID, WARNING, "evidence that nobody can check is none", run)
