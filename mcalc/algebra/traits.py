"""What is known of a node's values: signs, from declarations and from the operations."""

from __future__ import annotations

from mcalc.algebra.expr import Apply, Contract, Expr, Number, Size, Sum, Symbol


def nonnegative(node: Expr) -> bool:
    """Whether every entry is known to be at least zero (a psd matrix is not: its entries have any sign)."""
    match node:
        case Number(value):
            return value >= 0
        case Size():
            return True
        case Symbol():
            return "positive" in node.props
        case Sum(terms):
            return all(c > 0 and nonnegative(n) for c, n in terms)
        case Contract(factors):
            return all(nonnegative(b) or e % 2 == 0 for b, e, _ in factors)
        case Apply(op):
            return "nonnegative" in op.traits
    return False
