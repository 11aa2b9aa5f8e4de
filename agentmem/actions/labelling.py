"""Labelled events to learn from: a file of labels, the evidence of use, the finished tasks of this repository."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions import evaluating, filed, selecting, usage
from agentmem.actions.context import Context
from agentmem.actions.evaluating import Posed
from agentmem.actions.rankers import Question
from agentmem.index.catalog import LINKS
from agentmem.index.columns import NO_TIME
from agentmem.model import feedback, kinds, metrics

if TYPE_CHECKING:
    from agentmem.model.feedback import Labelled

LABELS, SERVED, FINISHED = "labels", "answers", "finished tasks"
"""Where an event is from."""

MOST = 2000
"""Finished tasks that are learned from, the newest."""

_CLOSES = LINKS.index("closes")


class Event(NamedTuple):
    """A question at its moment with what was right. ``judged``: all that is known to be right or wrong, None where everything
    else was wrong; ``misled`` are the ids that are said to have been.
    """

    posed: Posed
    source: str
    judged: frozenset[str] | None = None
    misled: frozenset[str] = frozenset()


def from_file(context: Context, path: str, data: bytes) -> list[Event]:
    """The labels of a file, oldest first; those that nothing answers teach no order, and are left out.

    Raises:
        UsageError: see ``evaluating.read``.

    """
    found = evaluating.read(path, data, context.now)
    posed, _, _, _ = evaluating.pose(context, path, found)
    return _by_time([Event(one, LABELS) for one in posed if one.relevant])


def from_history(context: Context) -> list[Event]:
    """What the evidence of use and the finished tasks of this repository say, oldest first.

    A task that was finished without a question asked for it tells as well: what is about the files that it changed, and was
    there before it began, was worth knowing.
    """
    served = [event for one in usage.labelled(context) if (event := _served(context, one)) is not None]
    return _by_time([*served, *_finished(context)])


def _served(context: Context, one: "Labelled") -> Event | None:
    """An answered question of which something was of use; of what was not shown nothing is known."""
    if one.verb != "recall" or not one.relevant or not one.question.strip():
        return None
    judged = frozenset((*one.shown, *one.relevant, *one.misled))
    question = _question(context, one.question, one.files, one.role, one.moment)
    return Event(
        Posed(question, frozenset(one.relevant), None, context.index.view()),
        SERVED,
        judged,
        frozenset(one.misled),
    )


def _finished(context: Context) -> list[Event]:
    """The finished tasks by their titles and bodies, each at the time of a claim before its end: when it began is not kept."""
    index, view = context.index, context.index.view()
    columns = view.columns
    log = kinds.NUMBER["log"]
    closing = [
        i
        for i, links in columns.links.items()
        if columns.kinds[i] == log
        and columns.status[i] == 0
        and links[_CLOSES]
        and columns.created[i] != NO_TIME
    ]
    newest = view.newest_first(closing)[:MOST]
    entries = index.knowledge.fields([columns.rows[i] for i in newest])
    changed = {i: frozenset(entries[columns.rows[i]].get("scope", ())) for i in newest}
    common = feedback.everybodys(changed.values())
    tasks = {columns.ids[i]: i for i in view.of_kind(kinds.NUMBER["task"])}
    found = []
    for i in newest:
        files = changed[i] - common
        for task in columns.links[i][_CLOSES]:
            position = tasks.get(task)
            if position is None or not files:
                continue
            begun = max(columns.created[position], columns.created[i] - context.config.claim_ttl)
            near = filed.about_files(index, files)
            relevant = {
                columns.ids[p]
                for row in near
                for p in view.positions_of(row)
                if NO_TIME < columns.created[p] < begun and view.kind(p) not in ("task", "plan")
            }
            if relevant:
                [one] = selecting.fetch(index, view, [position])
                text = f"{one.memory.title}\n{one.memory.body}"
                question = _question(context, text, (), one.memory.role, begun)
                found.append(Event(Posed(question, frozenset(relevant), None, view), FINISHED))
    return found


def _question(context: Context, text: str, files: tuple[str, ...], role: str | None, moment: int) -> Question:
    known = context.index.view().in_force(moment)
    past = moment < context.now
    return Question(text, files, role, moment, past, known, metrics.DEPTH)


def _by_time(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda one: (one.posed.question.clock, one.posed.question.text))
