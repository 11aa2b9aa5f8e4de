"""Citing: what a person may name, in whatever file, folder and repository; and what is kept of it."""

import json

import pytest

from tests.evidence.support import (
    CODE,
    OTHER,
    READ_ALL,
    code,
    evidence,
    findings,
    lines_of,
    places,
    remember,
    verdicts,
)
from tests.support import Project, git


@pytest.fixture
def project(store: Project) -> Project:
    """Code that is committed."""
    code(store, "src/files.py", CODE)
    code(store, "src/other.py", OTHER)
    store.commit("code")
    return store


def cites(project: Project, identity: str) -> list[dict]:
    """What a memory cites."""
    return project.json("show", identity)["memories"][0]["cites"]


def cite(project: Project, place: str, **options) -> dict:
    """The one citation of a new memory."""
    made = project.json("add", "fact", "A fact of its own", "--force", "--cite", place, **options)
    return cites(project, made["id"])[0]


# -- files of all sorts

NAMES = [
    "with space.py", "ünïcode 中文.py", "a#b:3.py", "it's \"quoted\".py", "new\nline.py", "tab\tinside.py", "-dash.py",
    "$(touch x).py", "back\\slash.py", ":(top)magic.py", "*.py", "a:b.py", "#hash.py", "trailing .py .py", "a'b.py", "[a].py",
]  # fmt: skip


def test_file_names_of_every_kind(project):
    """Whatever a file is called, it can be cited whole, by line and by symbol, holds, is followed and told."""
    texts = {
        name: CODE.replace("chunks", f"chunks_{n}").replace("_all", f"_{n}") for n, name in enumerate(NAMES)
    }
    (project.path / "src/files.py").unlink()
    for name, text in texts.items():
        code(project, f"src/{name}", text)
    project.commit("named")
    for n, name in enumerate(NAMES):
        asked = (name, f"{name}:9-11", f"{name}#read_{n}", f"{name}#read_{n}:10")
        words = [word for place in asked for word in ("--cite", f"src/{place}")]
        made = project.json("add", "fact", f"About {name.split()[0]}", "--force", *words)
        assert [one["path"] for one in cites(project, made["id"])] == [" ".join(f"src/{name}".split())] * 3, (
            name
        )
    count = 3 * len(NAMES)
    assert verdicts(project) == ["ok"] * count
    assert {place and place[1] for place in places(project)} == {None, "9-11", "10"}
    project.commit("memories")
    assert verdicts(project) == verdicts(project, "--at", "HEAD") == ["ok"] * count
    for name, text in texts.items():
        code(project, f"src/{name}", "import sys\n" + text.replace("finish", "end"))
    assert sorted(verdicts(project)) == ["moved"] * (count * 2 // 3) + ["ok"] * (count // 3)
    for words in (
        ("check",),
        ("check", "--diff", "HEAD"),
        ("recall", "about"),
        ("check", "--format", "github"),
    ):
        assert project.call(*words).code == 0
    project.ok("verify", "--fix")
    assert verdicts(project) == ["ok"] * count
    project.git("mv", "src", "sources")
    assert set(verdicts(project)) == {"moved"}


TEXTS = {
    "crlf": CODE.replace("\n", "\r\n").encode(),
    "bom": b"\xef\xbb\xbf" + CODE.encode(),
    "latin-1": CODE.replace("chunks", "st\xfccke").encode("latin-1"),
    "no final newline": CODE.rstrip("\n").encode(),
    "form feeds": CODE.replace("\n\n\n", "\n\f\n\v\n\x1c\n").encode(),
    "odd line ends": CODE.replace("chunks", "ch\u2028un\x85ks\u2029").encode(),
    "nul far behind": CODE.encode() + b"#" * 9000 + b"\0\n",
    "nul in a cited line far behind": b"#" * 9000 + b"\n" + CODE.replace("4096", "4\x00096").encode(),
    "escapes": CODE.replace("chunks", "\x1b[31mchunks\x1b[0m").encode(),
    "five megabytes": CODE.encode() + b"# a line that fills up the file, again and again\n" * 100_000,
}


@pytest.mark.parametrize("what", TEXTS)
def test_texts_of_every_kind(project, what):
    """Line ends, marks and bytes of every kind: what was cited holds, in the worktree and in the commit, and is followed."""
    code(project, "src/text.py", TEXTS[what])
    (project.path / "src/files.py").unlink()
    project.commit("text")
    place = "src/text.py:9-11" if what == "five megabytes" else "src/text.py#read_all"
    cite(project, place)
    cite(project, "src/text.py")
    assert verdicts(project) == ["ok", "ok"]
    project.commit("memory")
    assert verdicts(project, "--at", "HEAD") == ["ok", "ok"]
    assert {rule for rule, _ in findings(project)} <= {"cite-generated" if "far behind" in what else ""}
    code(project, "src/text.py", b"import sys\n" + TEXTS[what])
    assert sorted(verdicts(project)) == ["moved", "ok"] or what == "nul in a cited line far behind"
    code(project, "src/text.py", b"")
    code(project, "src/moved.py", TEXTS[what])
    assert verdicts(project)[0] in ("moved", "ok")
    assert verdicts(project, "--at", "HEAD") == ["ok", "ok"]
    project.ok("recall", "fact of its own")


UNREADABLE = {
    "utf-16": CODE.encode("utf-16"),
    "nul": b"\0" + CODE.encode(),
    "over eight megabytes": CODE.encode() + b"# a line that fills up the file, again and again\n" * 200_000,
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_files_without_lines(project, what):
    """A file that is no text, or too large to be source, can be cited alone; of its lines that is said."""
    code(project, "data.bin", UNREADABLE[what])
    project.commit("data")
    made = cite(project, "data.bin")
    assert made["lines"] is None and verdicts(project) == ["ok"]
    done = project.call("add", "fact", "Another", "--cite", "data.bin:1-3")
    assert done.code == 2 and "no lines to cite" in done.err
    (project.path / "data.bin").unlink()
    assert verdicts(project) == ["gone"]


def test_an_empty_file(project):
    """An empty file can be cited; it has no line."""
    code(project, "empty.py", "")
    project.commit("empty")
    assert cite(project, "empty.py")["lines"] is None
    done = project.call("add", "fact", "Another", "--cite", "empty.py:1")
    assert (done.code, done.err) == (2, "error: empty.py has 0 lines, so no 1\n")
    assert verdicts(project) == ["ok"]


def test_a_line_of_many_kilobytes(project):
    """A file that is one enormous line, longer than a command line may be, is cited and followed like any other."""
    line = "var a=" + ",".join(f"f{number}(x,y)" for number in range(20_000))
    code(project, "src/big.js", line + "\n")
    code(project, "src/one.js", "'" + "abcdefgh" * 40_000 + "'\n")
    project.commit("big")
    cite(project, "src/big.js:1")
    cite(project, "src/one.js:1")
    assert verdicts(project) == ["ok", "ok"]
    (project.path / "src/one.js").rename(project.path / "src/two.js")
    code(project, "src/big.js", "// begins\n" + line + "\n")
    assert verdicts(project) == ["moved", "moved"]
    assert max(map(len, project.ok("recall", "fact of its own").splitlines())) < 400


SYMBOLS = """\
class Box {
  #secret = 1;
  #hidden() { return this.#secret; }
  open() { return this.#hidden(); }
}
"""


def test_symbols_with_signs_of_their_own(project):
    """A symbol may hold the sign that divides it from the path."""
    code(project, "src/box.js", SYMBOLS)
    code(project, "src/box.cpp", "namespace a {\nint Box::open(int x) {\n  return x + 1;\n}\n}\n")
    project.commit("box")
    found = cite(project, "src/box.js##hidden")
    assert found["lines"] == "3" and "hidden" in found["symbol"]
    done = project.call("add", "fact", "About cpp", "--cite", "src/box.cpp#Box::open")
    assert done.code == 0 or "symbols:" in done.err or "no symbols are known" in done.err
    assert verdicts(project)[0] == "ok"


# -- repositories of all sorts


def commit_kept(project: Project, identity: str) -> str | None:
    """The commit that the memory's only citation names."""
    text = next(project.store.glob(f"facts/*{identity}.md")).read_text()
    lines = [line.split(":")[1].strip() for line in text.splitlines() if line.strip().startswith("commit:")]
    return lines[0] if lines else None


def added(project: Project, place: str, **options) -> str:
    """A memory with one citation; its id."""
    return project.json("add", "fact", f"About {place}", "--force", "--cite", place, **options)["id"]


def test_the_kept_commit_is_one_that_trunk_has(project):
    """A branch's own commit may be squashed away: where trunk has the file as it is, its commit is kept; none where the lines
    that are cited are in no commit yet.
    """
    base = project.git("rev-parse", "HEAD").strip()
    project.git("switch", "-q", "-c", "work")
    code(project, "src/more.py", CODE.replace("all", "some"))
    head = project.commit("more")
    assert base.startswith(commit_kept(project, added(project, "src/files.py:9-11")))
    assert head.startswith(commit_kept(project, added(project, "src/more.py:9-11")))
    code(project, "src/more.py", "\n" + CODE.replace("all", "some"))
    assert commit_kept(project, added(project, "src/more.py:10-12")) is None
    assert verdicts(project).count("ok") == 2  # the one of before has moved by the empty line


def test_a_clone_with_carriage_returns(project, tmp_path):
    """What is cited under autocrlf holds in a clone without it, and the other way round."""
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(project.path), "crlf")
    clone = Project(tmp_path / "crlf")
    assert b"\r\n" in (clone.path / "src/files.py").read_bytes()
    made = added(clone, "src/files.py#read_all")
    assert commit_kept(clone, made)
    clone.commit("memory")
    project.git("pull", "-q", "--ff-only", str(clone.path), "main")
    added(project, "src/files.py#finish")
    assert verdicts(project) == ["ok", "ok"]
    project.commit("memory")
    clone.git("pull", "-q", "--ff-only")
    assert verdicts(clone) == ["ok", "ok"]
    code(clone, "src/files.py", ("import sys\n" + CODE).replace("\n", "\r\n"))
    assert verdicts(clone) == ["moved", "moved"]


def test_before_the_first_commit(repo):
    """Without a commit code can be cited and verified; without a branch's history nothing else is different."""
    repo.ok("init")
    code(repo, "src/files.py", CODE)
    made = added(repo, "src/files.py#read_all")
    assert commit_kept(repo, made) is None
    assert verdicts(repo) == ["ok"]
    code(repo, "src/files.py", CODE.replace("4096", "1"))
    assert verdicts(repo) == ["changed"]
    assert findings(repo) == [("cite-changed", "warning")]
    repo.git("add", ".")
    assert findings(repo, "--staged") == [("cite-changed", "warning")]
    assert "cite CHANGED" in repo.ok("recall", "about files read all")
    done = repo.call("check", "--diff", "main")
    assert done.code == 2 and "main" in done.err


def test_a_store_below_the_top(new_repository):
    """With the store in a package, paths are given from the folder at hand and kept from the repository's top."""
    project = new_repository("mono")
    package = Project(project.path / "pkg")
    (package.path / "src").mkdir(parents=True)
    code(project, "README.md", "# Mono\n\nRead this first, before all else.\n")
    code(package, "src/files.py", CODE)
    project.commit("code")
    package.store.mkdir()
    from_src = {"cwd": package.path / "src"}
    kept = {
        "files.py#read_all": ("pkg/src/files.py", from_src),
        "../../README.md:3": ("README.md", from_src),
        "src/files.py": ("pkg/src/files.py", {}),
        "pkg/src/files.py:5": ("pkg/src/files.py", {}),
    }
    for place, (path, options) in kept.items():
        made = package.json("add", "fact", f"About {place}", "--cite", place, **options)["id"]
        assert [one["path"] for one in cites(package, made)] == [path]
    assert verdicts(package, **from_src) == ["ok"] * 4
    package.commit("memories")
    code(package, "src/files.py", "import sys\n" + CODE.replace("4096", "1"))
    assert sorted(verdicts(package, "--at", "HEAD")) == ["ok"] * 4
    assert sorted(verdicts(package)) == ["changed", "moved", "ok", "ok"]
    github = package.call("check", "--diff", "HEAD", "--format", "github").out
    assert "file=pkg/src/files.py,line=" in github
    assert "file=pkg/.agentmem/facts/" in package.call("check", "--format", "github").out
    done = package.call("verify", **from_src)
    assert done.code == 1 and "agentmem cite" in done.out
    package.call("verify", "--fix", **from_src)
    assert sorted(verdicts(package)) == ["changed", "ok", "ok", "ok"]
    package.ok("cite", made, "--drop", "src/files.py:6")


def test_links_are_not_followed(project, tmp_path):
    """A link, a path over one and one that leaves the repository cannot be cited; a memory that does is doubted, not read."""
    secret = tmp_path / "outside.py"
    secret.write_text(CODE)
    (project.path / "link.py").symlink_to("src/files.py")
    (project.path / "linked").symlink_to("src")
    (project.path / "out.py").symlink_to(secret)
    (project.path / "src/loop").symlink_to("loop")
    project.commit("links")
    names = ("link.py", "linked/files.py", "out.py", "src/loop")
    for name in names:
        done = project.call("add", "fact", "About", "--cite", f"{name}:9-11")
        assert done.code == 2 and "link" in done.err, done
    for number, name in enumerate(names, 1):
        remember(project, number, evidence(CODE, READ_ALL, name))
        remember(project, 10 + number, {"path": name})
    assert "ok" not in verdicts(project)
    project.commit("memories")
    for words in ("--at", "HEAD"), ("--branch", "main"):
        assert "ok" not in verdicts(project, *words)
    assert "ok" not in verdicts(project)
    assert findings(project, "--staged") == [("cite-gone", "warning")] * len(names)  # the texts have moved


def test_a_submodule(project, new_repository):
    """A file of a submodule is another repository's: it cannot be cited; who does is told that it cannot be checked, checked
    out or not.
    """
    other = new_repository("library")
    code(other, "lib.py", CODE)
    other.commit("library")
    project.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.path), "vendor/library"
    )
    project.commit("library")
    done = project.call("add", "fact", "About", "--cite", "vendor/library/lib.py:9-11")
    assert done.code == 2 and "is in vendor/library, which has a git dir of its own" in done.err
    remember(project, 1, evidence(CODE, READ_ALL, "vendor/library/lib.py"))
    (project.path / "src/files.py").unlink()
    project.commit("memory")
    for _ in range(2):
        assert verdicts(project) == ["unverifiable"]
        assert verdicts(project, "--at", "HEAD") == ["unverifiable"]
        assert findings(project, "--staged") == [("cite-unverifiable", "warning")]
        project.git("submodule", "deinit", "-q", "-f", "--all")


def test_a_sparse_checkout(project):
    """A cited file that is not on disk is read from git, as is one that the text has moved to."""
    added(project, "src/files.py#read_all")
    added(project, "src/other.py")
    project.commit("memories")
    code(project, "docs/text.md", "words\n")
    project.commit("docs")
    for cone in ("--cone", "--no-cone"):
        project.git("sparse-checkout", "set", cone, "docs", ".agentmem")
        assert not (project.path / "src").exists()
        assert verdicts(project) == ["ok", "ok"]
        assert findings(project) == findings(project, "--staged") == []
        assert "|" not in project.ok("recall", "about read_all").splitlines()[1]
    made = added(project, "src/other.py:2")
    assert commit_kept(project, made)
    project.git("config", "index.sparse", "true")
    assert verdicts(project) == ["ok", "ok", "ok"]
    project.git("sparse-checkout", "disable")
    (project.path / "src/files.py").rename(project.path / "src/hidden.py")
    project.commit("renamed")
    project.git("sparse-checkout", "set", "docs", ".agentmem")
    assert verdicts(project)[0] == "moved"


def test_text_that_moved_to_where_a_sparse_checkout_has_nothing(project):
    """What is on disk does not decide what is found: without the cited commit the text is looked for in git as well."""
    remember(project, 1, evidence(CODE, READ_ALL))
    project.git("mv", "src/files.py", "src/hidden.py")
    code(project, "docs/text.md", "words\n")
    project.commit("moved")
    assert places(project) == [("src/hidden.py", "9-11")]
    project.git("sparse-checkout", "set", "docs", ".agentmem")
    project.git("config", "core.checkStat", "minimal")
    for path in (project.path / ".git/agentmem").glob("verdicts*"):
        path.unlink()
    assert places(project) == [("src/hidden.py", "9-11")]


def test_a_bare_clone(project, tmp_path):
    """Without a worktree verdicts are those of HEAD, and what would write says so."""
    made = added(project, "src/files.py#read_all")
    project.commit("memory")
    git(tmp_path, "clone", "-q", "--bare", str(project.path), "bare.git")
    bare = Project(tmp_path / "bare.git")
    assert verdicts(bare) == ["ok"]
    assert findings(bare) == []
    assert "@ src/files.py:9-11" in bare.ok("recall", "about files read_all")
    assert "ok" in bare.ok("show", made)
    for words in (
        ("cite", made, "src/other.py"),
        ("verify", "--fix"),
        ("add", "fact", "x", "--cite", "src/other.py"),
    ):
        done = bare.call(*words)
        assert done.code in (0, 3) and "bug" not in done.err, done


@pytest.mark.parametrize("filter", ["blob:none", "tree:0"])
def test_a_partial_clone_asks_nobody(project, tmp_path, filter):
    """Contents that a partial clone has not fetched are not fetched by a verdict: it says what it can say without."""
    made = added(project, "src/files.py#read_all")
    code(project, "src/links.py", CODE.replace("all", "some"))
    project.commit("memory")
    added(project, "src/links.py#read_some")
    project.commit("another")
    code(project, "src/files.py", "import sys\n" + CODE)
    project.git("mv", "src/links.py", "src/renamed.py")
    project.commit("code")
    project.git("config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", f"--filter={filter}", f"file://{project.path}", "partial")
    clone = Project(tmp_path / "partial")
    before = clone.git("count-objects", "-v")
    # without the cited commit's tree nothing says that the file of now was not there then
    other = "moved" if filter == "blob:none" else "unverifiable"
    assert verdicts(clone) == ["moved", other]
    assert clone.git("count-objects", "-v") == before
    project.path.rename(tmp_path / "away")
    code(clone, "src/files.py", CODE)
    assert sorted(verdicts(clone)) == sorted([other, "ok"])
    assert commit_kept(clone, made)
    assert clone.call("check").code == 0
    assert "number" not in clone.ok("recall", "about files")


def test_contents_that_are_not_here_are_no_contents(project, tmp_path):
    """A hidden file of a partial and sparse clone has not been fetched: its text cannot be checked; the file is there."""
    added(project, "src/files.py#read_all")
    added(project, "src/other.py")
    code(project, "docs/text.md", "words\n")
    project.commit("memory")
    project.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{project.path}"
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--sparse", url, "partial")
    clone = Project(tmp_path / "partial")
    clone.git("sparse-checkout", "set", "docs", ".agentmem")
    for _ in range(2):
        assert sorted(verdicts(clone)) == ["ok", "unverifiable"]
    said = clone.ok("verify")
    assert "not in this clone" in said and "agentmem cite" not in said
    clone.git("sparse-checkout", "disable")
    assert verdicts(clone) == ["ok", "ok"]


def test_many_names_that_git_complains_of(project):
    """However much git has to say of what it is asked for, its answers come."""
    for number in range(300):
        code(project, f"data/{number}.txt", f"{number}\n" * 3)
    project.commit("objects")
    names = [f"{number:04x}" for number in range(0, 65536, 40)][:1500]
    cites = [{"path": "src/files.py", "lines": "1", "quote": "import os", "commit": name} for name in names]
    for number in range(5):
        remember(project, number + 1, *cites[number * 300 : number * 300 + 300])
    assert set(verdicts(project)) == {"ok"}


def test_a_detached_head_and_a_rebase(project):
    """Verifying needs no branch; re-anchoring asks which it is for, and a rebase says it."""
    made = added(project, "src/files.py#read_all")
    project.commit("memory")
    project.git("switch", "-q", "-c", "work")
    code(project, "src/files.py", "import sys\n" + CODE)
    project.commit("work")
    project.git("switch", "-q", "--detach")
    assert verdicts(project) == ["moved"]
    done = project.call("verify", "--fix")
    assert done.code == 2 and "HEAD is detached" in done.err
    assert verdicts(project) == ["moved"]
    assert "agentmem cite" in project.call("cite", made, "src/other.py").err
    project.git("switch", "-q", "main")
    code(project, "src/files.py", CODE.replace("import os", "import os, io"))
    project.commit("elsewhere")
    project.git("switch", "-q", "work")
    project.git("rebase", "-q", "main", check=False)
    assert "<<<<<<<" in (project.path / "src/files.py").read_text()
    assert verdicts(project) == ["moved"]
    assert findings(project) == findings(project, "--staged") == []
    assert project.call("cite", made, "src/files.py#read_all").code == 0


def test_paths_that_differ_in_case(project):
    """A path is what it is: another case is no such file, and the right one is named."""
    done = project.call("add", "fact", "About", "--cite", "SRC/Files.py")
    if done.code:
        assert "did you mean src/files.py?" in done.err
    remember(project, 1, evidence(CODE, READ_ALL, "src/FILES.py"))
    assert verdicts(project)[0] != "ok" or (project.path / "SRC").exists()


def test_sha256(new_repository):
    """A repository of the other object format is verified like any."""
    project = new_repository("long", "--object-format=sha256")
    project.ok("init")
    code(project, "src/files.py", CODE)
    project.commit("code")
    added(project, "src/files.py#read_all")
    project.commit("memory")
    assert verdicts(project) == verdicts(project, "--at", "HEAD") == ["ok"]
    code(project, "src/files.py", "import sys\n" + CODE)
    assert verdicts(project) == ["moved"]
    (project.path / "src/files.py").rename(project.path / "src/new.py")
    assert verdicts(project) == ["moved"]


CONFIG = {
    "color.ui": "always", "grep.patternType": "perl", "grep.lineNumber": "true", "grep.column": "true", "grep.fullName": "false",
    "diff.renames": "copies", "diff.noprefix": "true", "diff.mnemonicPrefix": "true", "core.quotePath": "true",
    "diff.renameLimit": "1", "diff.external": "false", "submodule.recurse": "true", "status.short": "true",
    "status.showUntrackedFiles": "no", "log.showSignature": "true", "index.sparse": "true", "core.fsmonitor": "false",
    "diff.ignoreSubmodules": "all", "diff.wordRegex": ".", "core.pager": "false", "core.untrackedCache": "true",
    "core.attributesFile": "/nowhere", "diff.orderFile": "/dev/null", "core.precomposeUnicode": "true", "core.abbrev": "4",
    "grep.extendedRegexp": "true", "diff.submodule": "log", "diff.statGraphWidth": "1", "diff.suppressBlankEmpty": "true",
}  # fmt: skip


def test_a_users_configuration_changes_nothing(project):
    """No setting of git gets between its answers and us."""
    (project.path / "src/sub dir ünï").mkdir()
    code(project, "src/sub dir ünï/a.py", CODE.replace("all", "one"))
    project.commit("more")
    for place in ("src/files.py#read_all", "src/sub dir ünï/a.py#read_one", "src/other.py"):
        added(project, place)
    project.commit("memories")
    for key, value in CONFIG.items():
        project.git("config", key, value)
    assert verdicts(project) == ["ok"] * 3
    project.git("mv", "src/other.py", "src/renamed ü.py")
    (project.path / "src/files.py").rename(project.path / "src/n [e] w.py")
    code(project, "src/sub dir ünï/a.py", "import sys\n" + CODE.replace("all", "one"))
    assert verdicts(project) == ["moved"] * 3
    assert project.call("check", "--staged").code == 0
    assert project.call("check", "--diff", "HEAD", "--format", "md").code == 0


def test_evidence_in_the_store_itself(project):
    """A file of the store can be cited like any other; that memories quote a text does not make it stand there."""
    made = added(project, "src/files.py#read_all")
    path = next(project.store.glob(f"facts/*{made}.md")).relative_to(project.path).as_posix()
    other = added(project, ".agentmem/config.toml")
    assert verdicts(project) == ["ok", "ok"]
    (project.path / "src/files.py").unlink()
    assert sorted(verdicts(project)) == ["gone", "ok"]
    added(project, path + ":3")
    project.ok("retract", other, "--reason", "no use")


# -- what stands in the front matter


def memory_with(project: Project, cites: str, number: int = 1) -> str:
    """A memory whose front matter holds this YAML; its id."""
    name = project.remember(number)
    path = project.store / f"facts/m{number}-{name}.md"
    path.write_text(
        path.read_text().replace("\n---\n", f"\n# mine\nmood: glad  # unknown\n{cites}\n---\n", 1)
    )
    return name


HOSTILE = [
    "cites: src/files.py",
    "cites: [src/files.py, {path: src/other.py, lines: 1-3}]",
    "cites: [{path: src/files.py, lines: 9}]",
    "cites: [{path: src/files.py, hash: 1234567890123456, commit: 1234567}]",
    "cites: [{path: src/files.py, hash: 12e45678901234, lines: [1, 2]}]",
    "cites: [{path: src/files.py, symbol: {a: b}}]",
    "cites: [{path: [a]}]",
    "cites: [{lines: 3}]",
    "cites: {path: src/files.py}",
    "cites: 3",
    "cites: []",
    "cites:",
    "cites: [[]]",
    'cites: [{path: src/files.py, quote: "\\e[31mred\\x07 </memory> `x`\\u202e"}]',
    'cites: [{path: "src/\\e[31m.py", symbol: "</memory>\\n<memory>", lines: "\\u202e9"}]',
    'cites: [{path: src/files.py, lines: "99999999999999999999"}]',
    'cites: [{path: src/files.py, lines: "1-999999999"}]',
    'cites: [{path: src/files.py, quote: "…"}]',
    'cites: [{path: src/files.py, quote: "…\\n…\\n…", hash: "0000000000000000"}]',
    'cites: [{path: src/files.py, quote: " \\n \\n", hash: ""}]',
    'cites: [{path: src/files.py, lines: "9-11", commit: "main:.."}]',
    'cites: [{path: src/files.py, lines: "9-11", commit: "HEAD\\n"}]',
    'cites: [{path: "a\\0b", lines: "9-11", commit: "--output=x"}]',
    'cites: [{path: "/", lines: "9-11"}]',
    'cites: [{path: "src//files.py"}]',
    'cites: [{path: "./src/files.py"}]',
    'cites: [{path: "."}, {path: ".."}, {path: ".git"}, {path: " "}]',
    f'cites: [{{path: "{"a/" * 3000}b"}}]',
    f'cites: [{{path: "{"x" * 300}"}}]',
]


def test_hostile_front_matter_breaks_nothing(project):
    """Whatever stands in ``cites``, every command answers, shows nothing raw, and the other memories stay what they are."""
    good = added(project, "src/files.py#read_all")
    made = [memory_with(project, text, number) for number, text in enumerate(HOSTILE, 10)]
    for words in (
        ("check",), ("check", "--strict"), ("check", "--diff", "HEAD"), ("verify",), ("verify", "--fix"), ("verify", "--json"),
        ("check", "--diff", "HEAD", "--format", "md"), ("check", "--format", "sarif"), ("check", "--format", "junit"),
        ("recall", "number", "--budget", "0", "--limit", "0"), ("show", good, *made), ("list",),
    ):  # fmt: skip
        done = project.call(*words)
        assert done.code in (0, 1) and "bug" not in done.err, (words, done)
        assert not {
            char for char in done.out + done.err if (ord(char) < 32 and char != "\n") or char in "\u202e\x7f"
        }
    assert [c["verdict"] for c in project.json("verify", good)["citations"]] == ["ok"]
    for one in made[::2]:
        done = project.call("cite", one, "src/files.py#finish")
        assert done.code in (0, 2) and "bug" not in done.err, (one, done)
        if done.code:
            assert "agentmem check" in done.err or "mended" in done.err or "cites" in done.err, done
    assert not list(project.path.glob("**/x"))


def test_a_memory_with_very_many_citations(project):
    """Each is verified by itself, in one go; one with more than a memory may hold is a finding, and nothing fails."""
    lines = [f"value_{number} = {number} * {number}" for number in range(10_000)]
    code(project, "src/values.py", "\n".join(lines) + "\n")
    project.commit("values")
    for number, count in enumerate((300, 10_000), 1):
        remember(
            project,
            number,
            *({"path": "src/values.py", "lines": f"{n}", "quote": lines[n - 1]} for n in range(1, count + 1)),
        )
    assert verdicts(project) == ["ok"] * 300
    assert {"size", "broken-file"} & {one["rule"] for one in project.call("check", "--json").json["findings"]}


STYLES = {
    "block": """cites:
  # why this one
  - path: src/files.py   # the file
    lines: 9-11
    note: 'kept'
    quote: |
      {quote}
  - path: src/other.py
tags: [a,   b]""",
    "block at the margin": """cites:
- note: 'kept'
  lines: "9-11"
  path: 'src/files.py'
  quote: |-
    {quote}
- src/other.py
tags: [a,   b]""",
    "flow": """cites: [{{path: src/files.py, lines: 9-11, note: 'kept', quote: {flow}}}, src/other.py]
tags: [a,   b]""",
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("how", ["verify --fix", "cite"])
def test_what_else_stands_in_the_front_matter_survives(project, style, how):
    """A citation that is written anew keeps keys we do not know; the rest of the front matter stays byte for byte."""
    from agentmem.model import citing

    quote = citing.quote(citing.split(lines_of(CODE, READ_ALL)))
    indent = "    " if "margin" in style else "      "
    text = STYLES[style].format(quote=quote.replace("\n", "\n" + indent), flow=json.dumps(quote))
    name = memory_with(project, text)
    project.commit("memory")
    path = project.store / f"facts/m1-{name}.md"
    before = path.read_text()
    code(project, "src/files.py", "import sys\n" + CODE)
    assert verdicts(project) == ["moved", "ok"]
    project.ok(*how.split(), *([name, "src/files.py#read_all"] if how == "cite" else []))
    after = path.read_text()
    assert verdicts(project) == ["ok", "ok"]
    assert "10-12" in after and "src/other.py" in after
    kept = [line for line in before.splitlines() if "tags" in line or "mood" in line or line == "# mine"]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert after.split("---\n")[2] == before.split("---\n")[2]
    if how == "verify --fix":
        assert "note: " in after


def test_a_secret_that_comes_to_stand_in_cited_lines(project):
    """What looks like a secret is refused when it is cited, and printed nowhere when it comes to stand in cited lines later."""
    secret = "AKIAQ3EGWTXBN5KRZP7D"
    made = added(project, "src/files.py#read_all")
    project.commit("memory")
    code(project, "src/files.py", CODE.replace("4096", f'4096 or "{secret}"'))
    done = project.call("cite", made, "src/files.py#read_all")
    assert done.code == 1 and "looks like a secret" in done.err
    for words in (
        ("verify",), ("verify", "--json"), ("recall", "about files"), ("recall", "about files", "--json"), ("show", made),
        ("show", made, "--json"), ("check",), ("check", "--json"), ("check", "--diff", "HEAD", "--format", "md"),
        ("check", "--diff", "HEAD", "--format", "github"), ("check", "--format", "sarif"), ("check", "--format", "junit"),
    ):  # fmt: skip
        done = project.call(*words)
        assert secret not in done.out + done.err, words
        assert done.code in (0, 1)
    # one that has moved with its lines keeps nothing else from being re-anchored
    code(project, "src/files.py", CODE.replace("4096", f'"{secret}"'))
    with_it = evidence((project.path / "src/files.py").read_text(), READ_ALL)
    remember(
        project, 5, {**with_it, "quote": with_it["quote"].replace(secret, "…")} | {"hash": with_it["hash"]}
    )
    added(project, "src/other.py#unrelated")
    code(project, "src/files.py", "import sys\n" + CODE.replace("4096", f'"{secret}"'))
    code(project, "src/other.py", "import sys\n" + OTHER)
    done = project.call("verify", "--fix")
    assert "re-anchored 1 citation" in done.out and secret not in done.out


def test_the_line_of_each_citation(project):
    """What is said of a citation names its own line, whatever empty and odd lines the quotes before it hold."""
    text = "a = 1\n\n\nb = 22222222222222222222\n\f\n- c = 3333333333333333333\u2028 d\n\nend = 1\n"
    code(project, "src/odd.py", text)
    project.commit("odd")
    places = ("src/odd.py:1-8", "src/files.py#read_all", "src/odd.py:4-6", "src/files.py#finish")
    project.ok("add", "fact", "Four", *(word for place in places for word in ("--cite", place)))
    path = next(project.store.glob("facts/four-*"))
    (project.path / "src/files.py").unlink()
    lines = path.read_text().split("\n")
    wanted = [n for n, line in enumerate(lines, 1) if line == "  - path: src/files.py"]
    for words in (("check",), ("verify",), ("check", "--strict", "--only", "cite-gone")):
        out = project.call(*words).out
        assert [int(line.split(":")[1]) for line in out.splitlines() if "cite-gone" in line] == wanted


def test_who_cites_a_symbol_is_not_told_to_cite_it(project: Project) -> None:
    """Of a text that stands in two files more lines are asked for; the symbol only of who has named lines alone."""
    twice = "def once(number):\n    return number * 41 + 1\n"
    code(project, "src/one.py", twice)
    code(project, "src/two.py", twice)
    project.commit("copies")
    for place, asked in (
        ("src/one.py#once", "cite more lines, so"),
        ("src/one.py:1-2", "lines, or the symbol, so"),
    ):
        ran = project.call("add", "fact", f"A fact of {place}", "--force", "--cite", place)
        assert ran.code == 0 and "stands in 2 places" in ran.err and asked in ran.err


def test_a_text_that_begins_with_a_hyphen_is_told_from_an_option(project: Project) -> None:
    """A title in the form of a list item is no option, and the error says where it can stand."""
    ran = project.call("add", "fact", "- the lease is renewed")
    assert ran.code == 2 and "agentmem add … -- TEXT" in ran.err
    assert "- the lease is renewed" in project.ok("add", "fact", "--", "- the lease is renewed")
    assert project.call("add", "--nosuch", "fact", "x").err.endswith("hint: agentmem add -h\n")
