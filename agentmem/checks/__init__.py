"""The rules that a store must keep, one a file; each gives findings and changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agentmem.checks import (
    broken_change,
    broken_file,
    duplicate_id,
    foreign_memory,
    hidden_characters,
    missing_id,
    schema,
    secret,
    size,
    unsettled_merge,
)
from agentmem.checks.frame import Rule, Subject, nearest
from agentmem.errors import UsageError
from agentmem.model.findings import SEVERITIES, Finding, ordered

RULES: tuple[Rule, ...] = (
    broken_file.RULE,
    schema.RULE,
    missing_id.RULE,
    duplicate_id.RULE,
    secret.RULE,
    hidden_characters.RULE,
    size.RULE,
    broken_change.RULE,
    unsettled_merge.RULE,
    foreign_memory.RULE,
)

OFF = "off"
_NONE: Mapping[str, str] = {}


def check(subject: Subject, settings: Mapping[str, str] = _NONE, only: Sequence[str] = ()) -> list[Finding]:
    """What the rules find in ``subject``, by path, line and rule.

    ``settings`` gives a rule's id another severity, or ``off``; a rule named in ``only`` runs all the same.

    Raises UsageError for a rule or a setting that does not exist.
    """
    for name in (*settings, *only):
        _known(name)
    for name, setting in settings.items():
        if setting not in (*SEVERITIES, OFF):
            raise UsageError(
                f"no setting {setting!r} for {name}", f"settings: {', '.join((*SEVERITIES, OFF))}"
            )
    found: list[Finding] = []
    for rule in RULES:
        if rule.id not in only if only else settings.get(rule.id) == OFF:
            continue
        severity = settings.get(rule.id, OFF)
        results = rule.run(subject)
        found += results if severity == OFF else [_as(severity, one) for one in results]
    return ordered(found)


def _as(severity: str, one: Finding) -> Finding:
    return replace(one, severity=severity)


def _known(name: str) -> None:
    names = [rule.id for rule in RULES]
    if name not in names:
        near = nearest(name, names)
        raise UsageError(
            f'no rule "{name}"', f"{f'did you mean {near}? ' if near else ''}rules: {' '.join(names)}"
        )
