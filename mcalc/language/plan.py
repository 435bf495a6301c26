"""A program laid out for reading: its definitions and its body, each as a list of nodes with operands before results.

Undeclared names that spell a product of letters have been opened, and every other name is known for what it is:
a variable, a definition, a size or a constant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mcalc.algebra.dims import Dim
from mcalc.errors import Problem
from mcalc.language.abstract import Functions
from mcalc.language.calls import FUNCTIONS, constant, form
from mcalc.language.form import Form
from mcalc.language.names import IDENTITY, is_greek, nearest
from mcalc.language.spelling import opened
from mcalc.language.syntax import Call, Index, Name, Program, Span, Summation, Syntax
from mcalc.language.tree import children, walk


class Part:
    """A definition, or the body (which has no name)."""

    __slots__ = ("name", "node", "order")

    def __init__(self, name: str, node: Syntax, order: list[Syntax]) -> None:
        self.name, self.node, self.order = name, node, order


class Plan:
    """What a program consists of.

    `known` are the names that are declared; `scope` those that an earlier text has defined; `abstract` the functions
    that are declared. Where `closed`, there are no others.
    Raises a `Problem` of kind name where a name cannot be what it is used for.
    """

    def __init__(
        self,
        program: Program,
        source: str,
        known: Collection[str] = (),
        sizes: Collection[str] = (),
        scope: Collection[str] = (),
        closed: bool = False,
        abstract: Functions | None = None,
    ) -> None:
        self.source = source
        self.abstract = abstract or {}
        self.forms: dict[int, Form] = {}
        self.defined: dict[str, Span] = {name.id: name.span for name, _ in program.definitions}
        self.known, self.closed = known, closed
        self._scope = scope
        program, self.notes = opened(program, {*known, *self.defined, *scope, *FUNCTIONS, *self.abstract})
        self.program = program
        bounds = _bounds([node for node in walk(program) if isinstance(node, Summation)])
        self.parts = [Part(n.id, node, self._layout(node)) for n, node in program.definitions]
        self.parts.append(Part("", program.body, self._layout(program.body)))
        asked = {n for form in self.forms.values() for size in form.sizes for n in size.names}
        asked |= {n for size in bounds for n in size.names}
        self.sizes = {*sizes, *asked}
        self.variables: list[str] = []
        self._sort_names(asked, closed)
        self._in_order_of_the_text()
        self.variables += [name for name in known if name not in self.variables]
        #: Names that no size may be given.
        self.taken = {*self.variables, *self.defined, *scope, *self.sizes}

    def text(self, node: Syntax) -> str:
        """The words of a node, as they were written."""
        start, stop = node.span
        return " ".join(self.source[start:stop].split()) or "the operand"

    def span(self, first: Syntax, last: Syntax) -> Span:
        """The place from one node to another, with the brackets that stand around one of them."""
        start, stop = first.span[0], last.span[1]
        held = self.source[start:stop]
        missing = held.count("(") - held.count(")")
        while missing > 0 and self.source[stop : stop + 1] in (" ", ")"):
            missing -= self.source[stop] == ")"
            stop += 1
        while missing < 0 and self.source[start - 1 : start] in (" ", "("):
            missing += self.source[start - 1] == "("
            start -= 1
        return start, stop

    # ------------------------------------------------------------ names

    def _sort_names(self, asked: Collection[str], closed: bool) -> None:
        ready: set[str] = set(self._scope)
        seen: set[str] = set()
        for (name, span), part in zip([*self.defined.items(), ("", (0, 0))], self.parts, strict=True):
            for node in part.order:
                if isinstance(node, Name) and node.id not in ready and node.id not in seen:
                    self._sort(node, seen, closed)
            self._define(name, span, ready)
        for name in asked:
            if name in seen or name in self.known or name in self.defined or name in self._scope:
                place = next(n.span for n in walk(self.program) if isinstance(n, Name) and n.id == name)
                variable = name in seen or name in self.known
                raise Problem(
                    "E208",
                    "{name} is a variable, and stands where a size or a place is wanted"
                    if variable
                    else "{name} is a definition, and stands where a size or a place is wanted",
                    place,
                    "a size is no variable: give one of them another name",
                    name=name,
                )

    def _in_order_of_the_text(self) -> None:
        """Put the variables in the order of their first occurrence: a definition may stand behind, after `where`."""
        first: dict[str, int] = {}
        for node in (node for part in self.parts for node in part.order if isinstance(node, Name)):
            first[node.id] = min(node.span[0], first.get(node.id, node.span[0]))
        self.variables.sort(key=lambda name: first[name])

    def _define(self, name: str, span: Span, ready: set[str]) -> None:
        if name in self.known:
            raise Problem("E205", "{name} is declared as a variable and defined as well", span, name=name)
        if name in self.abstract:
            raise Problem("E205", "{name} is declared as a function and defined as well", span, name=name)
        if name in ready:
            raise Problem("E205", "{name} is defined twice", span, name=name)
        if name in FUNCTIONS:
            raise Problem(
                "E205", "{name} is a function", span, "give the definition another name: {name}_1 = …", name=name
            )
        ready.add(name)

    def _sort(self, node: Name, seen: set[str], closed: bool) -> None:
        name = node.id
        if name in self.known:
            seen.add(name)
            self.variables.append(name)
        elif name in self.defined:
            raise Problem(
                "E206", "{name} is used before it is defined", node.span, "put its definition in front", name=name
            )
        elif name in self.sizes or constant(name) is not None:
            return
        elif name in self.abstract:
            raise Problem("E207", "{name} is a function", node.span, "write {name}(…)", name=name)
        elif name in FUNCTIONS and not is_greek(name):
            raise Problem(
                "E207",
                "{name} is a function",
                node.span,
                "write {name}(…), or declare the variable: --var '{name}[n]'",
                name=name,
            )
        elif closed and name != IDENTITY:
            close = nearest(name, (*self.known, *self._scope))
            raise Problem(
                "E203",
                "{name} does not occur in the problem",
                node.span,
                "did you mean {near}?" if close else "there are {choices}",
                name=name,
                near=close,
                choices=(*self.known, *self._scope),
            )
        else:
            seen.add(name)
            self.variables.append(name)

    # ------------------------------------------------------------ layout

    def _layout(self, root: Syntax) -> list[Syntax]:
        order, stack = [], [root]
        while stack:
            node = stack.pop()
            order.append(node)
            if isinstance(node, (Call, Index)):
                found = self.forms[id(node)] = form(node, self.abstract)
                stack.extend(found.args)
            elif isinstance(node, Summation):
                stack.append(node.body)
            else:
                stack.extend(children(node))
        order.reverse()
        return order


def _bounds(sums: Sequence[Summation]) -> list[Dim]:
    """The limits of sums, whose indices are told how far they reach."""
    if not sums:
        return []
    from mcalc.language.indices import limits_of, reach

    for node in sums:
        reach(node)
    return [limit for node in sums for limit in limits_of(node) or ()]
