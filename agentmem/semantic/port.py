"""The port: what turns texts into vectors, whichever model stands behind it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]
    """Rows of length 1 (or 0, of what has no meaning): their dot product is their cosine."""


class Unavailable(Exception):
    """There is no model that can be used; ``str`` of it says why, for one line of a note; ``fix`` the command for it, if any."""

    def __init__(self, why: str, fix: str = "") -> None:
        super().__init__(f"{why}: {fix}" if fix else why)
        self.why, self.fix = why, fix


class Embedder(Protocol):
    """One model. ``identity`` changes with everything that its vectors depend on: vectors of two identities are not compared."""

    identity: str

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of ``texts``, in order, shape (texts, width).

        Raises:
            Unavailable: the model gave none.

        """
        ...
