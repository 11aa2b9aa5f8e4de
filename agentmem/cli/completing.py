"""What the word at the cursor can become: verbs, options, kinds, tags, branches, ids, agents; for the shells' completion.

The shells only pass words and show what comes; all that is known of a repository is asked for here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agentmem.cli import quick
from agentmem.cli.grammar import VERBS
from agentmem.cli.quick import FLAG, MANY, Verb

if TYPE_CHECKING:
    from agentmem.actions.context import Context

FILES = ":files"
"""Said in place of all else where a path is wanted: shells know those better."""
MOST = 200
"""Ids that are offered."""
WIDTH = 60
"""Characters of a description."""

Offer = tuple[str, str]
"""A word, and what it is."""

ACTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("overlay", "action"): ("list", "show", "diff", "promote", "adopt", "sweep"),
    ("task", "action"): ("add", "list"),
    ("plan", "action"): ("show",),
    ("index", "action"): ("status", "rebuild", "embed"),
    ("model", "action"): ("show", "train", "evaluate"),
    ("hooks", "action"): ("status", "install", "uninstall"),
    ("completion", "shell"): ("bash", "zsh", "fish"),
}
FORMATS = {"check": ("text", "json", "github", "sarif", "junit", "md")}
PATHS = frozenset(
    ("file", "cite", "scope", "store", "directory", "labels", "batch", "paths", "plugin", "worktree")
)
REVISIONS = frozenset(("at", "since", "until", "branch", "diff_from", "revisions", "range"))
TASKS = ("claim", "done", "fail", "handoff")
IDS = frozenset(("id", "ids", "by", "supersedes", "used", "misled", "reference", "memory"))
NAMED = {"tag": ("tag",), "entity": ("entity", "alias"), "role": ("role",), "agent": ("author",)}


def offers(context: Context, words: list[str]) -> list[Offer]:
    """What the last of ``words`` (those after ``agentmem``, it may be empty) can become, each with what it is."""
    words, current, prefix = _current(words)
    verb, name, option, values = _place(words)
    if option is not None:
        found = _of(context, name, option, current)
    elif current.startswith("-"):
        found = _options(verb, current)
    elif not name:
        found = [(key, one.help) for key, one in VERBS.items() if key not in _hidden()]
        found.append(("help", "what there is to do: people, ci, all"))
    elif verb is None:
        found = [(topic, "") for topic in ("people", "ci", "all") if name == "help"]
    else:
        found = _of(context, name, _argument(verb, values), current)
    if found and found[0][0] == FILES:
        return found
    return [
        (prefix + value, " ".join(said.split())[:WIDTH]) for value, said in found if value.startswith(current)
    ]


def _current(words: list[str]) -> tuple[list[str], str, str]:
    """The words before the last, the part of it that is completed, and what stands before that part.

    Bash takes ``=`` for a word of its own, the other shells leave ``--kind=dec`` whole.
    """
    words = list(words) or [""]
    if words[-1] == "=":
        words.append("")
    if len(words) > 2 and words[-2] == "=":
        return words[:-2], words[-1], ""
    head, equals, tail = words[-1].partition("=")
    if equals and head.startswith("--"):
        return [*words[:-1], head], tail, f"{head}="
    return words[:-1], words[-1], ""


def _place(words: list[str]) -> tuple[Verb | None, str, str | None, list[str]]:
    """The verb and its name, the parameter whose value comes next (None: none does), and the positional words so far."""
    verb: Verb | None = None
    name, wanted = "", None
    values: list[str] = []
    for word in words:
        if wanted is not None:
            wanted = None
            continue
        options = {**quick.GLOBALS, **(verb.options if verb else {})}
        if word in options:
            parameter, form = options[word]
            wanted = None if form == FLAG else parameter
        elif word.startswith("-"):
            continue
        elif not name:
            name, verb = word, VERBS.get(word)
        else:
            values.append(word)
    return verb, name, wanted, values


def _argument(verb: Verb, values: list[str]) -> str:
    """The name of the positional argument that comes next; empty where none does."""
    arguments = verb.arguments
    for place, (name, form, _) in enumerate(arguments):
        if form == MANY or place >= len(values):
            return name
    return ""


def _options(verb: Verb | None, current: str) -> list[Offer]:
    options = {**quick.GLOBALS, **(verb.options if verb else {}), "--help": ("help", FLAG)}
    return [(flag, "") for flag in sorted(options) if flag.startswith("--") or current == "-"]


def _of(context: Context, verb: str, parameter: str, current: str) -> list[Offer]:
    """The values of one parameter of a verb."""
    from agentmem.model import kinds, lifecycle

    if (verb, parameter) in ACTIONS:
        return [(word, "") for word in ACTIONS[verb, parameter]]
    if (verb, parameter) == ("import", "source"):
        from agentmem.model.importers import sources

        return [(word, "") for word in sources.NAMES]
    if (verb, parameter) == ("export", "format"):
        return [(word, "") for word in ("jsonl", "sqlite", "agents-md", "madr", "dot", "mermaid", "schema")]
    if parameter == "kind":
        return [(kind.name, kind.purpose) for kind in kinds.ALL]
    if parameter == "status":
        return [(status, "") for status in lifecycle.ALL]
    if parameter == "format":
        return [(word, "") for word in FORMATS.get(verb, ("text", "md", "json", "jsonl", "ids"))]
    if parameter == "color":
        return [(word, "") for word in ("auto", "always", "never")]
    if (verb, parameter) == ("init", "agent"):
        from agentmem.model.outfits import AGENTS

        return [(word, "") for word in AGENTS]
    if (verb, parameter) == ("check", "only"):
        from agentmem.checks import rules

        return [(rule.id, "") for rule in rules.RULES]
    if parameter in PATHS:
        return [(FILES, "")]
    if parameter in REVISIONS:
        return _revisions(context)
    if parameter == "by" and verb != "supersede":  # who wrote it; there it is what takes its place
        return _named(context, ("author",))
    if parameter in IDS or (verb == "show" and parameter in ("names", "ids")):
        found = _ids(context, current, verb in TASKS)
        return found + (_named(context, ("entity",)) if verb == "show" else [])
    if parameter in NAMED:
        return _named(context, NAMED[parameter])
    return []


def _hidden() -> tuple[str, ...]:
    from agentmem.output.screens import NOT_LISTED

    return NOT_LISTED


def _revisions(context: Context) -> list[Offer]:
    from agentmem.git import process

    format = "--format=%(refname:short)"
    said = process.run(context.directory, "for-each-ref", format, "refs/heads", "refs/remotes", "refs/tags")
    return [(name, "") for name in said.out.decode("utf-8", "replace").splitlines()]


def _named(context: Context, keys: Iterable[str]) -> list[Offer]:
    view = context.index.view()
    found = {
        value
        for key in keys
        for value, row in context.index.knowledge.all_named(key)
        if row in view.positions and value.isprintable()
    }
    return [(value, "") for value in sorted(found)]


def _ids(context: Context, current: str, tasks: bool) -> list[Offer]:
    """Ids by their start, the newest first, each with its kind and title."""
    from agentmem.actions import selecting

    view = context.index.view()
    identities, shorts = view.columns.ids, view.shorts
    fitting = [
        place
        for place in view.newest_first(view.in_force())
        if identities[place].startswith(current.lower()) and (not tasks or view.kind(place) == "task")
    ][:MOST]
    return [
        (
            current if len(current) > len(shorts[one.memory.id]) else shorts[one.memory.id],
            f"{one.memory.kind} {one.memory.title}",
        )
        for one in selecting.fetch(context.index, view, fitting)
    ]
