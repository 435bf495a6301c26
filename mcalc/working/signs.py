"""Differences the way round that the reader knows them: `x - a` where the question says x - a.

The normal form of a product turns the differences among its factors to a sign of its own. Before a line is
written they are turned back, in pairs where that changes no sign, so that a factor looks the same in every line.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from mcalc.algebra.expr import (
    ONE,
    Apply,
    Contract,
    Expr,
    Factor,
    Sum,
    add,
    apply,
    coefficient_of,
    intern_contraction,
    scale,
)
from mcalc.algebra.walk import postorder
from mcalc.working.opening import d


class Signs:
    """The sums of the question, as it writes them, and what has been turned to them so far; `kept` have other words."""

    def __init__(self, known: Iterable[Expr], kept: Container[Expr]) -> None:
        self.known, self.kept = set(known), kept
        self.done: dict[Expr, Expr] = {}

    def learn(self, node: Expr, differential: Expr) -> None:
        """The differential of a difference is the same way round: dx - da of x - a."""
        if node in self.known:
            self.known.add(differential)
        elif scale(-1, node) in self.known:
            self.known.add(scale(-1, differential))

    def natural(self, root: Expr) -> Expr:
        """An equal expression, not in normal form, whose differences are the way round that is known."""
        for node in postorder(root, lambda n: n not in self.done):
            self.done[node] = node if node in self.kept else self._turned(node)
        return self.done[root]

    def _turned(self, node: Expr) -> Expr:
        match node:
            case Sum(terms):
                return add([(c, self.done[n]) for c, n in terms], node.shape)
            case Contract(factors, out, sizes):
                sign, turned = 1, list[Factor]()
                for base, exponent, axes in factors:
                    way, inner = self._way(self.done[base]) if isinstance(exponent, int) else (1, self.done[base])
                    sign *= way if exponent % 2 else 1
                    turned.append((inner, exponent, axes))
                return scale(sign, intern_contraction(tuple(turned), out, sizes))
            case Apply(op, args):
                return apply(op, tuple(self.done[a] for a in args), node.shape)
        return node

    def _way(self, node: Expr) -> tuple[int, Expr]:
        """The sign with which a factor is turned round, and what it becomes."""
        c, inner = coefficient_of(node)
        if c == -1:
            return -1, inner
        if isinstance(node, Apply) and node.op is d and isinstance(node.args[0], Sum):
            sign, turned = self._way(node.args[0])
            return sign, apply(d, (turned,), node.shape)
        if isinstance(node, Sum) and (self._strange(node) or all(c < 0 for c, _ in node.terms)):
            return -1, scale(-1, node)
        return 1, node

    def _strange(self, node: Sum) -> bool:
        """Whether a difference is the wrong way round: the question has its negative, or its constant is negative."""
        if node in self.known or {c < 0 for c, _ in node.terms} != {True, False}:
            return False
        return scale(-1, node) in self.known or any(c < 0 and _constant(n) for c, n in node.terms)


def _constant(node: Expr) -> bool:
    """Whether the node is 1, or an array of ones."""
    return node is ONE or (isinstance(node, Contract) and not node.factors and len(set(node.out)) == len(node.out))
