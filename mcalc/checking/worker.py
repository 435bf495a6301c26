"""A process that grades: `python -m mcalc.checking.worker` reads submissions as lines of JSON, and writes rows.

The first line holds the settings, which it confirms when it is ready. It ends when nobody sends any more.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from typing import BinaryIO

from mcalc.checking.grade import Grader
from mcalc.checking.submissions import Submission
from mcalc.limits import hold_memory, hold_time, limit
from mcalc.phrase import packed


def main() -> None:
    """Grade what comes on standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no row
    grader = Grader.restored(json.loads(sys.stdin.buffer.readline()))
    hold_memory(limit("memory"))
    for needed in ("case", "diagnosis", "form", "sampling"):
        import_module(f"mcalc.checking.{needed}")
    _write(out, {})
    for line in sys.stdin.buffer:
        hold_time(grader.within)
        _write(out, grader(Submission.restored(json.loads(line))))


def _write(out: BinaryIO, row: object) -> None:
    out.write(json.dumps(packed(row)).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, ValueError):
        os._exit(1)  # nobody listens, or what came is no submission
