"""Being woken when something below some folders changes: by the system where it can, else by the clock.

An alarm says that it is worth looking, never what there is to see: a lost or a needless one does no harm. The only file that
imports watchdog.
"""

import os
import threading
import time
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

QUIET = 0.05
"""Seconds without a further alarm after which it is quiet enough to look: one `git switch` makes hundreds."""
MOST = 0.5
"""Seconds for which quiet is waited for at most."""
POLL = 1.0
"""Seconds between two looks where the system wakes nobody."""
READS = frozenset(("opened", "closed_no_write"))
"""What our own looking sets off."""

Identity = tuple[int, int]


class Alarms:
    """Alarms for folders, each under a name; where the system refuses them, ``trouble`` says why."""

    def __init__(self, poll: bool = False) -> None:
        """``poll``: wake by the clock alone."""
        self.trouble: str | None = None
        self._rung = threading.Condition()
        self._names: set[str] = set()
        self._count = 0
        self._covered: dict[str, tuple[Identity, bool, Any]] = {}
        self._observer: Any = None
        if not poll:
            self._start()

    @property
    def polls(self) -> bool:
        """Whether the clock alone wakes."""
        return self._observer is None

    def _start(self) -> None:
        try:
            import logging

            from watchdog.observers import Observer

            # it warns of folders that it meets twice, and of what comes while it stops: nothing is lost, nobody can act on it
            warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
            logger = logging.getLogger("watchdog")
            logger.addHandler(logging.NullHandler())
            logger.propagate = False
            self._observer = Observer()
            self._observer.start()
        except Exception as problem:  # no watchdog, no inotify, none left: each is told and got over
            self._give_up(problem)

    def _give_up(self, problem: Exception) -> None:
        self.trouble = str(getattr(problem, "strerror", None) or problem) or type(problem).__name__
        self.close()

    def cover(self, folders: Mapping[str, tuple[str, bool]]) -> bool:
        """Ring for what happens in ``folders`` (the name to ring under, and whether also below it), and for nothing else; whether
        some of them were not covered until now.
        """
        if self._observer is None:
            return False
        wanted = {}
        for path, (name, below) in folders.items():
            try:
                info = os.stat(path)
            except OSError:
                continue
            wanted[path] = (name, below, (info.st_dev, info.st_ino))
        for path, (identity, below, watch) in list(self._covered.items()):
            if path not in wanted or wanted[path][1:] != (
                below,
                identity,
            ):  # gone, or another folder of that name
                del self._covered[path]
                try:
                    self._observer.unschedule(watch)
                except Exception:
                    pass  # it went with its folder
        added = False
        for path, (name, below, identity) in wanted.items():
            if path in self._covered:
                continue
            try:
                watch = self._observer.schedule(_Handler(self, name), path, recursive=below)
            except OSError as problem:
                if not os.path.isdir(path):
                    continue
                self._give_up(problem)
                return False
            self._covered[path] = (identity, below, watch)
            added = True
        return added

    def ring(self, name: str) -> None:
        """Wake whoever waits."""
        with self._rung:
            self._names.add(name)
            self._count += 1
            self._rung.notify_all()

    def wait(self, seconds: float) -> frozenset[str] | None:
        """The names under which it rang, once it is quiet again; None: it did not within ``seconds``.

        Where the clock wakes: no names, after no longer than ``POLL``.
        """
        with self._rung:
            if self._observer is None:
                self._rung.wait(min(seconds, POLL))
                return frozenset()
            if not self._rung.wait_for(lambda: self._names, seconds):
                return None
            deadline = time.monotonic() + MOST
            count = -1
            while count != self._count and time.monotonic() < deadline:
                count = self._count
                self._rung.wait(QUIET)
            names = frozenset(self._names)
            self._names.clear()
            return names

    def close(self) -> None:
        """Ring no more."""
        observer, self._observer = self._observer, None
        self._covered = {}
        if observer is not None:
            try:
                observer.stop()
                observer.join(2.0)
            except Exception:
                pass  # it never started


class _Handler:
    """What watchdog calls."""

    def __init__(self, alarms: Alarms, name: str) -> None:
        self._alarms, self._name = alarms, name

    def dispatch(self, event: "FileSystemEvent") -> None:
        """Ring for what writes."""
        if event.event_type not in READS:
            self._alarms.ring(self._name)
