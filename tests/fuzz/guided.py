"""Broken text that coverage guides: `pip install atheris`, then `python -m tests.fuzz.guided --minutes 10`.

Atheris changes the bytes that Hypothesis draws its lines from, and keeps those that reach new places of the reader.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import atheris
from hypothesis import HealthCheck, given, settings

with atheris.instrument_imports(include=["mcalc.language", "mcalc.cli.batch", "mcalc.checking"]):
    from tests.fuzz.text import Faults, lines


def main() -> None:
    """Send lines until the time is over, and report each kind of fault with its shortest line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults, end = Faults(), time.time() + 60 * options.minutes

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lines())
    def send(made: tuple[bytes, str]) -> None:
        faults.send(*made)

    def one(data: bytes) -> None:
        if time.time() > end:  # Atheris leaves the process without a word
            os._exit(faults.report())
        send.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined]

    atheris.Setup([sys.argv[0], f"-seed={options.seed}", "-max_len=4096", "-verbosity=0"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
