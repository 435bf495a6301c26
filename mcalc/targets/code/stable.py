"""What loses digits or overflows as it is written, as functions that do not.

log(1 + eˣ), eˣ/∑eˣ, log(det X), and y + relu(x − y), which is how the engine has max(x, y).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Number,
    Rational,
    Sum,
    Term,
    add,
    contract,
    covers,
    is_zero,
    scale,
    transpose,
)
from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import applied, scalar_part
from mcalc.algebra.traits import holds, nonnegative, uniform
from mcalc.algebra.walk import postorder, rebuild


def stable(roots: Iterable[Expr]) -> dict[Expr, Expr]:
    """The nodes below the roots that become others, with what they become."""
    new: dict[Expr, Expr] = {}
    for root in roots:
        for node in postorder(root, lambda n: n not in new):
            made = rebuild(node, lambda child: new.get(child, child)) if any(c in new for c in node.children) else node
            made = _better(made)
            if made is not node:
                new[node] = made
    return new


def steadied(root: Expr) -> Expr:
    """The expression in which nothing overflows that need not."""
    return stable([root]).get(root, root)


def _better(node: Expr) -> Expr:
    match node:
        case Apply(op, (x,)) if op.name == "log":
            return _logarithm(x) or node
        case Apply(op, (x,)) if op.name == "relu" and nonnegative(x):
            return x
        case Sum():
            return _sum(_extremes(node))
        case Contract(factors, out, sizes):
            shares = _shares(factors)
            return node if shares is None else contract(shares, out, dict(enumerate(sizes)))
    return node


def _logarithm(x: Expr) -> Expr | None:
    """The logarithm of this, where it is better computed in another way."""
    if isinstance(x, Apply) and x.op.name == "sigmoid":
        return -OPS["softplus"](-x.args[0])
    apart = None if x.rank else _factors(x)
    if apart is not None:
        return apart
    rest = _without_one(x)
    if rest is not None:
        inner = _exponent(rest)
        return OPS["softplus"](inner) if inner is not None else OPS["log1p"](rest)
    summed = _summed(x)
    return None if summed is None else OPS["logsumexp"](summed)


def _factors(x: Expr) -> Expr | None:
    """The logarithm of a product of determinants and exponentials, which overflow, by the logarithms of its factors.

    log(c det(X)^k) is log(c sign^k) + k log |det(X)|, so that a negative number has none here either.
    """
    absolute = applied(x) == "abs"
    c, product = scalar_part(x.children[0] if absolute else x)
    factors, sizes = (product.factors, product.sizes) if isinstance(product, Contract) else (((product, 1, ()),), ())
    rest: list[Factor] = []
    apart: list[tuple[Rational, Expr]] = []
    for base, exponent, axes in factors:
        inner = (base.children or (base,))[0]
        name, X = applied(base), (inner.children or (inner,))[0] if applied(base) == "abs" else inner
        if name == "exp" and not axes:
            apart.append((exponent, X))
        elif name == "det" or (name == "abs" and applied(inner) == "det"):
            apart.append((exponent, OPS["logdet"](X)))
            if not (name == "abs" or absolute or holds("psd", X)):
                rest.append((OPS["detsign"](X), exponent, axes))
        else:
            rest.append((base, exponent, axes))
    if not apart:
        return None
    left = contract([(c, 1, ()), *rest], (), dict(enumerate(sizes)))
    left = OPS["abs"](left) if absolute and not _is_one(left) else left
    return add([*apart, *([] if _is_one(left) else [(1, OPS["log"](left))])], ())


def _exponent(x: Expr) -> Expr | None:
    """The u of exp(u); of c·exp(u) with a constant c there is none that is as short."""
    return x.args[0] if isinstance(x, Apply) and x.op.name == "exp" else None


def _without_one(x: Expr) -> Expr | None:
    """The x of 1 + x, where the rest is no number."""
    if not isinstance(x, Sum) or len(x.terms) < 2:
        return None
    ones = [(c, n) for c, n in x.terms if c == 1 and _is_one(n)]
    if len(ones) != 1:
        return None
    return add([term for term in x.terms if term != ones[0]], x.shape)


def _is_one(node: Expr) -> bool:
    scalar = uniform(node)
    return isinstance(scalar, Number) and scalar.value == 1


def _summed(x: Expr) -> Expr | None:
    """The v of a sum of exp(v) over the last axis, for one vector or for every row of a matrix."""
    match x:
        case Contract(((base, 1, axes),), out) if all(len(group) == 1 for group in (*axes, *out)):
            inner = _exponent(base)
            if inner is not None and len(set(axes)) == len(axes) and len(out) == len(axes) - 1 and axes[:-1] == out:
                return inner if inner.rank <= 2 else None
    return None


def _extremes(node: Sum) -> Expr:
    """b + relu(a - b) as max(a, b), b - relu(b - a) as min(a, b), relu(u) - u as relu(-u), and multiples of these."""
    left = {n: c for c, n in node.terms}
    made: list[Term] = []
    for c, bent in node.terms:
        u = _kinked(bent)
        if u is None:
            continue
        inside = u.terms if isinstance(u, Sum) else ((1, u),)
        gone = [(-k, n) for k, n in inside if covers(left.get(n, 0) / Fraction(c), -k)]
        if gone:
            b = add(gone, u.shape)
            made.append(_greater(c, add([(1, u), (1, b)], u.shape), b))
            del left[bent]
            for k, n in gone:
                left[n] -= c * k
    return add([*((c, n) for n, c in left.items()), *made], node.shape) if made else node


def _kinked(node: Expr) -> Expr | None:
    """The u of relu(u), which as a matrix may stand transposed."""
    if isinstance(node, Contract):
        inner = _kinked(transpose(node)) if node.rank == 2 and isinstance(transpose(node), Apply) else None
        return None if inner is None else transpose(inner)
    return node.args[0] if isinstance(node, Apply) and node.op.name == "relu" else None


def _greater(c: Rational, a: Expr, b: Expr) -> Term:
    """c·max(a, b), or -c·min(-a, -b) where that has fewer signs."""
    if is_zero(a):
        return c, OPS["relu"](b)
    a, b = (b, a) if isinstance(a, Number) or (uniform(a) is not None and uniform(b) is None) else (a, b)
    if c < 0 or (_negative(a) and _negative(b)):
        return -c, OPS["lesser_of"](-a, -b)
    return c, OPS["greater_of"](a, b)


def _negative(node: Expr) -> bool:
    if isinstance(node, Number):
        return node.value < 0
    return isinstance(node, Sum) and all(k < 0 for k, _ in node.terms)


def _sum(node: Expr) -> Expr:
    """1 - σ(x) as σ(-x), and eˣ - 1 as expm1(x)."""
    if not isinstance(node, Sum) or len(node.terms) != 2:
        return node
    for (c, one), (d, other) in (node.terms, node.terms[::-1]):
        if c == -d and _is_one(one):
            if applied(other) == "sigmoid" and isinstance(other, Apply):
                return scale(c, OPS["sigmoid"](-other.args[0]))
            inner = _exponent(other)
            if inner is not None:
                return scale(d, OPS["expm1"](inner))
    return node


def _shares(factors: tuple[Factor, ...]) -> list[Factor] | None:
    """The factors with eᵘ and 1/∑eᵘ as the softmax of u; None where there are no such."""
    for k, (base, exponent, axes) in enumerate(factors):
        inner = _summed(base) if exponent == -1 and isinstance(base, Contract) else None
        if inner is None:
            continue
        for j, (other, power, along) in enumerate(factors):
            if power == 1 and _exponent(other) is inner and along[:-1] == axes:
                rest = [factor for i, factor in enumerate(factors) if i not in (j, k)]
                return [*rest, (OPS["softmax"](inner), 1, along)]
    return None
