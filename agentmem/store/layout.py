"""Names and places inside a store."""

import re

from agentmem.model import hashing, ids, kinds, times
from agentmem.model.memory import Memory

NAME = ".agentmem"
MANAGER = "model.json"
"""The trained manager's file in the store."""
CONFIG = "config.toml"
TEMPORARY = ".tmp-"
MAX_SLUG = 40
OVERLAYS = "overlays"

_OVERLAYS = OVERLAYS + "/"
_ID = f"[{ids.ALPHABET}]{{{ids.LENGTH}}}"
_CHANGE = re.compile(rf"overlays/[^/]+/{_ID}\.{_ID}\.md")
_RECEIPT = re.compile(rf"overlays/[^/]+/promoted/{_ID}")
_NAMED = re.compile(rf"(?:^|[-/])({_ID})\.md$")
# compiled for who has an overlay
_PLAIN_BRANCH = r"(?!git/[0-9])[a-z0-9._/-]{1,60}"
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
)

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


def id_in_name(path: str) -> str | None:
    """The id that the file at ``path`` is named for; a word of twelve letters looks the same."""
    match = _NAMED.search(path)
    return match[1] if match else None


def is_kept(path: str) -> bool:
    """Whether a file at ``path`` below the store counts for a view: a memory, a change, a receipt."""
    return is_change(path) or is_receipt(path) if path.startswith(_OVERLAYS) else is_memory(path)


def is_change(path: str) -> bool:
    """Whether a file at ``path`` is a change: ``overlays/<branch>/<memory id>.<change id>.md``."""
    return _CHANGE.fullmatch(path) is not None


def is_misplaced(path: str) -> bool:
    """Whether a file at ``path`` was meant for a change and is named otherwise, so that no view takes it for one."""
    return (
        path.startswith(_OVERLAYS)
        and path.endswith(".md")
        and not is_change(path)
        and not path.rpartition("/")[2].startswith(TEMPORARY)
    )


def is_checked(path: str) -> bool:
    """Whether a file at ``path`` is a memory or a change, or was meant for one."""
    return is_memory(path) or is_change(path) or is_misplaced(path)


def is_receipt(path: str) -> bool:
    """Whether a file at ``path`` is a receipt: ``overlays/<branch>/promoted/<change id>``."""
    return _RECEIPT.fullmatch(path) is not None


def change_path(folder: str, memory: str, change: str) -> str:
    """Where a change of ``memory`` lies in the overlay ``folder``."""
    return f"{OVERLAYS}/{folder}/{memory}.{change}.md"


def receipt_path(folder: str, change: str) -> str:
    """Where the receipt of ``change`` lies in the overlay ``folder``."""
    return f"{OVERLAYS}/{folder}/promoted/{change}"


def names_of_change(path: str) -> tuple[str, str, str]:
    """``(overlay folder, memory id, change id)`` of a change's path."""
    _, folder, name = path.split("/")
    memory, change, _ = name.split(".")
    return folder, memory, change


def overlay_folder(branch: str) -> str:
    """The overlay folder of ``branch``: its name with ``~`` for ``/``, else, where that would be no name everywhere, a slug and
    50 bits of the name's SHA-256.

    What Windows reserves, what ends in a dot and ``git~1`` (an invalid path to git) are no names everywhere.
    """
    parts = branch.split("/")
    if re.fullmatch(_PLAIN_BRANCH, branch) and not any(
        part.endswith(".") or part.partition(".")[0] in _RESERVED for part in parts
    ):
        return branch.replace("/", "~")
    digest = hashing.sha256(branch.encode("utf-8", "surrogateescape"))
    return f"{slug(branch)}~~{ids.encode(int.from_bytes(digest[:8], 'big') >> 4)[:10]}"


def is_memory(path: str) -> bool:
    """Whether a file at ``path`` below the store is a memory: markdown in a kind's folder, not one being written."""
    return (
        path.endswith(".md")
        and kinds.of_path(path) is not None
        and not path.rpartition("/")[2].startswith(TEMPORARY)
    )
