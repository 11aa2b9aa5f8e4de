"""The lines of a commit's message that say which tasks it closes."""

from agentmem.model import trailers


def test_what_is_written() -> None:
    """A line for each task and one for the entry that closes them, as git takes trailers."""
    text = trailers.written(["7k3m9qwpdx2v", "c41x0zq7m2ve"], "h5t0w2h5t0w2")
    assert text.split("\n") == [
        "Agentmem-Task: 7k3m9qwpdx2v",
        "Agentmem-Task: c41x0zq7m2ve",
        "Agentmem-Entry: h5t0w2h5t0w2",
    ]
