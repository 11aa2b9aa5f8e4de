"""What is ours in a file of others: marked blocks of a text, entries of a settings file. Put in, kept up to date, taken out.

Nothing else of the file changes.
"""

import json
import re
from collections.abc import Sequence

from agentmem.model import jsontext
from agentmem.model.jsontext import Json, Node, Step

VERSION = 1
"""Of what is written, another with each change of it: an older block is replaced by the next ``init``, and what differs from the
one of this version was edited by hand.
"""

BEGIN, END = f"<!-- agentmem:begin {VERSION} -->", "<!-- agentmem:end -->"
_BLOCK = re.compile(
    r"^<!-- agentmem:begin \d+ -->\r?\n.*?^<!-- agentmem:end -->\r?\n?", re.DOTALL | re.MULTILINE
)
_LAST = re.compile(
    r"(?:\r?\n){2}<!-- agentmem:begin \d+ -->\r?\n(?:(?!^<!-- agentmem:end -->).)*^<!-- agentmem:end -->\Z",
    re.DOTALL | re.MULTILINE,
)
"""The block at the end of a text whose last line has no end."""
_HALF = re.compile(r"^<!-- agentmem:(?:begin \d+|end) -->", re.MULTILINE).search

FILE = f"agentmem:file {VERSION}: kept up to date by agentmem init; without this line it is yours"
_FILE = re.compile(r"agentmem:file \d+: ").search

CALLS = "agentmem session "
"""What a command of ours in a settings file begins with, in any version."""
_CALL = re.compile(r"\bagentmem session (\w+ \w+)")


class Torn(Exception):
    """A block without its beginning or end: nobody can tell what of the text is ours."""


def block(body: str) -> str:
    """``body`` between its marks."""
    return f"{BEGIN}\n{body.strip()}\n{END}\n"


def has_block(text: str) -> bool:
    """Whether ``text`` has a block of ours."""
    return _BLOCK.search(text) is not None


def edited_block(text: str, bodies: Sequence[str]) -> bool:
    """Whether ``text`` has a block of this version that says none of ``bodies``: somebody wrote into it."""
    known = [block(body).splitlines() for body in bodies]
    blocks = (found[0].splitlines() for found in _BLOCK.finditer(text))
    return any(lines[0] == BEGIN and lines not in known for lines in blocks)


def edited_file(text: str, template: str) -> bool:
    """Whether ``text`` is a file that ``init`` of this version wrote, and is not as it wrote it."""
    return FILE in text and text.splitlines() != template.splitlines()


def length(text: str) -> int:
    """Lines of the block in ``text``, its marks aside."""
    found = _BLOCK.search(text)
    return len(found[0].splitlines()) - 2 if found else 0


def with_block(text: str, body: str) -> str:
    """``text`` with the block in the place of an earlier one, else at its end; the last line has an end as before, or none.

    Raises:
        Torn: half a block is there.

    """
    end = "\r\n" if "\r\n" in text else "\n"
    new = block(body).replace("\n", end)
    if _BLOCK.search(text):
        left = _BLOCK.sub("", text)
        if _HALF(left):
            raise Torn
        first = True

        def once(there: re.Match[str]) -> str:
            nonlocal first
            said, first = (new if first else ""), False
            return said if there[0].endswith("\n") else said.removesuffix(end)

        return _BLOCK.sub(once, text)
    if _HALF(text):
        raise Torn
    if not text.strip():
        return new
    return text + end + new if text.endswith("\n") else text + end + end + new.removesuffix(end)


def without_block(text: str) -> str:
    """``text`` without the block, and without what was put before it: an empty line, and an end of the last line that had none.

    Raises:
        Torn: half a block is there.

    """
    left = _LAST.sub("", text)
    left = re.sub(rf"(?:(?<=\n)\r?\n)?{_BLOCK.pattern}", "", left, flags=re.DOTALL | re.MULTILINE)
    if _HALF(left):
        raise Torn
    return left


def is_our_file(text: str) -> bool:
    """Whether a file as a whole was written by ``init``, and nobody has taken it over."""
    return _FILE(text) is not None


def with_entries(text: str, wanted: dict[str, Json]) -> tuple[str, list[str]]:
    """The settings ``text`` with the entries ``wanted``, older ones of ours replaced; and what could not be put in, since
    something else stands there.

    Raises:
        ValueError: it is no JSON.

    """
    if not text.strip("\ufeff \t\r\n"):
        text = "{}\n"
    refused: list[str] = []
    text = _put(text, [], wanted, refused)
    return text, refused


def without_entries(text: str, wanted: dict[str, Json]) -> str:
    """The settings ``text`` without the entries ``wanted`` and what else is ours; empty where nothing is left of others.

    Raises:
        ValueError: it is no JSON.

    """
    text = _cut(text, [], wanted)
    root = jsontext.parse(text)
    scalars = {key: value for key, value in wanted.items() if not isinstance(value, dict | list)}
    is_ours = isinstance(root.value, dict) and all(
        key in scalars and scalars[key] == value for key, value in root.value.items()
    )
    return "" if is_ours and not jsontext.has_comments(text, root) else text


def has_entries(text: str, wanted: dict[str, Json]) -> bool:
    """Whether the settings ``text`` have anything of ours; False where they cannot be read."""
    try:
        return _cut(text, [], wanted) != text
    except ValueError:
        return False


def _put(text: str, path: list[Step], wanted: dict[str, Json], refused: list[str]) -> str:
    for key, value in wanted.items():
        here = [*path, key]
        there = jsontext.found(jsontext.parse(text), here)
        if there is None:
            text = jsontext.put(text, here, value)
        elif isinstance(value, dict) and isinstance(there.value, dict):
            text = _put(text, here, value, refused)
        elif isinstance(value, list) and isinstance(there.value, list):
            text = _without_stale(text, here, keep=value)
            kept = _items(text, here)
            called = _calls(kept)
            for one in value:
                # a command of the user's that calls us in a way of its own does what ours would do
                if one not in kept and not (_calls(one) and _calls(one) <= called):
                    text = jsontext.put(text, here, one)
        elif there.value != value:
            refused.append(".".join(map(str, here)))
    return text


def _cut(text: str, path: list[Step], wanted: dict[str, Json]) -> str:
    for key, value in wanted.items():
        here = [*path, key]
        there = jsontext.found(jsontext.parse(text), here)
        if there is None:
            continue
        before = text
        if isinstance(value, dict) and isinstance(there.value, dict):
            text = _cut(text, here, value)
        elif isinstance(value, list) and isinstance(there.value, list):
            text = _without_stale(text, here, keep=(), also=value)
        elif there.value == value and "agentmem" in key:
            text = jsontext.cut(text, here)
            continue
        left = jsontext.found(jsontext.parse(text), here)
        if text != before and left is not None and not left.value and jsontext.is_bare(text, left):
            text = jsontext.cut(text, here)
    return text


def _without_stale(text: str, path: list[Step], keep: Sequence[Json], also: Sequence[Json] = ()) -> str:
    """``text`` without the items of the list at ``path`` that are ours and not among ``keep``, or are among ``also``."""
    for place in reversed(range(len(_items(text, path)))):
        one = _items(text, path)[place]
        if one in also or (_is_ours(one) and one not in keep):
            text = jsontext.cut(text, [*path, place])
    return text


def _items(text: str, path: list[Step]) -> list[Json]:
    node = jsontext.found(jsontext.parse(text), path)
    return node.value if isinstance(node, Node) and isinstance(node.value, list) else []


def _is_ours(one: Json) -> bool:
    """Whether an entry does nothing but call us: each command in it is ours."""
    commands = _commands(one)
    return bool(commands) and all(command.startswith(CALLS) for command in commands)


def _calls(one: Json) -> set[str]:
    """For which programs and events the commands in it call us, in whatever words."""
    return {call for command in _commands(one) for call in _CALL.findall(command)}


def _commands(one: Json) -> list[str]:
    if isinstance(one, list):
        return [command for each in one for command in _commands(each)]
    if not isinstance(one, dict):
        return []
    own = [str(one[key]) for key in ("command", "bash", "powershell") if key in one]
    return own + [
        command for each in one.values() if isinstance(each, list | dict) for command in _commands(each)
    ]


def settings(text: str) -> dict[str, Json]:
    """The entries that a template of ours holds."""
    made = json.loads(text)
    assert isinstance(made, dict)
    return made
