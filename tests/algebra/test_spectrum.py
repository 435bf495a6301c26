"""Eigenvalues and singular values: their derivatives to order two, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.algebra.expr import Symbol
from mcalc.answer import differentiate
from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.language.read import read
from mcalc.targets import write
from tests.evaluate import difference, evaluate


def point(symbols: dict[str, Symbol], seed: int = 3) -> dict[str, np.ndarray]:
    """Matrices whose eigenvalues and singular values lie far apart."""
    rng = np.random.default_rng(seed)
    found: dict[str, np.ndarray] = {}
    for name, s in symbols.items():
        shape = tuple(d.at({"n": 4, "k": 2, "m": 3}) for d in s.shape)
        x = rng.standard_normal(shape)
        if len(shape) == 2:
            x = x / 3
            x[range(min(shape)), range(min(shape))] += 2.0 * (1 + np.arange(min(shape)))
            x = (x + x.T) / 2 if s.symmetric else x
        found[name] = x
    return found


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("w.T@eigvals(S)", "S[n,n] symmetric, w[n]"),
        ("sum(eigvals(S).^3)", "S[n,n] symmetric"),
        ("sum(exp(eigvalsh(X)))", "X[n,n]"),
        ("lambda_max(X.T@X)", "X[m,n]"),
        ("lambda_min(S)", "S[n,n] symmetric"),
        ("λ_max(S)/λ_min(S)", "S[n,n] symmetric"),
        ("w.T@svdvals(X)", "X[n,n], w[n]"),
        ("w.T@svdvals(X)", "X[n+k,n], w[n]"),
        ("w.T@svdvals(X)", "X[n,n+k], w[n]"),
        ("sum(log(svdvals(X)))", "X[n+k,n]"),
        ("norm(X, 2)", "X[m,n]"),
        ("‖X‖₂²", "X[n+k,n]"),
        ("norm(X, 1)", "X[m,n]"),
        ("norm(X, inf)", "X[m,n]"),
        ("tr(C@eigvecs(S)@diag(w)@eigvecs(S).T)", "S[n,n] symmetric, C[n,n], w[n]"),
        ("tr(C@svdleft(X)@diag(w)@svdright(X).T)", "X[n+k,n], C[n,n+k], w[n]"),
    ],
)
def test_derivatives_agree_with_differences(text: str, declared: str):
    reading = read(text, [declared])
    values = point(reading.symbols)
    x = next(s for name, s in reading.symbols.items() if name in "SX")
    along = np.random.default_rng(5).standard_normal(values[x.name].shape)
    along = (along + along.T) / 2 if x.symmetric else along
    f = reading.root
    for _ in range(2):
        g = derivative(f, x)
        slope = np.tensordot(evaluate(g, values, {"k": 2}), along, 2)
        np.testing.assert_allclose(slope, difference(f, x, along, values, {"k": 2}), rtol=1e-5, atol=1e-5)
        f = g


@pytest.mark.parametrize(
    ("text", "declared", "answer"),
    [
        ("sum(eigvals(S))", "S[n,n] symmetric", "eye(n)"),
        ("sum(eigvals(S).^2)", "S[n,n] symmetric", "2*S"),
        ("sum(log(eigvals(S)))", "S[n,n] symmetric", "inv(S)"),
        ("sum(svdvals(S).^2)", "S[n,n]", "2*S"),
        ("lambda_max(S)", "S[n,n] symmetric", "eigvecs(S)[:,-1]@eigvecs(S)[:,-1].T"),
        ("sum(exp(eigvals(S)))", "S[n,n] symmetric", "eigvecs(S)@diag(exp(eigvals(S)))@eigvecs(S).T"),
    ],
)
def test_answers(text: str, declared: str, answer: str):
    assert write("text", differentiate(text, ["S"], [declared]).derivatives[0].syntax) == answer


def test_what_is_not_known_is_refused():
    with pytest.raises(Problem, match="eigvals is known of symmetric matrices only") as problem:
        read("eigvals(A)", ["A[n,n]"])
    assert problem.value.kind == "unsupported" and "--var 'A[n,n] symmetric'" in problem.value.hint
    with pytest.raises(Problem, match="svdvals of m x n are as many as the shorter side is long"):
        read("svdvals(A)", ["A[m,n]"])
