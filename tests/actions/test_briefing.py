"""The brief: what bears on who asks, nothing else; the same twice; the five questions answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import digest, leases, tokens
from agentmem.model.digest import Line
from agentmem.model.leases import Claim, Handoff
from tests import support
from tests.support import Project, git

API = {"AGENTMEM_AGENT": "api-1", "AGENTMEM_ROLE": "api"}
QA = {"AGENTMEM_AGENT": "qa-1", "AGENTMEM_ROLE": "qa"}


def added(project: Project, *words: str, env=None) -> str:
    """The id of a new memory."""
    return project.json("add", *words, env=env)["id"]


@pytest.fixture
def team(store: Project) -> Project:
    """A plan of three tasks of two roles, a dead end and a convention about the API's code."""
    support.put(
        store.path / "src" / "api" / "jobs.py",
        "def create(job):\n    return job.save(checked=True, tries=3)\n",
    )
    plan = added(store, "plan", "Job queue v1", "--set", "owner=pm")
    store.plan = plan
    store.first = added(
        store,
        "task",
        "POST /jobs",
        "--role",
        "api",
        "--scope",
        "src/api/**",
        "--set",
        f"plan={plan}",
        "--set",
        "phase=5A API",
    )
    store.second = added(
        store,
        "task",
        "End to end test of jobs",
        "--role",
        "qa",
        "--set",
        f"needs={store.first}",
        "--set",
        f"plan={plan}",
    )
    store.third = added(store, "task", "Rate limit", "--role", "api", "--set", f"plan={plan}")
    added(
        store,
        "deadend",
        "A heartbeat in the request handler",
        "--scope",
        "src/api/**",
        "--body",
        "It dies with it.",
    )
    added(store, "convention", "Errors leave the API as problem+json", "--scope", "src/api/**")
    added(store, "decision", "Pages poll every 5 s", "--scope", "web/**")
    store.commit("plan")
    return store


def sections(project: Project, env) -> dict[str, list[str]]:
    """The sections of a brief."""
    return project.json("brief", env=env)["sections"]


def test_one_who_starts_cold(team):
    """Where one is, what to take, what to beware of and what to know are told; nothing of other code."""
    told = sections(team, API)
    assert told["where"] == [f'Plan {team.plan[:6]} "Job queue v1": 0 of 3 tasks done.']
    assert (
        told["next"][0].startswith(f'Take: {team.first[:6]} "POST /jobs"') and "unblocks 1" in told["next"][0]
    )
    assert [line for line in told["beware"] if "deadend: A heartbeat" in line]
    assert [line for line in told["know"] if "problem+json" in line]
    assert not [line for line in told["know"] if "Pages poll" in line]
    assert "in_progress" not in told and "done_since" not in told


def test_one_at_work_and_the_others(team):
    """A claim is told to its holder as theirs, with time left; to who waits for it as in progress."""
    team.ok("claim", team.first, env=API)
    told = sections(team, API)
    assert told["where"][1].startswith(f'Yours: {team.first[:6]} "POST /jobs", claimed now, 1h left')
    assert told["next"][0] == f"Now: finish {team.first[:6]} (unblocks 1)."
    told = sections(team, QA)
    assert told["in_progress"] == [f'- api-1 · {team.first[:6]} "POST /jobs" · src/api/** · now, 1h left']
    assert told["next"] == [
        f'Nothing is free for role qa. {team.second[:6]} "End to end test of jobs" needs {team.first[:6]} (api-1, 1h left).'
    ]


def test_the_same_twice(team):
    """Two briefs in a row are the same, byte for byte, with a claim or without."""
    assert team.ok("brief", env=API) == team.ok("brief", env=API)
    team.ok("claim", env=API)
    assert team.ok("brief", env=API) == team.ok("brief", env=API)


@pytest.mark.parametrize(
    ("since", "heading"),
    [
        ("2026-02-22T09:00:00Z", "09:00Z"),
        ("yesterday", "2026-02-21 00:00Z"),
        ("2026-01-01T09:00:00Z", "2026-01-01 09:00Z"),
    ],
)
def test_since_another_day(team, since, heading):
    """The heading has the day where it is not this one."""
    team.ok("claim", team.first, env=API)
    team.ok("done", "-m", "route and schema", env=API)
    told = team.ok("brief", "--since", since, env=QA).splitlines()
    assert f"## Done since {heading}" in told
    assert sections(team, QA)["done_since"]


def test_what_was_done_on_another_branch(team):
    """What another has finished is told with its branch until it is merged, and what waits for that says so."""
    team.git("switch", "-q", "-c", "feature/jobs")
    team.ok("claim", team.first, env=API)
    team.ok("done", "-m", "route and schema; tests pass", env=API)
    team.commit("jobs")
    team.git("switch", "-q", "main")
    told = sections(team, QA)
    (line,) = told["done_since"]
    assert (
        line.startswith(f"- {team.first[:6]} api-1: POST /jobs")
        and "on feature/jobs, NOT merged here" in line
    )
    assert f'Waits for merge of feature/jobs: {team.second[:6]} "End to end test of jobs".' in told["next"]
    team.git("merge", "-q", "--no-edit", "feature/jobs")
    told = sections(team, QA)
    assert "NOT merged" not in str(told)
    assert told["next"][0].startswith(f"Take: {team.second[:6]}")
    assert [line for line in told["where"] if line.startswith("Tests (now")]


def test_a_note_for_the_next(team):
    """What one who stopped early has left is told to who could take the task, and to who takes it."""
    team.ok("claim", team.first, env=API)
    team.ok("handoff", "-m", "schema written; next: the route", env=API)
    other = {"AGENTMEM_AGENT": "api-2", "AGENTMEM_ROLE": "api"}
    note = "api-1, now): schema written; next: the route"
    assert [line for line in sections(team, other)["next"] if note in line]
    team.ok("claim", team.first, env=other)
    assert [line for line in sections(team, other)["where"] if note in line]


def test_a_failure_is_told_with_its_reason(team):
    """Who takes a reopened task reads why it came back, and that it is urgent."""
    team.ok("claim", team.first, env=API)
    team.ok("done", "-m", "made", env=API)
    team.ok("fail", team.first, "--reason", "500 on an unknown id", env=QA)
    assert ", failed before" in sections(team, API)["next"][0]
    team.ok("claim", team.first, env=API)
    assert [
        line
        for line in sections(team, API)["where"]
        if line.startswith("Failed before (qa-1, now): 500 on an unknown id")
    ]


def test_evidence_that_the_code_contradicts(team):
    """A fact about the code at hand whose lines were rewritten stands under Beware, and not under Know."""
    fact = added(
        team,
        "fact",
        "A job is saved after three tries",
        "--scope",
        "src/api/**",
        "--cite",
        "src/api/jobs.py:2",
    )
    assert [line for line in sections(team, API)["know"] if fact[:6] in line]
    support.put(
        team.path / "src" / "api" / "jobs.py",
        "def create(job):\n    return job.save(checked=True, tries=5)\n",
    )
    told = sections(team, API)
    assert [line for line in told["beware"] if line.startswith(f'- {fact[:6]} fact CHANGED: "A job is saved')]
    assert not [line for line in told["know"] if fact[:6] in line]


def test_what_the_branch_committed_bears_like_what_is_not_committed(store):
    """The dead ends of the files that a branch has changed are told, and they alone, whether its work is committed or not; and
    however much else is known of those files.
    """
    for name in "abcdefgh":
        support.put(store.path / f"src/{name}/core.py", f"def run_{name}():\n    return 1\n")
        added(store, "deadend", f"The {name * 6} library", "--scope", f"src/{name}/**", "--force")
    added(store, "deadend", "Threads in the worker", "--scope", "src/a/**", "--created", "2024-01-05")
    store.commit("begin")
    store.git("switch", "-q", "-c", "work")
    support.put(store.path / "src/a/core.py", "def run_a():\n    return 2\n")

    def ends() -> list[str]:
        told = store.json("brief")["sections"]["beware"]
        return sorted(line.partition("deadend: ")[2] for line in told if "deadend: " in line)

    assert ends() == ["The aaaaaa library", "Threads in the worker"]
    store.commit("only a")
    assert ends() == ["The aaaaaa library", "Threads in the worker"]
    for number in range(30):
        store.remember(number + 1, f"Core fact {number}", cites='[{path: "src/a/core.py"}]', importance="5")
    assert ends() == ["The aaaaaa library", "Threads in the worker"]


def test_a_shallow_clone_counts_nothing_that_it_cannot(store, tmp_path):
    """Where a clone ends before its branch and trunk meet, it is not told how far they are apart, and a note says why; one that
    does not counts, and knows the branch's files.
    """
    for name in "ab":
        support.put(store.path / f"src/{name}.py", "1\n")
        added(store, "deadend", f"The {name * 6} library", "--scope", f"src/{name}.py", "--force")
    store.commit("begin")
    store.git("switch", "-q", "-c", "work")
    for number in range(3):
        support.put(store.path / "src/a.py", f"{number}\n")
        store.commit("work")
    store.git("switch", "-q", "main")
    store.git("commit", "-q", "--allow-empty", "-m", "main goes on")
    url = f"file://{store.path}"
    for depth, where in (("1", []), ("4", ["Branch 3 ahead, 1 behind main."])):
        git(
            tmp_path, "clone", "-q", "--depth", depth, "--no-single-branch", "-b", "work", url, f"deep{depth}"
        )
        clone = Project(tmp_path / f"deep{depth}")
        told = clone.call("brief", "--json")
        assert told.json["sections"].get("where", []) == where
        assert ("this clone is shallow" in clone.call("brief").err) == (depth == "1")
        ends = [line.split()[-2] for line in told.json["sections"]["beware"]]
        assert depth == "1" or ends == ["aaaaaa"]


def test_who_works_here_is_remembered(team):
    """What ``--as`` and ``--role`` say holds for what is run in this worktree next, and for no other worktree."""
    team.ok("brief", "--as", "api-9", "--role", "api", env={"AGENTMEM_AGENT": None})
    nobody = {"AGENTMEM_AGENT": None}
    assert team.json("brief", env=nobody)["agent"] == "api-9"
    assert team.json("status", env=nobody)["agent"] == "api-9"
    other = team.path.parent / "beside"
    team.git("worktree", "add", "-q", str(other), "-b", "beside")
    assert Project(other).json("brief", env=nobody)["agent"] == "beside"


def test_the_budget_is_kept(team):
    """However much there is to tell, the text stays within its tokens and says what it left out."""
    for number in range(120):
        team.remember(
            number,
            f"The API's rule number {number} about jobs",
            kind="convention",
            scope="[src/api/**]",
            pin="true",
        )
    text = team.ok("brief", env=API)
    assert tokens.estimate(text) <= 1200
    assert "Left out: " in text.splitlines()[-1]
    short = team.ok("brief", "--budget", "300", env=API)
    assert tokens.estimate(short) <= 300 and "## Where" in short


def test_a_store_without_tasks_and_one_without_commits(store, new_repository):
    """Nothing to tell is no error."""
    assert "Nothing is free." in store.ok("brief")
    fresh = new_repository("fresh")
    fresh.ok("init")
    told = fresh.ok("brief", env={"AGENTMEM_AGENT": None})
    assert told.startswith("# Brief: fresh · main (no commit yet)")


def test_files_that_another_worktree_changes_too(team):
    """An edit of the same file in another worktree, not committed, is told with who holds a claim there."""
    other = team.path.parent / "beside"
    team.git("worktree", "add", "-q", str(other), "-b", "beside")
    Project(other).ok("claim", team.third, env={"AGENTMEM_AGENT": "api-2", "AGENTMEM_ROLE": "api"})
    for folder in (team.path, other):
        support.put(folder / "src" / "api" / "jobs.py", f"# of {folder.name}\n")
    assert "- api-2 also changes src/api/jobs.py, uncommitted" in sections(team, API)["beware"]


TITLES = (
    "Jobs are claimed with SKIP LOCKED",
    "Ein außerordentlich gründlicher Umbau " * 9,
    "任务队列的重试与退避策略需要重新设计" * 20,
    "🚀👩‍👩‍👧‍👦🏳️‍🌈 " * 60,
    "مهمة الطابور تحتاج إلى إعادة المحاولة " * 12,
    "ąčęėįšųūž" * 40,
    "x" * 5_000,
)


def claims(project: Project, made: list[Claim]) -> None:
    """Put claims on their refs, all by one process."""
    stream = b""
    for one in made:
        data = leases.write(one)
        stream += b"commit refs/agentmem/claims/%s\n" % one.task.encode()
        stream += b"committer a <a@b> 1771756920 +0000\ndata 0\n"
        stream += b"M 100644 inline claim.json\ndata %d\n%s\n" % (len(data), data)
    project.git("fast-import", "--quiet", "--force", input=stream)


@pytest.fixture
def crowd(store: Project) -> Project:
    """500 tasks with titles of any length and script, 120 claims on them, 80 of them done, and as many dead ends."""
    for number in range(500):
        title = f"{number} {TITLES[number % len(TITLES)]}"
        meta = {"role": ("api", "qa", "db")[number % 3], "scope": f"[src/{number % 7}/**]", "plan": TITLES[2]}
        if number % 5 == 0 and number:
            meta["needs"] = f"[{support.identity(number // 2)}]"
        store.remember(number, title, kind="task", **meta)
    for number in range(500, 580):
        closed = f"[{support.identity(number - 500)}]"
        store.write(
            f"log/l{number}.md",
            support.memory(
                support.identity(number), "log", f'"Done: {TITLES[number % 7]}"', "All 80 tests pass. " * 99,
                created="2026-02-22T10:30:00Z", closes=closed, by="qa-" + "9" * 200,
            ),
        )  # fmt: skip
        store.remember(number + 80, TITLES[number % 7], kind="deadend", scope=f"[src/{number % 7}/**]")
    store.commit("crowd")
    clone = store.json(
        "claim", support.identity(499), env={"AGENTMEM_AGENT": "api-0" * 50, "AGENTMEM_ROLE": "api"}
    )
    assert clone["won"]
    noted = Handoff("schema written; next: the route. " * 120, "api-1", 1_771_756_000)
    claims(
        store,
        [
            Claim(
                task=support.identity(number), agent=f"api-{number}" + "é" * 90, clone="0" * 16, worktree=".",
                nonce=f"{number:032x}", opened=1_771_756_000, renewed=1_771_756_900, scope=("src/**",) * 9,
                branch=f"feature/{'ö' * 80}", state="released" if number % 4 == 0 else "held",
                handoff=noted if number % 4 == 0 else None,
            )
            for number in range(100, 220)
        ],
    )  # fmt: skip
    return store


@pytest.mark.parametrize(
    "agent, role", [("api-0" * 50, "api"), ("qa-7", "qa"), ("ä" * 300, "no such role"), ("x", "")]
)
def test_the_budget_is_kept_in_a_crowd(crowd, agent, role):
    """With and without a claim, whatever the titles: the tokens hold, each section has something, twice the same."""
    crowd.git("switch", "-q", "-c", "ü" * 60)
    env = {"AGENTMEM_AGENT": agent, "AGENTMEM_ROLE": role}
    text = crowd.ok("brief", env=env)
    assert tokens.estimate(text) <= 1200
    assert crowd.ok("brief", env=env) == text
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings[0] == "## Where" and "## Next" in headings
    if role in ("api", "qa"):
        assert [line for line in headings if line.startswith("## Done since")]
        assert "## In progress" in headings and "## Beware" in headings
    assert "Left out: " in text.splitlines()[-1]
    assert tokens.estimate(crowd.ok("brief", "--budget", "400", env=env)) <= 400
    told = crowd.json("brief", env=env)
    assert told["agent"] == agent and told["tokens"] <= 1200


LINES = st.lists(st.builds(Line, st.text(max_size=60), st.sampled_from((1.0, 2.0, 3.5))), max_size=9)


@given(st.dictionaries(st.sampled_from(("Where", "Next", "Know")), LINES), st.integers(20, 120))
def test_a_digest_costs_no_more_than_it_says(sections, budget):
    """What is packed keeps to its budget as one text, keeps each section's order, and counts what it leaves out."""
    found = digest.pack(sections, budget)
    text = "".join(
        f"## {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in found.sections.items()
    )
    assert tokens.estimate(text) <= found.tokens <= budget
    assert sum(map(len, found.sections.values())) + found.omitted == sum(map(len, sections.values()))
    for name, lines in found.sections.items():
        rest = iter(line.text for line in sections[name])
        assert all(line in rest for line in lines)


def test_a_lease_that_is_due_is_renewed_before_it_is_told(team):
    """What the brief says of the asker's own claim is what holds after it."""
    team.ok("claim", team.first, env=API)
    later = {**API, "AGENTMEM_NOW": "2026-02-22T11:12:00Z"}
    (line,) = [line for line in sections(team, later)["where"] if line.startswith("Yours: ")]
    assert "claimed 30m, 1h left" in line


def test_the_commit_of_the_last_tests(team):
    """A test result is told with the commit that brought its entry; of one that nobody has committed that is said."""
    team.ok("claim", team.first, env=API)
    team.ok("done", team.first, "-m", "route; 31 tests pass", env=API)
    assert "Tests (now, not committed, api-1): 31 tests pass" in sections(team, QA)["where"]
    commit = team.commit("jobs")
    team.commit("more")
    assert f"Tests (now @{commit[:7]}, api-1): 31 tests pass" in sections(team, QA)["where"]
