"""What `show` says besides the memory's own text: what has taken its place."""

import pytest

from tests import support
from tests.actions import teams
from tests.actions.keeping import put


def head(project, name):
    """The first line of one memory."""
    return project.ok("show", name).splitlines()[0]


def test_what_superseded_it(store):
    """By short ids, newest first; a retracted or proposed successor is none, and lists say so too."""
    old = put(store, 1, "decision", title="Use a lock table")
    first = put(store, 2, "decision", supersedes=f"[{old}]", created="2026-01-01T00:00:00Z")
    second = put(
        store, 3, "decision", supersedes=f"[{old}, {support.identity(3)}]", created="2026-02-01T00:00:00Z"
    )
    put(store, 4, "decision", supersedes=f"[{old}]", status="retracted")
    put(store, 5, "decision", supersedes=f"[{old}]", status="proposed")
    store.commit()
    shorts = [store.ok("list", "--kind", "decision").partition(one[:6])[1] for one in (second, first)]
    assert head(store, old).startswith(
        f"<memory {old} decision superseded by {shorts[0]}, {shorts[1]} 2025-06-01"
    )
    assert store.json("show", old)["memories"][0]["superseded_by"] == [second, first]
    assert store.json("show", second)["memories"][0]["superseded_by"] == []
    assert store.ok("list", "--status", "superseded").endswith(f" | superseded by {shorts[0]}, {shorts[1]}\n")


def test_superseding_what_is_superseded_already(store):
    """It is told in one note, by what; the first time nothing is."""
    old, first, second = (put(store, number, "decision") for number in (1, 2, 3))
    store.commit()
    notes = [store.call("supersede", old, "--by", one).err for one in (first, second, second)]
    assert notes[0] == "" and notes[1] == f"note: {old[:6]} was superseded by {first[:6]} already\n"
    assert notes[2].count("\n") == 1 and first[:6] in notes[2] and second[:6] in notes[2]


def test_what_superseded_the_archived(store):
    """Whether its successor is in the tree or archived as well."""
    old = put(store, 1, "decision", title="Use a lock table")
    new = put(store, 2, "decision", title="Use skip locked", supersedes=f"[{old}]")
    store.commit()
    store.git("rm", "-q", f".agentmem/decisions/m-{old}.md")
    store.git("commit", "-qm", "by hand")
    assert head(store, old).endswith(f" | superseded by {new[:6]}>")
    store.git("rm", "-q", f".agentmem/decisions/m-{new}.md")
    store.git("commit", "-qm", "by hand")
    assert head(store, old).endswith(f" | superseded by {new[:6]}>")
    store.ok("restore", old)
    assert head(store, old).startswith(f"<memory {old} decision superseded by {new[:6]} ")


def test_an_id_of_two_files_is_told(store):
    """By the id both are shown and none is changed; by its path each can be seen and retracted; of copies any does."""
    one = put(store, 1, title="One way")
    other = store.store / "facts/other.md"
    other.write_text(support.memory(one, "fact", "Another way", "Otherwise.", "2025-07-01T00:00:00Z"))
    said = store.ok("show", one)
    assert "One way" in said and "Another way" in said and f".agentmem/facts/m-{one}.md" in said
    for verb in (["retract", one, "--reason", "x"], ["edit", one[:6], "--set", "importance=4"]):
        ran = store.call(*verb)
        assert ran.code == 2 and f"{verb[1]} is the id of 2 files" in ran.err
        assert f".agentmem/facts/m-{one}.md" in ran.err and ".agentmem/facts/other.md" in ran.err
    assert "One way" not in store.ok("show", ".agentmem/facts/other.md")
    store.ok("retract", "facts/other.md", "--reason", "x")
    assert "retracted" in other.read_text() and store.json("list")["total"] == 1
    other.write_bytes((store.store / f"facts/m-{one}.md").read_bytes())
    assert store.ok("show", one).count("<memory") == 1
    store.ok("edit", one, "--set", "importance=4")


def test_what_cannot_be_read_is_noted_with_each_answer(store):
    """An answer that lacks files says so, and who asks for one by its id is told which file it is."""
    put(store, 1)
    broken = support.identity(7)
    store.write(f"facts/m-{broken}.md", f"---\nid: {broken}\nkind: fact\ntitle: [unclosed\n---\nGulls.\n")
    said = f"note: no answer has .agentmem/facts/m-{broken}.md, which cannot be read: agentmem check"
    for verb in (["recall", "gulls"], ["list"], ["brief"]):
        assert said in store.call(*verb).err.splitlines()
    store.write("facts/other.md", "---\nid: [\n---\nTerns.\n")
    assert "and 1 more, which cannot be read" in store.call("list").err
    ran = store.call("show", broken[:8])
    assert ran.code == 2 and f".agentmem/facts/m-{broken}.md cannot be read as a memory" in ran.err


@pytest.mark.parametrize("renamed", [True, False])
def test_what_is_deleted_and_that_not_committed(store, renamed):
    """It is shown as HEAD holds it, and said to be deleted here; an edit names the way back, and that brings the same."""
    store.remember(1, "First", "Before.")
    store.commit("add")
    file = store.store / f"facts/m1-{support.identity(1)}.md"
    if renamed:
        file = file.rename(file.with_name("renamed.md"))
        file.write_text(file.read_text().replace("Before.", "After."))
        store.commit("rename and edit")
    held = file.read_bytes()
    file.unlink()
    shown = store.ok("show", support.identity(1))
    assert ("After." if renamed else "Before.") in shown
    assert f"deleted here, not committed, was .agentmem/facts/{file.name} " in shown
    (one,) = store.json("list", "--status", "archived")["memories"]
    assert (one["id"], one["path"]) == (support.identity(1), f".agentmem/facts/{file.name}")
    assert "agentmem restore" in store.call("edit", support.identity(1), "--set", "importance=2").err
    store.ok("restore", support.identity(1))
    assert file.read_bytes() == held
    store.git("rm", "-q", str(file))
    store.commit("gone")
    head = store.git("rev-parse", "--short=7", "HEAD").strip()
    assert f"archived by {head}, was" in store.ok("show", support.identity(1))


def test_what_another_branch_alone_has(store):
    """What recall with all branches names show finds, and says whose it is; what no branch has is still not known."""
    store.git("switch", "-qc", "other")
    there = put(store, 1, title="Kennel by the door")
    put(store, 2, "entity", title="Kennel", aliases="[Zwinger]")
    store.commit()
    store.git("switch", "-q", "main")
    here = put(store, 3, title="Cats wait upstairs")
    assert there in store.found("kennel door", "--all-branches")
    assert "other, NOT merged here" in head(store, there[:6])
    shown = store.json("show", here, there, "Zwinger")
    assert [(one["id"], one["layer"], one["branch"]) for one in shown["memories"]] == [
        (here, "base", None),
        (there, "unmerged", "other"),
    ]
    assert "Kennel" in store.ok("show", "Zwinger")
    assert f"no memory {support.identity(4)}" in store.call("show", support.identity(4)).err
    store.git("switch", "-q", "--detach", "HEAD")
    assert "other, NOT merged here" in head(store, there)
    assert store.call("show", there, "--branch", "main").code == 2


def test_a_task_that_is_open_here_alone(store):
    """Where another branch has done it that is told, with by whom; of one that is held by whom and until when."""
    done, held, free = (teams.task(store, title) for title in ("Schema for kennels", "Kennel page", "Fridge"))
    store.commit("tasks")
    other = teams.worktree(store, "db")
    assert teams.claim(other, done, agent="anna").code == 0
    other.ok("done", "-m", "written", "--commit", env=teams.as_agent("anna"))
    assert teams.claim(other, held, agent="ben", at=60).code == 0
    assert "agentmem show" in teams.claim(store, done).err
    assert "task open" in head(store, done) and head(store, done).endswith(
        " | done on db by anna, NOT merged here>"
    )
    assert head(store, held).endswith(" | ben is on it until 11:43Z>")
    assert head(store, free).endswith(" tester base>")
    store.git("merge", "-q", "db")
    assert "task done" in head(store, done) and " | " not in head(store, done)


def test_ids_that_begin_alike_are_told_apart(store):
    """By each verb that names what it has written, and by diff: what is printed names one memory."""
    one, other = "7k3m9qaaaaa1", "7k3m9qaaaaa2"
    for name in (one, other):
        store.write(f"decisions/{name}.md", support.memory(name, "decision", f"Case {name[-1]}"))
    store.commit()
    assert store.ok("edit", one, "--set", "tags+=x").startswith(f"edited {one} ")
    assert store.ok("retract", one, "--reason", "no").startswith(f"retracted {one} ")
    assert store.ok("restore", one).startswith(f"restored {one} ")
    assert store.ok("supersede", one, "--by", other) == f'{other} decision "Case 2" supersedes {one}\n'
    assert f"{one} was superseded by {other} already" in store.call("supersede", one, "--by", other).err
    assert f"superseded by {other}\n" in store.ok("diff", "HEAD")
