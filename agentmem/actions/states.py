"""What each agent keeps for itself on a ref of its own, outside the tree: it goes to the other clones as claims do.

A ref holds a commit of a folder of files. One agent may write in two clones that do not see each other: the two become one.
"""

from collections.abc import Iterable

from agentmem.errors import Contended, GitFailed, NotWritable
from agentmem.git import history, joins, refs
from agentmem.git.repository import Repository

NAMESPACE = "refs/agentmem/state"
Move = tuple[str, str, str | None]
"""A ref below a namespace, the commit that it is to have, the one that it has (None: it is not there)."""


def ref_of(agent: str) -> str:
    """The ref of an agent, whatever its name: what a ref, or a file on any system, cannot be called is written as ``%XX``."""
    plain = "".join(
        char
        if char.isascii() and (char.islower() or char.isdigit() or char in "-_")
        else "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in agent
    )
    return f"{NAMESPACE}/{plain}"


def settle(repository: Repository, tracking: Iterable[str]) -> int:
    """Take up what a remote has, as last fetched below ``tracking``; of how many agents there was something new."""
    taken = 0
    ours = refs.commits(repository, NAMESPACE)
    for folder in tracking:
        for name, theirs in refs.commits(repository, folder).items():
            try:
                now = _after(repository, ours.get(name), theirs)
                if now is not None and refs.swap(repository, f"{NAMESPACE}/{name}", now, ours.get(name)):
                    ours[name] = now
                    taken += 1
            except (Contended, GitFailed, NotWritable):
                continue  # what others put there is not trusted; the claims go on
    return taken


def _after(repository: Repository, mine: str | None, theirs: str) -> str | None:
    """What our ref is to hold now; None where it has that already."""
    if mine == theirs or (mine and history.comes_before(repository, theirs, mine)):
        return None
    if mine is None or history.comes_before(repository, mine, theirs):
        return theirs
    return joins.joined(repository, mine, theirs)


def moves(repository: Repository, tracking: str, home: str) -> list[Move]:
    """What a remote has not got yet, below its folder ``home``, which was last fetched to below ``tracking``."""
    there = refs.commits(repository, tracking)
    return [
        (f"{home}/{name}", commit, there.get(name))
        for name, commit in refs.commits(repository, NAMESPACE).items()
        if there.get(name) != commit
    ]
