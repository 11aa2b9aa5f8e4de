"""What ``check`` found, as JUnit's XML: rules are tests, a finding is a failed one.

Attributes are those of the schema of Jenkins; no ``file`` or ``line``, which it refuses, so the name has the place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agentmem.model import safety
from agentmem.model.findings import ERROR, counts
from agentmem.output import findings_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentmem.actions.checking import Checked
    from agentmem.model.findings import Finding

SUITE = "agentmem"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def checked(result: Checked, prefix: str, rules: Iterable[str]) -> str:
    """One test for each of ``rules``, those that ran, or one for each finding where it found something.

    An error is a failure; a warning is a skipped test, which hosts show and which fails nothing.
    """
    found = {finding.rule for finding in result.findings}
    cases = [
        f'    <testcase classname="{SUITE}" name={_quoted(rule)}/>' for rule in rules if rule not in found
    ]
    seen: dict[tuple[str, str], int] = {}
    for finding in result.findings:
        # without the line, so that a host that compares two runs knows it again; it takes one of each name
        name = f"{prefix}{finding.path}: {finding.message}"
        number = seen[finding.rule, name] = seen.get((finding.rule, name), 0) + 1
        cases.append(_case(finding, prefix, f"{name} ({number})" if number > 1 else name))
    sum_of = counts(result.findings)
    sums = f'tests="{len(cases)}" failures="{sum_of["error"]}" errors="0"'
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="{SUITE}" {sums}>',
            f'  <testsuite name="{SUITE}" {sums} skipped="{sum_of["warning"]}">',
            *cases,
            f"    <system-out>{_text(findings_text.tally(result))}</system-out>",
            "  </testsuite>",
            "</testsuites>\n",
        )
    )


def _case(finding: Finding, prefix: str, name: str) -> str:
    element = "failure" if finding.severity == ERROR else "skipped"
    lines = [
        f"{findings_text.place(prefix + finding.path)}:{finding.line}: {safety.one_line(finding.message)}"
    ]
    lines += [f"  {findings_text.detail(line)}" for line in finding.details]
    if finding.fix:
        lines.append(f"  {findings_text.detail(finding.fix)}")
    text = _text("\n".join(lines))
    return "\n".join(
        (
            f"    <testcase classname={_quoted(f'{SUITE}.{finding.rule}')} name={_quoted(name)}>",
            f"      <{element} type={_quoted(finding.rule)} message={_quoted(finding.message)}>{text}</{element}>",
            "    </testcase>",
        )
    )


def _text(text: str) -> str:
    return _NOT_XML.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    return '"' + _text(findings_text.place(text)).replace('"', "&quot;") + '"'
