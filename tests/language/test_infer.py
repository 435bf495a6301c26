"""Shape inference: what undeclared names are, and how their sizes are called."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcalc.algebra.dims import show_shape
from mcalc.errors import Problem
from mcalc.language.read import describe, read

CORPUS = Path(__file__).parents[1] / "data" / "corpus.jsonl"


def shapes(text: str, *declarations: str) -> str:
    """`A: m x n, x: n -> m`: the variables and the result."""
    reading = read(text, declarations)
    return f"{describe(reading, ascii=True)} -> {show_shape(reading.root.shape)}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # one size is n, an oblong matrix m x n, as on paper
        ("x", "x: n -> n"),
        ("A", "A: m x n -> m x n"),
        ("lambda", "lambda: scalar -> scalar"),
        ("λ", "λ: scalar -> scalar"),
        ("tr(A)", "A: n x n -> scalar"),
        ("x.T@A@x", "x: n, A: n x n -> scalar"),
        ("x.T@A@y", "x: m, A: m x n, y: n -> scalar"),
        ("X@w - y", "X: m x n, w: n, y: m -> m"),
        ("x@y.T", "x: m, y: n -> m x n"),
        ("A@B", "A: m x n, B: n x p -> m x p"),
        ("A@B@C", "A: m x n, B: n x p, C: p x k -> m x k"),
        ("A@X + X@B - C", "A: m x m, X: m x n, B: n x n, C: m x n -> m x n"),
        ("W2@tanh(W1@x + b1) + b2", "W2: m x n, W1: n x p, x: p, b1: n, b2: m -> m"),
        ("inv(X.T@X)@X.T@y", "X: m x n, y: m -> n"),
        ("logdet(A) + y.T@y", "A: n x n, y: m -> scalar"),
        # laws come first, the name last
        ("tr(x)", "x: n x n -> scalar"),
        ("tr(A@x)", "A: m x n, x: n x m -> scalar"),
        ("x - mu", "x: n, mu: n -> n"),
        ("mu - x", "mu: n, x: n -> n"),
        ("X - mu", "X: m x n, mu: m x n -> m x n"),
        ("alpha - beta", "alpha: scalar, beta: scalar -> scalar"),
        ("x - mean(x)", "x: n -> n"),
        ("X + 1", "X: m x n -> m x n"),
        ("Y - X@w", "Y: m, X: m x n, w: n -> m"),
        ("a - x.T@b", "a: scalar, x: n, b: n -> scalar"),
        ("(x - mu).T@inv(Sigma)@(x - mu)", "x: n, mu: n, Sigma: n x n -> scalar"),
        ("norm(A@x - b)^2 + lambda*norm(w)^2", "A: m x n, x: n, b: m, lambda: scalar, w: p -> scalar"),
        ("X@theta - y", "X: m x n, theta: n, y: m -> m"),
        ("X theta - y", "X: m x n, theta: n, y: m -> m"),
        ("theta.T@x", "theta: n, x: n -> scalar"),
        ("x^2", "x: scalar -> scalar"),
        ("X^2", "X: n x n -> n x n"),
        ("x^t", "x: scalar, t: scalar -> scalar"),
        ("x.^p", "x: n, p: scalar -> n"),
        ("2^t", "t: scalar -> scalar"),
        ("1/x", "x: scalar -> scalar"),
        ("1 ./ x", "x: n -> n"),
        ("norm(x)/N", "x: n, N: scalar -> scalar"),
        # what multiplies
        ("inv(A + t*B)", "A: n x n, t: scalar, B: n x n -> n x n"),
        ("a*A", "a: scalar, A: m x n -> m x n"),
        ("t*A@x", "t: scalar, A: m x n, x: n -> m"),
        ("c*norm(x)", "c: scalar, x: n -> scalar"),
        ("norm(x)*a", "x: m, a: n -> n"),
        ("x*y", "x: n, y: n -> n"),
        ("a*x + b", "a: scalar, x: n, b: n -> n"),
        ("x*norm(x)", "x: n -> n"),
        ("sum(x)/n", "x: m, n: scalar -> scalar"),
        ("norm(X@w - y)^2/(2*m)", "X: n x p, w: p, y: n, m: scalar -> scalar"),
        ("y*log(q)", "y: n, q: n -> n"),
        ("log(1 + exp(-y*w.T@x))", "y: scalar, w: n, x: n -> scalar"),
        ("log(1 + exp(-y*w'*x))", "y: scalar, w: n, x: n -> scalar"),
        ("a'*b*c'*d", "a: m, b: m, c: n, d: n -> scalar"),
        ("a*b'", "a: m, b: n -> m x n"),
        ("c*x'*A*x", "c: scalar, x: n, A: n x n -> scalar"),
        ("2*x.T@A@x*y", "x: n, A: n x n, y: m -> m"),
        ("r*ones(p) + y", "r: scalar, y: p -> p"),
        ("K@u/sqrt(d)", "K: m x n, u: n, d: scalar -> m"),
        ("gamma .* x + beta", "gamma: n, x: n, beta: n -> n"),
        # `*` between matrices: what fits, then the dialect, then the company in the chain
        ("X*w", "X: m x n, w: n -> m"),
        ("A'*B", "A: m x n, B: m x p -> n x p"),
        ("A@B*C", "A: m x n, B: n x p, C: m x p -> m x p"),
        ("A*B*x", "A: m x n, B: n x p, x: p -> m"),
        ("x.T*A*x", "x: n, A: n x n -> scalar"),
        # functions
        ("diag(x)@A", "x: m, A: m x n -> m x n"),
        ("diag(A@B)", "A: m x n, B: n x m -> m"),
        ("kron(A, X)", "A: m x n, X: p x k -> m*p x k*n"),
        ("vec(X).T@kron(B, C)@vec(X)", "X: m x n, B: n x n, C: m x m -> scalar"),
        ("outer(x, y)", "x: m, y: n -> m x n"),
        ("solve(A, b)", "A: n x n, b: n -> n"),
        ("solve(A, B)", "A: m x m, B: m x n -> m x n"),
        ("sum(X, axis=0)", "X: m x n -> n"),
        ("sum(X, axis=1)", "X: m x n -> m"),
        ("x - mean(X, axis=0)", "x: n, X: m x n -> n"),
        ("softmax(X@w)", "X: m x n, w: n -> m"),
        ("max(x)", "x: n -> scalar"),
        ("max(0, 1 - y.*(X@w))", "y: m, X: m x n, w: n -> m"),
        ("X .* eye(n)", "X: n x n -> n x n"),
        ("X + ones(p)@b.T", "X: p x n, b: n -> p x n"),
        ("unvec(K@vec(X), m, n)", "K: m*n x k*p, X: p x k -> m x n"),
        ("einsum('ij,jk->ik', A, B)", "A: m x n, B: n x p -> m x p"),
        ("einsum('ii->i', A)", "A: n x n -> n"),
        ("transpose(x)@y", "x: n, y: n -> scalar"),
        # definitions are one with their uses
        ("r = X@w - y; r.T@r + lambda*w.T@w", "X: m x n, w: n, y: m, lambda: scalar -> scalar"),
        ("Y = A + t*B; det(Y)", "A: n x n, t: scalar, B: n x n -> scalar"),
    ],
)
def test_undeclared(text: str, expected: str) -> None:
    assert shapes(text) == expected


@pytest.mark.parametrize(
    ("text", "declarations", "expected"),
    [
        ("X@w - y", ["X[p,n]"], "X: p x n, w: n, y: p -> p"),
        ("X@w - y", ["w[m]"], "w: m, X: n x m, y: n -> n"),
        ("A@x", ["x[3]"], "x: 3, A: n x 3 -> n"),
        ("a*x", ["a[n]"], "a: n, x: n -> n"),
        ("x - c", ["c[]"], "c: scalar, x: n -> n"),
        ("A@b", ["A symmetric"], "A: n x n symmetric, b: n -> n"),
        ("X@w", ["z[m]"], "z: m, X: n x p, w: p -> n"),
        ("n*x", ["x[n]"], "x: n -> n"),
        ("K@vec(X)", ["K[m*n,m*n]"], "K: m*n x m*n, X: n x m -> m*n"),
        ("A*B", ["A[m,n]", "B[n,p]"], "A: m x n, B: n x p -> m x p"),
        ("A*B", ["A[m,n]", "B[m,n]"], "A: m x n, B: m x n -> m x n"),
        ("A*B + C", ["A[m,n]", "C[m,p]"], "A: m x n, C: m x p, B: n x p -> m x p"),
    ],
)
def test_partly_declared(text: str, declarations: list[str], expected: str) -> None:
    assert shapes(text, *declarations) == expected


def test_sizes_do_not_take_names_of_variables() -> None:
    reading = read("n*m*X@w")
    assert {str(d) for d in reading.symbols["X"].shape}.isdisjoint({"n", "m"})


@pytest.mark.parametrize("text", ["X@w - y", "x.T@A@x + b.T@x", "a*x - t*norm(x)*z", "Y - X@w + z", "x - mu + z"])
def test_the_order_of_terms_does_not_matter(text: str) -> None:
    terms = text.replace("-", "+").split("+")
    found = [read("+".join(order)).symbols for order in permutations(terms)]
    ranks = [{name: node.rank for name, node in symbols.items()} for symbols in found]
    assert all(rank == ranks[0] for rank in ranks)


@settings(max_examples=60)
@given(st.permutations("BCDFGH"), st.permutations("uvwxyz"))
def test_renaming_changes_no_size(capitals: list[str], small: list[str]) -> None:
    text = "norm(A@tanh(B@x + y) - z)^2 + x.T@x"
    table = str.maketrans("ABxyz", "".join(capitals[:2] + small[:3]))
    before, after = (list(read(t).symbols.values()) for t in (text, text.translate(table)))
    assert [s.shape for s in before] == [s.shape for s in after]


def test_identical_inputs_give_identical_symbols() -> None:
    text = "norm(A@x - b)^2"
    assert list(read(text).symbols.values()) == list(read(text).symbols.values())
    assert read(text).root is read(text).root


def test_the_corpus_needs_few_declarations() -> None:
    # What is left are scalars named like vectors (r, y, z), and problems about a variable that does not occur.
    other = []
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        ranks = {name: node.rank for name, node in read(case["expr"]).symbols.items()}
        if any(rank != len(case["vars"][name].split()) for name, rank in ranks.items()):
            other.append(case["expr"])
    assert len(other) <= 4, other


def test_a_capital_letter_in_front_of_a_product_is_no_vector():
    with pytest.raises(Problem) as caught:
        read("X@w - y.T")
    assert caught.value.hint == "did you mean y?"
    assert shapes("x@y") == "x: n, y: n -> scalar"
