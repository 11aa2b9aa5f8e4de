"""The forward pass in numpy gives what the same arithmetic gives number by number, however the texts are batched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.semantic import encoder
from tests.semantic import support

WEIGHTS = support.weights()
SHAPE = encoder.Shape(support.LAYERS, support.HEADS, support.EPSILON)
MODEL = encoder.Encoder(WEIGHTS, SHAPE)
sequences = st.lists(st.integers(0, len(support.VOCABULARY) - 1), min_size=1, max_size=12)


@given(sequences)
def test_it_computes_what_the_slow_reference_computes(sequence):
    """One sequence: equal to the loops over Python's floats, as far as float32 goes."""
    assert np.allclose(MODEL.encode([sequence])[0], support.slow(WEIGHTS, sequence), atol=2e-5)


@given(st.lists(sequences, min_size=1, max_size=5))
def test_padding_changes_nothing(batch):
    """A sequence has the same vector alone and padded among longer ones, and it has length 1."""
    together = MODEL.encode(batch)
    assert together.dtype == np.float32
    for one, alone in zip(together, batch, strict=True):
        assert np.allclose(one, MODEL.encode([alone])[0], atol=2e-5)
        assert np.isclose(np.linalg.norm(one), 1, atol=1e-5)


def test_nothing_in_nothing_out():
    """No sequences are no vectors."""
    assert MODEL.encode([]).shape == (0, support.WIDTH)


@pytest.mark.parametrize("batch", [[[]], [[1, 2], []], [[1] * (support.PLACES + 1)], [[10_000]], [[-1]]])
def test_what_the_model_cannot_read_is_refused(batch):
    """An empty or too long sequence, or a number that names no piece, is an error and not another piece's vector."""
    with pytest.raises(ValueError):
        MODEL.encode(batch)


def test_missing_weights_are_named():
    """A file that lacks a weight says which."""
    lacking = {name: values for name, values in WEIGHTS.items() if "layer.1.output.dense.bias" not in name}
    with pytest.raises(ValueError, match=r"encoder\.layer\.1\.output\.dense\.bias"):
        encoder.Encoder(lacking, SHAPE)


def test_what_is_no_number_becomes_no_direction():
    """A row that is not finite, or zero, is zeros, near to nothing."""
    rows = encoder.unit(np.array([[np.nan, 1], [0, 0], [3, 4], [np.inf, 0]]))
    assert np.allclose(rows, [[0, 0], [0, 0], [0.6, 0.8], [0, 0]])
