"""The front door, and the one error boundary: user errors with their exit code, bugs with a log, ^C with 130."""

import atexit
import errno
import gc
import os
import sys
from contextlib import suppress

from agentmem import errors

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What a disk says that takes no more of standard output."""
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
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started this
        nothing = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
        sys.stdout, sys.stderr = sys.stdout or nothing, sys.stderr or nothing
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            pass  # the reader has gone (`| head`): what it wanted it has; a full disk was told when it was written to
    atexit._run_exitfuncs()
    # everything is written, closed and flushed: to take the interpreter apart piece by piece would cost 8 ms more
    os._exit(code)


def run(words: list[str]) -> int:
    """Run one command; its exit code."""
    json = "--json" in (words[: words.index("--")] if "--" in words else words)
    try:
        return _dispatch(words)
    except errors.AgentmemError as problem:
        return errors.EXIT_OK if _is_of_session(words) else _report(problem, json)
    except KeyboardInterrupt:
        return errors.EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.EXIT_OK
    except Exception as problem:
        if _is_of_session(words):
            return errors.EXIT_OK
        if isinstance(problem, OSError) and problem.filename is None and problem.errno in FULL:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            full = f"standard output cannot be written: {(problem.strerror or '').lower()}"
            return _report(errors.NotWritable(full), False)
        if isinstance(problem, OSError) and (room := _full(problem)):
            return _report(room, json)
        return _report_bug(problem, json)


def _full(problem: OSError) -> errors.AgentmemError | None:
    """The error of a disk that has no room for a file; None for any other."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        where = os.fsdecode(problem.filename) if isinstance(problem.filename, (str, bytes)) else "a file"
        return errors.DiskFull(f"{where} cannot be written: {(problem.strerror or '').lower()}")
    if "usable temporary directory" in str(
        problem
    ):  # Python tries each, and does not say why none takes a file
        return errors.DiskFull(
            "no folder takes temporary files: is the disk full?", "export TMPDIR=FOLDER     names another"
        )
    return None


def _is_of_session(words: list[str]) -> bool:
    """Whether an agent's program has called: to some of them an exit code of ours would mean to stop what it does."""
    from agentmem.cli import quick
    from agentmem.cli.grammar import VERBS

    try:
        return quick.split_globals(words, VERBS)[1] == "session"
    except errors.AgentmemError:
        return "session" in words


TEXTS_ALONE = ("help", "version", "completion")
"""What has no JSON: a person reads it, or a shell."""
NO_JSON = "help, completion and version are text alone", "leave out --json"


def _dispatch(words: list[str]) -> int:
    from agentmem.cli import quick
    from agentmem.cli.grammar import VERBS

    values, name, rest = quick.split_globals(words, VERBS)
    if values.get("color", "auto") not in COLORS:
        raise errors.UsageError(f"--color must be one of {', '.join(COLORS)}")
    if values.get("json") and name in TEXTS_ALONE:
        raise errors.UsageError(*NO_JSON)
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
        from agentmem.hooks.running import run as run_hook

        return run_hook(str(values.get("directory", ".")), rest[0], rest[2:])
    verb = VERBS.get(name)
    if verb is None:
        from agentmem.actions.selecting import nearest
        from agentmem.output.screens import NOT_LISTED

        shown = [known for known in VERBS if known not in NOT_LISTED]
        raise errors.UsageError(f'no command "{name}"', nearest(name, shown) + "all: agentmem help all")
    from agentmem.cli import running
    from agentmem.cli.call import Call

    quick.demand_values(verb, rest)
    arguments = quick.parse(verb, rest)

    def new() -> Call:
        call = Call()
        for key, value in values.items():
            setattr(call, key, value)
        return call

    def command(call: Call) -> int:
        if arguments is None:
            if call.json and {"-h", "--help"} & set(rest):
                raise errors.UsageError(*NO_JSON)
            from agentmem.cli import app

            return app.run(name, rest, call)
        return running.run_verb(name, verb, arguments, call, name in ASKS_GIT)

    return running.run(command, new)


def _print(text: str) -> int:
    from agentmem.cli.streams import write

    write(sys.stdout, text)
    return errors.EXIT_OK


def _report(problem: errors.AgentmemError, json: bool) -> int:
    from agentmem.cli.streams import write

    try:
        if json:
            from agentmem.output import jsonout

            write(sys.stdout, jsonout.line(jsonout.error(problem)))
            return problem.exit
    except OSError:  # whom nobody can be told on standard output is told beside it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    from agentmem.cli import failures

    with suppress(OSError):
        write(sys.stderr, failures.text(problem))
    return problem.exit


def _report_bug(problem: Exception, json: bool) -> int:
    from agentmem.cli import failures

    return _report(failures.bug(problem, sys.argv[1:2]), json)


if __name__ == "__main__":  # the merge driver of clones that were set up before `python -m agentmem` was
    main()
