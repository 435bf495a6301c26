"""Common factors: `P C - Y C` is computed as `(P - Y) C`, one matrix product for two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mcalc.algebra.expr import Contract, Expr, Factor, Group, Rational, Sum, add, contract
from mcalc.algebra.walk import children, postorder, rebuild

#: A product without one of its factors: what it shows, its other factors, and the axes of the one left out.
Rest = tuple[tuple[Group, ...], tuple[Factor, ...], tuple[Group, ...]]
Term = tuple[Rational, Expr]


def factored(roots: Iterable[Expr]) -> dict[Expr, Expr]:
    """The nodes below the roots that become others, with what they become."""
    roots = list(roots)
    nodes = list(dict.fromkeys(node for root in roots for node in postorder(root)))
    uses = Counter(child for node in nodes for child in children(node))
    uses.update(roots)
    new: dict[Expr, Expr] = {}
    for node in nodes:
        made = rebuild(node, lambda child: new.get(child, child)) if any(c in new for c in children(node)) else node
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
            for rest, base in _without_one(term):
                groups.setdefault(rest, []).append((c, base, term))
    taken: set[Expr] = set()
    terms: list[Term] = []
    for (out, factors, axes), found in sorted(groups.items(), key=lambda item: -len(item[1])):
        found = [(c, base, term) for c, base, term in found if term not in taken]
        if len({term for _, _, term in found}) < 2 or len({term for _, _, term in found}) < len(found):
            continue
        taken.update(term for _, _, term in found)
        inner = add([(c, base) for c, base, _ in found], found[0][1].shape)
        terms.append((1, contract([*factors, (inner, 1, axes)], out)))
    rest_of_it = [(c, term) for c, term in node.terms if term not in taken]
    return add([*rest_of_it, *terms], node.shape) if terms else node


def _without_one(term: Contract) -> Iterator[tuple[Rest, Expr]]:
    """The product without each factor that is an array to the power of one and is summed over some label."""
    shown = [x for group in term.out for x in group]
    if len(set(shown)) < len(shown):
        return
    for k, (base, exponent, axes) in enumerate(term.factors):
        flat = [x for group in axes for x in group]
        if exponent != 1 or len(flat) < 2 or set(flat) <= set(shown):
            continue
        others = [*term.factors[:k], *term.factors[k + 1 :]]
        names: dict[int, int] = {}
        for x in [*shown, *(x for _, _, groups in others for group in groups for x in group)]:
            names.setdefault(x, len(names))
        if not all(x in names for x in flat):
            continue
        renamed = tuple((b, e, _renamed(groups, names)) for b, e, groups in others)
        yield (_renamed(term.out, names), renamed, _renamed(axes, names)), base


def _renamed(groups: tuple[Group, ...], names: dict[int, int]) -> tuple[Group, ...]:
    return tuple(tuple(names[x] for x in group) for group in groups)
