"""What an agent says when it ends a task: nothing of it is lost, nothing is said twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.entries import composed, said

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80)


@pytest.mark.parametrize(
    ("message", "title", "body"),
    [
        ("", "Done: Task", ""),
        ("made it", "Done: Task: made it", ""),
        ("Made it. 12 tests pass.", "Done: Task: Made it", "12 tests pass."),
        ("Made it\n\nWith care.\nTwice.", "Done: Task: Made it", "With care.\nTwice."),
        ("One. Two\nThree", "Done: Task: One", "Two\nThree"),
        ("x" * 140, "Done: Task", "x" * 140),
        ("See v1.2 and 3.4 of it", "Done: Task: See v1.2 and 3.4 of it", ""),
    ],
)
def test_composed(message, title, body):
    """The first sentence goes into the title, if it is short."""
    assert composed("Done", "Task", message) == (title, body)


@given(TEXT.filter(str.strip), st.lists(TEXT, max_size=4).map("\n".join))
def test_every_word_is_there_once(task, message):
    """In the order in which it was said."""
    task = " ".join(task.split())
    title, body = composed("Failed", task, message)
    assert "\n" not in title
    assert said(title, body, task).replace(".", " ").split() == message.replace(".", " ").split()


@given(TEXT, TEXT, TEXT)
def test_what_was_written_by_hand_is_said_whole(title, body, task):
    """Where the title is not one of ours."""
    if not title.startswith(("Done: ", "Failed: ")):
        assert said(title, body, task).split() == f"{title} {body}".split()
