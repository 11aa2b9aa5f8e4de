"""``check --format junit``: well-formed whatever is in it, green where nothing is amiss."""

from xml.etree import ElementTree

from hypothesis import given

from agentmem.output import junit
from tests.output import support
from tests.output.support import CHANGED, MISSING, SECRET, result

RULES = ("broken-file", "secret", "missing-id")
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"classname", "name"},
    "failure": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}
"""What the schema of Jenkins (junit-10.xsd) allows of what we use."""


def suite(*found, prefix="", rules=RULES, **counts):
    """The one suite in what is printed."""
    return parsed(junit.checked(result(*found, **counts), prefix, rules))


def parsed(out):
    root = ElementTree.fromstring(out.encode("utf-8"))
    assert root.tag == "testsuites" and len(root) == 1
    for element in root.iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]
    cases = root[0].findall("testcase")
    assert int(root[0].get("tests")) == len(cases)
    assert int(root[0].get("failures")) == len(root.findall(".//failure"))
    assert int(root[0].get("skipped")) == len(root.findall(".//skipped"))
    return root[0]


def test_nothing_found_is_green():
    """A test a rule that ran, and all pass."""
    found = suite()
    assert [case.get("name") for case in found.findall("testcase")] == list(RULES)
    assert not found.findall("testcase/*")
    assert found.findtext("system-out") == "no findings; 812 memories"


def test_findings():
    """An error is a failure, a warning a skipped test, and the rule that found them has no test of its own."""
    found = suite(SECRET, MISSING, prefix="pkg/")
    assert [case.get("name") for case in found.findall("testcase")] == [
        "broken-file",
        "pkg/.agentmem/facts/k.md: looks like a secret: npm token",
        "pkg/.agentmem/facts/a.md: no id",
    ]
    failure = found.find("testcase/failure")
    assert failure.attrib == {"type": "secret", "message": "looks like a secret: npm token"}
    assert failure.text == "pkg/.agentmem/facts/k.md:4: looks like a secret: npm token\n  take it out"
    assert found.find("testcase/skipped").get("message") == "no id"


def test_each_test_has_its_own_name():
    """A host takes one test of each name, so what is the same twice is numbered; the line is not in the name."""
    found = suite(CHANGED, CHANGED._replace(line=12))
    names = [case.get("name") for case in found.findall("testcase")][-2:]
    assert names[1] == f"{names[0]} (2)" and ":9" not in names[0]


@given(support.results, support.prefixes)
def test_any_text_is_well_formed(found, prefix):
    """Whatever others wrote: XML that can be read, one test a finding, names unlike each other."""
    out = junit.checked(found, prefix, RULES)
    assert not support.CONTROL.search(out)
    cases = parsed(out).findall("testcase")
    quiet = set(RULES) - {finding.rule for finding in found.findings}
    assert len(cases) == len(quiet) + len(found.findings)
