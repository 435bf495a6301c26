"""The NumPy module on arrays in chunks of rows: the same numbers, and never all of the data in one place."""

from __future__ import annotations

import numpy as np
import pytest

from tests import needed
from tests.targets.code.test_module import LOGREG, module

da = needed.library("dask.array")

RNG = np.random.default_rng(0)
ROWS, CHUNK = 60, 7


def chunked(array):
    return da.from_array(array, chunks=(CHUNK, *array.shape[1:]))


LARGE = {"X": (ROWS, 4), "y": (ROWS,), "Y": (ROWS, 3), "U": (ROWS, 2)}
SMALL = {"w": (4,), "W": (4, 3), "V": (4, 2), "lambda_": ()}
MULTINOMIAL = "sum(logsumexp(X@W, axis=1)) - sum((X@W).*Y)"


@pytest.mark.parametrize(
    ("text", "wrt", "order"),
    [
        (LOGREG, "w", 1),
        (LOGREG, "w", 2),
        ("norm(X@w - y)^2 + lambda*w.T@w", "w", 2),
        (MULTINOMIAL, "W", 1),
        (MULTINOMIAL, "W", 2),
        ("R = X - U@V.T; sum(R.*R)", "V", 1),
        ("R = X - U@V.T; sum(R.*R)", "V", 2),
        ("R = X - U@V.T; sum(R.*R)", "U", 1),
        ("softmax(X, axis=1)", "X", 1),
    ],
)
@pytest.mark.parametrize("told", [False, True])
def test_chunks_of_rows_give_the_same(text, wrt, order, told):
    what = ("numpy", text, wrt, *(["X[m,n]"] if "softmax" in text else []))
    found = module(*what, order=order)
    if told:  # that its arrays are large, which are written onto then
        sizes = {name for axes in found["SHAPES"].values() for name in axes}
        found = module(*what, order=order, size=[f"{name}=1000" for name in sizes])
    names = set(found["SHAPES"])
    given = {name: RNG.normal(size=shape) for name, shape in (LARGE | SMALL).items() if name in names}
    parts = {name: chunked(array) if name in LARGE else array for name, array in given.items()}
    for name in ("value", "derivative"):
        result = found[name](**parts)
        assert isinstance(result, da.Array)  # computed when it is asked for, the value too
        np.testing.assert_allclose(np.asarray(result), found[name](**given), rtol=1e-10, atol=1e-12)
    for a, b in zip(found["value_and_derivative"](**parts), found["value_and_derivative"](**given), strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2])
def test_no_step_holds_all_rows(order):
    derivative = module("numpy", LOGREG, "w", order=order)["derivative"]
    X, y = chunked(RNG.normal(size=(ROWS, 4))), chunked(RNG.normal(size=ROWS))
    graph = dict(derivative(X=X, y=y, w=RNG.normal(size=4)).__dask_graph__())
    from dask import get

    inputs = {
        name
        for array in (X, y)
        for name in array.__dask_keys__()
        for name in (name if isinstance(name, list) else [name])
    }
    keys = [key for key in graph if key not in inputs and "array-" not in str(key)]
    largest = max(np.size(value) for value in get(graph, keys) if isinstance(value, np.ndarray))
    assert largest <= CHUNK * 4


@pytest.mark.filterwarnings("ignore")  # the cluster warns of ports and of garbage collection
def test_data_larger_than_the_memory_of_the_workers():
    """280 MB in chunks of 8 MB, and a worker that has 256 MB, half of which Python and the libraries take."""
    distributed = needed.library("distributed")
    rows, columns, chunks = 350_000, 100, 35
    X = da.random.default_rng(1).normal(size=(rows, columns), chunks=(rows // chunks, columns))
    y = da.where(X[:, 0] > 0, 1.0, -1.0)
    w = RNG.normal(size=columns) / 10
    limit = 256 * 2**20
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, memory_limit=limit, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster),
    ):
        assert X.nbytes > limit
        gradient = module("numpy", LOGREG, "w", order=1)["derivative"](X=X, y=y, w=w)
        hessian = module("numpy", LOGREG, "w", order=2)["derivative"](X=X, y=y, w=w)
        from dask import compute

        gradient, hessian = compute(gradient, hessian)
    expected, curvature = np.zeros(columns), np.zeros((columns, columns))
    for k in range(chunks):
        A = X.blocks[k].compute(scheduler="sync")
        b = np.where(A[:, 0] > 0, 1.0, -1.0)
        p = 1 / (1 + np.exp(b * (A @ w)))
        expected -= A.T @ (b * p)
        curvature += A.T @ ((p * (1 - p))[:, None] * A)
    np.testing.assert_allclose(gradient, expected, rtol=1e-9)
    np.testing.assert_allclose(hessian, curvature, rtol=1e-9, atol=1e-9 * rows)
