"""Mermaid: for a fenced block in Markdown."""

from __future__ import annotations

from mcalc.drawing.picture import INPUT, OUTPUT, Picture

#: What Mermaid would take for its own.
ENTITIES = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;"}
BRACKETS = {INPUT: ('(["', '"])'), OUTPUT: ('[["', '"]]')}


def draw(picture: Picture) -> str:
    """The picture as a flowchart."""
    places = {box.name: f"n{k}" for k, box in enumerate(picture.boxes)}
    lines = ["flowchart TD"]
    for box in picture.boxes:
        left, right = BRACKETS.get(box.kind, ('["', '"]'))
        lines.append(f"  {places[box.name]}{left}{'<br>'.join(map(_escaped, picture.lines(box)))}{right}")
    for arrow in picture.arrows:
        label = _escaped(picture.write(arrow.slope))
        lines.append(f'  {places[arrow.start]} -- "{label}" --> {places[arrow.end]}')
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return "".join(ENTITIES.get(c, c) for c in text)
