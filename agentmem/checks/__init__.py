"""The rules that a store must keep, one a file; each gives findings and changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agentmem.checks import (
    broken_change,
    broken_file,
    cite_changed,
    cite_generated,
    cite_gone,
    cite_missing,
    cite_unverifiable,
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
from agentmem.model.findings import ERROR, SEVERITIES, Finding, ordered

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
    cite_changed.RULE,
    cite_gone.RULE,
    cite_unverifiable.RULE,
    cite_generated.RULE,
    cite_missing.RULE,
)

EVIDENCE = frozenset(
    rule.id for rule in (cite_changed.RULE, cite_gone.RULE, cite_unverifiable.RULE, cite_generated.RULE)
)
"""What ``Subject.evidence`` is for."""
STRICT = frozenset(rule.id for rule in (cite_changed.RULE, cite_gone.RULE, cite_missing.RULE))
"""What ``--strict`` calls an error, and the check of a pull request of what the change itself brings."""

OFF = "off"
_NONE: Mapping[str, str] = {}


def check(
    subject: Subject, settings: Mapping[str, str] = _NONE, only: Sequence[str] = (), strict: bool = False
) -> list[Finding]:
    """What the rules find in ``subject``, by path, line and rule.

    ``settings`` gives a rule's id another severity, or ``off``; a rule named in ``only`` runs all the same.
    ``strict``: what ``STRICT`` names is an error.

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
    for rule in running(settings, only):
        severity = ERROR if strict and rule.id in STRICT else settings.get(rule.id, OFF)
        results = rule.run(subject)
        found += results if severity == OFF else [_as(severity, one) for one in results]
    return ordered(found)


def running(settings: Mapping[str, str] = _NONE, only: Sequence[str] = ()) -> list[Rule]:
    """The rules that ``check`` runs: those named in ``only`` where any is, else all but those that are off."""
    return [rule for rule in RULES if (rule.id in only if only else settings.get(rule.id) != OFF)]


def _as(severity: str, one: Finding) -> Finding:
    return replace(one, severity=severity)


def _known(name: str) -> None:
    names = [rule.id for rule in RULES]
    if name not in names:
        near = nearest(name, names)
        raise UsageError(
            f'no rule "{name}"', f"{f'did you mean {near}? ' if near else ''}rules: {' '.join(names)}"
        )
