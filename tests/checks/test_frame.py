"""The frame: one bad file hides no other, settings and selection, and the order of what is printed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.checks import frame
from agentmem.checks.rules import OFF, RULES, check
from agentmem.errors import ConfigError, UsageError
from agentmem.model.findings import ERROR, SEVERITIES, WARNING, Finding, counts, ordered
from tests.checks.support import ID, memory, subject

HOSTILE = {
    "facts/alias.md": "---\na: &a [x]\nb: [*a, *a]\n---\n",
    "facts/bomb.md": "---\na: &a [x,x]\n" + "".join(f"k{i}: [*a,*a]\n" for i in range(50)) + "---\n",
    "facts/tag.md": "---\ntitle: !!python/object:os.system x\n---\n",
    "facts/deep.md": "---\na: " + "[" * 500 + "]" * 500 + "\n---\n",
    "facts/huge-key.md": "---\n" + "k: v\n" * 20_000 + "---\n",
    "facts/five.md": b"x" * 5_000_000,
    "facts/nul.md": b"\0" * 1000,
    "facts/latin.md": "Grüße".encode("latin-1"),
    "facts/escape.md": "\x1b[2J\x1b]0;title\x07",
    "facts/open.md": "---\ntitle: x\n",
}


def test_hostile_files_are_findings_and_hide_nothing() -> None:
    """Whatever lies beside it, a good memory is read, and each bad one is named."""
    store = subject({**HOSTILE, "facts/good.md": memory("title: A good one")})
    assert [file.memory.title for file in store.files if file.path == "facts/good.md" and file.memory] == [
        "A good one"
    ]
    named = {finding.path for finding in check(store) if finding.severity == ERROR}
    assert named == {f".agentmem/{path}" for path in HOSTILE}


@given(
    st.dictionaries(
        st.sampled_from(["facts/a.md", "decisions/b.md", "overlays/x/c.md"]), st.binary(max_size=300)
    )
)
@settings(deadline=None)
def test_any_bytes_can_be_checked(files: dict[str, bytes]) -> None:
    """No bytes make a rule fail, and no message is more than one clean line."""
    found = check(subject(dict(files)))
    for finding in found:
        assert finding.message.isprintable() and finding.line >= 1
        assert finding.fix is None or finding.fix.isprintable()
    assert found == ordered(found)


def test_huge_files_are_not_parsed() -> None:
    """Beyond the largest size there is a problem and no text."""
    file = frame.read("facts/a.md", b"a" * (frame.MAX_BYTES + 1))
    assert (file.memory, file.document.text, [p.code for p in file.problems]) == (None, "", ["size"])
    assert frame.read("facts/a.md", b"a" * frame.MAX_BYTES).memory is not None


def test_only_files_in_a_kinds_folder_are_memories() -> None:
    """README, overview and an overlay's receipts have no id to miss."""
    store = subject({"README.md": "# Hi\n", "overlays/b/promoted/c00000000001": "", "facts/a.txt": "x"})
    assert check(store) == [] and not any(file.memory for file in store.files)


def test_settings_change_severity_and_turn_off() -> None:
    """A team may make a warning an error, or silence a rule; naming the rule runs it all the same."""
    store = subject({"decisions/a.md": "no id\n"})
    assert [f.severity for f in check(store)] == [WARNING]
    assert [f.severity for f in check(store, {"missing-id": ERROR})] == [ERROR]
    assert check(store, {"missing-id": OFF}) == []
    assert [f.rule for f in check(store, {"missing-id": OFF}, ["missing-id"])] == ["missing-id"]
    assert check(store, {}, ["secret"]) == []


@pytest.mark.parametrize(
    ("given", "only", "hint"),
    [
        ({}, ["secrets"], "did you mean secret?"),
        ({"broken_fil": ERROR}, [], "did you mean broken-file?"),
        ({"zzz": ERROR}, [], "rules: broken-file schema"),
        ({"secret": "loud"}, [], "settings: error, warning, off"),
    ],
)
def test_unknown_names_are_errors(given: dict[str, str], only: list[str], hint: str) -> None:
    """A rule that does not exist is never silently not run."""
    with pytest.raises((UsageError, ConfigError)) as caught:
        check(subject({}), given, only)
    assert hint in str(caught.value.hint)


def test_the_order_is_path_line_rule() -> None:
    """What is printed does not hang on the order in which files or rules came."""
    places = [("b", 1, "x"), ("a", 9, "x"), ("a", 2, "y"), ("a", 2, "x")]
    made = [Finding(rule, ERROR, path, line, None, "", None) for path, line, rule in places]
    assert [(f.path, f.line, f.rule) for f in ordered(made)] == sorted(places)
    assert ordered(made[::-1]) == ordered(made)


def test_counts_has_every_severity() -> None:
    """None found is a zero."""
    assert counts([]) == {ERROR: 0, WARNING: 0}
    assert counts([Finding("r", WARNING, "a", 1, None, "", None)] * 2) == {ERROR: 0, WARNING: 2}


def test_rules_are_named_once_with_a_reason() -> None:
    """Ids are unique and in dashes; severities are known; a reason is one line."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.severity in SEVERITIES and rule.reason and "\n" not in rule.reason and "_" not in rule.id


def test_no_fix_destroys() -> None:
    """No advice of any rule takes a file, a commit or a change away."""
    bad = memory("kind: desicion", "created: noon", "status: retract", "title: " + "x" * 300, body="\u200bx")
    store = subject(
        {**HOSTILE, "facts/a.md": bad, "facts/b.md": bad},
        frame.Stray("facts/l.md", frame.LINK),
        frame.Stray("facts/u.md", frame.UNREADABLE),
    )
    for finding in check(store):
        words = (finding.fix or "").split()
        assert not {"rm", "--force", "--hard", "reset", "clean", "retract", "prune", "unlink"} & set(words)


def test_fixes_print_ids_short_and_unambiguous() -> None:
    """Six characters name a memory in a command, more where two would fit; the finding has all twelve."""
    near = ID[:8] + "aaaa"
    lone = check(subject({"facts/a.md": memory("kind: desicion")}))
    assert (lone[0].fix, lone[0].memory) == (f"agentmem edit {ID[:6]} --set kind=decision", ID)
    two = check(subject({"facts/a.md": memory("kind: fcat"), "facts/b.md": memory(identity=near)}))
    assert two[0].fix == f"agentmem edit {ID[:9]} --set kind=fact"


@pytest.mark.parametrize(
    ("word", "shell"), [("a/b.md", "a/b.md"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'")]
)
def test_quoted_words_are_one_word_to_a_shell(word: str, shell: str) -> None:
    """A path in a fix runs nothing of its own."""
    assert frame.quoted(word) == shell
