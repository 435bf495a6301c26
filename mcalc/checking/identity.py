"""Whether two expressions are equal: by their nodes, modulo a prime, and last in floating point inside the domain.

"Could not tell" is an outcome of its own, and never becomes "different".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcalc.algebra.expr import Expr, is_zero
from mcalc.algebra.sizes import Room, sizes_at
from mcalc.calculus.simplify import simplify
from mcalc.checking.modular import Modular, chance, is_opaque, is_rough
from mcalc.checking.point import NoValue, Point, TooLarge
from mcalc.checking.terms import multiplied_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.sampling import Floating

EXACT, NUMERIC = "exact", "numeric"

#: So many exact points, at different sizes; so many floating ones.
EXACT_POINTS, FLOATING_POINTS = 2, 4
#: What is smooth is equal where it is equal in a corner. What is not, such as abs, must be seen on either side.
ROUGH_POINTS = 16


class Decision:
    """What was found, and how: whether they are equal (None where that stays open), by what method, at which points.

    `error` bounds the chance that what was called equal exactly is not; of a numeric decision it is the greatest
    relative gap. `seed` and `points` say how to find the same again.
    """

    __slots__ = ("equal", "error", "method", "points", "seed")

    def __init__(self, equal: bool | None, method: str, points: int = 0, seed: int = 0, error: float = 0.0) -> None:
        self.equal, self.method, self.points, self.seed, self.error = equal, method, points, seed, error


class Samples:
    """The points at which the expressions of one question are compared, each made when it is first asked for.

    `names` are the sizes, `numbers` those that are plain numbers; a floating point is taken only where all of
    `context` has a value.
    """

    def __init__(self, names: Sequence[str], numbers: frozenset[int], context: Sequence[Expr], seed: int = 0) -> None:
        self.names, self.numbers, self.context, self.seed = names, numbers, context, seed
        self.room = Room(context)
        self._points: dict[tuple[str, int], Point[Any] | None] = {}
        self._parent: Samples | None = None

    def roomy(self, *nodes: Expr) -> Samples:
        """Samples at sizes that have room for these too, as `unit(n, 9)` in an answer needs; these where they have."""
        if self.room.has(Room(nodes)):
            return self
        return Samples(self.names, self.numbers, (*self.context, *nodes), self.seed)

    def fork(self) -> Samples:
        """Samples at the same points, which forget on their own what they compute further."""
        other = Samples(self.names, self.numbers, self.context, self.seed)
        other._parent = self
        return other

    def exact(self, k: int) -> Modular | None:
        """The k-th point modulo the prime."""
        found: Modular | None = self._point(EXACT, k, lambda: Modular(self._sizes(k), 1000 * self.seed + k))
        return found

    def floating(self, k: int) -> Floating | None:
        """The k-th floating point, or None where the context has no value there."""
        from mcalc.checking.sampling import MANNERS, Floating

        def make() -> Floating:
            manner = MANNERS[k % len(MANNERS)]
            return Floating(self._sizes(k), 1000 * self.seed + k, manner, self.context)

        found: Floating | None = self._point(NUMERIC, k, make)
        return found

    def _sizes(self, k: int) -> dict[str, int]:
        return sizes_at(self.names, self.numbers, k, room=self.room)

    def _point(self, kind: str, k: int, make: Callable[[], Any]) -> Any:
        if (kind, k) not in self._points:
            if self._parent is not None:
                found = self._parent._point(kind, k, make)
                self._points[kind, k] = found and found.branch()
            else:
                self._points[kind, k] = self._valid(make(), kind)
        return self._points[kind, k]

    def _valid(self, point: Point[Any], kind: str) -> Point[Any] | None:
        try:
            for node in self.context:
                point.value(node)
        except NoValue:
            return None
        except TooLarge:
            return point if kind == EXACT else None
        return point


def decide(a: Expr, b: Expr, samples: Samples) -> Decision:
    """Whether two expressions of one shape are equal."""
    if a.shape != b.shape:
        return Decision(False, EXACT)
    if a is b or simplify(a) is simplify(b):
        return Decision(True, EXACT)
    samples = samples.roomy(a, b)
    opaque = is_opaque(a) or is_opaque(b)
    found = modulo(a, b, samples)
    if found.equal or (found.equal is False and not opaque):
        return found
    if _vanishes(a - b):
        return Decision(True, EXACT)
    return numerically(a, b, samples)


def sampled(a: Expr, b: Expr, samples: Samples) -> bool | None:
    """Whether two expressions of one shape are equal, by their values alone."""
    samples = samples.roomy(a, b)
    found = modulo(a, b, samples).equal
    if found or (found is False and not (is_opaque(a) or is_opaque(b))):
        return found
    return numerically(a, b, samples).equal


def _vanishes(difference: Expr) -> bool:
    """Whether the difference has the normal form of zero."""
    return is_zero(simplify(difference)) or is_zero(simplify(multiplied_out(difference)))


def modulo(a: Expr, b: Expr, samples: Samples) -> Decision:
    """Compare at random points modulo the prime. Different values prove a difference only of rational functions."""
    points, error = 0, 1.0
    for k in range(3 * EXACT_POINTS):
        point = samples.exact(k)
        if point is None:
            continue
        try:
            if point.value(a) != point.value(b):
                return Decision(False, EXACT, 1, samples.seed)
        except NoValue:
            continue
        except TooLarge:
            break
        points, error = points + 1, error * chance(a, b, point.sizes)
        if points == EXACT_POINTS:
            return Decision(True, EXACT, points, samples.seed, error)
    return Decision(None, "")


def numerically(a: Expr, b: Expr, samples: Samples) -> Decision:
    """Compare at floating points inside the domain: different at one is different."""
    from mcalc.checking.sampling import TRIES, compare

    points, worst = 0, 0.0
    wanted = ROUGH_POINTS if is_rough(a) or is_rough(b) else FLOATING_POINTS
    for k in range(TRIES):
        point = samples.floating(k)
        if point is None:
            continue
        try:
            equal, gap = compare(point, a, b)
        except NoValue:
            continue
        except TooLarge:
            break
        if equal is False:
            return Decision(False, NUMERIC, points + 1, samples.seed, gap)
        if equal:
            points, worst = points + 1, max(worst, gap)
        if points == wanted:
            return Decision(True, NUMERIC, points, samples.seed, worst)
    # Some functions have a value in a corner only: fewer points that agree are still an answer.
    enough = points > 1
    return Decision(True if enough else None, NUMERIC if enough else "", points, samples.seed, worst)
