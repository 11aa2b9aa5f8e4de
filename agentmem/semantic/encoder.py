"""The forward pass of a BERT encoder in numpy, float32: the mean of its last layer over the pieces, at length 1.

Source: Devlin et al., *BERT* (2019), post-norm as in Vaswani et al., *Attention Is All You Need* (2017); mean pooling as in
Reimers and Gurevych, *Sentence-BERT* (2019).
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from agentmem.semantic.port import Vectors

    Floats = npt.NDArray[np.float32]

HIDDEN = -1e9
"""Added to the attention that padding would get."""


class Shape(NamedTuple):
    """What of an architecture the tensors do not say. ``epsilon`` keeps the layer norm from dividing by 0."""

    layers: int
    heads: int
    epsilon: float = 1e-12


class Encoder:
    """A model's ``weights`` by their names in the file.

    Raises:
        ValueError: a weight is missing, or does not fit the others.

    """

    def __init__(self, weights: "Mapping[str, npt.NDArray[Any]]", shape: Shape) -> None:
        self._weights = weights
        self._shape = shape
        self._pieces = self._get("embeddings.word_embeddings.weight")
        self._places = self._get("embeddings.position_embeddings.weight")
        self._type = self._get("embeddings.token_type_embeddings.weight")[0]
        self.width = int(self._pieces.shape[1])
        self.longest = int(self._places.shape[0])
        if self.width % shape.heads or self._places.shape[1] != self.width:
            raise ValueError("the weights do not fit each other")
        self._layers = [self._layer_weights(f"encoder.layer.{number}") for number in range(shape.layers)]

    def _get(self, name: str) -> "Floats":
        try:
            return np.asarray(self._weights[name], np.float32)
        except KeyError:
            raise ValueError(f"no weight {name}") from None

    def _layer_weights(self, layer: str) -> "dict[str, tuple[Floats, Floats]]":
        names = {
            "query": "attention.self.query",
            "key": "attention.self.key",
            "value": "attention.self.value",
            "joined": "attention.output.dense",
            "attended": "attention.output.LayerNorm",
            "wide": "intermediate.dense",
            "narrow": "output.dense",
            "out": "output.LayerNorm",
        }
        return {
            short: (self._get(f"{layer}.{name}.weight"), self._get(f"{layer}.{name}.bias"))
            for short, name in names.items()
        }

    def encode(self, sequences: Sequence[Sequence[int]]) -> "Vectors":
        """The vector of each sequence of piece numbers, shape (sequences, ``width``); all in one batch, padded to the longest.

        Raises:
            ValueError: a sequence is empty or too long, or a number names no piece.

        """
        lengths = [len(sequence) for sequence in sequences]
        if not lengths:
            return np.zeros((0, self.width), np.float32)
        longest = max(lengths)
        if min(lengths) == 0 or longest > self.longest:
            raise ValueError("a sequence is empty or too long")
        numbers = np.zeros((len(lengths), longest), np.int64)
        for row, sequence in enumerate(sequences):
            numbers[row, : len(sequence)] = sequence
        if numbers.min() < 0 or numbers.max() >= len(self._pieces):
            raise ValueError("a number names no piece")
        real = np.arange(longest) < np.array(lengths)[:, None]
        state = self._pieces[numbers] + self._places[:longest] + self._type
        state = self._norm(
            state, self._get("embeddings.LayerNorm.weight"), self._get("embeddings.LayerNorm.bias")
        )
        mask = np.where(real, np.float32(0), np.float32(HIDDEN))[:, None, None, :]
        for layer in self._layers:
            state = self._norm(state + self._attention(state, mask, layer), *layer["attended"])
            state = self._norm(
                state + _dense(_gelu(_dense(state, *layer["wide"])), *layer["narrow"]), *layer["out"]
            )
        weighed = np.where(real, np.float32(1), np.float32(0))[:, :, None]
        mean = (state * weighed).sum(axis=1) / weighed.sum(axis=1)
        return unit(mean)

    def _attention(
        self, state: "Floats", mask: "Floats", layer: "Mapping[str, tuple[Floats, Floats]]"
    ) -> "Floats":
        batch, length, width = state.shape
        heads, size = self._shape.heads, width // self._shape.heads

        def split(name: str) -> "Floats":
            projected = _dense(state, *layer[name])
            return projected.reshape(batch, length, heads, size).transpose(0, 2, 1, 3)

        scores: Floats = (
            split("query") @ split("key").transpose(0, 1, 3, 2) / np.float32(math.sqrt(size)) + mask
        )
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        joined: Floats = (scores @ split("value")).transpose(0, 2, 1, 3).reshape(batch, length, width)
        return _dense(joined, *layer["joined"])

    def _norm(self, values: "Floats", weight: "Floats", bias: "Floats") -> "Floats":
        centred = values - values.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(variance + np.float32(self._shape.epsilon)) * weight + bias
        # no copy: it is of this type, but the types that numpy declares differ between its releases
        out: Floats = scaled.astype(np.float32, copy=False)
        return out


def unit(values: "npt.NDArray[Any]") -> "Vectors":
    """``values`` with each row at length 1; a row of zeros, or with a number that is none, becomes zeros."""
    rows: Floats = np.asarray(values, np.float32)
    rows = np.where(np.isfinite(rows).all(axis=-1, keepdims=True), rows, np.float32(0))
    lengths = np.sqrt(np.square(rows).sum(axis=-1, keepdims=True))
    out: Floats = (rows / np.maximum(lengths, np.float32(1e-12))).astype(np.float32, copy=False)
    return out


def _dense(values: "Floats", weight: "Floats", bias: "Floats") -> "Floats":
    """One matrix product for the whole batch: numpy would make one for each sequence, at a third of the speed."""
    flat = values.reshape(-1, values.shape[-1]) @ weight.T
    flat += bias
    return flat.reshape(*values.shape[:-1], weight.shape[0])


def _gelu(values: "Floats") -> "Floats":
    """x/2 (1 + erf(x/√2)), erf by Abramowitz and Stegun 7.1.26: at most 1.5e-7 off, which float32 does not see."""
    absolute = np.abs(values)
    absolute *= np.float32(math.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * absolute)
    sum_ = np.float32(1.061405429) * t
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        sum_ += np.float32(factor)
        sum_ *= t
    absolute *= absolute
    np.negative(absolute, out=absolute)
    sum_ *= np.exp(absolute)
    out: Floats = values * np.float32(0.5) * (1 + np.copysign(1 - sum_, values))
    return out
