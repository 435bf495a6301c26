"""Labels in an order that depends on nothing but the structure of the product that they index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Factor, Group

Colours = dict[int, int]
Sign = tuple[int, bool, tuple[Group, ...]]


def canonical_order(
    factors: Sequence[Factor], out: tuple[Group, ...], sizes: Mapping[int, Dim] | Sequence[Dim]
) -> list[int]:
    """The labels in an order that depends on nothing but the structure: those of the result as they stand there.

    Then come the others, by colour refinement, then trying ties.
    """
    outside = [x for group in out for x in group]
    everything = list(dict.fromkeys([*outside, *[x for _, _, axes in factors for group in axes for x in group]]))
    if len(everything) < 2:
        return everything
    shown: dict[int, list[int]] = {}
    for place, x in enumerate(outside):
        shown.setdefault(x, []).append(place)
    if len(everything) < len(shown) + 2:
        return everything
    colours = {x: hash((sizes[x].h, *shown.get(x, ()))) for x in everything}
    if len(set(colours.values())) < len(everything):
        signs = [(hash((b.h, e.numerator, e.denominator)), b.symmetric, axes) for b, e, axes in factors if axes]
        touching: dict[int, list[int]] = {x: [] for x in everything}
        for place, (_, _, axes) in enumerate(signs):
            for x in {x for group in axes for x in group}:
                touching[x].append(place)
        colours = _refine(signs, touching, colours, everything)
        if len(set(colours.values())) < len(everything):
            colours = _break_ties(signs, touching, colours)
    first = {x: places[0] for x, places in shown.items()}
    hidden = len(first) + 1
    return sorted(everything, key=lambda x: (first.get(x, hidden), colours[x]))


def _refine(signs: list[Sign], touching: dict[int, list[int]], colours: Colours, changed: Iterable[int]) -> Colours:
    """Split colours by the company that labels keep, until nothing splits any more.

    A round looks only at the factors around labels that changed: a long chain costs its length, not its square.
    """
    colours = dict(colours)
    members = Counter(colours.values())
    while changed:
        company: dict[int, list[int]] = {}
        for place in {place for x in changed for place in touching[x]}:
            sign, symmetric, axes = signs[place]
            shades = [tuple([colours[x] for x in group]) for group in axes]
            if symmetric:
                shades.sort()
            whole = hash((sign, *shades))
            for axis, group in enumerate(axes):
                for position, x in enumerate(group):
                    company.setdefault(x, []).append(hash((whole, 0 if symmetric else axis, position)))
        split: dict[int, dict[int, list[int]]] = {}
        for x, met in company.items():
            old = colours[x]
            if members[old] > 1:
                split.setdefault(old, {}).setdefault(hash((old, *sorted(met))), []).append(x)
        changed = []
        for old, parts in split.items():
            if members[old] == sum(map(len, parts.values())):
                # The others set these apart; were all renamed, their neighbours would have to look again.
                parts.pop(max(parts, key=lambda new: (len(parts[new]), new)))
            for new, xs in parts.items():
                members[old] -= len(xs)
                members[new] += len(xs)
                colours.update(dict.fromkeys(xs, new))
                changed += xs
    return colours


def _form(signs: list[Sign], colours: Colours) -> tuple[list[int], tuple[object, ...]]:
    """The labels by colour, and the product written in their positions."""
    order = sorted(colours, key=colours.__getitem__)
    place = {x: k for k, x in enumerate(order)}
    written = []
    for sign, symmetric, axes in signs:
        groups = [tuple(place[x] for x in group) for group in axes]
        written.append((sign, tuple(sorted(groups) if symmetric else groups)))
    return order, (tuple(sorted(colours.values())), tuple(sorted(written)))


def _break_ties(signs: list[Sign], touching: dict[int, list[int]], colours: Colours) -> Colours:
    """Individualise one label of the first tied colour and refine, the least form winning.

    Two choices with the same form are exchanged by a symmetry of the product, and so are all labels that
    the symmetries found so far connect: of those only one needs trying. A ring of 64 equal factors takes two.
    """
    shared: dict[int, list[int]] = {}
    for x, colour in colours.items():
        shared.setdefault(colour, []).append(x)
    tied = shared[min(c for c, xs in shared.items() if len(xs) > 1)]
    best: tuple[tuple[object, ...], Colours] | None = None
    orders: dict[tuple[object, ...], list[int]] = {}
    orbit = {x: x for x in tied}

    def root(x: int) -> int:
        while orbit[x] != x:
            x = orbit[x]
        return x

    tried: set[int] = set()
    for candidate in tied:
        if root(candidate) in {root(x) for x in tried}:
            continue
        tried.add(candidate)
        trial = dict(colours)
        trial[candidate] = hash((trial[candidate], 1))
        trial = _refine(signs, touching, trial, [candidate])
        if len(set(trial.values())) < len(trial):
            trial = _break_ties(signs, touching, trial)
        order, form = _form(signs, trial)
        if form in orders:
            for x, y in zip(orders[form], order, strict=True):
                if x in orbit and y in orbit:
                    orbit[root(x)] = root(y)
        else:
            orders[form] = order
        if best is None or form < best[0]:
            best = (form, trial)
    assert best is not None
    return best[1]
