"""The working entry by entry: the syntax of every line is worked out, sums and deltas and all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mcalc.errors import Problem
from mcalc.language.syntax import Entry, Name
from tests.test_corpus import CASES
from tests.working import methods
from tests.working.entries import Entries
from tests.working.lines import Case, Working, golden

#: The exponential of a matrix has no formula for its entries.
REFUSED = {"cookbook-2.5-F2", "wiki-sm-25", "wiki-sm-25b", "wiki-ms-10", "wiki-ms-10b", "wiki-ss-8"}


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
    methods.index(found)


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
