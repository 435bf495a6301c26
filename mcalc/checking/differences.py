"""A derivative against finite differences: along random directions, at points inside the domain.

A direction is random in every entry, so that a wrong derivative agrees along one with probability zero. Differences
are central and extrapolated (Richardson), from two steps of which one is a part of the other: where both do not agree
the point is near a kink, or rounding errors are all there is, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, log10

import numpy as np

from mcalc.algebra.expr import Expr, Symbol
from mcalc.checking.given import moved
from mcalc.checking.identity import Samples
from mcalc.checking.point import NoValue, TooLarge
from mcalc.checking.sampling import TRIES, Array, Floating, greatest
from mcalc.errors import Problem
from mcalc.phrase import say

#: Derivatives agree up to this share of their scale.
AGREE = 1e-5
#: Steps, as a share of the variable's size.
STEPS = (2e-3, 5e-4)
DIRECTIONS = 3  #: at each point
POINTS = 3  #: that are enough


class Verified:
    """What came of a comparison: `ok` is None where nothing could be said; `gap` is the largest, relative to scale."""

    __slots__ = ("gap", "ok", "points")

    def __init__(self, ok: bool | None, points: int = 0, gap: float = 0.0) -> None:
        self.ok, self.points, self.gap = ok, points, gap

    @property
    def exit_status(self) -> int:
        """0 where it agrees, 1 where it does not, 4 where nothing could be said."""
        return 4 if self.ok is None else int(not self.ok)

    def told(self) -> str:
        """The outcome in one line."""
        if self.ok is None:
            return say("not verified: no point was found where finite differences say anything")
        if self.ok:
            below = 10.0 ** max(ceil(log10(self.gap)), -12) if self.gap else 1e-12
            return say(
                "verified: it agrees with finite differences at {points}, relative gap below {gap}",
                points=say("{count} point" if self.points == 1 else "{count} points", count=self.points),
                gap=f"{below:.0e}",
            )
        return say("not verified: it disagrees with finite differences, relative gap {gap}", gap=f"{self.gap:.1e}")

    def reply(self) -> dict[str, object]:
        """The outcome as plain data."""
        return {"ok": self.ok, "points": self.points, "gap": self.gap, "message": self.told()}


#: What a derivative says: that it is the rate at which the first changes with the variable, along the direction,
#: or, where that is None, along any.
Claim = tuple[Expr, Symbol, Expr | None, Expr]


def verify(claims: Sequence[Claim], names: Sequence[str], numbers: frozenset[int], seed: int = 0) -> Verified:
    """Compare at random points inside the domain, at sizes that all differ."""
    context = [node for f, _, direction, d in claims for node in (f, d, direction) if node is not None]
    samples = Samples(names, numbers, context, seed)
    points, worst = 0, 0.0
    for k in range(TRIES):
        point = samples.floating(k)
        if point is None:
            continue
        found = verify_at(point, claims, seed + k)
        if found.ok is False:
            return Verified(False, points + 1, found.gap)
        if found.ok:
            points, worst = points + 1, max(worst, found.gap)
        if points == POINTS:
            break
    return Verified(True if points else None, points, worst)


def verify_at(point: Floating, claims: Sequence[Claim], seed: int = 0) -> Verified:
    """Compare at one point."""
    random = np.random.default_rng([seed, 7])
    worst, sure = 0.0, True
    for f, x, direction, d in claims:
        exact = point.value(d)
        ways = _directions(point, x, random) if direction is None else iter([point.value(direction)])
        for along in ways:
            try:
                rate, noise = steady_rate(point, f, x, along)
            except (NoValue, TooLarge, Problem):
                sure = False
                continue
            found = np.tensordot(exact, along, axes=along.ndim) if direction is None else exact
            scale = max(greatest(found), greatest(rate), noise / AGREE)
            gap = greatest(found - rate) / scale if scale else 0.0
            worst = max(worst, gap)
            if gap > AGREE:
                return Verified(False, 1, gap)
    return Verified(True if sure else None, 1, worst)


def _directions(point: Floating, x: Symbol, random: np.random.Generator) -> Iterator[Array]:
    """Random directions in which the variable can move."""
    shape, at = point.shape(x), point.value(x)
    for _ in range(DIRECTIONS):
        yield _tangent(random.standard_normal(shape), x, at)


def _tangent(v: Array, x: Symbol, at: Array) -> Array:
    """The part of a direction that leaves a matrix what it is declared to be."""
    for prop, part in _PARTS.items():
        if prop in x.props:
            v = part(v, at)
    return v


_PARTS: dict[str, Callable[[Array, Array], Array]] = {
    "symmetric": lambda v, at: (v + v.T) / 2,
    "psd": lambda v, at: (v + v.T) / 2,
    "skew": lambda v, at: (v - v.T) / 2,
    "diagonal": lambda v, at: np.diag(np.diag(v)),
    "lower": lambda v, at: np.tril(v),
    "orthogonal": lambda v, at: (v - at @ v.T @ at) / 2,
}


def steady_rate(point: Floating, f: Expr, x: Symbol, along: Array) -> tuple[Array, float]:
    """The rate at which `f` changes along a direction, and how much of it may be rounding error.

    Raises `NoValue` where differences do not settle.
    """
    here, at = point.value(f), point.value(x)
    size = max(greatest(at), 1e-3) / max(greatest(along), 1e-12)
    (rough, bend), (fine, less) = (_rate(point, f, x, along, size * step, here) for step in STEPS)
    noise = 1e-15 * point.largest / (size * STEPS[-1])
    settled = max(AGREE / 2 * greatest(fine), noise)
    if greatest(rough - fine) > settled or (less > settled and less > bend / 2):
        raise NoValue
    return fine, noise


def _rate(point: Floating, f: Expr, x: Symbol, along: Array, step: float, here: Array) -> tuple[Array, float]:
    """Central differences with an error of order h⁴, and how far the rates before and behind are apart.

    They come together as the step shrinks, except at a kink.
    """
    at = point.value(x)

    def ends(h: float) -> list[Array]:
        return [moved(point, x, at + s * along).value(f) for s in (h, -h)]

    (up, down), (near, close) = ends(step), ends(step / 2)
    bend = greatest(up - 2 * here + down) / step
    return np.asarray((8 * (near - close) - (up - down)) / (6 * step)), bend
