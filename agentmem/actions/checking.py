"""``check``: every rule over the files as they are, not over what the index remembers of them."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem import checks
from agentmem.actions import saving
from agentmem.actions.context import Context
from agentmem.checks import fixes, frame
from agentmem.errors import UsageError
from agentmem.model.findings import Finding
from agentmem.store import layout, reading


class Checked(NamedTuple):
    """The findings, how many memories were looked at, and the files that ``--fix`` mended."""

    findings: tuple[Finding, ...]
    memories: int
    mended: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def check(
    context: Context, paths: Sequence[str] = (), only: Sequence[str] = (), fix: bool = False
) -> Checked:
    """Run the rules; ``paths`` (files or folders) restrict what is reported, not what is compared with.

    Raises:
        UsageError: a path outside the store, or a rule that does not exist.

    """
    mended: list[str] = []
    subject = read_store(context)
    if fix:
        for file in subject.files:
            new = fixes.fix_missing_id(file)
            if new is not None:
                saving.rewrite(context, file.path, file.data, new)
                mended.append(f"{subject.name}/{file.path}")
        if mended:
            subject = read_store(context)
    findings = checks.check(subject, context.config.rules, only)
    wanted = [_below(context, path) for path in paths]
    if wanted:
        findings = [f for f in findings if any(_is_within(f.path, path) for path in wanted)]
    return Checked(tuple(findings), sum(file.memory is not None for file in subject.files), tuple(mended))


def read_store(context: Context) -> frame.Subject:
    """Every file of the store that is, or should be, a memory."""
    root = context.place.root
    files: list[frame.StoreFile] = []
    strays: list[frame.Stray] = []
    for path in reading.walk(root):
        if os.path.islink(os.path.join(root, path)):
            strays.append(frame.Stray(path, frame.LINK))
        elif layout.is_memory(path):
            data = reading.read(root, path)
            if data is None:
                strays.append(frame.Stray(path, _what(os.path.join(root, path))))
            else:
                files.append(frame.read(path, data))
    return frame.Subject(tuple(files), tuple(strays), context.place.name)


def _what(path: str) -> str:
    """Why the thing at ``path`` is no file that can be read."""
    if os.path.isdir(path):
        return "a folder, where a memory would be a file"
    return frame.UNREADABLE if os.path.isfile(path) else "no plain file (a pipe, socket or device)"


def _below(context: Context, path: str) -> str:
    """``path`` as findings print it: from the folder that holds the store."""
    whole = os.path.normpath(os.path.join(context.directory, path))
    relative = os.path.relpath(whole, context.place.directory).replace(os.sep, "/")
    if not _is_within(relative, context.place.name) and relative != ".":
        raise UsageError(f"{path} is not in the store {context.place.root}")
    return relative


def _is_within(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(folder + "/")
