"""Sizes: interned polynomials, which compare by identity."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcalc.algebra.dims import Dim, dim, product, show_shape

SIZES = {"m": 3, "n": 4, "k": 5}
ATOMS = st.sampled_from([dim("m"), dim("n"), dim("k"), dim(1), dim(2), dim(0)])
DIMS = st.recursive(
    ATOMS, lambda d: st.builds(lambda a, b, times: a * b if times else a + b, d, d, st.booleans()), max_leaves=6
)


@given(DIMS, DIMS, DIMS)
def test_sizes_are_a_commutative_ring_by_identity(a: Dim, b: Dim, c: Dim):
    assert a * b is b * a
    assert a + b is b + a
    assert (a * b) * c is a * (b * c)
    assert (a + b) + c is a + (b + c)
    assert a * (b + c) is a * b + a * c
    assert a * dim(1) is a
    assert a + dim(0) is a


@given(DIMS, DIMS)
def test_a_size_in_numbers(a: Dim, b: Dim):
    assert (a * b).at(SIZES) == a.at(SIZES) * b.at(SIZES)
    assert (a + b).at(SIZES) == a.at(SIZES) + b.at(SIZES)
    if a.number is not None:
        assert a.number == a.at({})
        assert not a.names


@given(DIMS, DIMS)
def test_different_sizes_are_different_objects(a: Dim, b: Dim):
    points = [{"m": 3, "n": 40, "k": 500}, {"m": 7, "n": 11, "k": 13}, {"m": 101, "n": 2, "k": 9}]
    if any(a.at(p) != b.at(p) for p in points):
        assert a is not b
    assert (a is b) == (a.terms == b.terms)


@pytest.mark.parametrize(
    ("size", "text", "names", "number"),
    [
        (dim("n"), "n", {"n"}, None),
        (dim(3), "3", set(), 3),
        (dim("n") * dim("m"), "m*n", {"m", "n"}, None),
        (dim("n") * dim(2) + dim(1), "1 + 2*n", {"n"}, None),
        (dim("n") * dim("n"), "n*n", {"n"}, None),
        (dim(0), "0", set(), 0),
    ],
)
def test_facts(size: Dim, text: str, names: set[str], number: int | None):
    assert str(size) == text
    assert size.names == names
    assert size.number == number


def test_shapes_in_words():
    assert show_shape(()) == "scalar"
    assert show_shape((dim("n"),)) == "n"
    assert show_shape((dim("m"), dim("m") * dim("n"))) == "m x m*n"
    assert show_shape((dim("n") + dim(1), dim(3))) == "(1 + n) x 3"
    assert product([]) is dim(1)
    assert product([dim("m"), dim("n")]) is dim("n") * dim("m")
    assert dim(dim("n")) is dim("n")


def test_the_order_of_sizes_does_not_depend_on_the_run():
    code = "from mcalc.algebra.dims import dim; print(*(dim(s).h for s in ('m', 'n', 3)), (dim('m') * dim('n')).h)"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert runs.pop().strip()
