"""The claims and the tasks, read side by side.

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
    board, reading = begin(context)
    from agentmem.actions.tasks import Tasks

    tasks = Tasks(context)
    assert tasks.placed is not None
    reading.result  # noqa: B018 (it is waited for)
    return board, tasks


def begin(context: Context) -> tuple[Board, Ahead[None]]:
    """A board, and the reading of its claims and their branches: until that has a result, nothing else is asked of it."""
    from agentmem.actions.board import Board

    board = Board(context)
    assert board.me  # who asks may have to be written down: not beside other things

    def read() -> None:
        assert board.done is not None

    return board, Ahead(read)
