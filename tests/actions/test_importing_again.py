"""Imports meet what is here from an import before: the same source renamed, read by an older version, with more beside it."""

import pytest

from tests import support
from tests.actions.importing import by_title, put

ROLLOUT = "# Rollout\n\n## Phase 1\n\n- [x] Split the table\n- [ ] Backfill lines\n"


def plans(store):
    return {one["id"]: (one["done"], one["total"]) for one in store.json("plan", "show")["plans"]}


def test_tasks_are_of_the_plan_that_their_file_is(store):
    """Two plans of one title, one in a folder of another name, have each their own tasks."""
    put(store, {"plans/a/plan.md": ROLLOUT, "plans/b.md": "# Rollout\n\n## Phase 1\n\n- [ ] Reindex\n"})
    done = store.json("import", "plan", "plans")
    first, second = (one["id"] for one in done["new"] if one["kind"] == "plan")
    assert plans(store) == {first: (1, 2), second: (0, 1)}
    again = store.json("import", "plan", "plans")
    assert (again["added"], again["changed"]) == ([], [])


def test_tasks_that_name_their_plan_in_words_are_given_it(store):
    """What an older version imported had the words of a title or a folder: it is told that it differs, and --update mends it."""
    put(store, {"plans/a/plan.md": ROLLOUT})
    store.ok("import", "plan", "plans")
    one = by_title(store)
    task, plan = one["Backfill lines"]["id"], one["Rollout"]["id"]
    store.ok("edit", task, "--set", "plan=a")
    assert plans(store)[plan] == (1, 1)
    assert store.json("import", "plan", "plans")["changed"] == [task]
    store.ok("import", "plan", "plans", "--update")
    assert plans(store) == {plan: (1, 2)}


@pytest.mark.parametrize("committed", [True, False])
def test_a_source_that_was_renamed_adds_nothing(committed, store):
    """What was imported under a file's former name is known; what is new in the file links to it, what is gone is told."""
    adr = "# {0}. {1}\n\n## Status\n\n{2}\n\n## Decision\n\nBecause of {1}.\n"
    put(store, {
        "docs/adr/0002-cookies.md": adr.format(2, "Cookies", "Accepted"),
        "docs/adr/0003-tokens.md": adr.format(3, "Tokens", "Accepted"),
        "plans/migration.md": ROLLOUT,
    })  # fmt: skip
    store.commit("sources")
    ids = {name: store.json("import", name)["added"] for name in ("adr", "plan")}
    store.commit("imported")
    one = by_title(store)
    store.git("mv", "docs/adr/0002-cookies.md", "docs/adr/0002-session-cookies.md")
    store.git("mv", "plans/migration.md", "plans/search.md")
    if committed:
        store.commit("renamed")
    for name, added in ids.items():
        again = store.json("import", name)
        assert (again["added"], again["changed"], again["vanished"]) == ([], [], [])
        assert sorted(again["known"]) == sorted(added)
    put(store, {
        "docs/adr/0003-tokens.md": adr.format(3, "Tokens", "Superseded by ADR-2"),
        "plans/search.md": ROLLOUT.replace("Backfill lines", "Drop the table"),
    })  # fmt: skip
    assert store.json("import", "adr")["changed"] == [one["Cookies"]["id"]]
    more = store.json("import", "plan")
    assert [new["title"] for new in more["new"]] == ["Drop the table"]
    assert more["vanished"] == [one["Backfill lines"]["id"]]
    assert by_title(store)["Drop the table"]["plan"] == one["Rollout"]["id"]


def test_a_name_that_another_file_has_now_is_that_ones(store):
    """Where a file took the name of one that was renamed, each is read as what it is now."""
    put(store, {"plans/a.md": ROLLOUT})
    store.commit("plan")
    store.ok("import", "plan")
    store.commit("imported")
    store.git("mv", "plans/a.md", "plans/b.md")
    store.commit("renamed")
    put(store, {"plans/a.md": ROLLOUT.replace("Rollout", "Rebuild")})
    assert [new["title"] for new in store.json("import", "plan", "plans/a.md")["new"]] == ["Rebuild"]


def test_what_is_in_is_not_proposed(store, tmp_path):
    """Import alone, and init in another clone, name what an import would add something of: files that give nothing are not, one
    that has more since is.
    """
    put(store, {
        "docs/adr/0001-pg.md": "# 1. Use Postgres\n\n## Status\n\nAccepted\n\n## Decision\n\nPostgres.\n",
        "docs/adr/README.md": "# Decisions\n\n- [1](0001-pg.md)\n",
        "plans/rollout.md": ROLLOUT,
        "PLAN.md": "# Q1\n\n- [ ] Remove the float path\n",
        "TODO.md": "Talk to the bank.\n",
    })  # fmt: skip
    store.commit("sources")
    both = ["agentmem import plan plans/ PLAN.md", "agentmem import adr docs/adr/"]
    assert [line.split("   ")[0] for line in store.ok("import").splitlines()] == [
        *both,
        "look first: --dry-run",
    ]
    store.ok("import", "plan", "plans")
    store.ok("import", "adr")
    store.commit("imported")
    said = store.ok("import")
    assert said.startswith("agentmem import plan PLAN.md   (1 file, about ") and "adr" not in said
    support.git(tmp_path, "clone", "-q", str(store.path), "clone")
    clone = support.Project(tmp_path / "clone")
    assert "next    agentmem import plan PLAN.md   (found 1 file, about " in clone.ok("init")
    assert "also here" not in clone.ok("init")
    store.ok("import", "plan")
    assert store.ok("import").startswith("all that was found here is in already; ")
    assert store.json("import")["sources"] == []
    store.commit("all")
    clone.git("pull", "-q")
    assert clone.ok("init").endswith("next    agentmem brief --as NAME --role R\n")
    put(store, {"plans/rollout.md": ROLLOUT + "- [ ] Drop the table\n"})
    assert store.ok("import").startswith("agentmem import plan plans/   (1 file, about ")


def test_of_history_only_what_is_new_is_proposed(store):
    """Commits whose reasons were taken are counted no more; a new one is."""
    why = "Use {}\n\nA pool hung because pgbouncer gives {} back in mid-transaction."
    support.put(store.path / "a.py", "a\n")
    store.commit(why.format("one connection", "it"))
    assert "agentmem import git-log   (1 message that gives a reason" in store.ok("import")
    store.ok("import", "git-log")
    assert store.ok("import").startswith("all that was found here is in already; ")
    support.put(store.path / "b.py", "b\n")
    store.commit(why.format("two connections", "one"))
    assert "agentmem import git-log   (1 message that gives a reason" in store.ok("import")
