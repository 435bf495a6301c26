"""Every operation, by topic. Importing this package states them all; `OPS` holds the records by name."""

from __future__ import annotations

from mcalc.algebra.ops import composite, elementwise, linalg, selection, spectrum, structure
from mcalc.algebra.ops.record import ALIASES, OPS, Op
from mcalc.algebra.ops.special import OTHER_NAMES, SPECIAL, special

#: Every name that is a function when it is called, those that SymPy differentiates included.
NAMES = frozenset((*OPS, *ALIASES, *SPECIAL, *OTHER_NAMES))


def find(name: str, count: int = 1) -> Op | None:
    """The record that this name means with `count` arguments: `max` of two is `maximum`."""
    op = OPS.get(ALIASES.get(name, name)) or special(name)
    return OPS[op.pair] if op and op.pair and count == 2 else op


__all__ = [
    "ALIASES", "NAMES", "OPS", "Op", "composite", "elementwise", "find", "linalg", "selection", "special", "spectrum",
    "structure",
]  # fmt: skip
