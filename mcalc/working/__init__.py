"""The working: a derivation as the lines that a teacher would write, each with its rule and the reason.

A method takes a question and its answer to a list of `Step`s. Each line equals the one before in value, and
the last is the answer itself. The differential method is `differential.steps`.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.working.differential import steps as differential
from mcalc.working.step import Step

#: The methods by name; each takes the reading, the variable, the derivative, its syntax and the order.
METHODS: dict[str, Callable[..., list[Step]]] = {"differential": differential}

steps = differential

__all__ = ["METHODS", "Step", "steps"]
