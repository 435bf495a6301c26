"""Reductions and losses that are built of other operations, and the vector functions that learning uses."""

from __future__ import annotations

from mcalc.algebra.expr import total
from mcalc.algebra.ops.elementwise import exp
from mcalc.algebra.ops.record import function

softmax = function(
    "softmax", "n->n", lambda x, y, dx: y * dx - y * total(y * dx),
    traits="nonnegative", latex=r"\operatorname{{softmax}}\left({0}\right)",
    why="Each share grows with its own score and shrinks with the others': dy = y ⊙ (dx − yᵀdx).", example="softmax(W@x)",
)  # fmt: skip
