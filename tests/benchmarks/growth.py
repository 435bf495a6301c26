"""How many problems mcalc derives in a second, and how its time, its answers and its memory grow: in CPU time.

    python tests/benchmarks/growth.py
    python tests/benchmarks/growth.py --lines 10000 100000 1000000    # the memory of long batches alone, some minutes

Every question of the second table is asked in a process of its own, forked when mcalc is imported, so that no question
finds what another has cached. The least of three times is told, for the corpus as well. Where sizes are compared, the
table has the ratio of the last size to the first. Byte code is cached, as it is in an installed package.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from mcalc import diff

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "data" / "corpus.jsonl"
TIMES = 3
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
Question = tuple[str, str, int]  #: the expression, the variable, the order


def net(layers: int) -> Question:
    """The squared loss of a net of tanh layers, by the weights of its first."""
    lines = ["h1 = tanh(W1@x)", *(f"h{k} = tanh(W{k}@h{k - 1})" for k in range(2, layers + 1))]
    return "; ".join([*lines, f"norm(h{layers} - y)^2"]), "W1", 1


def recurrence(steps: int) -> Question:
    """The squared loss after so many steps of one layer, by its weights."""
    lines = ["h1 = tanh(W@x)", *(f"h{k} = tanh(W@h{k - 1} + x)" for k in range(2, steps + 1))]
    return "; ".join([*lines, f"norm(h{steps} - y)^2"]), "W", 1


def trace(factors: int) -> Question:
    """The trace of a product of one matrix with itself."""
    return f"tr({'@'.join(['X'] * factors)})", "X", 1


def sines(terms: int) -> Question:
    """A sum of different terms."""
    return " + ".join(f"sin({k}*t)" for k in range(1, terms + 1)), "t", 1


def nested(functions: int) -> Question:
    """Functions one in another."""
    return "sin(" * functions + "t" + ")" * functions, "t", 1


def two_layers(order: int) -> Question:
    """A net of two layers by its input, several times."""
    return "norm(W2@tanh(W1@x) - y)^2", "x", order


#: What is asked, and at which sizes.
GROWTH = {
    "a net of N tanh layers": (net, (8, 16, 32, 64)),
    "N steps of one layer": (recurrence, (8, 16, 32, 64)),
    "tr(X@…@X) of N factors": (trace, (8, 64)),
    "a sum of N sines": (sines, (500, 4000)),
    "N functions one in another": (nested, (25, 199)),
    "a two-layer net, order N": (two_layers, (1, 2, 3, 4)),
}


def derive(question: Question) -> tuple[float, int]:
    """The seconds that an answer takes, and its length."""
    expression, wrt, order = question
    declared = ["t[]"] if wrt == "t" else []
    before = time.process_time()
    text = diff(expression, wrt, var=declared, order=order).derivative
    return time.process_time() - before, len(text)


def measured(question: Question) -> tuple[float, int]:
    """The same, each time in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        found = [pool.apply(derive, (question,)) for _ in range(TIMES)]
    return min(found)


def corpus(forms: list[str]) -> Iterator[str]:
    """The corpus as requests to `mcalc batch`."""
    for case in map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines()):
        properties = case.get("props") or {}
        declared = [f"{x}[{','.join(d.split())}] {properties.get(x, '')}".strip() for x, d in case["vars"].items()]
        asked = {"expr": case["expr"], "wrt": case["wrt"], "order": case["order"], "var": declared, "to": forms}
        yield json.dumps(asked)


def small(count: int) -> Iterator[str]:
    """So many requests that have no name in common."""
    return (json.dumps({"expr": f"a{k}.T@x{k}", "wrt": f"x{k}"}) for k in range(count))


def plain(count: int) -> Iterator[str]:
    """So many requests that take as little time as any, and have no name in common."""
    return (json.dumps({"command": "shape", "expr": f"x{k}"}) for k in range(count))


def batch(requests: Iterable[str]) -> tuple[float, int]:
    """The seconds that `mcalc batch` takes for them, start and all, and the most memory that it held, in KiB."""
    with tempfile.TemporaryFile("w+") as lines:
        lines.writelines(f"{line}\n" for line in requests)
        lines.seek(0)
        command = (sys.executable, "-m", "mcalc", "batch")
        child = subprocess.Popen(command, stdin=lines, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit("a request failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss


HEAD = f"{'batch':30} {'problems':>8} {'s':>8} {'a second':>9} {'most MiB':>9}"


def show(name: str, number: int, requests: Iterable[str], times: int = 1) -> None:
    """Send the requests, several times where that is wanted, and print a row of the table."""
    runs = [batch(requests) for _ in range(times)]
    seconds, memory = min(runs)
    print(f"{name:30} {number:8} {seconds:8.2f} {number / seconds:9.0f} {memory / 1024:9.1f}", flush=True)


def main() -> None:
    """Measure all and print the table."""
    os.chdir(ROOT)
    print(HEAD)
    if sys.argv[1:2] == ["--lines"]:
        for number in map(int, sys.argv[2:]):
            show("shapes", number, plain(number))
        return
    asked = {
        "the corpus": list(corpus(["text"])),
        "the corpus, with NumPy code": list(corpus(["text", "numpy"])),
        "small requests": list(small(1_000)),
        "more small requests": list(small(20_000)),
    }
    for name, requests in asked.items():
        show(name, len(requests), requests, TIMES if len(requests) < 1_000 else 1)
    print(f"\n{'growth':30} {'N':>8} {'ms':>8} {'ratio':>9} {'length':>9} {'ratio':>9}")
    for name, (question, sizes) in GROWTH.items():
        first = measured(question(sizes[0]))
        for size in sizes:
            seconds, length = first if size == sizes[0] else measured(question(size))
            ratios = f"{seconds / first[0]:9.1f} {length:9} {length / first[1]:9.1f}"
            print(f"{name:30} {size:8} {seconds * 1000:8.1f} {ratios}")


if __name__ == "__main__":
    main()
