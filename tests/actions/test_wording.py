"""The words of a question on a real store: other names, successors, and what was said before an entry of a log."""

import pytest

from tests.support import WORDS, identity, memory

OLD = "2025-11-01T08:00:00Z"


@pytest.fixture
def filled(store):
    """A store of twenty memories that share no rare word with what the tests ask."""
    for number in range(100, 120):
        store.remember(number, f"{WORDS[number % 26]} and {WORDS[(number * 7) % 26]}", created=OLD)
    return store


@pytest.fixture
def ledger(filled):
    """A page with two aliases, and memories that use one of its names each."""
    filled.remember(
        1,
        "BillingLedger",
        "What customers owe, day by day.",
        "entity",
        aliases="[the zebra book, quagga accounts]",
        created=OLD,
    )
    filled.remember(2, "Zebra book closes at midnight", "Cron does it.", created=OLD)
    filled.remember(3, "BillingLedger rows are never deleted", "An audit asked for it.", created=OLD)
    filled.remember(4, "Quagga foals need shade", "And water.", created=OLD)
    filled.remember(5, "The book of recipes is in the kitchen", "Second shelf.", created=OLD)
    return filled


def test_a_page_is_not_left_out_for_what_begins_with_its_name(ledger):
    """Both are shown: that a page has few words beside its name does not make it a part of what names it."""
    assert {identity(1), identity(3)} <= set(ledger.found("BillingLedger"))


def test_an_alias_finds_what_has_the_title_only(ledger):
    """Who asks by an alias gets what uses the title of its page, behind what uses the alias itself."""
    found = ledger.found("what about the zebra book")
    assert set(found[:2]) == {identity(1), identity(2)}
    assert identity(3) in found


def test_a_title_finds_what_has_an_alias_only(ledger):
    """Who asks by the title gets what uses an alias."""
    assert identity(2) in ledger.found("BillingLedger")


def test_one_alias_finds_what_has_another(ledger):
    """Aliases of one page stand for each other."""
    assert identity(2) in ledger.found("quagga accounts")


def test_half_of_a_name_is_none(ledger):
    """What has one word of another name, and not all of it, is not found by it."""
    assert identity(4) not in ledger.found("zebra book", "--limit", "0")
    assert not {identity(4), identity(5)} & set(ledger.found("BillingLedger", "--limit", "0"))
    assert ledger.found("quagga foals")[0] == identity(4)


def test_half_of_a_name_in_the_question_names_nothing(ledger):
    """A question that has half of an alias is not about its page."""
    assert identity(3) not in ledger.found("zebra stripes")


def test_another_name_counts_once(ledger):
    """Having all names of a thing is worth no more than the best of them: each is in place of the others."""
    ledger.remember(6, "The zebra book, BillingLedger, quagga accounts", "All three.", created=OLD)
    ledger.remember(7, "Zebra book closes at noon on Sundays", "Cron does it, rarely.", created=OLD)
    scores = {
        hit["id"]: next(term["value"] for term in hit["explain"] if term["name"] == "words")
        for hit in ledger.json(
            "recall", "the zebra book closes", "--explain", "--limit", "0", "--budget", "0"
        )["hits"]
    }
    assert scores[identity(2)] > scores[identity(6)] < scores[identity(7)]


def test_a_page_of_many_names_takes_no_part(filled):
    """A word that names the pages of more than fifty things names nothing in particular, and recall still answers."""
    for number in range(60):
        filled.remember(number, f"Service {number}", "One of many.", "entity", aliases="[okapi]", created=OLD)
    assert filled.found("okapi", "--limit", "3")


def successors(filled):
    """A decision, what replaced it in other words, what replaced that, and a convention that replaced another kind."""
    filled.remember(10, "Invoices are printed by the wombat daemon", "It polls.", "decision", created=OLD)
    filled.remember(
        11,
        "PDF export runs inside the web process",
        "No polling any more.",
        "decision",
        created=OLD,
        supersedes=f"[{identity(10)}]",
    )
    filled.remember(
        12,
        "Documents leave through a hosted renderer",
        "One vendor less to patch.",
        "convention",
        created=OLD,
        supersedes=f"[{identity(11)}]",
    )


def test_the_words_of_the_old_one_give_the_new_one(filled):
    """A question in the words of what was superseded, twice and by another kind, gives what is in force now, and alone."""
    successors(filled)
    assert filled.found("who prints invoices, the wombat daemon?") == [identity(12)]
    assert filled.found("wombat daemon") == [identity(12)]
    assert filled.found("does PDF export run inside the web process") == [identity(12)]


def test_the_old_one_is_found_when_asked_for(filled):
    """With ``--status superseded`` the old ones answer for themselves, and the new one does not."""
    successors(filled)
    found = filled.found("wombat daemon prints invoices", "--status", "superseded")
    assert found == [identity(10)]
    everything = filled.found("PDF export web process", "--status", "superseded", "--status", "active")
    assert everything[0] == identity(11)


def test_a_successor_ranks_below_what_answers_as_well_itself(filled):
    """What has the words of the question itself is before what has them by what it replaced, all else equal."""
    successors(filled)
    filled.remember(13, "Invoices are signed by the wombat daemon", "It signs.", "convention", created=OLD)
    assert filled.found("invoices wombat daemon")[:2] == [identity(13), identity(12)]


def test_a_retracted_successor_leads_nowhere(filled):
    """Where the newer one does not hold any more, it is not shown by the words of the older."""
    filled.remember(10, "Invoices are printed by the wombat daemon", "It polls.", "decision", created=OLD)
    filled.remember(
        11,
        "PDF export runs inside the web process",
        "No polling.",
        "decision",
        created=OLD,
        supersedes=f"[{identity(10)}]",
        status="retracted",
        retracted="wrong",
    )
    assert identity(11) not in filled.found("wombat daemon prints invoices")


NOTE = " ".join(f"giraffe{n} stands beside elephant{n} and looks at ostrich{n}" for n in range(12))


@pytest.fixture
def named(filled):
    """Memories with an alias and a symbol that are everyday words, a broad scope, and a file cited."""
    filled.remember(30, "HorseRadish", "The page of it.", "entity", aliases="[the fence]", created=OLD)
    code = "def lost():\n    return 1\n"
    (filled.path / "paddock.py").write_text(code)
    filled.commit()
    cite = "[{path: paddock.py, symbol: lost}]"
    filled.remember(31, "Paddock gates close at noon", "Wind.", cites=cite, created=OLD)
    filled.remember(32, "Meadows are mown in May", "Hay.", scope="[tests/**]", created=OLD)
    return filled


@pytest.mark.parametrize(
    ("words", "number"), [("the fence", 30), ("lost", 31), ("tests/meadow/test_hay.py", 32)]
)
def test_a_name_among_a_hundred_words_names_nothing_by_itself(named, words, number):
    """A name answers a question that is about it; in a long note, of which it is a hundredth, it was met by chance."""
    assert identity(number) in named.found(f"what about {words}")
    assert named.found(f"{NOTE} {words} {NOTE}") == []


def test_a_cited_file_and_an_id_name_it_however_long_the_note(named):
    """A path that a memory cites, its id and a file at hand stand for it among a hundred words too."""
    assert named.found(f"{NOTE} paddock.py {NOTE}") == [identity(31)]
    assert named.found(f"{NOTE} {identity(32)} {NOTE}") == [identity(32)]
    assert named.found(NOTE, "--file", "tests/hay.py") == [identity(32)]


LUNCHES = ("Soup, then bread.", "A salad for three.", "Noodles from across the road.")


def entry(store, number, title, by, time, day=5):
    """An entry of a log, with something beside its title that no other says; ``by`` None: of nobody."""
    author = {"by": by} if by else {}
    text = memory(
        identity(number), "log", title, LUNCHES[number % 3], created=f"2026-01-{day:02}T{time}:00Z", **author
    )
    store.write(f"log/2026-01/m{number}-{identity(number)}.md", text)


def test_an_entry_takes_up_what_another_author_said_before_it(filled):
    """Of two entries alike, the one of the day on which somebody spoke of the subject before it ranks higher; the author does
    not matter.
    """
    entry(filled, 20, "Capybara import fails on empty rows", "ann", "09:00")
    entry(filled, 21, "Okapi header stops the parser", "bob", "09:20")
    entry(filled, 22, "The parser stops where okapi rows end early", "bob", "09:20", day=6)
    found = filled.found("capybara import okapi parser stops", "--limit", "0")
    assert identity(22) not in found[: found.index(identity(21))]


def test_what_comes_later_in_the_day_is_not_taken_up(filled):
    """An entry is about what was said before it, not about what somebody said after it."""
    entry(filled, 20, "Okapi header stops the parser", "bob", "09:00")
    entry(filled, 21, "Capybara import fails on empty rows", "ann", "09:20")
    entry(filled, 22, "The parser stops where okapi rows end early", "bob", "09:40")
    hits = filled.json("recall", "capybara import okapi parser stops", "--limit", "0", "--budget", "0")[
        "hits"
    ]
    scores = {hit["id"]: hit["score"] for hit in hits}
    assert scores[identity(22)] > 1.05 * scores.get(identity(20), 0.0)


def test_an_entry_without_a_word_of_its_own_is_not_found(filled):
    """What was said before it lifts an entry that matches; it brings none in that does not."""
    entry(filled, 20, "Capybara import fails on empty rows", "ann", "09:00")
    entry(filled, 21, "Lunch was late", "bob", "09:20")
    assert filled.found("capybara import") == [identity(20)]


def test_what_nobody_wrote_is_no_part_of_a_conversation(filled):
    """An entry without an author takes nothing up."""
    entry(filled, 20, "Capybara import fails on empty rows", "ann", "09:00")
    entry(filled, 21, "Tried again with a header", None, "09:20")
    entry(filled, 22, "Tried again with a footer", "bob", "09:40")
    hits = filled.json("recall", "capybara import tried again", "--limit", "0", "--budget", "0")["hits"]
    scores = {hit["id"]: hit["score"] for hit in hits}
    assert scores.get(identity(21), 0.0) < scores[identity(22)]


WEEK = """
- Jam in aisle 31: two haulers stood nose to nose, and both held a lease in turn.
- Jam in aisle 31 again: the renewal came after fourteen seconds, behind the mezzanine pillar.
- The access point was moved and the jams are gone, renewals come after four seconds.
- Aisle 31 quiet for ten days, so the lease stays at twelve seconds.
"""


@pytest.fixture
def notes(filled):
    """A list among short notes that have some of its words in their titles."""
    filled.remember(1, "Week 32 on the north side", WEEK, created=OLD)
    filled.remember(2, "Nightly simulation green for ten days", "Since the fixed seed.", created=OLD)
    filled.remember(3, "VPN drops idle sessions after ten minutes", "Use tmux.", created=OLD)
    filled.remember(4, "The access point in hall two", "Channel 36.", created=OLD)
    return filled


@pytest.mark.parametrize(
    "question", ["access point moved jams gone", "haulers nose to nose", "renewal behind the pillar"]
)
def test_a_list_is_found_by_one_of_its_items(notes, question):
    """What one item of a long memory says is found as if it were a note of its own."""
    assert notes.found(question)[0] == identity(1)


def test_why_a_list_is_found(notes):
    """The item is named beside what the words count, and nothing that is no answer by itself counts for more than one that is."""
    told = notes.ok("recall", "access point moved jams gone", "--explain", "--budget", "0")
    assert '= words (by its passage "The access point was moved and the jams…") 1.0000 ×' in told
    hits = notes.json("recall", "access point moved jams gone", "--explain")["hits"]
    words = [term["value"] for hit in hits for term in hit["explain"] if term["name"] == "words"]
    assert len(words) == 2 and words[0] == max(words) == 1


@pytest.fixture
def prose(notes):
    """A long paragraph that has every word of two questions, far apart."""
    between = "Other things happened meanwhile. " * 12
    text = (
        "It was quiet. Access came. ",
        "At that point ten jams were there. ",
        "All moved, days went by, and was gone.",
    )
    notes.remember(5, "What the year brought", between.join(text), created=OLD)
    return notes


def test_what_has_every_word_is_shown_however_long(prose):
    """Notes with some of the words in their titles score thrice as much; it is an answer as well."""
    assert identity(5) in prose.found("quiet ten days")


def test_nothing_counts_for_more_than_what_answers(prose):
    """Two of five words in a title score more than all five in a long text, and are no answer by themselves."""
    prose.remember(1, "Week 32 on the north side", "Nothing else.", created=OLD)
    for number in range(6, 10):
        prose.remember(number, f"Hall {number}", "No access from this point on.", created=OLD)
    hits = prose.json("recall", "access point moved jams gone", "--explain")["hits"]
    words = {hit["id"]: term["value"] for hit in hits for term in hit["explain"] if term["name"] == "words"}
    assert words[identity(5)] == words[identity(4)] == max(words.values()) == 1


@pytest.mark.parametrize(
    ("question", "is_told"), [("rollback", True), ("rollback of a release", True), ("carpet", False)]
)
def test_a_word_that_is_written_as_two(filled, question, is_told):
    """A word that no memory has is read as two where some memory has them side by side; apart they are two words."""
    filled.remember(1, "Roll back a scheduler release", "Stop the worker first.", created=OLD)
    filled.remember(2, "The car is in hall two", "No pet may ride in it.", created=OLD)
    assert (filled.found(question)[:1] == [identity(1)]) == is_told
    if is_told:
        assert 'words (as "roll back") 1.0000' in filled.ok("recall", question, "--explain")
    else:
        assert filled.found(question) == []


def test_two_words_that_are_written_as_one(filled):
    """They are the same words: nothing is asked that the memory has not."""
    filled.remember(1, "The supervisor screen polls every second; there is no websocket", created=OLD)
    filled.remember(2, "The web page of the site is in hall two", created=OLD)
    assert filled.found("web socket")[0] == identity(1)
    assert 'words (as "websocket") 1.0000' in filled.ok("recall", "web socket", "--explain")
