"""`mcalc graph`: the computation graph, with the local derivatives and the cotangents."""

from __future__ import annotations

import sys

import click

from mcalc.cli.command import choice, command, listed
from mcalc.cli.expressions import EXPR, FILE, Variable, serve
from mcalc.cli.options import QUESTION
from mcalc.cli.output import emit, shows_unicode
from mcalc.drawing import FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.drawing.picture import Picture


@command(
    examples=[
        ("a tree", "mcalc graph 'norm(W2@tanh(W1@x) - y)^2' --wrt W1,W2"),
        ("a picture", "mcalc graph 'norm(X@w - y)^2' --wrt w --to svg"),
        ("for Graphviz", "mcalc graph 'norm(X@w - y)^2' --wrt w --to dot"),
    ],
    within=10,
)
@EXPR
@listed("--wrt", Variable(), metavar="NAME", help="The variables that the graph begins with: by default, all.")
@click.option("--of", metavar="NAME", default="", help="The definition to draw, instead of the expression at the end.")
@QUESTION.only("var", "fun")
@FILE
@choice("--to", FORMATS, metavar="FORMAT", help="What to print instead of a tree")
def graph(
    expr: str | None,
    wrt: tuple[str, ...],
    of: str,
    var: tuple[str, ...],
    fun: tuple[str, ...],
    file: str | None,
    to: str | None,
) -> int:
    """Draw the computation graph of an expression: its operations with their shapes, and what each uses.

    An edge has the local derivative, of the operation by what it uses, and below an operation stands its cotangent: the
    derivative of the whole by it, which the backward sweep works out. A definition is a node under its own name; what
    does not depend on the variables is none. --to svg takes the package fast-sugiyama: pip install 'mcalc[graph]'.
    """

    def picture(text: str, form: str) -> Picture:
        from mcalc.drawing.picture import Picture
        from mcalc.language.read import read, variable
        from mcalc.notation import taken_names
        from mcalc.targets.names import Lettering
        from mcalc.working.nodes import Graph

        reading = read(text, var, wrt=wrt, functions=fun, of=of)
        chosen = [variable(reading, name) for name in wrt] or list(reading.root.free)
        return Picture(Graph(reading, chosen), form, Lettering(taken_names(reading)))

    def one_line(text: str) -> str:
        from mcalc.drawing.json import draw

        return draw(picture(text, "text"))

    def show(text: str) -> None:
        from mcalc.drawing import draw

        if to:
            emit(draw(to, picture(text, "unicode")))
        else:
            from mcalc.cli.screen import draw_graph

            draw_graph(picture(text, "unicode" if shows_unicode(sys.stdout) else "text"))

    return serve(expr, file, one_line, show, to == "json")
