"""What a person at a terminal sees: the reading, the working, the result with its kind and shape."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from mcalc.answer import Answer
from mcalc.cli.help import wrapped
from mcalc.cli.output import in_colour, printable, shows_unicode
from mcalc.errors import columns
from mcalc.language.read import Reading, describe
from mcalc.language.syntax import Name
from mcalc.notation import result_name, taken_names
from mcalc.pages.content import Content, Part
from mcalc.pages.content import Row as Equation
from mcalc.phrase import say
from mcalc.request import Way
from mcalc.targets import write
from mcalc.targets.names import Lettering
from mcalc.translation import in_english, spoken, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.drawing.picture import Box, Picture

RESULT, REMARK, PLAIN = "bold cyan", "dim", ""

#: Left side, right side, and the style of the right side.
Row = tuple[str, str, str]


def draw(answer: Answer, way: Way | None) -> None:
    """Draw an answer: the reading, then each derivative after its working, if that is wanted, then what to note."""
    page, content = Page(), Content(answer, way)
    page.reading(content)
    for part in content.parts:
        page.gap()
        page.part(part)
    if content.together:
        page.gap()
        page.remark(tell("together, with what they share under names:"))
        page.rows(page.equations(content.together, content.lettering))
    page.notes(content.notes)


def draw_reading(reading: Reading) -> None:
    """Draw how a text was read, the shape of its result and what was decided on the way."""
    page, content = Page(), Content(Answer(reading, [], 1, "mixed"), None)
    page.reading(content)
    sizes = page.times.join(str(d) for d in reading.root.shape)
    page.remark(
        tell("{name} has shape {sizes}" if sizes else "{name} is a scalar", name=result_name(reading), sizes=sizes)
    )
    page.notes(content.notes)


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


def draw_graph(picture: Picture) -> None:
    """Draw a computation graph as a tree: below each node those that it uses, with the local derivative by each."""
    page = Page()
    boxes = {box.name: box for box in picture.boxes}
    told: set[str] = set()

    def label(box: Box, slope: str) -> Text:
        formula, shape, *cotangent = picture.lines(box)
        text = Text(formula, style=PLAIN if box.kind == "operation" else RESULT)
        text.append(f"  {shape}", style=REMARK)
        text.append(f"  {slope}" if slope else "", style="green")
        for line in cotangent:
            text.append(f"  {line}", style="red")
        return text

    def grow(tree: Tree, name: str) -> None:
        below = [a for a in picture.arrows if a.end == name]
        if name in told and below:
            tree.add(Text(tell("see above") if page.form == "text" else "↑", style=REMARK))
            return
        told.add(name)
        for arrow in below:
            box = boxes[arrow.start]
            sign = "∂" if picture.form == "unicode" else "d"
            over, under = (picture.write(Name(name)) for name in (arrow.end, arrow.start))
            grow(tree.add(label(box, f"{sign}{over}/{sign}{under} = {picture.write(arrow.slope)}")), arrow.start)

    root = picture.boxes[-1]
    tree = Tree(label(root, ""), guide_style=REMARK)
    grow(tree, root.name)
    page.console.print(tree)


class Page:
    """A console, and the alphabet that it can show."""

    def __init__(self) -> None:
        self.form = "unicode" if shows_unicode(sys.stdout) else "text"
        self.times = " × " if self.form == "unicode" else " x "  #: between the sizes of a shape
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
        shown = Text(self.broken(printable(text), 2), style=REMARK)
        self.console.print(Padding(shown, (0, 0, 0, 2), expand=False))

    def broken(self, text: str, before: int) -> str:
        """A sentence, broken where its language lets a line end; `before` are the columns in front of it."""
        return text if in_english() else "\n".join(wrapped(text, self.console.width - before))

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
        before = 3 + max((columns(left) for left, _, _ in rows), default=0)
        for left, right, style in rows:
            shown = self.broken(right, before) if style == REMARK else right
            grid.add_row(f"  {left}", Text(shown, style=style))
        self.console.print(grid)

    def equations(self, rows: list[Equation], lettering: Lettering, style: str = PLAIN) -> list[Row]:
        """Equations with their reasons; the first in the style of what it is."""
        found: list[Row] = []
        for k, row in enumerate(rows):
            left = write(self.form, row.left, lettering) if row.left is not None else ""
            right = write(self.form, row.right, lettering)
            found.append((f"{row.word} {left} =".lstrip(), right, PLAIN if k else style))
            if row.reason:
                found.append(("", printable(row.reason), REMARK))
        return found

    def reading(self, content: Content) -> None:
        """The expression as it was read, and what each name in it is."""
        self.rows(self.equations(content.formula, Lettering(taken_names(content.reading))))
        if told := describe(content.reading, self.form != "unicode", self.name):
            self.remark(tell("where {told}", told=told))

    def part(self, part: Part) -> None:
        """A derivative: the lines that lead to it, each with its reason; then what it is, in every form that it has."""
        if part.working:
            self.rows(self.equations(part.working, part.lettering))
            self.gap()
            self.remark(part.closing)
        rows = self.equations(part.result, part.lettering, RESULT)
        if not part.derivative.lines():
            rows[0] = (f"{self.quotient(part)} =", *rows[0][1:])
        self.rows(rows)
        self.remark(part.words(self.times))

    def quotient(self, part: Part) -> str:
        """What the result is: df/dx, and of a Hessian H = ∇²f."""
        name, taken = result_name(part.derivative.reading), taken_names(part.derivative.reading)
        if part.derivative.kind == "hessian" and self.form == "unicode":
            return f"∇²{name}" if "H" in taken else f"H = ∇²{name}"
        return write(self.form, part.left, part.lettering)
