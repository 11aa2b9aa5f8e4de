"""duplicate-id: one id, one file."""

from agentmem.model import ids
from tests.checks.support import ID, OTHER, found, memory

RULE = "duplicate-id"


def test_both_files_are_named_with_the_other() -> None:
    """A diff may show either of them, so each tells of the other's place."""
    copy = "---\ntitle: x\nid: " + ID + "\n---\n"
    first, second = found(RULE, {"facts/a.md": memory(), "facts/b.md": copy})
    assert (first.path, first.line, first.severity) == (".agentmem/facts/a.md", 2, "error")
    assert first.message == f"{ID} is also the id of .agentmem/facts/b.md:3"
    assert (second.line, second.message) == (3, f"{ID} is also the id of .agentmem/facts/a.md:2")
    assert second.fix == "if this is a copy: take its id line out, then: agentmem check --fix"
    assert first.memory == second.memory == ID


def test_of_two_copies_one_is_enough() -> None:
    """To make a second memory of a copy that a merge of two renames left would say everything twice."""
    first, second = found(RULE, {"facts/a.md": memory(), "facts/b.md": memory()})
    assert first.fix == second.fix == "both files say the same: one of them is enough"


def test_more_than_two_are_counted() -> None:
    """Three files give three findings, not six."""
    files: dict[str, bytes | str] = {f"facts/{name}.md": memory() for name in "abc"}
    assert [f.message.endswith("and 1 more") for f in found(RULE, files)] == [True] * 3


def test_an_id_made_from_a_path_may_be_taken() -> None:
    """A fixed file that moved, and a new one in its old place, have one id."""
    moved = memory(identity=ids.derived_id("facts/a.md"))
    first, second = found(RULE, {"facts/a.md": "new\n", "facts/b.md": moved})
    assert first.fix is None and second.fix is not None


def test_what_may_repeat() -> None:
    """Different ids, one source_id, equal text, broken files and changes of an overlay are fine."""
    assert not found(
        RULE,
        {
            "facts/a.md": memory("source_id: plan.md#x"),
            "facts/b.md": memory("source_id: plan.md#x", identity=OTHER),
            "facts/c.md": f"---\nid: {ID}\nx: y: z\n---\n",
            "facts/d.md": "same\n",
            "facts/e.md": "same\n",
            "overlays/b/f.md": memory(),
        },
    )
