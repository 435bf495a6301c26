"""What can go wrong, said once: a kind, a message, the place and one suggestion."""

from __future__ import annotations

#: Exit status by kind of problem (design: 2 usage, parse or shape; 3 unsupported; 4 undecided or a limit).
EXIT_STATUS = {"usage": 2, "parse": 2, "name": 2, "shape": 2, "unsupported": 3, "undecided": 4, "limit": 4}


class Problem(Exception):
    """Something the user should know: what is wrong, where, and what would mend it.

    `span` is a half-open range of character offsets into `source`, the text the user wrote.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        span: tuple[int, int] | None = None,
        hint: str = "",
        source: str | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.span = span
        self.hint = hint
        self.source = source

    @property
    def exit_status(self) -> int:
        """The exit status that a command ends with when it meets this problem."""
        return EXIT_STATUS[self.kind]

    def report(self) -> str:
        """`error: …`, the line with a caret under the place, and the suggestion."""
        lines = [f"error: {self.message}"]
        if self.source is not None and self.span is not None:
            lines += caret(self.source, self.span)
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


def caret(source: str, span: tuple[int, int]) -> list[str]:
    """The line of `source` that holds `span`, and carets under it.

    >>> caret("x + yy", (4, 6))
    ['  x + yy', '      ^^']
    """
    start = min(span[0], len(source))
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", start)
    line = source[first:] if last < 0 else source[first:last]
    width = max(1, min(span[1], first + len(line)) - start)
    return ["  " + line, "  " + " " * (start - first) + "^" * width]
