"""``check --format md``: a table in which what memories say is text, and nothing else."""

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from agentmem.model import safety
from agentmem.output import findings_markdown, markdown
from agentmem.output.findings_markdown import checked
from tests.output import support
from tests.output.support import CHANGED, MISSING, SECRET, result

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"<code>", "</code>", "<br>", "<!-- -->"}


def parts(text):
    """The inline parts of a rendered text: type and content."""
    for block in RENDERER.parse(text):
        for one in block.children or ():
            yield one.type, one.content


def rendered(text):
    """What a reader sees of one line of markdown, tags of ours taken out."""
    return "".join(
        content for kind, content in parts(text) if not (kind == "html_inline" and content in OURS)
    )


def test_nothing_found():
    """No table where there is nothing to put into it."""
    assert checked(result(citations=12), "") == "### agentmem: no findings\n\n812 memories, 12 citations\n"


def test_the_table():
    """Rule, memory and place from the repository's top, what, fix; a warning says that it is one."""
    assert checked(result(CHANGED, MISSING), "pkg/") == (
        "### agentmem: 1 error, 1 warning\n"
        "\n"
        "| rule | where | what | fix |\n"
        "| --- | --- | --- | --- |\n"
        f"| `cite-changed` | `c41x0z` `pkg/{support.PATH}:9` | server/src/queue/claim.ts:71 (62 % alike)<br>"
        "`- while (tries < 3) {`<br>`+ while (tries < this.opts.maxTries) {` | "
        "`still true: agentmem cite c41x0z server/src/queue/claim.ts:71`<br>`not: agentmem retract c41x0z --reason TEXT` |\n"
        "| `missing-id` (warning) | `pkg/.agentmem/facts/a.md:1` | no id | `agentmem check --fix` |\n"
        "\n"
        "812 memories\n"
    )


def test_more_than_a_comment_holds():
    """What is cut is counted."""
    out = checked(result(*[MISSING] * 51, *[SECRET] * 2), "")
    assert out.count("\n| `") == 50 and "\n+3 more (3 missing-id): `agentmem check -v`\n" in out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("a\nb", "a b"),
        ("[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"),
        ("<b>&lt;", "\\<b\\>&amp;lt;"),
        ("@me in #12, o/r#7, GH-8 a@b.c", "@&#8203;me in #&#8203;12, o/r#&#8203;7, GH-&#8203;8 a@&#8203;b.c"),
        ("https://a.b www.a.b", "https&#8203;://a.b www&#8203;.a.b"),
        ("a_b `c` ~d~ $e$ \\", "a\\_b \\`c\\` \\~d\\~ \\$e\\$ \\\\"),
        ("C# and @ alone # 1", "C# and @ alone # 1"),
    ],
)
def test_escaped(text, shown):
    """What would be markup, a link or a mention is text."""
    assert markdown.escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("agentmem check --fix", "`agentmem check --fix`"),
        ("<b> @me #1 \\", "`<b> @me #1 \\`"),
        ("a | b", "<code>a &#124; b</code>"),
        ("`a` é", "<code>&#96;a&#96; é</code>"),
        ("|a@b.c", "<code>&#124;a<!-- -->&#64;b&#46;c</code>"),
        ("", "<code></code>"),
    ],
)
def test_code(text, shown):
    """Code is a span where that can hold it, else a tag with entities."""
    assert markdown.code(text) == shown


@given(support.ugly)
def test_escaped_reads_as_the_text(text):
    """A reader sees the text itself, and no markup comes of it, in a table as outside."""
    line = safety.one_line(text)
    cell = f"| a |\n| --- |\n| x{markdown.escaped(text)} |\n"
    for source in (f"x{markdown.escaped(text)}", cell):
        seen = list(parts(source))
        assert {kind for kind, _ in seen} <= {"text", "text_special"}
    assert rendered(f"x{markdown.escaped(text)}").replace("\u200b", "") == f"x{line}".replace("\u200b", "")


@given(support.ugly)
def test_code_reads_as_the_text(text):
    """The same of code."""
    assert rendered(f"x {markdown.code(text)}") == f"x {safety.one_line(text)}"
    assert {kind for kind, _ in parts(markdown.code(text))} <= {
        "text",
        "text_special",
        "code_inline",
        "html_inline",
    }


@given(support.results, support.prefixes)
def test_any_text_is_one_row_a_finding(found, prefix):
    """Whatever others wrote: one row of four cells a finding, and in them text, code, and tags of ours alone."""
    out = checked(found, prefix)
    assert not support.CONTROL.search(out)
    out.encode("utf-8")
    tokens = RENDERER.parse(out)
    assert sum(token.type == "td_open" for token in tokens) == 4 * len(found.findings)
    assert {token.type for token in tokens}.isdisjoint({"html_block", "fence", "code_block", "hr"})
    for kind, content in parts(out):
        assert kind in {"text", "text_special", "code_inline", "softbreak"} or (
            kind == "html_inline" and content in OURS
        )


def test_a_row_with_everything_hostile():
    """A bar, a backslash before one, and a backtick in each cell keep to their cells."""
    hostile = "a\\|b`c|</code>"
    finding = CHANGED._replace(rule="secret", path=hostile, message=hostile, fix=hostile, details=(hostile,))
    line = findings_markdown.row(finding, "")
    assert line.replace("\\|", "").count("|") == 5
