"""What ``check`` looks at: the files of a store in the worktree, in the git index or in a commit, and the code beside them."""

import os
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from agentmem.actions import departed, managing, standing
from agentmem.actions.context import Context
from agentmem.checks import frame
from agentmem.checks.evidence import Evidence
from agentmem.checks.view import Shown
from agentmem.errors import NoRepository
from agentmem.evidence.verifier import Verifier
from agentmem.git import code, objects, revisions, rules, state
from agentmem.git import staged as index
from agentmem.model import document, generated, lifecycle, verdict
from agentmem.model.memory import Citation
from agentmem.store import config, layout, reading
from agentmem.store.config import Config

INDEX = ""
"""What git calls the index where it expects a tree."""


def at_hand(context: Context) -> frame.Subject:
    """Every file of the store that is, or should be, a memory: of the worktree, of HEAD where there is none.

    What a sparse checkout leaves out of the worktree is read as the git index has it.
    """
    if not context.place.present or not _in_worktree(context):
        head = context.repository.head
        return _subject(context, {}, []) if head is None else of_commit(context, head)
    root = context.place.root
    files: list[frame.StoreFile] = []
    strays = [frame.Stray(path, _what(os.path.join(root, path))) for path in reading.strays(root)]
    unread = {stray.path for stray in strays}
    here = reading.walk(root)
    for path in here:
        if layout.is_checked(path) and path not in unread:
            data = reading.read(root, path)
            if data is not None:  # else it was taken away meanwhile
                files.append(frame.read(path, data))
    aside = _left_out(context, here)
    files += _files(context, {path: blob for path, blob in aside.items() if layout.is_checked(path)}, {})
    receipts = [path for path in (*here, *aside) if layout.is_receipt(path)]
    if receipts and any(layout.is_change(file.path) for file in files) and _in_repository(context):
        context.index.view()
        receipts = [path for path in receipts if path not in context.index.void]
    manager = reading.read(root, layout.MANAGER) or _blob(context, aside.get(layout.MANAGER))
    return _made(context, sorted(files, key=lambda file: file.path), strays, receipts, manager)


def _left_out(context: Context, here: Sequence[str]) -> dict[str, str]:
    """The blob of each file of the store that is not ``here`` because a sparse checkout leaves it out."""
    if not _in_repository(context):
        return {}
    held = index.entries(context.repository, context.place.name)
    there = {entry.path: entry.blob for entry in held if entry.left_out and not entry.link}
    return {path: blob for path, blob in there.items() if path not in set(here)} if there else {}


def _in_worktree(context: Context) -> bool:
    try:
        return not context.repository.bare
    except NoRepository:
        return True  # a folder of files can be checked wherever it is


def _in_repository(context: Context) -> bool:
    try:
        return not context.repository.bare
    except NoRepository:
        return False


def staged(context: Context) -> frame.Subject:
    """Every memory and change that the git index holds."""
    held = index.entries(context.repository, context.place.name)
    links = [entry.path for entry in held if entry.link]
    subject = _subject(context, {entry.path: entry.blob for entry in held if not entry.link}, links)
    return subject._replace(foreign=_foreign(context, subject.files))


def of_commit(
    context: Context, commit: str, known: dict[tuple[str, str], frame.StoreFile] | None = None
) -> frame.Subject:
    """Every memory and change that a commit holds; ``known`` files, by path and blob, are not read again."""
    held = objects.list_tree(context.repository, commit, context.store_path)
    links = objects.list_links(context.repository, commit, context.store_path)
    return _subject(context, dict(held), links, known)


def config_of(context: Context, treeish: str) -> Config:
    """The configuration that a commit, or the ``INDEX``, holds for the store.

    Raises:
        ConfigError: see ``config.load``.

    """
    data = objects.read_file(context.repository, treeish, f"{context.store_path}/{layout.CONFIG}")
    return config.parse(data, f"{context.place.name}/{layout.CONFIG}")


def _subject(
    context: Context,
    held: Mapping[str, str],
    links: Sequence[str],
    known: dict[tuple[str, str], frame.StoreFile] | None = None,
) -> frame.Subject:
    wanted = {path: blob for path, blob in held.items() if layout.is_checked(path)}
    files = _files(context, wanted, {} if known is None else known)
    strays = [frame.Stray(path, frame.LINK) for path in sorted(links)]
    manager = _blob(context, held.get(layout.MANAGER))
    return _made(context, files, strays, filter(layout.is_receipt, held), manager)


def _blob(context: Context, blob: str | None) -> bytes | None:
    return dict(objects.read_blobs(context.repository, {blob})).get(blob) if blob else None


def _files(
    context: Context, wanted: Mapping[str, str], known: dict[tuple[str, str], frame.StoreFile]
) -> list[frame.StoreFile]:
    """The files of ``wanted``, blobs by path, that this clone has; what is read is added to ``known``."""
    unread = {blob for path, blob in wanted.items() if (path, blob) not in known}
    contents = dict(objects.read_blobs(context.repository, unread)) if unread else {}
    for path, blob in wanted.items():
        if blob in contents and (path, blob) not in known:
            known[path, blob] = frame.read(path, contents[blob])
    return [known[path, blob] for path, blob in sorted(wanted.items()) if (path, blob) in known]


def _made(
    context: Context,
    files: Sequence[frame.StoreFile],
    strays: Sequence[frame.Stray],
    receipts: "filter[str] | list[str]",
    manager: bytes | None,
) -> frame.Subject:
    return frame.Subject(
        tuple(files),
        tuple(strays),
        context.place.name,
        now=context.now,
        receipts=frozenset(path.rpartition("/")[2] for path in receipts),
        archived=partial(_archived, context),
        manager=managing.problem_of(manager),
    )


def _archived(context: Context, wanted: Collection[str]) -> Collection[str]:
    """Which of some ids git's history had."""
    try:
        return departed.departed(context, wanted)
    except NoRepository:
        return ()


def _foreign(context: Context, files: Sequence[frame.StoreFile]) -> dict[str, str]:
    """The branch of each of ``files`` that the commit at hand adds and that another branch wrote, one that still exists.

    Nothing while a merge, rebase or pick is under way, which bring them on purpose; what is merged already HEAD holds.
    """
    repository = context.repository
    here = state.branch(repository)
    if here is None or state.under_way(repository):
        return {}
    added = index.added(repository, context.place.name)
    named = {}
    for file in files:
        branch = file.memory.branch if file.memory else file.document.meta.get("branch")
        if file.path in added and isinstance(branch, str) and branch != here:
            named[file.path] = branch
    unmerged = {
        branch
        for branch in set(named.values())
        if not standing.is_own(context, here, branch) and revisions.branch_tip(repository, branch) is not None
    }
    return {path: branch for path, branch in named.items() if branch in unmerged}


def _what(path: str) -> str:
    """Why the thing at ``path`` is no file that can be read."""
    if os.path.islink(path):
        return frame.LINK
    if os.path.isdir(path):
        return "a folder, where a memory would be a file"
    return frame.UNREADABLE if os.path.isfile(path) else "no plain file (a pipe, socket or device)"


# -- the code beside the store


def with_evidence(context: Context, subject: frame.Subject, staged: bool = False) -> frame.Subject:
    """``subject`` with what the code beside it says of its citations: the worktree's, or what is ``staged``."""
    try:
        repository = context.repository
    except NoRepository:
        return subject
    if not staged:
        return subject._replace(evidence=evidence(context, subject, context.verifier))
    verifier = Verifier(code.Staged(repository), context.store_path, context.index.knowledge.folder)
    try:
        return subject._replace(evidence=evidence(context, subject, verifier))
    finally:
        verifier.close()


def evidence(context: Context, subject: frame.Subject, verifier: Verifier) -> tuple[Evidence, ...]:
    """What the code of ``verifier`` says of the citations of the memories of ``subject`` that are in force."""
    cited = [
        (shown, number, cite)
        for shown in subject.view.values()
        if shown.memory.cites and lifecycle.claims(shown.memory.kind, shown.status)
        for number, cite in enumerate(shown.memory.cites)
    ]
    found = verifier.verify([cite for _, _, cite in cited])
    written = _generated(context, verifier, {cite.path for _, _, cite in cited})
    return tuple(
        Evidence(
            *_place(subject, shown, number, cite, where.verdict != verdict.OK or cite.path in written),
            memory=shown.memory.id,
            short=subject.shorts[shown.memory.id],
            kind=shown.memory.kind,
            title=shown.memory.title,
            citation=cite,
            found=where,
            generated=written.get(cite.path),
        )
        for (shown, number, cite), where in zip(cited, found, strict=True)
    )


def _place(subject: frame.Subject, shown: Shown, number: int, cite: Citation, told: bool) -> tuple[str, int]:
    """The file and, where it will be ``told``, the line of a citation."""
    file = shown.file
    if not told:
        return subject.shown(file.path), 1
    if file.memory and cite in file.memory.cites:
        lines = document.item_lines(file.document, "cites")
        at = file.memory.cites.index(cite)
        return subject.shown(file.path), lines[at] if at < len(lines) else 1
    file, line = shown.place("cites", cite.path)
    return subject.shown(file.path), line


def _generated(context: Context, verifier: Verifier, paths: Collection[str]) -> dict[str, str]:
    """Why each of ``paths`` that is generated is known to be."""
    wanted = sorted(path for path in paths if verifier.tree.text(path) is not None)
    if not wanted:
        return {}
    attributes = (
        {}
        if context.repository.bare
        else rules.attribute(context.repository.top, "linguist-generated", wanted)
    )
    told = {
        path: generated.why_generated(path, verifier.tree.text(path) or "", attributes.get(path, ""))
        for path in wanted
    }
    return {path: why for path, why in told.items() if why}
