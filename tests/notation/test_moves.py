"""The moves of presentation: each is a theorem, each is made where its statement says, in any order to the same end."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcalc.algebra.expr import Expr, Sum
from mcalc.calculus.simplify import simplify
from mcalc.language.read import Reading, read, reread
from mcalc.notation import collect
from mcalc.notation.collect import least, present
from mcalc.notation.forms import TOKEN
from mcalc.notation.groupings import Grouping
from mcalc.notation.moves import MOVES, Move
from mcalc.notation.notate import Notation
from mcalc.targets import write
from tests.evaluate import draw, evaluate
from tests.expressions import DECLARATIONS, expressions

VARIABLES = ["A[n,n]", "B[n,n]", "C[n,n]", "c[]", "x[n]", "y[n]", "z[n]"]
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
TYPES = st.sampled_from(["s", "n", "m", "mn", "nn"])


def agree(one: Expr, two: Expr, reading: Reading) -> bool:
    values = {name: value / 2 for name, value in draw(list(reading.symbols.values()), 7).items()}
    with np.errstate(all="ignore"):
        a, b = evaluate(one, values), evaluate(two, values)
    size = np.abs(a).max(initial=1.0)
    measurable = bool(np.isfinite(size) and size < 1e8)
    close = not measurable or bool(np.abs(a - b).max(initial=0.0) <= 1e-8 * size)
    return one.shape == two.shape and close


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_a_move_is_made_where_its_statement_says(move: Move) -> None:
    left, right = move.statement.split(" = ")
    reading = read(left, VARIABLES)
    expected = reread(right, reading)
    assert agree(reading.root, expected, reading)
    notation, made = Notation(), list[str]()
    notation.moved = lambda which, before, after: made.append(which.name)
    shown = present(reading.root, notation)
    assert move.name in made
    assert write("text", notation.syntax(shown)) == right
    assert notation.weight(shown) // TOKEN < notation.weight(reading.root) // TOKEN


@EXAMPLES
@given(TYPES.flatmap(expressions))
def test_every_move_that_is_tried_keeps_the_value(text: str) -> None:
    reading = read(text, DECLARATIONS)
    notation, tried = Notation(), list[tuple[Move, Expr, Expr]]()
    notation.moved = lambda move, before, after: tried.append((move, before, after))
    present(simplify(reading.root), notation)
    assert all(agree(before, after, reading) for _, before, after in tried)


@EXAMPLES
@given(TYPES.flatmap(expressions), st.integers(0, 10**6))
def test_the_order_in_which_moves_are_found_is_nothing(text: str, seed: int) -> None:
    simple = simplify(read(text, DECLARATIONS).root)
    order, found = random.Random(seed), collect.shared_factors

    def shuffled(node: Sum) -> tuple[Grouping, ...]:
        groupings = list(found(node))
        order.shuffle(groupings)
        return tuple(groupings)

    shown = present(simple, Notation())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collect, "shared_factors", shuffled)
        assert present(simple, Notation()) is shown


@EXAMPLES
@given(TYPES.flatmap(expressions))
def test_what_is_presented_gets_no_lighter_when_it_is_presented_again(text: str) -> None:
    shown = present(simplify(read(text, DECLARATIONS).root), Notation())
    again = present(shown, Notation())
    assert Notation().weight(again) // TOKEN == Notation().weight(shown) // TOKEN


@EXAMPLES
@given(TYPES.flatmap(expressions))
def test_nothing_that_is_multiplied_out_can_be_grouped_lighter_than_the_least(text: str) -> None:
    simple = simplify(read(text, DECLARATIONS).root)
    notation, opened = Notation(), list[Expr]()
    notation.moved = lambda move, before, after: opened.extend([after] * (move.name == "multiply-out"))
    present(simple, notation)
    for node in map(simplify, opened):
        shown = present(node, Notation())
        if not re.search(r"\)\.?\^", write("text", Notation().syntax(shown))):  # a power of a sum has each term twice
            assert Notation().weight(shown) // TOKEN >= least(node, Notation()) // TOKEN


@pytest.mark.parametrize(
    ("text", "least_tokens"),
    [
        ("A@x + B@x", 3),  # (A + B)@x
        ("A@A@x - A@y", 4),  # A@(A@x - y): in different powers
        ("x.^2.*y + x.^2.*z", 4),  # x.^2.*(y + z)
        ("W[k,:]*c + W[j,:]", 2),  # places in brackets are no factors
        ("c*sum(W)/m/n + sum(W)", 2),  # nor are the sizes in mean(W)
    ],
)
def test_what_a_grouping_weighs_at_least(text: str, least_tokens: int) -> None:
    node = read(text, ["W[m,n]", *VARIABLES]).root
    assert least(node, Notation()) // TOKEN == least_tokens


def test_where_the_input_has_a_word_for_factors_anything_may_be_lighter() -> None:
    reading = read("A@B@x + C@x", VARIABLES)
    words = Notation(names={reread("A@B@x", reading): "p"})
    assert least(reading.root, words) == 0
    assert least(reading.root, Notation()) // TOKEN == 4
