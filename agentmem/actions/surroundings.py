"""What git says of the code around the asker: what is changed here, how far the branch is, who else changes the same files."""

from agentmem.actions import rescuing
from agentmem.actions.board import Board
from agentmem.actions.context import Context
from agentmem.git import history, revisions, state, trunk
from agentmem.git.ahead import Ahead

MOST_TOUCHED = 200
"""Files of a branch that are looked at: of one that has changed more, each says little."""


class Surroundings:
    """Git is asked when it is made, and no catalog: so other things can be done until the answers are wanted."""

    def __init__(self, context: Context, board: Board, reading: Ahead[None]) -> None:
        """``reading`` is that of the claims of ``board``."""
        self._context, self._board, self._reading = context, board, reading
        self._tips = Ahead(self._trunk_tips)
        self._cut = Ahead(self._is_cut)
        self._paths = Ahead(self._changed)
        self._apart = Ahead(self._counted)
        self._touched = Ahead(self._committed)
        self._meeting = Ahead(self._warned)
        self._lost = Ahead(lambda: rescuing.looked(context, surely=True))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of code that are changed here and not committed."""
        return self._paths.result

    @property
    def touched(self) -> tuple[str, ...]:
        """The files of code that this branch's own commits have changed, ``MOST_TOUCHED`` at most; none on trunk."""
        return self._touched.result

    @property
    def apart(self) -> tuple[int, int] | None:
        """How many commits the branch is ahead of trunk and behind it; None where it is trunk itself or trunk is not known, or
        where a shallow clone ends before the two meet.
        """
        return self._apart.result

    @property
    def meeting(self) -> list[str]:
        """Who else changes the same files, a line each."""
        return self._meeting.result

    @property
    def lost(self) -> int:
        """How many writes are in no commit and no worktree any more."""
        return len(rescuing.confirmed(self._context, self._lost.result))

    def _changed(self) -> tuple[str, ...]:
        if self._context.repository.bare:
            return ()
        return tuple(trunk.changed_files(self._context.repository, without=self._context.store_path))

    def _committed(self) -> tuple[str, ...]:
        repository, name = self._context.repository, self._context.trunk
        if not name or repository.head is None or state.branch(repository) == name:
            return ()
        tips = self._tips.result
        store = self._context.store_path + "/"
        # where a clone ends all files seem to begin
        found = history.own_changes(repository, tips, None) if tips and not self._cut.result else ()
        return tuple(sorted(path for path in found if not path.startswith(store)))[:MOST_TOUCHED]

    def _counted(self) -> tuple[int, int] | None:
        repository, name = self._context.repository, self._context.trunk
        if not name or repository.head is None or state.branch(repository) == name:
            return None
        tips = self._tips.result
        if not tips:
            return None
        if self._cut.result:
            self._context.index.notes.once(
                f"how far this branch is from {name} is not known: this clone is shallow (git fetch --unshallow)"
            )
            return None
        return history.apart(repository, repository.head, tips)

    def _is_cut(self) -> bool:
        """Whether this clone, a shallow one, ends before the line at hand and trunk meet."""
        repository = self._context.repository
        head = repository.head
        if head is None or not repository.shallow:
            return False
        return not any(history.merge_base(repository, head, tip) for tip in self._tips.result)

    def _warned(self) -> list[str]:
        from agentmem.actions import colliding, works

        def holder(work: works.Work) -> str | None:
            self._reading.result  # noqa: B018 (it is waited for)
            return colliding.holder(self._board, work)

        moved = self.apart is None or self.apart[1] > 0
        return colliding.warnings(self._context, holder, self.paths, self.touched, moved)

    def _trunk_tips(self) -> list[str]:
        name = self._context.trunk
        return revisions.trunk_tips(self._context.repository, name) if name else []
