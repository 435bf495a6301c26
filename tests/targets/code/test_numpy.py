"""Modules for NumPy: the code a person would write, that runs, and that nothing in the input can break."""

from __future__ import annotations

import re
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from mcalc.algebra.expr import add, contract, dim, eye, number, ones, power, size, symbol, total, zero
from mcalc.algebra.ops import OPS
from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.targets.code.numpy import module

n, m, k, p = map(dim, "nmkp")
SIZES = {"n": 4, "m": 3, "k": 5, "p": 6}
A, B = symbol("A", (n, n), (), 0), symbol("B", (n, n), (), 1)
W, X, T = symbol("W", (m, n), (), 2), symbol("X", (p, n), (), 3), symbol("T", (m, n), (), 4)
U, V = symbol("U", (m, k), (), 5), symbol("V", (n, k), (), 6)
S = symbol("S", (n, n), ("symmetric",), 7)
x, z, y, w, d = (symbol(s, (n,), (), 8 + i) for i, s in enumerate("xzywd"))
b = symbol("b", (m,), (), 20)
s, t = symbol("s", (), (), 21), symbol("t", (), (), 22)
inv, det, logdet, exp, tanh, softmax, tr = map(OPS.get, ("inv", "det", "logdet", "exp", "tanh", "softmax", "tr"))


def reading(*nodes, text="f", definitions=None, extra=()):
    symbols = sorted({s for node in nodes for s in node.free} | set(extra), key=lambda s: (s.place, s.name))
    return SimpleNamespace(symbols={s.name: s for s in symbols}, text=text, definitions=definitions or {}, abstract={})


def code_of(node, **options):
    """The statements of `value`, without those that only take the arguments in and say what type they have."""
    code = module(reading(node, **options), node, node)
    lines = code[code.index("def value") : code.index("def derivative")].strip().splitlines()[2:]
    lines = [line.strip().replace(", dtype=dtype", "") for line in lines]
    lines = [line for line in lines if "= arrays(" not in line and not line.startswith("dtype =")]
    return [bare(line.removeprefix("return ")) for line in lines]


def bare(text):
    """A result without what makes a scalar an array."""
    text = re.sub(r"^np\.asarray\((.*?)(, dtype)?\)$", r"\1", text)
    if not text.endswith("[...]"):
        return text
    inner = text.removesuffix("[...]")
    return inner[1:-1] if inner.startswith("(") else inner


def run(code, name, values):
    scope = {}
    exec(compile(code, "generated", "exec"), scope)
    result = scope[name](**values)
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.float64
    return result


def values_for(node, seed=0):
    rng = np.random.default_rng(seed)
    values = {}
    for v in node.free:
        value = rng.uniform(0.5, 1.5, [e.at(SIZES) for e in v.shape])
        values[v.name] = value + value.T if v.symmetric else value
    return values


r = W @ x - b
R = T - U @ V.T


@pytest.mark.parametrize(
    ("node", "lines"),
    [
        (x @ A @ x, ["x @ A @ x"]),
        (derivative(x @ A @ x, x), ["A @ x + x @ A"]),
        (derivative(r @ r, x), ["2*((W @ x - b) @ W)"]),
        (derivative(r @ r, W), ["np.outer(2*(W @ x - b), x)"]),
        (derivative(r @ r, x, 2), ["2*(W.T @ W)"]),
        (r @ r, ["t1 = W @ x - b", "t1 @ t1"]),
        (derivative(total(R * R), U), ["2*((U @ V.T - T) @ V)"]),
        (W.T @ W @ x, ["(W @ x) @ W"]),
        (derivative(tanh(W @ x), x), ["(1 - np.tanh(W @ x)**2)[:, None]*W"]),
        (contract([(d, 1, ((0,),)), (X, 1, ((1,), (0,)))], ((1,), (0,))), ["d*X"]),
        (contract([(b, 1, ((0,),)), (W, -1, ((0,), (1,)))], ((0,), (1,))), ["b[:, None]/W"]),
        (inv(A) @ x, ["np.linalg.solve(A, x)"]),
        (inv(A).T @ x, ["np.linalg.solve(A.T, x)"]),
        (x @ inv(A) @ z, ["x @ np.linalg.solve(A, z)"]),
        (inv(A) @ B @ inv(A), ["t1 = np.linalg.inv(A)", "t1 @ B @ t1"]),
        (B @ inv(A), ["np.linalg.solve(A.T, B.T).T"]),
        (inv(S) @ x, ["np.linalg.solve(S, x)"]),
        (logdet(A), ["np.linalg.slogdet(A)[1]"]),
        (tr(A), ["np.trace(A)"]),
        (tr(A @ B), ["np.vdot(A, B.T)"]),
        (total(W * T), ["np.vdot(W, T)"]),
        (contract([(W, 1, ((0,), (1,))), (T, 1, ((0,), (1,)))], ((0,),)), ['np.einsum("ab,ab->a", W, T)']),
        (contract([(W, 1, ((0,), (1,)))], ((1,),)), ["W.sum(axis=0)"]),
        (x @ x, ["x @ x"]),
        (power(x @ x, Fraction(1, 2)), ["np.sqrt(x @ x)"]),
        (x * power(x @ x, Fraction(-1, 2)), ["x/np.sqrt(x @ x)"]),
        (power(x, 2), ["x**2"]),
        (power(x, 3), ["x*x**2"]),
        (power(x, 4), ["(x**2)**2"]),
        (power(x, -1), ["1/x"]),
        (power(x, -2), ["1/x**2"]),
        (power(x, Fraction(-1, 2)), ["1/np.sqrt(x)"]),
        (power(x, Fraction(3, 2)), ["x*np.sqrt(x)"]),
        (power(x, Fraction(1, 3)), ["x**(1/3)"]),
        (power(s, 5), ["s**5"]),
        (Fraction(1, 2) * x, ["0.5*x"]),
        (Fraction(-1, 3) * x, ["-x/3"]),
        (Fraction(2, 3) * (x + z), ["2*(x + z)/3"]),
        (-1 * x, ["-x"]),
        (x - 1, ["x - 1"]),
        (1 - x, ["1 - x"]),
        (-(W @ x), ["-(W @ x)"]),
        (x - A @ z, ["x - A @ z"]),
        (s * (x + z), ["s*(x + z)"]),
        (ones((m, n)), ["m, n = W.shape", "np.ones((m, n))"]),
        (eye(n), ["n = x.shape[0]", "np.eye(n)"]),
        (eye(dim(3)), ["np.eye(3)"]),
        (size(n) * x, ["n = x.shape[0]", "n*x"]),
        (eye(n) * s, ["n = x.shape[0]", "s*np.eye(n)"]),
        (zero((n, n)), ["n = x.shape[0]", "np.zeros((n, n))"]),
        (number(10**40) * x, ["1e+40*x"]),
        (contract([(x, 1, ((0,),))], ((0,), (0,))), ["np.diag(x)"]),
        (
            derivative(total(R * R), U, 2),
            [
                "m, k = U.shape",
                't1 = on_diagonal(np.zeros((m, k, m, k)), "abac->abc", 2*(V.T @ V), zeros=True)',
                "t1",
            ],
        ),
        (s * eye(n) + A, ['t1 = on_diagonal(A.copy(), "aa->a", s)', "t1"]),
        (
            derivative(softmax(x), x),
            [
                "t1 = np.exp(x - x.max(axis=-1))",
                "t2 = t1/t1.sum()",
                't3 = on_diagonal(np.outer(-t2, t2), "aa->a", t2)',
                "t3",
            ],
        ),
    ],
    ids=repr,
)
def test_the_code_is_what_a_person_writes(node, lines):
    sized = [v for v in (W, U, x) if f"{v.name}.shape" in lines[0]]
    assert code_of(node, extra=sized) == lines


def test_a_structured_matrix_is_never_written_out():
    """The Jacobian of a softmax times a matrix is two products with what the softmax gives."""
    code = "\n".join(code_of(derivative(softmax(W @ x), x)))
    assert code.count("@") == 2
    assert "np.einsum" not in code
    assert "np.outer(t3, t3 @ W)" in code


def test_what_occurs_twice_is_computed_once():
    P = symbol("P", (p, m), (), 30)
    node = contract(
        [(P, 1, ((0,), (1,))), (P, 1, ((0,), (2,))), (X, 1, ((0,), (3,))), (X, 1, ((0,), (4,)))],
        ((3,), (1,), (4,), (2,)),
    )
    lines = [line for line in code_of(node) if "shape" not in line.replace("reshape", "")]
    assert sum("P" in line for line in lines) == 1
    assert sum("X" in line for line in lines) == 1


def test_a_chain_of_layers_costs_as_much_as_it_is_long():
    lengths = []
    for layers in (4, 8, 16):
        h = x
        for layer in range(layers):
            h = tanh(symbol(f"W{layer}", (n, n), (), layer) @ h)
        f = total(h)
        lengths.append(len(code_of(derivative(f, symbol("W0", (n, n), (), 0)))))
    assert lengths[2] - lengths[1] <= 2 * (lengths[1] - lengths[0]) + 2


@pytest.mark.parametrize(
    ("f", "v", "order"),
    [
        (x @ A @ x, x, 1),
        (x @ A @ x, x, 2),
        (logdet(A), A, 2),
        (inv(A), A, 1),
        (x @ inv(A) @ z, A, 1),
        (inv(A + t * B), t, 1),
        (total(tanh(W @ x)), W, 2),
        (softmax(W @ x), x, 1),
        (total(softmax(X, axis=1) * X), X, 1),
        (total(softmax(X, axis=0) * X), X, 1),
        (total(R * R), U, 2),
        (total(T * R * R), U, 2),
        (power(x @ x, Fraction(1, 2)), x, 2),
        (det(A) * s, A, 1),
        (exp(x) * power(total(exp(x)), -1), x, 1),
        (logdet(s * eye(n) + S), S, 1),
        (W, W, 1),
        (s * x, x, 1),
        (x * z, z, 2),
        (size(n) * (x @ x), x, 1),
        (OPS["kron"](A, W), A, 1),
        (OPS["vec"](A @ W.T), W, 1),
        (OPS["expm"](A), A, 1),
    ],
    ids=repr,
)
def test_derivatives_agree_with_finite_differences(f, v, order):
    values = values_for(f + 0 * v if not f.rank else f) | values_for(v)
    lower = derivative(f, v, order - 1)
    code = module(reading(f, extra=(v,)), lower, derivative(f, v, order))
    exact = run(code, "derivative", values)
    step = 1e-6
    numeric = np.zeros(exact.shape)
    for index in np.ndindex(values[v.name].shape):
        ends = []
        for h in (step, -step):
            moved = values[v.name].copy()
            moved[index] += h
            ends.append(run(code, "value", values | {v.name: moved}))
        numeric[(..., *index)] = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(exact, numeric, rtol=1e-5, atol=1e-6)


NAMES = [
    "lambda",
    "np",
    "scipy",
    "t1",
    "n",
    "_",
    "value",
    "float",
    "λ",
    "def",
    "print",
    "class_",
    "x'",
    "1",
    "__debug__",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_parameter(name):
    v = symbol(name, (n,), (), 0)
    other = symbol("lambda_", (n,), (), 1)
    node = eye(n) * (tanh(v) @ tanh(v)) * (other @ other)
    code = module(reading(node), node, node)
    scope = {}
    exec(code, scope)
    parameters = scope["value"].__code__.co_varnames[:2]
    assert parameters[1] == ("lambda__" if name == "lambda" else "lambda_") or parameters[0] == name
    one, two = np.arange(4.0), np.arange(1.0, 5)
    np.testing.assert_allclose(scope["value"](one, two), np.eye(4) * np.sum(np.tanh(one) ** 2) * (two @ two))


def test_only_keywords_and_libraries_change_their_names():
    v = [symbol(name, (), (), place) for place, name in enumerate(["lambda", "in", "np", "sum", "type", "match"])]
    node = v[0] + v[1] + v[2] + v[3] + v[4] + v[5]
    assert "def value(lambda_, in_, np_, sum, type, match, **_):" in module(reading(node), node, node)


@pytest.mark.parametrize(
    "text",
    [
        'x"""; import os; """',
        "x\nimport os",
        "x\r\nimport os\x0cimport sys\x85import re\u2028raise SystemExit",
        "\\",
        "x \x1b[31m \u202e",
        "# -*- coding: utf-7 -*-\n+AAo-raise SystemExit",
        "x" * 100_000,
        "{evil} {0} %s",
        "\ud800",
    ],
)
def test_no_text_leaves_its_comment(text):
    node = x @ x
    code = module(reading(node, text=text), node, node)
    assert code.isascii() or "…" in code
    assert all(c.isprintable() or c == "\n" for c in code)
    plain = module(reading(node), node, node).splitlines()
    lines = code.splitlines()
    assert len(lines) == len(plain)
    assert [a for a, b in zip(lines, plain, strict=True) if a != b] == [
        line for line in lines if line.startswith("# value: ")
    ]
    assert "coding" not in "".join(lines[:2])
    np.testing.assert_allclose(run(code, "value", {"x": [1, 2]}), 5)


def test_the_head_says_what_the_module_computes():
    lines = module(reading(x @ S @ x, text="x.T@S@x"), x @ S @ x, S @ x, wrt="x", layout="mixed").splitlines()
    assert lines[2:10] == [
        "# value: x.T@S@x",
        "#   scalar",
        "# derivative by x: mixed layout, the axes of the value before those of the variable",
        "#   n",
        "# variables:",
        "#   S: n x n, symmetric",
        "#   x: n",
        "",
    ]
    assert '    """The derivative: an array of shape (n,)."""' in lines


def test_helpers_and_libraries_come_with_what_uses_them():
    node = OPS["ismax"](x) * OPS["erf"](x)
    code = module(reading(node), node, node)
    assert code.count("def ismax(") == 1
    assert "\nimport scipy.special\n" in code
    assert run(code, "value", {"x": [1.0, 2.0]}).shape == (2,)
    assert "scipy" not in module(reading(x), x, x)


def test_inputs_become_floats_and_stay_as_they_are():
    node = x * s
    code = module(reading(node, extra=(b,)), node, x)
    given = np.array([1, 2])
    assert run(code, "value", {"x": given, "s": 3, "b": None, "more": 1}).tolist() == [3.0, 6.0]
    whole = np.array([1.0, 2.0])
    result = run(code, "derivative", {"x": whole, "s": 3, "b": None})
    result[0] = 7
    assert whole[0] == 1


def test_float32_stays():
    node = inv(A + eye(n)) @ x * s + size(n) * ones((n,)) + OPS["ismax"](x)
    code = module(reading(node), node, derivative(node, x))
    scope = {}
    exec(code, scope)
    given = {name: value.astype(np.float32) for name, value in values_for(node).items()}
    for values, kind in (
        (given, np.float32),
        (given | {"s": 2.0}, np.float32),
        (given | {"s": np.ones(())}, np.float64),
    ):
        for function in ("value", "derivative"):
            assert scope[function](**values).dtype == kind
    assert scope["value"](**{name: value.tolist() for name, value in given.items()}).dtype == np.float64


def test_value_and_derivative_share_what_they_compute():
    node = total(tanh(W @ x))
    code = module(reading(node), node, derivative(node, x))
    both = code[code.index("def value_and_derivative") :]
    assert both.count("np.tanh") == 1
    values, scope = values_for(node), {}
    exec(code, scope)
    f, df = scope["value_and_derivative"](**values)
    np.testing.assert_array_equal(f, scope["value"](**values))
    np.testing.assert_array_equal(df, scope["derivative"](**values))


@pytest.mark.parametrize("node", [x, A.T, contract([(A, 1, ((0,), (0,)))], ((0,),)), OPS["vec"](A)], ids=repr)
def test_a_result_never_shares_its_memory_with_an_argument(node):
    values = values_for(node)
    result = run(module(reading(node), node, node), "value", values)
    assert result.flags.writeable
    assert not any(np.shares_memory(result, value) for value in values.values())


@pytest.mark.parametrize(
    ("shapes", "read"),
    [
        ({"v": (m * n,), "w": (n,)}, ["n = w.shape[0]", "m = v.shape[0]//n"]),
        ({"v": (n + dim(1), m), "w": (m * n,)}, ["m = v.shape[1]", "n = (v.shape[0] - 1)"]),
        ({"v": (dim(2) * n,), "w": (n + m,)}, ["n = v.shape[0]//2", "m = (w.shape[0] - n)"]),
    ],
)
def test_dimensions_are_solved_for(shapes, read):
    symbols = [symbol(name, shape, (), place) for place, (name, shape) in enumerate(shapes.items())]
    node = ones((m, n))
    code = module(reading(node, extra=symbols), node, node)
    assert [line.strip() for line in code.splitlines() if re.match(r"    [mn]\b.* =", line)][: len(read)] == read
    values = {s.name: np.zeros([e.at(SIZES) for e in s.shape]) for s in symbols}
    np.testing.assert_array_equal(run(code, "value", values), np.ones((3, 4)))


def test_a_dimension_that_no_variable_has_is_an_argument():
    node = s * eye(n)
    np.testing.assert_array_equal(run(module(reading(node), node, node), "value", {"s": 2, "n": 3}), 2 * np.eye(3))


def test_a_dimension_and_a_variable_of_one_name():
    v = symbol("n", (n,), (), 0)
    node = total(v) * eye(n)
    np.testing.assert_array_equal(run(module(reading(node), node, node), "value", {"n": [1, 2]}), 3 * np.eye(2))


def test_definitions_keep_their_names():
    residual = W @ x - b
    node = derivative(residual @ residual, x)
    assert code_of(node, definitions={"r": residual}) == ["r = W @ x - b", "2*(r @ W)"]


def test_long_sums_and_products_are_ordinary_input():
    names = [symbol(f"s{i}", (), (), i) for i in range(5000)]
    node = add([(1, v) for v in names], ())
    values = {v.name: 1.0 for v in names}
    assert run(module(reading(node), node, node), "value", values) == 5000
    node = contract([(v, 1, ()) for v in names[:500]], ())
    assert run(module(reading(node), node, node), "value", values) == 1
    chain = contract([(symbol(f"M{i}", (n, n), (), i), 1, ((i,), (i + 1,))) for i in range(200)], ((0,), (200,)))
    values = {v.name: np.eye(4) for v in chain.free}
    np.testing.assert_array_equal(run(module(reading(chain), chain, chain), "value", values), np.eye(4))


def test_what_has_no_code_is_refused(monkeypatch):
    monkeypatch.setattr(tanh, "numpy", "")
    with pytest.raises(Problem, match="no NumPy code for tanh") as caught:
        module(reading(tanh(x)), tanh(x), tanh(x))
    assert caught.value.kind == "unsupported"


def test_a_number_beyond_floating_point_is_refused():
    node = number(10**400) * x
    with pytest.raises(Problem) as caught:
        module(reading(node), node, node)
    assert caught.value.kind == "unsupported"
