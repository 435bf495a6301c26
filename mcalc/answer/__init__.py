"""One question, one answer: what `diff`, `batch` and the Python interface have in common.

`answer_to` takes a `Request` to an `Answer`, whose derivatives are expressions, syntax and spellings;
`Answer.reply` is the same as plain data, in the fields that scripts rely on. `differentiate` is for Python.

A `Derivative` is by a whole variable; `directional` has those along a direction. `scalars` asks SymPy for a shorter
answer where no variable is an array, and `code` writes the modules.
"""

from __future__ import annotations

from collections.abc import Sequence

from mcalc.algebra.expr import Apply, Expr, Symbol
from mcalc.algebra.walk import postorder
from mcalc.answer.derivative import Derivative
from mcalc.calculus.freed import Freed
from mcalc.calculus.layout import AXES
from mcalc.calculus.size import check_axes, checked
from mcalc.calculus.structure import remark
from mcalc.errors import Problem
from mcalc.language.read import Reading, read, variable
from mcalc.notation import expanded, together
from mcalc.phrase import say
from mcalc.request import Manner, Request, Way
from mcalc.targets import CODE, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.checking.differences import Verified
    from mcalc.language.syntax import Syntax
    from mcalc.notation.names import Definitions

    Reply = dict[str, Any]

ALL = "all"  #: every variable that occurs
SCHEMA = 1  #: the version of the replies' fields


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
        from mcalc.answer.code import module_of

        return module_of(form, self.derivatives)

    def verify(self, seed: int = 0) -> Verified:
        """The derivatives against finite differences at random points inside the domain."""
        from mcalc.checking.differences import verify

        claims = [d.claim for d in self.derivatives]
        return verify(claims, sorted(self.reading.sizes), self.reading.numbers, seed)

    def reply(self, forms: Sequence[str], way: Way | None = None) -> Reply:
        """The answer as plain data: one derivative in the reply itself, several in its list `derivatives`.

        `forms` are the targets to spell it in, and `way` is that of the working, if it is wanted.
        """
        names = [d.wrt for d in self.derivatives]
        reply = heading(self.reading, names, self.order, self.layout)
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
        from mcalc.answer.scalars import shortened

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
    from mcalc.answer import directional

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


def kinks(root: Expr, variables: set[Symbol]) -> list[str]:
    """What is taken for a derivative where an operation on the variables has none."""
    moving = postorder(root, lambda node: not node.free.isdisjoint(variables))
    ops = dict.fromkeys(node.op for node in moving if isinstance(node, Apply) and node.op.nonsmooth)
    told = {op.name: say(op.nonsmooth) for op in ops}
    return [what if name in what else say("{name}: {what}", name=name, what=what) for name, what in told.items()]


def shape_reply(reading: Reading) -> Reply:
    """How a text was read, as plain data."""
    return heading(reading) | {
        "definitions": {name: [str(d) for d in value.shape] for name, value in reading.definitions.items()},
        "shape": [str(d) for d in reading.root.shape],
        "notes": reading.notes,
    }


def heading(reading: Reading, wrt: Sequence[str] = (), order: int = 1, layout: str = "mixed") -> Reply:
    """What a reply begins with: how the text was read, and what derivatives of it are asked for, if any."""
    asked = {"wrt": wrt[0] if len(wrt) == 1 else list(wrt), "order": order, "layout": layout} if wrt else {}
    props = {name: {"dims": [str(d) for d in x.shape], "props": sorted(x.props)} for name, x in reading.symbols.items()}
    return {"ok": True, "schema": SCHEMA, "expr": write("text", reading.program), **asked, "vars": props}
