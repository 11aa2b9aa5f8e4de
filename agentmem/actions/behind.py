"""Of two versions of one file, whether only one side has changed it: the other lacks the change, and no conflict comes of it."""

from collections.abc import Sequence
from typing import NamedTuple

from agentmem.actions.context import Context
from agentmem.git import history, revisions


class Pair(NamedTuple):
    """Two versions of a memory's file: the branches that they are on (None: where one stands), their paths from the top, their
    blobs.
    """

    branches: tuple[str | None, str | None]
    paths: tuple[str, str]
    blobs: tuple[str, str]


def changed_on_both(context: Context, pairs: Sequence[Pair]) -> list[bool]:
    """Of each of ``pairs``, whether neither version is what both sides once had; so too where that is not known."""
    repository = context.repository
    tips: dict[str | None, str | None] = {None: context.index.standing_at}
    bases: dict[frozenset[str], str | None] = {}
    asked: list[list[str]] = []
    for pair in pairs:
        commits = []
        for branch in pair.branches:
            if branch not in tips:
                found = revisions.branch_tip(repository, branch) if branch else None
                tips[branch] = found[1] if found else None
            commits.append(tips[branch])
        one, other = commits
        if one is None or other is None:
            asked.append([])
            continue
        key = frozenset((one, other))
        if key not in bases:
            bases[key] = history.merge_base(repository, one, other)
        base = bases[key]
        asked.append([f"{base}:{path}" for path in dict.fromkeys(pair.paths)] if base else [])
    blobs = revisions.objects_named(repository, list({name: None for names in asked for name in names}))
    return [
        not any(blobs.get(name) in pair.blobs for name in names)
        for pair, names in zip(pairs, asked, strict=True)
    ]
