"""SymPy: a script in which the value and the derivative are expressions of MatrixSymbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcalc import __version__
from mcalc.algebra.expr import Expr
from mcalc.notation import notate
from mcalc.targets.code.task import Task
from mcalc.targets.sympy import to_sympy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.read import Reading


def module(reading: Reading, value: Expr, derivatives: Expr | Sequence[Expr], **manner: Any) -> str:
    """A script that makes SymPy's objects `value` and `derivative`, of several derivatives a tuple.

    Raises a `Problem` of kind unsupported where SymPy has no such expression.
    """
    task = Task(reading, value, derivatives, **manner)
    made = [to_sympy(notate(root, reading, where=False, expand=True), reading) for root in task.roots]
    found = [printed(one) for one in made]
    names = sorted({x for one in made for x in one.free_symbols} | _sizes(made), key=lambda x: (_rank(x), x.name))
    return "\n".join(
        [
            f'"""A matrix expression and its derivative, written by mcalc {__version__}."""',
            "",
            *(f"# {line}" for line in task.heading()),
            "",
            "from sympy import *",
            "from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction",
            "",
            *(f"{_identifier(x.name)} = {printed(x, declared=True)}" for x in names),
            "",
            f"value = {found[0]}",
            f"derivative = {found[1] if len(found) == 2 else '(' + ', '.join(found[1:]) + ')'}",
            "",
        ]
    )


def _rank(x: Any) -> bool:
    return bool(getattr(x, "is_Matrix", False))


def _sizes(made: Sequence[Any]) -> set[Any]:
    return {n for one in made for x in one.free_symbols if _rank(x) for size in x.shape for n in size.free_symbols}


def _identifier(name: str) -> str:
    from keyword import iskeyword

    return f"{name}_" if iskeyword(name) else name


def printed(x: Any, declared: bool = False) -> str:
    """Python that makes the object, variables by their names."""
    from sympy.printing.str import StrPrinter  # type: ignore[import-untyped]

    class Printer(StrPrinter):  # type: ignore[misc]
        """SymPy's own text, where that is Python."""

        def _called(self, expr: Any) -> str:
            return f"{type(expr).__name__}({', '.join(map(self._print, expr.args))})"

        _print_Identity = _print_OneMatrix = _print_ZeroMatrix = _print_HadamardProduct = _called  # noqa: N815
        _print_HadamardPower = _print_KroneckerProduct = _print_DiagMatrix = _print_DiagonalMatrix = _called  # noqa: N815

        def _print_Symbol(self, expr: Any) -> str:  # noqa: N802
            return _identifier(expr.name)

        def _print_Dummy(self, expr: Any) -> str:  # noqa: N802
            return f"Symbol({'x_'!r})"

        def _print_MatrixSymbol(self, expr: Any) -> str:  # noqa: N802
            return _identifier(expr.name)

        def _print_Rational(self, expr: Any) -> str:  # noqa: N802
            return f"Rational({expr.p}, {expr.q})"

        def _print_ElementwiseApplyFunction(self, expr: Any) -> str:  # noqa: N802
            function, inner = expr.args
            (x,) = function.variables
            body = self._print(function.expr)
            return f"ElementwiseApplyFunction(Lambda({self._print(x)}, {body}), {self._print(inner)})"

    printer = Printer()
    if not declared:
        return str(printer.doprint(x))
    if _rank(x):
        return f"MatrixSymbol({x.name!r}, {', '.join(printer.doprint(n) for n in x.shape)})"
    facts = [fact for fact in ("integer", "positive", "real") if x._assumptions_orig.get(fact)]
    return f"Symbol({x.name!r}{''.join(f', {fact}=True' for fact in facts)})"
