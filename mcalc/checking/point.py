"""A point: sizes for the dimensions and arrays for the variables, at which expressions are worth something.

The walk over an expression and the order in which its products are formed are stated here, once. What an array is,
and how two are multiplied, says the kind of point: exact in `modular`, floating in `sampling`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from math import prod
from typing import Generic, Self, TypeVar

from mcalc.algebra.expr import Apply, Contract, Expr, Group, Number, Rational, Size, Sum, Symbol
from mcalc.algebra.sizes import selects, stands
from mcalc.algebra.walk import postorder

Array = TypeVar("Array")
Labels = tuple[int, ...]
Operand = tuple[Array, Labels]


class NoValue(Exception):
    """The expression has no value at this point: a division by zero, a logarithm of a negative number."""


class TooLarge(Exception):
    """An array at this point would be too large to compute."""


class Point(ABC, Generic[Array]):
    """Where expressions are evaluated. Every node is computed once, so that what expressions share is shared.

    `value` raises `NoValue` or `TooLarge`.
    """

    most_work: int  #: the multiplications that may be done at one point

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self.known: dict[Expr, Array] = {}
        self.work = 0

    def branch(self) -> Self:
        """The same point, which keeps what it computes further to itself."""
        other = copy(self)
        other.known = dict(self.known)
        return other

    def shape(self, node: Expr) -> tuple[int, ...]:
        """The shape of the node in numbers. Raises `NoValue` where it has none, as an axis of n - 9 at n = 3."""
        found = tuple(d.at(self.sizes) for d in node.shape)
        if found and min(found) < 0:
            raise NoValue
        return found

    def value(self, root: Expr) -> Array:
        """What the expression is worth."""
        for node in postorder(root, lambda n: n not in self.known):
            if selects(node):
                self.stand(node)
            self.spend(prod(self.shape(node)))
            self.known[node] = self._value(node)
        return self.known[root]

    def stand(self, node: Apply) -> None:
        """Raise `NoValue` where what the node selects is not there at these sizes, as the tenth of three entries."""
        if not stands(node, self.sizes):
            raise NoValue

    def _value(self, node: Expr) -> Array:
        match node:
            case Symbol():
                return self.draw(node)
            case Number(value):
                return self.number(value)
            case Size(name):
                return self.number(self.sizes[name])
            case Sum(terms):
                return self.combine([(c, self.known[n]) for c, n in terms], self.shape(node))
            case Contract(factors, out, sizes):
                lengths = {x: d.at(self.sizes) for x, d in enumerate(sizes)}
                operands = [
                    (self.power(self.known[base], e) if e != 1 else self.known[base], tuple(x for g in axes for x in g))
                    for base, e, axes in factors
                ]
                return self._product(operands, out, lengths)
            case Apply():
                return self.apply(node)
        raise AssertionError(node)

    def _product(self, operands: list[Operand[Array]], out: tuple[Group, ...], lengths: dict[int, int]) -> Array:
        """Multiply over labels and sum over those not in `out`, one label after another, the cheapest first."""
        want = tuple(x for group in out for x in group)
        shown = set(want)
        rest = operands or [(self.number(1), ())]
        while bucket := self._next(rest, shown, lengths):
            rest = [o for k, o in enumerate(rest) if k not in bucket] + [self._joined(rest, bucket, shown, lengths)]
        ((array, labels),) = rest
        return array if labels == want else self.spread(array, labels, want, lengths)

    def _next(self, rest: Sequence[Operand[Array]], shown: set[int], lengths: Mapping[int, int]) -> list[int]:
        """The places of what to multiply next: all that carry one label, or any two; none where one array is left."""
        hidden = {x for _, labels in rest for x in labels} - shown
        if hidden:
            best = min(sorted(hidden), key=lambda x: _cost(x, rest, lengths))
            return [k for k, (_, labels) in enumerate(rest) if best in labels]
        if len(rest) > 1:
            return sorted(range(len(rest)), key=lambda k: len(rest[k][1]))[:2]
        diagonal = len(set(rest[0][1])) < len(rest[0][1])
        return [0] if diagonal else []

    def _joined(
        self, rest: Sequence[Operand[Array]], bucket: Sequence[int], shown: set[int], lengths: dict[int, int]
    ) -> Operand[Array]:
        """The product of some arrays, summed over the labels that nothing else needs."""
        outside = shown.union(*(labels for k, (_, labels) in enumerate(rest) if k not in bucket))
        array, labels = rest[bucket[0]]
        more = [rest[k] for k in bucket[1:]] or [(self.number(1), ())]
        for k, (other, theirs) in enumerate(more, 1):
            wanted = outside.union(*(ls for _, ls in more[k:]))
            keep = tuple(x for x in dict.fromkeys((*labels, *theirs)) if x in wanted)
            self.spend(prod(lengths[x] for x in {*labels, *theirs}))
            array, labels = self.multiply(array, labels, other, theirs, keep, lengths), keep
        return array, labels

    def spend(self, work: int) -> None:
        """Count multiplications, so that no point takes too long."""
        self.work += work
        if self.work > self.most_work:
            raise TooLarge

    # ------------------------------------------------------------ what the kinds of points say

    @abstractmethod
    def draw(self, symbol: Symbol) -> Array:
        """A variable's value, random but with its properties."""

    @abstractmethod
    def number(self, value: Rational) -> Array:
        """A scalar."""

    @abstractmethod
    def combine(self, terms: Sequence[tuple[Rational, Array]], shape: tuple[int, ...]) -> Array:
        """The linear combination of arrays of this shape."""

    @abstractmethod
    def power(self, base: Array, exponent: Rational) -> Array:
        """The power of every entry."""

    @abstractmethod
    def multiply(
        self, a: Array, left: Labels, b: Array, right: Labels, keep: Labels, lengths: Mapping[int, int]
    ) -> Array:
        """The product over labels of two arrays, summed over those not in `keep`."""

    @abstractmethod
    def spread(self, a: Array, have: Labels, want: Labels, lengths: Mapping[int, int]) -> Array:
        """The array along other labels: repeated along new ones, on the diagonal of those that stand there twice."""

    @abstractmethod
    def apply(self, node: Apply) -> Array:
        """The value of an operation on arguments whose values are known."""


def _cost(x: int, rest: Sequence[tuple[object, Labels]], lengths: Mapping[int, int]) -> int:
    """The entries of the product of everything that carries the label."""
    return prod(lengths[y] for y in {y for _, labels in rest if x in labels for y in labels})
