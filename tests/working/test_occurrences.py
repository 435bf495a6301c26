"""The working by occurrences: the parts are the derivatives by the copies, and add up to the answer."""

from __future__ import annotations

from typing import Any

import pytest

from mcalc.errors import Problem
from tests.test_corpus import CASES
from tests.working import methods
from tests.working.lines import Case, Working, golden


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_parts_add_up(case: dict[str, Any], truth: dict[str, Any]) -> None:
    methods.occurrences(Case(case, truth, method="occurrences"))


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
