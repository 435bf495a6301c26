"""Symbolic sizes of axes: interned polynomials over names (`n`, `3`, `m*n`, `n + 1`)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from zlib import crc32

from mcalc.phrase import say

Monomial = tuple[str, ...]
Count = int | Fraction  #: n(n + 1)/2 is whole for every n, and its coefficients are not


class Dim:
    """The size of one axis. Equal sizes are the same object; build one with `dim`.

    >>> dim("m") * dim("n") is dim("n") * dim("m")
    True
    """

    __slots__ = ("h", "terms")

    terms: tuple[tuple[Monomial, Count], ...]
    h: int

    def __mul__(self, other: Dim) -> Dim:
        product: dict[Monomial, Count] = {}
        for a, p in self.terms:
            for b, q in other.terms:
                names = tuple(sorted(a + b))
                product[names] = product.get(names, 0) + p * q
        return _intern(product)

    def __add__(self, other: Dim) -> Dim:
        total = dict(self.terms)
        for names, count in other.terms:
            total[names] = total.get(names, 0) + count
        return _intern(total)

    def __sub__(self, other: Dim) -> Dim:
        return self + dim(-1) * other

    @property
    def number(self) -> int | None:
        """The size where it is a plain number, else None."""
        if not self.terms:
            return 0
        names, count = self.terms[0]
        return int(count) if len(self.terms) == 1 and not names and count.denominator == 1 else None

    @property
    def names(self) -> frozenset[str]:
        """The names that occur in the size."""
        return frozenset(name for names, _ in self.terms for name in names)

    def at(self, sizes: dict[str, int]) -> int:
        """The size as a number, given the sizes of its names."""
        total: Count = 0
        for names, count in self.terms:
            for name in names:
                count *= sizes[name]
            total += count
        return int(total)

    def __str__(self) -> str:
        return self.spelled()

    def spelled(self, spell: Callable[[str], str] = str) -> str:
        """The size in signs, what is taken away last; `spell` writes the names."""
        below = lcm(*(count.denominator for _, count in self.terms))
        if below > 1:
            above = dim(below) * self
            whole = above.spelled(spell)
            return f"({whole})/{below}" if len(above.terms) > 1 else f"{whole}/{below}"
        text = ""
        for names, count in sorted(self.terms, key=lambda term: term[1] < 0):
            factors = [*([str(abs(count))] if abs(count) != 1 or not names else []), *map(spell, names)]
            sign = ("-" if not text else " - ") if count < 0 else " + " if text else ""
            text += sign + "*".join(factors)
        return text or "0"

    def least(self) -> int | None:
        """What the size is not below, whatever its names stand for (0 or more); None where nothing is known.

        >>> (dim("n") + dim(1)).least(), (dim("n") - dim("m")).least()
        (1, None)
        """
        if any(count < 0 for names, count in self.terms if names):
            return None
        return int(next((count for names, count in self.terms if not names), 0) // 1)

    def __repr__(self) -> str:
        return self.spelled()


_dims: dict[tuple[tuple[Monomial, Count], ...], Dim] = {}


def _intern(terms: dict[Monomial, Count]) -> Dim:
    whole = ((names, int(count) if count.denominator == 1 else count) for names, count in terms.items() if count)
    key = tuple(sorted(whole))
    found = _dims.get(key)
    if found is None:
        found = _dims[key] = Dim()
        found.terms = key
        # Sizes order labels; hash(str) differs between runs, so names enter by a checksum.
        found.h = hash(tuple((tuple(crc32(n.encode()) for n in names), count) for names, count in key))
    return found


def dim(size: str | int | Fraction | Dim) -> Dim:
    """The size with this name, or this number."""
    if isinstance(size, Dim):
        return size
    return _intern({(size,): 1} if isinstance(size, str) else {(): size})


def product(sizes: list[Dim] | tuple[Dim, ...]) -> Dim:
    """The size of several axes taken together."""
    total = dim(1)
    for size in sizes:
        total = total * size
    return total


def quotient(whole: Dim, part: Dim) -> Dim | None:
    """The size that times `part` is `whole`, where both are products of names and numbers; else None.

    >>> quotient(dim("m") * dim("n"), dim("n"))
    m
    """
    if len(whole.terms) != 1 or len(part.terms) != 1:
        return None
    (names, count), (others, divisor) = whole.terms[0], part.terms[0]
    if not (isinstance(count, int) and isinstance(divisor, int)):
        return None
    left = list(names)
    for name in others:
        if name not in left:
            return None
        left.remove(name)
    return None if count % divisor else _intern({tuple(left): count // divisor})


def show_shape(shape: tuple[Dim, ...]) -> str:
    """A shape as people read it: `scalar`, `n`, `m x n`."""
    return " x ".join(f"({d})" if len(d.terms) > 1 else str(d) for d in shape) or say("scalar")
