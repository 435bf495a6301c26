"""Grading at once by an executor, each submission within its time: what is stuck is killed from outside and replaced.

The executor is one of threads in this process, or that of a Dask client: either way a thread has a process of its
own to grade in (`mcalc.checking.worker`). Rows come out in the order in which submissions go in, and only a bounded
number is held at any time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from time import monotonic, sleep
from weakref import WeakSet

from mcalc.checking.grade import Grader, Row
from mcalc.checking.submissions import Submission
from mcalc.errors import Problem
from mcalc.limits import patience
from mcalc.phrase import say, unpacked

#: Parts of the work that may be handed out ahead of one that takes long, for each thread.
AHEAD = 64
#: Processes take so long to start, importing what they need, before they are given up.
START = 60.0
#: The status of a process that the system ended because its time of the processor was over.
OVERTIME = -getattr(signal, "SIGPROF", 999)
#: How often somebody looks whether a process is late.
TICK = 0.05


class Pool:
    """So many threads of this process, each with a process that grades."""

    def __init__(self, grader: Grader, processes: int) -> None:
        self.grader, self.processes = grader, max(1, processes)
        self.executor = ThreadPoolExecutor(self.processes)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        stop_all()
        self.executor.shutdown(cancel_futures=True)

    def rows(self, submissions: Iterable[Submission]) -> Iterator[Row]:
        """The row of each submission, in their order."""
        for _, part in handed_out(self.executor, self.grader, submissions, 1, AHEAD * self.processes):
            yield from part.result()


Part = tuple[list[Submission], "Future[list[Row]]"]


def handed_out(
    executor: Executor, grader: Grader, submissions: Iterable[Submission], size: int, ahead: int
) -> Iterator[Part]:
    """The parts of the work in their order, each of `size` submissions; no more than `ahead` of them at once."""
    source = iter(submissions)
    waiting: deque[Part] = deque()
    while part := list(islice(source, size)):
        waiting.append((part, executor.submit(grade_all, grader, part)))
        while waiting and (len(waiting) >= ahead or waiting[0][1].done()):
            yield waiting.popleft()
    yield from waiting


_here = threading.local()


def grade_all(grader: Grader, part: list[Submission]) -> list[Row]:
    """The rows of some submissions, graded by the process of this thread."""
    worker: Worker | None = getattr(_here, "worker", None)
    if worker is None or worker.closed or worker.grader.settings != grader.settings:
        worker = _here.worker = Worker(grader)
    return [worker.row(submission) for submission in part]


# ---------------------------------------------------------------- processes


class Worker:
    """A process that grades one submission at a time, and is replaced where it takes too long or ends."""

    def __init__(self, grader: Grader) -> None:
        self.grader = grader
        self.lock = threading.Lock()
        self.closed = False
        self.deadline: float | None = None
        self.process: subprocess.Popen[bytes] | None = None
        _watch(self)

    def row(self, submission: Submission) -> Row:
        """The row of a submission; undecided where it takes too long."""
        row = self._asked(submission.reply(), self.grader.within)
        if row is not None:
            return row
        late = say("it took longer than {seconds} s", seconds=f"{self.grader.within:g}")
        return self.grader.undecided(submission, late if self.late else say("its process ended"))

    def _asked(self, question: object, within: float) -> Row | None:
        """What the process answers; None where it does not, and then it is gone."""
        process = self.process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with self.lock:
            self.late, self.deadline = False, monotonic() + patience(within)
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = b""
        with self.lock:
            self.deadline = None
            if self.late or not line.endswith(b"\n"):
                self._end()
        row: Row | None = unpacked(json.loads(line)) if line.endswith(b"\n") else None
        return row

    def _started(self) -> subprocess.Popen[bytes]:
        """The process, when it is ready. Raises a `Problem` where it does not become so."""
        if self.closed:
            raise Problem("E508", "the processes were stopped")
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "mcalc.checking.worker"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        if self._asked(self.grader.settings, START) is None:
            raise Problem("E508", "a process that grades did not start")
        return self.process

    def kill_if_late(self) -> None:
        """Kill the process where its time is over; then the thread that waits for it goes on."""
        with self.lock:
            if self.deadline is not None and self.deadline < monotonic() and self.process is not None:
                self.late, self.deadline = True, None
                self.process.kill()

    def close(self) -> None:
        """End the process, and start no other."""
        with self.lock:
            self.closed = True
            if self.deadline is None:
                self._end()
            elif self.process is not None:
                self.process.kill()  # the thread that waits for it does the rest

    def _end(self) -> None:
        if self.process is None:
            return
        self.process.kill()
        self.late |= self.process.wait() == OVERTIME
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self.process = None


_workers: WeakSet[Worker] = WeakSet()
_watching = threading.Lock()
_watcher: threading.Thread | None = None


def _watch(worker: Worker) -> None:
    """Look after the worker's time from a thread that does nothing else."""
    global _watcher
    with _watching:
        _workers.add(worker)
        if _watcher is None:
            _watcher = threading.Thread(target=_look, daemon=True, name="mcalc-watch")
            _watcher.start()


def _look() -> None:
    while True:
        sleep(TICK)
        for worker in workers():
            worker.kill_if_late()


def workers() -> list[Worker]:
    """Every worker that there is."""
    with _watching:
        return list(_workers)


def stop_all() -> None:
    """End every process."""
    for worker in workers():
        worker.close()
