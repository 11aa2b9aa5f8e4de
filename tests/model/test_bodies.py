"""Edits of a body: found again where they were made, woven with others, and bounded in work whatever the text."""

import random

import pytest

from agentmem.model import applying, bodies, changes, document, threeway
from agentmem.model.changes import Change

MEMORY = "m" + "0" * 11


def text(body):
    return f"---\nid: {MEMORY}\n---\n{body}\n".encode()


def edit(number, seen, new, after=(), decided=()):
    parts = changes.between(text(seen), text(new), decided)
    return Change(f"{number}".zfill(12), MEMORY, "b", None, number, tuple(after), *parts)


def body(applied):
    return document.parse(applied.data).body


def lines(*numbers):
    return "\n".join(map(str, numbers))


def expected(base, hunks):
    out, at = [], 0
    for hunk, new in sorted(hunks, key=lambda pair: pair[0]):
        out += base[at : hunk.low] + new[hunk.new_low : hunk.new_high]
        at = hunk.high
    return "\n".join(out + base[at:])


@pytest.mark.parametrize("block", range(4))
def test_edits_that_do_not_touch_are_both_in(block):
    for seed in range(block * 200, block * 200 + 200):
        rng = random.Random(seed)
        base = rng.choices(rng.choice(("ab", "abcdefgh")), k=rng.randint(1, 14))
        news = []
        for _ in range(2):
            new = base[:]
            at = rng.randrange(len(new))
            new[at : at + rng.randint(0, 1)] = rng.choices("abXY", k=rng.randint(0, 2))
            news.append(new)
        hunks = [[(hunk, new) for hunk in threeway.diff(base, new)] for new in news]
        pairs = [(one, other) for one, _ in hunks[0] for other, _ in hunks[1]]
        touch = any(one.low <= other.high and other.low <= one.high for one, other in pairs)
        old = "\n".join(base)
        both = [edit(n, old, "\n".join(new)) for n, new in enumerate(news)]
        applied = applying.apply(text(old), [one for one in both if one.body])
        if not touch:
            assert applied.conflicts == ()
            assert body(applied) == expected(base, hunks[0] + hunks[1])
        elif news[0] == news[1]:
            assert applied.conflicts == ()
            assert body(applied) == "\n".join(news[0])


def test_touching_edits_that_differ_are_a_conflict_and_show_base():
    base = lines(1, 2, 3)
    one, two = edit(1, base, lines(1, "a", 3)), edit(2, base, lines(1, "b", 3))
    applied = applying.apply(text(base), [one, two])
    (conflict,) = applied.conflicts
    assert (conflict.base, [party.value for party in conflict.parties]) == ("2", ["a", "b"])
    assert body(applied) == base
    whole = edit(3, base, lines(1, "c", 3), [one.id, two.id], ["body"])
    decided = applying.apply(text(base), [one, two, whole])
    assert (body(decided), decided.conflicts) == (lines(1, "c", 3), ())


@pytest.mark.parametrize("new", ["y\nz", "z\ny"])
def test_lines_put_beside_what_is_not_settled_do_not_settle_it(new):
    one, two = edit(1, "y", "a"), edit(2, "y", "b")
    three = edit(3, "y", new, [one.id, two.id])
    applied = applying.apply(text("y"), [one, two, three])
    assert body(applied) == new
    assert [party.value for party in applied.conflicts[0].parties] == ["a", "b"]
    assert applied.promotable == frozenset()


def test_lines_put_into_what_is_not_settled_do_not_settle_it():
    base = lines(1, 2, 3, 4)
    one, two = edit(1, base, lines(1, "a", 3, 4)), edit(2, base, lines(1, 2, "b", 4))
    three = edit(3, base, lines(1, 2, "new", 3, 4), [one.id, two.id])
    applied = applying.apply(text(base), [one, two, three])
    named = "\n".join(str(party.value) for conflict in applied.conflicts for party in conflict.parties)
    assert "a" in named
    assert "b" in named
    assert "new" in body(applied)


def test_taking_away_what_is_not_settled_settles_it():
    one, two = edit(1, "x\ny\nz", "x\na\nz"), edit(2, "x\ny\nz", "x\nb\nz")
    three = edit(3, "x\ny\nz", "x\nc\nz", [one.id, two.id])
    applied = applying.apply(text("x\ny\nz"), [one, two, three])
    assert (body(applied), applied.conflicts) == ("x\nc\nz", ())


def test_no_added_line_is_lost():
    for seed in range(150):
        rng = random.Random(seed)
        base = text("\n".join(rng.choices("xyz", k=rng.randint(0, 8))))
        known = [set(), set(), set()]
        made: dict[str, Change] = {}
        while len(made) < 7:
            branch = rng.randrange(3)
            if rng.random() < 0.4:
                known[branch] |= known[rng.randrange(3)]
                continue
            seen = applying.apply(base, [made[i] for i in known[branch]])
            old = body(seen)
            new = bodies.lines_of(old)
            at = rng.randint(0, len(new))
            new[at : at + rng.randint(0, 1)] = [f"T{len(made)}."]
            decided = ["body"] if seen.conflicts and rng.random() < 0.5 else []
            one = edit(len(made), old, "\n".join(new), known[branch], decided)
            made[one.id] = one
            known[branch].add(one.id)
        every = list(made.values())
        applied = applying.apply(base, every)
        named = "\n".join(str(party.value) for c in applied.conflicts for party in c.parties)
        order = changes.Order(every)
        for one in every:
            later = [c for c in every if one.id in order.before(c.id)]
            for run in one.body.runs:
                for line in set(run.added) - set(run.removed):
                    assert (
                        line in body(applied)
                        or line in named
                        or any(c.body.whole or any(r.removed for r in c.body.runs) for c in later)
                    ), (seed, line)


@pytest.mark.parametrize(
    "diff", ["x", "@@ -1,9 +1 @@\n x", "@@ -1 +1 @@\n*x", "@@ -1,1 +1,1 @@\n+x\n+y", "@@"]
)
def test_no_diff_is_an_error(diff):
    with pytest.raises(ValueError):
        bodies.parse(diff)


def test_five_thousand_equal_lines_take_no_time():
    """The work is bounded: each edit of them is found, in the place it was made or where it comes to the same."""
    base = ["x"] * 5000
    for change_at in (range(2500, 2501), range(10, 5000, 50)):
        new = [f"q{n}" if n in change_at else "x" for n in range(5000)]
        applied = applying.apply(text("\n".join(base)), [edit(1, "\n".join(base), "\n".join(new))])
        assert (body(applied), applied.conflicts) == ("\n".join(new), ())
