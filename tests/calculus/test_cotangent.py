"""What a product and a function hand back, against the product rule with numbers."""

from __future__ import annotations

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Contract, contract, symbol
from mcalc.calculus.cotangent import Cotangent
from tests.evaluate import draw, evaluate

A = symbol("A", (dim("m"), dim("n")))
B = symbol("B", (dim("k"), dim("n")), place=1)
#: The axes of the product of A[i,j] and B[k,j] summed over j, and what A gets, as einsum of the cotangent and B.
PRODUCTS = [
    ("A@B.T", ((0,), (2,)), "...ik,kj->...ij"),
    ("vec(A@B.T)", ((0, 2),), "...ik,kj->...ij"),
    ("A@sum(B)", ((0,),), "...i,kj->...ij"),
    ("sum(A)@sum(B).T", (), "...,kj,i->...ij"),
    ("diag(A@B[0])", ((0,), (0,), (2,)), "...iik,kj->...ij"),
]


@pytest.mark.parametrize("lead", [0, 1, 2])
@pytest.mark.parametrize(("name", "out", "rule"), PRODUCTS)
def test_to_a_factor(name: str, out: tuple[tuple[int, ...], ...], rule: str, lead: int) -> None:
    node = contract([(A, 1, ((0,), (1,))), (B, 1, ((2,), (1,)))], out)
    assert isinstance(node, Contract), name
    front = (dim("p"), dim(2))[:lead]
    upstream = symbol("G", (*front, *node.shape), place=9)
    values = draw([A, B, upstream], 1)
    (k,) = (k for k, (base, _, _) in enumerate(node.factors) if base is A)
    handed = Cotangent.of(upstream, lead).times(3).to_factor(node, k)
    g, b, rows = np.asarray(values["G"]), np.asarray(values["B"]), len(np.asarray(values["A"]))
    if name.startswith("vec"):
        g = g.reshape(*g.shape[:-1], rows, len(b))
    expected = 3 * np.einsum(rule, g, b, *([np.ones(rows)] if rule.count(",") > 1 else []))
    np.testing.assert_allclose(evaluate(handed.value, values), expected, rtol=1e-12)

    # What an elementwise function hands on after that is not multiplied out in between.
    slope = symbol("S", A.shape, place=10)
    values |= draw([slope], 2)
    np.testing.assert_allclose(evaluate(handed.along(slope).value, values), expected * values["S"], rtol=1e-12)


def test_a_sum_of_what_comes_from_several_places() -> None:
    G, H = symbol("G", A.shape), symbol("H", A.shape, place=1)
    values = draw([G, H], 1)
    total = Cotangent.total([Cotangent.of(G, 0), Cotangent.of(H, 0).times(-2)], A.shape, 0)
    np.testing.assert_allclose(evaluate(total.value, values), np.subtract(values["G"], 2 * np.asarray(values["H"])))
    assert not np.any(evaluate(Cotangent.total([], A.shape, 0).value, draw([A], 1)))
