"""What two blobs of one path both came from, where git knows no common commit: after a squash, the histories of the path
are all that tells.

While it merges git says little of whom it merges with: ``git merge`` names the commits in ``GITHEAD_<sha>``, a rebase in
the files of its folder, a single cherry-pick nowhere (``MERGE_HEAD`` and ``CHERRY_PICK_HEAD`` come after the drivers). So
the blobs themselves are looked for, at first in what is named, then in all that any ref or reflog of this clone holds.
"""

import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from agentmem.git import objects, process

STATE_FILES = (
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "rebase-merge/orig-head",
    "rebase-merge/stopped-sha",
    "rebase-merge/done",
    "rebase-apply/orig-head",
    "rebase-apply/original-commit",
    "sequencer/todo",
)
"""In the git dir: where git may name the commits that it is at."""

MAX_STATE = 65_536
_OBJECT = re.compile(rb"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")


class _Histories(NamedTuple):
    """The blobs that one path has had: ``parents`` of each, and ``order``, 0 for the newest."""

    parents: dict[str, set[str]]
    order: dict[str, int]


def find(
    directory: str,
    path: str,
    ours: bytes,
    theirs: bytes,
    environment: Mapping[str, str],
    after: bytes | None = None,
) -> bytes | None:
    """The newest content that both sides' histories of ``path`` hold; None where there is none in this clone.

    ``path`` is from the worktree's top, which ``directory`` is in. ``after``: only one that came of this content, which
    git has found to be what both came from.
    """
    asked = [
        process.start(directory, "rev-parse", word)
        for word in ("--show-object-format", "--absolute-git-dir", "--show-toplevel")
    ]
    object_format, git_dir, top = (_line(process.finish(one)) for one in asked)
    if not object_format or not git_dir:
        return None
    mine, yours = (objects.blob_id(data, object_format) for data in (ours, theirs))
    since = None if after is None else objects.blob_id(after, object_format)
    named = list(dict.fromkeys(_named(git_dir, environment)))
    near, far = ["HEAD", *named], ["--all", "--reflog", *named]
    # without an ancestor all is worth its while; for a better one than git's it is not
    for starts in (near, far) if after is None else (near,):
        histories = _histories(top or directory, path, starts)
        if oid := _newest_common(histories, mine, yours, since):
            found = process.run(directory, "cat-file", "blob", oid)
            return found.out if found.code == 0 else None
    return None


def _line(result: process.Result) -> str:
    return "" if result.code else os.fsdecode(result.out.removesuffix(b"\n"))


def _named(git_dir: str, environment: Mapping[str, str]) -> Iterator[str]:
    """The commits that git names while it merges."""
    for name in environment:
        if name.startswith("GITHEAD_") and _OBJECT.fullmatch(os.fsencode(name[8:])):
            yield name[8:]
    for file in STATE_FILES:
        try:
            with open(os.path.join(git_dir, *file.split("/")), "rb") as state:
                text = state.read(MAX_STATE)
        except OSError:
            continue
        # of a rebase the last commit that it came to, which is the one at hand
        found = _OBJECT.findall(text)
        yield from (oid.decode("ascii") for oid in (found[-1:] if file.endswith("done") else found))


def _histories(top: str, path: str, starts: list[str]) -> _Histories:
    # -m and --full-history: what one side of a merge has thrown away has been seen all the same
    out = process.run(
        top, "-c", "log.showRoot=true", "log", "--raw", "-z", "-m", "--full-history", "--topo-order", "--format=", "--no-abbrev",
        "--no-renames", "--no-follow", "--no-relative", "--no-color", "--no-show-signature", "--ignore-missing",
        *starts, "--", path,
    ).out  # fmt: skip
    histories = _Histories({}, {})
    fields = iter(out.split(b"\0"))
    for header in fields:
        mark = header.find(b":")
        if mark < 0:
            continue
        old_mode, new_mode, old, new, _ = header[mark + 1 :].decode("ascii").split(" ")
        if os.fsdecode(next(fields)) != path:
            continue
        for mode, oid in ((new_mode, new), (old_mode, old)):
            if mode.startswith("100"):
                histories.parents.setdefault(oid, set())
                histories.order.setdefault(oid, len(histories.order))
        if new_mode.startswith("100") and old_mode.startswith("100"):
            histories.parents[new].add(old)
    return histories


def _newest_common(histories: _Histories, ours: str, theirs: str, since: str | None) -> str | None:
    both = _with_ancestors(histories, ours) & _with_ancestors(histories, theirs)
    if since is not None:
        before = _with_ancestors(histories, since)
        both = {oid for oid in both - before if since in _with_ancestors(histories, oid)}
    # one that another common one came from is older; of a circle (what was undone) none is
    lines = {oid: _with_ancestors(histories, oid) for oid in both}
    newest = [
        oid for oid in both if not any(oid in lines[one] and one not in lines[oid] for one in both - {oid})
    ]
    return min(newest, key=histories.order.__getitem__, default=None)


def _with_ancestors(histories: _Histories, oid: str) -> set[str]:
    found: set[str] = set()
    waiting = [oid] if oid in histories.parents else []
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += histories.parents[one]
    return found
