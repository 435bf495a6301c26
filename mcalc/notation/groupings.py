"""What terms of a sum share, and the sum with that pulled out of them: A@x + B@x as (A + B)@x."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Rational,
    Sum,
    Term,
    add,
    contract,
    magnitude,
    ratio,
)
from mcalc.calculus.simplify import settle
from mcalc.notation.moves import Role, collecting

#: A factor of a term: which term, which factor, its labels in the order of the role.
Spot = tuple[int, int, tuple[Group, ...]]
NOWHERE = -1  #: where a factor stands that a term lacks
Split = tuple[tuple[Factor, ...], tuple[Group, ...], dict[int, Dim]]
#: What a grouping leaves of a term: its coefficient, the factors, their labels that are axes then, the sizes.
Rest = tuple[Rational, list[Factor], tuple[Group, ...], dict[int, Dim]]

#: Of so many terms all are tried over the divisor of one.
MOST_OVER_ONE = 4


class Grouping:
    """A factor that several terms of a sum share, and what it leaves of them.

    `axes` are the labels of the factor, `inside` those of the bracket with the rests, `out` those of the result.
    """

    __slots__ = (
        "_bracket", "_parts", "_whole", "axes", "base", "count", "exponent", "inside", "move", "others", "out", "rests",
    )  # fmt: skip

    def __init__(
        self,
        role: Role,
        factor: Factor,
        count: int,
        others: list[Term],
        rests: list[Rest],
        inside: tuple[Group, ...],
        out: tuple[Group, ...],
    ) -> None:
        self.base, self.exponent, self.axes = factor
        self.move = collecting(role, self.exponent)
        self.others, self.rests, self.inside, self.out = others, rests, inside, out
        self.count = count  # how many terms share the factor
        self._parts: list[Term] | None = None
        self._bracket: Expr | None = None
        self._whole: Expr | None = None

    @property
    def parts(self) -> list[Term]:
        """What is left of the terms."""
        if self._parts is None:
            self._parts = []
            for c, factors, axes, sizes in self.rests:
                held = {x for ax in (axes, *(ax for _, _, ax in factors)) for g in ax for x in g}
                self._parts.append((c, contract(factors, axes, {x: sizes[x] for x in held})))
        return self._parts

    @property
    def bracket(self) -> Expr:
        """The sum of what is left."""
        if self._bracket is None:
            self._bracket = add(self.parts, self.parts[0][1].shape)
        return self._bracket

    @property
    def whole(self) -> Expr:
        """The sum with the factor pulled out."""
        if self._whole is None:
            self._whole = self.around(self.bracket)
        return self._whole

    @property
    def place(self) -> tuple[object, ...]:
        """What tells groupings of one factor apart: where it stands, and what is left of the terms."""
        left = [n.h for _, n in self.parts], [n.h for _, n in self.others]
        return float(self.exponent), self.axes, self.inside, self.out, *left

    def around(self, bracket: Expr) -> Expr:
        """The sum with the factor pulled out, and this in brackets."""
        whole = settle(contract([(self.base, self.exponent, self.axes), (bracket, 1, self.inside)], self.out))
        return add([*self.others, (1, whole)], whole.shape)


def _factors(node: Expr, opened: bool) -> Split:
    """A term as factors, its result axes and its sizes; connected scalars among the factors may be opened."""
    if not isinstance(node, Contract):
        own: tuple[Group, ...] = tuple((k,) for k in range(node.rank))
        return ((node, 1, own),), own, dict(enumerate(node.shape))
    factors: list[Factor] = []
    sizes = dict(enumerate(node.sizes))
    for base, exponent, axes in node.factors:
        if opened and not axes and exponent == 1 and isinstance(base, Contract):
            start = len(sizes)
            sizes.update({start + x: d for x, d in enumerate(base.sizes)})
            factors += [(b, e, tuple(tuple(start + x for x in g) for g in ax)) for b, e, ax in base.factors]
        else:
            factors.append((base, exponent, axes))
    return tuple(factors), node.out, sizes


@lru_cache(maxsize=1_000)  # a search asks for those of the same sum again, with other names
def shared_factors(node: Sum) -> tuple[Grouping, ...]:
    """Every factor that several terms share, with what it leaves of them.

    Terms share a factor in the same role. Where one sums over an axis of the factor and another shows it,
    the second is the first with an identity in between, so it may join.
    """
    closed = [_factors(n, False) for _, n in node.terms]
    opened = [_factors(n, True) for _, n in node.terms]
    found = list(_shared(node, closed))
    return (*found, *_shared(node, opened)) if opened != closed else tuple(found)


def _shared(node: Sum, split: list[Split]) -> Iterator[Grouping]:
    holders: dict[tuple[Expr, bool], dict[Role, list[Spot]]] = {}
    for t, (factors, out, _) in enumerate(split):
        if not _simple(out):
            continue
        places = _places(out)
        for f, (base, exponent, axes) in enumerate(factors):
            # A diagonal has one label twice, and is no factor of a product with the matrix itself.
            if len(axes) > 2 or (len(axes) == 2 and axes[0] == axes[1]) or not _simple(axes):
                continue
            if isinstance(base, Number):
                continue
            for way in {axes, axes[::-1]} if base.symmetric else (axes,):
                role = tuple([places.get(group, ()) for group in way])
                holders.setdefault((base, exponent > 0), {}).setdefault(role, []).append((t, f, way))
    for (base, over), roles in holders.items():
        for role, spots in roles.items():
            if len(roles) > 1 and () in role:
                for shown, more in roles.items():
                    joins = [not mine or mine == theirs for mine, theirs in zip(role, shown, strict=True)]
                    if shown != role and all(joins):
                        held = {t for t, _, _ in spots}
                        spots = [*spots, *(spot for spot in more if spot[0] not in held)]
            for chosen in _selections(spots):
                if len(chosen) > 1:
                    least = min([_exponent(split, spot) for spot in chosen], key=magnitude)
                    if (found := _pull_out(node, split, (base, least), role, chosen)) is not None:
                        yield found
            if isinstance(base, Sum) and not over and (found := _over_one(node, split, base, role, spots)) is not None:
                yield found


def _simple(groups: tuple[Group, ...]) -> bool:
    """Whether no axis is fused."""
    return [len(group) for group in groups].count(1) == len(groups)


def _places(out: tuple[Group, ...]) -> dict[Group, tuple[int, ...]]:
    """Where the axes of the result hold each group."""
    found: dict[Group, tuple[int, ...]] = {}
    for place, group in enumerate(out):
        found[group] = (*found.get(group, ()), place)
    return found


def _over_one(node: Sum, split: list[Split], base: Sum, role: Role, spots: list[Spot]) -> Grouping | None:
    """The terms over the greatest power of a divisor that one of them has, where they merge above it.

    1/(x + 1) - x/(x + 1)^2 is (x + 1 - x)/(x + 1)^2, and 1 - x/(x + 1) is (x + 1 - x)/(x + 1).
    """
    chosen = list(_firsts(spots).values())
    having = {t for t, _, _ in chosen}
    lacking: list[Spot] = []
    for t, (_, out, _) in enumerate(split):
        if t not in having and all(role):
            way, shown = tuple(out[places[0]] for places in role), _places(out)
            if tuple(shown[group] for group in way) == role:
                lacking.append((t, NOWHERE, way))
    if len(having) + len(lacking) == len(split) <= MOST_OVER_ONE:
        chosen += lacking
    exponents = {_exponent(split, spot) for spot in chosen}
    if len(exponents) < 2:
        return None
    found = _pull_out(node, split, (base, min(exponents)), role, chosen)
    if found is None:
        return None
    return found if not isinstance(found.bracket, Sum) or len(found.bracket.terms) <= len(chosen) else None


def _exponent(split: list[Split], spot: Spot) -> Rational:
    """The exponent of the factor in this place; 0 where it is in none."""
    t, f, _ = spot
    return 0 if f == NOWHERE else split[t][0][f][1]


def _firsts(spots: list[Spot]) -> dict[int, Spot]:
    """The first spot in each term."""
    found: dict[int, Spot] = {}
    for spot in spots:
        found.setdefault(spot[0], spot)
    return found


def _selections(spots: list[Spot]) -> Iterator[list[Spot]]:
    """One spot in each term: the first of each, and each other spot of a term with the firsts of the rest."""
    firsts = _firsts(spots)
    yield list(firsts.values())
    for spot in spots:
        if firsts[spot[0]] != spot:
            yield list({**firsts, spot[0]: spot}.values())


def _pull_out(
    node: Sum, split: list[Split], power: tuple[Expr, Rational], role: Role, chosen: list[Spot]
) -> Grouping | None:
    base, shared = power
    rank = node.rank
    covered = {p for places in role for p in places}
    # An axis of the factor is an axis of the bracket too where it is summed, or where some term uses it again.
    left_over: list[list[tuple[Rational, list[Factor]]]] = []
    used = [not places for places in role]
    for t, f, way in chosen:
        rest = [factor for k, factor in enumerate(split[t][0]) if k != f]
        left = ratio(_exponent(split, (t, f, way)) - shared)
        if shared < 0 and left == 1 and isinstance(base, Sum):  # what is above may merge
            left_over.append([(c, [*rest, (n, 1, way)]) for c, n in base.terms])
            rest.append((base, left, way))
        else:
            rest += [(base, left, way)] if left else []
            left_over.append([(1, rest)])
        if not all(used):
            labels = {x for _, _, axes in rest for g in axes for x in g}
            used = [again or group[0] in labels for again, group in zip(used, way, strict=True)]
    free = [p for p in range(rank) if p not in covered]
    if len(free) + sum(used) > max(2, rank):
        return None
    rests: list[Rest] = []
    for (t, _, way), left_of in zip(chosen, left_over, strict=True):
        _, out, sizes = split[t]
        axes = tuple(out[p] for p in free) + tuple(g for g, u in zip(way, used, strict=True) if u)
        rests += [(ratio(c * node.terms[t][0]), rest, axes, sizes) for c, rest in left_of]
    # Labels of the whole: its places first, then the factor's own.
    own: list[Group] = []
    for k, places in enumerate(role):
        own.append((places[0],) if places else (rank + k,))
    inside = tuple((p,) for p in free) + tuple(g for g, u in zip(own, used, strict=True) if u)
    home = {p: own[k] for k, places in enumerate(role) for p in places}
    out = tuple(home.get(p, (p,)) for p in range(rank))
    taken = {t for t, _, _ in chosen}
    others = [term for t, term in enumerate(node.terms) if t not in taken]
    return Grouping(role, (base, shared, tuple(own)), len(chosen), others, rests, inside, out)
