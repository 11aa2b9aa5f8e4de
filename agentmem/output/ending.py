"""What the verbs print that end a task or share how it stands: done, fail, handoff, sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.model import safety
from agentmem.output import teamwork
from agentmem.output.text import count

if TYPE_CHECKING:
    from agentmem.actions.board import Seen
    from agentmem.actions.finishing import Ended
    from agentmem.actions.sharing import Shared
    from agentmem.model.ids import ShortIds
    from agentmem.model.taskgraph import Placed

Record = dict[str, object]


def done(result: Ended, shorts: ShortIds, committed: bool) -> str:
    """A task that was closed."""
    files = f", {count(len(result.files), 'file')}" if result.files else ""
    lines = [
        f"done {shorts[result.task.task.id]}: entry {teamwork.short_of(shorts, result.entry.id)}{files};"
        f" {_goes(result, committed)}{result.shared.pending}"
    ]
    facts = []
    if result.unblocks:
        whose = (
            (f" ({holder})" if holder else f" for {one.task.role}" if one.task.role else "")
            for one, holder in result.unblocks
        )
        named = (shorts[one.task.id] + who for (one, _), who in zip(result.unblocks, whose, strict=True))
        facts.append(f"unblocks {safety.one_line(', '.join(named))}")
    if result.next is not None:
        who = f" for {result.next.task.role}" if result.next.task.role else ""
        facts.append(
            f"Next{who}: {shorts[result.next.task.id]} {teamwork.title(result.next)}: agentmem claim"
        )
    if facts:
        lines.append(". ".join(facts))
    return "\n".join(lines) + "\n"


def _goes(result: Ended, committed: bool) -> str:
    """With which commit the entry goes, and what of the files."""
    from agentmem.checks.frame import quoted

    left = f"{count(result.unstaged, 'file')} {'is' if result.unstaged == 1 else 'are'} not staged"
    if committed:
        return f"committed; {left}" if result.unstaged else "committed"
    if result.hidden:
        how = "an ignore rule hides it from git: agentmem doctor"
    elif not result.hooked:
        how = f"no hook takes it along: git add {quoted(result.store)}"
    elif result.staged and not result.unstaged:
        how = "both go with your next git commit"
    else:
        how = "it goes with your next git commit"
    return f"{how}; {left}" if result.unstaged else how


def failed(result: Ended, shorts: ShortIds) -> str:
    """A task that was reopened."""
    role = f" for {safety.one_line(result.task.task.role)}" if result.task.task.role else ""
    why = f": {result.why_owner}" if result.why_owner not in ("", "named", "its owner") else ""
    owner = f" (owner {safety.one_line(result.owner)}{why})" if result.owner else ""
    return (
        f"reopened {shorts[result.task.task.id]} {teamwork.title(result.task)}{role}{owner};"
        f" priority {result.priority}; entry {teamwork.short_of(shorts, result.entry.id)}{result.shared.pending}\n"
    )


_ENDS = {"done": "agentmem/done/1", "fail": "agentmem/fail/1"}


def ended_record(result: Ended, verb: str) -> Record:
    """The same for programs."""
    return {
        "schema": _ENDS[verb],
        "task": result.task.task.id,
        "entry": result.entry.id,
        "path": result.path,
        "branch": result.branch,
        "files": [safety.one_line(path) for path in result.files],
        "owner": result.owner,
        "unblocks": [one.task.id for one, _ in result.unblocks],
        "next": result.next.task.id if result.next else None,
        "shared": result.shared.words,
    }


def handed_on(placed: Placed, shorts: ShortIds, shared: Shared) -> str:
    """A task that was let go with a note for the next."""
    name = f"{shorts[placed.task.id]} {teamwork.title(placed)}"
    where = f" ({shared.words})" if shared.problem else ""
    return f"handed on {name}; the note waits for whoever claims it next{where}\n"


def handed_on_record(placed: Placed, seen: Seen, shared: Shared) -> Record:
    """The same for programs."""
    return {
        "schema": "agentmem/handoff/1",
        "task": placed.task.id,
        "handoff": teamwork.handoff(seen),
        "shared": shared.words,
    }


# -- sync


def shared(result: Shared) -> str:
    """How it stands with the remote."""
    if result.remote is None:
        return 'nothing to do: no remote for claims; set one for all clones: [claims] remote = "origin" in config.toml\n'
    remote = safety.one_line(result.remote)
    lines = [f"{remote}: {count(result.pushed, 'claim')} given, {result.taken} taken"]
    if result.given or result.got:
        lines[0] += f"; use noted by {count(result.given, 'agent')} given, by {result.got} taken"
    if result.problem == "away":
        lines = [f"{remote} is away: what is not shared yet goes with the next command"]
    elif result.problem == "missing":
        lines = [f"this clone has no remote {remote}: git remote add {remote} URL"]
    elif result.problem == "refused":
        lines.append(
            f"{remote} refuses refs of claims ({safety.one_line(result.said)}): claims stay in this clone"
        )
    lines += result.news.lines
    return "\n".join(lines) + "\n"


def shared_record(result: Shared) -> Record:
    """The same for programs."""
    return {
        "schema": "agentmem/sync/1",
        "remote": result.remote,
        "problem": result.problem,
        "pushed": result.pushed,
        "taken": result.taken,
        "states_pushed": result.given,
        "states_taken": result.got,
        "lost": [teamwork.claim_of(one) for one in result.news.lost],
        "noted": [teamwork.claim_of(one) for one in result.news.noted],
        "given_back": [
            {**teamwork.claim_of(one.claim), "excluded_by": one.other.claim.task if one.other else None}
            for one in result.news.given
        ],
    }
