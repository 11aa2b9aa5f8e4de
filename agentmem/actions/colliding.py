"""What changes of code would meet: on other branches, in other worktrees, by claims whose scopes meet; before anyone merges."""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations
from typing import TypeVar

from agentmem.actions import standing
from agentmem.actions.board import Board
from agentmem.actions.clashes import Clash
from agentmem.actions.context import Context
from agentmem.actions.works import Meeting, Work, renamed
from agentmem.errors import GitFailed, GitRefused
from agentmem.git import (
    branches,
    code,
    history,
    objects,
    overlaps,
    process,
    revisions,
    settings,
    state,
    trunk,
)
from agentmem.git.ahead import Ahead
from agentmem.git.overlaps import Line
from agentmem.git.repository import Repository
from agentmem.model import scopes
from agentmem.store import reading

T = TypeVar("T")
Tips = Sequence[tuple[str, str]]
"""``(commit, full ref)`` of branches."""
UNMERGEABLE, SAME_SYMBOL, SAME_FILE, SCOPES = "merge-conflict", "same-symbol", "same-file", "scopes-meet"
MOST = 4
"""Warnings given in a brief."""
UNCOMMITTED = ", not committed"
MERGED = 6
"""Branches that git is asked to merge for a brief."""
AMONG = 200
"""Files of which other worktrees are asked one by one."""
MAX_FILES = 12
"""Files of one pair of branches that are looked into."""
MAX_PAIRS = 60
"""Pairs of other branches that are looked into: git is asked twice or more for each."""


def find(context: Context, board: Board, names: Sequence[str] = ()) -> list[Clash]:
    """What the code at hand and other branches and worktrees (or those of ``names``) change both, and these among each other,
    the surest first; and the claims whose scopes meet.
    """
    found: list[Clash] = []
    own = _own(context)
    if own is not None:
        others = list(_others(context, names))
        meeting = Meeting(context, renamed(context, others))
        for other in others:
            found += _between(context, own, other, meeting.files(own, other))
        for one, other in _pairs(context, own, others, meeting):
            found += _between(context, one, other, meeting.files(one, other))
    if not names:
        found += _scopes(board)
    order = (UNMERGEABLE, SAME_SYMBOL, SAME_FILE, SCOPES)
    return sorted(found, key=lambda clash: (order.index(clash.type), clash.branches, clash.paths))


def warnings(
    context: Context,
    holder: Callable[[Work], str | None],
    paths: Sequence[str],
    touched: Sequence[str],
    trunk_moved: bool,
) -> list[str]:
    """Whose work meets what was done here, one line each: what git could not merge with the commits that changed ``touched``, and
    who else changes one of ``paths``, which are changed here and not committed.

    ``holder`` says who works in a worktree; ``trunk_moved``: trunk has what is not here.
    """
    repository, mine = context.repository, {*paths, *touched}
    if repository.bare or not mine or repository.head is None:
        return []
    # more files than that are too many for a command line
    among = paths if len(paths) <= AMONG else ()
    beside = Ahead(lambda: list(_worktrees(context, among)) if paths else [])
    stuck, same = [], []
    meeting = Meeting(context, context.index.renames)
    own = Work("", None, repository.head, frozenset(mine))
    others = [
        (other, met) for other in _branches(context, (), trunk_moved) if (met := meeting.files(own, other))
    ]
    for number, (other, met) in enumerate(others):
        asked = touched and number < MERGED
        beyond = {*(overlaps.unmergeable(repository, repository.head, str(other.tip)) if asked else ())}
        for path, theirs in met:
            if path in beyond or theirs in beyond:
                stuck.append(f"git cannot merge {other.name}: both change {_called(path, theirs)}")
            elif path in paths:
                same.append(f"{other.name} also changes {_called(path, theirs)}")
    own = own._replace(paths=frozenset(paths))
    for other in beside.result:
        shared = [_called(*pair) for pair in meeting.files(own, other)]
        who = (holder(other) or other.name.removesuffix(UNCOMMITTED)) if shared else ""
        stuck += [f"{who} also changes {path}, uncommitted" for path in shared]
    return list(dict.fromkeys([*stuck, *same]))[:MOST]


def holder(board: Board, work: Work) -> str | None:
    """Who works in a worktree, by the claims that are held there."""
    name = os.path.basename(work.folder or "")
    held = (seen.claim for seen in board.held.values() if seen.claim.clone == board.me.clone)
    return next((claim.agent for claim in held if os.path.basename(claim.worktree) == name), None)


# -- who has changed what


def _own(context: Context) -> Work | None:
    """What is changed at hand since it left trunk, what is not committed included."""
    repository = context.repository
    commit = context.standpoint.commit
    if commit is None or repository.bare:
        return None
    stands = state.branch(repository) if context.index.is_at_hand else context.standpoint.branch
    name = stands or "HEAD"
    tips = revisions.trunk_refs(repository, context.trunk) if context.trunk else []
    if name == context.trunk:  # what is on it and has not been pushed
        tips = [tip for tip in tips if tip[0] != commit]
    line = _walked(context, tips, lambda found: _line(repository, commit, found)) if tips else None
    fork = line.fork if line else commit
    paths = overlaps.changed(repository, [line]).get(commit) if line else frozenset[str]()
    if paths is None:
        raise GitFailed(
            f"git cannot read all of {name}, or of where it left {context.trunk}", process.MISSING
        )
    if context.index.is_at_hand:
        return Work(name, None, fork, _code(context, paths | set(trunk.changed_files(repository))))
    into = () if name == context.trunk else tuple(tip for tip, _ in tips)
    return Work(name, commit, fork, _code(context, paths), trunk=into)


def _others(context: Context, names: Sequence[str]) -> Iterator[Work]:
    yield from _branches(context, names)
    if not names:
        yield from _worktrees(context)


def _pairs(
    context: Context, own: Work, others: Sequence[Work], meeting: Meeting
) -> Iterator[tuple[Work, Work]]:
    """Those of ``others`` that change one file, two by two, ``MAX_PAIRS`` at most; not what is of one branch, of the one at hand
    or of trunk, nor what one has of the other.
    """
    repository = context.repository
    trunks = {context.trunk, own.name, *(f"{name}/{context.trunk}" for name in settings.remotes(repository))}
    works = [work for work in others if work.name.removesuffix(UNCOMMITTED) not in trunks]
    by_path: dict[str, list[int]] = {}
    for number, work in enumerate(works):
        for path in {*work.paths, *map(meeting.name, work.paths)}:
            by_path.setdefault(path, []).append(number)
    likely = {pair for numbers in by_path.values() for pair in combinations(numbers, 2)}
    looked_at = 0
    for one, other in ((works[i], works[j]) for i, j in sorted(likely)):
        if one.name.removesuffix(UNCOMMITTED) == other.name.removesuffix(UNCOMMITTED):
            continue
        if looked_at == MAX_PAIRS:
            context.index.notes.once(
                f"only {MAX_PAIRS} of {len(likely)} pairs of other branches were looked into: agentmem conflicts BRANCH BRANCH"
            )
            return
        looked_at += 1
        if not any(
            mine.tip and history.comes_before(repository, mine.tip, theirs.tip or theirs.fork)
            for mine, theirs in ((one, other), (other, one))
        ):
            yield one, other


def _line(repository: Repository, commit: str, trunks: Tips) -> Line | None:
    return overlaps.lines(repository, [commit], [tip for tip, _ in trunks]).get(commit) if trunks else None


def _walked(context: Context, tips: Tips, walk: Callable[[Tips], T]) -> T:
    """What ``walk`` finds from ``tips``: where git fails, without those whose commit this clone has not got."""
    try:
        return walk(tips)
    except GitFailed:
        there = objects.present(context.repository, {commit for commit, _ in tips})
        if there.issuperset(commit for commit, _ in tips):
            raise
    for commit, ref in tips:
        if commit not in there:
            context.index.notes.branches_unread([branches.name_of(ref)])
    return walk([tip for tip in tips if tip[0] in there])


def _branches(context: Context, names: Sequence[str], trunk_moved: bool = True) -> list[Work]:
    """The branches that have work which trunk and the one at hand have not, and trunk where it has gone on since."""
    if names:
        tips = revisions.trunk_refs(context.repository, context.trunk) if context.trunk else []
    else:
        tips = revisions.tips_of(context.repository, ["refs/heads", "refs/remotes"])
    return _walked(context, tips, lambda found: list(_of_tips(context, found, names, trunk_moved)))


def _of_tips(context: Context, tips: Tips, names: Sequence[str], trunk_moved: bool) -> Iterator[Work]:
    repository = context.repository
    here = context.standpoint.commit
    named: dict[str, str] = {}
    if names:
        named = {standing.commit_of(context, name): name for name in names[-1:]}
    else:
        for commit, ref in tips:
            named.setdefault(commit, branches.name_of(ref))
    trunks = revisions.of_trunk(tips, context.trunk)
    known = [*trunks, *([here] if here else [])]
    found = overlaps.lines(repository, [tip for tip in named if tip != here], trunks)
    merged = branches.fork_points(repository, found, known) if here else found
    lines = [line for tip, line in found.items() if tip in merged]
    of_trunk = []
    if here and not names and trunk_moved:
        ahead = overlaps.lines(repository, trunks, [here]).values()
        of_trunk = [line for line in ahead if not _is_behind(repository, line.tip, ahead)]
    changes = overlaps.changed(repository, [*lines, *of_trunk])
    context.index.notes.branches_unread(
        [named[line.tip] for line in (*lines, *of_trunk) if line.tip not in changes]
    )
    for line in (*lines, *of_trunk):
        if line.tip in changes:
            into = () if line in of_trunk else tuple(trunks)
            yield Work(named[line.tip], line.tip, line.fork, _code(context, changes[line.tip]), trunk=into)


def _is_behind(repository: Repository, tip: str, lines: Collection[Line]) -> bool:
    """Whether another of ``lines`` has all of ``tip``: trunk as it is here, behind trunk as it was fetched."""
    return any(one.tip != tip and history.comes_before(repository, tip, one.tip) for one in lines)


def _worktrees(context: Context, among: Sequence[str] = ()) -> Iterator[Work]:
    """What is not committed in other worktrees; ``among``: of these files alone."""
    for other in branches.other_worktrees(context.repository):
        try:
            paths = code.uncommitted(other.top, among)
        except GitRefused as refusal:
            context.index.notes.uncommitted_unread(other.top, refusal)
            continue
        if paths and other.head:
            name = f"{other.branch or os.path.basename(other.top)}{UNCOMMITTED}"
            yield Work(name, None, other.head, _code(context, paths), other.top)


def _code(context: Context, paths: "frozenset[str] | set[str]") -> frozenset[str]:
    store = context.store_path + "/"
    return frozenset(path for path in paths if not path.startswith(store))


# -- what meets


def _between(context: Context, own: Work, other: Work, met: Sequence[tuple[str, str]]) -> Iterator[Clash]:
    """The conflicts in the files ``met`` that both change."""
    if not met:
        return
    both = (own.name, other.name)
    mine = context.standpoint.commit if own.folder is None and own.tip is None else own.tip
    stuck = set(overlaps.unmergeable(context.repository, mine, other.tip)) if mine and other.tip else set()
    for pair in met[:MAX_FILES]:
        named, theirs = _symbols(context, own, pair), _symbols(context, other, pair[::-1])
        same = [name for name in named if name in theirs]
        paths, path = tuple(dict.fromkeys(pair)), _called(*pair)
        if stuck.intersection(pair):
            about = f": {', '.join(same[:3])}" if same else ""
            yield Clash(UNMERGEABLE, (), both, paths, f"git cannot merge {path}{about}")
        elif same:
            yield Clash(SAME_SYMBOL, (), both, paths, f"both change {', '.join(same[:3])} in {path}")
        else:
            apart = ", in different places" if named and theirs else ""
            yield Clash(SAME_FILE, (), both, paths, f"both change {path}{apart}")
    if len(met) > MAX_FILES:
        rest = tuple(dict.fromkeys(path for pair in met[MAX_FILES:] for path in pair))
        yield Clash(SAME_FILE, (), both, rest, f"both change {len(met) - MAX_FILES} files more")


def _called(path: str, theirs: str) -> str:
    return path if path == theirs else f"{path} ({theirs} there)"


def _symbols(context: Context, work: Work, names: tuple[str, str]) -> list[str]:
    """The symbols in whose lines a file was changed, the innermost of each; ``names``: as ``work`` calls it, and another."""
    from agentmem import symbols

    repository = context.repository
    if work.folder is not None:
        repository = repository._replace(directory=work.folder, prefix="")
    lines = overlaps.touched(repository, work.fork, work.tip, names)
    text = _text(context, work, names[0])
    if text is None:
        return []
    declared = context.verifier.sources.symbols(names[0], text)
    around = (symbols.enclosing(declared, first, last) for first, last in lines)
    return list(dict.fromkeys(one.name for one in around if one is not None))


def _text(context: Context, work: Work, path: str) -> str | None:
    from agentmem.evidence import trees
    from agentmem.git.contents import Contents

    if work.folder is not None:
        return trees.decoded(reading.read(work.folder, path)) if trees.inside(path) else None
    if work.tip is None:
        return context.verifier.tree.text(path)
    contents = Contents(context.repository)
    try:
        return trees.of_commit(context.repository, work.tip, contents, context.store_path).text(path)
    finally:
        contents.close()


def _scopes(board: Board) -> Iterator[Clash]:
    """Claims of different holders that may touch the same files."""
    for one, other in combinations(sorted(board.held.values(), key=lambda seen: seen.claim.task), 2):
        mine, theirs = one.claim, other.claim
        if (mine.agent, mine.worktree, mine.clone) == (theirs.agent, theirs.worktree, theirs.clone):
            continue
        meeting = [a for a in mine.scope if any(scopes.meet(a, b) for b in theirs.scope)]
        if meeting:
            yield Clash(
                SCOPES,
                (mine.task, theirs.task),
                tuple(dict.fromkeys(claim.branch for claim in (mine, theirs) if claim.branch)),
                tuple(meeting),
                f"{mine.agent} and {theirs.agent} both claim {', '.join(meeting[:3])}",
            )
