"""Processes that grade: order, time, faults, and what they cost everybody else."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcalc.checking.grade import Grader, Row
from mcalc.checking.pool import Pool, workers
from mcalc.checking.submissions import Submission

#: A question whose derivative takes far longer than any test has time for.
LONG = {"expr": "norm(X^16)^2", "wrt": "X", "order": 4}


def easy(k: int) -> Submission:
    answer = ("2*x", "x", "2*y", "x + x")[k % 4]
    return Submission(k, {"id": str(k), "expr": "x.T@x", "wrt": "x", "answer": answer})


VERDICTS = ("correct", "partial", "invalid", "correct")


def test_rows_come_in_order_whatever_each_takes() -> None:
    def given() -> Iterator[Submission]:
        for k in range(40):
            yield Submission(k, {"id": str(k), **LONG, "answer": "X"}) if k == 5 else easy(k)

    with Pool(Grader(within=1.0), 2) as pool:
        start = time.monotonic()
        rows = list(pool.rows(given()))
    assert [row["id"] for row in rows] == [str(k) for k in range(40)]
    for k, row in enumerate(rows):
        assert row["verdict"] == ("undecided" if k == 5 else VERDICTS[k % 4])
    assert rows[5]["message"] == "it took longer than 1 s"
    assert rows[5]["score"] is None
    assert time.monotonic() - start < 30


def test_a_process_that_is_killed_costs_its_own_submission_alone() -> None:
    with Pool(Grader(within=20.0), 1) as pool:
        rows: list[Row] = []
        given = [easy(0), Submission(1, {"id": "1", **LONG, "answer": "X"}), *(easy(k) for k in range(2, 8))]
        running = pool.rows(given)
        rows.append(next(running))
        threading.Timer(0.5, _kill_workers).start()
        rows += running
    assert [row["verdict"] for row in rows] == ["correct", "undecided", *(VERDICTS[k % 4] for k in range(2, 8))]
    assert rows[1]["message"] == "its process ended"


def _kill_workers() -> None:
    for worker in workers():
        if worker.process is not None:
            os.kill(worker.process.pid, signal.SIGKILL)


def test_nothing_runs_on_when_the_pool_is_left() -> None:
    with Pool(Grader(within=30.0), 2) as pool:
        next(iter(pool.rows(easy(k) for k in range(4))))
        pids = [worker.process.pid for worker in workers() if worker.process is not None]
        assert pids
    for _ in range(100):
        if not any(_running(pid) for pid in pids):
            return
        time.sleep(0.05)
    raise AssertionError("a process is still there")


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_only_so_many_are_read_ahead() -> None:
    count = 0

    def given() -> Iterator[Submission]:
        nonlocal count
        for k in range(1000):
            count += 1
            yield easy(k)

    with Pool(Grader(), 1) as pool:
        next(pool.rows(given()))
        assert count <= 70


def test_settings_and_limits_go_along() -> None:
    from mcalc.limits import _set, allow

    try:
        allow("answer-bytes", 2)
        with Pool(Grader("verdict", strict_layout=True), 1) as pool:
            row, short = pool.rows([easy(0), Submission(1, {"expr": "A@x", "wrt": "x", "answer": "A"})])
    finally:
        _set.clear()
    assert (row["verdict"], short["verdict"]) == ("undecided", "correct")


@pytest.mark.parametrize(
    "answer", ["(" * 5000, "9^9^9", "x" * 500_000, "\x1b[2J", "'; DROP TABLE", "\ud800", "x\nx", ""]
)
def test_hostile_answers_get_a_row(answer: str) -> None:
    row = Grader()(Submission(1, {"expr": "x.T@x", "wrt": "x", "answer": answer}))
    assert row["verdict"] in ("invalid", "undecided")
    assert row["message"]
