"""The line from which a derivative is read off: df = tr(Gᵀ dX), gᵀ dx, J dx or f′ dt, the differential at the end."""

from __future__ import annotations

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
    postorder,
    ratio,
    scale,
    symbol,
)
from mcalc.algebra.ops.record import scalar_part
from mcalc.calculus.differential import pull, push
from mcalc.language.syntax import Call, Name, Num, Product, Program, Syntax, Transpose, walk
from mcalc.notation import forms
from mcalc.notation.collect import expand
from mcalc.notation.forms import Piece
from mcalc.notation.notate import Notation

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


def standing_last(terms: list[Expr], f: Expr, dx: Symbol, notation: Notation, strict: bool = False) -> Syntax | None:
    """The sum of these derivatives, each applied to dx, with dx at the end of every term.

    Unless `strict`, what is shorter may keep its own form, as aᵀ dX b. None where matrix notation has no such
    form: where the derivative has more than two axes and f is no scalar.
    """
    if f.rank + dx.rank > 2 and f.rank and dx.rank:
        return None
    parts = [_term(*coefficient_of(term), f, dx, notation, strict) for term in terms]
    parts.sort(key=lambda part: -part[0])
    return forms.terms(parts).syntax


def _term(c: Rational, node: Expr, f: Expr, dx: Symbol, notation: Notation, strict: bool) -> tuple[int, forms.Form]:
    """A multiple of a node applied to dx: scalars in front, then what is between, then dx."""
    if not dx.rank:
        sign, piece = notation.term(c, node, lone=True)
        return sign, forms.quotient([(piece.plain, "*"), (forms.name(dx.name), "*")], ())
    scalar, rest = scalar_part(node)
    inner, rest = coefficient_of(rest)
    c *= inner
    if c < 0 and isinstance(rest, Sum) and {t < 0 for t, _ in rest.terms} == {True, False}:
        c, rest = -c, scale(-1, rest)
    sign, piece = _linear(-1 if c < 0 else 1, rest, f, dx, notation, strict)
    axes = tuple((k,) for k in range(f.rank))
    stand_in = symbol("·", f.shape, (), next(_places))
    notation.pieces[stand_in] = piece
    outer, whole = coefficient_of(contract([(scalar, 1, ()), (stand_in, 1, axes)], axes))
    c = (-c if c < 0 else c) * outer * sign
    sign, piece = notation.term(ratio(c), whole)
    return sign, piece.plain


def _linear(sign: int, node: Expr, f: Expr, dx: Symbol, notation: Notation, strict: bool) -> tuple[int, Piece]:
    """gᵀ dx, tr(Gᵀ dX) or J dx for ± the node; without what an identity or ones would only make longer."""
    left, before = (1, notation.piece(node)) if sign > 0 else notation.term(-1, node, lone=True)
    form = forms.chain([before if f.rank else before.T, notation.piece(dx)]).plain
    if not f.rank and dx.rank == 2:
        form = forms.call("tr", [form])
    if not strict or (isinstance(node, Contract) and not node.factors):
        alone, plain = notation.term(sign, applied_to(node, f, dx), lone=True)
        if plain.plain.weight + forms.TOKEN <= form.weight:
            return alone, plain
    return left, forms.upright(form, not f.rank)


def renamed(shown: Program, options: list[Expr], notation: Notation) -> tuple[Expr, Notation] | None:
    """Which of the options the program is the notation of, and a notation that uses its names; None for neither."""
    for root in options:
        named = Notation(notation.said, notation.names)
        left = list(shown.definitions)
        for node in postorder(root, lambda n: n not in notation.names):
            if left and named.syntax(node) == left[0][1]:
                named.call(node, left.pop(0)[0].id)
        if not left and named.syntax(root) == shown.body:
            return root, named
    return None


def parts_of(line: Expr, dx: Symbol) -> list[Expr]:
    """What the terms of a line multiply dx by; none where they are too many to be shown one by one."""
    found: list[Expr] = []
    for term in _terms(line):
        g = coefficient(term, dx)
        found += [coefficient(t, dx) for t in _terms(expand(term))] if isinstance(g, Sum) and len(g.terms) > 1 else [g]
        if len(found) > MOST_TERMS:
            return []
    return found


def _terms(line: Expr) -> list[Expr]:
    return [scale(c, n) for c, n in line.terms] if isinstance(line, Sum) else [line]


def length(syntax: Syntax) -> int:
    """The number of names, numbers and calls."""
    return sum(isinstance(node, (Name, Num, Call)) for node in walk(syntax))


def turning(before: Syntax, f: Expr, dx: Symbol) -> list[str]:
    """The rules that bring dx to the end of every term of a line."""
    name = Name(dx.name)
    nodes = list(walk(before))
    turned = any(isinstance(n, Transpose) and _holds(n.arg, name) for n in nodes)
    summed = any(isinstance(n, Call) and n.name == "sum" and _holds(n, name) for n in nodes)
    dotted = any(isinstance(n, Product) and ".*" in n.operators and _holds(n, name) for n in nodes)
    if f.rank:
        return ["matrix-form"] if dotted else ["collect"]
    if dx.rank == 1:
        return ["transpose-scalar"] if turned else ["matrix-form"] if dotted or summed else ["collect"]
    return [*(["trace-inner"] if summed or dotted else []), *(["trace-transpose"] if turned else []), "trace-cyclic"]


def _holds(node: Syntax, name: Name) -> bool:
    return any(n == name for n in walk(node))
