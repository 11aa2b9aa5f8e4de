"""What other branches and worktrees have and the view at hand has not: read from git objects and files, nothing checked out."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.errors import GitFailed
from agentmem.git import branches, history, process, revisions
from agentmem.git.ahead import Ahead
from agentmem.git.branches import Compared, Tip
from agentmem.git.worktrees import Home
from agentmem.index import overlays
from agentmem.index.columns import Columns, Entry
from agentmem.index.entries import Delta, Worktree
from agentmem.index.ours import Ours
from agentmem.index.view import Origin, Pending
from agentmem.store import layout
from agentmem.store.place import Place

if TYPE_CHECKING:
    from agentmem.index.index import Index


class Added(NamedTuple):
    """What was appended, by position: what is applied to it, where it was read, and how changes made it."""

    pending: dict[int, Pending]
    foreign: dict[int, Origin]
    tasks: dict[int, overlays.Task]


class Lines(NamedTuple):
    """Branches that the commit stood at does not hold, by their commits; the trees of the store at which each left its line, and
    the tree that it has here.
    """

    open_tips: dict[str, Tip]
    starts: dict[str, list[str]]
    here: str


Deltas = list[tuple[Home, Delta]]
"""Other worktrees with what they have not committed."""


class _Side(NamedTuple):
    """Another branch or worktree: what it alone has (``new``), and all in which its tree differs from ours (None: gone)."""

    origin: Origin
    new: dict[str, str]
    all: dict[str, str | None]


def ask(index: "Index", only: Collection[str] | None) -> Ahead[tuple[Deltas, Lines]]:
    """Let git look for what is elsewhere, on all branches or on those of ``only``: a dozen processes, most of which wait for one
    before them, beside the making of the view.
    """
    repository, base = index.repository, index.standing_at
    below = repository.prefix + index.place.name
    own = f"refs/heads/{repository.branch}" if repository.branch and index.is_at_hand else ""
    trunk, then = index.trunk() or "", index.then

    def look() -> tuple[Deltas, Lines]:
        # before the branches: what is committed in a worktree meanwhile is on its branch by then, not lost between the two
        deltas = list(_uncommitted(index, _begin(index))) if then is None else []
        with branches.StoreTrees(repository, below) as trees:
            listed = branches.listed(repository)
            every = branches.tips(trees, listed)
            # what trunk has is trunk's, whoever else has it
            every.sort(key=lambda tip: not revisions.is_trunk(tip.ref, trunk))
            others = [tip for tip in every if tip.ref != own and (only is None or tip.name in only)]
            unread = [branches.name_of(ref) for commit, ref in listed if commit in trees.unread]
            index.notes.branches_unread([name for name in unread if only is None or name in only])
            for name in sorted(set(only or ()) - {tip.name for tip in every}):
                others += _named(index, name) or ()  # only on a remote; a tag; a commit
            if then is not None:
                others = _as_of(index, then, base, others, trees)
            return deltas, _lines(index, base, others, trees)

    return Ahead(look)


def add(
    index: "Index", columns: Columns, only: Collection[str] | None, asked: Ahead[tuple[Deltas, Lines]]
) -> Added:
    """Append to ``columns`` what is elsewhere: on all branches, or on those of ``only``, as ``ask`` was told.

    A blob that is here, or that several others have, comes once.
    """
    deltas, lines = asked.result
    index.remember({blob: data for _, delta in deltas for blob, data in delta.contents.items()})
    committed = _without_edited(_novel(index, lines, columns), deltas)
    sides = [*_carried(index), *_worktrees(index, deltas), *committed]
    if only is not None:
        sides = [side for side in sides if side.origin.branch in only]
    have = index.having(columns, [blob for side in sides for blob in side.new.values()])
    plain: dict[str, tuple[Entry, Origin]] = {}
    for side in sides:
        for path, blob in side.new.items():
            if layout.is_memory(path) and blob not in have and blob not in plain:
                plain[blob] = (Entry(path, blob), side.origin)
    index.foreign_receipts = {
        side.origin: {
            path.rpartition("/")[2]
            for path, blob in (*side.new.items(), *side.all.items())
            if blob and layout.is_receipt(path)
        }
        for side in sides
    }
    changed = list(_changed(index, columns, sides))
    rows = index.learn([entry for entry, _ in plain.values()])
    index.notes.unread(len(plain.keys() - rows.keys()), " of other branches")
    results = overlays.apply([task for _, task in changed], index.knowledge, index.bytes_of, index.blob_of)
    composite = overlays.rows_of(results.values(), index.knowledge)
    have |= index.having(columns, [result.blob for result in results.values()]) if results else set()
    pending: dict[int, Pending] = {}
    foreign: dict[int, Origin] = {}
    tasks: dict[int, overlays.Task] = {}
    replaced = {task.base.blob for _, task in changed}
    for blob, (entry, origin) in plain.items():
        row = rows.get(blob)
        if row is not None and not row.broken and blob not in replaced:
            foreign[len(columns.paths)] = origin
            columns.add(entry.path, row)
    for origin, task in changed:
        result = results.get(task.key)
        row = composite.get(result.blob) if result else None
        if result is None or row is None or row.broken or result.blob in have:
            continue
        have.add(result.blob)
        position = len(columns.paths)
        foreign[position], tasks[position] = origin, task
        pending[position] = Pending(tuple(sorted({row.branch for _, row in task.changes})), result.conflicts)
        columns.add(task.base.path, row)
    return Added(pending, foreign, tasks)


def _changed(
    index: "Index", columns: Columns, sides: Sequence[_Side]
) -> Iterator[tuple[Origin, overlays.Task]]:
    """The memories that the changes of ``sides`` are about, as they are there: what is asked of the catalog is asked once."""
    changing = [side for side in sides if any(layout.is_change(path) for path in side.new)]
    if not changing:
        return
    about = {
        layout.names_of_change(path)[1] for side in changing for path in side.new if layout.is_change(path)
    }
    unknown = index.not_committed()  # what others differ from is what is committed here
    here = {path: blob for path, blob in columns.changes.items() if layout.names_of_change(path)[1] in about}
    own = {path: blob for path, blob in here.items() if path not in unknown}
    receipts = {path: path.rpartition("/")[2] for path in columns.receipts if path not in unknown}
    theirs = [Entry(path, blob) for side in changing for path, blob in side.all.items() if blob]
    every = [entry for entry in theirs if layout.is_change(entry.path)]
    every += [Entry(path, blob) for path, blob in here.items()]
    change_rows = overlays.learn(every, index.knowledge, index.bytes_of)
    rows = index.learn([entry for entry in theirs if layout.is_memory(entry.path)])
    positions = {identity: i for i, identity in enumerate(columns.ids) if identity in about}
    ours = Ours(here, columns.receipts, change_rows)
    for side in changing:
        there = {path: blob for path, blob in own.items() if path not in side.all}
        there |= {path: blob for path, blob in side.all.items() if blob and layout.is_change(path)}
        settled = {name for path, name in receipts.items() if path not in side.all}
        settled |= {
            path.rpartition("/")[2] for path, blob in side.all.items() if blob and layout.is_receipt(path)
        }
        of_side = {layout.names_of_change(path)[1] for path in side.new if layout.is_change(path)}
        mine = {path: blob for path, blob in there.items() if layout.names_of_change(path)[1] in of_side}
        bases = {
            rows[blob].id: Entry(path, blob)
            for path, blob in side.all.items()
            if blob in rows and layout.is_memory(path)
        }
        for identity, found in overlays.waiting(mine, settled, lambda _: change_rows).items():
            left = ours.left(found)
            if len(left) < len(found) and identity in positions and not _edits(side, bases.get(identity)):
                # the rest is here, be it squashed: what the branch has besides is told as it would be here
                if left:
                    path = columns.paths[positions[identity]]
                    base = Entry(path, index.base_blob(positions[identity], columns))
                    yield side.origin, overlays.task(base, ours.met(identity, mine, settled))
                continue
            if identity not in bases and identity in positions:
                path = columns.paths[positions[identity]]
                if side.all.get(path, "") is not None:
                    bases[identity] = Entry(path, index.base_blob(positions[identity], columns))
            if identity in bases:
                yield side.origin, overlays.task(bases[identity], found)


def _edits(side: _Side, base: Entry | None) -> bool:
    """Whether ``side`` has edited the file ``base`` itself."""
    return base is not None and side.new.get(base.path) == base.blob


def _carried(index: "Index") -> Iterable[_Side]:
    by_branch: dict[str, dict[str, str]] = {}
    for one in index.carried:
        by_branch.setdefault(one.branch, {})[one.path] = one.blob
    for branch, files in by_branch.items():
        yield _Side(Origin(branch, uncommitted=True), files, dict(files))


def _as_of(
    index: "Index", then: int, base: str | None, tips: list[Tip], in_commits: branches.StoreTrees
) -> list[Tip]:
    """``tips`` as they stood at the moment ``then``, with ``base`` the commit of then that is stood at; without a store: none."""
    stood = revisions.stood_at(index.repository, [tip.commit for tip in tips], then, base)
    trees = in_commits.of(stood.values())
    return [
        tip._replace(commit=commit, tree=trees[commit])
        for tip in tips
        if (commit := stood.get(tip.commit)) in trees
    ]


def _named(index: "Index", name: str) -> list[Tip] | None:
    """What the branch, tag or commit ``name`` leads to, as a tip; none where it has no store, None where there is no such one."""
    repository = index.repository
    tip = revisions.branch_tip(repository, name)
    commit = tip[1] if tip else getattr(revisions.resolve(repository, name), "id", None)
    if commit is None:
        return None
    below = repository.prefix + index.place.name
    with branches.StoreTrees(repository, below) as in_commits:
        trees = in_commits.of([commit])
    if in_commits.unread:
        raise GitFailed(f"git cannot read {below} in {name}", process.MISSING)
    return [Tip(name, "", commit, trees[commit])] if commit in trees else []


def _leave_out(index: "Index", open_tips: dict[str, Tip], unread: Iterable[Tip]) -> None:
    """Take the tips ``unread``, of which this clone has not got all, out of ``open_tips``, and say so.

    Raises:
        GitFailed: it is not all branches that are asked for: without the one that was named there is no answer.

    """
    names = [open_tips.pop(tip.commit).name for tip in unread if tip.commit in open_tips]
    if names and not index.has_all_others:
        raise GitFailed(
            f"git cannot read all of {names[0]}, or of where it left this branch", process.MISSING
        )
    index.notes.branches_unread(names)


def _lines(index: "Index", base: str | None, tips: list[Tip], in_commits: branches.StoreTrees) -> Lines:
    """Where each of ``tips`` left the line of ``base``, the commit stood at (None: before the first); without those of which
    that commit cannot be read.
    """
    repository = index.repository
    forks = branches.fork_points(repository, [tip.commit for tip in tips], [base] if base else [])
    open_tips: dict[str, Tip] = {}
    for tip in tips:
        if tip.commit in forks or base is None:
            open_tips.setdefault(tip.commit, tip)
    commits = {commit for tip in open_tips.values() for commit in forks.get(tip.commit, ())}
    empty = repository.empty_tree
    trees = in_commits.of([*commits, *([base] if base else [])])
    unread = [tip for tip in open_tips.values() if in_commits.unread & forks.get(tip.commit, frozenset())]
    _leave_out(index, open_tips, unread)
    here = trees.get(base, empty) if base else empty
    starts = {
        tip.commit: [trees.get(commit, empty) for commit in forks.get(tip.commit, ())] or [here]
        for tip in open_tips.values()
    }
    return Lines(open_tips, starts, here)


def _novel(index: "Index", lines: Lines, columns: Columns) -> list[_Side]:
    """What each branch that HEAD does not hold has, against where its line left ours; ``columns`` are what is here."""
    open_tips, starts, here = lines
    trunk = index.trunk() or ""
    pairs = [(start, tip.tree) for tip in open_tips.values() for start in starts[tip.commit]]
    found = _differing(index, pairs)
    _leave_out(
        index,
        open_tips,
        [
            tip
            for tip in open_tips.values()
            if not found.keys() >= {(one, tip.tree) for one in starts[tip.commit]}
        ],
    )
    news: dict[str, dict[str, str]] = {}
    for tip in open_tips.values():
        first, *rest = (found[start, tip.tree] for start in starts[tip.commit])
        new = {path: blob for path, blob in first.items() if blob}
        for other in rest:
            new = {path: blob for path, blob in new.items() if other.get(path) == blob}
        if new:
            news[tip.commit] = new
    news = _without_past(index, news, columns)
    changing = [
        tip for tip in open_tips.values() if any(layout.is_change(path) for path in news.get(tip.commit, ()))
    ]
    whole = _differing(index, [(here, tip.tree) for tip in changing])
    _leave_out(index, open_tips, [tip for tip in changing if (here, tip.tree) not in whole])
    return [
        _Side(
            Origin(tip.name, is_trunk=revisions.is_trunk(tip.ref, trunk)),
            news[tip.commit],
            whole.get((here, tip.tree), {}),
        )
        for tip in open_tips.values()
        if tip.commit in news
    ]


def _without_past(
    index: "Index", news: dict[str, dict[str, str]], columns: Columns
) -> dict[str, dict[str, str]]:
    """``news`` without what our own line had once at the same path: the branch was squashed into it, which then went on."""
    held = index.files(columns, {path for new in news.values() for path in new}) if news else {}
    doubted = sorted(
        {path for new in news.values() for path, blob in new.items() if held.get(path, blob) != blob}
    )
    base = index.standing_at
    if not doubted or base is None:
        return news
    below = f"{index.repository.prefix}{index.place.name}/"
    past = history.past_blobs(index.repository, base, [below + path for path in doubted])
    return {
        commit: {path: blob for path, blob in new.items() if path not in held or blob not in past}
        for commit, new in news.items()
    }


def _differing(
    index: "Index", pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, str | None]]:
    """The blob of each file that differs from the first to the second tree of each pair, None where it is gone; a pair of which
    this clone has not got all is not among them.

    Two trees differ for ever in the same: what git said once is kept, since on 10,000 memories it takes 3 ms a pair to say.
    """
    wanted = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
    known = index.knowledge.between([" ".join(pair) for pair in wanted])
    found: dict[tuple[str, str], dict[str, str | None]] = {pair: {} for pair in pairs if pair[0] == pair[1]}
    for pair in wanted:
        if (text := known.get(" ".join(pair))) is not None:
            found[pair] = json.loads(text)
    missing = [pair for pair in wanted if pair not in found]
    if missing:
        for pair, differences in branches.differing(index.repository, missing).items():
            found[pair] = {one.path: one.new for one in differences if layout.is_kept(one.path)}
        index.knowledge.note_between(
            {" ".join(pair): json.dumps(found[pair]) for pair in missing if pair in found}
        )
    return found


def uncommitted(index: "Index", branch: str | None = None) -> Iterator[Delta]:
    """What the worktrees of ``branch`` have not committed, against their HEAD."""
    for _, delta in _uncommitted(index, _begin(index, lambda one: one.branch == branch)):
        index.remember(delta.contents)
        yield delta


def _worktrees(index: "Index", deltas: Deltas) -> Iterator[_Side]:
    """What is not committed in other worktrees, each against its own HEAD."""
    base = index.standing_at
    found = [(worktree, delta) for worktree, delta in deltas if delta.added]
    heads = {
        worktree.head
        for worktree, delta in found
        if worktree.head and any(layout.is_change(entry.path) for entry in delta.added)
    } - {base}
    trees = (
        branches.store_trees(
            index.repository,
            [*heads, *([base] if base else [])],
            index.repository.prefix + index.place.name,
        )
        if heads
        else {}
    )
    empty = index.repository.empty_tree
    here = trees.get(base, empty) if base else empty
    whole = _differing(index, [(here, trees[head]) for head in heads if head in trees])
    for worktree, delta in found:
        new = {entry.path: entry.blob for entry in delta.added}
        state = dict(whole.get((here, trees.get(worktree.head or "", "")), {}))
        state |= dict.fromkeys(delta.removed)
        state |= new
        yield _Side(Origin(worktree.branch or "detached HEAD", uncommitted=True), new, state)


def _without_edited(sides: Iterable[_Side], deltas: Deltas) -> Iterator[_Side]:
    """``sides`` without what a worktree on that branch has changed or taken away since: it is as it is there now."""
    edited: dict[str, set[str]] = {}
    for home, delta in deltas:
        if home.branch:
            edited.setdefault(home.branch, set()).update(delta.removed)
    for side in sides:
        gone = edited.get(side.origin.branch, set()) & side.new.keys()
        new = {path: blob for path, blob in side.new.items() if path not in gone}
        if new:
            yield side._replace(new=new, all=side.all if not gone else side.all | dict.fromkeys(gone))


def _begin(index: "Index", is_wanted: Callable[[Home], bool] = lambda _: True) -> list[Compared]:
    # seen from another branch, the worktree at hand is one of the others
    wanted = filter(is_wanted, branches.other_worktrees(index.repository, own_too=not index.is_at_hand))
    below = index.repository.prefix + index.place.name
    return branches.comparisons(index.repository, wanted, below, index.started.beside)


def _uncommitted(index: "Index", begun: Iterable[Compared]) -> Iterator[tuple[Home, Delta]]:
    for worktree, there, comparison in begun:
        try:
            files = Worktree(Place(there.directory, index.place.name), there)
            changed = files.changed(comparison.differences(there)[1])
        except (GitFailed, OSError) as problem:
            if os.path.isdir(there.directory):  # else it is being removed just now
                index.notes.uncommitted_unread(worktree.top, problem)
            continue
        yield worktree, changed


def of_branch(index: "Index", name: str) -> dict[str, str] | None:
    """The blob of each file that the branch, tag or commit ``name`` alone has, by path; None where there is no such one."""
    tip = _named(index, name)
    if tip is None:
        return None
    repository = index.repository
    with branches.StoreTrees(repository, repository.prefix + index.place.name) as trees:
        lines = _lines(index, index.standing_at, tip, trees)
    found = _novel(index, lines, index.columns)
    return found[0].new if found else {}
