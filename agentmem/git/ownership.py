"""Who changed what last."""

import os
from collections.abc import Sequence

from agentmem.git import process
from agentmem.git.repository import Repository


def last_change(repository: Repository, patterns: Sequence[str]) -> tuple[str, str] | None:
    """The author of the last commit that touched what ``patterns`` (globs from the top) cover, and the first such path; None
    where none did.
    """
    if not patterns or repository.head is None:
        return None
    specs = [f":(top,icase,glob){pattern}" for pattern in patterns]
    log = (
        "log",
        "-1",
        "-z",
        "--no-merges",
        "--no-show-signature",
        "--no-renames",
        "--name-only",
        "--format=%an",
    )
    found = process.run(repository.top, "--no-literal-pathspecs", *log, "HEAD", "--", *specs)
    name, _, rest = os.fsdecode(found.out).partition("\0")
    paths = [path for path in rest.strip("\n").split("\0") if path]
    return (name.strip(), paths[0]) if name.strip() and paths else None
