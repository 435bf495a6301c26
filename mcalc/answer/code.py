"""The code of an answer: one module for its value and its derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcalc.answer.derivative import Derivative
from mcalc.calculus.derivative import in_turn
from mcalc.calculus.layout import as_row
from mcalc.errors import Problem
from mcalc.targets import module
from mcalc.targets.code.stable import steadied


def module_of(form: str, derivatives: Sequence[Derivative]) -> str:
    """A module for derivatives of one expression by several variables, which share what they compute."""
    first = derivatives[0]
    reading, manner = first.reading, first.manner
    shown = [as_row(d.shown) if d.row else d.shown for d in derivatives]
    root = steadied(reading.root)
    if (
        root is not reading.root
        and manner.layout == "mixed"
        and not any((first.product[0], *(d.convention for d in derivatives)))
    ):
        shown = [in_turn(root, d.turns) for d in derivatives]
    more: dict[str, Any] = {"sizes": manner.sizes, "product": first.product, "convention": first.convention}
    if manner.compressed:
        from mcalc.targets.code.manner import compressed

        if len(derivatives) > 1:
            raise Problem("E032", "a module of several derivatives is not compressed", hint="--wrt one variable")
        shown[0], more["pattern"] = compressed(shown[0])
    if manner.samples:
        from mcalc.targets.code.manner import batched

        if manner.compressed or manner.layout != "mixed":
            raise Problem("E032", "--batch goes with neither --compressed nor a layout")
        reading, (value, *shown), more["batch"] = batched(reading, [reading.root, *shown], manner.samples)
        more["value"] = value
    more["then"] = [x.name for x in first.turns if x is not first.variable]
    wrt = [d.variable.name for d in derivatives]
    return module(form, reading, shown, wrt=wrt, order=first.order, layout=manner.layout, **more)
