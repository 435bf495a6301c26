"""Conventions: what a derivative is called, and how its axes are arranged.

The layouts are those of https://en.wikipedia.org/wiki/Matrix_calculus#Layout_conventions, where Y is the value, X the
variable, and a vector is a column:

    numerator    by Y and X.T: the axes of Y, then those of X in reverse
    denominator  by Y.T and X: the axes of X, then those of Y in reverse, which transposes the numerator layout
    mixed        the axes of Y, then those of X; the gradient of a scalar is shaped like X

    scalar by vector    row        column     column
    scalar by matrix    X.T        X          X          (whose shape)
    vector by vector    m x n      n x m      m x n
    vector by scalar    column     row        column
    matrix by scalar    Y          Y.T        Y

Books end there. The same two rules are taken for three axes and more, and for each variable of a higher order.
"""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.expr import Expr, Symbol

LAYOUTS = ("mixed", "numerator", "denominator")
FORMS = ("differential", "index", "kron", "einsum")  #: those in which a derivative of three axes and more is told
CONVENTIONS = ("unstructured", "structured", "cookbook")  #: what a structure of the variable makes of a derivative
VECS = ("column", "row")  #: what vec stacks


def kind_of(f: Expr, turns: Sequence[Symbol]) -> str:
    """What the derivative of `f` by some variables in turn is called.

    `derivative` by scalars; `gradient` of a scalar by an array, and `hessian` the second one of these, by the same;
    `jacobian` of a vector by a vector; `mixed` by several; `tensor` everything else.
    """
    x = turns[0]
    if not any(y.rank for y in turns):
        return "derivative"
    if any(y is not x for y in turns):
        return "mixed"
    if not f.rank and len(turns) <= 2:
        return "gradient" if len(turns) == 1 else "hessian"
    return "jacobian" if f.rank == x.rank == len(turns) == 1 else "tensor"


#: How the axes of three and more stand in each layout, in words.
AXES = {
    "mixed": "the axes of the value before those of the variable",
    "numerator": "the axes of the value, then those of the variable in reverse",
    "denominator": "the axes of the variable, then those of the value in reverse",
}


def order_of(layout: str, value: int, variables: Sequence[int]) -> tuple[int, ...]:
    """The axes in a layout, each as its place in the mixed one.

    `value` is the number of axes of the value, and `variables` that of each variable in turn.
    """
    axes = list(range(value))
    for count in variables:
        own = range(len(axes), len(axes) + count)
        axes += own if layout == "mixed" else own[::-1]
    return tuple(axes[::-1] if layout == "denominator" else axes)


def is_row(layout: str, value: int, variables: Sequence[int]) -> bool:
    """Whether a derivative of one axis stands as a row."""
    return value + sum(variables) == 1 and layout == ("denominator" if value else "numerator")


def arranged(node: Expr, layout: str, value: int, variables: Sequence[int]) -> Expr:
    """A derivative in the mixed layout, in another; one that stands as a row keeps its one axis."""
    from mcalc.algebra.expr import permute  # a shell that completes needs the names of the layouts alone

    order = order_of(layout, value, variables)
    return node if order == tuple(range(node.rank)) else permute(node, order)


def as_row(node: Expr) -> Expr:
    """A vector as a matrix of one row."""
    from mcalc.algebra.dims import dim
    from mcalc.algebra.expr import contract

    return contract([(node, 1, ((0,),))], ((1,), (0,)), {1: dim(1)})
