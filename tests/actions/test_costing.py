"""What reading all notes would have cost, against what was served: figures that a team lead can check by hand."""

import json
import os

import pytest

from agentmem.model import times, tokens
from agentmem.store import served
from agentmem.store.served import Served
from tests import support
from tests.actions.teams import as_agent, claim, task

NOW = times.parse_when(support.NOW, 0)
DAY = 86_400
OLD, NEW = "2026-02-10T14:00:00Z", "2026-02-20T14:00:00Z"


def folder(project):
    """Where this clone counts what it served."""
    return project.path / ".git" / "agentmem"


def serve(project, *answers):
    """Count answers as the command line does: seconds from now, agent, verb, tokens."""
    for ago, agent, verb, spent in answers:
        served.note(str(folder(project)), Served(NOW - ago, agent, verb, spent))


def note(project, number, body, created=OLD):
    """A memory whose title and body are known; its tokens."""
    title, name = f"Note {number}", support.identity(number)
    project.write(f"facts/n-{name}.md", support.memory(name, title=title, body=body, created=created))
    return tokens.estimate(f"{title}\n{body}\n")


@pytest.fixture
def notes(store):
    """A store with an old and a new memory; ``store.old`` and ``store.new`` are their tokens, counted once by hand."""
    store.old = note(store, 1, "The worker claims a job and keeps it for an hour.")
    store.new = note(store, 2, "word " * 99 + "word", created=NEW)
    assert (store.old, store.new) == (17, 105)
    return store


def lines(project, *words, **options):
    """What ``cost`` prints, by line."""
    return project.ok("cost", *words, **options).splitlines()


def test_what_is_read_and_what_is_served(notes):
    """All notes once for each task done and for each agent without one, beside what was served, and the money of both."""
    serve(
        notes,
        (500, "a", "brief", 522),
        (400, "a", "recall", 100),
        (300, "a", "recall", 182),
        (200, "a", "done", 40),
        (100, "b", "brief", 400),
    )
    assert lines(notes) == [
        "agentmem: 2 memories in force, 122 tokens (main).",
        "read all    244 tokens, once for each of 1 task done and 1 agent without one: $0.0007",
        "served    1,244 tokens in this clone since 2026-02-08, 622 each: $0.0037",
        "  brief 922 (2) · recall 282 (2) · done 40 (1)",
        "at $3 for a million tokens of input (--price)",
    ]


def test_the_record_for_programs(notes):
    """``--json`` has every figure, unrounded but for money, and nothing else."""
    serve(notes, (200, "a", "recall", 250_000), (100, "a", "done", 40), (90, "a", "done", 60))
    assert notes.json("cost", "--price", "10") == {
        "schema": "agentmem/cost/1",
        "memories": 2,
        "notes": 122,
        "whole": 244,
        "since": "2026-02-08T10:42:00Z",
        "served": 250_100,
        "verbs": {"recall": {"count": 1, "tokens": 250_000}, "done": {"count": 2, "tokens": 100}},
        "agents": 1,
        "tasks": 2,
        "price": 10.0,
        "money": {"whole": 0.0024, "served": 2.501},
    }


def test_notes_of_later_are_not_counted_for_earlier_tasks(notes):
    """A task done before a note was written could not have read it."""
    serve(notes, (5 * DAY, "a", "done", 40), (1 * DAY, "a", "done", 40))
    assert notes.json("cost")["whole"] == notes.old + (notes.old + notes.new)


def test_agents_that_close_nothing(notes):
    """Each of them would have read all when it first asked."""
    serve(
        notes,
        (5 * DAY, "a", "brief", 1),
        (1 * DAY, "a", "brief", 1),
        (60, "b", "recall", 1),
        (59, "b", "show", 1),
    )
    found = notes.json("cost")
    assert (found["agents"], found["tasks"], found["whole"]) == (2, 0, notes.old + notes.old + notes.new)
    assert lines(notes)[1] == "read all  139 tokens, once for each of 2 agents: $0.0004"


def test_tasks_that_others_closed_do_not_count(store):
    """Entries that were imported or came from another clone stand beside nothing that was served here."""
    done, entry = support.identity(1), support.identity(2)
    store.write(f"tasks/t-{done}.md", support.memory(done, kind="task"))
    store.write(
        f"log/2026-02/l-{entry}.md", support.memory(entry, kind="log", closes=f"[{done}]", created=NEW)
    )
    found = store.json("cost")
    assert (found["memories"], found["tasks"], found["served"]) == (2, 0, 0)


def test_the_command_line_is_what_counts(store):
    """The verbs that agents live by count what they print; others, and ``cost`` itself, do not."""
    mine = task(store, "Retry webhooks")
    store.commit("task")
    said = claim(store, mine, agent="a").out
    brief = store.ok("brief", env=as_agent("b"))
    store.ok("list", env=as_agent("c"))
    store.ok("cost", env=as_agent("c"))
    assert claim(store, mine, agent="c").code == 4
    ended = store.ok("done", mine, "-m", "it works", env=as_agent("a"))
    found = store.json("cost")
    assert found["verbs"] == {
        "brief": {"count": 1, "tokens": tokens.estimate(brief)},
        "claim": {"count": 1, "tokens": tokens.estimate(said)},
        "done": {"count": 1, "tokens": tokens.estimate(ended)},
    }
    assert (found["tasks"], found["agents"]) == (1, 2)


# -- nothing there


def test_an_empty_store(store):
    """No memory and no answer: zeros, no division by them."""
    assert lines(store) == [
        "agentmem: 0 memories in force, 0 tokens (main).",
        "read all  0 tokens, once: $0.00",
        "served    nothing in this clone since 2026-02-08",
    ]
    found = store.json("cost")
    assert (found["whole"], found["served"], found["verbs"], found["money"]) == (
        0,
        0,
        {},
        {"whole": 0.0, "served": 0.0},
    )


def test_nothing_served_yet(notes):
    """The notes have a price, also before anybody has asked."""
    assert lines(notes)[1:] == [
        "read all  122 tokens, once: $0.0004",
        "served    nothing in this clone since 2026-02-08",
    ]


def test_one_reader(notes):
    """With one reader there is no average to tell."""
    serve(notes, (60, "a", "recall", 30))
    assert lines(notes)[1:3] == [
        "read all  122 tokens, once: $0.0004",
        "served     30 tokens in this clone since 2026-02-08: $0.0001",
    ]


def test_what_was_retracted_costs_nothing(notes):
    """Nobody would read what is no longer in force."""
    notes.ok("retract", support.identity(2), "--reason", "wrong")
    assert notes.json("cost")["notes"] == notes.old


# -- price and time


@pytest.mark.parametrize(
    ("price", "money"),
    [("0", "$0.00"), ("3", "$3.00"), ("0.25", "$0.2500"), ("15", "$15.00"), ("1e3", "$1,000.00")],
)
def test_prices(notes, price, money):
    """Dollars for a million tokens."""
    serve(notes, (60, "a", "recall", 1_000_000))
    assert lines(notes, "--price", price)[2].endswith(f": {money}")


@pytest.mark.parametrize("price", ["-1", "nan", "inf", "-inf", "1e999", "cheap", "3$"])
def test_prices_that_are_none(store, price):
    """A usage error that shows how, and never NaN in JSON."""
    for words in ((), ("--json",)):
        refused = store.call("cost", f"--price={price}", *words)
        assert refused.code == 2
        said = refused.out + refused.err
        assert "--price" in said and "agentmem cost --price 3" in said
        assert not words or json.loads(refused.out)["exit"] == 2


def test_since(notes):
    """A moment, to the second, and both ends of the default; a tag or nonsense as elsewhere."""
    serve(
        notes,
        (0, "a", "recall", 1),
        (60, "a", "recall", 10),
        (61, "a", "recall", 100),
        (14 * DAY, "a", "show", 1000),
    )
    serve(notes, (14 * DAY + 1, "a", "show", 10_000))
    assert notes.json("cost")["served"] == 1111
    assert notes.json("cost", "--since", "1 minute ago")["served"] == 11
    assert notes.json("cost", "--since", "2026-02-22T10:41:01Z")["served"] == 1
    assert notes.json("cost", "--since", "1 month ago")["served"] == 11_111
    assert notes.json("cost", "--since", "2026-02-22T10:42:01Z")["served"] == 0
    refused = notes.call("cost", "--since", "the day before the flood")
    assert refused.code == 2 and "--since" in refused.err


def test_the_boundary_of_a_month(notes):
    """A file a month: what was served on both sides of midnight counts, and files of before are not even opened."""
    first = times.parse_when("2026-02-01T00:00:00Z", 0)
    serve(notes, (NOW - first, "a", "recall", 1), (NOW - first + 1, "a", "recall", 10))
    names = sorted(os.listdir(folder(notes) / "served"))
    assert names == ["2026-01.tsv", "2026-02.tsv"]
    assert notes.json("cost", "--since", "2026-01-31T23:59:59Z")["served"] == 11
    assert notes.json("cost", "--since", "2026-02-01")["served"] == 1
    (folder(notes) / "served" / "2025-12.tsv").mkdir()
    assert notes.json("cost", "--since", "2025-11-01")["served"] == 11


# -- damage


DAMAGE = {
    "torn": b"1771756800\ta\trecall",
    "too many fields": b"1771756800\ta\trecall\t5\t6",
    "no moment": b"yesterday\ta\trecall\t5",
    "no number": b"1771756800\ta\trecall\tmany",
    "negative": b"1771756800\ta\trecall\t-5",
    "thousands of digits": b"1" * 5000 + b"\ta\trecall\t5",
    "thousands of tokens' digits": b"1771756800\ta\trecall\t" + b"9" * 5000,
    "other digits": "١٧٧١٧٥٦٨٠٠\ta\trecall\t٥".encode(),
    "no verb": b"1771756800\ta\t\t5",
    "a verb of escapes": b"1771756800\ta\t\x1b[31mrecall\t5",
    "bytes": b"\xff\xfe\x00" * 100,
    "nothing": b"",
}


@pytest.mark.parametrize("line", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_lines_are_passed_over(notes, line):
    """What is whole before and after a damaged line counts; nothing else does."""
    serve(notes, (60, "a", "recall", 1))
    path = folder(notes) / "served" / "2026-02.tsv"
    path.write_bytes(path.read_bytes() + line + b"\n")
    serve(notes, (50, "a", "recall", 10))
    assert notes.json("cost")["served"] == 11


def test_agents_of_any_name(notes):
    """A name with tabs, line ends or bytes that are no UTF-8 is one agent on one line."""
    names = ["a\tb", "a\nb", "a\x0bb", "a\u2028b", "\udcff", "ä" * 500, ""]
    serve(notes, *((60, name, "recall", 1) for name in names))
    found = notes.json("cost")
    assert found["served"] == len(names)
    path = folder(notes) / "served" / "2026-02.tsv"
    path.write_bytes(path.read_bytes() + b"1771756800\t\xff\xfe\trecall\t5\n")
    assert notes.json("cost")["served"] == len(names) + 5


@pytest.mark.parametrize("kind", ["folder", "dangling link", "file in the folder's place", "unreadable"])
def test_a_file_that_cannot_be_read(notes, kind):
    """The figures of what can be read, and no error: nothing hangs on them."""
    place = folder(notes) / "served"
    path = place / "2026-02.tsv"
    if kind == "file in the folder's place":
        support.put(place, "mine")
    elif kind == "folder":
        path.mkdir(parents=True)
    elif kind == "dangling link":
        place.mkdir(parents=True)
        path.symlink_to(place / "nowhere" / "at all")
    else:
        if support.is_root():
            pytest.skip("root may read all")
        support.put(path, "").chmod(0)
    assert notes.json("cost")["served"] == 0
    assert notes.call("recall", "note").code == 0, "nor does an answer hang on its being counted"


def test_files_that_are_no_months(notes):
    """Only a month's own file is read."""
    serve(notes, (60, "a", "recall", 1))
    for name in ("2026-02.tsv.bak", "backup.tsv", "9999.tsv", "2026-2.tsv"):
        support.put(folder(notes) / "served" / name, f"{NOW}\ta\trecall\t100\n")
    assert notes.json("cost")["served"] == 1


def test_a_month_is_not_written_without_end(notes):
    """From four megabytes on nothing more is noted, and what is there is still read."""
    path = folder(notes) / "served" / "2026-02.tsv"
    line = f"{NOW}\ta\trecall\t1\n".encode()
    support.put(path, line * (served.MOST // len(line) + 1))
    size = path.stat().st_size
    serve(notes, (0, "a", "recall", 5))
    assert path.stat().st_size == size
    assert sum(one.tokens for one in served.read(str(folder(notes)), NOW)) == size // len(line)


def test_a_git_dir_that_is_read_only(notes):
    """In a sandbox nothing is noted and nothing breaks: what was noted before is told."""
    serve(notes, (60, "a", "recall", 7))
    with support.read_only(notes.path / ".git"):
        assert notes.run("recall", "worker").code == 0
        ran = notes.run("cost", "--json")
        assert ran.code == 0, ran
        assert ran.json["served"] == 7


def test_worktrees_count_together(notes):
    """One clone, one count: what agents in its worktrees were served is in it."""
    notes.commit("notes")
    side = notes.path.parent / "side"
    notes.git("worktree", "add", "-q", "-b", "side", str(side))
    assert support.call("recall", "worker", cwd=side).code == 0
    assert notes.json("cost")["verbs"]["recall"]["count"] == 1
    assert support.call("cost", cwd=side).out.startswith(
        "agentmem: 2 memories in force, 122 tokens (side).\n"
    )


def test_where_there_is_no_store(repo):
    """The error and the hint of every other verb."""
    refused = repo.call("cost")
    assert refused.code == 3 and "agentmem init" in refused.err
