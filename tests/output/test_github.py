"""``check --format github``: each line is an annotation in the right place, and no memory can give the runner a command."""

import re
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from agentmem.output import findings_text, github
from tests.output import support
from tests.output.support import CHANGED, MISSING, SECRET, result

COMMAND = re.compile(r"::(error|warning) file=([^,:]*),line=(\d+),title=([^,:]*)::(.*)")


def test_an_annotation():
    """File from the repository's top, line, title, message and fix."""
    finding = SECRET._replace(message="a fact needs evidence", rule="cite-missing")
    assert github.annotation(finding, "") == (
        "::error file=.agentmem/facts/k.md,line=4,title=agentmem cite-missing::a fact needs evidence: take it out"
    )
    assert github.annotation(finding, "services/api/").startswith(
        "::error file=services/api/.agentmem/facts/k.md,line=4,"
    )


def test_escapes():
    """The runner takes % : and , apart, and a newline ends a command."""
    finding = SECRET._replace(path="a,b:c%0A\n.md", message="100 % sure\r\n::error::no", fix=None)
    assert github.annotation(finding, "") == (
        "::error file=a%2Cb%3Ac%250A%0A.md,line=4,title=agentmem secret::100 %25 sure ::error::no"
    )


def test_a_warning_about_code_stands_at_the_code():
    """In a diff a warning is put on the line that the diff touches, and says of which memory; an error is not."""
    warning = CHANGED._replace(severity="warning", fix="agentmem verify")
    assert github.annotation(warning, "pkg/", at_code=True) == (
        "::warning file=server/src/queue/claim.ts,line=71,title=agentmem cite-changed::"
        f"evidence of pkg/{support.PATH}:9: server/src/queue/claim.ts:71 (62 %25 alike): agentmem verify"
    )
    told = warning._replace(
        message='the evidence of fact c41x0z "claimNext gives up". Does it still hold?',
        fix="yes:   a",
    )
    assert github.annotation(told, "", at_code=True) == (
        "::warning file=server/src/queue/claim.ts,line=71,title=agentmem cite-changed::"
        'the evidence of fact c41x0z "claimNext gives up". Does it still hold? yes:   a'
    )
    for at_code, finding in ((False, warning), (True, CHANGED), (True, MISSING)):
        assert f"file={finding.path},line={finding.line}," in github.annotation(finding, "", at_code)


def test_errors_come_first_and_the_sum_last():
    """GitHub shows ten of each severity a step, so errors come first; the last line has the counts."""
    lines = github.checked(result(MISSING, SECRET, citations=4, moved=1), "").splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert lines[-1] == (
        "::notice title=agentmem::1 error, 1 warning, 1 moved (agentmem verify --fix re-anchors it); 812 memories, 4 citations"
    )
    many = github.checked(result(*[MISSING] * 11), "").splitlines()
    assert len(many) == 12 and many[-1].endswith("812 memories; shown are 10 of each, the log has all")


def test_nothing_found_annotates_nothing():
    """A run without findings leaves no mark on a pull request."""
    assert github.checked(result(), "") == "no findings; 812 memories\n"


def unescaped(text):
    """As the runner takes it back."""
    return re.sub("%(25|0D|0A|3A|2C)", lambda match: unquote(match[0]), text)


@given(support.results, support.prefixes, st.booleans())
def test_any_text_gives_one_line_a_finding(found, prefix, at_code):
    """Whatever others wrote: as many commands as findings, each whole, and no line that begins as anything else."""
    out = github.checked(found, prefix, at_code)
    assert not support.CONTROL.search(out)
    out.encode("utf-8")
    *lines, last = out.split("\n")[:-1]
    assert len(lines) == len(found.findings)
    assert last.startswith("::notice title=agentmem::" if lines else "no findings")
    gravest = sorted(found.findings, key=lambda one: one.severity)
    for line, finding in zip(lines, gravest, strict=True):
        command = COMMAND.fullmatch(line)
        assert command and command[1] == finding.severity
        at = finding.code if at_code and finding.code and finding.severity == "warning" else None
        path, number = at or (prefix + finding.path, finding.line)
        assert int(command[3]) == number
        if path.isascii() and path.isprintable() and "<" not in path:
            assert unescaped(command[2]) == path
        assert unescaped(command[4]) == findings_text.place(f"agentmem {finding.rule}")
