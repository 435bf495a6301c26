"""A counterexample: small numbers for the variables at which an answer and the derivative differ."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from mcalc.algebra.expr import Expr, Symbol
from mcalc.checking.modular import Plain
from mcalc.checking.point import NoValue, Point, TooLarge, sizes_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.question import Question

#: So many points are tried, and arrays of more entries are not shown whole.
TRIES, MOST_ENTRIES = 24, 64
#: A difference that is less than this is hard to see.
LEAST = 0.01


class Counterexample:
    """Sizes and values, with what the derivative and the answer are worth there; arrays are nested lists.

    Of large results `entry` is the place where they differ most, and only that is shown.
    """

    __slots__ = ("at", "entry", "expected", "got", "sizes")

    def __init__(self, sizes: dict[str, int], at: dict[str, Any], expected: Any, got: Any, entry: list[int]) -> None:
        self.sizes, self.at, self.expected, self.got, self.entry = sizes, at, expected, got, entry

    def reply(self) -> dict[str, Any]:
        """As plain data."""
        return {name: getattr(self, name) for name in ("sizes", "at", "expected", "got", "entry")}


def counterexample(question: Question, answer: Expr) -> Counterexample | None:
    """A counterexample to an answer of the right shape, or None where none was found."""
    right = question.reference
    used = sorted({*right.free, *answer.free, *question.f.free}, key=lambda s: s.place)
    names = sorted({name for s in used for d in s.shape for name in d.names} | question.sizes)
    for k in range(TRIES):
        sizes = sizes_at(names, frozenset(), least=2)
        plain = _difference(Plain(sizes, k), right, answer, used, question.f)
        if plain is not None:
            return plain
        if k < TRIES // 4:
            continue
        from mcalc.checking.sampling import MANNERS, Floating

        manner = MANNERS[(k - TRIES // 4) % len(MANNERS)]
        point = Floating(sizes, k, manner, (question.f,), digits=1)
        found = _difference(point, right, answer, used, question.f)
        if found is not None:
            return found
    return None


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
