"""Code that neither overflows nor loses digits, and uses what is known: signs, positive matrices, common factors."""

from __future__ import annotations

import re

import mpmath
import numpy as np
import pytest
import scipy.linalg

from mcalc.algebra.expr import Sum, add, contract, dim, symbol
from mcalc.algebra.ops import OPS
from mcalc.targets.code.array import Codes, nonnegative
from mcalc.targets.code.stable import steadied
from tests import needed
from tests.targets.code.test_module import RNG, code, module

EXTREME = np.array([-800.0, -50.0, -1e-9, 0.3, 40.0, 900.0])


def library(form):
    found = needed.library(form)
    if form == "jax":
        found.config.update("jax_enable_x64", True)


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("log(1 + exp(x))", lambda x: mpmath.log1p(mpmath.exp(x))),
        ("log(exp(-x) + 1)", lambda x: mpmath.log1p(mpmath.exp(-x))),
        ("log(sigmoid(x))", lambda x: mpmath.log(sigmoid(x))),
        ("1 - sigmoid(x)", lambda x: sigmoid(-x)),
        ("sigmoid(x).*sigmoid(-x)", lambda x: sigmoid(x) * sigmoid(-x)),
        ("softplus(x) + sigmoid(x)", lambda x: mpmath.log1p(mpmath.exp(x)) + sigmoid(x)),
        ("softplus(x).*sigmoid(-x)", lambda x: mpmath.log1p(mpmath.exp(x)) * sigmoid(-x)),
        ("sigmoid(x) + sigmoid(2*x) - sigmoid(-x)", lambda x: sigmoid(x) + sigmoid(2 * x) - sigmoid(-x)),
        ("exp(x/900) - 1", lambda x: mpmath.expm1(mpmath.mpf(x) / 900)),
        ("log(1 + x.^2*1e-20)", lambda x: mpmath.log1p(mpmath.mpf(x) ** 2 / mpmath.mpf(10) ** 20)),
    ],
)
def test_every_entry_is_right_to_the_last_digits(text, exact):
    scope = module("numpy", f"f = {text}; f", "x", "x[n]")
    with mpmath.workdps(800), np.errstate(all="raise", under="ignore"):
        expected = [exact(mpmath.mpf(float(x))) for x in EXTREME]
        slopes = [mpmath.diff(exact, mpmath.mpf(float(x))) for x in EXTREME]
        np.testing.assert_allclose(scope["value"](x=EXTREME), np.array(expected, float), rtol=1e-13)
        value, derivative = scope["value_and_derivative"](x=EXTREME)
        np.testing.assert_allclose(value, np.array(expected, float), rtol=1e-13)
        np.testing.assert_allclose(np.diag(derivative), np.array(slopes, float), rtol=1e-10, atol=1e-16)


@pytest.mark.parametrize("text", ["log(sum(exp(x)))", "exp(x)/sum(exp(x))", "logsumexp(x)", "softmax(x)"])
@pytest.mark.parametrize("order", [1, 2])
def test_sums_of_exponentials_do_not_overflow(text, order):
    scope = module("numpy", text, "x", order=order)
    with np.errstate(all="raise", under="ignore"):
        shifted = [scope[name](x=np.array([1.0, 2.0, 3.0]) + 1000) for name in ("value", "derivative")]
    plain = [scope[name](x=np.array([1.0, 2.0, 3.0])) for name in ("value", "derivative")]
    np.testing.assert_allclose(shifted[1], plain[1], rtol=1e-12)
    np.testing.assert_allclose(shifted[0] - plain[0], 1000 if "log" in text else 0, atol=1e-9)


# ---------------------------------------------------------------- determinants


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("log(det(X))", lambda s, size: np.log(s) + size),
        ("log(3*det(X)^2)", lambda s, size: np.log(3) + 2 * size),
        ("log(-2*det(X))", lambda s, size: np.log(-2 * s) + size),
        ("log(1/det(X))", lambda s, size: np.log(s) - size),
        ("log(abs(det(X)))", lambda s, size: size),
        ("log(abs(c*det(X)))", lambda s, size: np.log(2) + size),
        ("log(sqrt(det(X)))", lambda s, size: np.log(s) / 2 + size / 2),
        ("log(det(X)*det(2*X))", lambda s, size: 2 * size + 400 * np.log(2)),
        ("log(exp(-1000*c)*abs(det(X)))", lambda s, size: 2000 + size),
        ("d = det(X); log(d)", lambda s, size: np.log(s) + size),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_logarithm_of_a_determinant_that_overflows(text, exact, sign):
    X = 100 * np.eye(400) + RNG.normal(size=(400, 400))
    X[0] *= sign
    scope = module("numpy", text, "X", "c[]")
    with np.errstate(invalid="ignore"):
        found = scope["value"](X=X, c=-2.0)
        expected = exact(sign, np.linalg.slogdet(X)[1])
    np.testing.assert_allclose(found, expected, rtol=1e-12)  # nan is the logarithm of what is negative


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_a_determinant_has_its_sign_in_every_library(form):
    library(form)
    scope = module(form, "log(c*det(X))", "X", "c[]")
    X = np.diag([1e200, 1e200, -1e200])
    for name in ("value", "value_and_derivative"):
        found = scope[name](X=X, c=-2.0)
        np.testing.assert_allclose(found if name == "value" else found[0], np.log(2) + 600 * np.log(10), rtol=1e-6)


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_positive_matrices_are_factored_once(form):
    library(form)
    text = "logdet(X.T@X + S) + y.T@X@inv(X.T@X + S)@X.T@y"
    what = (text, "y", "X[m,n], S[n,n] psd")
    made = code(form, *what)
    for name in ("value", "derivative", "value_and_derivative"):
        body = made[made.index(f"def {name}(") :].partition("return")[0]
        assert (
            len(re.findall(r"cho_factor|linalg\.cholesky", made[made.index(f"def {name}(") :].partition("\n\n")[0]))
            == 1
        )
        assert "slogdet" not in body and "solve(" not in body.replace("cho_solve(", "").replace("cholesky_solve(", "")
    scope = {"__name__": "generated"}
    exec(made, scope)
    X, y = RNG.normal(size=(6, 4)), RNG.normal(size=6)
    M = X.T @ X + np.diag([1.0, 2, 3, 4])
    value, slope = scope["value_and_derivative"](X=X, y=y, S=np.diag([1.0, 2, 3, 4]))
    b = X @ np.linalg.inv(M) @ X.T @ y
    np.testing.assert_allclose(value, np.log(np.linalg.det(M)) + y @ b, rtol=1e-10)
    np.testing.assert_allclose(slope, 2 * b, rtol=1e-10)


# ---------------------------------------------------------------- Gram matrices


@pytest.mark.parametrize("columns", [5, 300])
def test_a_weighted_gram_matrix_is_computed_by_half(columns):
    text = code("numpy", "sum(softplus(X@w))", "w", order=2)
    assert "gram(X, " in text
    scope = {"__name__": "generated"}
    exec(text, scope)
    X, w = RNG.normal(size=(40, columns)), RNG.normal(size=columns)
    p = 1 / (1 + np.exp(-X @ w))
    found = scope["derivative"](X=X, w=w)
    np.testing.assert_allclose(found, X.T @ ((p * (1 - p))[:, None] * X), rtol=1e-9, atol=1e-12)


def test_it_is_seen_on_either_side_of_the_product():
    for size, found in ([], "gram(X, "), (["m=40", "n=300"], "gram(X, "), (["m=40", "n=5"], "X.T @ (("):
        assert found in code("numpy", "sum(softplus(-y.*(X@w)))", "w", order=2, size=size)


def test_weights_on_the_rows_of_a_symmetric_matrix_are_none_of_its_square():
    text = code("numpy", "c*diag(exp(d))@A@A", "c", "A[n,n] symmetric")
    scope = {"__name__": "generated"}
    exec(text, scope)
    A, d = RNG.normal(size=(4, 4)), RNG.normal(size=4)
    np.testing.assert_allclose(scope["derivative"](A=A + A.T, d=d, c=2.0), np.diag(np.exp(d)) @ (A + A.T) @ (A + A.T))


def test_weights_of_any_sign_are_not():
    text = code("numpy", "sum(sin(X@w))", "w", order=2)
    assert "gram" not in text
    X, w = RNG.normal(size=(6, 4)), RNG.normal(size=4)
    scope = {"__name__": "generated"}
    exec(text, scope)
    np.testing.assert_allclose(scope["derivative"](X=X, w=w), -X.T @ (np.sin(X @ w)[:, None] * X))


def test_signs_of_codes():
    codes = Codes()
    x = codes.variable(symbol("x", (dim("n"),)))
    square, one = codes.power(x, 2), codes.number(1)
    assert nonnegative(square)
    assert nonnegative(codes.mul(1, [(square, 1), (codes.add([(square, 1), (one, 1)]), -1)]))
    assert not nonnegative(codes.add([(square, 1), (one, -1)]))
    assert not nonnegative(codes.mul(-1, [(square, 1)]))
    assert not nonnegative(x)


# ---------------------------------------------------------------- positive matrices


@pytest.mark.parametrize(
    ("text", "wrt", "order"),
    [
        ("logdet(S) + x.T@inv(S)@x", "S", 1),
        ("logdet(S) + x.T@inv(S)@x", "x", 2),
        ("x.T@inv(S)@x", "S", 2),
        ("inv(S)@B", "B", 1),
        ("tr(inv(S)@B)", "B", 1),
    ],
)
def test_a_positive_matrix_has_one_factor(text, wrt, order):
    how = (text, wrt, "S[n,n] psd", "B[n,n]")
    made = code("numpy", *how, order=order)
    both = made[made.index("def value_and_derivative") :].partition("\n\n\n")[0]
    assert both.count("cho_factor") == 1
    assert "np.linalg.inv" not in both
    M, x, B = RNG.normal(size=(4, 4)), RNG.normal(size=4), RNG.normal(size=(4, 4))
    given = {"S": M @ M.T + np.eye(4), "x": x, "B": B}
    scope = {"__name__": "generated"}
    exec(made, scope)
    plain = module("numpy", text, wrt, "S[n,n] symmetric", "B[n,n]", order=order)
    for name in ("value", "derivative"):
        np.testing.assert_allclose(scope[name](**given), plain[name](**given), rtol=1e-9, atol=1e-12)
    small = {name: array.astype(np.float32) for name, array in given.items()}
    assert scope["derivative"](**small).dtype == np.float32
    with pytest.raises(scipy.linalg.LinAlgError):
        scope["value"](**{**given, "S": -np.eye(4)})


# ---------------------------------------------------------------- common factors


def test_what_all_terms_share_is_multiplied_last():
    m, n, p = map(dim, "mnp")
    x, A, B = symbol("x", (m,), (), 0), symbol("A", (m, n), (), 1), symbol("B", (m, n), (), 2)
    y = symbol("y", (p,), (), 3)
    one = contract([(x, 1, ((0,),)), (y, 1, ((1,),)), (A, 1, ((0,), (2,)))], ((0,), (1,), (2,)))
    two = contract([(x, 1, ((0,),)), (y, 1, ((1,),)), (B, 1, ((0,), (2,)))], ((0,), (1,), (2,)))
    from mcalc.targets.code.factor import hoisted
    from tests.evaluate import draw, evaluate

    node = one - 3 * two
    made = hoisted([node])[node]
    assert "A" in repr(made)
    assert made is not node
    assert all(inner.rank < 3 for inner, _, _ in made.factors)
    values = draw([x, y, A, B], 1)
    np.testing.assert_allclose(evaluate(made, values), evaluate(node, values))


def test_a_sum_of_deviations_is_nothing():
    text = code("numpy", "c = x - mean(x); c/sqrt(c.T@c/n + 0.001)", "x", "x[n]")
    derivative = text[text.index("def derivative") : text.index("def value_and")]
    assert derivative.count(".sum(") == 1


@pytest.mark.parametrize("act", ["relu", "tanh"])
def test_the_hessian_of_a_net_has_small_factors(act):
    """Per sample a matrix, and not an array of four axes: the code multiplies the inputs last."""
    net = f"S = {act}({act}(X@A)@B)@C; sum(logsumexp(S, axis=1)) - sum(S.*Y)"
    scope = module("numpy", net, "A", "X[b,n], Y[b,k], A[n,m], B[m,p], C[p,k]", order=2)
    assert scope["self_check"]() == 0


# ---------------------------------------------------------------- extremes


EXTREMES = [
    ("maximum(x, y)", np.maximum),
    ("minimum(x, y)", np.minimum),
    ("3*maximum(-x, -y)", lambda x, y: -3 * np.minimum(x, y)),
    ("minimum(x, y)/2 - 1", lambda x, y: np.minimum(x, y) / 2 - 1),
    ("maximum(x, -1/3)", lambda x, y: np.maximum(x, -1 / 3)),
    ("minimum(3, x)", lambda x, y: np.minimum(x, 3)),
    ("minimum(maximum(x, -1), 1)", lambda x, y: np.clip(x, -1, 1)),
    ("maximum(maximum(x, y), y)", np.maximum),
    ("maximum(x, c*ones(n)) + minimum(y, c*ones(n))", lambda x, y: np.maximum(x, 2) + np.minimum(y, 2)),
    ("greater_equal(maximum(maximum(x, y), y), x)", lambda x, y: np.ones(len(x))),
    ("relu(x) - x", lambda x, y: np.maximum(-x, 0)),
]
BESIDE = np.array([[0.1, 3.0, -2.5, 0.1, 1e-20], [-1e300, 1e17, -np.inf, 0.7, 0.3]])


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
@pytest.mark.parametrize(("text", "exact"), EXTREMES, ids=[text for text, _ in EXTREMES])
def test_the_greater_one_is_not_lost_beside_a_large_one(text, exact, form):
    library(form)
    value = module(form, text, "x", "x[n]", "y[n]", "c[]")["value"](x=BESIDE[0], y=BESIDE[1], c=2.0)
    np.testing.assert_allclose(np.asarray(value), exact(*BESIDE), rtol=1e-15)


def test_of_matrices_that_stand_transposed_too():
    X, Y = RNG.normal(size=(2, 3, 4)) * 1e8
    for text, exact in (("maximum(X, Y.T)", np.maximum(X, Y)), ("minimum(X.T, Y).T", np.minimum(X, Y))):
        value = module("numpy", text, "X", "X[m,n]", "Y[n,m]")["value"](X=X, Y=Y.T)
        np.testing.assert_array_equal(value, exact)


def test_any_number_of_them_may_stand_in_one_sum():
    t, c = symbol("t"), symbol("c", place=1)
    whole = steadied(add([(1, OPS["maximum"](k * t, c)) for k in range(2, 2000)], ()))
    assert isinstance(whole, Sum) and {node.op.name for _, node in whole.terms} == {"greater_of"}
