"""broken-link: a link that leads nowhere, and where it was meant to lead."""

import json
import shlex

import pytest

from tests.checks.support import ID, NOW, OTHER, THIRD, change, change_path, found, memory, new_id

RULE = "broken-link"
GONE = "9fh2kaw3zz71"


def links(*lines: str, kind: str = "fact", archived=lambda wanted: (), **files: str):
    """What the rule says of a memory with ``lines``, beside one called OTHER."""
    beside = memory("kind: task", "title: Beside", "source_id: T-7", identity=OTHER)
    return found(
        RULE,
        {"facts/a.md": memory(f"kind: {kind}", *lines), "tasks/b.md": beside, **files},
        archived=archived,
        now=NOW,
    )


@pytest.mark.parametrize("key", ["supersedes", "sources", "needs", "closes", "reopens"])
def test_an_id_that_nobody_has(key: str) -> None:
    """It is a warning, since the branch that has it may not be merged yet, with what takes it out."""
    (finding,) = links(f"{key}: [{OTHER}, {GONE}]")
    assert (finding.line, finding.severity, finding.memory) == (4, "warning", ID)
    assert finding.message == f"{key} names {GONE}, which is not here and not in its history"
    assert (
        finding.fix
        == f"agentmem edit 7k3m9q --set {key}-={GONE}     or wait for the merge that brings 9fh2ka"
    )


def test_the_line_of_the_item() -> None:
    """In a list with an item a line it is the item's."""
    (finding,) = links("needs:", f"  - {OTHER}", f"  - {GONE}  # why", "tags: [a]")
    assert finding.line == 6
    (finding,) = links("needs:", f"  - {OTHER}", f"  - '{GONE}'")
    assert finding.line == 6


@pytest.mark.parametrize(
    "slip",
    [
        "p2v8rr41c0zf",  # one other
        "p2v8rr410czd",  # two that changed places
        "p2v8rr41c0z",  # the last is missing: also the start of it
        "2v8rr41c0zd",
        "p2v8rrr41c0zd",
        "P2V8RR41C0ZD",
        "p2v8rr4lcozd",  # letters that look like digits
    ],
)
def test_a_slip_is_an_error_that_names_the_right_one(slip: str) -> None:
    """No merge brings an id that is one slip from one that is here."""
    (finding,) = links(f"needs: [{slip}]")
    assert finding.severity == "error"
    assert OTHER in finding.message and "Beside" in finding.message
    assert finding.fix == f"agentmem edit 7k3m9q --set needs-={slip} --set needs+={OTHER}"


def test_a_shortened_id_is_an_error() -> None:
    """A link has the whole id: the one that is meant is named, or all that it may be."""
    (finding,) = links("needs: [p2v8rr]")
    assert finding.severity == "error" and "a link has the whole id" in finding.message
    assert finding.fix == f"agentmem edit 7k3m9q --set needs-=p2v8rr --set needs+={OTHER}"
    near = OTHER[:6] + "aaaaaa"
    (finding,) = links("needs: [p2v8rr]", **{"facts/c.md": memory(identity=near)})
    assert finding.message == "needs names p2v8rr, which is the start of several ids: p2v8rr4, p2v8rra"
    assert (finding.fix or "").startswith("agentmem edit 7k3m9q --set needs-=p2v8rr --set needs+=ID")


def test_ids_of_a_source() -> None:
    """A source_id names its memory where it is the only one; else all that have it are named."""
    assert links("needs: [T-7]") == []
    (finding,) = links("needs: [T-7]", **{"facts/c.md": memory("source_id: T-7", identity=THIRD)})
    assert (finding.severity, finding.message) == (
        "error",
        "needs names T-7, which is the source_id of several: p2v8rr, c41x0z",
    )
    (finding,) = links("needs: [T-8]")
    assert (finding.severity, finding.message) == (
        "warning",
        "needs names T-8, which is no memory's id or source_id",
    )
    assert finding.fix == "agentmem edit 7k3m9q --set needs-=T-8     or wait for the merge that brings T-8"


def test_words_are_one_word_to_a_shell() -> None:
    """What a link says is quoted in the command."""
    (finding,) = links("needs: ['a b; rm -r x']")
    assert "--set 'needs-=a b; rm -r x'" in (finding.fix or "")


def test_history_is_asked_once_for_all() -> None:
    """What was archived is no broken link; only whole ids that nothing else explains are asked for."""
    asked = []

    def archived(wanted):
        asked.append(set(wanted))
        return {GONE}

    other = new_id()
    told = links(f"needs: [{OTHER}, {GONE}, {other}, T-7, p2v8rr]", f"sources: [{GONE}]", archived=archived)
    assert asked == [{GONE, other}]
    assert len(told) == 2 and not any(GONE in finding.message for finding in told)
    asked.clear()
    links(f"needs: [{OTHER}]", archived=archived)
    assert asked == []


@pytest.mark.parametrize(
    ("plan", "count"),
    [
        (OTHER, 0),
        ("The big one", 0),
        ("enhancements", 0),  # twelve letters of the alphabet of ids
        ("p2v8rr", 0),
        (GONE, 1),
        ("p2v8rr41c0zf", 1),
    ],
)
def test_plans_are_named_in_words_too(plan: str, count: int) -> None:
    """Only what is an id and no word is taken for one."""
    told = links(f"plan: {plan}", kind="task")
    assert len(told) == count
    if plan == GONE:
        assert (told[0].fix or "").startswith("agentmem edit 7k3m9q --set plan=  ")
    elif count:
        assert told[0].fix == f"agentmem edit 7k3m9q --set plan={OTHER}"


def test_a_log_entry_is_not_edited() -> None:
    """The tool refuses to edit one, so no command is advised."""
    for word in (GONE, "p2v8rr", "p2v8rr41c0zf"):
        (finding,) = links(f"closes: [{word}]", kind="log")
        assert "agentmem edit" not in (finding.fix or "")


def test_what_is_out_needs_no_links() -> None:
    """A retracted memory's links do nothing, whatever they name."""
    assert links(f"needs: [{GONE}]", "status: retracted") == []


def test_a_broken_file_is_still_there() -> None:
    """A link to a memory whose file cannot be read is well: the file is told."""
    broken = "---\nid: a: b\n---\n"
    assert links(f"needs: [{GONE}]", **{f"facts/x-{GONE}.md": broken}) == []
    assert len(links(f"needs: [{GONE}]", **{"facts/x.md": broken})) == 1


def test_links_that_a_change_makes() -> None:
    """They are told in the change's file, at their line; a change that takes the link out mends it."""
    path = change_path(OTHER)
    (finding,) = links(**{path: change("set:", "  needs:", f"    add: [{GONE}]", of=OTHER)})
    assert (finding.path, finding.line, finding.memory) == (f".agentmem/{path}", 8, OTHER)
    mended = change("set:", "  needs:", f"    remove: [{GONE}]", of=ID)
    assert links(f"needs: [{GONE}]", **{change_path(ID): mended}) == []
    assert links(**{path: change("retract: wrong", "set:", "  needs:", f"    add: [{GONE}]", of=OTHER)}) == []


def test_line_ends_and_scripts() -> None:
    """Windows line ends and other scripts move no line."""
    text = memory("kind: fact", "title: Ünï 日本", "needs:", f"  - {OTHER}", f"  - {GONE}").replace(
        "\n", "\r\n"
    )
    told = found(RULE, {"facts/a.md": text, "facts/b.md": memory(identity=OTHER)})
    assert [finding.line for finding in told] == [7]


def test_the_fix_can_be_run(store) -> None:
    """Taking out a link to nothing works, though nothing is named by it; so does putting the right one in its place."""
    right = store.remember(1, kind="task")
    wrong = right[:-1] + ("0" if right[-1] != "0" else "2")
    holder = store.remember(2, kind="task", needs=f"[{wrong}, {GONE}]")
    told = json.loads(store.call("check", "--only", RULE, "--json").out)["findings"]
    assert [one["severity"] for one in told] == ["error", "warning"]
    for one in told:
        words = shlex.split(one["fix"].partition("     ")[0])
        store.ok(*words[1:])
    assert store.json("check", "--only", RULE)["findings"] == []
    (file,) = store.store.glob(f"tasks/*{holder}.md")
    assert f"needs: [{right}]" in file.read_text()


@pytest.mark.parametrize("key", ["supersedes", "needs", "sources"])
def test_a_memory_is_not_meant_by_its_own_link(key):
    """What is a slip away from the memory's own id alone is no slip: the fix would make it replace itself."""
    slip = ID[:-1] + ("2" if ID[-1] == "1" else "1")
    kind = "task" if key == "needs" else "decision"
    (finding,) = found("broken-link", {f"{kind}s/a.md": memory(f"kind: {kind}", f"{key}: [{slip}]")})
    assert finding.severity == "warning" and "is meant" not in finding.message
