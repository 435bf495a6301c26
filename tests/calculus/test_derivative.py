"""Derivatives along all axes, along a direction and of an inner product, against central differences."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.algebra.expr import symbol
from mcalc.calculus.derivative import along, derivative, jacobians, onto
from mcalc.language.read import read
from tests.evaluate import difference, draw, evaluate, numeric_derivative, shape_of

#: What is differentiated, by what, and its domain; with order 1 it is the derivative of the array, whose nodes have the
#: array's axes in front. Functions of a matrix know what they do to a cotangent, one or many at a time.
CASES = [
    ("expm(X)", 0, "X", "X[n,n]", "generic"),
    ("sqrtm(X)", 1, "X", "X[n,n]", "invertible"),
    ("sqrtm(X)", 0, "X", "X[n,n]", "spd"),
    ("cholesky(X@X.T + eye(n))", 0, "X", "X[n,m]", "generic"),
    ("softmax(X, axis=1)", 0, "X", "X[m,n]", "generic"),
    ("cumsum(x)", 0, "x", "x[n]", "generic"),
    ("exp(x)@x.T", 1, "x", "x[n]", "generic"),
    ("exp(t)*A@expm(t*A)", 1, "t", "t[], A[n,n]", "generic"),
]


@pytest.mark.parametrize(("text", "order", "name", "declared", "domain"), CASES)
def test_against_differences(text: str, order: int, name: str, declared: str, domain: str) -> None:
    reading = read(text, [declared])
    x = reading.symbols[name]
    f = derivative(reading.root, x, order)
    symbols = list(reading.symbols.values())
    values = draw(symbols, 3, [domain if s is x else "generic" for s in symbols])
    truth = numeric_derivative(f, x, values)
    np.testing.assert_allclose(evaluate(derivative(f, x), values), truth, rtol=1e-5, atol=1e-6)

    upstream = symbol("Upstream", f.shape, (), 90)
    values |= draw([upstream], 4)
    expected = np.tensordot(values["Upstream"], truth, f.rank)
    np.testing.assert_allclose(evaluate(onto(f, x, upstream), values), expected, rtol=1e-5, atol=1e-6)

    direction = symbol("Direction", x.shape, (), 91)
    values |= draw([direction], 5)
    expected = difference(f, x, values["Direction"], values)
    np.testing.assert_allclose(evaluate(along(f, x, direction), values), expected, rtol=1e-5, atol=1e-6)


def test_several_at_once() -> None:
    reading = read("softmax(A@x + b)", ["A[m,n], x[n], b[m]"])
    symbols = list(reading.symbols.values())
    values = draw(symbols, 3)
    for found, x in zip(jacobians(reading.root, symbols), symbols, strict=True):
        assert shape_of(found) == (3, *np.shape(values[x.name]))
        np.testing.assert_allclose(evaluate(found, values), numeric_derivative(reading.root, x, values), atol=1e-8)
