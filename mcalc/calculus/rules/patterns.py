"""What rules look for in a node, and how they build the node that they answer."""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    ONE,
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Rational,
    Sum,
    contract,
    ones,
    transpose,
)
from mcalc.algebra.ops import OPS


def sizes_of(node: Contract, done: Iterable[int] = (), swap: dict[int, int] | None = None) -> dict[int, Dim]:
    """The sizes of the labels but those that a rule is done with, having summed over them.

    A label that no factor holds any more is still summed, and counts its size: tr(inv(A)@A) is n.
    """
    gone = set(done)
    return {(swap or {}).get(x, x): d for x, d in enumerate(node.sizes) if x not in gone}


def joins(node: Contract, group: Group, *places: int) -> bool:
    """Whether the labels of a group are summed over, and stand at these factors alone, once at each.

    The diagonal of a matrix has its label twice, and is no end of a product.
    """
    held = {x: [k for k, (_, _, axes) in enumerate(node.factors) for g in axes for y in g if y == x] for x in group}
    return all(at == sorted(places) for at in held.values()) and not any(x in g for x in group for g in node.out)


def relabel(axes: tuple[Group, ...], swap: dict[int, int]) -> tuple[Group, ...]:
    """The axes with some labels exchanged for others."""
    return tuple(tuple(swap.get(x, x) for x in g) for g in axes)


def embed(
    node: Contract, skip: int, pattern: tuple[Factor, ...], start: dict[int, int], end: int
) -> tuple[set[int], int, set[int]] | None:
    """Find the pattern's factors among the node's, from a label on; the labels inside must be private to them.

    Returns the places of the factors, the label that the pattern's label `end` has become, and the labels inside.
    """
    found = dict(start)
    used: set[int] = set()
    left = list(pattern)
    while left:
        for factor in left:
            base, exponent, axes = factor
            if any(len(g) != 1 for g in axes):
                return None
            known = [g[0] in found for g in axes]
            if not any(known):
                continue
            match = match_factor(node, skip, used, base, exponent, [found.get(g[0]) for g in axes])
            if match is None:
                return None
            place, labels = match
            used.add(place)
            for g, x in zip(axes, labels, strict=True):
                found[g[0]] = x
            left.remove(factor)
            break
        else:
            return None
    shown = {x for g in node.out for x in g}
    inside = {theirs for mine, theirs in found.items() if mine != end and not (end < 0 and mine in start)}
    for theirs in inside:
        outside = [
            j for j, (_, _, a) in enumerate(node.factors) if j not in used and j != skip and any(theirs in g for g in a)
        ]
        if outside or theirs in shown:
            return None
    return (used, found.get(end, -1), inside) if len(set(found.values())) == len(found) else None


def match_factor(
    node: Contract, skip: int, used: set[int], base: Expr, exponent: object, want: list[int | None]
) -> tuple[int, list[int]] | None:
    """A factor of the node with this base and exponent and the wanted labels: its place and all its labels."""
    for j, (b, e, axes) in enumerate(node.factors):
        if j == skip or j in used or b is not base or e != exponent or any(len(g) != 1 for g in axes):
            continue
        ways = [[g[0] for g in axes]]
        if b.symmetric:
            ways.append(ways[0][::-1])
        for labels in ways:
            if all(w is None or w == x for w, x in zip(want, labels, strict=True)):
                return j, labels
    return None


def along(base: Expr, have: tuple[Group, ...], want: tuple[Group, ...]) -> Expr | None:
    """The factor as it stands along these axes: itself, its transpose, or None where it stands elsewhere."""
    if have == want:
        return base
    return transpose(base) if len(have) == 2 and have == want[::-1] else None


def is_factor(node: Contract, product: Expr, axes: tuple[Group, ...], sign: Rational = 1) -> bool:
    """Whether an array along these axes, itself or with all its factors, is multiplied (or, by a negative `sign`,
    divides).
    """
    needed: list[Factor] = [(product, 1, axes)]
    if isinstance(product, Contract) and len(product.sizes) == len(product.out) and len(set(axes)) == len(axes):
        at = dict(zip(product.out, axes, strict=True))
        needed = [(b, e, tuple(at[g] for g in a)) for b, e, a in product.factors]
    way = 1 if sign > 0 else -1
    return all(
        any(along(b, a, place) is base and way * e >= power > 0 for b, e, a in node.factors)
        for base, power, place in needed
    )


def replace(node: Contract, exponents: dict[int, object], more: list[Factor]) -> Expr:
    """The contraction with other exponents on some factors (0 removes one), and more factors."""
    kept: list[Factor] = [
        (b, exponents.get(k, e), axes)  # type: ignore[misc]
        for k, (b, e, axes) in enumerate(node.factors)
        if exponents.get(k, e) != 0
    ]
    return contract([*kept, *more], node.out, sizes_of(node))


def one_plus_exp(node: Expr) -> Expr | None:
    """x, where the node is 1 + exp(x)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return None
    unit = ONE if not node.rank else ones(node.shape)
    (a, m), (b, n) = node.terms
    if n is unit:
        (a, m), (b, n) = (b, n), (a, m)
    return argument(n, "exp") if m is unit and a == b == 1 else None


def argument(node: Expr, name: str) -> Expr | None:
    """x, where the node applies the named function of entries to x, upright or transposed."""
    if isinstance(node, Apply) and node.op.name == name:
        return node.args[0]
    if node.rank == 2 and isinstance(node, Contract) and len(node.factors) == 1:
        inner = transpose(node)
        return transpose(inner.args[0]) if isinstance(inner, Apply) and inner.op.name == name else None
    return None


def exp_pair(node: Expr, sign: int, wanted: Expr | None = None) -> tuple[Expr, ...]:
    """x and -x, where the node is exp(x) + sign·exp(-x) (for -1: x alone, and only the wanted one)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return ()
    (a, m), (b, n) = node.terms
    x, y = argument(m, "exp"), argument(n, "exp")
    if x is None or y is None or x is not -y or (a, b) not in ((1, sign), (sign, 1)):
        return ()
    if sign > 0:
        return x, y
    return (x,) if (x if a == 1 else y) is wanted else ()


def exp_summed(node: Expr, name: str) -> Expr | None:
    """The named function of x, where the node is the sum of exp(x), all of it or along one axis."""
    if not isinstance(node, Contract) or len(node.factors) != 1:
        return None
    base, exponent, axes = node.factors[0]
    if not isinstance(base, Apply) or base.op.name != "exp" or exponent != 1 or len(set(axes)) != len(axes):
        return None
    if not node.out and base.rank == 1:
        return OPS[name](base.args[0])
    if base.rank == 2 and len(node.out) == 1 and len(node.sizes) == 2:
        return OPS[name](base.args[0], axis=1 - axes.index(node.out[0]))
    return None
