"""Derivations: every way to write a line, and the first line that does not follow."""

# ruff: noqa: E501  a row of a table is a line

from __future__ import annotations

import pytest

from mcalc.checking.derivation import derivation
from mcalc.checking.question import Question

QUADRATIC = ("x.T@A@x", "x")


def verdicts(question: tuple[str, ...], text: str) -> list[tuple[int, str]]:
    expr, wrt, *declared = question
    return [(line.number, line.verdict.verdict) for line in derivation(Question(expr, wrt, declared), text)]


RIGHT = [
    (QUADRATIC, "# by the product rule\nf = x.T@A@x\n\ndf = dx.T@A@x + x.T@A@dx\n   = x.T@(A + A.T)@dx  # turned\ndf/dx = (A + A.T)@x"),
    (QUADRATIC, "df = d(x.T)@A@x + x.T@A@d(x)\n= dx' A x + x' A dx"),
    (QUADRATIC, "d(x.T@A@x) = d(x.T)@A@x + x.T@A@dx"),
    (QUADRATIC, "∂f/∂x = A x + Aᵀ x"),
    (QUADRATIC, "∇f = (A + A^T) x\ngrad f = A@x + A.T@x\nf'(x) = (A + A') * x"),
    (QUADRATIC, "x.T@A@x\ndx.T@A@x + x.T@A@dx" .replace("\ndx", "\ndf = dx")),
    (QUADRATIC, "(A + A.T)@x"),
    (QUADRATIC, "df = dx.T@A@x + x.T@A@dx = x.T@(A.T + A)@dx"),
    (QUADRATIC, "1. Let r = A@x\n2) f = x.T@r\n(3) df &= dx.T@r + x.T@dr \\\\\n4) dr = A@dx\n=> df = dx.T@r + x.T@A@dx.\nso df/dx = r + A.T@x;"),
    (("r = X@w - y; r.T@r", "w"), "dr = X@dw\ndf = 2*r.T@dr\n   = 2*r.T@X@dw\ndf/dw = 2*X.T@r"),
    (("tr(A@inv(X))", "X"), "d(inv(X)) = -inv(X)@dX@inv(X)\ndf = tr(A@d(inv(X)))\n= -tr(inv(X)@A@inv(X)@dX)\ndf/dX = -(inv(X)@A@inv(X)).T"),
    (("sum(tanh(A@x))", "x"), "u = A@x\nv = tanh(u)\ndv = (1 - v.^2).*du\ndf = sum(dv)\ndf/dx = A.T@(1 - v.^2)"),
    (("A@X@B", "X"), "dF = A@dX@B"),
    (("x.T@x", "x"), "therefore df/dx = 2*x"),
    (("t^2", "t", "t[]"), "df = 2*t*dt\ndf/dt = 2*t"),
    (("c.T@c", "x", "x[n]", "c[n]"), "df = 0\ndf/dx = 0"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text"), RIGHT)
def test_a_right_derivation(question: tuple[str, ...], text: str) -> None:
    found = verdicts(question, text)
    assert found
    assert all(verdict == "correct" for _, verdict in found), found


WRONG = [
    (QUADRATIC, "df = d(x.T)@A@x + x.T@A@dx\n   = x.T@A@dx + x.T@A@dx\ndf/dx = 2*A@x", 2, "symmetric-only"),
    (QUADRATIC, "f = x.T@A@x\n\n# the product rule\ndf = x.T@A@dx", 4, "missing-term"),
    (QUADRATIC, "df = dx.T@A@x + x.T@A@dx\ndf/dx = A@x", 2, "missed-occurrence"),
    (QUADRATIC, "df = dx.T@A@x - x.T@A@dx", 1, "sign"),
    (QUADRATIC, "f = x.T@A.T@A@x", 1, ""),
    (QUADRATIC, "df/dx = x.T@A@x", 1, "not-differentiated"),
    (QUADRATIC, "df = A@dx", 1, "wrong-shape"),
    (("tr(A@X@B)", "X", "A[n,n]", "B[n,n]"), "df = tr(A@dX@B)\n = tr(A@B@dX)\ndf/dX = (B@A).T", 2, "order-swapped"),
    (("norm(A@x - b)^2", "x"), "r = A@x - b\ndf = 2*r.T@dr\ndr = A.T@A@dx", 3, "wrong-shape"),
    (("norm(A@x - b)^2", "x"), "r = A@x - b\ndr = A@dx\ndf = r.T@dr", 3, "factor"),
    (("logdet(X)", "X"), "df = tr(inv(X)@dX)\ndf/dX = inv(X)", 2, "transpose"),
    (("tr(inv(X))", "X"), "d(inv(X)) = -dX@inv(X)@inv(X)", 1, ""),
    (("sum(tanh(x))", "x"), "v = tanh(x)\ndf/dx = 1 - v", 2, "factor"),
    (QUADRATIC, "df = dx.T@A@x + x.T@A@dx = 2*x.T@A@dx", 1, "symmetric-only"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "text", "number", "code"), WRONG)
def test_the_first_line_that_does_not_follow(question: tuple[str, ...], text: str, number: int, code: str) -> None:
    expr, wrt, *declared = question
    *before, last = derivation(Question(expr, wrt, declared), text)
    assert all(line.verdict.verdict == "correct" for line in before)
    assert last.number == number
    assert last.verdict.verdict in ("wrong", "partial")
    codes = [finding.code for finding in last.verdict.findings]
    assert (code in codes) if code else last.verdict.message


@pytest.mark.parametrize("line", ["df = A@@x", "df = d(x", "df = q@dx", "df = ", "df = x.T@A@dx)", "= <b>", "\x1b[2J"])
def test_a_line_that_means_nothing_is_invalid(line: str) -> None:
    text = f"df = dx.T@A@x + x.T@A@dx\n{line}"
    assert verdicts(QUADRATIC, text)[-1] == (2, "invalid")


def test_no_line_changes_what_the_differential_of_the_variable_is() -> None:
    assert verdicts(QUADRATIC, "dx = 0*x\ndf = 0")[-1][1] == "wrong"


def test_a_derivation_without_lines_has_none() -> None:
    assert verdicts(QUADRATIC, "\n# nothing\n\n") == []
