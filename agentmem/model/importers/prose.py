"""Markdown that people and agents write for themselves: sections as memories, a list of rules as one memory each."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from agentmem.model import planhints, plantext
from agentmem.model.importers.found import File, Found, Note, record
from agentmem.model.plantext import Anchors, Item, Line, Section

DEPTH = 3
"""Headings down to this level begin a memory; deeper ones belong to the text above them."""
SHORT = 3
"""Words of a heading up to which it needs the one above it to be understood."""

NOTHING: Mapping[str, object] = MappingProxyType({})

_SAYS = re.compile(r"\w")
_WHEN = re.compile(
    r"(?:[-*>]\s+)?[*_]*(?:last[ -](?:updated|update|modified|reviewed|edited)|updated|date)(?: (?:on|at|by))?[*_]*\s*:.*",
    re.IGNORECASE,
)
_FEW = re.compile(r"\w+(?:\W+\w+){2,}")
_KINDS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("deadend", r"\bdead[ -]?ends?\b|did(?: not|n['’]t) work\b|\bfailed (?:approach|attempt)"),
        ("decision", r"\bdecisions?\b|\badrs?\b"),
        (
            "convention",
            r"\bconventions?\b|\bstyles?\b|\bguidelines?\b|\brules?\b|\bstandards?\b|\bnaming\b|\bformatting\b|\bprinciples?\b"
            r"|\bpractices?\b|\bpolic(?:y|ies)\b|\bdo(?:n['’]t| not)s?\b|\bnever\b|\balways\b|\bpatterns?\b|\betiquette\b"
            r"|\bpreferences?\b"
            r"|\brequirements? for\b",
        ),
        (
            "procedure",
            r"\bcommands?\b|\bhow[ -]to\b|\bsetup\b|\bset up\b|\bsetting up\b|\binstall(?:ation|ing)?\b|\bbuild(?:ing|s)?\b"
            r"|\bruns?\b|\brunning\b|\btest(?:s|ing)?\b|\bdeploy(?:ment|ing|s)?\b|\breleas(?:e|es|ing)\b|\bgetting started\b"
            r"|\bquick ?start\b|\bworkflows?\b|\bdebugging\b|\btroubleshooting\b|\brunbooks?\b|\bprocedures?\b"
            r"|\bchecklists?\b|\bsteps\b|\bwhen (?:a |the )?task\b|\bmigrations?$|\bscripts\b|\bdevelopment\b",
        ),
        ("reflection", r"\blessons?\b|\blearn(?:ed|t|ings?)\b|\bretro(?:spective)?s?\b|\breflections?\b"),
    )
)
_LIST = re.compile(
    r"(?:\S+ ){0,3}(?:rules|conventions|guidelines|standards|principles|practices|decisions|gotchas|pitfalls|caveats|lessons"
    r"|learnings|insights|dos and don['’]ts|don['’]ts|dead[ -]?ends|known issues|facts|preferences)"
    r"(?: (?:learned|learnt|made|taken|so far|in force|to follow|to avoid|and \S+(?: \S+)?|& \S+))?",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"(?:\*\*)?(?:always|never|do not|don['’]t|must|use|prefer|avoid|keep|make sure|ensure|only|no|write|follow|name|put|run|add"
    r"|commit|ask|check|test|document|update|remember|be)\b",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """One section that became a memory, or a bullet of it: what an importer decides its kind and title by. ``about`` is what it
    stands under: the file's title, or the heading of level 1, where the file has more than the one that is its title.
    """

    heading: str
    above: tuple[str, ...]
    about: str
    text: str
    time: str | None
    bullet: bool


class Reader:
    """One file on its way to records."""

    def __init__(
        self,
        file: File,
        body: Note,
        found: Found,
        *,
        title: str,
        name: str | None = None,
        depth: int = DEPTH,
        day: str | None = None,
    ) -> None:
        """``title`` is what the file is about, where its headings say too little; ``name`` what the text before them is called,
        where the title is one of them; ``day`` (ISO) that of all in it, whose headings may state the time of day alone.
        """
        self.file, self.found, self.title, self.day = file, found, title, day
        self.name = title if name is None else name
        self.anchors = Anchors(file.path)
        self.before = body.line - 1
        self.sections = _gathered(plantext.sections(body.body), depth)

    def read(
        self,
        kind: Callable[[Part], str],
        *,
        divide: bool = True,
        prefix: str = "",
        shared: Mapping[str, object] = NOTHING,
    ) -> None:
        """Each section with text of its own as a record, the bullets of lists of rules (where ``divide``) each as one."""
        for place, section in enumerate(self.sections):
            lines: list[Line] = list(section.lines)
            time, heading = planhints.stamp(section.heading, self.day)
            above = tuple(one.heading for one in plantext.chain(self.sections, place)[1:] if one.heading)
            about = self._about(place)
            items: list[Item] = []
            if divide and _LIST.fullmatch(heading.strip(" :*_")):
                rest, items = plantext.bullets(lines)
                if items and all(_FEW.search(item.text) for item in items):
                    lines = rest
                else:
                    items = []
            line = section.line + self.before
            text = plantext.body(lines)
            if _only_when(text):
                self.found.problem(self.file.path, line, "says only when it was written")
            elif _SAYS.search(text):
                part = Part(heading, above, about, text, time, False)
                title = self._title(part, section.level, prefix)
                self._take(line, part, title, text, heading or self.title, kind, shared)
            for item in items:
                when, said = planhints.stamp(item.text)
                shown, more = plantext.headline(planhints.unprefixed(said or item.text))
                anchor = shown
                if len(shown.split()) <= SHORT and more and len(shown) + len(more) < plantext.MAX_TITLE:
                    shown, more = f"{shown}: {more}", ""  # a label says nothing without what it labels
                body = "\n".join(piece for piece in (more, plantext.body(item.lines)) if piece)
                part = Part(heading, above, about, item.text, when or time, True)
                self._take(line, part, f"{prefix}{shown}", body, anchor, kind, shared)

    def generic(self, heading: str) -> bool:
        """Whether a heading of level 1 is just the file's name."""
        return heading.casefold() in (self.file.stem.casefold(), self.file.path.rpartition("/")[2].casefold())

    def _take(
        self,
        line: int,
        part: Part,
        title: str,
        body: str,
        anchor: str,
        kind: Callable[[Part], str],
        shared: Mapping[str, object],
    ) -> None:
        made = record(kind(part), title, body, self.anchors.take(anchor), part.time, **shared)
        self.found.add(self.file.path, line, made)

    def _about(self, place: int) -> str:
        """What the section at ``place`` stands under; below the first heading of level 1 that is the file's title."""
        if self.sections[place].level == 0:
            return self.name
        top = next((one for one in plantext.chain(self.sections, place) if one.level == 1), None)
        first = next((one for one in self.sections if one.level == 1), None)
        return self.title if top is None or top is first else top.heading

    def _title(self, part: Part, level: int, prefix: str) -> str:
        shown = planhints.unprefixed(part.heading).strip(" :*_")
        if not shown or (level == 1 and self.generic(shown)):
            shown = part.about or self.file.path.rpartition("/")[2]
            return f"{prefix}{shown}" if not prefix.startswith(shown) else shown
        if level > 1 and len(shown.split()) <= SHORT:
            around = next((one for one in part.above if one.casefold() != shown.casefold()), "")
            around = around if level > 2 and around else part.about
            if around and around.casefold() not in shown.casefold() and not prefix.startswith(f"{around}: "):
                shown = f"{around}: {shown}"
        return f"{prefix}{shown}"


def _only_when(text: str) -> bool:
    """Whether a text is a note of its own age and nothing else, as templates have one below their heading."""
    lines = [line.strip() for line in text.split("\n") if _SAYS.search(line)]
    return bool(lines) and all(_WHEN.fullmatch(line) for line in lines)


def _gathered(sections: Iterable[Section], depth: int) -> list[Section]:
    """The sections down to ``depth``, each with the text of the deeper ones below it."""
    kept: list[Section] = []
    of: list[int] = []
    for section in sections:
        if section.level <= depth:
            of.append(len(kept))
            parent = None if section.parent is None else of[section.parent]
            kept.append(
                section.__class__(section.level, section.heading, section.lines, parent, section.line)
            )
            continue
        above = of[-1]
        of.append(above)
        head = Line(f"{'#' * section.level} {section.heading}")
        host = kept[above]
        lines = (*host.lines, head, *section.lines)
        kept[above] = Section(host.level, host.heading, lines, host.parent, host.line)
    return kept


def below_first_heading(text: str) -> str:
    """The text below the heading that it begins with."""
    sections = plantext.sections(text)
    lines = text.split("\n")
    end = sections[2].line if len(sections) > 2 else len(lines) + 1
    return "\n".join(lines[end - 1 - len(sections[1].lines) :])


def first_heading(text: str) -> str | None:
    """The heading of level 1 that a text begins with, comments and blank lines aside."""
    sections = plantext.sections(text)
    top = next((one for one in sections if one.level == 1 and one.heading), None)
    if top is None or (sections.index(top) > 1):
        return None
    return top.heading


def kind_of_heading(heading: str) -> str | None:
    """The kind that a heading of an agents' file names."""
    short = heading[: planhints.MAX_LINE]
    return next((kind for kind, pattern in _KINDS if pattern.search(short)), None)


def kind_of(part: Part, default: str = "fact") -> str:
    """The kind of a section: what its heading says, or one above it; else a rule where most of its bullets are rules."""
    for heading in (part.heading, *part.above[:-1]):
        if kind := kind_of_heading(heading):
            return kind
    texts = [part.text] if part.bullet else [item.text for item in _bullets(part.text)]
    rules = sum(_RULE.match(text) is not None for text in texts)
    return "convention" if texts and rules * 2 > len(texts) else default


def _bullets(text: str) -> list[Item]:
    return plantext.bullets([Line(line) for line in text.split("\n")])[1]
