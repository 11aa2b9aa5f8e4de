"""The lines of a commit's message that say which tasks it closes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import ids, trailers

names = st.text(ids.ALPHABET, min_size=12, max_size=12)


@given(st.lists(names, unique=True, max_size=4), names)
def test_what_is_written_is_found(tasks: list[str], entry: str) -> None:
    """In any place of a message, indented as git's own squash does, with the line ends of any system."""
    text = trailers.written(tasks, entry)
    for message in (
        text,
        f"Subject\n\n{text}",
        f"S\n\n    {text}".replace("\n", "\n    ") + "\n\nMore text",
        text.replace("\n", "\r\n"),
    ):
        assert trailers.tasks_of(message) == tuple(tasks)


@pytest.mark.parametrize(
    "line", ["Agentmem-Task: short", "See Agentmem-Task: 7k3m9qwpdx2v", "Agentmem-Task: 7k3m9qwpdx2v and"]
)
def test_what_only_looks_like_one(line: str) -> None:
    """A sentence about such a line is none."""
    assert trailers.tasks_of(f"Subject\n\n{line}\n") == ()
