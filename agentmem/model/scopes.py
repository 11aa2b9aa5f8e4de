"""Scopes: globs over repository paths with ``/`` between folders; ``*`` stays in one, ``**`` crosses them."""

import re
from collections.abc import Iterable

from agentmem.model.folding import folded

_WILD = re.compile(r"[*?\[]")
_memo: dict[str, re.Pattern[str]] = {}


def is_glob(pattern: str) -> bool:
    """Whether ``pattern`` has a wildcard; one without names a file, or a folder and all in it."""
    return _WILD.search(pattern) is not None


def normal(path: str) -> str:
    """``path`` with forward slashes, without ``./`` before it or ``/`` after it; ``.`` is the whole repository."""
    text = path.replace("\\", "/")
    while text.startswith("./"):
        text = text[2:] or "."
    return text.rstrip("/")


def is_everything(pattern: str) -> bool:
    """Whether ``pattern`` names no folder and no part of a file's name: ``.``, ``**``, ``**/*``."""
    return not normal(pattern).replace("*", "").strip("/.")


def with_parents(path: str) -> list[str]:
    """``path`` and every folder above it, nearest first."""
    found = [normal(path)]
    while "/" in found[-1]:
        found.append(found[-1].rpartition("/")[0])
    return found


def matches(pattern: str, path: str) -> bool:
    """Whether ``pattern`` covers ``path``, letter case ignored."""
    plain, wanted = folded(normal(pattern)), folded(normal(path))
    if plain == ".":
        return True
    if wanted == plain:  # also where the name itself has brackets: app/[id]/page.tsx
        return True
    if not is_glob(plain):
        return wanted.startswith(plain + "/")
    expression = _memo.get(plain)
    if expression is None:
        expression = _memo[plain] = re.compile(_translate(plain))
    return expression.fullmatch(wanted) is not None


def meet(one: str, other: str) -> bool:
    """Whether two patterns may cover one path: what is before the first wildcard of one leads to the other's.

    It errs on the safe side: ``a/*/x`` and ``a/*/y`` meet.
    """
    if matches(one, other) or matches(other, one):
        return True
    head, tail = sorted((_fixed(one), _fixed(other)), key=len)
    return (is_glob(one) or is_glob(other)) and tail.startswith(head)


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two scopes may cover one path."""
    return any(meet(mine, theirs) for mine in one for theirs in other)


def _fixed(pattern: str) -> str:
    return _WILD.split(folded(normal(pattern)), maxsplit=1)[0]


def _translate(pattern: str) -> str:
    out = ""
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out, at = out + "(?:[^/]+/)*", at + 3
        elif pattern.startswith("/**", at) and at + 3 == len(pattern):
            out, at = out + "(?:/.*)?", at + 3
        elif pattern.startswith("**", at):
            out, at = out + ".*", at + 2
        elif pattern[at] == "*":
            out, at = out + "[^/]*", at + 1
        elif pattern[at] == "?":
            out, at = out + "[^/]", at + 1
        elif pattern[at] == "[" and (found := _class(pattern, at)):
            out, at = out + found[0], found[1]
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return out


def _class(pattern: str, at: int) -> tuple[str, int] | None:
    """The expression of the character class that opens at ``at``, and where it ends; None where it is none, but a bracket."""
    negated = pattern[at + 1 : at + 2] in ("!", "^")
    begin = at + 1 + negated
    end = pattern.find("]", begin + 1)
    if end < 0:
        return None
    inside, out, place = pattern[begin:end], "", 0
    while place < len(inside):
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            low, high = inside[place], inside[place + 2]
            if low > high:
                return None
            out, place = f"{out}{re.escape(low)}-{re.escape(high)}", place + 3
        else:
            out, place = out + re.escape(inside[place]), place + 1
    return f"(?!/)[{'^' if negated else ''}{out}]", end + 1
