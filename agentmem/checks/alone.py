"""The rules that judge a file by itself: what a commit brings is checked by them in milliseconds, however large the store is.

A file of its own, so that a hook does not import what compares memories.
"""

from collections.abc import Mapping, Sequence

from agentmem.checks import (
    broken_file,
    hidden_characters,
    schema,
    secret,
    size,
    unknown_kind,
    unsettled_merge,
)
from agentmem.checks.frame import Rule, StoreFile, Subject
from agentmem.model.findings import ERROR, Finding, ordered
from agentmem.store import layout
from agentmem.store.config import Ignore

RULES = (
    broken_file.RULE,
    schema.RULE,
    unknown_kind.RULE,
    secret.RULE,
    hidden_characters.RULE,
    size.RULE,
    unsettled_merge.RULE,
)
UNDECIDED = frozenset((broken_file.RULE.id, unsettled_merge.RULE.id))
"""What a merge that somebody ends by hand may have left; the rest is of those whose work is merged."""


def errors(
    files: Sequence[StoreFile],
    name: str,
    settings: Mapping[str, str],
    ignores: Sequence[Ignore],
    lead: str = "",
) -> list[Finding]:
    """The errors in ``files`` of the store ``name`` (``lead``: see ``Subject``), each by itself, as the team sets the rules."""
    subject = Subject(tuple(files), (), name, lead=lead)
    found: list[Finding] = []
    rules: tuple[Rule, ...] = RULES
    if any(file.path.startswith(layout.OVERLAYS + "/") for file in files):
        from agentmem.checks import broken_change

        rules = (*RULES, broken_change.RULE)
    for rule in rules:
        severity = settings.get(rule.id)
        if severity in (None, ERROR):
            found += [
                one._replace(severity=ERROR) for one in rule.run(subject) if severity or one.severity == ERROR
            ]
    if found and ignores:
        from agentmem.checks import unused_ignore

        found = unused_ignore.sift(subject, found, ignores)[0]
    return ordered(found)
