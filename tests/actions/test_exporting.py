"""Exports: what other programs get, and that nothing a person wrote is written over."""

import json
import re
import sqlite3

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from agentmem.actions import recording
from agentmem.model import kinds
from agentmem.model.exporters import block, graph, madr
from agentmem.model.exporters.shown import Shown
from agentmem.model.memory import Citation, Memory, as_meta
from agentmem.store import database
from tests import support
from tests.cli.test_transcripts import KNOWN
from tests.model.test_memory import MEMORY


@pytest.fixture
def known(store):
    """A store with a dozen memories of all kinds, one superseded, one with a change on a branch."""
    support.put(store.path / "known.jsonl", KNOWN)
    store.ok("import", "jsonl", "known.jsonl")
    store.commit()
    return store


def shown(memory, status="active", layer="base"):
    return Shown(memory, status, layer, f".agentmem/{memory.id}.md")


def test_an_export_without_filters_has_what_is_no_longer_in_force(known):
    """A plain ``export jsonl`` loses nothing: what is retracted, superseded or expired goes out too, a filter leaves it out."""
    statuses = ("retracted", "superseded", "expired", "done")
    known.ok("supersede", "e7q2vb", "--title", "Another")
    ended = {
        status: set(known.ok("list", "--status", status, "--format", "ids", "--limit", "0").split())
        for status in statuses
    }
    assert ended["retracted"]
    assert ended["superseded"]
    whole = {json.loads(line)["id"] for line in known.ok("export", "jsonl").splitlines()}
    assert set().union(*ended.values()) <= whole
    some = {json.loads(line)["id"] for line in known.ok("export", "jsonl", "--status", "active").splitlines()}
    assert not some & (ended["retracted"] | ended["superseded"])


@given(MEMORY)
def test_what_goes_out_as_jsonl_comes_in_as_it_was(memory):
    """Of every memory each field, citation and unknown key survives export and import; of an id that is one, that as well."""
    memory = memory._replace(
        id="7k3m9qwpdx2v",
        kind=memory.kind if memory.kind in kinds.NAMES else "fact",
        title=" ".join(memory.title.split()) or "x",
    )
    record = json.loads(json.dumps({**as_meta(memory), "body": memory.body}))
    names = recording.names("jsonl", [record])
    found = recording.memory_of("jsonl", record, names)
    wanted = memory._replace(source=memory.source or "jsonl", body=memory.body.strip())
    assert as_meta(found) == as_meta(wanted)
    assert found.body == wanted.body
    assert recording.edits(found, memory._replace(body=wanted.body), False) == []


def test_a_change_of_a_branch_goes_out_applied(known):
    """What a branch has changed is in its export, and in that of no other branch."""
    known.git("switch", "-q", "-c", "feature/x")
    known.ok("edit", "t0c8me", "--set", "title=Empty the queue")
    assert "Empty the queue" in known.ok("export", "jsonl")
    known.commit("change")
    known.git("switch", "-q", "main")
    assert "Drain the queue" in known.ok("export", "jsonl")


def test_a_database_has_all_and_finds_words(known):
    """Each memory is a row with its derived status; what it names is in tables of its own; words are found by their stems."""
    assert known.ok("export", "sqlite", "memory.db") == "memory.db: 11 memories written\n"
    with sqlite3.connect(known.path / "memory.db") as database_:
        rows = dict(database_.execute("SELECT id, status FROM memories"))
        every = [json.loads(line)["id"] for line in KNOWN.splitlines()]
        assert set(rows) == set(every)
        assert (rows["k2m7vdb9c3xf"], rows["w4c8pzd6f0gh"]) == ("done", "retracted")
        found = database_.execute(
            "SELECT title FROM memories_fts JOIN memories USING(id, title) WHERE memories_fts MATCH 'claiming job' ORDER BY rank"
        )
        assert found.fetchone()[0].startswith("Workers claim jobs")
        cites = database_.execute(
            "SELECT path, symbol, first_line, last_line FROM cites WHERE memory = '7k3m9qwpdx2v'"
        ).fetchall()
        assert cites == [("server/src/queue/claim.ts", "JobQueue.claimNext", 40, 52)]
        assert database_.execute("SELECT count(*) FROM links WHERE relation = 'closes'").fetchone() == (1,)
        assert database_.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    known.ok("add", "fact", "One more thing is true")
    assert known.json("export", "sqlite", "memory.db")["memories"] == 12  # its own it replaces
    assert known.json("export", "sqlite", "--out", "some.db", "--kind", "task")["memories"] == 2


@settings(max_examples=25)
@given(MEMORY)
def test_every_memory_fits_into_a_database(memory):
    """Whatever a memory holds, the database takes it."""
    memory = memory._replace(id="7k3m9qwpdx2v", kind="fact")
    data = database.build([shown(memory)])
    assert database.is_ours(data[:100])
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    assert connection.execute("SELECT title, body FROM memories").fetchone() == (memory.title, memory.body)


@pytest.mark.parametrize(
    "words", [("sqlite", "mine"), ("dot", "mine"), ("mermaid", "mine"), ("madr", "mine")]
)
def test_what_is_there_is_not_written_over(known, words):
    """A file that no export wrote is left as it is, and the error says so."""
    support.put(known.path / "mine", "precious\n")
    done = known.call("export", *words)
    assert (done.code, (known.path / "mine").read_text()) == (2, "precious\n")
    assert "mine is there, and no " in done.err


def test_places_that_cannot_be_written_are_told(known, tmp_path):
    """No place, one in the store, a folder that is not there, a link: each error is one line with what to do."""
    (known.path / "link").symlink_to(tmp_path / "elsewhere")
    for words, said in (
        (("sqlite",), "export sqlite needs a place to write"),
        (("madr",), "export madr needs a place to write"),
        (("sqlite", ".agentmem/x.db"), "is in the store"),
        (("dot", "no/such/x.dot"), "there is no folder no/such"),
        (("sqlite", "link"), "link is a link"),
        (("dot", "a", "--out", "b"), "one place to write"),
        (("jsonl", "--out", "x"), "export jsonl takes no name"),
        (("jsonl", "x"), "hint: agentmem export jsonl     (it goes to standard output)"),
    ):
        done = known.call("export", *words)
        assert (done.code, said in done.err) == (2, True), done
    assert not (tmp_path / "elsewhere").exists()


def test_madr_numbers_stay_and_hands_are_respected(known):
    """A decision keeps the number it got; a newer one gets the next; a file that was edited, and any other, stays as it is."""
    known.ok("export", "madr", "adr")
    (first,) = (known.path / "adr").iterdir()
    assert first.name == "0001-workers-claim-jobs-with-skip-locked-not-with-a-lock-table.md"
    support.put(known.path / "adr" / "0007-by-hand.md", "# 7. By hand\n")
    # an older decision comes in later and gets a later number
    known.ok("add", "decision", "Older", "--created", "2020-01-01")
    known.ok("supersede", "7k3m9q", "--title", "Workers claim jobs by a lease", "--body", "It is simpler.")
    done = known.json("export", "madr", "adr")
    names = sorted(path.name for path in (known.path / "adr").iterdir())
    assert names == ["0001-workers-claim-jobs-with-skip-locked-not-with-a-lock-table.md", "0007-by-hand.md", "0008-older.md",
                     "0009-workers-claim-jobs-by-a-lease.md"]  # fmt: skip
    assert len(done["written"]) == 3
    text = first.read_text()
    assert "status: superseded by [ADR-0009](0009-workers-claim-jobs-by-a-lease.md)\n" in text
    first.write_text(text + "\nA thought of mine.\n")
    known.ok("supersede", "7k3m9q", "--title", "Workers claim jobs by two leases")
    done = known.json("export", "madr", "adr")
    assert done["kept"] == [first.name]
    assert first.read_text().endswith("A thought of mine.\n")
    assert known.json("export", "madr", "adr")["written"] == []


def test_madr_files_are_read_as_records_by_nobody_twice(known):
    """Our own export is no source of new decisions; as a record of another project it reads as one."""
    known.ok("export", "madr", "adr")
    done = known.call("import", "adr", "adr", "--json").json
    assert (done["added"], "an export of memory 7k3m9qwpdx2v" in done["skipped"][0]["reason"]) == ([], True)
    text = next((known.path / "adr").iterdir()).read_text()
    assert text.startswith("---\nstatus: accepted\ndate: 2026-02-10\ndecision-makers: api-agent\n")
    assert "# Workers claim jobs with SKIP LOCKED, not with a lock table\n" in text
    assert "- Evidence: `server/src/queue/claim.ts:40-52` JobQueue.claimNext\n" in text


def test_records_that_were_imported_are_not_written_again(known):
    """Into the folder that decisions came from only new ones are written, and their links lead to the records that are there."""
    support.put(
        known.path / "adr" / "0003-old.md", "# 3. Old way\n\n## Status\n\nAccepted\n\n## Decision\n\nSo.\n"
    )
    known.ok("import", "adr", "adr")
    old = next(one["id"] for one in known.json("list")["memories"] if one["title"] == "Old way")
    known.ok("supersede", old, "--title", "New way")
    done = known.json("export", "madr", "adr")
    assert "0003-old.md" not in done["written"] and len(done["written"]) == 2
    new = next(path for path in (known.path / "adr").iterdir() if "new-way" in path.name)
    assert "- Supersedes [ADR-0003](0003-old.md)\n" in new.read_text()


def test_the_block_is_put_in_place(known):
    """What a person wrote around the block stays byte for byte; the block is brought up to date where it stands."""
    known.ok("add", "convention", "Errors are problem+json", "--body", "- one\n- two", "--scope", "server/**")
    known.commit()
    printed = known.ok("export", "agents-md")
    assert "- Errors are problem+json. one; two (`server/**`) [" in printed
    assert (
        "- Drain the queue. Stop the workers; Wait for the claimed jobs; Start them again [t0c8me]" in printed
    )
    assert (
        "- Workers claim jobs with SKIP LOCKED, not with a lock table. (`server/src/queue/**`) [7k3m9q]"
        in printed
    )
    assert "Advisory locks" not in printed
    path = known.path / "AGENTS.md"
    path.write_bytes(b"# Mine\r\n\r\n<!-- agentmem:begin 1 -->\r\nx\r\n<!-- agentmem:end -->\r\n")
    known.ok("export", "agents-md", "AGENTS.md")
    with_block = path.read_bytes()
    assert with_block.startswith(
        b"# Mine\r\n\r\n<!-- agentmem:begin 1 -->\r\nx\r\n<!-- agentmem:end -->\r\n\r\n<!-- agentmem-memories:begin"
    )
    assert b"\n" not in with_block.replace(b"\r\n", b"")
    path.write_bytes(with_block + b"After.\r\n")
    known.ok("add", "convention", "Money is in cents")
    known.commit()
    known.ok("export", "agents-md", "AGENTS.md")
    text = path.read_text()
    assert text.count("agentmem-memories:begin") == 1
    assert "Money is in cents" in text and text.endswith("After.\n")
    assert known.ok("export", "agents-md", "AGENTS.md") == "AGENTS.md: 4 memories, as it was\n"
    assert [one["title"] for one in known.json("import", "agents-md", "--dry-run")["new"]] == ["Mine"]


def test_the_block_takes_only_what_trunk_has(known):
    """What a branch only proposes, or has not merged, is no rule for all."""
    known.git("switch", "-q", "-c", "feature/x")
    known.ok("add", "convention", "Tabs everywhere")
    assert "Tabs" not in known.ok("export", "agents-md")


def conventions(number):
    return [
        shown(
            Memory(
                id=support.identity(n),
                kind="convention",
                title=f"Rule {n} says what to do",
                body="Because " * 20,
                created=n,
            )
        )
        for n in range(number)
    ]


@pytest.mark.parametrize("budget", [200, 600, 1200])
def test_the_block_keeps_to_its_budget(budget):
    """However many rules there are, the block is within its tokens and says how many it leaves out; the pinned come first."""
    from agentmem.model import tokens

    every = conventions(100)
    every[3] = every[3]._replace(memory=every[3].memory._replace(pin=True))
    made = block.block(every, budget)
    assert tokens.estimate(made.text) <= budget
    assert made.shown + made.left == 100
    assert f"{made.left} more: " in made.text
    assert made.text.split("\n")[4].startswith("- Rule 3 says")
    assert block.block(every, 0).left == 0


@given(MEMORY)
def test_no_text_ends_the_block(memory):
    """A title or body can neither close the block nor open a comment in it."""
    memory = memory._replace(
        id="7k3m9qwpdx2v", kind="convention", title=f"{memory.title} <!-- --> <!-- agentmem-memories:end -->"
    )
    text = block.block([shown(memory)], 0).text
    assert text.count("<!--") == text.count("-->") == 2
    assert block.placed(block.placed("a\n", text), text) == block.placed("a\n", text)


def test_a_graph_has_what_links_memories(known):
    """Needs, what closes what, what replaces what, and entities: an edge each; what has no link is counted, not drawn."""
    known.ok(
        "supersede", "7k3m9q", "--title", 'Claims "by lease"; <b>[x]</b> & %% done', "--kind", "decision"
    ) if False else None
    text = known.ok("export", "dot")
    assert text.startswith("// generated by agentmem export dot\ndigraph memory {\n")
    assert '"j9s4ra2w8e1y" -> "k2m7vdb9c3xf" [label="closes"];' in text
    assert re.search(r"// \d+ without links left out\n\Z", text)
    whole = known.ok("export", "dot", "--unlinked")
    assert whole.count(", shape=") == 11 + whole.count('"@')  # every memory
    drawn = known.ok("export", "mermaid")
    assert drawn.startswith("%% generated by agentmem export mermaid\nflowchart LR\n")
    assert "  mj9s4ra2w8e1y -->|closes| mk2m7vdb9c3xf\n" in drawn
    assert known.json("export", "mermaid")["text"] == drawn
    known.ok("export", "dot", "graph.dot")
    known.ok("export", "dot", "graph.dot", "--kind", "task")
    assert "shape=plaintext" not in (known.path / "graph.dot").read_text()


@given(MEMORY, MEMORY)
def test_labels_are_escaped(one, other):
    """Whatever a title holds, each node and edge is one line, with quotes that close."""
    first = one._replace(
        id="7k3m9qwpdx2v",
        kind="task",
        title=f'{one.title} "\\',
        needs=("p2v8rr41c0zd",),
        entities=('a"]', "b"),
    )
    second = other._replace(
        id="p2v8rr41c0zd",
        kind="entity",
        title=f'x|{{}}]"; end\n%% {other.title}',
        entities=('a"]', "b"),
        needs=(),
    )
    made = graph.graph([shown(first), shown(second)])
    for line in graph.dot(made).splitlines()[4:-1]:
        assert re.fullmatch(
            r'  "(?:[^"\\]|\\.)*"(?: -> "(?:[^"\\]|\\.)*")? \[label="(?:[^"\\]|\\.)*"(?:, shape=\w+)?\];',
            line,
        ), line
    for line in graph.mermaid(made).splitlines()[2:]:
        assert line.startswith("%%") or re.fullmatch(
            r'  [me]\w+(?:[\[({>/]{1,2}"[^"\[\]{}()<>&`|\\]*"[\])}/]{1,2}| -->\|\w+\| [me]\w+)', line
        ), line


@given(MEMORY)
def test_a_madr_file_is_markdown_with_its_status(memory):
    """Whatever a decision says, its file has front matter that reads, one title, and is known again as untouched."""
    from agentmem.model import document

    memory = memory._replace(
        id="7k3m9qwpdx2v",
        kind="decision",
        title=" ".join(memory.title.split()) or "x",
        cites=(Citation("a.py", lines="1-2"),),
    )
    (file,) = madr.files([shown(memory)], {})
    parsed = document.parse(file.text.encode("utf-8", "replace"))
    assert parsed.problems == () and parsed.meta["status"] == "accepted"
    assert madr.is_untouched(file.text) and not madr.is_untouched(file.text + "more\n")
    assert madr.files([shown(memory)], {file.name: file.text}) == [file]
    assert "<h1>" in MarkdownIt().render(parsed.body)
