"""Imports: what each tool keeps becomes the memories that its people would look for, once, on whatever branch."""

import pytest

from tests import support
from tests.actions.importing import ALL, by_title, exported, files, put
from tests.sources import KEPT


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


def test_what_is_no_longer_in_its_source_is_told(store):
    """A rule that was reworded is a new memory: the old one, which still holds here, is named until it is retracted."""
    rules = "# CLAUDE.md\n\n## Rules\n- Never use any in our code{}\n- Always run the tests first\n"
    support.put(store.path / "CLAUDE.md", rules.format(""))
    store.ok("import", "claude-md")
    old = by_title(store)["Never use any in our code"]["id"]
    assert store.json("import", "claude-md")["vanished"] == []
    support.put(store.path / "CLAUDE.md", rules.format(", except in tests"))
    assert store.json("import", "claude-md")["vanished"] == [old]
    assert f"no longer there: {old[:6]}" in store.ok("import", "claude-md")
    store.ok("retract", old, "--reason", "reworded")
    assert store.json("import", "claude-md")["vanished"] == []


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
    assert begun["plan"] == one["Billing v1"]["id"] and begun["tags"] == ["api", "feature"]
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


def test_a_commit_that_a_rebase_wrote_anew_is_known(store, monkeypatch):
    """A rebase gives each commit another id: its message, with the author's time, is the one that was taken already."""
    support.put(store.path / "src/queue.py", "x\n")
    store.commit(
        "Use one connection a worker\n\nA pool hung because pgbouncer gives it back in mid-transaction."
    )
    (identity,) = store.json("import", "git-log")["added"]
    store.commit("memories")
    before = store.git("rev-parse", "HEAD~1")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-23T10:00:00Z")
    store.git("rebase", "-q", "--root", "--no-ff")
    assert store.git("rev-parse", "HEAD~1") != before
    again = store.json("import", "git-log")
    assert (again["added"], again["changed"], again["known"]) == ([], [], [identity])


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


def test_what_was_retracted_here_stays_so(kept, store):
    """Importing again brings back nothing that was retracted, with --update neither."""
    name = kept("serena")["added"][0]
    store.ok("retract", name, "--reason", "wrong")
    store.ok("import", "serena", "--update")
    assert store.json("show", name)["memories"][0]["status"] == "retracted"
