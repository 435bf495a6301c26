"""The one constructor with algebra in it: the normal form of a product over index labels.

It flattens products of products, makes repeated factors powers, removes identities, pulls rational
coefficients and scalar components out, and numbers the labels canonically, so that two ways of writing
the same contraction give the same node. Nothing else simplifies on construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, isqrt, lcm

from mcalc.algebra.canonical import canonical_order
from mcalc.algebra.dims import Dim, product
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Factor,
    Group,
    Number,
    Rational,
    Size,
    Sum,
    Symbol,
    add,
    contract,
    intern_contraction,
    number,
    permute,
    ratio,
    scale,
    size,
    transpose,
    zero,
)
from mcalc.algebra.labels import Labels, components, relabelled
from mcalc.algebra.traits import nonnegative


def normal_form(factors: Iterable[Factor], out: tuple[Group, ...], sizes: dict[int, Dim]) -> Expr:
    """The canonical node for `factors` multiplied over labels and summed over those not in `out`."""
    labels = Labels(sizes)
    coefficient, flat = _flatten(factors, labels)
    out = labels.axes(out)
    if not coefficient:
        return zero(tuple(product([labels.sizes[x] for x in group]) for group in out))
    merged: dict[tuple[Expr, tuple[Group, ...]], Rational] = {}
    met: set[tuple[Expr, tuple[Group, ...]]] = set()
    for base, exponent, axes in flat:
        axes = labels.axes(axes)
        if base.symmetric and axes[0] > axes[1]:
            axes = (axes[1], axes[0])
        key = base, axes
        before = merged.get(key)
        if before is None:
            merged[key] = exponent
            continue
        merged[key] = before + exponent
        if isinstance(base, Contract) and axes:
            met.add(key)
    if met and any(merged[key] == 1 for key in met):
        # A product that was closed under its power is open now: its factors may meet others.
        again = [(base, ratio(e), axes) for (base, axes), e in merged.items() if e]
        return scale(coefficient, normal_form(again, out, labels.sizes))
    rest = [(base, ratio(e), axes) for (base, axes), e in merged.items() if e and axes]
    scalars = {base: e for (base, axes), e in merged.items() if not axes}
    if loose := _loose(labels, rest, out):
        more, counted = _flatten([(d, 1, ()) for d in loose], labels)
        coefficient *= more
        for base, exponent, _ in counted:
            scalars[base] = scalars.get(base, 0) + exponent
    return _assemble(coefficient, scalars, rest, out, labels)


def _flatten(factors: Iterable[Factor], labels: Labels) -> tuple[Rational, list[Factor]]:
    """Open inner products and take out rational contents; returns the coefficient and the factors that remain."""
    coefficient: Rational = 1
    flat: list[Factor] = []
    queue = list(factors)
    for base, _, axes in queue:
        labels.learn(axes, base.shape)
    queue.reverse()
    while queue:
        base, exponent, axes = queue.pop()
        match base:
            case Symbol() | Apply() | Size():  # as most are
                flat.append((base, exponent, axes))
            case Number(value) if (root := rational_power(value, exponent)) is not None:
                coefficient *= root
            case Sum(()) if exponent > 0:
                return 0, []
            case Sum(terms) if terms:
                content, node, axes = _primitive(base, axes)
                sign = -1 if content < 0 and not isinstance(exponent, int) else 1
                root = rational_power(content * sign, exponent)
                if root is None:
                    flat.append((number(content * sign), exponent, ()))
                else:
                    coefficient *= root
                if isinstance(node, Sum) or sign < 0:
                    flat.append((scale(sign, node), exponent, axes))
                else:
                    queue.append((node, exponent, axes))
            case Contract() if (inner := _open(base, exponent, axes, labels)) is not None:
                queue.extend(inner)
            case Contract() if (parted := _parted(base, axes, labels)) is not None:
                queue.append((parted[0], exponent, parted[1]))
            case Contract() if turned(base):
                flat.append((transpose(base), exponent, (axes[1], axes[0])))
            case _:
                flat.append((base, exponent, axes))
    return coefficient, flat


def _primitive(base: Sum, axes: tuple[Group, ...]) -> tuple[Rational, Expr, tuple[Group, ...]]:
    """A sum as its content times what remains; of a matrix and its transpose, the one that comes first."""
    content, node = _content(base)
    if isinstance(node, Sum) and node.rank == 2 and not node.symmetric:
        other = transpose(node)
        assert isinstance(other, Sum)
        sign, primitive = _content(other)
        if primitive.h < node.h:
            return content * sign, primitive, (axes[1], axes[0])
    return content, node, axes


def turned(node: Expr) -> bool:
    """Whether the transpose of a matrix comes before it in the order of nodes."""
    if node.rank != 2 or not isinstance(node, (Sum, Contract)) or node.symmetric:
        return False
    other = transpose(node)
    simpler = not isinstance(other, (Sum, Contract))
    return simpler or (isinstance(other, type(node)) and other.h < node.h)


def _open(base: Contract, exponent: Rational, axes: tuple[Group, ...], labels: Labels) -> list[Factor] | None:
    """The factors of an inner contraction in the labels of the outer one, or None where it stays closed."""
    if exponent == 1 and base.sizes and not base.out:
        return None  # a connected scalar is one factor, whatever stands around it
    factors = list(base.factors) if exponent == 1 else _raise(base, exponent)
    if factors is None:
        return None
    fresh = [labels.new(d) for d in base.sizes]
    if not labels.merge(axes, relabelled(base.out, fresh)):
        for x in fresh:
            del labels.sizes[x]
        return None
    if exponent != 1:
        hidden = set(range(len(base.sizes))) - {x for _, _, ax in factors for g in ax for x in g}
        for x in hidden - {x for group in base.out for x in group}:
            del labels.sizes[fresh[x]]  # summed inside a factor that stays closed
    return [(b, e, relabelled(ax, fresh)) for b, e, ax in factors]


def _parted(base: Contract, axes: tuple[Group, ...], labels: Labels) -> tuple[Expr, tuple[Group, ...]] | None:
    """A product that stays closed, each of its fused axes that meets its own parts as several axes."""
    out: list[Group] = []
    ours: list[Group] = []
    for mine, group in zip(base.out, axes, strict=True):
        fits = len(mine) == len(group) > 1
        if fits and all(base.sizes[x] is labels.sizes.get(y) for x, y in zip(mine, group, strict=True)):
            out += [(x,) for x in mine]
            ours += [(y,) for y in group]
        else:
            out.append(mine)
            ours.append(group)
    if len(out) == len(axes):
        return None
    return contract(base.factors, tuple(out), dict(enumerate(base.sizes))), tuple(ours)


def renumbered(factors: Iterable[Factor], out: tuple[Group, ...], sizes: Sequence[Dim]) -> Contract:
    """The product as it stands, not in normal form, its labels numbered anew without those that are gone."""
    factors = list(factors)
    used = dict.fromkeys([x for axes in (out, *[axes for *_, axes in factors]) for g in axes for x in g])
    number = {x: k for k, x in enumerate(used)}
    written = tuple([(b, e, relabelled(axes, number)) for b, e, axes in factors])
    whole = intern_contraction(written, relabelled(out, number), tuple([sizes[x] for x in used]))
    assert isinstance(whole, Contract)
    return whole


def _raise(base: Contract, exponent: Rational) -> list[Factor] | None:
    """The factors of an elementwise power of a product: a power goes onto every component, not inside a sum."""
    shown = [x for group in base.out for x in group]
    if len(set(shown)) != len(shown):
        return None  # a power does not go onto the zeros beside a diagonal
    if not (isinstance(exponent, int) or all(nonnegative(b) for b, _, _ in base.factors)):
        return None  # roots of a product are the product of roots where nothing is negative
    raised: list[Factor] = []
    pieces = components([f for f in base.factors if f[2]])
    scalars = [f for f in base.factors if not f[2]]
    for component in pieces:
        inside = sorted({x for _, _, axes in component for group in axes for x in group})
        kept = tuple((x,) for x in inside if x in shown)
        if len(kept) == len(inside):
            raised += [(b, e * exponent, axes) for b, e, axes in component]
        elif len(pieces) == 1 and not scalars and len(kept) == len(shown):
            return None
        else:
            raised.append((contract(component, kept), exponent, kept))
    return raised + [(b, e * exponent, ()) for b, e, _ in scalars]


def _content(node: Sum) -> tuple[Rational, Expr]:
    """The rational content of a sum, signed so that the first term of what remains is positive."""
    terms = node.terms
    if len(terms) == 1:
        return terms[0]
    top = gcd(*[c.numerator for c, _ in terms])
    bottom = lcm(*[c.denominator for c, _ in terms])
    content = ratio(Fraction(top, bottom)) if bottom != 1 else top
    if terms[0][0] < 0:
        content = -content
    if content == 1:
        return 1, node
    rest = [(c // content if bottom == 1 else ratio(Fraction(c) / content), n) for c, n in terms]
    return content, add(rest, node.shape)


def rational_power(base: Rational, exponent: Rational) -> Rational | None:
    """`base ** exponent` where that is rational and small enough to write down, else None."""
    if base == 1:
        return 1
    if not base:
        return 0 if exponent > 0 else None
    if isinstance(exponent, int):
        if abs(exponent) * max(base.numerator.bit_length(), base.denominator.bit_length()) > 4096:
            return None
        return ratio(Fraction(base) ** exponent)
    if base < 0 or exponent.denominator != 2:
        return None
    top, bottom = isqrt(base.numerator), isqrt(base.denominator)
    if top * top != base.numerator or bottom * bottom != base.denominator:
        return None
    return rational_power(ratio(Fraction(top, bottom)), exponent.numerator)


def _loose(labels: Labels, factors: list[Factor], out: tuple[Group, ...]) -> list[Expr]:
    """A label that nothing carries any more is summed over nothing: it counts its size."""
    held = {x for _, _, axes in factors for group in axes for x in group}
    held.update([x for group in out for x in group])
    return [size(labels.sizes[x]) for x in sorted(labels.standing() - held)]


def _assemble(
    coefficient: Rational,
    scalars: dict[Expr, Rational],
    factors: list[Factor],
    out: tuple[Group, ...],
    labels: Labels,
) -> Expr:
    """Scalar components become factors of their own; the rest gets canonical labels."""
    shown = {x for group in out for x in group}
    indexed: list[Factor] = []
    for component in components(factors):
        if shown and not shown.isdisjoint([x for _, _, axes in component for group in axes for x in group]):
            indexed += component
        else:
            base = in_canonical_labels(component, (), labels.sizes)
            scalars[base] = scalars.get(base, 0) + 1
    for base, exponent in scalars.items():
        root = rational_power(base.value, ratio(exponent)) if isinstance(base, Number) else None
        if root is not None:
            coefficient *= root
        elif exponent:
            indexed.append((base, ratio(exponent), ()))
    return scale(ratio(coefficient), in_canonical_labels(indexed, out, labels.sizes))


# ---------------------------------------------------------------- canonical labels


def in_canonical_labels(
    factors: Sequence[Factor], out: tuple[Group, ...], sizes: Mapping[int, Dim] | Sequence[Dim]
) -> Expr:
    """The node for factors that are in normal form but for the numbers of their labels."""
    if len(factors) == 1 and factors[0][1] == 1 and len(factors[0][2]) == len(out):
        base, _, axes = factors[0]
        shown = [x for group in out for x in group]
        if len(set(shown)) == len(shown) and (axes == out or (base.symmetric and axes == out[::-1])):
            return base
        if isinstance(base, Sum) and len(set(axes)) == len(axes) and set(axes) == set(out):
            turn = tuple(axes.index(group) for group in out)
            return add([(c, permute(node, turn)) for c, node in base.terms], tuple(base.shape[k] for k in turn))
    if not factors and not out:
        return number(1)
    order = canonical_order(factors, out, sizes)
    place = {label: k for k, label in enumerate(order)}
    written: list[Factor] = []
    for base, exponent, axes in factors:
        new = relabelled(axes, place)
        if base.symmetric and new[0] > new[1]:
            new = (new[1], new[0])
        written.append((base, exponent, _one_of(new)))
    if len(written) > 1:
        written.sort(key=_in_order)
    return intern_contraction(tuple(written), _one_of(relabelled(out, place)), tuple([sizes[label] for label in order]))


def _in_order(factor: Factor) -> tuple[int, int, int, tuple[Group, ...]]:
    base, exponent, axes = factor
    return base.h, exponent.numerator, exponent.denominator, axes


#: Axes in canonical labels, of which there are few: nodes share them, which is half of what a node would hold.
_axes: dict[tuple[Group, ...], tuple[Group, ...]] = {}
MOST_SHARED = 5_000


def _one_of(axes: tuple[Group, ...]) -> tuple[Group, ...]:
    """The axes, as the same object wherever they are equal."""
    if len(_axes) >= MOST_SHARED:
        _axes.clear()
    return _axes.setdefault(axes, axes)
