"""Running one command: git starts first, a torn cache is tried again without, claims are renewed, what was given is counted."""

from collections.abc import Callable, Mapping

from agentmem import errors
from agentmem.cli.call import Bare, Call
from agentmem.cli.quick import Verb

LOOKS_BESIDE = frozenset(("brief", "next", "claim", "claims", "done", "fail", "handoff"))
"""The verbs that will need what other worktrees have not committed."""


def run_verb(
    name: str, verb: Verb, arguments: Mapping[str, object], call: Call, asks_git: bool = True
) -> int:
    """Run the function of a verb with arguments that are understood; its exit code. ``asks_git``: it will need what git says."""
    if asks_git:
        call.begin(beside=name in LOOKS_BESIDE)
    module, _, function = verb.function.partition(":")
    command = getattr(__import__(f"agentmem.cli.commands.{module}", fromlist=[function]), function)
    code = int(command(Bare(call), **arguments))
    call.note_unjournalled()
    call.look_after_claims()
    call.note_served(name)
    return code


def run(command: Callable[[Call], int], new: Callable[[], Call]) -> int:
    """Run ``command`` on a call that ``new`` makes, and once more on another where a torn cache was in the way."""
    call = new()
    try:
        return _run_and_close(command, call)
    except Exception as problem:
        context = vars(call).get("context")
        if (
            isinstance(problem, errors.AgentmemError)
            or call.given
            or context is None
            or not context.may_be_torn()
        ):
            raise
        # a torn cache shows itself where it is read: once more, without it; a bug shows itself again
        again = new()
        again.without_cache, again.stdin = True, call.stdin
        code = _run_and_close(command, again)
        why = type(problem).__name__
        again.note(
            f"the index is being made anew ({why}: its catalog is torn); answered without it"
            if context.give_up_caches(problem)
            else f"the index cannot be read just now ({why}: {problem}); answered without it"
        )
        return code


def _run_and_close(command: Callable[[Call], int], call: Call) -> int:
    try:
        return command(call)
    finally:
        call.close()
