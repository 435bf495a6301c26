"""The four ways to state an operation, each asking only for what cannot be derived.

    contraction  structure: the index string is shape rule, derivative and meaning
    elementwise  the shape is kept; `slope(x, y)` may use the answer y
    function     a signature and a differential dY in terms of X, Y and dX
    macro        a body: lowering expands it, notation recognises it

The parser, shape inference, calculus, printers, `mcalc functions`, the man page and the tests are generic
over the records: adding an operation is adding one record.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from mcalc.algebra.batch import lift
from mcalc.algebra.dims import Dim, show_shape
from mcalc.algebra.expr import Apply, Expr, Factor, Group, Shape, apply, contract, permute, transpose
from mcalc.algebra.contract import turned
from mcalc.errors import Problem

OPS: dict[str, Op] = {}  #: every record by its name in the language, in the order in which they are stated
ALIASES: dict[str, str] = {}  #: other spellings of a name


class Op:
    """The record of one operation. `signature` reads `inputs->output`, a letter an axis: `mn,n->m`."""

    __slots__ = (
        "adjoint", "aliases", "body", "differential", "domain", "example", "h", "internal", "keeps", "kind", "latex",
        "name", "numpy", "parameters", "rules", "see", "signatures", "slope", "traits", "turns", "why",
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
        domain: str = "generic",
        keeps: str = "",
        traits: str = "",
        turns: str = "",
        aliases: str = "",
        internal: bool = False,
        slope: Callable[[Expr, Expr], Expr] | None = None,
        differential: Callable[..., Expr] | None = None,
        adjoint: Callable[..., Expr] | None = None,
        body: Callable[..., Expr] | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.signatures = tuple(Signature(s) for s in signature.split(" | "))
        self.why = why
        self.example = example
        self.see = see
        self.latex = latex
        self.numpy = numpy
        self.domain = domain
        self.keeps = frozenset(keeps.split())
        self.traits = frozenset(traits.split())
        self.turns = turns  # "with" where f(Aᵀ) = f(A)ᵀ, "same" where f(Aᵀ) = f(A)
        self.aliases = tuple(aliases.split())
        self.internal = internal  # an answer may use it; nobody needs to type it
        self.slope = slope
        self.differential = differential
        self.adjoint = adjoint
        self.body = body
        self.h = crc32(name.encode())
        for spelling in (name, *self.aliases):
            if spelling in OPS or spelling in ALIASES:
                raise ValueError(f"two records are called {spelling}")
        OPS[name] = self
        ALIASES.update((alias, name) for alias in self.aliases)

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *args: Expr, axis: int | None = None) -> Expr:
        """The operation on nodes; `axis` applies a vector operation along one axis of a matrix.

        Raises a `Problem` of kind shape where no signature fits.
        """
        if axis is not None:
            return self._along(args, axis)
        signature = self._fitting(args)
        if self.kind == "macro":
            assert self.body is not None
            return self.body(*args)
        if self.kind == "contraction":
            return signature.contract(args)
        if self.turns and args[0].rank == 2 and turned(args[0]):
            flipped = self(transpose(args[0]), *args[1:])
            return flipped if self.turns == "same" else transpose(flipped)
        return apply(self, args, signature.shape(args))

    def _fitting(self, args: tuple[Expr, ...]) -> Signature:
        for signature in self.signatures:
            if signature.fits(tuple(a.shape for a in args)):
                return signature
        wanted = " or ".join(s.describe() for s in self.signatures)
        got = ", ".join(show_shape(a.shape) for a in args)
        raise Problem("shape", f"{self.name} takes {wanted}, and got {got}")

    def _along(self, args: tuple[Expr, ...], axis: int) -> Expr:
        """Apply to every row or column: move the axis to the end, lift over the others, move back."""
        first, *more = args
        if not 0 <= axis < first.rank:
            raise Problem("shape", f"axis={axis} needs an argument with more than {axis} axes, and got {first.rank}")
        if first.rank == 1:
            return self(*args)
        others = tuple(k for k in range(first.rank) if k != axis)
        moved = permute(first, (*others, axis))
        result = lift(lambda x: self(x, *more), moved, first.rank - 1)
        if result.rank < first.rank:
            return result
        back = list(range(first.rank - 1))
        back.insert(axis, first.rank - 1)
        return permute(result, tuple(back))


class Signature:
    """Axes in and out: letters name axes, `...` is any shape, brackets fuse axes (`ij->(ji)` is vec)."""

    __slots__ = ("inputs", "output", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        left, right = text.split("->")
        self.inputs = tuple(part.strip() for part in left.split(",")) if left.strip() else ()
        self.output = right.strip()

    def fits(self, shapes: tuple[Shape, ...]) -> bool:
        """Whether arguments of these shapes are accepted, leading batch axes aside."""
        return len(shapes) == len(self.inputs) and self._bind(shapes) is not None

    def _bind(self, shapes: tuple[Shape, ...]) -> tuple[dict[str, Dim], Shape] | None:
        bound: dict[str, Dim] = {}
        batch: Shape | None = None
        for letters, shape in zip(self.inputs, shapes, strict=True):
            if letters == "...":
                if batch is not None and batch != shape and shape:
                    return None
                batch = shape if batch is None or shape else batch
                continue
            lead = len(shape) - len(letters)
            if lead < 0 or (lead and (len(self.inputs) == 0)):
                return None
            if batch is None:
                batch = shape[:lead]
            elif batch != shape[:lead]:
                return None
            for letter, d in zip(letters, shape[lead:], strict=True):
                if bound.setdefault(letter, d) is not d:
                    return None
        return bound, batch or ()

    def shape(self, shapes: tuple[Expr, ...]) -> Shape:
        """The shape of the result."""
        found = self._bind(tuple(a.shape for a in shapes))
        assert found is not None
        bound, batch = found
        if self.output == "...":
            return batch
        return (*batch, *(bound[letter] for letter in self.output))

    def contract(self, args: tuple[Expr, ...]) -> Expr:
        """The contraction that the index string states."""
        names: dict[str, int] = {}

        def groups(text: str) -> tuple[Group, ...]:
            found: list[Group] = []
            inside: list[int] | None = None
            for letter in text:
                if letter == "(":
                    inside = []
                elif letter == ")":
                    found.append(tuple(inside or ()))
                    inside = None
                else:
                    label = names.setdefault(letter, len(names))
                    if inside is None:
                        found.append((label,))
                    else:
                        inside.append(label)
            return tuple(found)

        factors: list[Factor] = []
        for letters, arg in zip(self.inputs, args, strict=True):
            axes = tuple((-1 - k,) for k in range(arg.rank)) if letters == "..." else groups(letters)
            factors.append((arg, 1, axes))
        out = factors[0][2] if self.output == "..." else groups(self.output)
        return contract(factors, out)

    def describe(self) -> str:
        """The inputs in words: `a square matrix`, `a vector`."""
        words = {0: "a scalar", 1: "a vector", 2: "a matrix"}
        return " and ".join(
            "any array" if s == "..." else "a square matrix" if len(s) == 2 and s[0] == s[1] else words.get(len(s), s)
            for s in self.inputs
        )


def contraction(name: str, signature: str, **facts: object) -> Op:
    """An operation that multiplies, sums, repeats or fuses axes; the string gives everything.

    Alternatives are separated by ` | ` and chosen by the shapes that fit, first come first served.
    """
    return Op("contraction", name, signature=signature, **facts)  # type: ignore[arg-type]


def elementwise(name: str, slope: Callable[[Expr, Expr], Expr], **facts: object) -> Op:
    """A function of each entry; `slope(x, y)` is its derivative at x, where the value is y."""
    return Op("elementwise", name, signature="...->...", slope=slope, turns="with", keeps="symmetric diagonal", **facts)  # type: ignore[arg-type]


def function(name: str, signature: str, differential: Callable[..., Expr], **facts: object) -> Op:
    """A function of whole arrays; `differential(*args, y, *dargs)` is dY.

    An operation that is linear in its last argument and commutes with nothing gives `adjoint` as well:
    `adjoint(*args, g)` is the cotangent of that argument.
    """
    return Op("function", name, signature=signature, differential=differential, **facts)  # type: ignore[arg-type]


def macro(name: str, signature: str, body: Callable[..., Expr], **facts: object) -> Op:
    """An abbreviation: the body is what it means, and what notation recognises."""
    return Op("macro", name, signature=signature, body=body, **facts)  # type: ignore[arg-type]


def applied(node: Expr) -> str:
    """The name of the operation that the node applies, or ''."""
    return node.op.name if isinstance(node, Apply) else ""
