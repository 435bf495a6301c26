"""Any product over index labels, computed by the generated code and by np.einsum on what was asked."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcalc.algebra.dims import product
from mcalc.algebra.expr import add, contract, dim, eye, hadamard, ones, power, symbol, total
from mcalc.algebra.ops import OPS
from mcalc.calculus.derivative import derivative
from tests.evaluate import evaluate

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


@pytest.mark.parametrize("place", range(6))
def test_a_diagonal_is_never_added_to_a_view_of_something_else(compute, place):
    """The place decides which of the two transposes the algebra holds: some of these have a view in the sum."""
    A = symbol("A", (dim("n"), dim("n")), (), place)
    y = OPS["tanh"](A)
    node = OPS["inv"](y + 9 * eye(dim("n"))) @ y
    values = {"A": np.random.default_rng(0).normal(size=(4, 4))}
    np.testing.assert_allclose(compute(node, values), evaluate(node, values))


@st.composite
def arrays(draw, shape, depth):
    """A random expression of this shape: sums, products, functions and structured matrices."""

    def below(*other):
        return draw(arrays(other, depth - 1))

    leaf = symbol(f"{draw(st.sampled_from('AB'))}_{'_'.join(shape)}", tuple(map(dim, shape)), (), len(shape))
    if not depth:
        return leaf
    kinds = ["leaf", "sum", "times", "function", "power", "scale"]
    kinds += ["matvec", "rows", "ones"] if len(shape) == 1 else []
    kinds += ["matmul", "outer", "turn", "ones", "spread"] if len(shape) == 2 else []
    kinds += ["eye", "diag", "inv"] if len(shape) == 2 and shape[0] == shape[1] else []
    kinds += ["dot", "total", "trace"] if not shape else []
    kind = draw(st.sampled_from(kinds))
    other = draw(st.sampled_from("mnp"))
    if kind == "sum":
        c = st.sampled_from([1, 1, -1, -1, 2, Fraction(-1, 2)])
        terms = [(draw(c), below(*shape)) for _ in range(draw(st.integers(2, 3)))]
        return add(terms, terms[0][1].shape)
    if kind == "times":
        return hadamard(below(*shape), below(*shape))
    if kind == "function":
        return OPS[draw(st.sampled_from(["tanh", "sin"]))](below(*shape))
    if kind == "power":
        return power(1 + power(below(*shape), 2), draw(st.sampled_from([2, -1, Fraction(1, 2), Fraction(-3, 2)])))
    if kind == "scale":
        return hadamard(below(), below(*shape))
    if kind == "matvec":
        return below(shape[0], other) @ below(other)
    if kind == "rows":
        return contract([(below(other, *shape), 1, ((0,), (1,)))], ((1,),))
    if kind == "matmul":
        return below(shape[0], other) @ below(other, shape[1])
    if kind == "outer":
        return contract([(below(shape[0]), 1, ((0,),)), (below(shape[1]), 1, ((1,),))], ((0,), (1,)))
    if kind == "turn":
        return below(*reversed(shape)).T
    if kind == "ones":
        return hadamard(below(), ones(tuple(map(dim, shape))))
    if kind == "spread":
        axis = draw(st.integers(0, 1))
        return contract([(below(shape[axis]), 1, ((axis,),))], ((0,), (1,)), dict(enumerate(map(dim, shape))))
    if kind == "eye":
        return hadamard(below(), eye(dim(shape[0])))
    if kind == "diag":
        return contract([(below(shape[0]), 1, ((0,),))], ((0,), (0,)))
    if kind == "inv":
        return OPS["inv"](OPS["tanh"](below(*shape)) + 9 * eye(dim(shape[0])))
    if kind == "dot":
        return below(other) @ below(other)
    if kind == "total":
        return total(below(other, draw(st.sampled_from("mnp"))))
    if kind == "trace":
        return OPS["tr"](below(other, other))
    return leaf


SHAPES = st.sampled_from([(), ("m",), ("n",), ("m", "n"), ("n", "m"), ("n", "n")])


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(SHAPES.flatmap(lambda shape: arrays(shape, 4)))
def test_an_expression_is_worth_what_its_nodes_say(compute, node):
    values = {v.name: value_for(v) for v in node.free}
    np.testing.assert_allclose(compute(node, values | SIZES), evaluate(node, values, SIZES), rtol=1e-8, atol=1e-8)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(arrays((), 3), st.integers(1, 2))
def test_so_is_a_derivative(compute, node, order):
    for variable in sorted(node.free, key=lambda v: v.name)[:2]:
        changed = derivative(node, variable, order)
        values = {v.name: value_for(v) for v in changed.free}
        truth = evaluate(changed, values, SIZES)
        np.testing.assert_allclose(compute(changed, values | SIZES), truth, rtol=1e-7, atol=1e-7)
