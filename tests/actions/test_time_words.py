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
