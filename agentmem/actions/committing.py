"""What the next commit takes of a store: the branch's own memories, staged where they are well; the errors in what is staged.

Called by hooks, on every commit: git alone is asked, and no index opened.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.checks import alone, frame
from agentmem.checks.frame import StoreFile
from agentmem.git import objects, rules, staging, state, stubs, trunk
from agentmem.git.repository import Difference, Repository
from agentmem.model.findings import Finding
from agentmem.store import config, layout, overlays, reading
from agentmem.store.config import Config


class Prepared(NamedTuple):
    """What a commit will hold of a store. ``staged`` are the files that were put there now, ``branch`` whose they are; ``left``
    are errors for which others were not, ``errors`` those in what was staged before, ``foreign`` what of that another branch
    wrote that is not merged here. Paths of findings, and ``store``, are from the folder that git was started in; those of what
    was staged begin with the store's name. ``void`` counts receipts that stay out, as base has not what they tell of.

    ``blocked``: the commit is not to be made.
    """

    branch: str | None
    staged: tuple[str, ...]
    left: tuple[Finding, ...]
    errors: tuple[Finding, ...]
    blocked: bool
    foreign: tuple[Finding, ...] = ()
    void: int = 0
    store: str = layout.NAME


def prepare(
    repository: Repository,
    store: str,
    differences: Sequence[Difference],
    environment: Mapping[str, str],
    before: Sequence[staging.Staged],
    hidden: "rules.Asked | None" = None,
) -> Prepared:
    """Stage the memories of the branch at hand that are well, and check what is staged: ``before`` we came; ``differences`` are
    those of the worktree from HEAD. ``hidden``: git was asked already which of ``rules.new_paths`` it ignores.

    While a merge, rebase or pick is under way nothing is staged: what belongs to it, git knows.

    Raises:
        ConfigError: the store's configuration cannot be read; GitFailed.

    """
    settings = config.load(os.path.join(repository.directory, store))
    doing = state.under_way(repository)
    branch = None if doing else repository.branch
    candidates = _own(repository, store, branch, settings, differences, before) if branch else []
    lead = _lead(repository, environment)
    left = alone.errors(candidates, store, settings.rules, settings.ignores, lead)
    ill = {finding.path for finding in left}
    chosen = [f"{store}/{file.path}" for file in candidates if f"{lead}{store}/{file.path}" not in ill]
    void: frozenset[str] = frozenset()
    if branch and any(one.old is None and layout.is_receipt(_below(one.path, store)) for one in differences):
        from agentmem.actions import receipting

        there = {_below(one.path, store) for one in before if one.blob}
        void = receipting.void(repository, store, differences, there)
        if out := [one.path for one in before if one.added and _below(one.path, store) in void]:
            staging.leave_out(repository, out)
        if _is_trunk(repository, branch, settings):
            chosen += receipting.going(
                repository, store, differences, void, {*chosen}, {one.path for one in before}
            )
    chosen = _let_in(repository, chosen, differences, hidden)
    if chosen:
        staging.add(repository, chosen)
        if staging.is_partial(repository, environment):
            _remind(repository, chosen)
    held = _read(repository, store, before)
    errors = alone.errors(held, store, settings.rules, settings.ignores, lead)
    if doing:
        errors = [one for one in errors if one.rule in alone.UNDECIDED]
    foreign = _foreign(repository, store, branch, settings, held, before, lead) if branch else []
    blocked = bool(errors) and settings.hooks_block
    return Prepared(
        branch,
        tuple(chosen),
        tuple(left),
        tuple(errors),
        blocked,
        tuple(foreign),
        len(void),
        f"{lead}{store}",
    )


def _lead(repository: Repository, environment: Mapping[str, str]) -> str:
    """What leads to the folder with the store from the one that git was started in: it runs its hooks at the top."""
    started = os.path.join(repository.top, environment.get("GIT_PREFIX") or "")
    path = os.path.relpath(repository.directory, started).replace(os.sep, "/")
    return "" if path == "." else f"{path}/"


def _foreign(
    repository: Repository,
    store: str,
    branch: str,
    settings: Config,
    held: Sequence[StoreFile],
    staged: Sequence[staging.Staged],
    lead: str,
) -> list[Finding]:
    """Of what was staged before we came (a `git add -A`), what another branch has written."""
    added = {one.path for one in staged if one.added}
    named = {}
    for file in held:
        written = _written(file)
        if f"{store}/{file.path}" in added and written and not overlays.is_own(repository, branch, written):
            named[file.path] = written
    if not named:
        return []
    from agentmem.checks import foreign_memory

    if settings.rules.get(foreign_memory.ID) == "off":
        return []
    there = _existing(repository, named.values())
    foreign = {path: name for path, name in named.items() if name in there}
    return list(foreign_memory.run(frame.Subject(tuple(held), (), store, foreign=foreign, lead=lead)))


def _written(file: StoreFile) -> str | None:
    """The branch that a memory or a change was written on."""
    written = file.memory.branch if file.memory else file.document.meta.get("branch")
    return written if isinstance(written, str) else None


def _existing(repository: Repository, names: Iterable[str]) -> set[str]:
    from agentmem.git import branches

    return branches.existing(repository, names)


def _let_in(
    repository: Repository,
    paths: Sequence[str],
    differences: Sequence[Difference],
    asked: "rules.Asked | None",
) -> list[str]:
    """Those of ``paths`` that git would take: who has the whole store ignored keeps it for himself."""
    new = rules.new_paths(repository, differences)
    hidden = {one.path for one in rules.ignored(repository.top, new, asked)} if new else set()
    return [path for path in paths if repository.prefix + path not in hidden]


def _below(path: str, store: str) -> str:
    return path.removeprefix(store + "/")


def _own(
    repository: Repository,
    store: str,
    branch: str,
    settings: Config,
    differences: Sequence[Difference],
    staged: Sequence[staging.Staged],
) -> list[StoreFile]:
    """The memories and changes of ``branch`` that the commit would not hold as they are in the worktree.

    What is staged in part stays so, and what was taken out of the index stays out: somebody has chosen.
    """
    chosen = {one.path for one in staged}
    root = os.path.join(repository.directory, store)
    found: list[StoreFile] = []
    others: dict[str, list[StoreFile]] = {}
    for one in differences:
        path = _below(one.path, store)
        if one.deleted or one.new or one.path in chosen:
            continue
        is_new_change = one.old is None and layout.is_change(path)
        if not (layout.is_memory(path) or is_new_change):
            continue
        data = reading.read(root, path)
        if data is None:
            continue
        file = frame.read(path, data)
        written = _written(file)
        if one.old is not None:
            if overlays.is_own(repository, branch, written) or _is_trunk(repository, branch, settings):
                found.append(file)
        elif written is None or overlays.is_own(repository, branch, written):
            found.append(file)
        else:
            others.setdefault(written, []).append(file)
    if others:
        # a branch that is gone claims nothing: what it wrote is of whoever has it
        there = _existing(repository, others)
        found += [file for name, files in others.items() if name not in there for file in files]
    return found


def _is_trunk(repository: Repository, branch: str, settings: Config) -> bool:
    """Whether memories are edited in place on ``branch``: it is trunk, or nobody knows what is."""
    known = settings.trunk or trunk.guess(repository)
    return known is None or branch == known


def _read(repository: Repository, store: str, staged: Sequence[staging.Staged]) -> list[StoreFile]:
    wanted = {
        path: one.blob
        for one in staged
        if one.blob
        and (
            layout.is_memory(path := _below(one.path, store))
            or layout.is_change(path)
            or layout.is_misplaced(path)
        )
    }
    if not wanted:
        return []
    contents = dict(objects.read_blobs(repository, set(wanted.values())))
    return [frame.read(path, contents[blob]) for path, blob in sorted(wanted.items()) if blob in contents]


def examine(
    repository: Repository, store: str, staged: Sequence[staging.Staged], environment: Mapping[str, str]
) -> list[Finding]:
    """The errors in files that commits have brought, as the team has set the rules."""
    settings = config.load(os.path.join(repository.directory, store))
    lead = _lead(repository, environment)
    return alone.errors(_read(repository, store, staged), store, settings.rules, settings.ignores, lead)


def closings(repository: Repository, store: str) -> list[tuple[str, tuple[str, ...]]]:
    """``(entry, tasks that it closes)`` of the log entries that the commit at hand adds."""
    added = [one for one in staging.staged(repository, store)[0] if one.added]
    files = _read(repository, store, [one for one in added if _below(one.path, store).startswith("log/")])
    return [(file.memory.id, file.memory.closes) for file in files if file.memory and file.memory.closes]


# -- a commit of some paths: git makes it of an index of its own, and prepares the usual one before hooks run


def _reminder(repository: Repository) -> str:
    return os.path.join(repository.git_dir, stubs.AFTER_COMMIT)


def _remind(repository: Repository, paths: Sequence[str]) -> None:
    """Note for after the commit what the usual index does not know that HEAD will hold."""
    whole = [repository.prefix + path for path in paths]
    held = staging.blobs(repository, whole)
    before = staging.blobs(repository, whole, "HEAD") if repository.head else {}
    rows = (f"{before.get(path, '-')} {blob} {path}\0" for path, blob in held.items())
    with open(_reminder(repository), "ab") as file:
        file.writelines(map(os.fsencode, rows))


def forget(repository: Repository) -> None:
    """Forget what was noted for a commit that was not made."""
    try:
        os.unlink(_reminder(repository))
    except OSError:
        pass


def readd(repository: Repository) -> list[str]:
    """Give the usual index what the commit holds and it does not, else it would say that the next one deletes it.

    Raises:
        GitFailed: git refuses.

    """
    try:
        with open(_reminder(repository), "rb") as file:
            rows = file.read().split(b"\0")
    except OSError:
        return []
    noted = {}
    for row in rows:
        old, _, rest = os.fsdecode(row).partition(" ")
        blob, _, path = rest.partition(" ")
        noted[path] = old, blob
    noted.pop("", None)
    forget(repository)
    held, known = staging.blobs(repository, noted, "HEAD"), staging.blobs(repository, noted)
    # what was staged since is newer
    wanted = {
        path: blob
        for path, (old, blob) in noted.items()
        if held.get(path) == blob and known.get(path, "-") == old
    }
    if wanted:
        staging.put(repository, wanted)
    return sorted(wanted)
