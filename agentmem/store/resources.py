"""The files that ``init`` writes: beside the package in a wheel, in ``templates/`` of a checkout."""

import os

from agentmem.errors import AgentmemError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(name: str) -> str:
    """The template ``name``.

    Raises:
        AgentmemError: the installation lacks it.

    """
    for folder in (os.path.join(_PACKAGE, "templates"), os.path.join(os.path.dirname(_PACKAGE), "templates")):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
    raise AgentmemError(
        f"the installation lacks templates/{name}", "pip install --force-reinstall git-agentmem"
    )
