"""The line from which a derivative is read off: df = tr(Gᵀ dX), gᵀ dx, J dx or f′ dt, the differential at the end."""

from __future__ import annotations

from fractions import Fraction
from itertools import count

from mcalc.algebra.expr import (
    Contract,
    Expr,
    Rational,
    Sum,
    Symbol,
    coefficient_of,
    contract,
    number,
    ratio,
    scale,
    symbol,
)
from mcalc.algebra.ops.record import scalar_part
from mcalc.calculus.differential import pull, push
from mcalc.calculus.simplify import simplify
from mcalc.language.syntax import Call, Name, Product, Syntax, Terms, Transpose
from mcalc.language.tree import children, walk
from mcalc.notation import forms
from mcalc.notation.collect import expand
from mcalc.notation.forms import Piece
from mcalc.notation.notate import Notation
from mcalc.working.signs import Signs

#: Terms beyond this number are not turned one by one.
MOST_TERMS = 6

#: Places of the placeholders that stand for a term of a line while it is written; none is used twice.
_places = count(1_000_000)


def applied_to(derivative: Expr, f: Expr, dx: Symbol) -> Expr:
    """The derivative by x, axes shape(f) + shape(x), applied to a change of x."""
    axes = tuple((k,) for k in range(derivative.rank))
    return contract([(derivative, 1, axes), (dx, 1, axes[f.rank :])], axes[: f.rank])


def coefficient(line: Expr, dx: Symbol) -> Expr:
    """What a line that is linear in dx multiplies it by, axes shape(line) + shape(dx)."""
    if not dx.rank:
        return push(line, {dx: number(1)})
    axes = tuple((k,) for k in range(line.rank))
    seed = contract((), (*axes, *axes), dict(enumerate(line.shape)))
    return pull(line, seed, [dx])[0]


def standing_last(
    terms: list[Expr], f: Expr, dx: Symbol, notation: Notation, signs: Signs | None = None
) -> Syntax | None:
    """The sum of these derivatives, each applied to dx, with dx at the end of every term.

    With `signs` it is a line on the way: differences are as the question has them, and what is shorter may keep its
    own form, as aᵀ dX b. Without, it is the line that the answer is read off from. None where matrix notation has
    no such form: where the derivative has more than two axes and f is no scalar.
    """
    if f.rank + dx.rank > 2 and f.rank and dx.rank:
        return None
    lone = len(terms) == 1
    parts = [_term(*coefficient_of(term), f, dx, notation, signs, lone) for term in terms]
    parts.sort(key=lambda part: -part[0])
    return forms.terms(parts).syntax


def _term(
    c: Rational, node: Expr, f: Expr, dx: Symbol, notation: Notation, signs: Signs | None, lone: bool
) -> tuple[int, forms.Form]:
    """A multiple of a node applied to dx: scalars in front, then what is between, then dx."""
    if not dx.rank:
        if signs is not None:
            inner, node = coefficient_of(signs.natural(node))
            c *= inner
        sign, piece = notation.term(c, node, lone=True)
        return sign, forms.quotient([(piece.plain, "*"), (forms.name(dx.name), "*")], ())
    scalar, rest = scalar_part(node)
    inner, rest = _primitive(rest)
    c *= inner
    if c < 0 and isinstance(rest, Sum) and {t < 0 for t, _ in rest.terms} == {True, False}:
        c, rest = -c, scale(-1, rest)
    if signs is not None:
        inner, rest = coefficient_of(signs.natural(rest))
        c *= inner
    sign, piece = _linear(-1 if c < 0 else 1, rest, f, dx, notation, signs is None, lone)
    axes = tuple((k,) for k in range(f.rank))
    stand_in = symbol("·", f.shape, (), next(_places))
    notation.stand_for(stand_in, piece)
    outer, whole = coefficient_of(contract([(scalar, 1, ()), (stand_in, 1, axes)], axes))
    c = (-c if c < 0 else c) * outer * sign
    sign, piece = notation.term(ratio(c), whole, lone=lone)
    return sign, piece.plain


def _primitive(node: Expr) -> tuple[Rational, Expr]:
    """A sum as a rational times one whose coefficients have nothing in common; anything else as a multiple."""
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return coefficient_of(node)
    axes = tuple((k,) for k in range(node.rank))
    content, _ = coefficient_of(contract([(node, 1, axes), (symbol("·"), 1, ())], axes))
    content = abs(Fraction(content))
    return ratio(content), scale(ratio(1 / content), node)


def _linear(
    sign: int, node: Expr, f: Expr, dx: Symbol, notation: Notation, strict: bool, lone: bool
) -> tuple[int, Piece]:
    """gᵀ dx, tr(Gᵀ dX) or J dx for ± the node; without what an identity or ones would only make longer."""
    left, before = (1, notation.piece(node)) if sign > 0 else notation.term(-1, node, lone=lone)
    if not f.rank:
        # (u .* v).T before u.T .* v.T: what is under the transpose is the gradient.
        before = (
            Piece(forms.turn(before.plain), before.plain) if isinstance(before.turned.syntax, Product) else before.T
        )
    form = forms.chain([before, notation.piece(dx)]).plain
    if not f.rank and dx.rank == 2:
        form = forms.call("tr", [form])
    if not strict or (isinstance(node, Contract) and not node.factors):
        alone, plain = notation.term(sign, applied_to(node, f, dx), lone=lone)
        if plain.plain.weight + forms.TOKEN <= form.weight:
            return alone, plain
    return left, forms.upright(form, not f.rank)


def parts_of(line: Expr, dx: Symbol) -> list[Expr]:
    """What the terms of a line multiply dx by, in order; none where they are too many to be shown one by one."""
    found: list[Expr] = []
    for term in sorted(_terms(line), key=lambda t: (sorted(s.place for s in t.free), t.h)):
        g = coefficient(term, dx)
        several = isinstance(g, Sum) and len(g.terms) > 1
        found += [simplify(coefficient(t, dx)) for t in (_terms(expand(term)) if several else [term])]
        if len(found) > MOST_TERMS:
            return []
    return found


def _terms(line: Expr) -> list[Expr]:
    return [scale(c, n) for c, n in line.terms] if isinstance(line, Sum) else [line]


def meaning(syntax: Syntax) -> object:
    """What a line says but for signs and the order of its terms: lines that agree in it make no progress."""
    said: dict[int, object] = {}
    for node in reversed(walk(syntax)):
        below = tuple(said[id(child)] for child in children(node))
        loose = isinstance(node, (Terms, Product))
        said[id(node)] = (type(node), frozenset(below) if loose else below) if below else node
    return said[id(syntax)]


def turning(before: Syntax, f: Expr, dx: Symbol) -> list[str]:
    """The rules that bring dx to the end of every term of a line."""
    name = Name(dx.name)
    nodes = [node for node in walk(before) if _holds(node, name)]
    turned = any(isinstance(n, Transpose) for n in nodes)
    dotted = any(isinstance(n, Product) and not {".*", "./"}.isdisjoint(n.operators) for n in nodes)
    summed = any(isinstance(n, Call) and n.name == "sum" for n in nodes)
    if f.rank:
        # A scalar that holds dx times an array: (a.T@dx)*b.
        outer = any(isinstance(n, Product) and any(_holds(i, name) for i in n.items[:-1]) for n in nodes)
        return ["diagonal"] if dotted else ["outer"] if outer else []
    if dx.rank == 1:
        return [*(["inner"] if dotted or summed else []), *(["transpose-scalar"] if turned else [])]
    return [*(["trace-inner"] if summed or dotted else []), *(["trace-transpose"] if turned else []), "trace-cyclic"]


def _holds(node: Syntax, name: Name) -> bool:
    return any(n == name for n in walk(node))
