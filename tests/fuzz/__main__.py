"""Random problems for as long as wanted: `python -m tests.fuzz --minutes 60 --seed 1`; broken text with `--text`.

A law may take `limits.seconds()` of the processor on one problem, as the command gives it; what takes longer is
counted as slow, since the command ends it there with a message, and the slowest are told.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from mcalc.limits import seconds
from tests.fuzz import running
from tests.fuzz.laws import LAWS, TAKES, broken
from tests.fuzz.problems import Case, drawn
from tests.fuzz.text import try_texts

KEPT = Path(__file__).with_name("cases.jsonl")
#: One problem of so many is tried by the laws that take a library: JAX compiles each anew, which takes longer than
#: all other laws.
SAMPLE = 4
TOLD = 3  #: so many problems are told of each law that they break


class TooSlow(Exception):
    """A law took longer than the command gives an expression."""


class Found:
    """What broke, smallest first, and what was slow."""

    def __init__(self) -> None:
        self.broken: dict[str, list[tuple[Case, str]]] = {}
        self.slow: Counter[Case] = Counter()

    def add(self, name: str, case: Case, told: str) -> None:
        """Take note of a law that a case breaks."""
        known = self.broken.setdefault(name, [])
        known.append((case, told))
        if len(known) <= TOLD or len(case.text) < len(known[0][0].text):
            print(f"{name}: {case.text} by {case.wrt}\n    {told[-300:]}", flush=True)
        known.sort(key=lambda one: len(one[0].text))


def main() -> int:
    """Try random problems until the time is over; report what broke, smallest first, and keep it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--text", action="store_true", help="broken text in the place of problems")
    parser.add_argument("--keep", action="store_true", help="add what broke to cases.jsonl")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # SciPy's, of matrices that are hard to take a logarithm of
    end, found, tried, number = time.time() + 60 * options.minutes, Found(), 0, options.seed * 1_000_000
    print(f"seed {options.seed}", flush=True)
    laws = {name: law for name, law in LAWS.items() if name not in TAKES or find_spec(TAKES[name])}
    for name in LAWS.keys() - laws.keys():
        print(f"{name} is not tried: pip install {TAKES[name]}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if options.text:
        return try_texts(number, end)
    with suppress(KeyboardInterrupt):  # which ends it before its time, with the summary
        while time.time() < end:
            number += 1
            batch = drawn(number, options.depth)
            for case in batch:
                if time.time() > end:
                    break
                tried += 1
                for name, law in laws.items():
                    if name in TAKES and tried % SAMPLE:
                        continue
                    if told := watched(case, law, found):
                        found.add(name, case, told)
            for case, told in running.octave_code_agrees(batch) if running.HAS_OCTAVE and time.time() < end else ():
                found.add("octave_code_agrees", case, told)
    spent = f"{time.process_time() / 60:.1f} minutes of the processor"
    print(
        f"{tried} problems, {len(laws) + running.HAS_OCTAVE} laws, {spent} (seed {options.seed}, depth {options.depth})"
    )
    for name, known in found.broken.items():
        print(f"{name}: broken by {len(known)} problems")
    for case, count in found.slow.most_common(5):
        print(f"slow in {count} laws: {case.text} by {case.wrt}")
    if options.keep:
        with KEPT.open("a", encoding="utf-8") as file:
            for name, known in found.broken.items():
                file.write(json.dumps({"law": name, "text": known[0][0].text, "wrt": known[0][0].wrt}) + "\n")
    return int(bool(found.broken))


def watched(case: Case, law: object, found: Found) -> str:
    """What is wrong with a case by a law; a crash is a fault too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    if found.slow[case]:
        return ""
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 2 * seconds())  # for the answer, and for the law
    try:
        return broken(case, law)  # type: ignore[arg-type]
    except TooSlow:
        found.slow[case] += 1
        return ""
    except Exception:  # whatever a law raises is what the fuzzer looks for
        return "a crash: " + traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    sys.exit(main())
