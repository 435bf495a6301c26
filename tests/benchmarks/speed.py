"""How fast generated code runs: `python tests/benchmarks/speed.py [--only NAME] [--seconds S] [--markdown --short]`.

A table with a row for each problem and size: the best form by hand in microseconds, and how many times as long take
mcalc's code for NumPy, for JAX (under jax.jit) and for PyTorch, and autodiff, by jax.jit of grad, hessian or jacobian
and by torch.func (compilation left out). All of a row run in turns, window after
window, and a ratio is that of the shortest, so that a busy machine slows all alike; held to one core (`taskset -c 0`)
the processor's time counts, whoever else is busy on it. Every result is compared first.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from mcalc.answer import differentiate
from mcalc.request import Manner

Array = np.ndarray
Values = dict[str, Array]
Rivals = dict[str, Callable[[], Any]]

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


# ---------------------------------------------------------------- the forms by hand


def logreg(y: Array, X: Array, w: Array) -> Any:
    e = np.exp(-y * (X @ w))
    return np.log1p(e).sum(), -(e / (1 + e) * y) @ X


def logreg_hessian(y: Array, X: Array, w: Array) -> Array:
    e = np.exp(-y * (X @ w))
    d = y * y * e / (1 + e) ** 2
    if X.shape[1] < 512:
        return X.T @ (d[:, None] * X)
    A = np.sqrt(d)[:, None] * X
    return A.T @ A


def matfac(T: Array, U: Array, V: Array) -> Any:
    R = U @ V.T
    R -= T
    return np.vdot(R, R), 2 * (R @ V)


def matfac_hessian(T: Array, U: Array, V: Array) -> Array:
    m, k = U.shape
    H = np.zeros((m, k, m, k))
    i = np.arange(m)
    H[i, :, i, :] = 2 * (V.T @ V)
    return H


def masked_hessian(Om: Array, T: Array, U: Array, V: Array) -> Array:
    (m, k), n = U.shape, len(V)
    blocks = ((2 * Om * Om) @ (V[:, :, None] * V[:, None, :]).reshape(n, k * k)).reshape(m, k, k)
    H = np.zeros((m, k, m, k))
    i = np.arange(m)
    H[i, :, i, :] = blocks
    return H


def matfac_compressed(T: Array, U: Array, V: Array) -> Array:
    return 2 * (V.T @ V)


def masked_compressed(Om: Array, T: Array, U: Array, V: Array) -> Array:
    n, k = V.shape
    return ((2 * Om * Om) @ (V[:, :, None] * V[:, None, :]).reshape(n, k * k)).reshape(len(U), k, k)


def gauss_hessian(S: Array, X: Array) -> Array:
    d = len(S)
    P = np.linalg.inv(S)
    Q = P @ (X.T @ X) @ P - len(X) / 2 * P
    # symmetric in both pairs: the part N/2 P x P - (P x Q + Q x P)/2 with Q = P C P, as a product of rank two
    left = np.stack([P.ravel(), (Q + len(X) / 2 * P).ravel()], axis=1)
    right = np.stack([len(X) / 2 * P - (Q + len(X) / 2 * P) / 2, -P / 2])
    return (left @ right.reshape(2, d * d)).reshape(d, d, d, d).transpose(0, 2, 3, 1)


def multinomial_gradient(X: Array, W: Array, Y: Array) -> Any:
    value, E = cross_entropy(X @ W, Y)
    return value, X.T @ E


def network_by_hand(act: str, order: int) -> Callable[..., Any]:
    """The gradient or Hessian by the first layer: per sample an n x n factor by a chain of products."""

    def run(X: Array, Y: Array, **layers: Array) -> Any:
        Ws = list(layers.values())
        h, inputs, slopes, bends = X, [], [], []
        for W in Ws[:-1]:
            a = h @ W
            inputs.append(h)
            h = np.tanh(a) if act == "tanh" else np.maximum(a, 0)
            slopes.append(1 - h * h if act == "tanh" else (a > 0).astype(float))
            bends.append(-2 * h * slopes[-1] if act == "tanh" else None)
        S = h @ Ws[-1]
        value, G = cross_entropy(S, Y)
        P, g, gs = G + Y, G @ Ws[-1].T, []
        for k in reversed(range(len(Ws) - 1)):
            gs.insert(0, g)
            g = (g * slopes[k]) @ Ws[k].T
        if order == 1:
            return value, X.T @ (gs[0] * slopes[0])
        (B, n), H = X.shape, 0.0
        J = np.broadcast_to(np.eye(n), (B, n, n))
        for k in range(len(Ws) - 1):
            if act == "tanh":
                H = H + (J * (gs[k] * bends[k])[:, None, :]) @ J.transpose(0, 2, 1)
            J = ((J * slopes[k][:, None, :]).reshape(B * n, n) @ Ws[k + 1]).reshape(B, n, n)
        JP = J * P[:, None, :]
        p = JP.sum(axis=2)
        H = H + JP @ J.transpose(0, 2, 1) - p[:, :, None] * p[:, None, :]
        full = np.empty((n, n, n, n))
        for i in range(n):
            full[:, i] = (X.T @ (H[:, i, :, None] * X[:, None, :]).reshape(B, n * n)).reshape(n, n, n)
        return full.transpose(0, 1, 3, 2)

    return run


def quad(x: Array, A: Array) -> Any:
    y = A @ x
    return x @ y, y + x @ A


def lsq(A: Array, x: Array, b: Array) -> Any:
    r = A @ x
    r -= b
    return r @ r, 2 * (r @ A)


def gauss(S: Array, X: Array) -> Any:
    P = np.linalg.inv(S)
    C = X.T @ X
    N = len(X)
    return -N / 2 * np.linalg.slogdet(S)[1] - np.vdot(P, C) / 2, (P @ C @ P - N * P) / 2


def batchnorm(x: Array) -> Array:
    n = len(x)
    c = x - x.mean()
    s = 1 / np.sqrt(c @ c / n + 1e-3)
    h = c * s
    J = np.outer(-h * s / n, h)
    J -= s / n
    J.ravel()[:: n + 1] += s
    return J


def cross_entropy(S: Array, Y: Array) -> Any:
    top = S.max(axis=1, keepdims=True)
    E = S - top
    np.exp(E, out=E)
    z = E.sum(axis=1, keepdims=True)
    value = np.log(z).sum() + top.sum() - np.vdot(S, Y)
    E /= z
    E -= Y
    return value, E


def multinomial(X: Array, W: Array, Y: Array) -> Array:
    (N, d), C = X.shape, W.shape[1]
    S = X @ W
    E = np.exp(S - S.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    Z = (X[:, :, None] * P[:, None, :]).reshape(N, d * C)
    H = (-(Z.T @ Z)).reshape(d, C, d, C)
    blocks = (X[:, :, None] * X[:, None, :]).reshape(N, d * d).T @ P
    i = np.arange(C)
    H[:, i, :, i] += np.moveaxis(blocks.reshape(d, d, C), 2, 0)
    return H


def network(x: Array, A: Array, B: Array, C: Array, Y: Array) -> Any:
    a = np.tanh(x @ A)
    b = np.tanh(a @ B)
    S = b @ C
    value, G = cross_entropy(S, Y)
    g = (G @ C.T) * (1 - b * b)
    g = (g @ B.T) * (1 - a * a)
    return value, x.T @ g


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


LOGREG = ("sum(log(exp(-y.*(X@w)) + 1))", "w")
MATFAC = ("R = T - U@V.T; sum(R.*R)", "U")
MASKED = ("R = Om.*(T - U@V.T); sum(R.*R)", "U")
GAUSS = "-N/2*logdet(S) - tr(inv(S)@X.T@X)/2"
BATCHNORM = "c = x - mean(x); c/sqrt(c.T@c/n + 0.001)"


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
        name, text, "W1", order, variables, sizes, network_by_hand(act, order), plain_net(act), order == 1, _layers
    )


def _layers(values: Values) -> None:
    _one_hot(values)
    for name in values:
        if name.startswith("W"):
            values[name] *= 1.4 / np.sqrt(len(values[name]))


def _compressed(problem: Problem) -> Problem:
    problem.compressed, problem.shown = True, False
    return problem


PROBLEMS = [
    Problem(
        "logreg gradient", *LOGREG, 1, "y[m]; X[m,n]; w[n]",
        ["m=16,n=8", "m=64,n=32", "m=256,n=128", "m=1024,n=512", "m=2048,n=1024", "m=4096,n=2048", "m=128,n=256",
         "m=512,n=1024", "m=10000,n=100"], logreg, plain_logreg, True, _signs,
    ),
    Problem(
        "logreg Hessian", *LOGREG, 2, "y[m]; X[m,n]; w[n]",
        ["m=16,n=8", "m=64,n=32", "m=256,n=128", "m=1024,n=512", "m=2048,n=1024", "m=4096,n=2048", "m=128,n=256",
         "m=512,n=1024", "m=10000,n=100"], logreg_hessian, plain_logreg, False, _signs,
    ),
    Problem(
        "matfac gradient", *MATFAC, 1, "T[m,n]; U[m,k]; V[n,k]",
        ["m=50,n=50,k=5", "m=100,n=100,k=5", "m=200,n=200,k=5", "m=1000,n=1000,k=5", "m=3000,n=3000,k=5"],
        matfac, plain_matfac, True,
    ),
    Problem(
        "matfac Hessian", *MATFAC, 2, "T[m,n]; U[m,k]; V[n,k]",
        ["m=50,n=50,k=5", "m=100,n=100,k=5", "m=200,n=200,k=5", "m=1000,n=1000,k=5"], matfac_hessian, plain_matfac,
    ),
    _compressed(Problem(
        "matfac Hessian, compressed", *MATFAC, 2, "T[m,n]; U[m,k]; V[n,k]",
        ["m=50,n=50,k=5", "m=200,n=200,k=5", "m=1000,n=1000,k=5"], matfac_compressed, plain_matfac,
    )),
    _compressed(Problem(
        "masked Hessian, compressed", *MASKED, 2, "Om[m,n]; T[m,n]; U[m,k]; V[n,k]",
        ["m=50,n=50,k=5", "m=100,n=100,k=5", "m=200,n=200,k=5", "m=1000,n=1000,k=5", "m=3000,n=3000,k=5"],
        masked_compressed, plain_masked, False, _mask,
    )),
    Problem(
        "masked Hessian", *MASKED, 2, "Om[m,n]; T[m,n]; U[m,k]; V[n,k]", ["m=50,n=50,k=5", "m=200,n=200,k=5"],
        masked_hessian, plain_masked, False, _mask,
    ),
    Problem(
        "net gradient", NET, "A", 1, "x[b,n]; A[n,n]; B[n,n]; C[n,n]; Y[b,n]", ["b=64,n=32", "b=256,n=128"],
        network, plain_network, True, _one_hot,
    ),
    Problem(
        "quad gradient", "x.T@A@x", "x", 1, "x[n]; A[n,n]", ["n=10", "n=100", "n=1000", "n=3000"],
        quad, lambda xp, x, A: x @ (A @ x), True,
    ),
    Problem(
        "quad Hessian", "x.T@A@x", "x", 2, "x[n]; A[n,n]", ["n=10", "n=100", "n=1000", "n=3000"],
        lambda x, A: A + A.T, lambda xp, x, A: x @ (A @ x),
    ),
    Problem(
        "lsq gradient", "r = A@x - b; r.T@r", "x", 1, "A[m,n]; x[n]; b[m]",
        ["m=200,n=100", "m=1000,n=500", "m=2000,n=1000"],
        lsq, lambda xp, A, x, b: xp.sum((A @ x - b) ** 2), True,
    ),
    Problem(
        "lsq Hessian", "r = A@x - b; r.T@r", "x", 2, "A[m,n]; x[n]; b[m]",
        ["m=200,n=100", "m=1000,n=500", "m=2000,n=1000"],
        lambda A, x, b: 2 * (A.T @ A), lambda xp, A, x, b: xp.sum((A @ x - b) ** 2),
    ),
    Problem(
        "gauss gradient", GAUSS, "S", 1, "S[d,d] symmetric; X[N,d]",
        ["d=8,N=100", "d=16,N=200", "d=32,N=300", "d=50,N=500", "d=200,N=1000", "d=500,N=2500"],
        gauss, plain_gauss, True, _scatter,
    ),
    Problem(
        "gauss Hessian", GAUSS, "S", 2, "S[d,d]; X[N,d]", ["d=8,N=100", "d=16,N=200", "d=32,N=300"],
        gauss_hessian, plain_gauss, False, _scatter,
    ),
    Problem(
        "batchnorm Jacobian", BATCHNORM, "x", 1, "x[n]", ["n=10", "n=100", "n=1000", "n=3000"],
        batchnorm, plain_batchnorm,
    ),
    Problem(
        "softmax cross-entropy", CE, "S", 1, "S[B,C]; Y[B,C]",
        ["B=1,C=10", "B=128,C=10", "B=128,C=1000", "B=4096,C=1000"],
        cross_entropy, plain_cross_entropy, True, _one_hot,
    ),
    Problem(
        "multinomial gradient", "S = X@W; " + CE, "W", 1, "X[N,d]; W[d,C]; Y[N,C]",
        ["N=500,d=20,C=10", "N=1000,d=64,C=10"],
        multinomial_gradient, lambda xp, X, W, Y: plain_cross_entropy(xp, X @ W, Y), True, _one_hot,
    ),
    Problem(
        "multinomial Hessian", "S = X@W; " + CE, "W", 2, "X[N,d]; W[d,C]; Y[N,C]",
        ["N=500,d=20,C=10", "N=1000,d=64,C=10"],
        multinomial, lambda xp, X, W, Y: plain_cross_entropy(xp, X @ W, Y), False, _one_hot,
    ),
    net(10, "relu", 1, ["B=1,n=16", "B=1,n=32", "B=64,n=32"]),
    net(10, "relu", 2, ["B=1,n=16", "B=1,n=32", "B=1,n=64", "B=64,n=32"]),
    net(3, "relu", 2, ["B=64,n=32"]),
    net(10, "tanh", 2, ["B=1,n=32", "B=64,n=32"]),
    net(3, "tanh", 2, ["B=64,n=16", "B=64,n=32"]),
]  # fmt: skip


def generated(problem: Problem, size: str, form: str = "numpy") -> Callable[..., Any]:
    """mcalc's function in this form, told the sizes."""
    manner = Manner(compressed=problem.compressed, size=size.split(","))
    scope: dict[str, Any] = {"__name__": "generated"}
    exec(differentiate(problem.expr, [problem.wrt], problem.variables, problem.order, manner).code(form), scope)
    function: Callable[..., Any] = scope["value_and_derivative" if problem.both else "derivative"]
    return function


def mcalc_in_jax(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """jax.jit of mcalc's code for it."""
    import jax

    jax.config.update("jax_enable_x64", True)
    made = generated(problem, size, "jax")
    function = jax.jit(lambda *args: made(**dict(zip(values, args, strict=True))))
    args = [jax.numpy.asarray(v) for v in values.values()]
    return lambda: jax.block_until_ready(function(*args))


def mcalc_in_torch(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """mcalc's code for PyTorch."""
    import torch

    function = generated(problem, size, "torch")
    args = {name: torch.as_tensor(v) for name, v in values.items()}
    return lambda: function(**args)


def with_jax(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """jax.jit of the derivative by autodiff."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    place = list(values).index(problem.wrt)

    def value(*args: Any) -> Any:
        return problem.plain(jnp, *args)

    if problem.both:
        function = jax.value_and_grad(value, place)
    elif problem.order == 2:
        function = jax.hessian(value, place)
    else:
        function = jax.jacobian(value, place)
    function = jax.jit(function)
    args = [jnp.asarray(v) for v in values.values()]
    return lambda: jax.block_until_ready(function(*args))


def with_torch(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """torch.func of the same."""
    import torch

    args = [torch.as_tensor(v) for v in values.values()]
    place = list(values).index(problem.wrt)

    def value(*args: Any) -> Any:
        return problem.plain(torch, *args)

    if problem.both:
        both = torch.func.grad_and_value(value, place)
        return lambda: both(*args)[::-1]
    function = (torch.func.hessian if problem.order == 2 else torch.func.jacrev)(value, place)
    return lambda: function(*args)


def agree(name: str, found: Any, expected: Any) -> None:
    """Complain where a rival computes something else."""
    for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (found, expected)), strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-6, atol=1e-6 * np.max(np.abs(b)), err_msg=name)


def measured(rivals: Rivals, seconds: float) -> dict[str, float]:
    """The shortest time of each in seconds, over windows that take turns."""
    clock = time.process_time if len(os.sched_getaffinity(0)) == 1 else time.perf_counter
    counts = {}
    for name, run in rivals.items():
        run()
        start = clock()
        run()
        counts[name] = max(1, int(0.01 / max(clock() - start, 1e-7)))
    windows: dict[str, list[float]] = {name: [] for name in rivals}
    end = clock() + seconds
    while clock() < end or len(windows["hand"]) < 3:
        for name, run in rivals.items():
            start = clock()
            for _ in range(counts[name]):
                run()
            windows[name].append((clock() - start) / counts[name])
    return {name: min(times) for name, times in windows.items()}


#: What is timed beside the forms by hand and mcalc's code for NumPy, by the library that it needs.
RIVALS = {
    "jax": {"jit(mcalc)": mcalc_in_jax, "jit(grad)": with_jax},
    "torch": {"mcalc": mcalc_in_torch, "func": with_torch},
}


def timed(problem: Problem, size: str, libraries: list[str], most: float, seconds: float) -> dict[str, float]:
    """The time of everything that can be had for a row, by name."""
    function, values = generated(problem, size), problem.values(size)
    expected = problem.by_hand(**values)
    rivals: Rivals = {"hand": lambda: problem.by_hand(**values), "mcalc": lambda: function(**values)}
    largest = np.size(expected[1] if problem.both else expected)
    for library in libraries:
        for name, make in RIVALS[library].items():
            if "mcalc" in name or (largest <= most and problem.shown):
                rivals[f"{library} {name}"] = make(problem, size, values)
    for name, run in rivals.items():
        agree(f"{problem.name} {size} {name}", run(), expected)
    return measured(rivals, seconds)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="rows whose problem has this in its name")
    options.add_argument("--seconds", type=float, default=1.5, help="to spend on each row")
    options.add_argument("--most", type=float, default=2e7, help="entries of the largest result for autodiff")
    options.add_argument("--rivals", default="jax,torch", help="the libraries to compare with")
    options.add_argument("--json", help="a file for the numbers")
    options.add_argument("--markdown", action="store_true", help="print a table for README")
    options.add_argument("--short", action="store_true", help="one size of each problem, a middling one")
    chosen = options.parse_args()
    libraries = [name for name in chosen.rivals.split(",") if name and find_spec(name)]
    columns = ["mcalc", *(f"{library} {name}" for library in libraries for name in RIVALS[library])]
    heads = ["problem", "size", "by hand, µs", *columns]
    if chosen.markdown:
        print("|", " | ".join(heads), "|")
        print("|---|---|", " | ".join(["--:"] * len(heads[2:])), "|")
    else:
        print(f"{heads[0]:28} {heads[1]:18}", *(f"{head:>15}" for head in heads[2:]), "  (by hand = 1.0)")
    rows = []
    for problem in PROBLEMS:
        sizes = problem.sizes[len(problem.sizes) // 3 :][:1] if chosen.short else problem.sizes
        for size in sizes if chosen.only in problem.name else []:
            times = timed(problem, size, libraries, chosen.most, chosen.seconds)
            ratios = {name: times[name] / times["hand"] for name in times if name != "hand"}
            shown = [f"{times['hand'] * 1e6:.1f}", *(f"{ratios[c]:.2f}" if c in ratios else "–" for c in columns)]
            if chosen.markdown:
                print("|", " | ".join([problem.name, size.replace(",", ", "), *shown]), "|", flush=True)
            else:
                print(f"{problem.name:28} {size:18}", *(f"{cell:>15}" for cell in shown), flush=True)
            rows.append({"problem": problem.name, "size": size, "hand": times["hand"], "ratios": ratios})
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
