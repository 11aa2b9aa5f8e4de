"""The claims and the tasks, read side by side, the claims as the remote has them by now.

Git looks for both while what works on them is imported: so this file imports next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.git.ahead import Ahead

if TYPE_CHECKING:
    from agentmem.actions.board import Board
    from agentmem.actions.context import Context
    from agentmem.actions.tasks import Tasks


def look(context: Context) -> tuple[Board, Tasks]:
    """The board with its claims read, and the tasks as they stand."""
    context.index.include_others()
    ask(context)
    board, reading = begin(context)
    from agentmem.actions.tasks import Tasks

    tasks = Tasks(context, board)
    assert tasks.closings is not None
    reading.result  # noqa: B018 (it is waited for)
    return board, tasks


def ask(context: Context) -> None:
    """See what other clones hold by now, where claims are shared; what makes the answer less than right is noted."""
    if not context.config.claim_remote:
        return
    from agentmem.actions import sharing
    from agentmem.git import remotes

    looked = sharing.catch_up(context, sharing.look(context))
    if looked.problem == remotes.AWAY:
        context.index.notes.once(f"{looked.remote} is away: what other clones hold is as it was last seen")
    if looked.problem == sharing.UNWRITABLE:
        where = context.repository.common_dir
        context.index.notes.once(
            f"{where} cannot be written here: what other clones hold is as it was last seen"
        )


def unshared(board: Board) -> dict[str, str]:
    """What to say of each claim of the asker that the remote has not; see ``sharing.unshared``."""
    if not board.context.config.claim_remote:
        return {}
    from agentmem.actions import sharing

    return sharing.unshared(board)


def begin(context: Context) -> tuple[Board, Ahead[None]]:
    """A board, and the reading of its claims and their branches: until that has a result, nothing else is asked of it."""
    from agentmem.actions.board import Board

    board = Board(context)
    assert board.me  # who asks may have to be written down: not beside other things

    def read() -> None:
        assert board.done is not None

    return board, Ahead(read)
