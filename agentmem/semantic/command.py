"""Vectors by a command of the team's own: a line of JSON text in for each text, a line with a JSON list of numbers out."""

import hashlib
import json
import shlex
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentmem.semantic.port import Unavailable

if TYPE_CHECKING:
    from agentmem.semantic.port import Vectors

SECONDS = 10.0
"""How long it is waited for, with a second more for each text beyond the first: who asks is waiting as well."""

WIDEST = 8192
"""Numbers of a vector, at most."""


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
            vectors = np.array(rows, np.float32)
        except (ValueError, TypeError, RecursionError):
            raise Unavailable(f"{name} gave something else than lists of numbers of one length") from None
        if vectors.ndim != 2 or len(vectors) != len(texts) or not 1 <= vectors.shape[1] <= WIDEST:
            raise Unavailable(f"{name} gave {len(rows)} vectors for {len(texts)} texts")
        return unit(vectors)
