"""Where the asker is: its plan and branch, what it holds or was left, how the tests went last."""

import re
from functools import cached_property

from agentmem.actions import looking, selecting
from agentmem.actions.bearing import TITLE, Bearing
from agentmem.actions.board import Board, Seen
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.actions.surroundings import Surroundings
from agentmem.actions.tasks import Tasks
from agentmem.git import history, state
from agentmem.git.ahead import Ahead
from agentmem.model import entries, kinds, leases, notation, taskgraph, times
from agentmem.model.digest import Line, shortened
from agentmem.model.taskgraph import Placed

LEAST = 3600
"""Seconds that the delta covers at least."""
TESTED = 86_400
"""Seconds before the delta in which a test result is still news."""
ENTRIES = 60
"""Log entries looked at, the newest."""
NOTE, REASON, NAME = 600, 300, 60
"""Characters of a handoff, of a failure's reason, of an agent, a branch or a scope."""
_LOG, _PLAN = kinds.NUMBER["log"], kinds.NUMBER["plan"]
_TESTS = re.compile(r"\btest|\bspec|\bsuite", re.IGNORECASE)
_OUTCOME = re.compile(
    r"\d|\b(?:tested\b|pass|fail|green|red|ok|broke|break|error|succe|clean|fine|well|all|skip|flak|hang|crash)",
    re.IGNORECASE,
)
"""What is said of tests in a clause that tells how they went."""
_RULE = re.compile(r"[;\n]|(?<=[.!?])\s")


class Whereabouts(Bearing):
    """The asker's standpoint told: ``since`` (seconds UTC) is from when on it is told what the others did."""

    def __init__(
        self,
        context: Context,
        board: Board,
        tasks: Tasks,
        around: Surroundings,
        since: str | None,
    ) -> None:
        super().__init__(context, board, tasks, around)
        self.since = self._begins(since)
        tested = self._result  # read here: the catalog keeps to this thread
        self._brought = Ahead(lambda: self._commit_of(tested[0]) if tested else "")

    def _begins(self, given: str | None) -> int:
        if given is not None:
            return selecting.when(self.context, given, "--since")
        starts = [seen.claim.opened for seen in self.board.mine.values()]
        for claim in (seen.claim for seen in self.board.seen.values() if not self.board.mine):
            if claim.state == leases.DONE and claim.agent == self.board.me.agent:
                starts.append(claim.renewed)
            elif claim.handoff and claim.handoff.by == self.board.me.agent:
                starts.append(claim.handoff.at)
        return min(max(starts, default=self.now), self.now - LEAST)

    @property
    def heading(self) -> str:
        """The first line: for whom, where, when."""
        me, repository = self.board.me, self.context.repository
        who = shortened(me.agent, NAME) + (f" ({shortened(me.role, NAME)})" if me.role else "")
        branch = state.branch(repository)
        where = notation.where(branch and shortened(branch, NAME), repository.head)
        return f"# Brief: {who} · {where} · {self.clock(self.now)}"

    def where(self) -> list[Line]:
        """The plan, the branch, what the asker holds, what was left for it, the last tests."""
        lines = []
        told = " ".join(part for part in (self._plan(), self._branch()) if part)
        if told:
            lines.append(Line(told, 10))
        untold = looking.unshared(self.board)
        for one in self.mine:
            seen = self.board.mine[one.task.id]
            said = f"Yours: {self.named(one)}, claimed {self.since_then(seen)}"
            if seen.claim.scope:
                said += f", scope {shortened(' '.join(seen.claim.scope[:4]), 2 * NAME)}"
            if one.task.id in untold:
                said += f", {untold[one.task.id]}"
            lines.append(Line(said + ".", 10))
            if seen.claim.handoff:
                lines.append(Line(self.handoff(seen), 9))
            if one.state == taskgraph.FAILED and (why := self._failure(one)):
                lines.append(Line(why, 9))
        lines += [Line(said, 9) for said in self._ended()]
        if tested := self._tested():
            lines.append(Line(tested, 8))
        if lost := self.around.lost:
            some = "in no commit and no worktree any more"
            lines.append(Line(f"{lost} write{'s' * (lost > 1)} {some}: agentmem restore --journal", 8))
        return lines

    def _ended(self) -> list[str]:
        """What the asker held, and neither finished nor was taken by another."""
        lines = []
        for task, seen in self.board.seen.items():
            placed = self.tasks.by_id.get(task)
            if placed is None or placed.state == taskgraph.DONE or placed.closed_on:
                continue
            if self.board.is_mine(seen) and seen.state == leases.EXPIRED:
                again = f"agentmem claim {self.short(task)}"
                lines.append(
                    f"Yours, lease ended {self.ago(seen.end)}: {self.named(placed)}; to go on: {again}"
                )
            elif seen.state == leases.RELEASED and not self.mine and placed not in self.free[:1]:
                note = seen.claim.handoff
                if note and note.by == self.board.me.agent:
                    lines.append(self.handoff(seen, placed))
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
            if ahead or behind:
                facts.append(
                    f"branch {ahead} ahead, {behind} behind {shortened(self.context.trunk or '', NAME)}"
                )
        if doing := state.under_way(self.context.repository):
            facts.append(f"{doing} under way")
        if self.paths:
            facts.append(f"{len(self.paths)} file{'s' if len(self.paths) > 1 else ''} changed here")
        said = "; ".join(facts)
        return f"{said[:1].upper()}{said[1:]}." if said else ""

    def handoff(self, seen: Seen, placed: Placed | None = None) -> str:
        """What was left with a claim to whoever goes on; ``placed`` is named."""
        note = seen.claim.handoff
        assert note is not None
        whose = "yours" if note.by == self.board.me.agent else shortened(note.by, NAME)
        of = f" of {self.named(placed)}" if placed else ""
        return f"Handoff{of} ({whose}, {self.age(note.at)}): {shortened(note.text, NOTE)}"

    def _failure(self, placed: Placed) -> str:
        """Why a task was reopened, by whom."""
        found = self.tasks.reopening_of(placed.task.id)
        if found is None:
            return ""
        memory = found.memory
        by = shortened(memory.by or "?", NAME)
        why = entries.said(memory.title, memory.body, placed.task.title)
        return f"Failed before ({by}, {self.age(memory.created)}): {shortened(why, REASON)}"

    def _tested(self) -> str:
        """What the last entry of this branch that speaks of tests says of them, and the commit that it came with."""
        if self._result is None:
            return ""
        one, text = self._result[0].memory, self._result[1]
        by, at = shortened(one.by or "?", NAME), self._brought.result
        return f"Tests ({self.age(one.created)}{at}, {by}): {shortened(text, 2 * TITLE)}"

    @cached_property
    def _result(self) -> tuple[Found, str] | None:
        """The last entry of this branch that ended a task and says how the tests went, and what it says; what a later one refutes
        is no result.
        """
        reopened: set[str] = set()
        for found in self.entries:
            refuted = not reopened.isdisjoint(found.memory.closes)
            reopened.update(found.memory.reopens)
            ended = self.ended_by(found)
            if not ended or refuted or found.position in self.view.foreign:
                continue
            said = entries.said(found.memory.title, found.memory.body, ended[0].task.title)
            for clause in (part.strip() for part in _RULE.split(said)):
                if _TESTS.search(clause) and _OUTCOME.search(clause):
                    return found, clause
        return None

    def ended_by(self, found: Found) -> list[Placed]:
        """The tasks that an entry closes or reopens."""
        named = (*found.memory.closes, *found.memory.reopens)
        return [self.tasks.by_id[task] for task in named if task in self.tasks.by_id]

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
    def entries(self) -> list[Found]:
        """The log entries since long enough ago, newest first."""
        return selecting.fetch(self.context.index, self.view, self._logged[:ENTRIES])

    @property
    def unread(self) -> int:
        """How many entries of others since then are too many to be looked at."""
        columns, me = self.view.columns, self.board.me.agent
        older = [i for i in self._logged[ENTRIES:] if columns.created[i] >= self.since]
        own = {row for _, row in self.context.index.knowledge.named("author", [me])} if older else set()
        return sum(columns.rows[i] not in own for i in older)

    @cached_property
    def _logged(self) -> list[int]:
        created, start = self.view.columns.created, self.since - TESTED
        return self.view.newest_first([i for i in self.view.of_kind(_LOG) if created[i] >= start])

    @staticmethod
    def clock(moment: int) -> str:
        """The time of day of a moment (seconds UTC)."""
        return f"{times.format_iso(moment)[11:16]}Z"

    def moment(self, moment: int) -> str:
        """The time of day of a moment, with its day where that is not today."""
        day = times.format_iso(moment)[:10]
        today = times.format_iso(self.now)[:10]
        return self.clock(moment) if day == today else f"{day} {self.clock(moment)}"

    def age(self, moment: int | None) -> str:
        """How long ago a moment was."""
        return times.age(max(self.now - (self.now if moment is None else moment), 0))

    def ago(self, moment: int) -> str:
        """The same in a sentence."""
        age = self.age(moment)
        return "just now" if age == "now" else f"{age} ago"

    def left(self, seen: Seen) -> str:
        """What is left of a lease."""
        return times.age(max(seen.end - self.now, 0))

    def since_then(self, seen: Seen) -> str:
        """How long a claim has been held, and what is left of it."""
        return f"{self.age(seen.claim.opened)}, {self.left(seen)} left"
