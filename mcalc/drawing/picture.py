"""What a drawing of a computation graph shows: boxes with a few lines of text, and arrows with a label."""

from __future__ import annotations

from mcalc.algebra.dims import show_shape
from mcalc.language.read import space
from mcalc.language.syntax import Name, Syntax
from mcalc.notation.quotient import slope
from mcalc.targets import write
from mcalc.targets.names import PLAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.algebra.expr import Shape
    from mcalc.targets.names import Lettering
    from mcalc.working.nodes import Graph, Node

INPUT, OPERATION, OUTPUT = "input", "operation", "output"


class Box:
    """A node: what it is (input, operation or output), the operation, its shape, and its cotangent if it has one."""

    __slots__ = ("cotangent", "kind", "name", "shape", "syntax")

    def __init__(
        self, name: str, kind: str, syntax: Syntax | None, shape: Shape, cotangent: tuple[Syntax, Syntax] | None
    ) -> None:
        self.name, self.kind, self.syntax, self.shape, self.cotangent = name, kind, syntax, shape, cotangent


class Arrow:
    """An edge, with the derivative of the node that it leads to by the one that it comes from."""

    __slots__ = ("end", "slope", "start")

    def __init__(self, start: str, end: str, slope: Syntax) -> None:
        self.start, self.end, self.slope = start, end, slope


class Picture:
    """The boxes and arrows of a graph, spelled in one of the targets."""

    def __init__(self, graph: Graph, form: str = "unicode", lettering: Lettering = PLAIN) -> None:
        self.form, self.lettering = form, lettering
        found: dict[str, tuple[Syntax, Syntax]] = {}
        for node, name, syntax in graph.cotangents():
            found[node.name] = Name(name) if name else slope(graph.root.name, Name(node.name), 1), syntax
        self.boxes = [Box(n.name, _kind(n, graph), n.syntax, n.expr.shape, found.get(n.name)) for n in graph.nodes]
        self.arrows = [Arrow(u.name, n.name, graph.slope(n, u)) for n in graph.nodes for u in n.uses]

    def lines(self, box: Box) -> list[str]:
        """The lines of a box: the operation, the shape, the cotangent."""
        name = self.write(Name(box.name))
        found = [f"{name} = {self.write(box.syntax)}" if box.syntax else name, self.shape(box)]
        if box.cotangent:
            found.append(" = ".join(map(self.write, box.cotangent)))
        return found

    def shape(self, box: Box) -> str:
        """`ℝⁿ`, or `n x m` in ASCII."""
        return space(box.shape) if self.form == "unicode" else show_shape(box.shape)

    def write(self, syntax: Syntax) -> str:
        """A formula."""
        return write(self.form, syntax, self.lettering)

    def reply(self) -> dict[str, Any]:
        """The graph as plain data."""
        nodes = []
        for box in self.boxes:
            node: dict[str, Any] = {"name": box.name, "kind": box.kind, "shape": [str(d) for d in box.shape]}
            node |= {"text": write("text", box.syntax or Name(box.name))}
            node |= {"latex": write("latex", box.syntax or Name(box.name), self.lettering)}
            if box.cotangent:
                left, right = box.cotangent
                node["cotangent"] = {"left": write("text", left), "text": write("text", right)}
            nodes.append(node)
        edges = [{"from": a.start, "to": a.end, "slope": write("text", a.slope)} for a in self.arrows]
        return {"nodes": nodes, "edges": edges}


def _kind(node: Node, graph: Graph) -> str:
    return INPUT if node.syntax is None else OUTPUT if node is graph.root else OPERATION
