"""SymPy both ways, by numbers: SymPy's objects computed by SymPy, ours by our own evaluation."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import mcalc
from mcalc.answer import differentiate
from mcalc.errors import Problem
from mcalc.language.read import read
from mcalc.language.sympy import from_sympy
from mcalc.targets import module
from mcalc.targets.sympy import to_sympy
from tests.evaluate import draw, evaluate, numeric_derivative

SIZES = {"n": 4, "m": 3, "k": 5, "p": 6, "q": 7}
n, m = sympy.symbols("n m", integer=True, positive=True)
A, S = sympy.MatrixSymbol("A", m, n), sympy.MatrixSymbol("S", n, n)
x, b = sympy.MatrixSymbol("x", n, 1), sympy.MatrixSymbol("b", m, 1)
c = sympy.Symbol("c")


def computed(expr, values):
    """SymPy's number or matrix at these values."""
    sizes = {}
    for symbol in expr.free_symbols:
        if getattr(symbol, "is_Matrix", False):
            shape = np.shape(values[symbol.name])
            sizes |= {s: k for s, k in zip(symbol.shape, shape, strict=False) if s.is_Symbol}
    sizes |= {s: SIZES[s.name] for s in expr.free_symbols if s.is_Symbol and s.name in SIZES and s not in sizes}
    expr = expr.subs(sizes)
    for symbol in expr.free_symbols:
        value = values[symbol.name]
        value = (
            sympy.ImmutableMatrix(np.atleast_2d(value).T if np.ndim(value) == 1 else value)
            if np.ndim(value)
            else float(value)
        )
        expr = expr.subs(symbol, value)
    plain = (sympy.OneMatrix, sympy.Identity, sympy.HadamardPower)
    found = expr.replace(lambda e: isinstance(e, plain), lambda e: e.as_explicit()).doit().doit()
    if getattr(found, "is_Matrix", False):
        return np.array(sympy.Matrix(found).evalf().tolist(), dtype=float)
    return np.asarray(float(found))


def agrees(expr, node, values):
    found, expected = computed(expr, values), evaluate(node, values)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("x.T@A@x", "x"),
        ("logdet(X)", "X"),
        ("det(X)", "X"),
        ("norm(A@x - b)^2", "x"),
        ("norm(x)", "x"),
        ("sum(tanh(A@x))", "x"),
        ("tr(A@X@B)", "X"),
        ("softmax(x)", "x"),
        ("x.*y./z", "x"),
        ("sum(log(1 + exp(-y.*(X@w))))", "w"),
        ("a*x.T@x/2 + log(a)", "a"),
        ("x@x.T@A@x", "x"),
        ("inv(X)@a", "a"),
        ("r = X@w - y; r.T@r + lambda*w.T@w", "w"),
        ("a.T@inv(X)@b", "X"),
        ("sum(X.^3)", "X"),
        ("mean(exp(x))", "x"),
        ("(a.T@x)*(b.T@x)*x", "x"),
        ("sum(besselj(1, x)) + sum(besselk(2, x))", "x"),
        ("sum(polygamma(2, x)) + sum(loggamma(x)).*y", "x"),
        ("sum(lambertw(x).*erfc(x))", "x"),
        ("sum(ellipk(x/9)) + sum(airyai(x)) + sum(fresnels(x))", "x"),
        ("erfinv(a/9)*Si(a) + besseli(0, a)", "a"),
        ("relu(logdet(A + B) - a)", "A"),
    ],
)
def test_answers_become_objects_and_scripts(text, wrt):
    found = differentiate(text, [wrt]).derivatives[0]
    reading = found.reading
    values = draw(list(reading.symbols.values()), 3, ["positive"])
    values = {
        name: v + 3 * np.eye(len(v)) if v.ndim == 2 and v.shape[0] == v.shape[1] else v for name, v in values.items()
    }
    agrees(to_sympy(reading.program, reading), reading.root, values)
    agrees(to_sympy(found.syntax, reading), found.expr, values)
    scope = {}
    exec(module("sympy", reading, found.expr, wrt=wrt), scope)
    agrees(scope["value"], reading.root, values)
    agrees(scope["derivative"], found.expr, values)


@pytest.mark.parametrize(
    ("expr", "variable"),
    [
        (x.T * S * x, "x"),
        ((x.T * S * x)[0, 0] + (b.T * A * x)[0, 0], "x"),
        (sympy.log(sympy.Determinant(S)), "S"),
        (sympy.Trace(S.inv() * x * x.T), "S"),
        (c * S**2 + sympy.Identity(n), "c"),
        (sympy.HadamardProduct(x, x), "x"),
        (sympy.HadamardPower(x, 3), "x"),
        ((A * x).applyfunc(sympy.tanh), "x"),
        (x.applyfunc(lambda t: sympy.exp(-t) / (1 + t**2)), "x"),
        (sympy.sqrt(sympy.Trace(x.T * x)) + c, "x"),
        (S[0, 1] * x, "S"),
        (sympy.KroneckerProduct(A, S), "A"),
        (sympy.Rational(1, 3) * sympy.exp(c) * sympy.Trace(S), "S"),
        (n * x, "x"),
        (sympy.DiagMatrix(x) * S, "x"),
        (x.applyfunc(sympy.erf), "x"),
        (x.applyfunc(lambda t: sympy.besselj(2, t) * sympy.polygamma(1, t)), "x"),
        (x.applyfunc(lambda t: sympy.LambertW(t) + sympy.Ei(t) ** 2), "x"),
    ],
    ids=str,
)  # fmt: skip
def test_expressions_of_sympy_are_read(expr, variable):
    text, declared = from_sympy(expr)
    found = differentiate(text, [variable], declared).derivatives[0]
    reading = found.reading
    values = draw(list(reading.symbols.values()), 5, ["positive"])
    if "S" in values:
        values["S"] = values["S"] + 3 * np.eye(len(values["S"]))
    agrees(expr, reading.root, values)
    numeric = numeric_derivative(reading.root, reading.symbols[variable], values)
    np.testing.assert_allclose(evaluate(found.expr, values), numeric, rtol=1e-6, atol=1e-7)


def test_silently_wrong_in_sympy_and_right_here():
    """SymPy 1.14 answers 0 for the derivative of log det X by X."""
    text, declared = mcalc.from_sympy(sympy.log(sympy.Determinant(S)))
    found = mcalc.diff(text, "S", var=declared)
    assert found.derivative == "inv(S).T"
    assert found.to_sympy() == sympy.Inverse(S).T


@pytest.mark.parametrize(
    "expr",
    [
        sympy.Sum(c, (c, 0, n)),
        sympy.Sum(c * x[c, 0], (c, 0, n - 1)),
        sympy.Matrix([[c, 1], [1, c]]),
        sympy.Symbol("a;b") + 1,
        sympy.MatrixSymbol("__import__('os')", n, n),
        sympy.Function("f")(c),
        sympy.I * c,
    ],
    ids=str,
)
def test_what_is_not_known_is_refused(expr):
    with pytest.raises(Problem) as caught:
        read(*from_sympy(expr))
    assert caught.value.exit_status in (2, 3)


def test_what_sympy_lacks_is_refused():
    for text, wrt in (("kron(A,B)", "A"), ("sum(cumsum(x).*y)", "x"), ("expm(X)", "X"), ("relu(det(X + 2*Y))", "X")):
        found = differentiate(text, [wrt]).derivatives[0]
        with pytest.raises(Problem, match="SymPy has no form") as caught:
            module("sympy", found.reading, found.expr, wrt=wrt)
        assert caught.value.exit_status == 3
    assert to_sympy(read("x.T@x").program, read("x.T@x")) == sympy.Trace(x.T * x)


def test_what_sympy_itself_fails_on_is_refused_and_a_fault_of_ours_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = read("x.T@y")
    scope = {"__name__": "sympy.broken"}
    exec("def fails(*_): raise TypeError('Mix of Matrix and Scalar symbols')", scope)
    monkeypatch.setattr(sympy, "MatrixSymbol", scope["fails"])
    with pytest.raises(Problem, match="SymPy fails on this: Mix of Matrix") as caught:
        to_sympy(reading.program, reading)
    assert caught.value.kind == "unsupported"
    scope["__name__"] = "mcalc.targets.sympy"
    with pytest.raises(TypeError, match="Mix of Matrix"):
        to_sympy(reading.program, reading)
