"""The terms of an expression, products multiplied over the sums in them."""

from __future__ import annotations

from mcalc.algebra.expr import Contract, Expr, Sum, Term, add, contract, scale

#: An expression of more terms is left as it is.
MOST_TERMS = 24


def multiplied_out(root: Expr) -> Expr:
    """The expression as the sum of its terms."""
    return add([(1, term) for term in terms_of(root)], root.shape)


def summands(root: Expr) -> tuple[Term, ...]:
    """The terms of a sum as they are; anything else is one term."""
    return root.terms if isinstance(root, Sum) else ((1, root),)


def terms_of(root: Expr) -> list[Expr]:
    """The terms of an expression, products multiplied over the sums in them; few, or the expression alone."""
    queue: list[Term] = [(1, root)]
    found: list[Expr] = []
    while queue:
        if len(queue) + len(found) > MOST_TERMS:
            return [root]
        c, node = queue.pop()
        opened = _opened(node)
        if isinstance(opened, Sum):
            queue += [(c * k, n) for k, n in reversed(opened.terms)]
        else:
            found.append(scale(c, node))
    return found


def _opened(node: Expr) -> Expr:
    """A product with the first sum among its factors multiplied out."""
    if isinstance(node, Contract):
        for k, (base, exponent, axes) in enumerate(node.factors):
            if isinstance(base, Sum) and exponent == 1 and len(base.terms) > 1:
                rest = [*node.factors[:k], *node.factors[k + 1 :]]
                sizes = dict(enumerate(node.sizes))
                parts = [(c, contract([*rest, (n, 1, axes)], node.out, sizes)) for c, n in base.terms]
                return add(parts, node.shape)
    return node
