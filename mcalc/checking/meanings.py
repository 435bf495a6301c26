"""Write what the operations are worth: `python -m mcalc.checking.meanings` turns the records into _meanings.py.

A record says its meaning as a NumPy template. Made into functions here, before anybody asks a question, the templates
are code like any other, and nothing is evaluated while mcalc runs.
"""

from __future__ import annotations

import re
from pathlib import Path

from mcalc.algebra.ops import OPS
from mcalc.algebra.ops.record import Op
from mcalc.algebra.ops.special import SPECIAL, special

FILE = Path(__file__).with_name("_meanings.py")

HEAD = '''"""What the operations are worth. Written by `python -m mcalc.checking.meanings`: do not edit."""
# ruff: noqa
# mypy: ignore-errors

from collections.abc import Callable

import numpy as np
import scipy

'''
TABLE = "\nMEANINGS: dict[str, Callable[..., object]] = {\n"


def generate() -> str:
    """The text of the module: the helpers of the records, and a function for each operation."""
    for name in SPECIAL:
        special(name)
    applied = [op for op in OPS.values() if op.kind in ("elementwise", "function") and not op.private]
    helpers = dict.fromkeys(f"\n{op.helper.strip()}\n\n" for op in applied if op.helper)
    lines = [f'    "{op.name}": {_function(op)},\n' for op in sorted(applied, key=lambda op: op.name)]
    return "".join([HEAD, *helpers, TABLE, *lines, "}\n"])


def _function(op: Op) -> str:
    """The template as a function of the arguments."""
    holes = [int(k) for k in re.findall(r"\{(\d)\}", op.numpy)]
    names = [f"x{k}" for k in range(max(holes, default=-1) + 1)]
    return f"lambda {', '.join(names)}: {op.numpy.format(*names)}".replace("lambda :", "lambda:")


if __name__ == "__main__":
    FILE.write_text(generate(), encoding="utf-8")
