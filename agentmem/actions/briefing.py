"""The brief: where one is, what the others did, what they do, what to do next, what to beware of, what to know."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions import claiming, colliding, identity, planning, selecting, sharing, standing
from agentmem.actions.bearing import GUIDES, Bearing
from agentmem.actions.board import Seen
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.errors import NotWritable
from agentmem.git import history, revisions, state
from agentmem.model import (
    digest,
    kinds,
    leases,
    notation,
    safety,
    taskgraph,
    times,
    verdict,
)
from agentmem.model.digest import Digest, Line
from agentmem.model.taskgraph import Placed

BUDGET = 1200
"""Tokens."""
LEAST = 3600
"""Seconds that the delta covers at least."""
WHERE, SINCE, PROGRESS, NEXT, BEWARE, KNOW = "Where", "Done since", "In progress", "Next", "Beware", "Know"
KNOWN = 8
"""Memories told at most in ``Know``."""
_LOG = kinds.NUMBER["log"]


class Brief(NamedTuple):
    """The digest for one agent: ``digest`` has its sections, ``since`` (seconds UTC) is where its delta begins."""

    agent: str
    role: str | None
    branch: str | None
    commit: str | None
    now: int
    since: int
    digest: Digest
    notes: tuple[str, ...] = ()


def brief(
    context: Context,
    name: str | None = None,
    role: str | None = None,
    since: str | None = None,
    budget: int | None = None,
) -> Brief:
    """What ``name`` (None: whoever asks here), in ``role``, needs to know now; a name is remembered for this worktree.

    Raises:
        UsageError: ``since`` is no moment.

    """
    if name is not None or role is not None:
        identity.remember(context, name or context.agent, role or context.role)
    try:
        sharing.sync(context, ())
        claiming.renew_due(context)
    except NotWritable:
        pass  # a sandbox: what is known is told
    made = _Briefing(context, since)
    sections = {
        WHERE: made.where(),
        f"{SINCE} {times.format_iso(made.since)[11:16]}Z": made.done_since(),
        PROGRESS: made.in_progress(),
        NEXT: made.next(),
        BEWARE: made.beware(),
        KNOW: made.know(),
    }
    found = digest.pack(sections, BUDGET if budget is None else budget, frame=90)
    return Brief(
        agent=made.board.me.agent,
        role=made.board.me.role,
        branch=state.branch(context.repository),
        commit=context.repository.head,
        now=context.now,
        since=made.since,
        digest=found._replace(omitted=found.omitted + made.unsaid),
        notes=tuple(context.index.notes),
    )


class _Briefing(Bearing):
    def __init__(self, context: Context, since: str | None) -> None:
        super().__init__(context)
        self.since = self._since(since)

    def _since(self, given: str | None) -> int:
        if given is not None:
            return selecting.when(self.context, given, "--since")
        starts = [seen.claim.opened for seen in self.board.mine.values()]
        if not starts:
            starts = [
                seen.claim.renewed
                for seen in self.board.seen.values()
                if seen.claim.agent == self.board.me.agent and seen.state in (leases.DONE, leases.RELEASED)
            ][-1:]
        return min(max(starts, default=self.now), self.now - LEAST)

    # -- the sections

    def where(self) -> list[Line]:
        lines = []
        plan = self._plan()
        branch = self._branch()
        if plan or branch:
            lines.append(Line(" ".join(part for part in (plan, branch) if part), 10))
        for one in self.mine:
            seen = self.board.mine[one.task.id]
            since, left = (
                times.age(max(self.now - seen.claim.opened, 0)),
                times.age(max(seen.end - self.now, 0)),
            )
            said = f"Yours: {self.named(one)}, claimed {since}, {left} left"
            if seen.claim.scope:
                said += f", scope {safety.one_line(' '.join(seen.claim.scope[:4]))}"
            lines.append(Line(said + ".", 10))
            if seen.claim.handoff:
                lines.append(Line(self._handoff(seen), 9))
            if one.state == taskgraph.FAILED and (why := self._failure(one)):
                lines.append(Line(why, 9))
        if not self.mine:
            for task, seen in self.board.seen.items():
                note = seen.claim.handoff
                if (
                    note
                    and note.by == self.board.me.agent
                    and seen.state != leases.DONE
                    and task in self.tasks.by_id
                ):
                    lines.append(Line(self._handoff(seen, self.tasks.by_id[task]), 9))
        tested = self._tested()
        if tested:
            lines.append(Line(tested, 7))
        return lines

    def _plan(self) -> str:
        plans = planning.shown(self.context).plans
        wanted = {one.task.plan for one in self.mine}
        chosen = next(
            (p for p in plans if p.memory and wanted & {p.memory.id, p.memory.source_id, p.memory.title}),
            None,
        )
        chosen = chosen or next((p for p in plans if p.memory), None) or next(iter(plans), None)
        if chosen is None:
            return ""
        phase = next((one.task.phase for one in self.mine if one.task.phase), None)
        at = f"phase {safety.one_line(phase)}, " if phase else ""
        counted = f"{at}{chosen.done} of {len(chosen.tasks)} tasks done."
        if chosen.memory is None:
            return counted[:1].upper() + counted[1:]
        return f'Plan {self.short(chosen.memory.id)} "{safety.one_line(chosen.memory.title)}": {counted}'

    def _branch(self) -> str:
        facts = []
        name, head = self.context.trunk, self.repository.head
        here = state.branch(self.repository)
        if name and head and here != name:
            tips = revisions.trunk_tips(self.repository, name)
            if tips:
                ahead, behind = history.apart(self.repository, head, tips[0])
                facts.append(f"{ahead} ahead, {behind} behind {safety.one_line(name)}")
        doing = state.under_way(self.repository)
        if doing:
            facts.append(f"{doing} under way")
        if self.paths:
            facts.append(f"{len(self.paths)} file{'s' if len(self.paths) > 1 else ''} changed here")
        return f"Branch {'; '.join(facts)}." if facts else ""

    def _handoff(self, seen: Seen, placed: Placed | None = None) -> str:
        note = seen.claim.handoff
        assert note is not None
        whose = "yours" if note.by == self.board.me.agent else safety.one_line(note.by)
        of = f" of {self.named(placed)}" if placed else ""
        return f"Handoff{of} ({whose}, {times.age(max(self.now - note.at, 0))}): {safety.one_line(note.text)}"

    def _failure(self, placed: Placed) -> str:
        """Why a task was reopened, by whom."""
        found = self.tasks.reopening_of(placed.task.id)
        if found is None:
            return ""
        memory = found.memory
        age = times.age(max(self.now - (memory.created or self.now), 0))
        said = safety.one_line(memory.body or memory.title)[:300]
        return f"Failed before ({safety.one_line(memory.by or '?')}, {age}): {said}"

    def _tested(self) -> str:
        """What the last entry of this branch says of its tests."""
        for found in self._entries():
            text = next((part for part in _clauses(found.memory.body) if "test" in part.casefold()), None)
            if text and found.layer != "unmerged":
                commit = found.memory.extra.get("commit")
                at = f" @{commit[:7]}" if isinstance(commit, str) else ""
                age = times.age(max(self.now - (found.memory.created or self.now), 0))
                return (
                    f"Tests ({age}{at}, {safety.one_line(found.memory.by or '?')}): {safety.one_line(text)}"
                )
        return ""

    def _entries(self) -> list[Found]:
        """The log entries since long enough ago, newest first."""
        columns = self.view.columns
        fresh = [
            i
            for i in range(len(self.view))
            if columns.kinds[i] == _LOG
            and columns.created[i] >= self.since - LEAST * 24
            and self.view.shown[i]
        ]
        newest = self.view.newest_first(fresh)[:60]
        return standing.labelled(self.context, selecting.fetch(self.context.index, self.view, newest))

    def done_since(self) -> list[Line]:
        lines, outside = [], 0
        for found in self._entries():
            one = found.memory
            if (
                one.created is None
                or one.created < self.since
                or (one.by == self.board.me.agent and found.layer != "unmerged")
            ):
                continue
            closed = [
                self.tasks.by_id[task] for task in (*one.closes, *one.reopens) if task in self.tasks.by_id
            ]
            if not any(
                self.bears(task, (*one.scope, *task.task.scope), task.task.role) for task in closed
            ) and not self.bears(None, one.scope, one.role):
                outside += 1
                continue
            where = ""
            if found.layer == "unmerged":
                where = f"; on {safety.one_line(found.branch or '')}, NOT merged here"
            ids = " ".join(self.short(task.task.id) for task in closed) or self.short(one.id)
            needed = any(task.task.id in self.needs for task in closed)
            lines.append(
                Line(
                    f"- {ids} {safety.one_line(one.by or '?')}: {_said(one.title)}{where}", 6 if needed else 4
                )
            )
        if outside:
            lines.append(Line(f"{outside} other{'s' if outside > 1 else ''} outside your scope.", 3))
        return lines

    def in_progress(self) -> list[Line]:
        lines, outside = [], 0
        for task, seen in sorted(self.board.held.items(), key=lambda item: item[1].claim.opened):
            placed = self.tasks.by_id.get(task)
            if self.board.is_mine(seen) or placed is None:
                continue
            needs_mine = [one for one in self.mine if one.task.id in placed.task.needs]
            near = needs_mine or self.bears(placed, seen.claim.scope or placed.task.scope, placed.task.role)
            if not near and len(self.board.held) > 6:
                outside += 1
                continue
            facts = [f"- {safety.one_line(seen.claim.agent)} · {self.named(placed)}"]
            if seen.claim.scope:
                facts.append(safety.one_line(" ".join(seen.claim.scope[:3])))
            if needs_mine:
                facts.append(f"needs your {self.short(needs_mine[0].task.id)}")
            since, left = (
                times.age(max(self.now - seen.claim.opened, 0)),
                times.age(max(seen.end - self.now, 0)),
            )
            facts.append(f"{since}, {left} left")
            lines.append(Line(" · ".join(facts), 6 if near else 3))
        if outside:
            lines.append(Line(f"{outside} other{'s' if outside > 1 else ''} outside your scope.", 3))
        return lines

    def next(self) -> list[Line]:
        lines = []
        if self.mine:
            waiting = {
                seen.claim.agent
                for one in self.mine
                for task, seen in self.board.held.items()
                if task in self.tasks.by_id and one.task.id in self.tasks.by_id[task].task.needs
            }
            unblocks = sum(one.unblocks for one in self.mine)
            why = f" ({' and '.join(sorted(map(safety.one_line, waiting)))} wait for it)" if waiting else ""
            why = why or (f" (unblocks {unblocks})" if unblocks else "")
            lines.append(
                Line(f"Now: finish {', '.join(self.short(one.task.id) for one in self.mine)}{why}.", 9)
            )
        free = claiming.available(self.board, self.tasks)
        for number, one in enumerate(free[:3]):
            facts = f"{self.named(one)} P{one.urgency}"
            if one.state == taskgraph.FAILED:
                facts += ", failed before"
            if one.unblocks:
                facts += f", unblocks {one.unblocks}"
            start = "Then" if self.mine else "Take" if not number else "Or"
            lines.append(
                Line(
                    f"{start}: {facts}, free." + ("" if self.mine or number else " agentmem claim"),
                    8 - number,
                )
            )
            handed = self.board.seen.get(one.task.id)
            if handed and handed.claim.handoff and not number:
                lines.append(Line(self._handoff(handed, one), 8))
        if not free and not self.mine:
            role = f" for role {safety.one_line(self.board.me.role)}" if self.board.me.role else ""
            lines.append(Line(f"Nothing is free{role}.", 8))
        waits = [one for one in self.tasks.placed if one.waits and not one.blocked and one.closed_on is None]
        for one in [w for w in waits if self.board.me.role in (None, w.task.role)][:2]:
            branch = safety.one_line(one.waits[0][1])
            lines.append(Line(f"Waits for merge of {branch}: {self.named(one)}.", 5))
        return lines

    def beware(self) -> list[Line]:
        lines = [
            Line(f"- {safety.one_line(one)}", 8)
            for one in colliding.warnings(self.context, self.board, self.paths)
        ]
        seen = set()
        for found in self._about(("deadend",)):
            seen.add(found.memory.id)
            lines.append(Line(f"- {self.short(found.memory.id)} deadend: {_title(found)}", 7))
        for found in self._about(GUIDES):
            note = verdict.worst(found.verdicts)
            if note in (verdict.CHANGED, verdict.GONE) and found.memory.id not in seen:
                word = "CHANGED" if note == verdict.CHANGED else "evidence gone"
                lines.append(
                    Line(
                        f'- {self.short(found.memory.id)} {found.memory.kind} {word}: "{_title(found)}";'
                        " the code no longer says so",
                        7,
                    )
                )
        return lines

    def know(self) -> list[Line]:
        lines: list[Line] = []
        for number, found in enumerate(self._about(GUIDES)):
            if verdict.worst(found.verdicts) in (verdict.CHANGED, verdict.GONE):
                continue
            if len(lines) >= KNOWN:
                self.unsaid += 1
                continue
            cite = next(iter(found.memory.cites), None)
            at = (
                f" ({notation.place(cite._replace(symbol=None))})"
                if cite and found.memory.kind != "decision"
                else ""
            )
            where = (
                f" | {safety.one_line(found.branch or '')}, NOT merged here"
                if found.layer == "unmerged"
                else ""
            )
            lines.append(
                Line(
                    f"- {self.short(found.memory.id)} {found.memory.kind}: {_title(found)}{at}{where}",
                    5.5 - number / 10,
                )
            )
        return lines

    def _about(self, wanted: Sequence[str]) -> list[Found]:
        return [one for one in self.related if one.memory.kind in wanted]


def _clauses(body: str) -> list[str]:
    import re

    return [part.strip() for part in re.split(r"[;\n]|(?<=[.!?])\s", body) if part.strip()]


def _said(title: str) -> str:
    """An entry's title without the word that says what it is."""
    shown = safety.one_line(title)
    return shown.removeprefix("Done: ")


def _title(found: Found) -> str:
    shown = safety.one_line(found.memory.title)
    return shown if len(shown) <= 110 else shown[:109].rstrip() + "…"
