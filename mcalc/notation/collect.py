"""Presentation by search: of the ways to group a sum, the one that reads lightest.

Two kinds of moves (moves.py), both exact: pull a factor that several terms share out of them (A@x + A.T@x into
(A + A.T)@x, and the same for scalars, left and right factors and elementwise ones), and multiply a product over a
sum out, which is worth it where terms then cancel. What is lighter is decided by the notation itself.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import lru_cache
from math import prod

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
)
from mcalc.algebra.walk import postorder, rebuild
from mcalc.calculus.rules.patterns import sizes_of
from mcalc.calculus.simplify import settle
from mcalc.notation.entries import selector
from mcalc.notation.extended import Extended
from mcalc.notation.forms import TOKEN
from mcalc.notation.groupings import Grouping, shared_factors
from mcalc.notation.moves import MOVES
from mcalc.notation.notate import PLACEHOLDER, Notation

#: Sums beyond these sizes are shown as they are: the search would cost more than it shortens.
MOST_TERMS, MOST_EXPANDED = 24, 48
#: A sum of more terms is not multiplied out in four axes: nobody would read it.
MOST_SPREAD = 400
#: Where nothing merges, multiplying out is still tried up to so many terms.
FEW_TERMS = 4
#: Multiplied out beyond so many times its weight, a product is not grouped again: hardly one has got lighter by that.
MOST_OPENED = 2
#: Of the groupings of a sum, so many of the most promising are tried, and so many of these to the end.
MOST_TRIED, MOST_FOLLOWED = 3, 1

#: The widths of nodes asked for lately; all are forgotten at once.
_widths: dict[Expr, int] = {}
MOST_REMEMBERED = 20_000


def present(root: Expr, notation: Notation, names: Extended | None = None) -> Expr:
    """An equal expression that reads lighter.

    With `names`, an extension of the notation, what stands in several places is given a name in it, and weighs as one
    while the rest is weighed.
    """
    done: dict[Expr, Expr] = {}
    order = postorder(root)
    uses = Counter(child for node in order for child in node.children) if names is not None else Counter[Expr]()
    for node in order:
        kept = node in notation.names or node in notation.kept
        new = done[node] = lightest(node if kept else rebuild(node, done.__getitem__), names or notation)
        if names is None or uses[node] < 2 or isinstance(new, (Symbol, Number, Size)):
            continue
        if new not in names.names:
            names.call(new, f"{PLACEHOLDER}{len(names.names)}")
    return done[root]


def lightest(node: Expr, notation: Notation) -> Expr:
    """The lightest of the node as it is, with factors collected, and multiplied out first."""
    if node in notation.names or not isinstance(node, (Sum, Contract)):
        return node
    notation = notation.home(node)
    known = notation.lightened.get(node)
    if known is None:
        known = notation.lightened[node] = _lightest(node, notation)
    return known


def _lightest(node: Sum | Contract, notation: Notation) -> Expr:
    together: list[Expr] = [node]
    if isinstance(node, Contract) and (joined := _one_divisor(node)) is not None:
        together.append(joined)
        notation.moved(MOVES["one-divisor"], node, joined)
    together += _grouped(settle(node), notation)
    best = min(together, key=notation.weight)
    if (whole := expand(node)) is node:
        return best
    notation.moved(MOVES["multiply-out"], node, whole)
    opened, limit = settle(whole), notation.weight(best)
    if least(opened, notation) // TOKEN >= limit // TOKEN:
        return best
    apart = _grouped(opened, notation) if notation.weight(opened) <= MOST_OPENED * (limit + TOKEN) else [opened]
    other = min(apart, key=notation.weight)
    # What is no shorter multiplied out stays together.
    return other if notation.weight(other) // TOKEN < limit // TOKEN else best


def least(node: Expr, notation: Notation) -> int:
    """What any grouping of a sum of products weighs at least; 0 where the input has a word for factors of one.

    Every factor stands somewhere. Written once, it is in the same power in all terms that have it; written k times, in
    at most 2^k - 1 different ones.
    """
    powers: dict[tuple[Expr, bool], set[Rational]] = {}
    for _, term in node.terms if isinstance(node, Sum) else ((1, node),):
        held = _powers(term)
        if notation.products:
            bases = {base for base, _ in held}
            if any(product <= bases for product in notation.products):
                return 0
        for key, power in held.items():
            powers.setdefault(key, set()).add(power)
    return sum([_least(notation.weight(base), different) for (base, _), different in powers.items()])


def _powers(term: Expr) -> dict[tuple[Expr, bool], Rational]:
    """How often a product has each factor, and whether above or below the bar; inner products are opened."""
    if not isinstance(term, Contract):
        return {} if isinstance(term, Number) else {(term, True): 1}
    found: dict[tuple[Expr, bool], Rational] = {}
    for base, exponent, axes in term.factors:
        if selector(base) or (isinstance(base, Size) and exponent < 0):
            continue  # it stands as a place in brackets, or a mean has it
        inner = _powers(base) if not axes and exponent == 1 else {(base, exponent > 0): magnitude(exponent)}
        for key, power in inner.items():
            found[key] = found.get(key, 0) + power
    return found


def _least(weight: int, powers: set[Rational]) -> int:
    """What a factor of this weight weighs at least, where terms have it in these powers."""
    if any(isinstance(power, Fraction) for power in powers):
        return TOKEN  # the root may have a name
    if len(powers) == 1:
        return min(int(max(powers)) * weight, weight + TOKEN)
    return len(powers).bit_length() * weight


def _grouped(node: Expr, notation: Notation) -> list[Expr]:
    """The node, and where it is a sum, that with its shared factors pulled out."""
    return [node, settle(collect(node, notation))] if isinstance(node, Sum) else [node]


@lru_cache(maxsize=2_000)  # a search asks for it again, with other names
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
    known = _widths.get(root)
    if known is None:
        if len(_widths) >= MOST_REMEMBERED:
            _widths.clear()
        for node in postorder(root, lambda n: isinstance(n, (Sum, Contract)) and n not in _widths):
            if isinstance(node, Sum):
                _widths[node] = sum([_widths.get(n, 1) for _, n in node.terms])
            elif isinstance(node, Contract):
                wide = [_widths.get(b, 1) ** int(e) for b, e, axes in node.factors if _spreads(b, e, axes)]
                _widths[node] = min(prod(wide), 10**9)
        known = _widths.get(root, 1)
    return known


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
    notation = notation.home(node)
    known = notation.collected.get(node)
    if known is None:
        notation.collected[node] = node  # asked again while it is being worked out: leave it
        known = notation.collected[node] = _collect(node, notation)
    return known


def _collect(node: Expr, notation: Notation) -> Expr:
    while isinstance(node, Sum) and 1 < len(node.terms) <= MOST_TERMS:
        groupings = _most_promising(shared_factors(node), notation)
        if len(groupings) > MOST_FOLLOWED:
            groupings.sort(key=lambda g: _price(g.whole, notation))
        best: Expr = node
        for grouping in groupings[:MOST_FOLLOWED]:
            bracket = grouping.bracket
            inside = collect(bracket, notation) if isinstance(bracket, Sum) else bracket
            grouped = grouping.whole if inside is bracket else grouping.around(inside)
            notation.moved(grouping.move, node, grouped)
            if _better(grouped, best, not grouping.others and not grouping.axes, notation):
                best = grouped
        if best is node:
            break
        node = best
    return node


def _most_promising(found: tuple[Grouping, ...], notation: Notation) -> list[Grouping]:
    """Those that save most by what they write once, whoever found them first."""
    groupings = list(found)
    if len(groupings) <= MOST_TRIED:
        return groupings
    promises = {g: (g.count - 1) * notation.weight(g.base) for g in groupings}
    least = sorted(promises.values(), reverse=True)[MOST_TRIED - 1]
    groupings = [g for g in groupings if promises[g] >= least]
    if len(groupings) > MOST_TRIED:  # the order of equals is that of the nodes
        groupings.sort(key=lambda g: (-promises[g], g.place, g.base.h))
    return groupings[:MOST_TRIED]


def _price(node: Expr, notation: Notation) -> tuple[int, int]:
    return notation.weight(node), node.h


def _better(one: Expr, other: Expr, throughout: bool, notation: Notation) -> bool:
    """Whether one reads lighter; a scalar that all terms have comes out also where that is no shorter.

    What contains the sum can then pull it out further: c*A + c inside, and another c outside.
    """
    now, before = notation.weight(one), notation.weight(other)
    return now // TOKEN <= before // TOKEN if throughout else now < before


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
