"""Exact points: arrays as flat lists over a field, without NumPy and without rounding.

Modulo a prime, two expressions that agree at a random point are equal but for a chance of degree/prime (Schwartz and
Zippel). A function that is no rational function is worth a random number for each argument, the same wherever the
argument is the same: what agrees then is equal whatever the function, while what differs may still be equal.
Over the rationals the same arrays serve to show a counterexample in numbers that a person can follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b
from math import prod
from operator import mul
from random import Random

from mcalc.algebra.contract import rational_power
from mcalc.algebra.expr import Apply, Contract, Expr, Number, Rational, Sum, Symbol
from mcalc.algebra.ops.signature import ANY
from mcalc.algebra.walk import postorder
from mcalc.checking.point import Labels, NoValue, Point

PRIME = 2**61 - 1

Scalar = Rational
Entries = list[Scalar]
Matrix = list[Entries]

#: The operations that have an exact meaning here; every other one is opaque.
EXACT = frozenset(("inv", "det", "tril", "unit", "window", "elimination", "duplication"))


class Exact(Point[Entries]):
    """A point over a field: what the arrays of numbers have in common."""

    most_work = 6_000_000

    def __init__(self, sizes: Mapping[str, int], seed: int) -> None:
        super().__init__(sizes)
        self.seed = seed

    def reduce(self, value: Scalar) -> Scalar:
        """The number in its normal form."""
        return value

    def inverse(self, value: Scalar) -> Scalar:
        """The reciprocal. Raises `NoValue` for zero."""
        raise NotImplementedError

    def root(self, value: Scalar, exponent: Fraction) -> Scalar:
        """A power with a broken exponent between 0 and 1."""
        raise NotImplementedError

    def opaque(self, node: Apply) -> Entries:
        """The value of an operation that is no rational function."""
        raise NotImplementedError

    def entry(self, random: Random, positive: bool) -> Scalar:
        """A random number other than zero."""
        raise NotImplementedError

    # ------------------------------------------------------------ arithmetic

    def number(self, value: Rational) -> Entries:
        """A scalar."""
        return [self._scalar(value)]

    def _scalar(self, value: Rational) -> Scalar:
        if isinstance(value, int):
            return self.reduce(value)
        return self.reduce(value.numerator * self.inverse(self.reduce(value.denominator)))

    def combine(self, terms: Sequence[tuple[Rational, Entries]], shape: tuple[int, ...]) -> Entries:
        """The linear combination of arrays of this shape."""
        if not terms:
            return [0] * prod(shape)
        factors = [self._scalar(c) for c, _ in terms]
        return [self.reduce(sum(map(mul, factors, entries))) for entries in zip(*(a for _, a in terms), strict=True)]

    def power(self, base: Entries, exponent: Rational) -> Entries:
        """The power of every entry."""
        return [self._power(value, exponent) for value in base]

    def _power(self, value: Scalar, exponent: Rational) -> Scalar:
        whole = exponent.numerator // exponent.denominator
        rest = Fraction(exponent) - whole
        if whole < 0:
            result = self._whole_power(self.inverse(value), -whole)
        else:
            result = self._whole_power(value, whole)
        return self.reduce(result * self.root(value, rest)) if rest else result

    def _whole_power(self, value: Scalar, exponent: int) -> Scalar:
        result: Scalar = 1
        while exponent:
            if exponent & 1:
                result = self.reduce(result * value)
            value = self.reduce(value * value)
            exponent >>= 1
        return result

    def multiply(
        self, a: Entries, left: Labels, b: Entries, right: Labels, keep: Labels, lengths: Mapping[int, int]
    ) -> Entries:
        """The product over labels of two arrays, summed over those not in `keep`."""
        summed = tuple(x for x in dict.fromkeys(left) if x in right and x not in keep)
        a = self._summed(a, left, {*keep, *summed}, lengths)
        b = self._summed(b, right, {*keep, *summed}, lengths)
        left, right = (tuple(x for x in dict.fromkeys(ls) if x in keep or x in summed) for ls in (left, right))
        both = tuple(x for x in left if x in right and x in keep)
        mine = tuple(x for x in left if x not in right)
        theirs = tuple(x for x in right if x not in left)
        a = _arranged(a, left, (*both, *mine, *summed), lengths)
        b = _arranged(b, right, (*both, *theirs, *summed), lengths)
        depth = prod(lengths[x] for x in summed)
        tall, wide = (depth * prod(lengths[x] for x in free) for free in (mine, theirs))
        found: Entries = []
        for block in range(prod(lengths[x] for x in both)):
            columns = [b[k : k + depth] for k in range(block * wide, (block + 1) * wide, depth)]
            for k in range(block * tall, (block + 1) * tall, depth):
                row = a[k : k + depth]
                found += [self.reduce(sum(map(mul, row, column))) for column in columns]
        return _arranged(found, (*both, *mine, *theirs), keep, lengths)

    def _summed(self, a: Entries, labels: Labels, wanted: set[int], lengths: Mapping[int, int]) -> Entries:
        """The array with its diagonals taken, and summed over the labels that are not wanted."""
        kept = tuple(x for x in dict.fromkeys(labels) if x in wanted)
        gone = tuple(x for x in dict.fromkeys(labels) if x not in wanted)
        a = _arranged(a, labels, (*kept, *gone), lengths)
        if not gone:
            return a
        run = prod(lengths[x] for x in gone)
        return [self.reduce(sum(a[k : k + run])) for k in range(0, len(a), run)]

    def spread(self, a: Entries, have: Labels, want: Labels, lengths: Mapping[int, int]) -> Entries:
        """The array along other labels."""
        shown = tuple(dict.fromkeys(want))
        entries = _arranged(a, have, shown, lengths)
        if shown == want:
            return entries
        found: Entries = [0] * prod(lengths[x] for x in want)
        for place, value in zip(_offsets(want, shown, lengths), entries, strict=True):
            found[place] = value
        return found

    # ------------------------------------------------------------ operations

    def apply(self, node: Apply) -> Entries:
        """The value of an operation on arguments whose values are known."""
        name = node.op.name
        if name not in EXACT:
            return self.opaque(node)
        if name in ("unit", "window"):
            length, *places = (int(self.known[a][0]) for a in node.args)
            columns = range(*places) if name == "window" else places
            return [int(i == j) for i in range(length) for j in columns]
        if name in ("elimination", "duplication"):
            n = int(self.known[node.args[0]][0])
            half = [(j * n + i, i * n + j) for j in range(n) for i in range(j, n)]
            if name == "elimination":
                return [int(place == one) for one, _ in half for place in range(n * n)]
            return [int(place in both) for place in range(n * n) for both in half]
        arg = self.known[node.args[0]]
        *lead, m, n = self.shape(node.args[0])
        self.spend(len(arg) * n)
        found: Entries = []
        for k in range(prod(lead)):
            block = arg[k * m * n : (k + 1) * m * n]
            if name == "tril":
                found += [value if i % n <= i // n else 0 for i, value in enumerate(block)]
            elif name == "det":
                found.append(self.solved(block, n)[0])
            else:
                found += self.solved(block, n)[1]
        return found

    def solved(self, entries: Entries, n: int) -> tuple[Scalar, Entries]:
        """The determinant and the inverse of an n x n matrix. Raises `NoValue` where it is singular."""
        rows: Matrix = [entries[i * n : (i + 1) * n] + [int(i == j) for j in range(n)] for i in range(n)]
        determinant: Scalar = 1
        for i in range(n):
            pivot = next((k for k in range(i, n) if rows[k][i]), None)
            if pivot is None:
                raise NoValue
            if pivot != i:
                rows[i], rows[pivot] = rows[pivot], rows[i]
                determinant = -determinant
            determinant = self.reduce(determinant * rows[i][i])
            scale = self.inverse(rows[i][i])
            rows[i] = [self.reduce(scale * value) for value in rows[i]]
            for k in range(n):
                factor = rows[k][i]
                if k != i and factor:
                    rows[k] = [self.reduce(x - factor * y) for x, y in zip(rows[k], rows[i], strict=True)]
        return self.reduce(determinant), [value for row in rows for value in row[n:]]

    # ------------------------------------------------------------ variables

    def draw(self, symbol: Symbol) -> Entries:
        """A variable's value, which depends on the seed and its name, and has its properties."""
        shape, props = self.shape(symbol), symbol.props
        random = Random(f"{self.seed} {symbol.name}")
        entries = [self.entry(random, "positive" in props) for _ in range(prod(shape))]
        if len(shape) != 2 or not props - {"positive"}:
            return entries
        n = shape[0]
        rows = [entries[i * n : (i + 1) * n] for i in range(n)]
        if "orthogonal" in props:
            rows = self._orthogonal(rows, props)
        elif "psd" in props:
            rows = _by_entry(n, lambda i, j: rows[i][j] if i == j or (j < i and "diagonal" not in props) else 0)
            rows = self._times(rows, rows)  # L Lᵀ: the columns of Lᵀ are the rows of L
        if "symmetric" in props:
            rows = _by_entry(n, lambda i, j: rows[max(i, j)][min(i, j)])
        if "skew" in props:
            rows = _by_entry(n, lambda i, j: 0 if i == j else rows[i][j] if i > j else self.reduce(-rows[j][i]))
        if "diagonal" in props:
            rows = _by_entry(n, lambda i, j: rows[i][j] if i == j else 0)
        if "lower" in props:
            rows = _by_entry(n, lambda i, j: rows[i][j] if i >= j else 0)
        return [value for row in rows for value in row]

    def _orthogonal(self, rows: Matrix, props: frozenset[str]) -> Matrix:
        """(I − K)(I + K)⁻¹ with a skew K, which are all rotations but a few; every other point has a reflection."""
        n = len(rows)
        signs = [1 if self.seed % 2 or i else -1 for i in range(n)]
        if not props.isdisjoint(("diagonal", "lower")):
            return _by_entry(n, lambda i, j: self.reduce(signs[i]) if i == j else 0)
        skew = _by_entry(n, lambda i, j: 0 if i == j else rows[i][j] if i > j else -rows[j][i])
        plus = _by_entry(n, lambda i, j: self.reduce(int(i == j) + skew[i][j]))
        minus = _by_entry(n, lambda i, j: self.reduce(int(i == j) - skew[i][j]))
        inverse = self.solved([value for row in plus for value in row], n)[1]
        turned = self._times(minus, [inverse[j::n] for j in range(n)])
        if "psd" in props:
            return _by_entry(n, lambda i, j: int(i == j))
        flipped = _by_entry(n, lambda i, j: self.reduce(turned[i][j] * signs[j]))
        return self._times(flipped, turned) if "symmetric" in props else flipped

    def _times(self, a: Matrix, columns: Matrix) -> Matrix:
        return [[self.reduce(sum(map(mul, row, column))) for column in columns] for row in a]


class Modular(Exact):
    """A random point modulo the prime."""

    def reduce(self, value: Scalar) -> Scalar:
        """The remainder."""
        return value % PRIME

    def inverse(self, value: Scalar) -> Scalar:
        """The reciprocal. Raises `NoValue` for zero."""
        if not value:
            raise NoValue
        return pow(int(value), -1, PRIME)

    def root(self, value: Scalar, exponent: Fraction) -> Scalar:
        """A random number in the place of the root."""
        return self._whole_power(self.atom("root", exponent.denominator, value), exponent.numerator)

    def entry(self, random: Random, positive: bool) -> Scalar:
        """A random number other than zero."""
        return random.randrange(1, PRIME)

    def atom(self, *key: object) -> int:
        """A random number that is the same whenever the key is."""
        return int.from_bytes(blake2b(repr((self.seed, key)).encode(), digest_size=16).digest()) % PRIME

    def opaque(self, node: Apply) -> Entries:
        """Random numbers, the same wherever the arguments are."""
        name, args = node.op.name, [self.known[a] for a in node.args]
        if ANY in node.op.signatures[0].inputs:
            return [self.atom(name, *entries) for entries in zip(*args, strict=True)]
        batch = node.op.batch(node.args)
        count = prod(self.shape(node)[:batch])
        inner = prod(self.shape(node)[batch:])
        parts = [[a[k * len(a) // count : (k + 1) * len(a) // count] for a in args] for k in range(count)]
        if node.symmetric:
            n = self.shape(node)[0]
            return [self.atom(name, parts[0], max(i, j), min(i, j)) for i in range(n) for j in range(n)]
        return [self.atom(name, part, k) for part in parts for k in range(inner)]


class Plain(Exact):
    """A point of small whole numbers, to be shown. What is no rational function has no value here."""

    def inverse(self, value: Scalar) -> Scalar:
        """The reciprocal. Raises `NoValue` for zero."""
        if not value:
            raise NoValue
        return Fraction(1) / value

    def root(self, value: Scalar, exponent: Fraction) -> Scalar:
        """The root. Raises `NoValue` where it is no fraction."""
        found = rational_power(value, exponent)
        if found is None:
            raise NoValue
        return found

    def entry(self, random: Random, positive: bool) -> Scalar:
        """A small whole number other than zero."""
        return random.randint(1, 4) if positive else random.choice((-3, -2, -1, 1, 2, 3))

    def opaque(self, node: Apply) -> Entries:
        """Raises `NoValue`."""
        raise NoValue


def _by_entry(n: int, value: Callable[[int, int], Scalar]) -> Matrix:
    return [[value(i, j) for j in range(n)] for i in range(n)]


def _offsets(labels: Labels, order: Labels, lengths: Mapping[int, int]) -> list[int]:
    """Where the entries of an array with these labels stand, taken in this order of labels."""
    strides: dict[int, int] = dict.fromkeys(order, 0)
    step = 1
    for x in reversed(labels):
        strides[x] += step
        step *= lengths[x]
    found = [0]
    for x in order:
        found = [start + k * strides[x] for start in found for k in range(lengths[x])]
    return found


def _arranged(a: Entries, labels: Labels, order: Labels, lengths: Mapping[int, int]) -> Entries:
    """The entries in another order of labels; a label that stands twice takes the diagonal, a new one repeats."""
    return a if labels == order else [a[k] for k in _offsets(labels, order, lengths)]


# ---------------------------------------------------------------- what an agreement is worth


def is_opaque(root: Expr) -> bool:
    """Whether the expression holds what random numbers cannot stand for, so that different values prove nothing."""
    for node in postorder(root):
        match node:
            case Apply(op) if op.name not in EXACT and not _arbitrary(node):
                return True
            case Contract(factors) if any(not isinstance(e, int) for _, e, _ in factors):
                return True
    return False


def is_rough(root: Expr) -> bool:
    """Whether the expression may be different functions on either side of a border, as abs(t) is t and -t."""
    for node in postorder(root):
        match node:
            case Apply(op) if op.nonsmooth:
                return True
            case Contract(factors) if any(not isinstance(e, int) for _, e, _ in factors):
                return True
    return False


def _arbitrary(node: Apply) -> bool:
    """Whether the values may be any numbers: those of a function that is only declared, and of its derivatives.

    Of more than two axes they would have symmetries.
    """
    return node.op.private and (node.op.kind == "elementwise" or node.rank <= 2)


def degree(root: Expr, sizes: Mapping[str, int]) -> int:
    """A bound on the degrees of numerator and denominator of every entry, taken together."""
    known: dict[Expr, int] = {}
    for node in postorder(root):
        match node:
            case Symbol():
                # A psd matrix is drawn as a product, an orthogonal one as a quotient.
                known[node] = 4 * max((d.at(dict(sizes)) for d in node.shape), default=1) if node.props else 1
            case Number():
                known[node] = 0
            case Sum(terms):
                known[node] = sum(known[n] for _, n in terms)
            case Contract(factors, out, lengths):
                shown = {x for group in out for x in group}
                summed = prod(d.at(dict(sizes)) for x, d in enumerate(lengths) if x not in shown)
                known[node] = summed * sum(known[b] * (abs(e.numerator) + e.denominator) for b, e, _ in factors)
            case Apply(_, args) if not any(arg.rank for arg in args) and not node.free:
                known[node] = 0  # a selection, which is made of sizes and places
            case Apply(op, args):
                known[node] = args[0].shape[-1].at(dict(sizes)) ** 2 * known[args[0]] if op.name in EXACT else 1
            case _:
                known[node] = 0
    return known[root]


def chance(a: Expr, b: Expr, sizes: Mapping[str, int]) -> float:
    """The chance that different expressions agree at one random point of these sizes."""
    return min(1.0, (degree(a, sizes) + degree(b, sizes)) / PRIME)
