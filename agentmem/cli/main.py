"""The front door, and the one error boundary: user errors with their exit code, bugs with a log, ^C with 130."""

import atexit
import gc
import os
import sys

from agentmem import errors

COLORS = ("auto", "always", "never")
ASKS_GIT = frozenset(
    (
        "recall",
        "add",
        "remember",
        "list",
        "show",
        "edit",
        "cite",
        "verify",
        "next",
        "cost",
        "model",
        "overview",
        "brief",
        "task",
        "plan",
        "claim",
        "claims",
        "done",
        "fail",
        "handoff",
        "sync",
        "supersede",
        "retract",
        "restore",
        "status",
        "overlay",
        "history",
        "diff",
        "conflicts",
        "forget",
        "reflect",
        "tidy",
    )
)
"""The verbs that will need what git says of the store."""


def main() -> None:
    """Run the command line; the process ends with its exit code."""
    gc.disable()  # nothing here lives long enough to be worth collecting, and imports and views set it off 30 times
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # the reader has gone (`| head`): what it wanted it has
    atexit._run_exitfuncs()
    # everything is written, closed and flushed: to take the interpreter apart piece by piece would cost 8 ms more
    os._exit(code)


def run(words: list[str]) -> int:
    """Run one command; its exit code."""
    json = "--json" in (words[: words.index("--")] if "--" in words else words)
    try:
        return _dispatch(words)
    except errors.AgentmemError as problem:
        return _report(problem, json)
    except KeyboardInterrupt:
        return errors.EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_OK
    except Exception as problem:
        return _report_bug(problem, json)


def _dispatch(words: list[str]) -> int:
    from agentmem.cli import quick
    from agentmem.cli.grammar import VERBS

    values, name, rest = quick.split_globals(words, VERBS)
    if values.get("color", "auto") not in COLORS:
        raise errors.UsageError(f"--color must be one of {', '.join(COLORS)}")
    if name == "version":
        from agentmem import __version__

        return _print(f"agentmem {__version__}\n")
    if name == "help":
        from agentmem.output import screens

        return _print(screens.help_screen(rest, VERBS))
    if name is None:
        if rest:
            raise errors.UsageError(f"no option {rest[0]}", "agentmem help")
        name = "status"
    if name == "hook" and rest[1:2] == ["--"]:
        # every commit pays for what is imported here
        from agentmem.hooks import running

        return running.run(str(values.get("directory", ".")), rest[0], rest[2:])
    verb = VERBS.get(name)
    if verb is None:
        from agentmem.actions.selecting import nearest
        from agentmem.output.screens import NOT_LISTED

        shown = [known for known in VERBS if known not in NOT_LISTED]
        raise errors.UsageError(f'no command "{name}"', nearest(name, shown) + "all: agentmem help all")
    from agentmem.cli.call import Bare, Call

    arguments = quick.parse(verb, rest)

    def run_with(call: Call) -> int:
        for key, value in values.items():
            setattr(call, key, value)
        try:
            if arguments is None:
                from agentmem.cli import app

                return app.run(name, rest, call)
            if name in ASKS_GIT:
                call.begin()
            module, _, function = verb.function.partition(":")
            command = getattr(__import__(f"agentmem.cli.commands.{module}", fromlist=[function]), function)
            code = int(command(Bare(call), **arguments))
            call.look_after_claims()
            call.note_served(name)
            return code
        finally:
            call.close()

    call = Call()
    try:
        return run_with(call)
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
        again = Call()
        again.without_cache, again.stdin = True, call.stdin
        code = run_with(again)
        context.give_up_caches(problem)
        again.note(
            f"the index is being made anew ({type(problem).__name__}: its catalog is torn); answered without it"
        )
        return code


def _print(text: str) -> int:
    from agentmem.cli.streams import write

    write(sys.stdout, text)
    return errors.EXIT_OK


def _report(problem: errors.AgentmemError, json: bool) -> int:
    from agentmem.cli.streams import write
    from agentmem.model import safety

    if json:
        from agentmem.output import jsonout

        write(sys.stdout, jsonout.line(jsonout.error(problem)))
    else:
        text = f"error: {safety.one_line(problem.message)}\n"
        if problem.hint:
            hint = safety.clean(problem.hint).replace("\n", " ")
            text += hint + "\n" if problem.exit == errors.EXIT_DECISION else f"hint: {hint}\n"
        write(sys.stderr, text)
    return problem.exit


def _report_bug(problem: Exception, json: bool) -> int:
    import platform
    import tempfile
    import traceback
    import zlib

    from agentmem import __version__

    trace = "".join(traceback.format_exception(problem))
    head = f"agentmem {__version__}, Python {platform.python_version()}, {platform.platform()}\ncommand: {sys.argv[1:2]}\n"
    # the same bug again is the same file: an agent that tries again and again leaves one
    where = os.path.join(
        tempfile.gettempdir(), f"agentmem-bug-{zlib.crc32(trace.encode('utf-8', 'replace')):08x}.log"
    )
    try:
        with open(where, "x", encoding="utf-8", errors="replace") as log:
            log.write(head + trace)
    except FileExistsError:
        pass
    except OSError:
        where = "nowhere: the temporary folder cannot be written"
    bug = errors.AgentmemError(
        f"this is a bug in agentmem: {type(problem).__name__}: {problem}",
        f"the log to report it with: {where}",
    )
    bug.code, bug.exit = "bug", errors.EXIT_BUG
    return _report(bug, json)


if __name__ == "__main__":
    main()
