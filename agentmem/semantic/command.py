"""Vectors by a command of the team's own: a line of JSON text in for each text, a line with a JSON list of numbers out."""

import hashlib
import json
import shlex
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agentmem.semantic.port import Unavailable

if TYPE_CHECKING:
    from agentmem.semantic.port import Vectors

SECONDS = 10.0
"""How long it is waited for, with a second more for each text beyond the first: who asks is waiting as well."""

WIDEST = 8192
"""Numbers of a vector, at most."""

SHOWN = 60
"""Characters of a text by which an error names it."""

LARGEST, LEAST = 3.4e38, 1.2e-38
"""What a number of 32 bits holds, as models give them: beyond is no number of a vector, below is nothing."""


class CommandModel:
    """``command`` as a shell would split it; it is run without one. Its vectors are known by its words.

    Raises:
        Unavailable: there are no words in it.

    """

    def __init__(self, command: str) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise Unavailable(f"semantic.command cannot be read: {error}") from None
        if not self._words:
            raise Unavailable("semantic.command is empty")
        self.identity = hashlib.sha256(b"command 1\0" + command.encode("utf-8", "replace")).hexdigest()[:16]

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of ``texts``; see the port."""
        import numpy as np

        from agentmem.semantic.encoder import unit

        if not texts:
            return np.zeros((0, 1), np.float32)
        name = self._words[0]
        lines = "".join(json.dumps(text) + "\n" for text in texts)
        try:
            done = subprocess.run(
                self._words,
                input=lines.encode("ascii"),
                capture_output=True,
                check=False,
                timeout=SECONDS + len(texts) - 1,
            )
        except subprocess.TimeoutExpired:
            raise Unavailable(f"{name} gave no vectors in time") from None
        except (OSError, ValueError) as error:
            raise Unavailable(f"{name} cannot be run: {error}") from None
        if done.returncode:
            raise Unavailable(f"{name} exited with {done.returncode}")
        try:
            rows = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise self._refused("gave something else than lists of numbers") from None
        if len(rows) != len(texts):
            raise self._refused(f"gave {_count(rows, 'vector')} for {_count(texts, 'text')}")
        wide = len(rows[0]) if isinstance(rows[0], list) else 0
        for text, row in zip(texts, rows, strict=True):
            wrong = _wrong(row, wide)
            if wrong:
                raise self._refused(f'{wrong} for "{text.partition(chr(10))[0][:SHOWN]}"')
        vectors = np.array(rows, np.float64)
        # by the largest number first: the squares of what float32 holds are beyond it, or nothing
        return unit(vectors / np.abs(vectors).max(axis=1, keepdims=True))

    def _refused(self, what: str) -> Unavailable:
        return Unavailable(
            f"{self._words[0]} {what}", f"see what it gives: echo '\"memory\"' | {shlex.join(self._words)}"
        )


def _count(some: Sequence[object], noun: str) -> str:
    return f"{len(some):,} {noun}{'s' * (len(some) != 1)}"


def _wrong(row: Any, wide: int) -> str:
    """What is wrong with a line that a command gave where the first has ``wide`` numbers; nothing where it is a vector."""
    if not isinstance(row, list) or not all(type(number) in (int, float) for number in row):
        return "gave something else than a list of numbers"
    if not row:
        return "gave an empty vector"
    if len(row) > WIDEST:
        return f"gave a vector of {len(row):,} numbers, more than {WIDEST:,},"
    if len(row) != wide:
        return f"gave a vector of {len(row):,} numbers where the first has {wide:,}"
    if not all(-LARGEST <= number <= LARGEST for number in row):  # what is no number is within nothing
        return "gave a number that is none, infinite or too large"
    if all(abs(number) < LEAST for number in row):
        return "gave a vector of zeros alone"
    return ""
