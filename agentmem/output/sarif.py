"""What ``check`` found, as SARIF 2.1.0 (OASIS): the form that code scanning of several hosts takes in."""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from agentmem import __version__
from agentmem.checks.rules import RULES
from agentmem.model import safety
from agentmem.output import findings_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentmem.actions.checking import Checked
    from agentmem.model.findings import Finding

Record = dict[str, object]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")


def checked(result: Checked, prefix: str) -> str:
    """One run with every rule and every finding; ``prefix`` leads from the repository's top to the store's folder."""
    rules = [_rule(rule.id, rule.severity, rule.reason) for rule in RULES]
    index = {rule.id: at for at, rule in enumerate(RULES)}
    driver: Record = {"name": "agentmem", "version": __version__}
    if _SEMANTIC.fullmatch(__version__):
        driver["semanticVersion"] = __version__
    run: Record = {
        "tool": {"driver": {**driver, "rules": rules}},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The repository's top folder."}}},
        "results": _results(result.findings, prefix, index),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, severity: str, reason: str) -> Record:
    text = {"text": f"{reason[:1].upper()}{reason[1:]}."}
    mend = {"text": f"{text['text']} All of them: agentmem check --only {name}"}
    return {
        "id": name,
        "shortDescription": text,
        # a host's page of one alert is empty without these two
        "fullDescription": text,
        "help": mend,
        "defaultConfiguration": {"level": severity},
    }


def _results(findings: Sequence[Finding], prefix: str, index: dict[str, int]) -> list[Record]:
    seen: dict[str, int] = {}
    results = []
    for finding in findings:
        print_ = fingerprint(finding)
        seen[print_] = number = seen.get(print_, 0) + 1
        results.append(_result(finding, prefix, index, f"{print_}:{number}"))
    return results


def _result(finding: Finding, prefix: str, index: dict[str, int], print_: str) -> Record:
    lines = [finding.message, *finding.details, *([finding.fix] if finding.fix else [])]
    result: Record = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": "\n".join(_plain(line) for line in lines)},
        "locations": [_location(prefix + finding.path, finding.line)],
        # the second name is the one key that GitHub reads: left out, it would hash the line's surroundings
        "partialFingerprints": {"agentmemFinding/v1": print_, "primaryLocationLineHash": print_},
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.code is not None:
        code = _location(*finding.code)
        result["relatedLocations"] = [{"id": 1, **code, "message": {"text": "the code that it is about"}}]
    if finding.memory is not None:
        result["properties"] = {"memory": finding.memory}
    return result


def _location(path: str, line: int) -> Record:
    # the bytes of the name, whatever they are; a colon in the first part would make it a scheme
    uri = quote(path.encode("utf-8", "surrogatepass" if _odd(path) else "surrogateescape"), safe="/~")
    place = {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}, "region": {"startLine": max(line, 1)}}
    return {"physicalLocation": place}


def _odd(path: str) -> bool:
    """Whether ``path`` holds surrogates that no file's name on disk gives."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return True
    return False


def _plain(line: str) -> str:
    """``line`` safe to show; SARIF's plain text knows links, ``[text](place)``, and a memory must not make one."""
    return findings_text.detail(line).replace("](", "] (")


def fingerprint(finding: Finding) -> str:
    """64 bits that stay as they are when lines move: rule, memory and what is said, numbers left out.

    Of the details those alone count that say what was (``- …``): what is there now may change with each commit.
    """
    what = finding.memory or finding.path
    was = [line for line in finding.details if line.startswith("-")]
    said = [re.sub(r"\d+", "0", safety.one_line(line)) for line in (finding.message, *was)]
    key = "\0".join((finding.rule, what, *said))
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
