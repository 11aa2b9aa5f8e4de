"""Names and places inside a store."""

import re

from agentmem.model import kinds, times
from agentmem.model.memory import Memory

NAME = ".agentmem"
CONFIG = "config.toml"
TEMPORARY = ".tmp-"
MAX_SLUG = 40

GITIGNORE = "!*\n.tmp-*\n"
GITATTRIBUTES = (
    "*.md -text -filter -ident -working-tree-encoding merge=agentmem\n"
    "log/** linguist-generated\n"
    "overlays/*/promoted/** linguist-generated\n"
)


def slug(title: str) -> str:
    """``title`` as an ASCII file-name part: lower case, words joined by dashes, cut at a word to at most 40 characters."""
    ascii_title = title.lower()
    if not title.isascii():
        import unicodedata

        ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    words = re.findall(r"[a-z0-9]+", ascii_title)
    text = ""
    for word in words:
        longer = f"{text}-{word}" if text else word[:MAX_SLUG]
        if len(longer) > MAX_SLUG:
            break
        text = longer
    return text


def new_path(memory: Memory) -> str:
    """The path below the store of a memory that is written for the first time."""
    stem = slug(memory.title)
    folder = kinds.BY_NAME[memory.kind].folder
    if memory.kind == "log":
        month = times.format_iso(memory.created)[:7] if memory.created is not None else "undated"
        folder = f"{folder}/{month}"
    return f"{folder}/{stem}-{memory.id}.md" if stem else f"{folder}/{memory.id}.md"


def is_memory(path: str) -> bool:
    """Whether a file at ``path`` below the store is a memory: markdown in a kind's folder, not one being written."""
    return (
        path.endswith(".md")
        and kinds.of_path(path) is not None
        and not path.rpartition("/")[2].startswith(TEMPORARY)
    )
