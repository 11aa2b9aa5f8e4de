"""Reviewing a change: errors only for what it brings, warnings where it touches the evidence of others; hooks and the index."""

import os
import sys

import pytest

from tests.evidence.support import (
    CODE,
    OTHER,
    READ_ALL,
    code,
    evidence,
    findings,
    lines_of,
    remember,
    verdicts,
)
from tests.support import Project, git, identity

CHANGED = CODE.replace("4096", "8192")
MOVED = "import sys\n" + CODE


@pytest.fixture
def project(store: Project) -> Project:
    """On main code, a fact with evidence in it and one whose evidence is broken already; on a branch at the same commit."""
    code(store, "src/files.py", CODE)
    code(store, "src/other.py", OTHER)
    commit = store.commit("code")[:12]
    remember(store, 1, evidence(CODE, READ_ALL, commit=commit))
    remember(store, 2, evidence(CODE.replace("handle.close()", "handle.shut()"), "14-15"))
    remember(store, 3)
    store.commit("memories")
    store.git("switch", "-q", "-c", "work")
    return store


def review(project: Project, words: str = "main..work", *more: str) -> list[dict]:
    """The findings of a review."""
    done = project.call("check", "--diff", words, "--json", *more)
    assert done.code in (0, 1), done
    found = done.json["findings"]
    assert done.code == (1 if any(one["severity"] == "error" for one in found) else 0)
    return found


def told(project: Project, words: str = "main..work", *more: str) -> list[tuple[str, str]]:
    """Rule and severity of each finding of a review."""
    return [(one["rule"], one["severity"]) for one in review(project, words, *more)]


def path_of(project: Project, number: int):
    """The file of a memory."""
    return next(project.store.glob(f"facts/m{number}-*"))


def test_an_empty_change(project):
    """What is broken in the store already is told by none of it."""
    assert findings(project) != []
    assert told(project) == told(project, "main") == told(project, "main..") == []
    code(project, "src/third.py", "x = 1\n")
    project.commit("unrelated")
    assert told(project) == told(project, "main") == []


def test_old_errors_fail_nobody(project):
    """What is broken in the store already, of whatever rule, is no error of a change that has not brought it."""
    project.git("switch", "-q", "main")
    project.write("facts/broken.md", "---\nid: [\n---\nBody\n")
    project.remember(20, importance="9", title="Wrong number")
    project.remember(21, supersedes="[zzzzzzzzzzzz]", title="Wrong link")
    project.commit("errors")
    assert project.call("check").code == 1
    project.git("switch", "-q", "-C", "work")
    code(project, "src/files.py", MOVED)
    remember(project, 22, evidence(CODE, "4-6"))
    path = path_of(project, 20)
    path.write_text(path.read_text().replace("Wrong number", "A wrong number"))
    project.commit("work")
    assert all(severity == "warning" for _, severity in told(project)), review(project)
    path.write_text(path.read_text().replace("importance: 9", "importance: many"))
    assert ("schema", "error") in told(project, "main")


def test_a_rename_and_a_move_break_nothing(project):
    """A file that is only renamed, lines that only move: no finding."""
    project.git("mv", "src/files.py", "src/renamed.py")
    project.commit("renamed")
    assert told(project) == told(project, "main") == []
    code(project, "src/renamed.py", MOVED)
    project.commit("moved")
    assert told(project) == []
    assert project.json("check", "--diff", "main..work")["counts"]["moved"] >= 1


@pytest.mark.parametrize("strict", [(), ("--strict",)], ids=["plain", "strict"])
@pytest.mark.parametrize("how", ["changed", "taken out", "deleted"])
def test_whoever_breaks_the_evidence_of_others_is_warned_at_the_code(project, how, strict):
    """A line that was evidence is changed, or goes: a warning at the line, which with --strict is an error."""
    if how == "deleted":
        (project.path / "src/files.py").unlink()
    else:
        body = lines_of(CODE, READ_ALL)
        code(project, "src/files.py", CHANGED if how == "changed" else CODE.replace(body, "READER = None"))
    project.commit(how)
    rule = "cite-changed" if how == "changed" else "cite-gone"
    for words in ("main..work", "main"):
        found = review(project, words, *strict)
        first = found[0]
        assert (first["rule"], first["severity"]) == (rule, "error" if strict else "warning")
        assert first["memory"] == identity(1) and "Does it still hold?" in first["message"]
        if how == "deleted":  # which takes the other's away as well
            assert {one["memory"] for one in found} <= {identity(1), identity(2)}
        else:
            assert len(found) == 1
    if not strict:
        assert project.call("check", "--diff", "main..work", "--format", "text").out.startswith(
            "src/files.py:9: "
        )
        assert "::warning file=src/files.py,line=9,title=agentmem " + rule in project.ok(
            "check", "--diff", "main..work", "--format", "github"
        )


def test_what_a_change_brings_must_hold(project):
    """A new fact with broken evidence, or with none, is an error; with good evidence nothing."""
    remember(project, 11, evidence(CHANGED, READ_ALL))
    remember(project, 12)
    remember(project, 13, evidence(CODE, "4-6"))
    remember(project, 14, kind="decision")
    remember(project, 15, {"path": "src/lost.py", "symbol": "lost"})
    project.commit("facts")
    assert sorted(
        (one["memory"], one["rule"], one["severity"]) for one in review(project) if "cite" in one["rule"]
    ) == sorted(
        [
            (identity(11), "cite-changed", "error"),
            (identity(12), "cite-missing", "error"),
            (identity(15), "cite-gone", "error"),
        ]
    )


def test_an_edit_is_not_failed_for_what_was_broken_before(project):
    """Who edits the title of a memory whose evidence was broken, or missing, before is not failed for that."""
    for number in (2, 3):
        path = path_of(project, number)
        path.write_text(path.read_text().replace("title: ", "title: Better "))
    project.commit("titles")
    assert all(severity != "error" for _, severity in told(project))


def test_evidence_that_a_change_brings_is_its_own(project):
    """In the memory's own file or as a change of the branch: what is cited anew must hold, there and at that line."""
    path = path_of(project, 1)
    path.write_text(path.read_text().replace("src/files.py", "src/lost.py").replace('"commit"', '"was"'))
    project.commit("in place")
    found = review(project)
    assert [(one["rule"], one["severity"], one["path"]) for one in found] in (
        [("cite-gone", "error", path.relative_to(project.path).as_posix())], [],
    )  # fmt: skip
    project.git("reset", "-q", "--hard", "main")
    project.ok("cite", identity(1), "src/other.py:1-3")
    code(project, "src/other.py", OTHER.replace("* second", "// second"))
    project.commit("as a change")
    found = review(project)
    assert [(one["rule"], one["severity"]) for one in found] == [("cite-changed", "error")]
    assert found[0]["path"].startswith(".agentmem/overlays/work/")
    line = (project.path / found[0]["path"]).read_text().splitlines()[found[0]["line"] - 1]
    assert "src/other.py" in line


def test_code_and_memory_in_one_change(project):
    """Who changes the code and retracts, supersedes or looks again at what rested on it is told nothing."""
    project.git("tag", "start")
    for how in ("retract", "supersede", "cite", "edit"):
        project.git("reset", "-q", "--hard", "start")
        project.git("clean", "-fdq")
        code(project, "src/files.py", CHANGED)
        if how == "retract":
            project.ok("retract", identity(1), "--reason", "larger chunks")
        elif how == "supersede":
            project.ok("supersede", identity(1), "--title", "Larger chunks")
            new = next(
                one["id"] for one in project.json("list")["memories"] if one["title"] == "Larger chunks"
            )
            project.ok("cite", new, "src/files.py#read_all")
        elif how == "cite":
            project.ok("cite", identity(1), "src/files.py#read_all")
        project.commit(how)
        found = [one for one in told(project) if one[0].startswith("cite")]
        assert found == ([("cite-changed", "warning")] if how == "edit" else []), how


def test_a_revert_takes_the_doubt_away(project):
    """What the change did and undid again is nothing; a revert of what broke evidence on main is none's fault."""
    code(project, "src/files.py", CHANGED)
    project.commit("changed")
    assert told(project) == [("cite-changed", "warning")]
    project.git("revert", "--no-edit", "HEAD")
    assert told(project) == []
    project.git("switch", "-q", "main")
    code(project, "src/files.py", CHANGED)
    project.commit("changed on main")
    assert told(project, "main..work") == []  # from where work left main
    project.git("switch", "-q", "-c", "mend", "main")
    code(project, "src/files.py", CODE)
    project.commit("mended")
    assert told(project, "main..mend") == []
    assert told(project, "HEAD~1..HEAD") == []


def test_a_review_is_from_where_the_branch_left(project):
    """What main did meanwhile is not the branch's; A..B looks at B's tree, A alone at the worktree."""
    code(project, "src/third.py", "x = 1\n")
    project.commit("work")
    project.git("switch", "-q", "main")
    code(project, "src/files.py", CHANGED)
    project.commit("main goes on")
    assert told(project) == []
    assert told(project, "main..main") == []
    project.git("switch", "-q", "work")
    code(project, "src/files.py", CHANGED)
    assert told(project) == []
    assert told(project, "main") == [("cite-changed", "warning")]
    remember(project, 11)
    assert ("cite-missing", "error") in told(project, "main")
    assert told(project) == []
    project.git("checkout", "-q", ".")
    project.git("switch", "-q", "--detach", "main")
    assert told(project, "main~1..work") == []


def test_histories_that_cannot_be_compared(project, tmp_path):
    """Unrelated histories and shallow clones are compared as they are, and that is said; a name that is none is an error."""
    code(project, "src/files.py", CHANGED)
    project.commit("changed")
    project.git("switch", "-q", "--orphan", "alone")
    project.git("checkout", "-q", "main", "--", ".")
    code(project, "src/files.py", CHANGED)
    project.commit("alone")
    done = project.call("check", "--diff", "main..alone")
    assert done.code == 0 and "cite-changed" in done.out and "unrelated" in done.err
    url = f"file://{project.path}"
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", url, "shallow")
    shallow = Project(tmp_path / "shallow")
    done = shallow.call("check", "--diff", "origin/main..origin/work")
    assert done.code == 0 and "cite-changed" in done.out and "shallow" in done.err
    for words in ("nowhere..work", "main..nowhere", "..work", "", "..", "--output=x", "main...work"):
        done = project.call("check", "--diff", words)
        assert done.code in (0, 2) and "bug" not in done.err, (words, done)
    assert not (project.path / "x").exists()


def test_the_base_that_a_clone_of_one_branch_has_not_got(project, tmp_path):
    """The advice brings it, and the review says what it says in a whole clone; ``git fetch`` alone brings no other branch."""
    git(tmp_path, "clone", "-q", "--depth", "1", "-b", "work", f"file://{project.path}", "one")
    one = Project(tmp_path / "one")
    words = ("check", "--diff", "origin/main..HEAD")
    refused = one.call(*words)
    advice = refused.err.rpartition("hint: ")[2].strip()
    assert refused.code == 2 and advice == "git fetch origin main:refs/remotes/origin/main"
    assert one.call("list", "--branch", "origin/main").err.endswith(f"{advice}\n")
    assert one.call("overlay", "adopt", "origin/main").err.endswith(f"{advice}\n")
    one.git(*advice.split()[1:])
    assert one.call(*words).code == 0
    assert "git fetch --unshallow" in one.call("check", "--diff", "HEAD~3..HEAD").err


def test_rules_and_formats_of_a_review(project):
    """--only holds for both halves of a review; each format gives something that is whole."""
    code(project, "src/files.py", CHANGED)
    remember(project, 11)
    project.commit("both")
    assert told(project, "main..work", "--only", "cite-missing") == [("cite-missing", "error")]
    assert told(project, "main..work", "--only", "cite-changed") == [("cite-changed", "warning")]
    assert told(project, "main..work", "--only", "schema") == []
    for format in ("text", "json", "github", "sarif", "junit", "md"):
        done = project.call("check", "--diff", "main..work", "--format", format)
        assert done.code == 1 and done.out, format
        assert ("cite-missing" in done.out) or format == "md", format
    comment = project.call("check", "--diff", "main..work", "--format", "md").out
    assert "1 in doubt" in comment and "this PR changes its evidence, files.py:9-11" in comment


def test_touching_a_file_is_no_change(project):
    """A file whose time alone is new was not changed."""
    remember(project, 20, kind="decision", scope="[src/**]")
    project.commit("decision")
    project.git("branch", "-f", "main")
    os.utime(project.path / "src/files.py", (1, 1))
    comment = project.call("check", "--diff", "main", "--format", "md").out
    assert "touched paths" not in comment


def test_the_comment_tells_what_a_change_leaves_undecided(project):
    """A field that two branches set otherwise is told as a CONFLICT with its fix, and base's value not as this change's."""
    project.git("switch", "-q", "main")
    name = project.remember(20, "Hourly", kind="decision")
    project.commit("decision")
    for branch, title in (("one", "Half-hourly"), ("two", "Every ten minutes")):
        project.git("switch", "-q", "-c", branch, "main")
        project.ok("edit", name, "--set", f"title={title}")
        project.commit(branch)
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "one")
    project.git("switch", "-q", "-C", "work", "main")
    project.git("merge", "-q", "--no-edit", "two")
    project.ok("edit", name, "--set", "tags+=deny")
    project.commit("work")
    text = project.call("check", "--diff", "main..work").out
    comment = project.call("check", "--diff", "main..work", "--format", "md").out
    row = next(line for line in comment.splitlines() if line.startswith("| ~ |"))
    assert "CONFLICT in title" in row and "title: `" not in row and "tags: + `deny`" in row
    assert "CONFLICT in title: branches say different things" in text
    assert "**To look at** (1 warning)" in comment and "`unsettled-change` (warning)" in comment
    assert f"agentmem edit {name[:6]} --set KEY=VALUE" in comment


def test_the_comment_tells_each_thing_once(project):
    """Evidence in doubt has its row, a contradiction its sentence: neither is a warning besides."""
    code(project, "src/files.py", CHANGED)
    project.remember(20, "Retries stop after 3 tries", kind="decision", created="2026-02-09T10:00:00Z")
    project.remember(21, "Retries stop after 5 tries", kind="decision")
    project.commit("both")
    warnings = told(project)
    assert ("cite-changed", "warning") in warnings and ("contradiction", "warning") in warnings
    comment = project.call("check", "--diff", "main..work", "--format", "md").out
    assert "1 in doubt" in comment and "**Contradicts**" in comment and "To look at" not in comment


# -- the git index


def test_staged_is_what_the_next_commit_will_say(project):
    """Code and memories are those of the git index, whatever the worktree says; and the other way round."""
    code(project, "src/files.py", CHANGED)
    before = findings(project, "--staged")
    assert len(findings(project)) == len(before) + 1
    project.git("add", "src/files.py")
    code(project, "src/files.py", CODE)
    assert len(findings(project, "--staged")) == len(before) + 1
    assert findings(project) == before
    remember(project, 11, evidence(CHANGED, READ_ALL))
    assert len(findings(project)) == len(before) + 1  # the memory is in the worktree alone
    assert len(findings(project, "--staged")) == len(before) + 1
    project.git("add", ".agentmem")
    (project.path / "src/files.py").unlink()
    assert (
        len(findings(project, "--staged")) == len(before) + 1
    )  # what is staged holds, the older one does not
    assert [f for f in findings(project, "--staged", "--strict") if f[1] == "error"]
    project.git("rm", "-q", "--cached", "src/files.py")
    assert ("cite-gone", "warning") in findings(project, "--staged")


HOOK = """#!/bin/sh
exec {python} -m agentmem check --staged --strict --only cite-changed --only cite-gone
"""


def test_in_a_pre_commit_hook(project, tmp_path):
    """Git hands a hook another index for ``commit -a`` and for a commit of some files: that is what is looked at."""
    path_of(project, 2).unlink()
    project.commit("only what holds")
    hook = project.path / ".git/hooks/pre-commit"
    hook.write_text(HOOK.format(python=sys.executable))
    hook.chmod(0o755)

    def commit(*words: str) -> bool:
        head = project.git("rev-parse", "HEAD")
        project.git("commit", "-q", "-m", "work", *words, check=False)
        return project.git("rev-parse", "HEAD") != head

    code(project, "src/files.py", CHANGED)
    assert not commit("-a")
    code(project, "src/other.py", OTHER + "# more\n")
    assert commit("src/other.py")
    assert not commit("src/files.py")
    code(project, "src/other.py", OTHER)
    assert not commit("-a")
    (project.path / "sub").mkdir()
    assert not commit("-a", "--no-edit")
    assert git(project.path / "sub", "commit", "-q", "-m", "x", "../src/other.py", check=False) == ""
    assert project.git("status", "--porcelain", "src") == " M src/files.py\n"
    code(project, "src/files.py", MOVED)
    assert commit("-a")
    project.git("worktree", "add", "-q", "-b", "aside", str(tmp_path / "aside"))
    aside = Project(tmp_path / "aside")
    code(aside, "src/files.py", CHANGED)
    assert aside.git("commit", "-q", "-a", "-m", "x", check=False) == "" and aside.git(
        "status", "--porcelain"
    )
    assert verdicts(project) == ["moved"]
