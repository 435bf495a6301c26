"""Reports for people: a table for the terminal, and one in Markdown."""

from __future__ import annotations

from mcalc.checking.grade import Row, Statistics, Tally
from mcalc.checking.reports.report import Report, number, printable, told
from mcalc.errors import columns
from mcalc.phrase import say
from mcalc.translation import spoken, tell

#: The columns of the table with their widths; the last has what is left.
WIDTHS = (("id", 8), ("student", 16), ("question", 14), ("score", 7), ("verdict", 0))


#: The heads of the table in Markdown.
HEADS = ("id", "student", "question", "answer", "score", "verdict")


class Table(Report):
    """Columns of fixed width, so that rows can be shown as they come."""

    def begin(self) -> None:
        """Write the head."""
        self.write(_aligned([tell(name) for name, _ in WIDTHS]))

    def row(self, row: Row) -> None:
        """Write one row."""
        self.write(_aligned([row["id"], row["student"], row["question"], _score(row), told(row)]))

    def end(self, statistics: Statistics) -> None:
        """Write what each question came to."""
        self.write("\n")
        for name, tally in statistics.questions.items():
            self.write(f"{_padded(printable(name), 30)}  {_outcome(tally)}\n")
        self.write(f"{_padded(tell('all'), 30)}  {_outcome(statistics.total)}\n")


def _aligned(cells: list[str]) -> str:
    shown = [_padded(printable(cell), width) for cell, (_, width) in zip(cells, WIDTHS, strict=True)]
    return "  ".join(shown).rstrip() + "\n"


def _padded(text: str, width: int) -> str:
    """The text in so many columns, shortened where it takes more; a width of 0 is what is left."""
    if not width:
        return text
    if columns(text) > width:
        while columns(text) > width - 3:
            text = text[: min(len(text) - 1, width)]
        text += "..."
    return text + " " * (width - columns(text))


def _score(row: Row) -> str:
    return f"{number(row['score']) or '?'}/{number(row['points'])}" if row["verdict"] else ""


def _outcome(tally: Tally) -> str:
    """`12 of 20 right, 14.5 of 20 points; sign 3, factor 2`."""
    open_ = tally.verdicts["undecided"]
    said = say(
        "{right} of {number} right, {score} of {points} points, {open} undecided"
        if open_
        else "{right} of {number} right, {score} of {points} points",
        right=tally.right,
        number=tally.number,
        score=number(tally.score),
        points=number(tally.points),
        open=open_,
    )
    frequent = [f"{code} {count}" for code, count in tally.diagnoses.most_common(3)]
    return tell("{said}; {frequent}", said=said, frequent=frequent) if frequent else spoken(said)


class Markdown(Report):
    """A table in Markdown, in which answers stand as code."""

    def begin(self) -> None:
        """Write the head."""
        self.write(f"# {_plain(self.title)}\n\n| {' | '.join(map(tell, HEADS))} |\n")
        self.write("|---|---|---|---|---|---|\n")

    def row(self, row: Row) -> None:
        """Write one row."""
        cells = (_plain(row["id"]), _plain(row["student"]), _plain(row["question"]), _code(row["answer"]))
        self.write(f"| {' | '.join((*cells, _score(row), _plain(told(row))))} |\n")

    def end(self, statistics: Statistics) -> None:
        """Write what each question came to."""
        self.write(f"\n| {tell('question')} | {tell('outcome')} |\n|---|---|\n")
        for name, tally in (*statistics.questions.items(), (tell("all"), statistics.total)):
            self.write(f"| {_plain(name)} | {_plain(_outcome(tally))} |\n")


def _plain(text: str) -> str:
    """The text, in which nothing means anything to Markdown."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|~$&:@^" else c for c in printable(text))


def _code(text: str) -> str:
    """The text as code in a cell. A bar ends a cell even there, so it is written as another character."""
    shown = printable(text).replace("|", "\u2223").replace("`", "\u02cb")
    return f"`{shown}`" if shown.strip() else ""


REPORTS = {"table": Table, "markdown": Markdown}
