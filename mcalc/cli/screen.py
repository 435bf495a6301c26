"""What a person at a terminal sees: the reading, the working, the result with its kind and shape."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mcalc.answer import Answer, Derivative
from mcalc.cli.output import in_colour, printable, shows_unicode
from mcalc.language.read import Reading, describe
from mcalc.language.syntax import Name, Syntax, body_of, definitions_of
from mcalc.notation import result_name, taken_names
from mcalc.notation.quotient import slope
from mcalc.phrase import say
from mcalc.request import Way
from mcalc.targets import write
from mcalc.targets.names import Lettering
from mcalc.translation import spoken, tell

RESULT, REMARK, PLAIN = "bold cyan", "dim", ""

#: Left side, right side, and the style of the right side.
Row = tuple[str, str, str]


def draw(answer: Answer, way: Way | None) -> None:
    """Draw an answer: the reading, then each derivative after its working, if that is wanted, then what to note."""
    page = Page()
    page.reading(answer.reading)
    for derivative in answer.derivatives:
        page.gap()
        if way:
            page.working(derivative, way)
        page.result(derivative, answer.layout)
    page.notes(answer.notes)


def draw_reading(reading: Reading) -> None:
    """Draw how a text was read, the shape of its result and what was decided on the way."""
    page = Page()
    page.reading(reading)
    sizes = page.sizes([str(d) for d in reading.root.shape])
    page.remark(
        tell("{name} has shape {sizes}" if sizes else "{name} is a scalar", name=result_name(reading), sizes=sizes)
    )
    page.notes(reading.notes)


def draw_table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Draw a table with a heading."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(spoken(say(column)), overflow="fold", style=RESULT if column == columns[0] else PLAIN)
    for row in rows:
        table.add_row(*(row[column] for column in columns))
    Page().console.print(table)


def draw_facts(facts: list[tuple[str, str]]) -> None:
    """Draw facts below one another, each beside its name."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, text in facts:
        table.add_row(name, Text(printable(text)))
    Page().console.print(table)


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

    def name(self, name: str) -> str:
        """A variable's name, Greek in Greek letters."""
        return write(self.form, Name(name))

    def gap(self) -> None:
        """An empty line."""
        self.console.print()

    def remark(self, text: str) -> None:
        """Something said in words."""
        self.console.print(Padding(Text(printable(text), style=REMARK), (0, 0, 0, 2), expand=False))

    def notes(self, notes: list[str]) -> None:
        """What was decided on the way, if anything."""
        if notes:
            self.gap()
        for note in notes:
            self.remark(tell("note: {note}", note=note))

    def rows(self, rows: list[Row]) -> None:
        """Equations and remarks; a long one goes on below its own beginning."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True, justify="right")
        grid.add_column(overflow="fold")
        for left, right, style in rows:
            grid.add_row(f"  {left}", Text(right, style=style))
        self.console.print(grid)

    def equation(self, left: str, syntax: Syntax, lettering: Lettering, style: str = PLAIN) -> list[Row]:
        """An equation, and below it those of the names that it uses."""
        rows = [(f"{left} =".lstrip(), write(self.form, body_of(syntax), lettering), style)]
        for k, (name, value) in enumerate(definitions_of(syntax)):
            named = write(self.form, name, lettering)
            rows.append(
                (f"{named} =" if k else tell("where {name} =", name=named), write(self.form, value, lettering), PLAIN)
            )
        return rows

    def reading(self, reading: Reading) -> None:
        """The expression as it was read, and what each name in it is."""
        lettering = Lettering(taken_names(reading))
        named = [(self.name(name.id), value) for name, value in definitions_of(reading.program)]
        equations = [*named, (result_name(reading), body_of(reading.program))]
        self.rows([row for left, value in equations for row in self.equation(left, value, lettering)])
        if told := describe(reading, self.form != "unicode", self.name):
            self.remark(tell("where {told}", told=told))

    def working(self, derivative: Derivative, way: Way) -> None:
        """The lines that lead to the result, each with its reason."""
        rows: list[Row] = []
        said = None
        *lines, last = derivative.steps(way)
        for step in lines:
            left = write(self.form, step.left, derivative.lettering) if step.left != said else ""
            rows += self.equation(left, step.syntax, derivative.lettering)
            rows.append(("", printable(spoken(step.title)), REMARK))
            said = step.left
        self.rows(rows)
        self.gap()
        self.remark(spoken(last.title))

    def result(self, derivative: Derivative, layout: str) -> None:
        """The derivative and what it is; of three axes and more in every form, the differential first."""
        lines, lettering = derivative.lines(), derivative.lettering
        found = [(write(self.form, line.left, lettering), line.syntax) for line in lines.values()]
        rows: list[Row] = []
        for left, syntax in found or [(self.quotient(derivative), derivative.syntax)]:
            more = self.equation(left, syntax, lettering, PLAIN if rows else RESULT)
            rows += [row for row in more if row not in rows]  # a name that is explained already needs no more words
        self.rows(rows)
        sizes = self.sizes(derivative.shape)
        words: list[str] = [
            say("{kind} of shape {sizes}" if sizes else "{kind}, a scalar", kind=say(derivative.kind), sizes=sizes)
        ]
        words += [say("symmetric")] if derivative.symmetric else []
        facts = [say("{words}", words=words), say("{layout} layout", layout=say(layout))]
        if "kron" in lines:
            facts.append(say("vec stacks columns" if derivative.manner.vec == "column" else "vec stacks rows"))
        self.remark(tell("; ").join(map(spoken, facts)))

    def quotient(self, derivative: Derivative) -> str:
        """What the result is: df/dx, and of a Hessian H = ∇²f."""
        name = result_name(derivative.reading)
        if derivative.kind == "hessian" and self.form == "unicode":
            return f"∇²{name}" if "H" in taken_names(derivative.reading) else f"H = ∇²{name}"
        return write(self.form, slope(name, derivative.by, derivative.order), derivative.lettering)

    def sizes(self, shape: list[str]) -> str:
        """The sizes of a shape: `m × n`; of a scalar ''."""
        return (" × " if self.form == "unicode" else " x ").join(shape)
