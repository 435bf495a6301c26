"""Every layout of every kind of derivative, against differences whose axes are put in order by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.language.read import reread_value
from mcalc.request import Manner
from tests.evaluate import draw, evaluate, numeric_derivative

ROW = "row"
#: Expression, variable, order, and how the axes of the mixed layout stand in the others: Wikipedia's tables, and for
#: what they leave out Y by X.T (numerator) and Y.T by X (denominator).
CASES = [
    ("x.T@A@x", "x", 1, ROW, (0,)),
    ("norm(X@w - y)^2", "w", 1, ROW, (0,)),
    ("sum(softplus(-y.*(X@w)))", "w", 1, ROW, (0,)),
    ("softmax(A@x + b).T@c", "x", 1, ROW, (0,)),
    ("tr(A@X@B)", "X", 1, (1, 0), (0, 1)),
    ("a.T@X@b", "X", 1, (1, 0), (0, 1)),
    ("logdet(X@X.T)", "X", 1, (1, 0), (0, 1)),
    ("exp(t)*x", "t", 1, (0,), ROW),
    ("A@sin(t*x)", "t", 1, (0,), ROW),
    ("A@sin(t*x)", "t", 2, (0,), ROW),
    ("exp(t)*A@B", "t", 1, (0, 1), (1, 0)),
    ("A@x", "x", 1, (0, 1), (1, 0)),
    ("softmax(A@x)", "x", 1, (0, 1), (1, 0)),
    ("x.T@A@x", "x", 2, (0, 1), (1, 0)),
    ("A@x", "A", 1, (0, 2, 1), (1, 2, 0)),
    ("x@y.T", "x", 1, (0, 1, 2), (2, 1, 0)),
    ("A@X@B", "X", 1, (0, 1, 3, 2), (2, 3, 1, 0)),
    ("tr(X.T@A@X@B)", "X", 2, (1, 0, 3, 2), (2, 3, 0, 1)),
    ("sum(exp(A@x))", "x", 3, (0, 1, 2), (2, 1, 0)),
    ("exp(-x.T@x)*x", "x", 2, (0, 1, 2), (2, 1, 0)),
    ("t^3", "t", 1, (), ()),
    ("0*x.T@y + 2", "x", 1, ROW, (0,)),
]


@pytest.mark.parametrize("layout", ["mixed", "numerator", "denominator"])
@pytest.mark.parametrize(
    ("text", "wrt", "order", "numerator", "denominator"), CASES, ids=[f"{c[0]} by {c[1]}, {c[2]}" for c in CASES]
)
def test_a_layout(text: str, wrt: str, order: int, numerator: object, denominator: object, layout: str) -> None:
    (found,) = differentiate(text, [wrt], (), order, Manner(layout=layout)).derivatives
    reading = found.reading
    values = draw(list(reading.symbols.values()), 7)
    f = reading.root if order == 1 else differentiate(text, [wrt], (), order - 1).derivatives[0].expr
    truth = numeric_derivative(f, found.variable, values)
    how = {"mixed": tuple(range(truth.ndim)), "numerator": numerator, "denominator": denominator}[layout]
    expected = truth[None, :] if how == ROW else np.transpose(truth, how)  # type: ignore[call-overload]

    read = reread_value(found.write("text"), reading)
    value = evaluate(read.expr, values)
    np.testing.assert_allclose(value[None, :] if read.row else value, expected, rtol=1e-6, atol=1e-7)
    assert read.row == (how == ROW)
    assert len(found.shape) == expected.ndim

    scope: dict[str, object] = {}
    exec(found.write("numpy"), scope)
    np.testing.assert_allclose(scope["derivative"](**values), expected, rtol=1e-6, atol=1e-7)  # type: ignore[operator]
    assert scope["derivative"](**values).shape == expected.shape  # type: ignore[operator]

    last = found.steps()[-1]
    assert (last.write("text"), last.shape) == (found.write("text"), found.shape)
    assert f"{layout} layout" in last.title or found.variable not in reading.root.free


@pytest.mark.parametrize(
    ("text", "wrt", "layout", "wanted"),
    [
        ("x.T@A@x", "x", "numerator", "x.T@(A + A.T)"),
        ("norm(X@w - y)^2", "w", "numerator", "2*(X@w - y).T@X"),
        ("a.T@x", "x", "numerator", "a.T"),
        ("a.T@x", "x", "denominator", "a"),
        ("tr(A@X)", "X", "numerator", "A"),
        ("tr(A@X)", "X", "denominator", "A.T"),
        ("A@x", "x", "denominator", "A.T"),
        ("t*x", "t", "denominator", "x.T"),
        ("p = softmax(z); p.T@p", "z", "numerator", "2*(p.*(p - p.T@p)).T"),
    ],
)
def test_a_row_reads_as_in_books(text: str, wrt: str, layout: str, wanted: str) -> None:
    (found,) = differentiate(text, [wrt], (), 1, Manner(layout=layout)).derivatives
    assert found.write("text") == wanted


def test_what_books_leave_open_is_said() -> None:
    answer = differentiate("A@X", ["X"], (), 1, Manner(layout="numerator"))
    assert "books leave the numerator layout open here" in answer.notes[-1]
    assert not differentiate("x.T@x", ["x"], (), 1, Manner(layout="numerator")).notes


@pytest.mark.parametrize(
    ("text", "wrt", "layout", "line"),
    [
        ("A@X@B", "X", "numerator", "dvec(F)/dvec(X).T = kron(B.T, A)"),
        ("A@X@B", "X", "denominator", "dvec(F).T/dvec(X) = kron(B, A.T)"),
        ("tr(A@X)", "X", "numerator", "df/dvec(X).T = vec(A.T).T"),
        ("tr(A@X)", "X", "denominator", "df/dvec(X) = vec(A.T)"),
        ("t*A", "t", "denominator", "dvec(F).T/dt = vec(A).T"),
    ],
)
def test_vec_in_a_layout(text: str, wrt: str, layout: str, line: str) -> None:
    (found,) = differentiate(text, [wrt], (), 1, Manner(layout=layout, form="kron")).derivatives
    assert found.result("text") == line


@pytest.mark.parametrize(("kind", "text", "x"), [("vjp", "A@x", "x"), ("hvp", "x.T@A@x", "x"), ("jvp", "t*x", "t")])
@pytest.mark.parametrize("layout", ["numerator", "denominator"])
def test_products_have_a_layout(kind: str, text: str, x: str, layout: str) -> None:
    (found,) = differentiate(text, [x], (), 1, Manner(layout=layout), **{kind: "v"}).derivatives
    row = layout == ("denominator" if kind == "jvp" else "numerator")
    assert found.shape == (["1", "n"] if row else ["n"])
    assert reread_value(found.write("text"), found.reading).row == row
