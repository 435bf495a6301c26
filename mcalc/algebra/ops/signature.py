"""What goes into an operation and what comes out, as one string: `nn,n->n`.

A letter is an axis, and equal letters are equal sizes; `...` is any shape, the same for every argument that
has it (a scalar goes with any); brackets fuse axes, the last letter running fastest (`ij->(ji)` is vec).
"""

from __future__ import annotations

from mcalc.algebra.dims import Dim, product
from mcalc.algebra.expr import Expr, Factor, Group, Shape, broadcast, contract
from mcalc.phrase import all_of, say

ANY = "..."


class Signature:
    """One way of calling an operation."""

    __slots__ = ("inputs", "output", "text")

    inputs: tuple[str, ...]
    output: str
    text: str

    def __init__(self, text: str) -> None:
        left, right = text.split("->")
        self.text = text
        self.inputs = tuple(part.strip() for part in left.split(",")) if left else ()
        self.output = right.strip()

    def __repr__(self) -> str:
        return self.text

    def fits(self, shapes: tuple[Shape, ...]) -> bool:
        """Whether arguments of exactly these shapes are accepted."""
        return self._bind(shapes, batched=False) is not None

    def lifts(self, shapes: tuple[Shape, ...]) -> bool:
        """Whether arguments of these shapes are accepted, the same batch axes standing in front of each."""
        return self._bind(shapes, batched=True) is not None

    def batch(self, shapes: tuple[Shape, ...]) -> int:
        """The number of batch axes; a function of any shape has none."""
        found = self._bind(shapes, batched=True)
        assert found is not None
        return len(found[1])

    def shape(self, shapes: tuple[Shape, ...]) -> Shape:
        """The shape of the result."""
        found = self._bind(shapes, batched=True)
        assert found is not None
        bound, lead, whole = found
        if self.output == ANY:
            return whole
        return (*lead, *(product([bound[letter] for letter in axis]) for axis in _axes(self.output)))

    def _bind(self, shapes: tuple[Shape, ...], batched: bool) -> tuple[dict[str, Dim], Shape, Shape] | None:
        """The sizes of the letters, the batch axes and the shape of `...`; None where the shapes do not fit."""
        if len(shapes) != len(self.inputs):
            return None
        bound: dict[str, Dim] = {}
        lead: Shape | None = None
        whole: Shape = ()
        for letters, shape in zip(self.inputs, shapes, strict=True):
            if letters == ANY:
                if whole and shape and whole != shape:
                    return None
                whole = whole or shape
                continue
            if not letters and batched:
                if shape:
                    return None
                continue  # a scalar by itself is the same for every slice
            extra = len(shape) - len(letters)
            if extra < 0 or (extra and not batched) or (lead is not None and lead != shape[:extra]):
                return None
            lead = shape[:extra]
            for letter, d in zip(letters, shape[extra:], strict=True):
                if bound.setdefault(letter, d) is not d:
                    return None
        return bound, lead or (), whole

    def spread(self, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The arguments of a function of each entry, scalars spread over the shape of the others."""
        if len(args) < 2 or self.inputs.count(ANY) < len(args):
            return args
        shape = max((a.shape for a in args), key=len)
        return tuple(broadcast(a, shape) for a in args)

    def contract(self, args: tuple[Expr, ...]) -> Expr:
        """The contraction that the string states."""
        factors: list[Factor] = []
        for letters, arg in zip(self.inputs, args, strict=True):
            axes = tuple((-1 - k,) for k in range(arg.rank)) if letters == ANY else _groups(letters)
            factors.append((arg, 1, axes))
        return contract(factors, factors[0][2] if self.output == ANY else _groups(self.output))

    def describe(self) -> str:
        """The arguments in words: `a square matrix`; sizes are named where several arguments share them."""
        several = len(self.inputs) > 1
        return all_of(_describe(letters, several) for letters in self.inputs) or say("no argument")


def _axes(text: str) -> list[str]:
    """The letters of each axis: `(ik)j` is `ik`, `j`."""
    found: list[str] = []
    inside = False
    for letter in text:
        if letter == "(":
            found.append("")
            inside = True
        elif letter == ")":
            inside = False
        elif inside:
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _groups(text: str) -> tuple[Group, ...]:
    return tuple(tuple(ord(letter) for letter in axis) for axis in _axes(text))


def _describe(letters: str, several: bool) -> str:
    if letters == ANY:
        return say("an array") if several else say("any array")
    if not letters:
        return say("a scalar")
    if len(letters) == 1:
        return say("a vector of {size}", size=letters) if several else say("a vector")
    if len(letters) > 2:
        return say(
            "an array of {count} axes of {letters}" if several else "an array of {count} axes",
            count=len(letters),
            letters=letters,
        )
    if several:
        an = letters[0] in "aefhilmnorsx"
        return say("an {m} x {n} matrix" if an else "a {m} x {n} matrix", m=letters[0], n=letters[1])
    return say("a square matrix") if letters[0] == letters[1] else say("a matrix")
