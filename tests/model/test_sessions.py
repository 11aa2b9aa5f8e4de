"""The messages of agents' programs: which files an edit was made to, and what each takes as an answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.model import sessions
from agentmem.model.sessions import COMPACT, EDIT, EVENTS, NAMES, START, STOP

PATCH = (
    "*** Begin Patch\n*** Update File: src/a.py\n@@\n-x\n+y\n*** Add File: src/b c.py\n+z\n*** End Patch\n"
)


@pytest.mark.parametrize(
    ("message", "paths"),
    [
        ({"tool_name": "Edit", "tool_input": {"file_path": "/r/a.py", "old_string": "x"}}, ["/r/a.py"]),
        ({"tool_name": "NotebookEdit", "tool_input": {"notebook_path": "n.ipynb"}}, ["n.ipynb"]),
        ({"tool_name": "apply_patch", "tool_input": {"command": PATCH}}, ["src/a.py", "src/b c.py"]),
        (
            {"tool_name": "apply_patch", "tool_input": {"command": ["apply_patch", PATCH]}},
            ["src/a.py", "src/b c.py"],
        ),
        ({"toolName": "edit", "toolArgs": json.dumps({"path": "a.py"})}, ["a.py"]),
        ({"toolName": "apply_patch", "toolArgs": PATCH}, ["src/a.py", "src/b c.py"]),
        ({"hook_event_name": "afterFileEdit", "file_path": "/r/a.py", "edits": []}, ["/r/a.py"]),
        ({"tool_name": "write_file", "tool_input": {"file_path": "a\nb.py", "content": ""}}, ["a\nb.py"]),
        ({"tool_name": "Bash", "tool_input": {"command": "ls src"}}, []),
        ({"tool_input": 7}, []),
        ({}, []),
    ],
)
def test_files_of_an_edit(message, paths):
    """Each program's way to name the files of an edit is understood."""
    assert sessions.paths(message) == paths


KEYS = st.sampled_from(["tool_input", "path", "command", "cwd", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["tool_input", "toolArgs", "file_path", "cwd", "session_id", "workspace_roots"]), JSON
    )
)
def test_no_message_is_too_odd(message):
    """Whatever a program sends, it is read as far as it can be."""
    assert all(isinstance(path, str) for path in sessions.paths(message))
    assert isinstance(sessions.folder(message, "here"), str) and isinstance(sessions.identity(message), str)


@pytest.mark.parametrize("agent", NAMES)
def test_answers(agent):
    """The start and an edit reach the model, in the form that its program reads; nothing to say is no answer at all."""
    for event in (START, EDIT):
        said = sessions.answer(agent, event, "known")
        assert "known" in json.dumps(said) and "systemMessage" not in said
    for event in (COMPACT, STOP):
        assert "additionalContext" not in json.dumps(sessions.answer(agent, event, "left"))
    assert all(sessions.answer(agent, event, "") == {} for event in EVENTS)
