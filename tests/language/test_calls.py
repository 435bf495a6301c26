"""Calls that are no plain record: kron of columns and rows, einsum over fused axes, the commutation matrix."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.errors import Problem
from mcalc.language.read import read
from tests.evaluate import draw, evaluate

DECLARED = ["A[m,n], B[p,q], C[m*p,n*q], a[m], b[p]"]


def commutation(m: int, n: int) -> np.ndarray:
    """By its definition: the column of each entry of vec(A) has its one in the row of that entry in vec(A.T)."""
    found = np.zeros((m * n, m * n))
    for i in range(m):
        for j in range(n):
            found[i * n + j, j * m + i] = 1.0
    return found


MEANS = {
    "kron(A, B)": lambda v: np.kron(v["A"], v["B"]),
    "kron(a, B)": lambda v: np.kron(v["a"][:, None], v["B"]),
    "kron(a.T, B)": lambda v: np.kron(v["a"][None, :], v["B"]),
    "kron(A, b)": lambda v: np.kron(v["A"], v["b"][:, None]),
    "kron(A, b.T)": lambda v: np.kron(v["A"], v["b"][None, :]),
    "kron(a, b)": lambda v: np.kron(v["a"], v["b"]),
    "kron(a, b.T)": lambda v: np.outer(v["a"], v["b"]),
    "kron(a.T, b)": lambda v: np.outer(v["b"], v["a"]),
    "kron(a.T, b.T)@kron(a, b)": lambda v: np.kron(v["a"], v["b"]) @ np.kron(v["a"], v["b"]),
    "commutation(m, n)@vec(A)": lambda v: v["A"].reshape(-1),
    "commutation(m, n)": lambda v: commutation(*v["A"].shape),
    "einsum('ij,kl->(ik)(jl)', A, B)": lambda v: np.kron(v["A"], v["B"]),
    "einsum('ij->(ji)', A)": lambda v: v["A"].T.reshape(-1),
    "einsum('(ij),i->j', vec(A.T), a)": lambda v: v["A"].T @ v["a"],
    "einsum('(ik)(jl),ij->kl', C, A)": lambda v: np.einsum(
        "ikjl,ij->kl", v["C"].reshape(v["A"].shape[0], v["B"].shape[0], *(v["A"].shape[1], v["B"].shape[1])), v["A"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", MEANS)
def test_the_value_is_numpys(text: str) -> None:
    reading = read(text, DECLARED)
    values = draw(list(reading.symbols.values()), 1)
    found = evaluate(reading.root, values)
    expected = MEANS[text](values)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_sizes_follow_from_a_kron_with_a_row() -> None:
    reading = read("kron(b.T, eye(n))@vec(X)")
    assert [str(d) for d in reading.symbols["X"].shape] == ["n", str(reading.symbols["b"].shape[0])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("einsum('(ij)->ij', a)", "not clear"),
        ("einsum('(ij->ij', a)", "no indices"),
        ("einsum('(ij),i,j->ij', a, a, b)", "not clear"),
        ("einsum('ij->(ik)', A)", "stands only in the output"),
        ("commutation(m)", "2 sizes"),
    ],
)
def test_what_does_not_fit_is_said(text: str, said: str) -> None:
    with pytest.raises(Problem, match=said) as caught:
        read(text, DECLARED)
    assert caught.value.kind == "shape"
