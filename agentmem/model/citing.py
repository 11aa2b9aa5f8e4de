"""What a citation says: the notation in which one is given, and the digest and quote by which its text is known again.

Everything here is text in, values out; whether a path exists is the caller's to know.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.model import hashing, safety

if TYPE_CHECKING:
    from agentmem.model.memory import Citation, Memory

QUOTE_LINES, QUOTE_CHARS = 12, 1000
"""The most that a quote holds."""
HEAD, TAIL = 8, 3
"""Lines from the beginning and the end of a range that is too long to be quoted whole."""
CUT = "…"
"""Alone on a line: lines are left out; at a line's end: the rest of it is."""
DIGITS = 16
"""Hex digits of a digest: 64 bits."""

_WIDTHS = (240, 160, 120, 100, 80)
_RANGE = re.compile(r"[Ll]?([0-9]{1,9})(?:-[Ll]?([0-9]{1,9}))?").fullmatch


class Spec(NamedTuple):
    """A place to cite. ``first`` and ``last`` are lines from 1, both included; None where no lines are named."""

    path: str
    symbol: str | None = None
    first: int | None = None
    last: int | None = None


class Quoted(NamedTuple):
    """The lines of a quote, normalised: ``head`` and ``tail`` of the range, ``tail`` empty where it is quoted whole.

    A line that ends in ``CUT`` may be the beginning of a longer one.
    """

    head: tuple[str, ...]
    tail: tuple[str, ...]


def readings(text: str) -> list[Spec]:
    """What ``text`` may mean, the likeliest first: a path may hold ``#`` and ``:``, so take the first whose path exists.

    Raises:
        ValueError: with a message for people, when it names no path, or lines that cannot be.

    """
    found: list[Spec] = []
    rest, colon, tail = text.rpartition(":")
    lines = read_range(tail) if colon and rest and _RANGE(tail) else None
    if lines is not None:
        found += [Spec(path, symbol, *lines) for path, symbol in _divided(rest)]
    found += [Spec(path, symbol) for path, symbol in _divided(text)]
    if not found:
        raise ValueError("no path to cite: PATH, PATH:40-52, PATH#SYMBOL or PATH#SYMBOL:40-52")
    return found


def _divided(text: str) -> list[tuple[str, str | None]]:
    """Path and symbol, divided at the first ``#`` (symbols hold it as well, ``#private``), the others, none."""
    places = [at for at, char in enumerate(text) if char == "#"]
    pairs: list[tuple[str, str | None]] = [
        (text[:at], text[at + 1 :]) for at in places if text[:at] and text[at + 1 :]
    ]
    return [*pairs, (text, None)] if text.strip() else pairs


def read_range(text: str) -> tuple[int, int]:
    """``40-52``, ``L40-L52`` or ``40`` as first and last line.

    Raises:
        ValueError: with a message for people, when it is no range of lines.

    """
    match = _RANGE(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no range of lines: 40 or 40-52")
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if not 1 <= first <= last:
        raise ValueError(f"{text!r} is no range of lines: they count from 1, the lower comes first")
    return first, last


def write_range(first: int, last: int) -> str:
    """The range as front matter keeps it."""
    return str(first) if first == last else f"{first}-{last}"


def split(text: str) -> list[str]:
    r"""The lines of ``text`` as git and editors count them: ``\n`` and ``\r\n`` end one, nothing else does."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def normal(line: str) -> str:
    """``line`` as it is compared: runs of white space as one space, none at the ends."""
    return " ".join(line.split())


def normalise(lines: Sequence[str]) -> list[str]:
    """The lines as they are compared: each ``normal``, empty ones dropped."""
    return [short for short in map(normal, lines) if short]


def digest(text: str | Sequence[str]) -> str:
    """64 bits, in hex, of the SHA-256 of the normalised text."""
    return digest_normal(normalise(split(text) if isinstance(text, str) else text))


def digest_normal(lines: Sequence[str]) -> str:
    """``digest`` of lines that are normalised already."""
    return hashing.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hex()[:DIGITS]


def quote(lines: Sequence[str]) -> str:
    """What a citation keeps of its text: at most ``QUOTE_LINES`` lines and ``QUOTE_CHARS`` characters, without common indent.

    A long line is cut; characters that may not stand in a memory are left out.
    """
    kept = _undented([_shown(line) for line in lines])
    if len(kept) > QUOTE_LINES:
        kept = [*_undented(kept[:HEAD]), CUT, *_undented(kept[-TAIL:])]
    for width in _WIDTHS:
        text = "\n".join([_cut(line, width) for line in kept])
        if len(text) <= QUOTE_CHARS:
            break
    return text


def _undented(lines: list[str]) -> list[str]:
    """The lines without empty ones at the ends and without the white space that all of them begin with."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    while lines and not lines[0].strip():
        lines = lines[1:]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[indent:] for line in lines]


def _shown(line: str) -> str:
    line = line.expandtabs(4).rstrip()
    if line.endswith(CUT) and normal(line) == CUT:
        return line + CUT  # alone it would say that lines are left out
    return line if line.isascii() and line.isprintable() else _visible(line)


def _visible(line: str) -> str:
    """The line without what may not stand in a memory; never empty where the line is not."""
    hidden = safety.hidden(line)
    if not hidden:
        return line
    short = normal(line)
    places = {column - 1 for _, column, _ in safety.hidden(short)}
    shown = "".join([char for at, char in enumerate(short) if at not in places])
    return normal(shown) or ("?" if short else "")


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + CUT


def read_quote(text: str, digest_of_all: str | None = None) -> Quoted:
    """The lines of a quote; ``digest_of_all`` tells whether a line ``…`` is the text's own."""
    lines = normalise(split(text))
    if CUT not in lines or digest_normal(lines) == digest_of_all:
        return Quoted(tuple(lines), ())
    at = min(
        (at for at, line in enumerate(lines) if line == CUT), key=lambda at: abs(len(lines) - 1 - at - TAIL)
    )
    return Quoted(tuple(lines[:at]), tuple(lines[at + 1 :]))


def agrees(quoted: str, line: str) -> bool:
    """Whether a quoted line may be ``line``; both normalised."""
    if quoted == line or (quoted.endswith(CUT) and line.startswith(quoted[:-1].rstrip())):
        return True
    if line.isascii() and line.isprintable():
        return False
    shown = normal(_shown(line))
    return quoted == shown or (quoted.endswith(CUT) and shown.startswith(quoted[:-1].rstrip()))


def fits(quoted: Quoted, lines: Sequence[str]) -> bool:
    """Whether the quote may be one of ``lines``, which are normalised."""
    head, tail = quoted
    if not tail:
        return len(head) == len(lines) and all(map(agrees, head, lines))
    if len(head) + len(tail) > len(lines):
        return False
    return all(map(agrees, head, lines)) and all(map(agrees, tail, lines[-len(tail) :]))


def lacking(known: "Memory", new: "Memory") -> "list[Citation]":
    """The evidence of ``new`` that ``known`` has not and can be given."""
    had = {(cite.path, cite.symbol or cite.lines) for cite in known.cites}
    # an entry of the log is never edited
    return [
        cite
        for cite in new.cites
        if (cite.path, cite.symbol or cite.lines) not in had and known.kind != "log"
    ]


def command(short: str, cites: "Sequence[Citation]") -> str:
    """The command that gives the memory ``short`` the evidence ``cites``."""
    import shlex  # seldom needed

    places = (
        cite.path + (f"#{cite.symbol}" if cite.symbol else f":{cite.lines}" if cite.lines else "")
        for cite in cites
    )
    return f"agentmem cite {short} {shlex.join(places)}"
