"""``doctor``: what is amiss in this clone that no file of the store shows, each with the command that mends it.

Nothing is changed here, and no command that is advised takes anything away.
"""

import os
import shlex
from collections.abc import Callable, Iterator
from typing import NamedTuple

from agentmem.actions import hooking
from agentmem.git import driver, process, rules
from agentmem.model import kinds, merging
from agentmem.model.findings import ERROR, WARNING
from agentmem.store import layout, place

PROBES = (
    *(f"{kind.folder}/x.md" for kind in kinds.ALL if kind.name != "log"),
    "log/2026-01/x.md",
    "overlays/x/y.md",
)
"""Paths below a store that git must take, whatever the project's own rules say."""

ATTRIBUTES = {
    "text": "unset",
    "filter": "unset",
    "ident": "unset",
    "working-tree-encoding": "unset",
    "merge": "agentmem",
}
"""What git must give memories, so that their bytes are their blobs and the driver merges them."""

_BASE = b"---\nid: 7k3m9qwpdx2v\ntitle: A\ncreated: 2026-02-10T14:03:22Z\n---\nText.\n"
_TRIAL = (
    _BASE,
    _BASE.replace(b"title: A", b"title: B"),
    _BASE.replace(b"created: 2026-02-10", b"created: 2026-02-11"),
)
"""Edits of two lines that touch: git alone cannot merge them, by field they do not meet."""


class Ailment(NamedTuple):
    """One thing that is amiss; ``fix`` is a command that can be run as it stands."""

    check: str
    severity: str
    message: str
    fix: str


class Examined(NamedTuple):
    """What was found, in the order of the checks."""

    findings: tuple[Ailment, ...]

    @property
    def failed(self) -> bool:
        """Whether there is an error among them."""
        return any(one.severity == ERROR for one in self.findings)


class _Patient(NamedTuple):
    """The store at ``root`` in the worktree ``top``; ``here`` is where commands are run."""

    here: str
    top: str
    root: str

    def named(self, path: str) -> str:
        """``path`` as it is written in a command that is run here."""
        return os.path.relpath(path, self.here).replace(os.sep, "/")

    @property
    def init(self) -> str:
        """The command that completes this store."""
        usual = os.path.join(self.top, layout.NAME)
        return "agentmem init" + (
            "" if self.root == usual else f" --store {shlex.quote(self.named(self.root))}"
        )

    @property
    def below(self) -> str:
        """The store as git names it."""
        return os.path.relpath(self.root, self.top).replace(os.sep, "/")


def examine(directory: str, store: str | None = None) -> Examined:
    """Make every check of the store seen from ``directory``, or of the folder ``store``.

    Raises:
        NoStore: there is none; NoRepository: there is not even a repository.

    """
    directory = os.path.abspath(directory)
    link = _link(directory, store)
    root = link or place.find(directory, store).root
    top = process.run(directory, "rev-parse", "--show-toplevel")
    if top.code:  # bare: nothing is merged here, and nothing is added
        return Examined(())
    patient = _Patient(
        directory, os.fsdecode(top.out.removesuffix(b"\n")), os.path.realpath(os.path.dirname(root))
    )
    patient = patient._replace(root=os.path.join(patient.root, os.path.basename(root)))
    checks = (_merge_driver, _link_of_store) if link else CHECKS
    return Examined(tuple(one for check in checks for one in check(patient)))


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


def _merge_driver(patient: _Patient) -> Iterator[Ailment]:
    check = "merge-driver"
    known = driver.current(patient.top)
    if known is None and driver.is_half_set(patient.top):
        yield Ailment(
            check,
            ERROR,
            "named in git's configuration without a command: git refuses every merge",
            patient.init,
        )
        return
    if known is None:
        yield Ailment(
            check, WARNING, "not set in this clone: two edits of one memory merge by lines", patient.init
        )
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
    by_hand = (
        ""
        if driver.is_ours(known)
        else "git config --rename-section merge.agentmem merge.agentmem-by-hand && "
    )
    yield Ailment(check, ERROR, f"set in this clone, but it does not work: {reason}", by_hand + patient.init)


def _hooks(patient: _Patient) -> Iterator[Ailment]:
    found = hooking.ailment(patient.here)
    if found:
        yield Ailment("hooks", WARNING, *found)


def _link_of_store(patient: _Patient) -> Iterator[Ailment]:
    name = patient.named(patient.root)
    aside = shlex.quote(f"{name}-link")
    if os.path.isdir(patient.root):
        fix = f"mv {shlex.quote(name)} {aside} && cp -R {aside}/. {shlex.quote(name)}/ && {patient.init}"
        fix = fix.replace("&& cp", f"&& mkdir {shlex.quote(name)} && cp")
    else:
        fix = f"mv {shlex.quote(name)} {aside} && {patient.init}"
    yield Ailment("store", ERROR, f"{name} is a link: git commits the link and no memory", fix)


def _ignored(patient: _Patient) -> Iterator[Ailment]:
    """The rules by which git would leave memories out, and the store's own file against them."""
    if not os.path.isdir(patient.root):
        return  # a sparse checkout
    below = patient.below
    hidden = rules.ignored(patient.top, [f"{below}/{probe}" for probe in PROBES])
    own = _lines(os.path.join(patient.root, ".gitignore"))
    lacking = [line for line in layout.GITIGNORE.split() if line not in (own or ())]
    file = patient.named(os.path.join(patient.root, ".gitignore"))
    mend = patient.init if own is None else _append(file, layout.GITIGNORE.split())
    if hidden:
        outer = _unhide(patient)
        fix = " && ".join(command for command in (outer, mend if lacking or not outer else "") if command)
        for rule in dict.fromkeys((one.source, one.line, one.pattern) for one in hidden):
            of_rule = [one.path for one in hidden if (one.source, one.line, one.pattern) == rule]
            source, line, pattern = rule
            more = f" and {len(of_rule) - 1} more" if len(of_rule) > 1 else ""
            where = patient.named(os.path.join(patient.top, source))
            yield Ailment(
                "store",
                ERROR,
                f'{where}:{line}: "{pattern}" hides {os.path.dirname(of_rule[0])}/{more} from git add',
                fix,
            )
    elif own is None:
        yield Ailment("store", WARNING, f"no {file}: the project's own rules may hide memories", mend)
    elif lacking:
        yield Ailment("store", WARNING, f"{file} lacks the lines {' '.join(lacking)}", mend)


def _unhide(patient: _Patient) -> str:
    """The command that lets git into the store's folder again; empty where no rule keeps it out."""
    parts = patient.below.split("/")
    commands = []
    for number, part in enumerate(parts):
        if rules.ignored(patient.top, ["/".join(parts[: number + 1])]):
            file = patient.named(os.path.join(patient.top, *parts[:number], ".gitignore"))
            commands.append(_append(file, [f"!/{part}/"]))
    return " && ".join(commands)


def _attributes(patient: _Patient) -> Iterator[Ailment]:
    path = os.path.join(patient.root, ".gitattributes")
    own = _lines(path)
    if not os.path.isdir(patient.root):
        return
    file = patient.named(path)
    if own is None:
        yield Ailment(
            "store",
            WARNING,
            f"no {file}: line endings may be changed, memories merge by lines",
            patient.init,
        )
        return
    wanted = layout.GITATTRIBUTES.splitlines()
    lacking = [line for line in wanted if line not in own]
    wrong = {
        f"{name}={value}": None
        for probe in PROBES
        for name, value in rules.attributes(patient.top, f"{patient.below}/{probe}", list(ATTRIBUTES)).items()
        if value != ATTRIBUTES[name]
    }
    if wrong and wanted[0] in own:
        info = process.run(
            patient.top, "rev-parse", "--path-format=absolute", "--git-path", "info/attributes"
        )
        file = patient.named(os.fsdecode(info.out.removesuffix(b"\n")))
        line = wanted[0].replace("*.md", f"/{patient.below}/**/*.md", 1)
        message = f"other rules go before those of {patient.below}/.gitattributes: {' '.join(wrong)}"
        yield Ailment("store", WARNING, message, _append(file, [line]))
    elif lacking:
        lost = f" ({' '.join(wrong)})" if wrong else ""
        yield Ailment(
            "store",
            WARNING,
            f"{file} lacks {len(lacking)} of our {len(wanted)} lines{lost}",
            _append(file, lacking),
        )


def _strays(patient: _Patient) -> Iterator[Ailment]:
    """More than one store in this worktree: a command sees the nearest one upwards alone."""
    if os.path.basename(patient.root) != layout.NAME:
        return
    roots = {patient.below}
    for path in rules.files(patient.top):
        parts = path.split("/")[:-1]
        roots |= {"/".join(parts[: at + 1]) for at, part in enumerate(parts) if part == layout.NAME}
    main, *strays = sorted(roots, key=lambda root: (root.count("/"), root))
    for root in strays:
        whole = os.path.join(patient.top, *root.split("/"))
        if os.path.isdir(whole) and not os.path.islink(whole):
            stray, outer = patient.named(whole), patient.named(os.path.join(patient.top, *main.split("/")))
            yield Ailment(
                "store",
                WARNING,
                f"a second store, {stray}/: what is started beside it sees that one and not {outer}/",
                f"cp -Rn {shlex.quote(stray)}/. {shlex.quote(outer)}/",
            )


def _lines(path: str) -> list[str] | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return [line.strip() for line in file]
    except OSError:
        return None


def _append(file: str, lines: list[str]) -> str:
    """The command that puts ``lines`` at the end of ``file``, whether or not its last line has an end."""
    return f"printf '\\n%s' {' '.join(map(shlex.quote, lines))} '' >> {shlex.quote(file)}"


CHECKS: tuple[Callable[[_Patient], Iterator[Ailment]], ...] = (
    _merge_driver,
    _hooks,
    _ignored,
    _attributes,
    _strays,
)
