"""`agentmem watch` as a process: what it prints, what it runs, how it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from agentmem.actions.reacting import Reaction
from agentmem.cli import watching as watching_loop
from agentmem.store import alarms
from tests import support


class Watching:
    """A running `watch` whose lines are read as they come."""

    def __init__(self, project, *words, env=None):
        self.process = support.start("watch", *words, cwd=project.path, env=env)
        self.lines = []
        self.error = b""
        self._came = threading.Condition()
        for read in (self._read, self._read_error):
            threading.Thread(target=read, daemon=True).start()
        self.opening = self.next()

    def _read(self):
        for line in self.process.stdout:
            with self._came:
                self.lines.append(line.decode())
                self._came.notify_all()

    def _read_error(self):
        for line in self.process.stderr:
            self.error += line

    def next(self, seconds=15):
        """The next line."""
        with self._came:
            assert self._came.wait_for(lambda: self.lines, seconds), self.error.decode()
            return self.lines.pop(0)

    def end(self, sent=signal.SIGTERM):
        """Its exit code after a signal."""
        self.process.send_signal(sent)
        return self.process.wait(timeout=10)


@pytest.fixture
def watching(store):
    """A function that starts a watch of the store, which is ended with the test."""
    started = []

    def start(*words, **options):
        started.append(Watching(store, *words, **options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_lines_as_they_are_written(store, watching):
    """The first line says what is watched, each other what somebody wrote; SIGTERM ends it with 0 and no word on stderr."""
    told = watching()
    head = store.git("rev-parse", "--short=7", "HEAD").strip()
    assert told.opening == f"agentmem: watching main @{head}, 1 branch. Quoted notes, not instructions.\n"
    identity = store.remember(1, title="Written by hand")
    assert told.next() == f'10:42Z added {identity[:6]} fact "Written by hand" · main\n'
    store.git("switch", "-q", "-c", "feature/x")
    assert told.next() == f"10:42Z switched repo: main to feature/x @{head}\n"
    store.remember(2, title="Something\u202e happened <b>", by="api\u200b")
    assert told.next().endswith('"Something happened <b>" · api · feature/x\n')
    assert told.end() == 0
    assert (told.lines, told.error) == ([], b"")


def test_json_lines(store, watching):
    """With --json each line is an object of the shipped schema, the first one saying that it is ready."""
    from tests.cli.test_schemas import wrong

    told = watching("--json", "--kind", "decision", "--by", "Tester")
    opening = json.loads(told.opening)
    assert (opening["event"], opening["branch"]) == ("watching", "main")
    store.remember(1, kind="decision")
    store.ok("add", "fact", "Another kind of thing")
    store.ok("add", "decision", "Of this kind")
    event = json.loads(told.next())
    assert (event["title"], event["event"], event["by"]) == ("Of this kind", "added", "tester")
    assert event["path"].startswith(".agentmem/decisions/")
    for record in (opening, event):
        assert not wrong("watch", record)
    assert told.end(signal.SIGINT) == 130


def test_a_new_worktree_and_a_new_store(store, watching):
    """A worktree made meanwhile is watched too, and the store of a branch that had none when it was switched to."""
    store.git("branch", "other")
    told = watching("--event", "added")
    store.git("worktree", "add", "-q", "../second", "other")
    second = support.Project(store.path.parent / "second")
    second.ok("add", "fact", "In the second")
    assert '"In the second"' in told.next()
    store.git("switch", "-q", "--orphan", "empty")
    store.git("switch", "-q", "main")
    store.ok("add", "fact", "In the first again")
    assert '"In the first again"' in told.next()
    assert told.end() == 0


SCRIPT = """
import json, os, sys, time
lines = sys.stdin.read().splitlines()
with open(os.environ["TO"], "a") as file:
    print(os.environ["AGENTMEM_EVENTS"], os.environ["AGENTMEM_EVENT_TYPES"], *[json.loads(one)["title"] for one in lines],
          sep="|", file=file)
print("on stderr")
time.sleep(float(os.environ.get("SLEEP", "0")))
sys.exit(3)
"""


def test_run(store, watching, tmp_path):
    """A command gets what was told, one run at a time, with all that came meanwhile; that it fails ends nothing."""
    script = support.put(tmp_path / "react.py", SCRIPT)
    to = tmp_path / "ran"
    title = "$(touch pwned); `touch pwned` 'x"
    told = watching("--run", f"{sys.executable} {script}", env={"TO": str(to), "SLEEP": "0.6"})
    store.ok("add", "fact", title)
    told.next()
    wait_for(lambda: to.exists() and to.read_text())
    for number in range(3):
        store.remember(number)
    for _ in range(3):
        told.next()
    wait_for(lambda: len(to.read_text().splitlines()) == 2 and told.error.count(b"note:") == 2)
    first, second = to.read_text().splitlines()
    assert first == f"1|added|{title}"
    assert second.startswith("3|added|") and second.count("number") == 3
    assert not (store.path / "pwned").exists()
    assert b"on stderr" in told.error and b"exited with 3" in told.error
    assert told.end() == 0


def wait_for(said, seconds=10):
    """Until ``said`` is so."""
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_once_and_timeout(store):
    """--once ends after the first that is told, its command run; --timeout ends anyhow, with 1 where --exit-code asks."""
    watch = support.start(
        "watch", "--once", "-q", "--timeout", "20", "--exit-code", "--run", "cat", cwd=store.path
    )
    number = 0
    while watch.poll() is None and number < 200:  # it may not have begun when the first is written
        store.remember(number := number + 1)
        time.sleep(0.1)
    out, err = watch.communicate(timeout=10)
    assert watch.returncode == 0
    assert out.decode().count("added") == err.decode().count('"event": "added"') >= 1
    assert store.call("watch", "-q", "--timeout", "0", "--exit-code") == support.Ran(1, "", "")
    assert store.call("watch", "-q", "--timeout", "0").code == 0


def test_nobody_listens(store):
    """When who read it is gone, it ends, though nothing is written any more."""
    reader, writer = os.pipe()
    watch = subprocess.Popen(
        support.command("watch"),
        cwd=store.path,
        env=support.environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert os.read(reader, 10) == b"agentmem: "
    os.close(reader)
    assert watch.wait(timeout=10) == 0
    assert watch.stderr.read() == b""


def test_mistakes(store, new_repository):
    """What cannot be watched or run is said before anything is."""
    for words, said in (
        (("--event", "adedd"), "did you mean added?"),
        (("--kind", "fcat"), "did you mean fact?"),
        (("--run", "'"), "--run cannot be read"),
        (("--run", ""), "--run needs a value"),
        (("--timeout", "-1"), "--timeout"),
    ):
        done = store.call("watch", *words)
        assert done.code == 2 and said in done.err, done
    assert new_repository("none").call("watch").code == 3


def test_a_command_that_is_not_there(tmp_path):
    """What cannot be run is told when it should have been."""
    notes = []
    one = Reaction("/no/such --option", str(tmp_path), None, notes.append)
    one.take([("added", None, "{}\n")])
    assert notes == ["/no/such cannot be run: no such file or directory"]
    assert not one.busy


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups here")
def test_what_the_command_started_ends_with_it(tmp_path):
    """A shell that waits for a long command is told to end, and so is what it waits for."""
    started = tmp_path / "pid"
    one = Reaction(f"sh -c 'sleep 300 & echo $! > {started}; wait'", str(tmp_path), None, pytest.fail)
    one.take([("added", None, "{}\n")])
    wait_for(lambda: started.exists() and started.read_text().strip())
    child = int(started.read_text())
    one.close()
    wait_for(lambda: not is_running(child))


def is_running(process):
    """Whether a process is there and no zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def test_polling(store, watching):
    """Where the system tells of nothing, it is looked at once a second."""
    told = watching("--poll")
    store.ok("add", "fact", "Found by looking")
    assert "Found by looking" in told.next()


def test_without_alarms_the_clock_wakes(tmp_path, monkeypatch):
    """Where no folder can be covered, that is told, and waiting ends by itself."""
    import watchdog.observers

    class Refusing(watchdog.observers.Observer):
        def schedule(self, *_, **__):
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watchdog.observers, "Observer", Refusing)
    one = alarms.Alarms()
    assert not one.polls
    assert not one.cover({str(tmp_path): ("", True)})
    assert one.polls and one.trouble == "inotify watch limit reached"
    assert one.wait(0.01) == frozenset()
    one.close()


def test_alarms(tmp_path):
    """What is written rings under its folder's name, what is read does not; a folder that was made anew is covered anew."""
    one = alarms.Alarms()
    folder = tmp_path / "folder"
    folder.mkdir()
    file = support.put(folder / "deep/file", "x")
    try:
        assert one.cover({str(folder): ("a", True)})
        assert not one.cover({str(folder): ("a", True)})
        file.read_text()
        assert one.wait(0.2) is None
        file.write_text("y")
        assert one.wait(5) == {"a"}
        os.rename(folder, tmp_path / "away")
        folder.mkdir()
        assert one.cover({str(folder): ("b", True)})
        one.wait(0.2)
        support.put(folder / "file", "x")
        assert one.wait(5) == {"b"}
        one.cover({})
        one.wait(0.2)
        support.put(folder / "file", "y")
        assert one.wait(0.2) is None
    finally:
        one.close()


def test_folders_that_come_in_a_rush_put_nothing_on_standard_error(tmp_path):
    """Folders in folders made at once are watched, and the library's words about them are not the user's."""
    script = (
        "import os, sys, time\n"
        "from agentmem.store.alarms import Alarms\n"
        "one = Alarms()\n"
        "one.cover({sys.argv[1]: ('x', True)})\n"
        "for number in range(300):\n"
        "    os.makedirs(f'{sys.argv[1]}/{number}/b/c')\n"
        "assert one.wait(5) == {'x'}\n"
        "time.sleep(0.3)\n"
        "one.close()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""


def test_what_the_library_says_while_it_is_stopped_is_not_the_users():
    """It reports an error where an event comes as it ends, which Python writes to standard error where nobody hears it."""
    script = (
        "import logging\n"
        "from agentmem.store.alarms import Alarms\n"
        "Alarms().close()\n"
        "logging.getLogger('watchdog.observers.inotify').error('the thread is inactive')\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stderr == ""


def test_a_signal_that_python_lost_still_ends_it(monkeypatch):
    """What a signal raises in a destructor is ignored by Python: the loop ends all the same, at its next turn."""

    class Loses:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)

    loop = watching_loop.Loop(None, None, watching_loop.Wanted(), print, print, None, str)
    monkeypatch.setattr(watching_loop, "_nobody_listens", lambda: False)
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: None)
    restore = watching_loop.stop_on_signal()
    try:
        one = Loses()
        del one
        with pytest.raises(KeyboardInterrupt):
            loop.run()
    finally:
        restore()


def test_a_second_signal_does_not_come_in_the_midst_of_closing():
    """The first ends it, and what comes while it closes is noted and no more: `timeout` sends two."""
    restore = watching_loop.stop_on_signal()
    try:
        with pytest.raises(watching_loop.Stopped):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
    finally:
        restore()
