"""What a command does not import, it does not pay for: the modules that must not be loaded on each way."""

import json

import pytest

from tests import support

WATCH = """
import atexit, os, sys
def dump():
    with open(os.environ["MODULES_TO"], "w") as file:
        file.write("\\n".join(sys.modules))
atexit.register(dump)
"""

HEAVY = {
    "typer",
    "click",
    "rich",
    "git",
    "gitdb",
    "watchdog",
    "pydantic",
    "ruamel",
    "networkx",
    "datasketch",
    "dateparser",
    "numpy",
    "rapidfuzz",
    "pygments",
}
SEARCH = {"whoosh"}
PARSING = {"yaml", "frontmatter"}
SLOW_PARTS = {
    "pathlib",
    "asyncio",
    "multiprocessing",
    "concurrent",
    "http",
    "ssl",
    "xml",
    "email",
    "unittest",
}


@pytest.fixture
def modules(tmp_path):
    """A function that runs a command and gives the top-level modules it had loaded at its end."""
    support.put(tmp_path / "site" / "sitecustomize.py", WATCH)
    number = iter(range(1000))

    def measure(project, *words, code=0, **env):
        to = tmp_path / f"modules{next(number)}"
        path = f"{tmp_path / 'site'}:{support.ROOT}"
        done = support.run(*words, cwd=project.path, env={"MODULES_TO": str(to), "PYTHONPATH": path, **env})
        assert done.code == code, done
        return {name.partition(".")[0] for name in to.read_text().splitlines()}

    return measure


@pytest.fixture
def warm(store):
    """A committed store of 40 memories that are all known and indexed."""
    for number in range(40):
        store.remember(number)
    store.commit()
    store.ok("recall", "worker")
    store.ok("list")
    return store


@pytest.mark.parametrize(
    "words",
    [("--help",), ("-h",), ("--version",), ("help",), ("help", "all"), ("help", "people"), ("help", "add")],
)
def test_help_and_version_import_nothing(warm, modules, words):
    """The help screens and the version open nothing and load no library."""
    found = modules(warm, *words)
    assert not found & (
        HEAVY | SEARCH | PARSING | SLOW_PARTS | {"sqlite3", "_sqlite3", "subprocess", "json", "tomllib"}
    )


def test_add_imports_no_library(warm, modules):
    """`add`, where everything is known, loads neither typer nor a parser nor the search library."""
    found = modules(
        warm, "add", "fact", "The zebra crossing", "--body", "Stripes.", "--tag", "road", "--scope", "src/**"
    )
    assert not found & (HEAVY | SEARCH | PARSING | SLOW_PARTS)


def test_a_second_add_imports_no_library(warm, modules):
    """`add` after an `add` that is not committed yet loads no more than the first."""
    warm.ok("add", "fact", "The zebra crossing")
    found = modules(warm, "add", "fact", "Another thing altogether")
    assert not found & (HEAVY | SEARCH)


@pytest.mark.parametrize(
    "words", [("list",), ("list", "--kind", "fact", "--json"), ("show", "000000"), ("status",), ()]
)
def test_list_imports_no_library(warm, modules, words):
    """`list`, `show` and status, where everything is known, work from the catalog alone."""
    found = modules(warm, *words)
    assert not found & (HEAVY | SEARCH | PARSING | SLOW_PARTS)


@pytest.mark.parametrize(
    "options", [(), ("--json",), ("--format", "md"), ("--explain",), ("--file", "a.ts"), ("--diff",)]
)
def test_recall_imports_the_search_library_alone(warm, modules, options):
    """`recall` loads the search library and nothing else from outside."""
    found = modules(warm, "recall", "worker number", *options)
    assert not found & (HEAVY | {"frontmatter"} | SLOW_PARTS - {"pathlib"})
    assert "whoosh" in found


def test_recall_by_meaning_without_a_model_imports_no_numpy(warm, modules):
    """Where the arm is on and its model is not there, recall pays for neither."""
    with (warm.store / "config.toml").open("a") as file:
        file.write("\n[semantic]\nenabled = true\nmodel = 'no/such/folder'\n")
    assert "numpy" not in modules(warm, "recall", "worker")


def test_recall_by_scanning_imports_no_search_library(warm, modules):
    """Without an index recall does not load the search library."""
    assert not modules(warm, "recall", "worker", AGENTMEM_SCAN="1") & (HEAVY | SEARCH)


@pytest.mark.parametrize(("title", "code"), [("B", 0), ("C", 1)])
def test_the_merge_driver_imports_the_parser_alone(warm, modules, title, code):
    """What git starts for each file that it merges loads what reads front matter and nothing else from outside."""
    for name, text in (("o", "title: A\nby: a"), ("a", "title: B\nby: a"), ("b", f"title: {title}\nby: b")):
        support.put(warm.path / name, f"---\n{text}\n---\n")
    found = modules(warm, "merge-driver", "o", "a", "b", ".agentmem/facts/x.md", code=code)
    assert not found & (HEAVY | SEARCH | {"sqlite3", "_sqlite3"}) and "yaml" in found


def test_errors_import_no_library(warm, modules):
    """A mistake is told without loading typer where the quick parser has understood it."""
    for words in (("nonsense",), ("add", "desicion", "x"), ("list", "--scope", "a", "b")):
        found = modules(warm, *words, code=2)
        if words[0] != "list":
            assert not found & HEAVY, words


def test_add_commit_imports_gitpython_only_then(warm, modules):
    """GitPython is loaded where a commit is asked for, and there alone."""
    assert "git" in modules(warm, "add", "fact", "The zebra crossing", "--commit")


def test_the_measurement_sees_modules(warm, modules):
    """The measurement itself works: what is loaded is seen."""
    assert {"agentmem", "json", "sqlite3"} <= modules(warm, "list", "--json")
    assert json.loads(warm.ok("list", "--json"))["schema"] == "agentmem/list/1"
