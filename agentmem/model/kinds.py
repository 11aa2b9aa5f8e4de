"""The kinds of memory: folder, half-life, what each is for."""

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind. ``half_life`` is in days; None means that age does not count against it."""

    name: str
    folder: str
    half_life: float | None
    purpose: str
    wants_evidence: bool = False


ALL: tuple[Kind, ...] = (
    Kind("fact", "facts", 30, "what is true of the code or its environment", wants_evidence=True),
    Kind("decision", "decisions", None, "a choice and its reason"),
    Kind("convention", "conventions", None, "a rule that everyone follows"),
    Kind("procedure", "procedures", None, "how to do a thing that recurs"),
    Kind("deadend", "deadends", None, "what was tried, and why it did not work"),
    Kind("reflection", "reflections", 90, "what a stretch of work taught"),
    Kind("entity", "entities", None, "the page of one module, service, table, concept"),
    Kind("plan", "plans", None, "a goal, its phases, its owner"),
    Kind("task", "tasks", None, "one piece of work"),
    Kind("log", "log", 7, "a record of what happened; one file an entry, never edited"),
)
BY_NAME = {kind.name: kind for kind in ALL}
BY_FOLDER = {kind.folder: kind for kind in ALL}
NAMES = tuple(BY_NAME)
NUMBER = {name: number for number, name in enumerate(NAMES)}


def of_path(path: str) -> Kind | None:
    """The kind whose folder holds ``path``, a path below the store; None where no kind's folder does."""
    head, slash, _ = path.partition("/")
    return BY_FOLDER.get(head) if slash else None
