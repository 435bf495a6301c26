"""A cotangent on its way back: a product that is not multiplied out before it has to be.

A step back through a product or a function multiplies it by few factors. Were the normal form asked for at each step,
the gradient of a net would cost the square of its depth.
"""

from __future__ import annotations

from collections.abc import Iterable

from mcalc.algebra.dims import Dim
from mcalc.algebra.expr import Contract, Expr, Factor, Group, Rational, Shape, add, contract, scale
from mcalc.algebra.labels import relabelled


class Cotangent:
    """A multiple of factors over labels, `out` those of its axes; those of the node stand last.

    The axes before them (`lead`) say which cotangent it is, where there is one for each entry of some array.
    """

    __slots__ = ("coefficient", "factors", "lead", "out", "sizes")

    def __init__(
        self,
        coefficient: Rational,
        factors: list[Factor],
        out: tuple[Group, ...],
        sizes: dict[int, Dim],
        lead: int,
    ) -> None:
        self.coefficient, self.factors, self.out, self.sizes, self.lead = coefficient, factors, out, sizes, lead

    @classmethod
    def of(cls, value: Expr, lead: int) -> Cotangent:
        """The cotangent with this value."""
        axes: tuple[Group, ...] = tuple([(k,) for k in range(value.rank)])
        return cls(1, [(value, 1, axes)], axes, dict(enumerate(value.shape)), lead)

    @classmethod
    def total(cls, parts: list[Cotangent], shape: Shape, lead: int) -> Cotangent:
        """The sum of cotangents of one node, each of this shape."""
        return parts[0] if len(parts) == 1 else cls.of(add([(1, part.value) for part in parts], shape), lead)

    @property
    def value(self) -> Expr:
        """The product multiplied out."""
        return scale(self.coefficient, contract(self.factors, self.out, self.sizes))

    def times(self, coefficient: Rational) -> Cotangent:
        """A multiple of it."""
        return Cotangent(coefficient * self.coefficient, self.factors, self.out, self.sizes, self.lead)

    def along(self, slope: Expr) -> Cotangent:
        """What an elementwise function hands to its argument, given its slope."""
        return Cotangent(
            self.coefficient, [*self.factors, (slope, 1, self.out[self.lead :])], self.out, self.sizes, self.lead
        )

    def to_factor(self, node: Contract, k: int) -> Cotangent:
        """What a product hands to its k-th factor: the other factors, and the labels of that one for its axes."""
        _, exponent, axes = node.factors[k]
        rest = others(node.factors, k)
        ours = self.out[self.lead :]
        shown = [x for group in node.out for x in group]
        if len(set(shown)) < len(node.out) or any(len(g) != 1 for g in (*node.out, *ours)):
            # A diagonal, or a fused axis: its labels are not ours.
            value = self.value
            lead: tuple[Group, ...] = tuple([(-1 - j,) for j in range(self.lead)])
            known = dict(enumerate(node.sizes)) | {x: d for (x,), d in zip(lead, value.shape, strict=False)}
            whole = contract([*rest, (value, 1, (*lead, *node.out))], (*lead, *axes), known)
            return Cotangent.of(whole, self.lead).times(exponent)
        label = {x: group[0] for x, group in zip(shown, ours, strict=True)}
        sizes = dict(self.sizes)
        for x, d in enumerate(node.sizes):
            if x not in label:
                label[x] = len(sizes)
                sizes[label[x]] = d
        more = [(b, e, relabelled(a, label)) for b, e, a in rest]
        out = (*self.out[: self.lead], *relabelled(axes, label))
        return Cotangent(self.coefficient * exponent, [*self.factors, *more], out, sizes, self.lead)


def others(factors: Iterable[Factor], k: int) -> list[Factor]:
    """The factors around the k-th, and what differentiating its power leaves of it."""
    rest = list(factors)
    base, exponent, axes = rest.pop(k)
    if exponent != 1:
        rest.append((base, exponent - 1, axes))
    return rest
