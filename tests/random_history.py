"""A random history of a store, for `git fast-import`: branches, changes, promotions, merges, renames, removals."""

import random
import subprocess
from pathlib import Path

from agentmem.model import applying, changes, editing, settling
from agentmem.model.editing import Edit
from agentmem.store import layout
from tests import support

Tree = dict[str, bytes]


class History:
    """Branches as trees in memory, and the commits that led to them. Deterministic in its seed."""

    def __init__(self, seed: int, branches: int = 6) -> None:
        self.rng = random.Random(seed)
        self.names = [f"agent/{number}" for number in range(branches)]
        self.trees: dict[str, Tree] = {"main": {}}
        self.bases: dict[str, Tree] = {}
        self.tips: dict[str, int] = {}
        self.commits: list[tuple[str, int, list[int], Tree, Tree]] = []
        self.number = 0

    def identity(self) -> str:
        """The next id."""
        self.number += 1
        return support.identity(self.number)

    def run(self, count: int) -> None:
        """Make ``count`` commits."""
        root = ".agentmem/"
        self.trees["main"] = {
            root + "config.toml": b'trunk = "main"\n',
            root + ".gitattributes": layout.GITATTRIBUTES.encode(),
            root + ".gitignore": layout.GITIGNORE.encode(),
        }
        for _ in range(6):
            self.add("main")
        self.commit("main", [])
        while len(self.commits) < count:
            self.step()

    def step(self) -> None:
        """One commit."""
        name = self.rng.choice(["main", *self.names])
        if name not in self.trees:
            self.trees[name], self.bases[name] = dict(self.trees["main"]), dict(self.trees["main"])
            self.tips[name] = self.tips["main"]
        what = self.rng.choice(
            ("add", "add", "edit", "edit", "edit", "rename", "remove", "retract", "merge", "back")
        )
        if what == "merge" and name != "main":
            self.merge("main", name)
            if self.rng.random() < 0.5:
                self.promote()
            if self.rng.random() < 0.3:
                del self.trees[name]
            return
        if what == "back" and name != "main":
            self.merge(name, "main")
            return
        if what == "add":
            self.add(name)
        elif what in ("edit", "retract"):
            self.edit(name, what)
        elif what == "rename" and name == "main":
            self.rename()
        elif what == "remove" and self.rng.random() < 0.3 and name == "main":
            self.remove()
        self.commit(name, [])

    def memories(self, name: str) -> dict[str, str]:
        """The path of each memory in a branch's tree, by id."""
        found = {}
        for path in self.trees[name]:
            below = path.removeprefix(".agentmem/")
            if layout.is_memory(below):
                found[below[-15:-3]] = path
        return found

    def add(self, name: str) -> None:
        """A new memory in its final place."""
        identity = self.identity()
        meta = {"tags": f"[{self.rng.choice(support.WORDS)}]"}
        if name != "main":
            meta["branch"] = name
        if self.rng.random() < 0.1:
            meta["expires"] = f"2026-03-{self.rng.randint(1, 28):02d}T00:00:00Z"
        there = sorted(self.memories(name))
        if there and self.rng.random() < 0.15:
            meta["supersedes"] = f"[{self.rng.choice(there)}]"
        body = "\n".join(f"Line {n}: {self.rng.choice(support.WORDS)} é" for n in range(5))
        title = f"{self.rng.choice(support.WORDS)} {self.number}"
        text = support.memory(identity, kind="fact", title=title, body=body, **meta)
        self.trees[name][f".agentmem/facts/{title.replace(' ', '-')}-{identity}.md"] = text.encode()

    def pending(self, tree: Tree, identity: str) -> list[changes.Change]:
        """The pending changes of one memory."""
        receipts = {p.rpartition("/")[2] for p in tree if layout.is_receipt(p.removeprefix(".agentmem/"))}
        found = [
            changes.parse(data)[0]
            for path, data in tree.items()
            if layout.is_change(path.removeprefix(".agentmem/")) and f"/{identity}." in path
        ]
        return list(applying.pending([change for change in found if change], receipts))

    def edit(self, name: str, what: str) -> None:
        """A change on a branch, an edit in place on trunk."""
        there = sorted(self.memories(name))
        if not there:
            return
        identity = self.rng.choice(there)
        path = self.memories(name)[identity]
        tree = self.trees[name]
        waiting = self.pending(tree, identity)
        seen = applying.apply(tree[path], waiting).data
        self.number += 1
        edits, body = [Edit("title", "set", f"Title {self.number}")], None
        if what == "retract":
            edits = [Edit("status", "set", "retracted"), Edit("retracted", "set", f"reason {self.number}")]
        elif self.rng.random() < 0.4:
            lines = changes.document.parse(seen).body.split("\n")
            lines[self.rng.randrange(len(lines))] = f"Edited {self.number}"
            edits, body = [], "\n".join(lines)
        elif self.rng.random() < 0.5:
            edits = [Edit("tags", "add", [f"t{self.number}"])]
        new = editing.edit(seen, edits, body)
        if name == "main" and not waiting:
            tree[path] = new
            return
        parts = changes.between(seen, new)
        change = changes.Change(
            id=self.identity(),
            memory=identity,
            branch=name,
            by=name,
            created=1_770_000_000 + self.number,
            after=tuple(sorted(one.id for one in waiting)),
            fields=parts.fields,
            body=parts.body,
            retract=parts.retract,
        )
        where = layout.change_path(layout.overlay_folder(name), identity, change.id)
        tree[f".agentmem/{where}"] = changes.compose(change)

    def rename(self) -> None:
        """A memory's file gets another name: it stays the same memory."""
        there = sorted(self.memories("main").items())
        if there:
            identity, path = self.rng.choice(there)
            tree = self.trees["main"]
            tree[f".agentmem/facts/renamed-{self.number}-{identity}.md"] = tree.pop(path)

    def remove(self) -> None:
        """A memory's file goes."""
        there = sorted(self.memories("main").values())
        if len(there) > 4:
            del self.trees["main"][self.rng.choice(there)]

    def promote(self) -> None:
        """Trunk takes up what is settled."""
        tree = self.trees["main"]
        for identity, path in self.memories("main").items():
            waiting = self.pending(tree, identity)
            if waiting:
                tree[path], taken = settling.promoted(tree[path], waiting)
                folders = {one.id: layout.overlay_folder(one.branch) for one in waiting}
                for change in taken:
                    if change in folders:
                        tree[f".agentmem/{layout.receipt_path(folders[change], change)}"] = b""
        self.commit("main", [])

    def merge(self, into: str, other: str) -> None:
        """As git merges files that only one side changed; where both did, the side at hand stays."""
        mine, theirs = self.trees[into], self.trees[other]
        branch = other if into == "main" else into
        base = self.bases[branch]
        merged = dict(mine)
        for path in {*theirs, *base}:
            if theirs.get(path) != base.get(path) and mine.get(path) == base.get(path):
                if path in theirs:
                    merged[path] = theirs[path]
                else:
                    merged.pop(path, None)
        ids: dict[str, str] = {}
        for path in sorted(merged):  # a rename against a branch's old path would give the memory twice
            below = path.removeprefix(".agentmem/")
            if layout.is_memory(below) and ids.setdefault(below[-15:-3], path) != path:
                del merged[path]
        self.trees[into] = merged
        self.commit(into, [self.tips[other]])
        self.bases[branch] = dict(merged)

    def commit(self, name: str, more: list[int]) -> None:
        """Record the tree of a branch as its next commit."""
        parents = ([self.tips[name]] if name in self.tips else []) + more
        before = self.commits[parents[0]][4] if parents else {}
        self.commits.append((name, len(self.commits), parents, before, dict(self.trees[name])))
        self.tips[name] = len(self.commits) - 1

    def write(self, path: Path) -> list[str]:
        """The repository at ``path``; the commit ids in order."""
        path.mkdir(parents=True)
        support.git(path, "init", "-q", "-b", "main")
        stream = bytearray()
        for name, number, parents, before, tree in self.commits:
            at = 1_771_000_000 + number * 600
            stream += f"commit refs/heads/{name}\nmark :{number + 1}\n".encode()
            stream += f"committer A <a@example.org> {at} +0000\ndata 1\nx\n".encode()
            if parents:
                stream += f"from :{parents[0] + 1}\n".encode()
            for parent in parents[1:]:
                stream += f"merge :{parent + 1}\n".encode()
            for file in sorted(before.keys() - tree.keys()):
                stream += f"D {file}\n".encode()
            for file in sorted(tree):
                if before.get(file) != tree[file]:
                    stream += (
                        f"M 100644 inline {file}\ndata {len(tree[file])}\n".encode() + tree[file] + b"\n"
                    )
            stream += b"\n"
        marks = path / "marks"
        subprocess.run(
            ["git", "fast-import", "--quiet", "--force", f"--export-marks={marks}"],
            cwd=path,
            input=bytes(stream),
            check=True,
        )
        support.git(path, "reset", "-q", "--hard", "main")
        by_mark = dict(line.split() for line in marks.read_text().splitlines())
        marks.unlink()
        return [by_mark[f":{number + 1}"] for number in range(len(self.commits))]
