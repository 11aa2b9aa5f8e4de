"""The optional arm by meaning: how near each memory of a view is to a question, as a sentence model sees it.

Off unless the configuration has it on. Whatever is missing or broken, recall answers by words and says so in one note.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agentmem.actions.context import Context
from agentmem.errors import ConfigError
from agentmem.index.index import Index
from agentmem.index.view import View
from agentmem.model import safety
from agentmem.model.query import Query
from agentmem.semantic import threads
from agentmem.semantic.port import Embedder, Unavailable

if TYPE_CHECKING:
    from agentmem.index.knowledge import Progress
    from agentmem.semantic.port import Vectors
    from agentmem.semantic.vectors import VectorStore

FEW = 4
"""Memories without a vector that a recall embeds itself, all or none (60 ms each): a part would make the next answer another."""

NEAREST = 50
"""The nearest so many are ranked whatever their words say."""

PART = 64
"""Memories embedded between two writes: what a kill loses, some 4 s of work."""


class Near(NamedTuple):
    """The cosine of each position that has a vector, the positions of the best, the best; ``complete``: all eligible have one."""

    cosines: Mapping[int, float]
    nearest: frozenset[int]
    best: float
    complete: bool


class Meaning:
    """An open model and the vectors it has given."""

    def __init__(self, embedder: Embedder, vectors: "VectorStore") -> None:
        self.embedder, self.vectors = embedder, vectors
        self._told = self._broken = False

    def near(self, index: Index, view: View, asked: Query, eligible: Sequence[int]) -> Near | None:
        """How near the memories at ``eligible`` are to what is ``asked``; None where that is not a matter of meaning (no words,
        quoted phrases alone), or the model fails.
        """
        if self._broken or asked.exact or not asked.terms or not eligible:
            return None
        try:
            missing = self.fill(index, view, eligible, at_most=FEW)
            query = self._fitting(self.embedder.embed([asked.text]))[0]
        except Unavailable as problem:
            self._broken = True
            index.notes.append(_left_out(problem))
            return None
        blobs = [view.columns.blobs[i] for i in eligible]
        found = self.vectors.cosines(query, blobs).tolist()
        # what has no vector has no number, which is not equal to itself
        cosines = {p: c for p, c in zip(eligible, found, strict=True) if c == c}
        if missing and not self._told:
            self._told = True
            index.notes.append(
                f"{missing:,} of {len(eligible):,} memories are found by their words alone: agentmem index embed"
            )
        identities = view.columns.ids
        first = sorted(cosines, key=lambda p: (-cosines[p], identities[p]))[:NEAREST]
        best = cosines[first[0]] if first else -1.0
        return Near(cosines, frozenset(first), best, complete=len(cosines) == len(eligible))

    def fill(
        self,
        index: Index,
        view: View,
        positions: Sequence[int],
        at_most: int | None = None,
        progress: "Progress | None" = None,
    ) -> int:
        """Embed the memories at ``positions`` that have no vector, none of them where they are more than ``at_most``; how many
        are left without.

        Raises:
            Unavailable: the model gave none.

        """
        blobs = {view.columns.blobs[i]: view.columns.rows[i] for i in positions}
        missing = self.vectors.missing(list(blobs))
        if at_most is not None and len(missing) > at_most:
            return len(missing)
        for begin in range(0, len(missing), PART):
            part = missing[begin : begin + PART]
            whole = index.knowledge.memories([blobs[blob] for blob in part])
            known = [blob for blob in part if blobs[blob] in whole]
            texts = [f"{whole[blobs[blob]].title}\n{whole[blobs[blob]].body}" for blob in known]
            if known:
                self._keep(known, self.embedder.embed(texts))
            if progress:
                progress(begin + len(part), len(missing))
        return 0

    def probe(self) -> None:
        """Have the model give a vector.

        Raises:
            Unavailable: it gave none, or one that does not fit those it gave before.

        """
        self._fitting(self.embedder.embed(["memory"]))

    def begin_anew_if_other(self) -> str | None:
        """Drop all vectors if the model gives them another width by now; None, or what to tell of it.

        Raises:
            Unavailable: the model gave none.

        """
        had, now = self.vectors.width, self.embedder.embed(["memory"]).shape[1]
        if had in (None, now):
            return None
        self.vectors.forget()
        return f"the model gives vectors of {now:,} numbers by now, and of {had:,} before: all were made anew"

    def _fitting(self, vectors: "Vectors") -> "Vectors":
        width, kept = vectors.shape[1], self.vectors.width
        if kept not in (None, width):
            raise Unavailable(
                f"the model gave a vector of {width:,} numbers, and those that it gave before have {kept:,}; "
                "if it is another one now",
                "agentmem index embed",
            )
        return vectors

    def _keep(self, blobs: Sequence[str], vectors: "Vectors") -> None:
        try:
            self.vectors.add(blobs, self._fitting(vectors))
        except ValueError as error:  # weights that are no numbers, in a file that is whole
            raise Unavailable(f"the model is broken: {error}") from None


def for_recall(context: Context) -> Meaning | None:
    """The arm as it is configured; None, and a note, where there is no model."""
    try:
        return _open(context)
    except Unavailable as problem:
        context.index.notes.append(_left_out(problem))
        return None


def for_filling(context: Context) -> Meaning:
    """The same for who asks for vectors and nothing else.

    Raises:
        ConfigError: it is off, or has no model.

    """
    if not context.config.semantic.enabled:
        raise ConfigError(
            "the arm by meaning is off", "in .agentmem/config.toml: [semantic] and below it enabled = true"
        )
    try:
        return _open(context)
    except Unavailable as problem:
        raise no_vectors(problem) from None


def no_vectors(problem: Unavailable) -> ConfigError:
    """The error of who asks for vectors and gets none."""
    return ConfigError(f"no vectors: {safety.one_line(str(problem))}")  # it may name a text that others wrote


def _left_out(problem: Unavailable) -> str:
    return f"meaning is left out: {safety.one_line(str(problem))}"


def problem_of(context: Context) -> Unavailable | None:
    """Why the arm that is on gives no vector, which is tried with one word; None where it does."""
    try:
        _open(context).probe()
    except Unavailable as problem:
        return problem
    return None


def _open(context: Context) -> Meaning:
    embedder = _embedder(context)  # first: where there is no model, numpy's 80 ms are not spent
    threads.load_numpy()
    from agentmem.semantic.vectors import VectorStore

    return Meaning(embedder, VectorStore(context.index.knowledge.folder, embedder.identity))


def _embedder(context: Context) -> Embedder:
    settings = context.config.semantic
    if settings.command is None:
        from agentmem.semantic import minilm

        return minilm.SentenceModel(minilm.folder(settings.model, context.place.directory))
    from agentmem.git import settings as git_settings
    from agentmem.semantic.command import CommandModel

    if git_settings.allowed_command(context.repository) != settings.command:
        raise Unavailable(git_settings.not_allowed("semantic"))
    return CommandModel(settings.command)
