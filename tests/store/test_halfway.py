"""The record of what is done to files before it is committed."""

import pytest

from agentmem.store import halfway
from agentmem.store.halfway import Halfway

WHAT = Halfway(("log/a.md",), {"facts/b.md": "", "facts/c.md": "f00"}, {"reflections/d.md": "ba5"})


def test_what_was_begun_is_found_until_it_ends(tmp_path):
    """A record is of one store, is read back as it was written, and is gone once it ended; to end nothing is well."""
    folder = str(tmp_path)
    assert halfway.found(folder, "/one") is None
    halfway.begin(folder, "/one", WHAT)
    assert halfway.found(folder, "/one") == WHAT
    assert halfway.found(folder, "/two") is None
    halfway.end(folder, "/two")
    halfway.end(folder, "/one")
    assert halfway.found(folder, "/one") is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"root": "/one"}', '{"root": "/one", "removed": 1, "edited": [], "created": {}}']
)
def test_a_torn_record_names_nothing(tmp_path, text):
    """A record that cannot be read is none: what is not known is not taken back."""
    halfway.begin(str(tmp_path), "/one", WHAT)
    (path,) = (tmp_path / halfway.FOLDER).iterdir()
    path.write_text(text)
    assert halfway.found(str(tmp_path), "/one") is None
