"""``CLAUDE.md`` and ``AGENTS.md``: what agents are told of a project, a section or a rule a memory."""

import re
from collections.abc import Sequence

from agentmem.model.importers import prose
from agentmem.model.importers.found import File, Found, note, without_own_block

_IMPORT = re.compile(r"(?<![\w`@])@((?:~/|\.{0,2}/)?[\w./-]*[\w-]\.\w{1,8}|(?:~/|\.{1,2}/)[\w./-]+)")
_PREAMBLE = re.compile(
    r"This file provides guidance to [^\n]{3,60}\n?[^\n]{0,60} when working with code in this repository\.?"
)
_FENCED = re.compile(r"(?ms)^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1|\Z)")
_CODE = re.compile(r"`[^`\n]*`")
_TITLES = re.compile(
    r"(?:claude|agents?)(?:\.local|\.override)?(?:\.md)?|(?:repository|project|agent|ai|coding|development)? ?(?:agents? )?"
    r"(?:guidelines|instructions|guide|rules|memory)|.*\b(?:guidelines|instructions|guide) for .*agents?.*",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:claude|agents)(?:\.local|\.override)?\.md", re.IGNORECASE)
_ALONE = re.compile(r"\s*(?:[-*+]\s+)?@[\w./~-]+\s*")


def read(files: Sequence[File]) -> Found:
    """The records of such files; one below the top is about its folder. Imports (``@path``) are told, not followed."""
    found = Found()
    there = {file.path for file in files}
    for file in files:
        _read(file._replace(text=without_own_block(file.text)), there, found)
    return found


def _read(file: File, there: set[str], found: Found) -> None:
    whole = note(file, found)
    if match := _PREAMBLE.search(whole.body):
        # what the tool itself writes at the head of such a file
        whole = whole._replace(body=whole.body.replace(match[0], "\n" * match[0].count("\n"), 1))
    _tell_imports(file, there, found)
    folder = file.folder if _NAMED.fullmatch(file.path.rpartition("/")[2]) else ""
    if folder.startswith((".claude", ".github")) or "/." in folder:
        folder = ""
    heading = prose.first_heading(whole.body)
    told = heading if heading and not _TITLES.fullmatch(heading) else None
    title = "" if folder else told or ""
    reader = prose.Reader(file, whole, found, title=title, name="")
    start = len(found.records)
    scope = [f"{folder}/**"] if folder else []
    reader.read(prose.kind_of, prefix=f"{folder}: " if folder else "", shared={"scope": scope})
    # a section that only names another file is told, and says nothing itself
    taken = found.records[start:]
    found.records[start:] = [one for one in taken if not _is_import(str(one.record["body"]))]


def _is_import(body: str) -> bool:
    lines = [line for line in body.split("\n") if line.strip()]
    return bool(lines) and all(_ALONE.fullmatch(line) for line in lines)


def _tell_imports(file: File, there: set[str], found: Found) -> None:
    text = _FENCED.sub(lambda match: "\n" * match[0].count("\n"), file.text)
    inside: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for match in _IMPORT.finditer(_CODE.sub("", line)):
            path = _resolved(file.folder, match[1])
            if path is None:
                found.problem(
                    file.path, number, f"imports @{match[1]}, which is outside the repository: not taken"
                )
            elif path not in there:
                inside.setdefault(path, number)
    if inside:
        files = " ".join(path if re.fullmatch(r"[\w./-]+", path) else f"'{path}'" for path in inside)
        reason = f"imports that are not followed: agentmem import claude-md {files}"
        found.problem(file.path, next(iter(inside.values())), reason)


def _resolved(folder: str, path: str) -> str | None:
    """A path in the file as the repository names it; None where it leads out."""
    if path.startswith(("~", "/")):
        return None
    parts = folder.split("/") if folder else []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
