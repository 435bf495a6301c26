"""What rules make less of: the reason why simplification ends.

A function weighs more than twice its argument, so that a sign, a scalar or a diagonal that leaves it makes the whole
lighter; exp weighs most, because the rules look for the functions that are made of it. What is the same along an axis
weighs more than what is spread along it, so that a function of it is worked out first. The weights are those of the
expression written out, but are worked out once for each node.
"""

from __future__ import annotations

from mcalc.algebra.expr import Apply, Contract, Expr, Number, Sum, is_zero
from mcalc.algebra.labels import stretches
from mcalc.algebra.walk import postorder

#: Of a variable; of a function and of exp, beside twice the arguments; of a coefficient, and of its sign; of a constant
#: array, beside the constant.
LEAF, FUNCTION, EXPONENTIAL, COEFFICIENT, SIGN, SPREAD = 4, 3, 12, 1, 2, 4
POWERS = ("pow", "mpower")  #: operations of which the second argument weighs but once


def weight(root: Expr) -> float:
    """The weight of an expression. Every rule answers a lighter one."""
    found: dict[Expr, float] = {}
    for node in postorder(root):
        match node:
            case Number():
                found[node] = 1
            case Apply(op, (base, exponent)) if op.name in POWERS:
                found[node] = 2 + 2 * found[base] + found[exponent]
            case Apply(op, args):
                found[node] = (EXPONENTIAL if op.name == "exp" else FUNCTION) + 2 * sum(found[a] for a in args)
            case Contract(factors):
                found[node] = 1 + sum(abs(float(exponent)) * found[base] for base, exponent, _ in factors)
                found[node] += SPREAD * stretches(node)
            case Sum(terms):
                found[node] = 1 + sum(found[n] + COEFFICIENT * (c != 1) + SIGN * (c < 0) for c, n in terms)
                found[node] += SPREAD * is_zero(node)
            case _:
                found[node] = LEAF
    return found[root]
