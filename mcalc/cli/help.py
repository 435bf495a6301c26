"""Help in the reader's language: click's formatter, with texts looked up, and wrapped by columns instead of letters."""

from __future__ import annotations

from collections.abc import Iterable

from click import HelpFormatter

from mcalc.errors import columns
from mcalc.phrase import say
from mcalc.translation import in_english, spoken, tell

#: A line does not begin with one of these, nor end with one of those.
CLOSING, OPENING = "，。、；：？！）》」』】”’,.;:?!)", "（《「『【“‘("


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many columns: broken at spaces, and between any two wide characters.

    >>> wrapped("分母布局，与 x 的形状一致。", 12)
    ['分母布局，与', 'x 的形状一', '致。']
    """
    lines, line, used = [], "", 0
    for part in _parts(text):
        size = columns(part.rstrip())
        if line.strip() and used + size > width:
            lines.append(line.rstrip())
            line, used = "", 0
        line += part if line else part.lstrip()
        used = columns(line)
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _parts(text: str) -> list[str]:
    """The pieces that stay together: words with the spaces behind them, and wide characters with their punctuation."""
    parts: list[str] = []
    for character in text:
        before = parts[-1] if parts else " "
        wide = columns(character) > 1 and character not in CLOSING
        joins = character in CLOSING or before[-1] in OPENING
        apart = before[-1] == " " or wide or (columns(before[-1]) > 1 and character != " ")
        if parts and (character == " " or joins or not apart):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


class Formatter(HelpFormatter):
    """Help texts go through here, paragraph by paragraph."""

    def write_heading(self, heading: str) -> None:
        """Write what a section is called."""
        self.write(tell("{heading}:", heading=" " * self.current_indent + heading) + "\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        if in_english():
            super().write_text(text)
            return
        indent = " " * self.current_indent
        paragraphs = [spoken(say(" ".join(part.split()))) for part in text.split("\n\n")]
        lines = [wrapped(part, self.width - self.current_indent) for part in paragraphs]
        self.write("\n\n".join("\n".join(indent + line for line in part) for part in lines) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms and what they mean. What click adds in brackets, such as the default, is its own to translate."""
        if in_english():
            super().write_dl(list(rows), col_max, col_spacing)
            return
        told = []
        for term, text in rows:
            help_, bracket, extra = text.partition("  [")
            told.append((term, spoken(say(help_)) + bracket + extra))
        first = min(max(columns(term) for term, _ in told), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, text in told:
            lines = wrapped(text, max(self.width - first - self.current_indent, 10))
            fits = columns(term) <= first - col_spacing
            head = indent + term + (" " * (first - columns(term)) if fits else "\n" + indent + " " * first)
            self.write((head + ("\n" + indent + " " * first).join(lines)).rstrip() + "\n")
