"""Factors that cancel: a matrix and its inverse, an orthogonal matrix and its transpose, a power and a product."""

from __future__ import annotations

from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Group,
    Symbol,
    contract,
)
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import applied
from mcalc.calculus.rules.patterns import (
    embed,
    joins,
    relabel,
    sizes_of,
)
from mcalc.calculus.rules.rule import of_product


@of_product(
    "inverse-cancels",
    "inv",
    "inv(A)@A@x = x",
    "A⁻¹ A = I, also where A is a product standing there factor by factor.",
)
def _inverse_cancels(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "inv" or exponent != 1 or len(axes) != 2 or not isinstance(base, Apply):
            continue
        sides = [(axes[1], axes[0], 0)] if base.symmetric else [(axes[1], axes[0], 0), (axes[0], axes[1], 1)]
        if base.symmetric:
            sides.append((axes[0], axes[1], 0))
        for near, far, row in sides:
            found = _cancel(node, k, base.args[0], near, far, row)
            if found is not None:
                return found
    return None


def _cancel(node: Contract, k: int, matrix: Expr, near: Group, far: Group, row: int) -> Expr | None:
    """Cancel inv(matrix) against the matrix, or against the square factors that it ends with, at the label `near`."""
    if near in node.out or near == far or len(far) != 1:
        return None
    inner = matrix if isinstance(matrix, Contract) else None
    factors, out = (inner.factors, inner.out) if inner else (((matrix, 1, ((0,), (1,))),), ((0,), (1,)))
    whole = embed(node, k, factors, {out[row][0]: near[0]}, out[1 - row][0])
    if whole is not None:
        used, end, inside = whole
        rest = [f for j, f in enumerate(node.factors) if j != k and j not in used]
        swap = {far[0]: end}
        return contract(
            [(b, e, relabel(a, swap)) for b, e, a in rest], relabel(node.out, swap), sizes_of(node, inside, swap)
        )
    if inner is None or out[0] == out[1]:
        return None
    for p, (base, exponent, axes) in enumerate(factors):
        square = exponent == 1 and len(axes) == 2 and base.shape[0] is base.shape[1]
        if not square or out[row] not in axes or sum(out[row] in a for _, _, a in factors) != 1:
            continue
        side = axes.index(out[row])
        inner_end = axes[1 - side]
        if inner_end in out or sum(g == inner_end for _, _, a in factors for g in a) != 2:
            continue
        one = embed(node, k, ((base, 1, axes),), {out[row][0]: near[0]}, inner_end[0])
        if one is None:
            continue
        used, end, inside = one
        short_out = (inner_end, out[1]) if row == 0 else (out[0], inner_end)
        shorter = contract([f for j, f in enumerate(factors) if j != p], short_out)
        rest = [f for j, f in enumerate(node.factors) if j != k and j not in used]
        labels = (far, (end,)) if row == 0 else ((end,), far)
        return contract([*rest, (OPS["inv"](shorter), 1, labels)], node.out, sizes_of(node, inside))
    return None


@of_product(
    "orthogonal-cancels",
    "orthogonal",
    "Q.T@Q@x = x",
    "The columns of Q are orthonormal.",
    "Q orthogonal",
)
def _orthogonal_cancels(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not (isinstance(base, Symbol) and "orthogonal" in base.props) or any(len(g) != 1 for g in axes):
            continue
        if exponent == 2:  # a row of squares adds up to 1
            rest = [f for i, f in enumerate(node.factors) if i != k]
            for label in axes:
                if joins(node, label, k):
                    return contract(rest, node.out, sizes_of(node, label))
        if exponent != 1:
            continue
        for j in range(k + 1, len(node.factors)):
            other, e, ways = node.factors[j]
            for side in (0, 1):
                alike = other is base and e == 1 and ways[side] == axes[side] and len(ways[1 - side]) == 1
                if alike and joins(node, axes[side], k, j):
                    rest = [f for i, f in enumerate(node.factors) if i not in (j, k)]
                    swap = {axes[1 - side][0]: ways[1 - side][0]}
                    sizes = sizes_of(node, axes[side], swap)
                    return contract([(b, p, relabel(a, swap)) for b, p, a in rest], relabel(node.out, swap), sizes)
    return None


@of_product(
    "power-cancels",
    "product",
    "(A@x).*y./(A@x).^2 = y./(A@x)",
    "Exponents of equal factors add, also where one stands there factor by factor.",
)
def _power_cancels(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Contract) or exponent >= 0 or any(len(g) != 1 for g in (*axes, *base.out)):
            continue
        start = {inside[0]: label[0] for inside, label in zip(base.out, axes, strict=True)}
        found = embed(node, k, base.factors, start, -1) if len(start) == len(axes) else None
        if found is not None:
            rest = [f for j, f in enumerate(node.factors) if j != k and j not in found[0]]
            return contract([*rest, (base, exponent + 1, axes)], node.out, sizes_of(node, found[2]))
    return None
