"""Spellings of the syntax tree: text, mathematics, LaTeX, code."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from mcalc.language.syntax import Syntax
from mcalc.targets.names import PLAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.algebra.expr import Expr
    from mcalc.language.read import Reading
    from mcalc.targets.names import Lettering

#: The targets that spell an expression: `mcalc/targets/*.py`.
FORMS = ("text", "unicode", "latex", "typst", "mathml")
USUAL = FORMS[:3]  #: those that a reply has where none is asked for
#: The targets that make a module of code: `mcalc/targets/code/*.py`.
CODE = ("numpy", "scipy", "jax", "torch", "julia", "matlab", "sympy")


def write(form: str, syntax: Syntax, lettering: Lettering = PLAIN) -> str:
    """The syntax tree in one of the `FORMS`. A target is imported when it is first used."""
    syntax = syntax if form == "text" else lettering.dotted(syntax)
    spelling: str = import_module(f"mcalc.targets.{form}").write(syntax, lettering)
    return spelling


def module(form: str, reading: Reading, derivatives: Expr | Sequence[Expr], **manner: Any) -> str:
    """A module of code in one of `CODE`, with `value` and `derivative`; `manner` are the fields of a `Task`."""
    made = import_module(f"mcalc.targets.code.{form}").module
    code: str = made(reading, manner.pop("value", reading.root), derivatives, **manner)
    return code
