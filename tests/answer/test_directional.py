"""Derivatives by one entry, and products of derivatives with an array, against differences."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.errors import Problem
from mcalc.language.read import reread
from mcalc.targets import write
from tests.evaluate import draw, evaluate, numeric_derivative
from tests.shell import mcalc


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
    ("kind", "text", "x", "left", "note"),
    [
        ("jvp", "A@x", "x", "df", "v takes the place of dx: this is the change of f along it, to first order"),
        ("jvp", "A@X", "X", "dF", "v takes the place of dX: this is the change of F along it, to first order"),
        ("hvp", "x.T@A@x", "x", "d(df/dx)", "v takes the place of dx: this is the change of df/dx along it"),
    ],
)
def test_a_product_is_called_a_change_and_no_derivative(kind: str, text: str, x: str, left: str, note: str):
    answer = differentiate(text, [x], **{kind: "v"})
    (found,) = answer.derivatives
    assert write("text", found.left) == write("text", found.steps()[-1].left) == left
    assert any(told.startswith(note) for told in answer.notes)


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


UPSTREAM = [
    ("X@W", "X", "g", "G@W.T"),
    ("X@W", "W", "G", "X.T@G"),
    ("softmax(x)", "x", "g", "softmax(x).*(g - softmax(x).T@g)"),
    ("A@L", "L", "G", "A.T@G"),
    ("t^2", "t", "g", "2*t*g"),
    ("tanh(W@x + b)", "W", "g", "((1 - tanh(W@x + b).^2).*g)@x.T"),
    (
        "m = mean(x); v = mean((x - m).^2); gamma*(x - m)/sqrt(v + eps) + beta", "x", "g",
        "gamma*((x - m).T@g*(m - x)/(n*(v + eps)) + g - mean(g))/sqrt(v + eps)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "x", "g", "wanted"), UPSTREAM)
def test_an_upstream_gradient(text: str, x: str, g: str, wanted: str):
    upstream = "G" if "G" in wanted else g
    answer = differentiate(text, [x], ["gamma[], beta[], eps[], t[]"], vjp=upstream)
    (found,) = answer.derivatives
    assert found.write("text") == wanted
    loss = "loss" if x == "L" else "L"
    assert any(note.startswith(f"{upstream} is d{loss}/d") for note in answer.notes)
    lines = found.steps()
    assert lines[-1].write("text") == wanted
    assert {write("text", line.left) for line in lines} == {f"d{loss}", f"d{loss}/d{x}"}
    assert lines[0].title.startswith(f"{upstream} is given as the gradient of {loss}")
    # The loss is any function with this gradient: tr(GᵀF) with G held is one.
    values = draw(list(answer.reading.symbols.values()), 3)
    values |= {name: abs(values[name]) + 1 for name in ("eps", "gamma") if name in values}
    whole = numeric_derivative(answer.reading.root, answer.reading.symbols[x], values)
    theirs = np.tensordot(values[upstream], whole, np.ndim(values[upstream]))
    np.testing.assert_allclose(evaluate(found.expr, values), theirs, rtol=1e-5, atol=1e-6)


def test_upstream_is_the_name_of_it_everywhere():
    request = {"expr": "X@W", "wrt": "all", "upstream": "G"}
    reply = json.loads(mcalc("batch", stdin=json.dumps(request)).stdout)
    assert [(d["wrt"], d["derivative"]) for d in reply["derivatives"]] == [("X", "G@W.T"), ("W", "X.T@G")]
    assert mcalc("diff", "X@W", "--wrt", "all", "--upstream", "G").stdout == "G@W.T\nX.T@G\n"


def test_all_is_every_variable_that_occurs():
    answer = differentiate("norm(W@x + b)^2", ["all"], ["c[n]"])
    assert [d.wrt for d in answer.derivatives] == ["W", "x", "b"]
    assert [d.wrt for d in differentiate("x.T@all", ["all"], ["all[n]"]).derivatives] == ["all"]
    assert [d.wrt for d in differentiate("x.T@A@x", ["x", "all"]).derivatives] == ["x", "A"]
    with pytest.raises(Problem) as caught:
        differentiate("2 + 3", ["all"])
    assert caught.value.kind == "usage"
