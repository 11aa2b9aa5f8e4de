"""The loop of ``watch``: wait to be woken, look, tell, react; until it is told to end, or nobody listens any more."""

import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from agentmem.actions.reacting import Reaction
from agentmem.actions.watched import SWITCHED, Event
from agentmem.actions.watching import Watcher
from agentmem.cli.streams import write
from agentmem.errors import AgentmemError, GitFailed
from agentmem.store.alarms import Alarms

TICK = 1.0
"""Seconds after which it is seen at the latest that nobody listens any more."""
BUSY_TICK = 0.05
"""The same for the end of a command that was started."""
SOON = 0.2
"""Seconds after which what was only half there is looked at again."""
SAFETY = 10.0
"""Seconds between two looks that nothing woke: where the system loses alarms, or another machine writes the files."""
RARELY = 50
"""A look that took long is taken that much more rarely."""
SETTLED = 1.0
"""Seconds without an event after which the index takes up what was written."""


class Stopped(BaseException):
    """Somebody asked the process to end."""


class Wanted(NamedTuple):
    """Which events are told; empty: all. ``once``: end after the first that are; ``seconds``: end then, None: never."""

    events: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    once: bool = False
    seconds: float | None = None

    def wants(self, event: Event) -> bool:
        """Whether ``event`` is told."""
        if self.events and event.what not in self.events:
            return False
        if event.what == SWITCHED:
            return bool(self.events) or not (self.kinds or self.by)
        return (not self.kinds or event.kind in self.kinds) and (
            not self.by or (event.by or "").casefold() in {one.casefold() for one in self.by}
        )


class Loop:
    """One ``watch``. ``tell`` prints events, ``note`` says what makes it less than right."""

    def __init__(
        self,
        watcher: Watcher,
        alarms: Alarms,
        wanted: Wanted,
        tell: Callable[[Sequence[Event]], None],
        note: Callable[[str], None],
        reaction: Reaction | None,
        line: Callable[[Event], str],
    ) -> None:
        self.watcher, self.alarms, self.wanted = watcher, alarms, wanted
        self.tell, self.note, self.reaction, self.line = tell, note, reaction, line
        self.told = 0
        self._noted = ""
        self._stale_since: float | None = None

    def run(self) -> None:
        """Go on until it is to end."""
        deadline = None if self.wanted.seconds is None else time.monotonic() + self.wanted.seconds
        soon: frozenset[str] | None = None
        next_look = time.monotonic()
        while not _nobody_listens():
            _end_if_asked()
            now = time.monotonic()
            if deadline is not None and now >= deadline:
                return
            tick = BUSY_TICK if self.reaction and self.reaction.busy else TICK
            rest = min(tick, max(next_look - now, 0.0), *([deadline - now] if deadline is not None else []))
            names = self.alarms.wait(rest) if rest > 0 else None
            if self.reaction:
                self.reaction.go_on()
            due = time.monotonic() >= next_look
            if names is None and not due:
                self._settle()
                continue
            began = time.monotonic()
            everything = due or not names or "" in names or self.alarms.polls
            again = self._look(None if everything else {*(names or ()), *(soon or ())})
            took = time.monotonic() - began
            soon = names if again else None
            next_look = time.monotonic() + (SOON if again else max(SAFETY, RARELY * took))
            if self.told and self.wanted.once:
                return

    def _look(self, tops: set[str] | None) -> bool:
        try:
            look = self.watcher.look(tops)
        except GitFailed as problem:  # refs that move and objects that are collected under our eyes
            self._note_once(problem.message)
            return True
        events = [event for event in look.events if self.wanted.wants(event)]
        if look.events:
            self._stale_since = time.monotonic()
        if events:
            self.told += len(events)
            self.tell(events)
            if self.reaction:
                self.reaction.take([(one.what, one.id, self.line(one)) for one in events])
        added = self.alarms.cover(self.watcher.folders())
        if self.alarms.trouble:
            self._note_once(f"the system wakes nobody ({self.alarms.trouble}): looking once a second")
        return look.again or added

    def _note_once(self, text: str) -> None:
        if text != self._noted:
            self._noted = text
            self.note(text)

    def _settle(self) -> None:
        if self._stale_since is None or time.monotonic() - self._stale_since < SETTLED:
            return
        self._stale_since = None
        try:
            self.watcher.refresh()
        except (AgentmemError, OSError):
            pass  # no store here just now: each read takes up what it lacks anyhow


def _nobody_listens() -> bool:
    """Whether the reader of standard output is gone (`| head`), which only a write would show."""
    try:
        poller = select.poll()
        poller.register(sys.stdout.fileno(), 0)
        return any(happened & (select.POLLERR | select.POLLHUP) for _, happened in poller.poll(0))
    except (AttributeError, OSError, ValueError):  # no such thing here: Windows, a test
        return False


_asked_to_end: list[type[BaseException]] = []


def stop_on_signal() -> Callable[[], None]:
    """Have SIGTERM and SIGHUP raise ``Stopped``, SIGINT ``KeyboardInterrupt``; what is given sets them back.

    What a signal raises is lost where Python ignores exceptions, as in a destructor; so it is noted too, and the loop looks. Only
    the first raises: `timeout` sends two, and the second would come in the midst of closing.
    """
    _asked_to_end.clear()

    def stop(number: int, frame: object) -> None:
        _asked_to_end.append(KeyboardInterrupt if number == signal.SIGINT else Stopped)
        if len(_asked_to_end) == 1:
            raise _asked_to_end[0]

    before = {}
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        one = getattr(signal, name, None)
        if one is not None and signal.getsignal(one) is not signal.SIG_IGN:
            before[one] = signal.signal(one, stop)

    def restore() -> None:
        for one, handler in before.items():
            signal.signal(one, handler)
        _asked_to_end.clear()

    return restore


def _end_if_asked() -> None:
    if _asked_to_end:
        raise _asked_to_end[0]


def error_descriptor() -> int | None:
    """Standard error as a file descriptor; None where it is none."""
    try:
        return sys.stderr.fileno()
    except (OSError, ValueError):
        return None


def say(text: str) -> None:
    """Write to standard output, at once."""
    write(sys.stdout, text)
