"""``check`` as text: what is wrong where, what mends it, and never silently less than all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.findings import Finding
from agentmem.output import findings_text
from agentmem.output.findings_text import checked
from tests.output import support
from tests.output.support import CHANGED, MISSING, SECRET, result


def test_the_example_of_the_design():
    """A finding, its details and its fix as they are promised; in the sum what is none is left out."""
    assert checked(result(CHANGED, citations=1004, moved=1)) == (
        f"{support.PATH}:9: cite-changed: server/src/queue/claim.ts:71 (62 % alike)\n"
        "  - while (tries < 3) {\n"
        "  + while (tries < this.opts.maxTries) {\n"
        "  still true: agentmem cite c41x0z server/src/queue/claim.ts:71     not: agentmem retract c41x0z --reason TEXT\n"
        "1 error, 1 moved (agentmem verify --fix re-anchors it); 812 memories, 1,004 citations\n"
    )


@pytest.mark.parametrize(
    ("given", "last"),
    [
        (result(memories=30, citations=12), "no findings; 30 memories, 12 citations"),
        (result(memories=1), "no findings; 1 memory"),
        (result(SECRET, MISSING, MISSING), "1 error, 2 warnings; 812 memories"),
        (
            result(moved=2, ignored=3),
            "no findings, 2 moved (agentmem verify --fix re-anchors them), 3 ignored; 812 memories",
        ),
    ],
)
def test_the_last_line(given, last):
    """The last line says how much was found in how much."""
    assert checked(given).splitlines()[-1] == last


def many(number, finding=MISSING):
    return [
        Finding(finding.rule, finding.severity, f".agentmem/facts/{at:03}.md", 1, None, "m", None)
        for at in range(number)
    ]


def test_many_findings_are_cut_and_it_is_said():
    """Fifty are shown, errors before warnings, in the order of the files; the rest is counted by rule; -v shows all."""
    found = result(*many(60), *many(3, SECRET), CHANGED)
    lines = checked(found).splitlines()
    assert lines[-2] == "+14 more (14 missing-id): agentmem check -v"
    assert lines[-1].startswith("4 errors, 60 warnings;")
    assert (
        sum(": secret: " in line for line in lines) == 3
        and sum(": cite-changed: " in line for line in lines) == 1
    )
    heads = [line for line in lines[:-2] if not line.startswith("  ")]
    assert len(heads) == findings_text.SHOWN
    assert [line.split(":")[2].strip() for line in heads] == ["missing-id"] * 46 + ["secret"] * 3 + [
        "cite-changed"
    ]
    whole = checked(found, everything=True).splitlines()
    assert sum(not line.startswith("  ") for line in whole) == 65 and not any(
        "more (" in line for line in whole
    )


def test_fifty_errors_hide_every_warning():
    """Where errors fill the room, the rest names each rule, the most frequent first."""
    lines = checked(result(*many(5), *many(52, SECRET))).splitlines()
    assert lines[-2] == "+7 more (5 missing-id, 2 secret): agentmem check -v"


def test_code_keeps_its_indentation_in_details():
    """Details may be code, in which indentation is half of what is said."""
    finding = Finding("r", "error", "p", 1, None, "m", None, ("-     if a:\x1b[31m", "+ \tif b:"))
    assert checked(result(finding)).splitlines()[1:3] == ["  -     if a:[31m", "  +   if b:"]


def test_a_path_with_newlines_and_no_utf8_is_one_line():
    """Names of files are input from others as well."""
    finding = Finding("r", "error", ".agentmem/a\n::error::x\udcff.md", 1, None, "m", None)
    assert checked(result(finding)).splitlines()[0] == ".agentmem/a ::error::x\ufffd.md:1: r: m"


def test_in_a_diff_a_warning_stands_at_the_code():
    """What a diff puts in doubt is told where the diff has changed it; an error is told where it is to be mended."""
    warning = CHANGED._replace(severity="warning")
    assert checked(result(warning), at_code=True).startswith(
        "server/src/queue/claim.ts:71: cite-changed: warning: "
    )
    assert checked(result(CHANGED), at_code=True).startswith(f"{support.PATH}:9: ")


@given(support.results, st.booleans())
def test_any_text_gives_one_head_a_finding(found, at_code):
    """Whatever others wrote: one unindented line a finding, a mended file and the sum, and nothing that cannot be seen."""
    out = checked(found, at_code=at_code)
    assert not support.CONTROL.search(out)
    out.encode("utf-8")
    heads = [line for line in out.split("\n")[:-1] if not line.startswith("  ")]
    assert len(heads) == len(found.findings) + len(found.mended) + 1
