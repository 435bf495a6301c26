"""Every record: what it accepts, what it means, its derivatives to order two, and that it explains itself."""

from __future__ import annotations

import functools
import itertools
import operator
import re

import numpy as np
import pytest
import scipy.linalg
import scipy.special
import scipy.stats

from mcalc.algebra.dims import Dim, dim, product
from mcalc.algebra.expr import Expr, Symbol, contract, eye, is_zero, number, ones, symbol, total, zero
from mcalc.algebra.ops import ALIASES, NAMES, OPS, find
from mcalc.algebra.ops.record import Op
from mcalc.algebra.ops.signature import ANY, Signature
from mcalc.algebra.ops.special import SPECIAL
from mcalc.algebra.traits import holds, nonnegative, positive
from mcalc.calculus.derivative import derivative
from mcalc.calculus.differential import push
from mcalc.errors import Problem
from mcalc.language.read import read
from tests.evaluate import Array, difference, draw, draw_array, evaluate, meaning, shape_of

#: Those that are stated; special functions, and what takes sizes for arguments, have tests of their own.
RECORDS = [op for op in OPS.values() if op.name not in SPECIAL and op.shape is None]

# ---------------------------------------------------------------- what each operation means, said a second time


def _along(h: float, f, x: Array, e: Array) -> Array:
    """The directional derivative of f, by fourth-order differences."""
    return (8 * (f(x + h * e) - f(x - h * e)) - (f(x + 2 * h * e) - f(x - 2 * h * e))) / (12 * h)


def _spectral(f, x: Array) -> Array:
    values, vectors = np.linalg.eig(x)
    return (vectors @ np.diag(f(values.astype(complex))) @ np.linalg.inv(vectors)).real


def _cofactors(x: Array) -> Array:
    rows = range(len(x))
    minor = [[np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for i in rows] for j in rows]
    return np.array(minor) * np.array([[(-1) ** (i + j) for i in rows] for j in rows])


def _leibniz(x: Array) -> float:
    orders = list(itertools.permutations(range(len(x))))
    signs = [np.linalg.det(np.eye(len(x))[list(p)]) for p in orders]
    return sum(s * np.prod([x[i, p[i]] for i in range(len(x))]) for s, p in zip(signs, orders, strict=True))


def _left_inverse(x: Array) -> Array:
    return np.linalg.inv(x.T @ x) @ x.T if x.shape[0] >= x.shape[1] else x.T @ np.linalg.inv(x @ x.T)


def _sylvester(a: Array, b: Array, c: Array) -> Array:
    n, m = c.shape
    system = np.kron(a, np.eye(m)) + np.kron(np.eye(n), b.T)
    return np.linalg.solve(system, c.reshape(-1)).reshape(n, m)


def _frechet(f, x: Array, *e: Array) -> Array:
    if not e:
        return f(x)
    return _along(4e-3, lambda point: _frechet(f, point, *e[1:]), x, e[0])


def _eigenvalues(x: Array) -> Array:
    return np.sort(np.roots(np.poly((x + x.T) / 2)).real)


def _eigenvectors(x: Array) -> Array:
    s = (x + x.T) / 2
    # The null vector of S - λI; its sign is a choice, and that of NumPy's eigh is taken.
    found = np.stack([np.linalg.svd(s - v * np.eye(len(s)))[2][-1] for v in _eigenvalues(x)], axis=1)
    return found * np.sign(np.sum(found * np.linalg.eigh(s)[1], axis=0))


def _power(x: Array, k: float) -> Array:
    return np.eye(len(x)) if not k else x @ _power(x, k - 1)


MEANING = {
    "exp": lambda x: np.e**x,
    "log": lambda x: np.log2(x) * np.log(2),
    "expm1": lambda x: np.exp(x) - 1,
    "log1p": lambda x: np.log(1 + x),
    "log2": lambda x: np.log(x) / np.log(2),
    "log10": lambda x: np.log(x) / np.log(10),
    "sqrt": lambda x: x**0.5,
    "square": lambda x: x**2,
    "pow": lambda x, a: np.exp(a * np.log(x)),
    "sin": lambda x: np.exp(1j * x).imag,
    "cos": lambda x: np.exp(1j * x).real,
    "tan": lambda x: np.sin(x) / np.cos(x),
    "asin": lambda x: np.arctan2(x, np.sqrt(1 - x**2)),
    "acos": lambda x: np.arctan2(np.sqrt(1 - x**2), x),
    "atan": lambda x: np.arctan2(x, 1),
    "sinh": lambda x: (np.exp(x) - np.exp(-x)) / 2,
    "cosh": lambda x: (np.exp(x) + np.exp(-x)) / 2,
    "tanh": lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
    "asinh": lambda x: np.log(x + np.sqrt(x**2 + 1)),
    "acosh": lambda x: np.log(x + np.sqrt(x**2 - 1)),
    "atanh": lambda x: np.log((1 + x) / (1 - x)) / 2,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "relu": lambda x: np.where(x > 0, x, 0),
    "step": lambda x: np.where(x > 0, 1.0, 0.0),
    "abs": lambda x: np.where(x > 0, x, -x),
    "sign": lambda x: np.where(x > 0, 1.0, -1.0),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * scipy.stats.norm.cdf(x),
    "hinge": lambda x: np.where(x < 1, 1 - x, 0),
    "huber": lambda x, d=1.0: np.where(np.abs(x) <= d, x**2 / 2, d * np.abs(x) - d**2 / 2),
    "maximum": lambda x, y: np.where(x > y, x, y),
    "greater_of": lambda x, y: (x + y + np.abs(x - y)) / 2,
    "lesser_of": lambda x, y: (x + y - np.abs(x - y)) / 2,
    "minimum": lambda x, y: np.where(x < y, x, y),
    "pi": lambda: 4 * np.arctan(1),
    "erf": lambda x: 2 * scipy.stats.norm.cdf(x * np.sqrt(2)) - 1,
    "tr": lambda x: sum(x[i, i] for i in range(len(x))),
    "sum": lambda x: sum(x.reshape(-1)),
    "transpose": lambda x: np.einsum("ij->ji", x) if x.ndim == 2 else x,
    "diag": lambda x: np.eye(len(x)) * x if x.ndim == 1 else np.array([x[i, i] for i in range(len(x))]),
    "vec": lambda x: np.concatenate([x[:, j] for j in range(x.shape[1])]) if x.ndim == 2 else x,
    "outer": lambda x, y: x[:, None] * y[None, :],
    "dot": lambda x, y: np.matmul(x, y),
    "inner": lambda x, y: (x * y).sum(),
    "kron": lambda x, y: np.block(
        [[a * (y if y.ndim == 2 else y[:, None]) for a in row] for row in x.reshape(len(x), -1)]
    ),
    "prod": lambda x: functools.reduce(operator.mul, x.reshape(-1)),
    "greater": lambda x, y: np.where(x > y, 1.0, 0.0),
    "less": lambda x, y: np.where(x < y, 1.0, 0.0),
    "greater_equal": lambda x, y: np.where(x >= y, 1.0, 0.0),
    "less_equal": lambda x, y: np.where(x <= y, 1.0, 0.0),
    "where": lambda mask, x, y: mask * x + (1 - mask) * y,
    "mean": lambda x: sum(x.reshape(-1)) / x.size,
    "var": lambda x: ((x - x.sum() / x.size) ** 2).sum() / x.size,
    "std": lambda x: np.sqrt((x**2).sum() / x.size - (x.sum() / x.size) ** 2),
    "norm": lambda x: np.sqrt((x**2).sum()),
    "norm1": lambda x: abs(x).sum(),
    "norminf": lambda x: sorted(abs(x).reshape(-1))[-1],
    "max": lambda x: sorted(x.reshape(-1))[-1],
    "min": lambda x: sorted(x.reshape(-1))[0],
    "ismax": lambda x: np.eye(len(x))[np.argmax(x)],
    "ismin": lambda x: np.eye(len(x))[np.argmin(x)],
    "logsumexp": lambda x: np.log(np.exp(x).sum()),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    "logsoftmax": lambda x: np.log(np.exp(x) / np.exp(x).sum()),
    "inv": lambda x: _cofactors(x) / _leibniz(x),
    "det": _leibniz,
    "logdet": lambda x: np.log(_leibniz(x)),
    "detsign": lambda x: np.sign(_leibniz(x)),
    "adj": _cofactors,
    "solve": lambda a, b: np.linalg.inv(a) @ b,
    "pinv": _left_inverse,
    "expm": lambda x: _spectral(np.exp, x),
    "logm": lambda x: _spectral(np.log, x),
    "sqrtm": lambda x: _spectral(np.sqrt, x),
    "expm_frechet": lambda x, e: _frechet(scipy.linalg.expm, x, e),
    "logm_frechet": lambda x, e: _frechet(scipy.linalg.logm, x, e),
    "expm_frechet2": lambda x, e, f: _frechet(scipy.linalg.expm, x, e, f),
    "logm_frechet2": lambda x, e, f: _frechet(scipy.linalg.logm, x, e, f),
    "sylvester": _sylvester,
    "tril": lambda x: np.array([[x[i, j] * (i >= j) for j in range(x.shape[1])] for i in range(x.shape[0])]),
    "triu": lambda x: np.array([[x[i, j] * (i <= j) for j in range(x.shape[1])] for i in range(x.shape[0])]),
    "cumsum": lambda x: np.array([sum(x[: i + 1]) for i in range(len(x))]),
    "cholesky": lambda x: scipy.linalg.cholesky((x + x.T) / 2, lower=True),
    "nuclear": lambda x: np.sqrt(np.linalg.eigvalsh(x @ x.T).clip(0)[-min(x.shape) :]).sum(),
    "mpower": _power,
    "mpower_frechet": lambda k, x, e: _frechet(lambda y: _power(y, k), x, e),
    "mpower_frechet2": lambda k, x, e, f: _frechet(lambda y: _power(y, k), x, e, f),
    "eigvalsh": _eigenvalues,
    "eigvecs": _eigenvectors,
    "gaps": lambda x: np.array([[0.0 if i == j else 1 / (x[j] - x[i]) for j in range(len(x))] for i in range(len(x))]),
    "lambda_max": lambda x: _eigenvalues(x)[-1],
    "lambda_min": lambda x: _eigenvalues(x)[0],
    "specnorm": lambda x: np.sqrt(max(np.roots(np.poly(x @ x.T)).real)),
    "polar": lambda x: scipy.linalg.polar(x)[0],
    "polar_frechet": lambda x, e: _along(1e-3, lambda point: scipy.linalg.polar(point)[0], x, e),
}

#: Derivatives that are refused: (operation, argument, order).
REFUSED = {
    ("mpower", 1, 1),
    ("mpower_frechet", 0, 1),
    ("mpower_frechet", 1, 2),
    ("mpower_frechet2", 0, 1),
    ("mpower_frechet2", 1, 1),
    ("expm_frechet", 0, 2),
    ("logm_frechet", 0, 2),
    ("expm_frechet2", 0, 1),
    ("logm_frechet2", 0, 1),
    ("polar", 0, 2),
    ("polar_frechet", 0, 1),
}

#: SciPy's logm takes milliseconds: it is weighted to a scalar, so that there are fewer of them.
SLOW = "logm"

SIZED = {op.name for op in RECORDS if op.kind == "sized"}
LETTERS = ("m", "n", "k", "p")


def arguments(signature: Signature) -> list[Symbol]:
    """Variables that fit, every letter a size of its own; any array is a matrix."""
    letters = list(dict.fromkeys("".join(s for s in signature.inputs if s != ANY)))
    sizes: dict[str, Dim] = {letter: dim(LETTERS[k]) for k, letter in enumerate(letters)}
    matrix = (dim("m"), dim("n"))
    shapes = [matrix if s == ANY else tuple(sizes[x] for x in s) for s in signature.inputs]
    return [symbol("xyzu"[k], shape, place=k) for k, shape in enumerate(shapes)]


def point(op: Op, args: list[Symbol], seed: int = 1) -> dict[str, Array]:
    return draw(args, seed, [d.strip() for d in op.domain.split(",")][: len(args)])


def close(got: Array, wanted: Array, tolerance: float = 1e-6) -> None:
    wanted = np.asarray(wanted)
    assert got.shape == wanted.shape
    assert np.max(np.abs(got - wanted), initial=0.0) <= tolerance * max(1.0, np.max(np.abs(wanted), initial=0.0))


CASES = [
    pytest.param(op, signature, id=f"{op.name}({signature.text})")
    for op in RECORDS
    if op.kind != "sized"
    for signature in op.signatures
]
DERIVATIVES = [
    pytest.param(op, signature, k, id=f"{op.name}({signature.text})-{k}")
    for op in RECORDS
    if op.kind != "sized"
    for signature in op.signatures
    for k in range(len(signature.inputs))
]


def test_every_operation_is_said_twice():
    assert set(MEANING) == {op.name for op in RECORDS} - SIZED


@pytest.mark.parametrize(("op", "signature"), CASES)
def test_value(op: Op, signature: Signature):
    args = arguments(signature)
    values = point(op, args)
    wanted = MEANING[op.name](*values.values())
    if op.name == "kron":
        wanted = np.reshape(wanted, shape_of(op(*args)))
    node = op.of(*args)
    close(evaluate(node, values), wanted, 1e-7)
    if signature is op.signatures[0]:
        close(meaning(op.numpy, op.helper)(*values.values()), wanted, 1e-7)
    assert node.shape == signature.shape(tuple(a.shape for a in args))


def agree(f: Expr, g: Expr, x: Symbol, values: dict[str, Array], sizes: dict[str, int] | None = None) -> None:
    """`g` is the derivative of `f`: along a random direction, which no wrong entry escapes but by chance."""
    assert g.shape == (*f.shape, *x.shape)
    along = np.random.default_rng(5).standard_normal(np.shape(values[x.name]))
    close(np.tensordot(evaluate(g, values, sizes), along, along.ndim), difference(f, x, along, values, sizes))


@pytest.mark.parametrize(("op", "signature", "k"), DERIVATIVES)
def test_derivatives_agree_with_differences(op: Op, signature: Signature, k: int):
    args = arguments(signature)
    values = point(op, args)
    f: Expr = op.of(*args)
    if op.name.startswith(SLOW):
        weight = symbol("w", f.shape, place=9)
        values |= draw([weight], 2)
        f = total(weight * f)
    for order in (1, 2):
        if (op.name, k, order) in REFUSED:
            with pytest.raises(Problem) as refusal:
                derivative(f, args[k])
            assert refusal.value.kind == "unsupported"
            return
        g = derivative(f, args[k])
        agree(f, g, args[k], values)
        f = g


@pytest.mark.parametrize(("op", "signature", "k"), DERIVATIVES)
def test_forward_and_reverse_agree(op: Op, signature: Signature, k: int):
    args = arguments(signature)
    values = point(op, args)
    direction = symbol("d", args[k].shape, place=9)
    values["d"] = np.random.default_rng(5).standard_normal(shape_of(direction))
    f = op.of(*args)
    if (op.name, k, 1) in REFUSED:
        with pytest.raises(Problem, match="is not known"):
            push(f, {args[k]: direction})
        return
    slope = evaluate(derivative(f, args[k]), values)
    close(evaluate(push(f, {args[k]: direction}), values), np.tensordot(slope, values["d"], values["d"].ndim))


# ---------------------------------------------------------------- axes and batches

BATCHED = [
    op for op in RECORDS if op.kind == "function" and op.signatures[0].inputs and ANY not in op.signatures[0].inputs
]
AXES = [op for op in RECORDS if op.has_axis]


@pytest.mark.parametrize("op", AXES, ids=str)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_axis(op: Op, axis: int):
    x = symbol("x", (dim("m"), dim("n")))
    values = point(op, [x])
    f = op.of(x, axis=axis)
    close(evaluate(f, values), np.apply_along_axis(MEANING[op.name], axis, values["x"]), 1e-9)
    agree(f, derivative(f, x), x, values)
    g = derivative(total(f * f), x)
    agree(g, derivative(g, x), x, values)


@pytest.mark.parametrize("op", BATCHED, ids=str)
def test_batch_axes_stand_in_front(op: Op):
    plain = arguments(op.signatures[0])
    # A scalar is the same for every slice.
    args = [symbol(a.name, (dim("q"), *a.shape), place=a.place) if a.rank else a for a in plain]
    points = [point(op, plain, seed) for seed in range(3)]
    points = [p | {a.name: points[0][a.name] for a in plain if not a.rank} for p in points]
    values = {a.name: np.stack([p[a.name] for p in points]) if a.rank else points[0][a.name] for a in plain}
    f = op(*args)
    sizes = {"q": 3}
    close(evaluate(f, values, sizes), np.stack([MEANING[op.name](*p.values()) for p in points]), 1e-7)
    for k, x in enumerate(args):
        if (op.name, k, 1) not in REFUSED:
            g = derivative(f, x)
            agree(f, g, x, values, sizes)
            if (op.name, k, 2) not in REFUSED and not op.name.startswith(SLOW):
                h = total(g * g)
                agree(h, derivative(h, x), x, values, sizes)


def test_an_axis_must_exist_and_make_sense():
    x, y = symbol("x", (dim("m"), dim("n"))), symbol("y", (dim("n"),))
    with pytest.raises(Problem, match="axis=2 is no axis of an argument of shape m x n"):
        OPS["sum"].of(x, axis=2)
    with pytest.raises(Problem, match="exp has no axis"):
        OPS["exp"].of(x, axis=0)
    assert OPS["mean"].of(y, axis=0) is OPS["mean"].of(y)


def test_a_matrix_is_taken_whole_or_not_at_all():
    x = symbol("x", (dim("m"), dim("n")))
    assert OPS["max"].of(x).shape == ()
    with pytest.raises(Problem, match="softmax takes a vector, and got m x n") as problem:
        OPS["softmax"].of(x)
    assert "axis=0" in problem.value.hint


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize("op", [op for op in RECORDS if op.name not in SIZED], ids=str)
def test_wrong_arguments_are_refused(op: Op):
    too_many = [symbol("x", (dim("n"),))] * (max(len(s.inputs) for s in op.signatures) + 1)
    cube = symbol("c", (dim("m"), dim("n"), dim("k")))
    wide = symbol("w", (dim("m"), dim("n")))
    wrong: list[list[Symbol]] = [too_many]
    first = op.signatures[0].inputs[0] if op.signatures[0].inputs else ""
    if first not in ("", ANY):
        wrong.append([cube] * len(op.signatures[0].inputs))
    if first == "nn" or first == "ii":
        wrong.append([wide] * len(op.signatures[0].inputs))
    for args in wrong:
        with pytest.raises(Problem, match=op.name) as problem:
            op.of(*args)
        assert problem.value.kind == "shape"


@pytest.mark.parametrize(
    ("name", "shapes", "message"),
    [
        ("inv", ["mn"], "inv takes a square matrix, and got m x n"),
        (
            "solve",
            ["nn", "m"],
            "solve takes an n x n matrix and a vector of n, or an n x n matrix and an n x m matrix, and got n x n, m",
        ),
        ("dot", ["n", "m"], "dot takes a vector of i and a vector of i"),
        ("tr", ["n"], "tr takes a square matrix, and got n"),
        ("norm", ["n", "n"], "norm takes any array, and got n, n"),
        ("maximum", ["n", "m"], "maximum takes an array and an array, and got n, m"),
    ],
)
def test_shape_messages(name: str, shapes: list[str], message: str):
    args = [symbol("xyz"[k], tuple(dim(c) for c in s)) for k, s in enumerate(shapes)]
    with pytest.raises(Problem, match=re.escape(message)):
        OPS[name].of(*args)


def test_arrays_of_a_size():
    m, n = dim("m"), dim("n")
    x = symbol("x", (m, n))
    assert OPS["eye"](n) is eye(n)
    assert OPS["ones"](m, n) is ones((m, n))
    assert is_zero(OPS["zeros"](m, n)) and OPS["zeros"](m, n).shape == (m, n)
    assert OPS["unvec"](OPS["vec"](x), m, n) is x
    y = symbol("y", (product((m, n)),))
    assert OPS["vec"](OPS["unvec"](y, m, n)) is y
    with pytest.raises(Problem, match=r"takes m\*n entries, and got n"):
        OPS["unvec"](symbol("z", (n,)), m, n)


# ---------------------------------------------------------------- properties


def elementary(op: Op) -> list[Symbol]:
    return arguments(op.signatures[0])


@pytest.mark.parametrize("op", [op for op in RECORDS if op.traits & {"nonnegative", "positive"}], ids=str)
def test_signs_that_are_claimed_hold(op: Op):
    if op.name == "tril":
        return
    for seed in range(4):
        args = elementary(op)
        value = evaluate(op(*args), point(op, args, seed))
        assert nonnegative(op(*args))
        assert np.all(value >= 0)
        if "positive" in op.traits:
            assert positive(op(*args))
            assert np.all(value > 0)


PROPERTIES = {
    "symmetric": lambda x: x - x.T,
    "skew": lambda x: x + x.T,
    "diagonal": lambda x: x - np.diag(np.diag(x)),
    "lower": lambda x: np.triu(x, 1),
    "orthogonal": lambda x: x @ x.T - np.eye(len(x)),
    "psd": lambda x: (x - x.T) + min(0.0, np.linalg.eigvalsh(x + x.T)[0]),
    "nonnegative": lambda x: np.minimum(x, 0),
}
KEEPS = [pytest.param(op, prop, id=f"{op.name}-{prop}") for op in RECORDS for prop in sorted(op.keeps)]


@pytest.mark.parametrize(("op", "prop"), KEEPS)
def test_properties_that_are_kept(op: Op, prop: str):
    n = dim("n")
    declared = "positive" if prop == "nonnegative" else prop
    shapes = [(n,) * len(letters) if letters != ANY else (n, n) for letters in op.signatures[0].inputs]
    args = [symbol("xyzu"[k], shape, (declared,) if shape else (), k) for k, shape in enumerate(shapes)]
    values = point(op, args, 3)
    node = op(*args)
    assert nonnegative(node) if prop == "nonnegative" else holds(prop, node)
    value = evaluate(node, values)
    close(PROPERTIES[prop](value / max(1.0, np.max(np.abs(value)))), np.zeros(shape_of(node)), 1e-9)


@pytest.mark.parametrize("op", [op for op in RECORDS if op.turns], ids=str)
def test_transposes_move_through(op: Op):
    args = elementary(op)
    values = point(op, args)
    turned = [symbol(a.name, a.shape[::-1], place=a.place) for a in args]
    f = op(*(a.T for a in turned))
    got = evaluate(f, {name: x.T for name, x in values.items()})
    close(got, evaluate(op(*args), values), 1e-9)
    flipped = MEANING[op.name](*(x.T for x in values.values()))
    close(flipped if op.turns == "same" else flipped.T, got, 1e-6)
    assert f is (op(*turned) if op.turns == "same" else op(*turned).T)


@pytest.mark.parametrize("op", [op for op in RECORDS if op.adjoint], ids=str)
def test_what_is_linear_says_so(op: Op):
    *fixed, last = elementary(op)
    other, t = symbol("e", last.shape, place=7), symbol("t", place=8)
    values = point(op, [*fixed, last]) | draw([other, t], 9)
    assert is_zero(op(*fixed, zero(last.shape)))
    assert op(*fixed, 3 * t * last) is 3 * t * op(*fixed, last)
    split = evaluate(op(*fixed, last), values) + evaluate(op(*fixed, other), values)
    close(evaluate(op(*fixed, last + other), values), split, 1e-9)
    # ⟨g, f(x)⟩ = ⟨adjoint(g), x⟩
    g = symbol("g", op(*fixed, last).shape, place=6)
    values |= draw([g], 4)
    left, right = total(g * op(*fixed, last)), total(op.adjoint(*fixed, g) * last)
    close(evaluate(left, values), evaluate(right, values), 1e-9)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("op", RECORDS, ids=str)
def test_every_record_explains_itself(op: Op):
    assert op.why.endswith(".")
    assert "  " not in op.why
    names = [op.name, *(other.name for other in RECORDS if other.pair == op.name)]
    assert op.internal or any(re.search(rf"\b{name}\(", op.example) for name in names)
    holes = {int(k) for k in re.findall(r"\{(\d)[:}]", op.latex)}
    assert op.kind == "sized" or holes == set(range(len(op.signatures[0].inputs)))
    inked = re.sub(r"\\[{}|]", "", re.sub(r"\{\d(:\w+)?\}", "a", op.latex.replace("{{", "\1").replace("}}", "\2")))
    inked = inked.replace("\1", "{").replace("\2", "}")
    assert inked.count("{") == inked.count("}")
    assert inked.count(r"\left") == inked.count(r"\right")


def test_helpers_of_one_name_are_one_text():
    texts = {}
    for op in RECORDS:
        if op.helper:
            name = re.match(r"def (\w+)\(", op.helper)
            assert name and f"{name[1]}(" in op.numpy
            assert texts.setdefault(name[1], op.helper) == op.helper


def test_names():
    assert find("trace") is OPS["tr"] and find("logistic") is OPS["sigmoid"]
    assert find("max", 2) is OPS["maximum"] and find("max", 1) is OPS["max"]
    assert find("no_such_function") is None
    assert set(OPS) | set(ALIASES) <= set(NAMES)


@pytest.mark.parametrize("op", [op for op in RECORDS if op.example], ids=str)
def test_examples_are_read_and_differentiated(op: Op):
    reading = read(op.example)
    near = op.kind == "elementwise" or op.domain.startswith(("positive", "apart"))
    domain = op.domain.split(",")[0] if near else "generic"
    symbols = list(reading.symbols.values())
    square = [s.rank == 2 and s.shape[0] is s.shape[1] for s in symbols]
    values = draw(symbols, 2, ["apart" if domain == "apart" else "spd" if matrix else domain for matrix in square])
    for s in symbols:
        if not s.shape or s.rank == 1 or op.name in reading.text:
            agree(reading.root, derivative(reading.root, s), s, values)


# ---------------------------------------------------------------- facts worth a line of their own

n_ = dim("n")
X = symbol("X", (n_, n_))
A = symbol("A", (n_, n_), place=1)
x = symbol("x", (n_,), place=2)
t = symbol("t", (), place=3)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda: derivative(OPS["tr"](OPS["expm"](X)), X), lambda: OPS["expm"](X).T),
        (lambda: derivative(OPS["expm"](t * A), t), lambda: A @ OPS["expm"](t * A)),
        (lambda: derivative(OPS["expm"](t * A), t, 2), lambda: A @ A @ OPS["expm"](t * A)),
        (lambda: derivative(OPS["tr"](OPS["logm"](X)), X), lambda: OPS["inv"](X).T),
        (lambda: derivative(OPS["tr"](OPS["sqrtm"](X)), X), lambda: number(1) / 2 * OPS["inv"](OPS["sqrtm"](X)).T),
        (lambda: derivative(OPS["nuclear"](X), X), lambda: OPS["polar"](X)),
        (lambda: derivative(OPS["logsumexp"](x), x), lambda: OPS["softmax"](x)),
        (lambda: OPS["tril"](ones((n_, n_))) * X, lambda: OPS["tril"](X)),
        (lambda: OPS["pow"](x, number(3)), lambda: x * x * x),
        (lambda: OPS["maximum"](number(0), x), lambda: OPS["relu"](x)),
        (lambda: OPS["maximum"](x, number(0)), lambda: OPS["relu"](x)),
        (lambda: OPS["minimum"](number(1), x), lambda: 1 - OPS["relu"](1 - x)),
        (lambda: OPS["pow"](x, t), lambda: OPS["pow"](x, contract([(t, 1, ())], ((0,),), {0: n_}))),
    ],
    ids=lambda _: "",
)
def test_closed_forms(left, right):
    assert left() is right()


@pytest.mark.parametrize(
    ("name", "slope"),
    [("elu", 1), ("huber", 0), ("silu", 0.5), ("softplus", 0.5), ("gelu", 0.5), ("relu", 0), ("abs", 0)],
)
def test_slope_at_zero(name: str, slope: float):
    close(evaluate(derivative(OPS[name](t), t), {"t": np.asarray(0.0)}), np.asarray(float(slope)))


def test_templates_are_stable_far_out():
    far = np.array([-800.0, 0.0, 800.0])
    sigmoid, softplus = (meaning(OPS[name].numpy)(far) for name in ("sigmoid", "softplus"))
    close(sigmoid, np.array([0, 0.5, 1]))
    close(softplus, np.array([0, np.log(2), 800]))
    close(meaning(OPS["logsumexp"].numpy)(far), np.asarray(800.0))
    close(meaning(OPS["softmax"].numpy)(far), np.array([0, 0, 1]))
    close(meaning(OPS["log1p"].numpy)(np.asarray(1e-18)), np.asarray(1e-18), 1e-30)


def test_ties_share():
    close(meaning(OPS["ismax"].numpy, OPS["ismax"].helper)(np.array([1.0, 2, 2])), np.array([0, 0.5, 0.5]))
    assert draw_array((3,), "positive", np.random.default_rng(0)).min() > 0
