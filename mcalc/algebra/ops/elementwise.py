"""Functions of each entry: a slope says everything."""

from __future__ import annotations

from mcalc.algebra.ops.record import elementwise

exp = elementwise("exp", lambda x, y: y, numpy="np.exp({0})", latex=r"\exp\left({0}\right)", traits="nonnegative",
                  why="The exponential is its own derivative.", example="sum(exp(A@x))")  # fmt: skip
tanh = elementwise("tanh", lambda x, y: 1 - y * y, numpy="np.tanh({0})", latex=r"\tanh\left({0}\right)",
                   why="tanh′ = 1 − tanh².", example="tanh(W@x)")  # fmt: skip
