"""The sections of a brief, each a few lines with how much they are needed."""

import re
from collections.abc import Sequence
from functools import cached_property

from agentmem.actions import offering, selecting
from agentmem.actions.bearing import GUIDES, TITLE, Bearing
from agentmem.actions.board import Board, Seen
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.actions.surroundings import Surroundings
from agentmem.actions.tasks import Tasks
from agentmem.git import history, state
from agentmem.git.ahead import Ahead
from agentmem.model import kinds, leases, notation, safety, taskgraph, times, verdict
from agentmem.model.digest import Line, shortened
from agentmem.model.memory import Memory
from agentmem.model.taskgraph import Placed

WHERE, SINCE, PROGRESS, NEXT, BEWARE, KNOW = "Where", "Done since", "In progress", "Next", "Beware", "Know"
LEAST = 3600
"""Seconds that the delta covers at least."""
TESTED = 86_400
"""Seconds before the delta in which a test result is still news."""
ENTRIES = 60
"""Log entries looked at, the newest."""
KNOWN, DEADENDS, CONTRADICTED, OTHERS, WAITING = 8, 5, 4, 8, 2
"""Lines at most: of ``Know``, of dead ends, of what the code contradicts, of what others did or do, of what waits for merges."""
NOTE, REASON, NAME = 600, 300, 60
"""Characters of a handoff, of a failure's reason, of an agent, a branch or a scope."""
_LOG, _PLAN = kinds.NUMBER["log"], kinds.NUMBER["plan"]
_RULE = re.compile(r"[;\n]|(?<=[.!?])\s")


class Sections(Bearing):
    """What bears on the asker, told. A section's first lines weigh more than its last: none of them starves the others."""

    def __init__(
        self,
        context: Context,
        board: Board,
        tasks: Tasks,
        around: Surroundings,
        since: str | None,
    ) -> None:
        super().__init__(context, board, tasks, around)
        self.since = self._since(since)
        tested = self._result  # read here: the catalog keeps to this thread
        self._brought = Ahead(lambda: self._commit_of(tested[0]) if tested else "")

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

    # -- where

    @property
    def heading(self) -> str:
        """The first line: for whom, where, when."""
        me, repository = self.board.me, self.context.repository
        who = shortened(me.agent, NAME) + (f" ({shortened(me.role, NAME)})" if me.role else "")
        branch = state.branch(repository)
        where = notation.where(branch and shortened(branch, NAME), repository.head)
        return f"# Brief: {who} · {where} · {self._clock(self.now)}"

    @property
    def sections(self) -> dict[str, list[Line]]:
        """All of them, by their headings. What git is asked for longest comes last."""
        know, next_ = self.know(), self.next()
        where, done, going = self.where(), self.done_since(), self.in_progress()
        return {
            WHERE: where,
            f"{SINCE} {self._clock(self.since)}": done,
            PROGRESS: going,
            NEXT: next_,
            BEWARE: self.beware(),
            KNOW: know,
        }

    def where(self) -> list[Line]:
        """The plan, the branch, what the asker holds, what was left for it, the last tests."""
        lines = []
        told = " ".join(part for part in (self._plan(), self._branch()) if part)
        if told:
            lines.append(Line(told, 10))
        for one in self.mine:
            seen = self.board.mine[one.task.id]
            said = f"Yours: {self.named(one)}, claimed {self._since_then(seen)}"
            if seen.claim.scope:
                said += f", scope {shortened(' '.join(seen.claim.scope[:4]), 2 * NAME)}"
            lines.append(Line(said + ".", 10))
            if seen.claim.handoff:
                lines.append(Line(self._handoff(seen), 9))
            if one.state == taskgraph.FAILED and (why := self._failure(one)):
                lines.append(Line(why, 9))
        if not self.mine:
            for task, seen in self.board.seen.items():
                note = seen.claim.handoff
                own = note and note.by == self.board.me.agent and seen.state != leases.DONE
                if own and task in self.tasks.by_id:
                    lines.append(Line(self._handoff(seen, self.tasks.by_id[task]), 9))
        if tested := self._tested():
            lines.append(Line(tested, 8))
        return lines

    def _plan(self) -> str:
        """The plan of the asker's tasks, else the first one: its phase there, and how far it is."""
        view = self.view
        known = [
            one.memory
            for one in selecting.fetch(
                self.context.index, view, [i for i in view.of_kind(_PLAN) if i not in view.foreign]
            )
        ]
        wanted = {one.task.plan for one in self.mine}
        names = [{one.id, one.source_id, one.title} - {None} for one in known]
        at = next((n for n, own in enumerate(names) if wanted & own), 0)
        tasks = self.tasks.placed
        if known:
            tasks = [one for one in tasks if one.task.plan in names[at]]
        if not known and not tasks:
            return ""
        phase = next((one.task.phase for one in self.mine if one.task.phase), None)
        of = f"phase {shortened(phase, NAME)}, " if phase else ""
        done = sum(one.state == taskgraph.DONE for one in tasks)
        counted = f"{of}{done} of {len(tasks)} tasks done."
        if not known:
            return counted[:1].upper() + counted[1:]
        return f'Plan {self.short(known[at].id)} "{shortened(known[at].title, TITLE)}": {counted}'

    def _branch(self) -> str:
        facts = []
        if self.around.apart is not None:
            ahead, behind = self.around.apart
            facts.append(f"{ahead} ahead, {behind} behind {shortened(self.context.trunk or '', NAME)}")
        if doing := state.under_way(self.context.repository):
            facts.append(f"{doing} under way")
        if self.paths:
            facts.append(f"{len(self.paths)} file{'s' if len(self.paths) > 1 else ''} changed here")
        return f"Branch {'; '.join(facts)}." if facts else ""

    def _handoff(self, seen: Seen, placed: Placed | None = None) -> str:
        note = seen.claim.handoff
        assert note is not None
        whose = "yours" if note.by == self.board.me.agent else shortened(note.by, NAME)
        of = f" of {self.named(placed)}" if placed else ""
        return f"Handoff{of} ({whose}, {self._age(note.at)}): {shortened(note.text, NOTE)}"

    def _failure(self, placed: Placed) -> str:
        """Why a task was reopened, by whom."""
        found = self.tasks.reopening_of(placed.task.id)
        if found is None:
            return ""
        memory = found.memory
        by, said = shortened(memory.by or "?", NAME), shortened(memory.body or self._message(memory), REASON)
        return f"Failed before ({by}, {self._age(memory.created)}): {said}"

    def _tested(self) -> str:
        """What the last entry of this branch that speaks of tests says of them, and the commit that it came with."""
        if self._result is None:
            return ""
        one, text = self._result[0].memory, self._result[1]
        by, at = shortened(one.by or "?", NAME), self._brought.result
        return f"Tests ({self._age(one.created)}{at}, {by}): {shortened(text, 2 * TITLE)}"

    @cached_property
    def _result(self) -> tuple[Found, str] | None:
        """The last entry of this branch that speaks of tests, and what it says."""
        for found in self._entries:
            if found.position not in self.view.foreign:
                clauses = (
                    part.strip() for part in _RULE.split(found.memory.body or self._message(found.memory))
                )
                if text := next((part for part in clauses if "test" in part.casefold()), None):
                    return found, text
        return None

    def _message(self, entry: Memory) -> str:
        """What the title of a log entry says beyond the task's own: short messages stand there alone."""
        said = entry.title.removeprefix("Done: ").removeprefix("Failed: ")
        for task in (*entry.closes, *entry.reopens):
            if task in self.tasks.by_id:
                said = said.removeprefix(self.tasks.by_id[task].task.title).removeprefix(": ")
        return said

    def _commit_of(self, found: Found) -> str:
        """The commit of an entry: as it says itself, else the one that brought it."""
        named = found.memory.extra.get("commit")
        if isinstance(named, str) and named.isalnum():
            return f" @{named[:7]}"
        prefix = self.context.repository.prefix
        # no older than the entry, give or take a clock: else all of history would be walked for what is not there
        oldest = (found.memory.created or self.now) - TESTED
        commit = history.brought(self.context.repository, prefix + found.path, oldest)
        return f" @{commit[:7]}" if commit else ", not committed"

    @cached_property
    def _entries(self) -> list[Found]:
        """The log entries since long enough ago, newest first."""
        created, start = self.view.columns.created, self.since - TESTED
        fresh = [i for i in self.view.of_kind(_LOG) if created[i] >= start]
        return selecting.fetch(self.context.index, self.view, self.view.newest_first(fresh)[:ENTRIES])

    # -- what the others did and do

    def done_since(self) -> list[Line]:
        """What was closed or reopened since, by others or on other branches, as far as it bears on the asker."""
        lines: list[Line] = []
        outside = 0
        for found in self._entries:
            one, origin = found.memory, self.view.foreign.get(found.position)
            if one.created is None or one.created < self.since:
                continue
            if one.by == self.board.me.agent and origin is None:
                continue
            named = (*one.closes, *one.reopens)
            closed = [self.tasks.by_id[task] for task in named if task in self.tasks.by_id]
            near = any(
                self.bears(task, (*one.scope, *task.task.scope), task.task.role) for task in closed
            ) or self.bears(None, one.scope, one.role)
            if not near or len(lines) >= OTHERS:
                outside += 1
                continue
            where = f"; on {shortened(origin.branch, NAME)}, NOT merged here" if origin else ""
            ids = " ".join(self.short(task.task.id) for task in closed[:3]) or self.short(one.id)
            needed = any(task.task.id in self.needs for task in closed)
            said = f"- {ids} {shortened(one.by or '?', NAME)}: {_said(one.title)}{where}"
            lines.append(Line(said, 8 if needed else _falling(7.5, len(lines))))
        return [*lines, *_others(outside)]

    def in_progress(self) -> list[Line]:
        """What others hold; of many, what is near."""
        lines: list[Line] = []
        outside = 0
        for task, seen in sorted(self.board.held.items(), key=lambda item: (item[1].claim.opened, item[0])):
            placed = self.tasks.by_id.get(task)
            if self.board.is_mine(seen) or placed is None:
                continue
            needs_mine = [one for one in self.mine if one.task.id in placed.task.needs]
            near = needs_mine or self.bears(placed, seen.claim.scope or placed.task.scope, placed.task.role)
            if (not near and len(self.board.held) > 6) or (len(lines) >= OTHERS and not needs_mine):
                outside += 1
                continue
            facts = [f"- {shortened(seen.claim.agent, NAME)} · {self.named(placed)}"]
            if seen.claim.scope:
                facts.append(shortened(" ".join(seen.claim.scope[:3]), NAME))
            if needs_mine:
                facts.append(f"needs your {self.short(needs_mine[0].task.id)}")
            facts.append(self._since_then(seen))
            weight = 8 if needs_mine else _falling(7 if near else 5, len(lines))
            lines.append(Line(" · ".join(facts), weight))
        return [*lines, *_others(outside)]

    # -- what to do

    def next(self) -> list[Line]:
        """What to finish, what to take, what waits for a merge."""
        lines = []
        if self.mine:
            waiting = {
                seen.claim.agent
                for one in self.mine
                for task, seen in self.board.held.items()
                if task in self.tasks.by_id and one.task.id in self.tasks.by_id[task].task.needs
            }
            unblocks = sum(one.unblocks for one in self.mine)
            who = " and ".join(shortened(name, NAME) for name in sorted(waiting)[:4])
            why = f" ({who} wait{'s' * (len(waiting) == 1)} for it)" if waiting else ""
            why = why or (f" (unblocks {unblocks})" if unblocks else "")
            named = ", ".join(self.short(one.task.id) for one in self.mine[:6])
            lines.append(Line(f"Now: finish {named}{why}.", 9))
        free = offering.available(self.board, self.tasks)
        for number, one in enumerate(free[:3]):
            facts = f"{self.named(one)} P{one.urgency}"
            if one.state == taskgraph.FAILED:
                facts += ", failed before"
            if one.unblocks:
                facts += f", unblocks {one.unblocks}"
            start = "Then" if self.mine else "Take" if not number else "Or"
            how = "" if self.mine or number else " agentmem claim"
            lines.append(Line(f"{start}: {facts}, free.{how}", 9 - number))
            handed = self.board.seen.get(one.task.id)
            if handed and handed.claim.handoff and not number:
                lines.append(Line(self._handoff(handed, one), 8))
        if not free and not self.mine:
            role = f" for role {shortened(self.board.me.role, NAME)}" if self.board.me.role else ""
            lines.append(Line(f"Nothing is free{role}.", 9))
        waits = [one for one in self.tasks.placed if one.waits and not one.blocked and one.closed_on is None]
        for one in [w for w in waits if self.board.me.role in (None, w.task.role)][:WAITING]:
            branch = shortened(one.waits[0][1], NAME)
            lines.append(Line(f"Waits for merge of {branch}: {self.named(one)}.", 6))
        return lines

    # -- what to beware of, what to know

    def beware(self) -> list[Line]:
        """Who changes the same files, what was tried in vain, what is no longer true."""
        lines = [Line(f"- {shortened(one, 2 * TITLE)}", 8) for one in self.around.meeting]
        for number, found in enumerate(self._of(("deadend",), DEADENDS)):
            said = f"- {self.short(found.memory.id)} deadend: {_title(found)}"
            lines.append(Line(said, _falling(7.8, number)))
        broken = [one for one in self._about(GUIDES) if _is_broken(one)]
        for number, found in enumerate(broken[:CONTRADICTED]):
            gone = verdict.worst(found.verdicts) == verdict.GONE
            said = (
                f"- {self.short(found.memory.id)} {found.memory.kind} {'evidence gone' if gone else 'CHANGED'}:"
                f' "{_title(found)}"; the code no longer says so'
            )
            lines.append(Line(said, _falling(7.6, number)))
        self.unsaid += max(0, len(broken) - CONTRADICTED)
        return lines

    def know(self) -> list[Line]:
        """What is known that bears on the asker, the nearest first."""
        lines: list[Line] = []
        told = [one for one in self._about(GUIDES) if not _is_broken(one)]
        self.unsaid += max(0, len(told) - KNOWN)
        for number, found in enumerate(told[:KNOWN]):
            cite = next(iter(found.memory.cites), None)
            at = ""
            if cite and found.memory.kind != "decision":
                at = f" ({shortened(notation.place(cite._replace(symbol=None)), TITLE)})"
            origin = self.view.foreign.get(found.position)
            where = f" | {shortened(origin.branch, NAME)}, NOT merged here" if origin else ""
            said = f"- {self.short(found.memory.id)} {found.memory.kind}: {_title(found)}{at}{where}"
            lines.append(Line(said, _falling(7.4, number)))
        return lines

    def _about(self, wanted: Sequence[str]) -> list[Found]:
        return [one for one in self.related if one.memory.kind in wanted]

    def _of(self, wanted: Sequence[str], most: int) -> list[Found]:
        """The first ``most`` of what is about the asker; the rest is counted."""
        found = self._about(wanted)
        self.unsaid += max(0, len(found) - most)
        return found[:most]

    @staticmethod
    def _clock(moment: int) -> str:
        return f"{times.format_iso(moment)[11:16]}Z"

    def _age(self, moment: int | None) -> str:
        return times.age(max(self.now - (self.now if moment is None else moment), 0))

    def _since_then(self, seen: Seen) -> str:
        return f"{self._age(seen.claim.opened)}, {times.age(max(seen.end - self.now, 0))} left"


def _falling(weight: float, number: int) -> float:
    """The weight of a section's line ``number``, from 0 on: each section's first comes before any other's second."""
    return weight - 0.3 * number if number else weight + 1.5


def _others(count: int) -> list[Line]:
    return [Line(f"{count} other{'s' if count > 1 else ''} outside your scope.", 6)] if count else []


def _is_broken(found: Found) -> bool:
    return verdict.worst(found.verdicts) in (verdict.CHANGED, verdict.GONE)


def _said(title: str) -> str:
    """An entry's title without the word that says what it is."""
    return shortened(safety.one_line(title).removeprefix("Done: "), TITLE + 50)


def _title(found: Found) -> str:
    return shortened(found.memory.title, TITLE + 10)
