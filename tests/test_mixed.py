"""Derivatives by several variables in turn, against differences of functions that are written in NumPy."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from mcalc.answer import differentiate
from mcalc.errors import Problem
from mcalc.language.read import reread
from mcalc.request import Manner, Way
from mcalc.working import steps
from tests.evaluate import Array, draw, evaluate
from tests.shell import mcalc


def slopes(f: Callable[..., Array], values: dict[str, Array], name: str, h: float = 1e-2) -> Array:
    """The derivative by one of the arguments, axes of the value and then its own."""
    at = np.asarray(values[name], float)

    def along(direction: Array) -> Array:
        def central(step: float) -> Array:
            ends = (np.asarray(f(**{**values, name: at + s * direction})) for s in (step, -step))
            return (next(ends) - next(ends)) / (2 * step)

        return (4 * central(h / 2) - central(h)) / 3

    found = []
    for place in np.ndindex(at.shape):
        unit = np.zeros(at.shape)
        unit[place] = 1.0
        found.append(along(unit))
    return np.reshape(np.stack(found, axis=-1), (*np.shape(found[0]), *at.shape))


#: Expression, the variables in turn, and the same in NumPy.
CASES: list[tuple[str, str, Callable[..., Array]]] = [
    ("x.T@A@y", "x y", lambda x, A, y: x @ A @ y),
    ("x.T@A@y", "y x", lambda x, A, y: x @ A @ y),
    ("norm(A@x - y)^2", "x y", lambda A, x, y: np.sum((A @ x - y) ** 2)),
    ("norm(A@x - y)^2", "A y", lambda A, x, y: np.sum((A @ x - y) ** 2)),
    ("norm(A@x - y)^2", "y A", lambda A, x, y: np.sum((A @ x - y) ** 2)),
    ("exp(-t*x.T@x)", "t x", lambda t, x: np.exp(-t * x @ x)),
    ("exp(-t*x.T@x)", "x t", lambda t, x: np.exp(-t * x @ x)),
    ("A@sin(t*x)", "t x", lambda A, t, x: A @ np.sin(t * x)),
    ("A@sin(t*x)", "x t", lambda A, t, x: A @ np.sin(t * x)),
    ("tr(X.T@A@Y@B)", "X Y", lambda X, A, Y, B: np.trace(X.T @ A @ Y @ B)),
    ("logsumexp(W@x + b)", "W b", lambda W, x, b: np.log(np.sum(np.exp(W @ x + b)))),
    ("logsumexp(W@x + b)", "x W", lambda W, x, b: np.log(np.sum(np.exp(W @ x + b)))),
    ("s^2*t^3", "s t", lambda s, t: s**2 * t**3),
    ("s^2*t^3", "t t s", lambda s, t: s**2 * t**3),
    ("x.T@A@x*t", "x x t", lambda x, A, t: x @ A @ x * t),
]


@pytest.mark.parametrize(("text", "turns", "f"), CASES, ids=[f"{c[0]} by {c[1]}" for c in CASES])
def test_against_differences(text: str, turns: str, f: Callable[..., Array]) -> None:
    first, *then = turns.split()
    scalars = "s[]" if "s^2" in text else ""
    (found,) = differentiate(text, [first], [scalars, "t[]"] if scalars else ["t[]"], then=then).derivatives
    values = draw(list(found.reading.symbols.values()), 3)
    truth = f

    def nested(f: Callable[..., Array], names: list[str]) -> Callable[..., Array]:
        if not names:
            return f
        inner = nested(f, names[:-1])
        return lambda **at: slopes(inner, at, names[-1])

    given = {name: values[name] for name in found.reading.symbols if name in f.__code__.co_varnames}
    truth = nested(f, turns.split())(**given)
    value = evaluate(reread(found.write("text"), found.reading), values)
    np.testing.assert_allclose(value, truth, rtol=1e-5, atol=1e-5)
    scope: dict[str, object] = {}
    exec(found.write("numpy"), scope)
    np.testing.assert_allclose(scope["derivative"](**values), truth, rtol=1e-5, atol=1e-5)  # type: ignore[operator]
    assert found.kind == ("derivative" if not truth.ndim else "mixed")


@pytest.mark.parametrize("method", ["differential", "occurrences"])
@pytest.mark.parametrize(("text", "turns"), [(c[0], c[1]) for c in CASES])
def test_the_working_ends_with_it(text: str, turns: str, method: str) -> None:
    first, *then = turns.split()
    (found,) = differentiate(text, [first], ["t[], s[]"], then=then).derivatives
    lines = found.steps(Way(method=method))
    assert lines[-1].write("text") == found.write("text")
    assert lines[-1].left == found.left
    assert lines[0].left != lines[-1].left


def test_each_line_follows_from_the_one_before() -> None:
    (found,) = differentiate("norm(A@x - y)^2", ["x"], then=["y"]).derivatives
    told = mcalc("diff", "norm(A@x - y)^2", "--wrt", "x", "--then", "y", "--steps").stdout.splitlines()
    assert told == [
        "df = d(norm(A@x - y)^2)",
        "df = 2*(A@x - y).T@d(A@x - y)",
        "df = 2*(A@x - y).T@A@dx",
        "df/dx = 2*A.T@(A@x - y)",
        "d(df/dx) = d(2*A.T@(A@x - y))",
        "d(df/dx) = -2*A.T@dy",
        "d2f/(dx*dy) = -2*A.T",
    ]
    assert [line.rule for line in steps(found.reading, found.turns, found.expr, found.syntax)].count("again") == 1


@pytest.mark.parametrize(
    ("text", "wrt", "then", "form", "line"),
    [
        ("tr(X.T@A@Y)", "X", "Y", "differential", "d(df/dX) = A@dY"),
        ("tr(X.T@A@Y)", "X", "Y", "index", "d2f/(dX[i,j]*dY[k,l]) = delta[j,l]*A[i,k]"),
        ("tr(X.T@A@Y)", "X", "Y", "kron", "d2f/(dvec(X)*dvec(Y).T) = kron(eye(n), A)"),
        ("tr(X.T@A@Y)", "Y", "X", "kron", "d2f/(dvec(Y)*dvec(X).T) = kron(eye(n), A.T)"),
        ("a.T@X@b", "X", "a", "kron", "d2f/(dvec(X)*da.T) = kron(b, eye(m))"),
        ("x.T@A@y", "x", "y", "einsum", "d2f/(dx*dy) = A"),
    ],
)
def test_its_forms(text: str, wrt: str, then: str, form: str, line: str) -> None:
    (found,) = differentiate(text, [wrt], manner=Manner(form=form), then=[then]).derivatives
    assert found.result("text") == line


def test_layouts_and_several_first_variables() -> None:
    (found,) = differentiate("x.T@A@y", ["x"], manner=Manner(layout="denominator"), then=["y"]).derivatives
    assert (found.write("text"), found.shape) == ("A.T", ["n", "m"])
    both = differentiate("x.T@A@y", ["x", "A"], then=["y"]).derivatives
    assert [(d.wrt, d.shape) for d in both] == [("x", ["m", "n"]), ("A", ["m", "n", "n"])]


def test_a_reply() -> None:
    request = {"expr": "x.T@A@y", "wrt": "x", "then": ["y"], "to": ["latex"], "steps": True}
    reply = json.loads(mcalc("batch", stdin=json.dumps(request)).stdout)
    assert (reply["wrt"], reply["then"], reply["kind"], reply["derivative"]) == ("x", ["y"], "mixed", "A")
    assert r"\mathrm{d} x" in mcalc("diff", "x.T@A@y", "--wrt", "x", "--then", "y", "--steps", "--to", "latex").stdout


def test_differences_confirm_it() -> None:
    assert differentiate("logsumexp(W@x + b)", ["x"], then=["W"]).verify().ok
    assert differentiate("a.T@inv(S)@b", ["S"], ["S[n,n] symmetric"], then=["a"], structured=True).verify().ok


@pytest.mark.parametrize(
    ("wrt", "asked", "kind"),
    [
        ("x", {"then": ["z"]}, "name"),
        ("x[0]", {"then": ["y"]}, "usage"),
        ("x", {"then": ["y"], "jvp": "v"}, "usage"),
        ("x", {"then": ["A", "A", "A", "A"]}, "limit"),
    ],
)
def test_refuses(wrt: str, asked: dict[str, object], kind: str) -> None:
    with pytest.raises(Problem) as caught:
        differentiate("x.T@A@y", [wrt], **asked)  # type: ignore[arg-type]
    assert caught.value.kind == kind
