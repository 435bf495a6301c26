"""The working entry by entry: the syntax of every line is worked out, sums and deltas and all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcalc.calculus.derivative import derivative
from mcalc.errors import Problem
from mcalc.language.read import reread
from mcalc.language.syntax import Change, Entry, Name, Program, Syntax, walk
from mcalc.targets import write
from tests.evaluate import Array
from tests.test_corpus import CASES
from tests.working.entries import Entries
from tests.working.lines import Case, Working, close, golden

#: The exponential of a matrix has no formula for its entries.
REFUSED = {"cookbook-2.5-F2", "wiki-sm-25", "wiki-sm-25b", "wiki-ms-10", "wiki-ms-10b", "wiki-ss-8"}


def letters(left: Syntax) -> tuple[tuple[str, ...], ...]:
    """The indices on the left side, those of the value first; several for an axis that is fused."""
    return tuple(group for node in walk(left) if isinstance(node, Entry) for group in node.indices)


#: Every problem is told as usual, and a part of them in full.
TOLD = [*((case, "normal") for case in CASES), *((case, "full") for case in CASES[::15])]


@pytest.mark.parametrize(("case", "detail"), TOLD, ids=[f"{case['id']}-{detail}" for case, detail in TOLD])
def test_every_line_is_worth_what_it_says(case: dict[str, Any], detail: str, truth: dict[str, Any]) -> None:
    try:
        found = Case(case, truth, method="index", detail=detail)
    except Problem as problem:
        assert (problem.exit_status, "differential" in problem.hint) == (3, True)
        assert case["id"] in REFUSED
        return
    assert case["id"] not in REFUSED
    working, steps = found.working, found.working.steps
    reading, x = working.reading, working.x

    def texts(syntax: Syntax, around: Syntax) -> str:
        own = around.definitions if isinstance(around, Program) else ()
        return write("text", Program(own, syntax) if own else syntax)

    for step in steps[:-1]:
        order = sum(isinstance(n, Change) for n in walk(step.left)) - 1
        if step.rule == "constant":
            continue

        def value(syntax: Syntax, moved: Array, around: Syntax = step.syntax) -> Array:
            return found.value(reread(texts(syntax, around), reading), {x.name: moved})

        expected = found.value(derivative(reading.root, x, order)) if order > 0 else found.value(reading.root)
        at = letters(step.left)
        entries = Entries(value, found.values[x.name], {*reading.scope})
        assert close(entries.line(step.syntax, at, np.shape(expected)), expected), write("text", step.syntax)
        if order == case.get("order", 1):
            assert close(expected, found.expected)
    assert steps[-1].write("text") == working.answer
    assert close(found.value(steps[-1].expr), found.expected)
    assert all(step.title for step in steps)


@pytest.mark.parametrize("path", golden("index"), ids=lambda path: path.stem)
def test_the_lines_are_those_that_were_found_good(path: Any) -> None:
    question, _, lines = path.read_text(encoding="utf-8").partition("\n")
    text, x, order, *declarations = (part.strip() for part in question.split("|"))
    assert Working(text, x, declarations, int(order), method="index").text() == lines


def test_the_evaluation_tells_right_from_wrong() -> None:
    """A test that cannot fail is none: a wrong index is seen."""
    a = np.arange(12.0).reshape(3, 4)
    entries = Entries(lambda syntax, x: a, a, set())
    right, wrong = (Entry(Name("A"), ((p,), (q,))) for p, q in ("ij", "ji"))
    assert np.array_equal(entries.line(right, (("i",), ("j",)), (3, 4)), a)
    with pytest.raises(AssertionError, match="beyond its axis"):
        entries.line(wrong, (("i",), ("j",)), (3, 4))
    square = np.arange(9.0).reshape(3, 3)
    entries = Entries(lambda syntax, x: square, square, set())
    assert np.array_equal(entries.line(wrong, (("i",), ("j",)), (3, 3)), square.T)


def test_letters_that_stand_for_something_are_no_indices() -> None:
    text = Working("i.T@j@k", "k", ["i[n]", "j[n,k_1]", "k[k_1]"], method="index").text()
    assert text.splitlines()[0].startswith("f = sum_lp(i[l]*j[l,p]*k[p])")
