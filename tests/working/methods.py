"""What is true of the lines of each method: every line is worth what it says, and the last is the answer.

A method takes a `Told` and raises `AssertionError` with the line that is not true. The tests go through the corpus,
and `tests.fuzz` through random problems.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.calculus.derivative import derivative
from mcalc.language.read import reread
from mcalc.language.syntax import Change, Entry, Name, Program, Syntax
from mcalc.language.tree import walk
from mcalc.targets import write
from mcalc.working.opening import d
from tests.evaluate import Array, _with_props
from tests.working.entries import Entries
from tests.working.lines import Working, close

STEP = 1e-4
COPY = re.compile(r"(d?)(\w+?)(?:_at)?_\d+$")


class Told(Protocol):
    """A working at numbers: those of the variables, of the change of the variable, and of the derivative."""

    working: Working
    values: dict[str, Array]
    expected: Array

    def value(self, line: Expr, other: Mapping[str, Array] | None = None) -> Array:
        """What a line is worth, with some of the values replaced."""


def lines_are_equal(found: Told) -> list[Array]:
    """What the lines are worth, of which those with the same left side are worth the same."""
    steps = found.working.steps
    worth = [found.value(step.expr) for step in steps]
    for (before, a), (after, b) in pairwise(zip(steps, worth, strict=True)):
        if before.left == after.left:
            assert close(b, a), f"{before.write('text')}  =  {after.write('text')}"
    return worth


def ends_in_the_answer(found: Told) -> None:
    """The last line is the answer, as text and at numbers."""
    last = found.working.steps[-1]
    assert last.write("text") == found.working.answer, f"{last.write('text')} instead of {found.working.answer}"
    assert close(found.value(last.expr), found.expected), f"{last.write('text')} is not the derivative"
    assert all(step.rules and step.title for step in found.working.steps)


def differential(found: Told) -> None:
    """Every line reads back as what it stands for; the one before the answer is the change along dx."""
    worth = lines_are_equal(found)
    working = found.working
    ends_in_the_answer(found)
    if len(worth) > 1:
        moved = found.values[working.dx.name]
        told = working.steps[-2].write("text")
        assert close(worth[-2], np.tensordot(found.expected, moved, np.ndim(moved))), f"{told} is not the change"
    reading = copy.copy(working.reading)
    reading.abstract = {**reading.abstract, "d": (_Open(), (), ())}  # type: ignore[dict-item]
    for step, value in zip(working.steps, worth, strict=True):
        text = step.write("text")
        if "d" in reading.symbols and "d(" in text:
            continue  # a variable of that name: the reader takes it for a factor, a person does not
        again = reread(text, reading, {working.dx.name: working.dx})
        assert close(found.value(again), value), text


class _Open:
    """The open differential, as a reading has functions that are declared."""

    kind = "elementwise"

    def __call__(self, node: Expr) -> Expr:
        return d(node)


def occurrences(found: Told) -> None:
    """The parts are the derivatives by the copies of the variable, and add up."""
    steps, x = found.working.steps, found.working.x
    # Every copy is worth what the variable is worth, and its change what that of the variable is.
    symbols = {s.name: s for step in steps for s in step.expr.free}
    for name in symbols.keys() - found.values.keys():
        match = COPY.match(name)
        assert match, name
        found.values[name] = found.values[match[1] + match[2]]
    worth = lines_are_equal(found)
    ends_in_the_answer(found)
    for step, value in zip(steps, worth, strict=True):
        text = step.write("text")
        if "d(" not in text:
            assert close(found.value(reread(text, found.working.reading, symbols)), value), text
        if step.rule == "subscripts":
            f = step
        if step.rule == "held" and step.expr.rank == f.expr.rank + x.rank:
            by = step.words["x"]
            along = _with_props(np.random.default_rng(3).standard_normal(np.shape(found.values[by])), x.props)

            def moved(h: float, whole: Expr = f.expr, by: str = by, along: Array = along) -> Array:
                return found.value(whole, {by: found.values[by] + h * along})

            _is_slope(np.tensordot(value, along, np.ndim(along)), moved, write("text", step.left))


def graph(found: Told) -> None:
    """Nodes, cotangents and changes are what their lines say, of the names in the lines before."""
    working, values = found.working, dict(found.values)
    steps = working.steps
    backward = not any(isinstance(step.left, Change) for step in steps)
    held: dict[str, Expr] = {working.dx.name: working.dx}
    nodes: list[tuple[str, Expr]] = []  # the operations over the names of nodes, since the last question began
    for k, step in enumerate(steps[:-1]):
        worth = found.value(step.expr)
        text = step.write("text")
        said = reread(text, working.reading, held)
        assert close(np.reshape(working.value(said, values), worth.shape), worth), text
        name = str(step.left.id) if isinstance(step.left, Name) else write("text", step.left)
        if step.rule == "node":
            if nodes and steps[k - 1].rule != "node":
                nodes = []
            nodes.append((name, said))
        if step.rule in ("last-slope", "cotangent", "paths") and isinstance(step.left, Name) and backward:
            _check_slope(step, worth, nodes, working, values)
        if isinstance(step.left, (Name, Change)):
            held[name] = symbol(name, step.expr.shape, (), 900_000 + len(held))
            values[name] = worth
    ends_in_the_answer(found)


def _check_slope(
    step: Any, cotangent: Array, nodes: list[tuple[str, Expr]], working: Working, values: dict[str, Array]
) -> None:
    """Hold a cotangent against what the value does where the node alone is moved."""
    place = next(k for k, (name, _) in enumerate(nodes) if name == step.words["of"])
    along = np.random.default_rng(5).standard_normal(np.shape(values[nodes[place][0]]))

    def moved(h: float) -> Array:
        there = {**values, nodes[place][0]: values[nodes[place][0]] + h * along}
        for name, operation in nodes[place + 1 :]:
            there[name] = working.value(operation, there)
        return there[nodes[-1][0]]

    _is_slope(np.tensordot(cotangent, along, along.ndim), moved, write("text", step.left))


def _is_slope(told: Array, moved: Callable[[float], Array], line: str) -> None:
    """Whether differences tell the same of what is moved a little along a line.

    Where those of two lengths, or to either side, tell two things there is a kink or a jump.
    """

    def slope(h: float) -> Array:
        return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)

    fine, coarse = slope(STEP / 4), slope(STEP)
    ahead, behind = ((moved(h) - moved(0)) / h for h in (STEP, -STEP))
    smooth = np.allclose(ahead, behind, rtol=1e-2, atol=1e-2 * largest(told))
    if smooth and np.allclose(fine, coarse, rtol=1e-5, atol=1e-5 * largest(told)):
        assert np.allclose(told, coarse, rtol=1e-5, atol=1e-5 * largest(told)), f"{line}: {told} and {coarse}"


def index(found: Told) -> None:
    """The entries are what the lines say, sums and deltas and all."""
    working = found.working
    reading, x = working.reading, working.x

    def texts(syntax: Syntax, around: Syntax) -> str:
        own = around.definitions if isinstance(around, Program) else ()
        return write("text", Program(own, syntax) if own else syntax)

    for step in working.steps[:-1]:
        order = sum(isinstance(n, Change) for n in walk(step.left)) - 1
        if step.rule == "constant":
            continue

        def value(syntax: Syntax, moved: Array, around: Syntax = step.syntax) -> Array:
            return found.value(reread(texts(syntax, around), reading), {x.name: moved})

        expected = found.value(derivative(reading.root, x, order)) if order > 0 else found.value(reading.root)
        at = tuple(group for node in walk(step.left) if isinstance(node, Entry) for group in node.indices)
        entries = Entries(value, found.values[x.name], {*reading.scope})
        with np.errstate(all="ignore"):
            told = entries.line(step.syntax, at, np.shape(expected))
        if np.isnan(told).any() and not np.any(expected):
            continue  # the change of a norm of what is zero everywhere, over that norm
        assert close(_folded(told, x, order), _folded(expected, x, order)), write("text", step.syntax)
        if order == working.order and not x.symmetric:  # of which the answer is by free entries
            assert close(expected, found.expected)
    ends_in_the_answer(found)


def _folded(array: Array, x: Symbol, order: int) -> Array:
    """A derivative along symmetric changes of a symmetric variable, which is all that a line says of it."""
    for k in range(order if x.symmetric else 0):
        array = array + np.swapaxes(array, -2 * k - 1, -2 * k - 2)
    return array


def largest(array: Array) -> float:
    """The size of the largest entry, or 1."""
    return max(1.0, float(np.max(np.abs(array), initial=0.0)))


METHODS: dict[str, Callable[[Told], None]] = {
    method.__name__: method for method in (differential, occurrences, graph, index)
}
