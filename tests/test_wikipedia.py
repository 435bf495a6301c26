"""The tables of https://en.wikipedia.org/wiki/Matrix_calculus: every identity comes out, in both layouts.

The right sides are those of the tables, with ∂u/∂x in the numerator layout written `jac_u(x)`, or `grad_u(x).T` where
u is a scalar, and du/dt written `u'(t)`. Left out are the cross product and functions of matrices that mcalc has not.
"""

from __future__ import annotations

import pytest

from mcalc.answer import Answer, differentiate
from mcalc.checking.identity import Samples, decide
from mcalc.language.read import reread_value
from mcalc.request import Manner

VECTORS = ["u: [n] -> [m]", "v: [n] -> [m]"]
SCALARS = ["u: [n] -> []", "v: [n] -> []"]
CURVES = ["u: [] -> [m]", "v: [] -> [m]"]
FIELDS = ["u: [p,q] -> []", "v: [p,q] -> []"]
MATRICES = ["U: [] -> [m,n]", "V: [] -> [m,n]"]
SQUARE = ["U: [] -> [n,n]"]
T = "t[]"
SAME = ""  #: the transpose, or of a scalar the same

#: Expression, variable, declarations, functions, the numerator layout and the denominator layout.
TABLES: dict[str, list[tuple[str, str, str, list[str], str, str]]] = {
    "vector by vector": [
        ("a", "x", "a[m], x[n]", [], "zeros(m, n)", "zeros(n, m)"),
        ("x", "x", "x[n]", [], "eye(n)", "eye(n)"),
        ("A@x", "x", "", [], "A", "A.T"),
        ("x.T@A", "x", "", [], "A.T", "A"),
        ("c*u(x)", "x", "c[]", VECTORS, "c*jac_u(x)", "c*jac_u(x).T"),
        ("v(x)*a", "x", "a[m]", ["v: [n] -> []"], "a@grad_v(x).T", "grad_v(x)@a.T"),
        (
            "v(x)*u(x)", "x", "", ["u: [n] -> [m]", "v: [n] -> []"],
            "v(x)*jac_u(x) + u(x)@grad_v(x).T", "v(x)*jac_u(x).T + grad_v(x)@u(x).T",
        ),
        ("A@u(x)", "x", "", VECTORS, "A@jac_u(x)", "jac_u(x).T@A.T"),
        ("u(x) + v(x)", "x", "", VECTORS, "jac_u(x) + jac_v(x)", "jac_u(x).T + jac_v(x).T"),
        (
            "g(u(x))", "x", "", ["u: [n] -> [m]", "g: [m] -> [p]"],
            "jac_g(u(x))@jac_u(x)", "jac_u(x).T@jac_g(u(x)).T",
        ),
        (
            "f(g(u(x)))", "x", "", ["u: [n] -> [m]", "g: [m] -> [p]", "f: [p] -> [q]"],
            "jac_f(g(u(x)))@jac_g(u(x))@jac_u(x)", "jac_u(x).T@jac_g(u(x)).T@jac_f(g(u(x))).T",
        ),
    ],
    "scalar by vector": [
        ("a", "x", "a[], x[n]", [], "zeros(n).T", "zeros(n)"),
        ("c*u(x)", "x", "c[]", SCALARS, "c*grad_u(x).T", "c*grad_u(x)"),
        ("u(x) + v(x)", "x", "", SCALARS, "grad_u(x).T + grad_v(x).T", "grad_u(x) + grad_v(x)"),
        (
            "u(x)*v(x)", "x", "", SCALARS,
            "u(x)*grad_v(x).T + v(x)*grad_u(x).T", "u(x)*grad_v(x) + v(x)*grad_u(x)",
        ),
        (
            "g(u(x))", "x", "", ["u: [n] -> []", "g: [] -> []"],
            "g'(u(x))*grad_u(x).T", "g'(u(x))*grad_u(x)",
        ),
        (
            "f(g(u(x)))", "x", "", ["u: [n] -> []", "g: [] -> []", "f: [] -> []"],
            "f'(g(u(x)))*g'(u(x))*grad_u(x).T", "f'(g(u(x)))*g'(u(x))*grad_u(x)",
        ),
        (
            "u(x).T@v(x)", "x", "", VECTORS,
            "u(x).T@jac_v(x) + v(x).T@jac_u(x)", "jac_u(x).T@v(x) + jac_v(x).T@u(x)",
        ),
        (
            "u(x).T@A@v(x)", "x", "", ["u: [n] -> [m]", "v: [n] -> [p]"],
            "u(x).T@A@jac_v(x) + v(x).T@A.T@jac_u(x)", "jac_u(x).T@A@v(x) + jac_v(x).T@A.T@u(x)",
        ),
        ("a.T@x", "x", "", [], "a.T", "a"),
        ("b.T@A@x", "x", "", [], "b.T@A", "A.T@b"),
        ("x.T@A@x", "x", "", [], "x.T@(A + A.T)", "(A + A.T)@x"),
        ("x.T@A@x", "x", "A[n,n] symmetric", [], "2*x.T@A", "2*A@x"),
        ("x.T@x", "x", "", [], "2*x.T", "2*x"),
        ("a.T@u(x)", "x", "", VECTORS, "a.T@jac_u(x)", "jac_u(x).T@a"),
        ("a.T@x@x.T@b", "x", "", [], "x.T@(a@b.T + b@a.T)", "(a@b.T + b@a.T)@x"),
        (
            "(A@x + b).T@C@(D@x + e)", "x", "", [],
            "(D@x + e).T@C.T@A + (A@x + b).T@C@D", "D.T@C.T@(A@x + b) + A.T@C@(D@x + e)",
        ),
        ("norm(x - a)", "x", "", [], "(x - a).T/norm(x - a)", "(x - a)/norm(x - a)"),
    ],
    "vector by scalar": [
        ("a", "t", "a[m], t[]", [], "zeros(m)", "zeros(m).T"),
        ("c*u(t)", "t", "c[], t[]", CURVES, "c*u'(t)", "c*u'(t).T"),
        ("A@u(t)", "t", T, CURVES, "A@u'(t)", "u'(t).T@A.T"),
        ("u(t) + v(t)", "t", T, CURVES, "u'(t) + v'(t)", "u'(t).T + v'(t).T"),
        ("g(u(t))", "t", T, ["u: [] -> [m]", "g: [m] -> [p]"], "jac_g(u(t))@u'(t)", "u'(t).T@jac_g(u(t)).T"),
        (
            "f(g(u(t)))", "t", T, ["u: [] -> [m]", "g: [m] -> [p]", "f: [p] -> [q]"],
            "jac_f(g(u(t)))@jac_g(u(t))@u'(t)", "u'(t).T@jac_g(u(t)).T@jac_f(g(u(t))).T",
        ),
        (
            "U(t)@v(t)", "t", T, ["U: [] -> [m,n]", "v: [] -> [n]"],
            "U'(t)@v(t) + U(t)@v'(t)", "v(t).T@U'(t).T + v'(t).T@U(t).T",
        ),
    ],
    "scalar by matrix": [
        ("a", "X", "a[], X[p,q]", [], "zeros(q, p)", "zeros(p, q)"),
        ("c*u(X)", "X", "c[]", FIELDS, "c*grad_u(X).T", SAME),
        ("u(X) + v(X)", "X", "", FIELDS, "grad_u(X).T + grad_v(X).T", SAME),
        ("u(X)*v(X)", "X", "", FIELDS, "u(X)*grad_v(X).T + v(X)*grad_u(X).T", SAME),
        ("g(u(X))", "X", "", ["u: [p,q] -> []", "g: [] -> []"], "g'(u(X))*grad_u(X).T", SAME),
        (
            "f(g(u(X)))", "X", "", ["u: [p,q] -> []", "g: [] -> []", "f: [] -> []"],
            "f'(g(u(X)))*g'(u(X))*grad_u(X).T", SAME,
        ),
        (
            "g(U(X))", "X", "", ["U: [p,q] -> [m,n]", "g: [m,n] -> []"],
            "einsum('kl,klji->ij', grad_g(U(X)), jac_U(X))", SAME,
        ),
        ("a.T@X@b", "X", "", [], "b@a.T", "a@b.T"),
        ("a.T@X.T@b", "X", "", [], "a@b.T", "b@a.T"),
        ("(X@a + b).T@C@(X@a + b)", "X", "", [], "((C + C.T)@(X@a + b)@a.T).T", "(C + C.T)@(X@a + b)@a.T"),
        ("(X@a).T@C@(X@b)", "X", "", [], "(C@X@b@a.T + C.T@X@a@b.T).T", "C@X@b@a.T + C.T@X@a@b.T"),
        ("tr(X)", "X", "", [], "eye(n)", "eye(n)"),
        (
            "tr(U(X) + V(X))", "X", "", ["U: [p,q] -> [m,m]", "V: [p,q] -> [m,m]"],
            "einsum('kkji->ij', jac_U(X)) + einsum('kkji->ij', jac_V(X))", SAME,
        ),
        ("tr(A@X)", "X", "", [], "A", "A.T"),
        ("tr(A@X.T)", "X", "", [], "A.T", "A"),
        ("tr(X.T@A@X)", "X", "", [], "X.T@(A + A.T)", "(A + A.T)@X"),
        ("tr(inv(X)@A)", "X", "", [], "-inv(X)@A@inv(X)", "-(inv(X)@A@inv(X)).T"),
        ("tr(A@X@B)", "X", "", [], "B@A", "A.T@B.T"),
        (
            "tr(A@X@B@X.T@C)", "X", "", [],
            "B@X.T@C@A + B.T@X.T@A.T@C.T", "A.T@C.T@X@B.T + C@A@X@B",
        ),
        ("tr(X^3)", "X", "", [], "3*X^2", "3*(X^2).T"),
        ("tr(A@X^3)", "X", "", [], "A@X^2 + X@A@X + X^2@A", "(A@X^2 + X@A@X + X^2@A).T"),
        ("tr(expm(X))", "X", "", [], "expm(X)", "expm(X).T"),
        ("det(X)", "X", "", [], "det(X)*inv(X)", "det(X)*inv(X).T"),
        ("log(det(c*X))", "X", "c[]", [], "inv(X)", "inv(X).T"),
        ("det(A@X@B)", "X", "A[n,n], B[n,n]", [], "det(A@X@B)*inv(X)", "det(A@X@B)*inv(X).T"),
        ("det(X^3)", "X", "", [], "3*det(X^3)*inv(X)", "3*det(X^3)*inv(X).T"),
        ("log(det(X.T@X))", "X", "X[m,n]", [], "2*inv(X.T@X)@X.T", "2*X@inv(X.T@X)"),
        ("det(X.T@A@X)", "X", "X[n,n]", [], "2*det(X.T@A@X)*inv(X)", "2*det(X.T@A@X)*inv(X).T"),
        (
            "det(X.T@A@X)", "X", "X[m,n], A[m,m] symmetric", [],
            "2*det(X.T@A@X)*inv(X.T@A@X)@X.T@A", "2*det(X.T@A@X)*A@X@inv(X.T@A@X)",
        ),
        (
            "det(X.T@A@X)", "X", "X[m,n]", [],
            "det(X.T@A@X)*(inv(X.T@A@X)@X.T@A + inv(X.T@A.T@X)@X.T@A.T)",
            "det(X.T@A@X)*(A@X@inv(X.T@A@X) + A.T@X@inv(X.T@A.T@X))",
        ),
    ],
    "matrix by scalar": [
        ("c*U(t)", "t", "c[], t[]", MATRICES, "c*U'(t)", SAME),
        ("A@U(t)@B", "t", T, MATRICES, "A@U'(t)@B", SAME),
        ("U(t) + V(t)", "t", T, MATRICES, "U'(t) + V'(t)", SAME),
        ("U(t)@V(t)", "t", T, ["U: [] -> [m,n]", "V: [] -> [n,p]"], "U(t)@V'(t) + U'(t)@V(t)", SAME),
        ("kron(U(t), V(t))", "t", T, MATRICES, "kron(U(t), V'(t)) + kron(U'(t), V(t))", SAME),
        ("U(t).*V(t)", "t", T, MATRICES, "U(t).*V'(t) + U'(t).*V(t)", SAME),
        ("inv(U(t))", "t", T, SQUARE, "-inv(U(t))@U'(t)@inv(U(t))", SAME),
        ("expm(t*A)", "t", T, [], "A@expm(t*A)", SAME),
    ],
    "scalar by scalar": [
        ("g(u(t))", "t", T, ["u: [] -> [m]", "g: [m] -> []"], "grad_g(u(t)).T@u'(t)", SAME),
        ("u(t).T@v(t)", "t", T, CURVES, "u(t).T@v'(t) + u'(t).T@v(t)", SAME),
        ("det(U(t))", "t", T, SQUARE, "det(U(t))*tr(inv(U(t))@U'(t))", SAME),
        ("log(det(U(t)))", "t", T, SQUARE, "tr(inv(U(t))@U'(t))", SAME),
        ("g(U(t))", "t", T, ["U: [] -> [m,n]", "g: [m,n] -> []"], "tr(grad_g(U(t)).T@U'(t))", SAME),
        ("tr(expm(t*A))", "t", T, [], "tr(A@expm(t*A))", SAME),
    ],
}  # fmt: skip

#: Second derivatives; the layouts agree in them, or the tables have one.
SECOND = [
    ("x.T@A@x", "x", "", [], "A + A.T"),
    ("x.T@A@x", "x", "A[n,n] symmetric", [], "2*A"),
    ("x.T@x", "x", "", [], "2*eye(n)"),
    ("f(x)", "x", "", ["f: [n] -> []"], "hess_f(x)"),
    ("f(A@x)", "x", "", ["f: [m] -> []"], "A.T@hess_f(A@x)@A"),
    (
        "inv(U(t))", "t", T, SQUARE,
        "inv(U(t))@(2*U'(t)@inv(U(t))@U'(t) - U''(t))@inv(U(t))",
    ),
    (
        "det(U(t))", "t", T, SQUARE,
        "det(U(t))*(tr(inv(U(t))@U''(t)) + tr(inv(U(t))@U'(t))^2 - tr((inv(U(t))@U'(t))^2))",
    ),
]  # fmt: skip

ROWS = [(table, *row) for table, rows in TABLES.items() for row in rows]


def ask(text: str, wrt: str, declared: str, functions: list[str], layout: str = "mixed", order: int = 1) -> Answer:
    return differentiate(text, [wrt], [declared] if declared else [], order, Manner(layout=layout), fun=functions)


def agree(answer: Answer, wanted: str, turned: bool = False) -> None:
    """The answer is what the table has, or its transpose, and is no longer."""
    (found,) = answer.derivatives
    value = reread_value(wanted, answer.reading)
    value = value.turned() if turned else value
    samples = Samples(sorted(answer.reading.sizes), frozenset(), (found.shown, value.expr))
    assert decide(found.shown, value.expr, samples).equal, found.write("text")
    assert (found.row, found.shown.shape) == (value.row, value.shape)
    assert len(found.write("text")) <= max(len(wanted) + (8 if turned else 0), 10), found.write("text")


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS])
def test_an_identity(row: tuple[str, str, str, str, list[str], str, str]) -> None:
    _, text, wrt, declared, functions, numerator, denominator = row
    agree(ask(text, wrt, declared, functions, "numerator"), numerator)
    agree(ask(text, wrt, declared, functions, "denominator"), denominator or numerator, turned=not denominator)


@pytest.mark.parametrize(("text", "wrt", "declared", "functions", "wanted"), SECOND)
def test_a_second_derivative(text: str, wrt: str, declared: str, functions: list[str], wanted: str) -> None:
    agree(ask(text, wrt, declared, functions, order=2), wanted)
