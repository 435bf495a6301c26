"""Entries and ranges again: what is contracted with a unit vector or a window is written in square brackets.

A label along which a unit vector stands has one place only, so every other factor is read at that place; a label that
a window narrows is read in its range.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.algebra.dims import Dim, dim
from mcalc.algebra.expr import Apply, Contract, Expr, Factor, Group, contract, intern_contraction, measure
from mcalc.algebra.labels import components, relabelled
from mcalc.algebra.ops.selection import unit, window
from mcalc.language.syntax import Index, Negative, Num, Slice, Syntax
from mcalc.notation import forms
from mcalc.notation.forms import Form, Piece

#: Of each axis a place, a range, or None for all of it.
Places = list[tuple[Dim, Dim | None] | None]


def chosen(node: Contract) -> dict[Group, tuple[int, Dim, Dim, Group]]:
    """The selectors of a product by the label they stand along: their place among the factors, the range, what is left.

    A window counts only where its label is summed and shared by others. Where the label is but a part of another's
    axis, or another stands on a diagonal, none does.
    """
    found: dict[Group, tuple[int, Dim, Dim, Group]] = {}
    shown = {x for g in node.out for x in g}
    fused = {x for _, _, axes in node.factors for g in axes if len(g) > 1 for x in g}
    for k, (base, exponent, axes) in enumerate(node.factors):
        if not isinstance(base, Apply) or not selector(base) or exponent != 1 or not fused.isdisjoint(axes[0]):
            continue
        others = [f for j, f in enumerate(node.factors) if j != k and axes[0] in f[2]]
        if not others or axes[0] in found or any(f[0] is base or selector(f[0]) or _cut(f[2]) for f in others):
            continue
        start, *stop = [d for d in map(measure, base.args[1:]) if d is not None]
        if base.op is unit:
            found[axes[0]] = k, start, start + dim(1), ()
        elif axes[0][0] not in shown and len(axes[1]) == 1:
            found[axes[0]] = k, start, stop[0], axes[1]
    return found


def selects(node: Contract) -> bool:
    """Whether a unit vector or a window is among the factors."""
    return bool([base for base in node.children if selector(base)])


def _cut(axes: tuple[Group, ...]) -> bool:
    """Whether axes share a label, so that not all of the array stands there but a diagonal."""
    labels = [x for g in axes for x in g]
    return len(set(labels)) < len(labels)


def selector(node: Expr) -> bool:
    """Whether the node is a unit vector or a window."""
    return isinstance(node, Apply) and node.op in (unit, window)


def entry(node: Contract) -> tuple[Expr, Places, bool] | None:
    """The array of which the node is an entry or a range, what is taken of each axis, and whether it stands turned."""
    selectors = chosen(node)
    if not selectors:
        return None
    gone = {k for k, *_ in selectors.values()}
    rest = [f for k, f in enumerate(node.factors) if k not in gone]
    if len(rest) != 1 or rest[0][1] != 1:
        return None
    base, _, axes = rest[0]
    if _cut(axes) or not selectors.keys() <= set(axes):
        return None
    places: Places = []
    left: list[Group] = []
    for group in axes:
        if group not in selectors:
            places.append(None)
            left.append(group)
            continue
        _, start, stop, part = selectors[group]
        places.append((start, stop if part else None))
        left += [part] if part else []
    out = list(node.out)
    if left == out:
        return base, places, False
    return (base, places, True) if len(out) == 2 and left == out[::-1] else None


def opened(node: Contract) -> Contract:
    """The product with its selectors carried out on the factors that they stand along; itself where there are none."""
    selectors = chosen(node)
    if not selectors:
        return node
    shown = {x for g in node.out for x in g}
    gone = {k for group, (k, *_) in selectors.items() if group[0] not in shown}
    factors: list[Factor] = []
    for k, (base, exponent, axes) in enumerate(node.factors):
        mine = [g for g in axes if g in selectors and selectors[g][0] != k]
        if k in gone:
            continue
        if not mine:
            factors.append((base, exponent, axes))
            continue
        own: list[Factor] = [(base, 1, axes)]
        left: list[Group] = []
        for group in axes:
            if group not in mine:
                left.append(group)
                continue
            place, _, _, part = selectors[group]
            selector, _, along = node.factors[place]
            own.append((selector, 1, along))
            left += [part] if part else []
        held = {x for _, _, axes in own for g in axes for x in g}
        taken = contract(own, tuple(left), {x: node.sizes[x] for x in held})
        factors.append((taken, exponent, tuple(left)))
    return _apart(factors, node)


def _apart(factors: list[Factor], node: Contract) -> Contract:
    """The product of these factors, what hangs on no label of the result as scalars of their own."""
    shown = {x for g in node.out for x in g}
    kept: list[Factor] = [f for f in factors if not f[2]]
    for part in components([f for f in factors if f[2]]):
        labels = sorted({x for _, _, axes in part for g in axes for x in g})
        if shown.isdisjoint(labels):
            place = {x: k for k, x in enumerate(labels)}
            own = tuple((b, e, relabelled(axes, place)) for b, e, axes in part)
            kept.append((intern_contraction(own, (), tuple(node.sizes[x] for x in labels)), 1, ()))
        else:
            kept += part
    found = intern_contraction(tuple(kept), node.out, node.sizes)
    assert isinstance(found, Contract)
    return found


def bracketed(base: Piece, shape: tuple[Dim, ...], places: Places, spell: Callable[[Dim], Form]) -> Form:
    """The array with places and ranges behind it."""
    weight = base.plain.weight + (2 * forms.TOKEN if base.plain.level < forms.POSTFIX else 0)
    found: list[Syntax] = []
    for place, length in zip(places, shape, strict=True):
        if place is None:
            found.append(Slice())
            continue
        start, stop = place
        first, after = _from_end(start, length, spell), None
        weight += first.weight // 4
        if stop is None:
            found.append(first.syntax)
            continue
        if stop is not length:
            after = _from_end(stop, length, spell)
            weight += after.weight // 4
        found.append(Slice(first.syntax if start is not dim(0) else None, after.syntax if after else None))
    return Form(Index(base.plain.syntax, tuple(found)), forms.ATOM, weight + forms.BRACKETS)


def _from_end(place: Dim, length: Dim, spell: Callable[[Dim], Form]) -> Form:
    """The place, counted from the end where that is a number: -1 for n - 1."""
    number = (place - length).number
    if number is not None and number < 0 and place.number is None:
        return Form(Negative(Num(str(-number))), forms.SUM, forms.TOKEN)
    return spell(place)


def columns(eye: Piece, node: Apply, spell: Callable[[Dim], Form]) -> Piece:
    """A window: columns of the identity."""
    length, start, stop = [d for d in map(measure, node.args) if d is not None]
    ways: tuple[Places, Places] = ([None, (start, stop)], [(start, stop), None])
    plain, turned = (bracketed(eye, (length, length), places, spell) for places in ways)
    return Piece(plain, turned)
