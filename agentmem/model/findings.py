"""What a check found: one value for every rule and every format it is printed in."""

from collections.abc import Iterable
from typing import NamedTuple

ERROR, WARNING = "error", "warning"
SEVERITIES = (ERROR, WARNING)


class Finding(NamedTuple):
    """One thing wrong in one place: ``line`` counts from 1, ``memory`` is a whole id, ``fix`` is one line.

    ``path`` is as it stands on disk, so who prints it cleans it; ``message``, ``fix`` and ``details`` (lines that show what is
    meant, such as a text then and now) are clean. ``code`` is the place in the code that it is about, path from the
    repository's top and line, where it is about one. ``others`` are the ids of the other memories that it is about.
    """

    rule: str
    severity: str
    path: str
    line: int
    memory: str | None
    message: str
    fix: str | None
    details: tuple[str, ...] = ()
    code: tuple[str, int] | None = None
    others: tuple[str, ...] = ()


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each severity, those with none included."""
    number = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        number[finding.severity] += 1
    return number


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """By path, line and rule; what one rule says of one line stays in its order."""
    return sorted(findings, key=lambda finding: (finding.path, finding.line, finding.rule))
