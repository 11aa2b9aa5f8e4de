"""The tests' own promise: nothing from outside reaches them, nothing of them leaks out."""

import os
import signal
import subprocess
import sys
import tempfile

from tests.conftest import REAL_HOME, heed_signals


def test_home_and_temp_are_the_tests_own():
    """A test's home, temp folder and git configuration are not those of whoever runs it."""
    assert os.path.expanduser("~") != str(REAL_HOME)
    assert tempfile.gettempdir() == os.environ["TMPDIR"]
    assert os.environ["GIT_CONFIG_GLOBAL"] == os.devnull
    assert "AGENTMEM_CACHE" not in os.environ
    assert not [name for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE") if name in os.environ]


def test_signals_that_were_ignored_outside_reach_a_command():
    """Under `nohup` or in the background too, what the tests start can be interrupted."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        heed_signals()
        script = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert ran.returncode == -signal.SIGINT


def test_both_ways_to_run_agree(store):
    """A command in this process gives what it gives as a process of its own, byte for byte."""
    store.remember(1)
    for words in (
        ("list",),
        ("recall", "worker"),
        ("list", "--json"),
        ("nonsense",),
        ("recall", "zebra", "--exit-code"),
        ("--version",),
    ):
        assert store.call(*words) == store.run(*words)
