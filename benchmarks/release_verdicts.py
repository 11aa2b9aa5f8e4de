"""The verifier under test, on a package's history: the product's command, or its engine alone over the same trees."""

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from typing import NamedTuple

from release_history import History, git

import agentmem
from agentmem.model import anchoring, citing, emitting, ids
from agentmem.model.memory import Citation
from agentmem.symbols import finder

BRANCH = "cited"


class Said(NamedTuple):
    """A verdict and its place; lines from 1, both included."""

    verdict: str
    path: str | None = None
    first: int | None = None
    last: int | None = None
    ambiguous: bool = False
    similarity: float = 0.0


class Trees:
    """Two releases as the engine asks for them; renames as git finds them."""

    def __init__(self, history: History, release: int, later: int, shallow: bool) -> None:
        self.old, self.new = history.trees[release], history.trees[later]
        self.shallow, self._finder = shallow, finder()
        self._lines, self._old_lines = _line_paths(self.new), _line_paths(self.old)
        self._renamed: defaultdict[str, list[str]] = defaultdict(list)
        commits = history.commits[release], history.commits[later]
        said = git(history.folder, "diff", "--name-status", "-z", "-M", "-C", *commits).split("\0")
        while len(said) > 1:
            status = said.pop(0)
            path = said.pop(0)
            if status[0] in "RC":
                self._renamed[path].append(said.pop(0))

    def now(self, path: str) -> str | None:
        return self.new.get(path)

    def then(self, path: str) -> str | None:
        return None if self.shallow else self.old.get(path)

    def renamed(self, path: str) -> list[str]:
        return [] if self.shallow else self._renamed[path]

    def holding(self, line: str) -> list[str]:
        return sorted(self._lines.get(line, ()))

    def held(self, line: str) -> list[str]:
        return [] if self.shallow else sorted(self._old_lines.get(line, ()))

    def symbols(self, path: str, text: str) -> list[object]:
        return list(self._finder.symbols(path, text))


def _line_paths(tree: dict[str, str]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path, text in tree.items():
        for line in text.split("\n"):
            found[citing.normal(line)].add(path)
    return found


def by_engine(history: History, release: int, later: int, cites: list[Citation], shallow: bool) -> list[Said]:
    """What the engine alone says of citations of one release in a later one."""
    trees, pages = Trees(history, release, later, shallow), anchoring.Pages()
    found = [anchoring.locate(cite, trees, pages) for cite in cites]  # type: ignore[arg-type]
    return [Said(one.verdict, one.path, one.first, one.last, one.ambiguous, one.similarity) for one in found]


def by_command(history: History, later: int, cites: list[Citation], shallow: bool) -> list[Said]:
    """What ``agentmem verify`` says of citations, each in a memory of its own, with a later release checked out."""
    folder = history.folder
    git(folder, "checkout", "--quiet", "--force", "-B", BRANCH, history.commits[later])
    git(folder, "clean", "-qfdx")
    facts = os.path.join(folder, ".agentmem", "facts")
    os.makedirs(facts)
    names = [ids.derived_id("release", str(number)) for number in range(len(cites))]
    for name, cite in zip(names, cites, strict=True):
        meta = {
            "id": name,
            "kind": "fact",
            "title": f"What {cite.path} says",
            "created": "2026-02-10T14:03:22Z",
        }
        meta["cites"] = [{key: value for key, value in cite._asdict().items() if value is not None}]  # type: ignore[assignment]
        with open(os.path.join(facts, f"what-{name}.md"), "wb") as file:
            file.write(emitting.compose(meta, "As cited."))
    git(folder, "add", "--force", ".agentmem")
    git(folder, "commit", "--quiet", "--no-verify", "-m", "cites")
    place = folder
    if shallow:
        place = folder + "-shallow"
        shutil.rmtree(place, ignore_errors=True)
        source = f"file://{os.path.abspath(folder)}"
        git(os.path.dirname(folder), "clone", "--quiet", "--depth", "1", "--branch", BRANCH, source, place)
    said = json.loads(_verify(place))["citations"]
    if shallow:
        shutil.rmtree(place)
    found = {}
    for one in said:
        spot = one["found"] or {}
        first, last = citing.read_range(spot["lines"]) if spot.get("lines") else (None, None)
        found[one["memory"]] = Said(
            one["verdict"], spot.get("path"), first, last, one["ambiguous"], one["similarity"] or 0.0
        )
    return [found[name] for name in names]


def _verify(folder: str) -> str:
    # the very package that is imported here, wherever it lies
    root = os.path.dirname(os.path.dirname(os.path.abspath(agentmem.__file__)))
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": root}
    ran = subprocess.run(
        [sys.executable, "-m", "agentmem", "verify", "--json"],
        cwd=folder,
        env=env,
        capture_output=True,
    )
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"agentmem verify: exit {ran.returncode}: {ran.stderr.decode(errors='replace')}")
    return ran.stdout.decode()
