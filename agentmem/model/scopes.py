"""Scopes: globs over repository paths with ``/`` between folders; ``*`` stays in one, ``**`` crosses them."""

import re

_WILD = re.compile(r"[*?\[]")
_memo: dict[str, re.Pattern[str]] = {}


def is_glob(pattern: str) -> bool:
    """Whether ``pattern`` has a wildcard; one without names a file, or a folder and all in it."""
    return _WILD.search(pattern) is not None


def normal(path: str) -> str:
    """``path`` with forward slashes, without ``./`` before it or ``/`` after it."""
    text = path.replace("\\", "/")
    while text.startswith("./"):
        text = text[2:]
    return text.rstrip("/")


def with_parents(path: str) -> list[str]:
    """``path`` and every folder above it, nearest first."""
    found = [normal(path)]
    while "/" in found[-1]:
        found.append(found[-1].rpartition("/")[0])
    return found


def matches(pattern: str, path: str) -> bool:
    """Whether ``pattern`` covers ``path``, letter case ignored."""
    plain, wanted = normal(pattern).casefold(), normal(path).casefold()
    if not is_glob(plain):
        return wanted == plain or wanted.startswith(plain + "/")
    expression = _memo.get(plain)
    if expression is None:
        expression = _memo[plain] = re.compile(_translate(plain))
    return expression.fullmatch(wanted) is not None


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
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end].replace("\\", "\\\\")
            inside = "^" + inside[1:] if inside[0] in "!^" else inside
            out, at = f"{out}[{inside}]", end + 1
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    return out
