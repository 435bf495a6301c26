"""`mcalc functions`: the catalogue of operations, told by their records."""

from __future__ import annotations

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.algebra.ops import ALIASES, OPS, Op
from mcalc.algebra.ops.signature import ANY
from mcalc.calculus.differential import push
from mcalc.calculus.simplify import simplify
from mcalc.cli.arguments import Command, Option
from mcalc.cli.output import emit, json_line, on_terminal
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.notation import notate
from mcalc.targets import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.cli.arguments import Values

COLUMNS = ("name", "shape", "derivative", "example")


def run(values: Values) -> int:
    """Tell about one operation, or list them all."""
    name = values["name"]
    if name is None:
        show_all([facts(op) for op in OPS.values() if not op.internal], values["json"])
        return 0
    op = OPS.get(ALIASES.get(name, name))
    if op is None or op.internal:
        near = nearest(name, [*OPS, *ALIASES])
        raise Problem("name", f"no such function: {name}", hint=f"did you mean {near}?" if near else "mcalc functions")
    show_one(facts(op), values["json"])
    return 0


def show_all(rows: list[dict[str, str]], as_json: bool) -> None:
    """The table: drawn on a terminal, with tabs in a pipe, a list in JSON."""
    if as_json:
        emit(json_line(rows))
    elif on_terminal():
        from mcalc.cli.screen import draw_table

        draw_table(COLUMNS, rows)
    else:
        for row in rows:
            emit("\t".join(row[column] for column in COLUMNS))


def show_one(row: dict[str, str], as_json: bool) -> None:
    """Everything about one operation, a fact a line."""
    if as_json:
        emit(json_line(row))
        return
    width = max(map(len, row))
    for fact, text in row.items():
        if text:
            emit(f"{fact:<{width}}  {text}")


def facts(op: Op) -> dict[str, str]:
    """What the record says, for people."""
    return {
        "name": op.name,
        "aliases": ", ".join(op.aliases),
        "shape": " or ".join(shape_rule(s.text) for s in op.signatures),
        "derivative": differential(op),
        "kink": op.nonsmooth,
        "why": op.why,
        "example": op.example,
        "domain": op.domain,
        "source": op.see,
    }


def shape_rule(signature: str) -> str:
    """The shapes in and out: `mn,n->m` as `[m,n], [n] -> [m]`; `[...]` is any shape."""
    inputs, output = signature.split("->")
    shapes = [shape_of(letters) for letters in inputs.split(",")] if inputs else ["()"]
    return f"{', '.join(shapes)} -> {shape_of(output)}"


def shape_of(letters: str) -> str:
    """One array; a fused axis is a product, `(ij)k` as `[i*j,k]`."""
    if letters == ANY:
        return "[...]"
    axes: list[str] = []
    for part in letters.replace("(", " (").replace(")", ") ").split():
        axes += ["*".join(part[1:-1])] if part.startswith("(") else part
    return f"[{','.join(axes)}]"


def differential(op: Op) -> str:
    """The differential, worked out by the record itself: `d inv(X) = -inv(X)@dX@inv(X)`; '' for arrays of a size."""
    if op.kind == "sized":
        return ""
    arguments = sample(op)
    changes: dict[Expr, Expr] = {x: symbol(f"d{x.name}", x.shape, place=x.place + 10) for x in arguments}
    told = write("text", notate(simplify(push(op(*arguments), changes))))
    return f"d {op.name}({', '.join(x.name for x in arguments)}) = {told}"


def sample(op: Op) -> list[Symbol]:
    """Symbols that the operation takes: `X`, `Y` for matrices, `x`, `y` for vectors, `s`, `t` for scalars."""
    names = [iter("stuv"), iter("xyzw"), iter("XYZW")]
    found = []
    for place, letters in enumerate(op.signatures[0].inputs):
        axes = "n" if letters == ANY else letters
        found.append(symbol(next(names[len(axes)]), tuple(map(dim, axes)), place=place))
    return found


COMMAND = Command(
    "functions",
    "list the functions, or tell all about one",
    run,
    about="""\
Lists the functions of the input language, each with its shapes, its differential and an example; or tells all that \
is known of one of them.""",
    operand=("NAME", "the function to tell about; without it all are listed"),
    options=(Option("--json", help="print JSON"),),
    examples=(("every function", "mcalc functions"), ("one function", "mcalc functions softmax")),
)
