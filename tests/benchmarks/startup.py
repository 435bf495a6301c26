"""What `mcalc diff` costs from start to end, in CPU time, against what Python and SymPy cost to start.

    python tests/benchmarks/startup.py

The bounds: a quarter of `import sympy`, and eight times `pass`; for completion five times `pass`. The fastest of many
runs is compared, since whatever else a machine does only adds to a run. Byte code is cached, as it is in an installed
package.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
MCALC = (sys.executable, "-m", "mcalc")
DIFF = (*MCALC, "diff", "x.T@A@x", "--wrt", "x")
ASKED = ("env", "_MCALC_COMPLETE=bash_complete")
COMMANDS = {
    "python -c pass": ((sys.executable, "-c", "pass"), 30),
    "python -c 'import sympy'": ((sys.executable, "-c", "import sympy"), 7),
    "mcalc diff 'x.T@A@x' --wrt x": (DIFF, 30),
    "mcalc diff 'x.T@A@x' --wrt x --to json": ((*DIFF, "--to", "json"), 30),
    "mcalc --help": ((*MCALC, "--help"), 10),
    "completion of mcalc diff x --to la": ((*ASKED, "COMP_WORDS=mcalc diff x --to la", "COMP_CWORD=4", *MCALC), 30),
    "completion of mcalc diff x --wrt": ((*ASKED, "COMP_WORDS=mcalc diff x --wrt ", "COMP_CWORD=4", *MCALC), 30),
    "completion of mcalc functions so": ((*ASKED, "COMP_WORDS=mcalc functions so", "COMP_CWORD=2", *MCALC), 30),
}


def cpu_time(command: tuple[str, ...]) -> float:
    """Seconds of user and system time that one run takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure every command, a run of each in turn, and print the ratios."""
    best = {name: min(cpu_time(command) for _ in range(count)) for name, (command, count) in COMMANDS.items()}
    python, sympy = list(best.values())[:2]
    print(f"{'':42} {'ms':>7} {'of pass':>8} {'of sympy':>9}")
    for name, seconds in best.items():
        print(f"{name:42} {seconds * 1000:7.1f} {seconds / python:8.1f} {seconds / sympy:9.2f}")


if __name__ == "__main__":
    main()
