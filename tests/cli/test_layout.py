"""`mcalc layout` and `mcalc convert`: layouts told apart, and turned into each other."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.calculus.layout import LAYOUTS
from mcalc.checking.layouts import Converted, Example, conclusion, shared
from mcalc.checking.question import question_for
from mcalc.cli.batch import reply_to
from mcalc.errors import Problem
from mcalc.request import Manner
from tests.evaluate import draw, evaluate
from tests.shell import mcalc

MIXED, NUMERATOR, DENOMINATOR = LAYOUTS


@pytest.mark.parametrize(
    ("example", "layouts"),
    [
        ("d(A@x)/dx = A.T", [DENOMINATOR]),
        ("d(A@x)/dx = A", [MIXED, NUMERATOR]),
        ("d(a.T@x)/dx = a", [MIXED, DENOMINATOR]),
        ("d(a.T@x)/dx = a.T", [NUMERATOR]),
        ("d(tr(A@X))/dX = A", [NUMERATOR]),
        ("d tr(A@X) / dX = A.T", [MIXED, DENOMINATOR]),
        ("∂(xᵀAx)/∂xᵀ = xᵀ(A + Aᵀ)", [NUMERATOR]),
        ("d(log(det(X)))/dX = inv(X)", [NUMERATOR]),
        ("d(A@X@B)/dX = einsum('ik,lj->ijlk', A, B)", [NUMERATOR]),
        ("d(sum(exp(x)))/dx = 0*x", []),
        (r"\frac{\partial a^\top x}{\partial x} = a", [MIXED, DENOMINATOR]),
        (r"\frac{\partial A x}{\partial x^\top} = A", [MIXED, NUMERATOR]),
        (r"\dfrac{\partial \mathbf{A}\mathbf{x}}{\partial \mathbf{x}} = \mathbf{A}^T", [DENOMINATOR]),
        (r"\frac{d \operatorname{tr}(A X)}{d X} = A", [NUMERATOR]),
        ("d(x.T@A@x)/dx = 2*A@x", []),
        ("d(a.T@a)/dx = x", None),
    ],
)
def test_the_layouts_of_an_example(example: str, layouts: list[str] | None) -> None:
    if layouts is None:
        with pytest.raises(Problem) as caught:
            Example(example)
        assert caught.value.kind == "name"
    else:
        assert Example(example).layouts == layouts


def test_what_is_declared_counts() -> None:
    assert Example("d(x.T@A@x)/dx = 2*A@x", ["A[n,n] symmetric"]).layouts == [MIXED, DENOMINATOR]
    assert Example("d(f(A@x))/dx = (A.T@∇f(A@x)).T", [], ["f: [m] -> []"]).layouts == [NUMERATOR]
    assert Example("d(t*x)/dt = x.T", ["t[]"]).layouts == [DENOMINATOR]


@pytest.mark.parametrize(
    ("examples", "layouts", "told"),
    [
        (["d(A@x)/dx = A", "d(a.T@x)/dx = a"], [MIXED], "this is the mixed layout"),
        (["d(A@x)/dx = A", "d(a.T@x)/dx = a.T"], [NUMERATOR], "this is the numerator layout"),
        (["d(A@x)/dx = A"], [MIXED, NUMERATOR], "d(a.T@x)/dx would tell them apart"),
        (["d(a.T@x)/dx = a"], [MIXED, DENOMINATOR], "d(A@x)/dx would tell them apart"),
        (["d(x.*x)/dx = 2*diag(x)"], list(LAYOUTS), "the layouts agree here"),
        (["d(A@x)/dx = A.T", "d(a.T@x)/dx = a.T"], [], "the book mixes layouts"),
        (["d(A@x)/dx = A", "d(x.T@x)/dx = x"], [], "in no layout is this the derivative: d(x.T@x)/dx = x"),
    ],
)
def test_what_a_book_is_found_to_use(examples: list[str], layouts: list[str], told: str) -> None:
    read = [Example(text) for text in examples]
    assert shared(read) == layouts
    assert told in conclusion(read)
    words = [word for text in examples for word in ("--example", text)]
    ended = mcalc("layout", *words)
    assert (ended.stdout, ended.returncode) == ((", ".join(layouts) or "none") + "\n", 0 if layouts else 1)


@pytest.mark.parametrize(
    "words", [[], ["--example", "A.T"], ["--example", "d(A@x)/dx"], ["--example", "d(A@x)/dz = A"]]
)
def test_an_example_that_is_none(words: list[str]) -> None:
    ended = mcalc("layout", *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: ")


QUESTIONS = [
    ("norm(X@w - y)^2", "w", 1),
    ("tr(A@X@B)", "X", 1),
    ("A@x", "x", 1),
    ("A@X@B", "X", 1),
    ("A@x", "A", 1),
    ("tr(X.T@A@X@B)", "X", 2),
    ("t*A@B", "B", 1),
]


@pytest.mark.parametrize(("text", "wrt", "order"), QUESTIONS)
@pytest.mark.parametrize("start", LAYOUTS)
@pytest.mark.parametrize("end", LAYOUTS)
def test_an_answer_is_translated(text: str, wrt: str, order: int, start: str, end: str) -> None:
    given, wanted = (differentiate(text, [wrt], (), order, Manner(layout=it)).derivatives[0] for it in (start, end))
    found = Converted(question_for(text, wrt, (), order, start), given.write("text"), end)
    values = draw(list(wanted.reading.symbols.values()), 3)
    np.testing.assert_allclose(evaluate(found.expr, values), evaluate(wanted.shown, values))
    assert (found.row, found.shape, found.notes) == (wanted.row, wanted.shape, [])


def test_convert_at_the_shell() -> None:
    asked = ("--expr", "x.T@A@x", "--wrt", "x")
    assert mcalc("convert", "x.T@(A + A.T)", "--from", NUMERATOR, "--to", MIXED, *asked).stdout == "(A + A.T)@x\n"
    wrong = mcalc("convert", "A@x", "--from", MIXED, "--to", NUMERATOR, *asked)
    assert wrong.stdout == "(A@x).T\n"
    assert wrong.stderr == "note: this is not the derivative; mcalc check tells what went wrong\n"
    column = mcalc("convert", "(A + A.T)@x", "--from", NUMERATOR, "--to", MIXED, *asked)
    assert column.returncode == 2
    assert "in the numerator layout the derivative is a row of n, and this is a vector of n" in column.stderr
    lines = mcalc("convert", "-", "--from", NUMERATOR, "--expr", "x.T@x", "--wrt", "x", stdin="2*x.T\n\n2*x\n")
    assert lines.stdout == "2*x\n\n\n"
    assert "line 3" in lines.stderr
    both = mcalc(
        "convert", "A.T", "--from", DENOMINATOR, "--to", MIXED, "--expr", "A@x", "--wrt", "x", "--as", "text,latex"
    )
    assert both.stdout == "A\tA\n"


def test_a_square_answer_in_the_wrong_layout_is_told() -> None:
    declared = ("A[n,n]", "X[n,n]")
    notes = Converted(question_for("tr(A@X)", "X", declared, 1, MIXED), "A", NUMERATOR).notes
    assert notes == ["this is the derivative in the numerator layout, and not in the mixed layout"]


def test_a_batch_translates_and_tells() -> None:
    def ask(**request: object) -> dict[str, object]:
        return reply_to(json.dumps(request).encode())

    reply = ask(command="convert", answer="2*x.T", **{"from": NUMERATOR}, expr="x.T@x", wrt="x")
    assert (reply["derivative"], reply["from"], reply["layout"], reply["shape"]) == ("2*x", NUMERATOR, MIXED, ["n"])
    assert ask(command="layout", example="d(A@x)/dx = A.T")["layouts"] == [DENOMINATOR]
    assert ask(command="layout")["error"]["kind"] == "usage"  # type: ignore[index]
    assert ask(command="convert", answer="x", expr="x.T@x", wrt="x", **{"from": "odd"})["error"]["code"] == "E005"  # type: ignore[index]
