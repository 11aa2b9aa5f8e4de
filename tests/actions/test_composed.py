"""A name is the same composed and decomposed (``ö`` as one character or two): what is looked up by it is found either way."""

import unicodedata

import pytest

from tests.actions.keeping import put


@pytest.mark.parametrize(("stored", "asked"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_composed_and_decomposed_are_one_name(store, stored, asked):
    """As tag, entity, alias, author, path, in a question and to show; what is stored stays as it is written."""

    def kept(text):
        return unicodedata.normalize(stored, text)

    def wanted(text):
        return unicodedata.normalize(asked, text)

    one = put(
        store,
        1,
        title="Cages come in three sizes",
        tags=kept("[Größe]"),
        entities=kept("[Zürich]"),
        by=kept("Jörg"),
        scope=kept("[käfige/**]"),
    )
    page = put(store, 2, "entity", title=kept("Zürich"), aliases=kept("[Züri]"))
    assert store.titles("--tag", wanted("GRÖẞE")) == {"Cages come in three sizes"}
    assert store.titles("--by", wanted("jörg")) == {"Cages come in three sizes"}
    assert store.titles("--file", wanted("käfige/a.py")) == {"Cages come in three sizes"}
    assert store.titles("--entity", wanted("züri")) == {"Cages come in three sizes", kept("Zürich")}
    assert store.found(f"tag:{wanted('größe')}") == [one]
    for name in ("Zürich", "Züri"):
        shown = store.ok("show", wanted(name))
        assert one[:6] in shown and page[:6] in shown
    assert page in store.found(wanted("Züri"))
    assert store.json("show", one)["memories"][0]["tags"] == [kept("Größe")]


def test_a_word_of_one_character_is_found(store):
    """In Japanese, Chinese and Korean text; and what Turkish writes with a dotless i, whatever its capitals."""
    cats = put(
        store, 1, "decision", title="猫の予約は午前中だけ受け付ける", body="犬が来る午後は猫が怯える。"
    )
    drugs = put(store, 2, "decision", title="냉장고 보관", body="약은 냉장고에 둔다. 온도 4도.")
    board = put(store, 3, "convention", title="Işıklı pano yerel saati gösterir", body="Randevu saatleri.")
    for question, found in {"猫": cats, "犬": cats, "猫 予約": cats, "약": drugs, "ışıklı": board}.items():
        assert store.found(question) == [found], question
    assert store.found("鳥") == [] and store.found("の") == []
