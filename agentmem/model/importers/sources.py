"""The table of sources: what each reads, where it lies, and how it is told from the others."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from agentmem.model.importers.found import File, Found

Read = Callable[[Sequence[File]], Found]

CLINE = (
    "projectbrief.md",
    "productcontext.md",
    "activecontext.md",
    "systempatterns.md",
    "techcontext.md",
    "progress.md",
)
_DAY_FILE = re.compile(r"(?:.*/)?memory/\d{4}-\d\d-\d\d[^/]*\.md")
_ADR_FILE = re.compile(r"(?:adr[-_]?)?\d{2,8}[-_ ].*\.md", re.IGNORECASE)
_ADR_FOLDER = re.compile(r"(?:adrs?|decisions|architecture[-_]decisions|decision[-_]records)", re.IGNORECASE)
_PLAN_FOLDER = re.compile(r"(?:plans?|planning)", re.IGNORECASE)
BOX = re.compile(r"(?m)^\s*(?:[-*+]|\d{1,9}[.)])\s+\[[ xX]\]\s+\S")
"""What tells a list of work from a text about it."""


class Source(NamedTuple):
    """One source. ``takes`` says of a file's path, in small letters, whether it is one of this source's where a folder is read;
    ``places`` are where it lies in a repository; ``module`` is ``importers.<module>:<function>``.
    """

    name: str
    doc: str
    module: str
    takes: str
    places: tuple[str, ...] = ()


_MARKDOWN = r".*\.(?:md|markdown|mdx)"
_NO_MARKDOWN = r".*\.(?:jsonl|json|ndjson)"

ALL: tuple[Source, ...] = (
    Source("adr", "decision records, of adr-tools or MADR", "adr:read", _MARKDOWN,
           ("doc/adr", "docs/adr", "docs/adrs", "doc/adrs", "docs/decisions", "docs/architecture/decisions", "adr", "adrs")),
    Source("agents-md", "AGENTS.md, our own block left out", "agentfiles:read", r"(?:.*/)?agents(?:\.override)?\.md",
           ("AGENTS.md",)),
    Source("basic-memory", "basic-memory's notes: observations, relations", "wiki:basic_memory", _MARKDOWN, ("basic-memory",)),
    Source("beads", "beads' issues and memories as JSONL", "beads:read", r"(?:.*/)?(?:issues|beads)\.jsonl",
           (".beads/issues.jsonl", ".beads/beads.jsonl")),
    Source("claude-md", "CLAUDE.md", "agentfiles:read", r"(?:.*/)?claude(?:\.local)?\.md", ("CLAUDE.md", ".claude/CLAUDE.md")),
    Source("cline", "Cline's memory bank", "cline:read", _MARKDOWN, ("memory-bank", ".memory-bank", "cline_docs")),
    Source("git-log", "commit messages that give a reason, as proposals", "", r"\A(?!)"),
    Source("jsonl", "one memory a line", "", _NO_MARKDOWN),
    Source("markdown", "any markdown, by sections", "markdown:read", _MARKDOWN),
    Source("obsidian", "an Obsidian vault: links, tags, aliases", "wiki:obsidian", _MARKDOWN),
    Source("openclaw", "MEMORY.md, memory/ and bank/ with retain bullets", "openclaw:read",
           r"(?:.*/)?(?:memory\.md|(?:memory|bank)/.*\.md|\d{4}-\d\d-\d\d[^/]*\.md)", ("MEMORY.md", "memory", "bank")),
    Source("plan", "markdown plans, agents' logs, overviews", "", _MARKDOWN,
           ("plan", "plans", "docs/plan", "PLAN.md", "TODO.md")),
    Source("records", "subject, fact, citations, reason as JSON", "records:read", _NO_MARKDOWN),
    Source("serena", "Serena's memories", "markdown:serena", _MARKDOWN, (".serena/memories",)),
)  # fmt: skip
BY_NAME = {source.name: source for source in ALL}
NAMES = tuple(BY_NAME)

FIRST = ("plan", "cline", "beads", "adr", "serena", "openclaw", "claude-md", "agents-md", "basic-memory")
"""The order in which what was found is told: what says most of the work first."""


def takes(source: Source, path: str, folder: str = "") -> bool:
    """Whether a file in a folder, whose own name is ``folder``, is one of the source's."""
    names = (path, f"{folder}/{path}") if folder else (path,)
    return any(re.fullmatch(source.takes, name.lower(), re.DOTALL) for name in names)


def of_file(path: str, text: str) -> str | None:
    """The source that one file is of, by its name and the head of its text; None where nothing tells."""
    name = path.rpartition("/")[2]
    lower = name.lower()
    for source in ("claude-md", "agents-md"):
        if takes(BY_NAME[source], name):
            return source
    if lower.endswith((".jsonl", ".json", ".ndjson")):
        return _of_json(text)
    if not lower.endswith((".md", ".markdown", ".mdx")):
        return None
    if name == "MEMORY.md" or _DAY_FILE.fullmatch(path):
        return "openclaw"
    if "/.serena/memories/" in f"/{path}":
        return "serena"
    if _ADR_FILE.fullmatch(name) and _has_status(text):
        return "adr"
    return _of_notes([text]) or "markdown"


def of_folder(path: str, names: Collection[str], heads: Sequence[str]) -> str | None:
    """The source that a folder is of, by its name, the paths in it, and the heads of some of its texts."""
    folder = path.rstrip("/").rpartition("/")[2]
    lower = {name.lower() for name in names}
    if path.rstrip("/").endswith(".serena/memories") or (
        any(name.startswith("memories/") for name in lower) and folder == ".serena"
    ):
        return "serena"
    if sum(name in lower for name in CLINE) >= 2:
        return "cline"
    if folder == ".beads" or "issues.jsonl" in lower:
        return "beads"
    if any(name.startswith(".obsidian/") for name in lower):
        return "basic-memory" if _of_notes(heads) == "basic-memory" else "obsidian"
    if "memory.md" in lower or (
        any(re.match(r"\d{4}-\d\d-\d\d", name) for name in lower) and folder == "memory"
    ):
        return "openclaw"
    if folder == "bank" and ("opinions.md" in lower or any(name.startswith("entities/") for name in lower)):
        return "openclaw"
    records = sum(_ADR_FILE.fullmatch(name.rpartition("/")[2]) is not None for name in lower)
    texts = sum(name.endswith(".md") for name in lower)
    if records and (records * 2 > texts or _ADR_FOLDER.fullmatch(folder)) and any(map(_has_status, heads)):
        return "adr"
    if _PLAN_FOLDER.fullmatch(folder):
        return "plan"
    if not texts:
        return "jsonl" if any(name.endswith(".jsonl") for name in lower) else None
    return _of_notes(heads) or "markdown"


def _has_status(text: str) -> bool:
    return (
        re.search(
            r"(?mi)^(?:#+\s*(?:status|decision)\b|\s*[*+-]?\s*(?:\*\*)?status(?:\*\*)?\s*:|(?:status|decision)[ \t]*\n-{3,})",
            text,
        )
        is not None
    )


def _of_notes(texts: Sequence[str]) -> str | None:
    observed = sum(
        re.search(r"(?m)^\s*[-*] \[(?![ xX/-]\])[^\[\]()\n]{2,40}\] \S", text) is not None for text in texts
    )
    if observed and (observed * 3 >= len(texts) or any("permalink:" in text for text in texts)):
        return "basic-memory"
    linked = sum("[[" in text and "]]" in text for text in texts)
    return "obsidian" if linked * 3 >= len(texts) and linked else None


def _of_json(text: str) -> str | None:
    head = text.lstrip()[:20_000]
    if re.search(r'"(?:issue_type|depends_on_id)"\s*:', head) or re.search(
        r'"_type"\s*:\s*"(?:issue|memory)"', head
    ):
        return "beads"
    if re.search(r'"fact"\s*:', head):
        return "records"
    return "jsonl" if re.search(r'"title"\s*:', head) else None
