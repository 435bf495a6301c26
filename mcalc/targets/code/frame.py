"""The module around the code: what it computes, what it takes, and its functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from mcalc import __version__
from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import Expr, Symbol
from mcalc.algebra.ops import Op
from mcalc.calculus.layout import AXES
from mcalc.targets.code.array import Code
from mcalc.targets.code.array import order as arguments_first
from mcalc.targets.code.program import program
from mcalc.targets.code.python import Python, tuple_of
from mcalc.targets.code.spell import Scope, Solved, body, comment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

    Module = Callable[..., str]


def framed(language: Python) -> Module:
    """The function that writes modules in this language."""

    def module(
        reading: Reading, value: Expr, derivative: Expr, *, wrt: str = "", order: int = 1, layout: str = "mixed"
    ) -> str:
        """A module that defines `value(**variables)`, `derivative(**variables)` and `value_and_derivative`.

        All take every variable by keyword, vectors with one axis and scalars with none, and return arrays of the
        arguments' floating type: of the value's shape, and of shape(value) + shape(wrt) once for each order.
        Raises a `Problem` of kind unsupported where an operation has no code in this language.
        """
        functions = {"value": [value], "derivative": [derivative], "value_and_derivative": [value, derivative]}
        named = reading.definitions.values()
        plans = {name: program(roots, named, language.softmax) for name, roots in functions.items()}
        helpers = _helpers(language, plans["value_and_derivative"][0] + plans["derivative"][0])
        takes = _unused("arrays", reading)
        names = {*helpers, *functions, takes, *(code_name(op) for op, _, _ in reading.abstract.values())}
        texts = [
            _definition(name, language, codes, titles(kept, reading), reading, names, takes)
            for name, (codes, kept) in plans.items()
        ]
        taking = [language.taking.replace("arrays", takes, 1)] if any(f"{takes}(" in text for text in texts) else []
        text = "\n\n\n".join(part.strip() for part in [*taking, *helpers.values(), *texts])
        head = heading(reading, value, derivative, wrt, order, layout)
        return "\n".join(
            [
                f'"""A matrix expression and its derivative, written by mcalc {__version__}."""',
                "",
                *(f"# {line}" for line in head),
                "",
                *language.imports(text),
                "",
                "",
                text,
                "",
            ]
        )

    return module


def _unused(name: str, reading: Reading) -> str:
    while name in reading.symbols:
        name += "_"
    return name


def titles(kept: dict[Code, Expr], reading: Reading) -> dict[Code, str]:
    """The names that the reader gave to what the program computes."""
    names = {node: name for name, node in reading.definitions.items()}
    return {code: names[node] for code, node in kept.items()}


def heading(reading: Reading, value: Expr, derivative: Expr, wrt: str, order: int, layout: str) -> list[str]:
    """What a module computes, in lines for a comment."""
    by = (f" by {comment(wrt)}" if wrt else "") + (f", order {order}" if order > 1 else "")
    return [
        f"value: {comment(reading.text)}",
        f"  {show_shape(value.shape)}",
        f"derivative{by}: {layout} layout, {AXES[layout]}",
        f"  {show_shape(derivative.shape)}",
        "variables:",
        *(f"  {comment(_described(symbol))}" for symbol in reading.symbols.values()),
    ]


def _described(symbol: Symbol) -> str:
    return ", ".join([f"{symbol.name}: {show_shape(symbol.shape)}", *sorted(symbol.props)])


def _helpers(language: Python, roots: Sequence[Code]) -> dict[str, str]:
    """The functions that the operations' templates call, by name."""
    ops = dict.fromkeys(node.data for node in arguments_first(roots) if isinstance(node.data, Op))
    return {source.partition("(")[0].removeprefix("def "): source for op in ops for source in language.helpers(op)}


def _definition(
    name: str,
    language: Python,
    codes: list[Code],
    titles: dict[Code, str],
    reading: Reading,
    reserved: set[str],
    takes: str,
) -> str:
    """The function that computes these nodes."""
    scope = Scope(reading.symbols.values(), language, reserved)
    lines, texts = body(codes, language, scope, titles)
    dims, missing = scope.found()
    read = {node.data.name for node in arguments_first(codes) if isinstance(node.data, Symbol)}
    read.update(variable for _, variable, _, _ in dims)
    arrays = [scope.variables[symbol] for symbol in reading.symbols if symbol in read]
    results = [language.result(code, text, scope) for code, (text, _) in zip(codes, texts, strict=True)]
    given = sorted({code_name(node.data) for node in arguments_first(codes) if is_abstract(node)})
    parameters = ", ".join([*scope.variables.values(), *missing, *given, f"**{scope.fresh('_')}"])
    shapes = [tuple_of([scope.described(d)[0] for d in code.shape]) if code.rank else "()" for code in codes]
    of = " and of shape ".join(shapes)
    taken = f"({arrays[0]},)" if len(arrays) == 1 else ", ".join(arrays)
    statements = [
        f'"""The {name.replace("_", " ")}: {"an array" if len(codes) == 1 else "arrays"} of shape {of}."""',
        *([f"{taken} = {takes}({', '.join(arrays)})"] if arrays else []),
        *_sizes(dims, scope),
        *([f"{scope.typed} = {language.typed(arrays)}"] if scope.typed else []),
        *lines,
        f"return {', '.join(results)}",
    ]
    return "\n    ".join([f"def {name}({parameters}):", *statements])


def code_name(op: Op) -> str:
    """What the code calls a function that the caller gives."""
    return op.numpy.partition("(")[0]


def is_abstract(code: Code) -> bool:
    """Whether the node calls a function that the caller gives."""
    return isinstance(code.data, Op) and code.data.private


def _sizes(dims: list[Solved], scope: Scope) -> list[str]:
    """The statements that read dimensions from variables, all axes of one at once where they are all wanted."""
    lines: list[str] = []
    ranks = {symbol.name: symbol.rank for symbol in scope.symbols}
    for name, group in groupby(dims, key=lambda found: found[1]):
        variable, found = scope.variables[name], list(group)
        if len(found) > 1 and [(axis, solved) for _, _, axis, solved in found] == [
            (k, "{}") for k in range(ranks[name])
        ]:
            lines.append(f"{', '.join(size for size, *_ in found)} = {variable}.shape")
        else:
            lines += [f"{size} = " + solved.format(f"{variable}.shape[{axis}]") for size, _, axis, solved in found]
    return lines
