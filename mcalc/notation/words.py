"""The user's definitions inside longer products: xhat.T@g, where xhat is (x - mu)/sqrt(v + eps).

A definition that is a product stands in another where all of its factors do, its scalars among the scalars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcalc.algebra.contract import renumbered
from mcalc.algebra.expr import Contract, Expr, Factor, Group, Rational, Size, Sum, covers, ratio

Places = dict[int, int]  #: labels of a definition to those of the product that it stands in


class Word(NamedTuple):
    """A definition that is a product, up to its sign."""

    node: Expr
    sign: int
    product: Contract
    bases: frozenset[Expr]  #: what has to be there for it to be there


def words(definitions: Iterable[Expr]) -> list[Word]:
    """The definitions that are products, those of most factors first."""
    found = []
    for node in definitions:
        sign, product = node.terms[0] if isinstance(node, Sum) and len(node.terms) == 1 else (1, node)
        if sign in (1, -1) and isinstance(product, Contract) and _plain(product):
            bases = frozenset(b for b, _, _ in product.factors if not isinstance(b, Size))
            found.append(Word(node, int(sign), product, bases))
    return sorted(found, key=lambda word: -len(word.product.factors))


def _plain(product: Contract) -> bool:
    """Whether each axis has one label, those of the result differ, and each of these is an axis of a factor."""
    groups = [g for _, _, axes in product.factors for g in axes]
    alone = all(len(g) == 1 for g in (*groups, *product.out)) and len(set(product.out)) == len(product.out)
    if all(isinstance(b, Size) for b, _, _ in product.factors) or (len(product.factors) < 2 and groups):
        return False
    return alone and set(product.out) <= set(groups) and bool(product.out) == bool(groups)


def said_in(node: Contract, word: Word, kept: Iterable[Expr]) -> Contract | None:
    """The product with the definition in place of its factors, once, not brought into the normal form.

    None where they are not all there. What is in `kept` is not looked into.
    """
    if not word.bases <= _bases(node):
        return None
    indexed, scalars = [f for f in node.factors if f[2]], [f for f in node.factors if not f[2]]
    taken = [f for f in word.product.factors if not f[2]]
    if not word.product.out:
        for power in (1, -1):
            rest = _without(scalars, [(base, power * exponent, ()) for base, exponent, _ in taken])
            if rest is not None:
                return renumbered([*indexed, *_with(rest, (word.node, power, ()))], node.out, node.sizes)
        return None
    left = _without(scalars, taken)
    if left is None:
        return None
    scalars = left
    if (found := _replaced(indexed, node.out, word)) is not None:
        return renumbered([*scalars, *found], node.out, node.sizes)
    for k, (base, exponent, _) in enumerate(scalars):
        if exponent == 1 and isinstance(base, Contract) and base not in kept:
            found = _replaced(list(base.factors), (), word)
            if found is not None:
                scalars[k] = renumbered(found, (), base.sizes), 1, ()
                return renumbered([*indexed, *scalars], node.out, node.sizes)
    return None


def _bases(node: Contract) -> set[Expr]:
    """What is multiplied in a product, in the connected scalars among its factors as well."""
    inside = (base for base, _, axes in node.factors if not axes and isinstance(base, Contract))
    return {b for product in (node, *inside) for b, _, _ in product.factors}


def _without(factors: list[Factor], taken: list[Factor]) -> list[Factor] | None:
    """Powers of scalars without others; None where that would divide by what may be zero."""
    held: dict[Expr, Rational] = {base: exponent for base, exponent, _ in factors}
    for base, exponent, _ in taken:
        if not isinstance(base, Size) and not covers(held.get(base, 0), exponent):
            return None
        held[base] = ratio(held.get(base, 0) - exponent)
    return [(base, exponent, ()) for base, exponent in held.items() if exponent]


def _with(factors: list[Factor], new: Factor) -> list[Factor]:
    """The factors and one more, which may raise the power of one that is there."""
    base, exponent, axes = new
    for k, (b, e, a) in enumerate(factors):
        if b is base and a == axes:
            return [*factors[:k], (b, ratio(e + exponent), a), *factors[k + 1 :]]
    return [*factors, new]


def _replaced(factors: list[Factor], out: tuple[Group, ...], word: Word) -> list[Factor] | None:
    """The factors with the definition in place of those that it has; its sums are over nothing else."""
    pattern = [f for f in word.product.factors if f[2]]
    shown = {g[0] for g in word.product.out}
    for places, spots in _matches(pattern, factors, {}, {}):
        rest: list[Factor] = []
        for k, (base, exponent, axes) in enumerate(factors):
            if left := ratio(exponent - spots.get(k, 0)):
                rest.append((base, left, axes))
        used = {x for axes in (out, *(axes for *_, axes in rest)) for g in axes for x in g}
        if not any(place in used for label, place in places.items() if label not in shown):
            return _with(rest, (word.node, 1, tuple((places[g[0]],) for g in word.product.out)))
    return None


def _matches(
    pattern: list[Factor], factors: list[Factor], places: Places, spots: dict[int, Rational]
) -> Iterator[tuple[Places, dict[int, Rational]]]:
    """The ways to find the factors of a definition: where its labels are, and what each factor gives away."""
    if not pattern:
        yield places, spots
        return
    (wanted, power, labels), *others = pattern
    for k, (base, exponent, axes) in enumerate(factors):
        if base is not wanted or k in spots or not covers(exponent, power):
            continue
        for way in dict.fromkeys((axes, axes[::-1]) if base.symmetric else (axes,)):
            known: Places | None = dict(places)
            for (label,), group in zip(labels, way, strict=True):
                if known is None or len(group) != 1 or known.get(label, group[0]) != group[0]:
                    known = None
                    break
                known[label] = group[0]
            if known is not None and len(set(known.values())) == len(known):
                yield from _matches(others, factors, known, {**spots, k: power})
