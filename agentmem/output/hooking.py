"""What hooks say, a line where there is something to say, and how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentmem.actions.committing import Prepared
    from agentmem.actions.hooking import Hooked
    from agentmem.model.findings import Finding

MOST = 10
"""Findings that a hook shows."""


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def said(text: str) -> str:
    """A line of ours among those of git and of other hooks."""
    return f"agentmem: {safety.one_line(text)}\n"


def prepared(result: Prepared, alone: bool = False) -> str:
    """What goes with a commit, and what keeps it from being made; ``alone``: nothing else was staged.

    Git looks whether there is anything to commit at the index as it was before the hook (2.39; not with --allow-empty, --amend).
    """
    text = ""
    memories = [path for path in result.staged if path.endswith(".md")]
    if memories:
        number = f"{_count(len(memories), 'memory', 'memories')} of {result.branch}"
        from agentmem.checks.frame import quoted

        add = f"git add {quoted(result.store)}"
        again = f"and nothing else: if git finds nothing to commit, {add} and commit again"
        text += said(f"{number} {again if alone else 'in this commit'}")
    if result.left:
        files = len({one.path for one in result.left})
        text += said(f"{_count(files, 'memory', 'memories')} not in this commit:") + _findings(result.left)
    if result.void:
        number = _count(result.void, "receipt")
        text += said(
            f"{number} not in this commit: base was set back, and has not the change; agentmem overlay promote"
        )
    text += _findings(result.foreign)
    if result.errors:
        text += _findings(result.errors)
        number = _count(len(result.errors), "error")
        mend = "mend and stage again, or set block = false under [hooks] in config.toml"
        how = (
            f"not committed, {number} in staged memories: {mend}"
            if result.blocked
            else f"{number} in staged memories"
        )
        text += said(how)
    return text


def pushed(findings: Sequence[Finding]) -> str:
    """What is wrong in what goes to a remote."""
    number = _count(len(findings), "error")
    return _findings(findings) + said(f"{number} in the memories that are pushed: agentmem check")


def _findings(findings: Sequence[Finding]) -> str:
    lines = []
    for one in findings[:MOST]:
        lines.append(f"{safety.one_line(one.path)}:{one.line}: {one.rule}: {safety.one_line(one.message)}")
        if one.fix:
            lines.append(f"  {safety.one_line(one.fix)}")
    if len(findings) > MOST:
        lines.append(f"{len(findings) - MOST} more: agentmem check")
    return "".join(f"{line}\n" for line in lines)


def summary(result: Hooked) -> str:
    """Which hooks are there, and whose run with them."""
    if not result.names:
        return "none"
    text = " ".join(result.names)
    named = [tool for tool in result.tools if tool]
    if result.is_run_by_framework:
        text += ", which pre-commit runs before its own"
        named = [tool for tool in named if tool != "pre-commit"]
    if named:
        text += f", after your {' and '.join(named)} ones"
    elif any(hook.before and not hook.framework for hook in result.hooks) or (result.earlier and not named):
        text += ", after your own ones"
    return text


def hooked(result: Hooked) -> str:
    """How hooks stand in a clone."""
    if result.done == "uninstalled":
        return "".join(
            f"{line}\n"
            for line in ("hooks   taken away; what was there before is there again", *result.notes)
        )
    lines = [f"hooks   {summary(result)}"]
    if result.names or result.done:
        before = (
            f", before {result.earlier or 'hooks/'}: by an include in {result.config}"
            if result.config
            else ""
        )
        lines.append(f"in      {safety.one_line(result.folder)}{safety.one_line(before)}")
    for state, means in (
        ("older", "of an older version"),
        ("idle", "git does not start it, for the file has no right to be executed"),
        ("displaced", "displaced by another tool"),
        ("missing", "missing"),
    ):
        names = [hook.name for hook in result.hooks if hook.state == state]
        if names and not result.done and (result.names or state in ("displaced", "idle")):
            lines.append(f"{' '.join(names)}: {means}")
    if not result.done and not result.are_in:
        lines.append("put them in their place: agentmem hooks install")
    lines += [safety.one_line(note) for note in result.notes]
    if result.done == "installed" and "husky" in result.tools and result.config is None:
        lines.append("another husky may take their place when it is installed; then: agentmem hooks install")
    return "\n".join(lines) + "\n"


def hooked_json(result: Hooked) -> Mapping[str, object]:
    """The same as JSON."""
    return {
        "schema": "agentmem/hooks/1",
        "done": result.done or None,
        "folder": result.folder,
        "earlier": result.earlier,
        "config": result.config,
        "active": result.active,
        "hooks": [
            {"name": hook.name, "state": hook.state, "before": hook.before, "tool": hook.tool}
            for hook in result.hooks
        ],
        "notes": [safety.one_line(note) for note in result.notes],
    }
