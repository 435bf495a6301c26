"""Work within its limits: in a process of its own, which is held to its memory and killed when its time is over.

The process that reads and writes does no work, so that whatever happens to the work it can say so: no thread and no
signal handler stops one long operation on large numbers. A process serves for many items and is forked anew where one
was killed. On a system that cannot fork, work is done on the spot, without these two limits.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from io import StringIO

from mcalc.cli.output import as_problem, forward
from mcalc.errors import Problem
from mcalc.limits import hold_memory, hold_time, limit, patience, seconds
from mcalc.phrase import packed, unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TextIO
else:
    Protocol = object

#: Whether work is guarded: `main` says so. What runs commands inside a program of its own keeps to its process.
enforced = False

Work = Callable[[bytes], int]


class Memory(Protocol):
    """What one item leaves for the next, which outlives the process that worked on it."""

    def noted(self) -> Any:
        """All of it as plain data."""

    def recall(self, noted: Any) -> None:
        """Take what another process noted."""


class Guard:
    """What does the work on items: `work` writes to stdout and stderr, and returns an exit status.

    Called with an item it writes what the work wrote, and returns its status. Raises the `Problem` that the work met,
    or one of kind limit where it had to be stopped. What an item leaves in the `memory` is there for those after it,
    unless it was stopped.
    """

    def __init__(self, work: Work, memory: Memory | None = None) -> None:
        self.work, self.memory = work, memory
        self.worker: Worker | None = None

    def __call__(self, item: bytes = b"") -> int:
        """Do the work on one item."""
        if not enforced or not hasattr(os, "fork"):
            try:
                return self.work(item)
            except OSError:
                raise  # nobody reads what was written
            except Exception as fault:
                raise as_problem(fault) from fault
        self.worker = self.worker or Worker(self.work, self.memory)
        try:
            status, met, out, err, noted = self.worker.ask(item, seconds())
        except BaseException:
            self.close()
            raise
        if self.memory is not None:
            from json import loads

            self.memory.recall(loads(noted))
        forward(out, err)
        if met:
            raise problem_from(met)
        return int(status)

    def __enter__(self) -> Guard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self.worker is not None:
            self.worker.stop()
            self.worker = None


class Worker:
    """A forked process: items go in and what was written comes out, each after its length."""

    def __init__(self, work: Work, memory: Memory | None) -> None:
        theirs, ours = os.pipe(), os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            os.close(theirs[1])
            os.close(ours[0])
            try:
                serve(work, theirs[0], ours[1], memory)
            finally:
                os._exit(1)
        os.close(theirs[0])
        os.close(ours[1])
        self.into, self.out = theirs[1], ours[0]

    def ask(self, item: bytes, within: float) -> list[str]:
        """The status, the problem, what the work wrote to stdout and stderr, and the memory.

        Raises a `Problem` of kind limit.
        """
        late = Problem(
            "E520", "it took longer than {seconds} s", hint="--within SECONDS allows more", seconds=f"{within:g}"
        )
        try:
            send(self.into, item)
            if not select.select([self.out], [], [], patience(within))[0]:
                raise late
            return [receive(self.out).decode("utf-8", "surrogatepass") for _ in range(5)]
        except (EOFError, BrokenPipeError):
            code = self._end()
            if code == -signal.SIGPROF:
                raise late from None
            how = signal.strsignal(-code) or "killed" if code < 0 else f"exit status {code}"
            raise Problem("E522", "the process that worked on it ended: {how}", how=how) from None

    def _end(self) -> int:
        """The exit status of the process that ended, negative where a signal ended it."""
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def stop(self) -> None:
        """Kill the process."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0
        os.close(self.into)
        os.close(self.out)


# ---------------------------------------------------------------- the process that works


def serve(work: Work, into: int, out: int, memory: Memory | None) -> None:
    """Do the work on each item that comes, until no more come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    hold_memory(limit("memory"))
    streams = sys.stdout, sys.stderr
    with suppress(EOFError, BrokenPipeError):
        while True:
            item = receive(into)
            hold_time(seconds())
            held = [Held(stream) for stream in streams]
            sys.stdout, sys.stderr = held
            status, problem, noted = 0, "", ""
            try:
                status = work(item)
            except Exception as fault:
                from json import dumps

                problem = dumps(packed(vars(as_problem(fault))))
            if memory is not None:
                from json import dumps

                noted = dumps(memory.noted())
            sys.stdout, sys.stderr = streams
            for text in (str(status), problem, *(stream.getvalue() for stream in held), noted):
                send(out, text.encode("utf-8", "surrogatepass"))


def problem_from(text: str) -> Problem:
    """The problem that another process met."""
    from json import loads

    problem = Problem.__new__(Problem)
    problem.__dict__ |= unpacked(loads(text))
    return problem


class Held(StringIO):
    """A stream that keeps what is written, and is otherwise like another."""

    def __init__(self, like: TextIO) -> None:
        super().__init__(newline="")
        self.like = like

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the other."""
        return self.like.encoding

    def isatty(self) -> bool:
        """Whether the other is a terminal."""
        return self.like.isatty()

    def fileno(self) -> int:
        """The descriptor of the other."""
        return self.like.fileno()


# ---------------------------------------------------------------- messages


def send(pipe: int, message: bytes) -> None:
    """Write a message after its length."""
    rest = memoryview(len(message).to_bytes(8, "big") + message)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def receive(pipe: int) -> bytes:
    """Read a message. Raises `EOFError` where the other side is gone."""
    return _exactly(pipe, int.from_bytes(_exactly(pipe, 8), "big"))


def _exactly(pipe: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(pipe, min(count, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
