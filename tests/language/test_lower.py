"""Lowering: spellings that mean one node, and mistakes with the words and the place that answer them."""

# ruff: noqa: E501  a row of a table is a line

from __future__ import annotations

from fractions import Fraction
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcalc.algebra.dims import dim, show_shape
from mcalc.algebra.expr import Expr, contract, eye, number, ones, power, total, zero
from mcalc.algebra.ops import OPS
from mcalc.errors import Problem
from mcalc.language.read import read, reread
from tests.evaluate import evaluate

SQUARE = ("A[n,n]", "B[n,n]", "C[n,n]", "x[n]", "y[n]", "z[n]", "c[]", "t[]")
OBLONG = ("A[m,n]", "B[n,p]", "X[m,n]", "u[m]", "x[n]", "y[n]", "c[]", "t[]")


def node(text: str, *declarations: str) -> Expr:
    return read(text, declarations).root


# ---------------------------------------------------------------- one meaning, many spellings


@pytest.mark.parametrize(
    "spellings",
    [
        # xᵀAx as everybody writes it
        "x.T@A@x | x^T A x | x' * A * x | xᵀ A x | x.T*A*x | x.T @ (A @ x) | (x.T@A)@x | transpose(x)@A@x | dot(x, A@x) | x'Ax | sum(x .* (A@x)) | tr(A@x@x.T) | x.T@A.T@x",
        "x.T@y | y.T@x | x'*y | x^T y | dot(x, y) | tr(x@y.T) | sum(x.*y) | sum(x*y) | einsum('i,i->', x, y)",
        "x@y.T | x*y' | x y^T | outer(x, y) | (y@x.T).T | einsum('i,j->ij', x, y)",
        "y.T@x@x.T@z | (y.T@x)*(x.T@z) | y.T@(x@x.T)@z | x.T@y*x.T@z | y'*x*x'*z",
        "2*x.T@A@x*y | y*(x.T@A@x)*2 | 2*(x.T@A@x)*y | x.T@A@x*y*2 | (x'Ax)*y + y*(x'Ax)",
        "A@B | A B | A@eye(n)@B | einsum('ij,jk->ik', A, B) | (B.T@A.T).T",
        "A.*B | B.*A | A**1 .* B | einsum('ij,ij->ij', A, B)",
        "A@x | A x | A*x | (x.T@A.T).T | einsum('ij,j->i', A, x)",
        "diag(x)@A | einsum('i,ij->ij', x, A) | (x@ones(n).T).*A",
        "x.T@A | (A.T@x).T | x'*A | x'A",
        # numbers
        "0.5*x | x/2 | 1/2*x | x*0.5 | 5e-1*x | x - x/2",
        "1e-3*c | c/1000 | 0.001*c",
        "c^0.5 | sqrt(c) | c^(1/2) | c.^0.5",
        "-x.^1 | -(x) | 0 - x | x*-1 | --x - 2*x",
        "2*3*x - x | 5*x | x + x + 3*x | 10*x/2",
        # powers
        "A^2 | A@A | A^1@A | A**1@A | A A",
        "A^-1 | inv(A) | A**0 .* inv(A)",
        "A^0 | eye(n) | inv(A)@A@eye(n) + eye(n) - inv(A)@A",
        "x.^2 | x.*x | x*x | square(x) | x**2 | (-x).^2",
        "x.^-1 | 1 ./ x",
        "x ./ y | x/y | x.*y.^-1",
        "c^2*c | c^3 | c*c*c | c**3",
        "A.^2 | A.*A | A**2",
        "(x.T@y)^2 | (x.T@y)*(y.T@x)",
        # sums
        "x + 1 | 1 + x | ones(n) + x | x - -1",
        "A + c | c + A | A + c*ones(n, n) | ones(n, n)*c + A",
        "x - mean(x) | x - mean(x)*ones(n) | x - sum(x)/n | x - (x.T@ones(n))/n*ones(n)",
        "x.T + y.T | (x + y).T",
        "x - x | zeros(n) | 0*x",
        # functions
        "tr(A@B) | tr(B@A) | sum(A.T .* B) | einsum('ij,ji->', A, B) | trace(A B)",
        "norm(x)^2 | x.T@x | sum(x.^2) | norm(x, 2)^2",
        "norm(x, 1) | norm1(x) | norm(x, ord=1)",
        "einsum('i->ii', x) | diag(x)",
        "einsum('ii->i', A) | diag(A)",
        "einsum('ij->ji', A) | A.T | A' | transpose(A) | einsum('ab->ba', A)",
        "einsum('ij', A) | A | einsum('ij->ij', A)",
        "einsum('ij,jk', A, B) | A@B",
        "sum(A, axis=1) | A@ones(n) | einsum('ij->i', A) | sum(A, axis=-1)",
        "sum(A, axis=0) | A.T@ones(n)",
        "exp(x).T | exp(x.T)",
        "e^c | exp(c)",
        "softmax(A) | softmax(A, axis=1)",
        "sum(ones(n)) | n | tr(eye(n)) | ones(n).T@ones(n)",
        "sum(ones(n, n)) | n^2 | n*n",
        "vec(x@y.T) | kron(y, x) | vec(outer(x, y))",
        "unvec(vec(A), n, n) | A",
    ],
)  # fmt: skip
def test_one_node(spellings: str) -> None:
    first, *others = spellings.split(" | ")
    assert others
    reading = read(first, SQUARE)
    for other in others:
        assert reread(other, reading) is reading.root, other


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A@x", "m"), ("A@B", "m x p"), ("u.T@A", "n"), ("u.T@A@x", "scalar"), ("u@x.T", "m x n"), ("A*x", "m"), ("u'*A*x", "scalar"),
        ("A*B", "m x p"), ("A*X", "m x n"), ("A/X", "m x n"), ("A.T@u", "n"), ("A@B@B.T", "m x n"), ("c*A", "m x n"), ("A*c", "m x n"),
        ("A/c", "m x n"), ("c/t", "scalar"), ("c ./ A", "m x n"), ("2.^x", "n"), ("x.^y", "n"), ("x.^t", "n"), ("t.^x", "n"), ("c^t", "scalar"),
        ("kron(A, B)", "m*n x n*p"), ("vec(A)", "m*n"), ("diag(x)", "n x n"), ("diag(A@A.T)", "m"), ("A + ones(m)@x.T", "m x n"),
        ("einsum('ij,k->ijk', A, x)", "m x n x n"), ("2*einsum('ij,k->ijk', A, x) - einsum('ij,k->ijk', X, y)", "m x n x n"),
        ("sum(A, axis=0)", "n"), ("mean(A, axis=1)", "m"), ("softmax(A)", "m x n"), ("max(A)", "scalar"), ("ones(m, n, p)", "m x n x p"),
        ("zeros(2*n)", "2*n"), ("eye(n + 1)", "(1 + n) x (1 + n)"), ("unvec(vec(A), m, n)", "m x n"), ("x.T@ones(n)*n", "scalar"),
    ],
)  # fmt: skip
def test_shapes(text: str, expected: str) -> None:
    assert show_shape(node(text, *OBLONG).shape) == expected


def test_rows_are_known() -> None:
    assert read("u.T@A", OBLONG).row
    assert not read("(u.T@A).T", OBLONG).row
    assert read("r = u.T@A; r@x", OBLONG).root is node("u.T@A@x", *OBLONG)
    assert list(read("r = u.T@A; s = A@x; r@A.T@s", OBLONG).definitions) == ["s"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.1", Fraction(1, 10)), ("1e-3", Fraction(1, 1000)), ("2^10", 1024), ("1/3 + 1/6", Fraction(1, 2)), ("2^-2", Fraction(1, 4)), ("4^0.5", 2), ("-2*-3", 6), (".5", Fraction(1, 2))],
)  # fmt: skip
def test_numbers_are_exact(text: str, value: Fraction) -> None:
    assert node(text) is number(value)


def test_builds_what_it_says() -> None:
    n = dim("n")
    assert node("eye(n)") is eye(n)
    assert node("ones(n)") is ones((n,))
    assert node("zeros(n)") is zero((n,))
    x = read("x", ["x[n]"]).symbols["x"]
    assert node("sum(x.^3)", "x[n]") is total(power(x, 3))
    assert node("x.^c", "x[n]", "c[]").shape == (n,)
    A = read("A", ["A[n,n]"]).symbols["A"]
    inverse = OPS["inv"](A)
    assert node("A^-3", "A[n,n]") is contract([(inverse, 1, ((k,), (k + 1,))) for k in range(3)], ((0,), (3,)))


@pytest.mark.parametrize(
    ("text", "same"),
    [("A'*B*C", "A.T@B@C"), ("A.*B + A*B", "A.*B + A@B"), ("A@B + A*B", "A@B + A.*B"), ("A**2 + A*B", "A.*A + A.*B"), ("A*B*x", "A@B@x"), ("x'*A*B*x", "x.T@A@B@x")],
)  # fmt: skip
def test_star_follows_its_company(text: str, same: str) -> None:
    assert reread(same, read(text, SQUARE)) is read(text, SQUARE).root


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "kind", "at", "words", "hint"),
    [
        # products
        ("x y", "shape", "x y", "does not fit", "x.T@y is the scalar"),
        ("x@u", "shape", "x@u", "x is a vector of n and u is a vector of m", "did you mean x@u.T?"),
        ("A@u", "shape", "A@u", "A is m x n and u is a vector of m", "did you mean A.T@u?"),
        ("x@A", "shape", "x@A", "x is a vector of n and A is m x n", ""),
        ("A@A", "shape", "A@A", "A is m x n and A is m x n", "A@A.T"),
        ("A@((u).T@(A))", "shape", "A@((u).T@(A))", "(u).T@(A) is a row of n", "A@((u).T@(A)).T"),
        ("A@B.T", "shape", "A@B.T", "B.T is p x n", "did you mean A@B?"),
        ("c*A@B@u", "shape", "A@B@u", "A@B is m x p and u is a vector of m", "(A@B).T@u"),
        ("u.T@X@B@x", "shape", "u.T@X@B@x", "u.T@X@B is a row of p and x is a vector of n", ""),
        ("A@(x + y)@x", "shape", "A@(x + y)@x", "A@(x + y) is a vector of m and x is a vector of n", "A@(x + y)@x.T"),
        ("A.*B", "shape", "A.*B", "A is m x n and B is n x p: the product of entries", ""),
        ("A.*A.T", "shape", "A.*A.T", "A.T is n x m", "A.*A"),
        ("A .* x", "shape", "A .* x", "x is a vector of n", "A@diag(x) scales the columns"),
        ("u .* A", "shape", "u .* A", "u is a vector of m", "diag(u)@A scales the rows"),
        ("x.T .* y", "shape", "x.T .* y", "x.T is a row of n", "x.T.*y.T"),
        ("x*u", "shape", "x*u", "x is a vector of n and u is a vector of m", "x@u.T"),
        # quotients
        ("1/x", "shape", "x", "x is a vector of n: only a scalar divides", "1 ./ x"),
        ("c/A", "shape", "A", "A is m x n: only a scalar divides", "c ./ A"),
        ("c/(A@A.T)", "shape", "A@A.T", "only a scalar divides", "inv(A@A.T)"),
        ("x/u", "shape", "x/u", "the quotient does not fit", ""),
        ("A/B", "shape", "A/B", "A is m x n and B is n x p: the quotient", ""),
        ("x/0", "usage", "0", "division by zero", ""),
        ("x/(1 - 1)", "usage", "1 - 1", "division by zero", ""),
        ("0^-1", "usage", "0", "division by zero", ""),
        # sums
        ("A + B", "shape", "A + B", "A is m x n and B is n x p: their sum does not fit", ""),
        ("A + A.T", "shape", "A + A.T", "A.T is n x m", "did you mean A?"),
        ("c + A@x - x", "shape", "A@x - x", "A@x is a vector of m and x is a vector of n", ""),
        ("x.T + y", "shape", "x.T + y", "x.T is a row of n and y is a vector of n", "did you mean y.T?"),
        ("A + x", "shape", "A + x", "A is m x n and x is a vector of n", "to add it to every row write A + ones(m)@x.T"),
        ("A + u", "shape", "A + u", "", "to add it to every column write A + u@ones(n).T"),
        ("A@B + (x.T@B)", "shape", "A@B + (x.T@B)", "", "A@B + ones(m)@(x.T@B)"),
        # powers
        ("x^2", "shape", "x^2", "x is a vector of n: only scalars and square matrices have a power", "x.^2"),
        ("A^2", "shape", "A^2", "A is m x n", "A.^2"),
        ("(A@x)^2", "shape", "(A@x)^2", "A@x is a vector of m", "(A@x).^2"),
        ("c^x", "shape", "x", "the exponent x is a vector of n", "c.^x"),
        ("(A@A.T)^0.7", "unsupported", "0.7", "whole powers and square roots only", "(A@A.T).^0.7"),
        ("(A@A.T)^1001", "limit", "1001", "up to 1000", "--limit power=N"),
        ("x.^u", "shape", "x.^u", "x is a vector of n and u is a vector of m", ""),
        ("(2^999)^999", "limit", "(2^999)^999", "4096 bits", ""),
        ("(2*c)^5000", "limit", "(2*c)^5000", "4096 bits", ""),
        ("*".join(["7^999"] * 3), "limit", "*".join(["7^999"] * 3), "4096 bits", ""),
        # calls
        ("inv(A@B)", "shape", "inv(A@B)", "inv takes a square matrix, and A@B is m x p", ""),
        ("tr(A)", "shape", "tr(A)", "tr takes a square matrix, and A is m x n", ""),
        ("tr(x)", "shape", "tr(x)", "x is a vector of n", ""),
        ("tr(A, B)", "shape", "tr(A, B)", "tr takes one argument, and got 2", "for example"),
        ("inv()", "shape", "inv()", "inv takes one argument, and got 0", ""),
        ("solve(A@A.T, x)", "shape", "solve(A@A.T, x)", "x is a vector of n", ""),
        ("dot(x, u)", "shape", "dot(x, u)", "dot takes", ""),
        ("max(x, y.T)", "shape", "max(x, y.T)", "y.T is a row of n", ""),
        ("frob(A)", "name", "frob", "no function frob", ""),
        ("lgodet(A)", "name", "lgodet", "no function lgodet", "logdet"),
        ("sum(A, axis=2)", "shape", "2", "an axis is 0 or 1", "axis=0"),
        ("sum(A, axis=x)", "shape", "x", "an axis is 0 or 1", ""),
        ("exp(A, axis=1)", "shape", "1", "exp has no axis", ""),
        ("sum(A, keepdims=1)", "usage", "1", "sum has no option keepdims", "axis"),
        ("sum(x, axis=1)", "shape", "sum(x, axis=1)", "axis=1", ""),
        ("norm(x, 3)", "unsupported", "3", "this norm is not known", ""),
        ("unvec(x, m, n)", "shape", "unvec(x, m, n)", "", ""),
        ("eye(n, m)", "shape", "eye(n, m)", "eye takes one size, and got 2", ""),
        ("ones()", "shape", "ones()", "ones takes sizes, and got 0", ""),
        ("ones(x)", "name", "x", "x is a variable, and stands where a size or a place is wanted", ""),
        ("einsum('ij,jk->ik', A)", "shape", "einsum('ij,jk->ik', A)", "2 operands, and einsum got 1", ""),
        ("einsum('ij,jk->ik', A, A)", "shape", "einsum('ij,jk->ik', A, A)", "the index j is n in A and m in A", ""),
        ("einsum('ijk->ik', A)", "shape", "einsum('ijk->ik', A)", "names 3 axes, and A is m x n", ""),
        ("einsum('ij->iz', A)", "shape", "'ij->iz'", "the index z stands only in the output", "ones"),
        ("einsum('i.j->i', A)", "shape", "'i.j->i'", "are no indices", ""),
        ("einsum(A, x)", "shape", "einsum(A, x)", "takes its indices first", "einsum('ij,jk->ik', A, B)"),
        # names
        ("x.T@log", "name", "log", "log is a function", "log(…)"),
        ("r = r@x; r", "name", "r", "r is used before it is defined", ""),
        ("r = s; s = x; r", "name", "s", "s is used before it is defined", ""),
        ("r = x; r = y; r", "name", "r", "r is defined twice", ""),
        ("x = A@y; x", "name", "x", "declared as a variable and defined", ""),
        ("sin = x; sin", "name", "sin", "sin is a function", ""),
        ("xTAx", "name", "xTAx", "can be a transpose or a product", "x'Ax"),
    ],
)  # fmt: skip
def test_refuses(text: str, kind: str, at: str, words: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        read(text, OBLONG)
    problem = caught.value
    assert problem.kind == kind, problem.report()
    assert words in problem.message
    assert hint in problem.hint
    assert problem.source == text
    if at:
        assert problem.span is not None
        assert text[slice(*problem.span)] == at


@pytest.mark.parametrize("text", ["A*B", "tr(A*B)", "x.T@(A*B) - c*x.T", "A*B*C", "C@inv(A*B).*A"])
def test_an_ambiguous_star_names_both_spellings(text: str) -> None:
    mixed = text.replace("@", " ") if ".*" not in text else text
    with pytest.raises(Problem) as caught:
        read(mixed, SQUARE)
    assert caught.value.kind == "shape"
    assert "A*B can be the matrix product or the product of entries" in caught.value.message
    assert caught.value.hint == "write A@B for the matrix product, A.*B for the product of entries"
    assert mixed[slice(*caught.value.span or (0, 0))] == "A*B"


@pytest.mark.parametrize(
    ("text", "at", "hint"),
    [
        ("x y", "x y", "x.T@y is the scalar, x@y.T the matrix"),
        ("x A y", "x A", "did you mean x.T@A?"),
        ("A x y", "A x y", "(A x).T@y is the scalar, A x@y.T the matrix"),
        ("X@W + b", "X@W + b", "to add it to every row write X@W + ones(m)@b.T"),
        ("sum(x^2)", "x^2", "x.^2 is the power of every entry; the sum of squares is norm(x)^2"),
        ("sum(1/x)", "x", "1 ./ x divides by every entry"),
        ("x.T + y", "x.T + y", "did you mean y.T?"),
    ],
)
def test_undeclared_names_are_not_bent_until_they_fit(text: str, at: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        read(text)
    assert caught.value.kind == "shape"
    assert caught.value.hint == hint
    assert text[slice(*caught.value.span or (0, 0))] == at


# ---------------------------------------------------------------- size and time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("+".join(["x.T@A@x"] * 5000), 6.0),
        ("+".join(f"a_{k}.T@x" for k in range(5000)), 6.0),
        ("+".join(f"a_{k}" for k in range(5000)), 6.0),
        ("@".join(f"A_{k}" for k in range(500)), 3.0),
        ("@".join(["A"] * 500), 3.0),
        ("*".join(f"c_{k}" for k in range(500)) + "*norm(x)", 3.0),
        ("(" * 200 + "x" + ")" * 200, 1.0),
        ("exp(" * 199 + "x" + ")" * 199, 1.0),
        ("".join(f"(A_{k}@" for k in range(199)) + "x" + ")" * 199, 4.0),
        ("; ".join(f"h_{k} = tanh(W_{k}@{f'h_{k - 1}' if k else 'x'} + b_{k})" for k in range(64)) + "; norm(h_63 - y)^2", 2.0),
    ],
    ids=["equal terms", "terms", "names", "factors", "power", "scalars", "brackets", "calls", "right products", "layers"],
)  # fmt: skip
def test_long_input_is_ordinary(text: str, seconds: float) -> None:
    started = process_time()
    read(text)
    assert process_time() - started < seconds


# ---------------------------------------------------------------- never a traceback

WORDS = "x y A B c 2 0.5 + - * / @ .* ./ ^ .^ ' .T ( ) , ; = r exp( sum( tr( inv( diag( norm( ones( n einsum( 'ij->i'".split()


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_any_text_is_read_or_refused_with_its_place(words: list[str]) -> None:
    text = " ".join(words)
    try:
        read(text)
    except Problem as problem:
        assert problem.source == text
        assert problem.span is None or 0 <= problem.span[0] <= problem.span[1] <= len(text)
        assert problem.message


def test_a_product_is_worth_what_numpy_says() -> None:
    reading = read("A@B@x + u + y.T@x*u", ["A[m,n]", "B[n,n]", "x[n]", "y[n]", "u[m]"])
    draw = np.random.default_rng(3)
    sizes = {"m": 3, "n": 5}
    values = {s.name: draw.normal(size=[d.at(sizes) for d in s.shape]) for s in reading.symbols.values()}
    A, B, x, y, u = (values[name] for name in "ABxyu")
    assert np.allclose(evaluate(reading.root, values, sizes), A @ B @ x + u + (y @ x) * u)
