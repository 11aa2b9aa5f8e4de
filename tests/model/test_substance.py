"""What says nothing that another could use, and what only looks so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import substance
from agentmem.model.substance import CHATTER, LOG_LINE, PLACE, PROMPT, STATUS, VAGUE, thin

WHYS = {STATUS, CHATTER, LOG_LINE, PROMPT, PLACE, VAGUE, None}
EMPTY = st.sampled_from(
    ["ok", "done.", "- still running, 12 s", "tests pass", "[12] INFO worker started", "heartbeat 3"]
)
SAID = st.sampled_from(
    [
        "Postgres frees the row when the connection drops",
        "Advisory locks do not survive pgbouncer",
        "A job times out after 30 s",
        "Errors leave the API as problem+json",
    ]
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ok", STATUS),
        ("Done!", STATUS),
        ("still running", STATUS),
        ("WIP", STATUS),
        ("all 214 tests pass", STATUS),
        ("status: parser in progress (3/9)", STATUS),
        ("HEARTBEAT_OK", STATUS),
        ("worker-3 online", STATUS),
        ("running the tests of parser: 3 passed, 80 left", STATUS),
        ("working on the parser", STATUS),
        ("Let me check the parser first", CHATTER),
        ("I'm sorry, but I have no access to the parser", CHATTER),
        ("User: fix the parser", CHATTER),
        ("[12] ERROR queue: claim failed in src/a.ts, retry 3", LOG_LINE),
        ("2026-02-01T10:00:00Z WARN slow: the parser took 900 ms", LOG_LINE),
        ("DEBUG parser: cache hit", LOG_LINE),
        ("Merge branch 'main' into feature/queue", LOG_LINE),
        ("You are a helpful coding agent. Read src/a.ts and fix the parser.", PROMPT),
        ("src/queue/claim.ts", PLACE),
        ("3f2a9c1d8", PLACE),
        ("https://example.org/a/b", PLACE),
        ("x", VAGUE),
        ("the file", STATUS),
        ("the value", VAGUE),
        ("in the other store", VAGUE),
    ],
)
def test_what_says_nothing(text, why):
    """Reports, chatter, lines of logs, prompts, bare places and words that fit any subject are told from what is said."""
    assert thin(text, "") == why
    assert thin(text, text) == why


@pytest.mark.parametrize(
    "text",
    [
        "X is 1",
        "Jobs are kept for a year",
        "Tests do not run in git",
        "Run the tests with `pytest -x`",
        "Run with --all",
        "Session cookies expire",
        "Heartbeat interval 30 s",
        "Reading symlinks fails",
        "Builds break on Windows",
        "Postgres",
        "Still open: jobs hang because pgbouncer keeps the connection",
        "ERROR: relation does not exist means that the migration was not run",
        "Users must be logged in",
        "User accounts are never deleted",
        "Use Node.js",
        "Port 8080 is the gateway",
        "Continue only if the lock is held",
        "The summary takes 20 s",
        "Progress is kept in Redis",
        "データベースは接続ごとに行を解放する",
        "Тесты требуют базу данных",
        "Next.js needs the route in app/",
    ],
)
def test_what_only_looks_so(text):
    """A claim, a reason, a command, a name of the project: few words may say enough."""
    if text != "Run with --all":
        assert thin(text, "") is None
    assert thin(text, "", rule=True) is None


def test_rules_may_be_general():
    """What to do is often said in general words; that something is done is no rule all the same."""
    assert thin("Review all changes", "") == STATUS
    assert thin("Review all changes", "", rule=True) is None
    assert thin("Please keep commits small", "") == CHATTER
    assert thin("Please keep commits small", "", rule=True) is None
    assert thin("ok", "", rule=True) == STATUS
    assert thin("[12] INFO started", "", rule=True) == LOG_LINE


@given(EMPTY, st.lists(EMPTY, max_size=6))
def test_lines_that_say_nothing_say_nothing_together(title, lines):
    """However many of them there are."""
    assert thin(title, "\n".join(lines)) is not None


@given(EMPTY, st.lists(EMPTY, max_size=6), SAID, st.randoms())
def test_one_line_that_says_something_is_enough(title, lines, said, chance):
    """Wherever it stands among those that say nothing."""
    body = [*lines, said]
    chance.shuffle(body)
    assert thin(title, "\n".join(body)) is None
    assert thin(said, "\n".join([title, *lines])) is None


@given(st.text(max_size=200), st.text(max_size=400), st.booleans())
def test_any_text_is_judged(title, body, rule):
    """No text stops it, and white space around lines changes nothing."""
    why = thin(title, body, rule)
    assert why in WHYS
    if "\n" not in title:
        assert thin(f"  {title} ", body, rule) == why


def test_a_reason_is_heard():
    """Words that give a reason or a rule, at any place."""
    assert substance.gives_reason("Two tries, because the third never helped")
    assert substance.gives_reason("Must be set. Never empty.")
    assert not substance.gives_reason("claimNext gives the next job; sofa, causes")


def test_a_listing_has_places_and_few_words():
    """Three places, and no more than a few words beside them."""
    assert substance.is_listing("src/queue holds claim.ts, pool.ts and types.ts")
    assert not substance.is_listing("claim.ts and pool.ts")
    assert not substance.is_listing(
        "claim.ts takes jobs, pool.ts keeps four connections open, types.ts has what both of them share and nothing else"
    )
