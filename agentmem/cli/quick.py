"""The quick way in: the typer commands' own grammar, kept as a table, parsed in microseconds.

Typer's import costs 56 ms, four times an empty Python; a command that is written correctly does not need it. What this
parser does not understand (help, completion, any mistake) goes to typer, which has the last word. ``grammar.py`` is
generated from the typer commands (``make generate``), and a property test holds both parsers to the same results.
"""

from typing import NamedTuple

from agentmem.errors import UsageError

FLAG, ONE, NUMBER, MANY = "flag", "one", "number", "many"
GLOBALS = {
    "-C": ("directory", ONE),
    "--store": ("store", ONE),
    "--json": ("json", FLAG),
    "--color": ("color", ONE),
    "-q": ("quiet", FLAG),
    "--quiet": ("quiet", FLAG),
    "-v": ("verbose", FLAG),
    "--verbose": ("verbose", FLAG),
    "--agent": ("agent", ONE),
}
"""The options that work before and after every verb."""

STAND_FOR_VERBS = {"--help": "help", "-h": "help", "--version": "version", "-V": "version"}

GLOB_OPTIONS = ("--scope", "--file", "--cite")


TEXTS = ("body", "message", "reason", "title")
"""What is written, and not chosen: it may be empty, or its command says better why not."""


class Verb(NamedTuple):
    """One command: where its function is; its options by flag, its positional arguments in order (name, form, required), and
    the options without which it cannot do.
    """

    function: str
    help: str
    options: dict[str, tuple[str, str]]
    arguments: tuple[tuple[str, str, bool], ...]
    required: tuple[str, ...] = ()


def split_globals(
    words: list[str], verbs: dict[str, Verb]
) -> tuple[dict[str, object], str | None, list[str]]:
    """The global options' values, the verb (None: there is none), and the verb's own words.

    Raises:
        UsageError: a global option without its value.

    """
    values: dict[str, object] = {}
    verb: str | None = None
    rest: list[str] = []
    options: dict[str, tuple[str, str]] = {}
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--" and verb is not None:
            rest += words[at - 1 :]
            break
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if flag in GLOBALS and flag not in options:
            name, form = GLOBALS[flag]
            if form == FLAG:
                if equals:
                    raise UsageError(f"{flag} takes no value")
                values[name] = True
                continue
            if not equals:
                if at >= len(words):
                    raise UsageError(f"{flag} needs a value")
                value = words[at]
                at += 1
            _demand_value(flag, name, value)
            values[name] = value
        elif verb is None:
            if word.startswith("-") and word not in STAND_FOR_VERBS:
                raise UsageError(
                    f"no option {word} before the command",
                    "options of a command come after it: agentmem COMMAND -h",
                )
            verb = STAND_FOR_VERBS.get(word, word)
            options = verbs[verb].options if verb in verbs else {}
        else:
            rest.append(word)
            takes_value = flag in options and options[flag][1] != FLAG and not equals
            if takes_value and at < len(words):
                rest.append(words[at])
                at += 1
    return values, verb, rest


def demand_values(verb: Verb, words: list[str]) -> None:
    """Stop where an option has an empty value, as of a variable that is not set: it would count as not given.

    Raises:
        UsageError: naming the option.

    """
    at = 0
    while at < len(words) and words[at] != "--":
        word = words[at]
        at += 1
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        name, form = verb.options.get(flag, ("", FLAG))
        if form == FLAG:
            continue
        if not equals:
            if at >= len(words):
                return
            value = words[at]
            at += 1
        _demand_value(flag, name, value)


def _demand_value(flag: str, name: str, value: str) -> None:
    if not value and name not in TEXTS:
        raise UsageError(f"{flag} needs a value, and has an empty one", f"leave {flag} out, or say which")


def parse(verb: Verb, words: list[str]) -> dict[str, object] | None:
    """The arguments of the verb's function; None for what typer should judge.

    Raises:
        UsageError: more words than the verb takes, after an option whose glob the shell has expanded.

    """
    values: dict[str, object] = {}
    loose: list[str] = []
    last_glob = ""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            loose += words[at:]
            break
        if not word.startswith("-") or word == "-":
            loose.append(word)
            continue
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if flag not in verb.options:
            return None
        name, form = verb.options[flag]
        if form == FLAG:
            if equals:
                return None
            values[name] = True
            continue
        if not equals:
            if at >= len(words):
                return None
            value = words[at]
            at += 1
        last_glob = flag if flag in GLOB_OPTIONS else last_glob
        if not _take(values, name, form, value):
            return None
    for name, form, required in verb.arguments:
        if form == MANY:
            if required and not loose:
                return None
            if loose:
                values[name] = loose
            loose = []
        elif loose:
            if not _take(values, name, form, loose.pop(0)):
                return None
        elif required:
            return None
    if loose:
        if last_glob:
            raise _expanded(last_glob, loose)
        return None
    return values if all(name in values for name in verb.required) else None


def _take(values: dict[str, object], name: str, form: str, value: str) -> bool:
    if form == MANY:
        known = values.setdefault(name, [])
        known.append(value)  # type: ignore[attr-defined]
    elif form == NUMBER:
        if not value.isascii() or not value.removeprefix("-").isdigit():
            return False
        values[name] = int(value)
    else:
        values[name] = value
    return True


def _expanded(flag: str, loose: list[str]) -> UsageError:
    some = " ".join(loose[:2]) + (" …" if len(loose) > 2 else "")
    plural = "arguments" if len(loose) > 1 else "argument"
    folder = loose[0].rpartition("/")[0]
    pattern = f"{folder}/**" if folder else "**"
    return UsageError(
        f"{len(loose)} unexpected {plural} after {flag}: {some}",
        f"the shell expanded the glob; quote it: {flag} '{pattern}'",
    )
