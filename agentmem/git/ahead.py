"""Asking git several things at once: each question waits in a thread of its own, while the answer before it is worked on."""

import sys
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
TURN = 0.0005
"""Seconds for which one thread computes while another has an answer of git to work on: by Python's own 0.005, a question of eight
processes would wait longer for its turns than for git.
"""


class _Beside(threading.Thread):
    """A thread in which an answer is waited for; nobody waits for one that is not asked for any more."""

    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__(target=run, daemon=True)


def is_beside() -> bool:
    """Whether this runs in an ``Ahead``."""
    return isinstance(threading.current_thread(), _Beside)


class Ahead(Generic[T]):
    """What ``ask`` will have said: it runs from now on, beside whatever is done meanwhile.

    For what waits for git and touches no catalog: SQLite keeps to the thread that opened it, so the index refuses to open one.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask, self._said, self._problem = ask, list[T](), list[BaseException]()
        sys.setswitchinterval(min(sys.getswitchinterval(), TURN))
        self._thread = _Beside(self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._said.append(self._ask())
        except BaseException as problem:  # it is the asker's, not the thread's
            self._problem.append(problem)

    @property
    def result(self) -> T:
        """What it said; raises what it raised."""
        self._thread.join()
        if self._problem:
            raise self._problem[0]
        return self._said[0]
