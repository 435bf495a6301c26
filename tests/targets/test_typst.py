"""Typst: names, functions, what its mathematics would misread, and, where there is one, a real Typst."""

from __future__ import annotations

import pytest

from mcalc.algebra.ops import OPS
from mcalc.language.parse import parse
from mcalc.language.syntax import Call, Name, Num, Power, Text
from mcalc.targets.names import Lettering
from mcalc.targets.typst import write
from tests import needed


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("2*X.T@(X@w - y)", "2 X^top (X w - y)"),
        ("a/b*c", "frac(a, b) c"),
        ("A@x/2", "frac(1, 2) A x"),
        ("x^(a/b)", r"x^(a \/ b)"),
        ("inv(A).T@b", "A^(-top) b"),
        ("norm(x)^2", "norm(x)^2"),
        ("normfro(X)", "norm(X)_(F)"),
        ("norm(x)*abs(a)*norm(x/b)^2*b", "norm(x) thin abs(a) thin norm(frac(x, b))^2 b"),
        ("2*lam*w + eps*(x + y)*loss_2", '2 thin"lam"thin w + "eps"thin (x + y) thin"loss"_2'),
        ("lam*sign(x)*x_max*eps*lam", '"lam" thin "sign"(x) x_"max" thin"eps"thin"lam"'),
        ("greater_equal(x, y).*less(x, 0)", "bold(1)_(x≥y) ⊙ bold(1)_(x<0)"),
        ("p = x; q = y; p + q", 'p + q quad "where" p = x, thick q = y'),
        ("ones(n)@eye(m)", "bold(1)_(n) I_(m)"),
        ("A@softmax(z)", 'A thin "softmax"(z)'),
        ("2*det(X)^2*tr(X)", "2 thin det(X)^2 tr(X)"),
        ("diag(x).T", '"diag"(x)^top'),
        ("x.*y./z", "x ⊙ y ⊘ z"),
        ("x.^2", "x^(⊙ 2)"),
        ("lam*w", '"lam"thin w'),
        ("sum(X, axis=0)", '"sum"(X, upright("axis") = 0)'),
        ("x^(T)", "x^((T))"),
        ("lambda*Sigma_1", "lambda Sigma_1"),
        ("x_max + x_i_2", 'x_"max" + x_(i, 2)'),
        ("dX", "dif X"),
    ],
)
def test_expression(source: str, written: str) -> None:
    assert write(parse(source)) == written


def test_bold() -> None:
    assert write(parse("a*A@x_1 + mu"), Lettering((), {"A", "x_1", "mu"})) == "a bold(A) bold(x)_1 + bold(mu)"


def test_text_is_escaped() -> None:
    assert write(Call("einsum", (Text('a"b\\'),))) == r'"einsum"(mono("a\"b\\"))'


def test_typst_sets_it() -> None:
    """Names, and every operation, through the real thing where it is installed."""
    typst = needed.library("typst")
    names = ("x̂_1", "dSigma_1", "loss2", "x_max", "omicron", "ж", "Upsilon", "varphi", "in", "x_in", "W1")
    lines = [write(Name(name), Lettering((), bold)) for name in names for bold in ((), names)]
    for record in OPS.values():
        args = tuple(parse(source).body for source in ("A - B/c", "x_1", "C", "d")[: len(record.signatures[0].inputs)])
        lines.append(write(Power(Call(record.name, args), Num("2"))))
    assert typst.compile("\n\n".join(f"$ {line} $" for line in lines).encode(), format="svg")
