"""Running a command when something was written: one at a time, with all that came meanwhile."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence

from agentmem.errors import UsageError

PATIENCE = 2.0
"""Seconds that a command gets to end when it is told to."""
NAMED = 200
"""Ids in the command's environment at most; all events are on its standard input."""


class Reaction:
    """``command`` as a shell would split it; it is run without one, so that nothing in a memory is ever read by a shell.

    It gets the events on standard input, as JSON Lines, and in its environment ``AGENTMEM_EVENTS`` (how many),
    ``AGENTMEM_EVENT_TYPES`` and ``AGENTMEM_EVENT_IDS``. What it prints goes to ``output``, a file descriptor.

    Raises:
        UsageError: it is none.

    """

    def __init__(self, command: str, directory: str, output: int | None, note: Callable[[str], None]) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as problem:
            raise UsageError(f"--run cannot be read: {str(problem).lower()}") from None
        if not self._words:
            raise UsageError("--run needs a command")
        self._directory, self._output, self._note = directory, output, note
        self._running: subprocess.Popen[bytes] | None = None
        self._waiting: list[tuple[str, str | None, str]] = []

    @property
    def busy(self) -> bool:
        """Whether it runs, or is to run."""
        return self._running is not None or bool(self._waiting)

    def take(self, events: Sequence[tuple[str, str | None, str]]) -> None:
        """Run for ``events`` (type, id, line of JSON), now or when the run in progress has ended."""
        self._waiting += events
        self.go_on()

    def go_on(self) -> None:
        """See whether the run in progress has ended, and begin the next one."""
        if self._running is not None:
            code = self._running.poll()
            if code is None:
                return
            self._running = None
            if code:
                self._note(f"{self._words[0]} exited with {code}")
        if self._waiting:
            events, self._waiting = self._waiting, []
            self._start(events)

    def _start(self, events: Sequence[tuple[str, str | None, str]]) -> None:
        types = dict.fromkeys(what for what, _, _ in events)
        named = list(dict.fromkeys(identity for _, identity, _ in events if identity))[:NAMED]
        environment = {
            "AGENTMEM_EVENTS": str(len(events)),
            "AGENTMEM_EVENT_TYPES": " ".join(types),
            "AGENTMEM_EVENT_IDS": " ".join(named),
        }
        # a file and no pipe: who does not read its input must not keep us waiting
        with tempfile.TemporaryFile() as lines:
            lines.write("".join(line for _, _, line in events).encode("ascii"))
            lines.seek(0)
            try:
                self._running = subprocess.Popen(
                    self._words,
                    cwd=self._directory,
                    env={**os.environ, **environment},
                    stdin=lines,
                    stdout=self._output,
                    stderr=self._output,
                    start_new_session=hasattr(os, "killpg"),
                )
            except (OSError, ValueError) as problem:
                self._note(
                    f"{self._words[0]} cannot be run: {str(getattr(problem, 'strerror', problem)).lower()}"
                )

    def finish(self) -> None:
        """Wait for the run in progress, and begin the next one."""
        if self._running is not None:
            self._running.wait()
        self.go_on()

    def close(self) -> None:
        """Tell the run in progress to end, and wait for it."""
        if self._running is None:
            return
        self._signal("SIGTERM")
        try:
            self._running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._signal("SIGKILL")
            self._running.wait()

    def _signal(self, name: str) -> None:
        """To the command and to all that it started: `sh -c` alone would go and leave its children."""
        if self._running is None:
            return
        try:
            if hasattr(os, "killpg"):
                os.killpg(self._running.pid, getattr(signal, name))
            else:
                self._running.terminate()
        except OSError:
            pass  # it has just ended
