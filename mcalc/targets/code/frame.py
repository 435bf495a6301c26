"""The module around the code: what it computes, what it takes, and its functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from mcalc import __version__
from mcalc.algebra.expr import Expr, Symbol
from mcalc.algebra.ops import Op
from mcalc.targets.code.array import Code
from mcalc.targets.code.array import order as arguments_first
from mcalc.targets.code.program import program
from mcalc.targets.code.python import Python, is_given, tuple_of
from mcalc.targets.code.spell import Scope, Solved, body, code_name
from mcalc.targets.code.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading

    Module = Callable[..., str]


def framed(language: Python) -> Module:
    """The function that writes modules in this language."""

    def module(reading: Reading, value: Expr, derivatives: Expr | Sequence[Expr], **manner: Any) -> str:
        """A module that defines `value(**variables)`, `derivative(**variables)` and `value_and_derivative`.

        All take every variable by keyword, vectors with one axis and scalars with none, and return arrays of the
        arguments' floating type: of the value's shape, and of shape(value) + shape(wrt) once for each order; of
        several derivatives a tuple. `manner` are the further fields of a `Task`.
        Raises a `Problem` of kind unsupported where an operation has no code in this language.
        """
        return written(language, Task(reading, value, derivatives, **manner))

    return module


def written(
    language: Python,
    task: Task,
    more: Mapping[str, Sequence[Expr]] | None = None,
    directions: Sequence[Symbol] = (),
    ending: Callable[[Scope], str] = lambda scope: "",
) -> str:
    """The module of a task; `more` are further functions, by name, which may take `directions` too.

    `ending` makes what stands after the functions of the names of the variables and sizes.
    """
    reading = task.reading
    functions = {"value": [task.value], "derivative": task.derivatives, "value_and_derivative": task.roots}
    functions |= {name: list(roots) for name, roots in (more or {}).items()}
    named = reading.definitions.values()
    plans = {name: program(roots, named, language.softmax, task.sizes) for name, roots in functions.items()}
    helpers = _helpers(language, [code for codes, _ in plans.values() for code in codes])
    takes, shapes = _unused("arrays", reading), _unused("SHAPES", reading)
    calls = set(functions) if more or language.calls_value else set()
    names = {
        *calls,
        takes,
        *(code_name(op) for op, _, _ in reading.abstract.values()),
    }
    defined = [
        _definition(name, language, codes, task.titles(kept), task, names, takes, directions)
        for name, (codes, kept) in plans.items()
    ]
    texts = [text for text, _ in defined]
    sizes = sorted({size for _, missing in defined for size in missing})
    scope = Scope([*reading.symbols.values(), *directions], language, names)
    taking = language.taking.replace("arrays", takes, 1).replace("SHAPES", shapes)
    helpers |= {name: source for name, source in language.own_helpers.items() if any(f"{name}(" in t for t in texts)}
    for name in helpers:
        free = _unused(name, reading)
        if free != name:
            texts = [re.sub(rf"\b{name}\(", f"{free}(", text) for text in texts]
            helpers = {k: re.sub(rf"\b{name}\(", f"{free}(", source) for k, source in helpers.items()}
    used = any(f" = {takes}(" in text for text in texts)
    ends = [ending(scope), *language.endings(task, scope, sizes)]
    text = "\n\n\n".join(
        part.strip() for part in [*texts, *helpers.values(), *([taking] if used else []), *ends] if part
    )
    stated = [_shapes(shapes, scope), ""] if used else []
    return "\n".join(
        [
            f'"""A matrix expression and its derivative, written by mcalc {__version__}."""',
            "",
            *(f"# {line}" for line in task.heading()),
            "",
            *language.imports(text),
            "",
            *stated,
            "",
            text,
            "",
        ]
    )


def _shapes(name: str, scope: Scope) -> str:
    """The statement that says which shape each variable is to have."""
    stated = []
    for s in scope.symbols:
        axes = [f'"{scope.described(d)[0]}"' for d in s.shape]
        stated.append(f'"{scope.variables[s.name]}": {tuple_of(axes) if axes else "()"}')
    return f"{name} = {{{', '.join(stated)}}}"


def _unused(name: str, reading: Reading) -> str:
    while name in reading.symbols or name in reading.definitions:
        name += "_"
    return name


def _helpers(language: Python, roots: Sequence[Code]) -> dict[str, str]:
    """The functions that the operations' templates call, by name."""
    ops = dict.fromkeys(node.data for node in arguments_first(roots) if isinstance(node.data, Op))
    return {source.partition("(")[0].removeprefix("def "): source for op in ops for source in language.helpers(op)}


def _definition(
    name: str,
    language: Python,
    codes: list[Code],
    titles: dict[Code, str],
    task: Task,
    reserved: set[str],
    takes: str,
    directions: Sequence[Symbol],
) -> tuple[str, list[str]]:
    """The function that computes these nodes, and the sizes that it has to be told."""
    used = {node.data for node in arguments_first(codes) if isinstance(node.data, Symbol)}
    symbols = [*task.reading.symbols.values(), *(v for v in directions if v in used)]
    scope = Scope(symbols, language, reserved)
    lines, texts = body(codes, language, scope, titles, task.sizes)
    read = {symbol.name for symbol in used}
    dims, missing = scope.found(read)
    read.update(variable for _, variable, _, _ in dims)
    results = [language.result(code, text, scope) for code, text in zip(codes, texts, strict=True)]
    given = sorted({code_name(node.data) for node in arguments_first(codes) if is_given(node)})
    # A result that holds no variable has their type of numbers all the same.
    taken_in = [symbol for symbol in symbols if symbol.name in read] or (symbols if scope.typed else [])
    arrays = [scope.variables[symbol.name] for symbol in taken_in]
    parameters = ", ".join([*scope.variables.values(), *missing, *given, f"**{scope.fresh('_')}"])
    shapes = [tuple_of([scope.described(d)[0] for d in code.shape]) if code.rank else "()" for code in codes]
    of = " and of shape ".join(shapes)
    taken = f"({arrays[0]},)" if len(arrays) == 1 else ", ".join(arrays)
    if name in ("derivative", "value_and_derivative"):
        start = len(results) - len(task.derivatives)
        nested = task.nested(results[start:], tuple_of)
        results = [*results[:start], *([tuple_of(nested)] if start and len(nested) > 1 else nested)]
    full = "".join(f" {line[0].upper()}{line[1:]}." for line in task.full if "derivative" in name)
    statements = [
        f'"""The {name.replace("_", " ")}: {"an array" if len(codes) == 1 else "arrays"} of shape {of}.{full}"""',
        *([f'{taken} = {takes}("{" ".join(arrays)}", {", ".join(arrays)})'] if arrays else []),
        *_sizes(dims, scope),
        *([f"{scope.typed} = {language.typed(arrays)}"] if scope.typed else []),
        *lines,
        f"return {', '.join(results)}",
    ]
    return "\n    ".join([f"def {name}({parameters}):", *statements]), missing


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
