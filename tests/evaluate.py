"""What an expression is worth at numbers, computed with nothing of mcalc but the shape of its nodes.

Every test that compares values uses this module: it expands no derivative, simplifies nothing and takes the
contraction's meaning from its labels. Operations mean what their NumPy template says, and
`tests/algebra/test_ops.py` holds that against formulas written a second time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import scipy.linalg
import scipy.special

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Apply, Contract, Expr, Group, Number, Size, Sum, Symbol
from mcalc.algebra.walk import postorder

Array = np.ndarray
Values = Mapping[str, Array]

#: Distinct and at least three: equal sizes hide transposes, and 2 x 2 matrices satisfy too many identities.
DIMS = {"n": 4, "m": 3, "k": 5, "p": 6, "q": 7, "l": 8, "i": 9, "j": 10}


def evaluate(root: Expr, values: Values, dims: Mapping[str, int] | None = None) -> Array:
    """The value of `root`; sizes that no variable's shape tells come from `dims` or DIMS."""
    sizes = {**DIMS, **(dims or {})}
    nodes = postorder(root)
    for node in nodes:
        if isinstance(node, Symbol):
            for d, length in zip(node.shape, np.shape(values[node.name]), strict=True):
                if len(d.names) == 1 and str(d) in d.names:
                    sizes[str(d)] = length
    done: dict[Expr, Array] = {}
    for node in nodes:
        done[node] = _value(node, done, values, sizes)
        assert done[node].shape == tuple(d.at(sizes) for d in node.shape), node
    return done[root]


def _value(node: Expr, done: Mapping[Expr, Array], values: Values, sizes: dict[str, int]) -> Array:
    match node:
        case Symbol(name):
            return np.asarray(values[name], float)
        case Number(value):
            return np.asarray(float(value))
        case Size(name):
            return np.asarray(float(sizes[name]))
        case Sum(terms):
            start = np.zeros(tuple(d.at(sizes) for d in node.shape))
            return sum((float(c) * done[n] for c, n in terms), start)
        case Contract(factors, out, lengths):
            operands = [(done[b] ** float(e) if e != 1 else done[b], axes) for b, e, axes in factors]
            return product(operands, out, {x: d.at(sizes) for x, d in enumerate(lengths)})
        case Apply(op, args):
            return _real(meaning(op.numpy, op.helper)(*(done[a] for a in args)))
    raise AssertionError(node)


def _real(value: Array) -> Array:
    """The value; not a number where it is complex, since a product of real numbers would lose the imaginary part."""
    if not np.iscomplexobj(value):
        return value
    return np.full(value.shape, np.nan) if np.any(value.imag) else value.real


def product(
    operands: Sequence[tuple[Array, tuple[Group, ...]]], out: tuple[Group, ...], lengths: dict[int, int]
) -> Array:
    """Multiply arrays over labels and sum over those not in `out`: two operands at a time, from the definition."""
    shown = list(dict.fromkeys(x for group in out for x in group))
    rest: list[tuple[Array, list[int]]] = []
    for array, axes in operands:
        labels = [x for group in axes for x in group]
        rest.append((np.reshape(array, [lengths[x] for x in labels]), labels))
    current, have = np.asarray(1.0), []
    while rest:
        array, labels = rest.pop(0)
        later = {x for _, others in rest for x in others} | set(shown)
        keep = [x for x in dict.fromkeys([*have, *labels]) if x in later]
        local = {x: k for k, x in enumerate(dict.fromkeys([*have, *labels]))}
        current = np.einsum(
            current, [local[x] for x in have], array, [local[x] for x in labels], [local[x] for x in keep]
        )
        have = keep
    current = np.reshape(current, (*current.shape, *(1 for x in shown if x not in have)))
    have = [*have, *(x for x in shown if x not in have)]
    # The labels that nothing carries are summed over nothing, so they count; one shown twice is a diagonal.
    carried = {x for _, axes in operands for group in axes for x in group}
    count = float(np.prod([d for x, d in lengths.items() if x not in carried and x not in shown], initial=1.0))
    current = count * np.broadcast_to(
        np.transpose(current, [have.index(x) for x in shown]), [lengths[x] for x in shown]
    )
    spread = [x for group in out for x in group]
    result = np.zeros([lengths[x] for x in spread])
    where = tuple(np.ix_(*(np.arange(lengths[x]) for x in shown))) if shown else ()
    result[tuple(where[shown.index(x)] for x in spread)] = current
    return np.reshape(result, [int(np.prod([lengths[x] for x in group], initial=1)) for group in out])


@functools.cache
def meaning(template: str, helper: str = "") -> Callable[..., Array]:
    """A record's NumPy template as a function of arrays. The templates are ours: no user's text comes here."""
    scope: dict[str, object] = {"np": np, "scipy": scipy}
    if helper:
        exec(helper, scope)
    code = compile(template.format(*(f"a[{k}]" for k in range(9))), template, "eval")

    def function(*arrays: Array) -> Array:
        return np.asarray(eval(code, scope, {"a": arrays}))

    return function


def difference(
    f: Expr, x: Symbol, along: Array, values: Values, dims: Mapping[str, int] | None = None, h: float = 2e-3
) -> Array:
    """The derivative of `f` at `x` along a direction, by central differences with an error of order h⁴."""
    at = np.asarray(values[x.name], float)

    def slope(step: float) -> Array:
        ends = (evaluate(f, {**values, x.name: at + s * along}, dims) for s in (step, -step))
        return (next(ends) - next(ends)) / (2 * step)

    return (4 * slope(h / 2) - slope(h)) / 3


def numeric_derivative(f: Expr, x: Symbol, values: Values, dims: Mapping[str, int] | None = None) -> Array:
    """The whole derivative by central differences, axes shape(f) + shape(x)."""
    shape = np.shape(values[x.name])
    entries = [np.zeros(shape) for _ in np.ndindex(shape)]
    for entry, place in zip(entries, np.ndindex(shape), strict=True):
        entry[place] = 1.0
    slopes = [difference(f, x, entry, values, dims) for entry in entries]
    return np.reshape(np.stack(slopes, axis=-1), (*slopes[0].shape, *shape))


def shape_of(node: Expr | Symbol, dims: Mapping[str, int] | None = None) -> tuple[int, ...]:
    """The shape of a node in numbers."""
    sizes = {**DIMS, **(dims or {})}
    return tuple(d.at(sizes) for d in node.shape)


def sizes_of(shape: Sequence[Dim], dims: Mapping[str, int] | None = None) -> tuple[int, ...]:
    """A symbolic shape in numbers."""
    return tuple(d.at({**DIMS, **(dims or {})}) for d in shape)


def draw(symbols: Sequence[Symbol], seed: int, domains: Sequence[str] = ("generic",)) -> dict[str, Array]:
    """A seeded point: one domain for each variable, or one for all; properties that were declared are kept."""
    rng = np.random.default_rng(seed)
    spread = list(domains) * len(symbols) if len(domains) == 1 else domains
    return {
        s.name: _with_props(draw_array(shape_of(s), domain, rng), s.props)
        for s, domain in zip(symbols, spread, strict=True)
    }


def draw_array(shape: tuple[int, ...], domain: str, rng: np.random.Generator) -> Array:
    """A random array inside one of the domains that records name."""
    x = rng.standard_normal(shape)
    match domain:
        case "generic":
            return x
        case "nonzero":
            return x + 0.3 * np.sign(x)
        case "positive":
            return 0.5 + np.abs(x)
        case "no pole":
            return 0.5 + np.abs(x)
        case "above minus one":
            return np.abs(x) - 0.8
        case "above -1/e":
            return np.abs(x) - 0.3
        case "unit":
            return np.tanh(x) * 0.9
        case "apart":
            far = 3.0 * np.arange(x.shape[-1])
            return np.tanh(x) + far if x.ndim == 1 else (x + x.T) / 4 + np.diag(far)
        case "whole":
            return 2 + np.floor(3 * np.abs(np.tanh(x)))
        case "above one":
            return 1.5 + np.abs(x)
        case "invertible":
            return x + 2.5 * np.eye(*shape)
        case "positive determinant":
            x = x + 2.5 * np.eye(*shape)
            return x if np.linalg.det(x) > 0 else x[[1, 0, *range(2, len(x))]]
        case "spd":
            return x @ x.T / 2 + np.eye(*shape)
    raise ValueError(f"no domain is called {domain!r}")


def _with_props(x: Array, props: frozenset[str]) -> Array:
    if "psd" in props:
        x = x @ x.T + np.eye(len(x))
    if "symmetric" in props:
        x = (x + x.T) / 2
    if "skew" in props:
        x = (x - x.T) / 2
    if "diagonal" in props:
        x = np.diag(np.diag(x))
    if "lower" in props:
        x = np.tril(x)
    if "orthogonal" in props:
        x = np.linalg.qr(x)[0]
    if "positive" in props:
        x = np.abs(x) + 0.1
    return x
