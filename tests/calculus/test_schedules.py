"""Simplification as a system of rules: each makes its node lighter and keeps its value, and their order is nothing.

A rule applies to a node whose arguments are simple already; among such nodes, and among the rules for one, any order
leads to the same end.
"""

from __future__ import annotations

import random
from typing import TypeGuard

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from mcalc.algebra.expr import Apply, Expr
from mcalc.algebra.walk import postorder, substitute
from mcalc.calculus.derivative import derivative
from mcalc.calculus.rules import Rule, rules_for
from mcalc.calculus.rules.weight import weight
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.read import Reading, read
from tests.evaluate import draw, evaluate
from tests.redexes import DECLARED, redexes

EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def expression(text: str, name: str = "") -> tuple[Reading, Expr]:
    """What the text says, differentiated by a variable where it has that."""
    try:
        reading = read(text, DECLARED)
        x = reading.symbols.get(name)
        small = x is not None and x in reading.root.free and reading.root.rank + x.rank <= 2
        return reading, derivative(reading.root, x) if small else reading.root
    except Problem:
        assume(False)
        raise


def in_some_order(root: Expr, order: random.Random) -> Expr:
    """The expression with rules applied one by one, wherever and whichever, but to no node before its children."""
    for _ in range(400):
        places: list[tuple[Expr, Expr]] = []
        waiting: set[Expr] = set()
        for node in postorder(root):
            found = [rule.rewrite(node) for rule in rules_for(node)]
            simpler = [after for after in found if after is not None and after is not node]
            if not waiting.isdisjoint(node.children):
                waiting.add(node)
            elif simpler:
                waiting.add(node)
                places += [(node, after) for after in simpler]
        if not places:
            return root
        node, after = order.choice(places)
        # What a matrix becomes its transpose becomes as well: A + A.T stays symmetric.
        root = substitute(root, {node: after} | ({node.T: after.T} if node.rank == 2 else {}))
    raise AssertionError("no end")


def is_inverse(node: Expr) -> TypeGuard[Apply]:
    return isinstance(node, Apply) and node.op.name == "inv"


@EXAMPLES
@given(redexes(), st.sampled_from(["", "x", "t"]), st.integers(0, 10**6))
def test_the_order_of_rules_and_places_is_nothing(text: str, name: str, seed: int) -> None:
    _, node = expression(text, name)
    assert in_some_order(node, random.Random(seed)) is simplify(node)


@EXAMPLES
@given(redexes(), st.sampled_from(["", "x", "t"]))
def test_what_is_simple_stays_as_it_is(text: str, name: str) -> None:
    _, node = expression(text, name)
    assert simplify(simplify(node)) is simplify(node)


@EXAMPLES
@given(redexes())
@example("sum(inv(M)@M)")
@example("tr(inv(A)@A)")
@example("tr(Q.T@Q)")
@example("sum((A@x).*(A@x)./(A@x).^2)")
@example("sum(softmax(X, axis=1))")
@example("sum(eye(5)[:,1:3])")
@example("tr(inv(B)@inv(A)@A@M)")
def test_every_rule_that_fires_keeps_the_value_and_makes_the_node_lighter(text: str) -> None:
    reading, node = expression(text)
    values = draw(list(reading.symbols.values()), 7) | {"k": np.asarray(3.0)}

    def observe(rule: Rule, before: Expr, after: Expr) -> None:
        assert weight(after) < weight(before), rule.name
        assert after.shape == before.shape
        with np.errstate(all="ignore"):
            try:
                one, two = evaluate(before, values), evaluate(after, values)
            except np.linalg.LinAlgError:
                return
            inverted = [evaluate(n.args[0], values) for n in postorder(before) if is_inverse(n)]
        size = np.abs(one).max(initial=1.0)
        regular = all(np.isfinite(m).all() and np.linalg.cond(m) < 1e6 for m in inverted)
        if regular and np.isfinite(size) and size < 1e8:
            np.testing.assert_allclose(two, one, atol=1e-7 * size, err_msg=rule.name)

    simplify(node, observe)


@pytest.mark.parametrize(
    ("text", "value"),
    [("sum(inv(M)@M)", "n"), ("tr(inv(M)@M)", "n"), ("tr(Q.T@Q)", "n"), ("sum(A@x./(A@x))", "n")],
)
def test_a_sum_over_what_cancels_counts_its_size(text: str, value: str) -> None:
    assert simplify(expression(text)[1]) is expression(value)[1]
