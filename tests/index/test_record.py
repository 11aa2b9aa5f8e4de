"""What a writer notes of its own blob is what a reader would learn from the bytes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.index import record
from agentmem.model import emitting, kinds
from agentmem.model.memory import Citation, Memory, as_meta

LINE = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split())
)
MEMORY = st.builds(
    lambda **values: Memory(**values),
    id=st.just("7k3m9qwpdx2v"),
    kind=st.sampled_from(kinds.NAMES),
    title=LINE.filter(bool),
    body=st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=200).map(
        emitting.body_as_read
    ),
    created=st.none() | st.integers(0, 4_000_000_000),
    by=st.none() | LINE.filter(bool),
    tags=st.lists(LINE.filter(bool), unique=True, max_size=4).map(tuple),
    scope=st.lists(LINE.filter(bool), unique=True, max_size=3).map(tuple),
    importance=st.none() | st.integers(1, 5),
    pin=st.booleans(),
    cites=st.lists(
        st.builds(Citation, path=LINE.filter(bool), lines=st.none() | st.just("4-9")), max_size=2
    ).map(tuple),
)


@settings(deadline=None, max_examples=200)
@given(MEMORY)
def test_noted_equals_learned(memory: Memory) -> None:
    """The record made of a memory equals the one made of its file."""
    data = emitting.compose(as_meta(memory), memory.body)
    learned = record.learn("blob", data)
    noted = record.of_memory("blob", memory)
    assert learned.problems == ()
    assert learned == noted
