"""What may be amiss with a store: that git cannot take it, that other rules are in its way, what lies in it that is no memory."""

import os
import shlex
import time
from collections.abc import Iterator

from agentmem.actions import managing
from agentmem.actions.patients import Ailment, Patient
from agentmem.checks import frame
from agentmem.errors import ConfigError
from agentmem.git import process, rules, settings, trunk
from agentmem.git.repository import Probe
from agentmem.model import kinds
from agentmem.model.findings import ERROR, WARNING
from agentmem.store import config, layout, reading

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


def link_of_store(patient: Patient) -> Iterator[Ailment]:
    """A link in the place of the store: git takes the link, and no memory."""
    name = patient.named(patient.root)
    aside = shlex.quote(f"{name}-link")
    if os.path.isdir(patient.root):
        fix = f"mv {shlex.quote(name)} {aside} && cp -R {aside}/. {shlex.quote(name)}/ && {patient.init}"
        fix = fix.replace("&& cp", f"&& mkdir {shlex.quote(name)} && cp")
    else:
        fix = f"mv {shlex.quote(name)} {aside} && {patient.init}"
    yield Ailment("store", ERROR, f"{name} is a link: git commits the link and no memory", fix)


def ignored(patient: Patient) -> Iterator[Ailment]:
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
        yield Ailment("store", WARNING, f"no {file}: the project's own rules may hide memories", mend, True)
    elif lacking:
        yield Ailment("store", WARNING, f"{file} lacks the lines {' '.join(lacking)}", mend, True)


def _unhide(patient: Patient) -> str:
    """The command that lets git into the store's folder again; empty where no rule keeps it out."""
    parts = patient.below.split("/")
    commands = []
    for number, part in enumerate(parts):
        if rules.ignored(patient.top, ["/".join(parts[: number + 1])]):
            file = patient.named(os.path.join(patient.top, *parts[:number], ".gitignore"))
            commands.append(_append(file, [f"!/{part}/"]))
    return " && ".join(commands)


def attributes(patient: Patient) -> Iterator[Ailment]:
    """The attributes by which the bytes of memories stay what their blobs are."""
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
            safe=True,
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
            safe=True,
        )


def strays(patient: Patient) -> Iterator[Ailment]:
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


LEFT_AFTER = 3600
"""Seconds after which a file that was being written has no writer any more."""
MANY = 5000
"""Memories from which on a store is worth tidying: each is a file that git looks at, and few of them are asked for."""
PLAIN = ("README.md", "overview.md")
"""Markdown at the top of a store that is no memory, on purpose."""


def files(patient: Patient) -> Iterator[Ailment]:
    """What lies in the store and is no memory: left by a write that was killed, or put where no view looks."""
    left, misplaced, memories = [], [], 0
    now = time.time()
    for path in reading.walk(patient.root):
        name = path.rpartition("/")[2]
        if name.startswith(layout.TEMPORARY):
            whole = os.path.join(patient.root, path)
            try:
                if now - os.stat(whole).st_mtime > LEFT_AFTER:
                    left.append(path)
            except OSError:
                continue  # its writer has ended
        elif layout.is_memory(path):
            memories += 1
        elif layout.is_misplaced(path) or (
            path.endswith(".md") and not layout.is_kept(path) and path not in PLAIN
        ):
            misplaced.append(path)
    store = shlex.quote(patient.named(patient.root))
    if left:
        message = f"{_some(left)} left by a write that was killed"
        fix = f"find {store} -name '{layout.TEMPORARY}*' -mmin +{LEFT_AFTER // 60} -delete"
        yield Ailment("files", WARNING, message, fix, safe=True)
    if misplaced:
        what = "is no memory" if len(misplaced) == 1 else "are no memories"
        folders = " ".join(f"{kind.folder}/" for kind in kinds.ALL[:3])
        place = os.path.join(patient.root, misplaced[0])
        fix = f"mv -n {shlex.quote(patient.named(place))} {store}/facts/"
        yield Ailment("files", WARNING, f"{_some(misplaced)} {what}: those lie in {folders}…", fix)
    if memories > MANY:
        message = f"{memories:,} memories: what is not worth keeping can go to the archive"
        yield Ailment("size", WARNING, message, "agentmem forget --dry-run")


def unreadable(patient: Patient) -> Iterator[Ailment]:
    """What cannot be read as a memory, so that no answer has it; the files are read here, since to index them would write."""
    found = reading.strays(patient.root)
    for path in reading.walk(patient.root):
        data = reading.read(patient.root, path) if layout.is_memory(path) else None
        if data is not None and frame.read(path, data).document.problems:
            found.append(path)
    if found:
        number = len(found)
        what = (
            "1 file cannot be read as a memory"
            if number == 1
            else f"{number:,} files cannot be read as memories"
        )
        yield Ailment("files", ERROR, f"{what}: {_some(sorted(found))}", "agentmem check")


def manager(patient: Patient) -> Iterator[Ailment]:
    """A trained manager that cannot be read, which every recall leaves out."""
    problem = managing.problem_of(reading.read(patient.root, layout.MANAGER))
    if problem:
        file = patient.named(os.path.join(patient.root, layout.MANAGER))
        message = (
            f"{file} is left out, the fixed formula serves: {problem}; to learn it anew: agentmem model train"
        )
        yield Ailment("model", WARNING, message, f"${{EDITOR:-vi}} {shlex.quote(file)}")


def settings_of(patient: Patient) -> Iterator[Ailment]:
    """What the configuration says that cannot be read, or that is not so in this clone."""
    from agentmem.checks import rules as checks

    try:
        found = config.load(patient.root)
        file = os.path.join(patient.root, layout.CONFIG)
        checks.refuse_unknown(file, found.rules, found.ignores, found.rule_lines)
    except ConfigError as problem:
        yield Ailment(
            "config",
            ERROR,
            problem.message.replace(patient.root, patient.named(patient.root)),
            patient.config,
        )
        return
    repository = Probe(os.path.dirname(patient.root), os.path.basename(patient.root), None).repository()
    remotes = settings.remotes(repository)
    if found.claim_remote and found.claim_remote not in remotes:
        known = f"; there are: {' '.join(remotes)}" if remotes else ""
        message = f"claims are to be shared over {found.claim_remote}, which is no remote here{known}"
        yield Ailment("config", WARNING, message, patient.config)
    if found.trunk is None and trunk.guess(repository) is None:
        message = "nothing tells which branch is trunk: memories are edited in place on every branch, and none is promoted"
        yield Ailment("config", WARNING, f'{message}; say so with trunk = "…"', patient.config)
    elif found.trunk and repository.head and not _is_branch(patient, found.trunk, remotes):
        guessed = trunk.guess(repository)
        message = f'trunk = "{found.trunk}" is no branch here' + (f"; is it {guessed}?" if guessed else "")
        # with both names: a clone of one branch fetches no other to a ref of its own
        to = f"{found.trunk}:refs/remotes/{remotes[0]}/{found.trunk}" if remotes else ""
        asks = remotes and not settings.fetches_all(repository, remotes[0])
        fix = f"git fetch {shlex.quote(remotes[0])} {shlex.quote(to)}" if asks else patient.config
        yield Ailment("config", WARNING, message, fix)


def _is_branch(patient: Patient, name: str, remotes: list[str]) -> bool:
    refs = [f"refs/heads/{name}", *(f"refs/remotes/{remote}/{name}" for remote in remotes)]
    return any(process.run(patient.top, "rev-parse", "-q", "--verify", ref).code == 0 for ref in refs)


def _some(paths: list[str]) -> str:
    return f"{paths[0]}{f' and {len(paths) - 1} more' if len(paths) > 1 else ''}"


def append(patient: Patient) -> None:
    """Put what is lacking into the files of the store's own that keep git's other rules out.

    Raises:
        NotWritable: the disk refuses.

    """
    from agentmem.store import writing

    for name, text in ((".gitignore", layout.GITIGNORE), (".gitattributes", layout.GITATTRIBUTES)):
        path = os.path.join(patient.root, name)
        own = _lines(path)
        lacking = [line for line in text.splitlines() if line not in (own or ())]
        if own is None:
            writing.create(path, text.encode())
        elif lacking:
            with open(path, "rb") as file:
                data = file.read()
            end = b"" if not data or data.endswith(b"\n") else b"\n"
            writing.replace(path, data + end + "".join(f"{line}\n" for line in lacking).encode())


def sweep(patient: Patient) -> None:
    """Take away what writes that were killed have left."""
    now = time.time()
    for path in reading.walk(patient.root):
        whole = os.path.join(patient.root, path)
        try:
            if (
                path.rpartition("/")[2].startswith(layout.TEMPORARY)
                and now - os.stat(whole).st_mtime > LEFT_AFTER
            ):
                os.unlink(whole)
        except OSError:
            continue
