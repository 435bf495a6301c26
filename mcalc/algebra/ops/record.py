"""An operation is one record in one place. Five ways to state one, each asking only for what cannot be derived.

    contraction  structure: the index string is shape rule, derivative and meaning
    elementwise  the shape is kept; `slope(x, y)` may use the answer y
    function     a signature and a differential dY in terms of X, Y and dX
    macro        a body: lowering expands it, notation recognises it
    sized        a body that takes sizes as well: eye(n), unvec(x, m, n)

The parser, shape inference, calculus, printers, `mcalc functions`, the man page and the tests are generic
over the records: adding an operation is adding one record.

**Templates.** `latex` and `numpy` have a hole for each argument, `{0}`. In `latex` a hole says how tightly its
argument must bind, `{0:atom}`, and nothing where it stands between delimiters; in `numpy` the target puts brackets
around what is no atom, unless the hole stands alone between brackets and commas. A `numpy` template acts on the
last axes and keeps axes in front of them (reductions of any array excepted: they take all axes), and reads as an
atom. It uses `np.`, `scipy.linalg.`, `scipy.special.` and the function that `helper` defines.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from mcalc.algebra.batch import lift
from mcalc.algebra.contract import turned
from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import (
    Apply,
    Contract,
    Expr,
    Shape,
    Sum,
    apply,
    contract,
    hadamard,
    is_zero,
    permute,
    scale,
    transpose,
    zero,
)
from mcalc.algebra.ops.signature import Signature
from mcalc.errors import Problem
from mcalc.phrase import one_of, say

OPS: dict[str, Op] = {}  #: every record by its name in the language, in the order in which they are stated
ALIASES: dict[str, str] = {}  #: other spellings of a name

Body = Callable[..., Expr]
Slope = Callable[[Expr, Expr], Expr]


class Op:
    """The record of one operation.

    The first signature of a function or elementwise operation is its own: only in front of it may batch axes
    stand. The others are ways of calling it, read by `of`.
    """

    __slots__ = (
        "adjoint", "aliases", "body", "differential", "domain", "example", "h", "helper", "internal", "keeps", "kind",
        "latex", "name", "nonsmooth", "normal", "numpy", "pair", "private", "see", "shape", "signatures", "slope",
        "traits", "turns", "why",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        name: str,
        *,
        signature: str,
        why: str,
        example: str = "",
        see: str = "",
        latex: str = "",
        numpy: str = "",
        helper: str = "",
        domain: str = "generic",
        keeps: str = "",
        traits: str = "",
        turns: str = "",
        nonsmooth: str = "",
        aliases: str = "",
        pair: str = "",
        internal: bool = False,
        private: bool = False,
        normal: Callable[..., Expr | None] | None = None,
        shape: Callable[..., Shape] | None = None,
        slope: Slope | None = None,
        differential: Body | None = None,
        adjoint: Body | None = None,
        body: Body | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.signatures = tuple(Signature(s) for s in signature.split(" | "))
        self.why = why  # the step in a teacher's words
        self.see = see
        self.example = example
        self.latex = latex or _call(name, len(self.signatures[0].inputs))
        self.numpy = numpy
        self.helper = helper  # Python source of a function that the numpy template calls
        self.domain = domain  # where it may be tried: one word for each argument, or for all
        self.keeps = frozenset(keeps.split())  # properties that the result has where every argument has them
        self.traits = frozenset(traits.split())  # properties that the result always has
        self.turns = turns  # "with" where f(Aᵀ, Bᵀ) = f(A, B)ᵀ, "same" where f(Aᵀ) = f(A)
        self.nonsmooth = nonsmooth  # the subgradient that is taken where there is no gradient
        self.aliases = tuple(aliases.split())
        self.pair = pair  # the record that this name means when two arguments are given
        self.internal = internal  # an answer may use it; nobody needs to type it
        self.normal = normal  # another way to write an application, tried first
        self.shape = shape  # the shape of the result, where the arguments are sizes and places that tell it
        self.slope = slope
        self.differential = differential
        self.adjoint = adjoint
        self.body = body
        self.h = crc32(name.encode())
        self.private = private  # known only to the program that declares it
        for spelling in () if private else (name, *self.aliases):
            if spelling in OPS or spelling in ALIASES:
                raise ValueError(f"two records are called {spelling}")
        if not private:
            OPS[name] = self
        ALIASES.update((alias, name) for alias in self.aliases)

    def __repr__(self) -> str:
        return self.name

    def of(self, *args: Expr, axis: int | None = None) -> Expr:
        """The operation as a reader means it: on whole arguments, or along one axis.

        Unlike a plain call it never takes the first axes of an argument for batch axes: `max(X)` of a matrix is
        its greatest entry. Raises a `Problem` of kind shape where no signature fits, or no axis is wanted.
        """
        if axis is not None:
            if not self.has_axis:
                raise Problem("E309", "{name} has no axis to choose", name=self.name)
            return self(*args, axis=axis)
        signature = self.fitting(args)
        if self.kind == "function" and signature is not self.signatures[0]:
            return self(_entries(args[0]), *args[1:])
        return self(*args)

    def __call__(self, *args: Expr, axis: int | None = None) -> Expr:
        """The operation on nodes; axes in front of those in the signature are batch axes.

        `axis` applies an operation on vectors along one axis of a matrix.
        Raises a `Problem` of kind shape where the arguments do not fit.
        """
        if axis is not None:
            return self._along(args, axis)
        if self.kind in ("macro", "sized"):
            assert self.body is not None
            if self.kind == "macro":
                self.fitting(args)
            return self.body(*args)
        if self.kind == "contraction":
            return self.fitting(args).contract(args)
        signature = self.signatures[0]
        if not signature.lifts(tuple(a.shape for a in args)):
            raise self._misfit(args)
        args = signature.spread(args)
        if self.normal is not None and (node := self.normal(*args)) is not None:
            return node
        if self.shape is not None:
            return apply(self, args, self.shape(*args))
        if self.adjoint is not None and (node := self._linear(args)) is not None:
            return node
        if self.turns:
            first = next((a for a in args if a.rank == 2 and not a.symmetric), None)
            if first is not None and turned(first):
                flipped = self(*(transpose(a) for a in args))
                return flipped if self.turns == "same" else transpose(flipped)
        return apply(self, args, signature.shape(tuple(a.shape for a in args)))

    @property
    def has_axis(self) -> bool:
        """Whether it makes sense along one axis of a matrix: an operation on vectors, or a reduction."""
        first = self.signatures[0]
        one = len(first.inputs) == 1 and len(first.inputs[0]) == 1 and len(first.output) < 2
        on_vectors = self.kind in ("function", "macro") and one
        return on_vectors or first.text == "...->"

    def batch(self, args: tuple[Expr, ...]) -> int:
        """The number of batch axes that the arguments have in front of the signature's own."""
        return self.signatures[0].batch(tuple(a.shape for a in args))

    def fitting(self, args: tuple[Expr, ...]) -> Signature:
        """The first signature that takes exactly these arguments, or a `Problem` of kind shape."""
        shapes = tuple(a.shape for a in args)
        for signature in self.signatures:
            if signature.fits(shapes):
                return signature
        raise self._misfit(args)

    def _misfit(self, args: tuple[Expr, ...]) -> Problem:
        wanted = one_of(s.describe() for s in self.signatures)
        got = [show_shape(a.shape) for a in args] or say("nothing")
        by_axis = len(args) == 1 and args[0].rank == 2 and self.has_axis
        return Problem(
            "E307",
            "{name} takes {wanted}, and got {got}",
            hint="{name}(…, axis=0) takes every column, {name}(…, axis=1) every row" if by_axis else "",
            name=self.name,
            wanted=wanted,
            got=got,
        )

    def _linear(self, args: tuple[Expr, ...]) -> Expr | None:
        """Zeros and scalar factors leave the argument in which the operation is linear."""
        *fixed, last = args
        if is_zero(last):
            return zero(self.signatures[0].shape(tuple(a.shape for a in args)))
        factor, rest = scalar_part(last)
        return None if rest is last else hadamard(factor, self(*fixed, rest))

    def _along(self, args: tuple[Expr, ...], axis: int) -> Expr:
        """Apply to every row or column: move the axis to the end, lift over the others, move back."""
        first, *more = args
        place = axis + first.rank if axis < 0 else axis
        if not 0 <= place < first.rank:
            raise Problem(
                "E309",
                "axis={axis} is no axis of an argument of shape {shape}",
                axis=axis,
                shape=show_shape(first.shape),
            )
        if first.rank == 1:
            return self(*args)
        others = tuple(k for k in range(first.rank) if k != place)
        moved = permute(first, (*others, place))
        result = lift(lambda x: self(x, *more), moved, first.rank - 1)
        if result.rank < first.rank:
            return result
        back = list(range(first.rank - 1))
        back.insert(place, first.rank - 1)
        return permute(result, tuple(back))


def _call(name: str, count: int) -> str:
    """The LaTeX of a plain call."""
    upright = name.replace("_", r"\_")
    holes = ", ".join(f"{{{k}}}" for k in range(count))
    return rf"\operatorname{{{{{upright}}}}}\left({holes}\right)"


def _entries(node: Expr) -> Expr:
    """The entries of a matrix as one vector, column by column."""
    return contract([(node, 1, ((0,), (1,)))], ((1, 0),)) if node.rank == 2 else node


def scalar_part(node: Expr) -> tuple[Expr, Expr]:
    """The node as a scalar times a node that has no scalar factors."""
    match node:
        case Sum([(c, inner)]):
            factor, rest = scalar_part(inner)
            return scale(c, factor), rest
        case Contract(factors, out, sizes) if out:
            scalars = [f for f in factors if not f[2]]
            if scalars:
                rest = contract([f for f in factors if f[2]], out, dict(enumerate(sizes)))
                return contract(scalars, ()), rest
    return contract((), ()), node


def contraction(name: str, signature: str, **facts: object) -> Op:
    """An operation that multiplies, sums, repeats or fuses axes; the string gives everything.

    Alternatives are separated by ` | ` and chosen by the shapes that fit, first come first served.
    """
    return Op("contraction", name, signature=signature, **facts)  # type: ignore[arg-type]


def elementwise(name: str, slope: Slope, *, keeps: str = "", **facts: object) -> Op:
    """A function of each entry; `slope(x, y)` is its derivative at x, where the value is y.

    One that keeps zeros says `keeps="diagonal lower"`.
    """
    return Op("elementwise", name, signature="...->...", slope=slope, turns="with", keeps=f"symmetric {keeps}", **facts)  # type: ignore[arg-type]


def pairwise(name: str, slopes: tuple[Body | None, Body | None], **facts: object) -> Op:
    """A function of each pair of entries; `slopes` are its derivatives `(x, a, y) -> dy/dx, dy/da`, None if unknown."""

    def differential(x: Expr, a: Expr, y: Expr, *changes: Expr) -> Expr:
        parts = zero(y.shape)
        for k, (slope, change) in enumerate(zip(slopes, changes, strict=True)):
            if is_zero(change):
                continue
            if slope is None:
                raise unsupported(
                    say(
                        "the derivative of {name} by its second argument"
                        if k
                        else "the derivative of {name} by its first argument",
                        name=name,
                    )
                )
            parts = parts + slope(x, a, y) * change
        return parts

    return Op("function", name, signature="...,...->...", differential=differential, turns="with", **facts)  # type: ignore[arg-type]


def function(name: str, signature: str, differential: Body, **facts: object) -> Op:
    """A function of whole arrays; `differential(*args, y, *dargs)` is dY.

    An operation that is linear in its last argument gives `adjoint` as well: `adjoint(*args, g)` is the
    cotangent of that argument. Alternatives in the signature of an operation on vectors take any matrix whole.
    """
    return Op("function", name, signature=signature, differential=differential, **facts)  # type: ignore[arg-type]


def macro(name: str, signature: str, body: Body, **facts: object) -> Op:
    """An abbreviation: the body is what it means, and what notation recognises."""
    return Op("macro", name, signature=signature, body=body, **facts)  # type: ignore[arg-type]


def sized(name: str, signature: str, body: Callable[..., Expr], **facts: object) -> Op:
    """An array of a given size: `body` takes the nodes that the signature names, and then `Dim`s."""
    return Op("sized", name, signature=signature, body=body, **facts)  # type: ignore[arg-type]


def unsupported(what: str) -> Problem:
    """The refusal of something that is meaningful and not known here."""
    return Problem("E401", "{what} is not known", what=what)


def applied(node: Expr) -> str:
    """The name of the operation that the node applies, or ''."""
    return node.op.name if isinstance(node, Apply) else ""
