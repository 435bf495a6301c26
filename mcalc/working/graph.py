"""The working on the computation graph: every operation a node, and the derivative swept through it.

    v_1 = A@x                          the nodes, with what they are worth
    f = x.T@v_1
    delta_1 = x                        backwards: the cotangent of a node, df/dv_1, from those of the nodes that use it
    df/dx = v_1 + A.T@delta_1          a sum over the paths that meet
          = (A + A.T)@x

The cotangents of an array f are its Jacobians by the nodes. Where those have more than two axes the sweep goes
forwards, from the change of x to that of f.
"""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.algebra.walk import substitute
from mcalc.calculus.derivative import derivative as differentiate
from mcalc.calculus.differential import push
from mcalc.calculus.simplify import simplify
from mcalc.language.read import space
from mcalc.language.syntax import Change, Name, Syntax, added
from mcalc.notation import change_name, notate, result_name
from mcalc.notation.quotient import slope
from mcalc.targets import write
from mcalc.working import differential
from mcalc.working.nodes import Graph, Node
from mcalc.working.questions import as_question
from mcalc.working.step import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading
    from mcalc.request import Way

#: Places of the symbols that stand for changes.
PLACES = 600_000


def steps(reading: Reading, x: Symbol, derivative: Expr, syntax: Syntax, order: int, way: Way) -> list[Step]:
    """The lines from the expression of the reading to its derivative by `x`, which is shown as `syntax`."""
    if x not in reading.root.free or reading.root is x:
        return differential.steps(reading, x, derivative, syntax, order, way)
    f = result_name(reading)
    found: list[Step] = []
    taken: set[str] = set()
    for k in range(1, order + 1):
        last = k == order
        g = derivative if last else differentiate(reading.root, x)
        shown = syntax if last else notate(g, reading, where=False)
        if x not in reading.root.free:
            # The derivative before does not depend on x any more.
            lines = differential.steps(reading, x, g, shown, 1, way)
            return [*found, Step(lines[-1].rules, slope(f, Name(x.name), order), derivative, syntax, lines[-1].words)]
        graph = Graph(reading, [x], single=way.detail == "full", taken=taken)
        sweep = _Sweep(graph, x, slope(f, Name(x.name), k), way)
        found += sweep.lines(g, shown)
        taken |= graph.taken
        reading = reading if last else as_question(shown, reading)
    return found


class _Sweep:
    """The sweeps through one graph; `left` is what the derivative is called."""

    def __init__(self, graph: Graph, x: Symbol, left: Syntax, way: Way) -> None:
        self.graph, self.x, self.left, self.way = graph, x, left, way
        self.root = graph.root
        self.reading = graph.reading
        #: What the symbols of nodes, of cotangents and of changes stand for.
        self.worth: dict[Expr, Expr] = {n.symbol: n.expr for n in graph.nodes if n.syntax is not None}
        self.steps: list[Step] = []

    def lines(self, derivative: Expr, syntax: Syntax) -> list[Step]:
        """The nodes, then the sweep backwards, or forwards, or both."""
        for node in self.graph.nodes:
            if node.syntax is not None:
                self._add("node", Name(node.name), node.expr, node.syntax, node)
        backwards = self.graph.has_cotangents
        if self.way.direction == "forward" or not backwards:
            self._forwards(derivative if not backwards else None)
        if backwards:
            self._backwards()
        rule = "substituted" if backwards else "read-off"
        if self.steps[-1].left != self.left or self.steps[-1].syntax != syntax:
            self._add(rule, self.left, derivative, syntax, self.root)
        return self.steps

    def _backwards(self) -> None:
        for back in self.graph.backwards():
            node, several = back.node, len(back.users) > 1
            shown = [self.graph.written(part) for part in back.parts]
            if self.way.detail == "full" and several:
                for user, part, spelled in zip(back.users, back.parts, shown, strict=True):
                    along = self.graph.free_name(f"path_{_suffix(node)}_{_suffix(user)}")
                    self._add("path", Name(along), part, spelled, node, along=user.name)
            left = Name(back.name) if back.name else self.left
            rule = "paths" if several else "last-slope" if back.users == [self.root] else "cotangent"
            self._add(rule, left, back.whole, added(shown), node)
            if back.symbol is not None:
                self.worth[back.symbol] = substitute(back.whole, self.worth)

    def _forwards(self, derivative: Expr | None) -> None:
        """The changes of the nodes; where nothing follows, that of the value over x as well."""
        changes: dict[Expr, Expr] = {}
        for node in self.graph.nodes:
            name = change_name(self.reading, self.x) if node.symbol is self.x else self.graph.free_name(f"d{node.name}")
            if node.symbol is self.x:
                changes[node.symbol] = symbol(name, self.x.shape, self.x.props, 100_000 + self.x.place)
                continue
            moved = simplify(push(node.local, {u.symbol: changes[u.symbol] for u in node.uses}))
            self._add("tangent", Change(Name(node.name)), moved, self.graph.written(moved), node)
            changes[node.symbol] = self._stands_for(name, moved)
        if derivative is not None and len(self.graph.nodes) > 2:
            moved = simplify(push(self.root.expr, {self.x: changes[self.x]}))
            self._add("substituted-change", Change(Name(self.root.name)), moved, notate(moved, self.reading), self.root)

    def _stands_for(self, name: str, expr: Expr) -> Symbol:
        """A symbol for an expression over other symbols."""
        props = ("symmetric",) if expr.symmetric else ()
        held = symbol(name, expr.shape, props, PLACES + len(self.worth))
        self.worth[held] = substitute(expr, self.worth)
        return held

    def _add(self, rule: str, left: Syntax, expr: Expr, syntax: Syntax, node: Node, along: str = "") -> None:
        words = {"f": self.root.name, "x": self.x.name, "of": node.name, "node": write("unicode", Name(node.name))}
        words |= {"shape": space(node.expr.shape), "df": write("unicode", left), "along": along}
        words["users"] = ", ".join(write("unicode", Name(u.name)) for u in self.graph.users(node))
        words["dx"] = change_name(self.reading, self.x)
        self.steps.append(Step((rule,), left, substitute(expr, self.worth), syntax, words))


def _suffix(node: Node) -> str:
    return node.name.removeprefix("v_")
