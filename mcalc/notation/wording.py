"""Which way round differences read, and the user's definitions inside products, before a product is spelled."""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.algebra.expr import ONE, Contract, Expr, Factor, Sum, intern_contraction, ones, scale
from mcalc.notation import forms
from mcalc.notation.products import Products
from mcalc.notation.words import Word, said_in


class Wording(Products):
    """The part of `Notation` that brings signs and definitions to where the input has them."""

    sums: frozenset[Expr]
    turned_sums: frozenset[Expr]
    words: list[Word]
    phrased: dict[Contract, tuple[int, Contract]]
    worded: dict[Contract, tuple[int, Contract]]
    ways: dict[Expr, int]

    def _flip(self, node: Contract, gain: bool = False) -> Contract | None:
        """The negative of a product, its sign taken into a difference that is among the factors.

        With `gain`, only into one that reads better the other way round.
        """
        found = None
        for k, (base, exponent, axes) in enumerate(node.factors):
            scalar = not axes and exponent == 1 and base not in self.names
            if scalar and isinstance(base, Contract) and (inner := self._flip(base, gain)) is not None:
                return _written([*node.factors[:k], (inner, 1, ()), *node.factors[k + 1 :]], node)
            if isinstance(base, Sum) and _mixed(base) and isinstance(exponent, int) and exponent % 2:
                better = self.way(scale(-1, base)) - self.way(base)
                if base not in self.names and (not gain or better > 0) and (found is None or better > found[0]):
                    found = better, k
        return None if found is None else _negated(node, (found[1],))

    def _worded(self, node: Contract) -> tuple[int, Contract]:
        """The product with its differences the way round that reads best, and the sign that is left.

        Where signs would not cancel only a difference that has a name of its own is turned round.
        """
        found = self.worded.get(node)
        if found is None:
            found = self.worded[node] = self._right_way_round(node)
        return found

    def _right_way_round(self, node: Contract) -> tuple[int, Contract]:
        spoken, node = self.in_words(node)
        sign, node = self._worded_scalars(node)
        sign *= spoken
        if not any(isinstance(b, Sum) for b, _, _ in node.factors):
            return sign, node
        single: list[tuple[int, tuple[int, ...]]] = []  # what turning round gains, and the factors
        turned: list[int] = []
        for base in dict.fromkeys(b for b, e, _ in node.factors if isinstance(b, Sum) and isinstance(e, int)):
            other = scale(-1, base)
            spots = tuple(k for k, (b, _, _) in enumerate(node.factors) if b is base)
            odd = sum(int(node.factors[k][1]) for k in spots) % 2
            better = self.way(other) - self.way(base)
            if (better > 0 and not odd) or (self._named(other) and not self._named(base)):
                turned += spots
                sign = -sign if odd else sign
            elif odd and _mixed(base) and not self._named(base):
                single.append((better, spots))
        single.sort(key=lambda option: -option[0])
        for (gain, one), (loss, other_one) in zip(single[::2], single[1::2], strict=False):
            if gain + loss > 0:
                turned += (*one, *other_one)
        return sign, _negated(node, turned) if turned else node

    def in_words(self, node: Contract) -> tuple[int, Contract]:
        """The product with definitions of the input in place of their factors where that is shorter, and a sign."""
        if not self.words or node in self.names:
            return 1, node
        found = self.phrased.get(node)
        if found is None:
            found = self.phrased[node] = 1, node  # asked again while it is being weighed: as it is
            for word in self.words:
                ways = [found]
                while (said := said_in(ways[-1][1], word, self.names)) is not None:
                    ways.append((ways[-1][0] * word.sign, said))
                if len(ways) > 1:
                    found = min(ways, key=lambda way: self._contraction(way[1]).plain.weight // forms.TOKEN)
            self.phrased[node] = found
        return found

    def _worded_scalars(self, node: Contract) -> tuple[int, Contract]:
        """The product with the signs that are left of the scalars in it in front: -p.T@a*p for (-p.T@a)*p."""
        sign, other = 1, dict[int, Factor]()
        for k, (base, exponent, axes) in enumerate(node.factors):
            if not axes and isinstance(base, Contract) and isinstance(exponent, int) and base not in self.names:
                left, worded = self._worded(base)
                if left < 0:
                    other[k] = worded, exponent, axes
                    sign = -sign if exponent % 2 else sign
        return sign, _written([other.get(k, f) for k, f in enumerate(node.factors)], node) if other else node

    def way(self, base: Expr) -> int:
        """How well a difference reads this way round: by a name, as 1 - x, as in the input."""
        found = self.ways.get(base)
        if found is None:
            found = self.ways[base] = self._way(base)
        return found

    def _way(self, base: Expr) -> int:
        if self._named(base):
            return 3
        one = ONE if not base.rank else ones(base.shape)
        if isinstance(base, Sum) and any(n is one and c > 0 for c, n in base.terms):
            return 2
        return int(base in self.sums or base in self.turned_sums)

    def _named(self, node: Expr) -> bool:
        """Whether the node or its transpose has a name."""
        return node in self.names or node in self.turned_names


def _mixed(base: Sum) -> bool:
    """Whether some terms have a plus and some a minus."""
    return len({c > 0 for c, _ in base.terms}) == 2


def _negated(node: Contract, spots: Iterable[int]) -> Contract:
    """The product with some factors negated, written down without the normal form taking the signs out again."""
    factors = list(node.factors)
    for k in spots:
        base, exponent, axes = factors[k]
        factors[k] = scale(-1, base), exponent, axes
    return _written(factors, node)


def _written(factors: list[Factor], node: Contract) -> Contract:
    """The product with other factors, which are not brought into the normal form."""
    product = intern_contraction(tuple(factors), node.out, node.sizes)
    assert isinstance(product, Contract)
    return product
