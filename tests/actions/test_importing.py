"""Imports: what each tool keeps becomes the memories that its people would look for, once, on whatever branch."""

import json
import os

import pytest

from tests import support
from tests.sources import KEPT

EVERY = ("active", "proposed", "open", "done", "failed", "superseded", "expired", "retracted")
ALL = [word for status in EVERY for word in ("--status", status)]


def put(project, files):
    for path, text in files.items():
        support.put(project.path / path, text)


def files(project):
    """Every memory's file, with its bytes."""
    return {path.relative_to(project.store): path.read_bytes() for path in project.store.rglob("*-*.md")}


def exported(project):
    return {one["id"]: one for one in map(json.loads, project.ok("export", "jsonl", *ALL).splitlines())}


def by_title(project):
    return {one["title"]: one for one in exported(project).values()}


@pytest.fixture
def kept(store):
    """A function that puts what a tool keeps into the repository, commits it and imports it; what the import said."""

    def make(source, *options):
        put(store, KEPT[source].files)
        store.commit("what the tool kept")
        return store.json("import", source, *KEPT[source].paths, *options)

    return make


@pytest.mark.parametrize("source", KEPT)
def test_each_source_becomes_memories_once(source, kept, store, new_repository, tmp_path):
    """Each tool's records are memories of the right kind under good titles; a second import adds nothing; an export of them,
    imported elsewhere, is the same files.
    """
    done = kept(source)
    made = files(store)
    assert {(one["kind"], one["title"]) for one in done["new"]} == KEPT[source].memories
    assert len(made) == len(done["added"]) == len(done["new"])
    assert done["sources"] == [source]
    again = store.json("import", source, *KEPT[source].paths)
    assert (again["added"], again["changed"], sorted(again["known"])) == ([], [], sorted(done["added"]))
    assert store.json("import", source, *KEPT[source].paths, "--update")["changed"] == []
    assert files(store) == made
    out = support.put(tmp_path / "out.jsonl", store.ok("export", "jsonl", *ALL))
    other = new_repository("other")
    other.ok("init")
    assert other.json("import", "jsonl", str(out))["skipped"] == []
    assert files(other) == made
    assert store.call("check").code == 0


@pytest.mark.parametrize("source", KEPT)
def test_two_branches_that_import_the_same_merge(source, store):
    """Imported on two branches the same records are the same files, so that a plain merge has nothing to settle, and an import
    after it nothing to add.
    """
    put(store, KEPT[source].files)
    store.commit("what the tool kept")
    store.git("config", "--remove-section", "merge.agentmem")
    for branch in ("one", "two"):
        store.git("switch", "-q", "-c", branch, "main")
        store.ok("import", source, *KEPT[source].paths)
        support.put(store.path / branch, branch)
        store.commit(branch)
    before = files(store)
    store.git("merge", "-q", "--no-edit", "one")
    assert files(store) == before
    done = store.json("import", source, *KEPT[source].paths)
    assert (done["added"], done["changed"]) == ([], [])


@pytest.mark.parametrize("source", [name for name in KEPT if name not in ("agents-md", "plan")])
def test_a_path_alone_tells_its_source(source, store):
    """Who names what a tool keeps, and not the tool, gets the same import."""
    put(store, KEPT[source].files)
    store.commit("what the tool kept")
    told = [store.json("import", path, "--dry-run")["sources"] for path in KEPT[source].paths]
    assert told == [[source]] * len(KEPT[source].paths)


def test_a_dry_run_writes_nothing_and_lists_all(kept, store):
    """Before it is done one sees each memory that would come, its kind and where it is from, and what is not understood."""
    put(store, KEPT["beads"].files)
    said = store.ok("import", "beads", "--dry-run")
    assert files(store) == {}
    assert said.startswith("would add 6 (1 fact, 1 plan, 3 tasks, 1 log entry) · skipped: 2\n")
    assert '  task "POST /invoices" .beads/issues.jsonl:3\n' in said
    assert "  .beads/issues.jsonl:3: led-1.2 is blocked by led-77, which is not among these issues\n" in said
    assert "  .beads/issues.jsonl:5: led-3 was deleted there\n" in said


def test_the_author_and_time_are_those_of_the_source_else_of_git(store):
    """What the record states counts; else who committed the file, and when; where git has no file nothing is made up."""
    put(store, KEPT["adr"].files)
    support.put(
        store.path / "docs" / "adr" / "0001-first.md",
        "# 1. First\n\n## Status\n\nAccepted\n\n## Decision\n\nWe begin.\n",
    )
    store.commit("records")
    support.put(
        store.path / "docs" / "adr" / "0009-new.md",
        "# 9. New\n\n## Status\n\nAccepted\n\n## Decision\n\nWe go on.\n",
    )
    store.ok("import", "adr")
    found = by_title(store)
    assert (found["Use Postgres for the queue"]["created"], found["Use Postgres for the queue"]["by"]) == (
        "2025-12-01T00:00:00Z",
        "Ada, Bo",
    )
    assert (found["First"]["created"], found["First"]["by"]) == ("2026-02-22T10:00:00Z", "A. Uthor")
    assert "created" not in found["New"] and "by" not in found["New"]


def test_a_shallow_clone_makes_up_no_author(store, tmp_path):
    """Where history ends, what it holds seems to begin: that is nobody's word."""
    put(store, KEPT["serena"].files)
    store.commit("memories")
    support.git(tmp_path, "clone", "-q", "--depth", "1", f"file://{store.path}", "shallow")
    clone = support.Project(tmp_path / "shallow")
    clone.ok("import", "serena")
    assert all("created" not in one and "by" not in one for one in exported(clone).values())


def test_a_source_that_changed_is_told_and_taken_on_demand(kept, store):
    """An import after the source changed names what differs and leaves it; --update takes it, and the memory keeps its file."""
    done = kept("serena")
    name = next(one["id"] for one in done["new"] if one["title"] == "Code style and conventions")
    where = {path for path in files(store) if name in str(path)}
    support.put(
        store.path / ".serena/memories/code_style_and_conventions.md",
        "# Style\nType hints, and no star imports.\n",
    )
    said = store.ok("import", "serena")
    assert said.startswith(
        "added 0 · differ from the source: 1 · known already: 1 (--update takes the source's text)\n"
    )
    assert f'differs: {name[:6]} "Code style and conventions"' in said
    assert "star" not in store.ok("show", name)
    assert store.json("import", "serena", "--update")["changed"] == [name]
    assert "no star imports" in store.ok("show", name)
    assert {path for path in files(store) if name in str(path)} == where


def test_links_become_ids(kept, store):
    """Wiki links, what replaces what, what blocks what: each leads to the memory that the other record became."""
    for source in ("obsidian", "adr", "beads", "basic-memory"):
        kept(source)
    one = by_title(store)
    ids = {title: record["id"] for title, record in one.items()}
    assert one["Job queue"]["related"] == [ids["Retries"]]
    assert one["Retries"]["related"] == [ids["Job queue"]]
    assert one["Use Postgres"]["related"] == [ids["Job queue"]]  # by its alias; a link to no note is none
    assert one["Use Postgres for the queue"]["supersedes"] == [ids["Use Redis for the queue"]]
    assert one["POST /invoices"]["needs"] == [ids["Table of invoices"]]
    assert set(one["Reminders"]["needs"]) == {
        ids["Table of invoices"],
        ids["POST /invoices"],
    }  # all of the epic
    assert one["Reminders"]["related"] == [ids["POST /invoices"]]
    assert one["Queue design"]["supersedes"] == [ids["Lock table"]]
    assert one["Jobs are claimed with SKIP LOCKED"]["related"] == [ids["Queue design"]]
    assert [one for one in store.json("check")["findings"] if one["severity"] == "error"] == []


def test_beads_keep_their_state(kept, store):
    """A closed issue is done, with who closed it, when and why; one that was begun says so; an epic is the plan of its parts."""
    kept("beads")
    one = by_title(store)
    assert store.json("show", "led-1.1")["memories"][0]["status"] == "done"
    closed = one["Done: Table of invoices"]
    assert (closed["created"], closed["by"], closed["body"]) == (
        "2026-01-05T09:00:00Z",
        "ada",
        "migration 4 is merged",
    )
    begun = one["POST /invoices"]
    assert (begun["owner"], begun["priority"], begun["beads_status"]) == (
        "bo",
        "0" if isinstance(begun["priority"], str) else 0,
        "in_progress",
    )
    assert begun["plan"] == "Billing v1" and begun["tags"] == ["api", "feature"]
    assert "## Acceptance\nNo mail on Sundays." in one["Reminders"]["body"]
    assert "- 2026-01-04T10:00:00Z ada: wait for the lawyers" in one["Reminders"]["body"]
    assert store.ok("next").startswith(f"{begun['id'][:6]} P0 ")


def test_records_cite_what_holds(kept, store):
    """Evidence that is there is cited with its text; what is not is told, and what was given stays readable."""
    done = kept("records")
    fact = by_title(store)["claimNext gives up after three tries"]
    (cite,) = fact["cites"]
    assert (cite["path"], cite["lines"], "quote" in cite, "commit" in cite) == (
        "src/claim.ts",
        "2-3",
        True,
        False,
    )
    assert fact["cited"] == ["src/claim.ts:2-3", "src/gone.ts:9"]
    assert "Why it matters: Who raises the limit" in fact["body"]
    assert [one["place"] for one in done["skipped"]] == ["memories.jsonl:1"]
    assert "src/gone.ts:9" in done["skipped"][0]["reason"]
    assert store.json("verify")["counts"]["ok"] == 2


def test_a_decision_that_was_only_proposed_is_a_proposal_until_its_record_says_more(store):
    """A proposed record replaces nothing; once it is accepted there, --update accepts it here."""
    old = "# 1. Old\n\n## Status\n\nAccepted\n\n## Decision\n\nThis way.\n"
    new = "# 2. New\n\n## Status\n\n{}\n\nSupersedes [1. Old](0001-old.md)\n\n## Decision\n\nThat way.\n"
    put(store, {"adr/0001-old.md": old, "adr/0002-new.md": new.format("Proposed")})
    store.ok("import", "adr")
    assert by_title(store)["New"]["status"] == "proposed"
    assert {one["title"] for one in store.json("list", "--status", "active")["memories"]} == {"Old"}
    put(store, {"adr/0002-new.md": new.format("Accepted")})
    assert len(store.json("import", "adr")["changed"]) == 1
    store.ok("import", "adr", "--update")
    assert store.titles() == {"New"}


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


AGENTS_LIKE = "# X\n\n## Code style\nUse modules.\n"


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


def test_git_log_gives_proposals_that_merging_accepts(store):
    """A choice with its reason and a revert with its own become proposals with files and author, a plain commit none; what trunk
    has held for a day is accepted by the next reflect.
    """

    def commit(path, message, text="x\n"):
        support.put(store.path / path, text)
        store.commit(message)
        return store.git("rev-parse", "HEAD").strip()

    commit("src/a.py", "Add the importer\n\nReads files and writes records.")
    chosen = commit(
        "src/queue.py",
        "Use one connection a worker\n\nA pool hung because pgbouncer gives it back in mid-transaction.",
    )
    bad = commit("src/pool.py", "Use a pool of ten connections (#12)")
    reverted = commit(
        "src/pool.py",
        f'Revert "Use a pool of ten connections (#12)"\n\nThis reverts commit {bad}.\n\nIt starved the web workers.',
        "y\n",
    )
    done = store.json("import", "git-log")
    assert {(one["kind"], one["title"], one["place"]) for one in done["new"]} == {
        ("decision", "Use one connection a worker", chosen[:12]),
        ("deadend", "Reverted: Use a pool of ten connections", reverted[:12]),
    }
    one = by_title(store)["Use one connection a worker"]
    assert (one["status"], one["by"], one["scope"], one["source_id"]) == (
        "proposed",
        "A. Uthor",
        ["src/queue.py"],
        chosen,
    )
    assert store.json("verify")["counts"]["ok"] == 2
    assert store.json("import", "git-log", "HEAD~3..")["added"] == []
    store.commit("memories")
    later = {"env": {"AGENTMEM_NOW": "2026-02-24T10:42:00Z"}}
    assert sorted(store.json("reflect", **later)["accepted"]) == sorted(done["added"])
    assert {one["status"] for one in store.json("list")["memories"]} == {"active"}
    assert store.json("import", "git-log")["changed"] == []


def test_git_log_of_a_repository_without_commits_is_empty(repo):
    """No commit, nothing to read, no error."""
    repo.ok("init")
    assert repo.json("import", "git-log")["added"] == []


def test_what_a_branch_imported_is_its_own_until_trunk_has_it(store):
    """Its records name no branch, and are still told from what trunk has: nobody takes for settled what nobody has merged."""
    put(store, KEPT["serena"].files)
    store.commit("memories")
    store.git("switch", "-q", "-c", "feature/x")
    store.ok("import", "serena")
    store.commit("imported")
    assert {(one["layer"], one["branch"]) for one in store.json("list")["memories"]} == {("own", "feature/x")}
    assert "Type hints" not in store.ok("export", "agents-md")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", "--squash", "feature/x")
    store.commit("squashed")
    assert {one["layer"] for one in store.json("list")["memories"]} == {"base"}
    assert "Type hints" in store.ok("export", "agents-md")


def test_an_import_needs_no_branch(store):
    """On a detached HEAD an import writes what it would on a branch: its records name none."""
    put(store, KEPT["serena"].files)
    store.commit("memories")
    store.git("checkout", "-q", "--detach")
    store.ok("import", "serena")
    assert all("branch" not in one for one in exported(store).values())


def test_what_was_forgotten_does_not_come_back(kept, store):
    """A memory that was archived is known still: an import adds it no more, and says how it comes back."""
    name = kept("serena")["added"][0]
    store.commit("imported")
    for path in store.store.rglob(f"*{name}.md"):
        path.unlink()
    store.commit("forgotten")
    assert (
        store.ok("import", "serena")
        == "added 0 · known already: 2, 1 of them archived (agentmem restore ID)\n"
    )
    assert store.json("import", "serena", "--update")["added"] == []
    store.ok("restore", name)
    assert store.json("show", name)["memories"][0]["status"] == "active"


def test_a_copy_of_agents_rules_comes_in_once(store):
    """What AGENTS.md and CLAUDE.md both say, word for word, becomes one memory; what they say otherwise becomes one each."""
    put(store, {"CLAUDE.md": AGENTS_LIKE, "AGENTS.md": AGENTS_LIKE + "\n## Tests\nRun them.\n"})
    store.ok("import", "claude-md")
    done = store.json("import", "agents-md")
    assert [one["title"] for one in done["new"]] == ["X: Tests"]
    assert done["skipped"][0]["place"] == "AGENTS.md:3" and "word for word" in done["skipped"][0]["reason"]


def test_what_was_retracted_here_stays_so(kept, store):
    """Importing again brings back nothing that was retracted, with --update neither."""
    name = kept("serena")["added"][0]
    store.ok("retract", name, "--reason", "wrong")
    store.ok("import", "serena", "--update")
    assert store.json("show", name)["memories"][0]["status"] == "retracted"
