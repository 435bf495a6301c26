"""Derivatives of any array by any array, to any order: axes shape(f) + shape(x)."""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.algebra.expr import Expr, Symbol, contract, number
from mcalc.calculus.differential import pull, push
from mcalc.calculus.simplify import simplify


def derivative(f: Expr, x: Symbol, order: int = 1) -> Expr:
    """The derivative of `f` by `x`, axes shape(f) + shape(x), once for each order; simplified."""
    for _ in range(order):
        # One input: go forward from it. Else go back from the outputs. Both state the same differentials.
        f = simplify(push(f, {x: number(1)}) if not x.rank else jacobians(f, [x])[0])
    return f


def in_turn(f: Expr, turns: Sequence[Symbol]) -> Expr:
    """The derivative of `f` by the first variable, of that the one by the second, and so on."""
    for x in turns:
        f = derivative(f, x)
    return f


def along(f: Expr, x: Symbol, direction: Expr) -> Expr:
    """The derivative of `f` along a direction of `x`, of the shape of `f`: what dX = direction makes of df."""
    return simplify(push(f, {x: direction}))


def onto(f: Expr, x: Symbol, cotangent: Expr) -> Expr:
    """What a gradient by `f`, of its shape, becomes as one by `x`: the derivative of their inner product."""
    return simplify(pull(f, cotangent, [x])[0])


def jacobians(f: Expr, variables: list[Symbol]) -> list[Expr]:
    """The derivatives of `f` by several variables in one reverse sweep."""
    axes = tuple((k,) for k in range(f.rank))
    seed = contract((), (*axes, *axes), dict(enumerate(f.shape)))
    return [simplify(g) for g in pull(f, seed, list(variables))]
