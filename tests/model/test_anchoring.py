"""Following the code: each verdict with its traps, and what holds for any text."""

import random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.model import anchoring, citing, tracing
from agentmem.model.memory import Citation
from agentmem.model.pages import Page
from agentmem.model.verdict import Place

CODE = """\
import heapq
from queue import Empty


class JobQueue:
    def __init__(self, store, tries=3):
        self.store = store
        self.tries = tries
        self.waiting = []

    def claim_next(self, worker):
        while self.waiting:
            job = heapq.heappop(self.waiting)
            if self.store.lock(job, worker):
                return job
        raise Empty(worker.name)

    def give_back(self, job, worker):
        self.store.unlock(job, worker)
        if job.failures < self.tries:
            heapq.heappush(self.waiting, job)
        else:
            self.store.bury(job)

    def size(self):
        return len(self.waiting)
"""
OTHER = "".join(f"setting_{at} = compute({at * 37 % 101}, 'option {at}')\n" for at in range(40))
LINES = CODE.split("\n")


class Symbol(NamedTuple):
    name: str
    kind: str
    start: int
    end: int


class Files:
    """Files as a caller gives them."""

    def __init__(self, now, then=None, renamed=(), symbols=()):
        self.new, self.old, self.went, self.named = now, then or {}, renamed, symbols

    def now(self, path):
        return self.new.get(path)

    def then(self, path):
        return self.old.get(path)

    def lack(self, path):
        return "" if self.old else "history"

    def renamed(self, path):
        return self.went

    def holding(self, line):
        return [path for path, text in self.new.items() if line in citing.normalise(text.split("\n"))]

    def held(self, line):
        return [path for path, text in self.old.items() if line in citing.normalise(text.split("\n"))]

    def symbols(self, path, text):
        return self.named


def cite(text, first, last, path="a.py", symbol=None):
    lines = text.split("\n")[first - 1 : last]
    return Citation(
        path, symbol, citing.write_range(first, last), "3f2a9c1", citing.digest(lines), citing.quote(lines)
    )


def located(citation, now, then=None, renamed=(), symbols=()):
    return anchoring.locate(citation, Files(now, then, renamed, symbols))


def without(first, last):
    return "\n".join(LINES[: first - 1] + LINES[last:])


CLAIM = cite(CODE, 11, 16)
CLAIM_TEXT = "\n".join(LINES[10:16])


@pytest.fixture(params=[True, False], ids=["commit known", "shallow"])
def then(request):
    return {"a.py": CODE, "b.py": OTHER} if request.param else {}


@pytest.mark.parametrize(
    ("now", "renamed", "verdict", "place"),
    [
        ({"a.py": CODE}, (), "ok", ("a.py", 11, 16)),
        ({"a.py": CODE.replace("\n", "\r\n")}, (), "ok", ("a.py", 11, 16)),
        ({"a.py": CODE.rstrip("\n")}, (), "ok", ("a.py", 11, 16)),
        ({"a.py": CODE.replace("    ", "\t")}, (), "ok", ("a.py", 11, 16)),
        ({"a.py": "# new\n\n" + CODE}, (), "moved", ("a.py", 13, 18)),
        ({"a.py": without(2, 4)}, (), "moved", ("a.py", 8, 13)),
        ({"a.py": without(11, 16) + "\n" + CLAIM_TEXT}, (), "moved", ("a.py", 22, 27)),
        ({"c.py": CODE}, ("c.py",), "moved", ("c.py", 11, 16)),
        ({"c.py": CODE}, (), "moved", ("c.py", 11, 16)),
        ({"a.py": without(11, 16), "b.py": OTHER + CLAIM_TEXT}, (), "moved", ("b.py", 41, 46)),
        ({"a.py": CODE.replace("lock(job, worker)", "lock(job)")}, (), "changed", ("a.py", 11, 16)),
        ({"a.py": CODE.replace("return job\n", "self.count()\n        return job\n")}, (), "changed", ("a.py", 11, 17)),
        ({"a.py": CODE.replace("        while self.waiting:\n", "")}, (), "changed", ("a.py", 11, 15)),
        ({"a.py": without(11, 16)}, (), "gone", (None, None, None)),
        ({"b.py": OTHER}, (), "gone", (None, None, None)),
        ({"a.py": ""}, (), "gone", (None, None, None)),
    ],
)  # fmt: skip
def test_the_text_is_followed(now, renamed, verdict, place, then):
    found = located(CLAIM, now, then, renamed)
    if not then and place[0] not in ("a.py", None):  # the other file may have held it before, who knows
        assert (found.verdict, found.candidates, found.lack) == ("unverifiable", (Place(*place),), "history")
        return
    assert (found.verdict, found[1:4]) == (verdict, place)
    assert found.similarity == (
        1.0 if verdict in ("ok", "moved") else 0.0 if verdict == "gone" else found.similarity
    )
    if verdict == "changed":
        assert 0.5 < found.similarity < 1
        assert found.text == "\n".join(now["a.py"].split("\n")[place[1] - 1 : place[2]])


def test_a_path_alone_cites_the_file():
    alone = Citation("a.py", commit="3f2a9c1")
    assert located(alone, {"a.py": "x"}).verdict == "ok"
    assert located(alone, {"b.py": "x"}, renamed=["c.py", "b.py"])[:2] == ("moved", "b.py")
    assert located(alone, {"b.py": "x"}).verdict == "gone"


def test_a_copy_that_stood_there_already_is_not_where_the_text_went():
    there = {"a.py": CODE, "b.py": OTHER + CLAIM_TEXT}
    assert located(CLAIM, {**there, "a.py": without(11, 16)}, there).verdict == "gone"
    found = located(CLAIM, {**there, "a.py": without(11, 16)})
    assert (found.verdict, found.lack) == ("unverifiable", "history")
    like = {"a.py": without(11, 16), "b.py": OTHER + CLAIM_TEXT.replace("lock(job, worker)", "lock(job)")}
    assert located(CLAIM, like, {**there, "b.py": like["b.py"]}).verdict == "gone"
    assert located(CLAIM, like)[:1] + located(CLAIM, like)[6:] == (
        "unverifiable", (Place("b.py", 41, 46),), "", "", "history"
    )  # fmt: skip


def test_a_copy_beside_it_hides_no_file_that_went_to_another_folder():
    """A folder was renamed with a file and its copies: of the same name and the same lines it is the one; else nothing tells."""
    then = {"a/x.py": CODE, "a/y.py": CODE}
    cite = CLAIM._replace(path="a/x.py")
    now = {"b/x.py": CODE, "b/y.py": CODE}
    assert located(cite, now, then, ["b/x.py", "b/y.py"])[:2] == ("moved", "b/x.py")
    assert located(cite, {"b/z.py": CODE, "b/y.py": CODE}, then, ["b/z.py", "b/y.py"]).verdict != "moved"
    both = {"b/x.py": CODE, "c/x.py": CODE}
    assert located(cite, both, then, ["b/x.py", "c/x.py"]).verdict != "moved"


def test_a_short_text_of_a_file_that_was_renamed_and_edited_beside_it():
    """The diff maps a line that is unique on both sides, as within one file; what is new by chance alike is no rename."""
    short = cite(CODE, 15, 15)
    then = {"a.py": CODE, "b.py": OTHER}
    edited = CODE.replace("lock(job, worker)", "lock(job)").replace("raise Empty", "raise Full")
    now = {"c.py": edited, "b.py": OTHER}
    assert located(short, now, then, ["c.py"])[:4] == ("moved", "c.py", 15, 15)
    assert located(short, now, then).verdict == "unverifiable"
    both = {**now, "d.py": edited}
    assert located(short, both, then, ["c.py", "d.py"]).verdict == "unverifiable"
    little = {**now, "c.py": OTHER + LINES[14] + "\n"}
    assert located(short, little, then, ["c.py"]).verdict != "moved"


def test_one_of_several_is_followed_through_the_diff_and_not_without_it():
    twice = CODE + "\n\n" + CLAIM_TEXT + "\n\n# the end of it\n"
    for first in (11, 29):
        citation = cite(twice, first, first + 5)
        assert located(citation, {"a.py": "# new\n" + twice}, {"a.py": twice})[:4] == (
            "moved",
            "a.py",
            first + 1,
            first + 6,
        )
        found = located(citation, {"a.py": "# new\n" + twice})
        assert (found.verdict, found.ambiguous) == ("unverifiable", True)
        assert found.candidates == (Place("a.py", 12, 17), Place("a.py", 30, 35))


def test_what_was_copied_since_stays_where_it_was():
    now = {"a.py": "# new\n" + CODE + "\n" + CLAIM_TEXT, "b.py": OTHER + CLAIM_TEXT}
    assert located(CLAIM, now, {"a.py": CODE, "b.py": OTHER})[:4] == ("moved", "a.py", 12, 17)
    assert located(CLAIM, now).verdict == "unverifiable"


def test_a_text_that_went_to_two_places_is_ambiguous(then):
    now = {"a.py": without(11, 16), "b.py": OTHER + CLAIM_TEXT, "c.py": CLAIM_TEXT}
    found = located(CLAIM, now, then)
    assert (found.verdict, found.ambiguous, len(found.candidates)) == ("unverifiable", True, 2)


def test_a_text_that_was_split_is_changed_where_most_of_it_is(then):
    now = {"a.py": without(11, 14) + "\n", "b.py": OTHER + "\n".join(LINES[10:14])}
    found = located(CLAIM, now, then)
    assert (found.verdict, found.lack) == (("changed", "") if then else ("unverifiable", "history"))


def test_a_short_text_is_not_known_again_by_itself():
    short = cite(CODE, 15, 15)
    moved = "# new\n" + CODE
    assert located(short, {"a.py": moved}, {"a.py": CODE})[:4] == ("moved", "a.py", 16, 16)
    found = located(short, {"a.py": moved})
    assert (found.verdict, found.ambiguous, found.candidates) == (
        "unverifiable",
        False,
        (Place("a.py", 16, 16),),
    )


def test_the_symbol_says_where_a_text_was_that_is_rewritten(then):
    now = "class JobQueue:\n    def claim_next(self, worker):\n        return self.store.take(worker)\n\n    x = 1\n"
    symbols = [Symbol("JobQueue", "class", 1, 5), Symbol("JobQueue.claim_next", "method", 2, 3)]
    found = located(cite(CODE, 11, 16, symbol="JobQueue.claim_next"), {"a.py": now}, then, symbols=symbols)
    assert found[:4] == ("changed", "a.py", 2, 3)
    assert 0 < found.similarity < 1


def test_a_symbol_without_a_text_holds_while_it_is_there():
    symbol = Symbol("f", "function", 1, 2)
    citation = Citation("a.py", "f")
    assert located(citation, {"a.py": "def f():\n    pass\n"}, symbols=[symbol])[:4] == ("ok", "a.py", 1, 2)
    assert located(citation, {"a.py": "def g():\n    pass\n"}).verdict == "gone"
    assert located(citation, {"a.py": "f\nf"}, symbols=[symbol, symbol]).verdict == "gone"


@pytest.mark.parametrize(
    "citation",
    [
        CLAIM._replace(lines="12-17"),
        CLAIM._replace(lines="900-905"),
        CLAIM._replace(lines="no range"),
        cite(OTHER, 3, 9)._replace(path="a.py"),
        CLAIM._replace(path="missing.py"),
        CLAIM._replace(quote="def claim_next(self, worker):\n    return self.store.take(worker)"),
        CLAIM._replace(quote="def claim(self):\n    pass", hash=citing.digest("def claim(self):\n    pass")),
        CLAIM._replace(hash="0" * 16),
        Citation("a.py", lines="11-16"),
        Citation("a.py", "nothing", "11-16"),
        Citation("a.py", hash=CLAIM.hash),
    ],
    ids=str,
)
def test_a_false_citation_is_not_ok(citation):
    """Wrong lines, text from elsewhere, a missing file, a plausible quote, another hash, nothing to go by."""
    for files in ({"a.py": CODE, "b.py": OTHER}, {"a.py": "# generated\n" * 400, "b.py": OTHER}):
        assert located(citation, files).verdict != "ok"
        if citation.hash or citation.quote:
            assert located(citation, files, {"a.py": CODE, "b.py": OTHER}).verdict != "ok"


def test_text_from_another_file_has_not_moved_there():
    there = {"a.py": CODE, "b.py": OTHER}
    assert located(cite(OTHER, 3, 9)._replace(path="a.py"), there, there).verdict == "gone"
    assert located(CLAIM._replace(path="missing.py"), there, there).verdict == "gone"


def test_lines_of_an_edited_worktree_lead_to_the_text():
    """Cited before the commit: the lines are the worktree's, the commit holds the text elsewhere."""
    dirty = CLAIM._replace(lines="14-19")
    assert located(dirty, {"a.py": "# 1\n" + CODE}, {"a.py": CODE})[:4] == ("moved", "a.py", 12, 17)


def test_a_quote_that_stands_there_thirty_times_is_not_guessed():
    block = "if (error) {\n    return error;\n}\nlog('done');\n"
    text = "// begin\n" + block * 30 + "// end\n"
    citation = cite(text, 6, 9)
    for now in (text, "// new\n" + text, text.replace("// begin\n", "", 1)):
        for then in ({}, {"a.py": text}):
            found = located(citation, {"a.py": now}, then)
            assert found.verdict in ("ok", "moved", "unverifiable")
            assert found.verdict != "moved" or now[0:6] == "// new" or not then or found.first in (5, 6, 7)
            assert len(found.candidates) <= 5
    found = located(citation, {"a.py": "\n" + text})
    assert (found.verdict, found.ambiguous, len(found.candidates)) == ("unverifiable", True, 5)


def test_empty_lines_at_the_ends_go_with_the_text():
    citation = cite(CODE, 10, 17)
    assert located(citation, {"a.py": "#\n#\n" + CODE}, {"a.py": CODE})[:4] == ("moved", "a.py", 12, 19)
    assert located(cite(CODE, 10, 10), {"a.py": CODE}).verdict == "ok"
    assert located(cite(CODE, 10, 10), {"a.py": CODE[5:]}).verdict in ("unverifiable", "ok")


def test_a_long_range_is_known_by_head_tail_and_digest():
    citation = cite(OTHER, 3, 33)
    assert located(citation, {"a.py": "#\n" + OTHER})[:4] == ("moved", "a.py", 4, 34)
    middle = OTHER.replace("'option 15'", "'option fifteen'")
    assert located(citation._replace(path="a.py"), {"a.py": "#\n" + middle})[:2] == ("changed", "a.py")


CALLED = st.sampled_from(["a.py", "a.py", "c.py"])
SOME = ["x = 1", "  return None", "}", "", "def f():", "\t…", "y" * 300, "é\r"]
TEXT = st.lists(st.sampled_from(SOME), max_size=30).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(
    st.builds(
        Citation,
        CALLED,
        st.none() | st.just("f"),
        st.none() | st.sampled_from(["1", "2-5", "9-40", "x", "0", "7-3"]),
        st.none(),
        st.none() | TEXT.map(citing.digest) | st.just("zz"),
        st.none() | TEXT.map(lambda text: citing.quote(text.split("\n"))) | TEXT,
    ),
    st.dictionaries(CALLED, TEXT),
    st.dictionaries(CALLED, TEXT),
    st.lists(CALLED),
)
def test_nothing_raises_and_the_order_of_files_is_nothing(citation, now, then, renamed):
    symbols = [Symbol("f", "function", 1, 3)]
    found = located(citation, now, then, renamed, symbols)
    assert found.verdict in ("ok", "moved", "changed", "gone", "unverifiable")
    assert 0 <= found.similarity <= 1 and len(found.candidates) <= 5
    assert found == located(
        citation, dict(reversed(now.items())), dict(reversed(then.items())), renamed, symbols
    )


@settings(max_examples=100, deadline=None)
@given(TEXT, st.integers(1, 30), st.integers(0, 12), st.booleans(), st.integers(1, 5))
def test_what_stays_is_ok_and_what_is_shifted_moved(text, first, more, known, by):
    lines = text.split("\n")
    first = min(first, len(lines))
    last = min(first + more, len(lines))
    citation = cite(text, first, last)
    then = {"a.py": text} if known else {}
    assert located(citation, {"a.py": text}, then).verdict == "ok"
    indented = "\n".join("  " + line for line in lines)
    assert located(citation, {"a.py": indented}, then).verdict == "ok"
    found = located(citation, {"a.py": "\n" * by + text}, then)
    if found.verdict == "moved":
        dense = citing.normalise(lines[first - 1 : last])
        said = ("\n" * by + text).split("\n")[found.first - 1 : found.last]
        assert citing.normalise(said) == dense
        # blank lines at either end are no part of the text: where they went nobody can say
        if known and lines[first - 1].strip() and lines[last - 1].strip():
            assert (found.first, found.last) == (first + by, last + by)
    else:
        assert found.verdict in ("ok", "unverifiable")


def test_moved_blocks_and_anchors_are_traced():
    old = [f"line {at}" for at in range(100)]
    new = old[:10] + old[40:60] + ["other"] + old[10:40] + old[60:]
    trace = tracing.trace(Page("\n".join(old)), Page("\n".join(new)))
    assert [new[at] for at in trace.image] == old


@given(st.lists(st.sampled_from("abcdefgh")), st.lists(st.sampled_from("abcdefgh")))
def test_a_trace_pairs_equal_lines_once(old, new):
    for trace in (tracing.trace, tracing.trace_backwards):
        image = trace(Page("\n".join(old)), Page("\n".join(new))).image
        pairs = [(at, to) for at, to in enumerate(image) if to >= 0]
        assert all(old[at] == new[to] for at, to in pairs)
        assert len({to for _, to in pairs}) == len(pairs)


@pytest.mark.parametrize("line", ["x = {}", "return None", "value_{} = call({})"])
def test_a_large_file_takes_no_long_time(line):
    """1 MB, every other line rewritten, most lines alike: without the bounds this would not end."""
    rng = random.Random(4)
    old = [line.format(at % 50, at) for at in range(40_000)]
    new = [one if rng.random() < 0.5 else one + " # changed" for one in old]
    text, changed = "\n".join(old), "\n".join(new)
    for then in ({}, {"a.py": text}):
        assert located(cite(text, 20_000, 20_030), {"a.py": changed}, then).verdict != "ok"
