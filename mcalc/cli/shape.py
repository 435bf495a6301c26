"""`mcalc shape`: how an expression was read."""

from __future__ import annotations

from mcalc.cli.command import choice, command
from mcalc.cli.expressions import EXPR, FILE, serve
from mcalc.cli.options import QUESTION
from mcalc.cli.output import emit, json_line, on_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.expr import Expr
    from mcalc.language.read import Reading


@command(
    examples=[
        ("two vectors and a matrix", "mcalc shape 'x.T@A@y'"),
        ("what a definition is", "mcalc shape 'r = X@w - y; r.T@r'"),
    ],
    within=10,
)
@EXPR
@QUESTION.only("var", "fun")
@FILE
@choice("--to", ("text", "json"), metavar="FORMAT", help="What to print")
def shape(expr: str | None, var: tuple[str, ...], fun: tuple[str, ...], file: str | None, to: str | None) -> int:
    """Tell how an expression is read: the shape and the properties of each name, and the shape of the result.

    On a terminal it is a table; in a pipe it is one line, as in 'A[n,n] symmetric, x[n] -> []', where what stands
    before the arrow can be given to --var.
    """

    def reading(text: str) -> Reading:
        from mcalc.language.read import read

        return read(text, var, functions=fun)

    def one_line(text: str) -> str:
        if to == "json":
            from mcalc.answer import shape_reply

            return json_line(shape_reply(reading(text)))
        return signature(reading(text))

    def show(text: str) -> None:
        if to or not on_terminal():
            emit(one_line(text))
        else:
            from mcalc.cli.screen import draw_reading

            draw_reading(reading(text))

    return serve(expr, file, one_line, show, to == "json")


def signature(reading: Reading) -> str:
    """The reading on one line: `A[n,n] symmetric, x[n] -> []`."""
    given = ", ".join(declaration(*pair) for pair in reading.symbols.items())
    return f"{given} -> {declaration('', reading.root)}".lstrip()


def declaration(name: str, value: Expr) -> str:
    """`A[n,n] symmetric`, as `--var` takes it."""
    from mcalc.algebra.expr import Symbol

    sizes = ",".join(str(d).replace(" ", "") for d in value.shape)
    return " ".join([f"{name}[{sizes}]", *(sorted(value.props) if isinstance(value, Symbol) else [])])
