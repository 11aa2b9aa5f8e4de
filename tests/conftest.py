"""Hermetic tests: a home, a temp folder and a git configuration of their own, and a clock that stands still."""

import os
import signal
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import support
from tests.support import Project

KEPT_IN_HOME = (
    ".gitconfig",
    ".config/git",
    ".config/agentmem",
    ".cache/agentmem",
    ".agentmem",
    ".local/share/agentmem",
    ".local/state/agentmem",
)

FUZZ = int(os.environ.get("AGENTMEM_FUZZ", "0"))
"""Examples that each property is tried on, drawn anew each time (`make fuzz`); 0: the same hundred in every run."""

settings.register_profile(
    "agentmem",
    deadline=None,
    derandomize=not FUZZ,
    max_examples=FUZZ or 100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("agentmem")


def _real_home() -> Path:
    try:
        import pwd

        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except (ImportError, KeyError):
        return Path.home()


REAL_HOME = _real_home()


def _traces() -> dict[str, tuple[int, int] | None]:
    found: dict[str, tuple[int, int] | None] = {}
    for name in KEPT_IN_HOME:
        try:
            info = os.lstat(REAL_HOME / name)
            found[name] = (info.st_mtime_ns, info.st_size)
        except OSError:
            found[name] = None
    return found


def heed_signals() -> None:
    """What started the tests may ignore signals, as `nohup` and a shell's `&` do: each command of theirs would as well."""
    for name, handler in (
        ("SIGINT", signal.default_int_handler),
        ("SIGTERM", signal.SIG_DFL),
        ("SIGHUP", signal.SIG_DFL),
    ):
        one = getattr(signal, name, None)
        if one is not None and signal.getsignal(one) is signal.SIG_IGN:
            signal.signal(one, handler)


def pytest_configure(config: pytest.Config) -> None:
    """Nothing of the outside's git or agentmem reaches a test, not even one without fixtures."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "AGENTMEM_")) or name in (
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "NO_COLOR",
            "FORCE_COLOR",
        ):
            del os.environ[name]
    heed_signals()
    # a command that fails early leaves git to end by itself, which a process of its own does unnoticed
    config.addinivalue_line("filterwarnings", "ignore:subprocess .* is still running:ResourceWarning")
    config.addinivalue_line("filterwarnings", "ignore:unclosed:ResourceWarning")
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")
    warnings.simplefilter("ignore", ResourceWarning)


@pytest.fixture(autouse=True)
def hermetic(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Own home, temp folder, git configuration, time zone and clock; trips when the real home is touched."""
    base = tmp_path_factory.mktemp("outside")
    home, temp = base / "home", base / "tmp"
    home.mkdir()
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    for name, value in {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(temp),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "TERM": "dumb",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A. Uthor",
        "GIT_AUTHOR_EMAIL": "author@example.org",
        "GIT_AUTHOR_DATE": "2026-02-22T10:00:00Z",
        "GIT_COMMITTER_NAME": "C. Ommitter",
        "GIT_COMMITTER_EMAIL": "committer@example.org",
        "GIT_COMMITTER_DATE": "2026-02-22T10:00:00Z",
        "PYTHONPATH": str(support.ROOT),  # what git starts (the merge driver) runs the code under test
        "AGENTMEM_NOW": support.NOW,
        "AGENTMEM_AGENT": "tester",
        "AGENTMEM_HOOKS": "off",  # a commit of a test starts no Python but where it is about hooks
    }.items():
        monkeypatch.setenv(name, value)
    before = _traces()
    yield base
    assert _traces() == before, "the real home was touched"


def _repository(path: Path, *options: str) -> Project:
    path.mkdir(parents=True, exist_ok=True)
    project = Project(path)
    project.git("init", "-q", "-b", "main", *options)
    return project


@pytest.fixture
def new_repository(tmp_path: Path):
    """A function that makes a repository below the test's folder."""
    return lambda name="other", *options: _repository(tmp_path / name, *options)


@pytest.fixture
def repo(tmp_path: Path) -> Project:
    """A real repository on branch main, with no commit yet and no store."""
    return _repository(tmp_path / "repo")


@pytest.fixture
def store(repo: Project) -> Project:
    """A repository with a committed, empty store."""
    repo.ok("init", "--no-hooks")
    repo.commit("memory")
    return repo


@pytest.fixture
def run(tmp_path: Path):
    """The command line as a process; in the test's own folder unless told otherwise."""
    return lambda *args, **options: support.run(*args, **{"cwd": tmp_path, **options})


@pytest.fixture
def call(tmp_path: Path):
    """The command line in this process; in the test's own folder unless told otherwise."""
    return lambda *args, **options: support.call(*args, **{"cwd": tmp_path, **options})


@pytest.fixture
def meanwhile(monkeypatch):
    """A function that has something done, once, just before a function of a module or class goes on: the step of another process
    at the moment where it hurts.
    """

    def arranged(owner, name, step):
        real = getattr(owner, name)

        def stepping(*args, **named):
            monkeypatch.setattr(owner, name, real)
            step()
            return real(*args, **named)

        monkeypatch.setattr(owner, name, stepping)

    return arranged
