"""Whole powers of a matrix, whose exponent may be a name."""

from __future__ import annotations

from mcalc.algebra.expr import ONE, Apply, Contract, Expr, Factor, Group, contract, number
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import applied
from mcalc.algebra.traits import uniform
from mcalc.calculus.rules.patterns import joins, sizes_of
from mcalc.calculus.rules.rule import of_operation, of_product

Power = tuple[Expr, Expr]  #: a matrix and its exponent


@of_operation(
    "inverse-of-power", "inv", "inv(A^k) = A^(-k)",
    "The inverse of a product of equal factors is the product of their inverses.",
    see="Petersen and Pedersen, The Matrix Cookbook (2012), (2)",
)  # fmt: skip
def _inverse_of_power(node: Apply) -> Expr | None:
    power = _power(node.args[0])
    return OPS["mpower"](power[0], -power[1]) if power else None


@of_operation(
    "determinant-of-power", "det", "det(A^k) = det(A)^k",
    "The determinant of a product is the product of the determinants.",
    see="Petersen and Pedersen, The Matrix Cookbook (2012), (23)",
)  # fmt: skip
def _determinant_of_power(node: Apply) -> Expr | None:
    power = _power(node.args[0])
    return OPS["pow"](node.op(power[0]), power[1]) if power else None


@of_operation(
    "log-determinant-of-power", "logdet", "logdet(A^k) = k*logdet(A)",
    "The logarithm makes the power a factor.",
    see="Petersen and Pedersen, The Matrix Cookbook (2012), (23)",
)  # fmt: skip
def _log_determinant_of_power(node: Apply) -> Expr | None:
    power = _power(node.args[0])
    return power[1] * node.op(power[0]) if power else None


@of_operation(
    "power-of-power", "mpower", "(A^k)^c = A^(k*c)",
    "A product of equal products is a longer product.", "c whole",
)  # fmt: skip
def _power_of_power(node: Apply) -> Expr | None:
    power = _power(node.args[0])
    return node.op(power[0], power[1] * node.args[1]) if power else None


@of_product(
    "powers-meet", "mpower", "A^k@A = A^(k + 1)",
    "The factors of both products stand in one row: exponents add.",
)  # fmt: skip
def _powers_meet(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        power = _power(base) if exponent == 1 else None
        for j, (other, e, theirs) in enumerate(node.factors):
            if power is None or j == k or e != 1 or len(theirs) != 2 or _root(other)[0] is not power[0]:
                continue
            ends = _joined(axes, theirs, base.symmetric)
            if ends is None or not joins(node, ends[0], k, j):
                continue
            whole = OPS["mpower"](power[0], power[1] + _root(other)[1])
            rest: list[Factor] = [f for i, f in enumerate(node.factors) if i not in (k, j)]
            return contract([*rest, (whole, 1, ends[1])], node.out, sizes_of(node, ends[0]))
    return None


@of_product(
    "powers-of-scalars-meet", "pow", "x.^c.*x = x.^(c + 1)",
    "The factors of both products stand in one row: exponents add.", "x positive",
)  # fmt: skip
def _scalars_meet(node: Contract) -> Expr | None:
    for k, (base, exponent, axes) in enumerate(node.factors):
        if applied(base) != "pow" or exponent != 1 or not isinstance(base, Apply):
            continue
        x, a = base.args[0], _exponent(base, base.args[0])
        for j, (other, e, theirs) in enumerate(node.factors):
            if j == k or theirs != axes:
                continue
            more = number(e) if other is x else _exponent(other, x) if e == 1 else None
            if a is not None and more is not None and a.rank == more.rank:
                rest = [f for i, f in enumerate(node.factors) if i not in (k, j)]
                return contract([*rest, (base.op(x, a + more), 1, axes)], node.out, sizes_of(node))
    return None


def _exponent(node: Expr, x: Expr) -> Expr | None:
    """The exponent of a power of x that is not rational, a scalar where all entries have the same."""
    if not isinstance(node, Apply) or node.op.name != "pow" or node.args[0] is not x:
        return None
    return uniform(node.args[1]) or node.args[1]


def _power(node: Expr) -> Power | None:
    """The matrix and the exponent of a power that is not written out."""
    return (node.args[0], node.args[1]) if isinstance(node, Apply) and node.op.name == "mpower" else None


def _root(node: Expr) -> Power:
    """Any matrix as a power."""
    if isinstance(node, Apply) and node.op.name == "inv":
        matrix, exponent = _root(node.args[0])
        return matrix, -exponent
    return _power(node) or (node, ONE)


def _joined(
    first: tuple[Group, ...], second: tuple[Group, ...], symmetric: bool
) -> tuple[Group, tuple[Group, Group]] | None:
    """The label between two factors of one row, and the ends of the row."""
    ways = [(first, second), (second, first)]
    if symmetric:
        ways += [(first[::-1], second), (first, second[::-1]), (second[::-1], first), (second, first[::-1])]
    for left, right in ways:
        if left[1] == right[0]:
            return left[1], (left[0], right[1])
    return None
