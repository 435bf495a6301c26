"""The cheapest order of a product whose sizes are known.

What a step costs is counted as NumPy computes it: one large matrix product is the cheapest way to multiply, a stack of
small ones costs some times as much, and every entry that is read or written costs as much as some multiplications do.
Products are to begin in the same way where they have terms in common, so that what one has computed serves another: the
order that goes on from the first term is taken, unless the best of one product alone costs less. Of few terms that is
the best of all orders, and of many the one that opt_einsum finds, where it is installed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import inf, prod

#: Of more terms than these not all orders are tried.
FEW = 6
#: Up to so many terms opt_einsum finds the order of the fewest multiplications in good time.
MANY = 14
#: How many multiplications in a matrix product an entry that is read or written costs, and a multiplication in a stack
#: of matrices, and in one of vectors, which einsum sums.
ENTRY, STACKED, SUMMED = 8, 4, 20
#: How many times as much the steady order of one product may cost.
ALIKE = 1.1


Labels = frozenset[int]
#: Two terms, by place.
Pair = tuple[int, int]


def path(
    terms: Sequence[Labels], shown: Labels, lengths: Mapping[int, int], known: Collection[Pair] = ()
) -> list[Pair]:
    """The pairs to multiply, by place; a product takes the next place. Terms without a common label stay apart.

    The products of the `known` pairs, the smaller place first, cost nothing: something else has computed them.
    """
    found: list[Pair] = []
    for group in _connected(terms):
        names = dict(enumerate(group))
        place = {k: own for own, k in enumerate(group)}
        free = {(place[i], place[j]) for i, j in known if i in place and j in place}
        for own, (i, j) in enumerate(_ordered([terms[k] for k in group], shown, lengths, free), len(group)):
            found.append((names[i], names[j]))
            names[own] = len(terms) + len(found) - 1
    return found


def _connected(terms: Sequence[Labels]) -> list[list[int]]:
    """The places of terms that hang together by their labels."""
    groups: list[tuple[set[int], list[int]]] = []
    for k, labels in enumerate(terms):
        touched = [group for group in groups if not group[0].isdisjoint(labels)]
        groups = [group for group in groups if group not in touched]
        groups.append(
            (set(labels).union(*(g for g, _ in touched)), sorted([k, *(i for _, own in touched for i in own)]))
        )
    return [own for _, own in groups]


def _ordered(terms: Sequence[Labels], shown: Labels, lengths: Mapping[int, int], known: Collection[Pair]) -> list[Pair]:
    few = len(terms) <= FEW
    best = _exhaustive(terms, shown, lengths, known) if few else _from_opt_einsum(terms, shown, lengths)
    steady = _steady(terms, shown, lengths, known)
    own, least = (total(terms, shown, lengths, steps, known) if steps else inf for steps in (steady, best))
    return steady if own <= ALIKE * least else best


def total(
    terms: Sequence[Labels],
    shown: Labels,
    lengths: Mapping[int, int],
    steps: Iterable[Pair],
    known: Collection[Pair] = (),
) -> float:
    """What the steps cost together."""
    cost = 0.0
    held = dict(enumerate(terms))
    holders = Counter(x for labels in (*terms, shown) for x in labels)
    for place, (i, j) in enumerate(steps, len(terms)):
        kept = _kept(held[i], held[j], holders)
        cost += 0 if (min(i, j), max(i, j)) in known else _cost(held[i], held[j], kept, lengths)
        held[place] = _merged(held.pop(i), held.pop(j), kept, holders)
    return cost


def _cost(a: Labels, b: Labels, kept: Labels, lengths: Mapping[int, int]) -> float:
    """What it costs to multiply two terms and to sum over the labels that are not kept."""
    both, shared = a | b, a & b
    entries = ENTRY * sum(prod([lengths[x] for x in labels]) for labels in (a, b, kept))
    if shared <= kept:
        return entries
    times = 1 if shared.isdisjoint(kept) else STACKED if a - b and b - a else SUMMED
    return entries + times * prod([lengths[x] for x in both])


def _kept(a: Labels, b: Labels, holders: Mapping[int, int]) -> Labels:
    """The labels of the pair that others hold."""
    return frozenset([x for x in a | b if holders[x] > (x in a) + (x in b)])


def _merged(a: Labels, b: Labels, kept: Labels, holders: Counter[int]) -> Labels:
    """The product of two terms, which are no holders any more."""
    holders.subtract(a)
    holders.subtract(b)
    holders.update(kept)
    return kept


def _steady(
    terms: Sequence[Labels], shown: Labels, lengths: Mapping[int, int], known: Collection[Pair] = ()
) -> list[Pair]:
    """One pair after another, the cheapest of those whose product is not larger than both; else the first term grows.

    So vectors go along a chain of matrices first, and then a stack of matrices goes along it from where it begins.
    """
    held = dict(enumerate(terms))
    age = list(range(len(terms)))  # the place of the first term in each
    holders = Counter(x for labels in (*terms, shown) for x in labels)
    found: list[Pair] = []

    def price(pair: Pair) -> tuple[bool, int, float, int]:
        a, b = (held[k] for k in pair)
        kept = _kept(a, b, holders)
        sizes = [prod([lengths[x] for x in labels]) for labels in (kept, a, b)]
        grows = sizes[0] > max(sizes[1:])
        cost = 0 if pair in known else _cost(a, b, kept, lengths)
        return grows, min(age[k] for k in pair) if grows else 0, cost, sizes[0]

    while True:
        pairs = [(i, j) for i, j in combinations(held, 2) if not held[i].isdisjoint(held[j])]
        if not pairs:
            return found
        i, j = min(pairs, key=price)
        found.append((i, j))
        a, b = held.pop(i), held.pop(j)
        age.append(min(age[i], age[j]))
        held[len(age) - 1] = _merged(a, b, _kept(a, b, holders), holders)


def _from_opt_einsum(terms: Sequence[Labels], shown: Labels, lengths: Mapping[int, int]) -> list[Pair]:
    """opt_einsum's order; none where it is not installed, or makes an outer product, which no step here does."""
    try:
        from opt_einsum.paths import DynamicProgramming, auto, linear_to_ssa  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return []
    search = DynamicProgramming(minimize="flops") if len(terms) <= MANY else auto
    steps = linear_to_ssa(search(list(terms), shown, dict(lengths)))
    held = dict(enumerate(terms))
    for place, step in enumerate(steps, len(terms)):
        if len(step) != 2 or held[step[0]].isdisjoint(held[step[1]]):
            return []
        held[place] = held.pop(step[0]) | held.pop(step[1])
    return [(step[0], step[1]) for step in steps]


def _rest(whole: Collection[int], terms: Sequence[Labels], shown: Labels) -> Labels:
    """The labels of the product of some terms, by place, that the result or other terms need."""
    inside = frozenset[int]().union(*(terms[k] for k in whole))
    outside = shown.union(*(terms[k] for k in range(len(terms)) if k not in whole))
    return inside & outside


def _exhaustive(
    terms: Sequence[Labels], shown: Labels, lengths: Mapping[int, int], known: Collection[Pair]
) -> list[Pair]:
    """The cheapest of all orders, by the cheapest way to each subset of the terms."""
    best: dict[frozenset[int], tuple[float, tuple[frozenset[int], frozenset[int]] | None]] = {}
    labels: dict[frozenset[int], Labels] = {}
    for count in range(1, len(terms) + 1):
        for chosen in map(frozenset, combinations(range(len(terms)), count)):
            labels[chosen] = terms[min(chosen)] if count == 1 else _rest(chosen, terms, shown)
            best[chosen] = (0, None) if count == 1 else _split(chosen, best, labels, lengths)
            if count == 2 and tuple(sorted(chosen)) in known:
                best[chosen] = 0, best[chosen][1]
    places: dict[frozenset[int], int] = {frozenset([k]): k for k in range(len(terms))}
    found: list[Pair] = []

    def take(chosen: frozenset[int]) -> int:
        halves = best[chosen][1]
        if halves is not None and chosen not in places:
            i, j = (take(half) for half in halves)
            found.append((i, j))
            places[chosen] = len(terms) + len(found) - 1
        return places[chosen]

    take(frozenset(range(len(terms))))
    return found


def _split(
    chosen: frozenset[int],
    best: Mapping[frozenset[int], tuple[float, tuple[frozenset[int], frozenset[int]] | None]],
    labels: Mapping[frozenset[int], Labels],
    lengths: Mapping[int, int],
) -> tuple[float, tuple[frozenset[int], frozenset[int]]]:
    """The cheapest pair of parts to make a product of; parts without a common label are none."""
    first, *others = sorted(chosen)
    options = []
    for count in range(len(others)):
        for more in combinations(others, count):
            half = frozenset([first, *more])
            rest = chosen - half
            a, b = labels[half], labels[rest]
            cost = inf if a.isdisjoint(b) else best[half][0] + best[rest][0] + _cost(a, b, labels[chosen], lengths)
            options.append((cost, sorted(half), half, rest))
    cost, _, half, rest = min(options, key=lambda option: option[:2])
    return cost, (half, rest)
