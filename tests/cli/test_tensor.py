"""`--form` and `--vec`: derivatives of three axes and more at the shell, and in replies."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.shell import MCALC, mcalc, on_terminal


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ([], "einsum('ik,lj->ijkl', A, B)"),
        (["--form", "differential"], "dF = A@dX@B"),
        (["--form", "index"], "dF[i,j]/dX[k,l] = A[i,k]*B[l,j]"),
        (["--form", "kron"], "dvec(F)/dvec(X).T = kron(B.T, A)"),
        (["--form", "kron", "--vec", "row"], "dvec(F.T)/dvec(X.T).T = kron(A, B.T)"),
        (["--form", "einsum"], "dF/dX = einsum('ik,lj->ijkl', A, B)"),
        (["--form", "kron", "--to", "unicode"], "∂vec(F)/∂vec(X)ᵀ = Bᵀ ⊗ A"),
        (["--form", "index", "--to", "latex"], r"\frac{\partial F_{ij}}{\partial X_{kl}} = A_{ik} B_{lj}"),
    ],
)
def test_a_form_is_one_line(options: list[str], line: str) -> None:
    assert mcalc("diff", "A@X@B", "--wrt", "X", *options).stdout == line + "\n"


def test_a_form_of_a_derivative_of_few_axes() -> None:
    assert mcalc("diff", "x.T@A@x", "--wrt", "x", "--form", "differential").stdout == "df = x.T@(A + A.T)@dx\n"
    assert mcalc("diff", "tr(A@X)", "--wrt", "X", "--form", "kron").stdout == "df/dvec(X) = vec(A.T)\n"


def test_a_stream_has_a_line_for_each() -> None:
    ended = mcalc("diff", "-", "--wrt", "X", "--form", "kron", stdin="A@X\nX.T\n")
    assert ended.stdout.splitlines() == ["dvec(F)/dvec(X).T = kron(eye(p), A)", "dvec(F)/dvec(X).T = commutation(m, n)"]


def test_a_reply_has_every_form() -> None:
    reply = json.loads(mcalc("diff", "A@X@B", "--wrt", "X", "--to", "json").stdout)
    assert reply["derivative"] == "einsum('ik,lj->ijkl', A, B)"
    tensor = reply["tensor"]
    assert tensor.pop("vec") == "column"
    assert {name: (told["left"], told["text"]) for name, told in tensor.items()} == {
        "differential": ("dF", "A@dX@B"),
        "index": ("dF[i,j]/dX[k,l]", "A[i,k]*B[l,j]"),
        "kron": ("dvec(F)/dvec(X).T", "kron(B.T, A)"),
        "einsum": ("dF/dX", "einsum('ik,lj->ijkl', A, B)"),
    }
    assert tensor["kron"]["latex"] == r"B^{\top} \otimes A"
    assert "symmetric" not in reply


def test_a_hessian_has_its_quadratic_form_and_is_symmetric() -> None:
    reply = json.loads(mcalc("diff", "norm(X)^2", "--wrt", "X", "--order", "2", "--to", "json").stdout)
    assert reply["symmetric"] is True
    assert reply["tensor"]["quadratic"]["text"] == "2*norm(dX)^2"
    assert reply["tensor"]["kron"]["text"] == "2*eye(m*n)"


def test_rows_in_a_batch() -> None:
    request = {"expr": "A@X@B", "wrt": "X", "vec": "row"}
    reply = json.loads(mcalc("batch", stdin=json.dumps(request) + "\n").stdout)
    assert (reply["tensor"]["vec"], reply["tensor"]["kron"]["text"]) == ("row", "kron(A, B.T)")


def test_an_order_that_is_none_is_said() -> None:
    reply = json.loads(mcalc("batch", stdin=json.dumps({"expr": "A@X", "wrt": "X", "vec": "sideways"}) + "\n").stdout)
    assert reply["error"]["kind"] == "usage"
    assert "column, row" in reply["error"]["hint"]


@pytest.mark.parametrize(("text", "declared"), [("X.T@A@X", "X[m,n]"), ("X.T", "X[p + 1,q]")])
def test_commutation_matrices_are_defined_and_have_code(text: str, declared: str) -> None:
    reply = json.loads(mcalc("diff", text, "--wrt", "X", "--var", declared, "--to", "json").stdout)
    (known,) = reply["tensor"]["kron"]["where"]
    assert known["name"] in reply["tensor"]["kron"]["text"]
    rows, columns = known["definition"].partition("X is ")[2].split(" x ")
    sizes = {"m": 3, "n": 4, "p": 2, "q": 5}
    x = np.arange(eval(rows, sizes) * eval(columns, sizes), dtype=float).reshape(eval(rows, sizes), -1)
    matrix = eval(known["numpy"], {"np": np, **sizes})
    np.testing.assert_array_equal(matrix @ x.ravel("F"), x.T.ravel("F"))
    _, shown = on_terminal((*MCALC, "diff", text, "--wrt", "X", "--var", declared, "--no-steps"), NO_COLOR="1")
    assert known["numpy"][:20] in " ".join(shown.split())


def test_no_commutation_needs_no_word() -> None:
    reply = json.loads(mcalc("diff", "A@X", "--wrt", "X", "--to", "json").stdout)
    assert "where" not in reply["tensor"]["kron"]
