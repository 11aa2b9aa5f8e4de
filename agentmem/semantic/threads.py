"""How numpy is loaded here: once, and for one thread."""

import os
from importlib.util import find_spec

from agentmem.semantic.port import Unavailable

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def load_numpy() -> None:
    """Import numpy with one thread for its matrices, unless the environment says how many.

    One question is 17 ms of work for one thread. With two, on a machine where other agents work as well, they wait for each
    other: 2.3 s for the same question were measured.

    Raises:
        Unavailable: it is not installed.

    """
    if find_spec("numpy") is None:
        raise Unavailable("numpy is not installed", "python -m pip install 'git-agentmem[semantic]'")
    mine = [name for name in _VARIABLES if name not in os.environ]
    os.environ.update(dict.fromkeys(mine, "1"))
    try:
        import numpy  # noqa: F401
    except Exception as error:  # built for another machine: whatever it raises, recall goes on without
        raise Unavailable(f"numpy cannot be loaded: {error}".splitlines()[0]) from None
    finally:
        for name in mine:
            del os.environ[name]
