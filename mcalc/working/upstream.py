"""The working of an upstream gradient: what a loss, of which the derivative by the value is given, changes by."""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol
from mcalc.language.read import Reading, reworded
from mcalc.language.syntax import Call, Change, Matmul, Name, Product, Program, Syntax, Transpose
from mcalc.language.tree import replaced
from mcalc.notation import result_name
from mcalc.notation.quotient import slope
from mcalc.request import Way
from mcalc.targets import write
from mcalc.working import steps as worked
from mcalc.working.step import Step


def steps(
    reading: Reading, x: Symbol, upstream: str, loss: str, derivative: Expr, syntax: Syntax, way: Way | None
) -> list[Step]:
    """The lines from the change of the loss, which is that of tr(GᵀF) with G held, to its derivative by `x`."""
    program, rank = reading.program, reading.root.rank
    g, f, definitions = Name(upstream), program.body, program.definitions
    if reading.called:
        # A value that has a name keeps it: g.T@y.
        f, definitions = Name(reading.called), (*definitions, (Name(reading.called), program.body))
    inner: Syntax = Product((g, f), ("*",))
    if rank:
        product = Matmul((Transpose(g), f))
        inner = (
            product if rank == 1 else Call("tr", (product,)) if rank == 2 else Call("sum", (Product((g, f), (".*",)),))
        )
    whole = Program(definitions, inner, program.declarations)
    question = reworded(whole, write("text", whole), reading)
    name = result_name(question)
    lefts: dict[Syntax, Syntax] = {Change(Name(name)): Change(Name(loss)), Name(name): Name(loss)}
    lefts[slope(name, Name(x.name), 1)] = slope(loss, Name(x.name), 1)
    told = []
    for line in worked(question, [x], derivative, syntax, way):
        words = {**line.words, "f": loss, "df": f"d{loss}", "upstream": upstream}
        told.append(Step(line.rules, replaced(line.left, lefts.get), line.expr, line.syntax, words))
    told[0] = Step(("upstream", *told[0].rules), *told[0].fields)
    return told
