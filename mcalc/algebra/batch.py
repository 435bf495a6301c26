"""Lifting: a statement about one vector or matrix, made for every row of an array at once."""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.expr import Apply, Contract, Expr, Factor, Group, Shape, Sum, add, contract, symbol
from mcalc.algebra.walk import postorder

#: Lifting is done on placeholders that no program can name.
HOLE = "·"


def hole(shape: Shape, place: int) -> Expr:
    """A placeholder of this shape; `place` tells several apart."""
    return symbol(HOLE, shape, (), -1 - place)


def lift(statement: Callable[[Expr], Expr], node: Expr, batch: int) -> Expr:
    """`statement` made for each slice of `node` over its first `batch` axes, which lead the result's axes."""
    if not batch:
        return statement(node)
    core = hole(node.shape[batch:], 0)
    return lift_over(statement(core), {core: node}, node.shape[:batch])


def lift_over(statement: Expr, values: dict[Expr, Expr], batch: Shape) -> Expr:
    """The statement with each placeholder replaced by an array that has the batch axes in front."""
    count = len(batch)
    lead: tuple[Group, ...] = tuple((-1 - k,) for k in range(count))
    sizes = {-1 - k: d for k, d in enumerate(batch)}
    held = set(values)
    done: dict[Expr, Expr] = dict(values)

    def spread(node: Expr) -> Expr:
        axes = tuple((k,) for k in range(node.rank))
        return contract([(node, 1, axes)], (*lead, *axes), sizes)

    for node in postorder(statement, lambda n: n not in done and not n.free.isdisjoint(held)):
        match node:
            case Sum(terms):
                done[node] = add([(c, done.get(n) or spread(n)) for c, n in terms], (*batch, *node.shape))
            case Contract(factors, out, own):
                lifted: list[Factor] = [
                    (done[b], e, (*lead, *axes)) if b in done else (b, e, axes) for b, e, axes in factors
                ]
                done[node] = contract(lifted, (*lead, *out), {**sizes, **dict(enumerate(own))})
            case Apply(op, args):
                inputs = op.signatures[0].inputs
                done[node] = op(*(done.get(a) or (spread(a) if i else a) for a, i in zip(args, inputs, strict=True)))
    return done.get(statement) or spread(statement)
