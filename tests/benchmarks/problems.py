"""The benchmarks' problems: expressions, sizes, values, the derivative by hand, and the value for autodiff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks import by_hand

Array = np.ndarray
Values = dict[str, Array]

RNG = np.random.default_rng(0)


class Problem:
    """An expression, its derivative by hand, and the value for autodiff over a library `xp`."""

    def __init__(
        self,
        name: str,
        expr: str,
        wrt: str,
        order: int,
        variables: str,
        sizes: list[str],
        by_hand: Callable[..., Any],
        plain: Callable[..., Any],
        both: bool = False,
        make: Callable[[Values], None] | None = None,
    ) -> None:
        self.name, self.expr, self.wrt, self.order, self.sizes = name, expr, wrt, order, sizes
        self.variables = variables.split("; ")
        self.by_hand, self.plain, self.both, self.make = by_hand, plain, both, make

    compressed = False  #: whether mcalc's code and the form by hand leave out the zeros
    shown = True  #: whether autodiff can be asked for the same

    @property
    def middling(self) -> str:
        """The size that stands for all of them."""
        return self.sizes[len(self.sizes) // 3]

    def values(self, size: str) -> Values:
        """Random values at these sizes."""
        lengths = {name: int(length) for name, length in (part.split("=") for part in size.split(","))}
        values = {}
        for declared in self.variables:
            name, _, axes = declared.partition("[")
            shape = [
                int(axis) if axis.isdigit() else lengths[axis] for axis in axes.partition("]")[0].split(",") if axis
            ]
            values[name] = RNG.standard_normal(shape)
        if self.make:
            self.make(values)
        return values


# ---------------------------------------------------------------- values that suit a problem


def _one_hot(values: Values) -> None:
    rows, classes = values["Y"].shape
    values["Y"] = np.eye(classes)[RNG.integers(0, classes, rows)]


def _scatter(values: Values) -> None:
    S = values["S"]
    values["S"] = S @ S.T / len(S) + np.eye(len(S))


def _signs(values: Values) -> None:
    values["y"] = np.sign(values["y"])
    values["w"] /= np.sqrt(len(values["w"]))


def _mask(values: Values) -> None:
    values["Om"] = (values["Om"] > 0).astype(float)


def _layers(values: Values) -> None:
    _one_hot(values)
    for name in values:
        if name.startswith("W"):
            values[name] *= 1.4 / np.sqrt(len(values[name]))


# ---------------------------------------------------------------- the values for autodiff, over a library xp


def plain_logreg(xp: Any, y: Any, X: Any, w: Any) -> Any:
    return xp.sum(xp.log(xp.exp(-y * (X @ w)) + 1))


def plain_matfac(xp: Any, T: Any, U: Any, V: Any) -> Any:
    return xp.sum((T - U @ V.T) ** 2)


def plain_masked(xp: Any, Om: Any, T: Any, U: Any, V: Any) -> Any:
    return xp.sum((Om * (T - U @ V.T)) ** 2)


def plain_gauss(xp: Any, S: Any, X: Any) -> Any:
    return -len(X) / 2 * xp.linalg.slogdet(S)[1] - xp.trace(xp.linalg.inv(S) @ (X.T @ X)) / 2


def plain_batchnorm(xp: Any, x: Any) -> Any:
    c = x - xp.mean(x)
    return c / xp.sqrt(c @ c / len(x) + 1e-3)


def plain_cross_entropy(xp: Any, S: Any, Y: Any) -> Any:
    logsumexp = xp.logsumexp if hasattr(xp, "logsumexp") else __import__("jax").scipy.special.logsumexp
    return xp.sum(logsumexp(S, 1)) - xp.sum(S * Y)


def plain_network(xp: Any, x: Any, A: Any, B: Any, C: Any, Y: Any) -> Any:
    return plain_cross_entropy(xp, xp.tanh(xp.tanh(x @ A) @ B) @ C, Y)


def plain_net(act: str) -> Callable[..., Any]:
    def value(xp: Any, X: Any, Y: Any, *Ws: Any) -> Any:
        h = X
        for W in Ws[:-1]:
            a = h @ W
            h = xp.tanh(a) if act == "tanh" else a * (a > 0)
        return plain_cross_entropy(xp, h @ Ws[-1], Y)

    return value


# ---------------------------------------------------------------- the problems

LOGREG = ("sum(log(exp(-y.*(X@w)) + 1))", "w")
MATFAC = ("R = T - U@V.T; sum(R.*R)", "U")
MASKED = ("R = Om.*(T - U@V.T); sum(R.*R)", "U")
GAUSS = "-N/2*logdet(S) - tr(inv(S)@X.T@X)/2"
BATCHNORM = "c = x - mean(x); c/sqrt(c.T@c/n + 0.001)"
CE = "sum(logsumexp(S, axis=1)) - sum(S.*Y)"
NET = "S = tanh(tanh(x@A)@B)@C; " + CE


def net(layers: int, act: str, order: int, sizes: list[str]) -> Problem:
    """A net of so many layers, by its first."""
    h = "X"
    for k in range(1, layers):
        h = f"{act}({h}@W{k})"
    name = f"net {act} {layers} {'gradient' if order == 1 else 'Hessian'}"
    variables = "; ".join(["X[B,n]", "Y[B,n]", *(f"W{k}[n,n]" for k in range(1, layers + 1))])
    text = f"S = {h}@W{layers}; {CE}"
    return Problem(
        name, text, "W1", order, variables, sizes, by_hand.layers(act, order), plain_net(act), order == 1, _layers
    )


def _compressed(problem: Problem) -> Problem:
    problem.compressed, problem.shown = True, False
    return problem


SAMPLES = [
    "m=16,n=8", "m=64,n=32", "m=256,n=128", "m=1024,n=512", "m=2048,n=1024", "m=4096,n=2048",
    "m=128,n=256", "m=512,n=1024", "m=10000,n=100",
]  # fmt: skip
FACTORS = [f"m={n},n={n},k=5" for n in (50, 100, 200, 1000, 3000)]

PROBLEMS = [
    Problem(
        "logreg gradient", *LOGREG, 1, "y[m]; X[m,n]; w[n]",
        SAMPLES, by_hand.logreg, plain_logreg, True, _signs,
    ),
    Problem(
        "logreg Hessian", *LOGREG, 2, "y[m]; X[m,n]; w[n]",
        SAMPLES, by_hand.logreg_hessian, plain_logreg, False, _signs,
    ),
    Problem(
        "matfac gradient", *MATFAC, 1, "T[m,n]; U[m,k]; V[n,k]",
        FACTORS,
        by_hand.matfac, plain_matfac, True,
    ),
    Problem(
        "matfac Hessian", *MATFAC, 2, "T[m,n]; U[m,k]; V[n,k]",
        FACTORS[:-1], by_hand.matfac_hessian, plain_matfac,
    ),
    _compressed(Problem(
        "matfac Hessian, compressed", *MATFAC, 2, "T[m,n]; U[m,k]; V[n,k]",
        FACTORS[:-1], by_hand.matfac_compressed, plain_matfac,
    )),
    _compressed(Problem(
        "masked Hessian, compressed", *MASKED, 2, "Om[m,n]; T[m,n]; U[m,k]; V[n,k]",
        FACTORS,
        by_hand.masked_compressed, plain_masked, False, _mask,
    )),
    Problem(
        "masked Hessian", *MASKED, 2, "Om[m,n]; T[m,n]; U[m,k]; V[n,k]", FACTORS[:3:2],
        by_hand.masked_hessian, plain_masked, False, _mask,
    ),
    Problem(
        "net gradient", NET, "A", 1, "x[b,n]; A[n,n]; B[n,n]; C[n,n]; Y[b,n]", ["b=64,n=32", "b=256,n=128"],
        by_hand.network, plain_network, True, _one_hot,
    ),
    Problem(
        "quad gradient", "x.T@A@x", "x", 1, "x[n]; A[n,n]", ["n=10", "n=100", "n=1000", "n=3000"],
        by_hand.quad, lambda xp, x, A: x @ (A @ x), True,
    ),
    Problem(
        "quad Hessian", "x.T@A@x", "x", 2, "x[n]; A[n,n]", ["n=10", "n=100", "n=1000", "n=3000"],
        lambda x, A: A + A.T, lambda xp, x, A: x @ (A @ x),
    ),
    Problem(
        "lsq gradient", "r = A@x - b; r.T@r", "x", 1, "A[m,n]; x[n]; b[m]",
        ["m=200,n=100", "m=1000,n=500", "m=2000,n=1000"],
        by_hand.lsq, lambda xp, A, x, b: xp.sum((A @ x - b) ** 2), True,
    ),
    Problem(
        "lsq Hessian", "r = A@x - b; r.T@r", "x", 2, "A[m,n]; x[n]; b[m]",
        ["m=200,n=100", "m=1000,n=500", "m=2000,n=1000"],
        lambda A, x, b: 2 * (A.T @ A), lambda xp, A, x, b: xp.sum((A @ x - b) ** 2),
    ),
    Problem(
        "gauss gradient", GAUSS, "S", 1, "S[d,d] symmetric; X[N,d]",
        ["d=8,N=100", "d=16,N=200", "d=32,N=300", "d=50,N=500", "d=200,N=1000", "d=500,N=2500"],
        by_hand.gauss, plain_gauss, True, _scatter,
    ),
    Problem(
        "gauss Hessian", GAUSS, "S", 2, "S[d,d]; X[N,d]", ["d=8,N=100", "d=16,N=200", "d=32,N=300"],
        by_hand.gauss_hessian, plain_gauss, False, _scatter,
    ),
    Problem(
        "batchnorm Jacobian", BATCHNORM, "x", 1, "x[n]", ["n=10", "n=100", "n=1000", "n=3000"],
        by_hand.batchnorm, plain_batchnorm,
    ),
    Problem(
        "softmax cross-entropy", CE, "S", 1, "S[B,C]; Y[B,C]",
        ["B=1,C=10", "B=128,C=10", "B=128,C=1000", "B=4096,C=1000"],
        by_hand.cross_entropy, plain_cross_entropy, True, _one_hot,
    ),
    Problem(
        "multinomial gradient", "S = X@W; " + CE, "W", 1, "X[N,d]; W[d,C]; Y[N,C]",
        ["N=500,d=20,C=10", "N=1000,d=64,C=10"],
        by_hand.multinomial_gradient, lambda xp, X, W, Y: plain_cross_entropy(xp, X @ W, Y), True, _one_hot,
    ),
    Problem(
        "multinomial Hessian", "S = X@W; " + CE, "W", 2, "X[N,d]; W[d,C]; Y[N,C]",
        ["N=500,d=20,C=10", "N=1000,d=64,C=10"],
        by_hand.multinomial, lambda xp, X, W, Y: plain_cross_entropy(xp, X @ W, Y), False, _one_hot,
    ),
    net(10, "relu", 1, ["B=1,n=16", "B=1,n=32", "B=64,n=32"]),
    net(10, "relu", 2, ["B=1,n=16", "B=1,n=32", "B=1,n=64", "B=64,n=32"]),
    net(3, "relu", 2, ["B=64,n=32"]),
    net(10, "tanh", 2, ["B=1,n=32", "B=64,n=32"]),
    net(3, "tanh", 2, ["B=64,n=16", "B=64,n=32"]),
]  # fmt: skip
