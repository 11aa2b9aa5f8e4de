"""Changes applied and promoted: whatever the order, nothing is lost, and no view changes by promotion."""

import random

import pytest

from agentmem.model import applying, changes, document, editing, ids, settling
from agentmem.model.changes import Change
from agentmem.model.editing import Edit

MEMORY = "m" + "0" * 11
ALPHABET = ids.ALPHABET


def text(*keys, body="one\ntwo\nthree"):
    """A memory with the lines ``keys`` besides its id."""
    return "\n".join(["---", f"id: {MEMORY}", "kind: fact", *keys, "---", body, ""]).encode()


def change_id(number):
    return "c" + ALPHABET[number >> 5] + ALPHABET[number & 31] + "0" * 9


def change(number, seen, new, after=(), decided=()):
    """The change from one text to another, as it is read back from its file; None where there is none."""
    parts = changes.between(seen, new, decided)
    if not (parts.fields or parts.body or parts.retract is not None):
        return None
    made = Change(change_id(number), MEMORY, f"b{number}", None, 1000 + number, tuple(sorted(after)), *parts)
    read, problems = changes.parse(changes.compose(made))
    assert (read, problems) == (made, ())
    return made


def shown(data):
    """Meta with its lists as sets, and the body."""
    parsed = document.parse(data)
    meta = {
        key: frozenset(map(changes.item_key, value)) if isinstance(value, list) else value
        for key, value in parsed.meta.items()
    }
    return meta, parsed.body


def view(applied):
    sides = sorted((c.field, tuple(sorted(p.change for p in c.parties))) for c in applied.conflicts)
    return *shown(applied.data), sides


def check_promotion(base, every):
    before = applying.apply(base, every)
    data, receipts = settling.promoted(base, every)
    rest = applying.pending(every, receipts)
    assert view(applying.apply(data, rest)) == view(before)
    again, more = settling.promoted(data, rest)
    assert more <= receipts
    assert again == data
    return data, receipts


# -- generated histories


def mutated(rng, data):
    """``data`` after one or two random edits on few values, so that they often collide."""
    parsed = document.parse(data)
    edits, body = [], None
    for _ in range(rng.choice((1, 1, 2))):
        kind = rng.random()
        if kind < 0.12:
            if parsed.meta.get("status") == "retracted":
                edits += [Edit("status", "delete"), Edit("retracted", "delete")]
            else:
                edits += [
                    Edit("status", "set", "retracted"),
                    Edit("retracted", "set", rng.choice(("r1", "r2"))),
                ]
        elif kind < 0.6:
            lines = parsed.body.split("\n") if parsed.body else []
            at = rng.randint(0, len(lines))
            lines[at : at + rng.randint(0, 1)] = rng.choices("abcd", k=rng.randint(0, 2))
            body = "\n".join(lines).strip()
        elif kind < 0.8:
            edits.append(Edit(rng.choice(("title", "owner")), "set", rng.choice("tuv")))
        else:
            edits.append(Edit("tags", rng.choice(("add", "remove")), [rng.choice("pqr")]))
    return editing.edit(data, edits, body)


def history(seed, steps, branches, decide=0.6):
    """A base and the changes that some branches made, each knowing what it merged."""
    rng = random.Random(seed)
    status = rng.choice([[], [], [], ["status: retracted", "retracted: old"], ["status: proposed"]])
    base = text("title: t", *status, "tags: [p, q]", body="\n".join(rng.choices("abc", k=rng.randint(0, 8))))
    known = [set() for _ in range(branches)]
    made = {}
    while len(made) < steps:
        branch = rng.randrange(branches)
        if rng.random() < 0.35:
            known[branch] |= known[rng.randrange(branches)]
            continue
        seen = applying.apply(base, [made[i] for i in known[branch]])
        fields = {conflict.field for conflict in seen.conflicts} if rng.random() < decide else set()
        new = mutated(rng, seen.data)
        one = change(len(made) + 1, seen.data, new, known[branch], fields)
        if one is None:
            continue
        made[one.id] = one
        known[branch].add(one.id)
        if not seen.conflicts or fields - {"status"} == {c.field for c in seen.conflicts}:
            after = applying.apply(base, [made[i] for i in known[branch]])
            assert after.conflicts == ()
            assert shown(after.data) == shown(new)
    return base, list(made.values())


@pytest.mark.parametrize("block", range(6))
def test_promotion_changes_no_view_and_no_order_counts(block):
    for seed in range(block * 60, block * 60 + 60):
        base, every = history(seed, 4 + seed % 5, 2 + seed % 3)
        check_promotion(base, every)
        expected = applying.apply(base, every)
        assert document.parse(expected.data).problems == ()
        mixed = every[:]
        random.Random(seed).shuffle(mixed)
        assert applying.apply(base, mixed) == expected
        assert settling.promoted(base, mixed) == settling.promoted(base, every)
        check_nothing_lost(base, every)


def check_nothing_lost(base, every):
    """Each value is shown, or base's, or said anew by one that saw it, or named by a conflict."""
    applied = applying.apply(base, every)
    meta, old = document.parse(applied.data).meta, document.parse(base).meta
    order = changes.Order(every)
    named = {(c.field, p.change) for c in applied.conflicts for p in c.parties}
    for one in every:
        later = [c for c in every if one.id in order.before(c.id)]
        for key, edit in one.fields.items():
            if (
                edit.is_list
                or edit.to in (meta.get(key), old.get(key))
                or (key, edit.to) == ("status", "active")
            ):
                continue
            if key == "retracted" and set((edit.to or "").split("; ")) <= set(str(meta.get(key)).split("; ")):
                continue
            assert (
                (key, one.id) in named
                or ("status", one.id) in named
                or any(key in changes.keys_of(c) for c in later)
            ), (key, one)


def test_a_chain_on_one_branch_gives_its_last_text():
    for seed in range(60):
        history(seed, 6, 1)  # asserts after each step


@pytest.mark.parametrize("seed", range(12))
def test_a_simulation_of_branches_loses_nothing(seed):
    """Six replicas of 120 steps: edits, merges, decisions, promotion on the first."""
    rng = random.Random(seed)
    base = text("title: t", "tags: [p]", body="a\nb\nc\na")
    replicas = [({}, frozenset(), base, 0) for _ in range(6)]
    made = 0
    for _ in range(120):
        number = rng.randrange(6)
        own, receipts, data, age = replicas[number]
        waiting = applying.pending(own.values(), receipts)
        step = rng.random()
        if step < 0.35:
            other = replicas[rng.randrange(6)]
            newest = max((data, age), (other[2], other[3]), key=lambda pair: pair[1])
            replicas[number] = own | other[0], receipts | other[1], *newest
        elif step < 0.45:
            own, receipts, data, age = replicas[0]
            data, new = check_promotion(data, applying.pending(own.values(), receipts))
            replicas[0] = own, receipts | new, data, age + bool(new)
        elif number:
            seen = applying.apply(data, waiting)
            decided = {c.field for c in seen.conflicts} if rng.random() < 0.5 else set()
            made += 1
            one = change(made, seen.data, mutated(rng, seen.data), [c.id for c in waiting], decided)
            if one is not None:
                replicas[number] = own | {one.id: one}, receipts, data, age
    views = []
    for _ in range(3):
        rng.shuffle(replicas)
        data = max(replicas, key=lambda replica: replica[3])[2]
        every = {i: one for replica in replicas for i, one in replica[0].items()}
        receipts = frozenset().union(*(replica[1] for replica in replicas))
        waiting = applying.pending(every.values(), receipts)
        views.append(applying.apply(data, waiting))
    assert views[0] == views[1] == views[2]
    check_nothing_lost(data, waiting)


# -- what was found


def test_a_restored_memory_takes_the_change_that_knew_of_nothing():
    base = text("title: u", "status: retracted", "retracted: old")
    active = text("title: u", "retracted: old")
    other = change(1, active, active.replace(b"title: u", b"title: v"))
    restored = change(2, base, active)
    applied = applying.apply(base, [other, restored])
    assert applied.conflicts == ()
    assert document.parse(applied.data).meta == {
        "id": MEMORY,
        "kind": "fact",
        "title": "v",
        "retracted": "old",
    }
    check_promotion(base, [other, restored])


def test_an_edit_of_what_is_retracted_keeps_the_retraction_up():
    base = text("title: t")
    gone = text("title: t", "status: retracted", "retracted: r")
    one = change(1, base, text("title: u"))
    two = change(2, base, gone)
    three = change(3, gone, gone.replace(b"title: t", b"title: v"), [two.id])
    applied = applying.apply(base, [one, two, three])
    assert [c.field for c in applied.conflicts] == ["status"]
    assert {p.change for p in applied.conflicts[0].parties} == {one.id, two.id, three.id}
    assert applied.data == base
    check_promotion(base, [one, two, three])


def test_who_edits_what_is_in_conflict_with_a_retraction_decides_what_it_names():
    base = text("title: t")
    gone = text("title: t", "status: retracted", "retracted: r")
    one = change(1, base, text("title: u"))
    two = change(2, base, gone)
    three = change(3, base, text("title: v"), [one.id, two.id])
    applied = applying.apply(base, [one, two, three])
    assert [c.field for c in applied.conflicts] == ["status"]
    assert {p.change for p in applied.conflicts[0].parties} == {one.id, two.id}
    assert document.parse(applied.data).meta["title"] == "v"
    check_promotion(base, [one, two, three])


def test_a_proposed_memory_can_be_retracted():
    base = text("title: t", "status: proposed", "retracted: stale")
    new = text("title: t", "status: retracted", "retracted: why")
    applied = applying.apply(base, [change(1, base, new)])
    assert (shown(applied.data), applied.conflicts) == (shown(new), ())


def test_a_shorter_reason_is_an_edit():
    base = text("status: retracted", "retracted: a; b")
    new = text("status: retracted", "retracted: a")
    assert shown(applying.apply(base, [change(1, base, new)]).data) == shown(new)


def test_reasons_that_were_shown_joined_can_be_taken_back():
    base = text("status: retracted", "retracted: r2")
    one = change(1, text(), text("status: retracted", "retracted: r1"))
    seen = applying.apply(base, [one])
    assert document.parse(seen.data).meta["retracted"] == "r2; r1"
    two = change(2, seen.data, text(), [one.id])
    assert shown(applying.apply(base, [one, two]).data) == shown(text())


def test_one_that_takes_back_contradicts_one_that_did_not_see_it():
    a, b, c = (text(f"title: {title}") for title in "abc")
    one = change(1, a, b)
    back = change(2, b, a, [one.id])
    other = change(3, a, c)
    (conflict,) = applying.apply(a, [one, back, other]).conflicts
    assert {p.change for p in conflict.parties} == {back.id, other.id}


def test_a_decision_of_a_key_that_is_absent_ends_the_conflict():
    base = text()
    one, two = change(1, base, text("owner: x")), change(2, base, text("owner: y"))
    assert applying.apply(base, [one, two]).conflicts
    end = change(3, base, base, [one.id, two.id], ["owner"])
    applied = applying.apply(base, [one, two, end])
    assert (applied.data, applied.conflicts) == (base, ())


def test_an_unknown_key_that_is_a_list_for_some_and_a_value_for_others():
    base, value, items = text(), text("foo: b"), text("foo: [x]")
    one, two = change(1, base, value), change(2, base, items)
    (conflict,) = applying.apply(base, [one, two]).conflicts
    assert [p.value for p in conflict.parties] == ["b", {"add": ["x"], "remove": []}]
    both, more = text("foo: [b, x]"), text("foo: [b, x, y]")
    chain = [one, change(3, value, both, [one.id])]
    chain.append(change(4, both, more, [c.id for c in chain]))
    applied = applying.apply(base, chain)
    assert (shown(applied.data), applied.conflicts) == (shown(more), ())


def test_the_same_id_twice_counts_the_same_whatever_the_order():
    base = text("title: t")
    one, two = change(1, base, text("title: u")), change(1, base, text("title: v"))
    assert applying.apply(base, [one, two]) == applying.apply(base, [two, one])
    assert settling.promoted(base, [one, two]) == settling.promoted(base, [two, one])


def test_front_matter_that_cannot_be_edited_names_what_is_lost():
    base = f"---\n{{id: {MEMORY}, title: t, tags: [a]}}\n---\nx\n".encode()
    one = change(1, text("tags: [a]"), text("tags: [a, b]"))
    (conflict,) = applying.apply(base, [one]).conflicts
    assert conflict.parties[0].value == {"add": ["b"], "remove": []}


@pytest.mark.parametrize("base", [b"---\n: [\n---\nx", b"x\0y", b"\xff", b"---\nid: a\nid: b\n---\n"])
def test_a_broken_file_keeps_its_bytes(base):
    one = change(1, text("title: t"), text("title: u"))
    applied = applying.apply(base, [one])
    assert applied.data == base
    assert [c.field for c in applied.conflicts] == ["file"]
    assert settling.promoted(base, [one]) == (base, frozenset())


def test_many_changes_and_long_chains():
    lines = [f"line {n}" for n in range(400)]
    base = text("title: t", body="\n".join(lines))
    many = []
    for number in range(200):
        new = [*lines[: 2 * number], f"new {number}", *lines[2 * number + 1 :]]
        many.append(change(number, base, text("title: t", body="\n".join(new))))
    applied = applying.apply(base, many)
    assert applied.conflicts == ()
    assert all(f"new {number}\n" in applied.data.decode() for number in range(200))
    seen, chain = base, []
    for number in range(300):
        new = text(f"title: t{number}", body=f"changed {number}\n" + "\n".join(lines[1:]))
        chain.append(change(number, seen, new, [c.id for c in chain[-1:]]))
        seen = new
    applied = applying.apply(base, chain)
    assert (shown(applied.data), applied.conflicts) == (shown(seen), ())
