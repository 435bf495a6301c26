"""Grading at scale: `python tests/benchmarks/grading.py [COUNT]`, by default 100 000 submissions over 50 questions.

Half of the answers are ones that many students give, and half are written in words of their own: right ones in a form
that nobody else has, and wrong ones that call for a diagnosis. Prints the rate and the memory as the report grows.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from mcalc.checking.exercise import TOPICS, Exercise
from mcalc.checking.grade import Grader
from mcalc.checking.pool import Pool, workers
from mcalc.checking.submissions import Submission, key_of, submissions

QUESTIONS = 50


def questions() -> list[Exercise]:
    """So many different exercises."""
    found: dict[tuple[str, str], Exercise] = {}
    seed = 0
    while len(found) < QUESTIONS:
        made = Exercise([*TOPICS][seed % len(TOPICS)], seed)
        found.setdefault((made.expr, made.wrt), made)
        seed += 1
    return list(found.values())


def answers(asked: list[Exercise], count: int) -> Iterator[bytes]:
    """The submissions, one a line."""
    random = Random(0)
    for k in range(count):
        made = random.choice(asked)
        wrong = random.choice(made.wrong)[0] if made.wrong else f"-({made.key})"
        given = random.choice([made.key, wrong])
        if random.random() < 0.5:  # the same in words that nobody else has
            head, semicolon, last = given.rpartition(";")
            given = f"{head}{semicolon} ({last})*{k + 2}/{k + 2}"
        yield json.dumps({"id": k, "question": made.name, "answer": given}).encode() + b"\n"


def megabytes(pid: int) -> float:
    """What the process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    """Run it, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    asked = questions()
    key = key_of((json.dumps(made.reply()).encode() + b"\n" for made in asked), "jsonl")
    with tempfile.TemporaryFile() as file:
        file.writelines(answers(asked, count))
        for processes in dict.fromkeys((1, os.cpu_count() or 1)):
            file.seek(0)
            measure(submissions(file, "jsonl", key), count, processes)


def measure(given: Iterator[Submission], count: int, processes: int) -> None:
    """Grade them, with so many processes, and print how it goes."""
    print(f"{processes} process{'es' if processes > 1 else ''}, {QUESTIONS} questions")
    print(f"{'graded':>10} {'per s':>8} {'CPU s':>8} {'parent MB':>10} {'worker MB':>10}  verdicts")
    start, verdicts = time.monotonic(), Counter[str]()
    with Pool(Grader(within=10), processes) as pool:
        for done, row in enumerate(pool.rows(given), 1):
            verdicts[row["verdict"]] += 1
            if done % max(count // 5, 1) == 0:
                took = time.monotonic() - start
                pids = [worker.process.pid for worker in workers() if worker.process is not None]
                rates = f"{done:10} {done / took:8.0f} {sum(map(processor, pids)):8.1f}"
                memory = f"{megabytes(os.getpid()):10.0f} {max(map(megabytes, pids)):10.0f}"
                print(f"{rates} {memory}  {', '.join(f'{name} {number}' for name, number in verdicts.items())}")


def processor(pid: int) -> float:
    """The seconds of a processor that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
