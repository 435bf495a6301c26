"""How a reading is told: `A[n,n] symmetric` in the input language, `A ∈ ℝⁿˣⁿ symmetric` on a terminal."""

from __future__ import annotations

from mcalc.algebra.expr import Expr, Symbol
from mcalc.language.read import Reading
from mcalc.language.syntax import Name
from mcalc.targets import write

SUPERSCRIPTS = dict(zip("0123456789+abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))


def declaration(name: str, value: Expr) -> str:
    """`A[n,n] symmetric`, as `--var` takes it."""
    sizes = ",".join(str(d).replace(" ", "") for d in value.shape)
    return " ".join([f"{name}[{sizes}]", *props(value)])


def membership(name: str, value: Expr) -> str:
    """`A ∈ ℝⁿˣⁿ symmetric`; sizes without superscript letters stand in brackets, as in `ℝ^(D×N)`."""
    sizes = "×".join(str(d).replace(" ", "") for d in value.shape)
    raised = "".join(SUPERSCRIPTS.get(c, "") for c in sizes.replace("×", "x"))
    space = raised if len(raised) == len(sizes) else f"^({sizes})"
    return " ".join([f"{write('unicode', Name(name))} ∈ ℝ{space}", *props(value)])


def props(value: Expr) -> list[str]:
    """The properties that were declared."""
    return sorted(value.props) if isinstance(value, Symbol) else []


def named(reading: Reading) -> list[tuple[str, Expr]]:
    """Every variable, then every definition."""
    return [*reading.symbols.items(), *reading.definitions.items()]


def signature(reading: Reading) -> str:
    """The reading on one line: `A[n,n] symmetric, x[n] -> []`."""
    return f"{', '.join(declaration(*pair) for pair in named(reading))} -> {declaration('', reading.root)}".lstrip()
