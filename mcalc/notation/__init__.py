"""From an expression back to the surface tree, as short as the textbook.

`notate` is the whole of it: the grouping that reads lightest is searched for, nodes become syntax, and what repeats
gets a name.

collect groupings moves  the search: what terms share, pulled out and multiplied out
notate wording words     nodes to pieces of notation; signs and the definitions of the input
products graph scalars   contractions: matrix products from index labels, and the scalars in front of them
entries vecs             what is selected, and what stands on a fused axis
kronecker blocks         matrices with fused axes
forms                    pieces of notation, upright and transposed, with their weights
extended names           names that are given while the rest is weighed, and those of the answer
tensor components index quotient     three axes and more; entry by entry; left sides
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import lru_cache

from mcalc.algebra.expr import Apply, Contract, Expr, Sum, Symbol, add
from mcalc.algebra.walk import postorder
from mcalc.calculus.simplify import simplify
from mcalc.language.syntax import Program, Syntax
from mcalc.language.tree import length
from mcalc.notation.collect import present, spread
from mcalc.notation.extended import Extended
from mcalc.notation.names import Definitions, named, repeats, shared, with_names
from mcalc.notation.notate import Notation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.lower import Said
    from mcalc.language.read import Reading


@lru_cache(maxsize=2)
def notation_of(reading: Reading | None) -> Notation:
    """The notation in the words of the input: its calls, its definitions, its differences.

    Kept for the last reading, because the working weighs again what its answer has weighed.
    """
    if reading is None:
        return Notation()
    said: dict[Expr, Said] = {}
    names: dict[Expr, str] = {}
    for node, call in reading.said.items():
        inside = {part for argument in call[1] for part in postorder(argument)}
        for way in (node, simplify(node)):
            if way not in inside:
                said.setdefault(way, call)  # abs(c) of a positive c is c, which is no other word for c
    for name, node in reading.definitions.items():
        if isinstance(node, (Apply, Contract, Sum)):
            names.setdefault(node, name)
            names.setdefault(simplify(node), name)
    return Notation(said, names, reading.sums)


def taken_names(reading: Reading | None) -> set[str]:
    """The names that stand for something in the input: variables, definitions, sizes."""
    if reading is None:
        return set()
    sizes = {n for s in reading.symbols.values() for d in s.shape for n in d.names}
    return {*reading.symbols, *reading.scope, *sizes}


@lru_cache(maxsize=2)
def expanded(reading: Reading) -> Reading:
    """The reading of the same input with everything written out: without definitions, and in no words of its own."""
    plain = copy(reading)
    plain.definitions, plain.said = {}, {}
    notation = notation_of(plain)
    plain.program = Program((), notation.syntax(present(reading.root, notation)), reading.program.declarations)
    return plain


def result_name(reading: Reading) -> str:
    """What to call the value of the input: by its name, or f, or F where it is a matrix and that stands for nothing."""
    taken = taken_names(reading).union(reading.abstract)
    if reading.called and reading.called not in taken:
        return reading.called
    names = "FGHfgh" if reading.root.rank == 2 else "fghFGH"
    return next((n for n in names if n not in taken), "value")


def change_name(reading: Reading, x: Symbol) -> str:
    """What to call the differential of a variable: dX."""
    taken = taken_names(reading)
    return next(n for n in (f"d{x.name}", f"delta_{x.name}", f"change_of_{x.name}") if n not in taken)


def notate(
    expr: Expr, reading: Reading | None = None, *, where: bool = True, expand: bool = False, row: bool = False
) -> Syntax:
    """The expression as surface syntax, in the words of the input where those are no longer.

    A `Program` where intermediates are named, which `where=False` forbids. `expand` writes out what the input
    names and says; with `row` a vector stands as a row.
    """
    if expand and reading is not None:
        reading = expanded(reading)
    if where:
        syntax, root, notation = written(expr, reading)
    else:
        notation = notation_of(reading)
        root = present(expr, notation)
        syntax = notation.syntax(root)
    if not row:
        return syntax
    turned = notation.row(root).syntax
    return Program(syntax.definitions, turned) if isinstance(syntax, Program) else turned


@lru_cache(maxsize=8)
def written(expr: Expr, reading: Reading | None) -> tuple[Syntax, Expr, Notation]:
    """The expression as surface syntax, the grouping of it that is written, and the notation that writes it."""
    notation = notation_of(reading)
    shown = [present(expr, notation)]
    if repeats(expr, notation):
        # What repeats costs its full weight in the first search and that of a name in this one: take the better.
        shown.append(present(expr, notation, Extended(notation)))
    if expr.rank > 2:
        shown.append(add(spread(expr), expr.shape))  # brackets of arrays with many axes are hard to read
    taken = taken_names(reading)
    options = [(*with_names(e, notation, taken), e) for e in dict.fromkeys(shown)]
    _, syntax, named, root = min(options, key=lambda option: option[0])
    for e in dict.fromkeys(shown):
        if reading is None:
            break
        other = shared(notation.syntax(e), reading, taken)
        if length(other) < length(syntax):
            syntax, named, root = other, notation, e
    return syntax, root, named


def together(exprs: Sequence[Expr], reading: Reading, rows: Sequence[bool]) -> tuple[Definitions, list[Syntax]] | None:
    """Several expressions, what they share named once; None where that shortens nothing. A row stands as a row."""
    notation = notation_of(reading)
    apart = sum(with_names(written(e, reading)[1], notation, taken_names(reading))[0] for e in exprs)
    ways = []
    for share in (False, True):
        shared_names = Extended(notation) if share else None
        roots = [present(e, notation, shared_names) for e in exprs]
        ways.append((*named(roots, notation, taken_names(reading)), roots))
    weight, definitions, known, roots = min(ways, key=lambda way: way[0])
    if not definitions or weight >= apart:
        return None
    pieces = [known.row(e) if row else known.piece(e).plain for e, row in zip(roots, rows, strict=True)]
    return definitions, [piece.syntax for piece in pieces]
