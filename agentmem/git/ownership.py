"""Who changed what last."""

from collections.abc import Sequence

from agentmem.git import process
from agentmem.git.repository import Repository


def last_author(repository: Repository, patterns: Sequence[str]) -> str | None:
    """The author of the last commit that touched what ``patterns`` (globs from the top) cover; None where none did."""
    if not patterns or repository.head is None:
        return None
    specs = [f":(top,icase,glob){pattern}" for pattern in patterns]
    log = ("log", "-1", "--no-merges", "--no-show-signature", "--format=%an", "HEAD", "--")
    found = process.run(repository.top, "--no-literal-pathspecs", *log, *specs)
    name = found.out.decode("utf-8", "replace").strip()
    return name or None
