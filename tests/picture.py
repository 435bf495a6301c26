"""The picture of a terminal in README: `python -m tests.picture` records it anew.

It is what one sees, in colour, drawn by rich.
"""

from __future__ import annotations

import re
from html import unescape
from io import StringIO

from rich.console import Console
from rich.text import Text

from tests.shell import MCALC, ROOT, on_terminal

PICTURE = ROOT / "man" / "mcalc.svg"
COMMANDS = (
    ("diff", "norm(X@w - y)^2", "--wrt", "w"),
    ("check", "norm(X@w - y)^2", "--wrt", "w", "--answer", "X.T@(X@w - y)"),
)


def typed(words: tuple[str, ...]) -> str:
    """The command line as one types it."""
    return "$ mcalc " + " ".join(
        f"'{word}'" if set(word) - set("abcdefghijklmnopqrstuvwxyz-") else word for word in words
    )


def seen() -> str:
    """What one types and sees, with the codes of its colours."""
    return "\n".join(f"{typed(words)}\n{on_terminal((*MCALC, *words))[1]}" for words in COMMANDS)


def recorded(text: str) -> str:
    """The picture of a terminal that shows the text; it asks for no font from elsewhere."""
    console = Console(record=True, width=80, file=StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text.from_ansi(text), highlight=False)
    svg = console.export_svg(title="mcalc", unique_id="mcalc")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def words_in(svg: str) -> list[str]:
    """What stands in a picture, without spaces, which it draws as gaps."""
    return "".join(unescape(part) for part in re.findall(r"<text[^>]*>([^<]*)</text>", svg)).split()


def main() -> None:
    """Record the picture."""
    PICTURE.write_text(recorded(seen()), encoding="utf-8")


if __name__ == "__main__":
    main()
