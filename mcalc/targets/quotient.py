r"""The left side of an equation, in each target: `dF`, `∂F/∂X`, `\frac{\partial F}{\partial X}`.

In text a second derivative is spelled `d2f/dX2`; elsewhere with ∂ and raised numbers.
"""

from __future__ import annotations

from mcalc.language.syntax import Name
from mcalc.notation.quotient import Quotient
from mcalc.targets import write

RAISED = {
    "text": ("", "", "2", "3", "4"),
    "unicode": ("", "", "²", "³", "⁴"),
    "latex": ("", "", "^{2}", "^{3}", "^{4}"),
}
#: The sign of a differential, and of a partial derivative.
SIGNS = {"text": ("d", "d"), "unicode": ("d", "∂"), "latex": (r"\mathrm{d}", r"\partial")}
#: What stands around the derivatives that were taken before: where they are stacked, and where they change.
BEFORE = {
    "text": ("vec({0})", "({0})"),
    "unicode": ("vec({0})", "({0})"),
    "latex": (r"\operatorname{{vec}}\left({0}\right)", "{0}"),
}


def spelled(quotient: Quotient, form: str) -> str:
    """The left side in one of the targets."""
    over = write(form, quotient.over)
    if quotient.stacked:
        before = Quotient(quotient.over, tuple(Name(x) for x in quotient.stacked), len(quotient.stacked))
        over = BEFORE[form][0 if quotient.partial else 1].format(spelled(before, form))
    differential, partial = SIGNS[form]
    raised, space = RAISED[form][quotient.order], " " if form == "latex" else ""
    if not quotient.under:
        return f"{differential}{raised}{space}{over}"
    under = [write(form, each) for each in quotient.under]
    if len(set(under)) == 1 < len(under):
        below = f"{partial}{space}{under[0]}{raised}"
    else:
        below = ("" if form == "unicode" else " ").join(f"{partial}{space}{each}" for each in under)
    above = f"{partial}{raised}{space}{over}"
    if form == "latex":
        return rf"\frac{{{above}}}{{{below}}}"
    return f"{above}/({below})" if " " in below else f"{above}/{below}"
