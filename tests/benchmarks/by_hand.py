"""The derivatives of the benchmarks' problems as one writes them by hand with NumPy: the measure for generated code.

A gradient comes with the value, in one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray


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


def layers(act: str, order: int) -> Callable[..., Any]:
    """The gradient or Hessian by the first layer: per sample an n x n factor by a chain of products."""

    def run(X: Array, Y: Array, **weights: Array) -> Any:
        Ws = list(weights.values())
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
