"""The words of a command: what is said and does nothing, or cannot be had, is an error that says so."""

import pytest

from agentmem.cli.grammar import VERBS
from agentmem.cli.quick import FLAG, TEXTS
from tests.actions.teams import task

CLOSED = ("sh", "-c", 'exec "$@" <&-', "sh")


@pytest.mark.parametrize(
    "words", ["add fact x --body -", "import jsonl -", "recall --batch -", "task add y --body -"]
)
def test_standard_input_that_is_closed(store, words):
    """Where `-` asks for it that is a usage error, and nothing is written."""
    done = store.run(*words.split(), prefix=CLOSED)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: - reads standard input, which is closed here\n")
    assert store.titles() == set()


def test_without_standard_input_nobody_is_asked(store):
    """What would open an editor at a terminal says what to give, where standard input is closed as well."""
    identity = store.remember(1)
    for words, said in (
        (("edit", identity), "nothing to change"),
        (("add", "fact"), "a memory needs a title"),
    ):
        done = store.run(*words, prefix=CLOSED)
        assert done.code == 2 and said in done.err


def test_an_empty_value_is_none(store):
    """A variable that is not set is no answer for all time, no memory without end: each option of each verb says so."""
    for name, verb in VERBS.items():
        for flag, (option, form) in verb.options.items():
            if form == FLAG or option in TEXTS:
                continue
            for words in ([flag, ""], [f"{flag}="]):
                if flag.startswith("--") or len(words) == 2:
                    done = store.call(name, *words)
                    assert done.code == 2 and f"{flag} needs a value" in done.err, (name, words, done)
    for flag in ("--agent", "--store", "-C"):
        done = store.call(flag, "", "list")
        assert done.code == 2 and f"{flag} needs a value" in done.err
    assert store.titles() == set()


def test_what_is_written_may_be_empty(store):
    """A text is no choice: an empty body takes the body away, and an empty reason is told by its command."""
    identity = store.remember(1)
    store.ok("edit", identity, "--body", "")
    assert store.json("show", identity)["memories"][0]["text"] == ""
    assert "a retraction needs a reason" in store.call("retract", identity, "--reason", "").err
    assert store.call("list", "--tag", " ").code == 0


def test_task_list_takes_what_its_options_say(store):
    """Each filters; what would do nothing is an error, of `task add` as well."""
    plan = store.json("add", "plan", "The goal")["id"]
    first = task(store, "Schema", "--phase", "1", "--priority", "1", "--scope", "db/**", "--owner", "dana")
    task(store, "Page", "--phase", "2", "--needs", first, "--plan", plan, "--role", "web")

    def listed(*words):
        return [one["title"] for one in store.json("task", "list", *words)["tasks"]]

    assert listed() == ["Schema", "Page"]
    for words, titles in (
        (("--phase", "2"), ["Page"]),
        (("--priority", "1"), ["Schema"]),
        (("--priority", "5"), ["Page"]),
        (("--owner", "dana"), ["Schema"]),
        (("--needs", first[:6]), ["Page"]),
        (("--needs", "zzzz"), []),
        (("--scope", "db/tables.sql"), ["Schema"]),
        (("--plan", plan[:6], "--role", "web"), ["Page"]),
        (("--phase", "2", "--owner", "dana"), []),
        (("--limit", "1"), ["Schema"]),
    ):
        assert listed(*words) == titles, words
    assert "none of 2 tasks is such" in store.ok("task", "list", "--owner", "nobody")
    for words, said in (
        (("list", "Schema"), "a title is for task add"),
        (("list", "--body", "x"), "--body is for task add"),
        (("list", "--branch", "x"), "--branch is for task add"),
        (("add", "New", "--all"), "--all is for task list"),
        (("add", "New", "--limit", "0"), "--limit is for task list"),
    ):
        done = store.call("task", *words)
        assert done.code == 2 and said in done.err, done
    assert len(listed()) == 2


def test_a_batch_takes_no_question_beside_it(store):
    """Each line asks for itself: what would be left out without a word is an error; what holds for all lines is none."""
    store.remember(1)
    line = '{"query": "worker"}'
    for words in (("moon landing",), ("--file", "a.py"), ("--diff",), ("--format", "ids"), ("--exit-code",)):
        done = store.call("recall", *words, "--batch", "-", input=line)
        assert done.code == 2 and "does nothing with --batch" in done.err, done
    assert store.call("recall", "--batch", "-", "--kind", "fact", "--limit", "1", input=line).code == 0


def test_what_is_named_twice_is_one(store):
    """A list is a set: who needs a task by its id and the start of it needs it once, and so of what is superseded, or edited."""
    first, old = task(store, "First"), store.remember(1)
    twice = task(store, "Second", "--needs", first, "--needs", first[:6], "--needs", first)
    new = store.json("add", "fact", "New", "--supersedes", old, "--supersedes", old[:5])["id"]
    other = task(store, "Third")
    store.ok("edit", other, "--set", f"needs+={first},{first[:6]}")
    texts = {path.stem.rpartition("-")[2]: path.read_text() for path in store.store.glob("*/*.md")}
    assert f"needs: [{first}]\n" in texts[twice] and f"supersedes: [{old}]\n" in texts[new]
    assert f"needs: [{first}]\n" in texts[other]


def test_tags_with_a_comma_between_are_two(store):
    """As `--set` reads them; one that stands in a file with a comma in it can be taken out all the same."""
    new = store.json("add", "fact", "Comma", "--tag", "a,b", "--tag", "b, c")["id"]
    assert store.json("show", new)["memories"][0]["tags"] == ["a", "b", "c"]
    by_hand = store.remember(1, tags="['a,b', d]")
    assert store.json("edit", by_hand, "--set", "tags-=a,b")["changed"]
    assert store.json("show", by_hand)["memories"][0]["tags"] == ["d"]


def test_small_mistakes_are_told_as_what_they_are(store):
    """The top given for the store, two successors for one, a budget below nothing, no moment, a task that needs itself."""
    old, new, job = store.remember(1), store.remember(2), task(store, "Job")
    for words, code, said in (
        (("--store", ".", "list"), 3, "is the top of a repository, and no store"),
        (("supersede", old), 2, "a successor is needed"),
        (("supersede", old, "--by", new, "--title", "x"), 2, "one successor: --by and --title are two"),
        (("export", "agents-md", "--budget", "-1"), 2, "--budget must be 0 (no limit) or more"),
        (("edit", old, "--set", "expires=someday"), 2, "'someday' is no moment"),
        (("edit", job, "--set", f"needs+={job}"), 2, "cannot need itself"),
    ):
        done = store.call(*words)
        assert done.code == code and said in done.err, (words, done)
    store.ok("edit", old, "--set", "expires=tomorrow")
    assert "expires: 2026-02-23T" in (store.store / f"facts/m1-{old}.md").read_text()
    store.ok("edit", old, "--set", "expires=")
    store.ok("done", job, "-m", "built")
    done = store.call("edit", job, "--set", f"needs+={job}")
    assert done.code == 2 and "cannot need itself" in done.err


def test_what_expires_this_moment_did_so_just_now(store):
    """An age below a minute is no age ago."""
    store.ok("add", "decision", "Door code changes today", "--expires", "0 days")
    assert "expired just now, so no recall has it" in store.ok("check")
