"""A working as each target sets it: one equation below the other, the signs of equality in line."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from mcalc.answer import differentiate
from mcalc.request import Manner

SHARES, RIDGE = "softmax(A@x + b)", "r = X@w - y; r.T@r + lambda*w.T@w"

LINES = {
    "text": ["df = p = softmax(A@x + b); (diag(p) - p@p.T)@A@dx", "df/dx = p = softmax(A@x + b); (diag(p) - p@p.T)@A"],
    "unicode": [
        "        = (diag(p) − p pᵀ)A dx",
        "where p = softmax(Ax + b)",
        "  df/dx = (diag(p) − p pᵀ)A",
        "where p = softmax(Ax + b)",
    ],
    "latex": [
        r"  &= (\operatorname{diag}(p) - p p^{\top}) A\,\mathrm{d} x \\",
        r"  \text{where } p &= \operatorname{softmax}(A x + b) \\",
        r"  \frac{\mathrm{d} f}{\mathrm{d} x} &= (\operatorname{diag}(p) - p p^{\top}) A \\",
        r"  \text{where } p &= \operatorname{softmax}(A x + b)",
        r"\end{aligned}",
    ],
    "typst": [
        r'&= ("diag"(p) - p p^top) A dif x ' + "\\",
        r'"where" p &= "softmax"(A x + b) ' + "\\",
        r'frac(dif f, dif x) &= ("diag"(p) - p p^top) A ' + "\\",
        r'"where" p &= "softmax"(A x + b)',
    ],
}


def working(text: str, x: str, form: str, order: int = 1, **manner: bool) -> list[str]:
    (found,) = differentiate(text, [x], (), order, Manner(**manner)).derivatives  # type: ignore[arg-type]
    return found.working(form).splitlines()


@pytest.mark.parametrize("form", LINES)
def test_the_last_lines(form: str) -> None:
    assert working(SHARES, "x", form)[-len(LINES[form]) :] == LINES[form]


def test_mathml_is_a_table() -> None:
    (markup,) = working(SHARES, "x", "mathml")
    table = ElementTree.fromstring(markup)[0]
    assert table.tag.endswith("mtable")
    sides = [["".join(cell.itertext()) for cell in row] for row in table]
    assert all(right.startswith("=") for _, right in sides)
    assert [left for left, _ in sides] == ["df", "", "", "", "", "where\xa0p", "dfdx", "where\xa0p"]


def test_an_open_differential_is_no_function() -> None:
    assert r"\mathrm{d}(A x + b)" in "".join(working(SHARES, "x", "latex"))
    assert "dif(A x + b)" in "".join(working(SHARES, "x", "typst"))
    (found,) = differentiate("t*d(x)", ["x"], fun=["d: [n] -> []"]).derivatives
    assert r"\mathrm{d}(t d(x))" in found.working("latex")


def test_higher_orders_have_a_square_below_the_line() -> None:
    assert working("sum(exp(x))", "x", "unicode", 2)[-1] == " d²f/dx² = diag(exp(x))"
    lines = working("sum(exp(x))", "x", "latex", 2, bold=True)
    assert lines[-2].strip().startswith(r"\frac{\mathrm{d}^{2} f}{\mathrm{d} \mathbf{x}^{2}} &=")


@pytest.mark.parametrize("form", ["text", "unicode", "latex", "typst", "mathml"])
def test_the_working_is_in_the_manner_of_the_answer(form: str) -> None:
    """What is written out in the answer is written out in every line, and what is bold is bold on both sides."""
    plain = working(RIDGE, "w", form, expand=True)
    assert not any("r.T" in line or "rᵀ" in line or "r^" in line or "<mi>r</mi>" in line for line in plain)
    (found,) = differentiate("X@w", ["w"], manner=Manner(bold=True)).derivatives
    if form in ("latex", "typst"):
        bold = {"latex": r"\mathbf{X}\,\mathrm{d} \mathbf{w}", "typst": "bold(X) dif bold(w)"}[form]
        assert bold in found.working(form)
        assert {"latex": r"\mathrm{d} \mathbf{f}", "typst": "dif bold(f)"}[form] in found.working(form)
