"""Exact token counts, where they are asked for and can be had."""

import sys

import pytest

from agentmem.actions import counting
from agentmem.model import tokens

TEXT = "Workers claim jobs with SKIP LOCKED: 领取任务, not with a lock table xqzzvw.\n"
EXACT = '[output]\ntokens = "exact"\n'


@pytest.fixture(autouse=True)
def estimated():
    """Each test begins and ends with the estimate: the counter is the process's."""
    tokens.count_by(None)
    yield
    tokens.count_by(None)


def settings(project, text):
    """Write the configuration."""
    (project.store / "config.toml").write_text('trunk = "main"\n' + text)


def test_counted_by_the_vocabulary(store):
    """With the package and the setting, what is printed has exactly the tokens that it says."""
    openai = pytest.importorskip("rs_bpe").openai
    count = openai.o200k_base().count
    estimate = tokens.estimate(TEXT)
    settings(store, EXACT)
    store.ok("add", "fact", "Workers skip", "--body", TEXT * 3)
    said = store.json("recall", "workers skip", "--budget", "0")
    assert tokens.estimate(TEXT) == count(TEXT) != estimate
    assert said["hits"][0]["tokens"] == count(said["hits"][0]["text"]) + 1
    for text in ("", " ", "<|endoftext|>", "a\udcffb", "x" * 100_000, TEXT):
        assert tokens.estimate(text) == count(text.encode("utf-8", "replace").decode())


def test_without_the_package(store, monkeypatch):
    """One note, and everything else is as without the setting."""
    store.ok("add", "fact", "Workers skip", "--body", TEXT)
    settings(store, "")
    plain = store.ok("recall", "workers skip")
    monkeypatch.setitem(sys.modules, "rs_bpe", None)
    settings(store, EXACT)
    asked = store.call("recall", "workers skip")
    assert asked.out == plain and asked.code == 0
    assert asked.err == f"note: {counting.MISSING}\n"


def test_it_is_off_unless_asked_for(store, monkeypatch):
    """Without the setting, or with the other one, the package is not looked for; nonsense is an error that names the key."""
    monkeypatch.setitem(sys.modules, "rs_bpe", None)
    store.ok("add", "fact", "Workers skip")
    for text in ("", '[output]\ntokens = "estimated"\n'):
        settings(store, text)
        assert store.call("recall", "workers").err == ""
    settings(store, '[output]\ntokens = "precise"\n')
    wrong = store.call("recall", "workers")
    assert wrong.code == 2 and "output.tokens must be one of estimated, exact" in wrong.err


def test_budgets_are_kept(store):
    """A budget is a budget, however tokens are counted."""
    count = pytest.importorskip("rs_bpe").openai.o200k_base().count
    settings(store, EXACT)
    for number in range(12):
        store.ok(
            "add",
            "fact",
            f"Workers skip jobs number {number}",
            "--body",
            f"{TEXT} {number} " * number,
            "--force",
        )
    for budget in (100, 300, 800):
        assert count(store.ok("recall", "workers skip jobs", "--budget", str(budget))) <= budget
