"""Successive releases of real packages as git histories: fetched once by pip and npm, cached, committed in order."""

import io
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from typing import Any, NamedTuple


class Package(NamedTuple):
    """One package and the releases of it that make its history, in the order of their versions."""

    name: str
    registry: str
    held_out: bool
    releases: tuple[str, ...]


# pinned, so that the same seed gives the same cases; eras in which the packages changed much
_LISTS = (
    ("click", "pypi", False,
     "7.0 7.1 7.1.1 7.1.2 8.0.0 8.0.1 8.0.2 8.0.3 8.0.4 8.1.0 8.1.1 8.1.2 8.1.3 8.1.4 8.1.5 8.1.6 "
     "8.1.7 8.1.8"),
    ("attrs", "pypi", False,
     "17.1.0 17.2.0 17.3.0 17.4.0 18.1.0 18.2.0 19.1.0 19.2.0 19.3.0 20.1.0 20.2.0 20.3.0 21.2.0 "
     "21.3.0 21.4.0 22.1.0 22.2.0 23.1.0"),
    ("httpx", "pypi", False,
     "0.11.0 0.11.1 0.12.0 0.12.1 0.13.0 0.13.1 0.13.2 0.13.3 0.14.0 0.14.1 0.14.2 0.14.3 0.15.0 "
     "0.15.1 0.15.2 0.15.3 0.15.4 0.15.5 0.16.0 0.16.1"),
    ("rich", "pypi", False,
     "10.10.0 10.11.0 10.12.0 10.13.0 10.14.0 10.15.0 10.15.1 10.15.2 10.16.0 10.16.1 10.16.2 11.0.0 "
     "11.1.0 11.2.0 12.0.0 12.0.1 12.2.0 12.3.0"),
    ("werkzeug", "pypi", True,
     "1.0.0 1.0.1 2.0.0 2.0.1 2.0.2 2.0.3 2.1.0 2.1.1 2.1.2 2.2.0 2.2.1 2.2.2 2.2.3 2.3.0 2.3.1 2.3.2 "
     "2.3.3"),
    ("marshmallow", "pypi", True,
     "3.18.0 3.19.0 3.20.0 3.20.1 3.20.2 3.21.0 3.21.1 3.21.2 3.21.3 3.22.0 3.23.0 3.23.1 3.23.2 "
     "3.23.3 3.24.0 3.24.1 3.24.2 3.25.0 3.25.1 3.26.0 3.26.1 4.0.0"),
    ("commander", "npm", False,
     "4.0.0 4.0.1 4.1.0 4.1.1 5.0.0 5.1.0 6.0.0 6.1.0 6.2.0 6.2.1 7.0.0 7.1.0 7.2.0 8.0.0 8.1.0 8.2.0 "
     "8.3.0 9.0.0"),
    ("pino", "npm", False,
     "5.17.0 6.0.0 6.1.0 6.1.1 6.2.0 6.2.1 6.3.0 6.3.1 6.3.2 6.4.0 6.4.1 6.5.0 6.5.1 6.6.0 6.6.1 "
     "6.7.0 6.8.0 6.9.0 6.10.0 6.11.0"),
    ("fastify", "npm", True,
     "2.12.0 2.12.1 2.13.0 2.13.1 2.14.0 2.14.1 2.15.0 2.15.1 2.15.2 2.15.3 3.0.0 3.0.1 3.0.2 3.0.3 "
     "3.1.0 3.1.1 3.2.0 3.2.1"),
    ("undici", "npm", True,
     "5.0.0 5.1.0 5.1.1 5.2.0 5.3.0 5.4.0 5.5.0 5.5.1 5.6.0 5.6.1 5.7.0 5.8.0 5.8.1 5.8.2 5.9.0 5.9.1 "
     "5.10.0 5.11.0"),
)  # fmt: skip
PACKAGES = tuple(Package(name, registry, held, tuple(text.split())) for name, registry, held, text in _LISTS)

SOURCES = (".py", ".pyi", ".js", ".mjs", ".cjs", ".ts", ".md", ".rst")
"""Names of files that are cited."""
MAX_SIZE = 150_000
"""Bytes of a file that is cited; what is larger is data, or a bundle."""
MAX_WIDTH = 220
"""Characters of the longest line of a file that is cited: longer ones are minified or generated."""


class Unavailable(Exception):
    """A release is neither in the cache nor to be had."""


def cache_folder() -> str:
    """Where downloads are kept when nothing else is asked for."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "agentmem-benchmarks", "releases")


def fetch(package: Package, cache: str) -> list[str]:
    """The archives of all releases, in order, downloaded where the cache lacks them."""
    ending = ".whl" if package.registry == "pypi" else ".tgz"
    os.makedirs(cache, exist_ok=True)
    found = []
    for version in package.releases:
        path = os.path.join(cache, f"{package.name}-{version}{ending}")
        if not os.path.exists(path):
            _download(package, version, path, ending)
        found.append(path)
    return found


def sdist(name: str, version: str, cache: str) -> str:
    """The source archive of a release from the Python registry, downloaded where the cache lacks it.

    Raises:
        Unavailable: it cannot be had.

    """
    os.makedirs(cache, exist_ok=True)
    path = os.path.join(cache, f"{name}-{version}.tar.gz")
    if not os.path.exists(path):
        _download(Package(name, "pypi", False, (version,)), version, path, ".tar.gz")
    return path


def json_in(name: str, version: str, member: str, path: str = "") -> Any:
    """What the JSON at ``member`` in the source archive of a package says, or in the file at ``path`` where that is given.

    Raises:
        Unavailable: the release is neither in the cache nor to be had.

    """
    if path:
        with open(path, "rb") as file:
            return json.load(file)
    with tarfile.open(sdist(name, version, cache_folder())) as whole:
        found = next(one for one in whole if one.name.partition("/")[2] == member)
        inner = whole.extractfile(found)
        assert inner is not None
        return json.load(inner)


def _download(package: Package, version: str, path: str, ending: str) -> None:
    folder = path + ".part"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if package.registry == "pypi":
        # of a wheel nothing is run to get it; a source archive has its build tool run
        wanted = "--only-binary" if ending == ".whl" else "--no-binary"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--retries", "1", "--no-deps", wanted, ":all:",
                   "--ignore-requires-python", "--dest", folder, f"{package.name}=={version}"]  # fmt: skip
    else:
        command = [
            "npm",
            "pack",
            "--silent",
            "--ignore-scripts",
            "--fetch-retries",
            "1",
            "--pack-destination",
            folder,
        ]
        command.append(f"{package.name}@{version}")
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
        said = ran.stderr.strip().splitlines()[-1:]
    except (OSError, subprocess.TimeoutExpired) as error:
        said = [str(error)]
    got = [name for name in os.listdir(folder) if name.endswith(ending)]
    if len(got) == 1:
        os.replace(os.path.join(folder, got[0]), path)
    shutil.rmtree(folder, ignore_errors=True)
    if len(got) != 1:
        tool = "pip" if package.registry == "pypi" else "npm"
        raise Unavailable(
            f"{package.name} {version} is not in {os.path.dirname(path)} and {tool} cannot get it: "
            f"{' '.join(said) or 'nothing was downloaded'}"
        )


def contents(archive: str) -> dict[str, bytes]:
    """The files of a wheel, a source archive or an npm package by path."""
    files = {}
    if archive.endswith(".whl"):
        with zipfile.ZipFile(archive) as whole:
            for name in whole.namelist():
                if not name.endswith("/"):
                    files[posixpath.normpath(name)] = whole.read(name)
    else:
        with tarfile.open(archive) as whole:
            for member in whole.getmembers():
                inner = whole.extractfile(member) if member.isfile() else None
                if inner is not None:
                    files[posixpath.normpath(member.name.partition("/")[2])] = inner.read()
    return {
        path: data
        for path, data in files.items()
        if not path.startswith(("/", "../")) and ".git" not in path.split("/")
    }


def text_of(data: bytes) -> str | None:
    """The text of a file; None where it is binary."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_source(path: str, text: str) -> bool:
    """Whether lines of the file are cited: written by people, and not tiny."""
    if not path.endswith(SOURCES) or len(text) > MAX_SIZE or text.count("\n") < 10:
        return False
    return ".min." not in path and max(map(len, text.split("\n"))) <= MAX_WIDTH


class History:
    """A package's releases in a git repository of their own, one commit each."""

    def __init__(self, package: Package, archives: list[str], folder: str) -> None:
        """Write the repository into ``folder``."""
        self.package, self.folder = package, folder
        self.trees: list[dict[str, str]] = []
        stream = io.BytesIO()
        for number, archive in enumerate(archives):
            files = contents(archive)
            self.trees.append(
                {path: text for path, data in files.items() if (text := text_of(data)) is not None}
            )
            message = f"{package.name} {package.releases[number]}".encode()
            stream.write(b"commit refs/heads/main\n")
            stream.write(
                b"committer Bench <bench@example.org> %d +0000\n" % (1_600_000_000 + number * 86_400)
            )
            stream.write(b"data %d\n%s\ndeleteall\n" % (len(message), message))
            for path, data in sorted(files.items()):
                stream.write(b'M 100644 inline "%s"\n' % re.sub(r'(["\\])', r"\\\1", path).encode())
                stream.write(b"data %d\n%s\n" % (len(data), data))
        os.makedirs(folder)
        git(folder, "init", "--quiet", "--initial-branch", "main")
        git(folder, "fast-import", "--quiet", input=stream.getvalue())
        self.commits = git(folder, "rev-list", "--reverse", "main").split()


def git(folder: str, *args: str, input: bytes | None = None) -> str:
    """What git prints, with no settings but the repository's own."""
    env = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Bench",
        "GIT_AUTHOR_EMAIL": "bench@example.org",
        "GIT_COMMITTER_NAME": "Bench",
        "GIT_COMMITTER_EMAIL": "bench@example.org",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
    }
    ran = subprocess.run(["git", "-C", folder, *args], input=input, capture_output=True, env=env)
    if ran.returncode:
        raise RuntimeError(f"git {' '.join(args[:2])}: {ran.stderr.decode(errors='replace').strip()}")
    return ran.stdout.decode("utf-8", "surrogateescape")
