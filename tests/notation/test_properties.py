"""What holds for every expression: text means what it was written for, and says it the same way each time."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from mcalc.algebra.expr import Expr
from mcalc.calculus.derivative import derivative
from mcalc.calculus.simplify import simplify
from mcalc.language.read import Reading, read, reread
from mcalc.notation import notate
from mcalc.notation.collect import present
from mcalc.notation.extended import Extended
from mcalc.notation.notate import Notation
from mcalc.targets import write
from tests.evaluate import draw, evaluate
from tests.expressions import DECLARATIONS, VARIABLES, expressions

TIMES = int(os.environ.get("HYPOTHESIS_TIMES", "1"))  #: a search by hand takes this many times the examples
EXAMPLES = settings(max_examples=60 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
TYPES = st.sampled_from(["s", "s", "n", "m", "mn"])


def differentiated(text: str, name: str, declarations: list[str] = DECLARATIONS) -> tuple[Reading, Expr]:
    reading = read(text, declarations)
    assume(reading.root.rank + reading.symbols[name].rank <= 3)
    return reading, derivative(reading.root, reading.symbols[name])


def values_of(reading: Reading, seed: int = 7) -> dict[str, np.ndarray]:
    """Values small enough that exponentials of exponentials stay numbers."""
    drawn = draw(list(reading.symbols.values()), seed)
    return {name: value if name in "Sca" else value / 2 for name, value in drawn.items()}


def agree(first: Expr, second: Expr, reading: Reading) -> bool:
    values = values_of(reading)
    assert first.shape == second.shape
    with np.errstate(all="ignore"):
        one, two = evaluate(first, values), evaluate(second, values)
    size = np.abs(one).max(initial=1.0)
    assume(np.isfinite(size) and size < 1e8)
    return bool(np.abs(one - two).max(initial=0.0) <= 1e-8 * size)


@EXAMPLES
@given(TYPES.flatmap(expressions), st.sampled_from(VARIABLES))
def test_text_reads_back_to_the_same_value(text: str, name: str):
    reading, found = differentiated(text, name)
    written = write("text", notate(found, reading))
    assert agree(found, reread(written, reading), reading), written


@EXAMPLES
@given(TYPES.flatmap(expressions))
@example("sum(softmax(X, axis=1))")
def test_simplifying_keeps_the_value_and_is_done_at_once(text: str):
    reading = read(text, DECLARATIONS)
    simple = simplify(reading.root)
    assert agree(reading.root, simple, reading)
    assert simplify(simple) is simple


@EXAMPLES
@given(TYPES.flatmap(expressions), st.booleans())
@example("(x - mean(((x + y))/c))", False)
def test_presenting_keeps_the_value_and_makes_nothing_heavier(text: str, share: bool):
    reading = read(text, DECLARATIONS)
    simple = simplify(reading.root)
    shown = present(simple, notation := Notation(), Extended(notation) if share else None)
    assert agree(simple, shown, reading)
    assert share or Notation().weight(shown) <= Notation().weight(simple)


@EXAMPLES
@given(TYPES.flatmap(expressions), st.sampled_from(VARIABLES))
def test_other_names_give_the_same_answer(text: str, name: str):
    reading, found = differentiated(text, name)
    written = write("text", notate(found, reading))
    other = {"A": "F", "B": "K", "X": "Y", "W": "Z", "S": "V", "M": "U", "x": "b", "y": "z", "a": "g", "u": "h"}

    def renamed(words: str) -> str:
        return re.sub(r"\b[A-Za-z]\b(?!\()", lambda match: other.get(match[0], match[0]), words)

    again, derived = differentiated(renamed(text), renamed(name), [renamed(d) for d in DECLARATIONS])
    # Names that the answer makes up are chosen among the free ones, so answers with such names are compared in value.
    if ";" in written:
        return
    assert write("text", notate(derived, again)) == renamed(written)


@EXAMPLES
@given(st.lists(expressions("s", 2), min_size=2, max_size=4, unique=True), st.sampled_from(VARIABLES), st.randoms())
def test_the_order_of_a_sum_does_not_matter(terms: list[str], name: str, random):
    reading, one = differentiated(" + ".join(terms), name)
    random.shuffle(terms)
    two = derivative(reread(" + ".join(terms), reading), reading.symbols[name])
    assert one is two
    assert write("text", notate(one, reading)) == write("text", notate(two, reading))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("x.T@A@x", "x' * A * x"),
        ("x.T@A@x + y.T@x", "y.T@x + x.T@A@x"),
        ("norm(X@x - u)^2", "(X@x - u).T@(X@x - u)"),
        ("tr(A@B)", "tr(B@A)"),
        ("tr(A.T@B)", "sum(A.*B)"),
        ("x.T@S@y", "y.T@S@x"),
        ("(A@B).T", "B.T@A.T"),
        ("exp(x)./(1 + exp(x))", "sigmoid(x)"),
    ],
)
def test_spellings_of_one_thing_are_one_node(one: str, two: str):
    reading = read(one, DECLARATIONS)
    assert simplify(reading.root) is simplify(reread(two, reading))
