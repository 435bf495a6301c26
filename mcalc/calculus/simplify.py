"""Simplification: the rules, applied until none applies."""

from __future__ import annotations

from mcalc.calculus.rules import simplify

__all__ = ["simplify"]
