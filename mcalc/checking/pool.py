"""Several processes that grade, each submission within its time: one that is stuck is killed and replaced.

Rows come out in the order in which submissions go in, and only a bounded number is held at any time.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic

from mcalc.checking.grade import Grader, Row
from mcalc.checking.submissions import Submission
from mcalc.errors import Problem
from mcalc.phrase import say

READY = "ready"
#: Submissions that may be graded ahead of one that takes long.
AHEAD = 64
#: Processes take so long to start, importing what they need, before they are given up.
START = 60.0
#: The memory that a process may take, where the system can limit it.
MOST_MEMORY = 4 << 30


def alone(grader: Grader, submissions: Iterable[Submission]) -> Iterator[Row]:
    """Grade in this process, without a limit of time."""
    return map(grader, submissions)


class Pool:
    """So many processes; `within` is the time in seconds that each submission gets."""

    def __init__(self, grader: Grader, processes: int, within: float) -> None:
        self.grader, self.within = grader, within
        self.context = get_context("spawn")
        self.workers = [Worker(self) for _ in range(max(1, processes))]

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.stop()

    def rows(self, submissions: Iterable[Submission]) -> Iterator[Row]:
        """The row of each submission, in their order."""
        source = iter(submissions)
        waiting: deque[list[Row | None]] = deque()  # a place for each row, in order
        more = True
        while more or waiting:
            for worker in self.workers:
                if more and worker.free and len(waiting) < AHEAD * len(self.workers):
                    submission = next(source, None)
                    if submission is None:
                        more = False
                        break
                    place: list[Row | None] = [None]
                    waiting.append(place)
                    worker.give(submission, place)
            while waiting and (row := waiting[0][0]) is not None:
                waiting.popleft()
                yield row
            if waiting or more:
                self._attend()

    def _attend(self) -> None:
        """Wait until a process has something to say, or its time is over."""
        busy = [worker for worker in self.workers if worker.deadline is not None]
        first = min((worker.deadline for worker in busy if worker.deadline is not None), default=None)
        if first is None:
            return
        ready = set(wait([worker.link for worker in busy], max(0.0, first - monotonic())))
        for worker in busy:
            if worker.link in ready:
                worker.hear()
            elif worker.deadline is not None and worker.deadline <= monotonic():
                worker.fail(
                    say("it took longer than {seconds} s", seconds=f"{self.within:g}")
                    if worker.place
                    else say("a process did not start")
                )


class Worker:
    """One process, and what it is at work on."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._start()

    def _start(self) -> None:
        self.link, theirs = self.pool.context.Pipe()
        self.process = self.pool.context.Process(target=work, args=(theirs, self.pool.grader), daemon=True)
        self.process.start()
        theirs.close()
        self.submission: Submission | None = None
        self.place: list[Row | None] = []
        self.free = False
        self.deadline: float | None = monotonic() + START

    def give(self, submission: Submission, place: list[Row | None]) -> None:
        """Let the process grade a submission; its row goes to the place."""
        self.submission, self.place, self.free = submission, place, False
        self.deadline = monotonic() + self.pool.within
        try:
            self.link.send(submission)
        except OSError:
            self.fail(say("its process ended"))

    def hear(self) -> None:
        """Take what the process sends."""
        try:
            said = self.link.recv()
        except (EOFError, OSError):
            self.fail(say("its process ended"))
            return
        if self.place:
            self.place[0] = said
        self.submission, self.place, self.free, self.deadline = None, [], True, None

    def fail(self, told: str) -> None:
        """Put an end to the process, report what it was at as undecided, and start another."""
        self.stop()
        if self.submission is None:
            raise Problem("E508", "{told}: {exitcode}", told=told, exitcode=self.process.exitcode)
        self.place[0] = self.pool.grader.undecided(self.submission, told)
        self._start()

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.link.close()


def work(link: Connection, grader: Grader) -> None:
    """What a process does: grade what it is sent, until nobody sends any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for needed in ("case", "diagnosis", "form", "sampling"):
        import_module(f"mcalc.checking.{needed}")
    with suppress(EOFError, OSError, BrokenPipeError):
        link.send(READY)
        while True:
            link.send(grader(link.recv()))
