"""All rules, and running them: which are on, how grave each is, what is ignored with a reason."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.checks import (
    broken_change,
    broken_file,
    broken_link,
    cite_changed,
    cite_generated,
    cite_gone,
    cite_missing,
    cite_unverifiable,
    contradiction,
    created_ahead,
    duplicate_id,
    expired,
    file_name_id,
    foreign_memory,
    hidden_characters,
    injection,
    missing_id,
    near_duplicate,
    schema,
    secret,
    size,
    supersession_cycle,
    task_cycle,
    task_stuck,
    unknown_kind,
    unsettled_change,
    unsettled_merge,
    unused_ignore,
)
from agentmem.checks.frame import Rule, Subject, nearest
from agentmem.errors import ConfigError, UsageError
from agentmem.model.findings import ERROR, SEVERITIES, Finding, ordered
from agentmem.store import layout
from agentmem.store.config import Ignore

RULES: tuple[Rule, ...] = (
    broken_file.RULE,
    schema.RULE,
    unknown_kind.RULE,
    missing_id.RULE,
    duplicate_id.RULE,
    file_name_id.RULE,
    secret.RULE,
    hidden_characters.RULE,
    size.RULE,
    broken_change.RULE,
    unsettled_merge.RULE,
    unsettled_change.RULE,
    foreign_memory.RULE,
    cite_changed.RULE,
    cite_gone.RULE,
    cite_unverifiable.RULE,
    cite_generated.RULE,
    cite_missing.RULE,
    injection.RULE,
    broken_link.RULE,
    supersession_cycle.RULE,
    task_cycle.RULE,
    task_stuck.RULE,
    near_duplicate.RULE,
    contradiction.RULE,
    expired.RULE,
    created_ahead.RULE,
    unused_ignore.RULE,
)

EVIDENCE = frozenset(
    rule.id for rule in (cite_changed.RULE, cite_gone.RULE, cite_unverifiable.RULE, cite_generated.RULE)
)
"""What ``Subject.evidence`` is for."""
STRICT = frozenset(rule.id for rule in (cite_changed.RULE, cite_gone.RULE, cite_missing.RULE))
"""What ``--strict`` calls an error, and the check of a pull request of what the change itself brings."""

OFF = "off"
_NONE: Mapping[str, str] = {}
_NO_LINES: Mapping[str, int] = {}


class Examined(NamedTuple):
    """The findings by path, line and rule, and how many more there were that the configuration ignores on purpose."""

    findings: list[Finding]
    ignored: int


def check(
    subject: Subject,
    settings: Mapping[str, str] = _NONE,
    only: Sequence[str] = (),
    strict: bool = False,
    ignores: Sequence[Ignore] = (),
    lines: Mapping[str, int] = _NO_LINES,
) -> list[Finding]:
    """What ``examine`` finds, but for ignores that met nothing: of a part of the store that means nothing."""
    return [
        one
        for one in examine(subject, settings, only, strict, ignores, lines).findings
        if one.rule != unused_ignore.ID
    ]


def examine(
    subject: Subject,
    settings: Mapping[str, str] = _NONE,
    only: Sequence[str] = (),
    strict: bool = False,
    ignores: Sequence[Ignore] = (),
    lines: Mapping[str, int] = _NO_LINES,
) -> Examined:
    """What the rules find in ``subject`` and ``ignores`` do not cover.

    ``settings`` gives a rule's id another severity, or ``off``, and ``lines`` where the file says so; a rule named in ``only``
    runs all the same. ``strict``: what ``STRICT`` names is an error.

    Raises:
        UsageError: a rule or a setting that does not exist; ConfigError: see ``refuse_unknown``.

    """
    refuse_unknown(subject.shown(layout.CONFIG), settings, ignores, lines)
    for name in only:
        _known(name)
    for name, setting in settings.items():
        if setting not in (*SEVERITIES, OFF):
            raise UsageError(
                f"no setting {setting!r} for {name}", f"settings: {', '.join((*SEVERITIES, OFF))}"
            )
    found: list[Finding] = []
    rules = running(settings, only)
    for rule in rules:
        found += _graded(rule.run(subject), rule, settings, strict)
    left, ignored, unused = unused_ignore.sift(subject, found, ignores)
    if not only and unused_ignore.RULE in rules:
        # one of a rule that is off waits for it
        wanted = [ignore for ignore in unused if any(ignore.rule == rule.id for rule in rules)]
        left += _graded(unused_ignore.findings(subject, wanted), unused_ignore.RULE, settings, strict)
    return Examined(ordered(left), ignored)


def refuse_unknown(
    file: str, settings: Mapping[str, str], ignores: Sequence[Ignore], lines: Mapping[str, int]
) -> None:
    """Stop at a configuration, the ``file``, that names a rule that there is not.

    Raises:
        ConfigError: with the line.

    """
    named = [(lines.get(name, 1), "check", name) for name in settings]
    named += [(ignore.line, "check.ignore", ignore.rule) for ignore in ignores]
    for line, key, name in named:
        if problem := _unknown(name):
            raise ConfigError(f"{file}:{line}: {key}: {problem[0]}", problem[1])


def _graded(
    results: Iterable[Finding], rule: Rule, settings: Mapping[str, str], strict: bool
) -> Iterable[Finding]:
    severity = ERROR if strict and rule.id in STRICT else settings.get(rule.id, OFF)
    return results if severity == OFF else [one._replace(severity=severity) for one in results]


def running(settings: Mapping[str, str] = _NONE, only: Sequence[str] = ()) -> list[Rule]:
    """The rules that ``check`` runs: those named in ``only`` where any is, else all but those that are off."""
    return [rule for rule in RULES if (rule.id in only if only else settings.get(rule.id) != OFF)]


def _known(name: str) -> None:
    if problem := _unknown(name):
        raise UsageError(*problem)


def _unknown(name: str) -> tuple[str, str] | None:
    """What is wrong with the name of a rule, and what to do; None where there is such a rule."""
    names = [rule.id for rule in RULES]
    if name in names:
        return None
    near = nearest(name, names)
    return f'no rule "{name}"', f"{f'did you mean {near}? ' if near else ''}rules: {' '.join(names)}"
