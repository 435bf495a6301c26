"""What can go wrong, said once: a code, a message, the place and one suggestion.

`mcalc.errors.catalogue` says of each code what kind of problem it is, its cause, an example, and the cure.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.phrase import say

#: Exit status by kind of problem (design: 2 usage, parse or shape; 3 unsupported; 4 undecided or a limit).
EXIT_STATUS = {"usage": 2, "parse": 2, "name": 2, "shape": 2, "unsupported": 3, "undecided": 4, "limit": 4}

EXCERPT = 200  #: the characters shown of a line, and of what a message quotes


class Problem(Exception):
    """Something the user should know: what is wrong, where, and what would mend it.

    The message and the hint are templates, filled with the fields: `Problem("E005", "no such method: {method}",
    hint="choose from {choices}", method=method, choices=METHODS)`. `span` is a half-open range of character offsets
    into `source`, the text the user wrote.
    """

    def __init__(
        self,
        code: str,
        message: str,
        /,
        span: tuple[int, int] | None = None,
        hint: str = "",
        source: str | None = None,
        **fields: object,
    ) -> None:
        self.code = code
        self.message: str = say(message, **{name: clipped(value) for name, value in fields.items()})
        self.span = span
        self.hint: str = say(hint, **fields)
        self.source = source
        super().__init__(self.message)

    @property
    def kind(self) -> str:
        """One of `EXIT_STATUS`."""
        from mcalc.errors.catalogue import CODES

        return CODES[self.code].kind

    @property
    def exit_status(self) -> int:
        """The exit status that a command ends with when it meets this problem."""
        return EXIT_STATUS[self.kind]

    def reply(self) -> dict[str, object]:
        """The problem as plain data."""
        span = list(self.span) if self.span else None
        return {"code": self.code, "kind": self.kind, "message": self.message, "span": span, "hint": self.hint}

    def report(self, spoken: Callable[[str], str] = str, where: str = "") -> str:
        """`error: … [E005]`, the line with a caret under the place, and the suggestion, as they are spoken.

        `where` says which line of the input it is about.
        """
        first = say(
            "error: {where}: {message} [{code}]" if where else "error: {message} [{code}]",
            where=where,
            message=self.message,
            code=self.code,
        )
        lines = [spoken(first)]
        if self.source and self.source.strip() and self.span is not None:
            lines += caret(self.source, self.span)
        if self.hint:
            lines.append(f"  {spoken(self.hint)}")
        return "\n".join(lines)


def clipped(value: object) -> object:
    """A field of a message; of a very long text that somebody wrote, its beginning.

    >>> clipped("x" * 999) == "x" * 199 + "…"
    True
    """
    if type(value) is str and len(value) > EXCERPT:
        return value[: EXCERPT - 1] + "…"
    return value


def caret(source: str, span: tuple[int, int]) -> list[str]:
    """The line of `source` that holds `span`, and carets under it; of a very long line, what is around the span.

    >>> caret("x + yy", (4, 6))
    ['  x + yy', '      ^^']
    """
    start = min(span[0], len(source))
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", start)
    last = len(source) if last < 0 else last
    left = first if last - first <= EXCERPT else max(first, start - EXCERPT // 2)
    right = min(last, left + EXCERPT)
    head, tail = "..." if left > first else "", "..." if right < last else ""
    before, under = head + source[left:start], source[start : min(span[1], right)]
    line = head + source[left:right] + tail
    return ["  " + line, "  " + " " * columns(before) + "^" * max(1, columns(under))]


def columns(text: str) -> int:
    """The columns that the text takes on a terminal: full-width characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "FW" else 1 for c in text)
