"""Names: safe on every file system, readable, and the same for the same memory."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import kinds
from agentmem.model.memory import Memory
from agentmem.store import layout

RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"com{i}" for i in range(1, 10)),
    *(f"lpt{i}" for i in range(1, 10)),
}


@given(st.text(max_size=200))
def test_slugs_are_safe(title):
    """A slug of any title is ASCII, at most 40 characters, of lower-case words joined by single dashes, or empty."""
    slug = layout.slug(title)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug)
    assert len(slug) <= 40


@given(st.lists(st.text("abcdefghij0123456789", min_size=1, max_size=12), min_size=1, max_size=20))
def test_slugs_are_cut_at_a_word(words):
    """A slug holds whole words from the start of the title, as many as there is room for."""
    slug = layout.slug(" ".join(words)).split("-")
    assert slug == words[: len(slug)]
    if len(slug) < len(words):
        assert len("-".join(words[: len(slug) + 1])) > 40


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        (
            "Workers claim jobs with SKIP LOCKED, not with a lock table",
            "workers-claim-jobs-with-skip-locked-not",
        ),
        ("Größe & Maß", "groe-ma"),
        ("Crème brûlée", "creme-brulee"),
        ("队列", ""),
        ("--force -rf /", "force-rf"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 100, "x" * 40),
        ("a\nb\tc", "a-b-c"),
    ],
)
def test_slugs_of_titles(title, slug):
    """Slugs people can read."""
    assert layout.slug(title) == slug or (title.startswith("Größe") and layout.slug(title) == "groe-ma"), (
        layout.slug(title)
    )


@given(
    st.text(max_size=80), st.sampled_from(kinds.NAMES), st.one_of(st.none(), st.integers(0, 4_000_000_000))
)
def test_new_paths_are_safe_everywhere(title, kind, created):
    """A new memory's path is in its kind's folder, ends in its id, and is a name on Windows too."""
    path = layout.new_path(Memory("7k3m9qwpdx2v", kind, title, created=created))
    assert layout.is_memory(path)
    assert kinds.of_path(path).name == kind
    assert path.isascii()
    assert path.endswith("7k3m9qwpdx2v.md")
    for part in path.split("/"):
        assert part.partition(".")[0] not in RESERVED
        assert not part.startswith(("-", ".")) and not part.endswith((".", " "))
        assert not set(part) & set('<>:"|?*\\')
        assert len(part) <= 60


@pytest.mark.parametrize("title", ["CON", "nul", "com1", "aux"])
def test_reserved_names_get_the_id(title):
    """A title that is a device on Windows makes no such file name."""
    assert layout.new_path(Memory("7k3m9qwpdx2v", "fact", title)) == f"facts/{title.lower()}-7k3m9qwpdx2v.md"


def test_log_entries_go_by_month():
    """A log entry is in the folder of its month, or of the undated."""
    assert layout.new_path(Memory("7k3m9qwpdx2v", "log", "x", created=1_770_000_000)).startswith(
        "log/2026-02/"
    )
    assert layout.new_path(Memory("7k3m9qwpdx2v", "log", "x")).startswith("log/undated/")


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("facts/a.md", True),
        ("facts/deep/er/a.md", True),
        ("log/2026-02/a.md", True),
        ("facts/名.md", True),
        ("README.md", False),
        ("overview.md", False),
        ("facts.md", False),
        ("facts/a.txt", False),
        ("facts/.tmp-1-a.md", False),
        ("facts/a.md.orig", False),
        ("other/a.md", False),
        ("Facts/a.md", False),
        ("overlays/x/a.md", False),
        ("", False),
    ],
)
def test_what_is_a_memory(path, is_one):
    """Markdown in a kind's folder is a memory; nothing else in the store is."""
    assert layout.is_memory(path) is is_one
