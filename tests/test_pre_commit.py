"""The hooks for the pre-commit framework: what they say of themselves, what they are given, and a real run of both."""

import importlib.util
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import support

TOP = Path(__file__).parent.parent
MANIFEST = TOP / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}
KEYS = {
    *("id", "name", "description", "entry", "language", "files", "types", "types_or", "stages"),
    *("pass_filenames", "always_run", "require_serial"),
}
GOOD = support.memory(support.identity(1), kind="convention", title="Fine")
BAD = "# The key is AKIAIOSFODNN7ABCDEFG\n"
FILE = f".agentmem/conventions/fine-{support.identity(1)}.md"


def test_the_manifest():
    """Both hooks are there, with keys that the framework knows, and look at the index."""
    assert set(HOOKS) == {"agentmem-check", "agentmem-check-changed"}
    for hook in HOOKS.values():
        assert set(hook) <= KEYS and hook["language"] == "python"
        assert hook["entry"] == "agentmem check --staged"
        assert hook["require_serial"] is True and hook["always_run"] is False
        assert set(hook["stages"]) <= {"pre-commit", "pre-merge-commit", "pre-push", "manual"}
    assert HOOKS["agentmem-check"]["pass_filenames"] is False
    assert HOOKS["agentmem-check-changed"]["pass_filenames"] is True


def test_which_files_start_them():
    """Files of a store at any depth do, others do not."""
    import re

    for hook in HOOKS.values():
        starts = re.compile(hook["files"]).search
        assert all(map(starts, (FILE, f"services/api/{FILE}", ".agentmem/config.toml")))
        assert not any(
            map(starts, ("x.agentmem/a.md", ".agentmem.example/facts/a.md", "agentmem/a.md", ".agentmem"))
        )


def stage(project, staged, beside):
    """Put ``staged`` into the index, and ``beside`` into the worktree."""
    support.put(project.path / FILE, staged)
    project.git("add", FILE)
    support.put(project.path / FILE, beside)


@pytest.mark.parametrize("paths", [(), (FILE,)], ids=["all", "changed"])
def test_the_index_is_read_and_not_the_worktree(store, paths):
    """A bad staged file fails though the file beside it is good, and the other way round."""
    stage(store, BAD, GOOD)
    ran = store.call("check", "--staged", *paths)
    assert ran.code == 1 and "secret" in ran.out
    stage(store, GOOD, BAD)
    assert store.call("check", "--staged", *paths).code == 0
    assert store.call("check", *paths).code == 1


def test_an_untracked_file_is_not_checked(store):
    """What is not committed cannot stop a commit."""
    support.put(store.path / FILE, BAD)
    assert store.call("check", "--staged").code == 0


def test_paths_that_are_given(store):
    """A deleted file, a settings file and a folder are no error; they only restrict what is told."""
    stage(store, GOOD, GOOD)
    store.commit()
    store.git("rm", "-q", FILE)
    for paths in ([FILE], [FILE, ".agentmem/config.toml"], [".agentmem/README.md"], [".agentmem"]):
        ran = store.call("check", "--staged", *paths)
        assert (ran.code, ran.err) == (0, ""), paths
    support.put(store.path / ".agentmem" / "facts" / "bad.md", BAD)
    store.git("add", "-A")
    ran = store.call("check", "--staged", FILE)
    assert ran.code == 0 and "secret" not in ran.out
    assert store.call("check", "--staged").code == 1


def test_a_path_outside_the_store(store):
    """Is an error, as nobody would look at it; where it lies in another store, the hint has the command for that."""
    ran = store.call("check", "--staged", "README.md")
    assert ran.code == 2 and ran.err == f"error: README.md is not in the store {store.store}\n"
    support.put(store.path / "services" / "api" / FILE, BAD)
    store.git("add", "-A")
    ran = store.call("check", "--staged", f"services/api/{FILE}")
    assert ran.code == 2 and ran.err.endswith("hint: agentmem --store services/api/.agentmem check\n")
    ran = store.call("--store", "services/api/.agentmem", "check", "--staged", f"services/api/{FILE}")
    assert ran.code == 1 and f".agentmem/conventions/fine-{support.identity(1)}.md:1: secret" in ran.out


@pytest.fixture
def hooked(store, tmp_path):
    """A function that puts one of the hooks into a store's repository by the real framework."""
    if importlib.util.find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed")
    from pre_commit.clientlib import load_manifest

    load_manifest(str(MANIFEST))
    source = tmp_path / "hooks"
    # as the code under test, and not installed anew from an index of packages
    manifest = MANIFEST.read_text(encoding="utf-8").replace("language: python", "language: system")
    support.put(source / ".pre-commit-hooks.yaml", manifest)
    support.git(source, "init", "-q", "-b", "main")
    support.git(source, "add", "-A")
    support.git(source, "commit", "-q", "-m", "hooks")
    revision = support.git(source, "rev-parse", "HEAD").strip()
    script = f'#!/bin/sh\nexec {shlex.join(support.command())} "$@"\n'
    support.put(tmp_path / "bin" / "agentmem", script).chmod(0o755)
    environment = {
        **support.environment(),
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
    }

    def run(*words):
        done = subprocess.run(
            words, cwd=store.path, env=environment, capture_output=True, text=True, check=False
        )
        return support.Ran(done.returncode, done.stdout, done.stderr)

    def install(hook):
        config = {"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": hook}]}]}
        support.put(store.path / ".pre-commit-config.yaml", yaml.safe_dump(config))
        store.git("add", ".pre-commit-config.yaml")
        store.git("commit", "-q", "-m", "hooks")
        assert run(sys.executable, "-m", "pre_commit", "install").code == 0
        return run

    return install


@pytest.mark.parametrize("hook", HOOKS)
def test_commits_with_the_framework(store, hooked, hook):
    """A commit with a bad memory is stopped, whatever stands beside it; others go through, deletions and `-a` too."""
    run = hooked(hook)
    stage(store, BAD, GOOD)
    ran = run("git", "commit", "-m", "bad")
    assert ran.code == 1 and "looks like a secret" in ran.out + ran.err
    stage(store, GOOD, BAD)
    ran = run("git", "commit", "-m", "good")
    assert ran.code == 0, ran.err
    assert run("git", "commit", "-a", "-m", "bad by -a").code == 1
    store.git("checkout", "-q", "--", ".")
    support.put(store.path / "code.py", "key = 'AKIAIOSFODNN7ABCDEFG'\n")
    store.git("add", "-A")
    assert "(no files to check)Skipped" in run("git", "commit", "-m", "code").err
    store.git("rm", "-q", FILE)
    assert run("git", "commit", "-m", "deleted").code == 0
