"""Products over batch axes, as NumPy's matmul reads them: values, derivatives, and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.language.read import read
from tests.evaluate import difference, evaluate

DECLARED = ["X[b,n,m], Y[b,m,p], Z[b,n,p], S[b,n,n], W[m,p], V[k,n], w[m], u[n]"]
SIZES = {"b": 2, "n": 4, "m": 3, "p": 5, "k": 6}
PRODUCTS = {
    "X@w": lambda v: v["X"] @ v["w"],
    "X@W": lambda v: v["X"] @ v["W"],
    "V@X": lambda v: v["V"] @ v["X"],
    "X@Y": lambda v: v["X"] @ v["Y"],
    "u@X": lambda v: v["u"] @ v["X"],
    "tanh(X@W).*Z": lambda v: np.tanh(v["X"] @ v["W"]) * v["Z"],
    "2*X@Y@W.T": lambda v: 2 * v["X"] @ v["Y"] @ v["W"].T,
    "inv(S)@X@w": lambda v: np.linalg.inv(v["S"]) @ v["X"] @ v["w"],
}


@pytest.mark.parametrize("text", PRODUCTS)
def test_values_and_derivatives(text: str) -> None:
    reading = read(f"sum(sin({text}))", DECLARED)
    values = {
        s.name: np.random.default_rng(3).standard_normal([d.at(SIZES) for d in s.shape]) for s in reading.root.free
    }
    if "S" in values:
        values["S"] = values["S"] + 5 * np.eye(4)
    assert np.allclose(evaluate(reading.root, values, SIZES), np.sum(np.sin(PRODUCTS[text](values))))
    for x in reading.root.free:
        along = np.random.default_rng(4).standard_normal(np.shape(values[x.name]))
        slope = np.tensordot(evaluate(derivative(reading.root, x), values, SIZES), along, along.ndim)
        assert np.allclose(slope, difference(reading.root, x, along, values, SIZES), rtol=1e-5, atol=1e-5)


def test_what_nobody_declared_takes_its_size_from_the_batch() -> None:
    symbols = read("sum(sigmoid(X@W)@w)", ["X[b,n,m]"]).symbols
    assert str(symbols["W"].shape[0]) == "m"
    assert symbols["W"].shape[1] is symbols["w"].shape[0]


@pytest.mark.parametrize(("text", "declared"), [("X@Y", "X[b,n,m], Y[c,m,p]"), ("X@w", "X[b,n,m], w[n]")])
def test_what_does_not_fit_is_refused(text: str, declared: str) -> None:
    with pytest.raises(Problem, match="does not fit") as caught:
        read(text, [declared])
    assert caught.value.kind == "shape"
