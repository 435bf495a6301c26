"""What a person at a terminal sees: the reading, the working, the result with its kind and shape."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mcalc.answer import Answer, Derivative
from mcalc.cli.echo import SUPERSCRIPTS, declaration, membership, named
from mcalc.cli.output import in_colour, printable, shows_unicode
from mcalc.language.read import Reading
from mcalc.language.syntax import Name, Program, Syntax
from mcalc.targets import write

RESULT, REMARK = "bold cyan", "dim"


def draw(answer: Answer) -> None:
    """Draw an answer: how the text was read, then each derivative, then what is worth noting."""
    page = Page()
    page.reading(answer.reading)
    for derivative in answer.derivatives:
        page.gap()
        page.derivative(derivative, answer.layout)
    page.notes(answer.notes)


def draw_reading(reading: Reading) -> None:
    """Draw how a text was read, the shape of its result and what was decided on the way."""
    page = Page()
    page.reading(reading)
    page.notes(reading.notes)


class Page:
    """A console, and the alphabet that it can show."""

    def __init__(self) -> None:
        self.form = "unicode" if shows_unicode(sys.stdout) else "text"
        # rich is told everything: alone it would know neither CLICOLOR_FORCE nor that brackets here are no markup.
        self.console = Console(
            markup=False,
            highlight=False,
            emoji=False,
            force_terminal=True,
            color_system="standard" if in_colour(sys.stdout) else None,
        )

    def gap(self) -> None:
        """An empty line."""
        self.console.print()

    def remark(self, text: str) -> None:
        """Something said in words."""
        self.console.print(Padding(Text(printable(text), style=REMARK), (0, 0, 0, 2)))

    def notes(self, notes: list[str]) -> None:
        """What was decided on the way, if anything."""
        if notes:
            self.gap()
        for note in notes:
            self.remark(f"note: {note}")

    def equations(self, rows: list[tuple[str, str]], style: str = "") -> None:
        """Left sides and right sides; a long right side goes on below its own beginning."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold", style=style)
        for left, right in rows:
            grid.add_row(f"  {left} =", right)
        self.console.print(grid)

    def lines_of(self, left: str, syntax: Syntax) -> list[tuple[str, str]]:
        """An equation, after those of the intermediate results that it uses."""
        if not isinstance(syntax, Program):
            return [(left, write(self.form, syntax))]
        pairs = [(write(self.form, name), write(self.form, value)) for name, value in syntax.definitions]
        return [*pairs, (left, write(self.form, syntax.body))]

    def reading(self, reading: Reading) -> None:
        """The expression as it was read, and what each name in it is."""
        name = free_name(reading)
        self.equations(self.lines_of(name, reading.program))
        tell = membership if self.form == "unicode" else declaration
        self.remark("where " + ", ".join(tell(*pair) for pair in [*named(reading), (name, reading.root)]))

    def derivative(self, derivative: Derivative, layout: str) -> None:
        """One result."""
        self.equations(self.lines_of(self.quotient(derivative), derivative.syntax), RESULT)
        sizes = (" × " if self.form == "unicode" else " x ").join(derivative.shape)
        shape = f"of shape {sizes}" if sizes else "a scalar"
        self.remark(f"{derivative.kind}{' ' if sizes else ', '}{shape}; {layout} layout")

    def quotient(self, derivative: Derivative) -> str:
        """`∂f/∂x`, `d2f/dx2`."""
        order = "" if derivative.order == 1 else str(derivative.order)
        raised = SUPERSCRIPTS[order] if order and self.form == "unicode" else order
        d = "∂" if self.form == "unicode" else "d"
        name = write(self.form, Name(derivative.variable.name))
        return f"{d}{raised}{free_name(derivative.reading)}/{d}{name}{raised}"


def free_name(reading: Reading) -> str:
    """What to call the expression: `f`, where no variable is called that."""
    return next(name for name in ("f", "g", "h", "F", "the expression") if name not in reading.symbols)


def draw_table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Draw a table with a heading."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", style=RESULT if column == columns[0] else "")
    for row in rows:
        table.add_row(*(row[column] for column in columns))
    Page().console.print(table)
