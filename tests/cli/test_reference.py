"""The reference: generated from the commands, whole, and its examples run."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from agentmem.cli import app, quick, reference
from agentmem.cli.examples import EXAMPLES
from agentmem.cli.grammar import VERBS
from agentmem.output.screens import NOT_LISTED
from tests import support

PAGES = (
    "README.md",
    "docs/teams.md",
    "docs/cli.md",
    "llms.txt",
    "templates/README.md",
    "templates/agents/SKILL.md",
    "templates/agents/block.md",
)
PROSE = ("help", "is", "keeps", "prints", "for", "finds", "gives", "writes", "alone", "sets")
CHECKOUT = Path(__file__).parents[2]
LISTED = [name for name in VERBS if name not in NOT_LISTED]
COMMANDS = re.compile(r"(?:^|[`\s(])agentmem ((?:[^`|\n\\]|\\\|)+)", re.MULTILINE)


@pytest.mark.parametrize("path", reference.files())
def test_it_is_generated(path):
    """Each page is what the commands say today; ``make generate`` writes it."""
    assert (CHECKOUT / path).read_text(encoding="utf-8") == reference.files()[path]


def test_every_command_is_documented():
    """Each verb has its section, a sentence, an example; each option and argument a sentence."""
    page = reference.markdown()
    assert set(EXAMPLES) == set(LISTED)
    for command in reference.commands():
        assert f"\n## {command.name}\n" in page and command.help.endswith((".", "?")), command.name
        assert command.examples, command.name
        for one in (*command.arguments, *command.options):
            assert one.help, (command.name, one.written)


def test_llms_names_pages_that_are_there():
    """What llms.txt links to exists, and every verb is in it."""
    text = reference.llms()
    for path in re.findall(r"\]\(([^)]+)\)", text):
        assert (CHECKOUT / path).is_file(), path
    assert all(f"`agentmem {name}" in text for name in LISTED)


def test_the_manual_page_is_well_formed():
    """No text is taken for a request of man's, and where groff is there it has no complaint."""
    page = reference.man()
    requests = {line.split(" ")[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests <= {'.\\"', ".TH", ".SH", ".SS", ".TP", ".IP", ".B", ".BR", ".br"}
    assert page.isascii()
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-Tascii", "-ww", "-z"], input=page, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0 and not done.stderr


def words_of(text):
    """Each command line of ``agentmem`` in a page, as far as it is one."""
    for found in COMMANDS.finditer(text):
        line = (
            re.split(r"\s{2,}|\s#\s|[;…]|</|>>|\s>\s|\s\||&&", found[1].replace("\\|", "|"))[0]
            .strip()
            .rstrip(".,:)")
        )
        if re.match(r"[a-z]", line):
            yield line


@pytest.mark.parametrize("path", PAGES)
def test_commands_in_pages_exist(path):
    """Each command that a page names is one, with options that it has."""
    text = (CHECKOUT / path).read_text(encoding="utf-8")
    seen = 0
    for line in words_of(text):
        name = line.split()[0]
        if name not in VERBS:
            assert (
                name in ("help", "is", "keeps", "prints", "for", "finds", "gives", "writes", "alone", "sets")
                or "COMMAND" in line
            ), line
            continue
        seen += 1
        options = {**quick.GLOBALS, **VERBS[name].options}
        for flag in re.findall(r"(?<=\s)(--?[a-z][a-z-]*)(?=[\s=]|$)", line):
            assert flag in options or flag in ("-h", "--help"), line
    assert seen


def test_recipes_are_yaml():
    """Each recipe is YAML with a command of ours in it."""
    recipes = re.findall(
        r"```yaml\n(.*?)```", (CHECKOUT / "docs/teams.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert len(recipes) >= 3
    for recipe in recipes:
        assert isinstance(yaml.safe_load(recipe), dict) and "agentmem" in recipe
    hooks = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for hook in hooks} >= set(re.findall(r"- id: (\S+)", "\n".join(recipes)))


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """A repository with the example store as its own, a plan file, and code that is cited."""
    path = tmp_path_factory.mktemp("example") / "repo"
    path.mkdir()
    support.git(path, "init", "-q", "-b", "main")
    shutil.copytree(CHECKOUT / ".agentmem.example", path / ".agentmem")
    for cited in ("README.md", "agentmem/store/writing.py"):
        support.put(path / cited, (CHECKOUT / cited).read_text(encoding="utf-8"))
    support.put(path / "plan/plan.md", "# Plan\n\n- [ ] **T1: Do it**\n")
    support.git(path, "add", "-A")
    support.git(path, "commit", "-q", "-m", "all")
    return support.Project(path)


FAILS = {"verify": 1, "check": 1}
"""Commands whose findings about this half of the code are right: they exit with 1 and say what they found."""
ELSEWHERE = {
    "demo": "actions/test_demonstration.py",
    "mcp": "mcp/test_server.py",
}
"""Commands whose example takes a test of its own, and where that is."""


def test_every_example_runs(example):
    """Each example does what it says, in the order of the commands; none ends in an error of usage."""
    example.ok("init")
    task = ""
    for name in [name for name, _ in app.COMMANDS if name in EXAMPLES and name not in ELSEWHERE]:
        for line in EXAMPLES[name]:
            words = shlex.split(line.replace(" ID", f" {task}"))
            assert words[0] == "agentmem" and name in (*words, "handoff")
            ran = example.call(*words[1:])
            assert ran.code in (0, FAILS.get(name, 0)), f"{line}: exit {ran.code}\n{ran.out}{ran.err}"
            if name == "task" and not task:
                task = ran.out.split()[1]
            if name in ("retract", "edit", "done"):
                example.commit(name)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_examples_that_take_a_test_of_their_own(name):
    """What is not run here is run there."""
    assert EXAMPLES[name] and (CHECKOUT / "tests" / ELSEWHERE[name]).is_file()


def test_git_finds_the_manual_page(tmp_path):
    """The wheel brings the pages to where man looks for those of a program on PATH: ``git agentmem --help`` shows them."""
    folder = Path(sys.prefix) / "share" / "man"
    assert (folder / "man1" / "agentmem.1").read_text(encoding="utf-8") == reference.man()
    assert (folder / "man1" / "git-agentmem.1").read_text(encoding="utf-8") == reference.alias()
    works = shutil.which("man") and not subprocess.run(["man", "--version"], capture_output=True).returncode
    if not works or not shutil.which("groff"):
        pytest.skip("no man here")
    support.git(tmp_path, "init", "-q")
    path = f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"
    env = support.environment({"PATH": path, "MANPATH": str(folder), "PAGER": "cat"})
    words = ["git", "agentmem", "--help"]
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "git agentmem" in done.stdout, done.stderr
