"""`agentmem watch` through a team's day: a thousand writes, fifty switches of branches, packing, worktrees that come and go.

    python benchmarks/watch.py [--writes 1000] [--switches 50] [--worktrees 3]

Memories are added, edited and retracted by the tool and by hand, committed every few writes, on the branches of several
worktrees, one of which switches all the time; `git gc` runs now and then, a worktree is added and removed. The watch runs
beside it as a process of its own. Exits 1 when an event is missing or told twice, when one is told that nobody wrote, or when
the watch holds more memory, files or processes at the end than after a fifth of it: resident memory may differ by 8 MB, which
is what an allocator keeps or gives back.
"""

import argparse
import collections
import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

TOOL = [sys.executable, "-m", "agentmem"]
GROWTH = 8_000_000
"""Bytes by which resident memory may grow after the first fifth."""
PATIENCE = 60.0
"""Seconds that the last events are waited for."""


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def tool(folder: Path, *words: str) -> dict[str, Any]:
    """One command, in this process: a thousand of their own would take minutes, and the watch sees files either way."""
    from agentmem.cli import main

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out):
        code = main.run(["-C", str(folder), *words, "--json"])
    out.flush()
    said: dict[str, Any] = json.loads(out.buffer.getvalue())  # type: ignore[attr-defined]
    assert code == 0, said
    return said


BREATH = 1.5
"""Seconds after which a write is surely seen: two writes of one memory within one look are one event."""


class Watch:
    """The watch under test, its events kept as they come."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen([*TOOL, "watch", "--json"], cwd=folder, stdout=subprocess.PIPE)
        self.events: list[dict[str, Any]] = []
        self.ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        assert self.ready.wait(60)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            self.ready.set()

    def holds(self) -> tuple[int, int, int]:
        """Resident bytes, open files, children."""
        root = Path(f"/proc/{self.process.pid}")
        pages = int((root / "statm").read_text().split()[1])
        children = [
            one for task in (root / "task").iterdir() for one in (task / "children").read_text().split()
        ]
        return pages * os.sysconf("SC_PAGE_SIZE"), len(list((root / "fd").iterdir())), len(children)

    def heard(self, what: collections.Counter[tuple[str, str]]) -> bool:
        """Whether as many events as ``what`` has were told, after some time."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if len(self.events) - 1 >= what.total():
                time.sleep(1.5)  # for what should not come
                return True
            time.sleep(0.1)
        return False


class Team:
    """Worktrees of one repository with what was written in them, as it should be told."""

    def __init__(self, folder: Path, worktrees: int, chance: random.Random) -> None:
        self.chance = chance
        self.main = folder / "main"
        subprocess.run(["git", "init", "-q", "-b", "main", str(self.main)], check=True)
        for key, value in (
            ("user.name", "bench"),
            ("user.email", "bench@localhost"),
            ("commit.gpgsign", "false"),
        ):
            git(self.main, "config", key, value)
        tool(self.main, "init")
        for number in range(200):
            self._by_hand(self.main, f"There before {number}")
        git(self.main, "add", "-A")
        git(self.main, "commit", "-q", "-m", "before")
        self.branches = [f"topic/{number}" for number in range(5)]
        for branch in self.branches:
            git(self.main, "branch", branch)
        self.trees = [self.main]
        for number in range(worktrees - 1):
            git(self.main, "worktree", "add", "-q", "-b", f"wt/{number}", f"../wt{number}")
            self.trees.append(folder / f"wt{number}")
        self.expected: collections.Counter[tuple[str, str]] = collections.Counter()
        self.own: dict[Path, list[tuple[str, str, float]]] = {}
        self.count = 0

    def _by_hand(self, tree: Path, title: str) -> None:
        words = f"{title} {self.chance.random()}"
        path = tree / ".agentmem" / "facts" / f"{title.lower().replace(' ', '-')}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {title}\n\n{words}\n", encoding="utf-8")

    def write(self) -> None:
        """One write, somewhere: as often by hand as by the tool."""
        tree = self.chance.choice(self.trees)
        self.count += 1
        title = f"Write {self.count}"
        own = [one for one in self.own.setdefault(tree, []) if one[2] < time.monotonic() - BREATH]
        drawn = self.chance.random()
        if own and drawn < 0.15:
            one = self.chance.choice(own)
            self.own[tree].remove(one)
            identity, was, _ = one
            tool(tree, "edit", identity, "--set", f"title={title}")
            self.expected["edited", title] += 1
        elif own and drawn < 0.25:
            one = self.chance.choice(own)
            self.own[tree].remove(one)
            identity, was, _ = one
            tool(tree, "retract", identity, "--reason", "so much for that")
            self.expected["retracted", was] += 1
        elif drawn < 0.6:
            self._by_hand(tree, title)
            self.expected["added", title] += 1
        else:
            said = tool(tree, "add", "fact", title, "--body", f"{self.chance.random()}", "--force")
            self.own[tree].append((said["id"], title, time.monotonic()))
            self.expected["added", title] += 1
            return  # else what is committed soon is never edited
        if self.chance.random() < 0.3:
            self.commit(tree)

    def commit(self, tree: Path) -> None:
        git(tree, "add", "-A")
        git(tree, "commit", "-q", "--allow-empty", "-m", f"after {self.count}")
        self.own.pop(
            tree, None
        )  # what is committed may be on trunk: an edit would be a change of another title

    def switch(self) -> None:
        """The first worktree goes to another branch, all committed before."""
        self.commit(self.main)
        now = git(self.main, "branch", "--show-current").strip()
        branch = self.chance.choice([one for one in ("main", *self.branches) if one != now])
        git(self.main, "switch", "-q", branch)
        self.expected["switched", branch] += 1


def main() -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--writes", type=int, default=1000)
    parser.add_argument("--switches", type=int, default=50)
    parser.add_argument("--worktrees", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        team = Team(folder, options.worktrees, chance)
        watch = Watch(team.main)
        began = time.monotonic()
        every = max(options.writes // options.switches, 1)
        warm = (0, 0, 0)
        for number in range(1, options.writes + 1):
            team.write()
            time.sleep(0.03 if chance.random() < 0.7 else 0.25)
            if number % every == 0 and number // every <= options.switches:
                team.switch()
                time.sleep(0.4)  # two switches within one breath are one
            if number % 251 == 0:
                git(team.main, "gc", "-q", "--prune=now")
                git(team.main, "worktree", "add", "-q", "--detach", "../passing")
                git(team.main, "worktree", "remove", "--force", "../passing")
            if number == options.writes // 5:
                watch.heard(team.expected)
                warm = watch.holds()
        took = time.monotonic() - began
        if not watch.heard(team.expected):
            wrong.append("not everything was told in time")
        end = watch.holds()
        watch.process.terminate()
        code = watch.process.wait(10)
    told = collections.Counter(
        (one["event"], one["branch"] if one["event"] == "switched" else one["title"])
        for one in watch.events[1:]
    )
    for what, times in (team.expected - told).items():
        wrong.append(f"not told ({times}): {what}")
    for what, times in (told - team.expected).items():
        wrong.append(f"told too often ({times}): {what}")
    if end[0] - warm[0] > GROWTH:
        wrong.append(f"resident memory grew by {(end[0] - warm[0]) / 1e6:.1f} MB")
    if end[1] > warm[1]:
        wrong.append(f"{end[1] - warm[1]} more files are open")
    if end[2]:
        wrong.append(f"{end[2]} processes left behind")
    if code:
        wrong.append(f"it ended with {code}")
    kinds = collections.Counter(what for what, _ in told.elements())
    print(f"{options.writes} writes and {options.switches} switches in {took:.0f} s: told {dict(kinds)}")
    megabytes = f"{warm[0] / 1e6:.1f} MB after a fifth, {end[0] / 1e6:.1f} MB at the end"
    print(f"resident {megabytes}; open files {warm[1]}, {end[1]}")
    for one in wrong[:20]:
        print(f"WRONG: {one}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
