"""Fitting a few weights to labelled rows: logistic regression that starts from what was believed before.

Needs numpy, which is imported where it is used: nothing that answers a question comes here.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRENGTH = 300.0
"""How strongly the weights are held to what was believed before, per standard deviation of a signal: chosen on the first half of
a team's history, where 30 and 1,000 do nearly as well, by training on earlier questions and testing on later ones."""

LEAST = 0.05
"""The share of what a signal can span that it counts as varying by, at least. Where the newest memory of a store is days old, how
fresh they are differs by a hundredth of that, and any weight of it explains the labels: the first note of today would be first
for any question. A tenth costs .01 on that half, a twentieth nothing."""

STEPS = 60
"""Newton steps at most; ten are usual."""


class Row(NamedTuple):
    """One memory for one question: its signals (what is not named is 0), whether it was right, how much that counts."""

    signals: Mapping[str, float]
    right: bool
    counts: float = 1.0


def fit(
    rows: Sequence[Row],
    prior: Mapping[str, float],
    floors: Mapping[str, float] = MappingProxyType({}),
    spans: Mapping[str, float] = MappingProxyType({}),
    strength: float = STRENGTH,
) -> dict[str, float]:
    """The weight of each signal of ``prior`` that explains ``rows`` best, near ``prior`` where the rows say little, and never
    below its floor. ``spans`` has how far apart the values of a signal can be, of which ``rows`` may show little.

    Maximum a posteriori with a Gaussian prior around ``prior`` on standardised signals (Bishop 2006, section 4.5), by damped
    Newton steps. A signal that never varies in ``rows`` keeps its prior weight.
    """
    import numpy as np

    names = list(prior)
    x = np.array([[row.signals.get(name, 0.0) for name in names] for row in rows], dtype=float)
    y = np.array([row.right for row in rows], dtype=float)
    counts = np.array([row.counts for row in rows], dtype=float)
    weights = np.array([prior[name] for name in names])
    if not 0 < y.sum() < len(y):
        return dict(prior)
    deviation = x.std(axis=0)
    free = deviation > 1e-9
    scale = np.maximum(deviation, LEAST * np.array([spans.get(name, 0.0) for name in names]))
    least = np.array([floors.get(name, -np.inf) for name in names])
    while free.any():
        z = (x[:, free] - x[:, free].mean(axis=0)) / scale[free]
        held = x[:, ~free] @ weights[~free]
        believed = np.array([prior[name] for name, is_free in zip(names, free, strict=True) if is_free])
        weights[free] = _solved(z, y, counts, held, believed * scale[free], strength) / scale[free]
        low = free & (weights < least)
        if not low.any():
            break
        weights[low] = least[low]  # at their floor, and the others fitted again around them
        free &= ~low
    return {name: float(weight) for name, weight in zip(names, weights, strict=True)}


def _solved(
    z: "NDArray[np.float64]",
    y: "NDArray[np.float64]",
    counts: "NDArray[np.float64]",
    held: "NDArray[np.float64]",
    believed: "NDArray[np.float64]",
    strength: float,
) -> "NDArray[np.float64]":
    """The weights without the intercept, which nothing holds back; ``held`` is what the signals give that are not fitted."""
    import numpy as np

    z = np.hstack([z, np.ones((len(z), 1))])
    target = np.append(believed, 0.0)
    hold = np.append(np.full(len(believed), strength), 1e-6)

    def loss(w: "NDArray[np.float64]") -> float:
        s = z @ w + held
        return float((counts * (np.logaddexp(0.0, s) - y * s)).sum() + 0.5 * (hold * (w - target) ** 2).sum())

    w = np.zeros(len(target))
    for _ in range(STEPS):
        p = 0.5 * (1 + np.tanh(0.5 * (z @ w + held)))
        slope = z.T @ (counts * (p - y)) + hold * (w - target)
        curvature = (z * (counts * p * (1 - p))[:, None]).T @ z + np.diag(hold)
        step = np.linalg.solve(curvature, slope)
        size, now = 1.0, loss(w)
        while size > 1e-6 and loss(w - size * step) > now - 1e-4 * size * float(slope @ step):
            size /= 2
        w = w - size * step
        if float(abs(size * step).max()) < 1e-8:
            break
    return w[:-1]
