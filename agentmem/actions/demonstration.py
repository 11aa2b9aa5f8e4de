"""``demo``: a team's memory in a throwaway repository, asked as its agents would ask it. Every answer is checked."""

import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentmem import errors
from agentmem.actions import demo_project
from agentmem.actions.demo_project import Project, Ran
from agentmem.store import resources

PARTS = ("demo/team.toml", "demo/steps.toml")
"""The steps, in this order: the team at work, then what its memory is asked."""

ASKER = "api-agent"
LINES = 16
"""Lines shown of one answer at most, unless the step says otherwise."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the demonstration. ``has`` must stand in what it prints, ``lacks`` must not; ``exit`` is its exit code.

    ``by`` types it; in the command ``{new}`` is the id of the memory that an earlier step added. ``twice``: typed again it says
    the same, and it says something else to each who asks. ``replace`` changes files before; ``part`` is a heading.
    """

    says: str
    command: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    exit: int = 0
    lines: int = LINES
    by: str = ASKER
    twice: bool = False
    replace: tuple[Mapping[str, str], ...] = ()
    part: str = ""


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
        asking = _Asking(project, give)
        asking.begin()
        _history(project, give)
        failed = asking.ask(steps())
        if keep is not None:
            ask = f'AGENTMEM_NOW={project.now} agentmem recall "why poll"'
            give(f"\nThe repository stays in {root}. To ask it as on that day: {ask}\n")
    return errors.EXIT_FINDINGS if failed else errors.EXIT_OK


def steps() -> list[Step]:
    """The steps, in order."""
    return [_step(record) for part in PARTS for record in tomllib.loads(resources.read(part))["step"]]


def _step(record: Mapping[str, Any]) -> Step:
    many = {key: tuple(record[key]) for key in ("has", "lacks", "replace") if key in record}
    return Step(**{**record, **many})


def _new_folder(keep: str) -> str:
    root = os.path.abspath(keep)
    if os.path.lexists(root) and not (os.path.isdir(root) and not os.listdir(root)):
        raise errors.UsageError(f"{keep} is there already and not empty", "agentmem demo --keep NEW-FOLDER")
    return root


def _history(project: Project, give: Callable[[str], object]) -> None:
    give(
        "\n# Two weeks go by. Fifteen agents commit code, and with it what they learned (`agentmem import jsonl FILE`):\n"
    )
    for commit in project.history["commit"]:
        said = demo_project.play(project, commit)
        where = f" [{commit['branch']}]" if "branch" in commit else ""
        about = f"  ({said} memories)" if said else ""
        give(f"{commit['at'][5:10]} {commit['by']:<12} {commit['message']}{where}{about}\n")
        for line in commit.get("commands", ()):
            give(f"{'':<18} $ {line}\n")


@dataclass(slots=True)
class _Asking:
    """The steps as they are taken: ``known`` is what a command may name in braces, ``answers`` what was said to whom."""

    project: Project
    give: Callable[[str], object]
    known: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[str, str]] = field(default_factory=list)
    taken: int = 0
    failed: int = 0

    def begin(self) -> None:
        """The one step that comes before the history."""
        first = self.project.history["commit"][0]
        step = Step(
            says="A new repository gets a memory:",
            command="agentmem init",
            has=("created .agentmem/config.toml", "commit these"),
        )
        self._take(step, self.project.environment(first["at"], first["by"]))

    def ask(self, all_steps: Sequence[Step]) -> int:
        """Take the steps; how many did not answer as they should, the one before the history among them."""
        for step in all_steps:
            self._take(step, self.project.environment(self.project.now, step.by))
        self.give(f"\n{self.taken - self.failed} of {self.taken} steps answered as they should.\n")
        return self.failed

    def _take(self, step: Step, env: Mapping[str, str]) -> None:
        """Take one step and show it."""
        for change in step.replace:
            demo_project.replace(self.project, change)
        command = self._filled(step.command)
        ran = self.project.typed(command, env)
        if match := re.search(r"^added (\w+) ", ran.out, re.MULTILINE):
            self.known["new"] = match[1]
        wrong = self._wrong(step, ran)
        notes = [f"[exit {ran.code}]"] if ran.code else []
        if step.twice:
            again = self.project.typed(command, env)
            wrong += self._wrong_again(command, ran, again)
            notes.append(
                "[asked again, it says the same]" if again == ran else "[asked again, it says otherwise]"
            )
        self.taken += 1
        self.failed += bool(wrong)
        lines = [
            *([f"== {step.part} ==", ""] if step.part else []),
            f"# {step.says}",
            *(f"({step.by} changes {change['path']})" for change in step.replace),
            f"{'' if step.by == ASKER else step.by}$ {command}",
            *_shown(ran, step.lines),
            *notes,
            *(f"NOT AS IT SHOULD BE: {problem}" for problem in wrong),
        ]
        self.give("\n" + "\n".join(lines) + "\n")

    def _filled(self, text: str) -> str:
        for name, value in self.known.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _wrong(self, step: Step, ran: Ran) -> list[str]:
        """What about the answer is not as the step awaits it."""
        text = ran.out + ran.err
        wrong = []
        if ran.code != step.exit:
            wrong.append(f"exit code {ran.code}, not {step.exit}")
        wrong += [f"no {wanted!r} in it" for wanted in step.has if self._filled(wanted) not in text]
        wrong += [f"{other!r} in it" for other in step.lacks if other in text]
        if not text.strip() and (step.has or not step.exit):
            wrong.append("it says nothing")
        return wrong

    def _wrong_again(self, command: str, ran: Ran, again: Ran) -> list[str]:
        """Whether it says otherwise the second time, or to this one what it has said to another."""
        wrong = [] if again == ran else ["the second time it says otherwise"]
        # its first line names who asks: that alone would make any two differ
        body = ran.out.partition("\n")[2]
        if (command, body) in self.answers:
            wrong.append("it says the same to another")
        self.answers.append((command, body))
        return wrong


def _shown(ran: Ran, most: int) -> list[str]:
    printed = (ran.out + ran.err).strip("\n").split("\n")
    shown = [line for line in printed[:most] if line]
    if len(printed) > most:
        shown.append(f"… {len(printed) - most} more lines")
    return shown
