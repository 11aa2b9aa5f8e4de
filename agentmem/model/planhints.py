"""What the words of a plan file say about a record: its kind, time, role, phase and the paths it is about.

Only what the text states; where it says nothing, there is nothing.
"""

import re
from collections.abc import Iterable

from agentmem.model import times

MAX_NAMES = 8
"""Paths, and names, that one record gets from its text."""
MAX_LINE = 300
"""Characters of a line that are searched for words, so that a hostile line costs little."""

_split = re.compile(r"\S+").findall

ROLES = frozenset(
    _split(
        "ai analyst android api architect auth backend cli coder data database db design designer dev "
        "developer devops docs documentation frontend fullstack infra infrastructure integration ios "
        "lead llm ml mobile ops planner platform pm product qa release reviewer sdk security sre test "
        "tester testing ui ux web worker writer"
    )
)
_PLURAL = {"workers": "worker", "testers": "tester", "reviewers": "reviewer", "developers": "developer"}
_CAPITALS = {"devops": "DevOps", "graphql": "GraphQL", "ios": "iOS"} | {
    word: word.upper() for word in _split("ai api ci cd cli db llm ml qa sdk sre sso sql ui ux")
}

_DATE = (
    r"(\d{4}-\d\d-\d\d)(?:(?:[T ]|,? +at +|, +|\s+[-–—]\s+)(\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?"
    r"\s?(Z|UTC|[+-]\d\d:?\d\d)?(?!\d|:\d))?"
)
_STAMP_FIRST = re.compile(rf"[\[(*`]*{_DATE}(?![\w-])[\])*`]*\s*[:|–—-]*\s*")
_STAMP_LAST = re.compile(rf"\s*(?:[\[(]|[|@–—-]\s)\s*{_DATE}\s*[\])]?$")
_STAMP = re.compile(rf"{_DATE}(?![\w-])")
_CLOCK = re.compile(
    r"[\[(*`]*(\d\d:\d\d(?::\d\d)?)(?!\d|:\d)\s?(Z|UTC|[+-]\d\d:?\d\d)?[\])*`]*\s*[:|–—-]*\s*"
)
_NOT_CREATED = re.compile(r"\b(?:due|deadline|until|by|before|expires?|eta|target)\b", re.IGNORECASE)
DATE_KEYS = ("date", "created", "timestamp", "time", "when", "started")

_KINDS = (
    (
        "deadend",
        r"dead[ -]?ends?\b|\btried\b.*\b(?:not work|n['’]t work|fail)|did(?: not|n['’]t) work\b"
        r"|\bdon['’]ts\b|^don['’]?t\b|^do not\b",
    ),
    ("decision", r"\bdecisions?\b|\bdecided\b|\badrs?\b"),
    ("convention", r"\bconventions?\b|\brules$|^rules?(?=\s*(?::|$)|\s+(?:for|of|to|about|on|\d))|^always\b"),
    ("procedure", r"\bhow[ -]to\b|^(?!next\b)(?:\w+ )?steps\b(?! taken)|\brunbooks?\b|\bprocedures?\b"),
    ("reflection", r"\blearn(?:ed|t|ings?)\b|\blessons?\b|\bretro(?:spectives?)?\b|\breflections?\b"),
)
_KIND_OF = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_TEXT_KIND = (
    ("decision", re.compile(r"(?:decision\b\s*:|(?:we )?decided\b|adr\b)", re.IGNORECASE)),
    (
        "deadend",
        re.compile(
            r"(?:dead[ -]?end\b|(?:we |i )?tried\b.*\b(?:not work|n['’]t work|failed))", re.IGNORECASE
        ),
    ),
    ("reflection", re.compile(r"(?:learned|lessons? learned|retrospective)\b\s*:", re.IGNORECASE)),
)
_PREFIX = re.compile(
    r"(?:decisions?|decided|dead[ -]?ends?|conventions?|rules?|lessons?(?: learned)?|learned|how[ -]to|runbook)"
    r"\s*(?::|[–—-]\s)\s*",
    re.IGNORECASE,
)
_COLLECTION = re.compile(
    r"(?:\S+ ){0,3}(?:decisions|adrs|conventions|rules|dead[ -]?ends|don['’]ts|lessons|learnings|facts|notes)"
    r"(?: (?:learned|learnt|made|taken|so far|in force|to follow))?"
    r"|(?:what|things)(?: \S+){0,3} (?:did not|didn['’]t) work|facts ?(?:/|and|&) ?notes",
    re.IGNORECASE,
)

_PHASE = re.compile(r"\bphase[\s_-]*(\d+[a-z]?|[ivx]+)\b[\s_:.–—-]*", re.IGNORECASE)
_OTHER_PHASE = re.compile(r"\b(?:milestone|sprint|stage)[\s_-]*\d+", re.IGNORECASE)
_AGENT = re.compile(
    r"(?:role\s*:\s*)?([\w/+-]+(?: [\w/+-]+)?)[ _-]agents?(?:['’]s)?\b(?: (?:tasks?|work|log))?$",
    re.IGNORECASE,
)
_ROLE_GROUP = re.compile(r"\s*\(roles?\s*:[^()]*\)$", re.IGNORECASE)
_ROLE_HEADING = re.compile(r"roles?\s*:\s*([\w/+-]+(?: [\w/+-]+)?)\)?$", re.IGNORECASE)

_QUOTED = re.compile(r"(?<!`)`([^`\n]{2,200})`(?!`)")
_PATH = re.compile(r"(?:\./)?([\w.*@()\[\]+-]+(?:/[\w.*@()\[\]+-]+)*/?)(?::\d+(?:[-:]\d+)?|#[\w.$-]+)?")
_EXTENSION = re.compile(
    r"[^/]\.(?:c|cc|cfg|conf|cpp|cs|css|csv|cts|dart|env|ex|exs|go|gradle|graphql|h|hcl|hpp|html|ini|java|js|json|jsx|kt"
    r"|lock|lua|md|mdx|mjs|mts|php|pl|proto|ps1|py|pyi|r|rb|rs|rst|sass|scala|scss|sh|sql|svelte|swift|tf|toml|ts|tsx"
    r"|txt|vue|xml|yaml|yml|zig)$"
)
_TOP = frozenset(
    _split(
        "app apps api backend bin client cmd config db deploy docs e2e frontend infra internal lib libs "
        "migrations packages pkg plan public scripts server services src test tests tools web .github"
    )
)
_NO_PATH = re.compile(
    r"(?:feature|feat|fix|bugfix|hotfix|release|origin|upstream|refs|remotes|chore|@[^/]*|[^/]+\.(?:com|dev|io|net|org))/"
    r"|(?:node|vue|next|express|react|nuxt|three|d3|chart)\.js$",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z_]\w*)(\(\))?"
)


def stamp(text: str, day: str | None = None) -> tuple[str | None, str]:
    """The time that a heading or bullet states at its start or end, as ISO, and the text without it.

    A time of day alone is one where ``day``, an ISO time stated above it, gives the date.
    """
    match = _STAMP_FIRST.match(text)
    if match and (found := _iso(match[1], match[2], match[3])):
        return found, text[match.end() :].strip()
    if day and (clock := _CLOCK.match(text)) and (found := _iso(day[:10], clock[1], clock[2])):
        return found, text[clock.end() :].strip()
    match = None if _NOT_CREATED.search(text) else _STAMP_LAST.search(text, max(0, len(text) - 60))
    if match and (found := _iso(match[1], match[2], match[3])):
        return found, text[: match.start()].strip()
    return None, text


def moment(text: str) -> str | None:
    """The first time in ``text``, as ISO."""
    match = _STAMP.search(text)
    return _iso(match[1], match[2], match[3]) if match else None


def _iso(day: str, clock: str | None, zone: str | None) -> str | None:
    text = day + (f"T{clock}{'Z' if zone in ('UTC', 'Z') else zone or ''}" if clock else "")
    try:
        times.parse_iso(text)
    except ValueError:
        return None
    return text


def kinds(heading: str) -> list[str]:
    """The kinds that a heading's words name."""
    return [name for name, pattern in _KIND_OF if pattern.search(heading[:MAX_LINE])]


def kind(heading: str) -> str | None:
    """The first kind that a heading's words name."""
    return next(iter(kinds(heading)), None)


def leading_kind(heading: str) -> str | None:
    """The kind that a heading begins with: a log of work on *rules* or *decisions* is a log still."""
    return next((name for name, pattern in _KIND_OF if pattern.match(heading[:MAX_LINE])), None)


def kind_of_text(text: str) -> str | None:
    """The kind that the first line of a section's text says it is."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "").lstrip("-*+>_ ")[:MAX_LINE]
    return next((name for name, pattern in _TEXT_KIND if pattern.match(first)), None)


def is_collection(heading: str) -> bool:
    """Whether each bullet under ``heading`` is a memory of its own, as under *Decisions*."""
    return len(heading) < 80 and _COLLECTION.fullmatch(heading.strip(" :*_")) is not None


def unprefixed(heading: str) -> str:
    """``heading`` without the word that gave the kind, as in *Decision: …*."""
    match = _PREFIX.match(heading)
    return heading[match.end() :] if match and match.end() < len(heading) else heading


def role_word(text: str) -> str | None:
    """A role as one word: lower case, without *agent* and without a number at the end."""
    words = re.split(r"[\s_-]+", text.strip().strip("@*_`.").lower()[:MAX_LINE])
    words = [word for word in words if word not in ("agent", "agents", "the")]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    word = "-".join(word for word in words if word)
    return _PLURAL.get(word, word) if re.fullmatch(r"[\w/+-]{1,30}", word) and not word.isdigit() else None


def role_of_heading(heading: str) -> str | None:
    """The role that a heading or a phase names: *API agent*, *Role: QA*, or one word of ROLES among the others."""
    heading = heading[:MAX_LINE]
    match = _ROLE_HEADING.search(heading) or _AGENT.search(heading)
    if match:
        return role_word(match[1])
    words = [_PLURAL.get(word, word) for word in re.findall(r"[a-z0-9]+", heading.lower())]
    known = [word for word in dict.fromkeys(words) if word in ROLES]
    return known[0] if len(known) == 1 and len(words) <= 4 else None


def phase_of_heading(heading: str) -> tuple[str | None, str | None]:
    """The plan and the phase in a heading such as *Job queue: Phase 5A: API*."""
    heading = heading[:MAX_LINE]
    match = _PHASE.search(heading)
    if match:
        before = heading[: match.start()].strip(" :–—-|/")
        after = stamp(heading[match.end() :])[1].strip()
        after = _ROLE_GROUP.sub("", after)
        return before or None, f"{match[1].upper()} {after}".strip()
    return None, heading if _OTHER_PHASE.search(heading) else None


def phase_of_stem(stem: str) -> str | None:
    """The phase in a file's name: *phase-4a-database* is *4A Database*."""
    match = _PHASE.search(re.sub(r"_", "-", stem))
    if match is None:
        return None
    words = [word for word in re.split(r"[-_\s.]+", stem[match.end() :]) if word]
    shown = [_CAPITALS.get(word.lower(), word[:1].upper() + word[1:]) for word in words]
    return " ".join((match[1].upper(), *shown))


def paths(text: str) -> list[str]:
    """The repository paths that stand in back quotes in ``text``, at most MAX_NAMES, in order."""
    found = dict.fromkeys(path for word in _QUOTED.findall(text) if (path := _path(word)))
    return list(found)[:MAX_NAMES]


def _path(word: str) -> str | None:
    match = _PATH.fullmatch(word.strip())
    if match is None or ".." in match[1] or _NO_PATH.match(match[1]):
        return None
    path = match[1]
    slashes = path.rstrip("/").count("/")
    if _EXTENSION.search(path):
        return path
    like = slashes > 1 or "*" in path or path.endswith("/") or path.partition("/")[0] in _TOP
    return path.rstrip("/") if "/" in path and like and re.search(r"\w", path) else None


def names(text: str) -> list[str]:
    """The identifiers in back quotes in ``text``: *JobQueue*, *queue.claimNext*, *claimNext()*; at most MAX_NAMES."""
    found: dict[str, None] = {}
    for word in _QUOTED.findall(text):
        match = _NAME.fullmatch(word.strip())
        if match is None or _EXTENSION.search(match[1]):
            continue
        if match[2] or "." in match[1] or re.search("[a-z0-9][A-Z]", match[1]):
            found[match[1]] = None
    return list(found)[:MAX_NAMES]


def about(text: str) -> dict[str, object]:
    """The ``scope`` and ``entities`` that ``text`` names, each only where there are some."""
    found: Iterable[tuple[str, list[str]]] = (("scope", paths(text)), ("entities", names(text)))
    return {key: values for key, values in found if values}
