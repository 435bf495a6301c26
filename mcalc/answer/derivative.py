"""One derivative: the expression, its syntax and spellings, its working, and the same as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mcalc.algebra.expr import Expr, Symbol
from mcalc.algebra.ops import OPS
from mcalc.calculus.derivative import in_turn
from mcalc.calculus.freed import Freed
from mcalc.calculus.layout import arranged, as_row, is_row, kind_of
from mcalc.calculus.structure import Structure, restricted, structure_of
from mcalc.language.read import Reading, reread
from mcalc.language.syntax import Aligned, Equation, Name, Program
from mcalc.notation import change_name, expanded, notate, result_name, taken_names
from mcalc.notation.quotient import slope_in_turn
from mcalc.phrase import say
from mcalc.request import Manner, Way
from mcalc.targets import CODE, write
from mcalc.targets.names import Lettering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.answer import Reply
    from mcalc.checking.differences import Claim
    from mcalc.language.syntax import Syntax
    from mcalc.notation.tensor import Line, Tensor
    from mcalc.working.step import Step


class Derivative:
    """The derivative of a reading's expression by one variable, or by several in turn.

    `free` is the derivative by free entries, and `expr` what the `convention` for the structure of the variable makes
    of it, both in the mixed layout. `shown` is what is written, in the layout that is asked for. A vector that stands
    as a `row` there is one of one axis still.
    """

    __slots__ = (
        "convention", "expr", "free", "lettering", "manner", "order", "reading", "row", "shown", "syntax", "turns",
        "variable",
    )  # fmt: skip

    def __init__(
        self, reading: Reading, turns: Sequence[Symbol], free: Expr, manner: Manner, convention: str = "unstructured"
    ) -> None:
        self.reading, self.turns, self.free, self.manner = reading, turns, free, manner
        self.variable, self.order = turns[0], len(turns)
        value, variables = self.axes
        by = [x for x, rank in zip(turns, variables, strict=False) if rank]
        self.convention = convention if any(map(structure_of, by)) else ""
        self.expr = restricted(free, value, by, convention) if self.convention else free
        self.shown = arranged(self.expr, manner.layout, *self.axes)
        self.row = is_row(manner.layout, *self.axes)
        self.syntax = notate(self.shown, reading, where=manner.where, expand=manner.expand, row=self.row)
        bold = arrays(reading, self.variable, self.syntax) if manner.bold else ()
        moving = {name: value for name, (_, source, value) in reading.abstract.items() if not source}
        time = self.variable.name if manner.style == "newton" and not self.variable.rank else ""
        if manner.bold:
            bold = {*bold, *(name for name, value in moving.items() if value)}
        self.lettering = Lettering(taken_names(reading), bold, time, moving)

    @property
    def by(self) -> Syntax:
        """What was differentiated by, as it stands in df/dx."""
        return Name(self.variable.name)

    @property
    def wrt(self) -> str:
        """The same as text."""
        return write("text", self.by)

    @property
    def product(self) -> tuple[str, str]:
        """The kind of a product with an array that this is, and the array's name."""
        return "", ""

    @property
    def entry(self) -> str:
        """The entry that this is the derivative by, if it is by one."""
        return ""

    @property
    def axes(self) -> tuple[int, Sequence[int]]:
        """How many axes are the value's, and how many each variable's."""
        return self.reading.root.rank, [x.rank for x in self.turns]

    @property
    def structures(self) -> list[tuple[Symbol, Structure]]:
        """The variables that have a structure, with it, where a convention for it was used."""
        found = [(x, structure_of(x)) for x in dict.fromkeys(self.turns)] if self.convention else []
        return [(x, structure) for x, structure in found if structure]

    @property
    def note(self) -> str:
        """What a reader should know of it, if anything."""
        return ""

    @property
    def left(self) -> Syntax:
        """What a working and a drawing call it: df/dx, d²f/(dx dy)."""
        return slope_in_turn(result_name(self.reading), [self.by, *(Name(x.name) for x in self.turns[1:])])

    @property
    def kind(self) -> str:
        """`gradient`, `jacobian`, `hessian`, `derivative`, `mixed` or `tensor`."""
        return kind_of(self.reading.root, self.turns)

    @property
    def claim(self) -> Claim:
        """What finite differences can check: what changes, with what, along what (None: anything), at what rate.

        The Cookbook's derivative is no rate along all changes, so what it is made of is checked.
        """
        known = self.free if self.convention == "cookbook" else self.expr
        before = self.before("unstructured" if self.convention == "cookbook" else self.convention)
        return before, self.turns[-1], None, known

    def before(self, convention: str) -> Expr:
        """The derivative by all variables but the last, in a convention for structures."""
        *turns, _ = self.turns
        if not turns or not self.convention:
            return in_turn(self.reading.root, turns)
        (free,) = Freed(self.reading, [turns]).derivatives()
        return restricted(free, self.axes[0], turns, convention)

    @property
    def symmetric(self) -> bool:
        """Whether the derivative is a matrix that equals its transpose; a Hessian is one over the entries of x."""
        return self.expr.symmetric or (self.kind == "hessian" and self.variable.rank > 0)

    @property
    def tensor(self) -> Tensor:
        """The derivative in the forms that one of three axes and more has; those of fewer make sense as well."""
        from mcalc.notation.tensor import Tensor

        before = self.before(self.convention) if self.convention else None
        return Tensor(self.reading, self.turns, self.expr, self.manner.vec, self.manner.layout, before)

    def lines(self) -> dict[str, Line]:
        """The equations by form: the one that is asked for, or all where there are three axes and more."""
        if self.manner.form:
            return {self.manner.form: self.tensor.line(self.manner.form)}
        return self.tensor.lines() if self.expr.rank > 2 else {}

    @property
    def shape(self) -> list[str]:
        """The size of each axis."""
        return ["1"] * self.row + [str(d) for d in self.shown.shape]

    def write(self, form: str) -> str:
        """The derivative in one of the targets: an expression, or a module of code."""
        if form in CODE:
            from mcalc.answer.code import module_of

            return module_of(form, [self])
        return write(form, self.syntax, self.lettering)

    def result(self, form: str) -> str:
        """What a pipe gets: the derivative, or the equation in the form of it that is asked for."""
        if form in CODE or not self.manner.form:
            return self.write(form)
        return write(form, self.tensor.line(self.manner.form).equation, self.lettering)

    def steps(self, way: Way | None = None) -> list[Step]:
        """The working told in this way, the last line being the derivative."""
        from mcalc.working import steps
        from mcalc.working.step import Step

        reading = expanded(self.reading) if self.manner.expand else self.reading
        layout = self.manner.layout
        turned = self.row or self.shown is not self.expr

        def written(expr: Expr, last: bool) -> Syntax:
            return self.syntax if last else notate(expr, reading, where=self.manner.where)

        kept = self.expr is self.free
        lines = steps(reading, self.turns, self.free, written(self.free, kept and not turned), way)
        last = lines[-1]
        if not kept:
            x, structure = self.structures[0]
            words = {**last.words, "x": x.name, "structure": structure.name, "changes": structure.changes}
            words |= {"formula": structure.formula(self.convention, x.name), "why": say(structure.why)}
            lines.append(Step((self.convention,), last.left, self.expr, written(self.expr, not turned), words))
        if turned:
            shown = as_row(self.shown) if self.row else self.shown
            lines.append(Step((f"{layout}-layout",), last.left, shown, self.syntax, last.words))
        elif layout != "mixed":
            last.words["layout"] = layout
        return lines

    def working(self, form: str, way: Way | None = None) -> str:
        """The lines of the working below each other, an environment of its own where the target has one."""
        lines = Aligned(tuple(Equation(step.left, step.syntax) for step in self.steps(way)))
        return write(form, lines, self.lettering)

    def reply(self, forms: Sequence[str], way: Way | None) -> Reply:
        """The derivative as plain data, with the working where a way is named."""
        text = self.write("text")
        reply: Reply = {"kind": self.kind, "shape": self.shape, "derivative": text}
        reply["forms"] = {form: text if form == "text" else self.write(form) for form in forms if form not in CODE}
        code = {form: self.write(form) for form in forms if form in CODE}
        steps = {"steps": [step.reply(self.lettering) for step in self.steps(way)]} if way else {}
        lines = self.tensor.lines() if self.expr.rank > 2 else {}
        tensor = {name: self._equation(line, forms) for name, line in lines.items()}
        more: Reply = {"tensor": {"vec": self.manner.vec} | tensor} if tensor else {}
        if self.manner.compressed and any(form in CODE for form in forms):
            from mcalc.answer.code import parts

            more["compressed"] = parts(self)
        reply |= {"symmetric": True} if self.symmetric else {}
        reply |= {"convention": self.convention} if self.convention else {}
        return reply | more | ({"code": code} if code else {}) | steps

    def _equation(self, line: Line, forms: Sequence[str]) -> Reply:
        """A form of the derivative as plain data."""
        found: Reply = {"left": write("text", line.left), "text": write("text", line.syntax)}
        more = [form for form in forms if form not in CODE and form != "text"]
        found |= {form: write(form, line.syntax, self.lettering) for form in more}
        known = [{"name": name, "definition": told, "numpy": code} for name, told, code in defined([line])]
        return found | ({"where": known} if known else {})


def arrays(reading: Reading, variable: Symbol, syntax: Syntax) -> set[str]:
    """The names that stand for vectors, matrices and tensors in an answer and in its working."""
    found = {name for name, value in reading.scope.items() if value.expr.rank}
    if variable.rank:
        found.add(change_name(reading, variable))
    if reading.root.rank:
        found.add(result_name(reading))
    if isinstance(syntax, Program):
        for k, (name, value) in enumerate(syntax.definitions):
            text = write("text", Program(syntax.definitions[:k], value))
            if reread(text, reading).rank:
                found.add(name.id)
    return found


def defined(lines: Iterable[Line]) -> list[tuple[str, str, str]]:
    """The commutation matrices in some lines: what each is called, what it is, and NumPy code for it."""
    op = OPS["commutation"]
    found: list[tuple[str, str, str]] = []
    for call in dict.fromkeys(call for line in lines for call in line.commutations):
        sizes = [write("text", size) for size in call.args]
        told = say("{sign} vec(X) = vec(X.T) where X is {m} x {n}", sign=write("unicode", call), m=sizes[0], n=sizes[1])
        held = [size if size.isalnum() else f"({size})" for size in sizes]
        found.append((write("text", call), told, op.numpy.format(*held)))
    return found
