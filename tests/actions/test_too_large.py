"""What no reader would take is refused before it is written, whichever verb would write it."""

import pytest

from tests.actions.test_placing import add, files

LONG = "n" * 70_000
SAID = "front matter over 64 KiB: move text into the body"


@pytest.mark.parametrize("branch", ["main", "feature/queue"])
def test_front_matter_that_no_reader_takes(store, branch):
    """A title, a list, a role, a reason: on trunk as in a change of a branch nothing is written, and what is there stays."""
    one = add(store, "Here")
    store.commit()
    store.git("switch", "-q", *(["-c"] if branch != "main" else []), branch)
    before = files(store)
    text = (store.store / f"facts/here-{one}.md").read_bytes()
    globs = [word for number in range(3000) for word in ("--scope", f"a-long-folder-name-{number}/**")]
    for words in (
        ["add", "fact", LONG],
        ["add", "fact", "Of many places", *globs],
        ["task", "add", LONG],
        ["edit", one, "--set", f"role={LONG}"],
        ["edit", one, "--set", f"tags={LONG}"],
        ["retract", one, "--reason", LONG],
        ["supersede", one, "--title", LONG],
    ):
        refused = store.call(*words)
        assert (refused.code, refused.out) == (2, ""), words[:3]
        assert refused.err.startswith("error: not written: ") and SAID in refused.err
    assert files(store) == before
    assert (store.store / f"facts/here-{one}.md").read_bytes() == text
    assert store.json("check", "--only", "broken-file")["findings"] == []
