"""Graphviz: `mcalc graph … --to dot | dot -Tpdf`."""

from __future__ import annotations

from mcalc.drawing.picture import INPUT, OUTPUT, Picture

STYLES = {INPUT: ' style="rounded,filled" fillcolor="#e8f0fe"', OUTPUT: " penwidth=2"}


def draw(picture: Picture) -> str:
    """The picture as a digraph."""
    lines = ["digraph {", '  node [shape=box fontname="serif"]', '  edge [fontname="serif" fontsize=11]']
    for box in picture.boxes:
        label = r"\n".join(map(_escaped, picture.lines(box)))
        lines.append(f'  {_quoted(box.name)} [label="{label}"{STYLES.get(box.kind, "")}]')
    for arrow in picture.arrows:
        label = _escaped(picture.write(arrow.slope))
        lines.append(f'  {_quoted(arrow.start)} -> {_quoted(arrow.end)} [label=" {label}"]')
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"")


def _quoted(name: str) -> str:
    return f'"{_escaped(name)}"'
