"""What stands on a page about an answer, in order: the reading, each derivative after its working, the notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mcalc.answer import Answer
from mcalc.answer.derivative import Derivative, defined
from mcalc.language.parse import parse
from mcalc.language.syntax import Name, Syntax, body_of, definitions_of
from mcalc.notation import result_name, taken_names
from mcalc.phrase import say
from mcalc.request import Way
from mcalc.targets.names import Lettering
from mcalc.translation import spoken, tell


class Row:
    """An equation. One that explains a name of the equation before it stands `below`, after a `word` that says so.

    A step has its reason, and the code of the rule.
    """

    __slots__ = ("below", "left", "reason", "right", "rule", "word")

    def __init__(self, left: Syntax | None, right: Syntax, *, below: bool = False, word: str = "") -> None:
        self.left, self.right, self.below, self.word = left, right, below, word
        self.reason = self.rule = ""


def equation(left: Syntax | None, right: Syntax, reason: str = "", rule: str = "") -> list[Row]:
    """An equation, and below it those of the names that it uses. Without a left side it goes on with the last."""
    rows = [Row(left, body_of(right))]
    for name, value in definitions_of(right):
        rows.append(Row(name, value, below=True, word=tell("where") if len(rows) == 1 else ""))
    rows[-1].reason, rows[-1].rule = reason, rule
    return rows


class Part:
    """A derivative: the lines of its working, what they end in, the result in its forms, and what it is."""

    def __init__(self, derivative: Derivative, way: Way | None) -> None:
        self.derivative = derivative
        self.lettering: Lettering = derivative.lettering
        self.method = way.method if way else ""
        self.working: list[Row] = []
        self.closing = ""
        if way:
            said: Syntax | None = None
            *steps, last = derivative.steps(way)
            for step in steps:
                left = step.left if step.left != said else None
                self.working += equation(left, step.syntax, spoken(step.title), step.rule)
                said = step.left
            self.closing = spoken(last.title)

    def picture(self) -> str:
        """The computation graph as SVG, where the working sweeps it; '' where no library is there to lay it out."""
        if self.method != "graph":
            return ""
        from mcalc.drawing import draw
        from mcalc.drawing.picture import Picture
        from mcalc.errors import Problem
        from mcalc.working.nodes import Graph

        graph = Graph(self.derivative.reading, [self.derivative.variable])
        try:
            return draw("svg", Picture(graph, "unicode", self.lettering))
        except Problem:
            return ""

    @property
    def left(self) -> Syntax:
        """What the result is called: df/dx."""
        return self.derivative.left

    @property
    def result(self) -> list[Row]:
        """The derivative; of three axes and more in every form, the differential first."""
        found = [(line.left, line.syntax) for line in self.derivative.lines().values()]
        rows: list[Row] = []
        named: set[tuple[Syntax | None, Syntax]] = set()
        for left, right in found or [(self.left, self.derivative.syntax)]:
            for row in equation(left, right):
                if (row.left, row.right) not in named:  # a name that is explained already needs no more words
                    rows.append(row)
                named.add((row.left, row.right))
        return rows

    def words(self, times: str = " × ") -> str:
        """What the result is, in words: `gradient of shape m × n; mixed layout`."""
        derivative = self.derivative
        sizes = times.join(derivative.shape)
        kind = say(derivative.kind)
        words: list[str] = [say("{kind} of shape {sizes}" if sizes else "{kind}, a scalar", kind=kind, sizes=sizes)]
        words += [say("symmetric")] if derivative.symmetric else []
        facts = [say("{words}", words=words), say("{layout} layout", layout=say(derivative.manner.layout))]
        if "kron" in derivative.lines():
            facts.append(say("vec stacks columns" if derivative.manner.vec == "column" else "vec stacks rows"))
        return tell("; ").join(map(spoken, facts))


class Content:
    """The whole page."""

    def __init__(self, answer: Answer, way: Way | None) -> None:
        self.answer, self.reading = answer, answer.reading
        self.lettering = Lettering(taken_names(answer.reading))
        if answer.derivatives and answer.derivatives[0].manner.bold:
            self.lettering = answer.derivatives[0].lettering
        self.parts = [Part(derivative, way) for derivative in answer.derivatives]
        self.together = [Row(left, right) for left, right in _together(answer)]
        self.notes = [spoken(note) for note in answer.notes]
        lines = [line for part in self.parts for line in part.derivative.lines().values()]
        for name, told, code in defined(lines):
            self.notes.append(tell("{told}; it is {name}, in NumPy {code}", told=spoken(told), name=name, code=code))

    @property
    def formula(self) -> list[Row]:
        """The definitions in order, and the expression under its name."""
        program = self.reading.program
        named = [Row(name, value) for name, value in definitions_of(program)]
        return [*named, Row(Name(result_name(self.reading)), body_of(program))]

    @property
    def variables(self) -> list[tuple[Name, list[Syntax], list[str]]]:
        """Each variable with its sizes and its properties."""
        return [
            (Name(name), [parse(str(d)).body for d in x.shape], [spoken(say(prop)) for prop in sorted(x.props)])
            for name, x in self.reading.symbols.items()
        ]

    def title(self, spell: Callable[[Syntax], str]) -> str:
        """What the page is about; `spell` writes the formulas in it."""
        names = ", ".join(spell(derivative.by) for derivative in self.answer.derivatives)
        return tell("Derivative of {f} by {x}", f=spell(Name(result_name(self.reading))), x=names)


def _together(answer: Answer) -> Iterator[tuple[Syntax, Syntax]]:
    """What several derivatives share, under a name each, and the derivatives with these names."""
    found = answer.together
    if found is not None:
        yield from found[0]
        yield from zip((d.left for d in answer.derivatives), found[1], strict=True)
