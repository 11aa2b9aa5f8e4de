"""``check``: every rule over the files as they are, not over what the index remembers of them."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import saving, subjects
from agentmem.actions.context import Context
from agentmem.checks import fixes, frame
from agentmem.checks import rules as checks
from agentmem.errors import UsageError
from agentmem.model import verdict
from agentmem.model.findings import Finding
from agentmem.store import layout


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
    strict: bool = False,
    from_here: bool = False,
) -> Checked:
    """Run the rules; ``paths`` (files or folders) restrict what is reported, not what is compared with.

    ``staged``: on what the next commit would hold, and not on the worktree's files. ``strict``: broken evidence is an error.
    ``from_here``: paths are told as seen from the folder at hand, not from the one that holds the store.

    Raises:
        UsageError: a path outside the store, a rule that does not exist, or ``fix`` of what is staged.

    """
    if staged and fix:
        raise UsageError("--fix mends files, and --staged looks at the git index", "agentmem check --fix")
    mended: list[str] = []
    lead = context.lead if from_here else ""
    subject = (subjects.staged(context) if staged else subjects.at_hand(context))._replace(lead=lead)
    if fix:
        for file in subject.files:
            new = fixes.fix_missing_id(file)
            if new is not None and saving.rewrite(context, file.path, file.data, new):
                mended.append(subject.shown(file.path))
        if mended:
            subject = subjects.at_hand(context)._replace(lead=lead)
    config = subjects.config_of(context, subjects.INDEX) if staged else context.config
    if not checks.EVIDENCE.isdisjoint(rule.id for rule in checks.running(config.rules, only)):
        subject = subjects.with_evidence(context, subject, staged)
    findings, ignored = checks.examine(subject, config.rules, only, strict, config.ignores, config.rule_lines)
    wanted = [_below(context, path) for path in paths]
    if wanted:
        findings = [
            f for f in findings if any(_is_within(f.path.removeprefix(lead), path) for path in wanted)
        ]
    return Checked(
        findings=tuple(findings),
        memories=sum(file.memory is not None for file in subject.files),
        mended=tuple(mended),
        citations=len(subject.evidence),
        moved=sum(one.found.verdict == verdict.MOVED for one in subject.evidence),
        ignored=ignored,
    )


def _below(context: Context, path: str) -> str:
    """``path`` from the folder that holds the store."""
    whole = os.path.normpath(os.path.join(context.directory, path))
    relative = os.path.relpath(whole, context.place.directory).replace(os.sep, "/")
    if not _is_within(relative, context.place.name) and relative != ".":
        raise UsageError(f"{path} is not in the store {context.place.root}", _other_store(path))
    return relative


def _other_store(path: str) -> str | None:
    """The command for the store that ``path`` seems to lie in: a repository may have one in each of its packages."""
    folder, found, _ = f"/{path}/".rpartition(f"/{layout.NAME}/")
    if not found:
        return None
    return f"agentmem --store {frame.quoted(f'{folder}/{layout.NAME}'[1:])} check"


def _is_within(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(folder + "/")
