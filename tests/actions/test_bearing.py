"""What bears on a role without a task of its own: what it has written, beside what is known of a task that is for anybody."""

import pytest

from tests.support import Project

CREATED = "2026-02-01T10:00:00Z"


@pytest.fixture
def roles(store: Project) -> Project:
    """Notes of three roles, a fact of the first about the scope of a task that is for anybody."""
    remember = store.remember
    remember(1, "A host query is asked for again", scope="[drivers/**]", role="drivers", created=CREATED)
    remember(2, "Blast flags hold the count", kind="decision", role="validation", created=CREATED)
    remember(3, "Critical values are phoned", kind="procedure", role="validation", created=CREATED)
    remember(4, "Sorting by ward", kind="deadend", role="ui", created=CREATED)
    remember(5, "The worklist sorts emergencies first", kind="decision", role="ui", created=CREATED)
    remember(6, "Blood bank is left out", kind="decision", role="validation", importance="5", created=CREATED)
    store.remember(7, "Key of the host link", kind="task", scope="[drivers/**]", created=CREATED)
    store.commit()
    return store


def known(project: Project, role: str, section: str = "know") -> list[str]:
    """The titles of a section of the brief of ``role``, without ids and kinds."""
    told = project.json("brief", env={"AGENTMEM_AGENT": "new", "AGENTMEM_ROLE": role})["sections"]
    return [line.partition(": ")[2] for line in told.get(section, ())]


OF_THE_TASK = "A host query is asked for again"


def test_what_a_role_has_written(roles):
    """Each role is told of its own, the most important first, and of the task that it could take; in turn, its own first."""
    first, task, *rest = known(roles, "validation")
    assert (first, task) == ("Blood bank is left out", OF_THE_TASK)
    assert sorted(rest) == ["Blast flags hold the count", "Critical values are phoned"]
    assert set(known(roles, "ui")[:2]) == {
        "The worklist sorts emergencies first",
        OF_THE_TASK,
    }  # after a dead end of the role
    assert known(roles, "ui", "beware") == ["Sorting by ward"]
    assert known(roles, "validation", "beware") == []
    assert known(roles, "drivers")[0] == OF_THE_TASK


def test_without_any_task(roles):
    """What a role has written is told where there is nothing to do at all."""
    roles.ok("retract", "--reason", "not needed", *[one["id"] for one in roles.json("task", "list")["tasks"]])
    assert known(roles, "ui") == ["The worklist sorts emergencies first", "Blood bank is left out"]


def test_with_a_task_of_the_role_or_at_work(roles):
    """Who has a task, or whose role has one, or who has changed files, is told what is known about these."""
    roles.remember(8, "Key of the ui", kind="task", role="ui", scope="[drivers/**]", created=CREATED)
    assert known(roles, "ui") == [OF_THE_TASK, "Blood bank is left out"]
    roles.ok("claim", env={"AGENTMEM_AGENT": "new", "AGENTMEM_ROLE": "validation"})
    assert "Critical values are phoned" not in known(roles, "validation")


def test_of_many_the_rest_is_counted(roles):
    """What a role has written and is not told of is counted as left out."""
    for number in range(20, 60):
        roles.remember(number, kind="fact", role="qc", created=CREATED)
    told = roles.json("brief", env={"AGENTMEM_AGENT": "new", "AGENTMEM_ROLE": "qc"})
    assert len(told["sections"]["know"]) == 8
    assert told["omitted"] >= 34
