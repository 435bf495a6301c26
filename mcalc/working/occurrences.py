"""The working by occurrences: the rule for a variable that stands in several places.

    f = x_1.T@A@x_2              every occurrence gets a subscript
    df/dx_1 = A@x_2              the derivative by each, the others held
    df/dx_2 = A.T@x_1
    df/dx = A@x + A.T@x          the subscripts are erased, the parts added
          = (A + A.T)@x

Higher orders take the derivative apart in its turn.
"""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol
from mcalc.calculus.derivative import derivative as differentiate
from mcalc.calculus.differential import differential_of, push
from mcalc.calculus.occurrences import Subscripted
from mcalc.calculus.simplify import simplify
from mcalc.language.syntax import Change, Name, Open, Product, Syntax, added
from mcalc.language.tree import replaced
from mcalc.notation import change_name, notate, result_name
from mcalc.notation.quotient import slope
from mcalc.targets import write
from mcalc.working import differential
from mcalc.working.questions import as_question
from mcalc.working.step import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading
    from mcalc.request import Way

#: A variable that stands in more places than this has more parts than anybody reads.
MOST = 16


def steps(reading: Reading, x: Symbol, derivative: Expr, syntax: Syntax, order: int, way: Way) -> list[Step]:
    """The lines from the expression of the reading to its derivative by `x`, which is shown as `syntax`."""
    if x not in reading.root.free:
        return differential.steps(reading, x, derivative, syntax, order, way)
    f = result_name(reading)
    found: list[Step] = []
    for k in range(1, order + 1):
        last = k == order
        g = derivative if last else differentiate(reading.root, x)
        shown = syntax if last else notate(g, reading, where=False)
        whole = Name(f) if k == 1 else slope(f, Name(x.name), k - 1)
        if x not in reading.root.free:
            # The derivative before does not depend on x any more.
            (line,) = differential.steps(reading, x, g, shown, 1, way)
            return [*found, Step(line.rules, slope(f, Name(x.name), order), derivative, syntax, line.words)]
        found += _one_order(reading, x, g, shown, (whole, slope(f, Name(x.name), k)), way)
        reading = reading if last else as_question(shown, reading)
    return found


def _one_order(
    reading: Reading, x: Symbol, g: Expr, shown: Syntax, lefts: tuple[Syntax, Syntax], way: Way
) -> list[Step]:
    """The lines from the expression of a reading, which is called by the first left side, to its derivative."""
    apart = Subscripted(reading, x, MOST)
    f, left = lefts
    change = Change(f) if isinstance(f, Name) else Open(f)
    if len(apart.copies) == 1:
        lines = differential.steps(reading, x, g, shown, 1, way)
        first, *rest, last = [Step(line.rules, change, *line.fields[1:]) for line in lines]
        return [Step(("once", *first.rules), *first.fields), *rest, Step(last.rules, left, *last.fields[1:])]
    words = {"f": write("unicode", f), "x": x.name, "count": str(len(apart.copies))}
    words["copies"] = ", ".join(copy.name for copy in apart.copies)
    found = [Step(("subscripts",), f, apart.reading.root, apart.reading.program, words)]
    dx = differential_of(x, change_name(reading, x))
    names = {copy.name: x.name for copy in apart.copies}
    parts: list[Syntax] = []
    at: Syntax
    for k, copy in enumerate(apart.copies, 1):
        others = ", ".join(c.name for c in apart.copies if c is not copy)
        held = {**words, "x": copy.name, "others": others}
        if g.rank > 2:
            # Of more than two axes the differential is what people read.
            moved = differential_of(copy, change_name(apart.reading, copy))
            names[moved.name] = dx.name
            part, at = simplify(push(apart.reading.root, {copy: moved})), Change(Name(f"{result_name(reading)}_{k}"))
        else:
            part, at = apart.part(copy), Product((change, Change(Name(copy.name))), ("/",))
        written = notate(part, apart.reading, where=False)
        if way.detail == "full":
            lines = differential.steps(apart.reading, copy, apart.part(copy), written, 1, way)
            found += [Step(line.rules, change, *line.fields[1:]) for line in lines[:-1]]
        found.append(Step(("held",), at, part, written, held))
        parts.append(_named(written, names))
    if g.rank > 2:
        whole, at = simplify(push(reading.root, {x: dx})), change
    else:
        whole, at = g, left
    found.append(Step(("erased",), at, whole, added(parts), words))
    if found[-1].fields[::2] != (left, shown):
        found.append(Step(("tidied" if at == left else "read-off",), left, g, shown, words))
    return found


def _named(syntax: Syntax, names: dict[str, str]) -> Syntax:
    """The tree with other names."""
    return replaced(syntax, lambda n: Name(names[n.id]) if isinstance(n, Name) and n.id in names else None)
