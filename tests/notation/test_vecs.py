"""Fused axes as axes of their own: what is summed over their parts is a vec, and what shows them an unvec."""

from __future__ import annotations

import pytest

from mcalc import diff

DECLARED = ["A[m,n]", "B[k,p]", "M[p,m*n]", "K[m*n,m*n] symmetric", "X[m,n]"]
ANSWERS = [
    ("norm(M@vec(X) - z)^2", "X", "2*unvec(M.T@(M@vec(X) - z), m, n)"),
    ("norm(M@vec(X) - z)^2", "M", "2*(M@vec(X) - z)@vec(X).T"),
    ("norm(M.T@z - vec(X))^2", "X", "2*(X - unvec(M.T@z, m, n))"),
    ("z.T@M@vec(X)", "X", "unvec(M.T@z, m, n)"),
    ("vec(X).T@inv(K)@vec(X)", "X", "2*unvec(inv(K)@vec(X), m, n)"),
    ("vec(X.T).T@M.T@z", "X", "unvec(M.T@z, n, m).T"),
    ("vec(A@Y.T@B).T@c", "Y", "B@unvec(c, m, p).T@A"),
    ("norm(vec(A@Y@B) - c)^2", "Y", "2*A.T@(A@Y@B - unvec(c, m, p))@B.T"),
    ("c.T@kron(x, y)", "x", "unvec(c, n, m).T@y"),
    ("c.T@kron(x, y)", "y", "unvec(c, n, m)@x"),
    ("y.T@kron(A, B)@x", "A", "unvec(y, k, m).T@B@unvec(x, p, n)"),
    ("norm(vec(X)./c)^2", "X", "2*X./unvec(c.^2, m, n)"),
    ("exp(vec(X)).T@c", "X", "unvec(c, m, n).*exp(X)"),
    ("(z.T@M@vec(X))^2", "X", "2*z.T@M@vec(X)*unvec(M.T@z, m, n)"),
    ("norm(kron(A, B)@x - c)^2", "x", "2*kron(A.T, B.T)@(kron(A, B)@x - c)"),
    ("sum(log(vec(A@Y.T)))", "Y", "(1./(Y@A.T))@A"),
]


@pytest.mark.parametrize(("text", "name", "wanted"), ANSWERS)
def test_reads_as_in_books(text: str, name: str, wanted: str) -> None:
    answer = diff(text, name, var=[declared for declared in DECLARED if declared[0] in text.replace("kron", "")])
    assert answer.derivative == wanted
    assert answer.verify()
