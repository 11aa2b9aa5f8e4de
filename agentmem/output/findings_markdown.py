"""What ``check`` found, as a table in GitHub's markdown, for a comment or the summary of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agentmem.model import ids
from agentmem.model.findings import ERROR
from agentmem.output import findings_text
from agentmem.output.markdown import code, escaped

if TYPE_CHECKING:
    from agentmem.actions.checking import Checked
    from agentmem.model.findings import Finding


def checked(result: Checked, prefix: str) -> str:
    """A heading that says how many of what, a row a finding, errors and warnings as they stand in the files.

    ``prefix`` leads from the repository's top to the folder that holds the store. More than SHOWN are cut, and that is said.
    """
    lines = [f"### agentmem: {escaped(findings_text.verdict(result))}", ""]
    shown = findings_text.cut(result.findings)
    if shown:
        lines += ["| rule | where | what | fix |", "| --- | --- | --- | --- |"]
        lines += [row(finding, prefix) for finding in shown]
        lines.append("")
    if left := findings_text.rest(result.findings, shown):
        lines += [f"{escaped(left)}: `agentmem check -v`", ""]
    lines.append(findings_text.extent(result))
    return "\n".join(lines) + "\n"


def row(finding: Finding, prefix: str) -> str:
    """One finding as a row: rule, memory and place, what, fix."""
    rule = code(finding.rule) + ("" if finding.severity == ERROR else f" ({finding.severity})")
    where = code(f"{findings_text.decoded(prefix + finding.path)}:{finding.line}")
    if finding.memory is not None:
        where = f"{code(finding.memory[: ids.SHORT])} {where}"
    what = "<br>".join((escaped(finding.message), *(code(line) for line in finding.details)))
    # a fix with two ways out parts them by spaces, which a page would run into one
    fix = "<br>".join(code(way) for way in re.split(" {3,}", finding.fix or "") if way.strip())
    return f"| {rule} | {where} | {what} | {fix} |"
