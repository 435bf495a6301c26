"""Structure: what only multiplies, sums, repeats or fuses axes. The index string states everything."""

from __future__ import annotations

from mcalc.algebra.ops.record import contraction

tr = contraction(
    "tr", "ii->", aliases="trace",
    latex=r"\operatorname{{tr}}\left({0}\right)", numpy="np.trace({0})",
    why="The trace is linear, so d tr(X) = tr(dX).", see="Matrix Cookbook (36)", example="tr(A@X)",
)  # fmt: skip
