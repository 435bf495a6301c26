"""Functions of which only the shapes are known: closed forms, and truth for functions that are known after all."""

from __future__ import annotations

import inspect
import json

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.ops.abstract import abstract
from mcalc.answer import differentiate
from mcalc.errors import Problem
from mcalc.interface import shape
from mcalc.language.read import read, reread
from mcalc.request import METHODS, Way
from mcalc.targets import write
from tests.shell import mcalc

SIZES = {"m": 3, "n": 4, "k": 5, "p": 6}
VECTOR = np.random.default_rng(1)
B = {(a, b): np.random.default_rng(a * 10 + b).normal(size=(a, b)) for a in range(1, 8) for b in range(1, 8)}


def _to_vector(size: int):
    """x -> sin(B x) with its derivatives."""

    def of(x):
        return B[size, len(x)] @ x

    return {
        "": lambda x: np.sin(of(x)),
        "jac": lambda x: np.cos(of(x))[:, None] * B[size, len(x)],
        "d2": lambda x: np.einsum("a,ai,aj->aij", -np.sin(of(x)), B[size, len(x)], B[size, len(x)]),
    }


#: f: [m] -> [] is sum(sin(x)), and h is sin; u, v and g are sin(B x) with a B of their shapes.
FUNCTIONS = {
    "f": lambda x: np.sum(np.sin(x)),
    "grad_f": np.cos,
    "hess_f": lambda x: np.diag(-np.sin(x)),
    "d3_f": lambda x: np.einsum("i,ij,ik->ijk", -np.cos(x), np.eye(len(x)), np.eye(len(x))),
    "h": np.sin,
    "h_prime": np.cos,
    "h_prime_prime": lambda x: -np.sin(x),
    "F": lambda X: np.sum(np.sin(X)),
    "grad_F": np.cos,
    "r": lambda t: np.array([np.sin(t), t**2, np.exp(t), 1.0]),
    "r_prime": lambda t: np.array([np.cos(t), 2 * t, np.exp(t), 0.0]),
    "u": _to_vector(3)[""], "jac_u": _to_vector(3)["jac"], "d2_u": _to_vector(3)["d2"],
    "v": _to_vector(3)[""], "jac_v": _to_vector(3)["jac"],
    "g": _to_vector(5)[""], "jac_g": _to_vector(5)["jac"],
}  # fmt: skip
F, H, U, V, G = "f: [m] -> []", "h: [] -> []", "u: [n] -> [m]", "v: [n] -> [m]", "g: [m] -> [k]"


@pytest.mark.parametrize(
    ("text", "wrt", "functions", "order", "wanted"),
    [
        ("f(A@x)", "x", [F], 1, "A.T@grad_f(A@x)"),
        ("f(A@x)", "x", [F], 2, "A.T@hess_f(A@x)@A"),
        ("f(A@x)", "A", [F], 1, "grad_f(A@x)@x.T"),
        ("h(A@x).T@y", "x", [H], 1, "A.T@(h'(A@x).*y)"),
        ("sum(h(A@x))", "A", [H], 1, "h'(A@x)@x.T"),
        ("sum(h(A@x))", "x", [H], 2, "A.T@diag(h''(A@x))@A"),
        ("h(x)", "x", [H], 1, "diag(h'(x))"),
        ("h(t[])*exp(t)", "t", [H], 1, None),
        ("u(x).T@v(x)", "x", [U, V], 1, "jac_v(x).T@u(x) + jac_u(x).T@v(x)"),
        ("u(x).T@A@v(x)", "x", [U, V], 1, "jac_u(x).T@A@v(x) + jac_v(x).T@A.T@u(x)"),
        ("A@u(x)", "x", [U], 1, "A@jac_u(x)"),
        ("a.T@u(x)", "x", [U], 1, "jac_u(x).T@a"),
        ("g(u(x))", "x", [G, U], 1, "jac_g(u(x))@jac_u(x)"),
        ("f(u(x))", "x", [F, U], 1, "jac_u(x).T@grad_f(u(x))"),
        ("f(u(x))", "x", [F, U], 2, None),
        ("f(u(x))*u(x)", "x", [F, U], 1, None),
        ("f(x)^2", "x", [F], 3, None),
        ("F(A@X)", "X", ["F: [m,n] -> []"], 1, "A.T@grad_F(A@X)"),
        ("r(t).T@r(t)", "t", ["r: [] -> [n]"], 1, "2*r(t).T@r'(t)"),
        ("x.T@u(x)", "x", ["u: [m] -> [m]"], 1, "u(x) + jac_u(x).T@x"),
        ("f(x)/(1 + f(x))", "x", [F], 1, None),
    ],
)
def test_closed_forms_and_truth(text: str, wrt: str, functions: list[str], order: int, wanted: str | None):
    text, declared = (text.replace("t[]", "t"), ["t[]"]) if "t[]" in text else (text, [])
    answer = differentiate(text, [wrt], declared, order, fun=functions)
    (found,) = answer.derivatives
    assert wanted is None or found.write("text") == wanted
    back = reread(found.write("text"), answer.reading)
    assert back.shape == found.expr.shape
    scope: dict[str, object] = {}
    exec(found.write("numpy"), scope)
    lower: dict[str, object] = {}
    inner = differentiate(text, [wrt], declared, max(order - 1, 1), fun=functions).derivatives[0]
    exec(inner.write("numpy"), lower)
    base = lower["derivative"] if order > 1 else scope["value"]
    values = {
        s.name: np.random.default_rng(s.place + 5).normal(size=tuple(d.at(SIZES) for d in s.shape))
        for s in answer.reading.symbols.values()
    }
    got = call(scope["derivative"], values)
    np.testing.assert_allclose(got, slopes(base, values, wrt), rtol=1e-5, atol=1e-7)
    again = differentiate(f"{found.write('text')}", [wrt], declare(answer.reading), fun=functions)
    exec(again.derivatives[0].write("numpy"), scope)
    np.testing.assert_allclose(call(scope["value"], values), got, rtol=1e-9, atol=1e-9)


def declare(reading) -> list[str]:
    return [f"{s.name}[{','.join(map(str, s.shape))}]" for s in reading.symbols.values()]


def call(function, values):
    wanted = inspect.signature(function).parameters
    sizes = {name: SIZES[name] for name in wanted if name in SIZES and name not in values}
    return function(**values, **sizes, **{name: f for name, f in FUNCTIONS.items() if name in wanted})


def slopes(function, values, wrt: str, h: float = 1e-5):
    x = values[wrt]
    columns = []
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = h
        ends = [call(function, {**values, wrt: x + s * step}) for s in (1, -1)]
        columns.append((ends[0] - ends[1]) / (2 * h))
    return np.reshape(np.stack(columns, axis=-1), (*columns[0].shape, *x.shape))


@pytest.mark.parametrize(
    ("function", "text", "target", "spelled"),
    [
        (F, "f(A@x)", "unicode", "Aᵀ∇f(Ax)"),
        (F, "f(A@x)", "latex", r"A^{\top} \nabla f(A x)"),
        ("phi: [m] -> []", "phi(x)", "unicode", "∇φ(x)"),
        ("phi: [m] -> []", "phi(x)", "latex", r"\nabla \phi(x)"),
        (H, "sum(h(x))", "unicode", "h′(x)"),
        (G, "g(x)", "unicode", "Jg(x)"),
        (G, "g(x)", "latex", "J_{g}(x)"),
        ("f_1: [m] -> []", "f_1(x)", "latex", r"\nabla f_{1}(x)"),
    ],
)
def test_spelling(function: str, text: str, target: str, spelled: str):
    answer = differentiate(text, ["x"], fun=[function])
    assert answer.derivatives[0].write(target) == spelled
    if target == "unicode":
        assert reread(spelled, answer.reading) is reread(answer.derivatives[0].write("text"), answer.reading)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("order", "then"), [(2, ()), (1, ("y",))])
def test_every_method_goes_on_from_a_derivative_of_a_declared_function(method: str, order: int, then: tuple[str, ...]):
    (found,) = differentiate("f(A@x)*x.T@y", ["x"], order=order, then=then, fun=[F]).derivatives
    lines = found.steps(Way(method=method))
    assert lines[-1].write("text") == found.write("text")
    assert any("grad_f(" in line.write("text") for line in lines[:-1])
    assert all(line.title for line in lines)
    assert write("text", found.left).startswith("d2g/"), "f is the function, so the value is called otherwise"


def test_the_reading_and_the_graph_know_declared_functions():
    assert mcalc("shape", "f(A@x)", "--fun", F).stdout == "A[m,n], x[n] -> []\n"
    drawn = json.loads(mcalc("graph", "f(A@x)", "--fun", F, "--to", "json").stdout)
    assert any("grad_f" in json.dumps(edge) for edge in drawn["edges"])
    reply = json.loads(mcalc("batch", stdin=json.dumps({"command": "shape", "expr": "f(A@x)", "fun": F})).stdout)
    assert reply["shape"] == shape("f(A@x)", fun=F)["shape"] == []


def test_a_program_declares_its_functions():
    first = read("fun f: [m] -> []; f(A@x)")
    assert first.root is read("f(A@x)", functions=[F]).root
    assert read("var f: [m] → []\nf(A@x)").root is first.root
    assert abstract("f", (dim("m"),), ()) is abstract("f", (dim("m"),), ())


@pytest.mark.parametrize(
    ("function", "text", "kind", "words"),
    [
        ("sin: [] -> []", "sin(x)", "name", "sin is a function already"),
        ("f: [n],[m] -> []", "f(x)", "unsupported", "several arguments"),
        ("f [n] -> []", "f(x)", "parse", "declares no function"),
        ("f: [n -> []", "f(x)", "parse", "is no shape"),
        ("f: [n!] -> []", "f(x)", "parse", "`n!` is not a size"),
        (F, "f + 1", "name", "f is a function"),
        (F, "f(x, y)", "shape", "f takes one argument, and got 2"),
        (F, "f(x.T@x)", "shape", "f takes a vector of m"),
        (F, "f = x; f", "name", "f is declared as a function and defined as well"),
        (F, "f'(x)", "unsupported", "f' is no function here"),
    ],
)
def test_refuses(function: str, text: str, kind: str, words: str):
    with pytest.raises(Problem) as caught:
        read(text, functions=[function])
    assert caught.value.kind == kind, caught.value.report()
    assert words in caught.value.message
