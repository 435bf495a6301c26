"""Every rule is a theorem: both sides of its statement agree at random values, and the left becomes the right."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.calculus.rules import RULES, Rule
from mcalc.calculus.simplify import simplify
from mcalc.language.read import Reading, read, reread
from mcalc.notation.forms import TOKEN
from mcalc.notation.notate import Notation
from tests.evaluate import draw, evaluate

VARIABLES = ["A[n,n]", "B[n,n]", "Q[n,n] orthogonal", "c[]", "x[n]", "y[n]"]


def sides(rule: Rule) -> tuple[Reading, Reading]:
    left, right = rule.statement.split(" = ")
    positive = ["x[n] positive"] if "positive" in rule.when else ["x[n]"]
    declared = [v for v in VARIABLES if not v.startswith("x")] + positive
    return read(left, declared), read(right, declared)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_both_sides_are_equal_in_value(rule: Rule):
    left, right = sides(rule)
    for seed in range(3):
        values = draw(list(left.symbols.values()), seed)
        values["Q"] = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 4)))[0]
        if "whole" in rule.when or "k" in values:
            values |= {name: np.asarray(whole) for name, whole in (("k", 3.0), ("c", 2.0)) if name in values}
        theirs, ours = evaluate(left.root, values), evaluate(right.root, values)
        np.testing.assert_allclose(theirs, ours, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_left_side_becomes_the_right(rule: Rule):
    left, _ = sides(rule)
    fired: list[str] = []
    result = simplify(left.root, lambda which, before, after: fired.append(which.name))
    assert rule.name in fired
    assert result is simplify(reread(rule.statement.split(" = ")[1], left))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_makes_its_statement_longer(rule: Rule):
    left, right = sides(rule)
    notation = Notation()
    assert notation.weight(right.root) // TOKEN <= notation.weight(left.root) // TOKEN


def test_names_are_unique_and_every_rule_has_its_reason():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.why.endswith(".") for rule in RULES)


def test_the_observer_sees_the_rule_with_both_nodes():
    reading = read("inv(inv(A))@x", ["A[n,n]", "x[n]"])
    seen: list[tuple[str, str]] = []
    simplify(reading.root, lambda rule, before, after: seen.append((rule.name, repr(after))))
    assert seen == [("inverse-of-inverse", "A")]
