"""The sections of a brief, each a few lines with how much they are needed."""

from collections.abc import Sequence

from agentmem.actions import doubtful, selecting
from agentmem.actions.bearing import DEADENDS, GUIDES, TITLE
from agentmem.actions.selecting import Found
from agentmem.actions.whereabouts import NAME, Whereabouts
from agentmem.model import leases, notation, safety, taskgraph, verdict
from agentmem.model.digest import Line, shortened
from agentmem.model.taskgraph import Placed

WHERE, SINCE, PROGRESS, NEXT, BEWARE, KNOW = "Where", "Done since", "In progress", "Next", "Beware", "Know"
KNOWN, CONTRADICTED, OTHERS, WAITING = 8, 4, 8, 2
"""Lines at most: of ``Know``, of what the code contradicts, of what others did or do, of what waits for merges."""
DISPUTED, CHAIN = 3, 3
"""Lines at most of memories in conflict; tasks that are named of those that one waits for."""


class Sections(Whereabouts):
    """What bears on the asker, told. A section's first lines weigh more than its last: none of them starves the others."""

    @property
    def sections(self) -> dict[str, list[Line]]:
        """All of them, by their headings. What git is asked for longest comes last."""
        know, next_ = self.know(), self.next()
        where, done, going = self.where(), self.done_since(), self.in_progress()
        return {
            WHERE: where,
            f"{SINCE} {self.moment(self.since)}": done,
            PROGRESS: going,
            NEXT: next_,
            BEWARE: self.beware(),
            KNOW: know,
        }

    # -- what the others did and do

    def done_since(self) -> list[Line]:
        """What was closed, reopened or else entered in the log since, by others or on other branches, as far as it bears on the
        asker; what ends a task first.
        """
        ends: list[tuple[Found, list[Placed]]] = []
        more: list[tuple[Found, list[Placed]]] = []
        ended = set[str]()  # of what was done, failed and done again, the last counts
        for found in self.entries:
            one = found.memory
            if one.created is None or one.created < self.since:
                continue
            if one.by == self.board.me.agent and found.position not in self.view.foreign:
                continue
            tasks = self.ended_by(found)
            new = [task for task in tasks if task.task.id not in ended]
            if new:
                ended.update(task.task.id for task in new)
                ends.append((found, new))
            elif not tasks and _says_something(found):
                more.append((found, []))
        lines: list[Line] = []
        outside = 0
        for found, tasks in (*ends, *more):
            one = found.memory
            near = (
                self.is_owner
                or any(self.bears(task, (*one.scope, *task.task.scope), task.task.role) for task in tasks)
                or self.bears(None, one.scope, one.role)
            )
            if not near or len(lines) >= OTHERS:
                outside += 1
                continue
            needed = any(task.task.id in self.needs for task in tasks)
            lines.append(Line(self._done(found, tasks), 8 if needed else _falling(7.5, len(lines))))
        self.unsaid += self.unread
        return [*lines, *_others(outside)]

    def _done(self, found: Found, tasks: Sequence[Placed]) -> str:
        """An entry in a line, named by the tasks that it ends, else by itself."""
        one, origin = found.memory, self.view.foreign.get(found.position)
        where = f"; on {shortened(origin.branch, NAME)}, NOT merged here" if origin else ""
        ids = " ".join(self.short(identity) for identity in [task.task.id for task in tasks[:3]] or [one.id])
        how = "FAILED " if one.reopens else ""
        return f"- {ids} {shortened(one.by or '?', NAME)}: {how}{_said(one.title)}{where}"

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
            facts.append(self.since_then(seen))
            if dead := self.board.doubt(seen, self.short(task)):
                facts.append(dead)
            weight = 8 if needs_mine else _falling(7 if near else 5, len(lines))
            lines.append(Line(" · ".join(facts), weight))
            if seen.claim.handoff and (near or placed.task.role in (None, self.board.me.role)):
                lines.append(Line(f"  {self.handoff(seen)}", weight - 0.1))
        return [*lines, *_others(outside)]

    # -- what to do

    def next(self) -> list[Line]:
        """What to finish, what to take, what waits for a merge."""
        lines, me = [], self.board.me.agent
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
        for number, one in enumerate(self.free[:3]):
            facts = f"{self.named(one)} P{one.urgency}"
            if one.state == taskgraph.FAILED:
                owner = one.task.owner
                facts += ", failed before"
                facts += (
                    "" if not owner else f", {'yours' if owner == me else f'for {shortened(owner, NAME)}'}"
                )
            if one.unblocks:
                facts += f", unblocks {one.unblocks}"
            start = "Then" if self.mine else "Take" if not number else "Or"
            how = "" if self.mine or number else " agentmem claim"
            lines.append(Line(f"{start}: {facts}, free{self._begun(one)}.{how}", 9 - number))
            handed = self.board.seen.get(one.task.id)
            if handed and handed.claim.handoff and not number:
                lines.append(Line(self.handoff(handed), 8))
        if not self.free and not self.mine:
            role = f" for role {shortened(self.board.me.role, NAME)}" if self.board.me.role else ""
            lines.append(Line(f"Nothing is free{role}.{self._why_not()}", 9))
        waits = [one for one in self.tasks.placed if one.waits and not one.blocked and one.closed_on is None]
        for one in [w for w in waits if self.board.me.role in (None, w.task.role)][:WAITING]:
            branch = shortened(one.waits[0][1], NAME)
            lines.append(Line(f"Waits for merge of {branch}: {self.named(one)}.", 6))
        return lines

    def _begun(self, placed: Placed) -> str:
        """Who had a free task before, and where what was done of it may be."""
        seen = self.board.seen.get(placed.task.id)
        if seen is None or seen.state not in (leases.EXPIRED, leases.RELEASED) or self.board.is_mine(seen):
            return ""
        if seen.state == leases.RELEASED and not seen.claim.handoff:
            return ""
        on = f" on {shortened(seen.claim.branch, NAME)}" if seen.claim.branch else ""
        ended = f", whose lease expired {self.ago(seen.end)}" if seen.state == leases.EXPIRED else ""
        return f"; begun by {shortened(seen.claim.agent, NAME)}{on}{ended}"

    def _why_not(self) -> str:
        """What the first task of the asker's role waits for, where it is blocked."""
        blocked = next((one for one in self._to_come(0) if one.blocked), None)
        if blocked is None:
            return ""
        chain, at, known = list[str](), blocked, {blocked.task.id}
        while at.blocked and len(chain) < CHAIN:
            need = next((one for one in at.blocked if one in self.tasks.by_id and one not in known), None)
            if need is None:
                break
            known.add(need)
            at = self.tasks.by_id[need]
            held = self.board.held.get(need)
            by = f" ({shortened(held.claim.agent, NAME)}, {self.left(held)} left)" if held else ""
            chain.append(f"{self.short(need)}{by}")
        said = ", which needs ".join(chain) or "what is not known here"
        return f" {self.named(blocked)} needs {said}."

    # -- what to beware of, what to know

    def beware(self) -> list[Line]:
        """Who changes the same files, what was tried in vain, what is no longer true."""
        lines = [Line(f"- {shortened(one, 2 * TITLE)}", 8) for one in self.around.meeting]
        for number, found in enumerate(self._disputed()):
            said = f'- {self.short(found.memory.id)} {found.memory.kind} CONFLICT: "{_title(found)}": agentmem conflicts'
            lines.append(Line(said, _falling(7.9, number), found.memory.id))
        for number, found in enumerate(self._of(("deadend",), DEADENDS)):
            doubt = "; its evidence CHANGED" if _is_broken(found) else ""
            said = f"- {self.short(found.memory.id)} deadend: {_title(found)}{doubt}"
            lines.append(Line(said, _falling(7.8, number), found.memory.id))
        broken = [one for one in self._about(GUIDES) if _is_broken(one)]
        for number, found in enumerate(broken[:CONTRADICTED]):
            gone = verdict.worst(found.verdicts) == verdict.GONE
            said = (
                f"- {self.short(found.memory.id)} {found.memory.kind} {'evidence gone' if gone else 'CHANGED'}:"
                f' "{_title(found)}"; the code no longer says so'
            )
            lines.append(Line(said, _falling(7.6, number), found.memory.id))
        self.unsaid += max(0, len(broken) - CONTRADICTED)
        return lines

    def _disputed(self) -> list[Found]:
        """Memories of which two branches that are merged here say different things: whatever they are about, somebody has to
        settle that.
        """
        at = [i for i, one in self.view.pending.items() if one.conflicts and i not in self.view.foreign]
        at += doubtful.unsettled(self.context.index, self.view)
        return selecting.fetch(self.context.index, self.view, at[:DISPUTED])

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
            lines.append(Line(said, _falling(7.4, number), found.memory.id))
        return lines

    def _about(self, wanted: Sequence[str]) -> list[Found]:
        return [one for one in self.related if one.memory.kind in wanted]

    def _of(self, wanted: Sequence[str], most: int) -> list[Found]:
        """The first ``most`` of what is about the asker; the rest is counted."""
        found = self._about(wanted)
        self.unsaid += max(0, len(found) - most)
        return found[:most]


def _falling(weight: float, number: int) -> float:
    """The weight of a section's line ``number``, from 0 on: each section's first comes before any other's second."""
    return weight - 0.3 * number if number else weight + 1.5


def _others(count: int) -> list[Line]:
    return [Line(f"{count} other{'s' if count > 1 else ''} outside your scope.", 6)] if count else []


def _says_something(entry: Found) -> bool:
    """Whether an entry is no mere report of how work goes, no line of a log and no prompt."""
    from agentmem.model import substance  # where every entry ends a task nothing needs it

    return substance.thin(entry.memory.title, entry.memory.body) not in substance.NOISE


def _is_broken(found: Found) -> bool:
    return verdict.worst(found.verdicts) in (verdict.CHANGED, verdict.GONE)


def _said(title: str) -> str:
    """An entry's title without the word that says what it is."""
    return shortened(safety.one_line(title).removeprefix("Done: ").removeprefix("Failed: "), TITLE + 50)


def _title(found: Found) -> str:
    return shortened(found.memory.title, TITLE + 10)
