"""Random products over labels, their axes fused, repeated, selected, summed and spread: each reads back as itself.

The expressions of other tests make few of them; here they are drawn, so that every way in which one is written, in
matrices, as Kronecker products and as einsum, stands for the same array.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Expr, Group, contract, number, size
from mcalc.algebra.ops.selection import unit, window
from mcalc.language.read import Reading, read, reread
from mcalc.notation import notate
from mcalc.targets import write
from tests.evaluate import draw, evaluate

SIZES = {0: "n", 1: "m", 2: "n", 3: "k", 4: "m"}  #: of the labels, some of which could be mistaken for one another
AXES = {"A": 2, "B": 2, "C": 2, "T": 3, "x": 1, "y": 1, "z": 1}  #: of the variables
SCALAR = "s"


def drawn(seed: int, axes: int) -> tuple[Reading, Expr]:
    """A product with so many axes, and a reading that knows its variables."""
    dice = random.Random(100 * seed + axes)

    def group() -> Group:
        return tuple(dice.sample(sorted(SIZES), dice.choice((1, 1, 2))))

    factors = [
        (name, dice.choice((1, 1, 1, 2, -1)), tuple(group() for _ in range(AXES[name])))
        for name in dice.sample(sorted(AXES), dice.randint(1, 4))
    ]
    if dice.random() < 0.5:
        factors.append((SCALAR, dice.choice((1, -2)), ()))
    declared = [f"{name}[{','.join('*'.join(SIZES[x] for x in g) for g in held)}]" for name, _, held in factors]
    reading = read("0", [*declared, "v_n[n], v_m[m], v_k[k]"])
    out = tuple(group() for _ in range(axes))
    fused = [g for *_, held in factors for g in held if len(g) == axes]
    if axes == 2 and fused and dice.random() < 0.5:  # the axis of a vec as those of its matrix
        out = tuple((x,) for x in dice.choice(fused))
    named = [(reading.symbols[name], exponent, held) for name, exponent, held in factors]
    sizes = {x: dim(name) for x, name in SIZES.items()}
    for x in dice.sample(sorted(SIZES), dice.choice((0, 0, 1, 2))):  # the entry at 1, or those at 1 and 2
        if dice.random() < 0.5:
            named.append((unit(size(sizes[x]), number(1)), 1, ((x,),)))
        else:
            part = len(sizes)
            sizes[part] = dim(2)
            named.append((window(size(sizes[x]), number(1), number(3)), 1, ((x,), (part,))))
            out = tuple((part,) if g == (x,) and dice.random() < 0.7 else g for g in out)
    return reading, dice.choice((1, -2)) * contract(named, out, sizes)


@pytest.mark.parametrize("axes", [0, 1, 2, 3])
@pytest.mark.parametrize("seed", range(60))
def test_a_product_reads_back(seed: int, axes: int) -> None:
    reading, node = drawn(seed, axes)
    values = draw(list(reading.symbols.values()), seed, ["positive"])
    text = write("text", notate(node, reading))
    found, expected = (evaluate(root, values) for root in (reread(text, reading), node))
    np.testing.assert_allclose(found, expected, rtol=1e-9, err_msg=text)
