"""A malicious or unlucky user of the team's verbs: the right exit code, no crash, nothing raw on a terminal, nothing lost."""

import json
import os
import signal
import subprocess

import pytest

from tests import support
from tests.actions import teams
from tests.actions.teams import claim, holders, offered, task, worktree
from tests.support import Project, identity, memory

READERS = (
    ("task", "list", "--all"),
    ("task", "list", "--all", "--json"),
    ("plan", "show"),
    ("plan", "show", "--json"),
    ("plan", "show", "--format", "md"),
    ("next",),
    ("next", "--json"),
    ("claims", "--all"),
    ("claims", "--all", "--json"),
    ("brief",),
    ("brief", "--json"),
    ("overview",),
    ("overview", "--check"),
    ("cost",),
    ("cost", "--json"),
    ("conflicts",),
    ("sync",),
    ("status",),
)
RAW = set(map(chr, (*range(9), *range(11, 32), *range(127, 160)))) | set(
    "\u200b\u202e\u2066\u00ad\u2060\ufeff"
)
SLY = "\x1b[2Jevil\x07\u202e"
NAMES = ("größe 队列", "עברית", SLY, "👩‍👩‍👧", "a\nb", "x" * 5000, "-rf", "../..", "</memory>")


def clean(ran, *codes):
    """The command ended as it should, without a crash and without a raw character."""
    assert ran.code in (codes or (0,)), ran
    assert "agentmem-bug" not in ran.err and "Traceback" not in ran.err, ran
    assert not RAW & set(ran.out + ran.err), ran
    return ran


def sweep(project, *codes, **options):
    """Every verb that only looks, answers."""
    for words in READERS:
        ran = clean(project.call(*words, **options), *codes)
        if "--json" in words and not ran.code:
            assert ran.json["schema"].startswith("agentmem/")


@pytest.fixture
def team(store):
    """A committed store with one task."""
    store.first = task(store, "POST /jobs", "--role", "api", "--scope", "api/**")
    store.commit("task")
    return store


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_names_of_agents(team, name):
    """Any name takes a task, hands it on, closes and reopens it, and is told who it is."""
    env = {"AGENTMEM_AGENT": name, "AGENTMEM_ROLE": name}
    clean(team.call("claim", team.first, env=env))
    clean(team.call("handoff", team.first, "-m", f"half done by {name}", env=env))
    clean(team.call("claim", team.first, env=env))
    assert clean(team.call("brief", env=env)).lines[0].startswith("# Brief: ")
    (held,) = team.json("claims")["claims"]
    assert held["handoff"]["text"].startswith("half done by ") and len(held["agent"]) <= 300
    done = team.call("done", team.first, "-m", "It works", env=env)
    clean(done)
    said = clean(team.call("fail", team.first, "--reason", "It does not", "--to", name, env=env)).out
    assert said.startswith("reopened ") and "priority 1" in said
    sweep(team, env=env)


@pytest.mark.parametrize(
    "text", ["y" * 5000, f"one\r\ntwo {SLY}", "z\n" * 4000], ids=["long", "sly", "lines"]
)
def test_texts_of_handoffs(team, text):
    """A note of any length is kept up to its bound, and shown without what moves a terminal."""
    claim(team, team.first)
    clean(team.call("handoff", team.first, "-m", text))
    (kept,) = team.json("claims", "--all")["claims"]
    assert 8 < len(kept["handoff"]["text"]) <= 4000 and kept["state"] == "released"
    sweep(team)
    assert "handoff (tester, now): " in clean(claim(team, team.first)).out


def test_titles_that_are_none(team):
    """A title is one line without hidden characters; what is refused is not written."""
    for title, code in ((SLY, 1), ("a\nb", 2), ("", 2), ("  ", 2)):
        assert clean(team.call("task", "add", title), code).err.startswith("error: "), title
    clean(team.call("task", "add", "T " + "x" * 5000, "--phase", "p" * 5000, "--scope", "a b/**"))
    assert team.json("task", "list")["total"] == 2
    sweep(team)


def test_blank_names_are_none(team):
    """A role of blanks is no role: nobody would ever be offered the task."""
    blank = task(team, "Other", "--role", " ", "--owner", " ", "--phase", "  ")
    (found,) = [one for one in team.json("task", "list")["tasks"] if one["id"] == blank]
    assert (found["role"], found["owner"], found["phase"]) == (None, None, None)
    assert blank in {one["id"] for one in team.json("next", "--role", "db", "--limit", "0")["tasks"]}


def test_needs_that_nothing_meets(team):
    """A task cannot need what nobody will ever close, nor belong to what is no plan."""
    gone, old = task(team, "Gone"), task(team, "Old")
    team.ok("retract", gone, "--reason", "not wanted")
    team.ok("supersede", old, "--title", "Newer")
    goal = team.json("add", "plan", "The goal")["id"]
    for words, said in (
        (("--needs", gone), "is retracted and was not done"),
        (("--needs", old), "is superseded and was not done"),
        (("--needs", goal), "is a plan and no task"),
        (("--plan", team.first), "is a task, no plan"),
        (("--needs", "zzzzzzzzzzzz"), "no memory zzzzzzzzzzzz"),
        (("--plan", "nope"), "no memory nope"),
        (("--priority", "10"), "from 0 to 9"),
    ):
        refused = clean(team.call("task", "add", "Next", *words), 2)
        assert said in refused.err, words
    claim(team, team.first)
    team.ok("done", team.first)
    team.ok("supersede", team.first, "--title", "POST /jobs, again")
    ready = task(team, "Next", "--needs", team.first, "--plan", goal)
    assert ready in offered(team), "a need that was done before it was superseded is met"


def test_numbers_below_nothing(team):
    """A limit below 0 is refused: it would leave out the last ones."""
    for words in (("task", "list"), ("next",)):
        refused = clean(team.call(*words, "--limit", "-1"), 2)
        assert refused.err == "error: --limit must be 0 (no limit) or more\n"
    for words in (("claim", "--ttl", "0"), ("claim", "--ttl", "9" * 20), ("cost", "--price", "nan")):
        clean(team.call(*words), 2)


def graph(project):
    """Tasks as nobody should write them, by what is wrong with them."""
    names = "self two three four unknown odd retracted over crlf empty broken marks sly types far"
    found = {name: identity(number) for number, name in enumerate(names.split(), start=1)}
    texts: dict[str, dict[str, str]] = {
        "self": {"needs": f"[{found['self']}]"},
        "two": {"needs": f"[{found['three']}]"},
        "three": {"needs": f"[{found['four']}]"},
        "four": {"needs": f"[{found['two']}]"},
        "unknown": {"needs": "[zzzzzzzzzzz1]"},
        "odd": {"needs": "[../x, 7, '\u202e', {a: b}]", "priority": "-5"},
        "retracted": {"status": "retracted"},
        "over": {"needs": f"[{found['retracted']}]"},
        "types": {"plan": "[a, b]", "phase": "{x: y}", "role": "[q]", "scope": "'**'", "priority": "9" * 30},
        "far": {"created": "9999-12-31T23:59:59Z"},
        "sly": {key: f'"{key} \\e[2J\\u202e"' for key in ("phase", "role", "owner", "plan", "scope")},
    }
    for name, changes in texts.items():
        text = memory(found[name], kind="task", title=f"Task {name}", **{"created": support.NOW, **changes})
        project.write(f"tasks/{name}-{found[name]}.md", text)
    whole = memory(found["crlf"], kind="task", title="Task crlf")
    project.write(f"tasks/crlf-{found['crlf']}.md", whole.replace("\n", "\r\n"))
    project.write(f"tasks/empty-{found['empty']}.md", "")
    project.write(f"tasks/broken-{found['broken']}.md", "---\nid: [\n")
    project.write(f"tasks/marks-{found['marks']}.md", "<<<<<<< HEAD\n---\n=======\n---\n>>>>>>> x\n")
    project.commit("graph")
    return found


def test_a_graph_of_nonsense(store):
    """Bad tasks hide no good ones: what is blocked says by what, what cannot be read says so, the rest can be taken."""
    teams.config(store, "limit = 0")
    found = graph(store)
    sweep(store)
    free = offered(store)
    assert {found[name] for name in ("crlf", "odd", "far", "types", "sly")} <= free
    short = {key: value[:6] for key, value in found.items()}
    for name, why in (
        ("self", f"{short['self']} needs itself"),
        ("two", f" needs {short['three']}"),
        ("over", f"it needs {short['retracted']}"),
    ):
        refused = clean(claim(store, found[name]), 4).err.partition("\n")[0]
        assert refused.startswith(f"error: {short[name]} is blocked: ") and why in refused, refused
    assert "it needs zzzzzz\n" in clean(claim(store, found["unknown"]), 4).err
    clean(claim(store, found["sly"]))
    for name in ("crlf", "far", "types"):
        clean(claim(store, found[name]))
        clean(store.call("done", found[name], "-m", "It works"))
        clean(store.call("fail", found[name], "--reason", "It does not"))
    unreadable = clean(claim(store, found["broken"]), 2)
    assert unreadable.err == (
        f"error: the file of {found['broken']} cannot be read as a memory\nhint: agentmem check\n"
    )
    found_by_check = clean(store.call("check"), 1).out
    assert "task-cycle" in found_by_check and "broken-file" in found_by_check


def test_a_long_cycle(store):
    """Three hundred tasks that wait for each other in a ring are told in a moment."""
    names = [identity(number) for number in range(1, 301)]
    for number, name in enumerate(names):
        text = memory(
            name, kind="task", title=f"Task {number}", needs=f"[{names[number - 1]}]", phase=str(number)
        )
        store.write(f"tasks/t-{name}.md", text)
    told = store.ok("next")
    assert told.startswith("nothing is free.\ncycle: ") and told.endswith(" · 300 blocked\n")
    assert "needs … 296 more … needs" in told and len(told) < 200
    clean(claim(store, names[0]), 4)
    assert store.json("plan", "show")["plans"][0]["total"] == 300
    page = store.ok("overview")
    assert page.count(" --> ") and len(page) < 100_000


@pytest.mark.parametrize("how", ["retracted", "superseded"])
def test_withdrawn_while_claimed(team, how):
    """Who holds a task that is withdrawn is told so, by its title, whatever he does with it."""
    claim(team, team.first)
    words = ("retract", "--reason", "no") if how == "retracted" else ("supersede", "--title", "Newer")
    team.ok(words[0], team.first, *words[1:])
    short = team.first[:6]
    for words in (("done",), ("handoff", "-m", "x"), ("fail", "--reason", "x"), ("claim",)):
        refused = clean(team.call(words[0], team.first, *words[1:]), 2)
        assert refused.err == (
            f'error: {short} "POST /jobs" is {how}: nobody is to do it any more\nhint: agentmem show {short}\n'
        )
    assert f'- tester · {short} "POST /jobs", {how} · ' in team.ok("claims")
    assert team.first not in offered(team)
    sweep(team)


def test_deleted_while_claimed(team):
    """A task whose file is gone is no task any more; its claim stays on the board by its id, and others can be taken."""
    goal = team.json("add", "plan", "The goal")
    other = task(team, "GET /jobs", "--plan", goal["id"])
    claim(team, team.first)
    claim(team, other)
    for path in team.store.glob(f"tasks/*{team.first}.md"):
        path.unlink()
    (team.path / goal["path"]).unlink()
    assert f"{team.first} is archived" in clean(team.call("done", team.first), 2).err
    assert holders(team)[team.first] == ("tester", "held")
    clean(team.call("done", other, "-m", "It works"))
    assert team.json("plan", "show")["plans"][0]["done"] == 1, "among the tasks of no plan"
    sweep(team)


def test_an_entry_at_the_end_of_time(team):
    """An entry of a wrong clock does not keep a task done for ever: what bars the way is named, with the way out."""
    claim(team, team.first)
    entry = team.json("done", team.first, env={"AGENTMEM_NOW": "9999-12-31T23:59:59Z"})["entry"]
    refused = clean(team.call("fail", team.first, "--reason", "It does not"), 2)
    assert refused.err == (
        f"error: entry {entry[:6]} on this task is dated 9999-12-31T23:59:59Z: no other can come after it\n"
        f'hint: agentmem retract {entry[:6]} --reason "a wrong clock"\n'
    )
    team.ok("retract", entry, "--reason", "a wrong clock")
    clean(team.call("fail", team.first, "--reason", "It does not"))
    assert team.json("task", "list")["tasks"][0]["state"] == "failed"


@pytest.mark.parametrize("now", ["1970-01-01T00:00:00Z", "9998-01-01T00:00:00Z"])
def test_clocks_far_away(team, now):
    """A clock decades off takes, closes and reopens, and does not confuse those with a right one."""
    env = {"AGENTMEM_NOW": now, "AGENTMEM_AGENT": "k"}
    for words in (("claim",), ("handoff", "-m", "x"), ("claim",), ("done",), ("fail", "--reason", "r")):
        clean(team.call(words[0], team.first, *words[1:], env=env))
    sweep(team, env=env)
    sweep(team)
    clean(claim(team, team.first))
    clean(team.call("done", team.first))
    assert team.json("task", "list", "--all")["tasks"][0]["state"] == "done"


def overview_of(project):
    """The page as it is in the store."""
    return project.store / "overview.md"


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text + "\nmine\n",
        lambda text: f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> x\n",
        lambda text: "",
        lambda text: text + "x" * 6_000_000,
    ],
    ids=["by hand", "markers", "emptied", "huge"],
)
def test_an_overview_that_was_changed(team, edit):
    """A generated page is made anew whatever became of it, and `--check` says so before."""
    team.ok("overview", "--write")
    text = overview_of(team).read_text()
    overview_of(team).write_text(edit(text))
    assert clean(team.call("overview", "--check", "--strict"), 1).out.startswith(
        ".agentmem/overview.md is not current"
    )
    assert team.ok("overview", "--write") == "wrote .agentmem/overview.md\n"
    assert overview_of(team).read_text() == text


def test_an_overview_with_carriage_returns(team):
    """A checkout that made CRLF of it leaves the page as it is."""
    team.ok("overview", "--write")
    made = overview_of(team).read_bytes().replace(b"\n", b"\r\n")
    overview_of(team).write_bytes(made)
    clean(team.call("overview", "--check", "--strict"))
    assert team.ok("overview", "--write") == "unchanged: .agentmem/overview.md\n"
    assert overview_of(team).read_bytes() == made


@pytest.mark.parametrize("data", [b"# Our own page\n", b"\xff\x00\xfe"], ids=["text", "bytes"])
def test_an_overview_that_is_not_ours(team, data):
    """A page of that name that a person wrote is kept."""
    overview_of(team).write_bytes(data)
    refused = clean(team.call("overview", "--write"), 4)
    assert refused.err == (
        "error: .agentmem/overview.md was not written by agentmem, and is kept\n"
        "give that page another name, then: agentmem overview --write\n"
    )
    assert overview_of(team).read_bytes() == data


def test_an_overview_that_is_a_link(team, tmp_path):
    """A link is replaced, never followed, also one that leads nowhere; a folder is said to be in the way."""
    outside = support.put(tmp_path / "outside.txt", "precious")
    for target in (outside, tmp_path / "nowhere"):
        overview_of(team).symlink_to(target)
        assert team.ok("overview", "--write") == "wrote .agentmem/overview.md\n"
        assert not overview_of(team).is_symlink()
        overview_of(team).unlink()
    assert outside.read_text() == "precious" and not (tmp_path / "nowhere").exists()
    overview_of(team).mkdir()
    assert "is a directory" in clean(team.call("overview", "--write"), 3).err


@pytest.mark.parametrize(
    "scope", [["x" * 70_000], ["👩" * 300 + str(i) for i in range(150)]], ids=["long", "many"]
)
def test_a_scope_of_any_size_holds_its_task(team, scope):
    """A claim that was won is one that others can read."""
    other = task(team, "GET /jobs")
    words = [word for pattern in scope for word in ("--scope", pattern)]
    clean(claim(team, other, *words))
    assert holders(team) == {other: ("tester", "held")}
    clean(claim(team, other, agent="b"), 4)


CONFIGS = {
    "remote = 5": 2, 'remote = "--upload-pack=x"': 2, 'remote = "/etc"': 2, 'remote = "a\\u001b[2Jb"': 2, 'ttl = "x"': 2,
    "ttl = -1": 2, "ttl = 1e300": 2, "limit = -3": 2, "limit = true": 2, "frob = 1": 2, "limit = 0": 0, 'remote = ""': 0,
    'remote = "nope"': 0,
}  # fmt: skip


@pytest.mark.parametrize("line", CONFIGS)
def test_odd_settings_of_claims(team, line):
    """A setting that cannot be is a usage error that names the file, in every verb that claims."""
    teams.config(team, line)
    for words in (("claim", team.first), ("sync",), ("handoff", team.first, "-m", "x")):
        ran = clean(team.call(*words), CONFIGS[line])
        assert CONFIGS[line] == 0 or f"{team.store}/config.toml:" in ran.err


def test_no_commit_yet(repo):
    """Before the first commit the whole way works, and the first commit can be that of a task."""
    repo.ok("init")
    first = task(repo, "A")
    sweep(repo)
    clean(claim(repo, first))
    clean(repo.call("handoff", "-m", "x"))
    clean(claim(repo, first))
    repo.git("add", "-A")
    clean(repo.call("done", first, "--commit"))
    assert f"Agentmem-Task: {first}" in repo.git("log", "-1", "--format=%B")
    clean(repo.call("fail", first, "--reason", "no"))
    clean(repo.call("overview", "--write"))
    sweep(repo)


def test_a_detached_head(team):
    """Looking and claiming go on; what is written down asks for its branch, and takes one that can be."""
    team.git("checkout", "-q", "--detach")
    sweep(team)
    clean(claim(team, team.first))
    for words in (("done", team.first), ("fail", team.first, "--reason", "r"), ("task", "add", "X")):
        refused = clean(team.call(*words), 2)
        assert "HEAD is detached" in refused.err and "--branch main" in refused.err
        clean(team.call(*words, "--branch", "../x"), 2)
    refused = clean(team.call("overview", "--write"), 2)
    assert "git switch main" in refused.err
    clean(team.call("done", team.first, "--branch", "main"))


@pytest.mark.parametrize("kind", ["shallow", "sparse", "submodule", "bare"])
def test_clones_of_other_kinds(team, tmp_path, kind):
    """Where there are files the whole way works; where there are none what must write one says which clone can."""
    source, target = f"file://{team.path}", tmp_path / kind
    support.put(team.path / "api" / "jobs.py", "jobs = []\n")
    team.commit("code")
    if kind == "submodule":
        outer = Project(tmp_path / "outer")
        support.git(tmp_path, "init", "-q", "-b", "main", str(outer.path))
        outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", source, kind)
        target = outer.path / kind
    else:
        options = {"shallow": ["--depth", "1"], "sparse": [], "bare": ["--bare"]}[kind]
        support.git(tmp_path, "clone", "-q", *options, source, str(target))
    clone = Project(target)
    if kind == "sparse":
        clone.git("sparse-checkout", "set", "api")
        assert not clone.store.exists()
    for words in READERS:
        if kind != "bare" or words[0] != "brief":
            clean(clone.call(*words))
    clean(claim(clone, team.first))
    if kind in ("shallow", "submodule"):
        clean(clone.call("done", team.first, "-m", "It works"))
        assert clone.json("task", "list", "--all")["tasks"][0]["state"] == "done"
        return
    writing = [("task", "add", "X"), ("overview", "--write"), ("fail", team.first, "--reason", "r")]
    for words in writing + [("done", team.first)] * (kind == "sparse"):
        refused = clean(clone.call(*words), 3)
        assert (
            "has no worktree with .agentmem/" in refused.err and "use a clone with a worktree" in refused.err
        )


def test_one_name_in_two_worktrees(team):
    """The same name in another worktree is somebody else, who can take over on the record alone."""
    one, two = worktree(team, "a队列"), worktree(team, "b\u00e9")
    env = {"AGENTMEM_AGENT": "same"}
    clean(one.call("claim", team.first, env=env))
    lost = clean(two.call("claim", team.first, env=env), 4)
    assert lost.err.startswith(
        f"error: {team.first[:6]} is claimed by same until 11:42Z (a队列, active just now)\n"
    )
    clean(two.call("done", team.first, env=env), 4)
    clean(two.call("handoff", team.first, "-m", "x", env=env), 4)
    assert "taken over from same on a队列" in two.ok("claim", team.first, "--resume", env=env)
    clean(one.call("done", team.first, env=env), 4)
    clean(two.call("done", team.first, env=env))


def test_worktrees_that_lost_their_branch_or_folder(team):
    """A branch deleted beneath a worktree, a folder moved or removed by hand: everybody else works on, and so does it."""
    one, two = worktree(team, "one"), worktree(team, "two")
    claim(one, team.first, agent="a")
    team.git("update-ref", "-d", "refs/heads/one")
    sweep(one)
    sweep(team)
    clean(one.call("done", team.first, "-m", "It works", env={"AGENTMEM_AGENT": "a"}))
    other = task(two, "Other")
    claim(two, other, agent="b")
    moved = Project(two.path.with_name("two moved\nby hand"))
    two.path.rename(moved.path)
    sweep(team)
    sweep(moved, 0, 3)
    clean(moved.call("done", other, env={"AGENTMEM_AGENT": "b"}), 0)
    assert holders(moved)[other] == ("b", "done")


def test_refs_of_others_on_the_remote(team, tmp_path):
    """Claims by the dozen and junk beside them on a remote cost no claim of ours; what the remote says is not shown raw."""
    bare, (one, two) = teams.shared_team(team, tmp_path, "two")
    shared = Project(bare)
    base = {
        "schema": "claim 1",
        "agent": "x",
        "clone": "c" * 16,
        "worktree": ".",
        "nonce": "n",
        "opened": 1,
        "renewed": 1,
    }
    names = [identity(number) for number in range(1, 41)]
    for name in names:
        record = {**base, "task": name, "ttl": 3600, "state": "held"}
        commit = teams.put_ref(shared, name, json.dumps(record).encode())
    tree = shared.git("rev-parse", "main^{tree}").strip()
    for name in ("claims/junk", "claims/zz/" + "y" * 150, "claims/ünï队列", "state/junk/deep"):
        shared.git("update-ref", f"refs/agentmem/{name}", commit)
    shared.git("update-ref", "refs/agentmem/state/tree", tree)
    assert clean(two.call("sync")).out.startswith("origin: 0 claims given, 40 taken")
    clean(claim(two, team.first, agent="two"))
    assert set(holders(two)) == {*names, team.first}
    sweep(two)
    lost = clean(claim(one, team.first), 4)
    assert "is claimed by two" in lost.err
    hook = support.put(
        tmp_path / "ssh", "#!/bin/sh\nprintf '\\033[2J fatal: \\342\\200\\256 x' >&2; exit 128\n"
    )
    hook.chmod(0o755)
    one.git("remote", "set-url", "origin", "ssh://nowhere/x")
    env = {"GIT_SSH_COMMAND": str(hook)}
    other = task(one, "Other")
    assert "not shared yet: origin is away" in clean(one.call("claim", other, env=env)).out
    clean(one.call("sync", env=env))
    clean(one.call("done", other, env=env))


def test_a_full_disk(team, tmp_path):
    """What cannot be written changes nothing: the claim stays as it was, no half file is left, and looking goes on."""
    small = tmp_path / "small"
    small.mkdir()
    with support.mounted("-t", "tmpfs", "-o", "size=1500k", "tmpfs", at=small):
        team.git("clone", "-q", str(team.path), str(small / "clone"))
        clone = Project(small / "clone")
        claim(clone, team.first)
        with pytest.raises(OSError):
            (small / "filler").write_bytes(b"x" * 10_000_000)
        for words in (
            ("done", team.first),
            ("fail", team.first, "--reason", "r"),
            ("task", "add", "B"),
            ("overview", "--write"),
            ("handoff", team.first, "-m", "note " * 50),
        ):
            refused = clean(clone.call(*words), 3)
            assert "cannot" in refused.err and ("full" in refused.err or "No space" in refused.err), words
        sweep(clone)
        (small / "filler").unlink()
        assert holders(clone) == {team.first: ("tester", "held")}
        assert clone.json("task", "list", "--all")["tasks"][0]["state"] == "open"
        assert not clone.git("status", "--short")
        clean(clone.call("done", team.first))


@pytest.mark.parametrize(
    "words", [("done", "-m", "x"), ("handoff", "-m", "x"), ("overview", "--write")], ids=" ".join
)
def test_killed_in_the_middle(team, words):
    """Killed at any moment, a verb leaves whole files and whole refs, and the same verb ends well after it."""
    named = () if words[0] == "overview" else (team.first,)
    for delay in (0.12, 0.25):
        claim(team, team.first, "--resume")
        running = support.start(words[0], *named, *words[1:], cwd=team.path)
        try:
            running.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            os.kill(running.pid, signal.SIGKILL)
            running.communicate(timeout=30)
        assert clean(team.call("check")).out.startswith("no findings")
        assert not team.git("fsck", "--no-dangling", "--no-progress")
        for one in (("task", "list"), ("claims",), ("overview",), ("brief",)):
            clean(team.call(*one))
        assert holders(team)[team.first][1] in ("held", "done", "released")
    clean(team.call(words[0], *named, *words[1:]), 0, 2, 4)
    left = team.git("status", "--short").split()
    assert not [path for path in left if "tmp" in path]
