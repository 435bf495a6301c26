"""Common factors: `P C - Y C` is computed as `(P - Y) C`, one matrix product for two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Contract, Expr, Factor, Group, Rational, Sum, add, contract
from mcalc.algebra.labels import relabelled
from mcalc.algebra.walk import postorder, rebuild

#: A product without one of its factors: what it shows, its other factors, the axes of the one left out, and all sizes.
Rest = tuple[tuple[Group, ...], tuple[Factor, ...], tuple[Group, ...], tuple[Dim, ...]]
Term = tuple[Rational, Expr]


def factored(roots: Iterable[Expr]) -> dict[Expr, Expr]:
    """The nodes below the roots that become others, with what they become."""
    roots = list(roots)
    nodes = list(dict.fromkeys(node for root in roots for node in postorder(root)))
    uses = Counter(child for node in nodes for child in node.children)
    uses.update(roots)
    new: dict[Expr, Expr] = {}
    for node in nodes:
        made = rebuild(node, lambda child: new.get(child, child)) if any(c in new for c in node.children) else node
        if isinstance(made, Sum) and isinstance(node, Sum):
            alone = {new.get(n, n) for _, n in node.terms if uses[n] == 1}
            made = _collected(made, alone)
        if made is not node:
            new[node] = made
    return new


def _collected(node: Sum, alone: set[Expr]) -> Expr:
    """The sum with the terms that share all but one factor put together; only those that nothing else uses."""
    groups: dict[Rest, list[tuple[Rational, Expr, Expr]]] = {}
    for c, term in node.terms:
        if isinstance(term, Contract) and term in alone and len(term.factors) > 1:
            for rest, base in (*_without_one(term), *_without_part(term)):
                groups.setdefault(rest, []).append((c, base, term))
    taken: set[Expr] = set()
    terms: list[Term] = []
    for (out, factors, axes, sizes), found in sorted(groups.items(), key=lambda item: -len(item[1])):
        found = [(c, base, term) for c, base, term in found if term not in taken]
        if len({term for _, _, term in found}) < 2 or len({term for _, _, term in found}) < len(found):
            continue
        taken.update(term for _, _, term in found)
        inner = add([(c, base) for c, base, _ in found], found[0][1].shape)
        terms.append((1, contract([*factors, (inner, 1, axes)], out, dict(enumerate(sizes)))))
    rest_of_it = [(c, term) for c, term in node.terms if term not in taken]
    return add([*rest_of_it, *terms], node.shape) if terms else node


def _without_one(term: Contract) -> Iterator[tuple[Rest, Expr]]:
    """The product without each array to the power of one that is summed over, or smaller than the result."""
    shown = [x for group in term.out for x in group]
    if len(set(shown)) < len(shown):
        return
    for k, (base, exponent, axes) in enumerate(term.factors):
        flat = [x for group in axes for x in group]
        # Only shown, it is worth it where the sum is smaller than the result, as in an outer product.
        small = set(flat) <= set(shown) and 0 < len(flat) < len(shown)
        if exponent != 1 or not (small or (len(flat) > 1 and not set(flat) <= set(shown))):
            continue
        others = [*term.factors[:k], *term.factors[k + 1 :]]
        names: dict[int, int] = {}
        for x in [*shown, *(x for _, _, groups in others for group in groups for x in group)]:
            names.setdefault(x, len(names))
        if not all(x in names for x in flat):
            continue
        renamed = tuple((b, e, relabelled(groups, names)) for b, e, groups in others)
        sizes = tuple(term.sizes[x] for x in names)
        yield (relabelled(term.out, names), renamed, relabelled(axes, names), sizes), base


def _without_part(term: Contract) -> Iterator[tuple[Rest, Expr]]:
    """Of an outer product of several parts, of which one is a product itself: what is left without each part.

    Scalar factors belong to the part that is left out: `N P ⊗ P - P ⊗ (P C P)` is `P ⊗ (N P - P C P)`.
    """
    shown = [x for group in term.out for x in group]
    if len(set(shown)) < len(shown) or len(shown) < 3 or any(len(group) != 1 for group in term.out):
        return
    parts: list[tuple[set[int], list[Factor]]] = []
    for factor in term.factors:
        labels = {x for group in factor[2] for x in group}
        touched = [part for part in parts if not part[0].isdisjoint(labels)]
        if labels:
            parts = [part for part in parts if part not in touched]
            parts.append((labels.union(*(own for own, _ in touched)), [f for _, fs in touched for f in fs] + [factor]))
    scalars = [factor for factor in term.factors if not factor[2]]
    names = {x: k for k, x in enumerate(shown)}
    for labels, factors in parts if len(parts) > 1 else ():
        own = tuple((x,) for x in shown if x in labels)
        others = [f for _, fs in parts if fs is not factors for f in fs]
        if not own or not all(x in names for _, _, groups in others for group in groups for x in group):
            continue
        base = contract([*scalars, *factors], own, {x: term.sizes[x] for x in labels})
        left = sorted(
            ((b, e, relabelled(groups, names)) for b, e, groups in others), key=lambda f: (f[0].h, f[1], f[2])
        )
        sizes = tuple(term.sizes[x] for x in names)
        yield (relabelled(term.out, names), tuple(left), relabelled(own, names), sizes), base


def hoisted(roots: Iterable[Expr]) -> dict[Expr, Expr]:
    """The nodes below the roots that become others: what every term of a sum is multiplied with goes in front.

    `x_si A_sab - x_si B_sab` is computed as `x_si (A - B)_sab`, which is smaller by an axis.
    """
    new: dict[Expr, Expr] = {}
    for root in roots:
        for node in postorder(root, lambda n: n not in new):
            made = rebuild(node, lambda child: new.get(child, child)) if any(c in new for c in node.children) else node
            made = _in_front(made) if isinstance(made, Sum) and len(made.terms) > 1 and made.rank > 1 else made
            if made is not node:
                new[node] = made
    return new


#: A factor by what it is and by the axes of the sum that each of its own axes is.
Place = tuple[Expr, Rational, tuple[Group, ...]]


def _in_front(node: Sum) -> Expr:
    """The sum as a product of the factors that all its terms have, and the sum of what is left; of fewer axes."""
    common: dict[Place, None] | None = None
    for _, term in node.terms:
        if not isinstance(term, Contract) or any(len(group) != 1 for group in term.out):
            return node
        own = dict.fromkeys(place for place in map(_placer(term), term.factors) if place is not None)
        common = own if common is None else {place: None for place in common if place in own}
        if not common:
            return node
    assert common
    needed: set[int] = set()
    for _, term in node.terms:
        assert isinstance(term, Contract)
        place = _placer(term)
        held = {x for f in term.factors if place(f) not in common for group in f[2] for x in group}
        shown = [group[0] for group in term.out]
        needed |= {k for k, x in enumerate(shown) if x in held or shown.count(x) > 1}
    axes = sorted(needed)
    if len(axes) == node.rank:
        return node
    terms: list[Term] = []
    for c, term in node.terms:
        assert isinstance(term, Contract)
        place = _placer(term)
        left = [f for f in term.factors if place(f) not in common]
        kept = {x for f in left for group in f[2] for x in group} | {term.out[k][0] for k in axes}
        hidden = {x for group in term.out for x in group} - kept
        sizes = {x: d for x, d in enumerate(term.sizes) if x not in hidden}
        terms.append((c, contract(left, tuple(term.out[k] for k in axes), sizes)))
    rest = add(terms, tuple(node.shape[k] for k in axes))
    front: list[Factor] = [
        (base, exponent, tuple((group[0],) for group in groups)) for base, exponent, groups in common
    ]
    inner: Factor = (rest, 1, tuple((k,) for k in axes))
    return contract([*front, inner], tuple((k,) for k in range(node.rank)), dict(enumerate(node.shape)))


def _placer(term: Contract) -> Callable[[Factor], Place | None]:
    """The place of a factor of this term, None where it has an axis that the result lacks, or shows twice."""
    where: dict[int, list[int]] = {}
    for k, group in enumerate(term.out):
        for x in group:
            where.setdefault(x, []).append(k)

    def place(factor: Factor) -> Place | None:
        base, exponent, groups = factor
        if not groups or any(len(group) != 1 or len(where.get(group[0], ())) != 1 for group in groups):
            return None
        return base, exponent, tuple((where[group[0]][0],) for group in groups)

    return place
