r"""LaTeX: names, records' forms, and what TeX refuses."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mcalc.algebra.ops import OPS
from mcalc.answer import differentiate
from mcalc.language.parse import parse
from mcalc.language.syntax import Call, Matmul, Name, Num, Power, Syntax, Text, Transpose
from mcalc.targets.latex import write
from mcalc.targets.names import Lettering
from tests import needed


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("2*X.T@(X@w - y)", r"2 X^{\top} (X w - y)"),
        ("a/b*c", r"\frac{a}{b} c"),
        ("-exp(x)/2", r"-\frac{\exp(x)}{2}"),
        ("(A@x)/(x.T@x)", r"\frac{A x}{x^{\top} x}"),
        ("inv(A).T@b", r"A^{-\top} b"),
        ("(A@inv(B)).T", r"(A B^{-1})^{\top}"),
        ("norm(x)^2", r"\lVert x \rVert^{2}"),
        ("normfro(X)", r"\lVert X \rVert_F"),
        (
            "norm(x)*abs(a)*norm(x/b)^2*b",
            r"\lVert x \rVert\,\lvert a \rvert\,\left\lVert \frac{x}{b} \right\rVert^{2} b",
        ),
        ("greater_equal(x, y + 1).T@w", r"\mathbf{1}_{x \ge y + 1}^{\top} w"),
        ("greater(x, y).*less(A@x, 0)", r"\mathbf{1}_{x > y} \odot \mathbf{1}_{A x < 0}"),
        ("less_equal(x, y)^2", r"\mathbf{1}_{x \le y}^{2}"),
        ("svdvals(X) + sigmoid(X)", r"\operatorname{svdvals}(X) + \sigma(X)"),
        ("ones(n)@eye(m)", r"\mathbf{1}_{n} I_{m}"),
        ("kron(A, B + C)@x", r"(A \otimes (B + C)) x"),
        ("logdet(X)*tr(X)", r"\log\det(X) \operatorname{tr}(X)"),
        ("sqrt(x + 1)", r"\sqrt{x + 1}"),
        ("solve(A, b + c)@d", r"(A^{-1} (b + c)) d"),
        ("x*3.5", r"x \cdot 3.5"),
        ("x.*y*z", r"x \odot y \cdot z"),
        ("x./y", r"x \oslash y"),
        ("sum(X, axis=0)", r"\operatorname{sum}(X, \mathrm{axis}=0)"),
        ("einsum('ij->i', A)", r"\operatorname{einsum}(\texttt{ij->i}, A)"),
        ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}"),
        ("tr(A/b)", r"\operatorname{tr}\left(\frac{A}{b}\right)"),
        ("softmax(z/b, axis=1)", r"\operatorname{softmax}\left(\frac{z}{b}, \mathrm{axis}=1\right)"),
        ("norm(x/b)^2", r"\left\lVert \frac{x}{b} \right\rVert^{2}"),
        ("n/2", r"\frac{n}{2}"),
        ("x.T@A@x/2", r"\frac{1}{2} x^{\top} A x"),
        ("(A + B)/2", r"\frac{1}{2} (A + B)"),
        ("2*A@x/3", r"\frac{2}{3} A x"),
        ("A/2*x", r"\frac{A}{2} x"),
        ("A*x/2*y", r"\frac{1}{2} A x y"),
        ("x.*y/2", r"\frac{1}{2} x \odot y"),
        ("A@x/n", r"\frac{A x}{n}"),
        ("x^(1/2)", "x^{1/2}"),
        ("x^((a + b)/c)", "x^{(a + b)/c}"),
        ("expm(t*A/2)", "e^{t A/2}"),
        ("(a/b)^(c/d)", r"\left(\frac{a}{b}\right)^{c/d}"),
        ("x^(T)", "x^{(T)}"),
        ("sqrt(x)^3", r"(\sqrt{x})^{3}"),
        ("zeros(m, n)", r"\mathbf{0}_{m \times n}"),
        ("lam*w*x/eps", r"\frac{\mathrm{lam}\,w x}{\mathrm{eps}}"),
        ("lam*sign(x)", r"\mathrm{lam} \operatorname{sign}(x)"),
        ("A@dX@B", r"A\,\mathrm{d} X\,B"),
        ("(x/y + 1)/z", r"\frac{\frac{x}{y} + 1}{z}"),
        ("(a/(x/y + 1) + 1)/z", r"\frac{\frac{a}{x/y + 1} + 1}{z}"),
        ("(x/y + 1)/2", r"\frac{1}{2} \left(\frac{x}{y} + 1\right)"),
        ("x/y/2", r"\frac{1}{2} \frac{x}{y}"),
        ("1e-3*x", "10^{-3} x"),
        ("x*2.5e7", r"x (2.5 \cdot 10^{7})"),
        ("x^1e-3", "x^{10^{-3}}"),
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


def test_names_that_would_look_alike_do_not() -> None:
    assert write(parse("W1*W_1*x_1_2*x1_2*o")) == r"\mathrm{W1}\,W_{1} x_{1, 2}\,\mathrm{x1\_2}\,o"
    assert write(parse("omicron*o")) == r"\mathrm{omicron}\,o"


def test_a_name_looks_the_same_in_every_line() -> None:
    names = Lettering(("W1", "W_1"))
    assert write(Name("W1"), names) == r"\mathrm{W1}"
    assert write(Name("W_1"), names) == "W_{1}"


def test_bold() -> None:
    bold = Lettering((), {"A", "x", "mu", "loss", "x̂", "dA"})
    assert write(parse("a*A@x + mu + loss"), bold) == r"a \mathbf{A} \mathbf{x} + \boldsymbol{\mu} + \mathbf{loss}"
    assert write(Name("x̂"), bold) == r"\hat{\mathbf{x}}"
    assert write(Name("dA"), bold) == r"\mathrm{d} \mathbf{A}"


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


def test_a_real_tex_sets_it(tmp_path: Path) -> None:
    """Every operation, with nothing but amsmath, where a TeX is installed."""
    tex = needed.program("pdflatex")
    lines = [rf"\[{write(tree)}\]" for tree in applications()]
    workings = [("softmax(A@x + b)", "x", 1), ("sum(exp(x))", "x", 2), ("tr(inv(X)@B)", "X", 1)]
    for expr, x, order in workings:
        (found,) = differentiate(expr, [x], order=order).derivatives
        lines.append(rf"\[{found.working('latex')}\]")
    lines += [
        rf"\({write(Name(name), Lettering((), bold))}\)" for name in ("x̂_1", "W12", "x_a_b") for bold in ((), (name,))
    ]
    page = [r"\documentclass{article}\usepackage{amsmath}\begin{document}", *lines, r"\end{document}"]
    (tmp_path / "all.tex").write_text("\n".join(page), encoding="utf-8")
    command = [tex, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    assert ended.returncode == 0, ended.stdout[-1500:].decode(errors="replace")
