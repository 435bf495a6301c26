"""Structure before arithmetic: a sum of diagonals and outer products is multiplied term by term.

`(diag(p) - p pᵀ) A` costs as much as A is large; with the matrix in brackets written out it is a matrix product.
"""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.algebra.expr import Contract, Expr, Rational, Sum, add, contract, is_zero
from mcalc.algebra.walk import postorder, rebuild
from mcalc.calculus.simplify import simplify

#: More terms than this are not made of one product.
LIMIT = 8


def distributed(roots: Iterable[Expr]) -> dict[Expr, Expr]:
    """The nodes below the roots that become others, with what they become."""
    new: dict[Expr, Expr] = {}
    for root in roots:
        for node in postorder(root, lambda n: n not in new):
            made = rebuild(node, lambda child: new.get(child, child)) if _touched(node, new) else node
            made = _spread(made) if isinstance(made, Contract) else made
            if made is not node:
                new[node] = made
    return new


def _vanishes(node: Contract) -> bool:
    """Whether a factor is only summed up, and comes to nothing: the sum of all deviations from a mean."""
    shown = {x for group in node.out for x in group}
    for k, (base, exponent, axes) in enumerate(node.factors):
        if isinstance(base, Contract) and not axes and exponent == 1 and _vanishes(base):
            return True
        flat = [x for group in axes for x in group]
        others = {x for j, (_, _, groups) in enumerate(node.factors) if j != k for group in groups for x in group}
        lone = set(flat) - shown - others
        if lone and exponent == 1 and isinstance(base, Sum) and len(set(flat)) == len(axes):
            kept = tuple(group for group in axes if group[0] not in lone)
            sizes = dict(enumerate(node.sizes))
            parts = [(c, contract([(n, 1, axes)], kept, sizes)) for c, n in base.terms]
            if is_zero(simplify(add(parts, tuple(sizes[group[0]] for group in kept)))):
                return True
    return False


def _touched(node: Expr, new: dict[Expr, Expr]) -> bool:
    return bool(new) and any(child in new for child in node.children)


def _spread(node: Contract) -> Expr:
    """The product as a sum over the terms of its structured factors."""
    done: list[tuple[Rational, Expr]] = []
    work: list[tuple[Rational, Expr]] = [(1, node)]
    while work:
        c, product = work.pop()
        if isinstance(product, Contract) and _vanishes(product):
            done.append((0, product))
            continue
        terms = _opened(product) if isinstance(product, Contract) else ()
        if terms and len(terms) + len(work) + len(done) <= LIMIT:
            work += [(c * k, term) for k, term in terms]
        else:
            done.append((c, product))
    return add(done, node.shape) if len(done) > 1 or not all(c for c, _ in done) else node


def _opened(node: Contract) -> list[tuple[Rational, Expr]]:
    shown = {x for group in node.out for x in group}
    for k, (base, exponent, axes) in enumerate(node.factors):
        summed = any(x not in shown for group in axes for x in group)
        if (
            exponent == 1
            and summed
            and isinstance(base, Sum)
            and base.terms
            and all(map(_structured, (n for _, n in base.terms)))
        ):
            rest = [*node.factors[:k], *node.factors[k + 1 :]]
            sizes = dict(enumerate(node.sizes))
            opened = [(c, contract([*rest, (n, 1, axes)], node.out, sizes)) for c, n in base.terms]
            return [(c * q, n) for c, made in opened for q, n in (made.terms if isinstance(made, Sum) else [(1, made)])]
    return []


def _structured(node: Expr) -> bool:
    """Whether a term is a diagonal, or a product of smaller arrays that share no sum."""
    if not isinstance(node, Contract) or node.rank < 2:
        return False
    shown = [x for group in node.out for x in group]
    if len(set(shown)) < len(shown):
        return True
    reach = {x: x for x in range(len(node.sizes))}
    spread = 0
    for _, _, axes in node.factors:
        labels = {x for group in axes for x in group}
        spread = max(spread, len(labels))
        touched = {reach[x] for x in labels}
        reach = {x: min(touched) if home in touched else home for x, home in reach.items()}
    apart = len({reach[x] for x in shown}) == len(shown)
    return apart or (len(shown) == len(node.sizes) and spread < len(shown))
