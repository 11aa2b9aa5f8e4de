"""Imports meet what is here from an import before: the same source renamed, read by an older version, with more beside it."""

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
