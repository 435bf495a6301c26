"""The parts of a derivative, one for each place of the variable: in order, each at its place, and adding up to it."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.calculus.occurrences import occurrences
from mcalc.language.read import read
from tests.evaluate import draw, evaluate, numeric_derivative


@pytest.mark.parametrize(
    ("text", "name", "declared", "count"),
    [
        ("x.T@A@x", "x", "x[n]", 2),
        ("tr(X^3@B)", "X", "X[n,n]", 3),  # a power of the matrix is a product
        ("tr(X^2@B@X)", "X", "X[n,n]", 3),
        ("tr((X@B)^2@X)", "X", "X[n,n]", 2),  # that of a product is one thing, with X in one place
        ("tr(A^2@X@B@X)", "X", "X[n,n], A[n,n]", 2),
        ("t^2*exp(t)", "t", "t[] positive", 2),  # a number's power is a function of it
        ("t^0.5*x.T@x*t", "t", "t[] positive, x[n]", 2),
        ("sum(x.^2.*sin(x))", "x", "x[n]", 2),
        ("r = X@w; r.T@r + w.T@w", "w", "X[m,n]", 3),
    ],
)
def test_the_parts_add_up(text: str, name: str, declared: str, count: int) -> None:
    reading = read(text, [declared])
    x = reading.symbols[name]
    parts = occurrences(reading, x)
    assert [part.place for part in parts] == list(range(1, count + 1))
    assert all(text[slice(*part.span)] == name for part in parts)
    assert [part.span for part in parts] == sorted(part.span for part in parts)
    values = draw(list(reading.symbols.values()), 3)
    whole = sum(evaluate(part.expr, values) for part in parts)
    np.testing.assert_allclose(whole, numeric_derivative(reading.root, x, values), rtol=1e-6, atol=1e-6)


def test_one_place_has_no_parts() -> None:
    reading = read("a.T@x")
    assert occurrences(reading, reading.symbols["x"]) == []
