"""Hooks beside hooks: whatever a repository has goes on as if ours were not there, through every step, and stands there after."""

import os
import re
import shutil
import subprocess

import pytest

from agentmem.actions import hooking
from agentmem.git import hooks, inclusion, stubs
from tests import support
from tests.hooks import houses
from tests.hooks.houses import HOUSES


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Hooks run, and those of the user write here how they were called."""
    monkeypatch.delenv("AGENTMEM_HOOKS")
    monkeypatch.setenv("HOOKS_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


@pytest.fixture
def build(new_repository, tmp_path):
    """A function that makes a repository with a store, a remote and hooks as ``house`` has them; ours are not there yet."""

    def made(name, house):
        project = new_repository(f"{name}/repo")
        support.git(tmp_path / name, "init", "-q", "--bare", "origin.git")
        project.git("remote", "add", "origin", "../origin.git")
        project.ok("init", "--no-hooks")
        (project.path / ".git" / "agentmem" / hooking.NO_MARK).unlink()
        house(project)
        project.git("add", "-A")
        project.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "memory")
        return project

    return made


def put(project, name, text="x\n"):
    """A file of code, staged."""
    support.put(project.path / name, text)
    project.git("add", name)


def day(project):
    """A day of git: commits, one of some paths, a merge, a rebase, an amend, a push, a checkout of a file, a new worktree."""
    put(project, "a.py")
    project.remember(1)
    project.git("commit", "-q", "-m", "one")
    put(project, "b.py")
    support.put(project.path / "a.py", "y\n")
    project.remember(2)
    project.git("commit", "-q", "-m", "two", "a.py")
    project.git("commit", "-q", "-m", "three")
    project.git("switch", "-q", "-c", "feature")
    put(project, "c.py")
    project.remember(3, branch="feature")
    project.git("commit", "-q", "-m", "four")
    project.git("switch", "-q", "main")
    put(project, "d.py")
    project.git("commit", "-q", "-m", "five")
    project.git("merge", "-q", "--no-edit", "feature")
    project.git("switch", "-q", "-c", "topic", "main~1")
    put(project, "e.py")
    project.git("commit", "-q", "-m", "six")
    project.git("rebase", "-q", "main")
    put(project, "f.py")
    project.git("commit", "-q", "--amend", "-m", "six again")
    project.git("push", "-q", "origin", "main", "topic")
    project.git("checkout", "-q", "main", "--", "a.py")
    project.git("worktree", "add", "-q", "../other", "feature")


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.__name__)
def test_a_day(build, log, house):
    """The user's hooks are called as without ours, in order, with the same words and input; ours take the memories along; what
    is left after an upgrade and taking them away is what was there, to the byte.
    """
    before = build("without", house)
    day(before)
    expected = houses.log_of(log)
    log.unlink(missing_ok=True)
    project = build("with", house)
    was = houses.snapshot(project)
    told = hooking.install(str(project.path))
    assert told.done == "installed" and told.are_in and not told.notes
    assert project.git("status", "--porcelain") == ""
    older(project)
    assert {one.state for one in hooking.status(str(project.path)).hooks} == {"older"}
    assert hooking.install(str(project.path)).done == "installed"
    assert hooking.install(str(project.path)).done == "kept"
    day(project)
    assert houses.log_of(log) == expected
    assert bool(expected) == (house is not houses.nothing)
    for number in (1, 2, 3):
        added = project.git(
            "log", "--format=%s", "--diff-filter=A", "main", "--", f".agentmem/facts/m{number}-*"
        )
        assert added.split() == [("one", "two", "four")[number - 1]]
    assert project.git("status", "--porcelain") == ""
    with_worktree = project.path.parent / "other"
    assert hooking.status(str(with_worktree)).are_in
    hooking.uninstall(str(with_worktree))
    project.git("worktree", "remove", "--force", "../other")
    for one in ("origin", "topic", "feature"):  # what git itself has noted
        project.git("config", "--remove-section", f"branch.{one}", check=False)
    assert houses.snapshot(project) == was


def older(project):
    """Make our stubs those of an older version."""
    for path in (project.path / ".git").rglob("*"):
        if path.is_file() and stubs.version(stubs.head(str(path))) is not None:
            text = path.read_text()
            path.write_text(text.replace("# agentmem git hook 1:", "# agentmem git hook 0:"))


@pytest.mark.parametrize("house", [houses.absolute, houses.linked], ids=lambda house: house.__name__)
def test_other_folders(build, log, house):
    """A folder outside by its whole path, with a hook that is seldom there, and a link in the place of git's own folder."""
    project = build("repo", house)
    was = houses.snapshot(project)
    assert hooking.install(str(project.path)).are_in
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "one")
    project.git("switch", "-q", "-c", "feature")
    assert "m1-" in project.git("show", "--stat=200") and project.git("status", "--porcelain") == ""
    called = [line.split()[1] for line in log.read_text().splitlines() if "post-index-change" not in line]
    assert called == ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout"]
    assert (house is houses.absolute) == ("post-index-change" in log.read_text())
    hooking.uninstall(str(project.path))
    assert houses.snapshot(project) == was


@pytest.mark.parametrize(
    "house",
    [houses.plain, houses.husky9, houses.framework, houses.tracked],
    ids=lambda house: house.__name__,
)
def test_what_a_hook_refuses(build, log, house):
    """The exit code of a user's hook is git's, whatever ours say, and after a refusal ours do nothing."""
    codes = {}
    for name in ("without", "with"):
        project = build(name, house)
        if name == "with":
            hooking.install(str(project.path))
        support.put(project.path / "a.py", "x\n")
        project.git("add", "a.py")
        project.remember(1)
        codes[name] = []
        for hook, words in (
            ("pre-commit", ("commit", "-q", "-m", "x")),
            ("prepare-commit-msg", ("commit", "-q", "-m", "x")),
            ("commit-msg", ("commit", "-q", "-m", "x")),
            ("post-checkout", ("switch", "-q", "-c", "b")),
            ("pre-push", ("push", "-q", "origin", "HEAD")),
        ):
            support.put(log.parent / "log.refuse", hook)
            done = subprocess.run(["git", *words], cwd=project.path, capture_output=True, check=False)
            codes[name].append(done.returncode)
            assert hook != "pre-commit" or b"agentmem" not in done.stderr
        (log.parent / "log.refuse").unlink()
    assert codes["with"] == codes["without"]
    assert any(codes["with"])


def test_husky_is_installed_again(build, log):
    """`npm install` sets core.hooksPath as before and writes its folder anew: ours and husky's run all the same."""
    project = build("repo", houses.husky9)
    hooking.install(str(project.path))
    houses.npm_install(project)
    assert hooking.status(str(project.path)).are_in
    project.remember(1)
    put(project, "a.py")
    project.git("commit", "-q", "-m", "one")
    assert "m1-" in project.git("show", "--stat=200") and "husky9 pre-commit" in log.read_text()


def test_husky_is_given_up(build, log):
    """Where core.hooksPath is taken out, ours run, with what is in git's own folder; the next install moves there once the
    files of husky are gone.
    """
    project = build("repo", houses.husky9)
    hooking.install(str(project.path))
    project.git("config", "--unset", "core.hooksPath")
    assert hooking.install(str(project.path)).config == ".git/config"
    shutil.rmtree(project.path / ".husky")
    houses.executable(project.path / ".git" / "hooks" / "pre-commit", houses.SCRIPT)
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "one")
    assert "m1-" in project.git("show", "--stat=200") and "script pre-commit" in log.read_text()
    assert hooking.ailment(str(project.path)) is None and hooking.status(str(project.path)).are_in
    assert hooking.install(str(project.path)).config is None
    assert not inclusion.is_in(str(project.path / ".git" / "config"))
    assert hooking.ailment(str(project.path)) is None


def test_husky_is_installed_after_ours(build, log):
    """In a clone in which `npm install` has not been run yet ours go before the folder that it will set."""
    project = build("repo", houses.nothing)
    support.put(project.path / ".husky" / "pre-commit", houses.NOTE.format(who="husky9"))
    shutil.move(project.path / ".husky", project.path.parent / "later")
    assert hooking.install(str(project.path)).config is None
    shutil.move(project.path.parent / "later", project.path / ".husky")
    assert hooking.status(str(project.path)).are_in and hooking.ailment(str(project.path)) is None
    assert hooking.install(str(project.path)).are_in
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "m1-" in project.git("show", "--stat=200") and not log.exists()
    houses.npm_install(project)
    project.remember(2)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "m2-" in project.git("show", "--stat=200") and "husky9 pre-commit" in log.read_text()
    assert hooking.status(str(project.path)).are_in


def test_husky_comes_later(build, log):
    """Husky 9 set up over ours displaces them: that is told, and the next install goes before it."""
    project = build("repo", houses.nothing)
    hooking.install(str(project.path))
    houses.husky9(project)
    assert "core.hooksPath was set since" in hooking.ailment(str(project.path))[0]
    told = hooking.install(str(project.path))
    assert told.are_in and told.config == ".git/config" and told.tools == ("husky",)
    assert not (project.path / ".git" / "hooks" / "pre-commit").exists()


def test_the_framework_is_installed_again(build, log):
    """`pre-commit install` after ours runs ours first; `pre-commit uninstall` puts ours back; nothing runs twice."""
    project = build("repo", houses.plain)
    was = houses.snapshot(project)
    hooking.install(str(project.path))
    for step in (houses.framework_install, houses.framework_install, houses.framework_uninstall):
        step(project)
        log.unlink(missing_ok=True)
        project.remember(len(project.git("log", "--format=%h").split()))
        project.git("commit", "-q", "--allow-empty", "-m", "x")
        assert "agentmem: " not in project.git("status") and project.git("status", "--porcelain") == ""
        assert log.read_text().count("script pre-commit") == 1
        assert log.read_text().count("framework pre-commit") == (step is houses.framework_install)
        assert hooking.status(str(project.path)).are_in
    houses.framework_install(project)
    hooking.uninstall(str(project.path))
    assert (project.path / ".git/hooks/pre-commit.legacy").read_text() == houses.SCRIPT
    houses.framework_uninstall(project)
    assert houses.snapshot(project) == was


def test_another_tool_takes_the_place(build, log):
    """Lefthook moves what it finds aside and does not run it: that is told, and ours run again after the next install."""
    project = build("repo", houses.plain)
    hooking.install(str(project.path))
    folder = project.path / ".git" / "hooks"
    os.replace(folder / "pre-commit", folder / "pre-commit.old")
    houses.executable(folder / "pre-commit", "#!/bin/sh\n# lefthook\n" + houses.NOTE.format(who="lefthook"))
    assert hooking.ailment(str(project.path)) == ("lefthook has taken their place", "agentmem hooks install")
    told = hooking.install(str(project.path))
    assert told.are_in and "pre-commit.1" in told.notes[0] and "lefthook" in told.tools
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "lefthook pre-commit" in log.read_text() and "script pre-commit" not in log.read_text()
    assert "m1-" in project.git("show", "--stat=200")
    os.replace(folder / "pre-commit", folder / "pre-commit.old")
    shutil.copy(project.path / ".git" / hooks.BESIDE / "pre-commit", folder / "pre-commit")
    assert hooking.install(str(project.path)).notes == ()  # its own once more
    told = hooking.uninstall(str(project.path))
    assert "lefthook" in (folder / "pre-commit").read_text() and "pre-commit.1" in told.notes[0]


@pytest.mark.parametrize("size", [0, 3], ids=["no end", "end"])
def test_a_configuration_edited_meanwhile(build, log, size):
    """What others write into git's configuration while ours are there stays; a last line without an end has none again."""
    project = build("repo", houses.tracked)
    config = project.path / ".git" / "config"
    data = config.read_bytes().rstrip(b"\n") + b"\n" * bool(size)
    config.write_bytes(data)
    config.chmod(0o640)
    hooking.install(str(project.path))
    assert config.read_bytes() != data
    if size:
        project.git("config", "user.nick", "x")
        project.git("config", "core.editor", "vi")
    hooking.uninstall(str(project.path))
    if size:
        assert project.git("config", "user.nick") == "x\n" and project.git("config", "core.editor") == "vi\n"
        project.git("config", "--unset", "core.editor")
        project.git("config", "--unset", "user.nick")
    assert config.read_bytes() == data and config.stat().st_mode & 0o777 == 0o640


def test_a_folder_for_all_repositories(build, log, tmp_path, monkeypatch):
    """core.hooksPath in the user's own configuration: its folder is not touched, its hooks run, and other clones keep it."""
    project = build("repo", houses.nothing)
    folder = tmp_path / "global"
    houses.executable(folder / "pre-commit", houses.SCRIPT)
    support.put(tmp_path / "gitconfig", f'[core]\n\thooksPath = "{folder}"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert hooking.install(str(project.path)).are_in
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "script pre-commit" in log.read_text() and "m1-" in project.git("show", "--stat=200")
    assert os.listdir(folder) == ["pre-commit"]


def test_a_worktree_with_a_folder_of_its_own(build, log):
    """extensions.worktreeConfig: a worktree's own core.hooksPath is gone before too, and the others stay as they are."""
    project = build("repo", houses.plain)
    project.git("worktree", "add", "-q", "../other", "-b", "other")
    project.git("config", "extensions.worktreeConfig", "true")
    other = support.Project(project.path.parent / "other")
    houses.executable(other.path / "tools" / "pre-commit", houses.SCRIPT.replace("script", "tools"))
    other.git("config", "--worktree", "core.hooksPath", "tools")
    config = project.path / ".git/worktrees/other/config.worktree"
    was, snapshot = config.read_bytes(), houses.snapshot(project)
    hooking.install(str(project.path))
    assert hooking.install(str(other.path)).are_in and hooking.status(str(project.path)).are_in
    for number, one in enumerate((project, other), 1):
        one.remember(number)
        one.git("commit", "-q", "--allow-empty", "-m", "x")
        assert f"m{number}-" in one.git("show", "--stat=200")
    assert "tools pre-commit" in log.read_text() and "script pre-commit" in log.read_text()
    hooking.uninstall(str(project.path))
    assert config.read_bytes() == was and houses.snapshot(project) == snapshot


@pytest.mark.parametrize("house", [houses.plain, houses.tracked], ids=lambda house: house.__name__)
def test_a_clone_that_is_moved(build, log, house):
    """A repository that is moved, or seen elsewhere by a container, keeps the user's hooks; ours where no path is needed."""
    project = build("repo", house)
    hooking.install(str(project.path))
    moved = support.Project(project.path.rename(project.path.parent / "moved [x]*"))
    moved.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "script pre-commit" in log.read_text()
    assert hooking.install(str(moved.path)).are_in
    moved.remember(1)
    moved.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "m1-" in moved.git("show", "--stat=200")
    assert hooking.uninstall(str(moved.path)).notes == ()


def test_the_program_is_gone(build, log):
    """Where what the stub starts is not there, another on PATH is; without one git goes on, and so it does when Python fails."""
    project = build("repo", houses.nothing)
    place = hooks.where(str(project.path))
    project.remember(1)
    found = project.path.parent / "bin" / "agentmem"
    for start, code in (
        ("/no/such/agentmem", 0),
        (program(project, "exit 1"), 0),
        (program(project, "exit 70"), 0),
        (program(project, "kill -9 $$"), 0),
        (program(project, "exit 11"), 1),
    ):
        hooks.install(place, start)
        env = support.environment({"PATH": "/usr/bin:/bin"})
        words = ["git", "commit", "-q", "--allow-empty", "-m", "x"]
        done = subprocess.run(words, cwd=project.path, capture_output=True, check=False, env=env)
        assert done.returncode == code, (start, done)
    houses.executable(found, '#!/bin/sh\necho "found $*" >&2\n')
    hooks.install(place, "/no/such/agentmem")
    env = support.environment({"PATH": f"{found.parent}:/usr/bin:/bin"})
    done = subprocess.run(words, cwd=project.path, capture_output=True, check=False, env=env)
    assert b"found hook pre-commit --\n" in done.stderr
    assert "not there any more" in hooking.ailment(str(project.path))[0]


def program(project, what):
    """A program that does ``what``."""
    path = project.path.parent / f"fake {re.sub('[^0-9a-z]', '', what)}"
    houses.executable(path, f"#!/bin/sh\n{what}\n")
    return f"'{path}'"


def test_several_at_once(build, log):
    """Agents that install at the same moment put each hook there once, before none of ours."""
    project = build("repo", houses.plain)
    was = houses.snapshot(project)
    running = [support.start("hooks", "install", cwd=project.path) for _ in range(4)]
    assert [one.wait() for one in running] == [0] * 4
    for one in running:
        one.communicate()
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert log.read_text().count("script pre-commit\n") == 1 and "m1-" in project.git("show", "--stat=200")
    project.ok("hooks", "uninstall")
    assert houses.snapshot(project) == was


def test_a_copy_of_our_stub_among_the_users_hooks(build, log):
    """Who copies our stub to where the user's hooks lie gets an end all the same, and the commit."""
    project = build("repo", houses.tracked)
    hooking.install(str(project.path))
    shutil.copy(project.path / ".git/agentmem/hooks/pre-commit", project.path / "tools/git hooks/pre-commit")
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "m1-" in project.git("show", "--stat=200")


@pytest.mark.parametrize("house", [houses.plain, houses.husky9], ids=lambda house: house.__name__)
def test_killed_while_installing(build, log, house):
    """Whoever kills an install at any step leaves the user's hooks running; the next one ends it, and uninstall restores all."""
    project = build("repo", house)
    was = houses.snapshot(project)
    steps = ("link", "rename", "replace", "symlink", "makedirs", "chmod", "fsync")
    for at in range(1, 90, 3):
        left = [at]

        def counted(function, left=left):
            def step(*words, **named):
                left[0] -= 1
                if not left[0]:
                    raise KeyboardInterrupt
                return function(*words, **named)

            return step

        with pytest.MonkeyPatch.context() as patch:
            for name in steps:
                patch.setattr(os, name, counted(getattr(os, name)))
            try:
                hooking.install(str(project.path))
            except KeyboardInterrupt:
                pass
        if at % 4 == 1:
            log.unlink(missing_ok=True)
            project.git("commit", "-q", "--allow-empty", "-m", "x")
            assert log.read_text().count(" pre-commit\n") == 1
        assert hooking.install(str(project.path)).are_in
        hooking.uninstall(str(project.path))
        assert houses.snapshot(project) == was
        if left[0] > 0:
            break
    assert left[0] > 0


def test_hooks_that_are_off(build, log, monkeypatch):
    """AGENTMEM_HOOKS=off leaves ours out of one command; core.hooksPath=/dev/null, which turns hooks off, init respects."""
    project = build("repo", houses.plain)
    project.ok("init")
    project.remember(1)
    monkeypatch.setenv("AGENTMEM_HOOKS", "off")
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "script pre-commit" in log.read_text() and "m1-" not in project.git("show", "--stat=200")
    monkeypatch.delenv("AGENTMEM_HOOKS")
    assert hooking.uninstall(str(project.path)).done == "uninstalled"
    project.git("config", "core.hooksPath", "/dev/null")
    assert hooking.install(str(project.path), unasked=True).done == "off"
    assert hooking.install(str(project.path)).are_in


def test_init(build, log):
    """`init` installs them and says so; who declines is not asked again; a read-only git dir is a note."""
    project = build("repo", houses.husky9)
    line = f"hooks   {' '.join(stubs.OURS)}, after your husky ones"
    assert line in project.ok("init").splitlines()
    assert project.json("init")["hooks"] == "kept"
    project.ok("hooks", "uninstall")
    assert project.json("init")["hooks"] == "declined"
    assert "declined" in project.ok("init") and project.ok("doctor") == "all is well\n"
    project.ok("hooks", "install")
    assert project.json("init")["hooks"] == "kept"
    project.ok("hooks", "uninstall")
    (project.path / ".git" / "agentmem" / hooking.NO_MARK).unlink()
    with support.read_only(project.path / ".git"):
        ran = project.call("init")
        assert ran.code == 0 and "note: no hooks: cannot write" in ran.err
        refused = project.call("hooks", "install")
        assert refused.code == 3 and refused.err.count("\n") == 2 and "allow writes to" in refused.err


def test_where_there_is_nothing_to_hook(repo, new_repository, tmp_path, log):
    """Outside of a repository and in a bare one that is said; in a worktree of a bare one they are installed for all of those."""
    for words in (("install",), ("uninstall",), ("status",)):
        ran = repo.call("hooks", *words, cwd=tmp_path)
        assert (ran.code, ran.err.splitlines()[1]) == (3, "hint: git init")
    repo.ok("init", "--no-hooks")
    repo.commit()
    support.git(tmp_path, "clone", "-q", "--bare", "repo", "bare.git")
    ran = repo.call("hooks", "install", cwd=tmp_path / "bare.git")
    assert ran.code == 3 and "no worktree" in ran.err
    support.git(tmp_path / "bare.git", "worktree", "add", "-q", "../wörk tree", "-b", "x")
    project = support.Project(tmp_path / "wörk tree")
    project.ok("hooks", "install")
    project.remember(1)
    project.git("commit", "-q", "--allow-empty", "-m", "x")
    assert "m1-" in project.git("show", "--stat=200") and project.git("status", "--porcelain") == ""


def test_init_without(repo):
    """`init --no-hooks` installs none, and doctor does not ask for them."""
    repo.ok("init", "--no-hooks")
    assert repo.ok("hooks").startswith("hooks   none\n")
    assert repo.ok("doctor") == "all is well\n"
    assert repo.json("hooks")["done"] is None


def python_gone(project):
    """The environment of what hooks start has lost its Python."""
    program = str(project.path / ".git/agentmem-of-old")
    houses.executable(project.path / ".git/agentmem-of-old", "#!/nowhere/python3 -P\n")
    for path in (project.path / ".git/hooks").iterdir():
        text = path.read_text(errors="replace") if path.is_file() else ""
        if "agentmem git hook" in text:
            old = re.search(r"^if test -x (.+); then$", text, re.MULTILINE)
            started = re.search(r"^    (.+) hook ", text, re.MULTILINE)
            path.write_text(text.replace(started[1], program).replace(old[1], program))


def test_where_ours_never_were_nothing_is_displaced(build, log):
    """A hook of the user's in the place of one of ours has taken nothing, before we were there and after we went."""
    project = build("repo", houses.plain)
    for words in ((), ("install", "uninstall")):
        for word in words:
            project.ok("hooks", word)
        assert "displaced" not in project.ok("hooks")
        assert {hook["state"] for hook in project.json("hooks")["hooks"]} == {"missing"}


def test_a_file_that_git_does_not_start_is_no_hook(build, log):
    """Without the right to be executed it is not among those that are installed, until it is put in its place again."""
    project = build("repo", houses.plain)
    project.ok("hooks", "install")
    (project.path / ".git/hooks/pre-commit").chmod(0o644)
    told = project.ok("hooks")
    assert "pre-commit: git does not start it" in told and "hooks   prepare-commit-msg" in told
    project.ok("hooks", "install")
    assert hooking.status(str(project.path)).are_in


@pytest.mark.parametrize("how", ["install", "uninstall"])
def test_lines_of_the_users_in_our_stub_are_kept(build, log, how):
    """It is written anew as a whole, or goes, and a copy with what was put into it stays beside it and is named."""
    project = build("repo", houses.plain)
    project.ok("hooks", "install")
    stub = project.path / ".git/hooks/pre-commit"
    mine = stub.read_text().replace("#!/bin/sh\n", "#!/bin/sh\necho mine\n")
    stub.write_text(mine)
    assert "pre-commit had lines that are not ours: it is kept beside it as pre-commit.1" in project.ok(
        "hooks", how
    )
    assert (project.path / ".git/hooks/pre-commit.1").read_text() == mine
    again = project.ok("hooks", how)
    assert "not ours" not in again and not (project.path / ".git/hooks/pre-commit.2").exists()


def test_doctor_says_what_mends(build, log):
    """Of hooks that are not there, of an older version, or displaced, doctor says so with the command that mends it."""
    project = build("repo", houses.plain)
    for spoil, said in (
        (lambda: None, "not installed in this clone"),
        (lambda: older(project), "of an older version"),
        (lambda: (project.path / ".git/hooks/pre-push").unlink(), "not there: pre-push"),
        (lambda: (project.path / ".git/hooks/pre-push").chmod(0o644), "git does not start them"),
        (lambda: python_gone(project), "they start an agentmem that is not there any more"),
        (lambda: houses.husky9(project), "core.hooksPath was set since"),
    ):
        spoil()
        told = project.ok("doctor")
        assert said in told and "\n  agentmem hooks install\n" in told
        project.ok("hooks", "install")
        assert "hooks:" not in project.call("doctor").out
