"""The half of a symmetric matrix, and the matrices between it and the whole."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.calculus.derivative import derivative
from mcalc.language.read import read, reread
from mcalc.targets import text
from mcalc.targets.code import numpy as to_numpy
from tests.evaluate import difference, draw, evaluate

N = 4


def vech(x: np.ndarray) -> np.ndarray:
    return np.array([x[i, j] for j in range(len(x)) for i in range(j, len(x))])


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("vech(X)", vech),
        ("elimination(n)@vec(X)", vech),
        ("duplication(n)@vech(X + X.T)", lambda x: (x + x.T).T.reshape(-1)),
        ("elimination(n)@duplication(n)@vech(X)", vech),
        ("commutation(n, n)@vec(X)", lambda x: x.reshape(-1)),
        ("commutation(n, n)@duplication(n)@vech(X)", lambda x: (np.tril(x) + np.tril(x, -1).T).reshape(-1)),
    ],
)
def test_values_and_derivatives(written: str, meaning) -> None:  # type: ignore[no-untyped-def]
    reading = read(written, ["X[n,n]"])
    values = draw(list(reading.symbols.values()), 2)
    assert np.allclose(evaluate(reading.root, values, {"n": N}), meaning(values["X"]))
    x = reading.symbols["X"]
    along = np.random.default_rng(1).standard_normal((N, N))
    slope = np.tensordot(evaluate(derivative(reading.root, x), values, {"n": N}), along, 2)
    assert np.allclose(slope, difference(reading.root, x, along, values, {"n": N}), atol=1e-7)


def test_a_size_may_be_a_half() -> None:
    n = dim("n")
    half = read("elimination(n)@vec(X)", ["X[n,n]"]).root.shape[0]
    assert half.at({"n": 4}) == 10
    assert str(half) == "(n + n*n)/2"
    assert half + half is n * n + n
    assert read("x + ones(n*(n + 1)/2)", ["A[n,n]"]).root.shape == (half,)


def test_answers_read_back_and_run() -> None:
    reading = read("y.T@vech(X@X.T)", ["X[n,n]"])
    x = reading.symbols["X"]
    g = derivative(reading.root, x)
    from mcalc.notation import notate

    assert reread(text.write(notate(g, reading)), reading).shape == g.shape
    scope: dict[str, object] = {}
    exec(to_numpy.module(reading, reading.root, g), scope)
    values = {"X": np.arange(16.0).reshape(4, 4), "y": np.arange(10.0)}
    found = scope["derivative"](**values)  # type: ignore[operator]
    assert np.allclose(found, evaluate(g, values, {"n": N}))
