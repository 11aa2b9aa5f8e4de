"""``check --format sarif``: valid by the schema of OASIS, and the same finding keeps its fingerprint."""

import json
import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from agentmem import __version__
from agentmem.checks.rules import RULES
from agentmem.output import sarif
from tests.output import support
from tests.output.support import CHANGED, MISSING, SECRET, result

SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)


def run(*found, prefix="", **counts):
    """The one run in what is printed, which is valid."""
    log = json.loads(sarif.checked(result(*found, **counts), prefix))
    assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(log)] == []
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    return log["runs"][0]


def test_the_tool_and_its_rules():
    """Every rule is described with its reason, whether it found something or not."""
    driver = run()["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("agentmem", __version__)
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in RULES]
    for told, rule in zip(driver["rules"], RULES, strict=True):
        assert told["shortDescription"]["text"].lower() == f"{rule.reason}.".lower()
        assert told["defaultConfiguration"]["level"] == rule.severity


def test_a_result():
    """Rule, level, message with details and fix, place from the repository's top, and the code that it is about."""
    one, two = run(SECRET._replace(path=".agentmem/facts/a b%:ü.md"), CHANGED, prefix="pkg/")["results"]
    assert one["ruleId"] == "secret" and RULES[one["ruleIndex"]].id == "secret" and one["level"] == "error"
    place = one["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "pkg/.agentmem/facts/a%20b%25%3A%C3%BC.md",
        "uriBaseId": "SRCROOT",
    }
    assert place["region"] == {"startLine": 4}
    assert "relatedLocations" not in one
    assert two["message"]["text"].splitlines()[:2] == [
        "server/src/queue/claim.ts:71 (62 % alike)",
        "- while (tries < 3) {",
    ]
    related = two["relatedLocations"][0]["physicalLocation"]
    assert (
        related["artifactLocation"]["uri"] == "server/src/queue/claim.ts"
    )  # from the top, whatever the prefix
    assert related["region"] == {"startLine": 71}
    assert two["properties"] == {"memory": support.ID}


def test_a_rule_that_nobody_has_registered():
    """A finding of an unknown rule is still a valid result."""
    assert "ruleIndex" not in run(SECRET._replace(rule="no-such-rule"))["results"][0]


def test_a_memory_makes_no_link():
    """SARIF's plain text has links, and what a memory says must not be one."""
    text = run(SECRET._replace(message="see [the docs](https://evil.example)"))["results"][0]["message"][
        "text"
    ]
    assert "](" not in text


def prints(*found):
    return [one["partialFingerprints"]["agentmemFinding/v1"] for one in run(*found)["results"]]


@pytest.mark.parametrize(
    "change",
    [
        {"line": 40},
        {"code": ("server/src/queue/claim.ts", 99)},
        {"message": "server/src/queue/claim.ts:99 (58 % alike)"},
        {"path": ".agentmem/facts/renamed.md"},
        {"details": ("- while (tries < 3) {", "+ for (;;) {")},
        {"fix": None},
        {"severity": "warning"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_fingerprint_outlives(change):
    """Lines move, the code goes on changing, a file is renamed, a rule is set to warning: it is the same finding."""
    assert prints(CHANGED) == prints(CHANGED._replace(**change))


def test_fingerprints_differ():
    """Another rule, memory, or text that was cited is another finding; two that are alike are told apart by number."""
    others = (
        CHANGED._replace(rule="cite-gone"),
        CHANGED._replace(memory="0m4ksep2t8ry"),
        CHANGED._replace(details=("- until (done) {",)),
        CHANGED._replace(message="server/src/queue/run.ts:71 (62 % alike)"),
    )
    assert len(set(prints(CHANGED, *others))) == 5
    first, second = prints(SECRET, SECRET._replace(line=9))
    assert first[:-1] == second[:-1] and (first[-1], second[-1]) == ("1", "2")
    assert prints(MISSING) != prints(MISSING._replace(path=".agentmem/facts/b.md"))


@given(support.results, support.prefixes)
def test_any_text_is_valid(found, prefix):
    """Whatever others wrote: valid, ASCII, and each place is the very bytes of the file's name."""
    out = sarif.checked(found, prefix)
    assert out.isascii() and not support.CONTROL.search(out)
    log = json.loads(out)
    assert VALIDATOR.is_valid(log)
    results = log["runs"][0]["results"]
    assert len(results) == len(found.findings)
    for one, finding in zip(results, found.findings, strict=True):
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        parts = urlsplit(uri)
        assert not parts.scheme and not parts.query and not parts.fragment
        try:
            assert unquote_to_bytes(uri) == os.fsencode(prefix + finding.path)
        except UnicodeEncodeError:
            pass  # no file has such a name
        assert not support.CONTROL.search(one["message"]["text"])
