"""What a problem looks like when it is told."""

from __future__ import annotations

import pytest

from mcalc.errors import EXCERPT, Problem, caret
from mcalc.language.read import read


@pytest.mark.parametrize(
    ("source", "span", "shown"),
    [
        ("x + yy", (4, 6), ["  x + yy", "      ^^"]),
        ("x +", (3, 3), ["  x +", "     ^"]),
        ("x +", (9, 12), ["  x +", "     ^"]),
        ("r = X@w\nr.T@q", (12, 13), ["  r.T@q", "      ^"]),
        ("a\nb + c\nd", (2, 9), ["  b + c", "  ^^^^^"]),
        ("（x）$", (3, 4), ["  （x）$", "       ^"]),
        ("x\u0302 $", (3, 4), ["  x\u0302 $", "    ^"]),
    ],
)
def test_carets_stand_under_the_place(source: str, span: tuple[int, int], shown: list[str]) -> None:
    assert caret(source, span) == shown


@pytest.mark.parametrize("place", [0, 5_000, 9_999])
def test_of_a_long_line_the_neighbourhood_is_shown(place: int) -> None:
    source = "x" * place + "$" + "x" * (9_999 - place)
    line, carets = caret(source, (place, place + 1))
    assert len(line) <= EXCERPT + 8
    assert line[len(carets) - 1] == "$"


def test_a_report_is_the_message_with_its_code_the_place_and_the_hint() -> None:
    problem = Problem("E107", "unexpected `{sign}`", (4, 5), "remove {sign}", "x + $", sign="$")
    assert problem.report() == "error: unexpected `$` [E107]\n  x + $\n      ^\n  remove $"
    assert Problem("E007", "no expression was given").report() == "error: no expression was given [E007]"


def test_a_problem_as_data_has_its_code_and_the_kind_that_the_catalogue_gives() -> None:
    told = Problem("E302", "{left} does not fit", (0, 1), left="A").reply()
    assert told == {"code": "E302", "kind": "shape", "message": "A does not fit", "span": [0, 1], "hint": ""}


def test_a_field_that_looks_like_a_hole_is_left_as_it_is() -> None:
    problem = Problem("E107", "unexpected `{sign}`", hint="write {other}", sign="{other}", other="{sign}")
    assert (problem.message, problem.hint) == ("unexpected `{other}`", "write {sign}")
    assert Problem("E107", "{a} and {b}", a=1).message == "1 and {b}"


def test_a_message_quotes_no_more_than_one_line_of_what_was_written() -> None:
    with pytest.raises(Problem) as caught:
        read("x.T@x", ["x[" + "9" * 5000 + "]"])
    assert len(caught.value.message) < 250
    assert len(caught.value.report()) < 900
