"""Branches under attack: kills, races, full disks, ugly changes and names; nothing said is lost, and no command breaks."""

import os
import shlex
import signal
import subprocess
import sys
import time

import pytest

from agentmem.actions import saving
from agentmem.errors import Contended
from agentmem.git import commits
from agentmem.store import writing
from tests import support
from tests.support import Project

FEATURE = "feature/queue"
SHARED = support.identity(1)
LINES = "One.\nTwo.\nThree.\nFour.\nFive."
EVERY = 6
"""Of so many steps of a command one is killed; `benchmarks/concurrency.py` kills each."""
READERS = (
    ("list",),
    ("list", "--json"),
    ("recall", "shared", "--json"),
    ("recall", "shared"),
    ("show", SHARED),
    ("show", SHARED, "--json"),
    ("status",),
    ("overlay", "list"),
    ("overlay", "list", "--json", "--all-branches"),
    ("overlay", "show", FEATURE, "--json"),
    ("overlay", "diff", FEATURE),
    ("conflicts",),
    ("history", SHARED),
    ("check",),
    ("check", "--json"),
    ("doctor",),
)
RAW = set("\x1b\x07\x9b\x08\x7f\u200b\u202e\u2066\u00ad\u2060\ufeff\u200e")


@pytest.fixture
def project(store: Project) -> Project:
    """A repository whose trunk holds one memory."""
    store.remember(1, "Shared", LINES, tags="[a]")
    store.commit("shared")
    return store


@pytest.fixture
def feature(project: Project) -> Project:
    """The same, on a branch."""
    project.git("switch", "-q", "-c", FEATURE)
    return project


def edit(project: Project, *settings: str, **options) -> dict:
    """One edit of the shared memory."""
    return project.json("edit", SHARED, *(w for s in settings for w in ("--set", s)), **options)


def show(project: Project, identity: str = SHARED, *words: str) -> dict:
    """One memory, whole."""
    return project.json("show", identity, *words)["memories"][0]


def said(project: Project) -> tuple[object, ...]:
    """What the shared memory says."""
    one = show(project)
    fields = sorted(conflict["field"] for conflict in one["conflicts"])
    return one["title"], one["text"], tuple(sorted(one["tags"])), one["importance"], tuple(fields)


def overlay(project: Project) -> list[str]:
    """The changes in the worktree."""
    found = (path.relative_to(project.store).as_posix() for path in project.store.glob("overlays/*/*.md"))
    return sorted(found)


def receipts(project: Project) -> list[str]:
    """The ids with a receipt."""
    return sorted(path.name for path in project.store.glob("overlays/*/promoted/*"))


def branch_with(project: Project, name: str, *settings: str, body: str | None = None) -> None:
    """A branch off trunk with one change, committed; then trunk again."""
    project.git("switch", "-q", "-c", name, "main")
    words = [word for setting in settings for word in ("--set", setting)]
    project.ok("edit", SHARED, *words, *(("--body", body) if body is not None else ()))
    project.commit(name)
    project.git("switch", "-q", "main")


def works(project: Project, branch: str = FEATURE) -> None:
    """Every command that reads answers, and prints nothing raw."""
    for words in READERS:
        done = project.call(*(branch if word == FEATURE else word for word in words))
        assert done.code in (0, 1) or (done.code == 2 and "overlay" in words), (words, done)
        for text in (done.out, done.err):
            assert not RAW & set(text), (words, text)


# -- kills


def pending(project: Project) -> Project:
    """Trunk with three merged branches' changes, one of them of the body."""
    for number, words in enumerate((["title=Better"], ["tags+=x", "importance=4"], [])):
        body = LINES.replace("Two.", "Two.\nTwo and a half.").replace("Five.", "Fife.") if not words else None
        branch_with(project, f"b{number}", *words, body=body)
    for number in range(3):
        project.git("merge", "-q", "--no-ff", "-m", f"merge b{number}", f"b{number}")
    return project


KILLED = """
import os, sys
from agentmem.store import writing
allowed = int(sys.argv[1])
count = 0
def counted(function):
    def wrapped(*args, **options):
        global count
        count += 1
        if count > allowed:
            os.kill(os.getpid(), 9)
        return function(*args, **options)
    return wrapped
for name in ("link", "replace", "unlink", "fsync"):
    setattr(os, name, counted(getattr(os, name)))
from agentmem.cli import main
sys.exit(main.run(sys.argv[2:]))
"""


def killed_after(project: Project, steps: int, *words: str) -> int:
    """Run a command that dies as by `kill -9` before its file operation after ``steps``; its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(steps), *words],
        cwd=project.path,
        env=support.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done
    return done.returncode


def copies(project: Project):
    """The same repository again and again."""
    import shutil

    kept = project.path.parent / "kept"
    shutil.copytree(project.path, kept, symlinks=True)
    while True:
        shutil.rmtree(project.path)
        shutil.copytree(kept, project.path, symlinks=True)
        project.git("status")
        yield


def prepare_edit(project: Project) -> tuple[str, ...]:
    project.git("switch", "-q", "-c", FEATURE)
    edit(project, "importance=2")
    return "edit", SHARED, "--set", "title=New", "--set", "tags+=n"


def prepare_trunk_edit(project: Project) -> tuple[str, ...]:
    pending(project)
    return "edit", SHARED, "--set", "title=New", "--set", "tags-=x", "--body", LINES


def prepare_conflict(project: Project) -> tuple[str, ...]:
    pending(project)
    branch_with(project, "b3", "title=Worse")
    project.git("merge", "-q", "b3")
    return "edit", SHARED, "--set", "title=Decided"


def prepare_promote(project: Project) -> tuple[str, ...]:
    pending(project)
    return "overlay", "promote"


def prepare_sweep(project: Project) -> tuple[str, ...]:
    pending(project)
    project.ok("overlay", "promote")
    project.git("branch", "-q", "-D", "b0", "b1", "b2")
    return "overlay", "sweep"


def prepare_adopt(project: Project) -> tuple[str, ...]:
    project.git("switch", "-q", "-c", FEATURE)
    project.git("switch", "-q", "-c", "other")
    edit(project, "title=New", "tags+=n")
    project.git("switch", "-q", FEATURE)
    return "overlay", "adopt", "other"


def prepare_adopt_lessons(project: Project) -> tuple[str, ...]:
    project.git("switch", "-q", "-c", "other")
    for number in range(3):
        project.ok("add", "deadend", f"Tried {number} and failed", "--force")
    project.commit("lessons")
    project.git("switch", "-q", "main")
    return "overlay", "adopt", "other"


PREPARED = [
    prepare_edit,
    prepare_trunk_edit,
    prepare_conflict,
    prepare_promote,
    prepare_sweep,
    prepare_adopt,
    prepare_adopt_lessons,
]


@pytest.mark.parametrize("prepare", PREPARED, ids=lambda one: one.__name__.removeprefix("prepare_"))
def test_killed_between_any_two_steps(project, prepare):
    """`kill -9` before any file operation of a command leaves the view before or after it; run again, it is completed."""
    words = prepare(project)
    again = copies(project)
    next(again)
    before = said(project), project.titles()
    assert killed_after(project, 10**6, *words) == 0
    after = said(project), project.titles()
    status = project.git("status", "--porcelain", "--", ".agentmem")
    step, ended = 0, False
    while not ended:
        next(again)
        ended = killed_after(project, step, *words) == 0
        now = said(project), project.titles()
        if prepare is prepare_adopt_lessons:
            assert before[1] <= now[1] <= after[1]
        else:
            assert now in (before, after), step
        checked = project.call("check", "--json").json
        assert not [one for one in checked["findings"] if one["severity"] == "error"], checked
        done = project.call(*words)
        assert done.code == 0, (step, done)
        assert (said(project), project.titles()) == after, step
        if "promote" in words or "sweep" in words:
            assert project.git("status", "--porcelain", "--", ".agentmem") == status == "", step
        project.git("add", "-A")
        assert ".tmp-" not in project.git("ls-files"), step
        step += EVERY
    assert step > EVERY


# -- many at once

WRITERS, EACH = 8, 4

WRITER = """
import sys
from agentmem.cli import main
me, count, log = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], "a")
for number in range(count):
    words = ["--set", f"tags+=w{me}x{number}"]
    code = main.run(["-q", "edit", sys.argv[4], *words])
    assert code == 0, code
    log.write(f"w{me}x{number}\\n")
    log.flush()
"""

READER = """
import io, json, os, sys
from agentmem.cli import main
identity, stop, log = sys.argv[1:4]
rounds = 0
while True:
    last = os.path.exists(stop)
    told = [line.strip() for line in open(log) if line.endswith("\\n")]
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    kept, sys.stdout = sys.stdout, out
    try:
        code = main.run(["show", identity, "--json"])
    finally:
        sys.stdout = kept
    assert code == 0, code
    one = json.loads(out.buffer.getvalue())["memories"][0]
    assert one["conflicts"] == [], one["conflicts"]
    assert set(told) <= set(one["tags"]), (set(told) - set(one["tags"]))
    for line in sys.argv[4:]:
        assert one["text"].split("\\n").count(line) == 1, one["text"]
    rounds += 1
    if last:
        break
print(rounds)
"""


def start(project: Project, code: str, *args: object) -> "subprocess.Popen[bytes]":
    """Python in the project's folder."""
    words = [sys.executable, "-c", code, *map(str, args)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=project.path, env=support.environment(), stdout=pipe, stderr=pipe)


def race(project: Project, tmp_path, lines=(), beside=(), writers=WRITERS, readers=2) -> None:
    """Writers of one memory, readers, and commands again and again beside them."""
    log, stop = support.put(tmp_path / "log", ""), tmp_path / "stop"
    looking = [start(project, READER, SHARED, stop, log, *lines) for _ in range(readers)]
    writing = [start(project, WRITER, me, EACH, log, SHARED) for me in range(writers)]
    results = []
    while any(one.poll() is None for one in writing) or not results:
        running = [support.start(*words, cwd=project.path) for words in beside]
        results += [(one.communicate(), one.returncode) for one in running] or [((b"", b""), 0)]
        time.sleep(0.01)
    errors = [one.communicate()[1].decode() for one in writing]
    assert [one.returncode for one in writing] == [0] * writers, errors
    stop.write_text("")
    for one in looking:
        out, err = one.communicate()
        assert one.returncode == 0, err.decode()
        assert int(out) >= 1
    assert all(code == 0 for _, code in results), results
    assert set(show(project)["tags"]) >= {f"w{me}x{n}" for me in range(writers) for n in range(EACH)}
    assert show(project)["conflicts"] == []
    assert not list(project.store.rglob(".tmp-*"))
    assert project.call("check").code == 0


def test_edits_of_one_memory_on_one_branch(feature, tmp_path):
    """Eight processes edit one memory on a branch: each effect is there, in one change that git does not hold yet."""
    race(feature, tmp_path, lines=("Two.",))
    assert len(overlay(feature)) == 1
    assert feature.git("diff", "--name-only", "main", "--", ".agentmem/facts") == ""


def test_edits_on_a_branch_beside_commits(feature, tmp_path):
    """Edits beside commits of the same branch: what is committed is not written again, and nothing is lost."""
    log = support.put(tmp_path / "log", "")
    writing = [start(feature, WRITER, me, EACH, log, SHARED) for me in range(4)]
    while any(one.poll() is None for one in writing):
        feature.git("add", "-A", check=False)
        feature.git("commit", "-q", "-m", "work", check=False)
    errors = [one.communicate()[1].decode() for one in writing]
    assert [one.returncode for one in writing] == [0] * 4, errors
    feature.commit()
    assert set(show(feature)["tags"]) >= {f"w{me}x{n}" for me in range(4) for n in range(EACH)}
    for path in overlay(feature):
        (first,) = feature.git("log", "--diff-filter=A", "--format=%H", "--", f".agentmem/{path}").split()
        held = feature.git("rev-parse", f"{first}:.agentmem/{path}", f"HEAD:.agentmem/{path}").split()
        assert held[0] == held[1], "a change that git held was edited"


def test_edits_on_trunk_of_a_memory_with_pending_changes(project, tmp_path):
    """Eight processes edit on trunk what has pending changes: all are taken up once, and no reader sees half of that."""
    pending(project)
    race(project, tmp_path, lines=("Two and a half.", "Fife."))
    one = show(project)
    assert (one["title"], one["importance"]) == ("Better", 4) and "x" in one["tags"]
    assert len(receipts(project)) == 3


def test_promotions_at_once(project):
    """Two promotions at once: the changes are taken up by one commit, and both end well."""
    pending(project)
    before, head = said(project), project.git("rev-parse", "HEAD")
    running = [support.start("overlay", "promote", cwd=project.path) for _ in range(3)]
    ended = [(one.communicate(), one.returncode) for one in running]
    assert [code for _, code in ended] == [0, 0, 0], ended
    assert said(project) == before
    assert project.git("rev-list", "--count", f"{head.strip()}..HEAD").strip() == "1"
    assert project.git("status", "--porcelain") == ""
    assert sum(b"promoted 3 changes" in out for (out, _), _ in ended) == 1


def test_promotion_beside_edits(project, tmp_path):
    """Promotions beside edits on trunk of the same memory: no edit is lost or committed unasked, nothing comes twice."""
    pending(project)
    race(
        project, tmp_path, lines=("Two and a half.", "Fife."), beside=[("overlay", "promote")] * 2, writers=3
    )
    for line in project.git("log", "--format=%H", "--grep=memory: promote").split():
        assert "w0x" not in project.git("show", line)


def test_what_is_promoted_stays_locked_until_it_is_committed(project, monkeypatch):
    """Git commits what the files read then: an edit between is waited for, or it would be committed unasked."""
    pending(project)
    tried = []

    def commit_alone(*given):
        with pytest.raises(Contended), writing.locked([str(locks)], saving.lock_of(SHARED), wait=0):
            raise AssertionError("an edit came between")
        tried.append(given)
        return committed(*given)

    committed = commits.commit_alone
    locks = project.path / ".git" / "agentmem" / "locks"
    monkeypatch.setattr(commits, "commit_alone", commit_alone)
    assert (locks / saving.lock_of(SHARED)).exists()
    project.ok("overlay", "promote")
    assert len(tried) == 1


def test_adoptions_at_once(project):
    """Several adopt the same at once: it is there once."""
    words = prepare_adopt_lessons(project)
    running = [support.start(*words, cwd=project.path) for _ in range(3)]
    ended = [(one.communicate(), one.returncode) for one in running]
    assert all(code in (0, 3) for _, code in ended) and any(code == 0 for _, code in ended), ended
    assert len(list((project.store / "deadends").glob("*.md"))) == 3
    assert project.call("check").code == 0


# -- ugly change files

CHANGE = "ch0000000001"
PATH = f"overlays/evil/{SHARED}.{CHANGE}.md"
HEAD = f"---\nchange: {CHANGE}\nmemory: {SHARED}\nbranch: evil\nby: eve\ncreated: 2026-02-12T09:30:00Z\nafter: []\n"
GOOD = HEAD + "set:\n  title: {from: Shared, to: Changed}\n---\n"
ESCAPE = '"\\e[31m red \\x9b \\u202e \\u200b \\a"'

BROKEN: dict[str, str | bytes] = {
    "empty": "",
    "broken YAML": HEAD + "set: {title: [\n---\n",
    "truncated": GOOD[:-30],
    "no end": GOOD[:-5],
    "five megabytes": HEAD + "set:\n  title: {from: Shared, to: X}\n---\n" + "x" * 5_000_000,
    "NUL": GOOD.encode().replace(b"Changed", b"Cha\0nged"),
    "invalid UTF-8": GOOD.encode().replace(b"Changed", b"\xff\xfe"),
    "an alias": HEAD + "set:\n  title: &a {from: Shared, to: X}\n  by: *a\n---\n",
    "no id": GOOD.replace(f"change: {CHANGE}\n", ""),
    "an upper-case id": GOOD.replace(CHANGE, CHANGE.upper()),
    "another change's id": GOOD.replace(CHANGE, "ch0000000002"),
    "another memory's id": GOOD.replace(f"memory: {SHARED}", f"memory: {support.identity(2)}"),
    "no branch": GOOD.replace("branch: evil\n", ""),
    "a branch of a page": GOOD.replace("branch: evil", "branch: [a, b]"),
    "set is a list": HEAD + "set: [title]\n---\n",
    "an edit that is none": HEAD + "set:\n  title: X\n---\n",
    "mixed words": HEAD + "set:\n  title: {from: Shared, add: [X]}\n---\n",
    "it sets the id": HEAD + f"set:\n  id: {{from: {SHARED}, to: {support.identity(2)}}}\n---\n",
    "after is no list of ids": HEAD.replace("after: []", "after: [../../x]") + "---\n",
    "created is no time": HEAD.replace("2026-02-12T09:30:00Z", "soon") + "---\n",
    "no diff": HEAD + "---\nthis is no diff\n",
    "a diff that ends early": HEAD + "---\n@@ -1,5 +1,5 @@\n One.\n",
    "a diff of huge counts": HEAD + "---\n@@ -1,999999999 +1,999999999 @@\n One.\n",
    "deep nesting": HEAD + "set: " + "{a: " * 2000 + "}" * 2000 + "\n---\n",
}


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_change_is_a_finding_and_hides_nothing(project, name, committed):
    """A change that is none is a finding, is not applied, is not swept, and stops no command and no other change."""
    branch_with(project, FEATURE, "tags+=good")
    project.git("merge", "-q", FEATURE)
    project.write(PATH, BROKEN[name])
    if committed:
        project.commit()
    done = project.call("check", "--json")
    assert done.code == 1
    assert [one for one in done.json["findings"] if one["path"] == f".agentmem/{PATH}"]
    one = show(project)
    assert (one["title"], sorted(one["tags"]), one["conflicts"]) == ("Shared", ["a", "good"], [])
    works(project, "evil")
    assert edit(project, "tags+=more")["layer"] == "base"
    project.commit()
    project.ok("overlay", "promote")
    project.ok("overlay", "sweep")
    assert (project.store / PATH).exists()
    assert sorted(show(project)["tags"]) == ["a", "good", "more"]


STRANGE: dict[str, str | bytes] = {
    "BOM": "\ufeff" + GOOD,
    "CRLF": GOOD.replace("\n", "\r\n"),
    "unknown keys": GOOD.replace("set:", "zzz: {a: [1]}\nset:"),
    "after itself": GOOD.replace("after: []", f"after: [{CHANGE}]"),
    "after what nobody has": GOOD.replace("after: []", "after: [zzzzzzzzzzzz]"),
    "no created": GOOD.replace("created: 2026-02-12T09:30:00Z\n", ""),
    "created in the future": GOOD.replace("2026-02-12", "9999-12-31"),
    "created before all": GOOD.replace("2026-02-12", "0001-01-01"),
    "an unknown field": GOOD.replace("set:\n", "set:\n  zzz: {from: null, to: 1}\n"),
    "a branch that is an option": GOOD.replace("branch: evil", "branch: --upload-pack=x"),
    "a branch that is a pattern": GOOD.replace("branch: evil", "branch: '*'"),
    "a branch with a newline": GOOD.replace("branch: evil", 'branch: "a\\nb"'),
    "a branch with NUL": GOOD.replace("branch: evil", 'branch: "a\\0b"'),
    "a branch of a page": GOOD.replace("branch: evil", "branch: " + "b" * 5000),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_change_is_applied(project, name):
    """What is strange and says something is applied like any other, and promoted: for what nobody has nobody waits."""
    project.write(PATH, STRANGE[name])
    assert show(project)["title"] == "Changed"
    works(project, "evil")
    project.commit()
    works(project, "evil")
    project.ok("overlay", "promote")
    assert show(project)["title"] == "Changed"
    assert receipts(project) == [CHANGE]
    project.ok("overlay", "sweep")
    assert show(project)["title"] == "Changed"


@pytest.mark.parametrize("field", ["branch", "by", "retract", "title", "tags", "zzz", "key"])
def test_escapes_in_a_change_reach_no_terminal(project, field):
    """Escapes in any value of a change are found by `check` and are printed nowhere, as text or JSON."""
    text = {
        "branch": GOOD.replace("branch: evil", f"branch: {ESCAPE}"),
        "by": GOOD.replace("by: eve", f"by: {ESCAPE}"),
        "retract": HEAD + f"retract: {ESCAPE}\n---\n",
        "title": HEAD + f"set:\n  title: {{from: Other, to: {ESCAPE}}}\n---\n",
        "tags": HEAD + f"set:\n  tags: {{add: [{ESCAPE}]}}\n---\n",
        "zzz": HEAD + f"set:\n  zzz: {{from: {ESCAPE}, to: {ESCAPE}}}\n---\n",
        "key": HEAD + f"set:\n  {ESCAPE}: {{from: 1, to: 2}}\n---\n",
    }[field]
    project.write(PATH, text)
    project.commit()
    findings = project.call("check", "--json").json["findings"]
    assert [one for one in findings if one["rule"] == "hidden-characters"], findings
    works(project, "evil")
    for words in (
        ("overlay", "promote", "--dry-run"),
        ("overlay", "promote", "--dry-run", "--json"),
        ("overlay", "show", "evil", "--json"),
        ("diff", "HEAD~1..HEAD"),
        ("diff", "HEAD~1..HEAD", "--json"),
        ("history", SHARED, "--json"),
        ("export", "jsonl"),
        ("conflicts", "--json"),
        ("edit", SHARED, "--set", "title=Mine", "--json"),
    ):
        done = project.call(*words)
        assert done.code in (0, 1, 2), (words, done)
        assert not RAW & set(done.out + done.err), (words, done)


def test_cycles_and_chains_of_changes(project):
    """Changes that each claim to have seen the other did not: both are parties; a chain of a hundred gives its last."""
    other = "ch0000000002"
    project.write(PATH, GOOD.replace("after: []", f"after: [{other}]"))
    project.write(
        PATH.replace(CHANGE, other),
        GOOD.replace("after: []", f"after: [{CHANGE}]")
        .replace(f"change: {CHANGE}", f"change: {other}")
        .replace("Changed", "Otherwise"),
    )
    one = show(project)
    assert one["title"] == "Shared"
    assert len(one["conflicts"][0]["parties"]) == 2
    works(project, "evil")
    project.commit()
    project.ok("overlay", "promote")
    assert receipts(project) == []
    edit(project, "title=Decided")
    assert (show(project)["title"], show(project)["conflicts"]) == ("Decided", [])


def test_one_change_in_two_overlays(project):
    """A change picked into another overlay counts once; of two that differ the same one counts for everybody; a broken copy
    hides nothing.
    """
    project.write(PATH, GOOD)
    project.write(PATH.replace("evil", "zebra"), GOOD.replace("Changed", "Otherwise"))
    assert show(project)["title"] == "Changed"
    project.commit()
    project.ok("overlay", "promote")
    assert show(project)["title"] == "Changed"
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.write(PATH, "---\nbroken\n---\n")
    assert show(project)["title"] == "Otherwise"
    edit(project, "tags+=b")
    assert show(project)["title"] == "Otherwise"
    assert "title: Otherwise" in (project.store / f"facts/m1-{SHARED}.md").read_text()


def test_what_lies_in_overlays_and_is_no_change(project, tmp_path):
    """Links, folders, pipes, upper-case and misplaced names in overlays/ are not followed or applied, and `check` names them."""
    outside = tmp_path / "outside"
    support.put(outside / f"{SHARED}.{CHANGE}.md", GOOD)
    support.put(outside / "promoted" / CHANGE, "")
    (project.store / "overlays").mkdir()
    (project.store / "overlays" / "link").symlink_to(outside)
    project.write("overlays/real/x", "")
    (project.store / "overlays" / "real" / f"{SHARED}.{CHANGE}.md").symlink_to(
        outside / f"{SHARED}.{CHANGE}.md"
    )
    (project.store / "overlays" / "real" / f"{SHARED}.ch0000000003.md").mkdir()
    os.mkfifo(project.store / "overlays" / "real" / f"{SHARED}.ch0000000004.md")
    upper = f"overlays/real/{SHARED.upper()}.{CHANGE.upper()}.md"
    project.write(upper, GOOD)
    project.write(f"overlays/{SHARED}.{CHANGE}.md", GOOD)
    project.write("overlays/real/.tmp-1-ab", GOOD)
    assert (show(project)["title"], show(project)["conflicts"]) == ("Shared", [])
    named = {
        one["path"].removeprefix(".agentmem/") for one in project.call("check", "--json").json["findings"]
    }
    assert named >= {
        "overlays/link",
        f"overlays/real/{SHARED}.{CHANGE}.md",
        f"overlays/real/{SHARED}.ch0000000003.md",
        f"overlays/real/{SHARED}.ch0000000004.md",
        upper,
        f"overlays/{SHARED}.{CHANGE}.md",
    }
    assert not [name for name in named if ".tmp-" in name]
    works(project, "real")


def test_an_overlay_that_is_a_link_is_not_written_through(feature, tmp_path):
    """A branch whose overlay folder, or `promoted`, is a link or a file: a clear error, and nothing is written or lost."""
    (feature.store / "overlays").mkdir()
    link = feature.store / "overlays" / FEATURE.replace("/", "~")
    (tmp_path / "outside").mkdir()
    link.symlink_to(tmp_path / "outside")
    done = feature.call("edit", SHARED, "--set", "title=New")
    assert done.code == 3 and "link" in done.err
    assert not list((tmp_path / "outside").iterdir())
    link.unlink()
    edit(feature, "title=New")
    feature.commit()
    feature.git("switch", "-q", "main")
    feature.git("merge", "-q", FEATURE)
    for blocked in ("file", "link"):
        promoted = link / "promoted"
        promoted.write_text("x") if blocked == "file" else promoted.symlink_to(tmp_path / "outside")
        before = feature.git("diff", "HEAD")
        for words in (("edit", SHARED, "--set", "tags+=t"), ("overlay", "promote")):
            done = feature.call(*words)
            assert done.code == 3, (blocked, done)
            assert feature.git("diff", "HEAD") == before
            assert (show(feature)["title"], show(feature)["tags"]) == ("New", ["a"])
        promoted.unlink()
    feature.write("overlays/x/promoted/notes.txt", "no receipt\n")
    feature.write(f"overlays/feature~queue/promoted/{overlay(feature)[0].split('.')[1]}", "not empty\n")
    feature.commit("a receipt")
    assert show(feature)["title"] == "Shared"  # whatever it holds, a receipt is one
    works(feature)


BASES: dict[str, bytes] = {
    "CRLF": b"---\r\nid: %s\r\nkind: fact\r\ntitle: Old\r\n---\r\nOne.\r\nTwo.\r\n",
    "BOM": b"\xef\xbb\xbf---\nid: %s\nkind: fact\ntitle: Old\n---\nOne.\nTwo.\n",
    "no final newline": b"---\nid: %s\nkind: fact\ntitle: Old\n---\nOne.\nTwo.",
    "strange lines": b"---\nid: %s\nkind: fact\ntitle: Old\n---\nOne.  \n\nfoo\xc2\xa0bar\tbaz \nTwo.\n\n\n",
    "no front matter": b"# Old\n\nOne.\nTwo.\n",
    "no id": b"---\nkind: fact\ntitle: Old\n---\nOne.\nTwo.\n",
}


@pytest.mark.parametrize("name", BASES)
def test_a_change_of_an_ugly_base(store, name):
    """A memory in any dress is changed on a branch and promoted, with the same view before and after."""
    path = "facts/ugly.md"
    data = BASES[name].replace(b"%s", support.identity(7).encode())
    store.write(path, data)
    store.commit("ugly")
    identity = store.json("list")["memories"][0]["id"]
    store.git("switch", "-q", "-c", FEATURE)
    store.ok("edit", identity, "--set", "tags+=t", "--set", "title=New")
    assert (store.store / path).read_bytes() == data
    body = show(store, identity)["text"]
    store.ok("edit", identity, "--body", body + "\nThree.  \nfoo\u00a0bar\n")
    seen = show(store, identity)
    assert "Three." in seen["text"] and seen["title"] == "New" and seen["conflicts"] == []
    store.commit("edit")
    store.git("switch", "-q", "main")
    store.git("merge", "-q", FEATURE)
    merged = show(store, identity)
    assert (merged["title"], merged["text"], merged["tags"]) == (seen["title"], seen["text"], seen["tags"])
    store.ok("overlay", "promote")
    assert len(receipts(store)) >= 1
    now = show(store, identity)
    assert (now["title"], now["text"], now["tags"], now["id"]) == (
        *(seen[k] for k in ("title", "text", "tags")),
        identity,
    )
    assert b"One." in (store.store / path).read_bytes()


def test_a_change_of_what_cannot_be_changed(feature):
    """A log entry, a broken memory and one that two files share give a clear error or are both changed; nothing is written."""
    feature.git("switch", "-q", "main")
    entry = feature.json("add", "log", "It happened")["id"]
    feature.write("facts/broken.md", f"---\nid: {support.identity(8)}\ntitle: [\n---\nx\n")
    feature.write(f"facts/copy-{SHARED}.md", support.memory(SHARED, title="Copy"))
    feature.commit()
    feature.git("switch", "-q", FEATURE)
    feature.git("merge", "-q", "main")
    for words, wanted in (
        (("edit", entry, "--set", "title=New"), (2,)),
        (("edit", support.identity(8), "--set", "title=New"), (2,)),
        (("edit", ".agentmem/facts/broken.md", "--set", "title=New"), (2,)),
        (("edit", SHARED, "--set", "tags+=new"), (0, 2, 4)),
    ):
        done = feature.call(*words)
        assert done.code in wanted, (words, done)
        assert done.code == 0 or done.err.startswith("error: ")
    works(feature)
    feature.write(
        f"overlays/evil/{entry}.{CHANGE}.md", GOOD.replace(SHARED, entry).replace("Shared", "It happened")
    )
    works(feature)


def test_a_change_that_is_too_large(store):
    """An edit on a branch that makes more than a file may hold is refused clearly; what was there stays, a smaller one works."""
    body = "".join(f"Line {number} of many.\n" for number in range(8000))
    store.remember(1, "Shared", body)
    store.commit()
    store.git("switch", "-q", "-c", FEATURE)
    edit(store, "tags+=x")
    done = store.call("edit", SHARED, "--body", "-", input=body.replace("Line", "Row"))
    assert (done.code, done.err.startswith("error: not written: ")) == (2, True), done
    assert store.call("edit", SHARED, "--body", "-", input=body * 2).code == 2
    assert (show(store)["tags"], len(overlay(store))) == (["x"], 1)
    store.ok("edit", SHARED, "--body", "-", input=body.replace("Line 77 ", "Row 77 "))
    assert "Row 77 " in show(store)["text"]


def test_secrets_and_hidden_characters_are_refused_in_changes(feature):
    """What `add` refuses an edit on a branch refuses too, in any field, and nothing is written."""
    for words in (
        ("--set", "title=the key AKIAIOSFODNN7ABCDEFG"),
        ("--set", "tags+=AKIAIOSFODNN7ABCDEFG"),
        ("--body", "the key AKIAIOSFODNN7ABCDEFG"),
        ("--set", "title=a\u202eb"),
        ("--set", "tags+=a\u200bb"),
        ("--body", "a\x1b[31mb"),
        ("--body", "a\u2028b"),
    ):
        done = feature.call("edit", SHARED, *words)
        assert done.code == 1 and "not written" in done.err, (words, done)
        assert not RAW & set(done.err)
    done = feature.call("retract", SHARED, "--reason", "AKIAIOSFODNN7ABCDEFG")
    assert done.code == 1
    done = feature.call("edit", SHARED, "--set", "title=New", env={"AGENTMEM_AGENT": "a\x1b[31mb\u202e"})
    assert done.code in (1, 2) or not RAW & set("".join(p.read_text() for p in feature.store.rglob("*.md")))
    assert feature.call("check").code == 0
    feature.write(PATH, GOOD.replace("Changed", "AKIAIOSFODNN7ABCDEFG"))
    found = feature.call("check", "--json", "--only", "secret", "--only", "hidden-characters").json[
        "findings"
    ]
    assert [one["rule"] for one in found] == ["secret"]


# -- names of branches

NAMES = [
    "Feature/Queue",
    "feature/queue.",
    "con",
    "aux/x",
    "a/con.txt",
    "git/1",
    "git/1/x",
    "ünï/cödé",
    "ветка",
    "队列/一",
    "it's",
    'say"hi"',
    "$HOME",
    "`id`",
    "a;touch${IFS}pwned",
    "a&b",
    "$(touch pwned)".replace(" ", "${IFS}"),
    "a|b",
    "<x>",
    "!bang",
    "#1",
    "%41",
    "x(y)",
    "a,b=c",
    "@x",
    "queue~~x".replace("~", "-"),
    "promoted",
    "overlays/x",
    "x/" + "long" * 59,
    "n" * 240,
    "emoji-😀",
    "a b",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_branch(project, name):
    """A branch of any name that git takes is written, shown, merged, promoted; what is printed runs in a shell as meant."""
    if subprocess.run(
        ["git", "check-ref-format", "--branch", name], capture_output=True, check=False
    ).returncode:
        pytest.skip("git takes no such name")
    assert (
        support.subprocess.run(["git", "branch", "--", name], cwd=project.path, check=False).returncode == 0
    )
    project.git("switch", "-q", name)
    new = project.json("add", "fact", "New here")["id"]
    edit(project, "title=Changed")
    (path,) = overlay(project)
    folder = path.split("/")[1]
    assert folder.isascii() and len(folder) <= 60 and folder == folder.lower()
    assert path.isascii() and not set(path) & set(" \"\\:*?<>|;$`'")
    works(project, name)
    shown = project.json("overlay", "show", name)
    assert (shown["branch"], len(shown["changes"]), len(shown["memories"])) == (name, 1, 1)
    project.git("switch", "-q", "main")
    told = project.ok("overlay", "list")
    (line,) = [one for one in told.splitlines() if "adopt " in one]
    words = shlex.split(line.partition("agentmem overlay adopt ")[2])
    assert words == [name]
    project.git("add", "-A")
    assert project.call("check", "--staged").code == 0
    for finding in project.call("check", "--staged", "--json", "--only", "foreign-memory").json["findings"]:
        told = shlex.split(finding["message"].rpartition("agentmem overlay adopt ")[2])
        assert told == [name if len(name) <= 80 else "BRANCH"]
    project.git("stash", "-q", "-u")
    project.git("switch", "-q", name)
    project.git("stash", "pop", "-q")
    project.commit("work")
    project.git("switch", "-q", "main")
    assert show(project, new, "--branch", name)["layer"] == "unmerged"
    assert show(project, SHARED, "--branch", name)["title"] == "Changed"
    project.git("merge", "-q", "--no-ff", "-m", "merge", name)
    assert show(project)["title"] == "Changed"
    project.ok("overlay", "promote")
    project.git("branch", "-q", "-D", "--", name)
    assert len(project.json("overlay", "sweep")["paths"]) == 1
    assert (show(project)["title"], show(project, new)["layer"]) == ("Changed", "base")
    assert not (project.path / "pwned").exists()


def test_names_that_the_slug_makes_alike(project):
    """Branches whose names differ only in case, or in what the folder's name drops, keep apart."""
    names = [
        "Feature/Queue",
        "FEATURE/queue1",
        "feature-queue",
        "feature!queue",
        "feature queue".replace(" ", "+"),
        "ä",
        "ö",
    ]
    folders = set()
    for name in names:
        branch_with(project, name, f"tags+=t{names.index(name)}")
        project.git("merge", "-q", "--no-ff", "-m", "merge", name)
    for path in overlay(project):
        folders.add(path.split("/")[1])
    assert len(folders) == len({one.lower() for one in folders}) == len(names)
    assert set(show(project)["tags"]) == {"a", *(f"t{n}" for n in range(len(names)))}
    assert len(project.json("overlay", "list")["overlays"]) == len(names)


def test_hidden_characters_and_bytes_in_a_branch_name(project):
    """A branch whose name would colour a terminal, or is no text, gives a clear refusal on writing; reading prints it clean."""
    for name in ("a\u202eb", "a\u200bb", b"a\xffb", "a\u009b31mb"):
        word = os.fsdecode(name)
        project.git("switch", "-q", "-c", word, "main")
        for words in (("add", "fact", "New"), ("edit", SHARED, "--set", "title=New")):
            done = project.run(*words)
            assert done.code in (1, 2), (name, done)
            assert ("branch" in done.err or "UTF-8" in done.err) and not RAW & set(done.out + done.err), done
        assert project.git("status", "--porcelain") == ""
        for words in (
            ("status",),
            ("list",),
            ("list", "--json"),
            ("overlay", "list"),
            ("status", "--json"),
            ("overlay", "show"),
        ):
            done = project.run(*words)
            assert done.code == 0 and not RAW & set(done.out + done.err), (words, done)


# -- the environment


def test_a_store_in_a_folder_of_an_odd_name(new_repository):
    """A store in a subfolder with spaces and a newline works as any, also from inside its overlays."""
    top = new_repository("odd repo")
    sub = Project(top.path / "a b\nc")
    sub.path.mkdir()
    sub.ok("init", "--store", ".agentmem") if False else sub.ok("init")
    inner = sub if sub.store.is_dir() else top
    inner.remember(1, "Shared", LINES, tags="[a]")
    inner.commit("begin")
    inner.git("switch", "-q", "-c", FEATURE)
    edit(inner, "title=New")
    inside = inner.store / "overlays" / "feature~queue"
    done = inner.call("edit", SHARED, "--set", "tags+=t", cwd=inside)
    assert done.code == 0, done
    assert inner.call("show", SHARED, "--json", cwd=inside).json["memories"][0]["title"] == "New"
    assert inner.call("check", "--staged", cwd=inside).code == 0
    inner.commit("work")
    inner.git("switch", "-q", "main")
    inner.git("merge", "-q", FEATURE)
    inner.ok("overlay", "promote", cwd=inner.store / "facts")
    assert (show(inner)["title"], overlay(inner) != [], inner.git("status", "--porcelain")) == (
        "New",
        True,
        "",
    )


def test_a_store_below_the_top(new_repository):
    """A store in a subfolder of the repository, named by --store or found from there, is changed and promoted there."""
    top = new_repository("mono")
    sub = Project(top.path / "packages" / "my pkg")
    support.put(sub.store / "config.toml", 'trunk = "main"\n')
    sub.remember(1, "Shared", LINES, tags="[a]")
    sub.commit("begin")
    sub.git("switch", "-q", "-c", FEATURE)
    edit(sub, "title=New")
    sub.commit("work")
    sub.git("switch", "-q", "main")
    sub.git("merge", "-q", FEATURE)
    store = str(sub.store.relative_to(top.path))
    assert top.json("--store", store, "show", SHARED)["memories"][0]["title"] == "New"
    top.ok("--store", store, "overlay", "promote")
    assert (show(sub)["title"], len(receipts(sub)), top.git("status", "--porcelain")) == ("New", 1, "")


@pytest.mark.parametrize("partial", [False, True])
def test_in_a_pre_commit_hook(feature, partial):
    """In a hook of git, which sets GIT_INDEX_FILE and GIT_DIR, check and the reading commands answer for what is committed."""
    edit(feature, "title=New")
    feature.write(f"facts/broken-{support.identity(3)}.md", "---\nid: [\n---\n")
    hook = support.put(
        feature.path / ".git" / "hooks" / "pre-commit",
        "#!/bin/sh\nset -e\n" + shlex.join(support.command("check", "--staged")) + "\n"
        f'test -n "$GIT_INDEX_FILE"\n{shlex.join(support.command("show", SHARED))} | grep -q New\n'
        f"{shlex.join(support.command('overlay', 'list'))} >/dev/null\n",
    )
    hook.chmod(0o755)
    words = ["--only", "--", ".agentmem/overlays"] if partial else []
    feature.git("add", ".agentmem/overlays")
    feature.git("commit", "-q", "-m", "good", *words)
    feature.git("add", "-A")
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "bad"], cwd=feature.path, capture_output=True, check=False
    )
    assert done.returncode and b"broken" in done.stdout + done.stderr


def test_with_a_relative_git_dir(feature):
    """GIT_DIR and GIT_WORK_TREE relative to the folder at hand are understood."""
    env = {"GIT_DIR": ".git", "GIT_WORK_TREE": "."}
    edit(feature, "title=New", env=env)
    feature.commit()
    feature.git("switch", "-q", "main")
    feature.git("merge", "-q", FEATURE)
    feature.ok("overlay", "promote", env=env)
    assert feature.json("show", SHARED, env=env)["memories"][0]["title"] == "New"
    assert feature.git("status", "--porcelain") == ""


# -- disks


def test_a_full_disk(project, tmp_path):
    """On a full disk each write gives a clear error and exit code 3; what each memory says stays, and goes on afterwards."""
    pending(project)
    project.git("switch", "-q", "-c", FEATURE)
    edit(project, "importance=2")
    project.commit("work")
    project.git("switch", "-q", "main")
    small = tmp_path / "small"
    small.mkdir()
    with support.mounted("-t", "tmpfs", "-o", "size=3m", "tmpfs", at=small):
        support.git(tmp_path, "clone", "-q", "--no-local", str(project.path), str(small / "repo"))
        here = Project(small / "repo")
        for key, value in (("user.name", "A"), ("user.email", "a@example.org")):
            here.git("config", key, value)
        assert show(here)["title"] == "Better"
        filler = small / "filler"
        for branch in ("main", FEATURE):
            here.git("switch", "-q", branch)
            before = said(here)
            with open(filler, "wb", buffering=0) as file, pytest.raises(OSError):
                while file.write(b"x" * 4096):
                    pass
            for words in (
                ("edit", SHARED, "--set", "title=New", "--body", "y" * 9000),
                ("add", "fact", "New", "--body", "z" * 9000),
                ("overlay", "promote"),
            ):
                done = here.call(*words)
                if words[0] == "overlay" and branch != "main":
                    assert done.code == 2
                    continue
                assert done.code == 3, (branch, words, done)
                assert done.err.count("\n") <= 2 and "bug" not in done.err
                assert said(here) == before, words
            assert not list(here.store.rglob(".tmp-*"))
            filler.unlink()
            assert said(here) == before
        here.git("switch", "-q", "main")
        here.ok("edit", SHARED, "--set", "title=New")
        here.git("checkout", "-q", "--", ".")
        here.git("clean", "-qfd")
        here.ok("overlay", "promote")
        assert here.call("check").code == 0 and show(here)["title"] == "Better"


@pytest.mark.parametrize("what", ["worktree", "git dir", "journal"])
def test_read_only(project, what):
    """A read-only worktree or git dir gives exit code 3 where nothing can be done, and no half of it; no journal is needed."""
    pending(project)
    journal = project.path / ".git" / "agentmem" / "journal"
    path = {"worktree": project.path, "git dir": project.path / ".git", "journal": journal}[what]
    before, status = said(project), project.git("status", "--porcelain")
    with support.read_only(path):
        promoted = project.call("overlay", "promote")
        swept = project.call("overlay", "sweep")
        edited = project.call("edit", SHARED, "--set", "tags+=t")
        works(project)
        wanted = {"worktree": (3, 3, 3), "git dir": (3, 3, 0), "journal": (0, 0, 0)}[what]
        assert (promoted.code, swept.code, edited.code) == wanted, (promoted, swept, edited)
        if what == "worktree":
            assert (said(project), project.git("status", "--porcelain")) == (before, status)
            assert "read-only" in promoted.err + edited.err
    if what != "worktree":
        assert "t" in show(project)["tags"]
        project.commit()
    assert project.call("overlay", "promote").code == 0
    assert show(project)["title"] == "Better"
    assert not list(project.store.rglob(".tmp-*"))


# -- clocks


@pytest.mark.parametrize("clock", ["absent", "equal", "reversed", "future"])
def test_clocks_decide_nothing(project, clock):
    """Whenever two machines think that they wrote, the view is the same: only the order of additions may follow the clock."""
    branch_with(project, "one", "title=One", "tags+=x")
    project.git("switch", "-q", "one")
    edit(project, "title=Two", "importance=5")
    project.commit("more")
    branch_with(project, "two", "importance=3", "tags+=y")
    project.git("merge", "-q", "--no-ff", "-m", "one", "one")
    project.git("merge", "-q", "--no-ff", "-m", "two", "two")
    expected = said(project)
    assert expected[0] == "Two" and expected[4] == ("importance",)
    for number, path in enumerate(overlay(project)):
        text = (project.store / path).read_text()
        (line,) = [one for one in text.splitlines() if one.startswith("created: ")]
        new = {
            "absent": "",
            "equal": "created: 2026-02-12T09:30:00Z\n",
            "reversed": f"created: 20{30 - number}-02-12T09:30:00Z\n",
            "future": f"created: 9{number}99-12-31T23:59:59Z\n",
        }[clock]
        project.write(path, text.replace(line + "\n", new))
    assert said(project) == expected
    works(project)
    project.commit()
    project.ok("overlay", "promote")
    assert said(project) == expected


# -- what people do with git


def merged(project: Project, *words: str) -> tuple[object, ...]:
    """Two branches with one change each, brought to trunk by ``words``; what the memory says then."""
    branch_with(project, "one", "title=One", "tags+=x")
    branch_with(project, "two", "importance=5", body=LINES.replace("Three.", "Third."))
    project.commit("trunk goes on")
    project.git(*words)
    return said(project)


BOTH = ("One", LINES.replace("Three.", "Third."), ("a", "x"), 5, ())


def test_an_octopus_merge(project):
    """One merge of many branches brings all of their changes."""
    assert merged(project, "merge", "-q", "-m", "octopus", "one", "two") == BOTH
    project.ok("overlay", "promote")
    assert said(project) == BOTH


@pytest.mark.parametrize("words", [("-s", "ours"), ("-X", "theirs"), ("-X", "ours")])
def test_strategies_of_merges(project, words):
    """`-X theirs` brings all, `-s ours` brings nothing and says so by the tree: what is not here can still be asked for."""
    branch_with(project, "two", "importance=5", body=LINES.replace("Three.", "Third."))
    branch_with(project, "one", "title=One", "tags+=x")
    project.git("merge", "-q", "-m", "two", "two")
    project.git("merge", "-q", *words, "-m", "merge", "one")
    if words == ("-s", "ours"):
        assert said(project)[0] == "Shared" and len(overlay(project)) == 1
        assert show(project, SHARED, "--branch", "one")["title"] == "One"
    else:
        assert said(project) == BOTH
    works(project, "one")
    project.ok("overlay", "promote")
    assert project.call("check").code == 0


@pytest.mark.parametrize("todo", ["fixup", "squash", "reorder", "drop"])
def test_an_interactive_rebase(project, todo):
    """Commits with changes squashed, reordered or dropped: what is in the tree counts, in the order in which it was seen."""
    project.git("switch", "-q", "-c", FEATURE)
    for number, setting in enumerate(("title=One", "title=Two", "tags+=x")):
        edit(project, setting)
        project.commit(f"c{number}")
    before = said(project)
    script = {
        "fixup": "sed -i '2,3s/^pick/fixup/'",
        "squash": "sed -i '2,3s/^pick/squash/'",
        "reorder": "sed -i '1{h;d};2{G}'",
        "drop": "sed -i '1s/^pick/drop/'",
    }[todo]
    project.git("switch", "-q", "main")
    project.commit("trunk goes on")
    project.git("switch", "-q", FEATURE)
    support.subprocess.run(
        ["git", "rebase", "-q", "-i", "main"],
        cwd=project.path,
        env={**os.environ, "GIT_SEQUENCE_EDITOR": script, "GIT_EDITOR": "true"},
        check=True,
        capture_output=True,
    )
    # Two was written over One: without One its ground is missing, and that is said
    assert said(project) == (before if todo != "drop" else ("Shared", LINES, ("a", "x"), None, ("title",)))
    works(project)
    project.git("switch", "-q", "main")
    project.git("merge", "-q", "--squash", FEATURE)
    project.git("commit", "-q", "-m", "squash")
    after = said(project)
    project.ok("overlay", "promote")
    assert said(project) == after
    if todo == "drop":
        assert receipts(project) == []


def test_amend_after_an_edit(feature):
    """A change that a commit held stays as it is when an edit follows and the commit is amended: the later one comes after it."""
    edit(feature, "title=One")
    feature.commit("work")
    first = {path: (feature.store / path).read_bytes() for path in overlay(feature)}
    edit(feature, "title=Two")
    feature.git("add", "-A")
    feature.git("commit", "-q", "--amend", "--no-edit")
    assert said(feature)[0] == "Two" and len(overlay(feature)) == 2
    assert all((feature.store / path).read_bytes() == data for path, data in first.items())


def test_stash_and_pop(feature):
    """Changes that are stashed are out of the view, and back in it when popped; one that was written meanwhile meets them."""
    edit(feature, "title=One")
    feature.git("stash", "-q", "-u")
    assert said(feature)[0] == "Shared"
    edit(feature, "tags+=x")
    feature.git("stash", "pop", "-q")
    assert said(feature) == ("One", LINES, ("a", "x"), None, ())
    edit(feature, "title=Two")
    feature.commit()
    feature.git("switch", "-q", "main")
    feature.git("merge", "-q", FEATURE)
    assert said(feature)[0] == "Two"


def test_what_git_throws_away_is_in_the_journal(feature):
    """`reset --hard`, `clean -fd` and `checkout -- path` take uncommitted work away; the journal has it still."""
    new = feature.json("add", "fact", "New here")["id"]
    edit(feature, "title=One")
    feature.git("clean", "-qfd")
    assert said(feature)[0] == "Shared" and not overlay(feature)
    works(feature)
    feature.ok("restore", new)
    assert show(feature, new)["title"] == "New here"
    edit(feature, "title=Two")
    feature.git("add", "-A")
    feature.git("reset", "-q", "--hard")
    assert said(feature)[0] == "Shared"
    text = "".join(path.read_text() for path in (feature.path / ".git/agentmem/journal").glob("*.jsonl"))
    assert "to: One" in text and "to: Two" in text
    feature.ok("restore", new)
    feature.git("switch", "-q", "main")
    edit(feature, "title=On trunk")
    feature.git("checkout", "--", ".agentmem")
    assert said(feature)[0] == "Shared"


def test_a_worktree_removed_by_force(project, tmp_path):
    """What a removed worktree had written and not committed comes back with `restore --journal`, changes too, and once."""
    project.git("worktree", "add", "-q", "-b", FEATURE, str(tmp_path / "tree"))
    tree = Project(tmp_path / "tree")
    edit(tree, "title=One")
    edit(tree, "title=Two", "tags+=x")
    new = tree.json("add", "fact", "New there")["id"]
    project.git("worktree", "remove", "--force", str(tree.path))
    works(project)
    assert len(project.json("restore", "--journal")["restored"]) == 2
    assert project.json("restore", "--journal")["restored"] == []
    assert said(project)[0] == "Shared", "the branch is there still: what is its own is not trunk's"
    project.git("switch", "-q", FEATURE)
    assert said(project)[:3] == ("Two", LINES, ("a", "x")) and show(project, new)["layer"] == "own"


def test_the_default_branch_is_renamed(project):
    """Trunk of another name is trunk once the configuration says so; until then nothing is lost and what to do is told."""
    pending(project)
    project.git("branch", "-q", "-m", "main", "trunk")
    done = project.call("overlay", "promote")
    assert done.code == 2 and "main" in done.err
    works(project)
    config = project.store / "config.toml"
    config.write_text(config.read_text().replace('"main"', '"trunk"'))
    project.commit("trunk")
    project.ok("overlay", "promote")
    assert said(project)[0] == "Better" and len(receipts(project)) == 3


def test_history_is_rewritten(project):
    """A rewritten history (filter-branch) takes no change away: nothing hangs on a commit id."""
    pending(project)
    before = said(project)
    support.subprocess.run(
        ["git", "filter-branch", "-f", "--msg-filter", "sed s/^/x/", "--", "--all"],
        cwd=project.path,
        env={**os.environ, "FILTER_BRANCH_SQUELCH_WARNING": "1"},
        check=True,
        capture_output=True,
    )
    assert said(project) == before
    project.ok("overlay", "promote")
    assert said(project) == before


@pytest.mark.parametrize("cone", ["src", ".agentmem/facts"])
def test_a_sparse_checkout(project, cone):
    """What a sparse checkout leaves out is read from git; edits and promotions take it into account and lose nothing."""
    support.put(project.path / "src" / "x", "x")
    pending(project)
    project.commit()
    before = said(project)
    project.git("sparse-checkout", "set", cone)
    assert said(project) == before
    works(project)
    if cone == "src":
        for words in (("edit", SHARED, "--set", "tags+=t"), ("overlay", "promote")):
            done = project.call(*words)
            assert done.code in (0, 3), (words, done)
        assert said(project)[0] == "Better"
    else:
        project.ok("overlay", "promote")
        assert said(project) == before
    project.git("sparse-checkout", "disable")
    project.commit()
    one = said(project)
    assert one[:2] == before[:2] and set(one[2]) >= set(before[2]) and one[4] == ()
    assert project.call("check").code == 0


def test_a_subtree_merge(project, new_repository):
    """The memory of another repository below a prefix is a store of its own there, and not taken for ours."""
    other = new_repository("library")
    other.ok("init")
    other.remember(5, "Library fact")
    other.commit("begin")
    branch_with(project, FEATURE, "title=One")
    project.git("fetch", "-q", str(other.path), "main")
    project.git("merge", "-q", "-s", "ours", "--no-commit", "--allow-unrelated-histories", "FETCH_HEAD")
    project.git("read-tree", "--prefix=lib/", "-u", "FETCH_HEAD")
    project.git("commit", "-q", "-m", "subtree")
    project.git("merge", "-q", FEATURE)
    assert said(project)[0] == "One" and project.titles() == {"One"}
    assert Project(project.path / "lib").titles() == {"Library fact"}
    project.ok("overlay", "promote")
    works(project)
