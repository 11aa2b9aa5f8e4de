"""What a stretch of work taught, from its log entries, without a model: which entries belong together, and what of them is said.

The same entries give the same bytes on every branch: nothing here knows a clock, a view or who asks.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import ids, safety, scopes, similarity
from agentmem.model.digest import shortened
from agentmem.model.memory import Memory

SOURCE = "reflect"
"""The ``source`` of a reflection that was made here, and its author."""
DAY = 86_400
OLD = 14
"""Days after which a stretch of work is over: two half-lives of a log entry."""
ENOUGH = 4
"""Entries below which there is nothing to consolidate."""
AGENTS = 2
REPEATED = 3
"""Agents whose entries they are, or entries that name one path or entity: else it is one agent's plain record."""
WINDOWS = (DAY, DAY // 4, 3_600)
"""Seconds by which what is too much for one reflection is parted."""
MOST_LINES = 40
"""Lines of a reflection, its files aside: some 1,500 tokens."""
MOST_FILES = 8
LINE = 240
"""Characters of a line."""
PLAN = 60
"""Columns of a plan's title."""
ROOM = 6_000
"""Characters of all lines up to which one that would have a title alone has what its entry says first, too."""
LOSS = 0.25
"""The share of the entries of which nothing is said from which on a rewrite loses too much."""

_FAILED = re.compile(
    r"\b(?:did ?n[o']t work|does ?n[o']t work|dead ?end|fail(?:s|ed|ure|ures|ing)?|broke(?:n)?|crash(?:es|ed)?|regress\w*"
    r"|revert(?:ed|s)?|hangs?|hung|deadlock\w*|flaky|did not help|no use)\b",
    re.IGNORECASE,
)
_NOT_FAILED = re.compile(r"\b(?:no|0|zero|without) (?:\w+ )?(?:fail|crash|regress)\w*", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because|caused? by|root cause|due to|the cause|the reason|turned out)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")


class Group(NamedTuple):
    """Entries that belong together, oldest first: ``about`` one plan and phase, area or entity, from one window of time
    (``when``: a week, by its Monday; a day; some hours of it).
    """

    about: str
    when: str
    entries: tuple[Memory, ...]


class Draft(NamedTuple):
    """A reflection to be proposed; ``dropped`` are the entries of which it says nothing."""

    memory: Memory
    group: Group
    dropped: tuple[str, ...]


def groups(entries: Iterable[Memory], taken: Collection[str], now: int) -> list[Group]:
    """The groups of ``entries`` that are worth a reflection at ``now`` (seconds UTC); those ``taken`` are in one already."""
    found: dict[tuple[str, str], list[Memory]] = {}
    for entry in entries:
        about = subject(entry)
        if entry.created is not None and about and entry.id not in taken:
            found.setdefault((about, week(entry.created)), []).append(entry)
    made = []
    for (about, monday), members in sorted(found.items()):
        group = Group(about, monday, tuple(sorted(members, key=lambda one: (one.created or 0, one.id))))
        made += [part for part in _parts(group, WINDOWS) if is_worth(part, now)]
    return made


def subject(entry: Memory, plans: Mapping[str, str] = MappingProxyType({})) -> str:
    """What an entry is about: its plan and phase, else the area that most of its paths are in, else its first entity."""
    if entry.plan:
        named = shortened(plans.get(entry.plan, ""), PLAN) or entry.plan
        return safety.one_line(f"plan {named}" + (f", {entry.phase}" if entry.phase else ""))
    areas = Counter(filter(None, (_area(pattern) for pattern in entry.scope)))
    if areas:
        return min(areas, key=lambda area: (-areas[area], area))
    return safety.one_line(min(entry.entities, key=str.casefold)) if entry.entities else ""


def _area(pattern: str) -> str:
    """The folder of a path, of at most three components."""
    fixed = []
    for part in scopes.normal(pattern).split("/")[:-1]:
        if scopes.is_glob(part):
            break
        fixed.append(part)
    return safety.one_line("/".join(fixed[:3]))


def week(moment: int) -> str:
    """The week of ``moment``, UTC, by its Monday."""
    day = datetime.fromtimestamp(moment, UTC)
    return (day - timedelta(days=day.weekday())).strftime("week of %Y-%m-%d")


def _parts(group: Group, windows: Sequence[int]) -> list[Group]:
    """The group, or where it has more entries than a reflection has lines, its parts by shorter ``windows`` (seconds).

    Windows lie where the clock has them and not where entries are: one that is merged later moves no other.
    """
    if len(group.entries) <= MOST_LINES or not windows:
        return [group]
    parts: dict[int, list[Memory]] = {}
    for entry in group.entries:
        parts.setdefault((entry.created or 0) // windows[0], []).append(entry)
    form = "%Y-%m-%d" if windows[0] == DAY else "%Y-%m-%d %H:%M"
    found = []
    for number, members in sorted(parts.items()):
        when = datetime.fromtimestamp(number * windows[0], UTC).strftime(form)
        found += _parts(Group(group.about, when, tuple(members)), windows[1:])
    return found


def is_worth(group: Group, now: int) -> bool:
    """Whether there are enough of them, all old enough, of several agents or with something that is said again and again."""
    entries = group.entries
    if len(entries) < ENOUGH or any(now - (entry.created or now) < OLD * DAY for entry in entries):
        return False
    names = Counter(name for entry in entries for name in {*entry.scope, *map(str.casefold, entry.entities)})
    agents = {entry.by for entry in entries if entry.by}
    return len(agents) >= AGENTS or max(names.values(), default=0) >= REPEATED


def identity(sources: Iterable[str]) -> str:
    """The id of the reflection on ``sources``: the same on every branch."""
    return ids.derived_id(SOURCE, *sorted(sources))


def drafted(group: Group, plans: Mapping[str, str] = MappingProxyType({})) -> Draft:
    """The reflection on ``group``: each line is cut out of an entry and names it; which are dropped where there are too many.

    ``plans`` has the titles of plans by their ids. They name a group and do not make it: two plans may be called the same.
    """
    first = group.entries[0]
    about = subject(first, plans) if first.plan in plans else group.about
    sections, named = _sections(group.entries)
    files = _files(group.entries)
    parts = [
        f"## {title}\n" + "\n".join(lines)
        for title, lines in (*sections, ("Files most touched", files))
        if lines
    ]
    touched = [line.removeprefix("- ").rpartition(": ")[0] for line in files]
    entities = Counter(name for entry in group.entries for name in entry.entities)
    sources = tuple(sorted(entry.id for entry in group.entries))
    agents = sorted({safety.one_line(entry.by) for entry in group.entries if entry.by})
    by = f" by {', '.join(agents)}" if len(agents) <= 3 else f" by {len(agents)} agents"
    by = by if agents else ""
    memory = Memory(
        id=identity(sources),
        kind="reflection",
        title=f"{about}, {group.when}: {len(sources)} entries{by}",
        body="\n\n".join(parts),
        status="proposed",
        created=max(entry.created or 0 for entry in group.entries),
        by=SOURCE,
        source=SOURCE,
        sources=sources,
        scope=tuple(touched) or _common(group.entries),
        entities=tuple(sorted(name for name, times in entities.items() if times > 1)),
    )
    return Draft(memory, group, tuple(one for one in sources if one not in named))


def _common(entries: Sequence[Memory]) -> tuple[str, ...]:
    areas = {_area(pattern) for entry in entries for pattern in entry.scope}
    return tuple(f"{area}/**" for area in sorted(areas) if area)[:MOST_FILES]


def _sections(entries: Sequence[Memory]) -> tuple[list[tuple[str, list[str]]], set[str]]:
    """The sections with their lines, and the ids that are named in them."""
    failed: dict[str, tuple[str, list[str]]] = {}
    why: dict[str, tuple[str, list[str]]] = {}
    done: dict[str, tuple[str, list[str]]] = {}
    first_said: dict[str, str] = {}
    for entry in entries:
        sentences = _sentences(entry)
        bad = [one for one in sentences if _FAILED.search(one) and not _NOT_FAILED.search(one)]
        if entry.reopens and not bad:
            bad = sentences[:1]
        causes = [one for one in sentences if _CAUSE.search(one) and one not in bad]
        title = sentences[0] if sentences else ""
        if bad or causes:  # without its title nobody knows what "did not help"
            said = [one for one in sentences if one in (*bad[:2], *causes[:2]) and one != title]
            _note(
                failed if bad else why, ": ".join(part for part in (title, " ".join(said)) if part), entry.id
            )
        if entry.closes or not (bad or causes):
            _note(done, title, entry.id)
        if not (bad or causes):
            first_said[entry.id] = safety.one_line(" ".join(sentences[1:2]))
    left = MOST_LINES
    made: list[tuple[str, list[str]]] = []
    named = set[str]()
    for title, place in (("Did not work", failed), ("Why", why), ("Done", done)):
        chosen = list(place.values())[:left]
        left -= len(chosen)
        named.update(member for _, members in chosen for member in members)
        made.append((title, [f"- {text} ({', '.join(members)})" for text, members in chosen]))
    spare = ROOM - sum(len(line) for _, lines in made for line in lines)
    lines = made[-1][1]
    for number, (text, members) in enumerate(list(done.values())[: len(lines)]):
        whole = _cut(f"{text}: {more}") if (more := first_said.get(members[0], "")) else text
        if len(whole) - len(text) <= spare:
            spare -= len(whole) - len(text)
            lines[number] = f"- {whole} ({', '.join(members)})"
    return made, named


def _note(place: dict[str, tuple[str, list[str]]], text: str, identity: str) -> None:
    """Add a line, or to the one that says the same the id of who says it too."""
    if text := _cut(safety.one_line(text)):
        _, members = place.setdefault(similarity.normal(text) or text, (text, []))
        if identity not in members:
            members.append(identity)


def _cut(text: str) -> str:
    return text if len(text) <= LINE else text[: LINE - 1].rstrip() + "…"


def _sentences(entry: Memory) -> list[str]:
    """What an entry says, sentence by sentence, its title first; code and quoted output are let alone."""
    found = [" ".join(entry.title.split())]
    fenced = False
    for line in entry.body.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith(("    ", "\t", "#", ">")):
            text = " ".join(_BULLET.sub("", line).split())
            found += [part for part in _SENTENCE.split(text) if len(part) > 2]
    return [one for one in dict.fromkeys(found) if one]


def _files(entries: Sequence[Memory]) -> list[str]:
    touched: dict[str, list[str]] = {}
    for entry in entries:
        for pattern in dict.fromkeys(entry.scope):
            if not scopes.is_glob(pattern) and safety.one_line(pattern) == pattern:
                touched.setdefault(pattern, []).append(entry.id)
    often = sorted(
        (path for path, members in touched.items() if len(members) > 1),
        key=lambda path: (-len(touched[path]), path),
    )
    return [f"- {path}: {', '.join(touched[path][:6])}" for path in often[:MOST_FILES]]


def loses_too_much(draft: Draft, precious: Collection[str]) -> tuple[str, ...]:
    """The entries for whose sake nothing may be rewritten: those of which nothing is said, where they are more than ``LOSS`` of
    all or one of them is ``precious`` (pinned, cited); none where the rewrite is well.
    """
    lost = tuple(one for one in draft.dropped if one in precious)
    if lost or len(draft.dropped) > LOSS * len(draft.group.entries):
        return lost or draft.dropped
    return ()


def missing(body: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The ids of ``sources`` that ``body`` does not name."""
    named = set(re.findall(rf"(?<![\w])[{ids.ALPHABET}]{{{ids.LENGTH}}}(?![\w])", body))
    return tuple(one for one in sources if one not in named)
