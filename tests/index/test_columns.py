"""The columns of a view: taking files out leaves what putting in the others makes."""

import os
import tempfile

from hypothesis import given
from hypothesis import strategies as st

from agentmem.index import viewcache
from agentmem.index.catalog import LINKS, Row
from agentmem.index.columns import LATE, SKETCH, Columns


def row(number: int) -> Row:
    """A row in which each field is of its own ``number``; every fourth is broken, every third has links."""
    links = tuple((f"{number}{name}",) if number % 3 == 0 else () for name in LINKS)
    return Row(
        row=number,
        blob=f"{number:040x}",
        id=f"id{number:010d}",
        kind=("fact", "log", "task")[number % 3],
        title=f"title {number}",
        status=("active", "proposed", "retracted")[number % 3],
        created=None if number % 5 == 0 else number,
        expires=None if number % 7 else number,
        author=f"agent-{number % 4}",
        importance=number % 6 or None,
        pin=number % 2 == 0,
        lengths=(number, number + 1, number + 2, number + 3),
        links=links,
        broken=number % 4 == 3,
        sketch=bytes([number % 256]) * SKETCH,
        topic=bytes([(number + 1) % 256]) * SKETCH,
    )


def made(numbers: list[int], kept: int) -> Columns:
    """Columns of the rows of these ``numbers``, the first ``kept`` of them as they come from a kept view."""
    columns = Columns()
    for number in numbers[:kept]:
        columns.add(f"facts/{number}.md", row(number))
    if kept:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "view")
            viewcache.save(path, viewcache.Saved("store", "c" * 40, "catalog", columns, {}))
            saved = viewcache.load(path, "store")
        assert saved
        columns = saved.columns
    for number in numbers[kept:]:
        columns.add(f"facts/{number}.md", row(number))
    columns.changes = {f"changes/{number}": str(number) for number in numbers[::5]}
    columns.receipts = {f"receipts/{number}" for number in numbers[1::5]}
    return columns


def told(columns: Columns) -> dict[str, object]:
    return {
        **{name: getattr(columns, name) for name in LATE},
        **{name: value for name, value in vars(columns).items() if not name.startswith("_")},
        "blobs": list(columns.blobs),
        "each": [columns.blobs[i] for i in range(len(columns.blobs))],
    }


@given(
    st.lists(st.integers(0, 200), unique=True, max_size=40),
    st.integers(0, 40),
    st.sets(st.integers(0, 200)),
    st.integers(0, 200),
)
def test_without_some_is_what_the_others_make(numbers: list[int], kept: int, out: set[int], new: int) -> None:
    """Whatever is taken out, each column has what the rest alone would have given it, in order; and goes on from there."""
    rest = [number for number in numbers if number not in out]
    folders = ("facts/{}.md", "changes/{}", "receipts/{}")
    gone = frozenset(folder.format(number) for number in out for folder in folders)
    left, plain = made(numbers, kept).without(gone), made(rest, 0)
    plain.changes = {
        path: blob for path, blob in made(numbers, 0).changes.items() if int(path.split("/")[1]) not in out
    }
    plain.receipts = {path for path in made(numbers, 0).receipts if int(path.split("/")[1]) not in out}
    assert told(left) == told(plain)
    for columns in (left, plain):
        columns.add("facts/new.md", row(1000 + 12 * new))
        columns.replace(len(columns.paths) // 2, row(2000))
    assert told(left) == told(plain)
    again = frozenset(left.paths[::3])
    assert told(left.without(again)) == told(plain.without(again))
