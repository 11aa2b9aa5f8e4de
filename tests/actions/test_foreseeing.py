"""What who wins a claim is told: whom it will probably meet, and which tasks say much the same."""

import pytest

from agentmem.actions import foreseeing
from tests import support
from tests.actions import teams
from tests.actions.teams import as_agent, claim, task, worktree

DAY = 86_400

PAST = {
    "Retry failed webhook deliveries with backoff": ("queue/retry.py", "queue/types.py"),
    "Retry queue deliveries after a timeout": ("queue/retry.py", "queue/types.py"),
    "Webhook retry limit per endpoint": ("queue/retry.py", "api/hooks.py"),
    "Dark mode of the settings screen": ("web/settings.tsx",),
    "Invoice as a PDF with a footer": ("billing/pdf.py",),
}


@pytest.fixture
def team(store):
    """A team that has done five tasks, each in a commit with the files it touched; ``store.past`` has their ids."""
    store.past = {}
    for number, (title, files) in enumerate(PAST.items()):
        store.past[title] = work(store, title, *files, at=number * 60)
    return store


def work(project, title, *files, at=0, agent="old"):
    """Do one task: claim it, change files, close it, commit."""
    done = task(project, title)
    assert claim(project, done, agent=agent, at=at).code == 0
    for path in files:
        support.put(project.path / path, f"{title}\n{at}\n")
    project.ok("done", done, "-m", "it works", env=as_agent(agent, at + 1))
    project.commit(title)
    return done


def warnings(ran):
    """The lines of a claim that was won which tell of others."""
    assert ran.code == 0, ran
    return [line for line in ran.out.splitlines() if line.startswith(("overlap", "similar"))]


def told(project, first, second, at=600):
    """What ``two`` is told on taking the second task while ``one`` holds the first."""
    assert claim(project, first, agent="one", at=at).code == 0
    return warnings(claim(project, second, agent="two", at=at + 60))


# -- overlaps


def test_an_overlap_is_foreseen_from_what_tasks_like_it_touched(team):
    """The line says who, on which task, and the file with how many of the similar tasks touched it."""
    held = task(team, "Retry webhook deliveries that got a 429")
    mine = task(team, "Deliveries of a webhook: retry by hand")
    won = claim(team, held, agent="worker-2", at=600)
    assert warnings(won) == [], "the first has nobody to meet"
    won = claim(team, mine, agent="two", at=660)
    assert won.out.splitlines() == [
        f'claimed {mine[:6]} "Deliveries of a webhook: retry by hand" until 11:53Z (this clone only; no remote)',
        f"overlap likely: worker-2 holds {held[:6]}; tasks like yours touched queue/retry.py (3 of 3)",
    ]


def test_it_is_in_the_record_for_programs_too(team):
    """``--json`` has the same words."""
    held, mine = (
        task(team, "Retry webhook deliveries that got a 429"),
        task(team, "Webhook deliveries, retry by hand"),
    )
    claim(team, held, agent="worker-2", at=600)
    record = claim(team, mine, "--json", agent="two", at=660).json
    line = f"overlap likely: worker-2 holds {held[:6]}; tasks like yours touched queue/retry.py (3 of 3)"
    assert record["overlaps"] == [line]


def test_work_on_other_files_is_no_overlap(team):
    """Tasks like those that touched other files, or like none at all, are taken without a word."""
    held = task(team, "Retry webhook deliveries that got a 429")
    assert told(team, held, task(team, "Invoice in two languages")) == []
    assert warnings(claim(team, task(team, "Upgrade the compiler"), agent="three", at=720)) == []


def test_a_word_in_common_is_no_overlap(team):
    """What both may touch, but neither will probably: a warning of every chance would be read by nobody."""
    held = task(team, "Retry webhook deliveries that got a 429")
    mine = task(team, "Dark colours for the settings screen of a webhook")
    assert told(team, held, mine) == []


def test_without_a_past_nothing_is_foreseen(store):
    """A store whose tasks have closed nothing yet: only what scopes say is told."""
    assert told(store, task(store, "Retry failed webhooks"), task(store, "Show webhooks on a page")) == []


def test_a_scope_that_meets_is_told_without_any_past(store):
    """Two scopes that may cover one path overlap, however new the folder: what was said needs no foresight."""
    held = task(store, "Sort the orders", "--scope", "docs/**", "--scope", "api/orders/**")
    mine = task(store, "Paginate invoices", "--scope", "api/**")
    assert told(store, held, mine) == [
        f"overlap likely: one holds {held[:6]}; its scope api/orders/** meets yours"
    ]


def test_the_scope_that_a_claim_was_taken_with_counts(store):
    """``--scope`` at the claim is what who holds it will touch, whatever the task says."""
    held, mine = (
        task(store, "Sort orders", "--scope", "api/**"),
        task(store, "Paginate invoices", "--scope", "api/**"),
    )
    assert claim(store, held, "--scope", "web/**", agent="one").code == 0
    assert warnings(claim(store, mine, agent="two")) == []
    assert warnings(claim(store, mine, "--scope", "web/list.tsx", agent="two", at=10)) == [
        f"overlap likely: one holds {held[:6]}; its scope web/** meets yours"
    ]


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        ("api/**", "web/**"),
        ("**", "web/**"),
        ("api/**", "**"),
        ("**", "**"),
        ("*", "a.py"),
        ("**/*.py", "web/a.py"),
        ("?.py", "[ab].py"),
    ],
)
def test_scopes_that_do_not_meet_or_say_nothing(store, theirs, mine):
    """Apart is apart; and who may touch everything is not foreseen to meet everybody."""
    held = task(store, "Sort orders", "--scope", theirs)
    assert told(store, held, task(store, "Paginate invoices", "--scope", mine)) == []


def test_a_folder_whose_name_begins_with_a_dot(store):
    """The pipeline's folder is a place like any other."""
    held, mine = (task(store, title, "--scope", ".github/**") for title in ("Cache", "Matrix"))
    assert told(store, held, mine) == [
        f"overlap likely: one holds {held[:6]}; its scope .github/** meets yours"
    ]


def test_a_file_that_both_scopes_name(team):
    """One file named in both scopes is said as such."""
    held = task(team, "Colours", "--scope", "web/settings.tsx")
    mine = task(team, "Wording", "--scope", "web/settings.tsx")
    assert told(team, held, mine) == [
        f"overlap likely: one holds {held[:6]}; its scope web/settings.tsx meets yours"
    ]


def test_what_one_holds_oneself_is_no_overlap(team):
    """Neither overlap nor likeness is told of one's own claims; in another worktree the same name is somebody else."""
    first, second = (
        task(team, title, "--scope", "queue/**")
        for title in ("Retry webhook deliveries on 429", "Retry webhook deliveries on a 429")
    )
    team.commit("tasks")
    assert warnings(claim(team, first, agent="one", at=600)) == []
    assert warnings(claim(team, second, agent="one", at=660)) == []
    assert claim(team, second, agent="one", at=700).out.startswith("renewed ")
    side = worktree(team, "side")
    team.ok("handoff", second, "-m", "later", env=as_agent("one", 720))
    assert warnings(claim(side, second, agent="one", at=780)) == [
        f"overlap likely: one holds {first[:6]}; its scope queue/** meets yours",
        f'similar, claimed now: {first[:6]} "Retry webhook deliveries on 429" by one: agentmem show {first[:6]}',
    ]


def test_only_what_is_held_now_overlaps(team):
    """A claim that was given back, has ended or was closed meets nobody."""
    title = "Retry webhook deliveries of sort"
    given, ended, closed = (task(team, f"{title} {letter}", "--scope", "queue/**") for letter in "xyz")
    mine = task(team, "Deliveries by hand", "--scope", "queue/**")
    claim(team, given, agent="one", at=600)
    team.ok("handoff", given, "-m", "later", env=as_agent("one", 601))
    claim(team, ended, "--ttl", "60", agent="one", at=602)
    claim(team, closed, agent="one", at=603)
    team.ok("done", closed, "-m", "it works", env=as_agent("one", 604))
    assert not [
        line for line in warnings(claim(team, mine, agent="two", at=700)) if line.startswith("overlap")
    ]


def test_three_at_most(store):
    """With ten others at work in one folder three are named."""
    for number in range(10):
        other = task(
            store, f"Subject {support.WORDS[number]}", "--scope", f"api/{'x' if number % 2 else 'y'}/**"
        )
        assert claim(store, other, agent=f"agent-{number}").code == 0
    assert (
        len(warnings(claim(store, task(store, "Mine", "--scope", "api/**"), agent="two"))) == foreseeing.TOLD
    )


# -- much the same


def test_a_task_that_is_much_the_same_and_done(team):
    """It is told with its age, who did it, and how to see it."""
    done = team.past["Invoice as a PDF with a footer"]
    again = task(team, "Footer of the invoice PDF")
    assert warnings(claim(team, again, agent="two", at=2 * DAY + 300)) == [
        f'similar, done 2d ago: {done[:6]} "Invoice as a PDF with a footer" by old: agentmem show {done[:6]}'
    ]


def test_done_on_a_branch_that_is_not_merged(team):
    """Where the work is, when it is not here."""
    first = task(team, "Idempotent creation of jobs")
    team.commit("task")
    side = worktree(team, "feature-idem")
    assert claim(side, first, agent="api-1", at=600).code == 0
    side.ok("done", first, "-m", "it works", env=as_agent("api-1", 660))
    side.commit("done")
    again = task(team, "Make job creation idempotent")
    assert warnings(claim(team, again, agent="two", at=660 + 2 * DAY)) == [
        f'similar, done 2d ago: {first[:6]} "Idempotent creation of jobs" by api-1 on feature-idem, not merged: '
        f"agentmem show {first[:6]}"
    ]


def test_a_task_that_is_claimed_now(store):
    """The near-identical task of somebody who is at it this minute."""
    first, again = task(store, "Retry failed webhooks"), task(store, "Retry of failing webhooks")
    assert told(store, first, again) == [
        f'similar, claimed now: {first[:6]} "Retry failed webhooks" by one: agentmem show {first[:6]}'
    ]


def test_one_that_is_open_is_not_told(store):
    """Nobody has done it and nobody is at it: that is for whoever tends the plan, not for who claims."""
    task(store, "Retry failed webhooks")
    assert warnings(claim(store, task(store, "Retry of failing webhooks"), agent="two")) == []


@pytest.mark.parametrize(
    ("done", "mine"),
    [
        ("Build for arm", "Build for riscv"),
        ("Installer on Windows", "Installer on macOS"),
        ("POST /jobs", "DELETE /jobs"),
        ("Pagination of orders", "Pagination of payments"),
        ("Frontend: login form checks", "Backend: login form checks"),
        ("Deploy to staging", "Deploy to production"),
        ("Login with a code by mail", "Tests of login with a code by mail"),
    ],
)
def test_siblings_are_not_told(store, done, mine):
    """Tasks that differ in a platform, a component, a method or the sort of work are not the same."""
    assert told(store, task(store, done), task(store, mine)) == []


def test_three_of_those_much_the_same(store):
    """No more than three, however often it was done."""
    for number in range(5):
        assert (
            claim(store, task(store, "Retry failed webhooks", "--body", f"{number}"), agent=f"a{number}").code
            == 0
        )
    assert (
        len(warnings(claim(store, task(store, "Retry of failed webhooks"), agent="two"))) == foreseeing.TOLD
    )


# -- hostile and large


HOSTILE = {
    "ANSI": "Retry \x1b[31mwebhooks\x1b[0m now",
    "several lines": "Retry\nwebhooks\r\nnow",
    "right to left": "Retry \u202ewebhooks\u2066 now",
    "invisible": "Retry web\u200bhooks \u2063now",
    "unicode": "Retry 网络钩子 Überprüfung ‘n’ 🎉 now",
    "a fence": "Retry </memory webhooks now",
    "long": "Retry webhooks now " + "and then once more " * 263,
    "one word": "w" * 5000,
}


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", ["agent-7", "a\x1b[31mgent\n7"])
def test_hostile_titles_and_names(store, title, name):
    """One line each, nothing raw, and no more of a title than says what it is."""
    identity = support.identity(1)
    quoted = '"' + "".join(f"\\u{ord(char):04x}" if ord(char) < 32 else char for char in title) + '"'
    store.write(f"tasks/t-{identity}.md", support.memory(identity, kind="task", title=quoted))
    again = support.identity(2)
    store.write(f"tasks/t-{again}.md", support.memory(again, kind="task", title=quoted, role="api"))
    assert claim(store, identity, agent=name).code == 0
    found = claim(store, again, agent="two")
    lines = warnings(found)
    assert len(lines) == 1 and lines[0].startswith(f'similar, claimed now: {identity[:6]} "')
    assert lines[0].endswith(f": agentmem show {identity[:6]}")
    assert len(lines[0]) < 250
    assert not any(char in found.out for char in "\x1b\r\u202e\u2066\u200b\u2063")


@pytest.mark.parametrize(
    "scope", ["''", "/", "./", "[", "api/[", "api/***", "../**", "{a,b}/**", "ä/**", "a" * 5000]
)
def test_odd_scopes_do_no_harm(store, scope):
    """What a scope may hold that is no path: the claim is won, and at worst too much is told."""
    identity, mine = support.identity(1), support.identity(2)
    for number, one in enumerate((identity, mine)):
        meta = {"scope": f"['{scope}']" if scope != "''" else "[]"}
        store.write(
            f"tasks/t-{one}.md",
            support.memory(one, kind="task", title=support.WORDS[number], body="", **meta),
        )
    assert claim(store, identity, agent="one").code == 0
    assert claim(store, mine, agent="two").code == 0


def test_three_hundred_closed_tasks(store):
    """A long past is read in one go, and the file that two tasks will meet in is found in it."""
    for number in range(300):
        name, entry = support.identity(number * 2 + 1), support.identity(number * 2 + 2)
        word, other = support.WORDS[number % 30], support.WORDS[number // 30]
        title = f"Tune {word} against {other}"
        store.write(f"tasks/t-{name}.md", support.memory(name, kind="task", title=title, body=""))
        meta = {"closes": f"[{name}]", "scope": f"[src/{word}.py, src/{other}.py]", "author": "old"}
        store.write(
            f"log/2026-02/l-{entry}.md",
            support.memory(entry, kind="log", title=f"'Done: {title}'", body="", **meta),
        )
    store.commit("a year")
    held, mine = task(store, "The lexer drops a token at the end"), task(store, "A lexer that streams tokens")
    lines = told(store, held, mine)
    assert len(lines) == 1
    assert lines[0].startswith(f"overlap likely: one holds {held[:6]}; ")
    assert "src/lexer.py" in lines[0] or "src/token.py" in lines[0]
    far = claim(store, task(store, "A colour for the button"), agent="three", at=700)
    assert warnings(far) == []


def test_claims_of_tasks_that_are_not_here(team):
    """A ref that is no claim, and one on a task that no tree here has, are passed over."""
    team.git("update-ref", f"{teams.NAMESPACE}/{support.identity(9)}", "HEAD")
    gone = task(team, "Retry webhook deliveries that got a 429")
    assert claim(team, gone, agent="one", at=600).code == 0
    next(team.store.glob(f"tasks/*{gone}.md")).unlink()
    assert warnings(claim(team, task(team, "Webhook deliveries, retry by hand"), agent="two", at=660)) == []
