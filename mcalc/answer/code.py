"""The code of an answer: one module for its value and its derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcalc.algebra.expr import Expr
from mcalc.answer.derivative import Derivative
from mcalc.calculus.derivative import in_turn
from mcalc.calculus.layout import as_row
from mcalc.targets import module
from mcalc.targets.code.manner import batched, compressed, of_samples
from mcalc.targets.code.stable import steadied


def computed(derivatives: Sequence[Derivative]) -> list[Expr]:
    """What a module computes of each derivative, in its layout: that of what is computed for the value."""
    first = derivatives[0]
    root = steadied(first.reading.root)
    if (
        root is not first.reading.root
        and first.manner.layout == "mixed"
        and not any(d.product[0] or d.entry or d.convention for d in derivatives)
    ):
        return [in_turn(root, d.turns) for d in derivatives]
    return [as_row(d.shown) if d.row else d.shown for d in derivatives]


def parts(derivative: Derivative) -> list[dict[str, Any]]:
    """The arrays of a compressed derivative as plain data: the axes of the whole and its own, and its shape."""
    found = compressed(*computed([derivative]))
    return [{"full": full, "axes": axes, "shape": [str(d) for d in part.shape]} for part, (full, axes) in found]


def module_of(form: str, derivatives: Sequence[Derivative]) -> str:
    """A module for derivatives of one expression by several variables, which share what they compute."""
    first = derivatives[0]
    reading, manner, shown = first.reading, first.manner, computed(derivatives)
    more: dict[str, Any] = {"sizes": manner.sizes, "product": first.product, "convention": first.convention}
    if manner.compressed:
        found = [compressed(one) for one in shown]
        shown = [part for several in found for part, _ in several]
        more["patterns"] = [[pattern for _, pattern in several] for several in found]
    if manner.samples:
        reading, (value, *many), more["batch"] = batched(reading, [reading.root, *shown], manner.samples)
        more["value"] = value
        if manner.compressed:
            alike = [all(s.name not in manner.samples for s in part.free) for part in shown]
            many = [part if same else stack for part, stack, same in zip(shown, many, alike, strict=True)]
            same = iter(alike)
            more["patterns"] = [[of_samples(one, next(same)) for one in several] for several in more["patterns"]]
        shown = many
    more["entries"] = [d.entry for d in derivatives]
    order = min(next((k for k, x in enumerate(d.turns) if x is not d.variable), len(d.turns)) for d in derivatives)
    more |= {"order": order, "then": [x.name for x in first.turns[order:]]}
    wrt = [d.variable.name for d in derivatives]
    return module(form, reading, shown, wrt=wrt, layout=manner.layout, **more)
