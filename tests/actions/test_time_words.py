"""Time words of a question on a real store: what falls into the span ranks up, and alone they list what does."""

import pytest

from tests import support
from tests.support import WORDS, identity, memory

NOW = "2026-02-22T10:42:00Z"


def tag(store, name, when):
    """A commit of that moment with a tag."""
    env = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    import os
    import subprocess

    for words in (("commit", "-q", "--allow-empty", "-m", name), ("tag", name)):
        subprocess.run(["git", *words], cwd=store.path, env={**os.environ, **env}, check=True)


@pytest.fixture
def dated(store):
    """Notes about the gateway from November to February, two releases between them, and twenty about other things."""
    for number in range(100, 120):
        title = f"{WORDS[number % 26]} and {WORDS[(number * 7) % 26]}"
        store.remember(number, title, created="2025-06-01T00:00:00Z")
    for number, when, what in (
        (1, "2025-11-10T09:00:00Z", "listens on port eighty"),
        (2, "2025-12-20T09:00:00Z", "learned to retry"),
        (3, "2026-01-20T09:00:00Z", "speaks another protocol"),
        (4, "2026-02-18T09:00:00Z", "drops idle peers"),
    ):
        store.remember(number, f"Gateway {what}", "As measured.", "convention", created=when)
    store.commit()
    tag(store, "v1.2", "2025-12-01T00:00:00Z")
    tag(store, "v1.3", "2026-01-10T00:00:00Z")
    return store


ALL = {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("question", "inside"),
    [
        ("gateway last week", {4}),
        ("gateway lately", {4}),
        ("gateway 4 days ago", {4}),
        ("gateway last month", {3}),
        ("gateway in the past month", {3, 4}),
        ("gateway before the release v1.2", {1}),
        ("gateway before 1.2", {1}),
        ("gateway after v1.2", {2, 3, 4}),
        ("gateway between v1.2 and v1.3", {2}),
        ("gateway since the release 1.3", {3, 4}),
        ("gateway in december", {2}),
        ("gateway in november 2025", {1}),
        ("gateway on 2026-01-20", {3}),
        ("gateway until 2025-12-01", {1}),
    ],
)
def test_what_falls_into_the_span_ranks_up(dated, question, inside):
    """Of memories that match alike, those of the span come first and say so; the others are not filtered away."""
    hits = dated.json("recall", question, "--explain", "--limit", "0", "--budget", "0")["hits"]
    found = [hit["id"] for hit in hits]
    assert {identity(number) for number in ALL} <= set(found)
    timed = {hit["id"] for hit in hits if any(term["name"] == "time" for term in hit["explain"])}
    assert timed == set(found[: len(inside)]) == {identity(number) for number in inside}


def test_of_what_matches_alike_the_oldest_where_it_is_asked_for(dated):
    """The oldest of what has the words comes first, and --explain says by which end of time it was placed."""
    for word, order in (("oldest", [1, 3, 4]), ("newest", [4, 3, 1])):
        found = dated.found(f"{word} rule about the gateway", "--limit", "4")
        assert [one for one in found if one != identity(2)] == [identity(number) for number in order]
    assert "oldest first" in dated.ok("recall", "first convention", "--explain")


@pytest.mark.parametrize(
    "question", ["latest log", "newest logs", "oldest log entry", "last two log entries", "latest entry"]
)
def test_log_is_a_kind_beside_a_word_of_order(dated, question):
    """Entries are meant, though log alone may be what a program writes."""
    for number, day in ((7, "01"), (8, "02")):
        text = memory(
            identity(number),
            "log",
            f"Peers merged by {WORDS[number]}",
            "Done.",
            created=f"2026-02-{day}T10:00:00Z",
        )
        dated.write(f"log/2026-02/x-{identity(number)}.md", text)
    order = [7, 8] if question.startswith("oldest") else [8, 7]
    assert dated.found(question) == [identity(number) for number in order]


def test_answers_of_another_time_say_so(dated):
    """Where nothing lies in the span that is named, what is outside of it is no answer for that time."""
    told = dated.ok("recall", "gateway retry on 2025-11-11", "--limit", "2").splitlines()[0]
    assert "; none is of the time asked for, 2025-11-11. " in told
    told = dated.ok("recall", "gateway retry on 2025-11-10", "--limit", "2").splitlines()[0]
    assert "; time read as 2025-11-10. " in told


def test_first_is_a_word_beside_others(dated):
    """What is checked first is no question of age."""
    hits = dated.json("recall", "what does the gateway first learn", "--explain")["hits"]
    assert hits and not any(term["name"] == "time" for hit in hits for term in hit["explain"])


def test_a_commit_is_a_moment_too(dated):
    """A commit's id stands for its time."""
    commit = dated.git("rev-parse", "v1.3").strip()
    found = dated.found(f"gateway before {commit[:10]}", "--limit", "2")
    assert set(found) == {identity(1), identity(2)}


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("what changed last week", [4]),
        ("what happened last week?", [4]),
        ("what is new since v1.3", [4, 3]),
        ("what was done before v1.2", [1]),
        ("what happened between v1.2 and v1.3", [2]),
        ("what changed on 2026-01-20", [3]),
        ("newest", [4, 3, 2, 1]),
        ("latest convention", [4, 3, 2, 1]),
        ("what is the newest convention?", [4, 3, 2, 1]),
        ("the earliest convention", [1, 2, 3, 4]),
        ("first convention", [1, 2, 3, 4]),
        ("last three conventions", [4, 3, 2, 1]),
        ("first 2 conventions", [1, 2, 3, 4]),
        ("what changed yesterday", []),
    ],
)
def test_alone_they_list_what_falls_into_them(dated, question, numbers):
    """Time words and nothing else give what was written then, newest first, and nothing else."""
    found = dated.found(question, "--limit", "4")
    assert found[: len(numbers)] == [identity(number) for number in numbers]
    if "v1.2" not in question or "and" in question:
        assert len(found) == len(numbers)


def test_with_a_filter(dated):
    """A span alone and a filter list what has both."""
    dated.remember(5, "Peers are dropped", "Now.", "fact", created="2026-02-20T09:00:00Z")
    assert dated.found("what changed last week", "--kind", "fact") == [identity(5)]
    assert dated.found("what changed last week kind:convention") == [identity(4)]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("anvils before 2025-12-01", 1),
        ("anvils since v1.3", 3),
        ("anvils in january", 3),
        ("anvils before 2025-11-01", 2),
        ("anvils around 2026-01-20", 2),
        ("anvils last month", 2),
        ("anvils", 2),
    ],
)
def test_a_bound_that_is_named_steers_harder(dated, question, first):
    """What is outside of a span that is named by its ends stands behind what is inside and matches nearly as well; where nothing
    is inside it comes first as without a span, and so it does where the words are vague.
    """
    dated.remember(12, "Anvils glow", "Red.", "convention", created="2025-12-20T09:00:00Z")
    for number, day, who in (
        (11, "2025-11-10", "Smiths forge, draw, upset, temper, twist"),
        (13, "2026-01-20", "Farriers carry, mend, nail, trim, shoe"),
    ):
        title = f"{who}, bend, weld, punch and split on anvils of iron"
        dated.remember(number, title, "As told.", "convention", created=f"{day}T09:00:00Z")
    hits = dated.json("recall", question, "--explain", "--limit", "3")["hits"]
    assert [len(hits), hits[0]["id"]] == [3, identity(10 + first)]
    outside = {hit["id"] for hit in hits if any(t["name"] == "outside the span" for t in hit["explain"])}
    exact = any(word in question for word in ("before", "since", "january"))
    assert len(outside) == ((3 if first == 2 else 2) if exact else 0)
    assert identity(first + 10) not in outside or first == 2


@pytest.fixture
def signed(dated):
    """Beside the rules about the gateway, notes by hanna and by Greta, the last of which names hanna."""
    for number, day, by, title in (
        (5, "2026-02-18", "hanna", "Docks cooled down"),
        (7, "2025-12-20", "hanna", "Sails mended"),
        (8, "2026-02-20", "Greta", "Ropes tied with hanna"),
    ):
        text = memory(identity(number), "log", title, "At last.", by=by, created=f"{day}T10:00:00Z")
        dated.write(f"log/{day[:7]}/x-{identity(number)}.md", text)
    dated.remember(6, "Ports are painted", "Blue.", "decision", by="hanna", created="2026-02-19T10:00:00Z")
    return dated


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("what did hanna do last week", [6, 5]),
        ("hanna last week", [6, 5]),
        ("Hanna since February", [6, 5]),
        ("what has Hanna done in december?", [7]),
        ("which decisions did hanna make last week", [6]),
        ("what did hanna or greta write last week", [8, 6, 5]),
        ("newest of hanna", [6, 5, 7]),
        ("logs of last week", [8, 5]),
        ("which decisions were written in February", [6]),
        ("hanna on 20 February", [8]),
    ],
)
def test_somebody_and_a_span(signed, question, numbers):
    """A span with authors or a kind and nothing else lists what they wrote, or what is of the kind, then; where they wrote
    nothing the words are looked for.
    """
    assert signed.found(question) == [identity(number) for number in numbers]


def test_logs_without_a_span_are_a_word(signed):
    """What a program writes is a topic like others."""
    signed.remember(9, "Logs are rotated", "Each night.", "convention", created="2026-02-20T10:00:00Z")
    assert signed.found("logs") == [identity(9)]


@pytest.mark.parametrize(
    ("question", "said", "span"),
    [
        ("gateway before v1.2", "before 2025-12-01", (None, "2025-12-01T00:00:00Z")),
        ("gateway since 2026-01-10 14:30", "since 2026-01-10T14:30Z", ("2026-01-10T14:30:00Z", None)),
        ("what changed on 20 January", "2026-01-20", ("2026-01-20T00:00:00Z", "2026-01-21T00:00:00Z")),
        (
            "gateway between 1 December and 20 January",
            "2025-12-01 to 2026-01-20",
            ("2025-12-01T00:00:00Z", "2026-01-21T00:00:00Z"),
        ),
        ("zebu before v1.2", "before 2025-12-01", (None, "2025-12-01T00:00:00Z")),
        ("gateway", None, (None, None)),
        ("newest convention", None, (None, None)),
    ],
)
def test_how_the_time_was_read_is_said(dated, question, said, span):
    """The first line says which span time words were read as, and JSON has it."""
    first = dated.ok("recall", question).split("\n")[0]
    assert (f"; time read as {said}{')' if 'nothing known' in first else ''}. " in f"{first} ") == (
        said is not None
    )
    assert ("time read as" in first) == (said is not None)
    found = dated.json("recall", question)["span"]
    assert (found["after"], found["before"]) == span


def test_asking_when_prefers_what_says_when(dated):
    """Who asks when is answered by an entry, a decision or a reflection before a rule of the same words."""
    text = memory(
        identity(6), "log", "Gateway learned to retry", "Merged today.", created="2025-12-20T10:00:00Z"
    )
    dated.write(f"log/2025-12/x-{identity(6)}.md", text)
    assert dated.found("when did the gateway learn to retry")[0] == identity(6)
    hits = dated.json("recall", "when did the gateway learn to retry", "--explain")["hits"]
    timed = {hit["id"] for hit in hits if any(term["name"] == "time" for term in hit["explain"])}
    assert timed == {identity(6)}


@pytest.mark.parametrize("name", ["v9.9", "HEAD~1", "main", "deadbeef1"])
def test_what_is_no_moment_here_is_words(dated, name):
    """Asking before a release that there is none of, a branch or another name finds what the other words find."""
    done = dated.call("recall", f"gateway learned to retry before {name}", "--explain", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json["hits"][0]["id"] == identity(2)
    assert not any(term["name"] == "time" for hit in done.json["hits"] for term in hit["explain"])


def test_without_a_commit_there_are_no_tags(new_repository):
    """In a repository without a commit a version is a word."""
    fresh = new_repository("fresh")
    fresh.ok("init")
    fresh.remember(1, "Gateway listens before v1.2 only")
    assert fresh.found("gateway before v1.2") == [identity(1)]


def test_a_past_view_has_its_own_last_week(dated):
    """With ``--at`` the words are as of then."""
    dated.commit()
    found = dated.found("what changed last week", "--until", "2025-12-24")
    assert identity(4) not in found


def test_a_name_in_time_words_is_no_name(dated):
    """Of "before the release v1.2" the word release names nothing, though a symbol is called so."""
    support.put(dated.path / "docks.py", "def release():\n    pass\n")
    dated.remember(
        9,
        "Docks cool down",
        "Slowly.",
        cites="[{path: docks.py, symbol: release}]",
        created="2026-01-01T00:00:00Z",
    )
    assert set(dated.found("before the release v1.2", "--limit", "20")) >= {identity(1)}
    assert identity(9) not in dated.found("before the release v1.2", "--limit", "20")


def test_nothing_was_written_then(dated):
    """Time words are words to search by: an empty answer does not say that there are none."""
    told = dated.ok("recall", "yesterday")
    assert told.startswith("agentmem: nothing known about this") and "no word in it" not in told
