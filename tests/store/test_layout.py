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


WINDOWS = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def _fits_everywhere(folder: str) -> bool:
    return (
        folder.isascii()
        and folder == folder.lower()
        and not set(folder) & set('<>:"|?*\\/')
        and all(" " < c < "\x7f" for c in folder)
        and not folder.endswith((".", " "))
        and not folder.startswith("git~")
        and all(part.partition(".")[0] not in WINDOWS for part in folder.split("~"))
        and len(folder) <= 60
    )


@pytest.mark.parametrize(
    ("branch", "folder"),
    [
        ("feature/queue", "feature~queue"),
        ("main", "main"),
        ("a/b/c", "a~b~c"),
        ("v1.2_x-y", "v1.2_x-y"),
        ("-x", "-x"),
        ("x" * 60, "x" * 60),
        ("git/hub", "git~hub"),
        ("gitx/1", "gitx~1"),
        ("console", "console"),
        ("com", "com"),
        ("com10", "com10"),
    ],
)
def test_overlay_folders_that_can_be_read(branch, folder):
    """A branch with a name that is one everywhere has its overlay under that name."""
    assert layout.overlay_folder(branch) == folder


@pytest.mark.parametrize(
    ("branch", "slug"),
    [
        ("Feature/queue", "feature-queue"),  # a file system that does not tell cases apart
        ("x" * 61, "x" * 40),
        ("feature/größe", "feature-groe"),
        ("队列", ""),
        ("feature/con", "feature-con"),
        ("aux", "aux"),
        ("nul.txt", "nul-txt"),
        ("a/com1.x/b", "a-com1-x-b"),
        ("lpt9", "lpt9"),
        ("a./b", "a-b"),
        ("a.", "a"),
        ("git/1", "git-1"),
        ("git/1x", "git-1x"),
        ("git/2/x", "git-2-x"),
        ("it's", "it-s"),
        ("a@b", "a-b"),
        ("a~~b", "a-b"),
        ("x\udcff", "x"),
    ],
)
def test_overlay_folders_that_are_hashed(branch, slug):
    """Any other has a slug, and ten characters of what its name hashes to."""
    folder = layout.overlay_folder(branch)
    start, mark, digest = folder.rpartition("~~")
    assert (start, mark) == (slug, "~~")
    assert re.fullmatch(r"[0-9abcdefghjkmnpqrstvwxyz]{10}", digest)
    assert not folder.startswith("git~")


@given(
    st.one_of(
        st.text(max_size=80),
        st.text("abgitconmulx019./-_~", max_size=80),
        st.text("aA.é/~", min_size=1, max_size=70),
    )
)
def test_overlay_folders_are_safe_everywhere(branch):
    """Whatever a branch is called, its overlay is one plain folder on every system, and a change in it is a change."""
    folder = layout.overlay_folder(branch)
    path = layout.change_path(folder, "7k3m9qwpdx2v", "4h2k9pr0w7td")
    if branch and not branch.startswith("/") and not branch.endswith("/") and "//" not in branch:
        assert layout.is_change(path) and layout.names_of_change(path) == (
            folder,
            "7k3m9qwpdx2v",
            "4h2k9pr0w7td",
        )
        assert layout.is_receipt(layout.receipt_path(folder, "4h2k9pr0w7td"))
        assert folder not in (".", "..")
    assert "/" not in folder and folder.isascii() and len(folder) <= 60
    assert not re.match(r"git~[0-9]", folder)
    assert not folder.endswith(".")
    plain = folder.partition("~~")[0] == folder  # of any other the digest makes a name that nobody reserves
    assert folder.partition(".")[0] not in WINDOWS
    assert not plain or all(part.partition(".")[0] not in WINDOWS for part in folder.split("~"))


@given(st.lists(st.text("abAB1./-~é", min_size=1, max_size=12), min_size=2, max_size=30, unique=True))
def test_overlay_folders_differ_where_branches_do(branches):
    """Two branches never share a folder, not even where the file system does not tell cases apart."""
    folders = [layout.overlay_folder(branch).lower() for branch in branches]
    assert len(set(folders)) == len(folders)


def test_overlay_folders_of_real_names_fit():
    """What people call their branches fits every file system."""
    for branch in (
        "feature/queue",
        "JIRA-123/Fix It",
        "dependabot/npm_and_yarn/x-1.2.3",
        "user@host",
        "release/1.0.",
    ):
        assert _fits_everywhere(layout.overlay_folder(branch))
