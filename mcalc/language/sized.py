r"""Arrays whose size the text leaves to its neighbours: the identity I and the ones of a formula in LaTeX.

They are variables while shapes are inferred, and calls of `eye` and `ones` with the sizes that were found after that.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcalc.algebra.expr import Shape
from mcalc.language.declare import Declaration
from mcalc.language.syntax import Call, Name, Num, Program, Syntax
from mcalc.language.tree import over, walk

#: The names that stand for them. No text can spell them otherwise: letters in bold are plain letters to both readers.
NAMES = IDENTITY, ONES = "𝐈", "𝟏"

#: What inference is told: the identity is square, and the name of the ones says that they are a vector.
DECLARED = {IDENTITY: Declaration(IDENTITY, None, frozenset(("symmetric",)), IDENTITY)}


def filled(program: Program, shapes: Mapping[str, Shape]) -> Program:
    """The program with calls in the places of these names."""
    from mcalc.language.parse import parse

    new: dict[int, Syntax] = {}
    for node in reversed(walk(program)):
        if isinstance(node, Name) and node.id in (IDENTITY, ONES):
            sizes = tuple(parse(str(size)).body for size in shapes[node.id])
            name, sizes = ("ones", sizes) if node.id == ONES else ("eye", sizes[:1])
            new[id(node)] = Call(name, sizes, (), node.span) if sizes else Num("1", node.span)
        else:
            new[id(node)] = over(node, new)
    result = new[id(program)]
    assert isinstance(result, Program)
    return result


def are_in(program: Program) -> bool:
    """Whether the program has any."""
    return any(isinstance(node, Name) and node.id in (IDENTITY, ONES) for node in walk(program))
