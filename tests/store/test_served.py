"""What was served, noted line by line: what goes in comes out, and never more than a line."""

import tempfile

from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import safety
from agentmem.store import served
from agentmem.store.served import Served
from tests.support import identity

text = st.text(max_size=400)
IDS = [identity(number) for number in range(40)]


@given(text, st.lists(text, max_size=30), st.lists(st.sampled_from(IDS), max_size=40), text, text)
def test_any_question_is_one_line(question, files, shown, agent, worktree):
    """Whatever is asked by whomever about whatever: the line comes back, cleaned and cut, and counts once."""
    with tempfile.TemporaryDirectory() as folder:
        one = Served(1_771_756_940, agent, "recall", 300)
        answer = served.answer(worktree, shown, question, files)
        served.note(folder, one, answer)
        served.note(folder, one._replace(at=one.at + 1))
        (first, got), (_, nothing) = served.answers(folder, 0, agent)
        assert nothing is None and first.tokens == 300 and first.at == one.at
        assert got.shown == tuple(shown)[: served.MOST_SHOWN]
        assert got.question == answer.question == safety.one_line(got.question) and len(got.question) <= 300
        assert got.files == answer.files and set(got.files) <= set(files)
        assert [each.at for each in served.read(folder, 0)] == [one.at, one.at + 1]


def test_no_secret_among_the_files():
    """A path that looks like one takes them all out."""
    assert served.answer("", (), "why", ["a.py", "ghp_" + "a1B2" * 9]).files == ()


def test_a_month_that_is_full():
    """First the tokens alone are noted, then nothing."""
    with tempfile.TemporaryDirectory() as folder:
        one, answer = Served(1_771_756_940, "a", "recall", 300), served.answer("", IDS[:1], "why")
        served.note(folder, one, answer)
        path = f"{folder}/{served.FOLDER}/2026-02.tsv"
        for size, said in ((served.MOST_ANSWERS, 2), (served.MOST, 2)):
            with open(path, "r+b") as file:
                file.truncate(size - 1)
                file.seek(size - 1)
                file.write(b"\n")
            served.note(folder, one, answer)
            found = list(served.answers(folder, 0))
            assert len(found) == said and sum(got is not None for _, got in found) == 1
