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
    """The findings, how many memories were looked at, and the files that ``--fix`` mended.

    ``citations`` were verified, ``moved`` of them stand elsewhere now; ``ignored`` findings were not reported.
    """

    findings: tuple[Finding, ...]
    memories: int
    mended: tuple[str, ...] = ()
    citations: int = 0
    moved: int = 0
    ignored: int = 0

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def check(
    context: Context,
    paths: Sequence[str] = (),
    only: Sequence[str] = (),
    fix: bool = False,
    staged: bool = False,
) -> Checked:
    """Run the rules; ``paths`` (files or folders) restrict what is reported, not what is compared with.

    ``staged``: on what the next commit would hold, and not on the worktree's files.

    Raises:
        UsageError: a path outside the store, a rule that does not exist, or ``fix`` of what is staged.

    """
    if staged and fix:
        raise UsageError("--fix mends files, and --staged looks at the git index", "agentmem check --fix")
    mended: list[str] = []
    subject = read_staged(context) if staged else read_store(context)
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
        elif _is_checked(path):
            data = reading.read(root, path)
            if data is None:
                strays.append(frame.Stray(path, _what(os.path.join(root, path))))
            else:
                files.append(frame.read(path, data))
    return frame.Subject(tuple(files), tuple(strays), context.place.name)


def read_staged(context: Context) -> frame.Subject:
    """Every memory and change that the git index holds."""
    from agentmem.git import objects, staged

    repository = context.repository
    name = context.place.name
    held = {path: blob for path, blob in staged.files(repository, name).items() if _is_checked(path)}
    contents = dict(objects.read_blobs(repository, set(held.values())))
    files = [frame.read(path, contents[blob]) for path, blob in sorted(held.items()) if blob in contents]
    return frame.Subject(tuple(files), (), name, _foreign(context, files))


def _is_checked(path: str) -> bool:
    return layout.is_memory(path) or layout.is_change(path) or layout.is_misplaced(path)


def _foreign(context: Context, files: Sequence[frame.StoreFile]) -> dict[str, str]:
    """The branch of each of ``files`` that the commit at hand adds and that another branch wrote, one that still exists.

    Nothing while a merge, rebase or pick is under way, which bring them on purpose; what is merged already HEAD holds.
    """
    from agentmem.git import revisions, staged, state

    repository = context.repository
    here = state.branch(repository)
    if here is None or state.under_way(repository):
        return {}
    added = staged.added(repository, context.place.name)
    named = {}
    for file in files:
        branch = file.memory.branch if file.memory else file.document.meta.get("branch")
        if file.path in added and isinstance(branch, str) and branch != here:
            named[file.path] = branch
    from agentmem.actions import standing

    unmerged = {
        branch
        for branch in set(named.values())
        if not standing.is_own(context, here, branch) and revisions.branch_tip(repository, branch) is not None
    }
    return {path: branch for path, branch in named.items() if branch in unmerged}


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
