"""Conventions: what a derivative is called, and how its axes are arranged."""

from __future__ import annotations

from mcalc.errors import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.expr import Expr, Symbol

LAYOUTS = ("mixed", "numerator", "denominator")
FORMS = ("differential", "index", "kron", "einsum")  #: those in which a derivative of three axes and more is told
VECS = ("column", "row")  #: what vec stacks


def kind_of(f: Expr, x: Symbol, order: int) -> str:
    """What the derivative of `f` by `x` is called.

    `derivative` by a scalar; `gradient` of a scalar by an array, and `hessian` the second one of these;
    `jacobian` of a vector by a vector; `tensor` everything else.
    """
    if not x.rank:
        return "derivative"
    if not f.rank and order <= 2:
        return "gradient" if order == 1 else "hessian"
    return "jacobian" if f.rank == x.rank == order == 1 else "tensor"


def check_layout(layout: str) -> None:
    """Raise a `Problem` where the layout is none, or is not known yet."""
    if layout not in LAYOUTS:
        raise Problem(
            "E005", "no such layout: {layout}", hint="choose from {choices}", layout=layout, choices=list(LAYOUTS)
        )
    if layout != "mixed":
        raise Problem("E407", "the {layout} layout is not known yet", hint="the mixed layout is", layout=layout)


def check_form(form: str, vec: str) -> None:
    """Raise a `Problem` where there is no such form or no such order of vec; no form is asked for by ''."""
    for name, value, known in (("form", form or FORMS[0], FORMS), ("order of vec", vec, VECS)):
        if value not in known:
            raise Problem(
                "E005",
                "no such {name}: {value}",
                hint="choose from {choices}",
                name=name,
                value=value,
                choices=list(known),
            )
