"""What the configuration ignores on purpose; and what it ignores for nothing, which would hide the next thing of its kind."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agentmem.checks.frame import Rule, Subject, quoted, safe
from agentmem.model import scopes
from agentmem.model.findings import WARNING, Finding
from agentmem.store import layout
from agentmem.store.config import Ignore

ID = "unused-ignore"


class Sifted(NamedTuple):
    """The findings that are left, how many were ignored, and which of the ignores met none."""

    left: list[Finding]
    ignored: int
    unused: list[Ignore]


def sift(subject: Subject, findings: Sequence[Finding], ignores: Sequence[Ignore]) -> Sifted:
    """Take out of ``findings`` what one of ``ignores`` is about."""
    used = set()
    left = []
    named = {ignore.memory: _named(subject, ignore) for ignore in ignores if ignore.memory}
    for finding in findings:
        found = [
            number
            for number, ignore in enumerate(ignores)
            if ignore.rule == finding.rule and _covers(subject, ignore, finding, named)
        ]
        used.update(found)
        if not found:
            left.append(finding)
    unused = [ignore for number, ignore in enumerate(ignores) if number not in used]
    return Sifted(left, len(findings) - len(left), unused)


def _named(subject: Subject, ignore: Ignore) -> tuple[str, ...]:
    start = (ignore.memory or "").lower()
    return tuple(identity for identity in subject.view if identity.startswith(start))


def _covers(subject: Subject, ignore: Ignore, finding: Finding, named: dict[str, tuple[str, ...]]) -> bool:
    if ignore.memory:
        # of two that are told together either may be named; of a group only the one that it is told of, else a third that
        # joins them would never be told
        about = {finding.memory, *finding.others} if len(finding.others) == 1 else {finding.memory}
        if len(named[ignore.memory]) != 1 or named[ignore.memory][0] not in about:
            return False
    if ignore.path is None:
        return True
    pattern = ignore.path.removeprefix("./").removeprefix(subject.name + "/")
    return scopes.matches(pattern, finding.path.removeprefix(subject.shown("")))


def findings(subject: Subject, unused: Sequence[Ignore]) -> Iterator[Finding]:
    """One for each ignore that met nothing, at its line."""
    for ignore in unused:
        what = " and ".join(one for one in (ignore.memory, ignore.path) if one)
        message = f"nothing to ignore: no {ignore.rule} finding of {what}"
        if ignore.memory and (named := _named(subject, ignore)) is not None and len(named) != 1:
            many = f"the start of {len(named):,} ids, write more of it" if named else "no memory's id"
            message = f"nothing to ignore: {ignore.memory} is {many}"
        path = subject.shown(layout.CONFIG)
        fix = f"take it out of {quoted(path)}, or mend it"
        yield Finding(ID, WARNING, path, ignore.line, None, safe(message), fix)


def run(subject: Subject) -> Iterator[Finding]:
    """Nothing: what an ignore meets is known only when all the others have run."""
    return iter(())


RULE = Rule(ID, WARNING, "an ignore that outlives its finding hides the next one", run)
