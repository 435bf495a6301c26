"""A counterexample: small numbers for the variables at which an answer and the derivative differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from mcalc.algebra.expr import Expr, Symbol
from mcalc.algebra.sizes import Room, sizes_at
from mcalc.checking.modular import Plain
from mcalc.checking.point import NoValue, Point, TooLarge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.question import Question

#: So many points are tried, and arrays of more entries are not shown whole.
TRIES, MOST_ENTRIES = 12, 64
#: Of so many counterexamples the one is shown that has the fewest equalities by chance.
CHOICE = 4
#: A difference that is less than this is hard to see.
LEAST = 0.01


class Counterexample:
    """Sizes and values, with what the derivative and the answer are worth there; arrays are nested lists.

    Of large results `entry` is the place where they differ most, and only that is shown.
    """

    __slots__ = ("at", "entry", "expected", "got", "sizes")

    def __init__(self, sizes: dict[str, int], at: dict[str, Any], expected: Any, got: Any, entry: list[int]) -> None:
        self.sizes, self.at, self.expected, self.got, self.entry = sizes, at, expected, got, entry

    def chance_equalities(self, used: Sequence[Symbol]) -> int:
        """How much holds here that need not: matrices that are symmetric, and an answer that is a multiple."""
        matrices = [self.at[s.name] for s in used if s.rank == 2 and not s.symmetric]
        turned = [m == [list(row) for row in zip(*m, strict=True)] for m in matrices]
        pairs = list(zip(_flatten(self.expected), _flatten(self.got), strict=True))
        multiple = len(pairs) > 1 and all(abs(a * d - b * c) < 1e-6 for a, b in pairs[:1] for c, d in pairs[1:])
        return int(sum(turned) + multiple)

    def reply(self) -> dict[str, Any]:
        """As plain data."""
        return {name: getattr(self, name) for name in ("sizes", "at", "expected", "got", "entry")}


def counterexample(question: Question, answer: Expr) -> Counterexample | None:
    """A counterexample to an answer of the right shape, or None where none was found."""
    right = question.reference
    used = sorted({*right.free, *answer.free, *question.f.free}, key=lambda s: s.place)
    names = sorted({name for s in used for d in s.shape for name in d.names} | question.sizes)
    sizes = sizes_at(names, frozenset(), least=2, room=Room((question.f, right, answer)))
    found: list[Counterexample] = []
    for point in _points(sizes, question.f):
        if shown := _difference(point, right, answer, used, question.f):
            found.append(shown)
        if len(found) == CHOICE or (found and not isinstance(point, Plain)):
            break
    return min(found, key=lambda one: one.chance_equalities(used), default=None)


def _points(sizes: dict[str, int], f: Expr) -> Iterator[Point[Any]]:
    """Points of whole numbers, and where there is no value at them, of numbers with one digit behind the point."""
    from mcalc.checking.sampling import MANNERS, Floating

    for k in range(TRIES):
        plain, inside = Plain(sizes, k), Floating(sizes, k)
        try:
            for s in f.free:
                inside.give(s, plain.value(s))
            inside.value(f)
        except (NoValue, TooLarge):
            continue  # such as the logarithm of a negative number
        yield plain
    for k in range(TRIES):
        yield Floating(sizes, k, MANNERS[k % len(MANNERS)], (f,), digits=1)


def _difference(point: Point[Any], right: Expr, answer: Expr, used: Sequence[Symbol], f: Expr) -> Counterexample | None:
    """What the two are worth at the point, where they differ plainly."""
    try:
        if not isinstance(point, Plain):
            point.value(f)
        pair = [_flat(point.value(node)) for node in (right, answer)]
        given = {s.name: _nested([_shown(v) for v in _flat(point.value(s))], point.shape(s)) for s in used}
    except (NoValue, TooLarge):
        return None
    expected, got = ([_shown(v) for v in values] for values in pair)
    gaps = [abs(x - y) for x, y in zip(expected, got, strict=True)]
    worst = max(range(len(gaps)), key=gaps.__getitem__, default=None)
    if worst is None or gaps[worst] <= 1e-3 * max(map(abs, (*expected, *got))) or gaps[worst] < LEAST:
        return None
    shape = point.shape(right)
    entry: list[int] = []
    if len(expected) <= MOST_ENTRIES:
        expected, got = _nested(expected, shape), _nested(got, shape)
    else:
        entry = [worst // prod(shape[k + 1 :]) % shape[k] for k in range(len(shape))]
        expected, got = expected[worst], got[worst]
    return Counterexample(point.sizes, given, expected, got, entry)


def _flatten(value: Any) -> list[float]:
    return [n for part in value for n in _flatten(part)] if isinstance(value, list) else [value]


def _flat(array: Any) -> list[Any]:
    return array if isinstance(array, list) else list(array.ravel().tolist())


def _shown(value: Any) -> Any:
    """A number as people write it: whole where it is, else to six figures."""
    short = float(f"{float(value):.6g}")
    return int(short) if short.is_integer() and abs(short) < 1e6 else short


def _nested(flat: list[Any], shape: Sequence[int]) -> Any:
    """The entries as lists within lists."""
    if not shape:
        return flat[0]
    step = len(flat) // shape[0] if shape[0] else 0
    return [_nested(flat[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0])]
