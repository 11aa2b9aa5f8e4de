"""What a task will change and whether two will meet: from what earlier work touched, with reasons, the same each time."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import foresight
from agentmem.model.foresight import LIKELY, Foreseen, Intent, Likely, Work, foresee, overlap, words_of
from agentmem.model.pathwords import Paths, named

NOW = 1_770_000_000
HOUR = 3600
TYPES = "server/src/queue/types.ts"


def likely_files(intent: Intent, past: list[Work], now: int, *paths: object, limit: int = 10) -> list[Likely]:
    """What one task alone will change."""
    return list(foresee([intent], past, now, *paths, limit=limit)[0].files)  # type: ignore[arg-type]


def work(identity: str, text: str, *files: str, hours: float = 5, role: str | None = None) -> Work:
    return Work(identity, words_of(text), files, NOW - int(hours * HOUR), role)


PAST = [
    work("w1", "Retry failed queue jobs with backoff", TYPES, "server/src/queue/retry.ts"),
    work("w2", "Queue jobs keep their priority", TYPES, "server/src/queue/claim.ts"),
    work("w3", "Queue: cancel jobs that wait", TYPES),
    work("w4", "Jobs page lists what runs", "web/src/pages/jobs.tsx"),
    work("w5", "Login form checks the password", "web/src/pages/login.tsx", "server/src/auth/session.ts"),
    work("w6", "Sessions end after a day", "server/src/auth/session.ts"),
    work("w7", "Deploy from the main branch", "infra/deploy.tf"),
]
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=200)
WORDS = st.lists(
    st.sampled_from(["queue", "jobs", "retry", "login", "session", "deploy", "types.ts"]), max_size=8
)
FILES = st.lists(st.sampled_from([file for past in PAST for file in past.files]), max_size=4, unique=True)
WORKS = st.lists(
    st.builds(lambda words, files, hours: (" ".join(words), files, hours), WORDS, FILES, st.integers(1, 500)),
    max_size=12,
).map(
    lambda rows: [work(f"r{at}", text, *files, hours=hours) for at, (text, files, hours) in enumerate(rows)]
)


def foreseen(text: str, **rest: tuple[str, ...]) -> Foreseen:
    return foresee([Intent("x", text, **rest)], PAST, NOW)[0]  # type: ignore[arg-type]


def test_files_of_like_work_come_first() -> None:
    """What work like the task touched is likeliest, and the reason says how many of them did."""
    first = likely_files(Intent("x", "Retry queue jobs when the worker dies"), PAST, NOW)[0]
    assert first.path in (TYPES, "server/src/queue/retry.ts")
    assert 0 < first.chance < 1
    types = next(
        file for file in likely_files(Intent("x", "Queue jobs for a worker"), PAST, NOW) if file.path == TYPES
    )
    assert (types.touched, types.similar) == (3, 3)
    assert types.reason == f"tasks like yours touched {TYPES} (3 of 3)"
    assert set(types.works) == {"w1", "w2", "w3"}


def test_a_file_the_task_names_is_likely_without_any_past() -> None:
    """A name in the text is found among the paths of the tree, also in part, and a new file in a folder that is there."""
    paths = ["src/parser/lexer.rs", "src/parser/parser.rs", "src/ir/mod.rs", "src/passes/mod.rs"]
    found = likely_files(Intent("x", "Fix tokens in lexer.rs"), [], NOW, paths)
    assert found[0].path == "src/parser/lexer.rs"
    assert found[0].reason == "your task names src/parser/lexer.rs"
    assert likely_files(Intent("x", "Rewrite the lexer"), [], NOW, paths)[0].path == "src/parser/lexer.rs"
    new = likely_files(Intent("x", "Move it to passes/licm.rs"), [], NOW, paths)
    assert new[0].path == "src/passes/licm.rs"
    assert likely_files(Intent("x", "Say hello"), [], NOW, paths) == []


def test_what_the_tree_lacks_is_left_out() -> None:
    """With the paths of the tree at hand, a file that is gone is not foreseen."""
    found = likely_files(Intent("x", "Queue jobs"), PAST, NOW, ["server/src/queue/claim.ts"])
    assert [file.path for file in found] == ["server/src/queue/claim.ts"]
    kept = Paths(["server/src/queue/claim.ts"])
    assert likely_files(Intent("x", "Queue jobs"), PAST, NOW, kept) == found


def test_work_that_ended_later_is_not_known_yet() -> None:
    """Neither what ends after the moment nor the task's own outcome counts."""
    assert likely_files(Intent("x", "Queue jobs"), PAST, NOW - 100 * HOUR) == []
    own = work("x", "Rotate the moon", "moon.ts")
    assert likely_files(Intent("x", "Rotate the moon"), [own], NOW)[0].touched == 0
    assert likely_files(Intent("y", "Rotate the moon"), [own], NOW)[0].touched == 1


def test_newer_work_and_work_of_the_role_counts_more() -> None:
    """Of two works that say the same, the later one, or the one by the asker's role, leads."""
    old, new = work("a", "Queue jobs", "a.ts", hours=200), work("b", "Queue jobs", "b.ts", hours=1)
    assert likely_files(Intent("x", "Queue jobs"), [old, new], NOW)[0].path == "b.ts"
    mine = work("b", "Queue jobs", "b.ts", role="api")
    other = work("a", "Queue jobs", "a.ts", role="web")
    assert likely_files(Intent("x", "Queue jobs", role="api"), [other, mine], NOW)[0].path == "b.ts"
    assert likely_files(Intent("x", "Queue jobs", role="web"), [other, mine], NOW)[0].path == "a.ts"


def test_a_file_that_all_work_touches_does_not_swamp() -> None:
    """Of two files that like work touched as often, the one that other work leaves alone comes first."""
    past = [work(f"o{at}", f"Something else {at}", "main.rs") for at in range(30)]
    past += [work(f"q{at}", "Queue jobs", "main.rs", "queue.rs") for at in range(3)]
    assert likely_files(Intent("x", "Queue jobs"), past, NOW)[0].path == "queue.rs"


def test_overlap_says_why() -> None:
    """Two tasks on the queue will probably meet, and the reason names the file; one on the login will not."""
    one, other, apart = foresee(
        [
            Intent("a", "Queue jobs wait for a worker"),
            Intent("b", "Retry queue jobs at night"),
            Intent("c", "Password is checked by the login form"),
        ],
        PAST,
        NOW,
    )
    near = overlap(one, other)
    assert near.chance >= LIKELY
    assert near.paths[0] == TYPES
    assert near.reason.startswith(f"tasks like yours touched {TYPES} (")
    far = overlap(one, apart)
    assert far.chance < 0.1
    assert far.reason == "nothing known that both would change"


def test_what_is_changed_already_counts_most() -> None:
    """A file that the other has changed, and that one's own scope names, is all but sure to be met at."""
    mine = Intent("a", "Anything", scope=("infra/deploy.tf",))
    theirs = Intent("b", "Whatever", changed=("infra/deploy.tf",))
    found = overlap(*foresee([mine, theirs], PAST, NOW))
    assert found.chance > 0.8
    assert found.paths == ("infra/deploy.tf",)
    assert found.reason == "infra/deploy.tf is changed already"


def test_a_scope_narrows() -> None:
    """Files inside the scope come nearer, those outside get less likely; a file the scope names comes first."""
    free, bound = foreseen("Queue jobs page"), foreseen("Queue jobs page", scope=("web/**",))
    assert bound.chances["web/src/pages/jobs.tsx"] > free.chances["web/src/pages/jobs.tsx"]
    assert bound.chances[TYPES] < free.chances[TYPES]
    exact = foreseen("Queue jobs", scope=("web/src/new.tsx",))
    assert exact.files[0].path == "web/src/new.tsx"
    assert exact.files[0].reason == "the scope of your task names web/src/new.tsx"
    folder = foreseen("Queue jobs", scope=("server/src/auth",))
    assert folder.chances["server/src/auth/session.ts"] > foreseen("Queue jobs").chances.get(
        "server/src/auth/session.ts", 0
    )


def test_no_past_and_no_text() -> None:
    """Nothing known gives nothing likely, and two that say the same are still told."""
    assert likely_files(Intent("x", ""), [], NOW) == []
    assert likely_files(Intent("x", "Queue"), PAST, NOW, limit=0) == []
    blank = foresee([Intent("a", ""), Intent("b", "")], [], NOW)
    assert overlap(*blank).chance < 0.1
    same = foresee([Intent("a", "Rotate the moon"), Intent("b", "Rotate the moon")], [], NOW)
    assert overlap(*same).chance > LIKELY
    assert overlap(*same).reason == "the two say much the same"


def test_what_is_huge_ends() -> None:
    """A dump of a text, a work of a thousand files and a million slashes are read without harm."""
    dump = "queue/" * 20_000 + " a.b" * 20_000 + " x/y.ts" * 5_000
    big = work("big", dump, *[f"src/f{at}.ts" for at in range(1000)])
    assert len(likely_files(Intent("x", dump), [*PAST, big], NOW)) == 10


@given(TEXT, TEXT)
def test_any_text_gives_chances(one: str, other: str) -> None:
    """Whatever the text, every chance is from 0 to 1, and files come without repeats."""
    left, right = foresee([Intent("a", one), Intent("b", other, scope=(other,))], PAST, NOW, limit=50)
    for seen in (left, right):
        assert all(0 <= chance <= 1 for chance in seen.chances.values())
        paths = [file.path for file in seen.files]
        assert len(set(paths)) == len(paths)
    assert 0 <= overlap(left, right).chance <= 1
    assert overlap(left, right).reason


@given(WORKS, WORDS, WORDS, st.randoms())
def test_order_does_not_matter(
    past: list[Work], one: list[str], other: list[str], chance: random.Random
) -> None:
    """The same values in another order give the same answer, and an overlap is as likely seen from either side."""
    intents = [Intent("a", " ".join(one)), Intent("b", " ".join(other))]
    first = foresee(intents, past, NOW)
    shuffled = [*past]
    chance.shuffle(shuffled)
    assert foresee(intents, shuffled, NOW) == first
    assert foresee(intents[:1], past, NOW)[0] == first[0]
    there, back = overlap(*first), overlap(*reversed(first))
    assert there.chance == pytest.approx(back.chance)
    assert there.paths == back.paths


@given(WORKS, WORDS, FILES)
def test_naming_or_changing_a_file_never_lowers_it(
    past: list[Work], words: list[str], files: list[str]
) -> None:
    """What a task says it will change, or has changed, gets no less likely by it."""
    text = " ".join(words)
    before = foresee([Intent("a", text)], past, NOW)[0].chances
    for path in files:
        for intent in (Intent("a", text, scope=(path,)), Intent("a", text, changed=(path,))):
            after = foresee([intent], past, NOW)[0]
            assert after.chances[path] >= before.get(path, 0.0)
            assert path in [file.path for file in after.files[:1]]


@given(WORKS, WORDS, st.sampled_from([file for past in PAST for file in past.files]))
def test_one_more_like_work_never_lowers_a_file(past: list[Work], words: list[str], path: str) -> None:
    """A work that says what the task says, and touched one file, makes that file no less likely than it would without files."""
    text = " ".join(words)
    without = foresee([Intent("a", text)], [*past, work("more", text)], NOW)[0].chances
    touching = foresee([Intent("a", text)], [*past, work("more", text, path)], NOW)[0].chances
    assert touching.get(path, 0.0) >= without.get(path, 0.0) - 1e-9 or path not in {
        file for done in past for file in done.files
    }


def test_a_made_history_is_foreseen() -> None:
    """In a history made of modules with words of their own, the files of a task's module are among the first five, and tasks of
    one module are likelier to meet than those of two.
    """
    chance = random.Random(7)
    modules = {f"m{at}": [f"src/m{at}/part{number}.py" for number in range(6)] for at in range(12)}
    topics = {name: [f"w{name}{number}" for number in range(10)] for name in modules}

    def text(name: str) -> str:
        return " ".join(
            chance.choices(topics[name], k=5) + chance.choices(["fix", "add", "handle", "value"], k=4)
        )

    def touched(name: str) -> tuple[str, ...]:
        return (*chance.sample(modules[name], 3), *(["src/main.py"] if chance.random() < 0.6 else []))

    names = [chance.choice([*modules]) for _ in range(200)]
    past = [work(f"p{at}", text(name), *touched(name), hours=200 - at) for at, name in enumerate(names)]
    hits, same, other = 0, [], []
    for _ in range(40):
        mine, theirs = chance.sample([*modules], 2)
        one, two, three = foresee(
            [Intent("a", text(mine)), Intent("b", text(mine)), Intent("c", text(theirs))], past, NOW
        )
        hits += not set(touched(mine)).isdisjoint(file.path for file in one.files[:5])
        same.append(overlap(one, two).chance)
        other.append(overlap(one, three).chance)
    assert hits >= 36
    assert sum(same) / 40 > sum(other) / 40 + 0.3


def test_names_of_files_in_a_text() -> None:
    """Paths and file names are seen with what punctuation stands around them; numbers, versions and sentences are not names."""
    assert named("See `src/a.rs`, (b.py). Also app/[id]/page.tsx!") == [
        "src/a.rs",
        "b.py",
        "app/[id]/page.tsx",
    ]
    assert named("Version 1.2.3 took 0.5 s. Done.") == []


def test_a_name_that_many_paths_have_says_less() -> None:
    """Where several files have the name, each gets its share; the folder in the text tells them apart."""
    paths = Paths(["a/mod.rs", "b/mod.rs", "b/deep/mod.rs"])
    assert {path: mention.name for path, mention in paths.named_in("mod.rs", []).items()} == {
        "a/mod.rs": pytest.approx(1 / 3),
        "b/mod.rs": pytest.approx(1 / 3),
        "b/deep/mod.rs": pytest.approx(1 / 3),
    }
    assert paths.named_in("a/mod.rs", [])["a/mod.rs"].name == 1
    assert paths.named_in("b/new.rs", [])["b/new.rs"].name == 1
    assert "c/new.rs" not in paths.named_in("c/new.rs", [])


def test_words_are_what_is_kept() -> None:
    """What is kept of a text is its terms with counts, and it is all that is needed of it."""
    assert words_of("queue queue") == dict.fromkeys(words_of("queue"), 2)
    assert foresight.words_of("") == {}


def test_one_work_with_a_phrase_in_common_foresees_no_overlap() -> None:
    """What most tasks say: with one work known, what it changed is likely for none of them; what scopes name is."""
    past = [work("w1", "Fix rounding. Add a regression test. Done when green.", "a/x.py")]
    paint = Intent("p", "Paint the shed. Roller and brush; done when neighbours are happy.", ("b/**",))
    widen = Intent("w", "Widen bands. Done when signed.", ("a/**",))
    one, other = foresee([widen, paint], past, NOW, ["a/x.py", "b/y.py"])
    assert overlap(one, other).chance < LIKELY and "a/x.py" in other.guessed
    same = foresee([widen, paint._replace(scope=("a/x.py",))], past, NOW, ["a/x.py", "b/y.py"])
    assert overlap(*same).chance > LIKELY
