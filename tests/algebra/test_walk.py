"""Visiting nodes, and making them anew over other children."""

from __future__ import annotations

import pytest

from mcalc.algebra.walk import postorder, rebuild, substitute
from mcalc.language.read import read, reread

VARIABLES = ["A[n,n]", "B[n,n]", "x[n]", "y[n]"]


@pytest.mark.parametrize("text", ["A@x + 2*y", "exp(A@x)", "x.T@A@y*x", "A.*B - B.T", "inv(A)@x"])
def test_a_node_over_the_same_children_is_itself(text: str) -> None:
    for node in postorder(read(text, VARIABLES).root):
        assert rebuild(node, lambda child: child) is node


@pytest.mark.parametrize(
    ("text", "expected"),
    [("A@x + 2*y", "B@x + 2*y"), ("exp(A@x)", "exp(B@x)"), ("(A + B)@x", "2*B@x"), ("A - B", "0*A")],
)
def test_a_node_over_others_is_in_normal_form(text: str, expected: str) -> None:
    reading = read(text, VARIABLES)
    made = substitute(reading.root, {reading.symbols["A"]: reading.symbols["B"]})
    assert made is reread(expected, reading)


def test_children_come_before_parents_each_once() -> None:
    root = read("exp(A@x) + A@x", VARIABLES).root
    order = postorder(root)
    assert len(set(order)) == len(order) and order[-1] is root
    assert all(order.index(child) < order.index(node) for node in order for child in node.children)


def test_what_is_not_entered_is_left_out() -> None:
    reading = read("exp(A@x) + y", VARIABLES)
    assert {repr(node) for node in postorder(reading.root, lambda node: node.rank < 2) if not node.children} == {
        "x",
        "y",
    }
