"""Scalar calculus and derivatives by the time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mcalc.answer import answer_to, differentiate
from mcalc.request import Manner, Request
from tests.evaluate import difference, draw, evaluate
from tests.shell import environment

FUNCTIONS = [
    ("sin(t)^2*exp(-t)", 3), ("t*log(t)/(1 + t^2)", 2), ("exp(-a*t)*cos(w*t)", 3), ("1/(1 + exp(-t))", 3),
    ("sqrt(1 + t^2)", 3), ("atan(t)", 3), ("t^t", 2), ("(t^2 - 1)^5", 4), ("erf(t)*exp(-t^2)", 2), ("log(cosh(t))", 3),
    ("tanh(t)^3", 2), ("abs(t)*t^3", 2), ("(a + t)/(a - t)", 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "order"), FUNCTIONS)
def test_a_simplified_derivative_is_the_derivative(text: str, order: int) -> None:
    declared = ["t[], a[], w[]"]
    before = differentiate(text, ["t"], declared, order - 1).derivatives[0].expr if order > 1 else None
    answer = differentiate(text, ["t"], declared, order)
    f = answer.reading.root if before is None else before
    found = answer.derivatives[0].expr
    values = draw(list(answer.reading.symbols.values()), 3, ("positive",))
    t = answer.reading.symbols["t"]
    slope = difference(f, t, np.asarray(1.0), values)
    assert np.allclose(evaluate(found, values), slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "order", "short"),
    [
        ("sin(t)^2*exp(-t)", 3, "-exp(-t)*(11*cos(2*t) + 2*sin(2*t) + 1)/2"),
        ("sqrt(1+t^2)", 3, "-3*t/sqrt(t^2 + 1)^5"),
        ("t^3", 1, "3*t^2"),
    ],
)
def test_the_answer_is_short(text: str, order: int, short: str) -> None:
    assert differentiate(text, ["t"], [], order).derivatives[0].write("text") == short


@pytest.mark.parametrize("text", ["x.T@A@x", "t^2"])
def test_sympy_is_not_asked_for_what_is_short(text: str) -> None:
    program = f"import sys\nfrom mcalc.answer import differentiate\ndifferentiate({text!r}, [{text[0]!r}])\n"
    program += "sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env=environment()).returncode == 0


@pytest.mark.parametrize(
    ("text", "functions", "order", "written"),
    [
        (
            "x(t).T@A@x(t)", ["x: [] -> [n]"], 1,
            {"unicode": "ẋᵀ(A + Aᵀ)x", "latex": r"\dot{x}^{\top} (A + A^{\top}) x", "text": "x'(t).T@(A + A.T)@x(t)"},
        ),
        ("inv(X(t))", ["X: [] -> [n,n]"], 1, {"unicode": "−X⁻¹Ẋ X⁻¹", "latex": r"-X^{-1} \dot{X} X^{-1}"}),
        ("x⃗(t).T@x⃗(t)", ["x⃗: [] -> [n]"], 1, {"latex": r"2 \dot{\vec{x}}^{\top} \vec{x}"}),
        ("sin(theta(t))", ["theta: [] -> []"], 1, {"latex": r"\dot{\theta} \cos(\theta)", "unicode": "θ̇ cos(θ)"}),
        ("r(t)", ["r: [] -> [n]"], 3, {"latex": r"\dddot{r}", "typst": "dot.triple(r)"}),
        ("x_1(t)^2", ["x_1: [] -> []"], 1, {"latex": r"2 \dot{x}_{1} x_{1}"}),
    ],
)  # fmt: skip
def test_newton_writes_dots(text: str, functions: list[str], order: int, written: dict[str, str]) -> None:
    request = Request(text=text, wrt=["t"], fun=functions, order=order)
    answer = answer_to(request, Manner(style="newton")).derivatives[0]
    assert {form: answer.write(form) for form in written} == written


def test_a_dot_stands_over_a_bold_letter() -> None:
    request = Request(text="x(t).T@x(t)", wrt=["t"], fun=["x: [] -> [n]"])
    answer = answer_to(request, Manner(style="newton", bold=True)).derivatives[0]
    assert answer.write("latex") == r"2 \mathbf{x}^{\top} \dot{\mathbf{x}}"
    assert "style" not in answer.write("text")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("cos(t)*x + sin(t)*y", "cos(t)*y - sin(t)*x"),
        ("inv(A + t*B)", "-inv(A + t*B)@B@inv(A + t*B)"),
        ("expm(t*A)@x", "A@expm(t*A)@x"),
        ("atan(t)", "1/(t^2 + 1)"),
    ],
)
def test_vectors_and_matrices_by_a_scalar(text: str, answer: str) -> None:
    declared = ["x[n], y[n], A[n,n], B[n,n]"]
    assert differentiate(text, ["t"], declared).derivatives[0].write("text") == answer
