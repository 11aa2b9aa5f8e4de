"""One step on: of two memories alike, the one that shares something rare with the best match ranks higher."""

import pytest

from tests.support import WORDS, identity

OLD = "2025-11-01T08:00:00Z"
QUESTION = "zebra crossing stripes"


@pytest.fixture
def base(store):
    """A store of twenty memories about other things, each in a place of its own."""
    for number in range(100, 120):
        store.remember(
            number,
            f"{WORDS[number % 26]} and {WORDS[(number * 7) % 26]}",
            created=OLD,
            scope=f"[other/{number}.txt]",
        )
    return store


def put(store, number, title, **meta):
    store.remember(number, title, "As told.", "convention", created=OLD, **meta)


def by_what(store, number):
    """By what the memory of that ``number`` is related, as `--explain` says; both outputs say the same."""
    words = ("recall", QUESTION, "--explain", "--limit", "0", "--budget", "0")
    hit = next(hit for hit in store.json(*words)["hits"] if hit["id"] == identity(number))
    (said,) = (term["detail"] for term in hit["explain"] if term["name"] == "related")
    assert f"related ({said}) 0." in store.ok(*words)
    return said


def scores(store, *options):
    hits = store.json("recall", QUESTION, "--explain", "--limit", "0", "--budget", "0", *options)["hits"]
    assert hits[0]["id"] == identity(1)
    return {
        hit["id"]: (hit["score"], {term["name"]: term["value"] for term in hit["explain"]}) for hit in hits
    }


SHARED = {
    "a place": ("scope: [src/paint.ts]", "scope: [src/paint.ts]", "scope: [src/glue.ts]"),
    "a glob": ("scope: [src/paint/**]", "scope: [src/paint/**]", "scope: [src/glue/**]"),
    "an entity": ("entities: [PaintShop]", "entities: [PaintShop]", "entities: [GlueShop]"),
    "an entity in other case": ("entities: [PaintShop]", "entities: [paintshop]", "entities: [GlueShop]"),
    "scope and citation": (
        "scope: [src/paint.ts]",
        "cites: [{path: src/paint.ts}]",
        "cites: [{path: src/glue.ts}]",
    ),
}

SAID = {"a place": "src/paint.ts", "a glob": "src/paint/**", "scope and citation": "src/paint.ts"}
"""By what each is related, where it is not the entity."""


@pytest.mark.parametrize("what", SHARED)
def test_what_is_shared_with_the_best_ranks_up(base, what):
    """Of two memories that match alike, the one that shares a rare place or an entity with the best comes first, and says so."""
    best, near, far = (dict([text.split(": ", 1)]) for text in SHARED[what])
    put(base, 1, "Zebra crossing stripes are white", **best)
    # ids in the order that would put the far one first among equals
    one, other = sorted((2, 3), key=identity)
    put(base, other, "Zebra crossing beacons are amber", **near)
    put(base, one, "Zebra crossing lights are green", **far)
    found = scores(base)
    assert found[identity(other)][0] > found[identity(one)][0]
    assert found[identity(other)][1]["related"] > found[identity(one)][1].get("related", 0.0)
    assert found[identity(other)][1]["words"] == pytest.approx(found[identity(one)][1]["words"], rel=0.05)
    assert by_what(base, other) == SAID.get(what, "PaintShop")


def test_what_is_linked_with_the_best_ranks_up(base):
    """A link to the best match speaks for a memory; one to something else does not."""
    put(base, 1, "Zebra crossing stripes are white")
    put(base, 9, "Horns are loud")
    one, other = sorted((2, 3), key=identity)
    for number, target, what in ((other, 1, "beacons"), (one, 9, "lights")):
        needs = f"[{identity(target)}]"
        base.remember(
            number, f"Zebra crossing of {what} is wired", "As told.", "task", created=OLD, needs=needs
        )
    found = scores(base)
    assert found[identity(other)][1]["related"] > found[identity(one)][1].get("related", 0.0)
    assert found[identity(other)][0] > found[identity(one)][0]
    assert by_what(base, other) == f"linked with {identity(1)[:6]}"


def test_a_place_that_many_share_says_little(base):
    """The rarer a shared place is, the more it speaks."""
    put(base, 1, "Zebra crossing stripes are white", scope="[src/paint.ts, src/all.ts]")
    put(base, 2, "Zebra crossing beacons are amber", scope="[src/paint.ts]")
    put(base, 3, "Zebra crossing lights are green", scope="[src/all.ts]")
    for number in range(200, 230):
        put(base, number, f"{WORDS[number % 26]} {number}", scope="[src/all.ts]")
    found = scores(base)
    assert found[identity(2)][1]["related"] > 1.5 * found[identity(3)][1].get("related", 0.0)


def test_nothing_is_related_to_itself(base):
    """One match alone, or one that shares nothing, is not lifted by its own places."""
    put(base, 1, "Zebra crossing stripes are white", scope="[src/paint.ts]", entities="[PaintShop]")
    assert "related" not in scores(base)[identity(1)][1]


def test_what_does_not_match_is_not_brought_in(base):
    """Sharing a place with the best match finds nothing by itself: it orders what words and names have found."""
    put(base, 1, "Zebra crossing stripes are white", scope="[src/paint.ts]")
    put(base, 2, "Zebra crossing beacons are amber", scope="[src/paint.ts]")
    put(base, 3, "Horns are loud", scope="[src/paint.ts]")
    assert identity(3) not in scores(base)


def test_a_filter_keeps_out_what_is_related(base):
    """What a filter leaves out neither is shown nor lends its places."""
    put(base, 1, "Zebra crossing stripes are white", scope="[src/paint.ts]")
    base.remember(
        2, "Zebra crossing beacons are amber", "As told.", "fact", created=OLD, scope="[src/paint.ts]"
    )
    put(base, 3, "Zebra crossing lights are green")
    found = scores(base, "--kind", "convention")
    assert identity(2) not in found
    assert "related" not in found[identity(1)][1]
