"""Failures as they are told: a line and a hint; a bug with the log to report it with."""

import os

from agentmem import errors


def text(problem: errors.AgentmemError) -> str:
    """What failed, and what to do, as a person or an agent reads it."""
    from agentmem.model import safety

    told = f"error: {safety.one_line(problem.message)}\n"
    if problem.hint:
        hint = safety.clean(problem.hint).replace("\n", " ")
        told += hint + "\n" if problem.exit == errors.EXIT_DECISION else f"hint: {hint}\n"
    return told


def bug(problem: Exception, command: object) -> errors.AgentmemError:
    """Something unexpected as a failure like others; its trace is in a log that the hint names."""
    import platform
    import tempfile
    import traceback
    import zlib

    from agentmem import __version__

    trace = "".join(traceback.format_exception(problem))
    head = f"agentmem {__version__}, Python {platform.python_version()}, {platform.platform()}\ncommand: {command}\n"
    # the same bug again is the same file: an agent that tries again and again leaves one
    name = f"agentmem-bug-{zlib.crc32(trace.encode('utf-8', 'replace')):08x}.log"
    where = "nowhere: the temporary folder cannot be written"
    try:
        where = os.path.join(tempfile.gettempdir(), name)
        with open(where, "x", encoding="utf-8", errors="replace") as log:
            log.write(head + trace)
    except FileExistsError:
        pass
    except OSError:
        where = "nowhere: the temporary folder cannot be written"
    told = errors.AgentmemError(
        f"this is a bug in agentmem: {type(problem).__name__}: {problem}",
        f"the log to report it with: {where}",
    )
    told.code, told.exit = "bug", errors.EXIT_BUG
    return told
