"""Recall on a real store: what is found, in which order, how much of it, and why."""

import json
import math
from pathlib import Path

import pytest

from agentmem.model import ids, tokens
from tests import support
from tests.support import WORDS, Project

OLD = "2025-11-01T08:00:00Z"
FIXED = {"digits": "7k3m9qwpdx2v", "letters": "hjkmnpqrstvw", "quagga-old": "c41x0zq7m2ve"}


def identity(name: str) -> str:
    return FIXED.get(name) or ids.derived_id("test", name)


def filler(number: int, count: int = 6) -> str:
    """So many words of which no two fillers share many."""
    step = 1 + number % 13
    return " ".join(WORDS[(number * 5 + k * step) % len(WORDS)] for k in range(count))


RECORDS: list[dict[str, object]] = []
NAMES: dict[str, str] = {}


def known(name: str, kind: str, title: str, body: str | None = None, **meta: object) -> None:
    number = len(RECORDS)
    NAMES[identity(name)] = name
    body = filler(number) if body is None else body
    RECORDS.append({"id": identity(name), "kind": kind, "title": title, "body": body, "created": OLD, **meta})


for place, meta in {
    "plain": {},
    "cite": {"cites": [{"path": "lib/pool.py", "lines": "4"}]},
    "glob": {"scope": ["web/**/*.ts"]},
    "folder": {"scope": ["infra/legs/"]},
    "file": {"scope": ["./tools/one.rs"]},
}.items():
    known(f"heron-{place}", "convention", f"Heron nests stay {place}", **meta)

known("quagga-old", "decision", "Quagga stripes fade in rain")
known("quagga-new", "decision", "Quagga stripes hold in rain", supersedes=[identity("quagga-old")])
known("quagga-retracted", "decision", "Quagga stripes blink green", status="retracted", retracted="no")
known("quagga-expired", "decision", "Quagga stripes itch monthly", expires="2026-02-22T10:42:00Z")
known("quagga-later", "decision", "Quagga stripes grow slowly", expires="2026-02-22T10:42:01Z")
known("quagga-proposed", "decision", "Quagga stripes smell sweet", status="proposed")
known("quagga-not-replaced", "decision", "Quagga stripes turn blue")
known(
    "quagga-proposal",
    "decision",
    "Quagga stripes turn red",
    status="proposed",
    supersedes=[identity("quagga-not-replaced")],
)

known(
    "okapi-one",
    "fact",
    "Okapi herds feed at dawn",
    "Leaves of the lower branches go first, then bark of young trees.",
)
known(
    "okapi-two",
    "fact",
    "Okapi herds feed at dawn",
    "Leaves of the lower branches go first; then bark of young trees!",
)
known(
    "okapi-12",
    "fact",
    "Okapi fences stand 12 metres apart",
    "Measured along the northern border of the whole park.",
)
known(
    "okapi-17",
    "fact",
    "Okapi fences stand 17 metres apart",
    "Measured along the northern border of the whole park.",
)

for name, author, day, text in (
    ("tapir-1", "ann", "2025-11-03T08:00:00Z", "Tapir gate hinge squeaks"),
    ("tapir-2", "ann", "2025-11-03T09:00:00Z", "Gate looked rather wet"),
    ("tapir-3", "ann", "2025-11-03T10:00:00Z", "Tapir gate hinge oiled"),
    ("tapir-bob", "bob", "2025-11-03T09:00:00Z", "Gate looked rather dry"),
    ("tapir-next", "ann", "2025-11-04T09:00:00Z", "Gate looked rather dim"),
):
    known(name, "log", text, by=author, created=day)

known("lynx-a", "decision", "Lynx tracks lead north")
known("lynx-b", "deadend", "Lynx tracks lead south")
known("lynx-c", "convention", "Lynx tracks lead west")
known("lynx-d", "procedure", "Lynx tracks lead east")

known("ibex-plain", "decision", "Ibex horns grow plain")
known("ibex-pin", "decision", "Ibex horns grow pinned", pin=True)
known("ibex-5", "decision", "Ibex horns grow strong", importance=5)
known("ibex-3", "decision", "Ibex horns grow middling", importance=3)
known("ibex-1", "decision", "Ibex horns grow faint", importance=1)

known(
    "puma-a",
    "fact",
    "Puma paws leave prints",
    tags=["Snow", "cat"],
    by="ann",
    role="api",
    created="2026-02-01T00:00:00Z",
)
known(
    "puma-b",
    "decision",
    "Puma paws leave mud",
    tags=["cat"],
    by="bob",
    role="db",
    created="2026-02-10T00:00:00Z",
)
known(
    "puma-c",
    "task",
    "Puma paws leave dust",
    tags=["dog"],
    by="ann",
    role="db",
    entities=["PawPrinter"],
    created="2026-02-20T00:00:00Z",
)
known("puma-d", "task", "Puma paws leave sand", created="2026-02-21T00:00:00Z")
known("puma-undated", "decision", "Puma paws leave ink", created=None)
known("puma-log", "log", "Closed the sandy one", "Swept.", closes=[identity("puma-d")])

known("gecko-phrase", "decision", "Gecko toes stick to glass", "They stick to glass because of small forces.")
known(
    "gecko-other",
    "decision",
    "Gecko toes and glass",
    "To stick is their art, glass or not.",
    entities=["small forces"],
)
known("digits", "decision", "A note on nothing much")
known("letters", "decision", "Another note on little")

for number in range(12):
    known(
        f"walrus-{number}",
        "decision",
        f"Walrus colony {WORDS[number]} sleeps beside the {WORDS[number + 12]} number {number}",
        "\n\n".join(f"{filler(number * 7 + k, 12 + number)} {number}." for k in range(1 + number % 4)),
        scope=[f"sea/{WORDS[number]}/**"],
    )


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory):
    """One store for all tests here, which only read it."""
    base = tmp_path_factory.mktemp("zoo")
    (base / "home").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "HOME": str(base / "home"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "C",
            "GIT_COMMITTER_EMAIL": "c@example.org",
            "AGENTMEM_NOW": support.NOW,
            "AGENTMEM_AGENT": "tester",
        }.items():
            patch.setenv(name, value)
        project = Project(base / "repo")
        project.path.mkdir()
        project.git("init", "-q", "-b", "main")
        project.ok("init")
        lines = (json.dumps({k: v for k, v in record.items() if v is not None}) for record in RECORDS)
        source = support.put(base / "zoo.jsonl", "\n".join(lines))
        done = project.json("import", "jsonl", str(source))
        assert (len(done["added"]), done["skipped"]) == (len(RECORDS), [])
        for name in ("first", "second"):
            project.write(f"facts/{name}.md", "The bongo antelope hides in bamboo.\n")
        project.commit()
    return project


def by_name(found: list[str]) -> list[str]:
    """The names of the memories with these ids."""
    return [NAMES.get(one, one) for one in found]


def found(project: Project, question: str, *args: str) -> list[str]:
    """The names of what recall gives, best first, with no limit unless one is given."""
    limit = () if "--limit" in args else ("--limit", "0")
    return by_name(project.found(question, *limit, *args))


def answer(project: Project, question: str, *args: str) -> dict:
    return project.json("recall", question, *args)


@pytest.mark.parametrize(
    "question",
    [
        "How many kangaroos dance on Jupiter?",
        "heron kangaroo jupiter mortgage penguin",
        "why is it not what we were with",
        "what is this?",
        "???",
        '"kangaroo dance"',
        "zzzzzz9 00000000",
        "no/such/file.py",
    ],
)
def test_abstains(zoo: Project, question: str) -> None:
    """A question that nobody can answer, one with a stray hit, or one of stop words alone finds nothing and says so."""
    result = answer(zoo, question)
    assert (result["hits"], result["omitted"], result["abstained"]) == ([], 0, True)
    assert zoo.ok("recall", question).startswith("agentmem: nothing known about this")
    assert zoo.call("recall", question, "--exit-code").code == 1


@pytest.mark.parametrize("question", ["🎮", '"🎮"', "!!!", "→ ∀", "of the and"])
def test_a_question_without_a_word_is_told_so(store: Project, question: str) -> None:
    """Signs are in no index: what has one in its title is found by its words, and the answer says that there are none."""
    store.ok("add", "fact", "The 🎮 pads rumble")
    assert "1 of 1 shown" in store.ok("recall", "🎮", "pads")
    said = store.ok("recall", question)
    assert said.endswith("There is no word in it to search by: name what it is about, or --file PATH.\n")
    assert store.call("recall", question, "--exit-code").code == 1
    assert "1 of 1 shown" in store.ok("recall", question, "kind:fact")
    assert "no word" not in store.ok("recall", "elephants") + store.ok("recall", '"the pads of"')


def test_abstaining_tells_what_comes_nearest(store: Project) -> None:
    """Where the words are too few for an answer, and not by chance, titles and ids are told on the one line, as the budget takes
    them; nothing of them counts as a hit.
    """
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    near = store.remember(
        1, "Unnecessary parentheses around awaited objects are removed", "By the formatter."
    )
    question = "yellow kangaroos removed around generator bodies"
    result = answer(store, question)
    assert (result["hits"], result["omitted"], result["abstained"], result["tokens"]) == ([], 0, True, 0)
    title = "Unnecessary parentheses around awaited objects are removed"
    assert result["nearest"] == [{"id": near, "title": title}]
    line = store.ok("recall", question)
    assert line.count("\n") == 1 and f' Nearest (quoted; show ID): {near[:6]} fact "{title}"\n' in line
    assert f"Nearest:\n\n- **{title}** · fact `{near[:6]}`\n" in store.ok(
        "recall", question, "--format", "md"
    )
    assert not store.ok("recall", question, "--format", "ids")
    assert store.call("recall", question, "--exit-code").code == 1
    assert answer(store, "who waters the kangaroos on jupiter")["nearest"] == []
    assert answer(store, question, "--kind", "decision")["nearest"] == []


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--by", "notify"), 'no memory has the author "notify"; did you mean notify-agent?'),
        (("--tag", "remindr"), 'no memory has the tag "remindr"; did you mean reminder?'),
        (("--entity", "nonesuch"), 'no memory has the entity "nonesuch"'),
        (("--role", "dba"), 'no memory has the role "dba"'),
    ],
)
def test_a_filter_that_nothing_has_is_told(store: Project, option: tuple[str, str], said: str) -> None:
    """A name misspelt is told from nothing known, with the nearest there is; one that some memory has is not."""
    store.remember(1, "Reminders go out at eight", by="notify-agent", tags="[reminder]")
    for verb in (("recall", "reminders"), ("list",)):
        done = store.call(*verb, *option)
        assert done.code == 0 and f"note: {said}\n" in done.err
    assert not store.call("recall", "reminders", "--tag", "reminder").err


def test_abstaining_tells_why_when_asked(store: Project) -> None:
    """With ``--explain``: of each word how many memories have it; without it one line, as ever."""
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    question = "which kangaroos eat heron mortgages"
    silent = store.ok("recall", question)
    assert silent.count("\n") == 1 and "mortgages" not in silent
    told = store.ok("recall", question, "--explain")
    assert told.startswith(silent) and "kangaroos 0 · eat 0 · heron 40 · mortgages 0\n" in told
    assert store.json("recall", question, "--explain")["hits"] == []


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("who should send flowers", False),
        ("Send flowers", False),
        ("what does send() do with flowers", True),
        ("`send` of flowers", True),
        ("flowers for Gateway.send", True),
        ("who sends paper by the gateway", True),
    ],
)
def test_a_common_word_names_no_symbol(store: Project, question: str, is_told: bool) -> None:
    """Where it is written as code, or its memory has more of what is asked."""
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    (store.path / "lib").mkdir(exist_ok=True)
    (store.path / "lib" / "gateway.py").write_text("class Gateway:\n    def send(self):\n        return 1\n")
    cites = "[{path: lib/gateway.py, symbol: Gateway.send}]"
    found = store.remember(1, "The gateway puts paper into the tray", "Twice a day.", cites=cites)
    assert (found in store.found(question)) is is_told


def test_words_that_say_nearly_the_same(store: Project) -> None:
    """Who asks in other words is answered, behind who is asked in his own, and told by which word; what is quoted is meant as it
    stands.
    """
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    removed = store.remember(1, "Kite folders are removed at night", "By the janitor.")
    deleted = store.remember(2, "Kite files are deleted after a week", "By the postman.")
    result = answer(store, "when do we delete kite directories", "--explain")
    assert {hit["id"] for hit in result["hits"]} == {removed, deleted}
    words = {hit["id"]: next(t for t in hit["explain"] if t["name"] == "words") for hit in result["hits"]}
    assert words[removed]["detail"] in ('"removed" for "delete"', '"folder" for "directories"')
    (own, *_) = answer(store, "which kite files are deleted", "--limit", "1")["hits"]
    assert own["id"] == deleted
    assert answer(store, '"kite directories"')["abstained"]


def test_the_readmes_words_that_say_nearly_the_same(store: Project) -> None:
    """Its example does what it says, in a store of a few memories and in one of many."""
    said = "Owners are removed by the nightly job"
    assert f"finds *{said}*" in " ".join((Path(__file__).parents[2] / "README.md").read_text().split())
    removed = store.remember(1, said, "GDPR: two years after the last visit.")
    store.remember(2, "The fax line was removed in March", "A letter said so.")
    store.remember(3, "Slots are locked one by one", "Else two owners book one.", kind="decision")
    assert found(store, "delete an owner")[0] == removed
    assert answer(store, "delete")["abstained"]
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    assert found(store, "delete an owner")[0] == removed


def test_what_is_written_in_one_word_or_two(store: Project) -> None:
    """Who asks for web sockets is told of websockets."""
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    found = store.remember(1, "Websockets die in the proxy after a minute", "It closes what is silent.")
    assert store.found("web sockets") == [found]


def test_a_common_word_that_is_an_entity_does_not_outweigh_the_rest(store: Project) -> None:
    """Of many that are about slots the one that says how long they are held comes first."""
    for number in range(20, 50):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    for number in range(50, 54):
        store.remember(number, f"Slots of {WORDS[number % 26]} are free", filler(number), entities="[slot]")
    held = store.remember(1, "A slot is held for seven minutes", "For who is slow.")
    assert store.found("how long is a slot held")[0] == held


def test_what_comes_nearest_keeps_to_the_budget(store: Project) -> None:
    """Of three titles as many are told as the budget takes, on a branch of a long name too."""
    for number in range(20, 60):
        store.remember(number, f"Heron nests stay {WORDS[number % 26]}", filler(number))
    for number in range(3):
        store.remember(number, f"Parentheses around awaited {WORDS[number]} objects of Eichhörnchen {number}")
    store.commit()
    store.git(
        "switch", "-q", "-c", "feature/zxq-wvk-queue-so-that-qjx-workers-never-xzw-wait-for-kvq-locks-again"
    )
    told = []
    for budget in range(60, 240, 10):
        options = ("redundant parens dropped around await in generator bodies", "--budget", str(budget))
        assert tokens.estimate(store.ok("recall", *options)) <= budget
        told.append(len(answer(store, *options)["nearest"]))
    assert told == sorted(told) and set(told) >= {0, 3}


def test_exact_phrases(zoo: Project) -> None:
    """A quoted phrase alone finds only what holds it as it stands, in any letter case and white space."""
    assert set(found(zoo, "gecko stick glass")) == {"gecko-phrase", "gecko-other"}
    assert found(zoo, '"stick to glass"') == ["gecko-phrase"]
    assert found(zoo, '"STICK  to   Glass"') == ["gecko-phrase"]
    assert found(zoo, '"stick to glass" "gecko toes"') == ["gecko-phrase"]
    assert found(zoo, '"stick to glass" "gecko toes and"') == []
    assert found(zoo, 'gecko "stick to glass"')[0] == "gecko-phrase"
    assert set(found(zoo, 'gecko glass "stick to glass"')) == {"gecko-phrase", "gecko-other"}


def test_an_exact_phrase_that_is_also_a_name(zoo: Project) -> None:
    """What is named by the phrase but does not hold it is no answer to the phrase alone."""
    assert found(zoo, '"small forces"') == ["gecko-phrase"]


def test_an_exact_phrase_of_stop_words(zoo: Project) -> None:
    """A phrase of stop words that stands in a memory is found there."""
    assert found(zoo, '"glass or not"') == ["gecko-other"]
    assert found(zoo, '"or not"') == ["gecko-other"]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("7k3m9q", "digits"),
        ("7k3m9qwpdx2v", "digits"),
        ("what is 7k3m9q about", "digits"),
        ("(7k3m9qwp)", "digits"),
        ("what is 7k3m9q?", "digits"),
        ("see 7k3m9q.", "digits"),
        ("hjkmnp", "letters"),
        ("hjkmnpqrstvw", "letters"),
    ],
)
def test_an_id_in_the_question(zoo: Project, question: str, name: str) -> None:
    """An id, or the six characters that output prints of it, finds its memory first."""
    assert found(zoo, question)[:1] == [name]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("lib/pool.py", "heron-cite"),
        ("./lib/../lib/pool.py", "heron-cite"),
        ("web/app/deep/page.ts", "heron-glob"),
        ("web/page.ts", "heron-glob"),
        ("infra/legs/left.tf", "heron-folder"),
        ("infra/legs", "heron-folder"),
        ("tools/one.rs", "heron-file"),
        ("TOOLS/One.rs", "heron-file"),
    ],
)
def test_files_at_hand_rank_up(zoo: Project, file: str, name: str) -> None:
    """What is about a file at hand comes first, by citation, scope, glob or folder; alone, the file finds just that."""
    assert len(found(zoo, "heron nests")) == 5
    ranked = found(zoo, "heron nests", "--file", file)
    assert ranked[0] == name
    assert len(ranked) == 5
    assert found(zoo, "heron nests", "--file", "nowhere/else.c") == found(zoo, "heron nests")
    assert by_name(zoo.ok("recall", "--file", file, "--format", "ids", "--budget", "0").split()) == [name]
    assert found(zoo, f"heron file:{file}") == [name]


def test_a_path_in_the_question(zoo: Project) -> None:
    """A path in the question is a file at hand."""
    assert found(zoo, "what about infra/legs/left.tf?")[0] == "heron-folder"
    assert found(zoo, "heron nests of web/app/page.ts")[0] == "heron-glob"


def test_changed_files_rank_up(store: Project, tmp_path: Path) -> None:
    """With --diff what is about the files changed here ranks up, untracked and since a revision too."""
    for number, scope in enumerate(("src/a.ts", "src/b.ts", "src/c.ts")):
        store.remember(
            number,
            f"Heron nests stay {WORDS[number]}",
            filler(number),
            "decision",
            scope=f"[{scope}]",
            created=OLD,
        )
        support.put(store.path / scope, "old")
    start = store.commit()
    plain = store.found("heron nests")
    assert len(plain) == 3
    assert store.found("heron nests", "--diff") == plain
    for number, path in enumerate(("src/a.ts", "src/b.ts", "src/c.ts")):
        support.put(store.path / path, "new")
        assert store.found("heron nests", "--diff")[0] == support.identity(number)
        store.commit()
    assert store.found("heron nests", "--diff") == plain
    scores = {hit["score"] for hit in store.json("recall", "heron nests", "--diff-from", start)["hits"]}
    assert min(scores) > max(hit["score"] for hit in store.json("recall", "heron nests")["hits"])
    assert "no file is changed" in store.call("recall", "--diff").err


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], {"a", "b", "c", "d", "undated"}),
        (["--tag", "cat"], {"a", "b"}),
        (["--tag", "snow"], {"a"}),
        (["--tag", "cat", "--tag", "dog"], {"a", "b", "c"}),
        (["--kind", "task"], {"c", "d"}),
        (["--kind", "facts", "--kind", "decision"], {"a", "b", "undated"}),
        (["--role", "db"], {"b", "c"}),
        (["--by", "ann"], {"a", "c"}),
        (["--by", "ann", "--role", "db"], {"c"}),
        (["--entity", "pawprinter"], {"c"}),
        (["--since", "2026-02-10"], {"b", "c", "d"}),
        (["--until", "2026-02-10"], {"a"}),
        (["--since", "2026-02-10", "--until", "2026-02-21"], {"b", "c"}),
        (["--since", "3 days ago"], {"c", "d"}),
        (["--status", "open"], {"c"}),
        (["--status", "done"], {"d"}),
        (["--status", "active"], {"a", "b", "undated"}),
        (["--status", "failed"], set()),
        (["--tag", "cat", "--kind", "task"], set()),
    ],
)
def test_filters(zoo: Project, options: list[str], names: set[str]) -> None:
    """Several values of an option widen it, several options narrow it; written in the question they are the same."""
    wanted = {f"puma-{name}" for name in names}
    assert set(found(zoo, "puma paws", *options)) == wanted
    written = [f'{key[2:]}:"{value}"' for key, value in zip(options[::2], options[1::2], strict=True)]
    assert set(found(zoo, " ".join(["puma paws", *written]))) == wanted


def test_filters_alone_list_the_newest_first(zoo: Project) -> None:
    """Filters without a question give all they let through, the newest first, those without a time last."""
    assert found(zoo, "tag:cat") == ["puma-b", "puma-a"]
    assert found(zoo, "by:ann role:db") == ["puma-c"]
    result = answer(zoo, "kind:decision since:2026-02-01")
    assert not result["abstained"]


@pytest.mark.parametrize(
    "options", [("--kind", "thing"), ("--status", "lost"), ("--since", "tomorrow"), ("--until", "now")]
)
def test_a_wrong_option_is_an_error(zoo: Project, options: tuple[str, str]) -> None:
    """An option that nothing can meet is a usage error with a message, not an empty answer."""
    done = zoo.call("recall", "puma", *options)
    assert (done.code, done.out) == (2, "")
    assert options[1] in done.err


@pytest.mark.parametrize(
    "words",
    ["kind:thing", "status:lost", "since:tomorrow", "tag:nobody", "by:nobody", "role:nobody", "file:../../x"],
)
def test_what_can_be_no_filter_is_words(zoo: Project, words: str) -> None:
    """A colon between two words that make no filter here takes nothing away from the question."""
    assert {"lynx-a", "lynx-b", "lynx-c", "lynx-d"} <= set(found(zoo, f"lynx tracks lead {words}"))


def test_a_batch_needs_questions(zoo: Project) -> None:
    """A line that asks nothing is an error as it is on the command line; the others are answered, one with a filter alone too."""
    lines = (
        '{"key": 1, "query": " "}',
        '{"key": 2}',
        '{"key": 3, "query": "", "kind": "fact"}',
        '{"key": 4, "files": "a.py"}',
    )
    ran = zoo.call("recall", "--batch", "-", input="\n".join(lines))
    assert ran.code == 2
    assert [(one["key"], one["schema"]) for one in ran.objects] == [
        (1, "agentmem/error/1"),
        (2, "agentmem/error/1"),
        (3, "agentmem/recall/1"),
        (4, "agentmem/recall/1"),
    ]
    assert ran.objects[0]["code"] == "usage" and ran.objects[0]["message"].startswith("line 1: ")
    filtered = zoo.call("recall", "--batch", "-", "--kind", "fact", input=lines[1])
    assert filtered.code == 0, filtered


def test_what_is_out_is_found_only_when_asked_for(zoo: Project) -> None:
    """Superseded, retracted and expired memories are out, at the very moment; what only a proposal replaces is not."""
    shown = {"quagga-new", "quagga-later", "quagga-proposed", "quagga-not-replaced", "quagga-proposal"}
    assert set(found(zoo, "quagga stripes")) == shown
    for status, name in (("superseded", "old"), ("retracted", "retracted"), ("expired", "expired")):
        assert found(zoo, "quagga stripes", "--status", status) == [f"quagga-{name}"]
    assert set(found(zoo, "quagga stripes", "--status", "expired", "--status", "retracted")) == {
        "quagga-expired",
        "quagga-retracted",
    }
    assert set(found(zoo, "quagga stripes", "--status", "proposed")) == {"quagga-proposed", "quagga-proposal"}


def test_the_newer_is_found_in_place_of_the_older(zoo: Project) -> None:
    """A question in the words of the superseded memory finds its successor first, and says when one is proposed."""
    assert found(zoo, "quagga stripes fade in rain")[0] == "quagga-new"
    assert "| proposed>" in zoo.ok("recall", "quagga smell sweet", "--budget", "0")


def test_the_id_of_the_older_leads_to_the_newer(zoo: Project) -> None:
    """A question that names a superseded memory by its id finds its successor."""
    assert found(zoo, f"what about {FIXED['quagga-old']}") == ["quagga-new"]


def test_what_says_the_same_is_shown_once(zoo: Project) -> None:
    """Of two that say the same one is shown; two that differ in a number are both shown."""
    dawn = found(zoo, "okapi herds feed at dawn")
    assert len({"okapi-one", "okapi-two"} & set(dawn)) == 1
    assert {"okapi-12", "okapi-17"} <= set(found(zoo, "okapi fences metres apart"))
    assert len(found(zoo, "okapi")) == 3


@pytest.mark.parametrize("limit", ["1", "2", "3", "6", "0"])
def test_many_that_say_the_same_are_shown_once(store: Project, limit: str) -> None:
    """However many say the same, one of them is shown, and what else matches has the other places."""
    for number in range(25):
        store.remember(
            number, "Heron nests stay quiet", "All the spring" + "." * number, "decision", created=OLD
        )
    for number in range(25, 27):
        store.remember(number, f"A heron by the {WORDS[number]}", filler(number, 40), "decision", created=OLD)
    found = store.found("heron nests", "--limit", limit)
    assert sum(int(one[6:]) < 25 for one in found) == 1


@pytest.mark.parametrize("limit", ["1", "0"])
def test_what_says_the_same_can_be_had(store: Project, limit: str) -> None:
    """What is left out since a hit says the same is told by its ids, which no limit or budget brings; within the budget."""
    for number in range(5):
        store.remember(
            number, "Heron nests stay quiet", "All the spring" + "." * number, "decision", created=OLD
        )
    result = store.json("recall", "heron nests", "--limit", limit)
    [hit] = result["hits"]
    assert {hit["id"], *result["repeats"]} == {support.identity(number) for number in range(5)}
    text = store.ok("recall", "heron nests", "--limit", limit, "--budget", "0")
    shorts = [
        line.split("(show ID): ")[1] for line in text.splitlines() if line.startswith("4 more say the same")
    ]
    assert len(shorts) == 1 and shorts[0].endswith(" +1") and "raise --budget" not in text
    for short in shorts[0].split()[:3]:
        assert store.json("show", short)["memories"][0]["id"] in result["repeats"]
    for budget in range(60, 120):
        told = store.ok("recall", "heron nests", "--limit", limit, "--budget", str(budget))
        assert tokens.estimate(told) <= budget, told


def test_what_denies_is_no_repeat(store: Project) -> None:
    """Of two long texts, one of which denies what the other says, both are shown, the newer first."""
    text = (
        "The broker keeps its journal on local disk and replays it at start, a minute per gigabyte. While it replays, clients"
        " queue in memory and nothing is lost. Operators should {}restart the broker during a deploy, since the supervisor"
        " flushes the journal before each rollout."
    )
    store.remember(1, "Broker during a deploy", text.format(""), "procedure", created=OLD)
    store.remember(
        2, "Broker during a deploy", text.format("not "), "procedure", created="2026-02-20T00:00:00Z"
    )
    assert store.found("broker during a deploy") == [support.identity(2), support.identity(1)]


def test_a_draft_does_not_make_two_things_one(store: Project) -> None:
    """What is said of one thing and of another is two hits, though a draft of the one is like both."""
    body = "The garbage collector paused for {} ms under load. Only the admin page is still Python."
    for name, number in (("lesson-export", 36), ("recipe-export", 73), ("parcel-export", 62)):
        store.ok("add", "fact", f"{name} is written in Rust", "--body", body.format(number), "--force")
    text = "Not sure that this is right. " + body.format(45)
    store.ok("add", "fact", "lesson-export is written in Rust?", "--body", text, "--force", "--pin")
    found = json.loads(store.ok("recall", "which exports are written in Rust", "--json"))["hits"]
    assert {hit["title"].split()[0] for hit in found} == {"lesson-export", "recipe-export", "parcel-export"}


def test_what_is_left_out_is_counted_alike(store: Project) -> None:
    """Hits and omitted are together the same number, whatever the limit and however many say the same."""
    for number in range(25):
        store.remember(
            number, "Heron nests stay quiet", "All the spring" + "." * number, "decision", created=OLD
        )
    totals = set()
    for limit in ("1", "2", "3", "6", "30", "0"):
        result = store.json("recall", "heron nests", "--limit", limit)
        totals.add(len(result["hits"]) + result["omitted"])
    assert len(totals) == 1, totals


def test_a_copy_at_two_paths_is_two_hits(zoo: Project) -> None:
    """A file without a heading that stands at two paths is two memories, each with its own name as title."""
    result = answer(zoo, "bongo bamboo", "--budget", "0")
    assert {hit["path"] for hit in result["hits"]} == {
        ".agentmem/facts/first.md",
        ".agentmem/facts/second.md",
    }
    assert len({hit["id"] for hit in result["hits"]}) == 2
    assert len({hit["blob"] for hit in result["hits"]}) == 1


def test_neighbours_in_a_log_count(zoo: Project) -> None:
    """An entry after matching entries of its day, whoever wrote it, ranks above an equal one of another day."""
    ranked = found(zoo, "tapir gate hinge looked")
    assert set(ranked) == {"tapir-1", "tapir-2", "tapir-3", "tapir-bob", "tapir-next"}
    hits = {
        by_name([hit["id"]])[0]: hit["score"]
        for hit in answer(zoo, "tapir gate hinge looked", "--limit", "0", "--budget", "0")["hits"]
    }
    assert min(hits["tapir-2"], hits["tapir-bob"]) > 1.1 * hits["tapir-next"]
    assert hits["tapir-2"] == pytest.approx(hits["tapir-bob"], rel=0.05)


def test_where_one_has_every_word_its_age_and_place_hardly_count(store: Project) -> None:
    """What alone has all that is asked is judged by its words; a word that a dozen have leaves it to how new they are and where
    they lie.
    """
    store.remember(1, "No ladder in front of the heron", created=OLD, scope="[lib/heron/**]")
    for number in range(2, 14):
        store.remember(number, f"The heron likes {WORDS[number]}", created=OLD, scope="[lib/heron/**]")
    for number in range(20, 80):
        store.remember(number, f"Of {WORDS[number % 26]} and {WORDS[(number * 7) % 26]}", created=OLD)
    store.commit()

    def beside(question: str) -> tuple[float, float]:
        best = answer(store, question, "--explain")["hits"][0]
        found = {term["name"]: term for term in best["explain"]}
        assert found["areas"]["detail"] == "lib/heron/**"
        return found["areas"]["value"], 1 - found["recency"]["value"]

    areas, age = beside("why is there no ladder for the heron")
    some_areas, some_age = beside("heron")
    assert 0 < areas < 0.01 < 0.1 < some_areas
    assert 0 < age < 0.01 < 0.05 < some_age


def test_a_dead_end_comes_first_among_equals(zoo: Project) -> None:
    """Of memories that match alike the dead end is the first."""
    ranked = found(zoo, "lynx tracks lead")
    assert ranked[0] == "lynx-b"
    assert ranked[1:] == [
        name for _, name in sorted((identity(n), n) for n in ("lynx-a", "lynx-c", "lynx-d"))
    ]


def test_pins_and_importance(zoo: Project) -> None:
    """Pinned and important memories move up, unimportant ones down; importance 3 is as none."""
    ranked = found(zoo, "ibex horns grow")
    assert ranked[:2] == ["ibex-pin", "ibex-5"]
    assert set(ranked[2:4]) == {"ibex-plain", "ibex-3"}
    assert ranked[4] == "ibex-1"


def test_limits_hold(zoo: Project) -> None:
    """A limit gives the first so many of the same order, and counts the others as omitted."""
    everything = found(zoo, "walrus colony", "--limit", "0")
    assert len(everything) == 12
    assert len(zoo.found("walrus colony")) == 6
    for limit in (1, 2, 5, 11, 12, 50):
        assert found(zoo, "walrus colony", "--limit", str(limit)) == everything[:limit]
        result = answer(zoo, "walrus colony", "--limit", str(limit), "--budget", "0")
        assert len(result["hits"]) == min(limit, 12)
        assert len(result["hits"]) + result["omitted"] == 12


def test_a_better_one_that_is_too_long_is_told_before_the_others(store: Project) -> None:
    """The best has its title first, and the room that it cannot use goes to those after it, within the budget."""
    steps = "\n".join(f"- Step {n}: {'stop the pump and wait for the valve ' * 3}" for n in range(1, 9))
    store.remember(1, "Pump downtime", steps, "procedure", created=OLD)
    store.remember(2, "The pump has a downtime form", "Printed on paper.", created=OLD)
    for budget in range(90, 200, 10):
        told = store.ok("recall", "pump downtime", "--budget", str(budget))
        assert tokens.estimate(told) <= budget, told
    assert (
        store.call("recall", "pump downtime", "--budget", "1", "--exit-code").code == 0
    )  # something is found
    told = store.ok("recall", "pump downtime", "--budget", "140").splitlines()
    best = f'{support.identity(1)[:6]} procedure "Pump downtime"'
    assert told[0].startswith("agentmem: 1 of 2 shown for main")
    assert told[1] == f"Better, and too long for the budget (show ID): {best}"
    assert told[3] == "The pump has a downtime form" and told[-1] == "</memory>"


def test_a_list_is_shown_by_its_items(store: Project) -> None:
    """The paragraph of a list has a line for each of its first items, and says that there are more."""
    steps = "\n".join(f"{n}. Stop pump {n}, and wait\n   for its valve" for n in range(1, 9))
    store.remember(1, "Pump downtime", f"In this order:\n{steps}", "procedure", created=OLD)
    told = store.ok("recall", "pump downtime", "--budget", "130").splitlines()
    items = [f"{n}. Stop pump {n}, and wait for its valve" for n in range(1, 5)]
    assert told[2:8] == ["Pump downtime", "In this order:", *items]
    assert told[8].startswith("… (show ")


@pytest.mark.parametrize("limit", ["0", "6", "3"])
def test_budgets_hold(zoo: Project, limit: str) -> None:
    """All text output keeps to a budget of 60 tokens or more; a higher one shows no fewer; what is left out is counted."""
    counts = []
    for budget in (
        60,
        61,
        64,
        70,
        75,
        80,
        90,
        100,
        120,
        140,
        160,
        200,
        250,
        300,
        400,
        500,
        600,
        800,
        1000,
        1300,
        1600,
        2000,
    ):
        options = ("--limit", limit, "--budget", str(budget))
        text = zoo.ok("recall", "walrus colony sleeps", *options)
        assert tokens.estimate(text) <= budget, text
        result = answer(zoo, "walrus colony sleeps", *options)
        assert len(result["hits"]) + result["omitted"] == 12
        assert result["tokens"] == sum(hit["tokens"] for hit in result["hits"]) <= budget
        assert sum(hit["detail"] == "full" for hit in result["hits"]) <= 3
        counts.append(len(result["hits"]))
    assert counts == sorted(counts)
    assert counts[-1] == (int(limit) or 12)


@pytest.mark.parametrize(
    "question", ["quagga stripes", "puma paws", "tapir gate", "kind:decision", "7k3m9q", "bongo"]
)
def test_small_budgets_hold_for_any_answer(zoo: Project, question: str) -> None:
    """Short memories, titles and listings keep to a small budget, too."""
    for budget in range(60, 260, 20):
        text = zoo.ok("recall", question, "--limit", "0", "--budget", str(budget))
        assert tokens.estimate(text) <= budget, text


def test_a_long_branch_name_is_in_the_budget(store: Project) -> None:
    """The budget holds on a branch whose name is long."""
    for number in range(12):
        store.remember(
            number, f"Heron nests stay {WORDS[number]} and {WORDS[number + 9]}", filler(number, 20)
        )
    store.commit()
    store.git(
        "switch",
        "-q",
        "-c",
        "feature/JIRA-48213-rework-the-zxq-wvk-queue-so-that-qjx-workers-never-xzw-wait-for-kvq-locks-again",
    )
    for budget in (60, 100, 200, 400):
        text = store.ok("recall", "heron nests", "--limit", "0", "--budget", str(budget))
        assert tokens.estimate(text) <= budget, text


def test_no_budget_shows_all_of_it(zoo: Project) -> None:
    """With a budget of 0 each hit is whole."""
    result = answer(zoo, "walrus colony", "--limit", "0", "--budget", "0")
    assert {hit["detail"] for hit in result["hits"]} == {"full"}
    bodies = {record["id"]: record["body"] for record in RECORDS}
    assert all(str(bodies[hit["id"]]) in hit["text"] for hit in result["hits"])


QUESTIONS = [
    ("walrus colony",),
    ("quagga stripes",),
    ("puma paws recently",),
    ("what about puma paws yesterday",),
    ("tapir gate hinge",),
    ("ibex horns",),
    ("heron nests", "--file", "infra/legs/a.tf", "--file", "lib/pool.py"),
    ('gecko "stick to glass"',),
    ('"stick to glass"',),
    ("PawPrinter 7k3m9q",),
    ("kind:decision",),
    ("lynx tracks", "--until", "2025-12-01"),
    ("bongo",),
]


@pytest.mark.parametrize("words", QUESTIONS)
def test_explanations_add_up(zoo: Project, words: tuple[str, ...]) -> None:
    """The sum of a hit's arms times the product of its factors is its score, and the scores are in the printed order."""
    result = answer(zoo, *words, "--explain", "--limit", "0", "--budget", "0")
    assert result["hits"]
    for hit in result["hits"]:
        arms = [term["value"] for term in hit["explain"] if term["adds"]]
        factors = [term["value"] for term in hit["explain"] if not term["adds"]]
        assert arms
        assert math.isclose(sum(arms) * math.prod(factors), hit["score"], rel_tol=1e-6)
        assert all(value > 0 for value in factors)
        assert all(value >= 0 for value in arms)
    scores = [hit["score"] for hit in result["hits"]]
    assert scores == sorted(scores, reverse=True)
    plain = answer(zoo, *words, "--limit", "0", "--budget", "0")
    assert [(hit["id"], hit["score"], hit["explain"]) for hit in plain["hits"]] == [
        (hit["id"], hit["score"], None) for hit in result["hits"]
    ]
    text = zoo.ok("recall", *words, "--explain", "--limit", "0", "--budget", "0")
    assert text.count("  score ") == len(scores)


def test_an_explanation_tells_what_was_named(zoo: Project) -> None:
    """The id, the name, the path or the file at hand, or what links to it: each hit that was named says by what."""

    def told(*words: str) -> dict[str, set[str]]:
        said: dict[str, set[str]] = {}
        for hit in answer(zoo, *words, "--explain", "--limit", "0", "--budget", "0")["hits"]:
            for term in hit["explain"]:
                if term["name"] == "names and paths":
                    said.setdefault(by_name([hit["id"]])[0], set()).add(term["detail"])
        return said

    assert told("7k3m9q")["digits"] == {"7k3m9q"}
    assert told("c41x0z")["quagga-new"] == {"in place of c41x0z"}
    assert told("heron nests", "--file", "lib/pool.py")["heron-cite"] == {"lib/pool.py"}
    assert told("heron nests", "--file", "lib/pool.py", "--file", "infra/legs/a.tf")["heron-cite"] == {
        "--file"
    }
    assert told("heron nests in tools/one.rs")["heron-file"] == {"tools/one.rs"}


@pytest.mark.parametrize("words", QUESTIONS)
def test_the_same_question_has_the_same_answer(zoo: Project, words: tuple[str, ...]) -> None:
    """Two identical calls give identical output, to the byte, in every format."""
    for format in ("text", "md", "json", "jsonl", "ids"):
        assert zoo.ok("recall", *words, "--format", format) == zoo.ok("recall", *words, "--format", format)


@pytest.mark.parametrize("words", QUESTIONS[::4])
def test_no_answer_depends_on_the_process(zoo: Project, words: tuple[str, ...]) -> None:
    """The order that Python gives its sets, another in each process, changes no byte of an answer."""
    asked = ("recall", *words, "--explain", "--json", "--budget", "0")
    one, other = (zoo.run(*asked, env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert one.out and one == other


def test_equal_scores_are_in_the_order_of_ids(zoo: Project) -> None:
    """Hits with the same score stand in the order of their ids."""
    for words in QUESTIONS:
        hits = answer(zoo, *words, "--limit", "0", "--budget", "0")["hits"]
        pairs = [(-hit["score"], hit["id"]) for hit in hits]
        if words != ("kind:decision",):
            assert pairs == sorted(pairs)


def test_ones_own_role_ranks_up(zoo: Project) -> None:
    """What one's own role wrote comes before what matches as well."""
    plain = {hit["id"]: hit["score"] for hit in answer(zoo, "puma paws leave")["hits"]}
    mine = {
        hit["id"]: hit["score"]
        for hit in zoo.json("recall", "puma paws leave", env={"AGENTMEM_ROLE": "db"})["hits"]
    }
    for name in ("puma-a", "puma-undated"):
        assert mine[identity(name)] == plain[identity(name)]
    for name in ("puma-b", "puma-c"):
        assert mine[identity(name)] > plain[identity(name)]


@pytest.mark.parametrize("pattern", ["[z-a].ts", "src/[!].ts", "[^]"])
def test_one_odd_scope_does_not_break_recall(store: Project, pattern: str) -> None:
    """A scope that is no sensible glob in one memory does not keep --file from the others."""
    store.remember(1, "Heron nests stay odd", scope=f'["{pattern}"]')
    store.remember(2, "Heron nests stay fine", scope="[src/**]")
    assert support.identity(2) in store.found("heron nests", "--file", "src/a.ts")


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00", "0999-01-01"])
def test_one_odd_time_does_not_break_recall(store: Project, created: str) -> None:
    """A time at the edge of what a calendar holds in one memory does not keep the others from being shown."""
    store.remember(1, "Heron nests stay odd", created=created)
    store.remember(2, "Heron nests stay fine")
    assert support.identity(2) in {hit["id"] for hit in store.json("recall", "heron nests")["hits"]}
    assert store.ok("list")


@pytest.mark.parametrize(
    "question",
    ["heron nests stay 3 mınutes ago", "heron nests stay kınd:fact", "heron nests stay ſtatus:active"],
)
def test_letters_like_the_grammars_do_not_break_recall(store: Project, question: str) -> None:
    """Letters that equal English ones only when case is ignored are words like any other, or the filter they look like."""
    store.remember(2, "Heron nests stay fine")
    assert store.found(question) == [support.identity(2)]


@pytest.fixture
def team(store: Project) -> Project:
    """A store in which kinds, authors and other names of things are asked for."""
    remember = store.remember
    remember(1, "AlertEngine", "Fires alerts.", "entity", aliases="[pager, customer alarm]")
    remember(
        2,
        "Alerts leave the firing state late",
        "Hysteresis of ten per cent.",
        "decision",
        entities="[AlertEngine]",
    )
    remember(3, "Batches wait in Redis", "One consumer group per service.", "decision", by="queue-7")
    remember(4, "Bloom filters lose duplicates", "Tried for a week.", "deadend", by="queue-7")
    remember(5, "Duplicates are recognised for ten minutes", "By their key.", by="alice")
    remember(6, "Points are stored in UTC", "Milliseconds.", "convention", by="alice")
    store.commit()
    return store


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("decisions about batches", 3),
        ("decision on batches", 3),
        ("redis decision", 3),
        ("what did queue-7 decide", 3),
        ("what did alice say about duplicates", 5),
        ("pager hysteresis", 2),
        ("pagers hysteresis", 2),
        ("how long are duplicates recognised", 5),
        ("should we still store points in UTC", 6),
    ],
)
def test_kinds_authors_and_other_names(team: Project, question: str, first: int) -> None:
    """A kind or an author in the question is what a memory is of, though its text says neither; a page's other names name what
    is about the same.
    """
    assert team.found(question)[0] == support.identity(first)


def test_what_has_only_the_kind_is_no_answer(team: Project) -> None:
    """A decision about something else does not answer what was decided about batches, nor what nobody decided."""
    assert team.found("decision on batches") == [support.identity(3)]
    assert team.found("decision on holidays") == []


def test_a_kind_or_an_author_alone(team: Project) -> None:
    """Who asks for a kind gets those of it, and of an author what is by them."""
    assert set(team.found("decisions")) == {support.identity(2), support.identity(3)}
    assert team.found("recent dead ends") == [support.identity(4)]
    assert set(team.found("queue-7")) == {support.identity(3), support.identity(4)}


def test_the_name_of_a_kind_is_a_word_among_those_of_a_kind(team: Project) -> None:
    """Where the kinds are chosen by an option, their names are words as any others."""
    team.remember(7, "Decisions are kept for a year", "By law.")
    assert team.found("decisions", "--kind", "fact") == [support.identity(7)]


def test_beside_a_file_what_is_nearly_an_answer_by_words_is_none(store: Project) -> None:
    """Where only the file answers, what has some of the words stands for nothing: its score would be an empty sum."""
    support.put(store.path / "src" / "oru.py", "def status():\n    return 1\n")
    store.commit("code")
    for number in range(100, 112):
        store.remember(number, f"Shift note about the {WORDS[number % 26]}", created=OLD)
    store.remember(1, "The archive robot knows racks by radio and not by barcode", created=OLD)
    store.ok("add", "decision", "A corrected result goes out whole", "--cite", "src/oru.py#status")
    store.commit("memory")
    question = ("knows altered levers", "--file", "src/oru.py", "--explain")
    hits = store.json("recall", *question)["hits"]
    assert [hit["title"] for hit in hits] == ["A corrected result goes out whole"]


def test_of_a_file_what_cites_it_comes_first(store: Project) -> None:
    """However many have its folder for scope, and whatever these have in common."""
    support.put(store.path / "src" / "delta.py", "def fails():\n    return 1\n")
    store.commit("code")
    store.ok("add", "fact", "Deltas hold for three days", "--cite", "src/delta.py#fails")
    for word in ("Locking", "Caching", "Queues", "Leases", "Units", "Phones", "Blasts"):
        store.ok("add", "convention", f"{word} are of the border", "--scope", "src/**")
    store.commit("memory")
    hits = store.json("recall", "--file", "src/delta.py")["hits"]
    assert len(hits) == 6 and hits[0]["title"] == "Deltas hold for three days"
    # what it says otherwise by now is the first to be known of it, and of what it is being called
    support.put(store.path / "src" / "delta.py", "def fails():\n    return 2 or 3\n")
    for words in (("--file", "src/delta.py"), ("--diff",)):
        first = store.json("recall", *words)["hits"][0]
        assert (first["title"], first["cites"][0]["verdict"]) == ("Deltas hold for three days", "changed")
    store.git("checkout", "-q", "src/delta.py")
    store.git("mv", "src/delta.py", "src/limits.py")
    hits = store.json("recall", "--file", "src/limits.py")["hits"]
    assert hits[0]["title"] == "Deltas hold for three days"


def test_a_file_of_which_nothing_is_known(team: Project) -> None:
    """A file alone is the question: nothing is known of it, whatever is the newest."""
    (team.path / "Makefile").write_text("all:\n")
    assert team.json("recall", "--file", "Makefile")["abstained"] is True
    assert team.json("recall", "--file", "Makefile")["hits"] == []


def test_a_filter_by_another_name(team: Project) -> None:
    """An entity is the same by each name that its page gives it."""
    both = {support.identity(1), support.identity(2)}
    for name in ("pager", "AlertEngine"):
        hits = team.json("recall", "--entity", name)["hits"]
        assert {one["id"] for one in hits} == both


def test_a_name_of_several_parts_is_had_in_all_of_them(store: Project) -> None:
    """Who asks why nothing answers is not told that a part alone is the whole."""
    store.remember(1, "Bonds are matched for life", "No other number is kept.", "fact", created=OLD)
    store.remember(2, "A life is threatening to end", "Said of a lease.", "fact", created=OLD)
    told = store.ok(
        "recall", "life-threatening glucose alarms, newborn ward, pager rota, siren volume", "--explain"
    )
    assert "life-threatening 1" in told
    told = store.ok(
        "recall", "life-insurance glucose alarms, newborn ward, pager rota, siren volume", "--explain"
    )
    assert "life-insurance 0" in told


def test_a_number_of_what_is_asked_for(store: Project) -> None:
    """Of two that have a number the one that counts what is asked for is the answer, and --explain says of what."""
    for number in range(20):
        store.remember(100 + number, f"Robot {WORDS[number]} was seen", "In hall two.", created=OLD)
    store.remember(1, "A dock needs 45 seconds to cool down", "The plate is hot.", created=OLD)
    depot = store.remember(2, "The depot in Graz has 14 new docks and 62 aisles", "Counted.", created=OLD)
    told = store.ok("recall", "how many docks", "--explain")
    assert "kind of answer (a number of docks) 1.125" in told
    assert store.found("how many docks")[0] == depot
