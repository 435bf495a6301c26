r"""LaTeX: names, records' forms, and what TeX refuses."""

from __future__ import annotations

import pytest

from mcalc.algebra.ops import OPS
from mcalc.language.parse import parse
from mcalc.language.syntax import Call, Matmul, Name, Num, Power, Syntax, Text, Transpose
from mcalc.targets.latex import level, write


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("2*X.T@(X@w - y)", r"2 X^{\top} (X w - y)"),
        ("a/b*c", r"\frac{a}{b} c"),
        ("-exp(x)/2", r"-\frac{\exp\left(x\right)}{2}"),
        ("(A@x)/(x.T@x)", r"\frac{A x}{x^{\top} x}"),
        ("inv(A).T@b", r"A^{-\top} b"),
        ("(A@inv(B)).T", r"(A B^{-1})^{\top}"),
        ("norm(x)^2", r"\left\| x \right\|^{2}"),
        ("normfro(X)", r"\left\| X \right\|_F"),
        ("ones(n)@eye(m)", r"\mathbf{1}_{n} I_{m}"),
        ("kron(A, B + C)@x", r"(A \otimes (B + C)) x"),
        ("logdet(X)*tr(X)", r"\log\det\left(X\right) \operatorname{tr}\left(X\right)"),
        ("sqrt(x + 1)", r"\sqrt{x + 1}"),
        ("solve(A, b + c)@d", r"(A^{-1} (b + c)) d"),
        ("x*3.5", r"x \cdot 3.5"),
        ("x.*y*z", r"x \odot y \cdot z"),
        ("x./y", r"x \oslash y"),
        ("sum(X, axis=0)", r"\operatorname{sum}\left(X, \mathrm{axis}=0\right)"),
        ("einsum('ij->i', A)", r"\operatorname{einsum}\left(\texttt{ij->i}, A\right)"),
        ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}"),
    ],
)
def test_expression(source: str, written: str) -> None:
    assert write(parse(source)) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("x", "x"),
        ("lambda", r"\lambda"),
        ("λ", r"\lambda"),
        ("Sigma_1", r"\Sigma_{1}"),
        ("W_1", "W_{1}"),
        ("W12", "W_{12}"),
        ("x_max", r"x_{\mathrm{max}}"),
        ("x_i_2", "x_{i, 2}"),
        ("x̂", r"\hat{x}"),
        ("μ̂_1", r"\hat{\mu}_{1}"),
        ("lam", r"\mathrm{lam}"),
        ("loss2", r"\mathrm{loss}_{2}"),
        ("dX", r"\mathrm{d} X"),
        ("dSigma_1", r"\mathrm{d} \Sigma_{1}"),
        ("d", "d"),
        ("omicron", "o"),
        ("ж", r"\mathrm{ж}"),
    ],
)
def test_name(name: str, written: str) -> None:
    assert write(Name(name)) == written


def test_text_is_escaped() -> None:
    call = Call("einsum", (Text(r"\i_{j}^%$&#~"),))
    assert r"\textbackslash{}i\_\{j\}\^{}\%\$\&\#\~{}" in write(call)


@pytest.mark.parametrize(
    ("template", "binds"),
    [
        (r"{0:atom}^{{-1}}", "factor"),
        (r"{0:atom}^{{{1}}}", "factor"),
        (r"e^{{{0}}}", "factor"),
        (r"{0:atom}^{{-1}} {1:factor}", "chain"),
        (r"{0:factor} {1:atom}^{{\top}}", "chain"),
        (r"{0:factor} \otimes {1:factor}", "term"),
        (r"\left\| {0} \right\|_1", "exponent"),
        (r"L^{{(2)}}_{{\exp}}\left({0}, {1}, {2}\right)", "exponent"),
    ],
)
def test_how_tightly_a_form_binds(template: str, binds: str) -> None:
    assert level(template) == binds


def applications() -> list[Syntax]:
    """Every record applied to names and to sums, as a base, transposed and in a chain."""
    found: list[Syntax] = []
    for record in OPS.values():
        count = len(record.signatures[0].inputs)
        for arguments in ("ABCD", ("A + B", "c - d", "e + f", "g + h")):
            args = tuple(parse(argument, (), "fgh").body for argument in arguments[:count])
            call = Call(record.name, args)
            found += [
                call,
                Power(call, Num("2")),
                Transpose(call),
                Matmul((call, Name("x"))),
                Matmul((Name("x"), call)),
            ]
    return found


def fault(written: str) -> str:
    """What TeX would say of a formula, as far as brackets and superscripts go."""
    depth = 0
    raised: set[int] = set()  # the depths at which a superscript has just ended
    for place, character in enumerate(written):
        before = written[place - 1] if place else ""
        if character == "{" and before != "\\":
            depth += 1
        elif character == "}" and before != "\\":
            depth -= 1
            if depth < 0:
                return "unbalanced"
        elif character == "^":
            if depth in raised:
                return "double superscript"
            raised.add(depth)
        elif character != "_" and before not in "^{":
            raised.discard(depth)
    return "unbalanced" if depth or written.count(r"\left") != written.count(r"\right") else ""


@pytest.mark.parametrize("written", ["x^{2}^{3}", "x^2^3", "x^{2", "x}", r"\left(x", "y x^{a^{b}^{c}}"])
def test_faults_are_found(written: str) -> None:
    assert fault(written)


@pytest.mark.parametrize("tree", applications(), ids=lambda tree: repr(tree)[:60])
def test_tex_can_set_it(tree: Syntax) -> None:
    assert not fault(write(tree)), write(tree)
