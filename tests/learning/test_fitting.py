"""Fitting: known weights come back, what was believed before stays where nothing speaks against it, floors hold."""

import random

import pytest

from agentmem.learning.fitting import Row, fit

np = pytest.importorskip("numpy")


def generated(weights, count, seed=1, noise=1.0):
    """Rows whose labels are drawn by the logistic model with ``weights`` and an intercept of -1."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        values = {name: float(draw.normal()) for name in weights}
        score = sum(weights[name] * value for name, value in values.items()) - 1
        rows.append(Row(values, bool(draw.random() < 1 / (1 + np.exp(-score / noise)))))
    return rows


TRUE = {"a": 2.0, "b": -1.0, "c": 0.0, "d": 0.5}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_weights_come_back(seed):
    """With many rows and little held to the prior, the weights are those that the labels were drawn by."""
    found = fit(generated(TRUE, 20_000, seed), dict.fromkeys(TRUE, 1.0), strength=1.0)
    assert found == {name: pytest.approx(weight, abs=0.1) for name, weight in TRUE.items()}


def test_more_evidence_moves_further():
    """From the prior to the truth: the more rows, the nearer to what they say."""
    prior = dict.fromkeys(TRUE, 1.0)
    distances = [
        sum(abs(fit(generated(TRUE, count), prior)[name] - TRUE[name]) for name in TRUE)
        for count in (50, 1000, 20_000)
    ]
    assert distances == sorted(distances, reverse=True)
    few = fit(generated(TRUE, 50), prior)
    assert all(abs(few[name] - 1.0) < abs(TRUE[name] - 1.0) + 0.1 for name in TRUE)


def test_stronger_belief_moves_less():
    """The more strongly the prior is held, the nearer the weights stay to it; held beyond reason they are it."""
    prior, rows = dict.fromkeys(TRUE, 1.0), generated(TRUE, 500)
    distances = [
        sum(abs(weight - 1.0) for weight in fit(rows, prior, strength=strength).values())
        for strength in (1.0, 300.0, 30_000.0, 1e9)
    ]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 1e-3


def test_what_never_varies_keeps_its_prior():
    """A signal that is the same in all rows, or in none, has the weight that it had before."""
    rows = [Row({**row.signals, "constant": 3.0}, row.right) for row in generated(TRUE, 500)]
    found = fit(rows, {**dict.fromkeys(TRUE, 1.0), "constant": 7.5, "never": -2.25}, strength=1.0)
    assert (found["constant"], found["never"]) == (7.5, -2.25)
    assert found["a"] != 1.0


def test_what_hardly_varies_is_held_to_its_prior():
    """A signal of whose span the rows show a thousandth moves little, however well it tells right from wrong; one that shows more
    of it than a twentieth is as free as without a span.
    """
    rows = [
        Row(
            {**row.signals, "little": 0.001 * row.right, "much": 0.5 * row.right + 0.1 * row.signals["a"]},
            row.right,
        )
        for row in generated(TRUE, 2000)
    ]
    prior = {**dict.fromkeys(TRUE, 1.0), "little": 4.0, "much": 4.0}
    free, held = fit(rows, prior), fit(rows, prior, spans={"little": 1.0, "much": 1.0})
    assert free["little"] > 500
    assert abs(held["little"] - 4.0) < 1
    only = [Row({**row.signals, "little": 0.0}, row.right) for row in rows]
    assert fit(only, prior, spans={"much": 1.0}) == fit(only, prior)


@pytest.mark.parametrize("right", [True, False])
def test_labels_of_one_sort_teach_nothing(right):
    """Where all rows are right, or none is, the prior is given back as it was; as with no row at all."""
    prior = dict.fromkeys(TRUE, 1.0)
    rows = [row._replace(right=right) for row in generated(TRUE, 100)]
    assert fit(rows, prior) == prior
    assert fit([], prior) == prior


def test_no_weight_is_below_its_floor():
    """What the rows put below its floor stands at it, and the others are fitted anew around it."""
    prior = dict.fromkeys(TRUE, 1.0)
    rows = generated(TRUE, 20_000)
    floors = {"b": 0.25, "c": 0.25}
    found = fit(rows, prior, floors, strength=1.0)
    assert (found["b"], found["c"]) == (0.25, 0.25)
    assert found["d"] > 0.25 and found["a"] > 1.5
    free = fit(rows, prior, strength=1.0)
    assert free["b"] < 0
    assert all(found[name] >= floors.get(name, -9) for name in prior)


@pytest.mark.parametrize("seed", range(5))
def test_floors_hold_on_any_rows(seed):
    """Random labels, random floors up to the prior: none is passed."""
    draw = random.Random(seed)
    rows = [Row({name: draw.gauss(0, 1) for name in TRUE}, draw.random() < 0.3) for _ in range(200)]
    floors = {name: draw.uniform(0, 1) for name in TRUE}
    found = fit(rows, dict.fromkeys(TRUE, 1.0), floors, strength=0.01)
    assert all(found[name] >= floor for name, floor in floors.items())


def test_the_same_rows_give_the_same_weights():
    """Two fits are the same to the last bit."""
    rows, prior = generated(TRUE, 1000), dict.fromkeys(TRUE, 1.0)
    assert fit(rows, prior) == fit(list(rows), dict(prior))


@pytest.mark.parametrize("strength", [0.01, 300.0])
def test_rows_that_a_line_divides_converge(strength):
    """Labels that one signal tells apart without error give finite weights, of the right sign, and are all told right."""
    rows = [Row({"a": x / 10, "b": (x % 7) / 7}, x > 0) for x in range(-50, 51) if x]
    found = fit(rows, {"a": 0.0, "b": 0.0}, strength=strength)
    assert all(np.isfinite(weight) for weight in found.values())
    assert 0 < found["a"] < 1000
    scores = [(sum(found[name] * row.signals[name] for name in found), row.right) for row in rows]
    assert min(s for s, right in scores if right) > max(s for s, right in scores if not right) or strength > 1


def test_what_counts_more_is_heard_more():
    """A row that counts five times moves the weights as five rows do."""
    rows = generated(TRUE, 300)
    prior = dict.fromkeys(TRUE, 1.0)
    heavy = [row._replace(counts=3.0) for row in rows]
    assert fit(heavy, prior, strength=1.0) == {
        name: pytest.approx(weight, abs=1e-6) for name, weight in fit(rows * 3, prior, strength=1.0).items()
    }


def test_the_scale_of_a_signal_does_not_matter():
    """Signals a thousand times as large give weights a thousandth as large: belief is held per standard deviation."""
    rows = generated(TRUE, 1000)
    large = [row._replace(signals={**row.signals, "a": 1000 * row.signals["a"]}) for row in rows]
    small, big = fit(rows, dict.fromkeys(TRUE, 1.0)), fit(large, {**dict.fromkeys(TRUE, 1.0), "a": 0.001})
    assert big["a"] * 1000 == pytest.approx(small["a"], rel=1e-6)
    assert all(big[name] == pytest.approx(small[name], rel=1e-6) for name in "bcd")
