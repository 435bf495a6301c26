"""Regions of a text: TeX's arguments are regions inside regions, each with its brackets."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from mcalc.errors import Problem
from mcalc.language.latex.commands import ACCENTS, DISPLAYS, FONTS
from mcalc.language.lexer import Scanner

COMMAND = re.compile(r"\\([A-Za-z]+\*?|.)", re.DOTALL)
_SPACE = re.compile(r"(?:[\s~]|\\[,;:!> ]|%[^\n]*)*")
_WRAPS = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))
BEGIN = re.compile(r"\\begin\s*\{([A-Za-z]+\*?)\}")
_ENDING = re.compile(r"(?:\\[,;:!> ]|[\s.,;~])+\Z")


class Regions(Scanner):
    """The text while it is read, region by region: TeX's arguments are regions inside regions."""

    def __init__(self, source: str, functions: Container[str], names: Container[str]) -> None:
        super().__init__(source, names)
        self.known = functions
        #: A letter before a bracket is a factor, unless it was declared as a function; γ is one, and \Gamma is not.
        self.declared = set(functions).difference(("gamma",)) if isinstance(functions, Iterable) else set()
        self.partner = self.braces()
        self.bold = False
        self.bold_names: set[str] = set()
        self.spelling: dict[str, tuple[str, str]] = {}  #: of each name, what it is made of, and how it was written
        self.skip: dict[int, int] = {}  #: indices that were read ahead of a power, with their ends
        self.depth = 0
        self.block = 0  #: how many matrices are open
        self.summed: set[str] = set()  #: the indices of sums
        self.sums = False  #: whether a sum has been met, whose indices may be x_{i+1}

    def braces(self) -> dict[int, int]:
        """The place of the brace that closes each one."""
        found, opened = {}, []
        for mark in re.finditer(r"\\.|%[^\n]*|[{}]", self.text, re.DOTALL):
            if mark[0] == "{":
                opened.append(mark.start())
            elif mark[0] == "}":
                if not opened:
                    raise Problem("E102", "`{written}` closes nothing", mark.span(), written="}")
                found[opened.pop()] = mark.start()
        if opened:
            raise Problem("E101", "`{written}` is never closed", (opened[-1], opened[-1] + 1), written="{")
        return found

    def unwrapped(self, start: int, stop: int) -> tuple[int, int]:
        """The formula without dollars, the environment of a display, and the full stop behind it."""
        text = self.text
        while True:
            start = self.after_space(start)
            ending = _ENDING.search(text, start, stop)
            stop = ending.start() if ending else stop
            inside = text[start:stop]
            begin = BEGIN.match(inside)
            if begin and begin[1].rstrip("*") in DISPLAYS and inside.endswith(f"\\end{{{begin[1]}}}"):
                start, stop = start + begin.end(), stop - len(f"\\end{{{begin[1]}}}")
                continue
            for left, right in _WRAPS:
                if inside.startswith(left) and inside.endswith(right) and len(inside) >= len(left + right):
                    start, stop = start + len(left), stop - len(right)
                    break
            else:
                return start, stop

    def region(self, start: int, stop: int) -> None:
        """Read from one place to another; what is opened there is closed there."""
        self.depth += 1
        if self.depth + len(self.open) > self.deepest:
            hint = "name the inner part: r = …; …"
            raise Problem("E502", "more than {most} brackets are nested", (start, stop), hint, most=self.deepest)
        opened, bold = len(self.open), self.bold
        place = start
        while place < stop:
            place = self.skip.pop(place, 0) or self.step(place, stop)
        if len(self.open) > opened:
            _, written, begin, end = self.open[-1]
            raise Problem("E101", "`{written}` is never closed", (begin, end), written=written)
        self.depth, self.bold = self.depth - 1, bold

    def step(self, place: int, stop: int) -> int:
        """Read what stands here; returns where it ends."""
        raise NotImplementedError

    def group(self, start: int, stop: int, end: int) -> None:
        """An argument, in the brackets that the grammar wants around it."""
        self.push("LPAR", "{", max(start - 1, 0), start)
        self.region(start, stop)
        self.push("RPAR", "}", stop, end)

    def argument(self, place: int, stop: int, digits: bool = False) -> tuple[int, int, int]:
        """TeX's argument: what is in the braces, or one token. Where it begins, ends, and where the text goes on."""
        start = self.after_space(place)
        if start >= stop:
            before = self.text[max(place - 1, 0) : place]
            raise Problem("E134", "an argument is missing behind `{before}`", (place - 1, place), before=before)
        if self.text[start] == "{":
            return start + 1, self.partner[start], self.partner[start] + 1
        command = COMMAND.match(self.text, start, stop)
        if command:
            end = command.end()
            if command[1] in FONTS or command[1] in ACCENTS:
                end = self.argument(end, stop)[2]
            return start, end, end
        number = re.compile(r"\d+").match(self.text, start, stop) if digits else None
        end = number.end() if number else start + 1
        return start, end, end

    def after_space(self, place: int) -> int:
        """The place of what stands next."""
        found = _SPACE.match(self.text, place)
        return found.end() if found else place

    def push(self, kind: str, written: str, start: int, stop: int) -> None:
        """Add a token."""
        self.tokens.append((kind, written, start, stop))

    @property
    def before(self) -> str:
        """The kind of the last token."""
        return self.tokens[-1][0] if self.tokens else ""

    def unread(self, start: int, end: int, hint: str) -> Problem:
        """What to say of LaTeX that means something which is not read."""
        return Problem("E404", "`{command}` is not read", (start, end), hint, command=self.source[start:end])
