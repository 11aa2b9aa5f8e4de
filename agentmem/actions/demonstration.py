"""``demo``: a team's memory in a throwaway repository, asked as an agent would ask it. Every answer is checked."""

import os
import re
import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentmem import errors
from agentmem.actions import demo_project
from agentmem.actions.demo_project import Project, Ran
from agentmem.store import resources

STEPS = "demo/steps.toml"
ASKER = "api-agent"
LINES = 16
"""Lines shown of one answer at most, unless the step says otherwise."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the demonstration. ``has`` must stand in what it prints, ``lacks`` must not; ``exit`` is its exit code.

    In the command ``{new}`` is the id of the memory that an earlier step added.
    """

    says: str
    command: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    exit: int = 0
    lines: int = LINES


def run(give: Callable[[str], object], keep: str | None) -> int:
    """Make the repository (in the new folder ``keep``, else in one that is removed at the end) and ask it; 1 when an answer
    is not the one awaited.

    Raises:
        UsageError: ``keep`` is there and not empty; AgentmemError: the repository cannot be made.

    """
    # git names folders by their real path, and a temporary folder is a link on some systems
    with tempfile.TemporaryDirectory(prefix="agentmem-demo-", ignore_cleanup_errors=True) as folder:
        whole = os.path.realpath(folder)
        outside = os.path.join(whole, "outside")
        root = _new_folder(keep) if keep is not None else os.path.join(whole, demo_project.NAME)
        for path in (outside, root):
            os.makedirs(path, exist_ok=True)
        project = demo_project.create(root, outside)
        failed = _init(project, give) + _history(project, give) + _ask(project, give)
        if keep is not None:
            ask = f'AGENTMEM_NOW={project.now} agentmem recall "why poll"'
            give(f"\nThe repository stays in {root}. To ask it as on that day: {ask}\n")
    return errors.EXIT_FINDINGS if failed else errors.EXIT_OK


def steps() -> list[Step]:
    """The steps, in order."""
    import tomllib

    return [
        Step(
            says=record["says"],
            command=record["command"],
            has=tuple(record.get("has", ())),
            lacks=tuple(record.get("lacks", ())),
            exit=record.get("exit", 0),
            lines=record.get("lines", LINES),
        )
        for record in tomllib.loads(resources.read(STEPS))["step"]
    ]


def _new_folder(keep: str) -> str:
    root = os.path.abspath(keep)
    if os.path.lexists(root) and not (os.path.isdir(root) and not os.listdir(root)):
        raise errors.UsageError(f"{keep} is there already and not empty", "agentmem demo --keep NEW-FOLDER")
    return root


def _init(project: Project, give: Callable[[str], object]) -> int:
    first = project.history["commit"][0]
    step = Step(
        "A new repository gets a memory:",
        "agentmem init",
        has=("created .agentmem/config.toml", "commit these"),
    )
    return _take(project, step, project.environment(first["at"], first["by"]), {}, give)


def _history(project: Project, give: Callable[[str], object]) -> int:
    give(
        "\n# Two weeks go by. Fifteen agents commit code, and with it what they learned (`agentmem import jsonl FILE`):\n"
    )
    for commit in project.history["commit"]:
        said = demo_project.play(project, commit)
        where = f" [{commit['branch']}]" if "branch" in commit else ""
        about = f"  ({said} memories)" if said else ""
        give(f"{commit['at'][5:10]} {commit['by']:<12} {commit['message']}{where}{about}\n")
    return 0


def _ask(project: Project, give: Callable[[str], object]) -> int:
    env = project.environment(project.now, ASKER)
    known: dict[str, str] = {}
    all_steps = steps()
    failed = sum(_take(project, step, env, known, give) for step in all_steps)
    done = len(all_steps) + 1
    give(f"\n{done - failed} of {done} steps answered as they should.\n")
    return failed


def _take(
    project: Project, step: Step, env: Mapping[str, str], known: dict[str, str], give: Callable[[str], object]
) -> int:
    """Run one step and show it; 1 when its answer is not the one awaited."""
    command = _filled(step.command, known)
    ran = _pipeline(project, command, env)
    if match := re.search(r"^added (\w+) ", ran.out, re.MULTILINE):
        known["new"] = match[1]
    printed = (ran.out + ran.err).strip("\n").split("\n")
    shown = printed[: step.lines]
    if len(printed) > len(shown):
        shown.append(f"… {len(printed) - len(shown)} more lines")
    exit_note = [f"[exit {ran.code}]"] if ran.code else []
    wrong = _wrong(step, ran, known)
    told = [f"NOT AS IT SHOULD BE: {problem}" for problem in wrong]
    lines = [f"# {step.says}", f"$ {command}", *(line for line in shown if line), *exit_note, *told]
    give("\n" + "\n".join(lines) + "\n")
    return 1 if wrong else 0


def _pipeline(project: Project, command: str, env: Mapping[str, str]) -> Ran:
    """Run a line as a shell would: words, quotes and pipes, and nothing else of a shell."""
    stages: list[list[str]] = [[]]
    for word in shlex.split(command):
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    ran = Ran(0, "", "")
    for words in stages:
        ran = project.run(words, env, ran.out)
        if ran.code:
            break
    return ran


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _wrong(step: Step, ran: Ran, known: Mapping[str, str]) -> list[str]:
    """What about the answer is not as the step awaits it."""
    text = ran.out + ran.err
    wrong = []
    if ran.code != step.exit:
        wrong.append(f"exit code {ran.code}, not {step.exit}")
    wrong += [f"no {wanted!r} in it" for wanted in step.has if _filled(wanted, known) not in text]
    wrong += [f"{other!r} in it" for other in step.lacks if other in text]
    if not text.strip() and (step.has or not step.exit):
        wrong.append("it says nothing")
    return wrong
