"""The free entries of matrices with a structure, for code that has them as parts of one vector.

Every matrix X with the structure is linear in its free entries v, so that the derivative by v is the transpose of that
map applied to the derivative by all entries, along the first two axes: `by_symmetric(G)` of G.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from mcalc.algebra.dims import Dim, dim

LOWER = '''\
def lower_entries(X):
    """The lower triangle of a matrix, row by row."""
    return np.asarray(X)[np.tril_indices(len(X))]


def lower_matrix(v, n):
    """The matrix with this lower triangle, and zeros above."""
    X = np.zeros((n, n))
    X[np.tril_indices(n)] = v
    return X
'''
SYMMETRIC = '''\
def symmetric_matrix(v, n):
    """The symmetric matrix with this lower triangle."""
    X = lower_matrix(v, n)
    return X + np.tril(X, -1).T
'''
BY_SYMMETRIC = '''\
def by_symmetric(G):
    """The derivative by the lower triangle of a symmetric matrix: off the diagonal, an entry stands twice."""
    i, j = np.tril_indices(len(G))
    found = G[i, j] + G[j, i]
    found[i == j] /= 2
    return found
'''
BY_LOWER = '''\
def by_lower(G):
    """The derivative by the lower triangle of a matrix that has no other entries."""
    return G[np.tril_indices(len(G))]
'''
SKEW = '''\
def skew_entries(X):
    """The entries of a matrix below the diagonal, row by row."""
    return np.asarray(X)[np.tril_indices(len(X), -1)]


def skew_matrix(v, n):
    """The skew matrix with these entries below the diagonal."""
    X = np.zeros((n, n))
    X[np.tril_indices(n, -1)] = v
    return X - X.T


def by_skew(G):
    """The derivative by the entries of a skew matrix below the diagonal."""
    i, j = np.tril_indices(len(G), -1)
    return G[i, j] - G[j, i]
'''
DIAGONAL = '''\
def by_diagonal(G):
    """The derivative by the diagonal of a diagonal matrix."""
    i = np.arange(len(G))
    return G[i, i]
'''


def _half(n: Dim) -> Dim:
    return dim(Fraction(1, 2)) * n


class Free:
    """How a structure is told by its free entries: how many, and calls that take them, put them, and gather G by them.

    `{0}` is an array or the entries, `{1}` the size of the matrix.
    """

    def __init__(self, count: Callable[[Dim], Dim], taken: str, put: str, by: str, source: str) -> None:
        self.count, self.taken, self.put, self.by, self.source = count, taken, put, by, source


_SYMMETRIC = Free(
    lambda n: _half(n * n + n), "lower_entries({0})", "symmetric_matrix({0}, {1})", "by_symmetric({0})",
    f"{LOWER}\n\n{SYMMETRIC}\n\n{BY_SYMMETRIC}",
)  # fmt: skip
#: By the name of the structure; an orthogonal matrix is not linear in anything.
FREE: Mapping[str, Free] = {
    "symmetric": _SYMMETRIC,
    "psd": _SYMMETRIC,
    "lower": Free(
        lambda n: _half(n * n + n), "lower_entries({0})", "lower_matrix({0}, {1})", "by_lower({0})",
        f"{LOWER}\n\n{BY_LOWER}",
    ),
    "skew": Free(
        lambda n: _half(n * n - n), "skew_entries({0})", "skew_matrix({0}, {1})", "by_skew({0})", SKEW
    ),
    "diagonal": Free(lambda n: n, "np.diagonal({0})", "np.diag({0})", "by_diagonal({0})", DIAGONAL),
}  # fmt: skip
