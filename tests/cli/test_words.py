"""The words of a command: what is said and does nothing, or cannot be had, is an error that says so."""

import pytest

CLOSED = ("sh", "-c", 'exec "$@" <&-', "sh")


@pytest.mark.parametrize(
    "words", ["add fact x --body -", "import jsonl -", "recall --batch -", "task add y --body -"]
)
def test_standard_input_that_is_closed(store, words):
    """Where `-` asks for it that is a usage error, and nothing is written."""
    done = store.run(*words.split(), prefix=CLOSED)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: - reads standard input, which is closed here\n")
    assert store.titles() == set()


def test_without_standard_input_nobody_is_asked(store):
    """What would open an editor at a terminal says what to give, where standard input is closed as well."""
    identity = store.remember(1)
    for words, said in (
        (("edit", identity), "nothing to change"),
        (("add", "fact"), "a memory needs a title"),
    ):
        done = store.run(*words, prefix=CLOSED)
        assert done.code == 2 and said in done.err
