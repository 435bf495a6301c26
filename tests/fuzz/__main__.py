"""Random problems for as long as wanted: `python -m tests.fuzz --minutes 60 --seed 1`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from types import FrameType

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.laws import LAWS, broken
from tests.fuzz.problems import Case, cases

KEPT = Path(__file__).with_name("cases.jsonl")
WITHIN = 30  #: seconds that one law may take on one problem


class TooSlow(Exception):
    """A law took longer than a user would wait."""


def main() -> int:
    """Try random problems until the time is over; report what broke, smallest first, and keep it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="add what broke to cases.jsonl")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # SciPy's, of matrices that are hard to take a logarithm of
    end, found, tried, batch = time.time() + 60 * options.minutes, dict[str, tuple[Case, str]](), Counter[str](), 0
    print(f"seed {options.seed}", flush=True)
    while time.time() < end:
        batch += 1
        for case in drawn(options.seed + batch, options.depth):
            if time.time() > end:
                break
            tried["cases"] += 1
            for name, law in LAWS.items():
                told = watched(case, law)
                if told and (name not in found or len(case.text) < len(found[name][0].text)):
                    found[name] = (case, told)
                    print(f"{name}: {case.text} by {case.wrt}\n    {told.splitlines()[-1][:300]}", flush=True)
    print(f"{tried['cases']} problems, {len(LAWS)} laws each; {len(found)} laws were broken (seed {options.seed})")
    if options.keep:
        with KEPT.open("a", encoding="utf-8") as file:
            for name, (case, _) in found.items():
                file.write(json.dumps({"law": name, "text": case.text, "wrt": case.wrt}) + "\n")
    return int(bool(found))


def drawn(number: int, depth: int) -> list[Case]:
    """A hundred cases of a seed."""
    made: list[Case] = []

    @seed(number)
    @settings(
        max_examples=100, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(cases(depth))
    def collect(case: Case) -> None:
        made.append(case)

    collect()
    return made


def watched(case: Case, law: object) -> str:
    """What is wrong with a case by a law; a crash and a long wait are faults too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(WITHIN)
    try:
        return broken(case, law)  # type: ignore[arg-type]
    except TooSlow:
        return f"takes more than {WITHIN} s"
    except Exception:
        return "a crash: " + traceback.format_exc()
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    sys.exit(main())
