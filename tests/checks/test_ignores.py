"""Ignores: what a team has decided to leave as it is, with a reason; and unused-ignore, which keeps the list true."""

import pytest

from agentmem.checks.rules import OFF, check, examine
from agentmem.errors import ConfigError
from agentmem.model.findings import ERROR
from agentmem.store.config import Ignore
from tests.checks.support import ID, OTHER, THIRD, memory, subject

WHY = "on purpose"
NO_ID = {"decisions/a.md": "One\n", "decisions/deep/b.md": "Two\n", "procedures/c.md": "Three\n"}


def ignoring(files, *ignores: Ignore, **more):
    """What is left, as path below the store and rule, and how many were ignored."""
    result = examine(subject(files), ignores=ignores, **more)
    return [(one.path.removeprefix(".agentmem/"), one.rule) for one in result.findings], result.ignored


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("decisions/a.md", ["decisions/deep/b.md", "procedures/c.md"]),
        (".agentmem/decisions/a.md", ["decisions/deep/b.md", "procedures/c.md"]),
        ("./decisions/a.md", ["decisions/deep/b.md", "procedures/c.md"]),
        ("decisions", ["procedures/c.md"]),
        ("decisions/*", ["decisions/deep/b.md", "procedures/c.md"]),
        ("decisions/**", ["procedures/c.md"]),
        ("**", []),
    ],
)
def test_by_path(path: str, left: list[str]) -> None:
    """A path, a folder or a glob below the store, with the store's name before it or not."""
    told, ignored = ignoring(NO_ID, Ignore("missing-id", WHY, path=path))
    assert told == [(one, "missing-id") for one in left] and ignored == 3 - len(left)


def test_by_memory() -> None:
    """The start of an id, of one rule alone."""
    files = {
        "decisions/a.md": memory("status: retract", "pin: maybe"),
        "decisions/b.md": memory("pin: maybe", identity=OTHER),
        "decisions/c.md": memory("kind: zzz", identity=THIRD),
    }
    told, ignored = ignoring(
        files, Ignore("schema", WHY, memory="7k3m"), Ignore("unknown-kind", WHY, memory=THIRD.upper())
    )
    assert told == [("decisions/b.md", "schema")] and ignored == 3


def test_both_must_fit() -> None:
    """With a memory and a path, the findings about that memory in those files."""
    files = {"decisions/a.md": memory("pin: maybe")}
    assert ignoring(files, Ignore("schema", WHY, ID, "decisions/**")) == ([], 1)
    told, ignored = ignoring(files, Ignore("schema", WHY, ID, "facts/**"))
    assert told == [("config.toml", "unused-ignore"), ("decisions/a.md", "schema")] and ignored == 0


def test_on_purpose_means_errors_too() -> None:
    """A broken file and a secret can be left as they are: there is a reason."""
    files = {
        "decisions/a.md": "---\nid: a: b\n---\n",
        "decisions/b.md": memory(body="glpat-" + "abcDEF123456" * 2),
    }
    ignores = [Ignore("broken-file", WHY, path="decisions/a.md"), Ignore("secret", WHY, memory=ID)]
    assert ignoring(files, *ignores) == ([], 2)


def test_either_of_two_may_be_named() -> None:
    """Of a pair both ids are shown, so either ends it; when a third joins them they are told again."""

    def said(identity: str, day: int) -> str:
        lines = (
            "kind: decision",
            "title: Jobs are retried with backoff",
            f"created: 2026-02-{day}T00:00:00Z",
        )
        return memory(*lines, identity=identity)

    two = {"decisions/a.md": said(ID, 10), "decisions/b.md": said(OTHER, 11)}
    for one in (ID, OTHER):
        assert ignoring(two, Ignore("near-duplicate", WHY, one)) == ([], 1)
    three = {**two, "decisions/c.md": said(THIRD, 12)}
    for one in (ID, OTHER):
        told, ignored = ignoring(three, Ignore("near-duplicate", WHY, one))
        assert ("decisions/c.md", "near-duplicate") in told and ignored == 0


def test_what_meets_nothing_is_told() -> None:
    """At its line, with what it was about; not where only some rules run, or its own is off."""
    files = {"decisions/a.md": memory("kind: decision")}
    stale = Ignore("near-duplicate", WHY, memory=ID, path="decisions/**", line=17)
    (finding,) = examine(subject(files), ignores=[stale]).findings
    assert (finding.path, finding.line, finding.rule, finding.severity) == (
        ".agentmem/config.toml",
        17,
        "unused-ignore",
        "warning",
    )
    assert finding.message == f"nothing to ignore: no near-duplicate finding of {ID} and decisions/**"
    assert examine(subject(files), only=["schema"], ignores=[stale]).findings == []
    assert examine(subject(files), {"near-duplicate": OFF}, ignores=[stale]).findings == []
    assert examine(subject(files), {"unused-ignore": OFF}, ignores=[stale]).findings == []
    (finding,) = examine(subject(files), {"unused-ignore": ERROR}, ignores=[stale]).findings
    assert finding.severity == ERROR
    assert check(subject(files), ignores=[stale]) == []


@pytest.mark.parametrize(("start", "why"), [("7k3m", "is the start of 2 ids"), ("zzzz", "is no memory's id")])
def test_an_id_that_names_none_or_several_ignores_nothing(start: str, why: str) -> None:
    """It might hide the finding of another memory, so it says what is wrong with it."""
    files = {
        "decisions/a.md": memory("pin: x"),
        "decisions/b.md": memory("pin: x", identity=ID[:6] + "aaaaaa"),
    }
    result = examine(subject(files), ignores=[Ignore("schema", WHY, start)])
    assert result.ignored == 0 and len(result.findings) == 3
    assert why in result.findings[0].message


def test_a_rule_that_does_not_exist() -> None:
    """It is an error of the configuration, at its line, with the nearest."""
    with pytest.raises(ConfigError) as caught:
        check(subject({}), ignores=[Ignore("near-duplicates", WHY, ID, line=3)])
    assert (
        ".agentmem/config.toml:3" in caught.value.message
        and 'no rule "near-duplicates"' in caught.value.message
    )
    assert "did you mean near-duplicate?" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('trunk = "main"\n[check]\n# nope = "off"\nnope = "off"\n', 4),
        ('\n[[check.ignore]]\nrule = "nope"\nreason = "so"\npath = "facts/**"\n', 2),
    ],
)
def test_a_configuration_with_an_unknown_rule(store, text, line) -> None:
    """What check refuses, with file and line, doctor tells as well."""
    store.write("config.toml", text)
    for command in ("check", "doctor"):
        ran = store.call(command)
        assert ran.code and f"config.toml:{line}: check" in ran.out + ran.err, ran
        assert 'no rule "nope"' in ran.out + ran.err
    assert store.call("check").code == 2


def test_on_the_command_line(store) -> None:
    """The file is read, what it ignores changes the exit code, and the sum says how many there were."""
    store.write("decisions/a.md", "---\nid: [\n---\n")
    assert store.call("check").code == 1
    text = '[[check.ignore]]\nrule = "broken-file"\npath = "decisions/a.md"\nreason = "a fixture"\n'
    store.write("config.toml", text)
    assert store.json("check")["counts"] | {"memories": 0} == store.json("check")["counts"]
    assert "ignored" in store.ok("check")
    store.write("decisions/a.md", memory("kind: decision", "title: Well"))
    assert "config.toml:1: unused-ignore" in store.ok("check")
    assert "unused-ignore" not in store.ok("check", ".agentmem/decisions")
    store.write("config.toml", text.replace("broken-file", "broken-fil"))
    refused = store.call("check")
    assert refused.code == 2 and "did you mean broken-file?" in refused.err
