"""What is ours in a file of others: found again in any version, brought up to date, taken out; the rest stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import marks
from agentmem.model.marks import Torn
from agentmem.model.outfits import AGENTS, ENTRIES
from agentmem.store import resources

BODY = "## Team memory\n- ask first"
LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12), max_size=6)
FRAGMENTS = [
    marks.settings(resources.read(f"agents/{piece.template}"))
    for pieces in AGENTS.values()
    for piece in pieces
    if piece.form == ENTRIES
]
THEIRS = {
    "hooks": {
        "Stop": [{"hooks": [{"type": "command", "command": "say done"}]}],
        "stop": [{"command": "say done"}],
        "SessionStart": [{"hooks": [{"type": "command", "command": "motd"}]}],
    },
    "permissions": {"allow": ["Bash(ls:*)"], "deny": ["Bash(rm:*)"]},
    "model": "m",
}


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_block_goes_without_a_trace(lines, end, ends):
    """Any text gets the block at its end, once, and is itself again without it; also one whose last line has no end."""
    text = "".join(line + end for line in lines)
    text = text if ends else text.removesuffix(end)
    if not text.strip() or "agentmem:" in text:
        return
    more = marks.with_block(text, BODY)
    assert more.startswith(text) and marks.has_block(more)
    assert marks.with_block(more, BODY) == more
    assert marks.without_block(more) == text


def test_an_older_block_is_replaced_where_it_stands():
    """A block of another version gives its place to the new one, and what is around it stays."""
    old = "# A\n\n<!-- agentmem:begin 0 -->\nold\n<!-- agentmem:end -->\n\n# B\n"
    assert marks.with_block(old, BODY) == f"# A\n\n{marks.block(BODY)}\n# B\n"
    assert marks.without_block(old) == "# A\n\n# B\n"


HALVES = [
    "<!-- agentmem:begin 1 -->\nx\n",
    "x\n<!-- agentmem:end -->\n",
    marks.block("a") + "<!-- agentmem:end -->\n",
]


@pytest.mark.parametrize("text", HALVES)
def test_half_a_block_is_left_alone(text):
    """Where a mark is missing nobody can tell what is ours: nothing is written."""
    with pytest.raises(Torn):
        marks.with_block(text, BODY)
    with pytest.raises(Torn):
        marks.without_block(text)


@pytest.mark.parametrize("wanted", FRAGMENTS, ids=lambda wanted: " ".join(wanted))
@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_entries_go_beside_theirs_and_without_a_trace(wanted, indent):
    """What is there stays as it is; a second time changes nothing; taken out, every byte is as before."""
    text = json.dumps(THEIRS, indent=indent) + "\n"
    more, refused = marks.with_entries(text, wanted)
    assert not refused and marks.has_entries(more, wanted) and not marks.has_entries(text, wanted)
    assert marks.with_entries(more, wanted) == (more, [])
    left = marks.without_entries(more, wanted)
    assert left == (text if "version" not in wanted else left)
    assert json.loads(left).items() >= THEIRS.items()


@pytest.mark.parametrize("wanted", FRAGMENTS, ids=lambda wanted: " ".join(wanted))
def test_a_file_of_ours_alone_ends_empty(wanted):
    """Where there was nothing before there is nothing after."""
    made, _ = marks.with_entries("", wanted)
    assert json.loads(made) == wanted
    assert marks.without_entries(made, wanted) == ""


@pytest.mark.parametrize("wanted", FRAGMENTS)
def test_a_file_with_a_comment_is_the_users(wanted):
    """What has nothing but a comment of the user's keeps it, also in a list that ours came into."""
    for text in (
        "{\n  // ask Ann\n}\n",
        '{\n  "permissions": {\n    "allow": [\n      // none\n    ]\n  }\n}\n',
    ):
        more, _ = marks.with_entries(text, wanted)
        left = marks.without_entries(more, wanted)
        assert text.count("//") == more.count("//") == left.count("//")


def test_an_older_entry_of_ours_is_replaced():
    """A hook that an older version wrote gives way to the new one; one that does more than call us is the user's."""
    mixed = {"hooks": [{"command": "agentmem session claude start"}, {"command": "lint"}]}
    text = json.dumps(
        {"hooks": {"Stop": [{"hooks": [{"command": "agentmem session claude stop --old"}]}, mixed]}}
    )
    new = {"hooks": [{"command": "agentmem session claude stop || true"}]}
    more, _ = marks.with_entries(text, {"hooks": {"Stop": [new]}})
    assert json.loads(more)["hooks"]["Stop"] == [mixed, new]


@pytest.mark.parametrize("wanted", FRAGMENTS)
def test_a_call_in_the_users_words_is_not_doubled(wanted):
    """Who calls us by a path, or with a role, is not called twice, and keeps his words when ours are taken out."""
    text, _ = marks.with_entries("{}\n", wanted)
    own = text.replace('"agentmem session ', '"AGENTMEM_ROLE=api agentmem session ')
    assert marks.with_entries(own, wanted)[0] == own
    left = marks.without_entries(own, wanted)
    assert left.count("AGENTMEM_ROLE") == own.count("AGENTMEM_ROLE")


def test_what_is_set_otherwise_is_told():
    """A value of the user's own stays, and is named."""
    text = '{"chat.tools.terminal.autoApprove": {"agentmem": false}}'
    wanted = {"chat.tools.terminal.autoApprove": {"agentmem": True}}
    assert marks.with_entries(text, wanted) == (text, ["chat.tools.terminal.autoApprove.agentmem"])
