"""A point at numbers that somebody gives: what an expression and its derivative are worth there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from string import ascii_letters

import numpy as np

from mcalc.algebra.dims import dim, show_shape
from mcalc.algebra.expr import Apply, Expr, Symbol, size
from mcalc.algebra.ops.selection import on_axis
from mcalc.checking._meanings import MEANINGS
from mcalc.checking.point import Labels, NoValue, TooLarge
from mcalc.checking.sampling import Array, Floating
from mcalc.errors import Problem
from mcalc.language.read import Reading
from mcalc.phrase import say


class Given(Floating):
    """Arrays for the variables, by name. Matrix products go to BLAS, and nothing is too near to singular.

    `value` raises a `Problem` of kind undecided where an operation has no value.
    """

    most_work = 10**15

    def __init__(self, sizes: Mapping[str, int], values: Mapping[str, Array]) -> None:
        super().__init__(sizes, 0)
        self.values = dict(values)

    def draw(self, symbol: Symbol) -> Array:
        """The variable's value."""
        return self.values[symbol.name]

    def multiply(
        self, a: Array, left: Labels, b: Array, right: Labels, keep: Labels, lengths: Mapping[int, int]
    ) -> Array:
        """The product over labels of two arrays, summed over those not in `keep`."""
        letter = dict(zip(dict.fromkeys((*left, *right)), ascii_letters, strict=False))
        one, two, out = ("".join(letter[x] for x in labels) for labels in (left, right, keep))
        a, b = (np.reshape(v, [lengths[x] for x in ls]) for v, ls in ((a, left), (b, right)))
        return np.asarray(np.einsum(f"{one},{two}->{out}", a, b, optimize=True))

    def apply(self, node: Apply) -> Array:
        """The value of an operation on arguments whose values are known."""
        if node.op.private:
            raise Problem("E416", "{name} is only declared: nobody knows its values", name=node.op.name)
        try:
            found = np.asarray(MEANINGS[node.op.name](*(self.known[a] for a in node.args)))
        except (np.linalg.LinAlgError, ValueError) as fault:
            raise Problem("E509", "{name} has no value here: {fault}", name=node.op.name, fault=fault) from None
        if found.dtype.kind == "c" or not np.all(np.isfinite(found)):
            domain = node.op.domain
            raise Problem(
                "E509",
                "{name} has no finite real value here",
                hint="it is defined where its argument is {domain}" if domain not in ("generic", "") else "",
                name=node.op.name,
                domain=domain,
            )
        return found

    def stand(self, node: Apply) -> None:
        """Raise a `Problem` of kind shape where what the node selects is not there."""
        places = [int(self.known[arg]) for arg in node.args]
        if not on_axis(*places):
            node.op(*map(size, map(dim, places)))  # which the record refuses, with the numbers

    def value(self, root: Expr) -> Array:
        """What the expression is worth."""
        try:
            return super().value(root)
        except TooLarge:
            raise Problem("E521", "it takes more memory than it may") from None
        except NoValue:
            raise Problem("E509", "there is no finite value here: a division by zero, or an overflow") from None


def moved(point: Floating, x: Symbol, array: Array) -> Floating:
    """The point with another value of one variable."""
    other: Floating = copy(point)
    other.known = {node: value for node, value in point.known.items() if isinstance(node, Symbol)}
    other.known[x] = array
    other.work = 0
    return other


def at(reading: Reading, values: Mapping[str, Array]) -> Given:
    """The point at which the variables of a reading, and sizes that no variable has, have these values.

    Raises a `Problem` of kind usage where a value is missing, and of kind shape where one does not fit.
    """
    used = {s.name: s for s in reading.symbols.values()}
    missing = [name for name in used if name not in values]
    if missing:
        raise Problem(
            "E026",
            "{missing} has no value" if len(missing) == 1 else "{missing} have no value",
            hint="values are given of {known}" if values else "--at NAME=VALUE gives one",
            missing=missing,
            known=sorted(values),
        )
    arrays = {name: fitted(values[name], symbol) for name, symbol in used.items()}
    sizes = {name: _whole(name, values[name]) for name in reading.sizes if name in values and name not in used}
    told: dict[str, str] = dict.fromkeys(sizes, "--at")
    for plain in (True, False):
        for name, symbol in used.items():
            for axis, (d, length) in enumerate(zip(symbol.shape, arrays[name].shape, strict=True)):
                if plain and str(d) in d.names and str(d) not in sizes:
                    sizes[str(d)], told[str(d)] = length, name
                elif not plain and d.names <= sizes.keys() and d.at(sizes) != length:
                    raise _misfit(symbol, arrays[name], axis, sizes, told)
    unknown = sorted(reading.sizes - sizes.keys())
    if unknown:
        raise Problem(
            "E026", "the size {unknown} cannot be read off the variables", hint="--at {unknown}=5", unknown=unknown[0]
        )
    return Given(sizes, arrays)


def _whole(name: str, value: Array) -> int:
    if value.ndim or value != int(value) or value < 0:
        raise Problem("E029", "{name} is a size: it is to be a whole number", name=name)
    return int(value)


def floats(value: object) -> Array:
    """The value as an array of floats. Raises what NumPy raises where it is none, and a `TypeError` of complex ones."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        raise TypeError("complex numbers are not supported")
    return np.asarray(array, dtype=np.float64)


def stands_for(value: Array, rank: int) -> bool:
    """Whether the array can be a variable of so many axes: a vector may be a column or a row, a scalar one entry."""
    return value.ndim == rank or (rank == 0 and value.size == 1) or (rank == 1 and value.ndim == 2 and 1 in value.shape)


def fitted(value: Array, symbol: Symbol) -> Array:
    """The array with the axes of the variable. Raises a `Problem` of kind shape or usage."""
    if not stands_for(value, symbol.rank):
        raise Problem(
            "E319",
            "{name} is to be {wanted}, and {shape} was given",
            hint="--var '{name}{axes}' reads it otherwise",
            name=symbol.name,
            wanted=show_shape(symbol.shape) if symbol.rank else say("a scalar"),
            shape=_shape(value),
            axes=_axes(value),
        )
    if value.ndim != symbol.rank:
        value = value.reshape(value.size if symbol.rank else ())
    if not np.all(np.isfinite(value)):
        place = ",".join(map(str, np.argwhere(~np.isfinite(value))[0]))
        entry = f"{symbol.name}[{place}]" if place else symbol.name
        raise Problem(
            "E029",
            "{entry} is {number}, which is no finite number",
            entry=entry,
            number=value[~np.isfinite(value)][0],
        )
    for prop, held in _HELD.items():
        if prop in symbol.props and not held(value):
            raise Problem("E029", "{name} is declared {prop}, and the matrix given is not", name=symbol.name, prop=prop)
    return value


def _near(a: Array, b: Array) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-8, atol=1e-8 * float(np.max(np.abs(a), initial=0.0))))


#: What is asked of a matrix that is declared to have a property.
_HELD: dict[str, Callable[[Array], bool]] = {
    "symmetric": lambda a: _near(a, a.T),
    "psd": lambda a: _near(a, a.T) and bool(np.all(np.linalg.eigvalsh(a) >= -1e-8 * np.max(np.abs(a), initial=0.0))),
    "skew": lambda a: _near(a, -a.T),
    "diagonal": lambda a: _near(a, np.diag(np.diag(a))),
    "lower": lambda a: _near(a, np.tril(a)),
    "orthogonal": lambda a: _near(a.T @ a, np.eye(len(a))),
    "positive": lambda a: bool(np.all(a > 0)),
}


def _shape(value: Array) -> str:
    if not value.ndim:
        return say("a number")
    if value.ndim == 1:
        return say("{count} numbers", count=value.size)
    return " x ".join(map(str, value.shape))


def _axes(value: Array) -> str:
    return f"[{','.join('mnkpq'[axis] for axis in range(min(value.ndim, 5)))}]"


def _misfit(symbol: Symbol, value: Array, axis: int, sizes: Mapping[str, int], told: Mapping[str, str]) -> Problem:
    names = sorted(symbol.shape[axis].names)
    return Problem(
        "E319",
        "{name} is {shape}, and is to be {wanted} ({known})" if names else "{name} is {shape}, and is to be {wanted}",
        name=symbol.name,
        shape=_shape(value),
        wanted=show_shape(symbol.shape),
        known=[say("{size} = {length} by {name}", size=n, length=sizes[n], name=told[n]) for n in names],
    )
