"""``doctor``: what is amiss in this clone, each with the command that mends it; ``--fix`` mends what is safe to mend unasked.

Looking changes nothing, and no command that is advised takes anything away.
"""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from agentmem.actions import clone_ailments as clone
from agentmem.actions import store_ailments as stores
from agentmem.actions.patients import Ailment, Patient
from agentmem.errors import AgentmemError, GitFailed, GitRefused
from agentmem.git import process
from agentmem.model.findings import ERROR
from agentmem.store import layout, place

Check = Callable[[Patient], Iterator[Ailment]]

CHECKS: tuple[Check, ...] = (
    clone.readable,
    clone.versions,
    clone.merge_driver,
    clone.hooks,
    stores.ignored,
    stores.attributes,
    stores.strays,
    stores.settings_of,
    stores.files,
    stores.unreadable,
    stores.manager,
    clone.meaning_of,
    clone.agents,
    clone.index,
    clone.refs,
    clone.journal,
    clone.promotion,
)


class Examined(NamedTuple):
    """What was found, in the order of the checks; ``mended`` was found before and mended, ``notes`` say what could not be."""

    findings: tuple[Ailment, ...]
    mended: tuple[Ailment, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(one.severity == ERROR for one in self.findings)


def examine(directory: str, store: str | None = None) -> Examined:
    """Make every check of the store seen from ``directory``, or of the folder ``store``.

    Raises:
        NoStore: there is none; NoRepository: there is not even a repository.

    """
    try:
        patient, checks = _patient(directory, store)
    except GitRefused as refusal:  # then nothing else can be looked at
        fix = refusal.hint or "git config --global --get-all safe.directory"
        return Examined((Ailment("repository", ERROR, refusal.message, fix),))
    if patient is None:  # bare: nothing is merged here, and nothing is added
        return Examined(())
    found: list[Ailment] = []
    for check in checks:
        try:
            found += check(patient)
        except GitFailed as problem:  # in such a clone other checks meet the same
            fix = problem.hint.split("     ")[0] if problem.hint else "git fsck --connectivity-only"
            found.append(Ailment("repository", ERROR, problem.message, fix))
    return Examined(tuple(dict.fromkeys(found)))


def mend(directory: str, store: str | None = None) -> Examined:
    """Mend what is safe, and look again.

    Raises:
        NoStore, NoRepository: see ``examine``.

    """
    before = examine(directory, store)
    if not any(one.safe for one in before.findings):
        return before
    patient, _ = _patient(directory, store)
    assert patient is not None  # else nothing was found
    notes = []
    for check in dict.fromkeys(one.check for one in before.findings if one.safe):
        try:
            _mend(patient, check)
        except AgentmemError as problem:
            notes.append(f"{check}: {problem.message}")
    after = examine(directory, store)
    mended = tuple(one for one in before.findings if one not in after.findings)
    return after._replace(mended=mended, notes=tuple(notes))


def _mend(patient: Patient, check: str) -> None:
    from agentmem.actions import archiving, hooking, indexing, outfitting
    from agentmem.actions.context import Context
    from agentmem.git import driver

    context = Context(patient.here, patient.root)
    try:
        if check == "merge-driver":
            driver.configure(patient.top, context.repository.common_dir)
        elif check == "hooks":
            hooking.install(patient.here, patient.root)
        elif check == "store":
            stores.append(patient)
        elif check == "files":
            stores.sweep(patient)
        elif check == "agents":
            outfitting.fit(patient.top, [])
        elif check == "index":
            indexing.rebuild(context)
        elif check == "journal":
            archiving.take_back(context)
    finally:
        context.close()


def _patient(directory: str, store: str | None) -> tuple[Patient | None, tuple[Check, ...]]:
    directory = os.path.abspath(directory)
    link = _link(directory, store)
    root = link or place.find(directory, store).root
    top = process.run(directory, "rev-parse", "--show-toplevel")
    if top.code:
        if (found := process.run(directory, "rev-parse", "--git-dir")).code:
            raise process.no_repository(directory, found.err)
        return None, ()
    home = os.path.realpath(os.path.dirname(root))
    whole = os.path.join(home, os.path.basename(root))
    patient = Patient(directory, os.fsdecode(top.out.removesuffix(b"\n")), whole)
    return patient, (clone.merge_driver, stores.link_of_store) if link else CHECKS


def _link(directory: str, store: str | None) -> str | None:
    """The link that stands where the store should be."""
    if store is not None:
        root = os.path.normpath(os.path.join(directory, store))
        return root if os.path.islink(root) else None
    folder = directory
    while True:
        root = os.path.join(folder, layout.NAME)
        if os.path.islink(root):
            return root
        if os.path.isdir(root):
            return None
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return None
        folder = parent
