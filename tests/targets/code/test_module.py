"""What surrounds the formulas: shapes that are checked, a check that runs, several variables, samples, SciPy's form."""

from __future__ import annotations

import inspect
import re
import sys

import numpy as np
import pytest
import scipy.optimize

from mcalc.answer import answer_to
from mcalc.errors import Problem
from mcalc.request import Manner, Request
from mcalc.targets.code.path import _exhaustive, _steady, path
from tests import needed

LOGREG = "sum(log(exp(-y.*(X@w)) + 1))"
RNG = np.random.default_rng(0)


def code(form, text, wrt, *var, order=1, product=("", ""), convention="unstructured", fun=(), then=(), **manner):
    names = [wrt] if isinstance(wrt, str) else wrt
    request = Request(text=text, wrt=names, var=var, order=order, convention=convention, fun=fun, then=then)
    if product[0]:
        setattr(request, *product)
    return answer_to(request, Manner(**manner)).code(form)


def module(*what, **how):
    scope = {"__name__": "generated"}
    exec(code(*what, **how), scope)
    return scope


# ---------------------------------------------------------------- shapes and types


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_shapes_are_checked_and_named(form):
    if form != "numpy":
        needed.library(form)
    derivative = module(form, LOGREG, "w", "X[m,n]")["derivative"]
    y, X, w = np.ones(5), np.ones((5, 4)), np.ones(4)
    for _ in range(2):
        assert tuple(derivative(y=y, X=X, w=w).shape) == (4,)
        with pytest.raises(ValueError, match=re.escape("w has shape (3,), not (n,); known sizes: m = 5, n = 4")):
            derivative(y=y, X=X, w=np.ones(3))
        with pytest.raises(ValueError, match=re.escape("X has shape (5,), not (m, n)")):
            derivative(y=y, X=y, w=w)
        with pytest.raises(ValueError, match=re.escape("w has shape (4, 1), not (n,)")):
            derivative(y=y, X=X, w=w[:, None])
        with pytest.raises(TypeError, match=r"real numbers, and not .*complex"):
            derivative(y=y, X=X, w=w + 1j)


def test_a_declared_number_is_a_size_too():
    value = module("numpy", "x.T@x", "x", "x[3]")["value"]
    assert value(x=[1, 2, 3]) == 14
    with pytest.raises(ValueError, match=re.escape("x has shape (2,), not (3,)")):
        value(x=[1, 2])


# ---------------------------------------------------------------- several variables, samples, compressed


def test_several_derivatives_share_what_they_compute():
    text = code("numpy", "r = tanh(A@x); r.T@r", ["A", "x"])
    both = text[text.index("def value_and_derivative") :]
    assert both.count("np.tanh") == 2  # one of them in the check
    scope = {"__name__": "generated"}
    exec(text, scope)
    given = {"A": RNG.normal(size=(3, 4)), "x": RNG.normal(size=4)}
    value, (dA, dx) = scope["value_and_derivative"](**given)
    np.testing.assert_allclose(value, scope["value"](**given))
    for found, alone, wrt in zip((dA, dx), scope["derivative"](**given), "Ax", strict=True):
        np.testing.assert_allclose(found, alone)
        np.testing.assert_allclose(found, module("numpy", "r = tanh(A@x); r.T@r", wrt)["derivative"](**given))


def test_samples_are_taken_at_once():
    one = module("numpy", "sum(tanh(A@x))^2", "x", order=2)
    many = module("numpy", "sum(tanh(A@x))^2", "x", order=2, batch=["x:rows"])
    A, x = RNG.normal(size=(3, 4)), RNG.normal(size=(6, 4))
    for name in ("value", "derivative"):
        expected = [one[name](A=A, x=row) for row in x]
        np.testing.assert_allclose(many[name](A=A, x=x), expected)
    columns = module("numpy", "sum(tanh(A@x))^2", "x", order=2, batch=["x:columns"])
    np.testing.assert_allclose(columns["derivative"](A=A, x=x.T), many["derivative"](A=A, x=x))


def test_a_compressed_hessian_makes_the_full_one():
    what = ("numpy", "R = W.*(T - U@V.T); sum(R.*R)", "U")
    text = code(*what, order=2, compressed=True)
    assert "Full[i, j, i, k] = compressed[i, j, k], and 0 elsewhere." in text
    scope = {"__name__": "generated"}
    exec(text, scope)
    sizes = {"W": (3, 4), "T": (3, 4), "U": (3, 2), "V": (4, 2)}
    given = {name: RNG.normal(size=shape) for name, shape in sizes.items()}
    found = scope["derivative"](**given)
    assert found.shape == (3, 2, 2)
    full = module(*what, order=2)["derivative"](**given)
    np.testing.assert_allclose(np.einsum("ijik->ijk", full), found)
    assert np.count_nonzero(full) == found.size


def test_what_is_the_same_for_all_samples_is_there_once():
    what = ("numpy", "sum(U.^3) + norm(t - U@v)^2 + sum(U)^2", "U")
    found = module(*what, order=2, compressed=True, batch=["v"])["derivative"]
    U, v, t = RNG.normal(size=(3, 2)), RNG.normal(size=(5, 2)), RNG.normal(size=3)
    parts = found(U=U, v=v, t=t)
    assert sorted(part.shape for part in parts) == [(), (3, 2), (5, 2, 2)]
    whole = module(*what, order=2)["derivative"]
    expected = np.stack([whole(U=U, v=row, t=t) for row in v])
    by_rank = {part.ndim: part for part in parts}
    made = by_rank[0] + np.einsum("bjk,ia->bijak", by_rank[3], np.eye(3))
    made = made + np.einsum("ij,ia,jb->ijab", by_rank[2], np.eye(3), np.eye(2))
    np.testing.assert_allclose(made, expected, rtol=1e-12)


def test_unlike_diagonals_are_compressed_apart():
    what = ("numpy", "sum(U.^3) + norm(T - U@V.T)^2", ["U", "V"])
    text = code(*what, order=2, compressed=True)
    by_U = "full[i, j, i, j] = compressed[0][i, j], full[i, j, i, k] += compressed[1][j, k], and 0 elsewhere"
    assert f"#   compressed: by U {by_U}" in text
    scope = {"__name__": "generated"}
    exec(text, scope)
    U, V, T = RNG.normal(size=(3, 2)), RNG.normal(size=(4, 2)), RNG.normal(size=(3, 4))
    (own, shared), by_V = scope["derivative"](U=U, V=V, T=T)
    full, full_V = module(*what, order=2)["derivative"](U=U, V=V, T=T)
    made = np.einsum("ij,ia,jb->ijab", own, np.eye(3), np.eye(2)) + np.einsum("jk,ia->ijak", shared, np.eye(3))
    np.testing.assert_allclose(made, full, rtol=1e-12)
    np.testing.assert_allclose(np.einsum("jk,ia->ijak", by_V, np.eye(4)), full_V, rtol=1e-12)
    request = Request(text=what[1], wrt=what[2], order=2)
    reply = answer_to(request, Manner(compressed=True)).reply(["numpy"])["derivatives"][0]
    assert reply["shape"] == ["m", "n", "m", "n"]
    assert reply["compressed"] == [
        {"full": "ijij", "axes": "ij", "shape": ["m", "n"]},
        {"full": "ijik", "axes": "jk", "shape": ["n", "n"]},
    ]


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_a_result_without_variables_has_their_type(form):
    library = needed.library(form)
    if form == "jax":
        library.config.update("jax_enable_x64", True)
    for text, wrt, order, var in [("2*s", "s", 1, "s[]"), ("3*x", "x", 1, "x[n]"), ("sum(x.^3)", "x[1]", 1, "x[n]"),
                                  ("s^2", "s", 2, "s[]"), ("max(x)", "x", 1, "x[n]")]:  # fmt: skip
        scope = module(form, text, wrt, var, order=order)
        ones = np.ones(() if "[]" in var else (3,), np.float32)
        given = {name: library.as_tensor(ones) if form == "torch" else ones for name in scope["SHAPES"]}
        for name in ("value", "derivative"):
            assert str(scope[name](**given).dtype).removeprefix("torch.") == "float32", (text, name)


@pytest.mark.parametrize(
    ("what", "how"),
    [
        (("numpy", "x.T@A@x", "x"), {"order": 2, "compressed": True}),
        (("numpy", "x.T@x + logsumexp(x)", "x"), {"order": 2, "compressed": True}),
        (("numpy", "sum(x)", "x"), {"order": 2, "compressed": True}),
        (("numpy", "softmax(x)", "x"), {"compressed": True}),
        (("numpy", "x.T@x", "x"), {"batch": ["x:sideways"]}),
        (("numpy", "x.T@x", "x"), {"batch": ["z"]}),
        (("numpy", "x.T@x", "x"), {"size": ["n"]}),
        (("numpy", "tr(S)", "S", "S[n,n] symmetric"), {"batch": ["S"]}),
        (("scipy", "A@x", "x"), {}),
        (("scipy", "tr(Q@A)", "Q", "Q[n,n] orthogonal"), {}),
        (("scipy", "norm(K - A)^2", "K", "K[n,n] skew lower"), {}),
    ],
)
def test_what_makes_no_sense_is_refused(what, how):
    with pytest.raises(Problem):
        code(*what, **how)


# ---------------------------------------------------------------- SciPy


def test_scipy_minimises_with_it():
    scope = module("scipy", "sum(softplus(X@w + c - y)) + lambda*(w.T@w + c^2)", ["w", "c"], "c[]", "X[m,n]")
    data = {"X": RNG.normal(size=(30, 4)), "y": RNG.normal(size=30), "lambda_": 0.5}
    fun, jac, hess, hessp = (scope[name] for name in ("fun", "jac", "hess", "hessp"))
    names = list(inspect.signature(fun).parameters)[1:-1]
    args = tuple(data[name] for name in names)
    start, p = scope["pack"](w=np.zeros(4), c=1.0), RNG.normal(size=5)
    assert scipy.optimize.check_grad(fun, jac, start, *args) < 1e-5
    H = hess(start, *args)
    np.testing.assert_allclose(H, scipy.optimize.approx_fprime(start, lambda x: jac(x, *args)), atol=1e-5)
    np.testing.assert_allclose(hessp(start, p, *args), H @ p, rtol=1e-10)
    np.testing.assert_allclose(H, H.T, rtol=1e-12)
    found = [
        scipy.optimize.minimize(fun, start, args, jac=jac, hess=hess, method="trust-exact"),
        scipy.optimize.minimize(fun, start, args, jac=jac, hessp=hessp, method="Newton-CG", tol=1e-10),
        scipy.optimize.minimize(fun, start, args, jac=jac, method="BFGS"),
    ]
    for result in found:
        assert np.max(np.abs(jac(result.x, *args))) < 1e-3
        np.testing.assert_allclose(result.x, found[0].x, atol=1e-3)
    w, c = scope["unpack"](found[0].x, *args)
    assert (w.shape, np.shape(c)) == ((4,), ())
    assert fun(found[0].x, **data) < fun(start, **data)


def test_sizes_that_only_the_variables_have_are_read_off_the_vector():
    scope = module("scipy", "norm(T - U@V.T)^2", ["U", "V"])
    U, V, T = RNG.normal(size=(3, 2)), RNG.normal(size=(4, 2)), RNG.normal(size=(3, 4))
    start = scope["pack"](U, V)
    for found, expected in zip(scope["unpack"](start, T), (U, V), strict=True):
        np.testing.assert_array_equal(found, expected)
    H = scope["hess"](start, T)
    numeric = scipy.optimize.approx_fprime(start, lambda x: scope["jac"](x, T))
    np.testing.assert_allclose(H, numeric, atol=1e-5)


@pytest.mark.parametrize(("text", "wrt"), [("logdet(X) + tr(X)", ["X"]), ("x.T@A@x + sum(A.^2)", ["A", "x"])])
def test_the_length_of_the_vector_tells_the_size_of_a_square(text, wrt):
    scope = module("scipy", text, wrt)
    given = {"X": 3 * np.eye(4), "A": RNG.normal(size=(4, 4)), "x": RNG.normal(size=4)}
    start = scope["pack"](*(given[name] for name in wrt))
    for found, name in zip(scope["unpack"](start), wrt, strict=True):
        np.testing.assert_array_equal(found, given[name])
    numeric = scipy.optimize.approx_fprime(start, scope["jac"])
    np.testing.assert_allclose(scope["hess"](start), numeric, atol=1e-5)


SYMMETRIC = np.array([[2.0, 0.5, -0.2], [0.5, 1.5, 0.3], [-0.2, 0.3, 1.0]])
A3 = np.array([[0.3, 1.2, -0.7], [0.4, -0.9, 0.5], [1.1, 0.2, 0.8]])
LOWER = np.tril(A3) + 2 * np.eye(3)
#: Values of matrices with a structure: the text, the declarations, where to start, and the minimum where it is known.
STRUCTURED = [
    ("tr(K@S) - logdet(K)", ["K"], "K[n,n] psd, S[n,n] symmetric", {"K": np.eye(3)}, np.linalg.inv(SYMMETRIC)),
    ("norm(A - K)^2", ["K"], "K[n,n] symmetric, A[n,n]", {"K": np.eye(3)}, (A3 + A3.T) / 2),
    ("norm(A - K)^2", ["K"], "K[n,n] skew, A[n,n]", {"K": A3 - A3.T}, (A3 - A3.T) / 2),
    ("norm(A - D)^2", ["D"], "D[n,n] diagonal, A[n,n]", {"D": np.eye(3)}, np.diag(np.diag(A3))),
    ("norm(S - L@L.T)^2", ["L"], "L[n,n] lower", {"L": LOWER}, np.linalg.cholesky(SYMMETRIC)),
    ("norm(A@x - K@x)^2 + norm(K - S)^2 + norm(x - A@ones(n))^2", ["x", "K"], "K[n,n] symmetric, A[n,n]",
     {"x": np.ones(3), "K": np.eye(3)}, None),
    ("norm(A - D@K)^2 + norm(K)^2 + norm(D - A)^2", ["D", "K"], "D[n,n] diagonal, K[n,n] skew, A[n,n]",
     {"D": np.eye(3), "K": A3 - A3.T}, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "var", "start", "least"), STRUCTURED)
def test_the_free_entries_of_a_structure_are_minimised_over(text, wrt, var, start, least):
    scope = module("scipy", text, wrt, var)
    fun, jac, hess, hessp = (scope[name] for name in ("fun", "jac", "hess", "hessp"))
    args = tuple({"S": SYMMETRIC, "A": A3}[name] for name in list(inspect.signature(fun).parameters)[1:-1])
    params = scope["pack"](**start)
    assert params.size == sum({"K": 3 if "K[n,n] skew" in var else 6, "D": 3, "L": 6, "x": 3}[name] for name in wrt)
    for found, name in zip(scope["unpack"](params, *args), wrt, strict=True):
        np.testing.assert_array_equal(found, start[name])
    random = np.random.default_rng(3)
    there, p = params + 0.1 * random.normal(size=params.size), random.normal(size=params.size)
    assert scipy.optimize.check_grad(fun, jac, there, *args) < 1e-5
    H = hess(there, *args)
    np.testing.assert_allclose(H, scipy.optimize.approx_fprime(there, lambda x: jac(x, *args)), atol=2e-5)
    np.testing.assert_allclose(H, H.T, atol=1e-12)
    np.testing.assert_allclose(hessp(there, p, *args), H @ p, rtol=1e-9, atol=1e-10)
    for how in (
        {"method": "BFGS"},
        {"method": "trust-exact", "hess": hess},
        {"method": "trust-krylov", "hessp": hessp},
    ):
        result = scipy.optimize.minimize(fun, params, args, jac=jac, tol=1e-8, **how)
        assert np.max(np.abs(jac(result.x, *args))) < 1e-4
        if least is not None:
            np.testing.assert_allclose(scope["unpack"](result.x, *args)[0], least, atol=1e-4)


def test_a_search_may_step_out_of_the_domain():
    """The value there is infinite, where a Cholesky factor cannot be had, and where a logarithm has no value."""
    scope = module("scipy", "tr(K@S) - logdet(K)", "K", "K[n,n] psd")
    assert scope["fun"](scope["pack"](-np.eye(3)), SYMMETRIC) == np.inf
    with np.errstate(invalid="ignore"):
        assert module("scipy", "s - log(s)", "s", "s[]")["fun"](np.array([-1.0])) == np.inf
    assert "inf" not in code("scipy", "norm(X@w - y)^2", "w").partition("def self_check")[0]


# ---------------------------------------------------------------- torch


def test_autograd_goes_through_the_torch_module():
    torch = needed.library("torch")
    scope = module("torch", "tanh(A@x)", ["A", "x"])
    A = torch.as_tensor(RNG.normal(size=(3, 4))).requires_grad_()
    x = torch.as_tensor(RNG.normal(size=4)).requires_grad_()
    torch.autograd.gradcheck(scope["Value"].apply, (A, x))
    (scope["Value"].apply(A, x) ** 2).sum().backward()
    found = A.grad, x.grad
    expected = torch.autograd.grad((torch.tanh(A @ x) ** 2).sum(), (A, x))
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b)
    alone = module("torch", "tanh(A@x)", "x")["Value"]
    with pytest.raises(ValueError, match="differentiated by x, and not by A"):
        alone.apply(A, x).sum().backward()


def test_autograd_is_told_the_sizes_that_no_variable_has():
    torch = needed.library("torch")
    Value = module("torch", "s^2*eye(n)", "s", "s[]")["Value"]
    torch.autograd.gradcheck(lambda s: Value.apply(s, 3), (torch.tensor(0.7, dtype=torch.float64).requires_grad_(),))


def test_autograd_is_offered_no_derivative_that_counts_entries_together():
    asked = ("torch", "tr(S@A@S)", "S", "S[n,n] symmetric")
    assert "class Value(" in code(*asked) and "class Value(" not in code(*asked, convention="cookbook")


#: What answers of many kinds are asked for, and the shapes of their variables.
ANSWERS = [
    (("sum(log(exp(-y.*(X@w)) + 1))", "w"), {}, {"y": (5,), "X": (5, 3), "w": (3,)}),
    (("sum(log(exp(-y.*(X@w)) + 1))", "w"), {"order": 2}, {"y": (5,), "X": (5, 3), "w": (3,)}),
    (("tanh(A@x)", ["A", "x"]), {}, {"A": (4, 3), "x": (3,)}),
    (("softmax(A@x)", "A"), {"layout": "denominator"}, {"A": (4, 3), "x": (3,)}),
    (("tanh(A@x)", "x"), {"then": ["A"]}, {"A": (4, 3), "x": (3,)}),
    (("sum(exp(A@x))", "x"), {"product": ("hvp", "v")}, {"A": (4, 3), "x": (3,), "v": (3,)}),
    (("sum(U.^3) + norm(T - U@V.T)^2", ["U", "V"]), {"order": 2, "compressed": True},
     {"T": (4, 3), "U": (4, 2), "V": (3, 2)}),
    (("logdet(S) + x.T@inv(S)@x", "S", "S[n,n] psd"), {"order": 2}, {"S": (3, 3), "x": (3,)}),
    (("log(f(x))", "x"), {"order": 2, "fun": ["f: [n] -> []"]}, {"x": (3,)}),
]  # fmt: skip


def parts_of(found):
    return [part for one in found for part in parts_of(one)] if isinstance(found, tuple) else [found]


@pytest.mark.parametrize("form", ["jax", "torch"])
@pytest.mark.parametrize(("what", "how", "shapes"), ANSWERS)
def test_every_answer_is_mapped_and_keeps_its_type(form, what, how, shapes):
    library = needed.library(form)
    if form == "jax":
        library.config.update("jax_enable_x64", True)
    lib, mapped = (library.numpy, library.vmap) if form == "jax" else (library, library.func.vmap)
    scope = module(form, what[0], what[1], *what[2:], **how)
    f = {"f": lambda x: 2 + (x**2).sum(), "grad_f": lambda x: 2 * x, "hess_f": lambda x: 2 * lib.eye(3, dtype=x.dtype)}
    more = f if "fun" in how else {}
    points = []
    for _ in range(3):
        drawn = {name: RNG.normal(size=shape) for name, shape in shapes.items()}
        points.append(drawn | ({"S": drawn["S"] @ drawn["S"].T + np.eye(3)} if "S" in shapes else {}))
    stacked = {name: lib.asarray(np.stack([point[name] for point in points])) for name in shapes}
    for name in ("value", "derivative", "value_and_derivative"):
        run = lambda given, name=name: scope[name](**given, **more)  # noqa: E731
        together = parts_of(mapped(run)(stacked))
        for k, point in enumerate(points):
            alone = parts_of(run({key: lib.asarray(a) for key, a in point.items()}))
            for found, expected in zip(together, alone, strict=True):
                np.testing.assert_allclose(np.asarray(found[k]), np.asarray(expected), rtol=1e-9, atol=1e-11)
        run = library.jit(run) if form == "jax" else run
        single = run({key: lib.asarray(np.asarray(a, np.float32)) for key, a in points[0].items()})
        assert {str(part.dtype).removeprefix("torch.") for part in parts_of(single)} == {"float32"}


# ---------------------------------------------------------------- the order of products


def cost(terms, shown, lengths, pairs):
    held, work = dict(enumerate(terms)), 0
    for place, (i, j) in enumerate(pairs, len(terms)):
        both = held.pop(i) | held.pop(j)
        work += int(np.prod([lengths[x] for x in both]))
        held[place] = both & shown.union(*held.values())
    return work


def test_sizes_decide_on_the_order():
    chain = [frozenset((k, k + 1)) for k in range(5)]
    lengths = dict(enumerate([30, 35, 15, 5, 10, 20]))
    shown = frozenset((0, 5))
    best = path(chain, shown, lengths)
    assert cost(chain, shown, lengths, best) == 11875  # Cormen et al., with 30 x 35 … 10 x 20
    text = code("numpy", "A@B@C", "A", "A[m,n], B[n,p], C[p,q]", size=["m=1000", "n=2", "p=1000", "q=2"])
    assert "A @ (B @ C)" in text
    text = code("numpy", "A@B@C", "A", "A[m,n], B[n,p], C[p,q]", size=["m=2", "n=1000", "p=2", "q=1000"])
    assert "A @ B @ C" in text


def test_what_is_computed_already_decides_too():
    size = ["N=500", "d=20", "C=10"]
    text = code("numpy", "S = X@W; sum(logsumexp(S, axis=1)) - sum(S.*Y)", "W", "X[N,d]", "W[d,C]", "Y[N,C]", size=size)
    assert "np.vdot(Y, S)" in text  # and not of W and X.T @ Y, which is one more product of matrices


def net(layers):
    """The Hessian of a net by its first layer, told its sizes."""
    h = "X"
    for k in range(1, layers):
        h = f"tanh({h}@W{k})"
    declared = ["X[B,n]", "Y[B,n]", *(f"W{k}[n,n]" for k in range(1, layers + 1))]
    text = code("numpy", f"sum(square({h}@W{layers} - Y))", "W1", *declared, order=2, size=["B=64", "n=32"])
    return text[text.index("def derivative") : text.index("def value_and")]


@pytest.mark.parametrize("installed", [True, False])
def test_layers_share_what_leads_to_them(installed, monkeypatch):
    if installed:
        needed.library("opt_einsum")  # jax brings it along
    else:
        monkeypatch.setitem(sys.modules, "opt_einsum.paths", None)
    products = [sum(net(layers).count(sign) for sign in (" @ ", "tensordot(", "einsum(")) for layers in (4, 6, 8)]
    assert products[2] - products[1] == products[1] - products[0]  # as many for each layer, however many there are


def test_large_arrays_are_written_onto():
    what = "sum(logsumexp(S, axis=1)) - sum(S.*Y)", "S", "S[B,C]", "Y[B,C]"
    bodies = [code("numpy", *what, size=size) for size in ([], ["B=3", "C=4"], ["B=128", "C=1000"])]
    assert ["np.exp(t2, out=t2)" in body and "t2 -= Y" in body for body in bodies] == [False, False, True]
    S, Y = RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
    found = []
    for body in bodies:
        scope = {"__name__": "generated"}
        exec(body, scope)
        found.append(scope["value_and_derivative"](S=S, Y=Y))
    for value, derivative in found[1:]:
        np.testing.assert_allclose(value, found[0][0], rtol=1e-14)
        np.testing.assert_allclose(derivative, found[0][1], rtol=1e-14)


def test_few_entries_take_one_function():
    few, many = (code("numpy", LOGREG, "w", "X[m,n]", size=[f"m={m}", "n=3"]) for m in (9, 1000))
    assert ("logaddexp(" in few, "log1p(" in few) == (True, False)
    assert ("logaddexp(" in many, "log1p(" in many) == (False, True)


def test_layers_are_computed_as_they_are_written():
    text = code("numpy", "sum(square(relu(tanh(X@A)@B)@C - Y))", "A", "X[s,n]", "Y[s,n]")
    body = text[text.index("def value_and") : text.index("def fit")]
    assert body.count(".T") == 3  # of C, B and X, as in a backward pass by hand
    assert "np.tanh(X @ A)" in body and "np.maximum(t2, 0.0) @ C" in body


def test_jax_is_told_the_shape_where_a_diagonal_is_all_that_is_spread():
    """One block of ones on the diagonal of the first axes, and as many of them as the second axis is long."""
    text = code("jax", "(X@ones(n))@ones(k).T", "X", "X[m,n]")
    assert "jnp.broadcast_to(jnp.where(jnp.eye(m, dtype=bool)[:, None, :, None]," in text
    assert "(m, k, m, n))" in text


def test_jax_is_given_no_transpose_of_a_matrix_beside_a_vector():
    jax = needed.library("jax")
    text = code("jax", "x.T@A@(B.T@y)", "x")
    assert "B.T" not in text[text.index("def value") :]
    scope = {"__name__": "generated"}
    exec(text, scope)
    x, A, B, y = (RNG.normal(size=shape) for shape in ((3,), (3, 4), (5, 4), (5,)))
    found = scope["value_and_derivative"](
        **{k: jax.numpy.asarray(v) for k, v in zip("xABy", (x, A, B, y), strict=True)}
    )
    np.testing.assert_allclose(found[0], x @ A @ B.T @ y, rtol=1e-5)
    np.testing.assert_allclose(found[1], A @ B.T @ y, rtol=1e-5)


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_softmax_and_logsumexp_share_their_exponentials(form):
    text = code(form, "sum(logsumexp(S, axis=1))", "S")
    body = text[text.index("def value_and") : text.index("def fit")]
    assert body.count("exp(") == 1


def test_brackets_keep_the_order():
    text = code("numpy", "tr(P@X.T@X@P@P)*c", "c", "P[d,d]", "X[N,d]", "c[]", size=["d=8", "N=100"])
    scope = {"__name__": "generated"}
    exec(text, scope)
    assert "@ X.T @ X" not in text
    P, X = RNG.normal(size=(3, 3)), RNG.normal(size=(5, 3))
    np.testing.assert_allclose(scope["derivative"](P=P, X=X, c=1.0), np.trace(P @ X.T @ X @ P @ P))


@pytest.mark.parametrize("form", ["numpy", "jax", "torch"])
def test_a_sum_of_outer_products_is_one_product_of_matrices(form):
    if form != "numpy":
        needed.library(form)
    text = code(form, "-N/2*logdet(S) - tr(inv(S)@X.T@X)/2", "S", "S[d,d]", "X[N,d]", order=2)
    body = text[text.index("def derivative") : text.index("def value_and")]
    assert body.count(".concatenate(") == 2
    assert body.count(" @ ") == 4  # XᵀX, P XᵀX P, and the product itself: none of them a second time, turned round
    scope = {"__name__": "generated"}
    exec(text, scope)
    S, X = RNG.normal(size=(4, 4)) + 5 * np.eye(4), RNG.normal(size=(6, 4))
    if form != "numpy":
        library = needed.library(form)
        S, X = (library.asarray(a) if form == "torch" else library.numpy.asarray(a) for a in (S, X))
    P = np.linalg.inv(np.asarray(S))
    Q = P @ np.asarray(X).T @ np.asarray(X) @ P
    expected = 6 / 2 * np.einsum("jk,li->ijkl", P, P) - np.einsum("jk,li->ijkl", Q, P) / 2
    expected -= np.einsum("jk,li->ijkl", P, Q) / 2
    np.testing.assert_allclose(np.asarray(scope["derivative"](S=S, X=X)), expected, rtol=1e-5, atol=1e-5)


def test_long_products_go_to_opt_einsum_and_do_without():
    needed.library("opt_einsum")
    terms = [frozenset((k, k + 1)) for k in range(9)]
    lengths = {k: 3 + (7 * k) % 11 for k in range(10)}
    shown = frozenset((0, 9))
    least = cost(terms, shown, lengths, _exhaustive(terms, shown, lengths, ()))
    assert cost(terms, shown, lengths, path(terms, shown, lengths)) <= 1.2 * least
    assert cost(terms, shown, lengths, _steady(terms, shown, lengths)) <= 3 * least


@pytest.mark.parametrize("size", [[], ["n=1000"], ["n=3", "m=5"]])
def test_any_order_gives_the_same(size):
    what = ("numpy", "(x.T@A.T@A@x)*(x.T@B@x) + sum(A@B@x)", "x")
    given = {"A": RNG.normal(size=(5, 3)), "B": RNG.normal(size=(3, 3)), "x": RNG.normal(size=3)}
    found = module(*what, size=size)["derivative"](**given)
    np.testing.assert_allclose(found, module(*what)["derivative"](**given), rtol=1e-12)


@pytest.mark.parametrize(
    "name", ["gram", "value", "derivative", "arrays", "fit", "SHAPES", "self_check", "on_diagonal"]
)
def test_any_name_is_that_of_a_keyword(name):
    scope = module("numpy", f"sum(softplus(X@{name})) + {name}.T@{name}", name, f"{name}[n]", "X[m,n]", order=2)
    X, w = RNG.normal(size=(6, 4)), RNG.normal(size=4)
    p = 1 / (1 + np.exp(-X @ w))
    expected = X.T @ ((p * (1 - p))[:, None] * X) + 2 * np.eye(4)
    np.testing.assert_allclose(scope["derivative"](**{name: w, "X": X}), expected, rtol=1e-12)
    assert scope["self_check"]() == 0
