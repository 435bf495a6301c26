"""Unit vectors and windows: what selects twice selects once, and what selects apart selects nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Apply, Contract, Expr, Factor, Group, contract, magnitude, measure, ratio, size, zero
from mcalc.algebra.ops.selection import below, unit, window
from mcalc.calculus.rules.patterns import joins, relabel, sizes_of
from mcalc.calculus.rules.rule import of_product

#: A factor that selects: its place among the factors, the range, the labels of the axis and of what is taken of it.
Selector = tuple[int, Dim, Dim, Group, Group]


def _selectors(node: Contract) -> Iterator[Selector]:
    for k, (base, _, axes) in enumerate(node.factors):
        if isinstance(base, Apply) and base.op in (unit, window):
            _, *places = base.args
            ends = [d for d in map(measure, places) if d is not None]
            yield k, ends[0], ends[1] if base.op is window else ends[0] + dim(1), axes[0], axes[1] if axes[1:] else ()


def _pairs(node: Contract) -> Iterator[tuple[Selector, Selector]]:
    """The selectors that take from one axis, the narrower first."""
    found = sorted(_selectors(node), key=lambda s: len(s[4]))
    for k, one in enumerate(found):
        for other in found[k + 1 :]:
            if one[3] == other[3]:
                yield one, other


def _without(
    node: Contract,
    gone: set[int],
    more: Iterable[Factor] = (),
    swap: dict[int, int] | None = None,
    done: Iterable[int] = (),
) -> Expr:
    """The product without some factors, with more, with labels exchanged for others, and without those that are done
    with.
    """
    rest = [(b, e, relabel(a, swap or {})) for k, (b, e, a) in enumerate(node.factors) if k not in gone]
    return contract([*rest, *more], relabel(node.out, swap or {}), sizes_of(node, done, swap))


@of_product("unit-power", "unit window", "unit(n, 1).^3 = unit(n, 1)", "A unit vector has zeros and a one.")
def _power(node: Contract) -> Expr | None:
    for k, *_ in _selectors(node):
        base, exponent, axes = node.factors[k]
        if exponent != 1 and exponent > 0:
            return _without(node, {k}, [(base, 1, axes)])
    return None


@of_product("unit-sum", "unit window", "sum(unit(n, 1)) = 1", "The entries of a unit vector add up to 1.")
def _alone(node: Contract) -> Expr | None:
    for k, _, _, whole, part in _selectors(node):
        if node.factors[k][1] != 1 or len(whole) != 1 or not joins(node, whole, k):
            continue
        if len(part) < 2:
            return _without(node, {k}, done=whole)
    return None


@of_product(
    "units-apart", "unit window", "unit(n, 1).T@unit(n, 2)*x = zeros(n)",
    "Unit vectors with the 1 at different places have a product of 0.",
)  # fmt: skip
def _apart(node: Contract) -> Expr | None:
    for (_, start, stop, *_), (_, first, last, *_) in _pairs(node):
        if below(stop - dim(1), first) or below(last - dim(1), start):
            return zero(node.shape)
    return None


@of_product(
    "unit-entry", "unit", "x.*unit(n, 1)/x[1] = unit(n, 1)",
    "Where the unit vector is not 0, x is the entry that is taken of it.",
)  # fmt: skip
def _entry(node: Contract) -> Expr | None:
    powers = {base: exponent for base, exponent, axes in node.factors if not axes}
    for k, _, _, whole, part in _selectors(node) if powers else ():
        for j, (base, exponent, axes) in enumerate(node.factors):
            if j == k or part or axes != (whole,):
                continue
            entry = contract([(base, 1, ((0,),)), (node.factors[k][0], 1, ((0,),))], ())
            if powers.get(entry, 0) * exponent < 0:
                less = min(magnitude(exponent), magnitude(powers[entry])) * (1 if exponent > 0 else -1)
                return _without(node, {j}, [(base, ratio(exponent - less), axes), (entry, less, ())])
    return None


@of_product(
    "same-range", "window", "eye(n)[:,1:3].T@eye(n)[:,1:3] = eye(2)",
    "Columns of the identity are orthogonal, and each has the length 1.",
)  # fmt: skip
def _same(node: Contract) -> Expr | None:
    for (_, start, stop, _, part), (j, first, last, _, other) in _pairs(node):
        if part and start is first and stop is last and len(part) == len(other) == 1 and part != other:
            return _without(node, {j}, swap={other[0]: part[0]})
    return None


@of_product(
    "unit-in-range", "unit window", "eye(n)[:,1:3].T@unit(n, 2) = unit(2, 1)",
    "Within a range the place is counted from where the range begins.",
)  # fmt: skip
def _within(node: Contract) -> Expr | None:
    for (_, start, stop, whole, part), (j, first, last, _, other) in _pairs(node):
        inside = below(first - dim(1), start) and below(stop - dim(1), last)
        if part or not inside or len(whole) != 1 or len(other) != 1:
            continue
        length, place = size(last - first), size(start - first)
        return _without(node, {j}, [(unit(length, place), 1, (other,))])
    return None


@of_product(
    "range-of-range", "window", "eye(n)[:,1:4]@eye(3)[:,1:2] = eye(n)[:,2:3]",
    "A range of a range is a range, counted from where the first begins.",
)  # fmt: skip
def _inner(node: Contract) -> Expr | None:
    selectors = list(_selectors(node))
    for k, first, _, whole, part in selectors:
        for j, start, stop, middle, narrow in selectors:
            if k == j or part != middle or len(whole) != 1 or len(part) != 1 or not joins(node, part, k, j):
                continue
            length, start, stop = size(node.sizes[whole[0]]), first + start, first + stop
            found = window(length, size(start), size(stop)) if narrow else unit(length, size(start))
            return _without(node, {k, j}, [(found, 1, (whole, narrow) if narrow else (whole,))], done=part)
    return None
