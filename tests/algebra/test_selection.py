"""Unit vectors, windows, entries, ranges and blocks, against NumPy's own indexing."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import eye, number, size, symbol
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.selection import below, joined, outside, selected, unit, window
from mcalc.errors import Problem
from tests.evaluate import evaluate

n, m = dim("n"), dim("m")
SIZES = {"n": 5, "m": 4, "k": 2}
X = symbol("X", (m, n))
VALUES = {"X": np.arange(20.0).reshape(4, 5)}


def test_arrays_that_select():
    np.testing.assert_array_equal(evaluate(unit(size(n), number(2)), {}, SIZES), np.eye(5)[2])
    np.testing.assert_array_equal(evaluate(unit(size(n), size(dim("k"))), {}, SIZES), np.eye(5)[2])
    np.testing.assert_array_equal(evaluate(window(size(n), number(1), size(n - dim(1))), {}, SIZES), np.eye(5)[:, 1:4])
    assert window(size(n), number(0), size(n)) is eye(n)
    assert OPS["onehot"](number(2), size(n)) is unit(size(n), number(2))


@pytest.mark.parametrize(
    ("places", "there"),
    [
        ([dim(1), dim(2)], np.s_[1, 2]),
        ([None, dim("k")], np.s_[:, 2]),
        ([(dim(1), dim(3)), dim(0)], np.s_[1:3, 0]),
        ([(dim(1), m), (dim(0), n - dim(1))], np.s_[1:, :-1]),
        ([m - dim(1), n - dim(2)], np.s_[-1, -2]),
    ],
)
def test_entries(places, there):
    np.testing.assert_array_equal(evaluate(selected(X, places), VALUES, SIZES), VALUES["X"][there])


def test_blocks():
    x, y = symbol("x", (m,)), symbol("y", (n,))
    values = {**VALUES, "x": np.arange(4.0), "y": np.arange(5.0) + 1}
    got = evaluate(joined([X, x, X], 1, 2), values, SIZES)
    np.testing.assert_array_equal(got, np.hstack([values["X"], values["x"][:, None], values["X"]]))
    np.testing.assert_array_equal(evaluate(joined([x, y, x], 0, 1), values, SIZES), np.r_[0:4, 1:6, 0:4])
    got = evaluate(joined([y, X], 0, 2), values, SIZES)
    np.testing.assert_array_equal(got, np.vstack([values["y"], values["X"]]))


@pytest.mark.parametrize(
    ("first", "second", "is_below"),
    [(dim(1), dim(2), True), (dim(2), dim(2), False), (dim(1), n, False), (n, n + dim(1), True), (n, m, False)],
)
def test_order_is_claimed_only_where_it_is_known(first, second, is_below):
    assert below(first, second) == is_below


@pytest.mark.parametrize(
    ("place", "length", "is_outside"),
    [(dim(3), dim(3), True), (dim(2), dim(3), False), (n, n, True), (dim(7), n, False), (dim(-1), n, True)],
)
def test_what_is_outside(place, length, is_outside):
    assert outside(place, length) == is_outside


@pytest.mark.parametrize(
    "make",
    [
        lambda: unit(number(3), number(3)),
        lambda: unit(size(n), size(n)),
        lambda: unit(size(n), symbol("x")),
        lambda: window(number(3), number(2), number(4)),
        lambda: window(number(3), number(2), number(1)),
        lambda: window(size(n), number(2), number(2)),
    ],
)
def test_what_is_not_there_is_refused(make):
    with pytest.raises(Problem) as caught:
        make()
    assert caught.value.kind == "shape"
