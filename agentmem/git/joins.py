"""Two commits of a folder that did not see each other become one: the same commit in whichever clone it is made."""

import os
import tempfile

from agentmem.errors import GitFailed
from agentmem.git import history, objects, process
from agentmem.git.repository import Repository
from agentmem.model import joining

_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "agentmem"), ("EMAIL", "state@agentmem"))
}


def joined(repository: Repository, one: str, other: str) -> str:
    """A commit after both, with the files of both; of a file that both have changed, the lines of both.

    Nothing of it hangs on who makes it, or when: two clones that join the same make the same commit.

    Raises:
        GitFailed: one of them is no commit, or the object database cannot be written.

    """
    first, second = sorted((one, other))
    start = history.merge_base(repository, first, second)
    base, ours, theirs = (
        dict(objects.list_tree(repository, commit, "")) if commit else {} for commit in (start, first, second)
    )
    files, both = joining.decided(base, ours, theirs)
    wanted = {side[path] for path in both for side in (base, ours, theirs) if path in side}
    data = dict(objects.read_blobs(repository, wanted))
    for path in both:
        if ours[path] not in data or theirs[path] not in data:
            raise GitFailed(f"a file of {first[:7]} or {second[:7]} is not in this clone", "git fetch")
        lines = joining.joined_lines(data.get(base.get(path, ""), b""), data[ours[path]], data[theirs[path]])
        files[path] = _write(repository, "hash-object", "-w", "--stdin", stdin=lines)
    at = process.demand(repository.directory, "log", "--no-walk", "--format=%ct", first, second).split()
    date = {f"GIT_{role}_DATE": f"@{max(map(int, at))} +0000" for role in ("AUTHOR", "COMMITTER")}
    return _write(
        repository, "commit-tree", "--no-gpg-sign", "-p", first, "-p", second, "-m", "join", _tree(repository, files),
        env={**_WHO, **date},
    )  # fmt: skip


def _tree(repository: Repository, files: dict[str, str]) -> str:
    entries = b"".join(
        b"100644 %b\t%b\0" % (blob.encode(), os.fsencode(path)) for path, blob in files.items()
    )
    with tempfile.TemporaryDirectory(prefix="agentmem-join-") as folder:
        index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
        _write(repository, "update-index", "-z", "--add", "--index-info", stdin=entries, env=index)
        return _write(repository, "write-tree", env=index)


def _write(repository: Repository, *words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> str:
    result = process.finish(process.start(repository.directory, *words, stdin=True, env=env), stdin)
    if result.code:
        raise GitFailed(f"git refused: {result.err.splitlines()[-1] if result.err else 'no reason given'}")
    return result.out.decode("ascii").strip()
