"""NumPy: the spelling of array code, and the module around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from mcalc import __version__
from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import Expr, Group, Rational, Symbol
from mcalc.algebra.ops import Op
from mcalc.errors import Problem
from mcalc.targets.code.array import Code, behind
from mcalc.targets.code.array import order as arguments_first
from mcalc.targets.code.program import program
from mcalc.targets.code.spell import (
    ATOM,
    MATRIX,
    POWER,
    PRODUCT,
    SIGN,
    SUM,
    Language,
    Scope,
    Solved,
    Spelling,
    Text,
    body,
    comment,
    spelled,
    wrap,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

LINE = "\n"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"  #: np.einsum knows no others
RESERVED = frozenset(("np", "scipy"))
EXACT = 2**53  #: whole numbers beyond this are floats


def _number(value: Rational) -> Text:
    try:
        if value.denominator == 1:
            text = str(value) if -EXACT < value < EXACT else repr(float(value))
        elif value.denominator in (2, 4, 8) and -100 < value < 100:
            text = repr(float(value))
        elif max(abs(value.numerator), value.denominator) < EXACT:
            return f"{value.numerator}/{value.denominator}", PRODUCT
        else:
            text = repr(float(value))
    except OverflowError:
        raise Problem("unsupported", "a number is beyond the range of floating point") from None
    return text, SIGN if value < 0 else ATOM


def _add(node: Code, args: list[Text], scope: Scope) -> Text:
    signs = node.data
    text = ("-" if signs[0] < 0 else "") + wrap(args[0], PRODUCT if signs[0] < 0 else SUM)
    for sign, arg in zip(signs[1:], args[1:], strict=True):
        text += (" - " if sign < 0 else " + ") + wrap(arg, PRODUCT)
    return text, SUM


def _mul(node: Code, args: list[Text], scope: Scope) -> Text:
    coefficient, signs = node.data
    text, bottom = _coefficient(coefficient)
    for sign, arg in zip(signs, args, strict=True):
        if sign < 0:
            text = f"{text or '1'}/{wrap(arg, POWER)}"
        else:
            text = f"{text}*{wrap(arg, POWER)}" if text else wrap(arg, PRODUCT if arg[1] != MATRIX else POWER)
        text = text.replace("-1*", "-", 1) if text.startswith("-1*") else text
    return text + (f"/{bottom}" if bottom != 1 else ""), PRODUCT


def _coefficient(value: Rational) -> tuple[str, int]:
    """A factor in front, and a whole number to divide by at the end."""
    if value == 1:
        return "", 1
    text, level = _number(value)
    if level == PRODUCT:
        top = value.numerator
        return ("" if top == 1 else str(top)), value.denominator
    return text, 1


def _power(node: Code, args: list[Text], scope: Scope) -> Text:
    exponent = node.data
    if exponent == Fraction(1, 2):
        return f"np.sqrt({args[0][0]})", ATOM
    return f"{wrap(args[0], ATOM)}**{wrap(_number(exponent), ATOM)}", POWER


HOLE = re.compile(r"(-?)\{(\d)\}")


def _template(node: Code) -> str:
    op: Op = node.data
    if not op.numpy:
        raise Problem("unsupported", f"there is no NumPy code for {op.name}")
    return op.numpy


def _call(node: Code, args: list[Text], scope: Scope) -> Text:
    template = _template(node)

    def fill(hole: re.Match[str]) -> str:
        before, after = template[: hole.start()].rstrip()[-1:], template[hole.end() :][:1]
        alone = before in ("(", ",", "") and after in (")", ",", "")
        arg, (text, level) = node.args[int(hole[2])], args[int(hole[2])]
        if arg.kind == "number" and arg.data.denominator == 1:
            text = repr(float(arg.data))  # np.power refuses whole numbers
        if hole[1] and alone and level == PRODUCT and text.startswith("-"):
            return text[1:]  # minus a product with a minus in front
        return hole[1] + wrap((text, level), SUM if alone and not hole[1] else ATOM)

    return HOLE.sub(fill, template), ATOM


def _repeats(node: Code, k: int) -> int:
    return _template(node).count(f"{{{k}}}")


def _matmul(node: Code, args: list[Text], scope: Scope) -> Text:
    """Brackets on the right stay away where the other order costs the same: `x @ A @ x`."""
    right = node.args[1]
    sizes = {d for code in (node.args[0], *right.args) for d in code.shape}
    same = right.kind == "matmul" and (node.args[0].rank == right.rank == 1 or (right.rank == 2 and len(sizes) == 1))
    return f"{wrap(args[0], MATRIX)} @ {wrap(args[1], MATRIX if same else POWER)}", MATRIX


def _axes(node: Code, args: list[Text], scope: Scope) -> Text:
    axes = node.data
    if axes is None:
        return f"np.sum({args[0][0]})", ATOM
    return f"np.sum({args[0][0]}, axis={axes[0] if len(axes) == 1 else axes})", ATOM


def _permute(node: Code, args: list[Text], scope: Scope) -> Text:
    base = wrap(args[0], ATOM)
    return (f"{base}.T" if node.rank == 2 else f"{base}.transpose{node.data}"), ATOM


def _expand(node: Code, args: list[Text], scope: Scope) -> Text:
    return f"{wrap(args[0], ATOM)}[{', '.join(':' if keep else 'None' for keep in node.data)}]", ATOM


def _letters(labels: Group) -> str:
    if labels and max(labels) >= len(LETTERS):
        raise Problem("limit", f"np.einsum has {len(LETTERS)} letters for axes, which is too few")
    return "".join(LETTERS[x] for x in labels)


def _einsum(node: Code, args: list[Text], scope: Scope) -> Text:
    left, right, out = map(_letters, node.data)
    return f'np.einsum("{left},{right}->{out}", {args[0][0]}, {args[1][0]})', ATOM


def _diagonal(node: Code, args: list[Text], scope: Scope) -> Text:
    if node.data == ((0, 0), (0,)):
        return f"np.diagonal({args[0][0]})", ATOM
    labels, out = map(_letters, node.data)
    return f'np.einsum("{labels}->{out}", {args[0][0]})', ATOM


def _tensordot(node: Code, args: list[Text], scope: Scope) -> Text:
    left, right = (axes[0] if len(axes) == 1 else axes for axes in node.data)
    return f"np.tensordot({args[0][0]}, {args[1][0]}, axes=({left}, {right}))", ATOM


def _shape(node: Code, scope: Scope) -> str:
    return spelled([scope.size(d)[0] for d in node.shape])


def _filled(function: str, node: Code, scope: Scope) -> Text:
    return f"{function}({_shape(node, scope) if node.rank > 1 else scope.size(node.shape[0])[0]})", ATOM


def _held(code: Code) -> bool:
    """Whether the array may be one that the caller holds, or cannot be written to."""
    return behind(code)[-1].kind in ("variable", "diagonal")


def _assemble(name: str, node: Code, values: list[Text], shared: bool, scope: Scope) -> list[str]:
    """An array with diagonals written onto it: a view of those entries takes the values."""
    based, patterns, signs = node.data
    if not based:
        base = _filled("np.zeros", node, scope)[0]
    elif shared or _held(node.args[0]):
        base = f"np.array({values[0][0]})"
    else:
        base = values[0][0]
    lines = [f"{name} = {base}"]
    for k, (value, pattern, sign) in enumerate(zip(values[based:], patterns, signs, strict=True)):
        view = f'np.einsum("{_letters(pattern)}->{_letters(tuple(dict.fromkeys(pattern)))}", {name})'
        write = "=" if not based and not k else "+=" if sign > 0 else "-="
        lines.append(f"{view}[...] {write} {'-' + wrap(value, POWER) if write == '=' and sign < 0 else value[0]}")
    return lines


def _function(name: str) -> Spelling:
    return lambda node, args, scope: (f"{name}({', '.join(text for text, _ in args)})", ATOM)


NUMPY = Language(
    {
        "variable": lambda node, args, scope: (scope.variables[node.data.name], ATOM),
        "size": lambda node, args, scope: scope.size(node.data),
        "number": lambda node, args, scope: _number(node.data),
        "zeros": lambda node, args, scope: _filled("np.zeros", node, scope),
        "ones": lambda node, args, scope: _filled("np.ones", node, scope),
        "eye": lambda node, args, scope: (f"np.eye({scope.size(node.shape[0])[0]})", ATOM),
        "add": _add,
        "mul": _mul,
        "power": _power,
        "call": _call,
        "matmul": _matmul,
        "solve": _function("np.linalg.solve"),
        "outer": _function("np.outer"),
        "dot": _function("np.vdot"),
        "diag": _function("np.diag"),
        "trace": _function("np.trace"),
        "sum": _axes,
        "tensordot": _tensordot,
        "einsum": _einsum,
        "permute": _permute,
        "expand": _expand,
        "reshape": lambda node, args, scope: (f"{wrap(args[0], ATOM)}.reshape{_shape(node, scope)}", ATOM),
        "diagonal": _diagonal,
    },
    _assemble,
    _repeats,
)


def module(
    reading: Reading,
    value: Expr,
    derivative: Expr,
    *,
    wrt: str = "",
    order: int = 1,
    layout: str = "mixed",
) -> str:
    """A module that defines `value(**variables)` and `derivative(**variables)`.

    Both take every variable by keyword, vectors with one axis and scalars with none, and return a float64 array:
    of the value's shape, and of shape(value) + shape(wrt) once for each order. Raises a `Problem` of kind
    unsupported where an operation has no NumPy code.
    """
    by = (f" by {comment(wrt)}" if wrt else "") + (f", order {order}" if order > 1 else "")
    titles = {node: name for name, node in reading.definitions.items()}
    plans = [(name, *program([root], titles)) for name, root in (("value", value), ("derivative", derivative))]
    helpers = _helpers([codes[0] for _, codes, _ in plans])
    names = {*RESERVED, *helpers}
    functions = [
        _definition(name, codes[0], {c: titles[node] for c, node in kept.items()}, reading, names)
        for name, codes, kept in plans
    ]
    text = "\n\n\n".join([*helpers.values(), *functions])
    scipy = sorted({f"import {name}" for name in re.findall(r"\bscipy\.\w+(?=\.)", text)})
    return f'''"""A matrix expression and its derivative, written by mcalc {__version__}."""

# value: {comment(reading.text)}
#   {show_shape(value.shape)}
# derivative{by}: {comment(layout)} layout, the axes of the value before those of the variable
#   {show_shape(derivative.shape)}
# variables:
{"".join(f"#   {comment(_described(symbol))}{LINE}" for symbol in reading.symbols.values())}
{LINE.join(["import numpy as np", *scipy])}


{text}
'''


def _described(symbol: Symbol) -> str:
    return ", ".join([f"{symbol.name}: {show_shape(symbol.shape)}", *sorted(symbol.props)])


def _helpers(roots: Sequence[Code]) -> dict[str, str]:
    """The functions that the operations' templates call, by name."""
    sources = dict.fromkeys(node.data.helper for node in arguments_first(roots) if isinstance(node.data, Op))
    return {source.partition("(")[0].removeprefix("def "): source.strip() for source in sources if source}


def _definition(name: str, code: Code, titles: dict[Code, str], reading: Reading, reserved: set[str]) -> str:
    """The function that computes one node."""
    scope = Scope(reading.symbols.values(), reserved)
    lines, (result, _) = body(code, NUMPY, scope, titles)
    dims, missing = scope.found()
    read = {node.data.name for node in arguments_first([code]) if isinstance(node.data, Symbol)}
    read.update(variable for _, variable, _, _ in dims)
    arrays = [scope.variables[symbol] for symbol in reading.symbols if symbol in read]
    if not code.rank:
        result = f"np.asarray({result}, np.float64)"
    elif _held(code):
        result = f"np.array({result})"
    parameters = ", ".join([*scope.variables.values(), *missing, f"**{scope.fresh('_')}"])
    shape = spelled([scope.described(d)[0] for d in code.shape])
    statements = [
        f'"""The {name}: an array of shape {shape}."""',
        *(f"{variable} = np.asarray({variable}, np.float64)" for variable in arrays),
        *_sizes(dims, scope),
        *lines,
        f"return {result}",
    ]
    return "\n    ".join([f"def {name}({parameters}):", *statements])


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
