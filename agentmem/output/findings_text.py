"""What ``check`` found, as an agent reads it in a pipe, and the words that its other formats share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agentmem.model import safety
from agentmem.model.findings import ERROR, SEVERITIES, counts
from agentmem.output.text import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentmem.actions.checking import Checked
    from agentmem.model.findings import Finding

SHOWN = 50
"""Findings that are printed where not all were asked for: some 2,500 tokens, and nobody mends more in one go."""


def checked(result: Checked, everything: bool = False, at_code: bool = False) -> str:
    """Findings, each with file:line and what mends it, and the sum of them; at most SHOWN unless ``everything``.

    ``at_code``: a warning about a place in the code is told there.
    """
    shown = result.findings if everything else cut(result.findings)
    lines = [f"mended {place(path)}" for path in result.mended]
    for finding in shown:
        lines += lines_of(finding, at_code)
    if left := rest(result.findings, shown):
        lines.append(f"{left}: agentmem check -v")
    return "\n".join([*lines, tally(result)]) + "\n"


def lines_of(finding: Finding, at_code: bool = False) -> list[str]:
    """One finding: where and what, the lines that show it, what mends it."""
    severity = "" if finding.severity == ERROR else f"{finding.severity}: "
    message = safety.one_line(f"{finding.rule}: {severity}{finding.message}")
    path, line = finding.path, finding.line
    if at_code and finding.code and finding.severity != ERROR:
        path, line = finding.code
    lines = [f"{place(path)}:{line}: {message}"]
    lines += [f"  {detail(one)}" for one in finding.details]
    if finding.fix:
        lines.append(f"  {detail(finding.fix)}")
    return lines


def cut(findings: Sequence[Finding], most: int = SHOWN) -> Sequence[Finding]:
    """At most ``most`` of ``findings``, in their order; where not all fit, warnings go before errors do."""
    if len(findings) <= most:
        return findings
    gravest = sorted(range(len(findings)), key=lambda at: SEVERITIES.index(findings[at].severity))
    return [findings[at] for at in sorted(gravest[:most])]


def rest(findings: Sequence[Finding], shown: Sequence[Finding]) -> str | None:
    """How many of ``findings`` are not among ``shown``, by rule: ``+750 more (748 missing-id, 2 schema)``."""
    if len(shown) == len(findings):
        return None
    left: dict[str, int] = {}
    for finding, step in (*((one, 1) for one in findings), *((one, -1) for one in shown)):
        left[finding.rule] = left.get(finding.rule, 0) + step
    most_first = sorted(left.items(), key=lambda item: (-item[1], item[0]))
    rules = ", ".join(f"{number:,} {safety.one_line(rule)}" for rule, number in most_first if number)
    return f"+{len(findings) - len(shown):,} more ({rules})"


def tally(result: Checked) -> str:
    """How much was found in how much, parts with none left out: ``1 error; 812 memories, 1,004 citations``."""
    return f"{verdict(result)}; {extent(result)}"


def verdict(result: Checked) -> str:
    """How many findings of each severity, and how many citations stand elsewhere now; or ``no findings``."""
    parts = [count(number, severity) for severity, number in counts(result.findings).items() if number]
    parts = parts or ["no findings"]
    if result.moved:
        them = "it" if result.moved == 1 else "them"
        parts.append(f"{result.moved:,} moved (agentmem verify --fix re-anchors {them})")
    if result.ignored:
        parts.append(f"{result.ignored:,} ignored")
    return ", ".join(parts)


def extent(result: Checked) -> str:
    """How much was looked at: ``812 memories, 1,004 citations``."""
    parts = [count(result.memories, "memory", "memories")]
    if result.citations:
        parts.append(count(result.citations, "citation"))
    return ", ".join(parts)


def place(path: str) -> str:
    """``path`` on one line, safe to show; what of it is no UTF-8 becomes a replacement character."""
    return safety.one_line(decoded(path))


def decoded(path: str) -> str:
    """``path`` with a replacement character for each byte that is no UTF-8 (surrogates in Python's names of files)."""
    return re.sub("[\ud800-\udfff]", "\ufffd", path)


def detail(text: str) -> str:
    """A line that shows what is meant, safe to show, its indentation kept: it may be code."""
    return " ".join(safety.clean(text).expandtabs(4).split("\n")).rstrip()
