"""What can be asked, as options of the command line and as fields of a request to `mcalc batch`: one table.

A row is both, under one name, which is that of a field of the record in `mcalc.request`; the record has its default.
To add one is to add the field there and the row here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from mcalc.calculus.layout import CONVENTIONS, FORMS, LAYOUTS, VECS
from mcalc.cli.command import choice, listed
from mcalc.cli.expressions import Variable
from mcalc.request import DETAILS, DIRECTIONS, METHODS, STYLES, Manner, Record, Request, Way


class Option:
    """A row: the name, the metavar and the help, and what the values are where that is no plain text.

    `choices` are the values that there are; `parts` is the type of the values between commas; `also` is another name
    on the command line.
    """

    def __init__(
        self,
        name: str,
        metavar: str,
        help: str,
        *,
        choices: Sequence[str] = (),
        parts: click.ParamType[str] | None = None,
        also: str = "",
    ) -> None:
        self.name, self.metavar, self.help = name, metavar, help
        self.choices, self.parts, self.also = choices, parts, also

    def on_the_command_line(self, default: Any) -> Callable[[Any], Any]:
        """The option for click; what its value is, the default tells."""
        flag = f"--{self.name}"
        if isinstance(default, bool):
            spelled = f"{flag}/--no-{self.name}" if default else flag
            return click.option(spelled, is_flag=True, default=default, help=self.help)
        settings: dict[str, Any] = {"metavar": self.metavar, "help": self.help}
        if self.parts:
            return listed(flag, self.parts, **settings)
        if isinstance(default, tuple):
            return click.option(flag, multiple=True, **settings)
        settings |= {"default": default, "show_default": True} if default else {}
        if self.choices:
            return choice(flag, self.choices, **settings)
        names = [self.name, flag, *([f"--{self.also}"] if self.also else [])]
        return click.option(*names, type=type(default), **settings)


class Table:
    """The options for the fields of one record."""

    def __init__(self, record: type[Record], *rows: Option) -> None:
        self.rows = {row.name: row for row in rows}
        self.defaults = {name: getattr(record, name) for name in self.rows}

    def __call__(self, function: Any) -> Any:
        """Give the function that runs a command these options."""
        return self.only(*self.rows)(function)

    def only(self, *names: str) -> Callable[[Any], Any]:
        """Some of the options, in this order, for a command that does not take them all."""

        def decorated(function: Any) -> Any:
            for name in reversed(names):
                function = self.rows[name].on_the_command_line(self.defaults[name])(function)
            return function

        return decorated


QUESTION = Table(
    Request,
    Option("wrt", "NAME", "The variable to differentiate by, or all; may be repeated.", parts=Variable()),
    Option("of", "NAME", "The definition to differentiate, instead of the expression at the end."),
    Option("order", "N", "How many times, up to 4."),
    Option("then", "NAME", "Then differentiate by this variable; may be repeated.", parts=Variable()),
    Option("jvp", "NAME", "The derivative along this array, which is of the variable's shape."),
    Option(
        "vjp", "NAME", "Given this gradient of a loss by the expression, the loss's by the variable.", also="upstream"
    ),
    Option("hvp", "NAME", "The Hessian times this array, without the Hessian."),
    Option("structured", "", "The derivative along changes that keep the structure of the variable."),
    Option("convention", "NAME", "What a structure, such as symmetry, makes of the derivative", choices=CONVENTIONS),
    Option("fun", "DECL", "Declare a function, as in 'f: [m] -> []'; may be repeated."),
    Option("var", "DECL", "Declare a variable, as in 'A[n,n] symmetric'; may be repeated."),
)

MANNER = Table(
    Manner,
    Option("layout", "LAYOUT", "How the axes are arranged", choices=LAYOUTS),
    Option("form", "FORM", "The form of the result, with what it is: by default, what suits it", choices=FORMS),
    Option("vec", "ORDER", "What vec stacks", choices=VECS),
    Option("where", "", "Name what repeats, or do not."),
    Option("expand", "", "Write out what the expression defines and says."),
    Option("bold", "", "Set vectors and matrices in bold, in LaTeX, Typst and MathML."),
    Option("style", "STYLE", "How derivatives by the time are written: x'(t), or a dot over x", choices=STYLES),
    Option("size", "NAME=N", "A size, for the order of products in code; may be repeated.", parts=click.STRING),
    Option("compressed", "", "In code, leave out the zeros of a derivative that is a product with a delta."),
    Option(
        "batch", "NAME:rows", "In code, take many samples of a variable at once; may be repeated.", parts=click.STRING
    ),
)

WAY = Table(
    Way,
    Option("method", "METHOD", "The method of the working", choices=METHODS),
    Option("detail", "DEPTH", "How finely the working is told", choices=DETAILS),
    Option("direction", "WAY", "How the computation graph is swept", choices=DIRECTIONS),
)
