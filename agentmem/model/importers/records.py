"""Records of a subject, a fact, its citations and the reason it was kept, as GitHub Copilot's memory has them."""

import re
from collections.abc import Sequence

from agentmem.model import plantext
from agentmem.model.importers import lines
from agentmem.model.importers.found import File, Found, kept, plain, record
from agentmem.model.plantext import Anchors

CITED = "cited"
"""The key under which a record names its places, as it was given: whoever knows the code makes citations of them."""

_KINDS = {
    "decision": "decision",
    "convention": "convention",
    "conventions": "convention",
    "coding_conventions": "convention",
    "preference": "convention",
    "user_preferences": "convention",
    "bootstrap_and_build": "procedure",
    "build": "procedure",
    "procedure": "procedure",
    "workflow": "procedure",
}
_PLACE = re.compile(
    r"`?([^\s`,;:#]+(?: [^\s`,;:#]+)*?\.?[^\s`,;:#]*)`?(?:(?::|#L?)L?(\d+)(?:(?:-|:|\.\.)L?(\d+))?)?`?"
)
_KEYS = ("subject", "fact", "citations", "reason")
_KNOWN = (*_KEYS, "id", "created_at", "created", "timestamp", "author", "by", "agent")


def read(files: Sequence[File]) -> Found:
    """A fact a record; its citations as places under ``cited``."""
    found = Found()
    anchors = Anchors("")
    for file in files:
        for line, value in lines.objects(file, found, "memories"):
            fact = value.get("fact")
            if not isinstance(fact, str) or not fact.strip():
                found.problem(file.path, line, "no fact")
                continue
            found.add(file.path, line, _made(file, line, value, fact, anchors, found))
    return found


def _made(
    file: File, line: int, value: dict[str, object], fact: str, anchors: Anchors, found: Found
) -> dict[str, object]:
    subject, reason = plain(value.get("subject")), value.get("reason")
    title, more = plantext.headline(fact)
    body = more if more != fact.strip() else fact.strip()
    if isinstance(reason, str) and reason.strip():
        body = f"{body}\n\nWhy it matters: {reason.strip()}".strip()
    own = plain(value.get("id"))
    name = own or anchors.take(f"{subject or ''} {fact}").lstrip("#")
    kind = _KINDS.get(re.sub(r"[\s-]+", "_", str(value.get("category") or "").lower()), "fact")
    time = next(
        (text for key in ("created_at", "created", "timestamp") if (text := plain(value.get(key)))), None
    )
    by = next((text for key in ("author", "by", "agent") if (text := plain(value.get(key)))), None)
    rest = kept(value, _KNOWN, "record")
    made = record(kind, title, body, name, time, by=by, tags=[subject] if subject else [], **rest)
    if places := _places(file, line, value.get("citations"), found):
        made[CITED] = places
    return made


def _places(file: File, line: int, given: object, found: Found) -> list[str]:
    if isinstance(given, str):
        given = [part for part in re.split(r"[,;\n]\s*", given) if part.strip()]
    if not isinstance(given, list):
        return []
    places: list[str] = []
    for one in given:
        if isinstance(one, dict):
            path, number = one.get("path") or one.get("file"), one.get("line") or one.get("lines")
            one = f"{path}:{number}" if path and number else path
        if isinstance(one, str) and one.strip():
            places.append(one.strip())
        else:
            found.problem(file.path, line, "a citation that is no text")
    return places


def place(text: str) -> tuple[str, int | None, int | None] | None:
    """``src/a.ts:12-20`` as path, first and last line; None where it names no path (*User input: …*)."""
    match = _PLACE.fullmatch(text.strip())
    if match is None or not (match[2] or re.search(r"[/.]", match[1])) or match[1].endswith("."):
        return None
    first = int(match[2]) if match[2] else None
    return match[1].removeprefix("./"), first, int(match[3]) if match[3] else first
