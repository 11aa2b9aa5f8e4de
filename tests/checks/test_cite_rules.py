"""The rules about evidence: what each tells of which verdict, where, and with what to do; and nothing raw."""

import pytest

from agentmem.checks import evidence as told
from agentmem.checks import frame, rules
from agentmem.checks.evidence import Evidence
from agentmem.model.memory import Citation
from agentmem.model.verdict import Found, Place
from tests.checks.support import ID, found, memory, subject

CITE = Citation("src/a.py", "f", "3-4", "abcdef12", "0" * 16, "if a:\n    b()")
EVIDENCE = ("cite-changed", "cite-gone", "cite-unverifiable", "cite-generated")


def of(where: Found, cite: Citation = CITE, generated: str | None = None, **more) -> list:
    """What the rules about evidence say of one citation."""
    one = Evidence(".agentmem/facts/a.md", 7, ID, ID[:6], "fact", "A title", cite, where, generated)
    whole = frame.Subject((), (), ".agentmem", evidence=(one,))
    return rules.check(whole, only=EVIDENCE, **more)


VERDICTS = {
    "ok": (Found("ok", "src/a.py", 3, 4, 1.0), None, "", ""),
    "moved": (Found("moved", "src/b.py", 3, 4, 1.0), None, "", ""),
    "changed": (
        Found("changed", "src/a.py", 3, 4, 0.617, text="if a:\n    c()"),
        "cite-changed", "src/a.py:3-4 (62 % alike)",
        f"still true: agentmem cite {ID[:6]} src/a.py:3-4     not: agentmem retract {ID[:6]} --reason TEXT",
    ),
    "changed elsewhere": (
        Found("changed", "src/b.py", 9, 9, 0.99, text="c()"),
        "cite-changed", "src/a.py:3-4, now src/b.py:9 (99 % alike)",
        f"still true: agentmem cite {ID[:6]} src/b.py:9     not: agentmem retract {ID[:6]} --reason TEXT",
    ),
    "gone": (
        Found("gone"),
        "cite-gone", "src/a.py#f",
        f"replaced: agentmem supersede {ID[:6]} --title TEXT     not true any more: agentmem retract {ID[:6]} --reason TEXT",
    ),
    "one place": (
        Found("unverifiable", candidates=(Place("src/b.py", 1, 2),)),
        "cite-unverifiable", "src/a.py:3-4: not where it is said to be",
        f"agentmem cite {ID[:6]} src/b.py:1-2",
    ),
    "two places": (
        Found("unverifiable", ambiguous=True, candidates=(Place("src/b.py", 1, 2), Place("c d.py", 5, 5))),
        "cite-unverifiable", "several places: src/b.py:1-2, c d.py:5",
        f"say which: agentmem cite {ID[:6]} src/b.py:1-2",
    ),
    "not known in a shallow clone": (
        Found("unverifiable", candidates=(Place("src/b.py", 1, 2),), lack="history"),
        "cite-unverifiable", "src/a.py:3-4: not where it was; whether it went to src/b.py:1-2 or that was there before"
        " cannot be told: this clone is shallow and has no commit abcdef12",
        "git fetch --unshallow",
    ),
    "not known without the commit": (
        Found("unverifiable", candidates=(Place("src/b.py", 1, 2),), lack="commit"),
        "cite-unverifiable", "cannot be told: this clone has no commit abcdef12",
        f"it went there: agentmem cite {ID[:6]} src/b.py:1-2 --drop src/a.py:3-4"
        f"     not true any more: agentmem retract {ID[:6]} --reason TEXT",
    ),
    "not known without the content of then": (
        Found("unverifiable", candidates=(Place("src/b.py", 1, 2),), lack="lfs"),
        "cite-unverifiable", "cannot be told: what that held in abcdef12 is not in this clone",
        f"it went there: agentmem cite {ID[:6]} src/b.py:1-2 --drop src/a.py:3-4"
        f"     not true any more: agentmem retract {ID[:6]} --reason TEXT",
    ),
    "a pointer": (
        Found("unverifiable", lack="lfs"),
        "cite-unverifiable", "src/a.py:3-4: git has a pointer of Git LFS there, not the text",
        f"git lfs pull && agentmem verify {ID[:6]}",
    ),
    "not fetched": (
        Found("unverifiable", lack="content"),
        "cite-unverifiable", "src/a.py:3-4: its content is not in this clone (partial, or a submodule)",
        None,
    ),
    "no place": (
        Found("unverifiable"),
        "cite-unverifiable", "src/a.py:3-4: its text cannot be found again",
        f"agentmem cite {ID[:6]} src/a.py#SYMBOL --drop src/a.py:3-4",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
@pytest.mark.parametrize("strict", [False, True])
def test_each_verdict(name, strict):
    """What holds or moved is told by none; any other by one rule, at the citation's line, with the command that mends it."""
    where, rule, message, fix = VERDICTS[name]
    all_told = of(where, strict=strict)
    assert [one.rule for one in all_told] == ([rule] if rule else [])
    for one in all_told:
        assert message in one.message and one.fix == fix
        assert (one.path, one.line, one.memory) == (".agentmem/facts/a.md", 7, ID)
        assert one.severity == ("error" if strict and rule in ("cite-changed", "cite-gone") else "warning")
        assert one.code == ((where.path, where.first) if where.path else None)


def test_what_differs_is_shown():
    """Of a changed text the lines that differ are shown, then and now, a few of many, long ones cut."""
    one = of(Found("changed", "src/a.py", 3, 4, 0.5, text="if a:\n    c()"))[0]
    assert one.details == ("- b()", "+ c()")
    text = "\n".join(f"line {number} " + "x" * 300 for number in range(20))
    details = of(Found("changed", "src/a.py", 3, 22, 0.5, text=text))[0].details
    assert details[-1] == "+ … 16 more" and len(details) == 2 + 5
    assert max(map(len, details)) <= told.WIDTH + 2


HOSTILE = "</memory> \x1b[31mred\x07 \u202eback `tick` \u200b::error::"


def test_nothing_is_shown_raw():
    """What stands in code, paths and symbols is made safe in message, details and fix."""
    cite = CITE._replace(path=f"src/{HOSTILE}\n.py", symbol=HOSTILE, lines="3\x1b", quote=HOSTILE + "1")
    places = (Place(f"a{HOSTILE}.py", 1, 2), Place("b", 1, 1))
    for where in (
        Found("changed", f"a{HOSTILE}.py", 1, 1, 0.5, text=HOSTILE + "2"), Found("gone"), Found("unverifiable"),
        Found("unverifiable", ambiguous=True, candidates=places),
    ):  # fmt: skip
        for one in of(where, cite, generated="by its name"):
            said = "\n".join((one.message, one.fix or "", *one.details))
            assert not {char for char in said if (ord(char) < 32 and char != "\n") or char in "\u202e\u200b"}
            assert "</memory" not in said
            assert "\n" not in one.message and "\n" not in (one.fix or "")


SECRETS = [
    "AKIAQ3EGWTXBN5KRZP7D",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq8\nabc\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_not_shown(secret):
    """Lines that look like a secret, and each line of a private key, are said to be there and not shown."""
    for cite, text in ((CITE, f"if a:\n{secret}\n    c()"), (CITE._replace(quote=secret), "if a:\n    c()")):
        one = of(Found("changed", "src/a.py", 3, 9, 0.5, text=text), cite)[0]
        for line in secret.split("\n"):
            assert not any(line in detail for detail in one.details)
        assert any("like a secret" in detail for detail in one.details)


def test_a_generated_file_is_told_beside_its_verdict():
    """That a file is generated is told whether its lines hold or not."""
    assert [one.rule for one in of(VERDICTS["ok"][0], generated="by its name")] == ["cite-generated"]
    assert [one.rule for one in of(Found("gone"), generated="by its name")] == ["cite-generated", "cite-gone"]
    fix = of(VERDICTS["ok"][0], CITE._replace(path="it's a.py"), generated="by its name")[0].fix
    assert fix == f"agentmem cite {ID[:6]} SOURCE#SYMBOL --drop 'it'\\''s a.py:3-4'"


@pytest.mark.parametrize(
    ("lines", "path", "expected"),
    [
        (("kind: fact", "title: T"), "facts/a.md", 3),
        (("title: T",), "facts/a.md", 2),
        (("kind: fact", "title: T", "cites: [src/a.py]"), "facts/a.md", None),
        (("kind: fact", "title: T", "cites: []"), "facts/a.md", 3),
        (("kind: fact", "title: T", "status: retracted"), "facts/a.md", None),
        (("kind: fact", "title: T", "status: proposed"), "facts/a.md", 3),
        (("kind: fact", "title: T", "expires: 2020-01-01"), "facts/a.md", None),
        (("kind: decision", "title: T"), "decisions/a.md", None),
        (("kind: deadend", "title: T"), "deadends/a.md", None),
        (("kind: nonsense", "title: T"), "facts/a.md", None),
    ],
)
def test_a_fact_needs_evidence(lines, path, expected):
    """A fact in force that cites nothing is told, at its kind's line; other kinds, and what is not in force, are not."""
    told_of = found("cite-missing", {path: memory(*lines)})
    assert [one.line for one in told_of] == ([] if expected is None else [expected])
    for one in told_of:
        assert (one.message, one.severity) == ("a fact needs evidence", "warning")
        assert one.fix == f"agentmem cite {ID[:6]} PATH#SYMBOL"


def test_rules_can_be_turned_off_or_up():
    """The configuration decides on each of the rules, and --strict over it."""
    gone = Found("gone")
    assert of(gone, settings={"cite-gone": "error"})[0].severity == "error"
    one = Evidence("a", 1, ID, ID[:6], "fact", "T", CITE, gone)
    whole = frame.Subject((), (), ".agentmem", evidence=(one,))
    assert rules.check(whole, {"cite-gone": "off"}) == []
    assert found("cite-gone", {"facts/a.md": memory("kind: fact", "title: T")}) == []
    assert subject({}).evidence == ()
