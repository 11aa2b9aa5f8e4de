"""One call of the command line: the options that every verb takes, and how its results leave."""

import os
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from agentmem.actions.context import Context
from agentmem.cli.streams import write
from agentmem.errors import EXIT_OK, AgentmemError, UsageError
from agentmem.store import cache

COUNTED = ("brief", "recall", "show", "next", "claim", "done", "handoff", "fail")
"""The verbs whose answers are what working with the memory costs an agent."""
MAX_STDIN = 8_388_608
"""Bytes taken from standard input at most."""


class Call:
    """The global options, what they make, and the way out. A command gets it as ``ctx.obj``."""

    def __init__(self) -> None:
        self.directory = "."
        self.store: str | None = None
        self.json = False
        self.color = "auto"
        self.quiet = False
        self.verbose = False
        self.agent: str | None = None
        self.role: str | None = None
        self.without_cache = False
        self.stdin: bytes | None = None
        """What standard input held, once it was read."""
        self._said: list[str] = []
        self._showed: tuple[tuple[str, ...], str, tuple[str, ...]] = ((), "", ())
        self.given = False
        """Whether something was printed: what was said is not said again."""

    @cached_property
    def context(self) -> Context:
        """What actions work with."""
        return self.another_context()

    def another_context(self) -> Context:
        """One like it, for who works on and on: it knows nothing yet, and is to be closed."""
        return Context(
            self.directory,
            self.store,
            agent=self.agent,
            role=self.role,
            progress=self._progress(),
            cached=not self.without_cache,
        )

    def stand_in(self, worktree: str | None, role: str | None, agent: str | None = None) -> None:
        """Act in another worktree, in another role or as another agent than at hand; before anything was asked."""
        if worktree is None and role is None and agent is None:
            return
        self.close()
        vars(self).pop("context", None)
        if worktree is not None:
            self.directory = os.path.join(self.directory, worktree)
        self.role, self.agent = role or self.role, agent or self.agent

    def begin(self, beside: bool = False) -> None:
        """Let git start; what is wrong is said by whoever needs the answers."""
        try:
            self.context.begin(beside)
        except AgentmemError:
            pass

    def look_after_claims(self) -> None:
        """Renew what the asker holds where that is due, and tell what it has lost: else that is a look at what is not there."""
        context = vars(self).get("context")
        if context is None or "index" not in vars(context) or self.without_cache:
            return
        try:
            moment = cache.claims_due(context.repository.git_dir)
            if moment is not None and moment <= context.now:
                from agentmem.actions import claiming

                claiming.renew_due(context)
            if cache.has_unheard(context.repository.common_dir):
                from agentmem.actions import hearing

                self.note(*hearing.tell(context))
        except Exception:  # the command has done what it was asked for: a lease that is not renewed just ends
            return

    def close(self) -> None:
        """Let go of processes and files."""
        if context := vars(self).get("context"):
            context.close()

    def note_unjournalled(self) -> None:
        """Say where a write has no copy outside the worktree; not in a sandbox, where it is known that there is no journal."""
        context = vars(self).get("context")
        if context is None or context.unjournalled is None:
            return
        if os.access(context.repository.common_dir, os.W_OK):
            self.note(
                f"{context.unjournalled}; what was written has no copy in the journal, and goes with its worktree until"
                " it is committed: agentmem doctor"
            )

    def note_served(self, verb: str) -> None:
        """Count what an agent was given to read, for ``cost``."""
        context = vars(self).get("context")
        if verb not in COUNTED or not self._said or context is None:
            return
        from agentmem.model import tokens
        from agentmem.store import cache, served

        spent = sum(map(tokens.estimate, self._said))
        repository = context.repository
        folder = cache.state_folder(repository.common_dir)
        answer = served.answer(repository.worktree_name, *self._showed)
        served.note(folder, served.Served(context.now, context.agent, verb, spent), answer)

    def showed(self, memories: Iterable[str], question: str = "", files: Iterable[str] = ()) -> None:
        """What ``note_served`` is to count beside the tokens: the memories shown, in rank order, and for which question."""
        self._showed = tuple(memories), question, tuple(files)

    def _progress(self) -> Callable[[int, int], None] | None:
        if self.quiet or self.json or not sys.stderr.isatty():
            return None
        from agentmem.output import terminal

        return terminal.progress("learning memories")

    def give(self, text: str) -> int:
        """Print a result; the exit code of success."""
        self.given = True
        self._said.append(text)
        if self._colored():
            from agentmem.output import terminal

            terminal.show(text)
        else:
            write(sys.stdout, text)
        return EXIT_OK

    def give_exactly(self, text: str) -> int:
        """Print what a machine reads: never coloured, whatever the environment says; the exit code of success."""
        self.given = True
        write(sys.stdout, text)
        return EXIT_OK

    def give_either(
        self, as_json: Callable[[Any], dict[str, object]], as_text: Callable[[Any], str], result: Any
    ) -> int:
        """Print ``result`` as JSON where that was asked for, else as text; the exit code of success."""
        if self.json:
            from agentmem.output import jsonout

            return self.give(jsonout.line(as_json(result)))
        return self.give(as_text(result))

    def note(self, *notes: str) -> None:
        """Say on stderr what makes an answer less than right."""
        for text in notes:
            write(sys.stderr, f"note: {text}\n")

    def _colored(self) -> bool:
        if self.json or self.color == "never":
            return False
        environment = os.environ
        if self.color == "always" or environment.get("FORCE_COLOR"):
            return True
        return sys.stdout.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    @property
    def is_typed_at(self) -> bool:
        """Whether a person may be asked: standard input is a terminal."""
        return sys.stdin is not None and sys.stdin.isatty()

    def text_or_stdin(self, value: str | None) -> str | None:
        """``value``, or what standard input holds where it is ``-``.

        Raises:
            UsageError: it is closed, it is no text, or there is too much of it.

        """
        if value != "-":
            return value
        if sys.stdin is None:  # so Python has it where nothing was left open, as by cron or `<&-`
            raise UsageError(
                "- reads standard input, which is closed here", "give the text itself, or pipe it in"
            )
        if self.stdin is None:
            self.stdin = sys.stdin.buffer.read(MAX_STDIN + 1)
        data = self.stdin
        if len(data) > MAX_STDIN:
            raise UsageError(f"standard input has more than {MAX_STDIN:,} bytes")
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"standard input is no UTF-8: byte {error.start}") from None


class Bare:
    """What stands for typer's context where typer is not needed."""

    def __init__(self, call: Call) -> None:
        self.obj = call
