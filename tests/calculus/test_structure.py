"""Matrices with a structure, in three conventions, against differences of functions that are written in NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.answer.derivative import Derivative
from mcalc.calculus.layout import CONVENTIONS
from mcalc.calculus.structure import STRUCTURES
from mcalc.errors import Problem
from mcalc.language.read import reread
from mcalc.request import Manner
from mcalc.targets import write
from tests.evaluate import Array, draw, evaluate
from tests.shell import mcalc

Function = Callable[[Array], Array]
#: Those that one declares; the table is held to have each of them.
KINDS = ("diagonal", "symmetric", "psd", "skew", "lower", "orthogonal")
N = 4
RNG = np.random.default_rng(5)
A, B = RNG.standard_normal((2, N, N))
a, b = RNG.standard_normal((2, N))
GIVEN = {"A": A, "B": B, "a": a, "b": b}

#: Expressions of a square matrix X, and the same in NumPy.
SCALARS: dict[str, Function] = {
    "tr(A@X)": lambda X: np.trace(A @ X),
    "tr(A@X.T)": lambda X: np.trace(A @ X.T),
    "tr(A@X@B@X)": lambda X: np.trace(A @ X @ B @ X),
    "a.T@X@b": lambda X: a @ X @ b,
    "norm(X@a - b)^2": lambda X: np.sum((X @ a - b) ** 2),
    "tr(X.T@X@A)": lambda X: np.trace(X.T @ X @ A),
    "sum(exp(X).*A)": lambda X: np.sum(np.exp(X) * A),
    "a.T@inv(X)@b": lambda X: a @ np.linalg.solve(X, b),
    "log(det(X)^2)": lambda X: np.log(np.linalg.det(X) ** 2),
}
ARRAYS: dict[str, Function] = {
    "X@a": lambda X: X @ a,
    "A@X@B": lambda X: A @ X @ B,
    "inv(X)": np.linalg.inv,
}


def directions(structure: str, X: Array) -> list[Array]:
    """Changes that keep the structure, enough to tell any two of them apart."""
    units = [np.outer(e, f) for e in np.eye(N) for f in np.eye(N)]
    match structure:
        case "symmetric" | "psd":
            return [(u + u.T) / 2 for u in units]
        case "skew":
            return [u - u.T for u in units]
        case "diagonal":
            return [np.diag(e) for e in np.eye(N)]
        case "lower":
            return [u for u in units if u[np.triu_indices(N, 1)].sum() == 0]
        case "orthogonal":
            return [X @ (u - u.T) for u in units]
    raise AssertionError(structure)


def slope(f: Function, X: Array, along: Array, h: float = 1e-3) -> Array:
    """The rate at which f changes along a direction."""

    def central(step: float) -> Array:
        return (f(X + step * along) - f(X - step * along)) / (2 * step)

    return np.asarray((4 * central(h / 2) - central(h)) / 3)


def point(structure: str) -> Array:
    """An invertible matrix with the structure."""
    X = np.random.default_rng(9).standard_normal((N, N))
    match structure:
        case "symmetric":
            return X + X.T
        case "psd":
            return X @ X.T + np.eye(N)
        case "skew":
            return X - X.T
        case "diagonal":
            return np.diag([1.5, -2.0, 0.7, 3.0])
        case "lower":
            return np.tril(X) + np.diag([2.0, 3.0, -2.0, 2.5])
    return np.linalg.qr(X)[0]


def derivative(text: str, structure: str, **asked: object) -> Derivative:
    (found,) = differentiate(text, ["X"], [f"X[n,n] {structure}"], **asked).derivatives  # type: ignore[arg-type]
    return found


def value(found: Derivative, X: Array) -> Array:
    return evaluate(found.expr, {**GIVEN, "X": X}, {"n": N})


@pytest.mark.parametrize("structure", KINDS)
@pytest.mark.parametrize("text", [*SCALARS, *ARRAYS])
def test_against_differences(text: str, structure: str) -> None:
    f, X = (SCALARS | ARRAYS)[text], point(structure)
    free = value(derivative(text, structure), X)
    units = [np.outer(e, f) for e in np.eye(N) for f in np.eye(N)]
    truth = np.stack([slope(f, X, u) for u in units], axis=-1).reshape(free.shape)
    np.testing.assert_allclose(free, truth, rtol=1e-6, atol=1e-7)

    structured = value(derivative(text, structure, structured=True), X)
    tangents = directions(structure, X)
    for along in tangents:
        expected = slope(f, X, along)
        np.testing.assert_allclose(np.tensordot(structured, along, 2), expected, rtol=1e-6, atol=1e-7)
    # It is a change that keeps the structure itself: what it lacks of it is orthogonal to all that do.
    basis = np.stack([t.ravel() for t in tangents])
    flat = structured.reshape(-1, N * N)
    kept = np.linalg.lstsq(basis.T, flat.T, rcond=None)[0]
    np.testing.assert_allclose(basis.T @ kept, flat.T, atol=1e-9)


@pytest.mark.parametrize("structure", ["symmetric", "psd", "skew", "diagonal", "lower"])
@pytest.mark.parametrize("text", ["tr(A@X)", "tr(A@X@B@X)", "norm(X@a - b)^2", "X@a"])
def test_the_cookbook_moves_what_is_tied_to_an_entry(text: str, structure: str) -> None:
    f, X = (SCALARS | ARRAYS)[text], point(structure)
    found = value(derivative(text, structure, convention="cookbook"), X)
    for i in range(N):
        for j in range(N):
            e = np.zeros((N, N))
            e[i, j] = 1.0
            if structure in ("symmetric", "psd"):
                e[j, i] = 1.0
            if structure == "skew":
                e[j, i] -= 1.0
            if (structure == "diagonal" and i != j) or (structure == "lower" and i < j):
                e[i, j] = 0.0
            np.testing.assert_allclose(found[..., i, j], slope(f, X, e), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("structure", ["symmetric", "skew", "diagonal", "lower", "psd"])
@pytest.mark.parametrize("text", ["tr(A@X@B@X)", "a.T@inv(X)@b"])
def test_a_hessian_along_the_structure(text: str, structure: str) -> None:
    f, X = SCALARS[text], point(structure)
    found = value(derivative(text, structure, structured=True, order=2), X)
    rng = np.random.default_rng(1)
    tangents = directions(structure, X)
    for _ in range(3):
        u, v = (np.tensordot(rng.standard_normal(len(tangents)), tangents, 1) for _ in range(2))
        expected = slope(lambda Y, v=v: slope(f, Y, v, 5e-3), X, u, 5e-3)  # type: ignore[misc]
        np.testing.assert_allclose(np.tensordot(np.tensordot(found, u, 2), v, 2), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("text", "structure", "asked", "wanted"),
    [
        ("tr(A@X)", "symmetric", {}, "A.T"),
        ("tr(A@X)", "symmetric", {"structured": True}, "(A + A.T)/2"),
        ("tr(A@X)", "symmetric", {"convention": "cookbook"}, "A + A.T - diag(diag(A))"),
        ("logdet(X)", "psd", {}, "inv(X)"),
        ("logdet(X)", "psd", {"convention": "structured"}, "inv(X)"),
        ("logdet(X)", "symmetric", {"convention": "cookbook"}, "2*inv(X) - diag(diag(inv(X)))"),
        ("tr(A@X)", "skew", {"structured": True}, "(A.T - A)/2"),
        ("tr(A@X)", "diagonal", {"structured": True}, "diag(diag(A))"),
        ("tr(X.T@X)", "orthogonal", {}, "2*X"),
        ("tr(X.T@X)", "orthogonal", {"structured": True}, "zeros(n, n)"),
    ],
)
def test_it_reads_as_in_books(text: str, structure: str, asked: dict[str, object], wanted: str) -> None:
    assert derivative(text, structure, **asked).write("text") == wanted


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_what_was_used_is_said_and_worked(convention: str) -> None:
    answer = differentiate("tr(A@X@X)", ["X", "A"], ["X[n,n] symmetric"], convention=convention)
    found, other = answer.derivatives
    assert (found.reply(["text"], None)["convention"], other.convention) == (convention, "")
    notes = [note for note in answer.notes if note.startswith("X is symmetric: this is")]
    assert len(notes) == 1
    assert STRUCTURES["symmetric"].formula(convention) in notes[0] or convention == "unstructured"
    last = found.steps()[-1]
    assert last.write("text") == found.write("text")
    assert (last.rule == convention) == (found.expr is not found.free)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_differential_of_a_second_derivative_is_that_of_the_first(convention: str) -> None:
    """The first derivative and the differential that a drawing shows below it are of one convention."""
    text, declared = "a.T@inv(X)@A@b", ["X[n,n] symmetric"]
    (first,) = differentiate(text, ["X"], declared, convention=convention).derivatives
    answer = differentiate(text, ["X"], declared, 2, convention=convention)
    assert answer.verify().ok
    (second,) = answer.derivatives
    X, change = point("symmetric"), np.add.outer(a, a)
    moved = second.tensor.changes[-1]
    line = reread(write("text", second.tensor.differential().syntax), second.reading, {moved.name: moved})
    found = evaluate(line, {**GIVEN, "X": X, moved.name: change}, {"n": N})
    np.testing.assert_allclose(found, slope(lambda Y: value(first, Y), X, change), rtol=1e-6, atol=1e-6)
    assert len(second.write("text")) < 400 or convention == "cookbook"


def test_a_structure_in_a_layout() -> None:
    asked = {"structured": True, "manner": Manner(layout="numerator")}
    found = derivative("tr(A@X@B)", "lower", **asked)
    X = point("lower")
    plain = value(derivative("tr(A@X@B)", "lower", structured=True), X)
    np.testing.assert_allclose(evaluate(found.shown, {**GIVEN, "X": X}, {"n": N}), plain.T)
    scope: dict[str, object] = {}
    exec(found.write("numpy"), scope)
    np.testing.assert_allclose(scope["derivative"](**GIVEN, X=X), plain.T)  # type: ignore[operator]
    np.testing.assert_allclose(evaluate(reread(found.write("text"), found.reading), {**GIVEN, "X": X}), plain.T)


def test_an_upstream_gradient_has_the_convention() -> None:
    (found,) = differentiate("X@a", ["X"], ["X[n,n] symmetric"], vjp="g", structured=True).derivatives
    values = draw(list(found.reading.symbols.values()), 2)
    outer = np.outer(values["g"], values["a"])
    np.testing.assert_allclose(evaluate(found.expr, values), (outer + outer.T) / 2)


@pytest.mark.parametrize(
    ("text", "declared", "asked", "code"),
    [
        ("tr(A@X)", "X[n,n]", {"structured": True}, "E063"),
        ("tr(A@X)", "X[n,n] symmetric", {"convention": "handbook"}, "E005"),
        ("tr(A@X)", "X[n,n] symmetric", {"structured": True, "convention": "cookbook"}, "E013"),
        ("tr(A@X)", "X[n,n] orthogonal", {"convention": "cookbook"}, "E421"),
        ("tr(A@X@B@X)", "X[n,n] orthogonal", {"structured": True, "order": 2}, "E421"),
        ("tr(A@X)", "X[n,n] orthogonal symmetric", {"structured": True}, "E421"),
        ("tr(A@X)", "X[n,n] symmetric", {"structured": True, "jvp": "V"}, "E421"),
    ],
)
def test_refuses(text: str, declared: str, asked: dict[str, object], code: str) -> None:
    with pytest.raises(Problem) as caught:
        differentiate(text, ["X"], [declared], **asked)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_the_table_has_each_structure() -> None:
    assert sorted(STRUCTURES) == sorted(KINDS)


def test_two_structures_are_no_matter_by_free_entries() -> None:
    answer = differentiate("tr(A@X)", ["X"], ["X[n,n] orthogonal symmetric"])
    assert answer.derivatives[0].write("text") == "A.T"


def test_at_the_shell() -> None:
    words = ("diff", "tr(A@S)", "--wrt", "S", "--var", "S[n,n] symmetric")
    assert mcalc(*words).stdout == "A.T\n"
    assert mcalc(*words, "--structured").stdout == "(A + A.T)/2\n"
    assert mcalc(*words, "--convention", "cookbook").stdout == "A + A.T - diag(diag(A))\n"


@pytest.mark.parametrize("structure", KINDS)
@pytest.mark.parametrize("asked", [{}, {"structured": True}])
def test_differences_confirm_it(structure: str, asked: dict[str, object]) -> None:
    answer = differentiate("tr(A@X@B@X) + a.T@inv(X)@b", ["X"], [f"X[n,n] {structure}"], **asked)  # type: ignore[arg-type]
    assert answer.verify().ok
