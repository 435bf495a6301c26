"""The derivative by JAX: the nodes of an expression computed in `jax.numpy`, and differentiated by JAX.

Nothing of mcalc's calculus, notation or targets has a part in it; what an operation means is its record's template,
over JAX's functions in the place of NumPy's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from math import prod
from types import SimpleNamespace
from typing import Any

from mcalc.algebra.expr import Apply, Contract, Expr, Number, Size, Sum, Symbol
from mcalc.algebra.walk import postorder
from tests.evaluate import DIMS, Array
from tests.fuzz.posed import Skip

#: What differs between the two libraries in a way that a derivative feels.
NOT_COMPARED = frozenset(
    "ismax ismin unit window elimination duplication svdvals nuclear specnorm polar mpower pinv polygamma".split()
)


@functools.cache
def _library() -> tuple[Any, SimpleNamespace]:
    """JAX, and what a template may call: logaddexp has a reduction, as NumPy's has."""
    import jax
    import jax.numpy as jnp
    import jax.scipy as jsp

    jax.config.update("jax_enable_x64", True)

    def logaddexp(a: Any, b: Any) -> Any:
        return jnp.logaddexp(a, b)

    logaddexp.reduce = jsp.special.logsumexp  # type: ignore[attr-defined]
    names = {name: getattr(jnp, name) for name in dir(jnp)}
    return jax, SimpleNamespace(np=SimpleNamespace(**{**names, "logaddexp": logaddexp}), scipy=jsp)


@functools.cache
def _meaning(template: str, helper: str) -> Callable[..., Any]:
    _, library = _library()
    scope: dict[str, Any] = {"np": library.np, "scipy": library.scipy}
    if helper:
        exec(helper, scope)
    code = compile(template.format(*(f"a[{k}]" for k in range(9))), template, "eval")
    return lambda *arrays: eval(code, scope, {"a": arrays})


def computed(root: Expr, values: Mapping[str, Any]) -> Any:
    """The value of a node in JAX. Raises `Skip` where JAX has no such function."""
    _, library = _library()
    np = library.np
    sizes = dict(DIMS)
    done: dict[Expr, Any] = {}
    for node in postorder(root):
        match node:
            case Symbol(name):
                done[node] = np.asarray(values[name])
            case Number(value):
                done[node] = np.asarray(float(value))
            case Size(name):
                done[node] = np.asarray(float(sizes[name]))
            case Sum(terms):
                done[node] = sum(
                    (float(c) * done[n] for c, n in terms), np.zeros(tuple(d.at(sizes) for d in node.shape))
                )
            case Contract(factors, out, lengths):
                done[node] = _contracted(
                    np, [(done[b], e, axes) for b, e, axes in factors], out, [d.at(sizes) for d in lengths]
                )
            case Apply(op, args):
                if op.name in NOT_COMPARED:
                    raise Skip
                try:
                    done[node] = _meaning(op.numpy, op.helper)(*(done[a] for a in args))
                except (AttributeError, NotImplementedError):
                    raise Skip from None  # JAX has no such function
    return done[root]


def _contracted(np: Any, factors: list[tuple[Any, Any, Any]], out: Any, lengths: list[int]) -> Any:
    """A product over labels: ones for those that no factor carries, and a diagonal where one is shown twice."""
    operands: list[Any] = []
    carried: set[int] = set()
    for array, exponent, axes in factors:
        labels = [x for group in axes for x in group]
        carried.update(labels)
        base = np.reshape(array, [lengths[x] for x in labels])
        if exponent != 1:
            base = base ** (int(exponent) if exponent.denominator == 1 else float(exponent))
        operands += [base, labels]
    shown = [x for group in out for x in group]
    fresh = len(lengths)
    spread: list[int] = []
    for x in shown:
        if x in spread:  # on the diagonal
            operands += [np.eye(lengths[x]), [x, fresh]]
            spread.append(fresh)
            fresh += 1
        else:
            spread.append(x)
            operands += [] if x in carried else [np.ones(lengths[x]), [x]]
    times = prod(lengths[x] for x in range(len(lengths)) if x not in carried and x not in shown)
    made = times * np.einsum(*(operands or [np.asarray(1.0), []]), spread)
    return np.reshape(made, [prod(lengths[x] for x in group) for group in out])


def slope(f: Expr, x: Symbol, direction: Array, values: Mapping[str, Array]) -> Array:
    """The derivative of `f` along a direction, by JAX's forward mode."""
    import numpy

    jax, _ = _library()

    def value(at: Any) -> Any:
        return computed(f, {**values, x.name: at})

    _, found = jax.jvp(value, (jax.numpy.asarray(values[x.name]),), (jax.numpy.asarray(direction),))
    return numpy.asarray(found)
