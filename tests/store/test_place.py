"""Where the store is found, and that everything works in every kind of repository and folder."""

import os
import shutil
import subprocess

import pytest

from tests import support
from tests.support import Project

TITLE = "The zebra crossing"


def works(project, *options, again=False):
    """Add, list, recall, show, edit and status work here; the memory's id. ``again``: what was retracted word for word."""
    added = project.json(
        "add", "fact", TITLE, "--body", "Stripes.", *(("--force",) if again else ()), *options
    )
    name = added["id"]
    assert TITLE in project.titles(*options)
    assert name in project.found("zebra stripes", *options)
    project.ok("edit", name, "--set", "tags+=road", *options)
    assert project.json("show", name, *options)["memories"][0]["tags"] == ["road"]
    project.ok("status", *options)
    project.ok("check", *options)
    return name


def test_nested_folders(store):
    """The store is found from any folder below it, and paths given there are meant from there."""
    deep = store.path / "server" / "src"
    support.put(deep / "queue.ts", "x")
    project = Project(deep)
    works(project)
    added = project.json("add", "fact", "Another thing", "--scope", "server/src/queue.ts")
    assert {one["id"] for one in project.json("list", "--file", "queue.ts")["memories"]} == {added["id"]}
    assert {one["id"] for one in project.json("list", "--file", "./../src/queue.ts")["memories"]} == {
        added["id"]
    }
    assert project.call("list", "--file", "../../../x").code == 2


def test_inside_the_store_itself(store):
    """Commands work from within the store's own folders."""
    name = works(Project(store.store))
    folder = Project(store.store / "facts")
    folder.ok("retract", name, "--reason", "again")
    works(folder, again=True)


def test_the_nearest_store_wins(store):
    """A store in a subfolder of the repository is the one that is used below it."""
    store.ok("add", "fact", "At the top")
    inner = store.path / "packages" / "one"
    inner.mkdir(parents=True)
    Project(inner).ok("init", "--store", ".agentmem")
    assert Project(inner).titles() == set()
    works(Project(inner))
    store.commit()
    assert Project(inner).titles() == {TITLE}
    assert store.titles() == {"At the top"}


def test_c_option(store, call, tmp_path):
    """`-C DIR` works from outside, before and after the verb."""
    store.ok("add", "fact", TITLE)
    for words in (
        ("-C", "repo", "list", "--json"),
        ("list", "-C", "repo", "--json"),
        ("--json", "list", "-C", str(store.path)),
    ):
        assert [one["title"] for one in call(*words, cwd=tmp_path).json["memories"]] == [TITLE]
    assert call("-C", "nowhere", "list", cwd=tmp_path).code == 3


def test_store_option(store, tmp_path):
    """`--store DIR` names another folder, whose memories alone are used; its paths resolve against the repository."""
    other = store.path / "docs" / "memory"
    store.ok("init", "--store", "docs/memory")
    assert (other / "config.toml").exists()
    works(store, "--store", "docs/memory")
    assert store.titles() == set()
    store.commit()
    assert store.titles("--store", "docs/memory") == {TITLE}
    assert store.json("list", "--store", "docs/memory")["memories"][0]["path"].startswith("memory/facts/")
    refused = store.call("list", "--store", "nowhere")
    assert refused.code == 3


def test_outside_any_repository(call, tmp_path):
    """Where there is no repository every verb exits 3 and says so."""
    for words in (
        ("list",),
        ("recall", "x"),
        ("add", "fact", "x"),
        ("init",),
        ("status",),
        ("check",),
        ("show", "7k3m9q"),
    ):
        done = call(*words, cwd=tmp_path)
        assert done.code == 3, (words, done)
        assert "no git repository" in done.err
        assert "git init" in done.err


def test_no_store(repo):
    """In a repository without a store every verb exits 3 and says how to make one."""
    for words in (
        ("list",),
        ("recall", "x"),
        ("add", "fact", "x"),
        ("status",),
        ("check",),
        ("index", "status"),
    ):
        done = repo.call(*words)
        assert (done.code, done.err) == (
            3,
            f"error: no .agentmem/ in {repo.path} or above\nhint: agentmem init\n",
        )


def test_init_twice_changes_nothing(store):
    """A second `init` keeps every file as it is."""
    store.write("config.toml", 'trunk = "develop"\n')
    before = {path: path.read_bytes() for path in store.store.rglob("*") if path.is_file()}
    store.ok("init")
    assert {path: path.read_bytes() for path in store.store.rglob("*") if path.is_file()} == before


def test_init_from_a_nested_folder(repo):
    """`init` makes the store at the repository's top, wherever it is called."""
    (repo.path / "a" / "b").mkdir(parents=True)
    Project(repo.path / "a" / "b").ok("init")
    assert (repo.path / ".agentmem" / "config.toml").exists()
    assert not (repo.path / "a" / "b" / ".agentmem").exists()


def test_no_commit_yet(repo):
    """Everything works before the first commit."""
    repo.ok("init")
    works(repo)
    repo.commit()
    assert repo.titles() == {TITLE}


def test_detached_head(store):
    """On a detached HEAD reading works and says where it is; writing works for the branch that is named."""
    store.ok("add", "fact", TITLE)
    store.commit()
    store.git("switch", "-q", "--detach")
    assert store.titles() == {TITLE}
    assert "detached HEAD" in store.ok("status")
    path = store.json("add", "fact", "Another", "--branch", "feature/x")["path"]
    assert "branch: feature/x" in (store.path / path).read_text()


def test_a_worktree(store, tmp_path):
    """A second worktree has its own memories and shares the caches."""
    store.ok("add", "fact", TITLE)
    store.commit()
    store.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "wt"))
    other = Project(tmp_path / "wt")
    assert other.titles() == {TITLE}
    other.ok("add", "fact", "Only there", "--body", "On the side.")
    assert other.titles() == {TITLE, "Only there"}
    assert store.titles() == {TITLE}
    assert not (tmp_path / "wt" / ".git").is_dir()
    assert other.json("list")["view"]["branch"] == "side"


def test_a_worktree_that_was_moved(store, tmp_path):
    """A worktree that git has moved goes on working."""
    store.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "wt"))
    Project(tmp_path / "wt").ok("add", "fact", TITLE)
    store.git("worktree", "move", str(tmp_path / "wt"), str(tmp_path / "elsewhere"))
    assert Project(tmp_path / "elsewhere").titles() == {TITLE}


def test_a_submodule_has_its_own(store, new_repository):
    """A submodule's store is its own; one without does not write into the repository around it."""
    inner = new_repository("inner")
    inner.commit()
    store.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    store.commit()
    sub = Project(store.path / "sub")
    store.ok("add", "fact", "Outside")
    assert sub.call("list").code == 3
    sub.ok("init")
    works(sub)
    assert sub.titles() == {TITLE}
    assert store.titles() == {"Outside"}


def test_a_submodule_with_a_store_does_not_leak(store, new_repository):
    """The memories of a submodule are not those of the repository around it."""
    inner = new_repository("inner")
    inner.ok("init")
    inner.ok("add", "fact", "Inside")
    inner.commit()
    store.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    store.commit()
    assert Project(store.path / "sub").titles() == {"Inside"}
    assert store.titles() == set()


def test_git_dir_from_outside(store, tmp_path):
    """In a git hook, where GIT_DIR and GIT_INDEX_FILE are set, the same store is used."""
    store.ok("add", "fact", TITLE)
    store.commit()
    hook = {"GIT_DIR": ".git", "GIT_INDEX_FILE": str(store.path / ".git" / "index"), "GIT_PREFIX": ""}
    assert [one["title"] for one in store.run("list", "--json", env=hook).json["memories"]] == [TITLE]
    assert store.run("add", "fact", "From a hook", env=hook).code == 0
    assert store.titles() == {TITLE, "From a hook"}


def test_in_a_real_hook(store):
    """A pre-commit hook that reads memories sees those of its repository, in a partial commit too."""
    store.ok("add", "fact", TITLE)
    store.commit()
    words = " ".join(f"'{word}'" for word in support.command("list", "--format", "json"))
    hook = support.put(store.path / ".git" / "hooks" / "pre-commit", f"#!/bin/sh\n{words} > hook.json\n")
    hook.chmod(0o755)
    for name in ("a.txt", "b.txt"):
        support.put(store.path / name, "x")
    store.git("add", "a.txt", "b.txt")
    subprocess.run(
        ["git", "commit", "-q", "-m", "x", "a.txt"], cwd=store.path, env=support.environment(), check=True
    )
    assert TITLE in (store.path / "hook.json").read_text()


def test_git_dir_of_another_repository(store, new_repository):
    """From a hook of one repository `-C` reads another one as it is."""
    other = new_repository("other")
    other.ok("init")
    other.ok("add", "fact", "Of the other")
    other.commit()
    store.ok("add", "fact", TITLE)
    store.commit()
    hook = {"GIT_DIR": str(store.path / ".git"), "GIT_INDEX_FILE": str(store.path / ".git" / "index")}
    done = store.run("-C", str(other.path), "list", "--json", env=hook)
    assert done.code == 0, done.err
    assert [one["title"] for one in done.json["memories"]] == ["Of the other"]


def test_a_separate_git_dir(tmp_path, new_repository):
    """A repository whose git dir is elsewhere works, and the caches are there."""
    project = new_repository("work", f"--separate-git-dir={tmp_path / 'elsewhere.git'}")
    project.ok("init")
    works(project)
    assert (tmp_path / "elsewhere.git" / "agentmem").is_dir()


@pytest.mark.parametrize("target", ["inside", "outside"])
def test_a_linked_store_is_refused(repo, tmp_path, target):
    """A store that is a link is refused, with reading and writing, since it may lead out of the repository."""
    folder = (repo.path if target == "inside" else tmp_path) / "real"
    (folder / "facts").mkdir(parents=True)
    repo.store.symlink_to(folder)
    for words in (("list",), ("add", "fact", "x"), ("init",), ("check",)):
        done = repo.call(*words)
        assert done.code == 3, done
        assert "link" in done.err
    assert repo.call("list", "--store", ".agentmem").code == 3
    assert list((folder / "facts").iterdir()) == []


def test_a_linked_kind_folder_is_not_written_through(store, tmp_path):
    """`add` does not write through a kind's folder that is a link out of the store."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (store.store / "facts").symlink_to(outside)
    done = store.call("add", "fact", TITLE)
    assert list(outside.iterdir()) == []
    assert done.code == 3
    assert "link" in done.err


def test_a_linked_memory_is_not_edited_through(store, tmp_path):
    """`edit` changes nothing outside of the store through a link."""
    outside = support.put(tmp_path / "outside.md", support.memory("7k3m9qwpdx2v"))
    (store.store / "facts").mkdir()
    (store.store / "facts" / "a.md").symlink_to(outside)
    before = outside.read_bytes()
    assert store.call("edit", "7k3m9q", "--set", "title=Other").code == 2
    assert outside.read_bytes() == before


def test_a_file_in_the_place_of_the_store(repo):
    """A file named .agentmem is no store, and `init` does not touch it."""
    repo.store.write_text("mine")
    assert repo.call("list").code == 3
    assert repo.call("init").code == 3
    assert repo.store.read_text() == "mine"


def test_a_bare_clone(store, tmp_path):
    """A bare clone answers from HEAD, and a write is refused with exit 3."""
    for number in range(30):
        store.remember(number)
    store.ok("add", "fact", TITLE, "--body", "Stripes.")
    store.commit()
    store.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    bare = Project(tmp_path / "bare.git")
    assert TITLE in bare.titles("--limit", "0")
    assert bare.found("zebra stripes")
    assert bare.json("status")["uncommitted"] == 0
    for words in (
        ("add", "fact", "x"),
        ("edit", support.identity(3), "--set", "importance=5"),
        ("retract", support.identity(3), "--reason", "x"),
    ):
        done = bare.call(*words)
        assert done.code == 3, done
    assert bare.call("init").code == 3


def test_sparse_checkout_without_the_store(store, tmp_path):
    """Where a sparse checkout excludes the store it is read from git, and a write is refused with exit 3."""
    support.put(store.path / "src" / "a.txt", "x")
    store.ok("add", "fact", TITLE, "--body", "Stripes.")
    store.commit()
    store.git("sparse-checkout", "set", "--no-cone", "/src/")
    assert not store.store.exists()
    assert store.titles() == {TITLE}
    assert store.found("zebra stripes")
    assert "src" in os.listdir(store.path)
    done = store.call("add", "fact", "x")
    assert done.code == 3
    assert "sparse" in done.err
    assert not store.store.exists()
    assert store.json("status")["uncommitted"] == 0
    assert Project(store.path / "src").titles() == {TITLE}


def test_sparse_checkout_without_some_folders(store):
    """Memories that a sparse checkout excludes are read from git, beside those that are there."""
    store.ok("add", "fact", TITLE)
    store.ok("add", "decision", "We use stripes")
    store.commit()
    store.git("sparse-checkout", "set", "--no-cone", "/*", "!/.agentmem/facts/")
    assert not (store.store / "facts").exists()
    assert store.titles() == {TITLE, "We use stripes"}


def test_check_reads_what_a_sparse_checkout_leaves_out(store):
    """The rules judge what is kept in git alone too, by the configuration there, beside what is in the worktree."""
    support.put(store.path / "src" / "a.txt", "x")
    config = store.store / "config.toml"
    config.write_text(config.read_text() + '\n[check]\ncite-missing = "error"\n')
    store.write(
        "facts/key.md",
        f"---\nid: {support.identity(1)}\nkind: fact\ntitle: A key\n---\nAKIA{'Q3EGRZX7'}PLM2KTWD\n",
    )
    store.write("facts/broken.md", "---\nid: [\n---\n")
    store.remember(2, kind="decision")
    store.commit()
    whole = store.call("check", "--json")
    assert whole.code == 1 and whole.json["counts"]["error"] == 3 and whole.json["counts"]["memories"] == 2
    for patterns in (
        ("--cone", "src", ".agentmem/decisions"),
        ("--no-cone", "/src/", "/.agentmem/decisions/"),
    ):
        store.git("sparse-checkout", "set", *patterns)
        assert not (store.store / "facts").exists() and (store.store / "decisions").exists()
        assert config.exists() == (patterns[0] == "--cone")
        assert store.call("check", "--json") == whole, patterns
    # what is there all the same counts as it stands there, and what was taken away is gone
    store.git("sparse-checkout", "set", "--cone", "src", ".agentmem/decisions")
    store.write("facts/broken.md", support.memory(support.identity(3)))
    (store.store / "decisions" / f"m2-{support.identity(2)}.md").unlink()
    now = store.json("check", "--only", "broken-file")
    assert now["findings"] == [] and now["counts"]["memories"] == 2


def test_check_fix_tells_no_more_than_it_wrote(store):
    """A file that a sparse checkout leaves out is not mended, and not said to be."""
    store.write("facts/plain.md", "# A plain note\n\nText.\n")
    store.remember(2, kind="decision")
    store.commit()
    store.git("sparse-checkout", "set", "--cone", ".agentmem/decisions")
    assert store.json("check", "--fix")["mended"] == []
    store.git("sparse-checkout", "disable")
    assert store.json("check", "--fix")["mended"] == [".agentmem/facts/plain.md"]


def test_shallow_clone(store, tmp_path):
    """A shallow clone has all the memories of its tip."""
    for number in range(3):
        store.remember(number)
        store.commit()
    support.git(tmp_path, "clone", "-q", "--depth", "1", f"file://{store.path}", "shallow")
    clone = Project(tmp_path / "shallow")
    assert clone.titles() == store.titles()
    works(clone)


def test_a_sha256_repository(new_repository):
    """A repository of SHA-256 works, cached and not, and blob ids are git's."""
    project = new_repository("sha256", "--object-format=sha256")
    project.ok("init")
    for number in range(230):
        project.remember(number)
    name = works(project)
    project.commit()
    for _ in range(2):
        assert len(project.titles("--limit", "0")) == 231
    one = project.json("show", name)["memories"][0]
    assert one["blob"] == project.git("hash-object", one["path"]).strip()
    assert len(one["blob"]) == 64
    project.remember(3, title="Changed by hand")
    assert "Changed by hand" in project.titles("--limit", "0")
    assert project.json("index", "status")["indexed_total"] >= 231


def test_autocrlf(store):
    """With core.autocrlf=true bytes stay as they are: blob ids are git's, CRLF files are read, edits keep their line ends."""
    store.git("config", "core.autocrlf", "true")
    crlf = support.memory("7k3m9qwpdx2v", title=TITLE, body="One.\nTwo.").replace("\n", "\r\n")
    path = store.write("facts/crlf.md", crlf)
    lf = store.write("facts/lf.md", support.memory("p2v8rr41c0zd", title="With LF"))
    assert store.titles() == {TITLE, "With LF"}
    before = {one["id"]: one["blob"] for one in store.json("list")["memories"]}
    store.commit()
    assert store.git("status", "--porcelain") == ""
    after = {one["id"]: one["blob"] for one in store.json("list")["memories"]}
    assert after == before
    assert store.git("rev-parse", "HEAD:.agentmem/facts/crlf.md").strip() == before["7k3m9qwpdx2v"]
    path.unlink()
    lf.unlink()
    store.git("checkout", "-q", "--", ".agentmem")
    assert path.read_bytes() == crlf.encode()
    assert b"\r" not in lf.read_bytes()
    store.ok("edit", "7k3m9q", "--set", "tags+=road")
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert store.json("show", "7k3m9q")["memories"][0]["text"] == "One.\nTwo."
    assert store.json("status")["uncommitted"] == 1


def test_a_gitattributes_of_the_project(store):
    """Attributes of the project that would convert or filter files do not reach the memories."""
    support.put(store.path / ".gitattributes", "* text=auto eol=crlf\n*.md text eol=crlf ident\n")
    text = support.memory("7k3m9qwpdx2v", title=TITLE, body="$Id$ stays.")
    path = store.write("facts/a.md", text)
    store.commit()
    path.unlink()
    store.git("checkout", "-q", "--", ".agentmem")
    assert path.read_bytes() == text.encode()
    assert store.git("status", "--porcelain") == ""


KINDS = (
    "fact",
    "decision",
    "convention",
    "procedure",
    "deadend",
    "reflection",
    "entity",
    "plan",
    "task",
    "log",
)


def test_a_gitignore_of_the_project_hides_no_memory(repo):
    """A root .gitignore of log/, build/, plan* and *.md hides no memory from `git add -A`."""
    support.put(repo.path / ".gitignore", "log/\nbuild/\nplan*\n*.md\ntasks/\n/facts\n*-a-*\n")
    repo.ok("init")
    paths = set()
    for kind in KINDS:
        for title in ("plan of a build", "build/log: plan"):
            paths.add(repo.json("add", kind, title, "--force", "--body", kind)["path"])
    repo.write("facts/build/deep.md", support.memory("7k3m9qwpdx2v"))
    repo.write("plans/plan-b/x.md", "# A plan\n")
    paths |= {".agentmem/facts/build/deep.md", ".agentmem/plans/plan-b/x.md"}
    assert len(paths) == 22
    ignored = repo.git("status", "--ignored", "--porcelain", "-uall").splitlines()
    assert [line for line in ignored if line.startswith("!!") and ".agentmem" in line] == []
    repo.git("add", "-A")
    assert paths <= set(repo.git("ls-files", ".agentmem").splitlines())
    repo.git("commit", "-q", "-m", "x")
    assert repo.git("status", "--porcelain") == ""
    assert len(repo.json("list", "--limit", "0")["memories"]) == 22


def test_init_says_when_the_store_itself_is_ignored(repo):
    """Where a .gitignore hides the store's folder itself, which no file inside can undo, `init` says so."""
    support.put(repo.path / ".gitignore", ".agentmem/\n")
    assert '.gitignore:1 ".agentmem/" hides the store from git' in repo.ok("init")


def test_temporary_files_are_ignored(store):
    """What a killed writer leaves behind is not staged by `git add -A`, and is no memory."""
    store.write("facts/.tmp-123-abc", "half")
    store.write("facts/.tmp-123-abc.md", "# half\n")
    assert store.titles() == set()
    store.git("add", "-A")
    assert store.git("diff", "--cached", "--name-only") == ""


REPOSITORIES = [
    "with space",
    "new\nline",
    "größe-队列-🦀",
    "-rf",
    "a'b\"c",
    "$(touch pwned)",
    "tab\there",
    "[a-z]*?",
    "back\\slash",
    " lead",
    "x;y&z|w",
    "%s%n",
    ":(glob)x",
]


@pytest.mark.parametrize("name", REPOSITORIES)
def test_repository_paths_of_any_name(new_repository, name):
    """A repository at a path with blanks, newlines, quotes, globs or other scripts works throughout."""
    project = new_repository(f"{name}/repo")
    project.ok("init")
    found = works(project)
    project.commit()
    assert project.titles() == {TITLE}
    project.ok("add", "fact", "A second thing", "--commit")
    assert project.git("status", "--porcelain") == ""
    project.git("rm", "-q", "-r", ".agentmem/facts")
    project.git("commit", "-q", "-m", "gone")
    project.ok("restore", found)
    assert project.titles() == {TITLE}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_stores_in_a_subfolder_of_any_name(store, name):
    """A store in a subfolder with such a name works too, with git's history of it."""
    inner = Project(store.path / name / "part")
    inner.path.mkdir(parents=True)
    inner.ok("init", "--store", ".agentmem")
    found = works(inner)
    store.commit()
    assert inner.titles() == {TITLE}
    inner.ok("add", "fact", "A second thing", "--commit")
    store.git("rm", "-q", "-r", "--", f":(literal){name}/part/.agentmem/facts")
    store.git("commit", "-q", "-m", "gone")
    inner.ok("restore", found)
    assert inner.titles() == {TITLE}


FILES = [
    "with space.md",
    "new\nline.md",
    "größe-队列-🦀.md",
    "-rf.md",
    "a'b\"c.md",
    "$(x).md",
    "tab\t.md",
    "[a]*?.md",
    "back\\slash.md",
    " .md",
    ".md",
    ".hidden.md",
    "x.y.md",
    "\u202etxt.md",
    "UPPER.md",
    "\x1b[31m.md",
    "\x7f.md",
    "a" * 200 + ".md",
]


@pytest.mark.parametrize("committed", [False, True])
def test_memory_files_of_any_name(store, committed):
    """Memory files with any name are found, shown and edited, tracked or not, and never shown raw."""
    ids = {}
    for number, name in enumerate(FILES):
        ids[support.identity(number)] = name
        store.write(f"facts/{name}", support.memory(support.identity(number), title=f"zebra {number}"))
    if committed:
        store.commit()
    assert {one["id"] for one in store.json("list", "--limit", "0")["memories"]} == set(ids)
    assert set(store.found("zebra", "--limit", "0")) == set(ids)
    for name in ids:
        shown = store.ok("show", name)
        assert not set(shown) & set("\x1b\x7f\u202e\t")
        assert shown.count("\n") == 5, shown
        store.ok("edit", name, "--set", "tags+=x")
    assert {one["id"] for one in store.json("list", "--tag", "x", "--limit", "0")["memories"]} == set(ids)
    out = store.call("check").out
    assert not set(out) & set("\x1b\x7f\u202e\t")


@pytest.mark.parametrize("committed", [False, True])
def test_a_file_name_that_is_no_utf8(store, committed):
    """A file whose name is no UTF-8 is a memory, and hides no other."""
    try:
        os.makedirs(os.fsencode(store.store) + b"/facts")
        with open(os.fsencode(store.store) + b"/facts/b\xff\xfe.md", "wb") as file:
            file.write(support.memory("7k3m9qwpdx2v", title=TITLE).encode())
        with open(os.fsencode(store.store) + b"/facts/c\xff.md", "wb") as file:
            file.write(b"# Without an id\n")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    if committed:
        store.commit()
    assert store.titles() == {TITLE, "Without an id"}
    assert len(store.found("zebra")) == 1
    for words in (
        ("show", "7k3m9q"),
        ("edit", "7k3m9q", "--set", "tags+=x"),
        ("check",),
        ("status",),
        ("recall", "zebra"),
    ):
        done = store.run(*words)
        assert done.code == 0, (words, done)


def test_a_title_of_glob_characters_is_committed(store):
    """`--commit` and `--stage` take the memory alone, whatever its title and whatever else is staged or changed."""
    support.put(store.path / "other.txt", "x")
    support.put(store.path / "staged.txt", "x")
    store.git("add", "staged.txt")
    store.ok("add", "fact", "*[a-z]? :(glob)**", "--commit")
    assert store.git("status", "--porcelain") == "A  staged.txt\n?? other.txt\n"
    store.ok("add", "fact", "Staged alone", "--stage")
    assert sorted(store.git("diff", "--cached", "--name-only").splitlines())[1:] == ["staged.txt"]
    assert len(store.git("show", "--name-only", "--format=", "HEAD").splitlines()) == 1


def test_writes_leave_the_git_index_alone(store):
    """add, edit and retract change neither git's index nor HEAD, and need no git lock."""
    support.put(store.path / ".git" / "index.lock", "")
    head, index = store.git("rev-parse", "HEAD"), (store.path / ".git" / "index").read_bytes()
    name = works(store)
    store.ok("retract", name, "--reason", "x")
    assert (store.path / ".git" / "index").read_bytes() == index
    assert store.git("rev-parse", "HEAD") == head


def test_reading_changes_nothing(store):
    """Reading leaves worktree, git index and refs exactly as they were."""
    for number in range(230):
        store.remember(number)

    def state():
        files = {
            path: (path.stat().st_mtime_ns, path.read_bytes())
            for path in store.path.rglob("*")
            if path.is_file()
        }
        return {path: value for path, value in files.items() if "/.git/agentmem/" not in str(path)}

    before = state()
    for words in (
        ("list",),
        ("recall", "worker"),
        ("show", support.identity(3)),
        ("status",),
        ("check",),
        ("index", "status"),
        ("export", "jsonl"),
    ):
        store.ok(*words)
    assert state() == before


def test_restore_from_history(store):
    """A memory whose deletion was committed comes back byte for byte."""
    name = store.json("add", "fact", TITLE, "--body", "Stripes.")["id"]
    store.commit()
    (path,) = store.store.rglob(f"*{name}.md")
    text = path.read_bytes()
    path.unlink()
    store.commit("gone")
    store.ok("restore", name[:6])
    assert path.read_bytes() == text


def test_restore_what_was_deleted_and_not_committed(store):
    """A memory whose file was deleted a moment ago, with no commit since, comes back byte for byte."""
    name = store.json("add", "fact", TITLE, "--body", "Stripes.")["id"]
    store.commit()
    (path,) = store.store.rglob(f"*{name}.md")
    text = path.read_bytes()
    path.unlink()
    store.ok("restore", name)
    assert path.read_bytes() == text


def test_restore_takes_no_word_of_a_title_for_an_id(store):
    """What stands in another memory's file name is no id: `restore` does not bring back whatever matches."""
    store.write("facts/retry-with-backoff-7k3m9qwpdx2v.md", support.memory("7k3m9qwpdx2v"))
    store.commit()
    store.git("rm", "-q", "-r", ".agentmem/facts")
    store.git("commit", "-q", "-m", "gone")
    assert store.call("restore", "retry").code == 2
    assert store.titles() == set()


def test_restore_follows_a_renamed_file(store):
    """A memory whose file a person had renamed, without its id, comes back too."""
    store.write("facts/renamed.md", support.memory("7k3m9qwpdx2v", title=TITLE))
    store.commit()
    store.git("rm", "-q", ".agentmem/facts/renamed.md")
    store.git("commit", "-q", "-m", "gone")
    store.ok("restore", "7k3m9qwpdx2v")
    assert store.titles() == {TITLE}


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("HEAD", "it has no HEAD"),
        ("HEAD=", "its HEAD is empty"),
        ("objects", "it has no objects"),
        ("config=[broken", "bad config line "),
    ],
)
@pytest.mark.parametrize("words", [["list"], ["doctor"], ["init"], ["hooks", "status"], ["status"]])
def test_a_damaged_repository(store, words, lost, said):
    """It is there, so that git init is not what it needs: that would put HEAD on another branch."""
    name, writes, text = lost.partition("=")
    path = store.path / ".git" / name
    if writes:
        path.write_text(text)
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    done = store.call(*words)
    git_dir = store.path / ".git"
    assert done.code == 3
    assert done.err.startswith(f"error: {git_dir} is there, and git cannot use it: {said}")
    assert done.err.splitlines()[1].startswith(f"hint: ls -lA {git_dir} ")
    assert "git init" not in done.err


def test_an_empty_folder_of_that_name_is_no_repository(call, tmp_path):
    """Nothing was in it."""
    (tmp_path / ".git").mkdir()
    assert "hint: git init" in call("list", cwd=tmp_path).err
