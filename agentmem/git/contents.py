"""Contents by name, one after the other: a git process that stays, for who does not know beforehand what it needs."""

import os
import re
import subprocess
from contextlib import suppress

from agentmem.git import objects, process
from agentmem.git.repository import Repository

MAX_READ = 8_388_608
"""Bytes of a content that are given at most: a dump must not fill the memory of a reader."""

_HEX = re.compile("[0-9a-f]{4,64}").fullmatch


class Contents:
    """``git cat-file --batch``, started with the first question. What a partial clone has not fetched counts as missing."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None

    def blob(self, oid: str) -> bytes | None:
        """The content of a blob; None where this clone has not got it."""
        return self._ask(oid, b"blob")

    def tree(self, name: str) -> bytes | None:
        """A tree as git keeps it, by its id or as what a commit holds; None where this clone has not got it."""
        return self._ask(name, b"tree")

    def file(self, commit: str, path: str) -> bytes | None:
        """The content of the file at ``path`` (from the top) of ``commit``, which may be shortened; None where there is none.

        ``commit`` is somebody's input: what is no id of a commit names nothing.
        """
        if not _HEX(commit):
            return None
        if "\n" in path or "\0" in path:
            return None if "\0" in path else objects.read_file(self._repository, commit, path)
        return self._ask(f"{commit}:{path}", b"blob")

    def has_commit(self, commit: str) -> bool:
        """Whether this clone has the commit."""
        return bool(_HEX(commit)) and self._ask(f"{commit}^{{commit}}", b"commit") is not None

    def _ask(self, name: str, kind: bytes) -> bytes | None:
        if self._process is None:
            self._process = process.start_offline(self._repository.top, "cat-file", "--batch", stdin=True)
        pipe = self._process
        assert pipe.stdin is not None and pipe.stdout is not None
        try:
            pipe.stdin.write(os.fsencode(name) + b"\n")
            pipe.stdin.flush()
            header = pipe.stdout.readline()
        except OSError:
            header = b""
        if not header:  # it has died of what it was asked, which is no answer to the next question
            self.close()
            return None
        parts = header.rstrip(b"\n").rsplit(b" ", 2)
        # of what is not there, or not one thing, the answer is the name and a word
        if len(parts) != 3 or not parts[2].isdigit() or parts[1] not in (b"blob", b"tree", b"commit", b"tag"):
            return None
        size = int(parts[2])
        data = pipe.stdout.read(min(size, MAX_READ))
        rest = size - len(data) + 1
        while rest > 0 and (skipped := pipe.stdout.read(min(rest, MAX_READ))):
            rest -= len(skipped)
        return data if parts[1] == kind else None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate()
            self._process = None
