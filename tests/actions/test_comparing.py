"""What differs between two views: by memory and field, whatever git did between them."""

import pytest

from agentmem.actions import comparing
from agentmem.errors import UsageError
from tests.support import Project, identity

ID = identity(1)
EMPTY = {"added": [], "changed": [], "superseded": [], "retracted": [], "removed": []}


@pytest.fixture
def team(store):
    """A store with memories 1 and 2."""
    store.remember(1, "First", "Line one.\nLine two.\n")
    store.remember(2, "Second")
    store.commit("begin")
    return store


def diff(project, *words, verb=("diff",)):
    """What differs, without what is empty."""
    answer = project.json(*verb, *words)
    return {key: value for key, value in answer.items() if key in EMPTY and value}


def named(found):
    """The changed memories with the names of their fields."""
    return {one["id"]: [field["name"] for field in one["fields"]] for one in found.get("changed", ())}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("HEAD", "", False)),
        (["a"], ("a", "", False)),
        (["a.."], ("a", "", False)),
        (["..b"], ("", "b", False)),
        (["a..b"], ("a", "b", False)),
        (["a...b"], ("a", "b", True)),
        (["a", "b"], ("a", "b", False)),
        (["v1.2..v1.3"], ("v1.2", "v1.3", False)),
        (["3 days ago..yesterday"], ("3 days ago", "yesterday", False)),
    ],
)
def test_what_words_name(words, expected):
    """Every form of two ends; what is left out is the worktree."""
    assert comparing.parse(words) == expected


@pytest.mark.parametrize("words", [["3", "days", "ago"], ["a..b", "c"], ["a", "b", "c"]])
def test_words_that_name_nothing(words):
    """More than two ends are told."""
    with pytest.raises(UsageError):
        comparing.parse(words)


def test_nothing_differs(team):
    """Nothing is one line, and exit 0 with --exit-code."""
    for words in ((), ("HEAD",), ("main..main",), ("main", "HEAD"), ("main...",)):
        assert diff(team, *words) == {}
        done = team.call("diff", *words, "--exit-code")
        assert done.code == 0 and done.out.startswith("agentmem: no memory differs") and len(done.lines) == 1


def test_by_field(team):
    """What was added, edited, retracted, superseded and removed, with fields; uncommitted or between commits alike."""
    old = team.git("rev-parse", "HEAD").strip()
    team.ok("edit", ID, "--set", "title=Other", "--set", "tags+=queue", "--body", "Line one.\nLine 2.")
    team.remember(3, "Third")
    team.remember(4, "Fourth")
    team.commit("more")
    team.ok("retract", identity(2), "--reason", "wrong")
    team.ok("supersede", identity(3), "--by", identity(4))
    (team.store / "facts" / f"m4-{identity(4)}.md").write_text(
        (team.store / "facts" / f"m4-{identity(4)}.md").read_text() + "More.\n"
    )
    found = diff(team, old)
    assert set(found["added"]) == {identity(3), identity(4)}
    assert named(found) == {ID: ["title", "tags", "body"]}
    assert found["retracted"] == [identity(2)]
    team.commit("rest")
    assert diff(team, f"{old}..main") == found
    last = diff(team, "HEAD~1..")
    assert last["superseded"] == [identity(3)] and named(last) == {identity(4): ["supersedes", "body"]}
    back = diff(team, "main", old)
    assert set(back["removed"]) == {identity(3), identity(4)} and "added" not in back
    assert team.call("diff", old, "--exit-code").code == 1
    text = team.ok("diff", "HEAD~1..")
    assert f"| superseded by {identity(4)[:6]}" in text


def test_what_was_added_and_is_not_in_force(team):
    """An added memory that is retracted, superseded or expired by then is told as such, and listed so too."""
    team.remember(3, "Wrong", status="retracted")
    team.remember(4, "Past", expires="2020-01-01T00:00:00Z")
    team.remember(5, "Older")
    team.remember(6, "Newer", supersedes=f"[{identity(5)}]")
    team.commit("more")
    wrong, past, older, newer = (identity(number) for number in range(3, 7))
    found = diff(team, "HEAD~1..HEAD")
    assert set(found["added"]) == {wrong, past, older, newer}
    assert (found["retracted"], found["superseded"]) == ([wrong], [older])
    told = {line.split()[1]: line for line in team.ok("diff", "HEAD~1..HEAD").splitlines()[1:]}
    notes = {
        one: told[told_as].partition('"')[2].partition('"')[2]
        for one in (wrong, past, older, newer)
        for told_as in told
        if one.startswith(told_as)
    }
    assert notes == {
        wrong: " | retracted",
        past: " | expired",
        older: f" | superseded by {newer[:6]}",
        newer: "",
    }


def test_a_rename_is_no_difference(team):
    """The file's name and its layout are no part of a memory."""
    path = team.store / "facts" / f"m1-{ID}.md"
    text = path.read_text().replace("title: First", 'title: "First"')
    path.unlink()
    team.write(f"facts/other-{ID}.md", text)
    assert diff(team) == {}


def test_overlays_and_promotion(team):
    """A change is a difference, merging it is one, promoting it is none."""
    team.git("switch", "-q", "-c", "feature")
    team.ok("edit", ID, "--set", "title=Changed", "--body", "Line one.\nLine 2.")
    assert named(diff(team)) == {ID: ["title", "body"]}
    team.commit("change")
    expected = diff(team, "main..feature")
    assert named(expected) == {ID: ["title", "body"]}
    assert diff(team, "main...feature") == diff(team, verb=("overlay", "diff")) == expected
    team.git("switch", "-q", "main")
    assert diff(team, "feature", verb=("overlay", "diff")) == expected
    team.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
    assert diff(team, "HEAD~1..HEAD") == expected
    team.ok("overlay", "promote")
    assert diff(team, "HEAD~1..HEAD") == {}
    assert diff(team, "feature..main") == {}


def test_a_memory_without_front_matter(team):
    """What changes are applied to is compared as it reads, not as it is laid out."""
    team.write("facts/plain.md", "# Heading\n\nSome text.\n")
    team.commit("plain")
    (one,) = [m for m in team.json("list")["memories"] if m["title"] == "Heading"]
    team.git("switch", "-q", "-c", "feature")
    team.ok("edit", one["id"], "--set", "tags+=x")
    assert named(diff(team)) == {one["id"]: ["tags"]}


def test_overlay_diff_after_a_squash(team):
    """What trunk has by now is no difference of the branch; what it has not is."""
    team.git("switch", "-q", "-c", "feature")
    team.ok("edit", ID, "--set", "title=Changed")
    team.remember(3, "Third", branch="feature")
    team.commit("change")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--squash", "feature")
    team.commit("squash")
    team.ok("supersede", ID, "--title", "Newer")
    team.commit("newer")
    assert diff(team, "feature", verb=("overlay", "diff")) == {}
    team.git("switch", "-q", "feature")
    team.remember(4, "Fourth", branch="feature")
    assert diff(team, verb=("overlay", "diff")) == {"added": [identity(4)]}


def test_overlay_diff_from_where_it_left(team):
    """What trunk did meanwhile is not the branch's."""
    team.git("switch", "-q", "-c", "feature")
    team.remember(3, "Third", branch="feature")
    team.commit("third")
    team.git("switch", "-q", "main")
    team.remember(4, "Fourth")
    team.commit("fourth")
    assert diff(team, "feature", verb=("overlay", "diff")) == {"added": [identity(3)]}
    assert diff(team, "main...feature") == {"added": [identity(3)]}
    assert diff(team, "main..feature") == {"added": [identity(3)], "removed": [identity(4)]}
    team.git("checkout", "-q", "--detach")
    done = team.call("overlay", "diff")
    assert done.code == 2 and "agentmem overlay diff BRANCH" in done.err
    assert team.call("overlay", "show").code == 2
    assert diff(team, "feature", verb=("overlay", "diff")) == {"added": [identity(3)]}


def test_reading_writes_no_configuration(team):
    """Looking at an overlay leaves git's configuration as it is, also on a detached HEAD of a CI system."""
    team.git("switch", "-q", "-c", "feature")
    team.git("checkout", "-q", "--detach")
    before = team.git("config", "--local", "--list")
    for action in ("show", "diff"):
        team.call("overlay", action, env={"GITHUB_HEAD_REF": "feature"})
    assert team.git("config", "--local", "--list") == before


def test_unrelated_histories(team):
    """Without a common commit three dots are an error with a way out; an overlay is compared with trunk as it is."""
    team.git("switch", "-q", "--orphan", "other")
    team.remember(3, "Third")
    team.commit("other")
    done = team.call("diff", "main...other")
    assert done.code == 2 and "agentmem diff main..other" in done.err
    done = team.call("overlay", "diff")
    assert done.code == 0 and "no commit in common" in done.err


def test_moments(team):
    """A moment is an end: the line at hand as it stood then."""
    team.remember(3, "Third")
    done = team.call("diff", "yesterday..")
    assert done.code == 2 and "nothing was committed here" in done.err
    assert diff(team, "2026-02-22T10:30:00Z..") == {"added": [identity(3)]}
    assert diff(team, "30 minutes ago") == {"added": [identity(3)]}


def test_before_the_first_commit(repo):
    """Without a commit all that is there was added."""
    repo.ok("init")
    name = repo.remember(1)
    assert diff(repo) == {"added": [name]}
    assert repo.call("diff", "main").code == 2
    assert repo.call("diff", "nothing..here").code == 2


def test_a_shallow_clone(team, tmp_path):
    """What a shallow clone has not is an error that says how to get it."""
    team.remember(3, "Third")
    team.commit("third")
    team.git("clone", "-q", "--depth", "1", f"file://{team.path}", str(tmp_path / "shallow"))
    shallow = Project(tmp_path / "shallow")
    assert "unshallow" in shallow.call("diff", "HEAD~1..HEAD").err
    assert diff(shallow) == {}


def test_budget(team):
    """A long answer keeps to its budget and says how much more there is."""
    from agentmem.model import tokens

    for number in range(10, 90):
        team.remember(number)
    out = team.ok("diff")
    assert tokens.estimate(out) <= 600 and "more: --budget 0" in out
    assert "more:" not in team.ok("diff", "--budget", "0")
    assert team.call("diff", "--budget", "-1").code == 2
