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
    "mcp",
    "mcp_types",
    "anyio",
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
    """A function that runs a command and gives the top-level modules it had loaded at its end; all of them if ``whole``."""
    support.put(tmp_path / "site" / "sitecustomize.py", WATCH)
    number = iter(range(1000))

    def measure(project, *words, code=0, whole=False, **env):
        to = tmp_path / f"modules{next(number)}"
        path = f"{tmp_path / 'site'}:{support.ROOT}"
        done = support.run(*words, cwd=project.path, env={"MODULES_TO": str(to), "PYTHONPATH": path, **env})
        assert done.code == code, done
        names = to.read_text().splitlines()
        return set(names) if whole else {name.partition(".")[0] for name in names}

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


MANAGED = '{"schema": "agentmem/model/1", "recall": {"words": 9, "recency": 7}, "trained": {}}'


def test_recall_with_a_manager_imports_no_numpy(warm, modules):
    """What was learned with numpy is used without it."""
    support.put(warm.store / "model.json", MANAGED)
    for options in ((), ("--explain",), ("--model", "off")):
        found = modules(warm, "recall", "worker number", *options)
        assert not found & (HEAVY | {"frontmatter"} | SLOW_PARTS - {"pathlib"})


TIME, SPELLING, MEANING = "agentmem.model.timewords", "agentmem.actions.spelling", "agentmem.actions.meaning"
MANAGER = "agentmem.model.manager"
LEARNING = {"agentmem.learning.fitting", "agentmem.actions.training", "agentmem.actions.labelling"}


@pytest.mark.parametrize(
    ("words", "loaded"),
    [
        (("worker number",), set()),
        (("worker number", "--explain"), set()),
        (("worker yesterday",), {TIME}),
        (("workre",), {SPELLING}),
        (("kind:fact",), set()),
    ],
)
def test_recall_loads_its_parts_where_they_are_needed(warm, modules, words, loaded):
    """Time words are read where a question may have some, spelling where nothing answers, a manager where there is one."""
    found = modules(warm, "recall", *words, whole=True)
    assert found & {TIME, SPELLING, MEANING, MANAGER, *LEARNING} == loaded
    assert "agentmem.actions.relating" in found or words == ("kind:fact",)


def test_a_manager_is_loaded_where_there_is_one(warm, modules):
    """The file is read by what needs nothing else, and not at all where it is off."""
    support.put(warm.store / "model.json", MANAGED)
    assert MANAGER in modules(warm, "recall", "worker", whole=True)
    assert not modules(warm, "recall", "worker", whole=True) & LEARNING
    assert MANAGER not in modules(warm, "recall", "worker", "--model", "off", whole=True)


@pytest.mark.parametrize("words", [("list",), ("status",), ("add", "fact", "The zebra crossing")])
def test_other_commands_load_no_part_of_ranking(warm, modules, words):
    """What ranks is loaded by what asks for an order."""
    found = modules(warm, *words, whole=True)
    assert not found & {
        TIME,
        SPELLING,
        MANAGER,
        "agentmem.model.background",
        "agentmem.model.coverage",
        "agentmem.actions.ranked",
        *LEARNING,
    }


def test_recall_by_scanning_imports_no_search_library(warm, modules):
    """Without an index recall does not load the search library."""
    assert not modules(warm, "recall", "worker", AGENTMEM_SCAN="1") & (HEAVY | SEARCH)


@pytest.mark.parametrize(("title", "code"), [("B", 0), ("C", 1)])
def test_the_merge_driver_imports_the_parser_alone(warm, modules, title, code):
    """What git starts for each file that it merges loads what reads front matter and nothing else from outside."""
    for name, text in (("o", "title: 'A'\nby: a"), ("a", "title: B\nby: a"), ("b", f"title: {title}\nby: b")):
        support.put(warm.path / name, f"---\n{text}\n---\n")
    found = modules(warm, "merge-driver", "o", "a", "b", ".agentmem/facts/x.md", code=code)
    assert not found & (HEAVY | SEARCH | {"sqlite3", "_sqlite3"}) and "yaml" in found


HOOKED = {"agentmem.actions.context", "agentmem.index.index", "agentmem.checks.rules"}
"""What a hook has no use for, on the way of every commit."""


@pytest.mark.parametrize(
    "words",
    [("pre-commit",), ("post-commit",), ("post-checkout", "--", "1", "1", "1"), ("post-merge", "--", "0")],
)
def test_a_hook_with_nothing_to_do_imports_little(warm, modules, words):
    """A hook that finds nothing in the store to look after loads no parser, no library, no index."""
    name, *rest = words
    found = modules(warm, "hook", name, *(rest or ["--"]), whole=True)
    assert not {one.partition(".")[0] for one in found} & (
        HEAVY | SEARCH | PARSING | SLOW_PARTS | {"sqlite3", "_sqlite3", "json", "tomllib"}
    )
    assert not found & HOOKED and ("agentmem.checks.frame" not in found or name == "post-commit")


@pytest.mark.parametrize("title", ["The zebra crossing", '"The zebra" crossing'])
def test_a_hook_that_commits_memories_imports_the_parser_alone(warm, modules, title):
    """What takes memories along reads their front matter, with YAML only where quotes ask for it, and loads nothing else from
    outside and no index.
    """
    warm.ok("add", "fact", title)
    found = modules(warm, "hook", "pre-commit", "--", whole=True)
    assert not {one.partition(".")[0] for one in found} & (
        HEAVY | SEARCH | {"sqlite3", "_sqlite3", "tomllib"}
    )
    assert not found & HOOKED and ("yaml" in found) == ('"' in title)
    assert warm.git("diff", "--cached", "--name-only").startswith(".agentmem/facts/the-zebra-crossing-")


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
