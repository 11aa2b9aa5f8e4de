"""What may be amiss with a clone that no file of the store shows: git's configuration, hooks, index, refs, journal, versions."""

import os
import re
import shlex
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from agentmem.actions import hooking, outfitting
from agentmem.actions.context import Context
from agentmem.actions.patients import Ailment, Patient
from agentmem.errors import AgentmemError
from agentmem.git import driver, objects, process
from agentmem.git.repository import Probe
from agentmem.index import discarding
from agentmem.model import merging, times
from agentmem.model.findings import ERROR, WARNING
from agentmem.store import cache, halfway, layout, unfinished

if TYPE_CHECKING:
    from agentmem.store.journal import Journal

LEAST_GIT = (2, 31)
"""The first git that gives absolute paths when asked for them."""
LOCKED = 60
"""Seconds from which on a lock is told: git holds one for some milliseconds, and while an editor is open."""
SAME_FOLDER = ("whoosh", "whoosh-reloaded")
"""Packages that install into the folder of the one that is used, and replace it in part."""

_BASE = b"---\nid: 7k3m9qwpdx2v\ntitle: A\ncreated: 2026-02-10T14:03:22Z\n---\nText.\n"
_TRIAL = (
    _BASE,
    _BASE.replace(b"title: A", b"title: B"),
    _BASE.replace(b"created: 2026-02-10", b"created: 2026-02-11"),
)
"""Edits of two lines that touch: git alone cannot merge them, by field they do not meet."""


def readable(patient: Patient) -> Iterator[Ailment]:
    """What nearly every command reads: HEAD, git's index, the trees of the store.

    Raises:
        GitFailed: git cannot read it, in its own words.

    """
    with closing(_context(patient)) as context:
        repository = context.repository
        probe = Probe(
            context.place.directory, context.place.name, None
        )  # a view would mend a torn index unasked
        try:
            probe.differences(repository)
        finally:
            probe.close()
        if repository.head is not None:  # a kept view does not need it
            objects.list_tree(repository, repository.head, context.store_path)
    yield from ()


def merge_driver(patient: Patient) -> Iterator[Ailment]:
    """Git's merge driver: set, ours or fit for it, and tried as git would run it."""
    check = "merge-driver"
    known = driver.current(patient.top)
    if known is None and driver.is_half_set(patient.top):
        yield Ailment(
            check,
            ERROR,
            "named in git's configuration without a command: git refuses every merge",
            patient.init,
            safe=True,
        )
        return
    if known is None:
        message = "not set in this clone: two edits of one memory merge by lines"
        yield Ailment(check, WARNING, message, patient.init, safe=True)
        return
    if not driver.is_ours(known) and "merge-driver" not in known:
        yield Ailment(
            check,
            WARNING,
            f"set by hand to another program, which merges memories in its own way: {known}",
            f"git config --rename-section merge.agentmem merge.agentmem-by-hand && {patient.init}",
        )
        return
    wanted = merging.merge(*_TRIAL).data
    trial = driver.attempt(patient.top, known, f"{patient.below}/facts/x.md", _TRIAL)
    if trial.code == 0 and trial.data == wanted:
        return
    said = [": ".join(line.split(": ")[-2:]) for line in trial.err.splitlines()]  # before that, who says it
    reason = (
        said[-1]
        if said
        else f"no end after {driver.TRIAL_WAIT:.0f} s"
        if trial.code is None
        else f"exit {trial.code}"
    )
    message, ours = f"set in this clone, but it does not work: {reason}", driver.is_ours(known)
    aside = "" if ours else "git config --rename-section merge.agentmem merge.agentmem-by-hand && "
    yield Ailment(check, ERROR, message, aside + patient.init, safe=ours)


def hooks(patient: Patient) -> Iterator[Ailment]:
    """Git's hooks, where they were not declined."""
    found = hooking.ailment(patient.here)
    if found:
        yield Ailment("hooks", WARNING, *found, safe=True)


def index(patient: Patient) -> Iterator[Ailment]:
    """The index: torn, or kept in a place that does not last."""
    with closing(_context(patient)) as context:
        common = context.repository.common_dir
        folder = cache.writable_folder(common, context.environment)
    own = cache.state_folder(common)
    if folder is None:
        message = "there is no folder for it: each question reads all memories anew"
        yield Ailment("index", WARNING, message, "export AGENTMEM_CACHE=~/.cache/agentmem")
        return
    if folder != own:
        message = (
            f"{patient.named(common)} is read-only here: the index is in {folder}, and there is no journal"
        )
        yield Ailment("index", WARNING, message, "export AGENTMEM_CACHE=~/.cache/agentmem")
    path = os.path.join(folder, "catalog.sqlite")
    problem = _torn(path) if os.path.lexists(path) else None
    if problem:
        yield Ailment(
            "index", WARNING, f"its catalog is torn: {problem}", "agentmem index rebuild", safe=True
        )


def meaning_of(patient: Patient) -> Iterator[Ailment]:
    """Recall by meaning that is on, without a model that gives a vector here."""
    with closing(_context(patient)) as context:
        try:
            if not context.config.semantic.enabled:
                return
        except AgentmemError:
            return  # a broken configuration is told by itself
        from agentmem.actions import meaning

        problem = meaning.problem_of(context)
    if problem:
        message = f"recall by meaning is on and is left out: {problem.why}"
        yield Ailment("semantic", WARNING, message, problem.fix or patient.config)


def _torn(path: str) -> str | None:
    """What SQLite finds wrong with the file at ``path``, which is only read."""
    try:
        from urllib.parse import quote

        connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=0.3)
        try:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except Exception as error:  # SQLite's own words may be no UTF-8
        # else somebody is writing it, or it cannot be read from here
        return str(error) if discarding.is_torn(error, path) else None
    return None if said == "ok" else said.splitlines()[-1]


def refs(patient: Patient) -> Iterator[Ailment]:
    """Claims that cannot be read, and those of worktrees that are gone."""
    with closing(_context(patient)) as context:
        yield from _refs(patient, context)


def _refs(patient: Patient, context: Context) -> Iterator[Ailment]:
    from agentmem.actions.board import NAMESPACE, Board, lost_claim

    try:
        shared = context.config.claim_remote is not None
    except AgentmemError:
        shared = False  # a broken configuration is told by itself
    result = process.run(patient.top, "for-each-ref", "--format=%(refname) %(objectname)", "refs/agentmem/")
    named = [line.split(" ") for line in result.out.decode("utf-8", "replace").splitlines()]
    wanted = "".join(f"{oid}\n" for _, oid in named).encode()
    there = (
        process.run(patient.top, "cat-file", "--batch-check", stdin=wanted).out.decode().splitlines()
        if named
        else []
    )
    for (name, _), said in zip(named, there, strict=False):
        if said.endswith(" missing") and not name.startswith(f"{NAMESPACE}/"):
            message = f"{name} points to an object that is not there: it was lost, or a fetch was cut short"
            fix = "agentmem sync" if shared else "git fsck --connectivity-only"
            yield Ailment("refs", ERROR, message, fix)
    try:
        board = Board(context)
        for task in sorted(board.lost):
            is_here = bool(context.index.view().with_id(task))
            take = f"agentmem claim {task} --resume" if is_here else "git fsck --connectivity-only"
            message = f"{lost_claim(task)}; ask the others before you take it over"
            yield Ailment("refs", ERROR, message, "agentmem sync" if shared else take)
        left = [task for task, one in board.held.items() if board.is_left(one)]
    except AgentmemError:
        return
    for task in left:
        message = f"{task[:6]} is claimed from a worktree that is gone"
        yield Ailment("refs", WARNING, message, f"agentmem claim {task} --resume")


def journal(patient: Patient) -> Iterator[Ailment]:
    """What was written and is in no commit and no worktree, and what a run that was killed has left halfway."""
    from agentmem.actions import rescuing

    with closing(_context(patient)) as context:
        lost = rescuing.lost(context, surely=True)
        book, is_writable = context.journal, os.access(context.repository.common_dir, os.W_OK)
        torn = [os.path.join(book.folder, name) for name in sorted(_torn_records(book))]
        is_halfway = halfway.found(cache.state_folder(context.repository.common_dir), context.place.root)
    if lost:
        number = f"{len(lost)} write{'s' * (len(lost) > 1)}"
        message = f"{number} in no commit and no worktree any more"
        yield Ailment("journal", WARNING, message, "agentmem restore --journal")
    for path in torn:
        file = shlex.quote(patient.named(path))
        message = (
            f"{file} is torn, by a crash or a full disk: what it says still is what is left of a write, unless that is in a"
            " commit or a worktree; read it, then put it aside"
        )
        yield Ailment("journal", WARNING, message, f"mv -n {file} {file}.torn")
    if os.path.lexists(book.folder) and is_writable and not _takes_files(book.folder):
        file = shlex.quote(patient.named(book.folder))
        what = "cannot be written" if os.path.isdir(book.folder) else "is no folder"
        message = f"{file} {what}: nothing that is written is kept in the journal until it is committed"
        fix = f"chmod u+rwx {file}" if os.path.isdir(book.folder) else f"mv -n {file} {file}.old"
        yield Ailment("journal", ERROR, message, fix)
    if is_halfway:
        message = "a forget, reflect or tidy was stopped before its commit: its files are half as they were"
        yield Ailment(
            "journal", ERROR, message, "agentmem forget --dry-run && agentmem doctor --fix", safe=True
        )


def _torn_records(book: "Journal") -> Collection[str]:
    """The files of the journal that were cut short; all are read."""
    for _ in book.entries():
        pass
    return book.torn


def _takes_files(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def promotion(patient: Patient) -> Iterator[Ailment]:
    """A promotion that was stopped before its commit, and a lock of git's index that stays."""
    with closing(_context(patient)) as context:
        repository = context.repository
        folder = cache.state_folder(repository.common_dir)
        left = (
            [path for path in context.index.uncommitted_paths() if layout.is_receipt(path)]
            if unfinished.is_commit_begun(folder, context.place.root)
            else []
        )
    if left:
        number = f"{len(left)} change{'s' * (len(left) > 1)}"
        message = f"overlay promote was stopped before its commit: base has taken up {number}, not committed"
        yield Ailment("promotion", WARNING, message, "agentmem overlay promote")
    lock = os.path.join(repository.git_dir, "index.lock")
    try:
        age = int(time.time() - os.stat(lock).st_mtime)
    except OSError:
        return
    if age >= LOCKED:
        message = (
            f"{patient.named(lock)} is there for {times.age(age)}: nothing is committed while it is; a git that was"
            " killed leaves it behind, one that runs, or its editor, takes it away"
        )
        yield Ailment("lock", WARNING, message, "ps -A -o pid,etime,args")


def versions(patient: Patient) -> Iterator[Ailment]:
    """A git that is too old, and packages that overwrite one that is used."""
    said = process.run(patient.top, "--version").out.decode("utf-8", "replace")
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < LEAST_GIT:
        least = ".".join(map(str, LEAST_GIT))
        yield Ailment("versions", ERROR, f"git {found[0]}: {least} or later is needed", "git --version")
    from importlib import metadata

    for package in SAME_FOLDER:
        try:
            metadata.distribution(package)
        except metadata.PackageNotFoundError:
            continue
        message = f"{package} is installed beside whoosh3, into the same folder: one overwrites the other"
        fix = f"python -m pip uninstall -y {package} && python -m pip install --force-reinstall --no-deps whoosh3"
        yield Ailment("versions", ERROR, message, fix)


def agents(patient: Patient) -> Iterator[Ailment]:
    """What ``init --agent`` wrote, and an older version of it."""
    old = outfitting.outdated(patient.top)
    if old:
        more = f" and {len(old) - 1} more" if len(old) > 1 else ""
        yield Ailment("agents", WARNING, f"{old[0]}{more}: of an older version", patient.init, safe=True)


def _context(patient: Patient) -> Context:
    # a sparse checkout has the store in git alone
    return Context(patient.here, patient.root if os.path.isdir(patient.root) else None)
