"""Which files of a tree hold a line: by ``git grep`` for a few questions, from then on by the lines of all its files."""

from collections import defaultdict
from collections.abc import Iterable

from agentmem.evidence.trees import Tree, decoded
from agentmem.git import code, objects
from agentmem.model import citing

FEW = 3
"""Questions about one tree that git answers, at some ten milliseconds each; reading 300 files takes as long as ten of them."""
MAX_FILES, MAX_BYTES = 5_000, 50_000_000
"""A tree with more is asked by git, however often: its lines would fill the memory."""
MAX_READ = 60
"""Files that git names for a line which are read to see whether it is that line: more of them hold a line that tells nothing."""


class Lines:
    """The lines of the files of several trees; of a blob they are read once, whichever trees have it."""

    def __init__(self) -> None:
        self._asked: defaultdict[int, int] = defaultdict(int)
        self._of_blob: dict[str, frozenset[int]] = {}
        self._whole: dict[int, dict[str, str] | None] = {}
        self._answers: dict[tuple[int, str], list[str]] = {}
        self._bytes = 0

    def holding(self, tree: Tree, line: str) -> list[str]:
        """The paths of the files of ``tree`` that hold the normalised ``line``, in order."""
        key = id(tree), line
        if key not in self._answers:
            self._asked[id(tree)] += 1
            files = self._learned(tree) if self._asked[id(tree)] > FEW else None
            self._answers[key] = _by_git(tree, line) if files is None else self._by_lines(files, line)
        return self._answers[key]

    def _by_lines(self, files: dict[str, str], line: str) -> list[str]:
        wanted, of_blob = hash(line), self._of_blob
        return sorted(path for path, blob in files.items() if wanted in of_blob.get(blob, ()))

    def _learned(self, tree: Tree) -> dict[str, str] | None:
        """The blobs of the tree, their lines known; None where there are too many."""
        if id(tree) not in self._whole:
            self._whole[id(tree)] = self._learn(tree)
        return self._whole[id(tree)]

    def _learn(self, tree: Tree) -> dict[str, str] | None:
        files = tree.files
        if len(files) > MAX_FILES or code.is_partial(tree.repository):
            return None
        files = {path: blob or tree.blob(path) for path, blob in files.items()}
        for path, blob in files.items():
            if blob and blob not in self._of_blob and not tree.git.listing.blobs[path]:
                self._take(blob, tree.read(path))
                if self._bytes > MAX_BYTES:
                    return None
        unread = {blob for blob in files.values() if blob and blob not in self._of_blob}
        for blob, data in objects.read_blobs(tree.repository, unread):
            self._take(blob, data)
            if self._bytes > MAX_BYTES:
                return None
        return files

    def _take(self, blob: str, data: bytes | None) -> None:
        text = decoded(data)
        self._bytes += len(text or "")
        self._of_blob[blob] = frozenset(map(hash, _normal_lines(text))) if text else frozenset()


def _normal_lines(text: str) -> Iterable[str]:
    return {" ".join(line.split()) for line in citing.split(text)}


def _by_git(tree: Tree, line: str) -> list[str]:
    paths = sorted(path for path in tree.git.holding(line.split()) if not tree.is_store(path))
    if len(paths) > MAX_READ:
        return paths
    texts = ((path, tree.text(path)) for path in paths)
    return [path for path, text in texts if text is not None and line in _normal_lines(text)]
