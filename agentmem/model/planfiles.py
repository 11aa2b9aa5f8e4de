"""The parser behind ``import plan``: phase files, agents' logs and overviews as records with front matter's keys.

Pure and the same each time: a record hangs on its own file alone (its plan also on a plan file beside that of its phase), times
are those that the text states, links to other records are their ``source_id``.
"""

import re
from collections.abc import Iterable, Iterator

from agentmem.model import memory, planhints, plantasks, plantext
from agentmem.model.plantasks import Task
from agentmem.model.plantext import Anchors, Item, Line

Record = dict[str, object]

MAX_HEADING = 200
"""Characters of a heading that is a title as it stands."""
MAX_NAME = 60

_split = re.compile(r"\S+").findall

_WORDS = re.compile(r"[a-z0-9]+")
_PHASE_STEM = re.compile(
    r"(?:phase|milestone|sprint|stage)[-_ ]?\d|^(?:phase|tasks?|todo|plan|roadmap|backlog|checklist)s?$"
)
_LOG_WORDS = frozenset(
    _split("log logs worklog worklogs journal journals session sessions handoff handoffs progress diary")
)
_OVERVIEW_WORDS = frozenset(
    _split(
        "overview memory memories decisions decision knowledge conventions lessons learnings notes facts "
        "deadends context architecture adr adrs retrospective"
    )
)
_GENERIC = frozenset(
    _split(
        "agent agents changelog daily decision decisions general history log logs main memory notes "
        "overview plan progress readme team todo work worklog"
    )
)
_PLANS = frozenset(["plan", "plans", "planning"])
_NO_PLAN = frozenset(["phases", "tasks", "todo", "docs", "work", "milestones", "sprints", "archive", "done"])
_DAY = re.compile(r"^\d{4}-?\d\d-?\d\d[-_. ]?|[-_. ]?\d{4}-\d\d-\d\d$")
_SAYS = re.compile(r"\w")
_MARKS = re.compile(r"^[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(?:\[[ xX]\]\s+)?#*\s*")


def classify(path: str, text: str) -> str:
    """``phase``, ``log`` or ``overview``: what the file's place and name say, else what most of it is."""
    found = plantext.sections(text)
    stem, words = _stem(path), set(_WORDS.findall(_stem(path)))
    dated = sum(planhints.stamp(section.heading)[0] is not None for section in found)
    ticks = sum(len(plantext.boxes(section.lines)[1]) for section in found)
    if _folder_words(path) & _LOG_WORDS:
        return "log"
    if _PHASE_STEM.search(stem):
        return "phase"
    if words & _LOG_WORDS:
        # a progress file is a list of boxes as often as a log
        return "phase" if ticks and not dated else "log"
    if words & _OVERVIEW_WORDS:
        return "overview"
    if ticks and ticks >= dated:
        return "phase"
    return "log" if dated > 1 else "overview"


def records(path: str, text: str) -> list[Record]:
    """The memories in the file ``path`` (from the repository's top) as front matter's keys, ``body``, ``source_id``."""
    return [record for _, record in read([(path, text)])]


def read(files: Iterable[tuple[str, str]]) -> list[tuple[str, Record]]:
    """The memories in ``files`` (path and text), each with its path; the tasks of a phase's file are of the plan beside it."""
    readers = [_File(path, text) for path, text in files]
    made = [(reader.path, record) for reader in readers for record in reader.read()]
    beside: dict[str, list[str]] = {}
    for reader in readers:
        if reader.plan and not reader.stem_phase:
            beside.setdefault(_folder(reader.path), []).append(reader.plan)
    for reader in readers:
        whole = beside.get(_folder(reader.path), []) if reader.stem_phase and reader.folder_plan else []
        plan = whole[0] if len(whole) == 1 else reader.plan or reader.folder_plan
        for record in reader.unplanned if plan else ():
            record["plan"] = plan
    return made


class _File:
    """One file being read: what its headings hand down to the text below them."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.kind = classify(path, text)
        self.sections = plantext.sections(text)
        self.anchors = Anchors(path)
        stem = path.rpartition("/")[2].removesuffix(".md")
        self.stem = stem
        self.name = memory.name_of(path)
        self.labels: dict[str, str] = {}
        self.plan: str | None = None
        """The source id of the plan that the whole file is."""
        self.unplanned: list[Record] = []
        """Its tasks, and their ends, of which the text names no plan but this."""
        self.plan_title: str | None = None
        self.folder_plan = _folder_plan(path)
        self.stem_phase = planhints.phase_of_stem(stem)
        self.fields = [plantext.stated(section.lines) for section in self.sections]
        self.times: list[str | None] = []
        self.titles: list[str] = []
        self.dated: list[bool] = []
        for place, section in enumerate(self.sections):
            above = self.times[section.parent] if section.parent is not None else None
            found, title = planhints.stamp(section.heading, above)
            said = (self.fields[place].get(key) for key in planhints.DATE_KEYS)
            here = found or next(
                (time for value in said if value and (time := planhints.moment(value))), None
            )
            self.times.append(here or above)
            self.titles.append(title)
            self.dated.append(found is not None)

    # what each kind of file gives

    def read(self) -> list[Record]:
        """All of it."""
        return list({"phase": self.phase, "log": self.log, "overview": self.overview}[self.kind]())

    def phase(self) -> Iterator[Record]:
        rests, tasks = self._boxes()
        root = next((place for place, section in enumerate(self.sections) if section.level == 1), 0)
        texts: dict[int, list[Line]] = {}
        groups: list[int] = []
        kinds: list[str | None] = []
        for place, section in enumerate(self.sections):
            starts = place == root or planhints.phase_of_heading(section.heading)[1] is not None
            kinds.append(None if starts else self._kind(place, kinds))
            groups.append(place if starts else root if section.parent is None else groups[section.parent])
            if kinds[place] is None and _SAYS.search(plantext.body(rests[place])):
                lines = texts.setdefault(groups[place], [])
                if section.heading and not starts:
                    lines += [Line(f"{'#' * section.level} {section.heading}"), Line("")]
                lines += (*map(Line, plantext.body(rests[place]).split("\n")), Line(""))
        # a plan that says nothing but its name and its phases is one, too
        whole = self._is_plan(root) and (root in texts or len(set(groups)) > 1)
        if whole:
            self.plan_title = self.titles[root]
            texts.setdefault(root, [])
        for place in range(len(self.sections)):
            if place in texts:
                plan = self._plan(place, texts[place])
                if whole and place == root:
                    self.plan = str(plan["source_id"])
                yield plan
            if kind := kinds[place]:
                yield from self._remembered(place, kind, rests[place])
            yield from self._tasks(place, tasks[place])

    def overview(self) -> Iterator[Record]:
        rests, tasks = self._boxes()
        kinds: list[str | None] = []
        for place in range(len(self.sections)):
            kinds.append(self._kind(place, kinds))
            yield from self._remembered(place, kinds[place] or "fact", rests[place])
            yield from self._tasks(place, tasks[place])

    def log(self) -> Iterator[Record]:
        entries: list[tuple[int, list[Line]]] = []
        of: list[int] = []
        for place, section in enumerate(self.sections):
            above = 0 if section.parent is None else of[section.parent]
            own = self.dated[place] or section.level <= 2 or planhints.leading_kind(self.titles[place])
            # a day's heading with nothing of its own only groups what is below it
            if own or not any(line.text.strip() for line in entries[above][1]):
                of.append(len(entries))
                entries.append((place, list(section.lines)))
            else:
                of.append(above)
                entries[above][1].extend((Line(f"{'#' * section.level} {section.heading}"), *section.lines))
        for place, lines in entries:
            yield from self._entry(place, lines)

    # the records

    def _entry(self, place: int, lines: list[Line]) -> Iterator[Record]:
        text = plantext.body(lines)
        if not _SAYS.search(text) or (self.sections[place].level < 2 and self._only_fields(lines)):
            return
        title, kind = self.titles[place], self._log_kind(place, text)
        by, role = self._author(place)
        rest, items = plantext.bullets(lines)
        stamped = [planhints.stamp(item.text, self.times[place]) for item in items]
        if items and not plantext.body(rest) and all(time and said for time, said in stamped):
            for item, (time, said) in zip(items, stamped, strict=True):
                yield self._bullet(planhints.kind_of_text(said) or kind, item, said, time, by, role)
            return
        shown = planhints.unprefixed(title) or plantext.headline(_first_words(lines))[0]
        anchor = self.sections[place].heading or self.name
        yield self._record(kind, shown, text, self.times[place], anchor, by=by, role=role)

    def _remembered(self, place: int, kind: str, lines: list[Line]) -> Iterator[Record]:
        """A section as memories: each bullet of a collection, and what is left as one."""
        section = self.sections[place]
        title = self.titles[place] or self.name
        by, role = self._stated(place, "by", "author", "agent"), self._role(place)
        items: list[Item] = []
        if planhints.is_collection(title):
            lines, items = plantext.bullets(lines)
        if _SAYS.search(text := plantext.body(lines)):
            above = self.sections[section.parent] if section.parent else None
            shown = planhints.unprefixed(title)
            if (
                above
                and above.level > 1
                and len(shown.split()) <= 3
                and not planhints.is_collection(above.heading)
            ):
                # "Limits" alone says little
                shown = f"{above.heading}: {shown}"
            own = (planhints.kind_of_text(text) or kind) if kind == "fact" else kind
            yield self._record(own, shown, text, self.times[place], title, by=by, role=role)
        for item in items:
            time, said = planhints.stamp(item.text)
            yield self._bullet(kind, item, said or item.text, time or self.times[place], by, role)

    def _bullet(
        self, kind: str, item: Item, said: str, time: str | None, by: str | None, role: str | None
    ) -> Record:
        title, rest = plantext.headline(planhints.unprefixed(said))
        body = "\n".join(part for part in (rest, plantext.body(item.lines)) if part)
        return self._record(kind, title, body, time, by=by, role=role)

    def _plan(self, place: int, lines: list[Line]) -> Record:
        owner = self._stated(place, "owner", "lead")
        return self._record("plan", self.titles[place], plantext.body(lines), self.times[place], owner=owner)

    def _tasks(self, place: int, tasks: Iterable[tuple[Task, str]]) -> Iterator[Record]:
        plan, phase = self._phase(place)
        for task, name in tasks:
            role = task.role or self._role(place, headings=True) or planhints.role_of_heading(phase or "")
            shared: Record = {"role": role, "plan": plan, "phase": phase}
            own: Record = {
                "source_id": name,
                "priority": task.priority,
                "tags": [task.label] if task.label else [],
            }
            needs = [self.labels[label] for label in task.needs]
            made = [
                self._record(
                    "task", task.title, task.body, self.times[place], None, needs=needs, **own, **shared
                )
            ]
            if task.done:
                anchor = f"done {name.rpartition('#')[2]}"
                time = task.finished or self.times[place]
                made.append(
                    self._record("log", f"Done: {task.title}", "", time, anchor, closes=[name], **shared)
                )
            self.unplanned += made if plan in (None, self.plan_title) else []
            yield from made

    def _record(
        self, kind: str, title: str, body: str, created: str | None, anchor: str | None = None, **more: object
    ) -> Record:
        whole = " ".join(title.split()) or self.name
        shown = whole if len(whole) <= MAX_HEADING else plantext.headline(whole)[0]
        if shown != whole and whole not in body:
            body = f"{whole}\n\n{body}".rstrip()
        record: Record = {"kind": kind, "title": shown, "body": body, "created": created}
        record["source_id"] = more.pop("source_id", None) or self.anchors.take(anchor or whole)
        record |= more | planhints.about(f"{whole}\n{plantext.uncoded(body)}")
        return {key: value for key, value in record.items() if key == "body" or value not in (None, [], "")}

    # what the file and the headings above hand down

    def _boxes(self) -> tuple[list[list[Line]], list[list[tuple[Task, str]]]]:
        """For each section its lines that are no boxes, and its tasks with their source ids."""
        split = [plantext.boxes(section.lines) for section in self.sections]
        items = [item for _, found in split for item in found]
        roles = (planhints.role_word(fields["role"]) for fields in self.fields if "role" in fields)
        named = plantasks.declared_roles([item.text for item in items]).union(role for role in roles if role)
        parsed = iter(plantasks.parse(items, named))
        tasks: list[list[tuple[Task, str]]] = []
        for _, found in split:
            read = [task for task in (next(parsed) for _ in found) if task]
            tasks.append([(task, self.anchors.take(task.label or task.title)) for task in read])
        for task, name in (pair for pairs in tasks for pair in pairs):
            self.labels.setdefault(task.label or "", name)
        return [rest for rest, _ in split], tasks

    def _kind(self, place: int, above: list[str | None]) -> str | None:
        """The kind that the heading names, else the one above it, else the file's name."""
        section = self.sections[place]
        if section.parent is None:
            return planhints.kind(self.name)
        named = planhints.kinds(self.titles[place])
        # a file's title may list all that is in it
        if named and (section.level > 1 or len(named) == 1):
            return named[0]
        return "fact" if planhints.is_collection(self.titles[place]) else above[section.parent]

    def _log_kind(self, place: int, text: str) -> str:
        if kind := planhints.leading_kind(self.titles[place]) or planhints.kind_of_text(text):
            return kind
        above = plantext.chain(self.sections, place)[1:]
        listed = (
            planhints.kind(section.heading) for section in above if planhints.is_collection(section.heading)
        )
        return next((kind for kind in listed if kind), planhints.kind(self.name) or "log")

    def _only_fields(self, lines: list[Line]) -> bool:
        known = {*planhints.DATE_KEYS, "role", "agent", "by", "author", "branch", "plan", "phase"}
        filled = [line for line in lines if line.text.strip()]
        return all(known & plantext.stated([line]).keys() for line in filled)

    def _stated(self, place: int, *keys: str) -> str | None:
        """What the nearest line such as ``Agent: …`` says, in the section or above it."""
        at: int | None = place
        while at is not None:
            for key in keys:
                if (value := self.fields[at].get(key)) and len(value) <= MAX_NAME:
                    return value
            at = self.sections[at].parent
        return None

    def _role(self, place: int, *, headings: bool = False) -> str | None:
        if role := planhints.role_word(self._stated(place, "role") or ""):
            return role
        above = plantext.chain(self.sections, place) if headings else []
        named = (planhints.role_of_heading(section.heading) for section in above)
        return next((role for role in named if role), None)

    def _is_plan(self, root: int) -> bool:
        """Whether the file's first heading is the name of a plan, and neither a phase nor a word such as Tasks."""
        title = self.titles[root]
        words = set(_WORDS.findall(title.lower()))
        is_phase = planhints.phase_of_heading(self.sections[root].heading)[1] is not None
        return self.sections[root].level == 1 and not is_phase and not words <= _GENERIC | _PLANS | _NO_PLAN

    def _phase(self, place: int) -> tuple[str | None, str | None]:
        plan = self._stated(place, "plan")
        for section in plantext.chain(self.sections, place):
            before, phase = planhints.phase_of_heading(section.heading)
            if phase:
                named = self.stem_phase or ""
                # "Phase 4A" alone is better told by a file name that has its words
                return before or plan, named if named.startswith(f"{phase} ") else phase
        return plan, self.stem_phase

    def _author(self, place: int) -> tuple[str | None, str | None]:
        """Who wrote a log: as it says, else by the file's name."""
        by, role = self._stated(place, "by", "author", "agent"), self._role(place)
        words = [word for word in re.split(r"[-_. ]+", _DAY.sub("", self.stem)) if word]
        words = [word for word in words if word.lower() not in _LOG_WORDS]
        named = {word.lower() for word in words}
        if not named - _GENERIC or all(word.isdigit() for word in words) or self.stem_phase:
            return by, role
        name = "-".join(words)
        word = planhints.role_word(name)
        is_role = word in planhints.ROLES or bool(named & {"agent", "agents"})
        if is_role or _folder_words(self.path) & _LOG_WORDS:
            return by or name, role or (word if is_role else None)
        return by, role


def _stem(path: str) -> str:
    return path.rpartition("/")[2].lower().removesuffix(".md")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _folder_plan(path: str) -> str | None:
    """The plan that a folder of plans names: of ``plans/billing/phase-1.md`` it is billing."""
    folders = path.split("/")[:-1]
    if len(folders) > 1 and folders[-2].lower() in _PLANS and folders[-1].lower() not in _NO_PLAN:
        return folders[-1]
    return None


def _folder_words(path: str) -> set[str]:
    return set(_WORDS.findall(path.lower().rpartition("/")[0]))


def _first_words(lines: Iterable[Line]) -> str:
    """The first line of text, without the mark of a list or a quote."""
    texts = (_MARKS.sub("", line.text) for line in lines if not line.fenced)
    return next((text for text in texts if text.strip()), "")
