"""How fast generated code runs: `python tests/benchmarks/speed.py [--only NAME] [--seconds S] [--markdown --short]`.

A table with a row for each problem and size: the best form by hand in microseconds, and how many times as long take
mcalc's code for NumPy, for JAX (under jax.jit) and for PyTorch, and autodiff, by jax.jit of grad, hessian or jacobian
and by torch.func (compilation left out). All of a row run in turns, window after
window, and a ratio is that of the shortest, so that a busy machine slows all alike; held to one core (`taskset -c 0`)
the processor's time counts, whoever else is busy on it. Every result is compared first. All rows take about half an
hour: with `--json FILE` those that the file has are shown as they are, so that a run may be broken off and taken up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from mcalc.answer import differentiate
from mcalc.request import Manner
from tests.benchmarks.problems import PROBLEMS, Problem, Values

Rivals = dict[str, Callable[[], Any]]
Row = dict[str, Any]


def generated(problem: Problem, size: str, form: str = "numpy") -> Callable[..., Any]:
    """mcalc's function in this form, told the sizes."""
    manner = Manner(compressed=problem.compressed, size=size.split(","))
    scope: dict[str, Any] = {"__name__": "generated"}
    exec(differentiate(problem.expr, [problem.wrt], problem.variables, problem.order, manner).code(form), scope)
    function: Callable[..., Any] = scope["value_and_derivative" if problem.both else "derivative"]
    return function


def mcalc_in_jax(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """jax.jit of mcalc's code for it."""
    import jax

    jax.config.update("jax_enable_x64", True)
    made = generated(problem, size, "jax")
    function = jax.jit(lambda *args: made(**dict(zip(values, args, strict=True))))
    args = [jax.numpy.asarray(v) for v in values.values()]
    return lambda: jax.block_until_ready(function(*args))


def mcalc_in_torch(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """mcalc's code for PyTorch."""
    import torch

    function = generated(problem, size, "torch")
    args = {name: torch.as_tensor(v) for name, v in values.items()}
    return lambda: function(**args)


def with_jax(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """jax.jit of the derivative by autodiff."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    place = list(values).index(problem.wrt)

    def value(*args: Any) -> Any:
        return problem.plain(jnp, *args)

    if problem.both:
        function = jax.value_and_grad(value, place)
    elif problem.order == 2:
        function = jax.hessian(value, place)
    else:
        function = jax.jacobian(value, place)
    function = jax.jit(function)
    args = [jnp.asarray(v) for v in values.values()]
    return lambda: jax.block_until_ready(function(*args))


def with_torch(problem: Problem, size: str, values: Values) -> Callable[[], Any]:
    """torch.func of the same."""
    import torch

    args = [torch.as_tensor(v) for v in values.values()]
    place = list(values).index(problem.wrt)

    def value(*args: Any) -> Any:
        return problem.plain(torch, *args)

    if problem.both:
        both = torch.func.grad_and_value(value, place)
        return lambda: both(*args)[::-1]
    function = (torch.func.hessian if problem.order == 2 else torch.func.jacrev)(value, place)
    return lambda: function(*args)


def agree(name: str, found: Any, expected: Any) -> None:
    """Complain where a rival computes something else."""
    for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (found, expected)), strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-6, atol=1e-6 * np.max(np.abs(b)), err_msg=name)


def measured(rivals: Rivals, seconds: float) -> dict[str, float]:
    """The shortest time of each, in windows that take turns; of what takes longer than `seconds` one run is enough."""
    clock = time.process_time if len(os.sched_getaffinity(0)) == 1 else time.perf_counter
    counts, windows = {}, {}
    for name, run in rivals.items():
        start = clock()
        run()
        taken = clock() - start
        windows[name] = [taken] if taken > seconds else []
        counts[name] = max(1, int(0.01 / max(taken, 1e-7)))
    turns = [name for name in rivals if not windows[name]]
    end = clock() + seconds
    while turns and (clock() < end or min(len(windows[name]) for name in turns) < 3):
        random.shuffle(turns)  # what runs after another library is slower for a while
        for name in turns:
            run = rivals[name]
            start = clock()
            for _ in range(counts[name]):
                run()
            windows[name].append((clock() - start) / counts[name])
    return {name: min(times) for name, times in windows.items()}


#: What is timed beside the forms by hand and mcalc's code for NumPy, by the library that it needs.
RIVALS = {
    "jax": {"jit(mcalc)": mcalc_in_jax, "jit(grad)": with_jax},
    "torch": {"mcalc": mcalc_in_torch, "func": with_torch},
}


def timed(problem: Problem, size: str, libraries: list[str], most: float, seconds: float) -> Row:
    """A row: the time by hand, and of everything else that can be had how many times as long it takes."""
    function, values = generated(problem, size), problem.values(size)
    expected = problem.by_hand(**values)
    rivals: Rivals = {"hand": lambda: problem.by_hand(**values), "mcalc": lambda: function(**values)}
    largest = np.size(expected[1] if problem.both else expected)
    for library in libraries:
        for name, make in RIVALS[library].items():
            if "mcalc" in name or (largest <= most and problem.shown):
                rivals[f"{library} {name}"] = make(problem, size, values)
    for name, run in rivals.items():
        agree(f"{problem.name} {size} {name}", run(), expected)
    times = measured(rivals, seconds)
    ratios = {name: times[name] / times["hand"] for name in times if name != "hand"}
    return {"problem": problem.name, "size": size, "hand": times["hand"], "ratios": ratios}


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="rows whose problem has this in its name")
    options.add_argument("--seconds", type=float, default=1.5, help="to spend on each row")
    options.add_argument("--most", type=float, default=2e7, help="entries of the largest result for autodiff")
    options.add_argument("--rivals", default="jax,torch", help="the libraries to compare with")
    options.add_argument("--json", type=Path, help="a file for the numbers; what it has is not measured again")
    options.add_argument("--markdown", action="store_true", help="print a table for README")
    options.add_argument("--short", action="store_true", help="one size of each problem, a middling one")
    chosen = options.parse_args()
    libraries = [name for name in chosen.rivals.split(",") if name and find_spec(name)]
    columns = ["mcalc", *(f"{library} {name}" for library in libraries for name in RIVALS[library])]
    heads = ["problem", "size", "by hand, µs", *columns]
    if chosen.markdown:
        print("|", " | ".join(heads), "|")
        print("|---|---|", " | ".join(["--:"] * len(heads[2:])), "|")
    else:
        print(f"{heads[0]:28} {heads[1]:18}", *(f"{head:>15}" for head in heads[2:]), "  (by hand = 1.0)")
    rows: list[Row] = json.loads(chosen.json.read_text("utf-8")) if chosen.json and chosen.json.exists() else []
    known = {(row["problem"], row["size"]): row for row in rows}
    for problem in PROBLEMS:
        sizes = [problem.middling] if chosen.short else problem.sizes
        for size in sizes if chosen.only in problem.name else []:
            row = known.get((problem.name, size))
            if row is None:
                row = timed(problem, size, libraries, chosen.most, chosen.seconds)
                rows.append(row)
                if chosen.json:
                    chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
            ratios = row["ratios"]
            shown = [f"{row['hand'] * 1e6:.1f}", *(f"{ratios[c]:.2f}" if c in ratios else "–" for c in columns)]
            if chosen.markdown:
                print("|", " | ".join([problem.name, size.replace(",", ", "), *shown]), "|", flush=True)
            else:
                print(f"{problem.name:28} {size:18}", *(f"{cell:>15}" for cell in shown), flush=True)


if __name__ == "__main__":
    main()
