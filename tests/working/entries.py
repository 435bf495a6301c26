"""What a line that is written entry by entry is worth: its sums and deltas, worked out from the syntax alone."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from mcalc.algebra.ops import OPS
from mcalc.language.syntax import (
    Call,
    Change,
    Entry,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Summation,
    Syntax,
    Terms,
)
from mcalc.language.tree import walk
from tests.evaluate import Array, meaning

#: An array with a letter for each axis.
Lettered = tuple[tuple[str, ...], Array]

STEP = 3e-5

DELTAS = ("delta", "identity", "kronecker_delta")


class Entries:
    """Evaluates lines. `at` gives the value of syntax without indices where the variable has a certain value."""

    def __init__(self, at: Callable[[Syntax, Array], Array], x: Array, known: set[str]) -> None:
        self.at, self.x, self.known = at, np.asarray(x, float), known
        self.sizes: dict[str, int] = {}

    def value(self, syntax: Syntax) -> Array:
        """The value of syntax without indices."""
        return self.at(syntax, self.x)

    def line(self, syntax: Syntax, at: tuple[tuple[str, ...], ...], shape: tuple[int, ...]) -> Array:
        """The array whose entry at these letters the line is."""
        own = {group[0]: length for group, length in zip(at, shape, strict=True) if len(group) == 1}
        self.sizes = dict(own)
        for node in walk(syntax):
            if isinstance(node, Entry) and not self._is_delta(node):
                lengths = np.shape(self.value(node.base))
                for group, length in zip(node.indices, lengths, strict=True):
                    if len(group) == 1:
                        self.sizes[group[0]] = length
        for node in walk(syntax):
            if isinstance(node, Entry) and self._is_delta(node):
                both = [x for group in node.indices for x in group]
                size = next((self.sizes[x] for x in both if x in self.sizes), None)
                for x in both if size else ():
                    self.sizes.setdefault(x, size)
        letters, array = self._worth(syntax.body if isinstance(syntax, Program) else syntax)
        assert all(self.sizes[x] == length for x, length in own.items()), "an index runs beyond its axis"
        shown = tuple(x for group in at for x in group)
        return np.broadcast_to(_spread(letters, array, shown), [self.sizes[x] for x in shown]).reshape(shape)

    def _is_delta(self, node: Entry) -> bool:
        return isinstance(node.base, Name) and node.base.id in DELTAS and node.base.id not in self.known

    def _worth(self, node: Syntax) -> Lettered:
        if not any(isinstance(n, Entry) for n in walk(node)) and not _is_slope(node):
            return (), np.asarray(self.value(node))
        match node:
            case Entry(base, indices):
                return self._entry(node, base, indices)
            case Summation(letters, body):
                inner, array = self._worth(body)
                times = np.prod([self.sizes[x] for x in letters if x not in inner])
                axes = tuple(k for k, x in enumerate(inner) if x in letters)
                return tuple(x for x in inner if x not in letters), array.sum(axis=axes) * times
            case Product(items, operators):
                found: Lettered = ((), np.asarray(1.0))
                pairs = list(zip(items, ("*", *operators), strict=True))
                for k, (item, operator) in enumerate(pairs):
                    if isinstance(item, Change):
                        if operator == "/":
                            continue  # it belongs to the change before it
                        under = items[k + 1]
                        assert isinstance(under, Change)
                        assert operators[k] == "/"
                        part = self._slope(item.arg, under.arg)
                    else:
                        part = self._worth(item)
                    found = _both(found, part, np.multiply if operator == "*" else np.divide)
                return found
            case Terms(items, signs):
                found = ((), np.asarray(0.0))
                for item, sign in zip(items, signs, strict=True):
                    found = _both(found, self._worth(item), np.add if sign == "+" else np.subtract)
                return found
            case Power(base, exponent):
                return _both(self._worth(base), self._worth(exponent), np.power)
            case Negative(arg):
                letters, array = self._worth(arg)
                return letters, -array
            case Call(name, args):
                record = OPS[name]
                parts = [self._worth(arg) for arg in args]
                every = tuple(dict.fromkeys(x for letters, _ in parts for x in letters))
                full = np.broadcast_arrays(*(_spread(letters, array, every) for letters, array in parts))
                return every, meaning(record.numpy, record.helper)(*full)
            case Num(text):
                return (), np.asarray(float(Fraction(text)))
        raise AssertionError(node)

    def _entry(self, node: Entry, base: Syntax, indices: tuple[tuple[str, ...], ...]) -> Lettered:
        letters = tuple(x for group in indices for x in group)
        if self._is_delta(node):
            array = np.eye(int(np.prod([self.sizes[x] for x in indices[0]])))
        else:
            array = self.value(base)
        if any(len(group) > 1 for group in indices):
            array = array.reshape([self.sizes[x] for x in letters])
        return _diagonal(letters, array)

    def _slope(self, over: Syntax, under: Syntax) -> Lettered:
        """The derivative of an entry by an entry of x, by differences that are exact to the fourth order."""
        at = tuple(x for group in under.indices for x in group) if isinstance(under, Entry) else ()
        x = self.x
        columns = []
        for place in np.ndindex(x.shape):
            column = np.asarray(0.0)
            for h, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
                self.x = x.copy()
                self.x[place] += h * STEP
                letters, array = self._worth(over)
                column = column + weight * array / (12 * STEP)
            columns.append(column)
        self.x = x
        return _diagonal((*letters, *at), np.reshape(np.stack(columns, -1), (*columns[0].shape, *x.shape)))


def _is_slope(node: Syntax) -> bool:
    return any(isinstance(n, Change) for n in walk(node))


def _diagonal(letters: tuple[str, ...], array: Array) -> Lettered:
    distinct = tuple(dict.fromkeys(letters))
    place = {x: k for k, x in enumerate(distinct)}
    return distinct, np.einsum(array, [place[x] for x in letters], [place[x] for x in distinct])


def _spread(letters: tuple[str, ...], array: Array, at: tuple[str, ...]) -> Array:
    """The array with its axes in this order; an axis that it lacks has length 1."""
    order = [letters.index(x) for x in at if x in letters]
    moved = np.transpose(array, order)
    return moved.reshape([array.shape[letters.index(x)] if x in letters else 1 for x in at])


def _both(a: Lettered, b: Lettered, combine: Callable[[Array, Array], Array]) -> Lettered:
    every = tuple(dict.fromkeys((*a[0], *b[0])))
    return every, combine(_spread(*a, every), _spread(*b, every))
