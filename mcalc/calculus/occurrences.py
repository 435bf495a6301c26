"""A variable that occurs several times, taken apart: what each place where it stands contributes to the derivative.

Every place gets a subscript, x_1, x_2, …, and is a variable of its own. The derivative by each, the others held, with
the subscripts erased again, is that place's part; the parts add up to the derivative. This is the product rule for any
number of factors, and the chain rule for a function of several variables that are all equal.
"""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.algebra.walk import substitute
from mcalc.calculus.freed import Freed
from mcalc.calculus.simplify import simplify
from mcalc.errors import Problem
from mcalc.language.read import Reading, reworded
from mcalc.language.syntax import Matmul, Name, Num, Power, Program, Syntax
from mcalc.language.tree import replaced, walk

#: Beyond so many occurrences the parts are not told apart.
MOST = 12

#: How the copies of a variable may be called.
SUBSCRIPTS = ("_{}", "_at_{}", "_copy_{}")


class Subscripted:
    """A program in which every place where `x` stands has a variable of its own, of its shape and properties.

    `reading` is that of the program with subscripts, `copies` are the variables, and `homes` say where each stands:
    the name of a definition and the place in the text. Raises a `Problem` of kind unsupported where there are too many.
    """

    __slots__ = ("copies", "homes", "reading", "x")

    def __init__(self, reading: Reading, x: Symbol, most: int = MOST) -> None:
        program = _powers_opened(reading.program, x)
        roots = [*((name.id, node) for name, node in program.definitions), ("", program.body)]
        found = [(home, n) for home, root in roots for n in walk(root) if isinstance(n, Name) and n.id == x.name]
        if len(found) > most:
            raise Problem(
                "E414",
                "{name} occurs {count} times, and up to {most} occurrences are told apart",
                hint="--method differential takes any number",
                name=x.name,
                count=len(found),
                most=most,
            )
        self.x = x
        self.homes = [(home, node.span) for home, node in found]
        form = next(s for s in SUBSCRIPTS if x.name + s.format(1) not in reading.scope)
        names = [x.name + form.format(k) for k in range(1, len(found) + 1)]
        self.copies = [symbol(name, x.shape, x.props, 300_000 + k) for k, name in enumerate(names)]
        renamed = {id(node): Name(name, node.span) for (_, node), name in zip(found, names, strict=True)}
        relabelled = replaced(program, lambda node: renamed.get(id(node)))
        assert isinstance(relabelled, Program)
        self.reading = reworded(relabelled, reading.text, reading, self.copies)

    def part(self, copy: Symbol) -> Expr:
        """The derivative by one copy, the others held, by free entries as the whole derivative is."""
        (part,) = Freed(self.reading, [[copy]]).derivatives()
        return part

    def erased(self, node: Expr) -> Expr:
        """An expression without the subscripts."""
        back: dict[Expr, Expr] = dict.fromkeys(self.copies, self.x)
        return simplify(substitute(node, back))


def _powers_opened(program: Program, x: Symbol) -> Program:
    """The program with powers of the matrix itself as products: X^3 is X@X@X, where X stands in three places."""

    def product(node: Syntax) -> Syntax | None:
        match node:
            case Power(Name(name) as base, Num(text), False) if name == x.name and x.rank == 2 and text.isdecimal():
                if 1 < int(text) <= MOST:
                    return Matmul(tuple(Name(name, base.span) for _ in range(int(text))), span=node.span)
        return None

    opened = replaced(program, product)
    assert isinstance(opened, Program)
    return opened


class Occurrence:
    """One place where the variable stands, and the derivative by it while all other places are held."""

    __slots__ = ("expr", "place", "span", "within")

    def __init__(self, place: int, within: str, span: tuple[int, int], expr: Expr) -> None:
        self.place = place  # counted from 1, in the order of the text
        self.span = span
        self.within = within  # the definition that it stands in, or ''
        self.expr = expr


def occurrences(reading: Reading, x: Symbol) -> list[Occurrence]:
    """The parts of the first derivative by `x`, in the order of the text; their sum is the derivative.

    Nothing where the variable stands in one place or too many, or cannot be told apart.
    """
    try:
        apart = Subscripted(reading, x)
        parts = [apart.erased(apart.part(copy)) for copy in apart.copies] if len(apart.copies) > 1 else []
    except Problem:
        return []
    places = zip(apart.homes, parts, strict=False)
    return [Occurrence(k, home, span, part) for k, ((home, span), part) in enumerate(places, 1)]
