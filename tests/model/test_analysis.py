"""The analyser: how text becomes the terms it is found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model.analysis import MAX_LENGTH, MAX_TERMS, STOP_WORDS, symbol_parts, terms, written
from agentmem.model.stemming import stem

WORDS = st.lists(st.from_regex("[a-z]{2,8}", fullmatch=True), min_size=2, max_size=4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("claimNext", ["claim", "next", "claimnext"]),
        ("ClaimNext", ["claim", "next", "claimnext"]),
        ("claim_next", ["claim", "next", "claimnext", "claim_next"]),
        ("claim-next", ["claim", "next", "claimnext", "claim-next"]),
        ("HTTPServer2", ["http", "server2", "server", "httpserver2"]),
        (
            "server/src/queue/claim.ts",
            ["server", "src", "queue", "claim", "ts", "claim.ts", "server/src/queue/claim.ts"],
        ),
        ("ECONNRESET", ["econnreset"]),
        ("v1.2.3", ["v1.2.3", "1.2.3"]),
        ("foo::bar", ["foo", "bar", "foo::bar"]),
        ("--no-verify", ["verifi", "noverify", "noverifi", "no-verify"]),
        (
            "pg_try_advisory_lock",
            ["pg", "try", "advisori", "lock", "pgtryadvisorylock", "pg_try_advisory_lock"],
        ),
        ("utf8", ["utf8", "utf"]),
        ("x86_64", ["x86", "64", "x8664", "x86_64"]),
        ("404 0x1f 2026-02-10", ["404", "0x1f", "2026-02-10"]),
        ("see queue.ts.", ["see", "queue", "ts", "queue.ts"]),
        ("claim.ts:40-52", ["40", "52", "claim", "ts", "claim.ts"]),
        ("2026-02-10T14:03:22Z", ["2026-02-10", "2026-02-10t14:03:22z"]),
        ("the workers' worker's don't", ["worker", "worker"]),
        ("数据库 锁", ["数据", "据库", "锁"]),
        ("使用SKIP锁", ["使用", "skip", "锁"]),
        ("हिन्दी", ["हिन्दी"]),
        ("Größe Grösse GROSSE", ["gross", "gross", "gross"]),
        ("Müller façade ŁÓDŹ Bjørn", ["muller", "facad", "lodz", "bjorn"]),
        ("naïveCache", ["naiv", "cach", "naivecache", "naivecach"]),
        ("Ёлка ガラス", ["ёлка", "ガラ", "ラス"]),
        ("ışıklı Işıklı IŞIKLI İşi", ["isikli", "isikli", "isikli", "isi"]),
        ("", []),
    ],
)
def test_reads_as_programmers_do(text: str, expected: list[str]) -> None:
    """Each kind of word, name, path, number and script gives the terms that the design names."""
    assert terms(text) == expected


def test_one_character_is_a_word_of_what_is_written() -> None:
    """Each of Han and Hangul in a run of them is one to be found by; of kana and Thai, and of what is no such text, none is."""
    assert written("猫の予約 锁") == ["猫の", "の予", "予約", "锁", "猫", "予", "約"]
    assert written("약을 ガラス ไทย") == [*terms("약을 ガラス ไทย"), "약", "을"]
    for text in ("claimNext in Müller's queue", "Ёлка", "हिन्दी", ""):
        assert written(text) == terms(text)


def test_symbols_keep_their_whole_and_their_words() -> None:
    """A qualified symbol is found by itself, by each of its names, and by each word of these."""
    assert {"job", "queue", "claim", "next", "jobqueue", "claimnext", "jobqueue.claimnext"} <= set(
        terms("JobQueue.claimNext")
    )


@given(WORDS)
def test_each_spelling_finds_each_other(words: list[str]) -> None:
    """Camel, Pascal, snake, kebab, constant and run-together spellings of a name share a term."""
    pascal = "".join(word.title() for word in words)
    joined = "".join(words)
    spellings = [
        pascal,
        pascal[0].lower() + pascal[1:],
        "_".join(words),
        "-".join(words),
        "_".join(words).upper(),
    ]
    found = [set(terms(spelling)) for spelling in spellings]
    assert joined in set.intersection(*found)
    if joined not in STOP_WORDS:
        assert set(terms(joined)) <= set.intersection(*found)


@given(st.lists(st.from_regex(r"[a-z]{2,8}(_[a-z]{2,8})?", fullmatch=True), min_size=2, max_size=5))
def test_paths_are_found_in_prose(segments: list[str]) -> None:
    """A path in a sentence is found by the whole path, by its base name, and by its parts."""
    path = "/".join(segments) + ".ts"
    found = set(terms(f"Look at `{path}`, line 3."))
    assert path in found
    assert {term for segment in segments for term in terms(segment)} <= found
    assert set(terms(segments[-1] + ".ts")) <= found


@given(st.text(max_size=300))
def test_takes_any_text(text: str) -> None:
    """No text makes it fail, no term is empty or long, and the same text gives the same terms."""
    found = terms(text)
    assert found == terms(text)
    assert all(0 < len(term) <= 2 * MAX_LENGTH * 4 for term in found)
    assert not any(term.isspace() for term in found)
    assert written(text)[: len(found)] == found
    symbol_parts(text)


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=80),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=80),
)
def test_lines_are_read_each_for_itself(one: str, other: str) -> None:
    """What stands on another line changes nothing in how a line is read."""
    assert terms(f"{one}\n\n{other}") == terms(one) + terms(other)


def test_blobs_do_not_flood() -> None:
    """A run of letters longer than any word gives nothing, and a text gives no more than the limit."""
    assert terms("A" * 65) == []
    assert len(terms("aGVsbG8gd29ybGQ" * 400)) <= 3
    assert len(terms("one two three four " * 9000)) == MAX_TERMS


def test_symbol_parts_are_words() -> None:
    """The words of a symbol come in order, in small letters, unstemmed."""
    assert symbol_parts("JobQueue.claimNext") == ["job", "queue", "claim", "next"]
    assert symbol_parts("foo::pg_try_locks") == ["foo", "pg", "try", "locks"]
    assert symbol_parts("") == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("caresses", "caress"),
        ("ponies", "poni"),
        ("agreed", "agre"),
        ("plastered", "plaster"),
        ("motoring", "motor"),
        ("conflated", "conflat"),
        ("hopping", "hop"),
        ("falling", "fall"),
        ("filing", "file"),
        ("happy", "happi"),
        ("relational", "relat"),
        ("vietnamization", "vietnam"),
        ("triplicate", "triplic"),
        ("hopefulness", "hope"),
        ("revival", "reviv"),
        ("adjustment", "adjust"),
        ("adoption", "adopt"),
        ("probate", "probat"),
        ("controll", "control"),
        ("yes", "ye"),
        ("is", "is"),
    ],
)
def test_stems_as_porter_does(word: str, expected: str) -> None:
    """The examples of Porter's paper come out as printed there."""
    assert stem(word) == expected
