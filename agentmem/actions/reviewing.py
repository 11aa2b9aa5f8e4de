"""``check --diff``: what a change does to the memory, and to the evidence of what was there before.

An error is only what the change itself brings into the store. What it does to the evidence of other memories is a warning on
the code: whoever changed a line is never failed by a note that he never saw.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentmem.actions import comparing, conflicting, filed, judging, selecting, subjects
from agentmem.actions.checking import Checked
from agentmem.actions.clashes import Clash
from agentmem.actions.comparing import Difference
from agentmem.actions.context import Context, Standpoint
from agentmem.actions.selecting import Found
from agentmem.checks import frame
from agentmem.checks import rules as checks
from agentmem.checks.evidence import Evidence
from agentmem.errors import UsageError
from agentmem.evidence.verifier import Verifier
from agentmem.git import branches, code, history
from agentmem.index.view import View
from agentmem.model import citing, ids, verdict
from agentmem.model.findings import ERROR, WARNING, Finding
from agentmem.model.memory import Citation

GUIDES = ("decision", "convention")
"""The kinds that bind whoever touches what they are about."""
BROKEN = (verdict.CHANGED, verdict.GONE, verdict.UNVERIFIABLE)
_GRAVITY = {verdict.OK: 0, verdict.MOVED: 0, verdict.UNVERIFIABLE: 1, verdict.CHANGED: 2, verdict.GONE: 3}


class Reviewed(NamedTuple):
    """A change seen as a whole: ``checked`` is what the rules say of it, ``differences`` what became of memories, with the
    memories of those that are there after it; ``doubts`` is the evidence of others that it breaks, ``guides`` the decisions and
    conventions about the ``paths`` of code that it touches, ``clashes`` what its memories contradict on it or on one of
    ``others`` branches. ``conflicts`` has the fields of each memory that nobody has decided after it: base's value stands.
    """

    old: str
    new: str
    checked: Checked
    differences: tuple[Difference, ...]
    memories: Mapping[str, Found]
    doubts: tuple[Evidence, ...]
    guides: tuple[Found, ...]
    paths: tuple[str, ...]
    clashes: tuple[Clash, ...]
    others: int
    trunk: str | None
    shorts: ids.ShortIds
    conflicts: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()


def review(
    context: Context, words: str, only: Sequence[str] = (), strict: bool = False, from_here: bool = False
) -> Reviewed:
    """The review of ``A..B``: from where B's line left A's to B; ``A`` alone or ``A..``: to the worktree.

    ``strict``: what the change does to the evidence of others is an error too. ``from_here``: see ``checking.check``.

    Raises:
        NotFound: no such branch or revision; UsageError: two dots are missing, or the first name.

    """
    asked = comparing.parse([words])
    if not asked.old:
        raise UsageError(f"--diff {words}: from where?", "agentmem check --diff origin/main..HEAD")
    notes = []
    start = comparing.commit_of(context, asked.old)
    end = comparing.commit_of(context, asked.new) if asked.new else None
    tip = end or context.repository.head
    base = history.merge_base(context.repository, start, tip) if tip else start
    if base is None:
        base = start
        why = "this clone is shallow" if context.repository.shallow else "their histories are unrelated"
        notes.append(
            f"{asked.old} and {asked.new or 'HEAD'} have no commit in common here ({why}): compared as they are"
        )
    if end is not None:
        context.index.stand_at(end, context.now)
        context.standpoint = Standpoint(None, end, None, asked.new, context.now)
    known: dict[tuple[str, str], frame.StoreFile] = {}
    lead = context.lead if from_here else ""
    before = subjects.of_commit(context, base, known)._replace(lead=lead)
    after = subjects.at_hand(context) if end is None else subjects.of_commit(context, end, known)
    after = after._replace(lead=lead)
    paths = [
        path
        for path in code.changed(context.repository, base, end)
        if not context.verifier.tree.is_store(path)
    ]
    return _Review(context, base, before, after, paths, only, strict).result(asked, notes)


class _Review:
    def __init__(
        self,
        context: Context,
        base: str,
        before: frame.Subject,
        after: frame.Subject,
        paths: Sequence[str],
        only: Sequence[str],
        strict: bool,
    ) -> None:
        self.context, self.base, self.paths, self.only, self.strict = context, base, paths, only, strict
        self.before, self.after = before, after
        commit = None if context.index.is_at_hand else context.standpoint.commit
        self.config = subjects.config_of(context, commit) if commit else context.config
        held = {(file.path, file.data) for file in before.files}
        self.touched = {file.path for file in after.files if (file.path, file.data) not in held}
        self.evidence = subjects.evidence(context, after, context.verifier)
        self.own = [one for one in self.evidence if self._is_own(one)]
        self.doubts = self._doubts()

    def _is_own(self, one: Evidence) -> bool:
        """Whether the change itself has brought the citation."""
        was = self.before.view.get(one.memory)
        return was is None or one.citation not in was.memory.cites

    def _doubts(self) -> list[Evidence]:
        """The evidence of other memories that holds before the change, and not after it."""
        broken = [one for one in self.evidence if one.found.verdict in BROKEN and not self._is_own(one)]
        if not broken:
            return []
        context = self.context
        verifier = Verifier(
            code.Commit(context.repository, self.base), context.store_path, context.index.knowledge.folder
        )
        try:
            then = verifier.verify([one.citation for one in broken])
        finally:
            verifier.close()
        return [
            one
            for one, was in zip(broken, then, strict=True)
            if _GRAVITY[was.verdict] < _GRAVITY[one.found.verdict]
        ]

    # -- findings

    def findings(self) -> list[Finding]:
        """What the rules say of the change."""
        settings, ignores, lines = self.config.rules, self.config.ignores, self.config.rule_lines
        told = tuple(one for one in self.own if one.found.verdict in BROKEN or one.generated is not None)
        after = checks.check(
            self.after._replace(evidence=told), settings, self.only, ignores=ignores, lines=lines
        )
        before = checks.check(self.before, settings, self.only, ignores=ignores)
        known = {_key(one) for one in before}
        found = []
        for one in after:
            mine = self._is_of_change(one)
            if _key(one) in known:
                if mine and one.severity == ERROR:
                    found.append(one._replace(severity=WARNING))
            elif not mine:
                found.append(one._replace(severity=WARNING))
            else:
                found.append(one._replace(severity=ERROR) if one.rule in checks.STRICT else one)
        names = {rule.id for rule in checks.running(settings, self.only)}
        found += [finding for one in self.doubts for finding in self._doubt(one) if finding.rule in names]
        return sorted(found, key=lambda one: (one.severity != ERROR, one.path, one.line, one.rule))

    def _is_of_change(self, finding: Finding) -> bool:
        return finding.path.removeprefix(self.after.shown("")) in self.touched

    def _doubt(self, one: Evidence) -> list[Finding]:
        """The finding about a memory that the change has not touched, told where it changes the code."""
        subject = self.after._replace(evidence=(one,))
        found = checks.check(subject, {}, [rule for rule in checks.EVIDENCE if rule != "cite-generated"])
        told = f'this line was the evidence of {one.kind} {one.short} "{one.title}". Does it still hold?'
        return [
            finding._replace(
                message=frame.safe(told),
                severity=ERROR if self.strict and finding.rule in checks.STRICT else WARNING,
                code=finding.code or (one.citation.path, _first(one.citation)),
            )
            for finding in found
        ]

    # -- the whole

    def result(self, asked: comparing.Range, notes: Sequence[str]) -> Reviewed:
        context = self.context
        findings = self.findings()
        index = context.index
        index.include_others()
        view = index.view()
        base = index.view_at(self.base, context.now)
        differences = tuple(comparing.differing(context, base, view))
        touched = {one.id for one in differences if one.what in (comparing.ADDED, comparing.CHANGED)}
        positions = {view.columns.ids[i]: i for i in range(len(view)) if i not in view.foreign}
        found = selecting.fetch(index, view, [positions[one] for one in touched if one in positions])
        return Reviewed(
            old=asked.old,
            new=asked.new or "worktree",
            checked=Checked(
                findings=tuple(findings),
                memories=sum(file.memory is not None for file in self.after.files),
                citations=len(self.evidence),
                moved=sum(one.found.verdict == verdict.MOVED for one in self.evidence),
            ),
            differences=differences,
            memories={one.memory.id: one for one in judging.judged(context, found)},
            doubts=tuple(self.doubts),
            guides=tuple(self._guides(view)),
            paths=tuple(self.paths),
            clashes=tuple(
                clash
                for clash in conflicting.contradictions(
                    context, view, asked.new or context.standpoint.branch or "HEAD"
                )
                if touched.intersection(clash.ids)
            ),
            others=_others(context),
            trunk=context.trunk,
            shorts=view.shorts,
            conflicts={name: shown.conflicts for name, shown in self.after.view.items() if shown.conflicts},
            notes=(*notes, *index.notes),
        )

    def _guides(self, view: View) -> list[Found]:
        """The decisions and conventions about what the change touches, the nearest first."""
        index = self.context.index
        about = filed.about_files(index, self.paths) if self.paths else {}
        near = [
            (-about[view.columns.rows[i]], view.columns.ids[i], i)
            for i in range(len(view))
            if i not in view.foreign
            and view.columns.rows[i] in about
            and view.kind(i) in GUIDES
            and view.status(i) == "active"
        ]
        return selecting.fetch(index, view, [i for _, _, i in sorted(near)])


def _others(context: Context) -> int:
    """How many open branches there are besides trunk and the one at hand."""
    with branches.StoreTrees(context.repository, context.store_path) as trees:
        tips = branches.tips(trees, branches.listed(context.repository))
    here = context.standpoint.commit
    names = {
        tip.name.partition("/")[2] if tip.ref.startswith("refs/remotes/") else tip.name
        for tip in tips
        if tip.commit != here
    }
    return len(names - {context.trunk, "HEAD"})


def _first(cite: Citation) -> int:
    try:
        return citing.read_range(cite.lines or "")[0]
    except ValueError:
        return 1


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.memory or finding.path, finding.message
