"""Logistic regression over more data than a cluster has memory: `python tests/benchmarks/cluster.py [--gigabytes G]`.

The gradient and the Hessian by mcalc's NumPy module, unchanged, on `dask.array` operands in chunks of rows, on a local
cluster of processes with a limit of memory each. The data are random numbers that the workers make as they need them.
One line for each: the time, that of NumPy over the same chunks in this process, and the largest relative difference.
Needs the extra `mcalc[dask]`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

sys.path.insert(0, str(Path(__file__).parents[2]))
from mcalc.answer import differentiate

TEXT = "sum(log(exp(-y.*(X@w)) + 1))"
COLUMNS, CHUNK = 200, 10_000


def function(order: int):
    """mcalc's derivative."""
    scope = {"__name__": "generated"}
    exec(differentiate(TEXT, ["w"], ["X[m,n]"], order).code("numpy"), scope)
    return scope["derivative"]


def by_hand(X: np.ndarray, w: np.ndarray, order: int) -> np.ndarray:
    """The contribution of one chunk."""
    y = np.where(X[:, 0] > 0, 1.0, -1.0)
    p = 1 / (1 + np.exp(y * (X @ w)))
    return -(X.T @ (y * p)) if order == 1 else X.T @ ((p * (1 - p))[:, None] * X)


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--gigabytes", type=float, default=4.0, help="of data")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--megabytes", type=int, default=500, help="of memory for each worker")
    chosen = options.parse_args()
    rows = int(chosen.gigabytes * 1e9 / 8 / COLUMNS) // CHUNK * CHUNK
    X = da.random.default_rng(1).normal(size=(rows, COLUMNS), chunks=(CHUNK, COLUMNS))
    y, w = da.where(X[:, 0] > 0, 1.0, -1.0), np.random.default_rng(0).normal(size=COLUMNS) / 10
    memory = chosen.workers * chosen.megabytes
    print(f"{X.nbytes / 1e6:.0f} MB of data, {chosen.workers} workers with {memory} MB together")
    cluster = LocalCluster(
        n_workers=chosen.workers, threads_per_worker=1, memory_limit=f"{chosen.megabytes}MB", dashboard_address=None
    )
    with cluster, Client(cluster):
        for order, name in ((1, "gradient"), (2, "Hessian")):
            start = time.perf_counter()
            found = function(order)(X=X, y=y, w=w).compute()
            between = time.perf_counter()
            expected = sum(by_hand(X.blocks[k].compute(scheduler="sync"), w, order) for k in range(rows // CHUNK))
            end = time.perf_counter()
            gap = np.max(np.abs(found - expected)) / np.max(np.abs(expected))
            print(f"{name:9} dask {between - start:7.1f} s   NumPy {end - between:7.1f} s   difference {gap:.1e}")


if __name__ == "__main__":
    main()
