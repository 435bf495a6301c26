"""Derivatives by matrices with a structure: three conventions, each with its rule for every structure.

G is the derivative by a matrix whose entries are all free. A structure lets only some changes dX happen, and of G only
what it makes of those changes is determined: df = tr(Gᵀ dX) for the changes that keep the structure.

    unstructured   G itself, simplified with what is known of X
    structured     the one G that is such a change itself: the projection of G onto the changes that keep the structure
    cookbook       df/dX[i,j] where everything that the structure ties to X[i,j] moves along
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mcalc.algebra.batch import lift
from mcalc.algebra.expr import Expr, Symbol, contract, permute
from mcalc.algebra.ops import OPS
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.phrase import say

#: What is made of the derivative by free entries, `g`, for the matrix `x`.
Part = Callable[..., Expr]
Rule = tuple[str, Part]  #: its formula, and what it does


class Structure:
    """A structure: the changes that keep it, and what the conventions make of the derivative G by free entries.

    A convention has a formula and what it does. Where the changes depend on where X is, the structure is `bent`.
    """

    def __init__(
        self, name: str, changes: str, structured: Rule, cookbook: Rule | None, why: str, see: str, bent: bool = False
    ) -> None:
        self.name, self.changes, self.why, self.see, self.bent = name, changes, why, see, bent
        self.rules = {"structured": structured} | ({"cookbook": cookbook} if cookbook else {})

    def formula(self, convention: str, x: str = "X") -> str:
        """What the convention makes of G, as text; '' where it has no rule."""
        return self.rules[convention][0].replace("X", x) if convention in self.rules else ""

    def part(self, convention: str) -> Part:
        """What the convention makes of G. Raises a `Problem` where it has no rule."""
        if convention not in self.rules:
            raise Problem(
                "E421",
                "the Cookbook has no rule for an {structure} matrix",
                hint="--structured gives the part along {changes} changes",
                structure=say(self.name),
                changes=say(self.changes),
            )
        return self.rules[convention][1]


def _diagonal(g: Expr) -> Expr:
    """The diagonal part of a matrix."""
    return contract([(g, 1, ((0,), (0,)))], ((0,), (0,)))


_SYMMETRIC: tuple[Rule, Rule] = (
    ("(G + G.T)/2", lambda g, x: (g + g.T) / 2),
    ("G + G.T - diag(diag(G))", lambda g, x: g + g.T - _diagonal(g)),
)
_DIAGONAL: Rule = "diag(diag(G))", lambda g, x: _diagonal(g)
_LOWER: Rule = "tril(G)", lambda g, x: OPS["tril"](g)
_COOKBOOK = "Petersen and Pedersen, The Matrix Cookbook (2012), section 2.8"
_GRADIENT = "Srinivasan and Panda, What is the gradient of a scalar function of a symmetric matrix? arXiv:1911.06491"

STRUCTURES = {
    "diagonal": Structure(
        "diagonal", "diagonal", _DIAGONAL, _DIAGONAL,
        "Only the diagonal changes, and tr(Gᵀ dX) sees of G the diagonal alone.", _COOKBOOK,
    ),
    "symmetric": Structure(
        "symmetric", "symmetric", *_SYMMETRIC,
        "tr(Gᵀ dX) = tr(G dX) for a symmetric dX, so the skew part of G does not count: sym(G) is left.",
        _GRADIENT,
    ),
    "psd": Structure(
        "psd", "symmetric", *_SYMMETRIC,
        "Small symmetric changes keep a positive definite matrix so, and tr(Gᵀ dX) sees of G the symmetric part alone.",
        _GRADIENT,
    ),
    "skew": Structure(
        "skew", "skew", ("(G - G.T)/2", lambda g, x: (g - g.T) / 2), ("G - G.T", lambda g, x: g - g.T),
        "tr(Gᵀ dX) = -tr(G dX) for a skew dX, so the symmetric part of G does not count: skew(G) is left.", "",
    ),
    "lower": Structure(
        "lower", "lower-triangular", _LOWER, _LOWER,
        "Only the entries on and below the diagonal change, and tr(Gᵀ dX) sees of G those alone.", "",
    ),
    "orthogonal": Structure(
        "orthogonal", "tangent", ("(G - X@G.T@X)/2", lambda g, x: (g - x @ g.T @ x) / 2), None,
        "From XᵀX = I follows that Xᵀ dX is skew, dX = X S. So of XᵀG the skew part is left: G - X sym(XᵀG).",
        "Edelman, Arias and Smith, The geometry of algorithms with orthogonality constraints (1998); Absil, Mahony and "
        "Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), section 3.6", bent=True,
    ),
}  # fmt: skip

#: Why the conventions differ, for all structures.
REASON = (
    "The unstructured derivative treats all entries as free, so it says more than the changes that can happen. The "
    "structured one is what is left of it in their space, and is the gradient there: steepest descent keeps the "
    "structure. The Cookbook's rule moves each free entry with all that is tied to it, so an entry off the diagonal of "
    "a symmetric matrix counts twice: its entries are right as partial derivatives, but as a matrix it is no gradient "
    "for the inner product tr(AᵀB)."
)


def structure_of(x: Symbol, convention: str = "unstructured") -> Structure | None:
    """The structure of a matrix, None where its entries are free.

    Raises a `Problem` where there are two, for which the convention has no rule.
    """
    props = x.props.intersection(STRUCTURES)
    if "diagonal" in props or (props & {"symmetric", "psd"} and "lower" in props):
        props -= {"symmetric", "psd", "lower", "diagonal"}
        props |= {"diagonal"}
    if "psd" in props:
        props -= {"symmetric"}
    if len(props) > 1 and convention != "unstructured":
        raise Problem(
            "E421",
            "{x} is {first} and {other}, and no convention is known for both at once",
            hint="leave --structured and --convention out",
            x=x.name,
            first=min(props),
            other=max(props),
        )
    return STRUCTURES[min(props)] if props else None


def restricted(node: Expr, value: int, variables: Sequence[Symbol], convention: str) -> Expr:
    """A derivative by free entries, axes of the value and then those of each variable in turn, in a convention.

    Raises a `Problem` where the convention has no rule for the structure.
    """
    start = value
    for x in variables:
        structure = structure_of(x, convention) if convention != "unstructured" else None
        if structure is not None:
            if structure.bent and len(variables) > 1:
                raise Problem(
                    "E421",
                    "the second derivative along an {structure} matrix takes the curvature of its manifold as well",
                    hint="differentiate once, or leave --structured out",
                    structure=say(structure.name),
                )
            node = _at(node, start, partial(structure.part(convention), x=x))
        start += x.rank
    return simplify(node)


def _at(node: Expr, start: int, part: Callable[[Expr], Expr]) -> Expr:
    """The array with a statement about matrices made of it along two axes."""
    last = [axis for axis in range(node.rank) if axis not in (start, start + 1)] + [start, start + 1]
    moved = lift(part, permute(node, tuple(last)), node.rank - 2)
    return permute(moved, tuple(last.index(axis) for axis in range(node.rank)))


#: What is said of each convention.
_REMARKS = {
    "unstructured": "{x} is {structure}: this is the derivative by free entries, G; --structured gives the one along "
    "{changes} changes",
    "structured": "{x} is {structure}: this is {formula}, the derivative along {changes} changes, where G is that by "
    "free entries",
    "cookbook": "{x} is {structure}: this is {formula}, the Cookbook's derivative, where G is that by free entries",
}


def remark(x: Symbol, structure: Structure, convention: str) -> str:
    """What was done about the structure of a variable, in one line."""
    formula = structure.formula(convention, x.name)
    return say(
        _REMARKS[convention],
        x=x.name,
        structure=say(structure.name),
        changes=say(structure.changes),
        formula=formula,
    )
