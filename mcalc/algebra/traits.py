"""What is known of a node's values: signs and matrix properties, from declarations and from the operations."""

from __future__ import annotations

from mcalc.algebra.expr import Apply, Contract, Expr, Number, Rational, Size, Sum, Symbol, Term, add, contract
from mcalc.algebra.walk import postorder

UNKNOWN, NONNEGATIVE, POSITIVE = range(3)


def nonnegative(node: Expr) -> bool:
    """Whether every entry is known to be at least zero (a psd matrix is not: its entries have any sign)."""
    return sign(node) >= NONNEGATIVE


def positive(node: Expr) -> bool:
    """Whether every entry is known to be greater than zero."""
    return sign(node) == POSITIVE


def sign(root: Expr) -> int:
    """What is known of the sign of every entry where the node is defined: UNKNOWN, NONNEGATIVE or POSITIVE."""
    if root.known_sign is None:
        for node in postorder(root, lambda n: n.known_sign is None):
            node.known_sign = _sign(node)
    return _known(root)


def _known(node: Expr) -> int:
    assert node.known_sign is not None
    return node.known_sign


def _sign(node: Expr) -> int:
    match node:
        case Number(value):
            return POSITIVE if value > 0 else NONNEGATIVE if not value else UNKNOWN
        case Size():
            return POSITIVE
        case Symbol():
            return POSITIVE if "positive" in node.props else UNKNOWN
        case Sum(terms):
            if any(c < 0 or not _known(n) for c, n in terms):
                return UNKNOWN
            return max((_known(n) for _, n in terms), default=NONNEGATIVE)
        case Contract(factors, out):
            # An even power is not negative, and neither is a root, wherever it is real.
            least = min((max(_known(b), int(_even(e))) for b, e, _ in factors), default=POSITIVE)
            return least if len(set(out)) == len(out) else min(least, NONNEGATIVE)
        case Apply(op, args):
            if "positive" in op.traits:
                return POSITIVE
            kept = "nonnegative" in op.keeps and all(_known(a) for a in args)
            return NONNEGATIVE if kept or "nonnegative" in op.traits else UNKNOWN
    return UNKNOWN


def _even(exponent: Rational) -> bool:
    return exponent.numerator % 2 == 0 or exponent.denominator % 2 == 0


def uniform(node: Expr) -> Expr | None:
    """The scalar that every entry equals, where the node is a scalar spread over a shape; else None."""
    match node:
        case _ if not node.rank:
            return node
        case Sum(terms):
            parts: list[Term] = []
            for c, n in terms:
                if (entry := uniform(n)) is None:
                    return None
                parts.append((c, entry))
            return add(parts, ())
        case Contract(factors, out, sizes):
            shown = [x for group in out for x in group]
            apart = set(shown)
            for _, _, axes in factors:
                for group in axes:
                    if not apart.isdisjoint(group):
                        return None
            if len(apart) == len(shown):
                return contract(factors, (), {x: d for x, d in enumerate(sizes) if x not in apart})
    return None


#: Properties that a sum of matrices has where every term has them; psd wants no negative coefficient.
_LINEAR = frozenset(("skew", "diagonal", "lower", "psd"))


def holds(prop: str, node: Expr) -> bool:
    """Whether a matrix is known to have a property: symmetric skew diagonal orthogonal psd lower."""
    if prop == "symmetric":
        return node.symmetric
    match node:
        case Symbol():
            return prop in node.props
        case Sum(terms) if prop in _LINEAR and terms:
            return all(holds(prop, n) and (c > 0 or prop != "psd") for c, n in terms)
        case Contract(factors, out) if node.rank == 2:
            if out[0] == out[1]:
                return _of_diagonal(prop, factors == ())
            if len(factors) == 1 and factors[0][1] == 1 and len(factors[0][2]) == 2 and prop != "lower":
                return holds(prop, factors[0][0])  # the transpose
        case Apply(op, args):
            return prop in op.traits or (prop in op.keeps and all(holds(prop, a) for a in args))
    return False


def definite(node: Expr) -> bool:
    """Whether a matrix is known to be positive wherever it has an inverse: psd, AᵀA, and sums of their multiples."""
    match node:
        case Sum(terms) if terms:
            return all(c > 0 and definite(n) for c, n in terms)
        case Contract(factors, out) if node.rank == 2:
            alone = [f for f in factors if not f[2] or out[0] == out[1]]
            if any(sign(base) < NONNEGATIVE and not _even(exponent) for base, exponent, _ in alone):
                return False
            if out[0] == out[1]:
                return True
            weights = [f for f in factors if len(f[2]) == 1 and f[2][0] not in out and sign(f[0]) >= NONNEGATIVE]
            match [f for f in factors if f[2] and f not in weights]:
                case [(base, 1, axes)]:
                    return {*axes} == {*out} and definite(base)
                case [(base, 1, axes), (other, 1, ends)] if base is other and node.symmetric:
                    # A skew matrix times itself is symmetric too, and negative.
                    return len(axes) == 1 or (axes[0] == ends[0]) != (axes[1] == ends[1]) or base.symmetric
            return False
    return holds("psd", node)


def _of_diagonal(prop: str, identity: bool) -> bool:
    return prop in ("diagonal", "lower") or (identity and prop in ("orthogonal", "psd"))
