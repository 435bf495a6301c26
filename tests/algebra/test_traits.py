"""What is known of signs, spread scalars and matrix properties: every claim is tried at numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Expr, broadcast, eye, hadamard, number, ones, power, size, symbol, total, zero
from mcalc.algebra.ops import OPS
from mcalc.algebra.traits import NONNEGATIVE, POSITIVE, UNKNOWN, definite, holds, nonnegative, positive, sign, uniform
from tests.evaluate import Array, draw, evaluate

n = dim("n")
x = symbol("x", (n,))
y = symbol("y", (n,), place=1)
p = symbol("p", (n,), ("positive",), 2)
t = symbol("t", (), place=3)
VARIABLES = [x, y, p, t]
UNARY = [
    OPS[name]
    for name in ("exp", "tanh", "relu", "abs", "sigmoid", "sinh", "cos", "softplus", "sign", "expm1", "softmax")
]


def at(node: Expr, seed: int = 0) -> Array:
    return evaluate(node, draw(VARIABLES, seed))


LEAVES = st.sampled_from([x, y, p, p * p, broadcast(t, (n,)), ones((n,)), zero((n,))])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda e: st.one_of(
        st.builds(lambda a, b: a + b, e, e),
        st.builds(lambda a, b: a - b, e, e),
        st.builds(hadamard, e, e),
        st.builds(lambda a: power(a, 2), e),
        st.builds(lambda a: 3 * a, e),
        st.builds(lambda op, a: op(a), st.sampled_from(UNARY), e),
        st.builds(lambda a, b: total(a) * b, e, e),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_signs_that_are_claimed_hold(node: Expr):
    known = sign(node)
    for seed in range(3):
        value = at(node, seed)
        assert known == UNKNOWN or np.all(value >= -1e-12)
        assert known != POSITIVE or np.all(value > 0)


@pytest.mark.parametrize(
    ("node", "known"),
    [
        (x, UNKNOWN),
        (p, POSITIVE),
        (-p, UNKNOWN),
        (x * x, NONNEGATIVE),
        (power(x, -2), NONNEGATIVE),
        (power(x, 3), UNKNOWN),
        (power(x, Fraction(1, 2)), NONNEGATIVE),
        (power(p, -1), POSITIVE),
        (x @ x, NONNEGATIVE),
        (x @ y, UNKNOWN),
        (number(1) + x @ x, POSITIVE),
        (OPS["diag"](p), NONNEGATIVE),
        (OPS["tanh"](p), NONNEGATIVE),
        (OPS["tanh"](x), UNKNOWN),
        (OPS["softplus"](x), POSITIVE),
        (size(n), POSITIVE),
        (zero((n,)), NONNEGATIVE),
        (number(Fraction(-1, 2)), UNKNOWN),
    ],
    ids=repr,
)
def test_signs(node: Expr, known: int):
    assert sign(node) == known
    assert nonnegative(node) == (known >= NONNEGATIVE)
    assert positive(node) == (known == POSITIVE)


def test_deep_sharing_is_looked_at_once():
    node: Expr = p
    for _ in range(200):
        node = node + OPS["tanh"](node)
    assert positive(node)


@pytest.mark.parametrize(
    ("node", "scalar"),
    [
        (t, t),
        (broadcast(t, (n,)), t),
        (broadcast(t, (n, n)), t),
        (3 * broadcast(t, (n,)), 3 * t),
        (broadcast(t, (n,)) - ones((n,)), t - 1),
        (ones((n,)), number(1)),
        (broadcast(x @ y, (n,)), x @ y),
        (x, None),
        (eye(n), None),
        (x + 1, None),
        (OPS["outer"](x, ones((n,))), None),
    ],
    ids=repr,
)
def test_spread_scalars(node: Expr, scalar: Expr | None):
    assert uniform(node) is scalar


MATRICES = {
    prop: symbol("M", (n, n), (prop,)) for prop in ("symmetric", "skew", "diagonal", "orthogonal", "psd", "lower")
}
PLAIN = symbol("M", (n, n))


@pytest.mark.parametrize("prop", MATRICES)
def test_matrix_properties(prop: str):
    matrix, other = MATRICES[prop], symbol("N", (n, n), (prop,), 1)
    assert holds(prop, matrix)
    assert not holds(prop, PLAIN)
    assert holds(prop, matrix.T) == (prop != "lower")
    assert holds(prop, matrix + 2 * other) == (prop != "orthogonal")
    assert not holds(prop, matrix + PLAIN)
    assert holds("psd", -MATRICES["psd"]) is False
    assert holds(prop, OPS["inv"](matrix))
    assert holds(prop, eye(n)) == (prop != "skew")
    assert holds(prop, OPS["diag"](x)) == (prop in ("symmetric", "diagonal", "lower"))
    assert holds(prop, matrix @ other) is False


def test_what_is_symmetric_by_its_form():
    assert holds("symmetric", PLAIN @ PLAIN.T)
    assert holds("symmetric", PLAIN + PLAIN.T)
    assert holds("symmetric", OPS["expm"](PLAIN + PLAIN.T))
    assert holds("lower", OPS["cholesky"](MATRICES["psd"]))


@pytest.mark.parametrize(
    ("text", "var", "known"),
    [
        ("X.T@X", "X[m,n]", True),
        ("X@X.T", "X[m,n]", True),
        ("x@x.T + S", "S[n,n] psd", True),
        ("A@A", "A[n,n]", False),
        ("A@A", "A[n,n] skew", False),
        ("A@A", "A[n,n] symmetric", True),
        ("X.T@diag(d)@X + l*eye(n)", "X[m,n], d[m] positive, l[] positive", True),
        ("X.T@diag(d)@X", "X[m,n], d[m]", False),
        ("X.T@X + l*eye(n)", "X[m,n]", False),
        ("diag(d) + 2*S", "S[n,n] psd, d[n] positive", True),
        ("S - X.T@X", "S[n,n] psd, X[m,n]", False),
        ("S@T", "S[n,n] psd, T[n,n] psd", False),
        ("inv(S)*t^2", "S[n,n] psd, t[]", True),
        ("diag(S)@ones(n).T", "S[n,n] psd", False),
    ],
)
def test_a_matrix_that_is_said_to_be_definite_has_no_negative_eigenvalue(text, var, known):
    from mcalc.language.read import read

    node = read(text, (var,)).root
    assert definite(node) is known
    if known:
        for seed in range(3):
            found = evaluate(node, draw(list(node.free), seed))
            np.testing.assert_allclose(found, found.T, atol=1e-12)
            assert np.min(np.linalg.eigvalsh(found)) > -1e-9
