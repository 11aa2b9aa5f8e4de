"""Refs that hold one small file each: made and moved by compare-and-swap, which is all the locking that claims have."""

import os
import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from agentmem.errors import Contended, DiskFull, GitFailed, NotWritable
from agentmem.git import objects, process
from agentmem.git.repository import Repository

if TYPE_CHECKING:
    from agentmem.git.contents import Contents

WAIT = 2.0
"""Seconds for which the lock of a ref that somebody else is just moving is tried again."""
PAUSE = 0.01
LEAST_FREE = 4096
"""Bytes: what a folder takes; a disk that has less left is full."""
_BROKEN = re.compile(r"ignoring broken ref (\S+)")
"""What git says of a ref whose file is empty or holds no object's name."""
_REF = rb"(?:[0-9a-f]{40}|[0-9a-f]{64}|ref: \S+)\s*"
_UNWRITABLE = (
    "read-only",
    "permission denied",
    "insufficient permission",
    "no space left",
    "unable to create directory",  # for a ref: git does not say why
)


class Held(NamedTuple):
    """What a ref holds: the object, and the content of its file; no content where the object is no commit with such a file.

    ``lost``: a crash has taken the content, or an object on the way to it; with no ``commit`` where it took the ref's own.
    """

    commit: str
    data: bytes
    lost: bool = False


def read_all(repository: Repository, namespace: str, file: str) -> dict[str, Held]:
    """What every ref below ``namespace`` holds, by the rest of its name."""
    named = _named(repository, f"{namespace}/", broken=True)
    return _read(repository, [(name.removeprefix(namespace + "/"), commit) for name, commit in named], file)


def commits(repository: Repository, namespace: str) -> dict[str, str]:
    """The commit that every ref below ``namespace`` holds, by the rest of its name; what is no commit is left out."""
    result = process.run(
        repository.directory,
        "for-each-ref",
        "--format=%(objecttype) %(objectname) %(refname)",
        f"{namespace}/",
    )
    if result.code:  # an object is missing: git ends there, and the refs behind it would be taken for gone
        named = _named(repository, f"{namespace}/")
        request = "".join(f"{commit}\n" for _, commit in named).encode("ascii")
        form = "--batch-check=%(objecttype)"
        kinds = process.demand(repository.directory, "cat-file", form, stdin=request).decode().splitlines()
        found = [pair for pair, kind in zip(named, kinds, strict=True) if kind == "commit"]
    else:
        rows = (line.split(" ", 2) for line in os.fsdecode(result.out).splitlines())
        found = [(name, commit) for kind, commit, name in rows if kind == "commit"]
    return {name.removeprefix(namespace + "/"): commit for name, commit in found}


def read_one(repository: Repository, ref: str, file: str) -> Held | None:
    """What one ref holds; None where there is no such ref."""
    # first the object, then its content: asked for by the ref's name, the two could be of two moments
    named = [pair for pair in _named(repository, ref, broken=True) if pair[0] == ref]
    return _read(repository, named, file).get(ref)


def _named(repository: Repository, pattern: str, broken: bool = False) -> list[tuple[str, str]]:
    """Name and object of the refs that match; ``broken``: those that hold none among them, which git warns of alone."""
    words = ("for-each-ref", "--format=%(objectname) %(refname)", pattern)
    result = process.run(repository.directory, *words)
    if result.code:
        raise GitFailed(f"git cannot list the refs: {result.err}")
    pairs = [line.split(" ", 1) for line in os.fsdecode(result.out).splitlines()]
    found = [(name, commit) for commit, name in pairs]
    return found + [(name, "") for name in _BROKEN.findall(result.err)] if broken else found


def _read(repository: Repository, named: list[tuple[str, str]], file: str) -> dict[str, Held]:
    found = {name: Held("", b"", lost=True) for name, commit in named if not commit}
    there = [(name, commit) for name, commit in named if commit]
    if not there:
        return found
    request = "".join(f"{commit}\n{commit}:{file}\n" for _, commit in there).encode("ascii")
    out = process.run(repository.directory, "cat-file", "--batch", stdin=request).out
    found_all = answers(out, 2 * len(there))
    doubted = []
    for (name, commit), whole, inside in zip(there, found_all[::2], found_all[1::2], strict=True):
        if whole is not None and inside is not None:
            is_file = whole[0] == b"commit" and inside[0] == b"blob"
            found[name] = Held(commit, inside[1] if is_file else b"")
        else:
            doubted.append((name, commit, whole))
    if doubted:  # else what asks for each is not loaded
        from agentmem.git.contents import Contents

        contents = Contents(repository)
        found |= {name: _alone(contents, repository, commit, file, whole) for name, commit, whole in doubted}
        contents.close()
    return found


def _alone(
    contents: "Contents", repository: Repository, commit: str, file: str, whole: tuple[bytes, bytes] | None
) -> Held:
    """What a ref holds of which git did not say all: it has no such file, an object is lost, or git died of one before it."""
    if whole is not None and whole[0] != b"commit":
        return Held(commit, b"")
    tree = contents.tree(f"{commit}^{{tree}}")
    blob = None if tree is None else objects.file_in(tree, file, repository)
    if tree is not None and blob is None:
        return Held(commit, b"")
    data = None if blob is None else contents.blob(blob)
    return Held(commit, b"", lost=True) if data is None else Held(commit, data)


def answers(out: bytes, count: int) -> list[tuple[bytes, bytes] | None]:
    """The type and content of each object that ``cat-file --batch`` was asked for; None for one that is not there."""
    found: list[tuple[bytes, bytes] | None] = []
    at = 0
    while len(found) < count and at < len(out):
        end = out.index(b"\n", at)
        parts = out[at:end].rsplit(b" ", 2)
        at = end + 1
        if len(parts) == 3 and parts[2].isdigit():
            size = int(parts[2])
            found.append((parts[1], out[at : at + size]))
            at += size + 1
        else:
            found.append(None)
    return found + [None] * (count - len(found))


def commit_of(
    repository: Repository, file: str, data: bytes, parents: Iterable[str], who: str, at: int, message: str
) -> str:
    """A new commit whose tree holds ``file`` alone, by ``who`` at the moment ``at`` (seconds UTC).

    Raises:
        NotWritable: the object database cannot be written.

    """
    blob = write(repository, "hash-object", "-w", "--stdin", stdin=data)
    tree = write(repository, "mktree", stdin=f"100644 blob {blob}\t{file}\n".encode())
    name = "".join(char for char in who if char.isalnum() or char in " -_")
    name = name if name.strip(" -_") else "agent"  # git takes no name of punctuation alone
    environment = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", "claims@agentmem"), ("DATE", f"@{at} +0000"))
    }
    words = [word for parent in parents for word in ("-p", parent)]
    return write(repository, "commit-tree", "--no-gpg-sign", *words, "-m", message, tree, env=environment)


def write(repository: Repository, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
    """What a git command says that writes an object.

    Raises:
        NotWritable: the object database cannot be written; GitFailed.

    """
    running = process.start(repository.directory, *words, stdin=True, env=env)
    result = process.finish(running, stdin)
    if result.code:
        raise _refused(repository, result.err)
    return result.out.decode("ascii").strip()


def swap(repository: Repository, ref: str, new: str, old: str | None, wait: float = WAIT) -> bool:
    """Move ``ref`` from the commit ``old`` (None: there is no such ref yet) to ``new``; False where it was not at ``old``.

    Raises:
        Contended: others kept its lock for ``wait`` seconds; NotWritable: refs cannot be written here.

    """
    expected = old or "0" * len(new)
    deadline = time.monotonic() + wait
    while True:
        result = process.run(repository.directory, "update-ref", "--no-deref", ref, new, expected)
        if result.code == 0:
            return True
        if "reference broken" in result.err and mend(repository, ref):
            continue
        if (
            "but expected" in result.err
            or "already exists" in result.err
            or "unable to resolve" in result.err
        ):
            return False
        if not _is_lock(result.err):
            raise _refused(repository, result.err)
        if time.monotonic() >= deadline:
            raise Contended(f"{ref} is being moved by somebody else", "try again")
        time.sleep(PAUSE)


def mend(repository: Repository, ref: str) -> bool:
    """Set aside the file of a ref that a crash has left empty or half written, so that git can make it anew; whether that was so.

    ``ref`` may be a folder of refs: then each file below it is looked at. What was in it is kept in the state folder.
    """
    root = os.path.join(repository.common_dir, *ref.split("/"))
    files = [root] if os.path.isfile(root) else []
    files += [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
    mended = False
    for path in files:
        try:
            with open(path, "rb") as file:
                data = file.read(4096)
            if path.endswith(".lock") or re.fullmatch(_REF, data):
                continue
            aside = os.path.join(repository.common_dir, "agentmem", "broken-refs")
            os.makedirs(aside, exist_ok=True)
            name = os.path.relpath(path, repository.common_dir).replace(os.sep, "~")
            os.replace(path, os.path.join(aside, f"{name}.{time.time_ns()}"))
            mended = True
        except OSError:
            continue
    return mended


def _is_lock(said: str) -> bool:
    # the second is what a repository with reftables says
    return (".lock'" in said and "File exists" in said) or "cannot lock references" in said


def _refused(repository: Repository, said: str) -> NotWritable | GitFailed:
    words = said.splitlines()[-1] if said else "git gave no reason"
    return unwritable(repository, said) or GitFailed(f"git refused: {words}")


def _is_full(repository: Repository, said: str) -> bool:
    """Whether there is no room left; of a ref git does not say why it cannot make it."""
    if "no space left" in said.lower():
        return True
    import shutil

    try:
        return shutil.disk_usage(repository.common_dir).free < LEAST_FREE
    except OSError:
        return False


def unwritable(repository: Repository, said: str) -> NotWritable | None:
    """The error for what git ``said`` where that is that it cannot write here; what a remote said to it does not count."""
    for line in said.splitlines():
        if not line.startswith("remote: ") and any(reason in line.lower() for reason in _UNWRITABLE):
            words = line.removeprefix("error: ").removeprefix("fatal: ")
            kind = DiskFull if _is_full(repository, line) else NotWritable
            return kind(f"{repository.common_dir} cannot be written here: {words}")
    return None
