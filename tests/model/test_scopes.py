"""Scopes: which paths a glob covers."""

import re
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.model import scopes
from agentmem.model.scopes import is_glob, matches, meet, normal, with_parents

LITERAL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="*?[\x00"), min_size=1).filter(
    normal
)
CLASS = st.from_regex(r"[ab/*?]{0,2}\[[!^]?[abc\]&|~\[-]{0,4}\]?[a/]{0,2}", fullmatch=True)
GLOBBY = CLASS | st.text("ab/*?[]!^-&~|\\.\n#(){}+$", max_size=12)


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("src/a.ts", "src/a.ts", True),
        ("src/a.ts", "src/a.tsx", False),
        ("src/a.ts", "lib/src/a.ts", False),
        ("src", "src/a.ts", True),
        ("src", "src/deep/er/a.ts", True),
        ("src", "src", True),
        ("src", "srcs/a.ts", False),
        ("src/", "src/a.ts", True),
        ("src//", "src/a.ts", True),
        ("./src", "src/a.ts", True),
        ("././src/", "./src/a.ts", True),
        ("src\\queue", "src/queue/a.ts", True),
        ("src/queue", "src\\queue\\a.ts", True),
        ("SRC/A.ts", "src/a.TS", True),
        ("straße", "STRASSE/x", True),
        ("src/*", "src/a.ts", True),
        ("src/*", "src/deep/a.ts", False),
        ("src/*", "src", False),
        ("*.ts", "a.ts", True),
        ("*.ts", "src/a.ts", False),
        ("src/*.ts", "src/.ts", True),
        ("src/*/a.ts", "src/x/a.ts", True),
        ("src/*/a.ts", "src/x/y/a.ts", False),
        ("src/**", "src/a.ts", True),
        ("src/**", "src/deep/er/a.ts", True),
        ("src/**", "src", True),
        ("src/**", "srcs/a.ts", False),
        ("src/**/", "src/deep/a.ts", True),
        ("**", "any/thing", True),
        ("**/*.ts", "a.ts", True),
        ("**/*.ts", "src/deep/a.ts", True),
        ("**/*.ts", "src/a.tsx", False),
        ("**/test/**", "test/a", True),
        ("**/test/**", "src/test/deep/a", True),
        ("**/test/**", "src/contest/a", False),
        ("src/**/a.ts", "src/a.ts", True),
        ("src/**/a.ts", "src/x/y/a.ts", True),
        ("src/**/a.ts", "src/xa.ts", False),
        ("a**z", "a/b/z", True),
        ("src/***", "src/deep/a.ts", True),
        ("***/a.ts", "a.ts", True),
        ("src/**/**/a.ts", "src/a.ts", True),
        ("*a*b*c", "xaxbxbxc", True),
        ("*a*b*c", "xaxb/xc", False),
        ("**a*/c", "x/a/ab/c", True),
        ("src/?.ts", "src/a.ts", True),
        ("src/?.ts", "src/ab.ts", False),
        ("src?a.ts", "src/a.ts", False),
        ("src/[ab].ts", "src/b.ts", True),
        ("src/[ab].ts", "src/c.ts", False),
        ("src/[a-c].ts", "src/B.ts", True),
        ("src/[!ab].ts", "src/c.ts", True),
        ("src/[!ab].ts", "src/a.ts", False),
        ("src/[^ab].ts", "src/a.ts", False),
        ("src/[]].ts", "src/].ts", True),
        ("src/[ab", "src/[ab", True),
        ("src[!x]a.ts", "src/a.ts", False),
        ("src/a+b(c).ts*", "src/a+b(c).ts", True),
        ("src/a.ts*", "src/axts", False),
        ("[", "[", True),
    ],
)
def test_what_a_scope_covers(pattern: str, path: str, covered: bool) -> None:
    """Globs keep to their folder but for two stars; without a wildcard a folder covers what is below; case never matters."""
    assert matches(pattern, path) is covered


@pytest.mark.parametrize(
    ("pattern", "path"), [("app/[id]/page.tsx", "app/[id]/page.tsx"), ("a[1].md", "a[1].md")]
)
def test_a_path_with_brackets_covers_itself(pattern: str, path: str) -> None:
    """A file whose name has brackets, as web frameworks have them, is covered by its own name as scope."""
    assert matches(pattern, path)


@pytest.mark.parametrize(
    "pattern",
    ["[z-a]", "src/[b-a].ts", "[!]", "[^]x]", "[^]", "[!]]", "[\\]", "[[]", "[a&&b]", "[--a]", "[a||b]"],
)
def test_odd_classes_are_no_crash(pattern: str) -> None:
    """A class that makes no sense matches or not, and neither raises nor warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert matches(pattern, "src/a.ts") in (True, False)


@given(GLOBBY | st.text(), GLOBBY | st.text())
def test_any_pattern_and_path_are_taken(pattern: str, path: str) -> None:
    """No pattern and no path makes matching raise."""
    assert matches(pattern, path) in (True, False)


@given(LITERAL, LITERAL)
def test_a_literal_path_covers_itself_and_what_is_below(path: str, below: str) -> None:
    """A path without wildcards covers itself and everything in it."""
    assert not is_glob(path)
    assert matches(path, path)
    assert matches(path.upper(), path.upper())
    assert matches(path, f"{normal(path)}/{below}")


@pytest.mark.parametrize("whole", [".", "./", "././", ".\\"])
def test_a_dot_is_the_whole_repository(whole: str) -> None:
    """As a shell has it."""
    assert matches(whole, "src/a.ts") and matches(whole, "./a") and meet(whole, "docs/**")
    assert not matches("", "src/a.ts")


@given(st.text("ab/.\\", max_size=20))
def test_normal_is_normal(path: str) -> None:
    """A normalised path stays as it is, and has no backslash, no ``./`` before and no ``/`` after it."""
    found = normal(path)
    assert normal(found) == found
    assert "\\" not in found
    assert not found.startswith("./")
    assert not found.endswith("/")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a/b/c.ts", ["a/b/c.ts", "a/b", "a"]),
        ("c.ts", ["c.ts"]),
        ("./a\\b/", ["a/b", "a"]),
        ("", [""]),
    ],
)
def test_parents(path: str, found: list[str]) -> None:
    """The folders above a path come nearest first, the path before them."""
    assert with_parents(path) == found


@given(st.lists(st.sampled_from(["a", "b.c", "d-e"]), min_size=1, max_size=6))
def test_every_parent_covers_the_path(parts: list[str]) -> None:
    """Each folder above a path, as scope, covers it."""
    path = "/".join(parts)
    found = with_parents(path)
    assert len(found) == len(parts)
    assert all(matches(parent, path) for parent in found)


PIECE = st.sampled_from(["a", "b", "/", "*", "**", "***", "**/", "/**", "?", "[ab]", "[!a]"])


@settings(max_examples=500)
@given(st.lists(PIECE, max_size=7).map("".join), st.text("ab/.", max_size=9))
def test_a_glob_covers_what_its_expression_matches(pattern: str, path: str) -> None:
    """What is worked out for all places at once is what a regular expression finds by trying."""
    assert matches(pattern, path) is _as_expression(pattern, path)


@pytest.mark.parametrize(
    "pattern",
    [
        "*" * 80 + "x",
        "*a" * 80 + "x",
        "**/a/" * 80 + "x",
        "**a*" * 80 + "x",
        "*/" * 80 + "x",
        "**/*" * 80,
        "?*" * 80 + "x",
    ],
)
@pytest.mark.parametrize("path", ["a" * 200, "a/" * 100 + "b", "srv/kms.py"])
def test_no_glob_takes_more_steps_than_it_has_characters(
    pattern: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A glob of eighty stars is what a stranger's branch may bring: every command that looks for files would hang on it."""
    steps = 0
    after = scopes._Places.after

    def counted(places: scopes._Places, piece: str, reached: int) -> int:
        nonlocal steps
        steps += 1
        return after(places, piece, reached)

    monkeypatch.setattr(scopes._Places, "after", counted)
    assert matches(pattern, path) is (pattern == "**/*" * 80)
    assert steps <= len(pattern)
    assert meet(pattern, pattern)


_EXPRESSIONS = {
    "**/": "(?:[^/]+/)*",
    "/**": "(?:/.*)?",
    "**": ".*",
    "*": "[^/]*",
    "?": "[^/]",
    "[ab]": "[ab]",
    "[!a]": "[^a/]",
    ".": "[.]",
}


def _as_expression(pattern: str, path: str) -> bool:
    plain, wanted = normal(re.sub(r"\*{3,}", "**", pattern)), normal(path)
    if plain in (".", wanted):
        return True
    if not is_glob(plain):
        return wanted.startswith(plain + "/")
    pieces = re.findall(r"\*\*/|/\*\*$|\*\*|\[.*?\]|.", plain)
    return re.fullmatch("".join(_EXPRESSIONS.get(piece, piece) for piece in pieces), wanted) is not None
