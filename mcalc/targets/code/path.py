"""The cheapest order of a product whose sizes are known: opt_einsum's for many terms, else the best of all orders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations
from math import inf, prod

#: Of more terms than these the order is searched for by opt_einsum, where it is installed.
FEW = 6
#: Up to so many terms opt_einsum finds the best of all orders in good time.
MANY = 14


#: Two terms, by place.
Pair = tuple[int, int]


def path(
    terms: Sequence[frozenset[int]],
    shown: frozenset[int],
    lengths: Mapping[int, int],
    known: Collection[Pair] = (),
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


def _connected(terms: Sequence[frozenset[int]]) -> list[list[int]]:
    """The places of terms that hang together by their labels."""
    groups: list[tuple[set[int], list[int]]] = []
    for k, labels in enumerate(terms):
        touched = [group for group in groups if not group[0].isdisjoint(labels)]
        groups = [group for group in groups if group not in touched]
        groups.append(
            (set(labels).union(*(g for g, _ in touched)), sorted([k, *(i for _, own in touched for i in own)]))
        )
    return [own for _, own in groups]


def _ordered(
    terms: Sequence[frozenset[int]], shown: frozenset[int], lengths: Mapping[int, int], known: Collection[Pair]
) -> list[Pair]:
    if len(terms) <= FEW:
        return _exhaustive(terms, shown, lengths, known)
    try:
        from opt_einsum.paths import DynamicProgramming, auto, linear_to_ssa  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return _cheapest_next(terms, shown, lengths)
    search = DynamicProgramming(minimize="flops") if len(terms) <= MANY else auto
    steps = linear_to_ssa(search(list(terms), shown, dict(lengths)))
    held = dict(enumerate(terms))
    for place, step in enumerate(steps, len(terms)):
        if len(step) != 2 or held[step[0]].isdisjoint(held[step[1]]):
            return _cheapest_next(terms, shown, lengths)  # through an outer product, which no step here makes
        held[place] = held.pop(step[0]) | held.pop(step[1])
    return [(step[0], step[1]) for step in steps]


def _work(labels: Iterable[int], lengths: Mapping[int, int]) -> int:
    return prod(lengths[x] for x in labels)


def _rest(whole: Collection[int], terms: Sequence[frozenset[int]], shown: frozenset[int]) -> frozenset[int]:
    """The labels of the product of some terms, by place, that the result or other terms need."""
    inside = frozenset[int]().union(*(terms[k] for k in whole))
    outside = shown.union(*(terms[k] for k in range(len(terms)) if k not in whole))
    return inside & outside


def _exhaustive(
    terms: Sequence[frozenset[int]], shown: frozenset[int], lengths: Mapping[int, int], known: Collection[Pair]
) -> list[Pair]:
    """The cheapest of all orders, by the cheapest way to each subset of the terms."""
    best: dict[frozenset[int], tuple[float, tuple[frozenset[int], frozenset[int]] | None]] = {}
    labels: dict[frozenset[int], frozenset[int]] = {}
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
    labels: Mapping[frozenset[int], frozenset[int]],
    lengths: Mapping[int, int],
) -> tuple[float, tuple[frozenset[int], frozenset[int]]]:
    """The cheapest pair of parts to make a product of; parts without a common label are none."""
    first, *others = sorted(chosen)
    options = []
    for count in range(len(others)):
        for more in combinations(others, count):
            half = frozenset([first, *more])
            rest = chosen - half
            cost = best[half][0] + best[rest][0] + _work(labels[half] | labels[rest], lengths)
            cost = inf if labels[half].isdisjoint(labels[rest]) else cost
            options.append((cost, sorted(half), half, rest))
    cost, _, half, rest = min(options, key=lambda option: option[:2])
    return cost, (half, rest)


def _cheapest_next(terms: Sequence[frozenset[int]], shown: frozenset[int], lengths: Mapping[int, int]) -> list[Pair]:
    """One pair after another, the cheapest that is left."""
    held = dict(enumerate(terms))
    found: list[Pair] = []
    while True:
        pairs = [(i, j) for i, j in combinations(held, 2) if not held[i].isdisjoint(held[j])]
        if not pairs:
            return found
        i, j = min(pairs, key=lambda pair: _work(held[pair[0]] | held[pair[1]], lengths))
        both = held.pop(i) | held.pop(j)
        found.append((i, j))
        held[len(terms) + len(found) - 1] = both & shown.union(*held.values())
