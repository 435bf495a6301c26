"""`mcalc functions`: the catalogue of operations, told by their records."""

from __future__ import annotations

from click import Context, Parameter

from mcalc.algebra.dims import dim
from mcalc.algebra.expr import Expr, Symbol, symbol
from mcalc.algebra.ops import NAMES, OPS, Op, find
from mcalc.algebra.ops.signature import ANY
from mcalc.algebra.ops.special import SPECIAL
from mcalc.cli.catalogue import Entry, searched, show
from mcalc.cli.command import command, completions
from mcalc.errors import Problem
from mcalc.language.names import function_meant
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COLUMNS = ("name", "shape", "derivative", "example")


def names(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The functions whose names begin so."""
    return completions(sorted(NAMES), incomplete)


@command(
    examples=[
        ("every function", "mcalc functions"),
        ("one function", "mcalc functions softmax"),
        ("what has to do with determinants", "mcalc functions determinant"),
    ]
)
@searched("The function to tell about, or words to look for; all of them where it is left out.", shell_complete=names)
def functions(words: tuple[str, ...], to: str | None, as_json: bool) -> int:
    """List the functions of the input language, or tell all that is known of one.

    The list has the shapes of each, its differential and an example.
    """
    entries = [facts(op) for op in catalogue()]
    return show(entries, words, COLUMNS, as_json or to == "json", unknown, lambda entry: entry["aliases"].split(", "))


def unknown(name: str) -> Problem:
    """There is no function of this name."""
    near = function_meant(name, NAMES)
    return Problem(
        "E201",
        "no such function: {name}",
        hint="did you mean {near}?" if near else "mcalc functions",
        name=name,
        near=near,
    )


def catalogue() -> list[Op]:
    """Every operation that people write, those whose slopes come from SymPy last."""
    own = [op for op in OPS.values() if not op.internal and op.name not in SPECIAL]
    return [*own, *filter(None, map(find, SPECIAL))]


def facts(op: Op) -> Entry:
    """What the record says, for people."""
    return {
        "name": op.name,
        "aliases": ", ".join(op.aliases),
        "shape": shapes(op),
        "derivative": rule(op),
        "kink": say(op.nonsmooth),
        "why": say(op.why),
        "example": op.example,
        "domain": say(op.domain),
        "source": op.see,
    }


def shapes(op: Op) -> str:
    """Every way of calling it, by shapes: `[m,n], [n] -> [m]`; `[...]` is any shape."""
    return " or ".join(shape_rule(s.text) for s in op.signatures)


def shape_rule(signature: str) -> str:
    """One way of calling: `mn,n->m` as `[m,n], [n] -> [m]`."""
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


def rule(op: Op) -> str:
    """The derivative as the record itself works it out; '' for arrays of a size, which are constants.

    Of a function of each entry `tanh'(t) = 1 - tanh(t)^2`, else the differential `d inv(X) = -inv(X)@dX@inv(X)`.
    """
    from mcalc.calculus.derivative import derivative
    from mcalc.calculus.differential import push

    if op.kind == "sized" or (op.shape is not None and not any(op.signatures[0].inputs)):
        return ""
    arguments = sample(op)
    value = op(*arguments)
    if len(arguments) == 1 and not arguments[0].rank:
        return f"{op.name}'({arguments[0].name}) = {told(derivative(value, arguments[0]))}"
    changes: dict[Expr, Expr] = {x: symbol(f"d{x.name}", x.shape, place=x.place + 10) for x in arguments}
    # An order, as of a Bessel function, does not change, nor the exponent of a matrix: then one argument does.
    for moving in (arguments, arguments[-1:], arguments[:1]):
        try:
            change = push(value, {x: changes[x] for x in moving})
            break
        except Problem:
            continue
    return f"d {op.name}({', '.join(x.name for x in arguments)}) = {told(change)}"


def told(expr: Expr) -> str:
    """The expression as text."""
    from mcalc.calculus.simplify import simplify
    from mcalc.notation import notate
    from mcalc.targets import write

    return write("text", notate(simplify(expr)))


def sample(op: Op) -> list[Symbol]:
    """Symbols that the operation takes: `X`, `Y` for matrices, `x`, `y` for vectors, `t`, `s` for scalars."""
    signature = op.signatures[0]
    names = [iter("tsuv"), iter("xyzw"), iter("XYZW")]
    found = []
    for place, letters in enumerate(signature.inputs):
        axes = letters if letters != ANY else "" if signature.output == ANY else "n"
        if op.shape is not None:
            axes = axes.replace("m", "n")  # singular values are as many as the shorter side is long
        found.append(symbol(next(names[len(axes)]), tuple(map(dim, axes)), place=place))
    return found
