"""contradiction: two in force that cannot both be true."""

import pytest

from tests.checks.support import ID, OTHER, THIRD, change, change_path, found, memory, new_id

RULE = "contradiction"


def said(title: str, *lines: str, identity: str, day: int = 10, kind: str = "fact") -> str:
    return memory(
        f"title: {title}",
        f"kind: {kind}",
        f"created: 2026-02-{day:02}T10:00:00Z",
        *lines,
        identity=identity,
        body="",
    )


def pair(one: str, other: str, *lines: str, **files: str):
    """What the rule says of two statements; ``lines`` are of the later one."""
    made = {"facts/a.md": said(one, identity=ID), "facts/b.md": said(other, *lines, identity=OTHER, day=12)}
    return found(RULE, {**made, **files})


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("The job timeout is 30 s", "The job timeout is 60 s", "job timeout: 30 s, 60 s"),
        (
            "Sessions are stored in Redis",
            "Sessions are stored in Postgres",
            "Sessions stored in: Postgres, Redis",
        ),
        ("The cache is shared between workers", "The cache is not shared between workers", "said and denied"),
    ],
)
def test_two_that_cannot_both_be_true(one: str, other: str, reason: str) -> None:
    """One warning on the later, with the reason, the other, and both ways out."""
    (finding,) = pair(one, other)
    assert (finding.path, finding.line, finding.severity) == (".agentmem/facts/b.md", 3, "warning")
    assert (finding.memory, finding.others) == (OTHER, (ID,))
    assert reason in finding.message and f'7k3m9q "{one}"' in finding.message
    assert finding.fix == (
        "agentmem supersede 7k3m9q --by p2v8rr     or this is wrong: agentmem retract p2v8rr --reason TEXT"
    )


@pytest.mark.parametrize(
    ("one", "other", "lines"),
    [
        ("The job timeout is 30 s", "The job timeout is 30 s", []),
        ("The job timeout is 60 s", "The job timeout is 1 minute", []),
        ("The job timeout is 30 s", "The job timeout in production is 60 s", []),
        ("The job timeout is 30 s", "The job timeout is 60 s", [f"supersedes: [{ID}]"]),
        ("The job timeout is 30 s", "The job timeout is 60 s", ["status: retracted"]),
        ("The job timeout is 30 s", "The job timeout is 60 s", ["status: proposed"]),
        ("The job timeout is 30 s", "The job timeout is 60 s", ["expires: 2026-02-20T00:00:00Z"]),
        ("The job timeout is 30 s", "The queue holds 60 jobs", []),
    ],
)
def test_what_can_both_be_true(one: str, other: str, lines: list[str]) -> None:
    """The same value, another subject, and what is not in force."""
    assert pair(one, other, *lines) == []


def test_logs_and_tasks_claim_nothing() -> None:
    """Only what says how things are can contradict."""
    for kind in ("log", "task", "deadend"):
        assert pair("The job timeout is 30 s", "The job timeout is 60 s", f"# {kind}") != []
        files = {"facts/b.md": said("The job timeout is 60 s", identity=OTHER, kind=kind)}
        assert pair("The job timeout is 30 s", "Nothing", **files) == []


def test_a_group_is_told_once() -> None:
    """Three values of one slot are one finding, which names the others."""
    third = said("The job timeout is 90 s", identity=THIRD, day=14)
    (finding,) = pair("The job timeout is 30 s", "The job timeout is 60 s", **{"facts/c.md": third})
    assert finding.memory == THIRD and "nor can 7k3m9q" in finding.message


def test_a_change_counts() -> None:
    """What an overlay makes of a statement is compared; a retraction there takes it out."""
    path = change_path(OTHER)
    moved = change("set:", "  title: {from: The job timeout is 30 s, to: The job timeout is 60 s}", of=OTHER)
    same = ("The job timeout is 30 s", "The job timeout is 30 s")
    (finding,) = pair(*same, **{path: moved})
    assert finding.path == f".agentmem/{path}"
    out = change("retract: wrong", of=ID)
    assert pair("The job timeout is 30 s", "The job timeout is 60 s", **{change_path(ID): out}) == []


@pytest.mark.parametrize(
    "text",
    [lambda i: f"The job timeout is {i} s", lambda i: f"Job {i} takes 5 s", lambda i: "Nightly batch"],
)
def test_what_an_import_makes(text) -> None:
    """A thousand from one template are told in few findings."""
    files = {f"facts/{i}.md": said(text(i), identity=new_id()) for i in range(1000)}
    assert len(found(RULE, files)) <= 1
