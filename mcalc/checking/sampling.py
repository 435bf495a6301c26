"""Floating points: NumPy arrays inside the domain, where an expression holds functions that have no exact value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_letters
from zlib import crc32

import numpy as np

from mcalc.algebra.expr import Apply, Contract, Expr, Rational, Symbol
from mcalc.algebra.walk import postorder
from mcalc.checking._meanings import MEANINGS
from mcalc.checking.point import Labels, NoValue, Point

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

#: How the entries of the variables are drawn, one manner after another until there are enough points.
MANNERS = ("generic", "generic", "generic", "generic", "positive", "small", "large", "negative")
TRIES = 5 * len(MANNERS)
#: A matrix worse conditioned than this is as good as singular.
CONDITION = 1e7
#: Numbers nearer than this, relative to their size, are equal; rounding errors beyond it decide nothing.
TOLERANCE = 1e-9
#: Numbers up to this may have cancelled where next to nothing is left.
LARGEST = 1e4
#: A difference that changes by more than this share over a billionth of the way is rounding error.
UNSTEADY = 0.01


class Floating(Point[Array]):
    """A seeded point of float64 arrays.

    What the functions in `context` want of a variable it gets; `nudge` moves every entry by about that share, and
    `digits` rounds it.
    """

    most_work = 100_000_000

    def __init__(
        self,
        sizes: Mapping[str, int],
        seed: int,
        manner: str = "generic",
        context: Iterable[Expr] = (),
        nudge: float = 0.0,
        digits: int | None = None,
    ) -> None:
        super().__init__(sizes)
        self.seed, self.manner, self.context = seed, manner, tuple(context)
        self.positive, self.whole = wanted(self.context)
        self.nudge, self.digits = nudge, digits
        self.largest = 0.0  #: the greatest entry met so far, in absolute value

    def give(self, symbol: Expr, entries: Sequence[Rational]) -> None:
        """Let a variable have this value, in which it may lie outside the domain."""
        self.known[symbol] = np.reshape(np.asarray([float(n) for n in entries]), self.shape(symbol))

    def nudged(self) -> Floating:
        """A point very close to this one: rounding errors differ there, and nothing else does."""
        return Floating(self.sizes, self.seed, self.manner, self.context, 1e-9)

    def _value(self, node: Expr) -> Array:
        with np.errstate(all="ignore"):
            found = np.reshape(super()._value(node), self.shape(node))
        if found.dtype.kind == "c" or not np.all(np.isfinite(found)):
            raise NoValue
        self.largest = max(self.largest, float(np.max(np.abs(found), initial=0.0)))
        return found

    def number(self, value: Rational) -> Array:
        """A scalar."""
        try:
            return np.asarray(float(value))
        except OverflowError:
            raise NoValue from None

    def combine(self, terms: Sequence[tuple[Rational, Array]], shape: tuple[int, ...]) -> Array:
        """The linear combination of arrays of this shape."""
        found = np.zeros(shape)
        for c, array in terms:
            found = found + self.number(c) * array
        return found

    def power(self, base: Array, exponent: Rational) -> Array:
        """The power of every entry."""
        return np.asarray(base ** float(exponent))

    def multiply(
        self, a: Array, left: Labels, b: Array, right: Labels, keep: Labels, lengths: Mapping[int, int]
    ) -> Array:
        """The product over labels of two arrays, summed over those not in `keep`."""
        a, b = (np.reshape(v, [lengths[x] for x in ls]) for v, ls in ((a, left), (b, right)))
        letter = dict(zip(dict.fromkeys((*left, *right)), ascii_letters, strict=False))
        one, two, out = ("".join(letter[x] for x in labels) for labels in (left, right, keep))
        return np.asarray(np.einsum(f"{one},{two}->{out}", a, b))

    def spread(self, a: Array, have: Labels, want: Labels, lengths: Mapping[int, int]) -> Array:
        """The array along other labels."""
        shown = list(dict.fromkeys(want))
        a = np.reshape(a, [lengths[x] for x in have])
        a = np.transpose(a, [have.index(x) for x in shown if x in have])
        a = np.reshape(a, [lengths[x] if x in have else 1 for x in shown])
        a = np.broadcast_to(a, [lengths[x] for x in shown])
        if len(shown) == len(want):
            return a
        found = np.zeros([lengths[x] for x in want])
        grid = np.ix_(*(np.arange(lengths[x]) for x in shown))
        found[tuple(grid[shown.index(x)] for x in want)] = a
        return found

    def apply(self, node: Apply) -> Array:
        """The value of an operation on arguments whose values are known."""
        if node.op.private:
            raise NoValue  # nobody knows what a function that is only declared is worth
        args = [self.known[a] for a in node.args]
        for arg, word in zip(args, domains(node), strict=True):
            _require(word, arg)
        try:
            return np.asarray(MEANINGS[node.op.name](*args))
        except (np.linalg.LinAlgError, ValueError):
            raise NoValue from None

    def draw(self, symbol: Symbol) -> Array:
        """A variable's value, which depends on the seed and its name, and has its properties."""
        random = np.random.default_rng([self.seed, crc32(symbol.name.encode())])
        shape, props = self.shape(symbol), symbol.props
        normal = random.standard_normal(shape)
        normal = normal * (1 + self.nudge * random.standard_normal(shape))
        if symbol in self.whole:
            return np.asarray(2 + np.floor(7 * np.abs(np.tanh(normal))))
        wants = "positive" if self.manner == "generic" and symbol in self.positive else self.manner
        entries = _entries(normal, wants)
        return _with_properties(entries if self.digits is None else np.round(entries, self.digits), props)


def _entries(normal: Array, manner: str) -> Array:
    """Entries in this manner; a square matrix that is to be positive is so in every sense, and never symmetric."""
    size = np.abs(normal)
    square = normal.ndim == 2 and normal.shape[0] == normal.shape[1]
    middle = np.eye(len(normal)) if square else np.zeros(normal.shape)
    match manner:
        case "positive":
            return 0.2 + 0.5 * size + len(size) * middle if square else 0.2 + size
        case "small":
            return 0.05 + 0.1 * np.tanh(size) + 0.3 * middle
        case "large":
            return 1.5 + size + 3 * len(size) * middle if square else 1.5 + size
        case "negative":
            return -(0.05 + 0.1 * np.tanh(size)) - 0.3 * middle
    return normal


def _with_properties(x: Array, props: frozenset[str]) -> Array:
    """The array, made to have the properties."""
    if "positive" in props:
        x = 0.2 + np.abs(x)
    if "psd" in props:
        x = np.diag(0.3 + np.diag(x) ** 2) if "diagonal" in props else x @ x.T + 0.3 * np.eye(len(x))
    if "orthogonal" in props:
        q, r = np.linalg.qr(x)
        signs = np.sign(np.diag(r))
        if "psd" in props:
            return np.eye(len(x))
        x = np.diag(signs) if props & {"diagonal", "lower"} else (q * signs) @ q.T if "symmetric" in props else q
    if "symmetric" in props:
        x = (x + x.T) / 2
    if "skew" in props:
        x = (x - x.T) / 2
    if "diagonal" in props:
        x = np.diag(np.diag(x))
    if "lower" in props:
        x = np.tril(x)
    return x


def domains(node: Apply) -> list[str]:
    """The domain of each argument, in the record's word."""
    words = [word.strip() for word in node.op.domain.split(",")]
    return words * len(node.args) if len(words) == 1 else words[: len(node.args)]


def _require(word: str, arg: Array) -> None:
    """Raise `NoValue` where the argument lies outside the domain, or as good as outside."""
    if word == "positive" and not np.all(arg > 0):
        raise NoValue
    if word == "positive determinant" and not np.all(np.linalg.slogdet(arg)[0] > 0):
        raise NoValue
    if word in ("invertible", "positive determinant") and not np.all(np.linalg.cond(arg) < CONDITION):
        raise NoValue


def wanted(roots: Iterable[Expr]) -> tuple[set[Symbol], set[Symbol]]:
    """The variables that stand directly where positive entries are wanted, and those in exponents of matrices."""
    positive: set[Symbol] = set()
    whole: set[Symbol] = set()
    for root in roots:
        for node in postorder(root):
            match node:
                case Apply(_, args):
                    for arg, word in zip(args, domains(node), strict=True):
                        if word == "whole":
                            whole |= arg.free
                        elif word == "positive" and isinstance(arg, Symbol):
                            positive.add(arg)
                case Contract(factors):
                    positive.update(b for b, e, _ in factors if isinstance(b, Symbol) and not isinstance(e, int))
    return positive, whole


# ---------------------------------------------------------------- comparing


def compare(point: Floating, a: Expr, b: Expr) -> tuple[bool | None, float]:
    """Whether both agree at the point, and their relative gap. Raises `NoValue` and `TooLarge`.

    Rounding errors tell themselves from differences: a little way off they are others.
    """
    first, second = point.value(a), point.value(b)
    difference = first - second
    gap, scale = greatest(difference), max(greatest(first), greatest(second))
    relative = gap / scale if scale else 0.0
    if not gap:
        return True, 0.0
    near = point.nudged()
    moved = near.value(a) - near.value(b)
    if greatest(moved - difference) < UNSTEADY * gap:
        return (False if relative > TOLERANCE else None), relative
    # What cancels leaves the rounding errors of the numbers that cancelled. Of very large ones that would excuse
    # anything, such as the difference of cos(x) and cos(2*x) at x = 1e12.
    return (True if gap <= TOLERANCE * max(scale, min(point.largest, LARGEST)) else None), relative


def greatest(array: Array) -> float:
    """The greatest absolute value in an array."""
    return float(np.max(np.abs(array), initial=0.0))
