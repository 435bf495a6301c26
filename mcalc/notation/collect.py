"""Presentation by search: of the ways to group a sum, the one that reads lightest.

Two kinds of moves (moves.py), both exact: pull a factor that several terms share out of them (A@x + A.T@x into
(A + A.T)@x, and the same for scalars, left and right factors and elementwise ones), and multiply a product over a
sum out, which is worth it where terms then cancel. What is lighter is decided by the notation itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Rational,
    Size,
    Sum,
    Symbol,
    Term,
    add,
    contract,
    magnitude,
    ratio,
)
from mcalc.algebra.walk import children, postorder, rebuild
from mcalc.calculus.rules.patterns import sizes_of
from mcalc.calculus.simplify import settle
from mcalc.notation.forms import TOKEN
from mcalc.notation.moves import MOVES, Move, Role, collecting
from mcalc.notation.notate import PLACEHOLDER, Notation

#: Sums beyond these sizes are shown as they are: the search would cost more than it shortens.
MOST_TERMS, MOST_EXPANDED = 24, 48
#: A sum of more terms is not multiplied out in four axes: nobody would read it.
MOST_SPREAD = 400
#: Where nothing merges, multiplying out is still tried up to so many terms.
FEW_TERMS = 4
#: Of the groupings of a sum, so many of the most promising are tried, and so many of these to the end.
MOST_TRIED, MOST_FOLLOWED = 3, 1

#: A factor of a term: which term, which factor, its labels in the order of the role.
Spot = tuple[int, int, tuple[Group, ...]]
Split = tuple[tuple[Factor, ...], tuple[Group, ...], dict[int, Dim]]
#: The move, the terms left alone, the shared factor, what it leaves of the others, the labels of that bracket and of
#: the result.
Grouping = tuple[Move, list[Term], Factor, list[Term], tuple[Group, ...], tuple[Group, ...]]


def present(root: Expr, notation: Notation, share: bool = False) -> Expr:
    """An equal expression that reads lighter.

    With `share`, what stands in several places weighs as one name while the rest is weighed.
    """
    done: dict[Expr, Expr] = {}
    order = postorder(root)
    uses: dict[Expr, int] = {}
    for node in order if share else ():
        for child in children(node):
            uses[child] = uses.get(child, 0) + 1
    for node in order:
        kept = node in notation.names or node in notation.said
        new = done[node] = lightest(node if kept else rebuild(node, done.__getitem__), notation)
        if uses.get(node, 0) > 1 and not isinstance(new, (Symbol, Number, Size)) and new not in notation.names:
            notation.call(new, f"{PLACEHOLDER}{len(notation.names)}")
    return done[root]


def lightest(node: Expr, notation: Notation) -> Expr:
    """The lightest of the node as it is, with factors collected, and multiplied out first."""
    if node in notation.names or not isinstance(node, (Sum, Contract)):
        return node
    options: list[tuple[Expr, bool]] = [(node, False)]
    if isinstance(node, Contract) and (joined := _one_divisor(node)) is not None:
        options.append((joined, False))
        notation.moved(MOVES["one-divisor"], node, joined)
    starts: list[tuple[Expr, bool]] = [(settle(node), False)]
    if (whole := expand(node)) is not node:
        starts.append((settle(whole), True))
        notation.moved(MOVES["multiply-out"], node, whole)
    for start, opened in starts:
        options.append((start, opened))
        if isinstance(start, Sum):
            options.append((settle(collect(start, notation)), opened))

    def price(option: tuple[Expr, bool]) -> tuple[int, bool, int]:
        weight = notation.weight(option[0])
        return weight // TOKEN, option[1], weight  # what is no shorter multiplied out stays together

    return min(options, key=price)[0]


def expand(node: Expr) -> Expr:
    """Products multiplied over their sums; the node itself where no terms merge by it, or where it grows too far."""
    if width(node) > MOST_EXPANDED:
        return node
    queue: list[Term] = list(node.terms) if isinstance(node, Sum) else [(1, node)]
    found: list[Term] = []
    while queue:
        if len(queue) + len(found) > MOST_EXPANDED:
            return node
        c, term = queue.pop()
        match term:
            case Sum(terms):
                queue += [(c * k, n) for k, n in terms]
            case Contract(factors, out, sizes) if (k := _spreadable(factors)) is not None:
                base, exponent, axes = factors[k]
                rest = [*factors[:k], *factors[k + 1 :]]
                if exponent > 1:
                    rest.append((base, exponent - 1, axes))
                known = dict(enumerate(sizes))
                spread = base if isinstance(base, Sum) else expand(base)
                if spread is base and not isinstance(base, Sum):
                    found.append((c, term))
                    continue
                base = spread
                parts = base.terms if isinstance(base, Sum) else ((1, base),)
                queue += [(c * t, contract([*rest, (n, 1, axes)], out, known)) for t, n in parts]
            case _:
                found.append((c, term))
    whole = add(found, node.shape)
    merged = len(found) - (len(whole.terms) if isinstance(whole, Sum) else 1)
    return whole if merged or len(found) <= FEW_TERMS else node


def width(root: Expr) -> int:
    """The number of terms that an expression would have, were its products multiplied out."""
    found: dict[Expr, int] = {}
    for node in postorder(root, lambda n: isinstance(n, (Sum, Contract)) and n not in found):
        if isinstance(node, Sum):
            found[node] = sum(found.get(n, 1) for _, n in node.terms)
        elif isinstance(node, Contract):
            wide = (found.get(b, 1) ** e for b, e, axes in node.factors if _spreads(b, e, axes) and isinstance(e, int))
            found[node] = min(prod(wide), 10**9)
    return found.get(root, 1)


def _spreads(base: Expr, exponent: Rational, axes: tuple[Group, ...]) -> bool:
    """Whether a factor is a sum, or a connected scalar that may have one inside."""
    if isinstance(base, Sum):
        return isinstance(exponent, int) and 0 < exponent <= 2
    return not axes and exponent == 1 and isinstance(base, Contract)


def _one_divisor(node: Contract) -> Expr | None:
    """The scalars that divide the node multiplied into one sum: x/((u/c + 1)*c) is x/(u + c)."""
    below: list[Factor] = [(b, -e, ()) for b, e, axes in node.factors if not axes and e < 0]
    k = next((k for k, (b, e, _) in enumerate(below) if isinstance(b, Sum) and e == 1), None)
    if k is None or len(below) < 2:
        return None
    bracket, others = below[k][0], [*below[:k], *below[k + 1 :]]
    assert isinstance(bracket, Sum)
    divisor = add([(c, contract([(n, 1, ()), *others], ())) for c, n in bracket.terms], ())
    rest = [f for f in node.factors if f[2] or f[1] > 0]
    return contract([*rest, (divisor, -1, ())], node.out, sizes_of(node))


def _spreadable(factors: tuple[Factor, ...]) -> int | None:
    """The first factor that is a sum, or a connected scalar with a sum inside."""
    for k, (base, exponent, axes) in enumerate(factors):
        if _spreads(base, exponent, axes) and (isinstance(base, Sum) or width(base) > 1):
            return k
    return None


def collect(node: Sum, notation: Notation) -> Expr:
    """The sum with shared factors pulled out as long as that makes it lighter."""
    known = notation.collected.get(node)
    if known is None:
        notation.collected[node] = node  # asked again while it is being worked out: leave it
        known = notation.collected[node] = _collect(node, notation)
    return known


def _collect(node: Expr, notation: Notation) -> Expr:
    while isinstance(node, Sum) and 1 < len(node.terms) <= MOST_TERMS:
        # Of what promises the same the order is that of the nodes, so that it does not matter who found it first.
        groupings = sorted(
            _groupings(node), key=lambda g: (-(len(g[3]) - 1) * notation.weight(g[2][0]), _place(g), g[2][0].h)
        )[:MOST_TRIED]
        options = sorted(
            ((_carry_out(g), g) for g in groupings), key=lambda option: (notation.weight(option[0]), option[0].h)
        )
        best: Expr = node
        for _, grouping in options[:MOST_FOLLOWED]:
            grouped = _carry_out(grouping, lambda bracket: collect(bracket, notation))
            notation.moved(grouping[0], node, grouped)
            if _better(grouped, best, not grouping[1] and not grouping[2][2], notation):
                best = grouped
        if best is node:
            break
        node = best
    return node


def _place(grouping: Grouping) -> tuple[object, ...]:
    """What tells groupings of one factor apart: where it stands, and what is left of the terms."""
    _, others, (_, exponent, axes), parts, inside, out = grouping
    return float(exponent), axes, inside, out, [n.h for _, n in parts], [n.h for _, n in others]


def _better(one: Expr, other: Expr, throughout: bool, notation: Notation) -> bool:
    """Whether one reads lighter; a scalar that all terms have comes out also where that is no shorter.

    What contains the sum can then pull it out further: c*A + c inside, and another c outside.
    """
    now, before = notation.weight(one), notation.weight(other)
    return now // TOKEN <= before // TOKEN if throughout else now < before


def _carry_out(grouping: Grouping, inside: Callable[[Sum], Expr] = lambda bracket: bracket) -> Expr:
    """The sum with a grouping carried out, what is left in brackets presented by `inside`."""
    _, others, (base, exponent, axes), parts, bracket_axes, out = grouping
    bracket: Expr = add(parts, parts[0][1].shape)
    if isinstance(bracket, Sum):
        bracket = inside(bracket)
    whole = settle(contract([(base, exponent, axes), (bracket, 1, bracket_axes)], out))
    return add([*others, (1, whole)], whole.shape)


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


def _groupings(node: Sum) -> Iterator[Grouping]:
    """Every factor that several terms share, with what it leaves of them.

    Terms share a factor in the same role. Where one sums over an axis of the factor and another shows it,
    the second is the first with an identity in between, so it may join.
    """
    closed = [_factors(n, False) for _, n in node.terms]
    opened = [_factors(n, True) for _, n in node.terms]
    for split in [closed] if opened == closed else [closed, opened]:
        yield from _shared(node, split)


def _shared(node: Sum, split: list[Split]) -> Iterator[Grouping]:
    holders: dict[tuple[Expr, Role, bool], list[Spot]] = {}
    for t, (factors, out, _) in enumerate(split):
        if any(len(g) != 1 for g in out):
            continue
        for f, (base, exponent, axes) in enumerate(factors):
            if isinstance(base, Number) or any(len(g) != 1 for g in axes) or len(axes) > 2:
                continue
            for way in {axes, axes[::-1]} if base.symmetric else {axes}:
                role = tuple(tuple(p for p, g in enumerate(out) if g == a) for a in way)
                holders.setdefault((base, role, exponent > 0), []).append((t, f, way))
    for (base, role, over), spots in list(holders.items()):
        if () in role:
            for (other, shown, also), more in list(holders.items()):
                joins = other is base and also == over and shown != role
                if joins and all(not mine or mine == theirs for mine, theirs in zip(role, shown, strict=True)):
                    spots = [*spots, *(s for s in more if all(s[0] != t for t, _, _ in spots))]
        for chosen in _selections(spots):
            if len(chosen) > 1 and (found := _pull_out(node, split, base, role, chosen)) is not None:
                yield found


def _selections(
    spots: list[Spot],
) -> Iterator[list[Spot]]:
    """One spot in each term: the first of each, and each other spot of a term with the firsts of the rest."""
    by_term: dict[int, list[Spot]] = {}
    for spot in spots:
        by_term.setdefault(spot[0], []).append(spot)
    firsts = {t: found[0] for t, found in by_term.items()}
    yield list(firsts.values())
    for t, found in by_term.items():
        for other in found[1:]:
            yield list({**firsts, t: other}.values())


def _pull_out(
    node: Sum,
    split: list[Split],
    base: Expr,
    role: Role,
    chosen: list[Spot],
) -> Grouping | None:
    exponents = [split[t][0][f][1] for t, f, _ in chosen]
    shared: Rational = min(exponents, key=magnitude)
    rank = node.rank
    covered = {p for places in role for p in places}
    # An axis of the factor is an axis of the bracket too where it is summed, or where some term uses it again.
    rests: list[list[Factor]] = []
    used = [False] * len(role)
    for t, f, way in chosen:
        factors = split[t][0]
        rest = [*factors[:f], *factors[f + 1 :]]
        left = ratio(factors[f][1] - shared)
        if left:
            rest.append((base, left, way))
        rests.append(rest)
        labels = {x for _, _, axes in rest for g in axes for x in g}
        for k, group in enumerate(way):
            used[k] = used[k] or not role[k] or group[0] in labels
    if len(set(chosen[0][2])) < len(role):
        return None
    free = [p for p in range(rank) if p not in covered]
    if len(free) + sum(used) > max(2, rank):
        return None
    parts: list[Term] = []
    for (t, _, way), rest in zip(chosen, rests, strict=True):
        _, out, sizes = split[t]
        axes = tuple(out[p] for p in free) + tuple(g for g, u in zip(way, used, strict=True) if u)
        held = {x for ax in (axes, *(ax for _, _, ax in rest)) for g in ax for x in g}
        parts.append((node.terms[t][0], contract(rest, axes, {x: sizes[x] for x in held})))
    # Labels of the whole: its places first, then the factor's own.
    own: list[Group] = []
    for k, places in enumerate(role):
        own.append((places[0],) if places else (rank + k,))
    inside = tuple((p,) for p in free) + tuple(g for g, u in zip(own, used, strict=True) if u)
    home = {p: own[k] for k, places in enumerate(role) for p in places}
    out = tuple(home.get(p, (p,)) for p in range(rank))
    taken = {t for t, _, _ in chosen}
    others = [term for t, term in enumerate(node.terms) if t not in taken]
    return collecting(role, shared), others, (base, shared, tuple(own)), parts, inside, out


def spread(root: Expr) -> list[Term]:
    """The terms of a sum, products of three axes and more multiplied over the sums among their factors."""
    queue: list[Term] = [(1, root)]
    found: list[Term] = []
    while queue:
        c, node = queue.pop()
        match node:
            case Sum(terms) if len(queue) + len(found) + len(terms) <= MOST_SPREAD:
                queue += [(c * k, n) for k, n in reversed(terms)]
                continue
            case Contract(factors, out, sizes):
                sums = (k for k, (b, e, axes) in enumerate(factors) if isinstance(b, Sum) and e == 1 and len(axes) > 2)
                if (k := next(sums, None)) is not None and len(queue) + len(found) <= MOST_SPREAD:
                    base, _, axes = factors[k]
                    rest = [*factors[:k], *factors[k + 1 :]]
                    known = dict(enumerate(sizes))
                    assert isinstance(base, Sum)
                    queue += [(c * t, contract([*rest, (n, 1, axes)], out, known)) for t, n in reversed(base.terms)]
                    continue
        found.append((c, node))
    whole = add(found, root.shape)  # what cancels, cancels
    return list(whole.terms) if isinstance(whole, Sum) else [(1, whole)]
