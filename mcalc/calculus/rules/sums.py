"""Terms that meet in a sum."""

from __future__ import annotations

from mcalc.algebra.expr import (
    ONE,
    Expr,
    Sum,
    add,
    coefficient_of,
    ones,
)
from mcalc.algebra.ops import OPS
from mcalc.calculus.rules.patterns import (
    argument,
)
from mcalc.calculus.rules.rule import of_sum


@of_sum(
    "sigmoid-complement",
    "sigmoid",
    "1 - sigmoid(-x) = sigmoid(x)",
    "The two values of a logistic variable add up to 1.",
)
def _sigmoid_complement(node: Sum) -> Expr | None:
    unit = ONE if not node.rank else ones(node.shape)
    constant = {n: c for c, n in node.terms}.get(unit)
    for c, n in node.terms:
        arg = argument(n, "sigmoid")
        if constant == -c and arg is not None and coefficient_of(arg)[0] < 0:
            rest = [(k, m) for k, m in node.terms if m is not n and m is not unit]
            return add([*rest, (-c, OPS["sigmoid"](-arg))], node.shape)
    return None
