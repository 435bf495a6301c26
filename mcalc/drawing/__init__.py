"""Drawings of a computation graph: for a program to lay out (dot, mermaid), as a picture (svg), and as data (json)."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.drawing.picture import Picture

FORMATS = ("dot", "mermaid", "svg", "json")


def draw(form: str, picture: Picture) -> str:
    """The picture in one of the formats. Raises a `Problem` where a library that it takes is not installed."""
    return str(import_module(f"mcalc.drawing.{form}").draw(picture))
