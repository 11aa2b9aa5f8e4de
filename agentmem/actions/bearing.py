"""What bears on one agent: its tasks and what hangs on them, the paths it is at, what is known about both."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from agentmem.actions import filed, judging, offering, selecting
from agentmem.actions.board import Board
from agentmem.actions.context import Context
from agentmem.actions.selecting import Found
from agentmem.actions.surroundings import Surroundings
from agentmem.actions.tasks import Tasks
from agentmem.model import kinds, ranking, scopes, scoring, taskgraph, verdict
from agentmem.model.digest import shortened
from agentmem.model.folding import folded
from agentmem.model.taskgraph import Placed

GUIDES = ("decision", "convention", "procedure", "fact", "entity", "reflection")
"""The kinds that tell how things are or are to be done."""
RELATED = 24
"""Memories looked at, the best, as many as a recall holds against the code."""
DEADENDS = 5
"""Dead ends at most."""
RULES = 8
"""Of those that hold for everybody."""
NEAREST = 150
"""Memories about the asker's files whose titles are looked at, the nearest and newest."""
SHARED = 0.3
"""What a word adds to a score that a memory's title has in common with the task's."""
FINISHED = 3
"""Finished tasks that stand for a role that has nothing to do."""
TITLE = 100
"""Characters of a title."""


class Bearing:
    """The asker's standpoint among the tasks, claims and memories."""

    def __init__(self, context: Context, board: Board, tasks: Tasks, around: Surroundings) -> None:
        self.context, self.board, self.tasks, self.around = context, board, tasks, around
        self.view = self.tasks.view
        self.now = context.now
        held = (self.tasks.by_id[task] for task in self.board.mine if task in self.tasks.by_id)
        # one whose end was written, and whose claim was not closed any more, is done
        self.mine = [one for one in held if one.state != taskgraph.DONE]
        self.unsaid = 0
        """What bears on the asker less, and is not even weighed against the budget."""

    @cached_property
    def scope(self) -> tuple[str, ...]:
        """The globs of what the asker is at."""
        claimed = [pattern for seen in self.board.mine.values() for pattern in seen.claim.scope]
        named = [pattern for one in self.mine for pattern in one.task.scope]
        return tuple(dict.fromkeys([*claimed, *named]))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of code that the asker has changed here and not committed."""
        return self.around.paths

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files that the asker is at: what is changed here, and what the branch has committed since it left trunk, which is
        no less its work.
        """
        return tuple(dict.fromkeys([*self.paths, *self.around.touched]))

    @cached_property
    def needs(self) -> set[str]:
        """The tasks that the asker's and those of its role need; and those that need the asker's."""
        ids = {one.task.id for one in self.mine}
        around = {need for one in (*self.mine, *self._to_come(0)) for need in one.task.needs}
        return around | {one.task.id for one in self.tasks.placed if ids.intersection(one.task.needs)}

    @cached_property
    def free(self) -> list[Placed]:
        """What the asker could begin now, the best first."""
        return offering.available(self.board, self.tasks)

    @cached_property
    def is_owner(self) -> bool:
        """Whether the asker answers for a plan: then all of it bears on it."""
        view = self.view
        at = [i for i in view.of_kind(kinds.NUMBER["plan"]) if i not in view.foreign]
        records = self.context.index.knowledge.fields([view.columns.rows[i] for i in at])
        owners = {one.get("owner") or one.get("by") for one in records.values()}
        return self.board.me.agent in owners

    def bears(self, task: Placed | None, patterns: Sequence[str], role: str | None) -> bool:
        """Whether something about these has to do with the asker."""
        me = self.board.me
        if task is not None and (task.task.id in self.needs or task in self.mine):
            return True
        if (
            patterns
            and self.scope
            and any(scopes.meet(one, other) for one in patterns for other in self.scope)
        ):
            return True
        if (
            patterns
            and self.files
            and any(scopes.matches(one, path) for one in patterns for path in self.files)
        ):
            return True
        if not self.mine and not self.files:
            return me.role is None or role == me.role
        return False

    def short(self, identity: str) -> str:
        """An id as it is printed."""
        try:
            return self.tasks.shorts[identity]
        except KeyError:
            return identity[:6]

    def named(self, placed: Placed) -> str:
        """A task by its id and title."""
        return f'{self.short(placed.task.id)} "{shortened(placed.task.title, TITLE)}"'

    @cached_property
    def related(self) -> list[Found]:
        """What is known that bears on the asker's task, scope and files; of one without a task, on the role too: where what it
        could take is for anybody, what its role has written counts as much.
        """
        chosen = self.mine or self.free[:1] or self._to_come(1) or self._finished(FINISHED)
        eligible = [i for kind in ("deadend", *GUIDES) for i in self.view.of_kind(kinds.NUMBER[kind])]
        by_role = self._by_role(eligible, chosen)
        scores, met = self._of_tasks(eligible, chosen) if chosen or not by_role else ({}, [])
        if not scores:  # the task tells of nothing that is known
            by_role = by_role or self._of_role(eligible)
        identities = self.view.columns.ids
        scores = ranking.in_turn([by_role, scores], identities) if by_role else scores
        ranked = sorted(scores, key=lambda i: (i not in met, -scores[i], identities[i]))
        self.unsaid += max(0, len(ranked) - RELATED)
        found = self._by_evidence({i: scores[i] for i in ranked[:RELATED]}, met)
        return [*found, *self._rules(found)]

    def _of_tasks(
        self, eligible: Sequence[int], chosen: Sequence[Placed]
    ) -> tuple[dict[int, float], list[int]]:
        """The score of each memory that has to do with the tasks ``chosen``, or with the files at hand; and the dead ends among
        them that are told before all else.
        """
        words = " ".join(one.task.title for one in chosen)
        patterns = [*(scopes.normal(p) for one in chosen for p in one.task.scope), *self.scope]
        patterns += self._former(patterns)
        learned = self.context.manager is not None
        # where enough is known of the very files, it is not looked for by its words: that takes a third of a brief's time;
        # a manager has learned what helps with a task from its words and its files together
        near = self._near(eligible, patterns, words)
        scores = {} if learned else dict(near)
        if len(scores) < RELATED:
            for i, score in self._worded(eligible, patterns, words).items():
                scores[i] = scores.get(i, 0.0) + score
        identities = self.view.columns.ids
        # a dead end whose scope meets is told, however much else is known of the same files
        met = sorted(self._deadends(near), key=lambda i: (-near[i], identities[i]))[:DEADENDS]
        return {**{i: near[i] for i in met}, **scores}, met

    def _deadends(self, positions: Iterable[int]) -> Iterable[int]:
        return filter(set(self.view.of_kind(kinds.NUMBER["deadend"])).__contains__, positions)

    def _near(self, eligible: Sequence[int], patterns: Sequence[str], words: str) -> dict[int, float]:
        """The score of each memory that is about what was changed here, in commits of the branch too, or about a file that
        ``patterns`` cover: by how near it is, the words that its title shares with ``words``, its age, its importance.
        """
        index, columns = self.context.index, self.view.columns
        strength = filed.about_files(index, self.files, moving=False) if self.files else {}
        for pattern in dict.fromkeys(patterns):
            folder = _folder(pattern)
            for key in ("cite", "scope", "glob") if folder else ():
                for path, row in index.knowledge.named_below(key, folded(folder) + "/"):
                    if key == "glob" or scopes.matches(pattern, path):
                        strength[row] = strength.get(row, 0.0) + 0.5
        near = [i for i in eligible if columns.rows[i] in strength]
        if len(near) > NEAREST:  # a record takes 40 us to read
            near.sort(key=lambda i: (-strength[columns.rows[i]], -columns.created[i], columns.ids[i]))
            del near[NEAREST:]
        records = index.knowledge.fields(list({columns.rows[i] for i in near}))
        wanted = _stems(words)
        scores = {}
        for i in near:
            shared = len(wanted & _stems(str(records[columns.rows[i]].get("title", ""))))
            value = strength[columns.rows[i]]
            scores[i] = value / (value + 1) * (1 + SHARED * shared) * self._counts(i)
        return scores

    def _by_role(self, eligible: Iterable[int], chosen: Iterable[Placed]) -> dict[int, float]:
        """The score of each memory of this view that the asker's role has written, by its age and its importance; none where the
        asker is at work, or ``chosen`` has a task of that role.
        """
        role = self.board.me.role
        if self.mine or self.files or any(one.task.role == role for one in chosen):
            return {}
        return self._of_role(eligible)

    def _of_role(self, eligible: Iterable[int]) -> dict[int, float]:
        role = self.board.me.role
        if role is None:
            return {}
        rows = {row for _, row in self.context.index.knowledge.named("role", [role])}
        written = (i for i in eligible if self.view.columns.rows[i] in rows and i not in self.view.foreign)
        return {i: self._counts(i) for i in written}

    def _counts(self, i: int) -> float:
        """What a memory counts for by its age, its importance and its pin."""
        weights, columns, created = ranking.DEFAULT, self.view.columns, self.view.created(i)
        age = None if created is None else (self.now - created) / 86_400
        value = ranking.recency(age, kinds.BY_NAME[self.view.kind(i)].half_life, weights.recency)
        if columns.importance[i]:
            value *= 1 + weights.importance * (columns.importance[i] - 3)
        return value * (weights.pin if columns.pins[i] else 1.0)

    def _former(self, patterns: Iterable[str]) -> list[str]:
        """What the files that ``patterns`` cover were called before."""
        index = self.context.index
        plain = dict.fromkeys(folder for pattern in patterns if (folder := _folder(pattern)))
        return [name for path in plain for name in filed.called(index, path, index.renames)[1:]]

    def _worded(self, eligible: Sequence[int], patterns: Sequence[str], words: str) -> dict[int, float]:
        """The same by a recall for ``words``, with the files at hand: where little is known of the very files."""
        from agentmem.actions.ranked import rank
        from agentmem.model import query

        files = [*self.files, *patterns]
        files = [path.split("*", 1)[0].rstrip("/") if scopes.is_glob(path) else path for path in files]
        asked = query.parse(words, self.now, lambda field, value: False)
        files = [path for path in files if path]
        context, weights = self.context, ranking.DEFAULT
        learned = context.manager.recall if context.manager else None
        ranked = rank(
            context, context.index, self.view, asked, eligible, files, weights, self.now, learned=learned
        ).shown
        # without a task, what other branches know is told where it is about the very files alone
        return {
            one.position: one.score if learned is None else math.exp(one.score / scoring.SCALE)
            for one in ranked
            if self.mine or one.position not in self.view.foreign
        }

    def _by_evidence(self, scores: Mapping[int, float], first: Sequence[int]) -> list[Found]:
        """The memories at the positions of ``scores``, best first when what the code says of their evidence is weighed in; those
        at ``first`` before the others.
        """
        found = judging.judged(self.context, selecting.fetch(self.context.index, self.view, scores))
        weights = ranking.DEFAULT
        scale = (weights.cite_holds, weights.cite_holds, weights.cite_changed, weights.cite_gone, 1.0)

        def order(one: Found) -> tuple[bool, float, str]:
            factor = verdict.weight(one.verdicts, scale) if one.verdicts else 1.0
            return one.position not in first, -scores[one.position] * factor, one.memory.id

        return sorted(found, key=order)

    def _rules(self, known: Iterable[Found]) -> list[Found]:
        """What holds for everybody: pinned or important conventions and procedures, however little they share with the task."""
        seen = {one.memory.id for one in known}
        columns = self.view.columns
        positions = [
            i
            for kind in ("convention", "procedure", "decision")
            for i in self.view.of_kind(kinds.NUMBER[kind])
            if i not in self.view.foreign
            and (columns.pins[i] or columns.importance[i] >= 4)
            and columns.ids[i] not in seen
        ]
        return judging.judged(self.context, selecting.fetch(self.context.index, self.view, positions[:RULES]))

    def _finished(self, limit: int) -> list[Placed]:
        """What the asker's role has done last: what it is about where nothing is left to do."""
        role = self.board.me.role
        done = [one for one in self.tasks.placed if role is not None and one.task.role == role]
        return sorted(done, key=lambda one: (-(one.task.created or 0), one.task.id))[:limit]

    def _to_come(self, limit: int) -> list[Placed]:
        """What the asker's role will have to do, once it can; 0: all of it."""
        role = self.board.me.role
        left = (one for one in self.tasks.placed if one.state != taskgraph.DONE and one.closed_on is None)
        found = [one for one in left if role is not None and one.task.role == role]
        return found[:limit] if limit else found


def _folder(pattern: str) -> str:
    """The path below which all is that ``pattern`` covers."""
    if scopes.is_glob(pattern):
        return pattern.split("*", 1)[0].rpartition("/")[0]
    return pattern.rstrip("/")


def _stems(text: str) -> set[str]:
    """The beginnings of the words of ``text`` that say something: near enough for titles."""
    return {word[:6] for word in re.findall(r"\w{4,}", text.casefold())}
