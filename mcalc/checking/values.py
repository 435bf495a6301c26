"""What expressions are worth at a few points, as lists of numbers, and what two such lists have to do with each other.

Diagnoses compare one answer with many wrong derivatives, and with sums and multiples of parts of the right one: that
is done on values. They are exact where nothing is opaque, else floating.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite

from mcalc.algebra.expr import Expr
from mcalc.checking.identity import Samples
from mcalc.checking.modular import PRIME, is_rough
from mcalc.checking.point import NoValue, TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Values at so many points, of different sizes.
POINTS, ROUGH_POINTS = 2, 8  #: more where functions such as abs are others on either side of a border
#: Floating numbers are equal up to this share of the largest.
CLOSE = 1e-8
#: Numerator and denominator of a factor that is told go up to this.
LARGEST = 10_000
#: Of floating numbers the smaller of both to this: else there is a fraction close to any number.
SIMPLE = 500

Numbers = list["Any"]  #: integers modulo the prime, or floats
Vector = tuple[Numbers, ...]  #: the entries of an array at each point


class Values:
    """The values of expressions at the points of `samples` that are chosen; `exact` says of which kind they are."""

    def __init__(self, samples: Samples, exact: bool, chosen: Sequence[int]) -> None:
        self.samples, self.exact, self.chosen = samples, exact, chosen

    def of(self, node: Expr) -> Vector | None:
        """The entries at each point; None where there is no value at one of them."""
        found: list[Numbers] = []
        for k in self.chosen:
            point = self.samples.exact(k) if self.exact else self.samples.floating(k)
            if point is None:
                return None
            try:
                value = point.value(node)
            except (NoValue, TooLarge):
                return None
            found.append(value if isinstance(value, list) else value.ravel().tolist())
        return tuple(found)

    def at(self, samples: Samples) -> Values:
        """The same choice of points from other samples, such as those that these were forked from."""
        return Values(samples, self.exact, self.chosen)

    @property
    def sizes(self) -> list[dict[str, int]]:
        """The sizes at each point."""
        points = [self.samples.exact(k) if self.exact else self.samples.floating(k) for k in self.chosen]
        return [point.sizes for point in points if point is not None]

    # ------------------------------------------------------------ lists of numbers

    def same(self, a: Vector, b: Vector) -> bool:
        """Whether both are equal everywhere."""
        if self.exact:
            return a == b
        return all(map(_close, a, b))

    def minus(self, a: Vector, b: Vector) -> Vector:
        """The difference."""
        return tuple([self._reduced(x - y) for x, y in zip(u, v, strict=True)] for u, v in zip(a, b, strict=True))

    def total(self, parts: Sequence[Vector]) -> Vector:
        """The sum of several."""
        places = zip(*parts, strict=True)
        return tuple([self._reduced(sum(entries)) for entries in zip(*place, strict=True)] for place in places)

    def times(self, factors: Numbers, a: Vector) -> Vector:
        """The multiple by a number of its own at each point."""
        return tuple([self._reduced(c * x) for x in u] for c, u in zip(factors, a, strict=True))

    def negative(self, a: Vector) -> Vector:
        """The vector with the other sign."""
        return self.times([-1] * len(a), a)

    def ratios(self, a: Vector, b: Vector) -> Numbers | None:
        """The number at each point that `b` is to be multiplied by for `a`, where there is one.

        A point at which both vanish says nothing and takes the number of another.
        """
        found = [self._ratio(u, v) for u, v in zip(a, b, strict=True)]
        known = [c for c in found if c is not None]
        filled = [known[0] if c is None else c for c in found] if known else None
        return filled if filled and self.same(a, self.times(filled, b)) else None

    def _ratio(self, u: Numbers, v: Numbers) -> Any:
        largest = max(range(len(v)), key=lambda k: abs(v[k])) if v else None
        if largest is None or not v[largest]:
            return None
        return u[largest] * pow(v[largest], -1, PRIME) % PRIME if self.exact else u[largest] / v[largest]

    def rational(self, numbers: Numbers) -> Fraction | None:
        """The simple fraction that every one of the numbers is, or None."""
        found = {self._rational(c) for c in numbers}
        return found.pop() if len(found) == 1 else None

    def _rational(self, c: Any) -> Fraction | None:
        if not self.exact:
            if not c:
                return Fraction(0)
            if not 1 / LARGEST <= abs(c) <= LARGEST:
                return None
            small = abs(c) < 1
            simple = Fraction(1 / c if small else c).limit_denominator(SIMPLE)
            found = 1 / simple if small else simple
            return found if abs(found - c) <= CLOSE * abs(c) else None
        high, low, above, below = PRIME, c, 0, 1
        while low > LARGEST:
            quotient = high // low
            high, low, above, below = low, high - quotient * low, below, above - quotient * below
        return Fraction(low, below) if below and abs(below) <= LARGEST else None

    def _reduced(self, value: Any) -> Any:
        return value % PRIME if self.exact else value


def _close(u: Numbers, v: Numbers) -> bool:
    scale = max(max(map(abs, u), default=0.0), max(map(abs, v), default=0.0))
    # A quotient by next to nothing is infinite, and then nothing is close.
    return isfinite(scale) and all(abs(x - y) <= CLOSE * scale for x, y in zip(u, v, strict=True))


def values_for(nodes: Sequence[Expr], samples: Samples, exact: bool) -> Values | None:
    """Values at points where all the nodes have one; None where there are too few."""
    tries = 4 * POINTS if exact else 40
    wanted = ROUGH_POINTS if not exact and any(map(is_rough, nodes)) else POINTS
    chosen: list[int] = []
    for k in range(tries):
        one = Values(samples, exact, [k])
        if all(one.of(node) is not None for node in nodes):
            chosen.append(k)
        if len(chosen) == wanted:
            break
    return Values(samples, exact, chosen) if len(chosen) >= POINTS else None
