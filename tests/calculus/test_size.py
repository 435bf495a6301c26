"""How many axes a derivative may have: those of the value and of each variable."""

from __future__ import annotations

import pytest

from mcalc.calculus.size import check_axes
from mcalc.errors import Problem
from mcalc.language.read import read


@pytest.mark.parametrize(
    ("text", "name", "most", "order"),
    [("tr(X)", "X", 4, 5), ("X@X", "X", 3, 4), ("X@a", "X", 3, 4), ("x.T@y", "x", 8, 9), ("t*X", "t", 50, None)],
)
def test_eight_axes_are_the_most(text: str, name: str, most: int, order: int | None) -> None:
    reading = read(text, ["t[]"])
    x = reading.symbols[name]
    check_axes(reading.root, [x] * most)
    if order:
        with pytest.raises(Problem, match="more than 8 axes"):
            check_axes(reading.root, [x] * order)
