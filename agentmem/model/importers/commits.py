"""``git log`` as memories: reverts that say why, choices that give their reason, causes that a fix found.

Few and exact: a message that gives no reason in words gives nothing. What a program reads out of a message is a proposal.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agentmem.model import plantext
from agentmem.model.importers.found import Record

FILES = 8
"""Paths of a commit that become its scope; of more, the folders they share."""
MANY = 25
"""Paths of a commit from which on it is more than one choice."""
CITED = 3
SHORTEST = 40
"""Characters of an explanation below which it explains nothing."""
LONGEST = 6000
"""Characters of a message that are kept."""

_TRAILER = re.compile(
    r"(?:[A-Z][\w]*(?:-[\w]+)+|Fixes|Closes|Refs?|See|Bug|Issue|Cc|Link|Resolves|Fix|Task|PR-URL)(?::|\s#)\s*\S.*",
    re.IGNORECASE,
)
_GENERATED = re.compile(
    r"(?:🤖 )?Generated (?:with|by) .*|\(cherry picked from commit .*\)|git-svn-id: .*", re.IGNORECASE
)
_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,64})\b")
_REVERT = re.compile(
    r"(?:\w+(?:\([^)]*\))?!?:\s*)?Revert(?:ed|s|ing)?:?\s+[\"“']?(.*?)[\"”']?(?:\s*\(#\d+\))?", re.IGNORECASE
)
_AGAIN = re.compile(r"(?:Revert\s+[\"“']Revert\b|Re-?apply\b|Re-?land\b)", re.IGNORECASE)
_AGAIN_WORDS = re.compile(r"(?:Revert\s+[\"“']Revert\s+|Re-?apply\s+|Re-?land:?\s+)", re.IGNORECASE)
_PARTLY = re.compile(r"\bpartial", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"This reverts commit [0-9a-f]{7,64}(?:,? reversing\s+changes made to [0-9a-f]{7,64})?[.,;:]?"
    r"|Reverts [\w./-]+#\d+\.?",
    re.IGNORECASE,
)
_CONVENTIONAL = re.compile(r"(\w+)(?:\(([^)]+)\))?(!)?:\s+(?=\S)")
_NOISE = re.compile(
    r"(?:merge|wip|fixup!|squash!|amend!|bump|release|version|update changelog|changelog|typos?|format|lint|style|chore\(deps\)"
    r"|build\(deps\)|dependabot|initial commit|start task|claim|lock|unlock|remove (?:stale )?(?:task )?lock)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"(?:use|uses|switch(?:es)?|replaces?|adopts?|moves?|drops?|prefers?|choose|keeps?|stores?|stops?|migrates?|pins?"
    r"|disables?|enables?|avoids?|requires?|limits?|defaults?|don['’]t|do not|never|always|no longer|allows?|forbids?"
    r"|go(?:es)? back|treats?|trusts?|rejects?|refuses?|lets?|deprecates?|make|set|raises?|lowers?|defers?)\b",
    re.IGNORECASE,
)
_FIXES = re.compile(
    r"(?:fix(?:e[sd])?|bug ?fix|hotfix|repairs?|corrects?|prevents?|guards?|handles?|resolves?)\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"(?:add(?:s|ed)?|implement(?:s|ed)?|introduces?|extracts?|supports?|creates?|updates?|improves?|optimi[sz]es?|refactors?|renames?"
    r"|clean(?:s|up)?|tests?|documents?|writes?|ports?|removes?|splits?|merges?|rewrites?|simplif(?:y|ies)|reduces?|speeds?|complete"
    r"|finish|tune|extend|expand|rework|reorgani[sz]e|restructure|tidy|polish|wire|enhance|generate|include|expose|convert|inline"
    r"|eliminate|consolidate|deduplicate|unify|redesign|initial|address|apply|perform|skip|cache|detect|track|emit|parse|export|import"
    r"|tests?:|readme|docs?|changelog|benchmarks?|figures|transcripts?)\b",
    re.IGNORECASE,
)
"""What a subject begins with that says what was done; others say what holds from now on."""
_FIXED = re.compile(r"fix(?:e[sd])?:?\s+(?=\S)", re.IGNORECASE)
_REASON = re.compile(
    r"\bbecause\b(?! of (?:this|that)\b)|\binstead of\b|\brather than\b|\bso that\b|\bin fav(?:ou)?r of\b|\bas opposed to\b"
    r"|\bto avoid\b|\bthe reason\b|\breason(?:s)? (?:is|was|being|are)\b|\botherwise\b|\bdue to\b"
    r"|\bsince (?:it|we|the|they|this|that|there)\b"
    r"|\bwould (?:have|otherwise|break|fail|lose|leak|deadlock|need|cost)\b|\bturn(?:s|ed) out\b"
    r"|\btrade-?off\b|\bwhich (?:is|was) why\b"
    r"|\bwithout (?:this|it)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\bbecause\b|\broot cause\b|\bthe (?:cause|problem|bug|issue|culprit|trouble) (?:is|was)\b|\b(?:bug|problem|cause):"
    r"|\bcaused by\b"
    r"|\bturn(?:s|ed) out\b|\bdue to\b|\bhappen(?:s|ed) (?:when|if)\b|\bled to\b|\b(?:this|which) caused\b"
    r"|\bsince (?:it|we|the|they)\b|\bdid(?:n['’]t| not) (?:check|account|handle|know|see|apply|call|hold|take|wait)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r",.*\band\b|;|:.*,|\band\b.*\band\b|\b(?:several|various|multiple|many|misc\w*|issues|bugs|problems)\b",
    re.IGNORECASE,
)
_MANY_THINGS = re.compile(
    r"\b(?:two|three|four|five|six|several|multiple|many) (?:[\w-]+ ){0,4}(?:fixes|bugs|issues|problems)\b",
    re.IGNORECASE,
)
_MINOR = ("docs", "test", "tests", "style", "ci", "chore", "build")
_AGAINST = re.compile(r"\b(?:instead of|rather than|in fav(?:ou)?r of|not)\b", re.IGNORECASE)
_PLAIN_REASON = re.compile(
    r"\b(?:instead of|rather than|because|so that|to avoid|in place of|otherwise)\b", re.IGNORECASE
)
_BECAUSE = re.compile(r"\b(?:because|so that|to avoid|otherwise)\b", re.IGNORECASE)
_BREAKING = re.compile(r"(?m)^BREAKING[ -]CHANGE:\s*(\S.*(?:\n(?!\n|[A-Z][\w-]+: ).*)*)")
_LIST_LINE = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")


class Commit(NamedTuple):
    """One commit: ``time`` is the author's, as ISO; ``paths`` are the files it changed, from the repository's top."""

    id: str
    author: str
    time: str
    message: str
    paths: tuple[str, ...] = ()


def read(commits: Sequence[Commit]) -> list[Record]:
    """The proposals that ``commits``, the newest first, give, in their order; what was reverted gives none, be it a revert."""
    reverted = _reverted(commits)
    made = (_record(commit) for place, commit in enumerate(commits) if place not in reverted)
    return [record for record in made if record is not None]


def _reverted(commits: Sequence[Commit]) -> set[int]:
    """The places of the commits that a later one took back, where that one was not itself taken back."""
    said = [_Said(commit) for commit in commits]
    found: set[int] = set()
    for place, one in enumerate(said):
        if place in found or not one.takes_back:
            continue
        older = range(place + 1, len(said))
        if one.again:
            named = [at for at in older if said[at].what and one.names(commits[at].id, *said[at].named)]
            alike = [at for at in older if one.what and said[at].what == one.what]
        else:
            named = [at for at in older if one.names(commits[at].id)]
            alike = [at for at in older if one.what and said[at].subject == one.what]
        found.update(named or alike[:1])
    return found


class _Said:
    """What a message says of others: the commits that it ``named`` as taken back, ``what`` subject it quotes, and whether it is a
    revert that it takes back, to have ``what`` ``again``.
    """

    def __init__(self, commit: Commit) -> None:
        line = commit.message.strip().split("\n", 1)[0].strip()
        self.subject = _plain(line)
        self.named = _REVERTS.findall(commit.message) if not _PARTLY.search(line) else []
        self.again = bool(_AGAIN.match(line))
        match = None if self.again else _REVERT.fullmatch(line)
        self.what = (
            _plain(_AGAIN_WORDS.sub("", line, count=1)) if self.again else _plain(match[1]) if match else ""
        )
        self.takes_back = bool(self.named or self.what)

    def names(self, *commits: str) -> bool:
        """Whether it named one of ``commits``, each by as much as either has of its id."""
        return any(id.startswith(name) or name.startswith(id) for name in self.named for id in commits)


def _plain(subject: str) -> str:
    return re.sub(r"\s*\(#\d+\)", "", subject).strip(" \"“”'.").casefold()


def _record(commit: Commit) -> Record | None:
    subject, _, rest = commit.message[:LONGEST].strip().partition("\n")
    subject = subject.strip()
    body = _without_trailers(rest)
    if not subject or _AGAIN.match(subject):
        return None
    if (match := _REVERT.fullmatch(subject)) and match[1]:
        return _revert(commit, match[1], body)
    if _NOISE.match(subject):
        return None
    conventional = _CONVENTIONAL.match(subject)
    title = subject[conventional.end() :] if conventional else subject
    area = conventional[2] if conventional else None
    breaking = _BREAKING.search(rest)
    prose = _prose(body)
    if len(prose) < SHORTEST or len(commit.paths) > MANY:
        return None
    fix = bool(_FIXES.match(title)) or (
        conventional is not None and conventional[1].lower() in ("fix", "hotfix", "bugfix")
    )
    reasons = [sentence for sentence in _sentences(prose) if (_CAUSE if fix else _REASON).search(sentence)]
    if fix:
        # a list of mended things has a cause for each, and no one thing to say
        if not reasons or _SEVERAL.search(title) or _MANY_THINGS.search(prose):
            return None
        return _made(commit, "fact", f"Fixed: {_FIXED.sub('', _title(title))}", body, area)
    if breaking or (conventional is not None and conventional[3]):
        return _made(commit, "decision", _title(title), body, area)
    plainly = bool(_PLAIN_REASON.search(prose))
    gives = any(_BECAUSE.search(sentence) for sentence in reasons)
    chosen = bool(_CHOICE.match(title)) or bool(_AGAINST.search(title)) or (gives and not _WORK.match(title))
    if conventional is not None and conventional[1].lower() in _MINOR:
        chosen = chosen and plainly
    return _made(commit, "decision", _title(title), body, area) if chosen and reasons else None


def _revert(commit: Commit, what: str, body: str) -> Record | None:
    reason = _BOILERPLATE.sub("", body).strip(" .\n")
    if len(_prose(reason)) < SHORTEST // 2 or not re.search(r"\w+\W+\w+\W+\w+", reason):
        return None
    named = [match[:12] for match in _REVERTS.findall(commit.message)]
    conventional = _CONVENTIONAL.match(what)
    title = what[conventional.end() :] if conventional else what
    made = _made(
        commit, "deadend", f"Reverted: {_title(title)}", reason, conventional[2] if conventional else None
    )
    if named:
        made["reverts"] = named[0]
    return made


def _title(title: str) -> str:
    return re.sub(r"\s*\(#\d+\)\s*$", "", title).rstrip(".").strip(" :")


def _made(commit: Commit, kind: str, title: str, body: str, area: str | None) -> Record:
    whole = " ".join(title.split())
    shown = whole if len(whole) <= plantext.MAX_TITLE * 2 else plantext.headline(whole)[0]
    shown = shown[:1].upper() + shown[1:]
    code = [path for path in commit.paths if not path.startswith(".agentmem/")]
    cites = [{"path": path} for path in code[:CITED]] if len(code) <= FILES else []
    made: Record = {
        "kind": kind,
        "title": shown,
        "body": body,
        "status": "proposed",
        "created": commit.time,
        "by": commit.author,
        "scope": scope(code),
        "tags": [area] if area and re.fullmatch(r"[\w./ -]{1,30}", area) else [],
        "source_id": commit.id,
        "cites": cites,
    }
    return {key: value for key, value in made.items() if key == "body" or value}


def scope(paths: Sequence[str]) -> list[str]:
    """The files, where they are few, else the folders two levels deep that hold them, else nothing."""
    if len(paths) <= FILES:
        return list(paths)
    folders = list(dict.fromkeys("/".join(path.split("/")[:-1][:3]) for path in paths))
    return [f"{folder}/**" for folder in folders] if all(folders) and len(folders) <= FILES else []


def _without_trailers(text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    while paragraphs:
        lines = [line for line in paragraphs[-1].split("\n") if line.strip()]
        if lines and not all(
            _TRAILER.fullmatch(line.strip()) or _GENERATED.fullmatch(line.strip()) for line in lines
        ):
            break
        paragraphs.pop()
    kept = [line for line in "\n\n".join(paragraphs).split("\n") if not _GENERATED.fullmatch(line.strip())]
    return "\n".join(kept).strip("\n").rstrip()


def _prose(text: str) -> str:
    """The running text of a message, a paragraph a line: no code, no tables, no lists, which say what and not why."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", plantext.uncoded(text)):
        lines = []
        for line in paragraph.split("\n"):
            if _LIST_LINE.match(line):
                break
            if not line.startswith(("    ", "\t", ">", "|")):
                lines.append(line.strip())
        paragraphs.append(" ".join(lines))
    return "\n".join(paragraph for paragraph in paragraphs if paragraph).strip()


def _sentences(prose: str) -> list[str]:
    return [part for line in prose.split("\n") for part in _SENTENCE_END.split(line) if part.strip()]
