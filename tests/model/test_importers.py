"""The parsers of imports on values: what is read of one text, and that no text breaks them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import kinds
from agentmem.model.importers import (
    adr,
    agentfiles,
    beads,
    cline,
    commits,
    markdown,
    openclaw,
    records,
    sources,
    wiki,
)
from agentmem.model.importers.commits import Commit
from agentmem.model.importers.found import File

READERS = {
    "adr": adr.read,
    "agents": agentfiles.read,
    "basic-memory": wiki.basic_memory,
    "beads": beads.read,
    "cline": cline.read,
    "markdown": markdown.read,
    "obsidian": wiki.obsidian,
    "openclaw": openclaw.read,
    "records": records.read,
    "serena": markdown.serena,
}
PIECES = st.sampled_from(
    ["# ", "## Status", "\n", "- ", "- [ ] ", "[[", "]]", "---\n", "tags: [a]\n", "```\n", "Superseded by [x](0002-x.md)",
     "W @a: b", "O(c=0.9) @x: y",
     "- [decision] z #t (c)", "@docs/a.md", '{"id": "a-1", "title": "t"}', '{"fact": "f"}', "[", "2026-02-03", "\t", "é",
     "Decisions", "Next Steps", "Accepted", " ", "**Date:** 2026-01-01", "<!-- agentmem:begin 1 -->", "0"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=40).map("".join)


def titles(found):
    return [(one.record["kind"], one.record["title"]) for one in found.records]


@pytest.mark.parametrize("name", READERS)
@given(texts=st.lists(TEXTS, min_size=1, max_size=2))
def test_no_text_breaks_a_reader(name, texts):
    """Whatever a file holds, each record has a kind, a title, a source id of its own and a line that the file has; the same text
    gives the same.
    """
    files = [File(f"memory-bank/{number}-progress.md", text) for number, text in enumerate(texts, 1)]
    found = READERS[name](files)
    named = [one.record["source_id"] for one in found.records]
    assert len(set(named)) == len(named) or name == "beads"
    for one in found.records:
        assert one.record["kind"] in kinds.NAMES
        assert str(one.record["title"]).strip() and "\n" not in str(one.record["title"])
        assert 1 <= one.line <= next(file.text for file in files if file.path == one.path).count("\n") + 1
    assert READERS[name](files) == found


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("piece", ["[", "[[", "(", "@a ", "- ", "\n- [ ] a", "superseded by 1 "])
def test_a_hostile_file_costs_no_more_than_a_long_one(name, piece):
    """A file of nothing but what begins something is read in one go; by the square of its length it would take half an hour."""
    text = piece * (100_000 // len(piece))
    assert READERS[name]([File("memory-bank/progress.md", text)]) is not None


@pytest.mark.parametrize(
    ("line", "kind", "title", "entities"),
    [
        ("- W @Peter: Lives in Rome.", "fact", "Peter: Lives in Rome", ["Peter"]),
        ("- B: Mended the leak.", "log", "Mended the leak", None),
        ("- `B @i18n-timing`: Late is dear.", "log", "i18n-timing: Late is dear", ["i18n-timing"]),
        ("O(c=0.4) @a @b: Both like tea.", "convention", "a b: Both like tea", ["a", "b"]),
        ("* (09:05) [High] S @x: All of it.", "reflection", "x: All of it", ["x"]),
    ],
)
def test_retain_bullets(line, kind, title, entities):
    """A retain bullet is a memory by its letter, about whom it names, at its time of day."""
    (one,) = openclaw.read([File("memory/2026-02-10.md", f"## Retain\n{line}\n")]).records
    assert (one.record["kind"], one.record["title"], one.record.get("entities"), one.line) == (
        kind,
        title,
        entities,
        2,
    )
    assert str(one.record["created"]).startswith("2026-02-10")
    assert one.record.get("importance") == {"O": 2, "*": 4}.get(line[0])


def test_an_opinion_keeps_its_evidence():
    """In the bank an opinion is a paragraph with its evidence below it; a heading ends it."""
    evidence = "- Evidence: said so\n- Last: 2026-02-03"
    text = f"# Opinions\n\n## About Ada\n\nO(c=0.95) @Ada: Likes it short\n\n{evidence}\n\n## Rest\nx y\n"
    opinion, rest = openclaw.read([File("bank/opinions.md", text)]).records
    assert opinion.record["body"] == evidence
    assert rest.record["title"] == "Opinions: Rest"


@pytest.mark.parametrize(
    "line", ["- What: a question", "- WB: no letter", "- S is a word", "Note W @x: not at the start"]
)
def test_what_is_no_retain_bullet_stays_text(line):
    """A line that only looks alike belongs to its section."""
    (one,) = openclaw.read([File("memory/2026-02-10.md", f"## Day\n{line}\n")]).records
    assert (one.record["kind"], one.record["body"]) == ("log", line)


def test_what_is_struck_out_is_done_and_what_was_ticked_happened():
    """Of work to do, struck out items are closed; boxes under what was done stay its text, open ones are tasks as well."""
    text = """# Active Context
## Next Steps
### Now
1. ~~Write the core files~~ ✓ (completed)
2. Add metrics
## Status
- [x] Made the store
- [ ] Docs
"""
    found = cline.read([File("memory-bank/activeContext.md", text)])
    assert titles(found) == [
        ("task", "Write the core files"), ("log", "Done: Write the core files"), ("task", "Add metrics"),
        ("log", "Active context: Status"), ("task", "Docs"),
    ]  # fmt: skip
    assert found.records[1].record["closes"] == [found.records[0].record["source_id"]]
    assert found.records[3].record["body"] == "- [x] Made the store\n- [ ] Docs"


@pytest.mark.parametrize(
    ("reader", "path", "name"), [(agentfiles.read, "CLAUDE.md", "CLAUDE.md"), (markdown.read, "notes.md", "Notes")]
)  # fmt: skip
def test_a_heading_titles_only_what_is_below_it(reader, path, name):
    """Text before the first heading is called as the file is; a section is about the heading of level 1 above it."""
    text = """Amounts are integer cents.

# Deploy
Push a tag.

## Old
FTP, until May.

# Conventions
Always open a pull request.

## Older
Redis streams lost acknowledgements.
"""
    found = reader([File(path, text)])
    assert [one.record["title"] for one in found.records] == [
        name, "Deploy", "Deploy: Old", "Conventions", "Conventions: Older",
    ]  # fmt: skip
    # ids hang on these, which are what they were
    assert found.records[0].record["source_id"] == f"{path}#deploy"


def test_what_a_section_is_about_gives_its_kind():
    """Below a heading of level 1 a section is what that one says, and before all of them what the file's name says."""
    text = "Cents.\n\n# Deploy\n\n## Old\nFTP.\n\n# Conventions\n\n## Older\nStreams.\n"
    found = markdown.read([File("notes.md", text)])
    assert titles(found) == [
        ("fact", "Notes"), ("procedure", "Deploy: Old"), ("convention", "Conventions: Older"),
    ]  # fmt: skip


def test_an_underlined_first_heading_is_the_title_and_not_in_the_text():
    """Serena's memories and notes of a vault lose the heading that their title is, in either way of writing it."""
    text = "Code style rules\n================\nTabs.\n"
    for read, path in ((markdown.serena, ".serena/memories/style.md"), (wiki.obsidian, "style.md")):
        (one,) = read([File(path, text)]).records
        assert (one.record["title"], one.record["body"]) == ("Code style rules", "Tabs.")


def test_a_number_that_two_records_have_names_none():
    """Where branches met, numbers occur twice: a link tells which is meant, a bare number is reported."""
    text = "# {}. T{}\n\n## Status\n\n{}\n\n## Decision\nx.\n"
    files = [
        File("adr/0002-a.md", text.format(2, "a", "Accepted")),
        File("adr/0002-b.md", text.format(2, "b", "Accepted")),
        File("adr/0003-c.md", text.format(3, "c", "Superseded by ADR-2")),
        File("adr/0004-d.md", text.format(4, "d", "Accepted\n\nSupersedes [2. Tb](0002-b.md)")),
    ]
    found = adr.read(files)
    by_path = {one.path: one.record for one in found.records}
    assert by_path["adr/0004-d.md"]["supersedes"] == ["adr/0002-b.md"]
    assert by_path["adr/0003-c.md"]["status"] == "retracted"  # whatever replaced it, it is not in force
    assert "supersedes" not in by_path["adr/0002-a.md"]
    assert [one.reason for one in found.problems] == [
        "names 2, a number that 2 records have: adr/0002-a.md, adr/0002-b.md"
    ]


@pytest.mark.parametrize(
    ("status", "kind", "kept"),
    [
        ("Accepted", "decision", None), ("accepted 2026-01-02", "decision", None), ("Proposed", "decision", "proposed"),
        ("Draft", "decision", "proposed"), ("Rejected", "deadend", None), ("Deprecated", "decision", "retracted"),
        ("Superseded by ADR-99", "decision", "retracted"), ("", "decision", None),
    ],
)  # fmt: skip
def test_statuses_of_decisions(status, kind, kept):
    """Each status of a record is one of ours, in whatever form it stands."""
    for text in (
        f"# 1. T\n\n## Status\n\n{status}\n\n## Decision\nx.\n",
        f"# T\n\n* Status: {status}\n\n## Decision\nx.\n",
        f"---\nstatus: {status!r}\n---\n# T\n\n## Decision\nx.\n",
    ):
        (one,) = adr.read([File("adr/0001-t.md", text)]).records
        assert (one.record["kind"], one.record.get("status")) == (kind, kept), text


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("OAuth 2.0 for partners", "OAuth 2.0 for partners"), ("S3 for media", "S3 for media"),
        ("Python 3 everywhere", "Python 3 everywhere"), ("C++20 for the engine", "C++20 for the engine"),
        ("42 is the answer", "42 is the answer"), ("3-tier services", "3-tier services"), ("2.0 is the API", "2.0 is the API"),
        ("ADR: 4 eyes principle", "ADR: 4 eyes principle"), ("0051", "0051"),
        ("51. Use Kafka", "Use Kafka"), ("0007. Use Kafka", "Use Kafka"), ("12 - Use Kafka", "Use Kafka"),
        ("7: Use Kafka", "Use Kafka"), ("ADR 12: Use Kafka", "Use Kafka"), ("ADR-0051 Use Kafka", "Use Kafka"),
        ("[ADR-0051] Use Kafka", "Use Kafka"), ("[ADR-51]: 3 brokers", "3 brokers"), ("adr-0051-use-kafka", "use-kafka"),
        ("0051 Use Kafka", "Use Kafka"), ("0051-use-kafka", "use-kafka"),
    ],
)  # fmt: skip
def test_of_a_title_only_the_records_number_is_cut(heading, title):
    """Numbers that a decision is about stay in its title, whether a heading has it or the front matter."""
    for text in (
        f"# {heading}\n\n## Decision\nx.\n",
        f"---\ntitle: {json.dumps(heading)}\n---\n## Decision\nx.\n",
    ):
        (one,) = adr.read([File("adr/0051-t.md", text)]).records
        assert one.record["title"] == title


def test_a_records_name_as_title_keeps_its_numbers():
    """Without a heading the file's name is the title, its own number aside."""
    found = adr.read([File("adr/0007-python-3.md", "Why.\n"), File("adr/http-2.md", "Why.\n")])
    assert titles(found) == [("decision", "Python 3"), ("decision", "Http 2")]


def test_a_record_with_underlined_headings_has_its_title_and_status():
    """Headings written as a line with ``===`` or ``---`` below are headings: what was rejected or replaced is not in force."""
    text = "{}\n====================\n\nStatus\n------\n{}\n\nDecision\n--------\nOne VM.\n"
    found = adr.read(
        [
            File("adr/0090-ci.md", text.format("Use Jenkins", "Superseded by [91](0091-gha.md)")),
            File("adr/0091-gha.md", text.format("91. GitHub Actions", "Accepted")),
            File("adr/0092-cron.md", text.format("Use Perl", "\nRejected")),
        ]
    )
    assert titles(found) == [
        ("decision", "Use Jenkins"), ("decision", "GitHub Actions"), ("deadend", "Rejected: Use Perl"),
    ]  # fmt: skip
    assert found.records[1].record["supersedes"] == ["adr/0090-ci.md"]
    assert [one.record["body"] for one in found.records] == ["## Decision\nOne VM."] * 3
    assert sources.of_file("docs/0090-ci.md", text) == "adr"


def test_nothing_of_a_record_is_dropped():
    """Who was asked, a technical story, words under the status, keys of other templates: all stay with the decision."""
    text = """---
status: accepted
consulted: [Cy, Di]
decision-makers: {}
---
# T

* Technical Story: SHOP-7
* Date: 2026-01-02

## Status

Accepted

We look again in June.

## Decision
x.
"""
    (one,) = adr.read([File("adr/0001-t.md", text.format(", ".join(["Somebody With A Name"] * 4)))]).records
    assert one.record["consulted"] == "Cy, Di" and one.record["technical_story"] == "SHOP-7"
    assert one.record["deciders"].startswith("Somebody") and "by" not in one.record
    assert one.record["body"] == "## Decision\nx.\n\n## Status\nWe look again in June."
    assert one.record["created"] == "2026-01-02"


def test_templates_and_indexes_are_no_decisions():
    """What a folder of records holds besides is told, not taken."""
    files = [
        File("adr/template.md", "# {short title}\n"),
        File("adr/0000-adr-template.md", "# {x}\n"),
        File("adr/index.md", "# All\n"),
        File("adr/0001-x.md", "# [short title of solved problem and solution]\n"),
    ]
    found = adr.read(files)
    assert (found.records, len(found.problems)) == ([], 4)


def test_an_epic_that_blocks_stands_for_its_parts():
    """Who waits for an epic waits for each task of it; parts wait for what blocks the whole; nothing waits for itself."""

    def issue(name, kind="task", **links):
        deps = [
            {"issue_id": name, "depends_on_id": to, "type": how.replace("_", "-")}
            for how, tos in links.items()
            for to in tos
        ]
        return json.dumps({"id": name, "title": name, "issue_type": kind, "dependencies": deps})

    lines = [
        issue("e", "epic", blocks=["g"]), issue("e.1"), issue("e.2", blocks=["e.1"]), issue("f", blocks=["e"]),
        issue("g", "epic"), issue("h", parent_child=["g"]), issue("loop", blocks=["loop"]),
    ]  # fmt: skip
    found = beads.read([File("issues.jsonl", "\n".join(lines))])
    needs = {one.record["source_id"]: one.record.get("needs", []) for one in found.records}
    assert needs["e.1"] == ["h"] and set(needs["e.2"]) == {"e.1", "h"}
    assert needs["f"] == ["e.1", "e.2"] and needs["h"] == [] and needs["loop"] == []
    assert {one.record["source_id"] for one in found.records if one.record["kind"] == "plan"} == {"e", "g"}


def test_what_of_beads_is_no_issue_is_told():
    """A template, a gate, a header, a line without a title, no JSON, an empty memory: each with its line."""
    lines = ['{"id": "a", "title": "t", "is_template": true}', '{"id": "b", "title": "t", "issue_type": "gate"}',
             '{"_type": "header"}',
             '{"id": "c"}', "nonsense", '{"_type": "memory", "key": "k", "value": ""}', "", "[1]"]  # fmt: skip
    found = beads.read([File("i.jsonl", "\n".join(lines))])
    assert found.records == []
    assert [one.line for one in found.problems] == [1, 2, 3, 4, 5, 6, 8]


@pytest.mark.parametrize("form", ["array", "lines", "object"])
def test_records_come_in_three_forms(form):
    """One array, a line each, or an object that holds the list."""
    values = [{"subject": "a", "fact": "One is true"}, {"subject": "b", "fact": "Two is true"}]
    text = {
        "array": json.dumps(values, indent=2),
        "lines": "".join(json.dumps(one) + "\n" for one in values),
        "object": json.dumps({"memories": values}, indent=2),
    }[form]
    assert titles(records.read([File("m.json", text)])) == [("fact", "One is true"), ("fact", "Two is true")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("src/a.ts:12", ("src/a.ts", 12, 12)), ("src/a.ts:12-20", ("src/a.ts", 12, 20)), ("./a.py", ("a.py", None, None)),
        ("src/a.ts#L3-L9", ("src/a.ts", 3, 9)), ("`src/a b.ts:7`", ("src/a b.ts", 7, 7)), ("Makefile:1", ("Makefile", 1, 1)),
        ("User input: do so", None), ("Makefile", None), ("he said it.", None), ("", None),
    ],
)  # fmt: skip
def test_places_of_records(text, place):
    """A path with or without lines is a place; words are none."""
    assert records.place(text) == place


def test_imports_of_agents_files_are_told_and_code_is_none():
    """``@path`` is reported with its line, where it is no code, no mail address, and not read beside it."""
    text = "# X\n\nSee @docs/a.md and me@example.org.\n\n```\n@no/b.md\n```\n`@no/c.md` @../out.md @b/CLAUDE.md\n"
    found = agentfiles.read([File("CLAUDE.md", text), File("b/CLAUDE.md", "# B\n")])
    assert [one.record["title"] for one in found.records] == ["X"]
    assert [(one.line, one.reason) for one in found.problems] == [
        (8, "imports @../out.md, which is outside the repository: not taken"),
        (3, "imports that are not followed: agentmem import claude-md docs/a.md"),
    ]


def test_a_section_that_only_names_a_file_is_no_memory():
    """Where a section is an import and nothing else, what it would say is in that file, which is told and read on demand."""
    text = "# CLAUDE.md\n\n## Code style\n\n@docs/style.md\n\n## Tests\n- @docs/tests.md\n\n## Rest\nReal.\n"
    found = agentfiles.read([File("CLAUDE.md", text)])
    assert titles(found) == [("fact", "Rest")]
    assert [one.reason for one in found.problems] == [
        "imports that are not followed: agentmem import claude-md docs/style.md docs/tests.md"
    ]
    (one,) = agentfiles.read([File("docs/style.md", "# Style\n\nNo tabs.\n")]).records
    assert (one.record["title"], one.record.get("scope")) == ("Style", None)


def test_a_wiki_link_is_resolved_as_obsidian_does():
    """By name, by path, by alias, whatever the case; a name that two notes have leads nowhere unless its folder tells."""
    files = [
        File("v/a/Same.md", "x"), File("v/b/Same.md", "y"), File("v/Page.md", "---\naliases: [Other]\n---\nz"),
        File("v/Links.md", "[[page]] ![[OTHER|shown]] [[Same]] [[b/same#Part]] `[[no]]` [[Gone]] [[Links]]"),
    ]  # fmt: skip
    found = wiki.obsidian(files)
    links = {one.path: one.record.get("related") for one in found.records}
    assert links["v/Links.md"] == ["v/Page.md", "v/b/Same.md"]


def test_keys_of_a_note_that_mean_something_else_here_are_kept_apart():
    """A note's own ``status: done`` or ``priority: high`` is no status or priority of a memory, and is not lost; its ``related``
    links are links.
    """
    meta = 'status: done\npriority: high\nid: 7\nsource: https://example.org\nrelated: "[[B]]"\nup: "[[B]]"\nrating: 5'
    meta += "\ntype: idea"
    found = wiki.obsidian([File("v/A.md", f"---\n{meta}\n---\nx\n"), File("v/B.md", "y")])
    one = found.records[0].record
    assert {key: one[key] for key in one if key.startswith("note_")} == {
        "note_status": "done", "note_priority": "high", "note_id": "7", "note_source": "https://example.org", "note_type": "idea",
    }  # fmt: skip
    assert (one["related"], one["up"], one["rating"], "status" in one) == (["v/B.md"], "[[B]]", "5", False)


def commit(subject, body="", number=1):
    return Commit(f"{number:040x}", "Ada", "2026-01-02T00:00:00Z", f"{subject}\n\n{body}", ("src/a.py",))


REVERTS = f"This reverts commit {'a' * 40}."
REASON = "The pool hung because pgbouncer hands a connection on in the middle of a transaction."


@pytest.mark.parametrize(
    ("subject", "body", "made"),
    [
        ("Use one connection a worker", REASON, ("decision", "Use one connection a worker")),
        ("feat(queue)!: drop Redis", f"{REASON}\n\nBREAKING CHANGE: set DATABASE_URL", ("decision", "Drop Redis")),
        ("Fix hang of the pool (#12)", f"{REASON}\n\nSigned-off-by: Ada <a@x>", ("fact", "Fixed: hang of the pool")),
        ('Revert "Use a pool"', f"{REVERTS}\n\nIt starved the web workers of the shop.", ("deadend", "Reverted: Use a pool")),
        ('Revert "Use a pool"', REVERTS, None),
        ("Use one connection a worker", "", None),
        ("Add a pool", REASON, None),
        ("Fix typo", "It was wrong.", None),
        ("Bump pg from 8.1 to 8.2", REASON, None),
        ("Fix this, that and the other", REASON, None),
        ("Use one connection", "- because of this\n- because of that\n- and because of the other thing too", None),
        ("Merge branch x", REASON, None),
    ],
)  # fmt: skip
def test_what_a_message_gives(subject, body, made):
    """A choice, a cause or a revert with its reason in words gives one proposal; everything else gives nothing."""
    found = commits.read([commit(subject, body)])
    assert [(one["kind"], one["title"]) for one in found] == ([made] if made else [])
    assert all(one["status"] == "proposed" and "Signed-off" not in str(one["body"]) for one in found)


def test_a_revert_that_was_taken_back_is_no_dead_end():
    """What was reverted and then applied again did work."""
    revert = commit(
        'Revert "Use a pool"',
        f"This reverts commit {'a' * 40}.\n\nIt starved the web workers of the shop.",
        7,
    )
    assert len(commits.read([revert])) == 1
    for again in ('Revert "Revert "Use a pool""', 'Reapply "Use a pool"'):
        assert commits.read([commit(again, f"This reverts commit {7:040x}.", 8), revert]) == []


@pytest.mark.parametrize(
    ("subject", "body", "left"),
    [
        ('Revert "Use a pool (#3)"', f"This reverts commit {3:040x}.", []),
        ('Revert "Use a pool" (#9)', "Reverts shop/api#3", []),
        ("Back to one connection", f"This reverts commit {3:040x}.", []),
        ("Partial revert of the pool", f"This reverts commit {3:040x}.", ["Use a pool"]),
        ('Revert "Use a queue"', f"This reverts commit {'a' * 40}.", ["Use a pool"]),
        ("Go on", "", ["Use a pool"]),
    ],
)
def test_a_choice_that_was_reverted_is_none(subject, body, left):
    """What a later commit took back, by its id or its subject, is proposed no more; of a part of it nobody can tell."""
    chosen = commit("Use a pool (#3)", REASON, 3)
    found = commits.read([commit(subject, body, 7), chosen])
    assert [one["title"] for one in found] == left


def test_what_was_reverted_and_applied_again_is_in_force():
    """Each revert takes back the one before it: the last word counts."""
    chosen = commit("Use a pool", REASON, 3)
    back = commit('Revert "Use a pool"', f"This reverts commit {3:040x}.\n\nIt starved the web workers.", 4)
    again = commit('Reapply "Use a pool"', f"This reverts commit {4:040x}.", 5)
    last = commit('Revert "Reapply "Use a pool""', f"This reverts commit {5:040x}.", 6)
    kinds_of = [[one["kind"] for one in commits.read(log)] for log in (
        [chosen], [back, chosen], [again, back, chosen], [last, again, back, chosen],
    )]  # fmt: skip
    assert kinds_of == [["decision"], ["deadend"], ["decision"], ["deadend"]]
    newer = commit("Use a pool", REASON, 8)
    assert [
        one["source_id"] for one in commits.read([newer, commit('Revert "Use a pool"', "", 7), chosen])
    ] == [newer.id]


@given(st.lists(st.text(max_size=200), max_size=5))
def test_no_message_breaks_the_reader(messages):
    """Whatever was committed, it is read."""
    read = [Commit(f"{n:040x}", "", "2026-01-01T00:00:00Z", text, ()) for n, text in enumerate(messages)]
    assert all(str(one["title"]).strip() for one in commits.read(read))


def test_the_table_of_sources_is_whole():
    """Every source of files has a reader that can be loaded, and a line that says what it is."""
    import importlib

    for source in sources.ALL:
        assert source.doc
        if source.module:
            module, _, name = source.module.partition(":")
            assert callable(getattr(importlib.import_module(f"agentmem.model.importers.{module}"), name))
    assert set(sources.FIRST) <= set(sources.NAMES)
