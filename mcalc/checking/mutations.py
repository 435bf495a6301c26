"""Mistakes that people make, made on purpose: each is a derivative gone wrong in one way, with the name of that way.

A diagnosis is the mutation that an answer equals. Mistakes while differentiating are made on the expression, by
putting a wrong rule in the place of one node's; slips afterwards are made on the derivative, by changing one factor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from mcalc.algebra.batch import hole
from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Symbol,
    coefficient_of,
    contract,
    ones,
    power,
    scale,
    symbol,
)
from mcalc.algebra.walk import substitute
from mcalc.calculus.derivative import derivative
from mcalc.calculus.differential import active
from mcalc.errors import Problem
from mcalc.phrase import Phrase, say

#: So many nodes of the expression are tried.
MOST_NODES = 40
#: And so many matrices of the result.
MOST_EXCHANGED = 6

#: Placeholders are told apart by their place; these are far from those that lifting uses.
_FIRST_PLACE = 5000


class Mutation:
    """A wrong derivative: the code of the mistake, a sentence about it, and what it leads to.

    `show` are nodes that the sentence has the holes `{a}` and `{b}` for.
    """

    __slots__ = ("code", "expr", "show", "told")

    def __init__(self, code: str, told: Phrase, show: tuple[Expr, ...], expr: Expr) -> None:
        self.code, self.told, self.show, self.expr = code, told, show, expr

    def says(self, shown: Sequence[str]) -> Phrase:
        """The sentence, with the nodes as they are shown."""
        return say(self.told.template, **self.told.fields, **dict(zip("ab", shown, strict=False)))


def while_differentiating(f: Expr, x: Symbol) -> Iterator[Mutation]:
    """The derivatives of `f` by `x` with one rule gone wrong."""
    nodes = [node for node in active(f, {x}) if node is not x][-MOST_NODES:]
    for node in reversed(nodes):
        for make in (_inner_forgotten, _slope_forgotten, _factor_held):
            try:
                yield from make(f, x, node)
            except Problem:
                continue


def _hole(node: Expr, k: int = 0) -> Expr:
    return hole(node.shape, _FIRST_PLACE + k)


def _inner_forgotten(f: Expr, x: Symbol, node: Expr) -> Iterator[Mutation]:
    """The derivative by what stands inside, as if it were the variable."""
    if node is f:
        return
    inside = _hole(node)
    assert isinstance(inside, Symbol)
    outer = substitute(f, {node: inside})
    back: dict[Expr, Expr] = {inside: node}
    part = substitute(derivative(outer, inside), back)
    told = say("the derivative of the inner function is missing: {a} depends on {b} and has a derivative of its own")
    yield Mutation("chain-factor", told, (node, x), part)
    if part.rank == 2:  # a node may stand for the transpose of what is written
        yield Mutation("chain-factor", told, (node, x), part.T)
    if x in outer.free and node.shape == x.shape:
        yield Mutation("chain-factor", told, (node, x), part + substitute(derivative(outer, x), back))


def _slope_forgotten(f: Expr, x: Symbol, node: Expr) -> Iterator[Mutation]:
    """The derivative with another slope in the place of an elementwise function's own."""
    if not isinstance(node, Apply) or node.op.slope is None:
        return
    arg = node.args[0]
    value, slope, start = (_hole(node, k) for k in (1, 2, 3))
    line = value + slope * (arg - start)
    found = derivative(substitute(f, {node: line}), x)
    name = node.op.name
    wrongs = (
        (
            "chain-factor",
            say("the derivative of {name} is missing: {name} was passed over in {a}", name=name),
            ones(node.shape),
        ),
        (
            "not-differentiated",
            say("{name} was not differentiated: {a} stands where its slope belongs", name=name),
            node,
        ),
        ("sign", say("the derivative of {name} has the other sign", name=name), -node.op.slope(arg, node)),
    )
    for code, told, wrong in wrongs:
        yield Mutation(code, told, (node,), substitute(found, {slope: wrong, value: node, start: arg}))


def _factor_held(f: Expr, x: Symbol, node: Expr) -> Iterator[Mutation]:
    """A product with some of its factors held constant, or with all of them differentiated at once."""
    if not isinstance(node, Contract):
        return
    moving = [k for k, (base, _, _) in enumerate(node.factors) if x in base.free]
    if len(moving) < 2:
        return
    sizes = dict(enumerate(node.sizes))
    for k in moving:
        for held in ([k], [j for j in moving if j != k])[: len(moving) - 1]:
            holes = {j: _hole(node.factors[j][0], j) for j in held}
            factors = [(holes.get(j, b), e, axes) for j, (b, e, axes) in enumerate(node.factors)]
            found = derivative(substitute(f, {node: contract(factors, node.out, sizes)}), x)
            back: dict[Expr, Expr] = {h: node.factors[j][0] for j, h in holes.items()}
            first = node.factors[held[0]][0]
            told = say("the product rule has one term for each factor: the one where {a} is differentiated is missing")
            yield Mutation("product-rule", told, (first,), substitute(found, back))
    if not x.rank:
        powers = [(power(b, e), axes) for b, e, axes in node.factors]
        factors = [(derivative(b, x) if x in b.free else b, 1, axes) for b, axes in powers]
        slope, start = _hole(node), _hole(x, 1)
        line = slope * (x - start)
        found = derivative(substitute(f, {node: line + _hole(node, 2)}), x)
        wrong = substitute(found, {slope: contract(factors, node.out, sizes), start: x, _hole(node, 2): node})
        told = say("the derivative of a product is not the product of the derivatives")
        yield Mutation("product-rule", told, (), wrong)


# ---------------------------------------------------------------- slips in the result

CHANGED_PLACES = say("the order of the product matters: {a} and {b} have changed places")
AS_MATRICES = say("a product of the wrong kind: {a} and {b} are to be multiplied as matrices")
BY_ENTRY = say("a product of the wrong kind: {a} and {b} are to be multiplied entry by entry")


def exchanged(right: Expr, x: Symbol) -> Iterator[Mutation]:
    """The result with two matrices, or two vectors, exchanged wherever they stand."""
    others = sorted((s for s in right.free if s.rank and s is not x), key=lambda s: s.place)
    for a, b in combinations(others[:MOST_EXCHANGED], 2):
        if a.shape == b.shape:
            values: dict[Expr, Expr] = {a: b, b: a}
            yield Mutation("order-swapped", CHANGED_PLACES, (a, b), substitute(right, values))


def slips(term: Expr) -> Iterator[Mutation]:
    """The term with one factor changed, exchanged or left out."""
    coefficient, node = coefficient_of(term)
    if not isinstance(node, Contract):
        return
    sizes = dict(enumerate(node.sizes))

    def made(factors: list[Factor]) -> Expr:
        held = {x for _, _, axes in factors for g in axes for x in g}.union(x for g in node.out for x in g)
        return scale(coefficient, contract(factors, node.out, {x: d for x, d in sizes.items() if x in held}))

    for make in (_turned, _exchanged, _moved, _other_product, _cut, _left_out):
        for code, told, show, factors in make(list(node.factors), node):
            wrong = made(factors)
            if wrong is not term and wrong.shape == term.shape:
                yield Mutation(code, told, show, wrong)


Slip = tuple[str, Phrase, tuple[Expr, ...], list[Factor]]


def _turned(factors: list[Factor], node: Contract) -> Iterator[Slip]:
    for k, (base, exponent, axes) in enumerate(factors):
        if base.rank == 2 and base.shape[0] is base.shape[1] and not base.symmetric:
            turned = [*factors[:k], (base, exponent, axes[::-1]), *factors[k + 1 :]]
            yield "transpose", say("a transpose is missing, or one too many, at {a}"), (base,), turned


def _exchanged(factors: list[Factor], node: Contract) -> Iterator[Slip]:
    for j, (a, e, left) in enumerate(factors):
        for k, (b, g, right) in enumerate(factors[:j]):
            if a is not b and a.shape == b.shape and e == g and a.rank == 2:
                changed = list(factors)
                changed[j], changed[k] = (b, e, left), (a, g, right)
                yield "order-swapped", CHANGED_PLACES, (b, a), changed


def _moved(factors: list[Factor], node: Contract) -> Iterator[Slip]:
    """Neighbours in a chain of square matrices that have changed places, each turned as it was."""
    count = Counter(x for _, _, axes in factors for g in axes for x in g)
    count.update(x for group in node.out for x in group)
    for j, (a, e, left) in enumerate(factors):
        for k, (b, g, right) in enumerate(factors[:j]):
            alike = a.rank == b.rank == 2 and a.shape == b.shape and a.shape[0] is a.shape[1]
            shared = [s for s in left if s in right and len(s) == 1 and count[s[0]] == 2] if alike else []
            if len(shared) != 1 or a is b:
                continue
            (s,) = shared
            p, q = (axes[1 - axes.index(s)] for axes in (left, right))
            changed = list(factors)
            changed[j] = (a, e, tuple(q if group == s else s for group in left))
            changed[k] = (b, g, tuple(p if group == s else s for group in right))
            yield "order-swapped", CHANGED_PLACES, (b, a), changed


def _other_product(factors: list[Factor], node: Contract) -> Iterator[Slip]:
    """A B in the place of A ⊙ B, and A ⊙ B in the place of A B."""
    spare = len(node.sizes)
    for j, (a, e, left) in enumerate(factors):
        for k, (b, g, right) in enumerate(factors[:j]):
            rest = [f for i, f in enumerate(factors) if i not in (j, k)]
            if a.rank != 2 or b.rank != 2 or e != 1 or g != 1:
                continue
            if left == right and a.shape[0] is a.shape[1]:
                for first, second in ((b, a), (a, b)):
                    changed = [*rest, (first, 1, (left[0], (spare,))), (second, 1, ((spare,), left[1]))]
                    yield "product-kind", BY_ENTRY, (b, a), changed
            for (p, pa), (q, qa) in (((a, left), (b, right)), ((b, right), (a, left))):
                middle = pa[1]
                used = [g for _, _, axes in rest for g in axes] + list(node.out)
                if middle == qa[0] and middle not in used and p.shape == q.shape:
                    out = (pa[0], qa[1])
                    yield "product-kind", AS_MATRICES, (p, q), [*rest, (p, 1, out), (q, 1, out)]


def _cut(factors: list[Factor], node: Contract) -> Iterator[Slip]:
    """P ⊙ Q in the place of P Q, where P and Q are the two ends of a chain."""
    if len(node.out) != 2 or any(len(group) != 1 for group in node.out):
        return
    (row,), (column,) = node.out
    labels = [{x for group in axes for x in group} for _, _, axes in factors]
    for s, size in enumerate(node.sizes):
        ends = [k for k, held in enumerate(labels) if s in held]
        if s in (row, column) or len(ends) != 2 or not size is node.sizes[row] is node.sizes[column]:
            continue
        one = _reached(labels, ends[0], s)
        two = set(range(len(factors))) - one
        left, right = (one, two) if any(row in labels[k] for k in one) else (two, one)
        if ends[1] in one or any(column in labels[k] for k in left) or any(row in labels[k] for k in right):
            continue
        sizes = dict(enumerate(node.sizes))
        shown = (
            _contracted([factors[k] for k in sorted(left)], ((row,), (s,)), sizes),
            _contracted([factors[k] for k in sorted(right)], ((s,), (column,)), sizes),
        )
        changed = [
            (b, e, tuple(tuple((column if k in left else row) if x == s else x for x in g) for g in axes))
            for k, (b, e, axes) in enumerate(factors)
        ]
        yield "product-kind", AS_MATRICES, shown, changed


def _reached(labels: list[set[int]], start: int, without: int) -> set[int]:
    """The factors that hang together with one, by other labels than one."""
    found, queue = {start}, [start]
    while queue:
        here = labels[queue.pop()] - {without}
        more = {k for k, held in enumerate(labels) if held & here} - found
        found |= more
        queue += more
    return found


def _contracted(factors: list[Factor], out: tuple[Group, ...], sizes: dict[int, Dim]) -> Expr:
    held = {x for axes in (out, *(axes for _, _, axes in factors)) for g in axes for x in g}
    return contract(factors, out, {x: d for x, d in sizes.items() if x in held})


def _left_out(factors: list[Factor], node: Contract) -> Iterator[Slip]:
    """A factor gone whose axes others have as well, or a square matrix gone from a chain."""
    shown = {x for group in node.out for x in group}
    for k, (base, exponent, axes) in enumerate(factors):
        rest = [*factors[:k], *factors[k + 1 :]]
        if exponent != 1:
            yield "factor", say("the factor {a} is missing"), (base,), [*rest, (base, exponent - 1, axes)]
        held = Counter(x for _, _, ax in rest for g in ax for x in g)
        # A label that only one other factor has holds two factors together, unless it shows.
        if all(held[x] > (x not in shown) for g in axes for x in g):
            code = "chain-factor" if base.rank else "factor"
            yield code, say("the factor {a} is missing"), (power(base, exponent),), rest
        elif base.rank == 2 and base.shape[0] is base.shape[1] and all(len(g) == 1 for g in axes):
            (one,), (two,) = axes
            if two in shown:
                one, two = two, one
            if two not in shown:
                whole = [(b, e, tuple(tuple(one if x == two else x for x in g) for g in ax)) for b, e, ax in rest]
                yield "chain-factor", say("the factor {a} is missing"), (base,), whole


def with_property(root: Expr, variables: Iterable[Symbol], prop: str) -> Expr:
    """The expression over variables that have one property more."""
    values: dict[Expr, Expr] = {v: symbol(v.name, v.shape, v.props | {prop}, v.place) for v in variables}
    return substitute(root, values)
