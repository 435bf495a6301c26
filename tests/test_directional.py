"""Derivatives by one entry, and products of derivatives with an array, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.errors import Problem
from mcalc.language.read import reread
from tests.evaluate import draw, evaluate, numeric_derivative


def values_of(reading):
    return draw(list(reading.symbols.values()), 3)


@pytest.mark.parametrize(
    ("text", "wrt", "order", "wanted"),
    [
        ("x.T@A@x", "x[1]", 1, "x.T@(A[1,:] + A[:,1])"),
        ("norm(A@X@x - y)^2", "X[1,2]", 2, "2*A[:,1].T@A[:,1]*x[2]^2"),
        ("logdet(X)", "X[0,1]", 1, "inv(X)[1,0]"),
        ("x.*x", "x[-1]", 1, "2*x[-1]*unit(n, n - 1)"),
        ("x@y.T", "y[0]", 1, "x@unit(n, 0).T"),
        ("sum(x)", "x[i]", 1, "1"),
    ],
)
def test_by_one_entry(text: str, wrt: str, order: int, wanted: str):
    answer = differentiate(text, [wrt], order=order)
    (found,) = answer.derivatives
    assert (found.write("text"), found.wrt, found.kind) == (wanted, wrt, "derivative")
    assert [step.write("text") for step in found.steps()][-1] == wanted
    assert not [note for note in answer.notes if "does not occur" in note]


@pytest.mark.parametrize(
    ("kind", "text", "x", "along"),
    [
        ("jvp", "softmax(W@x)", "W", "V"),
        ("jvp", "inv(X)@b", "X", "V"),
        ("vjp", "softmax(W@x)", "W", "g"),
        ("vjp", "x.T@x", "x", "g"),
        ("vjp", "X@Y", "X", "G"),
        ("hvp", "sum(log(1 + exp(X@w)))", "w", "v"),
        ("hvp", "logdet(X)", "X", "V"),
        ("jvp", "x.*y", "x", "y"),
    ],
)
def test_products_are_those_of_the_whole_derivative(kind: str, text: str, x: str, along: str):
    answer = differentiate(text, [x], **{kind: along})
    (found,) = answer.derivatives
    reading = answer.reading
    values = values_of(reading)
    values["X"] = values.get("X", np.eye(1)) + 3 * np.eye(*np.shape(values.get("X", np.eye(1))))
    symbol, v = reading.symbols[x], values[along]
    whole = numeric_derivative(reading.root, symbol, values)
    if kind == "hvp":
        gradient = differentiate(text, [x]).derivatives[0].expr
        whole = numeric_derivative(gradient, symbol, values)
    theirs = np.tensordot(v, whole, v.ndim) if kind == "vjp" else np.tensordot(whole, v, v.ndim)
    np.testing.assert_allclose(evaluate(found.expr, values), theirs, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(evaluate(reread(found.write("text"), reading), values), theirs, rtol=1e-6, atol=1e-7)
    scope: dict[str, object] = {}
    exec(found.write("numpy"), scope)
    np.testing.assert_allclose(scope["derivative"](**values), theirs, rtol=1e-6, atol=1e-7)
    assert found.kind == kind


def test_entries_of_a_symmetric_matrix_change_together():
    answer = differentiate("tr(A@X)", ["X[0,1]"], ["X[n,n] symmetric"])
    assert answer.derivatives[0].write("text") == "A[0,1] + A[1,0]"
    assert "X is symmetric: the entry across the diagonal changes with X[0,1]" in answer.notes
    answer = differentiate("tr(A@X)", ["X[1,1]"], ["X[n,n] symmetric"])
    assert answer.derivatives[0].write("text") == "A[1,1]"


@pytest.mark.parametrize(
    ("text", "wrt", "declared", "product", "kind", "words"),
    [
        ("x.T@y", "x[0:2]", [], None, "unsupported", "x[0:2] is 2, and no single entry"),
        ("x.T@y", "z[0]", [], None, "name", "z does not occur"),
        ("x.T@y", "x[5]", ["x[3]"], None, "shape", "there is no place 5"),
        ("tr(A@X)", "X[i,j]", ["X[n,n] symmetric"], None, "unsupported", "may stand on the diagonal"),
        ("tr(A@X)", "X[0,1]", ["X[n,n] skew"], None, "unsupported", "its matrix is skew"),
        ("A@x", "x", [], ("hvp", "v"), "unsupported", "hvp is for scalars"),
        ("A@x", "x", [], ("jvp", "A"), "shape", "jvp takes what is"),
        ("r = A@x; r", "x", [], ("jvp", "r"), "name", "r stands for something else"),
        ("A@x", "x[0]", [], ("jvp", "v"), "usage", "a whole variable"),
    ],
)
def test_refuses(text: str, wrt: str, declared: list[str], product, kind: str, words: str):
    with pytest.raises(Problem) as caught:
        differentiate(text, [wrt], declared, **dict([product] if product else []))
    assert caught.value.kind == kind, caught.value.report()
    assert words in caught.value.message
