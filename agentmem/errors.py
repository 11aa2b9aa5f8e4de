"""Every error a user can meet: one line that says what and where, one hint that says what to do, an exit code.

A hint is a whole command where there is one, and never a destructive command.
"""

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_NO_STORE = 3
EXIT_DECISION = 4
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class AgentmemError(Exception):
    """An expected failure: ``message`` is one line, ``hint`` at most one more, ``exit`` the process's exit code."""

    code = "error"
    exit = EXIT_FINDINGS

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AgentmemError):
    """The words of the command are off."""

    code = "usage"
    exit = EXIT_USAGE


class ConfigError(AgentmemError):
    """The configuration cannot be used."""

    code = "config"
    exit = EXIT_USAGE


class NotFound(AgentmemError):
    """An id, name or path that names no memory here."""

    code = "not-found"
    exit = EXIT_USAGE


class Ambiguous(AgentmemError):
    """A prefix or name that fits several memories."""

    code = "ambiguous"
    exit = EXIT_USAGE


class NoRepository(AgentmemError):
    """There is no git repository here."""

    code = "no-repository"
    exit = EXIT_NO_STORE


class NoStore(AgentmemError):
    """There is no ``.agentmem/`` here."""

    code = "no-store"
    exit = EXIT_NO_STORE


class NotWritable(AgentmemError):
    """The disk refused a write: read-only, full, no permission."""

    code = "not-writable"
    exit = EXIT_NO_STORE


class DiskFull(NotWritable):
    """There is no room left where something was to be written."""


class GitFailed(AgentmemError):
    """A git command failed in a way that we cannot work around."""

    code = "git"
    exit = EXIT_NO_STORE


class GitRefused(GitFailed):
    """Git does not touch a repository that belongs to another user and that it was not told to trust."""


class NeedsDecision(AgentmemError):
    """Something only the caller can decide, such as a memory that exists already."""

    code = "needs-decision"
    exit = EXIT_DECISION


class Contended(AgentmemError):
    """A lock was held by others for longer than we wait."""

    code = "contended"
    exit = EXIT_DECISION
