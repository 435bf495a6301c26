"""Grading by the workers of a Dask scheduler: the executor of its client takes the place of the local one.

A worker that ends in the run costs no row: Dask gives what it had to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcalc.checking.grade import Grader, Row
from mcalc.checking.pool import handed_out
from mcalc.checking.submissions import Submission
from mcalc.errors import Problem
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Submissions in a task: the scheduler takes about a millisecond for each task.
SIZE = 16
#: Tasks that may be handed out ahead, for each thread of the workers.
AHEAD = 4
#: The seconds in which a scheduler is to answer.
ANSWER = 5


class Cluster:
    """The workers of the scheduler at an address such as `tcp://10.0.0.1:8786`."""

    def __init__(self, grader: Grader, address: str) -> None:
        self.grader = grader
        self.client: Any = _client(address)
        self.executor = self.client.get_executor(pure=False)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.shutdown(wait=False)
        self.client.close()

    def rows(self, submissions: Iterable[Submission]) -> Iterator[Row]:
        """The row of each submission, in their order."""
        from distributed import KilledWorker

        threads = sum(self.client.ncores().values()) or 1
        for part, found in handed_out(self.executor, self.grader, submissions, SIZE, AHEAD * threads):
            try:
                yield from found.result()
            except KilledWorker:
                told = say("the workers that took it ended")
                yield from (self.grader.undecided(submission, told) for submission in part)
            except (ImportError, AttributeError, TypeError) as fault:
                raise Problem(
                    "E523",
                    "the workers cannot grade: {fault}",
                    hint="they need the same version of mcalc as here",
                    fault=fault,
                ) from None


def _client(address: str) -> Any:
    """The client of the scheduler. Raises a `Problem` where it cannot be had."""
    try:
        from distributed import Client
    except ImportError:
        raise Problem("E072", "--scheduler needs Dask", hint="pip install 'mcalc[dask]'") from None
    try:
        connect: Any = Client
        return connect(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as fault:
        raise Problem("E072", "no scheduler answers at {address}: {fault}", address=address, fault=fault) from None
