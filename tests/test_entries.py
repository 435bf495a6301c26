"""Entries, ranges and blocks from text to code: derivatives agree with differences, and what is written reads back."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.language.read import read, reread, variable
from mcalc.notation import notate
from mcalc.targets import module, write
from tests.evaluate import difference, draw_array, evaluate, numeric_derivative

#: Expression, variable, order, derivative.
CASES = [
    ("X[1,2]^2", "X", 1, "2*X[1,2]*unit(m, 1)@unit(n, 2).T"),
    ("x[0]*x[1] + X[:,k].T@x", "x", 1, "x[1]*unit(m, 0) + x[0]*unit(m, 1) + X[:,k]"),
    ("x[-1]*x[0]", "x", 1, "x[-1]*unit(n, 0) + x[0]*unit(n, n - 1)"),
    ("exp(x)[2]", "x", 1, "exp(x)[2]*unit(n, 2)"),
    ("(A@x)[1:3]", "x", 1, "A[1:3,:]"),
    ("X[0,:].T@w", "X", 1, "unit(m, 0)@w.T"),
    ("X[0,:].T@w", "w", 1, "X[0,:]"),
    ("X[0,:].T@X[1,:]", "X", 1, "unit(m, 1)@X[0,:].T + unit(m, 0)@X[1,:].T"),
    ("log(x[1]/sum(x))", "x", 1, "unit(n, 1)/x[1] - 1/sum(x)"),
    ("X[i,j]*x[i]", "x", 1, "X[i,j]*unit(p, i)"),
    ("onehot(2,n).T@logsoftmax(z)", "z", 1, "unit(n, 2) - softmax(z)"),
    ("sum((x[1:] - x[:-1]).^2)", "x", 1, "2*(eye(n)[:,1:] - eye(n)[:,:-1])@(x[1:] - x[:-1])"),
    ("x[0]^2*x[1]", "x", 2, None),
    ("sum(exp(X[:,1:]))", "X", 1, "exp(X[:,1:])@eye(n)[1:,:]"),
    ("norm(A[0:2,:]@x)^2", "x", 1, "2*A[:2,:].T@A[:2,:]@x"),
    ("norm([A, B]@x - y)^2", "A", 1, "2*(A@x[:n] + B@x[n:] - y)@x[:n].T"),
    ("norm([X, ones(n)]@w - y)^2", "w", 1, "2*hcat(X, ones(n)).T@(X@w[:-1] - y + w[-1])"),
    ("norm([A, B; C, D]@[x; y])^2", "x", 1, None),
    ("[x.T@x; sum(x)]", "x", 1, "2*unit(2, 0)@x.T + unit(2, 1)@ones(n).T"),
    ("vcat(x, x)[1]*x[0]", "x", 1, None),
    ("[a, b]@c", "b", 1, "c[1]*eye(n)"),
]


@pytest.mark.parametrize(("text", "wrt", "order", "wanted"), CASES)
def test_derivative_notation_and_code(text: str, wrt: str, order: int, wanted: str | None):
    reading = read(text, wrt=[wrt])
    x = variable(reading, wrt)
    found = derivative(reading.root, x, order)
    written = write("text", notate(found, reading))
    assert wanted is None or written == wanted
    names = {name for s in reading.symbols.values() for d in s.shape for name in d.names}
    sizes = {"i": 1, "j": 2, "k": 2} | {name: 4 + k for k, name in enumerate(sorted(names))}
    values = {
        s.name: draw_array(tuple(d.at(sizes) for d in s.shape), "positive", np.random.default_rng(s.place))
        for s in reading.symbols.values()
    }
    lower = derivative(reading.root, x, order - 1) if order > 1 else reading.root
    theirs = numeric_derivative(lower, x, values, sizes)
    np.testing.assert_allclose(evaluate(found, values, sizes), theirs, rtol=1e-6, atol=1e-6)
    for target in ("text", "unicode"):
        if "I" in write(target, notate(found, reading)):
            continue  # Iₙ is for people
        back = reread(write(target, notate(found, reading)), reading)
        np.testing.assert_allclose(evaluate(back, values, sizes), theirs, rtol=1e-6, atol=1e-6)
    scope: dict[str, object] = {}
    exec(module("numpy", reading, found), scope)
    run = scope["derivative"]
    given = {name: sizes[name] for name in inspect.signature(run).parameters if name in sizes and name not in values}
    np.testing.assert_allclose(run(**values, **given), theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "declared", "words"),
    [
        ("x[3]", ["x[3]"], "there is no place 3 on an axis of 3"),
        ("x[n]", ["x[n]"], "there is no place n on an axis of n"),
        ("x[-4]", ["x[3]"], "there is no place -1 on an axis of 3"),
        ("x[2:5]", ["x[4]"], "there is no range 2:5 on an axis of 4"),
        ("x[2:2]", [], "there is no range 2:2"),
        ("x[0,1]", ["x[n]"], "it has 1 axis, and 2 places are named"),
        ("c[0]", ["c[]"], "it has no axes, and 1 places are named"),
        ("x[a.T@b]", [], "a size is a name or a whole number"),
        ("[A; B]", ["A[m,n]", "B[m,p]"], "A is m x n and B is m x p: they do not fit one above the other"),
        ("[A, x]", ["A[m,n]", "x[n]"], "A is m x n and x is a vector of n: they do not fit side by side"),
        ("[A, 0]", ["A[m,n]"], "they do not fit side by side"),
    ],
)
def test_what_is_not_there_is_refused(text: str, declared: list[str], words: str):
    with pytest.raises(Problem) as caught:
        read(text, declared)
    assert caught.value.kind == "shape"
    assert words in caught.value.message
    assert caught.value.span


def test_the_difference_sees_a_wrong_entry():
    reading = read("x[1]^2", ["x[n]"])
    values = {"x": np.array([1.0, 2.0, 3.0])}
    along = np.array([0.0, 1.0, 0.0])
    assert abs(difference(reading.root, reading.symbols["x"], along, values) - 4.0) < 1e-6


def test_letters_and_a_place_are_not_guessed_at():
    with pytest.raises(Problem) as caught:
        read("Ax[0]")
    assert caught.value.hint == "write (A x)[…] or A x[…]"
    assert read("A x[0]").root is read("A*x[0]").root
