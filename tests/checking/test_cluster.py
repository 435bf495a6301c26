"""Grading by the workers of a Dask scheduler, one of which ends in the run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from mcalc.checking.grade import Grader
from mcalc.checking.submissions import Submission
from tests import needed

distributed = needed.library("distributed")

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own, when a worker ends

ANSWERS = ("2*x", "x", "2*y", "x + x")
VERDICTS = ("correct", "partial", "invalid", "correct")
COUNT = 400


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=60
    ) as running:
        yield running


def given(count: int) -> Iterator[Submission]:
    for k in range(count):
        yield Submission(k, {"id": str(k), "expr": "x.T@x", "wrt": "x", "answer": ANSWERS[k % 4]})


def test_no_row_is_lost_and_none_comes_twice_when_a_worker_ends(local: Any) -> None:
    from mcalc.checking.cluster import Cluster

    with Cluster(Grader(within=20.0), local.scheduler_address) as cluster:
        rows = []
        for row in cluster.rows(given(COUNT)):
            rows.append(row)
            if len(rows) == 50:
                pids = cluster.client.run(os.getpid)
                os.kill(next(iter(pids.values())), signal.SIGKILL)
    assert [row["id"] for row in rows] == [str(k) for k in range(COUNT)]
    assert [row["verdict"] for row in rows] == [VERDICTS[k % 4] for k in range(COUNT)]


def test_what_is_stuck_is_undecided_and_the_rest_unharmed(local: Any) -> None:
    from mcalc.checking.cluster import Cluster

    stuck = Submission(3, {"id": "stuck", "expr": "norm(X^16)^2", "wrt": "X", "order": 4, "answer": "X"})
    with Cluster(Grader(within=1.0), local.scheduler_address) as cluster:
        rows = list(cluster.rows([*given(3), stuck, *given(20)]))
    assert [row["verdict"] for row in rows] == [
        *VERDICTS[:3], "undecided", *(VERDICTS[k % 4] for k in range(20)),
    ]  # fmt: skip
    assert rows[3]["message"] == "it took longer than 1 s"
