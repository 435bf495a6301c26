"""The working by occurrences: the parts are the derivatives by the copies, and add up to the answer."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from mcalc.errors import Problem
from mcalc.language.read import reread
from tests.evaluate import _with_props
from tests.test_corpus import CASES
from tests.working.lines import Case, Working, close, golden

COPY = re.compile(r"(d?)(\w+?)(?:_at)?_\d+$")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_parts_add_up(case: dict[str, Any], truth: dict[str, Any]) -> None:
    found = Case(case, truth, method="occurrences")
    steps, x = found.working.steps, found.working.x
    # Every copy is worth what the variable is worth, and its change what that of the variable is.
    symbols = {s.name: s for step in steps for s in step.expr.free}
    for name in symbols.keys() - found.values.keys():
        match = COPY.match(name)
        assert match, name
        found.values[name] = found.values[match[1] + match[2]]
    worth = [found.value(step.expr) for step in steps]

    for (before, a), (after, b) in pairwise(zip(steps, worth, strict=True)):
        if before.left == after.left:
            assert close(b, a), f"{before.write('text')}  =  {after.write('text')}"
    assert close(worth[-1], found.expected)
    assert steps[-1].write("text") == found.working.answer
    assert all(step.title for step in steps)

    for step, value in zip(steps, worth, strict=True):
        if "d(" not in step.write("text"):
            again = reread(step.write("text"), found.working.reading, symbols)
            assert close(found.value(again), value), step.write("text")
        if step.rule == "subscripts":
            f = step
        if step.rule == "held" and step.expr.rank == f.expr.rank + x.rank:
            by = step.words["x"]
            along = _with_props(np.random.default_rng(3).standard_normal(np.shape(found.values[by])), x.props)
            moved = [found.value(f.expr, {by: found.values[by] + h * along}) for h in (1e-5, -1e-5)]
            slope = (moved[0] - moved[1]) / 2e-5
            assert np.allclose(np.tensordot(value, along, np.ndim(along)), slope, rtol=1e-4, atol=1e-5), step.left


@pytest.mark.parametrize("path", golden("occurrences"), ids=lambda path: path.stem)
def test_the_lines_are_those_that_were_found_good(path: Any) -> None:
    question, _, lines = path.read_text(encoding="utf-8").partition("\n")
    text, x, order, *declarations = (part.strip() for part in question.split("|"))
    assert Working(text, x, declarations, int(order), method="occurrences").text() == lines


def test_in_full_each_part_has_its_own_working() -> None:
    lines = Working("x.T@A@x", "x", method="occurrences", detail="full").text().splitlines()
    assert "df = dx_1.T@A@x_2    [linear]" in lines
    assert lines[-2:] == ["df/dx = A@x + A.T@x    [erased]", "df/dx = (A + A.T)@x    [tidied]"]


def test_names_that_are_taken_are_not_given_to_copies() -> None:
    lines = Working("x.T@A@x + x_1.T@x", "x", method="occurrences").text().splitlines()
    assert lines[0].startswith("f = x_at_1.T@A@x_at_2 + x_1.T@x_at_3")


def test_what_stands_in_too_many_places_is_refused_with_a_way_out() -> None:
    with pytest.raises(Problem, match="occurs 30 times") as refused:
        Working(" + ".join(f"sin(x*{k})" for k in range(30)), "x", ["x[]"], method="occurrences")
    assert (refused.value.exit_status, "differential" in refused.value.hint) == (3, True)
