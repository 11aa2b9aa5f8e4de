"""The demonstration is a check: run once, as a user would, and its store looked at afterwards."""

import re
from pathlib import Path
from typing import Any

import pytest

from agentmem.actions import demo_project, demonstration
from agentmem.actions.demo_project import Ran
from agentmem.actions.demonstration import Step
from agentmem.errors import AgentmemError, UsageError
from agentmem.model import kinds
from tests.support import Project


def _without_names(line: str) -> str:
    """``line`` without the commits and ids that are others each time."""
    return re.sub(r"@[0-9a-f]{7}\b|\b[0-9a-hjkmnp-tv-z]{6}\b", "#", line)


def test_every_answer_is_the_one_awaited_and_the_store_is_well(tmp_path: Path):
    """It exits 0, prints less than anyone minds reading, and leaves a store of all kinds that passes our check."""
    printed: list[str] = []
    code = demonstration.run(printed.append, str(tmp_path / "kept"))
    out = "".join(printed)
    assert "NOT AS IT SHOULD BE" not in out
    assert code == 0
    assert out.count("\n") < 540
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = readme.split("```console\n")[1].split("```")[0]
    said = {_without_names(line) for line in out.splitlines()}
    assert not [line for line in shown.splitlines() if line[0] != "$" and _without_names(line) not in said]
    kept = Project(tmp_path / "kept")
    _is_a_team_at_work(kept)
    checked = kept.run("check", "--json")
    assert checked.code == 0
    assert not [finding for finding in checked.json["findings"] if finding["severity"] == "error"]
    statuses = [
        word for status in ("active", "open", "done", "failed", "superseded") for word in ("--status", status)
    ]
    memories = kept.json("list", "--limit", "0", *statuses)["memories"]
    assert len(memories) >= 75
    assert {memory["kind"] for memory in memories} == set(kinds.NAMES)
    assert {"done", "failed", "superseded"} <= {memory["status"] for memory in memories}
    assert len({memory["by"] for memory in memories}) == 15
    assert kept.git("status", "--porcelain").count("\n") == 1, (
        "only what the demonstration retracted is not committed"
    )


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path):
    """``--keep`` takes a new or an empty folder, and says so of any other before it does anything."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        demonstration.run(lambda text: None, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_every_step_says_what_it_awaits():
    """A step without an expectation would be a show and no check."""
    for step in demonstration.steps():
        assert step.says and (step.has or step.lacks), step.command


def _is_a_team_at_work(kept: Project) -> None:
    """One task is claimed, one handed on, one done on a branch, one done by ``done``, one reopened by ``fail``."""
    claims = kept.json("claims", "--all")["claims"]
    assert {one["task"][:6]: (one["agent"], one["state"]) for one in claims} == {
        "r6n1yb": ("worker-2", "held"),
        "3c9p0e": ("frontend-1", "released"),
        "m5e7ds": ("api-1", "done"),
        "w4c8pz": ("api-agent", "done"),
    }
    tasks = {one["id"][:6]: one for one in kept.json("task", "list", "--all")["tasks"]}
    assert tasks["w4c8pz"]["state"] == "done"
    assert tasks["z5dr8n"]["state"] != "done"
    assert tasks["m5e7ds"]["done_on"] == "feature/get-job"


def test_it_has_what_the_tool_is_for():
    """Recall by text, time, branch and role; briefs of three roles, each asked twice; claims won and lost."""
    taken = demonstration.steps()
    recalls = [step.command for step in taken if step.command.startswith("agentmem recall ")]
    for option in ("--file", "--since", "--until", "--at", "--role", "--by", "--all-branches"):
        assert any(option in command for command in recalls), option
    briefs = [step for step in taken if step.command == "agentmem brief"]
    assert len({step.by for step in briefs}) == 3
    assert all(step.twice and len(step.has) >= 5 and len(step.lacks) >= 5 for step in briefs)
    claims = [(step.by, step.exit) for step in taken if step.command.startswith("agentmem claim")]
    assert ("api-agent", 0) in claims and ("api-1", 4) in claims
    for verb in ("next", "claims", "overview", "conflicts", "verify"):
        assert any(step.command.startswith(f"agentmem {verb}") for step in taken), verb


class _Fake:
    """A project whose commands answer what they are told to, one answer after the other."""

    root, now, history = "", "2026-02-22T10:42:00Z", {"commit": []}

    def __init__(self, *answers: str | Ran) -> None:
        self.answers = [one if isinstance(one, Ran) else Ran(0, one, "") for one in answers]

    def environment(self, at: str, by: str) -> dict[str, str]:
        return {"AGENTMEM_AGENT": by}

    def typed(self, line: str, env: Any) -> Ran:
        return self.answers.pop(0)


def _asked(project: _Fake, *taken: Step) -> tuple[int, str]:
    printed: list[str] = []
    asking = demonstration._Asking(project, printed.append)  # type: ignore[arg-type]
    return asking.ask(taken), "".join(printed)


@pytest.mark.parametrize(
    ("step", "answer", "problem"),
    [
        (Step("s", "c", has=("moon",)), "sun\n", "no 'moon' in it"),
        (Step("s", "c", lacks=("sun",)), "sun\n", "'sun' in it"),
        (Step("s", "c", has=("sun",)), Ran(3, "sun\n", ""), "exit code 3, not 0"),
        (Step("s", "c", exit=4), "sun\n", "exit code 0, not 4"),
        (Step("s", "c"), "", "it says nothing"),
    ],
)
def test_a_wrong_answer_is_told_and_counted(step, answer, problem):
    """What is not as awaited is named under the answer, and the count at the end has it."""
    failed, printed = _asked(_Fake(answer), step)
    assert failed == 1
    assert f"NOT AS IT SHOULD BE: {problem}\n" in printed
    assert printed.endswith("\n0 of 1 steps answered as they should.\n")


def test_a_brief_must_be_the_same_twice_and_another_for_each():
    """``twice``: other words the second time are wrong, and so are the same words for two agents but for the name."""
    one, other = Step("s", "brief", by="a", twice=True), Step("s", "brief", by="b", twice=True)
    assert _asked(_Fake("# a\n1\n", "# a\n1\n", "# b\n2\n", "# b\n2\n"), one, other)[0] == 0
    failed, printed = _asked(_Fake("# a\n1\n", "# a\n2\n"), one)
    assert failed == 1 and "the second time it says otherwise" in printed
    failed, printed = _asked(_Fake("# a\n1\n", "# a\n1\n", "# b\n1\n", "# b\n1\n"), one, other)
    assert failed == 1 and "it says the same to another" in printed


@pytest.mark.parametrize(("answer", "code"), [("moon\n", 0), ("sun\n", 1)])
def test_the_exit_code_says_whether_all_was_as_awaited(monkeypatch, answer, code):
    """One wrong answer is enough for 1, so that a pipeline notices."""
    project = _Fake("created .agentmem/config.toml\ncommit these 4 files\n", answer)
    project.history = {"commit": [{"at": project.now, "by": "a", "message": "m"}]}
    monkeypatch.setattr(demo_project, "create", lambda root, outside: project)
    monkeypatch.setattr(demo_project, "play", lambda played, commit: "")
    monkeypatch.setattr(demonstration, "steps", lambda: [Step("s", "c", has=("moon",))])
    assert demonstration.run(lambda text: None, None) == code


def test_a_long_answer_is_cut_and_says_so():
    """So many lines of an answer as the step allows, and how many more there are."""
    printed = _asked(_Fake("1\n2\n3\n4\n"), Step("s", "c", lines=2))[1]
    assert "\n1\n2\n… 2 more lines\n" in printed
    assert "3\n" not in printed


def test_a_line_is_run_as_a_shell_would_run_it(tmp_path: Path):
    """Pipes hand on what is printed, ``&&`` goes on only after success, and the words of a quote stay together."""
    project = demo_project.Project(str(tmp_path), str(tmp_path), {"roles": {}, "now": "2026-02-22T10:42:00Z"})
    env = project.environment(project.now, "a")
    say = "python3 -c 'print(1, \"a  b\")'"
    shout = "python3 -c 'import sys; print(sys.stdin.read().upper())'"
    leave = "python3 -c 'import sys; print(2); sys.exit(3)'"
    assert project.typed(f"{say} | {shout} && {say}", env).out.split("\n") == ["1 A  B", "", "1 a  b", ""]
    assert project.typed(f"{leave} && {say}", env) == Ran(3, "2\n", "")
    assert project.typed(f"{leave} | {shout}", env) == Ran(3, "2\n", "")
    with pytest.raises(AgentmemError, match="python3 -c failed with 3: 2"):
        project.demand_typed(leave, env)
