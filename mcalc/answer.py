"""One question, one answer: what `diff`, `batch` and the Python interface have in common.

`answer_to` takes a `Request` to an `Answer`, whose derivatives are expressions, syntax and spellings;
`Answer.reply` is the same as plain data, in the fields that scripts rely on. `differentiate` is for Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mcalc.algebra.expr import Apply, Expr, Symbol
from mcalc.algebra.ops import OPS
from mcalc.algebra.walk import postorder
from mcalc.calculus.derivative import in_turn
from mcalc.calculus.layout import AXES, arranged, as_row, is_row, kind_of
from mcalc.calculus.size import check_axes, checked
from mcalc.calculus.structure import Structure, remark, restricted, structure_of
from mcalc.derived import Freed
from mcalc.errors import Problem
from mcalc.language.read import Reading, read, reread, variable
from mcalc.language.syntax import Aligned, Equation, Name, Program
from mcalc.notation import change_name, expanded, notate, result_name, taken_names, together
from mcalc.notation.quotient import slope_in_turn
from mcalc.phrase import say
from mcalc.request import Manner, Request, Way
from mcalc.targets import CODE, module, write
from mcalc.targets.names import Lettering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.differences import Claim, Verified
    from mcalc.language.syntax import Syntax
    from mcalc.notation.names import Definitions
    from mcalc.notation.tensor import Line, Tensor
    from mcalc.working.step import Step

    Reply = dict[str, Any]

ALL = "all"  #: every variable that occurs
SCHEMA = 1  #: the version of the replies' fields


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
            return code(form, [self])
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
        reply: Reply = {"kind": self.kind, "shape": self.shape, "derivative": self.write("text")}
        reply["forms"] = {form: self.write(form) for form in forms if form not in CODE}
        code = {form: self.write(form) for form in forms if form in CODE}
        steps = {"steps": [step.reply(self.lettering) for step in self.steps(way)]} if way else {}
        lines = self.tensor.lines() if self.expr.rank > 2 else {}
        tensor = {name: self._equation(line, forms) for name, line in lines.items()}
        more = {"tensor": {"vec": self.manner.vec} | tensor} if tensor else {}
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


def code(form: str, derivatives: Sequence[Derivative]) -> str:
    """A module for derivatives of one expression by several variables, which share what they compute."""
    from mcalc.targets.code.stable import steadied

    first = derivatives[0]
    reading, manner = first.reading, first.manner
    shown = [as_row(d.shown) if d.row else d.shown for d in derivatives]
    root = steadied(reading.root)
    if (
        root is not reading.root
        and manner.layout == "mixed"
        and not any((first.product[0], *(d.convention for d in derivatives)))
    ):
        shown = [in_turn(root, d.turns) for d in derivatives]
    more: dict[str, Any] = {"sizes": manner.sizes, "product": first.product, "convention": first.convention}
    if manner.compressed:
        from mcalc.targets.code.manner import compressed

        if len(derivatives) > 1:
            raise Problem("E032", "a module of several derivatives is not compressed", hint="--wrt one variable")
        shown[0], more["pattern"] = compressed(shown[0])
    if manner.samples:
        from mcalc.targets.code.manner import batched

        if manner.compressed or manner.layout != "mixed":
            raise Problem("E032", "--batch goes with neither --compressed nor a layout")
        reading, (value, *shown), more["batch"] = batched(reading, [reading.root, *shown], manner.samples)
        more["value"] = value
    more["then"] = [x.name for x in first.turns if x is not first.variable]
    wrt = [d.variable.name for d in derivatives]
    return module(form, reading, shown, wrt=wrt, order=first.order, layout=manner.layout, **more)


class Answer:
    """The derivatives of one expression by one variable or several."""

    __slots__ = ("derivatives", "layout", "notes", "order", "reading", "then")

    def __init__(
        self, reading: Reading, derivatives: list[Derivative], order: int, layout: str, then: Sequence[str] = ()
    ) -> None:
        self.reading, self.derivatives, self.order, self.layout, self.then = reading, derivatives, order, layout, then
        chosen = {x for d in derivatives for x in d.turns}
        absent = [x.name for x in chosen - reading.root.free]
        self.notes = list(reading.notes)
        self.notes += [say("{name} does not occur, so the derivative is zero", name=name) for name in sorted(absent)]
        self.notes += kinks(reading.root, chosen)
        self.notes += dict.fromkeys(d.note for d in derivatives if d.note)
        for d in derivatives:
            self.notes += [remark(x, structure, d.convention) for x, structure in d.structures]
        if layout != "mixed" and any(d.expr.rank > 2 for d in derivatives):
            told = "books leave the {layout} layout open here; taken are {axes}"
            self.notes.append(say(told, layout=say(layout), axes=say(AXES[layout])))

    @property
    def together(self) -> tuple[Definitions, list[Syntax]] | None:
        """The derivatives with what they share named once, where there are several and that is shorter."""
        manners = [d.manner for d in self.derivatives if d.expr.rank <= 2]
        if len(self.derivatives) < 2 or len(manners) < len(self.derivatives) or not manners[0].where:
            return None
        reading = expanded(self.reading) if manners[0].expand else self.reading
        return together([d.shown for d in self.derivatives], reading, [d.row for d in self.derivatives])

    def code(self, form: str) -> str:
        """One module for all the derivatives."""
        return code(form, self.derivatives)

    def verify(self, seed: int = 0) -> Verified:
        """The derivatives against finite differences at random points inside the domain."""
        from mcalc.checking.differences import verify

        reading = self.reading
        numbers = {d.number for s in reading.symbols.values() for d in s.shape if d.number is not None}
        return verify([d.claim for d in self.derivatives], sorted(reading.sizes), frozenset(numbers), seed)

    def reply(self, forms: Sequence[str], way: Way | None = None) -> Reply:
        """The answer as plain data: one derivative in the reply itself, several in its list `derivatives`.

        `forms` are the targets to spell it in, and `way` is that of the working, if it is wanted.
        """
        names = [d.wrt for d in self.derivatives]
        reply: Reply = {"ok": True, "schema": SCHEMA, "expr": write("text", self.reading.program)}
        reply |= {"wrt": names[0] if len(names) == 1 else names, "order": self.order, "layout": self.layout}
        reply["vars"] = variables(self.reading)
        reply |= {"then": list(self.then)} if self.then else {}
        if len(names) == 1:
            reply |= self.derivatives[0].reply(forms, way)
        else:
            reply["derivatives"] = [{"wrt": d.wrt, **d.reply(forms, way)} for d in self.derivatives]
            code = {form: self.code(form) for form in forms if form in CODE}
            reply |= {"code": code} if code else {}
            if shared := self.together:
                reply["together"] = {
                    "where": [{"name": name.id, "text": write("text", value)} for name, value in shared[0]],
                    "derivatives": [write("text", syntax) for syntax in shared[1]],
                }
        return reply | {"notes": self.notes}


def differentiate(
    text: str,
    wrt: Sequence[str],
    declarations: Sequence[str] = (),
    order: int = 1,
    manner: Manner | None = None,
    **more: Any,
) -> Answer:
    """The answer to the question of these fields; `more` are further ones of a `Request`. Raises a `Problem`."""
    return answer_to(Request(text=text, wrt=wrt, var=declarations, order=order, **more), manner or Manner())


def answer_to(request: Request, manner: Manner) -> Answer:
    """The derivatives that are asked for, to be written in this manner. Raises a `Problem`."""
    request.check()
    manner.check()
    order = request.order
    names = [name.partition("[")[0].strip() for name in (*request.wrt, *request.then) if name != ALL]
    reading = read(request.text, request.var, wrt=names, functions=request.fun, of=request.of)
    wrt = asked(reading, request.wrt)
    if not wrt:
        raise Problem(
            "E011",
            "no variable to differentiate by",
            hint="wrt is one or more of {choices}" if reading.symbols else "",
            choices=list(reading.symbols),
        )
    if request.product is not None or any("[" in name for name in wrt):
        return _directional(reading, wrt, request, manner)
    then = [variable(reading, name) for name in request.then]
    turns = [[variable(reading, name)] * order + then for name in wrt]
    for each in turns:
        check_axes(reading.root, each)
    found = [checked(d) for d in Freed(reading, turns).derivatives()]
    if not any(x.rank for x in reading.symbols.values()):
        from mcalc.scalars import shortened

        found = [shortened(d, reading) for d in found]
    how = manner, request.about_structure
    made = [Derivative(reading, each, d, *how) for each, d in zip(turns, found, strict=True)]
    return _answer(reading, made, request, manner)


def _answer(reading: Reading, made: list[Derivative], request: Request, manner: Manner) -> Answer:
    """The answer, which is to have a structure where a convention for one is asked for."""
    if request.about_structure != "unstructured" and not any(d.convention for d in made):
        raise Problem(
            "E063",
            "no variable here has a structure",
            hint="--var '{x}[n,n] symmetric' would declare one",
            x=made[0].variable.name,
        )
    return Answer(reading, made, request.order, manner.layout, request.then)


def asked(reading: Reading, wrt: Sequence[str]) -> list[str]:
    """What to differentiate by: `all` is every variable that occurs, unless one is called so."""
    every = [name for name, x in reading.symbols.items() if x in reading.root.free]
    names = [other for name in wrt for other in (every if name == ALL and ALL not in reading.symbols else [name])]
    return list(dict.fromkeys(names))


def _directional(reading: Reading, wrt: Sequence[str], request: Request, manner: Manner) -> Answer:
    """Derivatives by entries, and products of derivatives with an array."""
    from mcalc import directional

    order, product = request.order, request.product
    if product is not None and (order > 1 or request.then or any("[" in name for name in wrt)):
        raise Problem("E013", "{product} is of the derivative by a whole variable, once", product=product[0])
    if request.then:
        raise Problem("E013", "--then is for derivatives by whole variables")
    found = []
    for name in wrt:
        if product is not None:
            made: Derivative = directional.product(
                reading, variable(reading, name), *product, manner, request.about_structure
            )
        elif "[" in name:
            made = directional.by_entry(reading, name, order, manner)
        else:
            x = variable(reading, name)
            (free,) = Freed(reading, [[x] * order]).derivatives()
            made = Derivative(reading, [x] * order, free, manner, request.about_structure)
        found.append(made)
    return _answer(reading, found, request, manner)


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


def kinks(root: Expr, variables: set[Symbol]) -> list[str]:
    """What is taken for a derivative where an operation on the variables has none."""
    moving = postorder(root, lambda node: not node.free.isdisjoint(variables))
    ops = dict.fromkeys(node.op for node in moving if isinstance(node, Apply) and node.op.nonsmooth)
    told = {op.name: say(op.nonsmooth) for op in ops}
    return [what if name in what else say("{name}: {what}", name=name, what=what) for name, what in told.items()]


def shape_reply(reading: Reading) -> Reply:
    """How a text was read, as plain data."""
    return {
        "ok": True,
        "schema": SCHEMA,
        "expr": write("text", reading.program),
        "vars": variables(reading),
        "definitions": {name: [str(d) for d in value.shape] for name, value in reading.definitions.items()},
        "shape": [str(d) for d in reading.root.shape],
        "notes": reading.notes,
    }


def variables(reading: Reading) -> Reply:
    """The sizes and the properties of each variable."""
    return {name: {"dims": [str(d) for d in x.shape], "props": sorted(x.props)} for name, x in reading.symbols.items()}
