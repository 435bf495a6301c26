"""Any product over index labels, computed by the generated code and by np.einsum on what was asked."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcalc.algebra.dims import product
from mcalc.algebra.expr import add, contract, dim, symbol

SIZES = {"m": 3, "n": 4, "p": 5}
EXPONENTS = [1, 1, 1, 1, 2, 3, -1, -2, 5, Fraction(1, 2), Fraction(-3, 2), Fraction(1, 3)]


@st.composite
def products(draw):
    """Factors over labels, the groups of the result, and the dimension of each label."""
    dims = draw(st.lists(st.sampled_from("mnp"), min_size=1, max_size=5))
    labels = st.integers(0, len(dims) - 1)
    group = st.lists(labels, min_size=1, max_size=1).map(tuple) | st.lists(labels, min_size=1, max_size=2).map(tuple)
    plain = st.lists(labels, min_size=1, max_size=1).map(tuple)
    axes = st.lists(draw(st.sampled_from([plain, plain, group])), max_size=3).map(tuple)
    factors = draw(st.lists(st.tuples(axes, st.sampled_from(EXPONENTS), st.sampled_from("AB")), max_size=5))
    return factors, draw(axes), dims


def symbol_for(axes, dims, name):
    shape = tuple(product([dim(dims[x]) for x in group]) for group in axes)
    return symbol(f"{name}_{'_'.join('x'.join(dims[x] for x in g) or '1' for g in axes)}", shape, (), len(axes))


def value_for(node):
    rng = np.random.default_rng(sum(map(ord, node.name)))
    return rng.uniform(0.5, 1.5, [d.at(SIZES) for d in node.shape])


def expected(factors, out, dims):
    """The product as stated: one einsum over single labels, written entry by entry where labels repeat."""
    operands = []
    for base, exponent, axes in factors:
        flat = [x for group in axes for x in group]
        operands += [value_for(base).reshape([SIZES[dims[x]] for x in flat]) ** float(exponent), flat]
    for x, d in enumerate(dims):
        operands += [np.ones(SIZES[d]), [x]]
    flat = [x for group in out for x in group]
    once = list(dict.fromkeys(flat))
    inner = np.einsum(*operands, once)
    result = np.zeros([SIZES[dims[x]] for x in flat])
    index = np.indices(inner.shape)
    result[tuple(index[once.index(x)] for x in flat)] = inner
    return result.reshape([prod(SIZES[dims[x]] for x in group) for group in out])


def built(factors, dims):
    return [(symbol_for(axes, dims, name), exponent, axes) for axes, exponent, name in factors]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(products())
def test_a_product_is_what_einsum_says(compute, stated):
    factors, out, dims = stated
    factors = built(factors, dims)
    sizes = {x: dim(d) for x, d in enumerate(dims)}
    node = contract(factors, out, sizes)
    values = {base.name: value_for(base) for base, _, _ in factors} | SIZES
    np.testing.assert_allclose(compute(node, values), expected(factors, out, dims), rtol=1e-9)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(products(), min_size=2, max_size=4), st.lists(st.sampled_from([1, -1, 2, Fraction(-1, 3)]), min_size=4))
def test_a_sum_stretches_and_takes_diagonals(compute, stated, coefficients):
    _, out, dims = stated[0]
    sizes = {x: dim(d) for x, d in enumerate(dims)}
    usable = [s for s in stated if s[2][: len(dims)] == dims[: len(s[2])]] + stated[:1]
    terms, values, truth = [], dict(SIZES), 0
    for c, (factors, _, own) in zip(coefficients, usable, strict=False):
        factors = [f for f in built(factors, own) if all(x < len(dims) for g in f[2] for x in g)]
        terms.append((c, contract(factors, out, sizes)))
        truth = truth + float(c) * expected(factors, out, dims)
        values |= {base.name: value_for(base) for base, _, _ in factors}
    node = add(terms, terms[0][1].shape)
    np.testing.assert_allclose(compute(node, values), truth, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("order", ["ii", "iij", "ijij", "iijj", "ijji"])
def test_a_diagonal_is_added_to_a_sum(compute, order):
    groups = tuple((ord(c) - ord("i"),) for c in order)
    sizes = {x: dim("mn"[x]) for group in groups for x in group}
    dense = symbol("D", tuple(sizes[g[0]] for g in groups), (), 1)
    thin = symbol("d", tuple(sizes[x] for x in sorted(sizes)), (), 2)
    node = dense - contract([(thin, 1, tuple((k,) for k in range(thin.rank)))], groups, sizes)
    rng = np.random.default_rng(1)
    values = {s.name: rng.normal(size=[d.at(SIZES) for d in s.shape]) for s in (dense, thin)}
    before = values["D"].copy()
    truth = before.copy()
    np.einsum(f"{order}->{''.join(dict.fromkeys(order))}", truth)[...] -= values["d"]
    np.testing.assert_allclose(compute(node, values), truth)
    np.testing.assert_array_equal(values["D"], before)
