"""Functions of one matrix commute: where that is used, derivatives are the numbers', and right."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.calculus.derivative import derivative
from mcalc.language.read import read
from tests.evaluate import difference, evaluate

TEXTS = [
    "tr(X^(-1/2))", "tr(logm(X)@logm(X))", "tr(X^3@expm(X))", "tr(X@logm(X))", "tr(sqrtm(X)@X)", "tr(X.T@expm(X))",
    "tr(X.T@sqrtm(X))", "tr(A@X@sqrtm(X))", "tr(X@A@expm(X))", "tr(expm(2*X)@X)", "tr(X^k@inv(X)@expm(X))",
    "tr(sqrtm(X).T@X)", "tr(logm(X@X.T)@X)", "tr(expm(X.T)@X@X)", "det(X^k)/tr(X^k)", "a.T@X^k@a",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_derivatives_agree_with_differences(text: str) -> None:
    reading = read(text, ["X[n,n], A[n,n], a[n], k[]"])
    rng = np.random.default_rng(0)
    values = {
        "X": rng.standard_normal((4, 4)) / 4 + 2 * np.eye(4),
        "A": rng.standard_normal((4, 4)),
        "a": rng.standard_normal(4),
        "k": np.asarray(3.0),
    }
    x, along = reading.symbols["X"], rng.standard_normal((4, 4)) / 3
    slope = np.tensordot(evaluate(derivative(reading.root, x), values), along, 2)
    assert np.isclose(slope, difference(reading.root, x, along, values), rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("tr(X^k)", "k*X.T^(k - 1)"),
        ("det(X^k)", "k*det(X^k)*inv(X).T"),
        ("logdet(X^k)", "k*inv(X).T"),
        ("tr(X^20)", "20*X.T^19"),
        ("tr(X^{-1/2})", "-inv(sqrtm(X)).T^3/2"),
        ("tr(X@logm(X))", "logm(X).T + eye(n)"),
    ],
)
def test_answers_are_those_of_numbers(text: str, answer: str) -> None:
    assert differentiate(text, ["X"], ["X[n,n]"]).derivatives[0].write("text") == answer
