"""What sums and products over indices mean: the body made for every place of an index at once, and added up."""

from __future__ import annotations

from mcalc.algebra.batch import lift_over
from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Expr, Symbol, contract, eye, ones, size, symbol
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.selection import window
from mcalc.errors import Problem
from mcalc.language.form import place
from mcalc.language.syntax import Bound, Index, Summation, Syntax
from mcalc.language.tree import walk
from mcalc.language.value import Value

BEFORE_ALL = 1_000_000  #: puts indices before the places of all variables


def limits_of(node: Summation | Bound) -> tuple[Dim, Dim] | None:
    """The first and the last value of the index, where they are said."""
    return (place(node.limits[0]), place(node.limits[1])) if node.limits else None


def reach(node: Summation) -> None:
    """Tell every place of the index where it begins, how many there are, and how far those in the same array go."""
    limits = limits_of(node)
    if limits is None:
        return
    base = dim(0) if limits[0] is dim(0) else dim(1)
    length = limits[1] - limits[0] + dim(1)
    furthest: dict[tuple[Syntax, int], Dim] = {}
    entries = [
        (entry, k, one)
        for entry in walk(node.body)
        if isinstance(entry, Index)
        for k, one in enumerate(entry.places)
        if isinstance(one, Bound) and one.sum == node.span[0] + 1
    ]
    for entry, k, one in entries:
        start = limits[0] - base + dim(one.shift)
        end = start + length
        known = furthest.get((entry.base, k))
        least = (end - known).least() if known is not None else 0
        furthest[entry.base, k] = end if known is None or (least is not None and least > 0) else known
        one.reach = start, length, end
    for entry, k, one in entries:
        assert one.reach is not None
        one.reach = *one.reach[:2], furthest[entry.base, k]


def _index(bound: Bound, length: Dim) -> Symbol:
    """What stands for an index while the body of its sum is read: a vector with a 1 at its place."""
    found = symbol(f"{bound.id}·{bound.sum}", (length,), (), -BEFORE_ALL - bound.sum)
    assert isinstance(found, Symbol)
    return found


def chosen(bound: Bound, length: Dim) -> Expr:
    """The vector that takes the place of an index from an axis of this length."""
    if bound.reach is None:
        if bound.shift:
            raise Problem(
                "E332",
                "nothing says how far {index} goes",
                bound.span,
                "give the sum limits, as in sum_{i=1}^{n-1}(…)",
                index=bound.id,
            )
        bound.length = length
        return _index(bound, length)
    start, count, _ = bound.reach
    index = _index(bound, count)
    if start is dim(0) and count is length:
        return index
    return window(size(length), size(start), size(start + count)) @ index


def counter(bound: Bound) -> Value:
    """The index as the number that it is. Raises a `Problem` where nothing says where it begins."""
    limits = limits_of(bound)
    if limits is None:
        raise Problem(
            "E332",
            "nothing says where {index} begins",
            bound.span,
            "give the sum limits, as in sum_{i=1}^{n-1}(…)",
            index=bound.id,
        )
    first, last = limits
    count = last - first + dim(1)
    steps = OPS["cumsum"].of(ones((count,))) + (size(first) - 1 + bound.shift)
    return Value(contract([(_index(bound, count), 1, ((0,),)), (steps, 1, ((0,),))], ()))


def summed(node: Summation, body: Value) -> Value:
    """The sum of the body over its indices, or the product. Raises a `Problem` where an index says nothing."""
    found = body.expr
    for letter in reversed(node.indices):
        found = _over(node, letter, found)
    return Value(found, body.row)


def _lengths(node: Summation, letter: str) -> list[Dim]:
    """The lengths of the axes that the index goes along, also where nothing is left of these, as of 0*x[i]."""
    limits = limits_of(node)
    if limits is not None:
        return [limits[1] - limits[0] + dim(1)]
    bounds = [one for one in walk(node.body) if isinstance(one, Bound) and one.sum == node.span[0] + 1]
    return list(dict.fromkeys(one.length for one in bounds if one.id == letter and one.length is not None))


def _over(node: Summation, letter: str, body: Expr) -> Expr:
    lengths = _lengths(node, letter)
    if len(lengths) > 1:
        raise Problem(
            "E332",
            "{index} goes over {lengths}, which are not equal",
            node.span,
            index=letter,
            lengths=list(map(str, lengths)),
        )
    if not lengths:
        raise Problem(
            "E332",
            "{index} does not occur in what is summed",
            node.span,
            "did you mean another index?",
            index=letter,
        )
    (length,) = lengths
    index = next((s for s in body.free if s.name == f"{letter}·{node.span[0] + 1}"), None)
    if index is None:
        return OPS["pow"].of(body, size(length)) if node.product else size(length) * body
    lifted = lift_over(body, {index: eye(length)}, (length,))
    if node.product:
        if body.rank:
            raise Problem("E307", "a product over {index} is of scalars", node.span, index=letter)
        return OPS["prod"].of(lifted)
    axes = tuple((k,) for k in range(body.rank))
    return contract([(lifted, 1, ((-1,), *axes))], axes)
