"""A page in Markdown with formulas in LaTeX between dollars, as GitHub, Jupyter, Obsidian and pandoc read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcalc.pages.content import Content, Part, Row
from mcalc.targets import write
from mcalc.targets.names import Lettering
from mcalc.translation import tell

#: What Markdown would take for markup, in words. A dollar or a bar that is escaped stands for itself everywhere.
_MARKS = re.compile(r"([\\`*_\[\]<>$|~])")


def page(content: Content) -> str:
    """The page."""
    title = content.title(lambda syntax: f"${write('latex', syntax, content.lettering)}$")
    parts = [f"# {title}"]
    parts += [block(row, content.lettering) for row in content.formula]
    if known := reading(content):
        parts.append(f"{tell('where')} {known}")
    for part in content.parts:
        parts += section(part, several=len(content.parts) > 1)
    if content.together:
        parts.append(words(tell("together, with what they share under names:")))
        parts += [block(row, content.lettering) for row in content.together]
    if content.notes:
        parts.append("\n".join(f"> {words(note)}" for note in content.notes))
    return "\n\n".join(parts) + "\n"


def reading(content: Content) -> str:
    r"""What each variable is: `$A \in \mathbb{R}^{n \times n}$ symmetric`."""
    found = []
    for name, sizes, props in content.variables:
        axes = r" \times ".join(write("latex", size) for size in sizes)
        space = rf"\mathbb{{R}}^{{{axes}}}" if sizes else r"\mathbb{R}"
        found.append(" ".join([rf"${write('latex', name, content.lettering)} \in {space}$", *props]))
    return ", ".join(found)


def section(part: Part, several: bool) -> Iterator[str]:
    """A derivative: its working as a list, then the result."""
    if several:
        yield f"## ${write('latex', part.left, part.lettering)}$"
    if part.working:
        yield f"{'###' if several else '##'} {tell('Working')}"
        yield "\n".join(steps(part))
        yield words(part.closing)
    else:
        yield f"{'###' if several else '##'} {tell('Result')}"
    for row in part.result:
        yield block(row, part.lettering)
    yield f"*{words(part.words())}*"


def steps(part: Part) -> Iterator[str]:
    """The lines of the working, each with its reason below it."""
    number = 0
    last = part.working[-1]
    for row in part.working:
        if not row.below:
            number += 1
        mark = "   " if row.below else f"{number}. "
        yield f"{mark}${formula(row, part.lettering)}$" + ("" if row is last and not row.reason else "  ")
        if row.reason:
            yield f"   {words(row.reason)}"


def formula(row: Row, lettering: Lettering) -> str:
    """An equation in LaTeX."""
    left = write("latex", row.left, lettering) if row.left is not None else ""
    before = rf"\text{{{row.word} }}" if row.word else ""
    return f"{before}{left} = {write('latex', row.right, lettering)}".strip()


def block(row: Row, lettering: Lettering) -> str:
    """An equation by itself."""
    return f"$$\n{formula(row, lettering)}\n$$"


def words(text: str) -> str:
    """Words that are to be read as they stand."""
    return _MARKS.sub(r"\\\1", text)
