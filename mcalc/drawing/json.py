"""The graph as data: the nodes with what they are worth, the edges with the local derivatives."""

from __future__ import annotations

from json import dumps

from mcalc.drawing.picture import Picture


def draw(picture: Picture) -> str:
    """One JSON object on one line."""
    return dumps({"ok": True, "schema": 1, **picture.reply()})
