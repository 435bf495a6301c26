"""The sizes that expressions are tried at."""

from __future__ import annotations

import pytest

from mcalc.algebra.sizes import Room, sizes_at
from mcalc.language.read import read


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("x[9]*y[4]", lambda n, **_: n > 9),
        ("sum(x[k:n])", lambda k, n, **_: n - k > 1),
        ("sum(x[b:a])", lambda a, b, n, **_: b + 1 < a <= n),
        ("sum(x[k:n - k])", lambda k, n, **_: n - 2 * k > 1),
        ("sum(x[0:n-9])", lambda n, **_: n > 10),
        ("x[1000]", lambda n, **_: n > 1000),
    ],
)
def test_there_is_room_for_what_is_selected(text, holds):
    reading = read(text, ["x[n]", "y[m]"])
    for turn in range(6):
        sizes = sizes_at(sorted(reading.sizes), frozenset({4}), turn, room=Room([reading.root]))
        assert holds(**sizes), sizes
        assert len({*sizes.values(), 4}) == len(sizes) + 1
        assert min(sizes.values()) > 2


def test_sizes_are_small_where_nothing_is_asked_of_them():
    root = read("x.T@A@x + x[-1]*x[0]", ["x[n]"]).root
    assert sizes_at(["m", "n"], frozenset({4}), room=Room([root])) == sizes_at(["m", "n"], frozenset({4}))
    assert sizes_at(["m", "n"], frozenset({4})) == {"m": 3, "n": 5}
