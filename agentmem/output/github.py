"""What ``check`` found, as GitHub's workflow commands: one line is one annotation of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import ids, safety
from agentmem.model.findings import ERROR, SEVERITIES, WARNING, counts
from agentmem.output import findings_text

if TYPE_CHECKING:
    from agentmem.actions.checking import Checked
    from agentmem.model.findings import Finding

MOST = 10
"""Annotations of each severity that GitHub shows of one step; the log has all."""


def checked(result: Checked, prefix: str, at_code: bool = False) -> str:
    """One annotation a finding, errors first since GitHub shows the first ten, and the sum of them.

    ``prefix`` leads from the repository's top to the folder that holds the store. ``at_code``: a warning about a place in the
    code is put there, which the diff at hand touches, and not on the memory, which it does not.
    """
    if not result.findings:
        # plain, since a notice on each pull request where nothing is amiss teaches people to look away
        return f"{findings_text.tally(result)}\n"
    gravest_first = sorted(result.findings, key=lambda one: SEVERITIES.index(one.severity))
    lines = [annotation(one, prefix, at_code) for one in gravest_first]
    many = max(counts(result.findings).values()) > MOST
    more = f"; shown are {MOST} of each, the log has all" if many else ""
    lines.append(f"::notice title=agentmem::{_data(findings_text.tally(result) + more)}")
    return "\n".join(lines) + "\n"


def annotation(finding: Finding, prefix: str, at_code: bool = False) -> str:
    """The one line for ``finding``."""
    path, line = prefix + finding.path, finding.line
    message = safety.one_line(finding.message)
    if at_code and finding.code is not None and finding.severity == WARNING:
        # there the reader does not see which memory it is about
        if finding.memory is None or finding.memory[: ids.SHORT] not in message:
            message = f"evidence of {findings_text.place(path)}:{line}: {message}"
        path, line = finding.code
    if finding.fix:
        message += f"{'' if message.endswith('?') else ':'} {findings_text.detail(finding.fix)}"
    command = "error" if finding.severity == ERROR else "warning"
    title = safety.one_line(f"agentmem {finding.rule}")
    place = f"file={_property(safety.clean(findings_text.decoded(path)))},line={line}"
    return f"::{command} {place},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
