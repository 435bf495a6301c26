"""Every operation, by topic. Importing this package states them all; `OPS` holds the records by name."""

from __future__ import annotations

from mcalc.algebra.ops import composite, elementwise, linalg, structure
from mcalc.algebra.ops.record import ALIASES, OPS, Op

__all__ = ["ALIASES", "OPS", "Op", "composite", "elementwise", "linalg", "structure"]
