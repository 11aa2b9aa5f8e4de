"""Imports meet the files that there are: what is read, what is refused, what is found, and what is told of all that."""

import json
import os

from tests import support
from tests.actions.importing import by_title, files, put
from tests.sources import KEPT

AGENTS_LIKE = "# X\n\n## Code style\nUse modules.\n"


def test_what_must_not_be_written_is_told_with_file_and_line(store):
    """A secret, broken YAML, an empty file, one that is no text: each is named, and the others come in."""
    put(
        store,
        {
            "notes/a.md": "# Keys\n\n## Access\nThe key is AKIAIOSFODNN7ABCDEFG\n\n## Rest\nIt is rotated.\n",
            "notes/b.md": "---\ntags: [a\n---\n# Broken\nStill read.\n",
            "notes/c.md": "",
        },
    )
    support.put(store.path / "notes" / "d.md", b"# No\0text\n")
    support.put(store.path / "notes" / "e.md", b"# Latin\ncaf\xe9\n")
    done = store.json("import", "markdown", "notes")
    assert {one["title"] for one in done["new"]} == {"Keys: Rest", "Broken", "Latin"}
    said = {one["place"]: one["reason"] for one in done["skipped"]}
    assert set(said) == {"notes/a.md:3", "notes/b.md:2", "notes/d.md", "notes/e.md:2"}
    assert "AWS access key id" in said["notes/a.md:3"] and "AKIA" not in str(done)
    assert "front matter" in said["notes/b.md:2"]


def test_bytes_of_other_systems_are_read(store):
    """CRLF, a BOM, UTF-16, names with spaces and beyond ASCII, folders in folders."""
    support.put(
        store.path / "n o t e s" / "größe" / "über uns.md",
        b"\xef\xbb\xbf# Wir\r\n\r\n## Ziele\r\nWenig, gut.\r\n",
    )
    support.put(store.path / "n o t e s" / "zwei.md", "# Zwei\n\nText.\n".encode("utf-16"))
    done = store.json("import", "markdown", "n o t e s")
    assert {one["title"] for one in done["new"]} == {"Wir: Ziele", "Zwei"}
    assert by_title(store)["Wir: Ziele"]["source_id"] == "n o t e s/größe/über uns.md#ziele"
    assert by_title(store)["Wir: Ziele"]["body"] == "Wenig, gut."


def test_a_name_with_a_newline_is_one_line(store):
    """A path may hold a newline: it is told on one line, and its records come in."""
    support.put(store.path / "notes" / "a\nb.md", "# One\n\nText.\n")
    assert store.ok("import", "markdown", "notes", "--dry-run").count("\n") == 2
    assert len(store.json("import", "markdown", "notes")["added"]) == 1


def test_links_out_of_the_repository_are_refused(store, tmp_path):
    """A link that leads out is not followed, named or found; one that leads to a file of the repository is that file."""
    outside = support.put(tmp_path / "outside" / "CLAUDE.md", "# X\n\n## Code style\nSecret ways.\n")
    os.symlink(outside, store.path / "CLAUDE.md")
    (store.path / "notes").mkdir()
    os.symlink(outside, store.path / "notes" / "x.md")
    done = store.call("import", "claude-md", "CLAUDE.md")
    assert done.code == 2 and "leads out of the repository" in done.err
    assert store.call("import", "markdown", "notes").code == 2
    support.put(store.path / "AGENTS.md", AGENTS_LIKE)
    os.unlink(store.path / "CLAUDE.md")
    os.symlink("AGENTS.md", store.path / "CLAUDE.md")
    assert store.json("import", "claude-md", "CLAUDE.md")["new"][0]["place"] == "AGENTS.md:3"
    assert files(store)


def test_lines_from_a_pipe(store):
    """`import jsonl -` takes standard input, the same as from a file; of other sources a name is part of the record."""
    record = {"id": support.identity(1), "kind": "fact", "title": "Jobs have a lease"}
    line = json.dumps(record) + "\n"
    given = store.call("import", "jsonl", "-", input="\ufeff" + line + "no JSON\r\n")
    assert given.code == 1 and "-:2: no JSON object" in given.out, given
    assert store.titles() == {"Jobs have a lease"}
    store.write("../lines.jsonl", line)
    assert store.json("import", "jsonl", "lines.jsonl")["known"] == [support.identity(1)]
    for words, said in (
        (("adr", "-"), "import adr reads no standard input"),
        (("plan", "-"), "import plan reads no standard input"),
        (("-",), "nothing tells which source standard input is of"),
        (("lines.jsonl", "-"), "nothing tells which source standard input is of"),
    ):
        refused = store.call("import", *words, input=line)
        assert refused.code == 2 and said in refused.err and "agentmem import jsonl -" in refused.err


def test_a_line_that_is_left_out_is_told_by_the_exit_code(store):
    """Each line is meant for a memory: where one is left out, for half a character or its kind, the others are taken."""
    good, half, kind = (
        json.dumps({"kind": kind, "title": title})
        for kind, title in (("fact", "Cats wait upstairs"), ("fact", "Half \ud800"), ("thing", "No kind"))
    )
    for wrong, said in (
        (half, "-:2: no JSON object: \\ud800 is half a character"),
        (kind, "-:2: no kind 'thing'"),
    ):
        done = store.call("import", "jsonl", "-", input=f"{good}\n{wrong}\n")
        assert done.code == 1 and said in done.out and not done.err, done
    assert store.titles() == {"Cats wait upstairs"}
    done = store.call("import", "jsonl", "-", input=f"[{good},\n{half}]")
    assert done.code == 1 and "item 2: \\ud800 is half a character" in done.out
    assert store.call("import", "jsonl", "-", input=good).code == 0
    put(store, {"notes/a.md": "# A\n\nThe key is AKIAIOSFODNN7ABCDEFG\n", "notes/b.md": "# B\n\nText.\n"})
    assert "skipped: 1" in store.ok("import", "markdown", "notes")


def test_what_git_ignores_and_other_repositories_are_not_walked(store):
    """A folder is read without what git ignores, dependencies and repositories within; one that is ignored as a whole is read."""
    put(
        store,
        {
            ".gitignore": "build/\nprivate/\n",
            "build/x.md": "# Built\nx y\n",
            "node_modules/p/README.md": "# Dep\nx y\n",
        },
    )
    put(
        store,
        {
            "a.md": "# Mine\nx y\n",
            "sub/.git": "gitdir: elsewhere\n",
            "sub/b.md": "# Theirs\nx y\n",
            "private/c.md": "# Own\nx y\n",
        },
    )
    assert {one["title"] for one in store.json("import", "markdown", ".", "--dry-run")["new"]} == {"Mine"}
    assert {one["title"] for one in store.json("import", "markdown", "private", "--dry-run")["new"]} == {
        "Own"
    }


def test_a_vault_outside_the_repository_comes_in_under_its_own_name(store, tmp_path):
    """Notes often lie elsewhere: they are known by the folder that was named, wherever that is on this machine."""
    put_at = tmp_path / "vault" / "Retries.md"
    support.put(put_at, "Three, then none.\n")
    store.ok("import", "obsidian", str(tmp_path / "vault"))
    assert by_title(store)["Retries"]["source_id"] == "vault/Retries.md"


def test_a_folder_outside_is_no_other_state_of_one_inside(store, tmp_path):
    """Of two folders of one name the one elsewhere is a source of its own: neither takes the other's place."""
    support.put(store.path / "notes" / "retries.md", "# Retries\n\nThree, then none.\n")
    support.put(tmp_path / "notes" / "retries.md", "# Retries\n\nNine of them, always.\n")
    store.ok("import", "markdown", "notes")
    done = store.json("import", "markdown", str(tmp_path / "notes"), "--update")
    assert len(done["added"]) == 1 and done["changed"] == []
    assert len(store.json("list")["memories"]) == 2


def test_a_huge_file_and_a_huge_id_are_told(store):
    """Five megabytes of notes are read; an id of a hundred kilobytes is refused, the issue beside it taken."""
    put(
        store,
        {"notes/long.md": "# Long\n\n" + "".join(f"## Part {n}\n{'word ' * 2000}\n" for n in range(500))},
    )
    assert len(store.json("import", "markdown", "notes", "--dry-run")["new"]) == 500
    issue = {"title": "Huge", "status": "open", "issue_type": "task", "created_at": "2026-01-01T00:00:00Z"}
    put(
        store,
        {
            "issues.jsonl": json.dumps({**issue, "id": "x" * 100_000})
            + "\n"
            + json.dumps({**issue, "id": "x-1"})
            + "\n"
        },
    )
    done = store.json("import", "beads", "issues.jsonl")
    assert (len(done["added"]), done["skipped"][0]["reason"]) == (1, "its id has 100,000 characters")


def test_import_alone_says_what_is_here(store):
    """Without a word one is told each source that lies here, as the command that takes it; where nothing is, that."""
    assert store.ok("import").startswith("nothing to import was found here")
    for source in ("cline", "beads", "adr", "serena", "openclaw", "claude-md", "agents-md"):
        put(store, KEPT[source].files)
    store.commit("all")
    said = store.ok("import").splitlines()
    assert [line.split("   ")[0] for line in said[:-1]] == [
        "agentmem import cline memory-bank/",
        "agentmem import beads .beads/issues.jsonl",
        "agentmem import adr docs/adr/",
        "agentmem import serena .serena/memories/",
        "agentmem import openclaw MEMORY.md memory/ bank/",
        "agentmem import claude-md CLAUDE.md packages/api/CLAUDE.md",
        "agentmem import agents-md AGENTS.md",
    ]
    told = store.ok("init").splitlines()[-2:]
    assert told[0].startswith("next    agentmem import cline memory-bank/   (found 4 files, about ")
    assert (
        told[1]
        == "        also here: beads, adr, serena, openclaw, claude-md, agents-md; all: agentmem import"
    )
    for line in said[:-1]:
        assert store.json(*line.split("   ")[0].split()[1:])["added"]


def test_our_own_block_and_folders_of_code_are_nothing_to_import(store):
    """An AGENTS.md that holds our block alone, and a package called memory, are not offered."""
    put(
        store,
        {
            "AGENTS.md": "<!-- agentmem:begin 1 -->\n## Team memory\n- x\n<!-- agentmem:end -->\n",
            "memory/pool.py": "x = 1\n",
        },
    )
    put(store, {"adr/parser.py": "x = 1\n", "bank/account.md": "# Account\nof a bank\n"})
    store.commit("code")
    assert store.ok("import").startswith("nothing to import was found here")


def test_words_that_name_no_source_are_told(store):
    """A misspelt source, a source without its files, a path that tells nothing: each error says what to do."""
    for words, said in (
        (("cliner",), 'no source "cliner"'),
        (("cline",), "import cline needs a path: nothing of it at memory-bank"),
        (("jsonl",), "import jsonl needs a path\n"),
        (("markdown", "nowhere"), "cannot read nowhere: no such file or directory"),
        (("beads", ".agentmem"), ".agentmem is in the store already"),
        (("git-log", "no..where"), "bad revision"),
        (("git-log", "--", "--output=x"), "a range is no option"),
    ):
        done = store.call("import", *words)
        assert (done.code, said in done.err) == (2, True), done


def test_a_copy_of_agents_rules_comes_in_once(store):
    """What AGENTS.md and CLAUDE.md both say, word for word, becomes one memory; what they say otherwise becomes one each."""
    put(store, {"CLAUDE.md": AGENTS_LIKE, "AGENTS.md": AGENTS_LIKE + "\n## Tests\nRun them.\n"})
    store.ok("import", "claude-md")
    done = store.json("import", "agents-md")
    assert [one["title"] for one in done["new"]] == ["X: Tests"]
    assert done["skipped"][0]["place"] == "AGENTS.md:3" and "word for word" in done["skipped"][0]["reason"]
