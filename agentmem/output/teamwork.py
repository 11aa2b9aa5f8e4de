"""What the verbs of a team at work print that take tasks or look at them: next, claim, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import leases, safety, times
from agentmem.model.digest import shortened
from agentmem.output.text import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agentmem.actions.board import Seen
    from agentmem.actions.claiming import Claimed
    from agentmem.actions.working import Board, Offered
    from agentmem.model.ids import ShortIds
    from agentmem.model.taskgraph import Placed

Record = dict[str, object]
TITLE = 120
"""Columns of a task's title that are printed."""
SCOPES = 4
"""Globs of a scope that are printed."""
CYCLES = "agentmem check --only task-cycle"
"""What names every cycle, and the need that is best taken out."""
MOST_CYCLES = 3
"""Cycles that are named in a line."""


def clock(seconds: int) -> str:
    """A moment of today as a team says it: ``11:42Z``."""
    return times.format_iso(seconds)[11:16] + "Z"


def title(placed: Placed) -> str:
    """A task's title in quotes."""
    return f'"{shortened(placed.task.title, TITLE)}"'


def circle(cycle: Sequence[str], shorts: Mapping[str, str]) -> str:
    """Tasks that need each other, so that none can start."""
    from agentmem.model import cycles

    return cycles.told([short_of(shorts, one) for one in cycle])


def meant_for(placed: Placed) -> str:
    """For whom a task that failed was reopened."""
    return f", for {safety.one_line(placed.task.owner)}" if placed.task.owner else ""


def scope(patterns: Sequence[str]) -> str:
    """A scope on one line."""
    shown = " ".join(safety.one_line(pattern) for pattern in patterns[:SCOPES])
    return f"{shown} +{len(patterns) - SCOPES}" if len(patterns) > SCOPES else shown


# -- claim


def claimed(result: Claimed, shorts: ShortIds, now: int) -> str:
    """A claim that was won."""
    assert result.claim is not None
    seen = result.claim
    verb = "renewed" if result.renewed else "claimed"
    lines = [
        f"{verb} {shorts[result.task.task.id]} {title(result.task)} until {clock(seen.end)} ({result.shared})"
    ]
    if begun := _begun(result, now):
        lines.append(begun)
    owner = result.task.task.owner
    if result.task.state == "failed" and owner and owner != seen.claim.agent:
        lines.append(f"reopened for {safety.one_line(owner)}")
    if seen.claim.scope:
        only = " (exclusive)" if seen.claim.exclusive else ""
        lines.append(f"scope {scope(seen.claim.scope)}{only}")
    for need, branch in result.waits:
        name = safety.one_line(branch)
        lines.append(f"waits for {short_of(shorts, need)}, done on {name}, NOT merged here: git merge {name}")
    lines += [safety.one_line(one) for one in result.told]
    if seen.claim.handoff and not result.renewed:
        note = seen.claim.handoff
        about = f"{safety.one_line(note.by)}, {times.age(max(now - note.at, 0))}"
        lines.append(f"handoff ({about}): {safety.one_line(note.text)}")
    return "\n".join(lines) + "\n"


def _begun(result: Claimed, now: int) -> str:
    """Who was at it before, and where what was done of it may be."""
    before = result.before
    if before is None or before.state not in (leases.HELD, leases.EXPIRED, leases.RELEASED):
        return ""
    on = f" on {safety.one_line(before.claim.branch)}" if before.claim.branch else ""
    who = f"{safety.one_line(before.claim.agent)}{on}"
    if before.state == leases.HELD:
        return f"taken over from {who}"
    if before.state == leases.EXPIRED:
        return f"begun by {who}, whose lease expired {_ago(now - before.end)}"
    return f"begun by {who}" if before.claim.handoff else ""


def lost(result: Claimed, shorts: ShortIds, now: int) -> tuple[str, str | None]:
    """Why a claim was not won, in a line, and what else to do."""
    short = shorts[result.task.task.id]
    if result.reason == "blocked":
        needs = " ".join(short_of(shorts, need) for need in result.task.blocked)
        if not result.cycle:
            return f"{short} is blocked: it needs {needs}", _free(result, shorts)
        return f"{short} is blocked: {circle(result.cycle, shorts)}", f"{CYCLES}     {_free(result, shorts)}"
    if result.reason == "exclusive" and result.blocking is not None:
        other = result.blocking.claim
        held = "held exclusively by" if other.exclusive else "not yours alone: it is held by"
        message = (
            f"{scope(other.scope)} is {held} {other.agent} ({short_of(shorts, other.task)})"
            f" until {clock(result.blocking.end)}"
        )
        return message, f"try: agentmem claim {short} --scope 'GLOB'     or another task: agentmem claim"
    if result.reason == "held" and result.holder is not None:
        holder = result.holder
        facts = [safety.one_line(holder.claim.branch)] if holder.claim.branch else []
        facts.append(f"active {_ago(now - holder.claim.renewed)}")
        message = f"{short} is claimed by {holder.claim.agent} until {clock(holder.end)} ({', '.join(facts)})"
        return message, "     ".join(part for part in (result.doubt, _free(result, shorts)) if part)
    by, when, where = _closed(result, now)
    see = f"see: agentmem show {short}     was it done badly? agentmem fail {short} --reason TEXT     other work: agentmem claim"
    return f"{short} was done{when}{by}{where}", see


def _closed(result: Claimed, now: int) -> tuple[str, str, str]:
    """By whom, when and where it was done, as far as that is known here."""
    by, at, branch = "", None, result.task.closed_on
    if result.holder is not None and result.holder.state == leases.DONE:
        claim = result.holder.claim
        by, at, branch = claim.agent, claim.renewed, claim.branch
    elif result.closing is not None:
        by, at = safety.one_line(result.closing.by), result.closing.at
    return (
        f" by {by}" if by else "",
        "" if at is None else f" {_ago(now - at)}",
        f" on {safety.one_line(branch)} (not merged yet)" if branch else "",
    )


def _free(result: Claimed, shorts: ShortIds) -> str:
    from agentmem.actions import offering

    if not result.free:
        return f"{offering.nothing(result.role, 'else ')}: agentmem task list"
    role = f" for role {safety.one_line(result.role)}" if result.role else ""
    some = ", ".join(f"{shorts[one.task.id]} {title(one)}" for one in result.free)
    return f"free{role}: {some}; take the first: agentmem claim"


def _ago(seconds: int) -> str:
    said = times.age(max(seconds, 0))
    return "just now" if said == "now" else f"{said} ago"


def short_of(shorts: Mapping[str, str], identity: str) -> str:
    """An id as it is printed, though nothing here may have it."""
    try:
        return shorts[identity]
    except KeyError:
        return identity[:6]


def claim_record(result: Claimed, agent: str) -> Record:
    """The same for programs."""
    seen = result.claim
    holder = result.holder or result.blocking
    return {
        "schema": "agentmem/claim/1",
        "won": result.won,
        "task": result.task.task.id,
        "title": safety.one_line(result.task.task.title),
        "agent": agent,
        "expires": times.format_iso(seen.end) if seen else None,
        "renewed": result.renewed,
        "shared": result.shared or None,
        "scope": list(seen.claim.scope) if seen else [],
        "exclusive": bool(seen and seen.claim.exclusive),
        "waits": [{"task": need, "branch": safety.one_line(branch)} for need, branch in result.waits],
        "reason": result.reason or None,
        "holder": claim_of(holder) if holder else None,
        "free": [one.task.id for one in result.free],
        "overlaps": [safety.one_line(one) for one in result.told],
        "handoff": handoff(seen) if seen else None,
        "before": claim_of(result.before) if result.won and result.before else None,
    }


def handoff(seen: Seen) -> Record | None:
    """What was left with a claim, for programs."""
    note = seen.claim.handoff
    return {"text": note.text, "by": note.by, "at": times.format_iso(note.at)} if note else None


def claim_of(seen: Seen) -> Record:
    """One claim, as every list has it."""
    claim = seen.claim
    return {
        "task": claim.task,
        "agent": claim.agent,
        "role": claim.role,
        "branch": claim.branch,
        "scope": list(claim.scope),
        "exclusive": claim.exclusive,
        "opened": times.format_iso(claim.opened),
        "renewed": times.format_iso(claim.renewed),
        "expires": times.format_iso(seen.end),
        "state": seen.state,
        "clone": claim.clone,
        "worktree": claim.worktree,
        "handoff": handoff(seen),
    }


# -- claims


def claims(board: Board) -> str:
    """Who is on what, how long, from where, and what looks dead."""
    if not board.claims:
        return f"agentmem: nobody holds a task ({board.view}).\n"
    lines = [f"agentmem: {count(board.held, 'claim')} held ({board.view})."]
    for seen, name in board.claims:
        claim = seen.claim
        facts = [f"{claim.agent}{f' ({claim.role})' if claim.role else ''}", name]
        if claim.scope:
            facts.append(scope(claim.scope))
        since = times.age(max(board.now - claim.opened, 0))
        if seen.state == leases.HELD:
            facts.append(f"{since}, {times.age(max(seen.end - board.now, 0))} left")
        else:
            ended = seen.end if seen.state == leases.EXPIRED else claim.renewed
            facts.append(f"{seen.state} {_ago(board.now - ended)}")
        if claim.branch:
            facts.append(safety.one_line(claim.branch))
        if untold := board.unshared.get(claim.task):
            facts.append(untold)
        if doubt := board.doubts[claim.task]:
            facts.append(doubt)
        lines.append("- " + " · ".join(facts))
    return "\n".join(lines) + "\n"


def claims_record(board: Board) -> Record:
    """The same for programs."""
    return {"schema": "agentmem/claims/1", "claims": [claim_of(seen) for seen, _ in board.claims]}


# -- next


def offered(result: Offered) -> str:
    """What could be taken now, the best first, and why the rest cannot."""
    lines = []
    for one in result.free:
        facts = [f"{result.shorts[one.task.id]} P{one.urgency} {title(one)}"]
        about = ", ".join(word for word in (one.task.role, one.task.phase) if word)
        if about:
            facts[0] += f" {safety.one_line(about)}"
        if one.state == "failed":
            facts.append(f"failed before{meant_for(one)}")
        if one.unblocks:
            facts.append(f"unblocks {one.unblocks}")
        if one.task.scope:
            facts.append(scope(one.task.scope))
        lines.append(" · ".join(facts))
    rest = [
        f"waits: {result.shorts[one.task.id]} for merge of {safety.one_line(one.waits[0][1])}"
        for one in result.waiting[:2]
    ]
    if result.excluded:
        from agentmem.actions import offering

        rest += [
            f"waits: {result.shorts[one.task.id]} for {offering.barrier(by, result.shorts)}"
            for one, by in result.excluded[:2]
        ]
    if len(result.excluded) > 2:
        rest.append(f"{len(result.excluded) - 2} more wait for exclusive claims")
    if len(result.waiting) > 2:
        rest.append(f"{len(result.waiting) - 2} more wait for merges")
    if knots := [circle(one, result.shorts) for one in result.cycles[:MOST_CYCLES]]:
        more = len(result.cycles) - len(knots)
        named = "; ".join([*knots, *([f"{more} more"] if more else [])])
        rest.append(f"cycle{'s' if len(result.cycles) > 1 else ''}: {named}: {CYCLES}")
    if result.blocked:
        rest.append(f"{result.blocked} blocked")
    if result.claimed:
        rest.append(f"{result.claimed} claimed")
    for said in dict.fromkeys(result.unshared.values()):
        some = " ".join(short_of(result.shorts, task) for task, one in result.unshared.items() if one == said)
        rest.append(f"your {some}: {said}")
    if result.more:
        rest.append(f"{result.more} more free: --limit N")
    if not lines:
        from agentmem.actions import offering

        lines.append(f"{offering.nothing(result.role)}.")
        if result.others:
            rest.append(offering.others(result.others))
    return "\n".join([*lines, *([" · ".join(rest)] if rest else [])]) + "\n"


def offered_record(result: Offered) -> Record:
    """The same for programs."""
    return {
        "schema": "agentmem/next/1",
        "tasks": [task_record(one) for one in result.free],
        "waiting": [task_record(one) for one in result.waiting],
        "excluded": [{**task_record(one), "excluded_by": by.claim.task} for one, by in result.excluded],
        "blocked": result.blocked,
        "cycles": [list(one) for one in result.cycles],
        "claimed": result.claimed,
    }


def task_record(one: Placed) -> Record:
    """One task, as every list has it."""
    return {
        "id": one.task.id,
        "title": safety.one_line(one.task.title),
        "state": one.state,
        "priority": one.urgency,
        "role": one.task.role,
        "plan": one.task.plan,
        "phase": one.task.phase,
        "owner": one.task.owner,
        "needs": list(one.task.needs),
        "scope": [safety.one_line(pattern) for pattern in one.task.scope],
        "unblocks": one.unblocks,
        "waits": [{"task": need, "branch": safety.one_line(branch)} for need, branch in one.waits],
        "blocked": list(one.blocked),
        "done_on": one.closed_on and safety.one_line(one.closed_on),
    }
