"""Tensors of a safetensors file, read where they lie in it: nothing is loaded that is not touched, and nothing is executed.

Format: eight bytes with the length of the header (little-endian), the header (JSON: name to dtype, shape and the two offsets
of its bytes), the bytes.
"""

import json
import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

LARGEST_HEADER = 4_000_000
"""Bytes of a header from which on a file is none: a model of 105 tensors has 11,408."""

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def tensors(path: str) -> "dict[str, npt.NDArray[Any]]":
    """The tensors of floating point numbers of the file ``path``, by name, read-only.

    Raises:
        ValueError: it is no such file, or is torn; OSError: it cannot be read.

    """
    length = os.path.getsize(path)
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > min(LARGEST_HEADER, length - 8):
            raise ValueError("the header is longer than the file")
        header = json.loads(file.read(size))
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    start = 8 + size
    data = np.memmap(path, np.uint8, "r")
    found = {}
    for name, record in header.items():
        if name == "__metadata__":
            continue
        dtype, shape, begin, end = _place(record, name)
        if dtype not in _DTYPES:
            continue  # the positions' numbers, which nothing needs
        kind = np.dtype(_DTYPES[dtype])
        if not 0 <= begin <= end <= length - start or math.prod(shape) * kind.itemsize != end - begin:
            raise ValueError(f"{name} does not lie within the file")
        found[name] = data[start + begin : start + end].view(kind).reshape(shape)
    return found


def _place(record: Any, name: str) -> tuple[str, list[int], int, int]:
    try:
        dtype, shape, (begin, end) = record["dtype"], record["shape"], record["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise ValueError(f"{name} has no place in the file") from None
    numbers = [begin, end, *shape] if isinstance(shape, list) else [None]
    if not all(isinstance(number, int) and number >= 0 for number in numbers) or not isinstance(dtype, str):
        raise ValueError(f"{name} has no place in the file")
    return dtype, shape, begin, end
