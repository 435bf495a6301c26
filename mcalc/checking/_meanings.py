"""What the operations are worth. Written by `python -m mcalc.checking.meanings`: do not edit."""
# ruff: noqa
# mypy: ignore-errors

from collections.abc import Callable

import numpy as np
import scipy


def ismax(x):
    """1 at the greatest entry along the last axis (equal shares where several tie), 0 elsewhere."""
    top = np.ones_like(x) * (x == np.max(x, axis=-1, keepdims=True))
    return top / np.sum(top, axis=-1, keepdims=True)


def ismin(x):
    """1 at the least entry along the last axis (equal shares where several tie), 0 elsewhere."""
    low = np.ones_like(x) * (x == np.min(x, axis=-1, keepdims=True))
    return low / np.sum(low, axis=-1, keepdims=True)


def frechet(f, A, *E):
    """The derivative of f at A along each of E: the corner of f of a block matrix (Higham, Theorem 3.6)."""
    Z, n = np.zeros_like(A + sum(E)), A.shape[-1]
    M = [[A + Z, E[0] + Z], [Z, A + Z]]
    if len(E) == 2:
        M = [[*M[0], E[1] + Z, Z], [*M[1], Z, E[1] + Z], [Z, Z, *M[0]], [Z, Z, *M[1]]]
    return np.vectorize(f, signature="(n,n)->(n,n)")(np.block(M))[..., :n, -n:]


def power_frechet(k, A, *E):
    """The derivative of the k-th power at A along each of E: the corner of that of a block matrix (Higham, Th. 3.6)."""
    Z, n = np.zeros_like(A + sum(E)), A.shape[-1]
    M = [[A + Z, E[0] + Z], [Z, A + Z]]
    if len(E) == 2:
        M = [[*M[0], E[1] + Z, Z], [*M[1], Z, E[1] + Z], [Z, Z, *M[0]], [Z, Z, *M[1]]]
    return np.linalg.matrix_power(np.block(M), int(k))[..., :n, -n:]


def sylvester(A, B, C):
    """The Y that solves A Y + Y B = C."""
    return np.vectorize(scipy.linalg.solve_sylvester, signature="(n,n),(m,m),(n,m)->(n,m)")(A, B, C)


def polar(X):
    """The factor U Vᵀ of X = U S Vᵀ."""
    U, _, Vt = np.linalg.svd(X, full_matrices=False)
    return U @ Vt


def polar_frechet(X, E):
    """The derivative of polar at X along E, from X = U S Vᵀ."""
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    Ut, V = np.swapaxes(U, -1, -2), np.swapaxes(Vt, -1, -2)
    M = Ut @ E @ V
    turn = U @ ((M - np.swapaxes(M, -1, -2)) / (s[..., :, None] + s[..., None, :])) @ Vt
    tall = (E - U @ (Ut @ E)) @ (V / s[..., None, :]) @ Vt
    wide = (U / s[..., None, :]) @ Ut @ (E - (E @ V) @ Vt)
    return turn + tall + wide


def unit(n, k):
    """The unit vector of length n with its 1 at place k, counted from 0."""
    e = np.zeros(int(n))
    e[int(k)] = 1.0
    return e


def elimination(n):
    """The matrix that takes vec(X) to vech(X), the columns of the lower triangle one below the other."""
    column, row = np.triu_indices(int(n))
    L = np.zeros((len(row), int(n)**2))
    L[np.arange(len(row)), column*int(n) + row] = 1.0
    return L


def duplication(n):
    """The matrix that takes vech(S) to vec(S) for a symmetric S."""
    column, row = np.triu_indices(int(n))
    D = np.zeros((int(n)**2, len(row)))
    D[column*int(n) + row, np.arange(len(row))] = 1.0
    D[row*int(n) + column, np.arange(len(row))] = 1.0
    return D


def gaps(x):
    """1/(x[j] - x[i]) for each pair, 0 where both are the same."""
    d = x[..., None, :] - x[..., :, None]
    return np.divide(1.0, d, out=np.zeros_like(d), where=d != 0)


MEANINGS: dict[str, Callable[..., object]] = {
    "Chi": lambda x0: scipy.special.shichi(x0)[1],
    "Ci": lambda x0: scipy.special.sici(x0)[1],
    "Ei": lambda x0: scipy.special.expi(x0),
    "Shi": lambda x0: scipy.special.shichi(x0)[0],
    "Si": lambda x0: scipy.special.sici(x0)[0],
    "abs": lambda x0: np.abs(x0),
    "acos": lambda x0: np.arccos(x0),
    "acosh": lambda x0: np.arccosh(x0),
    "airyai": lambda x0: scipy.special.airy(x0)[0],
    "airyaiprime": lambda x0: scipy.special.airy(x0)[1],
    "airybi": lambda x0: scipy.special.airy(x0)[2],
    "airybiprime": lambda x0: scipy.special.airy(x0)[3],
    "asin": lambda x0: np.arcsin(x0),
    "asinh": lambda x0: np.arcsinh(x0),
    "atan": lambda x0: np.arctan(x0),
    "atanh": lambda x0: np.arctanh(x0),
    "besseli": lambda x0, x1: scipy.special.iv(x0, x1),
    "besselj": lambda x0, x1: scipy.special.jv(x0, x1),
    "besselk": lambda x0, x1: scipy.special.kv(x0, x1),
    "bessely": lambda x0, x1: scipy.special.yv(x0, x1),
    "cholesky": lambda x0: np.linalg.cholesky(x0),
    "cos": lambda x0: np.cos(x0),
    "cosh": lambda x0: np.cosh(x0),
    "cot": lambda x0: (1.0 / np.tan(x0)),
    "coth": lambda x0: (1.0 / np.tanh(x0)),
    "csc": lambda x0: (1.0 / np.sin(x0)),
    "csch": lambda x0: (1.0 / np.sinh(x0)),
    "det": lambda x0: np.linalg.det(x0),
    "detsign": lambda x0: np.linalg.slogdet(x0)[0],
    "digamma": lambda x0: scipy.special.digamma(x0),
    "duplication": lambda x0: duplication(x0),
    "eigvalsh": lambda x0: np.linalg.eigvalsh(x0),
    "eigvecs": lambda x0: np.linalg.eigh(x0)[1],
    "elimination": lambda x0: elimination(x0),
    "ellipe": lambda x0: scipy.special.ellipe(x0),
    "ellipk": lambda x0: scipy.special.ellipk(x0),
    "elu": lambda x0: (np.maximum(x0, 0.0) + np.expm1(np.minimum(x0, 0.0))),
    "erf": lambda x0: scipy.special.erf(x0),
    "erfc": lambda x0: scipy.special.erfc(x0),
    "erfcinv": lambda x0: scipy.special.erfcinv(x0),
    "erfi": lambda x0: scipy.special.erfi(x0),
    "erfinv": lambda x0: scipy.special.erfinv(x0),
    "exp": lambda x0: np.exp(x0),
    "expm": lambda x0: scipy.linalg.expm(x0),
    "expm1": lambda x0: np.expm1(x0),
    "expm_frechet": lambda x0, x1: frechet(scipy.linalg.expm, x0, x1),
    "expm_frechet2": lambda x0, x1, x2: frechet(scipy.linalg.expm, x0, x1, x2),
    "fresnelc": lambda x0: scipy.special.fresnel(x0)[1],
    "fresnels": lambda x0: scipy.special.fresnel(x0)[0],
    "gamma": lambda x0: scipy.special.gamma(x0),
    "gaps": lambda x0: gaps(x0),
    "greater_of": lambda x0, x1: np.maximum(x0, x1),
    "inv": lambda x0: np.linalg.inv(x0),
    "ismax": lambda x0: ismax(x0),
    "ismin": lambda x0: ismin(x0),
    "lambertw": lambda x0: np.where(x0 < -np.exp(-1.0), np.nan, np.real(scipy.special.lambertw(x0))),
    "lesser_of": lambda x0, x1: np.minimum(x0, x1),
    "log": lambda x0: np.log(x0),
    "log1p": lambda x0: np.log1p(x0),
    "logdet": lambda x0: np.linalg.slogdet(x0)[1],
    "loggamma": lambda x0: scipy.special.gammaln(x0),
    "logm": lambda x0: scipy.linalg.logm(x0),
    "logm_frechet": lambda x0, x1: frechet(scipy.linalg.logm, x0, x1),
    "logm_frechet2": lambda x0, x1, x2: frechet(scipy.linalg.logm, x0, x1, x2),
    "logsumexp": lambda x0: np.logaddexp.reduce(x0, axis=-1),
    "max": lambda x0: np.max(x0, axis=-1),
    "min": lambda x0: np.min(x0, axis=-1),
    "mpower": lambda x0, x1: np.linalg.matrix_power(x0, int(x1)),
    "mpower_frechet": lambda x0, x1, x2: power_frechet(x0, x1, x2),
    "mpower_frechet2": lambda x0, x1, x2, x3: power_frechet(x0, x1, x2, x3),
    "nuclear": lambda x0: np.sum(np.linalg.svd(x0, compute_uv=False), axis=-1),
    "pi": lambda: np.pi,
    "pinv": lambda x0: np.linalg.pinv(x0),
    "polar": lambda x0: polar(x0),
    "polar_frechet": lambda x0, x1: polar_frechet(x0, x1),
    "polygamma": lambda x0, x1: scipy.special.polygamma(x0, x1),
    "pow": lambda x0, x1: np.power(x0, x1),
    "prod": lambda x0: np.prod(x0, axis=-1),
    "relu": lambda x0: np.maximum(x0, 0.0),
    "sec": lambda x0: (1.0 / np.cos(x0)),
    "sech": lambda x0: (1.0 / np.cosh(x0)),
    "sigmoid": lambda x0: scipy.special.expit(x0),
    "sign": lambda x0: np.sign(x0),
    "sin": lambda x0: np.sin(x0),
    "sinh": lambda x0: np.sinh(x0),
    "softmax": lambda x0: np.exp(x0 - np.logaddexp.reduce(x0, axis=-1, keepdims=True)),
    "softplus": lambda x0: np.logaddexp(0.0, x0),
    "specnorm": lambda x0: np.linalg.norm(x0, 2, axis=(-2, -1)),
    "sqrtm": lambda x0: scipy.linalg.sqrtm(x0),
    "step": lambda x0: np.heaviside(x0, 0.0),
    "svdleft": lambda x0: np.linalg.svd(x0, full_matrices=False)[0],
    "svdright": lambda x0: np.swapaxes(np.linalg.svd(x0, full_matrices=False)[2], -1, -2),
    "svdvals": lambda x0: np.linalg.svd(x0, compute_uv=False),
    "sylvester": lambda x0, x1, x2: sylvester(x0, x1, x2),
    "tan": lambda x0: np.tan(x0),
    "tanh": lambda x0: np.tanh(x0),
    "trigamma": lambda x0: scipy.special.polygamma(1, x0),
    "tril": lambda x0: np.tril(x0),
    "unit": lambda x0, x1: unit(x0, x1),
    "window": lambda x0, x1, x2: np.eye(int(x0))[:, int(x1):int(x2)],
}
