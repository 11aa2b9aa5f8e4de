"""The keys that front matter may have: one table, from which parsing, editing, the schema and the docs are made."""

from enum import StrEnum
from typing import NamedTuple

CONFLICTS = "conflicts"
"""The key by which a merge names what both sides have changed: a list of ``{field, values}``."""


class Type(StrEnum):
    """How a key's value is read: always from the text as written, never by YAML's own guessing of types."""

    ID = "id"
    TEXT = "text"
    TIME = "time"
    LIST = "list"
    IDS = "ids"
    NUMBER = "number"
    FLAG = "flag"
    CITES = "cites"


class Field(NamedTuple):
    """One key. ``kinds`` empty: any kind may have it. ``low``/``high`` bound a number."""

    name: str
    type: Type
    doc: str
    kinds: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


ALL: tuple[Field, ...] = (
    Field("id", Type.ID, "12 characters of Crockford base32"),
    Field("kind", Type.TEXT, "what sort of memory this is"),
    Field("title", Type.TEXT, "the memory in one line"),
    Field("status", Type.TEXT, "absent means active", choices=("proposed", "active", "retracted")),
    Field("retracted", Type.TEXT, "why it was retracted"),
    Field("created", Type.TIME, "when it was written, UTC"),
    Field("expires", Type.TIME, "from when on it is out, UTC"),
    Field("by", Type.TEXT, "the agent or person who wrote it"),
    Field("role", Type.TEXT, "the role of who wrote it; of a task: who should do it"),
    Field("branch", Type.TEXT, "the branch it was written on; absent on trunk"),
    Field("tags", Type.LIST, "words to find it by"),
    Field("entities", Type.LIST, "the modules, services, tables, concepts it is about"),
    Field("aliases", Type.LIST, "other names", kinds=("entity",)),
    Field("scope", Type.LIST, "globs of the paths it is about, or that a task will touch"),
    Field("cites", Type.CITES, "evidence: places in the code with the text they had"),
    Field("supersedes", Type.IDS, "the memories that this one replaces"),
    Field("sources", Type.IDS, "the memories that this one was made from"),
    Field("related", Type.IDS, "other memories to read with it"),
    Field("source", Type.TEXT, "what imported it"),
    Field("source_id", Type.TEXT, "its id where it was imported from"),
    Field("importance", Type.NUMBER, "1 to 5; absent means 3", low=1, high=5),
    Field("pin", Type.FLAG, "never forgotten, ranked up"),
    Field("plan", Type.TEXT, "the plan it belongs to", kinds=("task", "log")),
    Field("phase", Type.TEXT, "the phase of the plan", kinds=("task", "log")),
    Field("needs", Type.IDS, "tasks that come first", kinds=("task",)),
    Field("priority", Type.NUMBER, "1 is the most urgent", kinds=("task",), low=0, high=9),
    Field("owner", Type.TEXT, "who answers for it", kinds=("plan", "task")),
    Field("closes", Type.IDS, "tasks that this entry closes", kinds=("log",)),
    Field("reopens", Type.IDS, "tasks that this entry reopens", kinds=("log",)),
)
BY_NAME = {field.name: field for field in ALL}

CITE_KEYS = ("path", "symbol", "lines", "commit", "hash", "quote")


def items_of(text: str) -> list[str]:
    """The items of a list as people type it: ``a, b``, or as the front matter has it, ``[a, 'b']``."""
    plain = text.strip()
    if plain.startswith("[") and plain.endswith("]"):
        return [item.strip("'\"") for item in items_of(plain[1:-1])]
    return [item for part in plain.split(",") if (item := part.strip())]
