"""A picture that stands alone, in light and in dark, laid out in layers by fast-sugiyama.

The label of an arrow is a point that the arrow goes through, so that the layout keeps room for it.
"""

from __future__ import annotations

from itertools import pairwise
from unicodedata import combining
from xml.sax.saxutils import escape

from mcalc.drawing.picture import Picture
from mcalc.errors import Problem

#: Sizes in pixels: of the letters, between lines, inside a box, and between what stands side by side or in layers.
LETTER, SMALL, LINE, INSIDE, BESIDE, LAYER = 8.4, 7.0, 20, 10, 28, 62
MARGIN = 16

FONT = '"STIX Two Text", "Cambria Math", Cambria, "DejaVu Serif", serif'
#: How things look, and what is otherwise in the dark. A picture may stand in a page: its rules reach nothing outside.
LIGHT = {
    "text": f"font: 15px {FONT}; fill: #111; text-anchor: middle",
    ".ground": "fill: #fff",
    ".under": "fill: #fff",
    ".box": "fill: #fff; stroke: #555",
    ".input": "fill: #e8f0fe; stroke: #36c",
    ".output": "stroke-width: 2.5",
    ".shape": "font-size: 12.5px; fill: #666",
    ".cotangent": "font-size: 14px; fill: #a02020",
    ".slope": "font-size: 13px; fill: #1a5f2a",
    ".arrow": "fill: none; stroke: #777; stroke-width: 1.2",
    ".head": "fill: #777",
}
DARK = {
    "text": "fill: #eee",
    ".ground": "fill: #16181c",
    ".under": "fill: #16181c",
    ".box": "fill: #22252b; stroke: #999",
    ".input": "fill: #1d2b45; stroke: #8ab4f8",
    ".shape": "fill: #aaa",
    ".cotangent": "fill: #ff9c92",
    ".slope": "fill: #8fd19e",
    ".arrow": "stroke: #999",
    ".head": "fill: #999",
}

Point = tuple[float, float]


class Vertex:
    """A box or a label with its place, once that is known: the middle, the width and the height."""

    __slots__ = ("h", "lines", "w", "x", "y")

    def __init__(self, lines: list[str], letter: float, inside: float) -> None:
        self.lines = lines
        self.w = max((_columns(line) for line in lines), default=0) * letter + 2 * inside
        self.h = len(lines) * LINE + inside
        self.x = self.y = 0.0


def draw(picture: Picture) -> str:
    """The picture as SVG."""
    boxes = {box.name: k for k, box in enumerate(picture.boxes)}
    vertices = [Vertex(picture.lines(box), LETTER, INSIDE) for box in picture.boxes]
    edges: list[tuple[int, int]] = []
    labels: list[int] = []
    for arrow in picture.arrows:
        labels.append(len(vertices))
        vertices.append(Vertex([picture.write(arrow.slope)], SMALL, 4))
        edges += [(boxes[arrow.start], labels[-1]), (labels[-1], boxes[arrow.end])]
    paths = _placed(vertices, edges)
    width = max(v.x + v.w / 2 for v in vertices) + MARGIN
    height = max(v.y + v.h / 2 for v in vertices) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" class="computation-graph" role="img" aria-label="computation graph">',
        f"<style>{_rules(LIGHT)}@media screen and (prefers-color-scheme: dark) {{ {_rules(DARK)}}}</style>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="head" d="M0 0L10 5L0 10z"/></marker></defs>',
        '<rect class="ground" width="100%" height="100%"/>',
    ]
    for k in range(len(labels)):
        points = [*paths[2 * k], *paths[2 * k + 1][1:]]
        parts.append(f'<path class="arrow" marker-end="url(#head)" d="{_curve(points)}"/>')
    for place in labels:
        v = vertices[place]
        parts.append(f'<rect class="under" x="{v.x - v.w / 2:.1f}" y="{v.y - 9:.1f}" width="{v.w:.1f}" height="18"/>')
        parts.append(f'<text class="slope" x="{v.x:.1f}" y="{v.y + 4:.1f}">{escape(v.lines[0])}</text>')
    for box, v in zip(picture.boxes, vertices, strict=False):
        left, top = v.x - v.w / 2, v.y - v.h / 2
        parts.append(
            f'<rect class="box {box.kind}" x="{left:.1f}" y="{top:.1f}" width="{v.w:.1f}" height="{v.h:.1f}" rx="5"/>'
        )
        for k, (line, kind) in enumerate(zip(v.lines, ("formula", "shape", "cotangent"), strict=False)):
            y = top + INSIDE / 2 + (k + 0.72) * LINE
            parts.append(f'<text class="{kind}" x="{v.x:.1f}" y="{y:.1f}">{escape(line)}</text>')
    return "\n".join([*parts, "</svg>"])


def _rules(looks: dict[str, str]) -> str:
    return "".join(f".computation-graph {selector} {{ {look} }} " for selector, look in looks.items())


def _placed(vertices: list[Vertex], edges: list[tuple[int, int]]) -> list[list[Point]]:
    """Give every vertex its place, and every edge the points that it goes through."""
    if not edges:
        for v in vertices:
            v.x, v.y = MARGIN + v.w / 2, MARGIN + v.h / 2
        return []
    try:
        from fast_sugiyama import from_edges
    except ImportError:
        raise Problem(
            "E420",
            "a drawing as SVG takes the package fast-sugiyama",
            hint="pip install 'mcalc[graph]'; --to dot and --to mermaid need nothing",
        ) from None
    [(found, _, _, routed)] = from_edges(edges, dummy_vertices=True, vertex_spacing=100)
    known: dict[int, Vertex] = dict(enumerate(vertices))
    for place, (x, y) in found:
        v = known.setdefault(int(place), Vertex([], 0, 3))
        v.x, v.y = x, -y
    layers: dict[float, list[Vertex]] = {}
    for v in known.values():
        layers.setdefault(v.y, []).append(v)
    _spread_out(layers)
    behind: dict[int, list[int]] = {}
    for a, b in routed or edges:
        behind.setdefault(int(a), []).append(int(b))
    return [_through(a, b, known, behind) for a, b in edges]


def _spread_out(layers: dict[float, list[Vertex]]) -> None:
    """Scale the places so that no two vertices of a layer touch, and set the layers below each other."""
    scale = 0.0
    for row in layers.values():
        row.sort(key=lambda v: v.x)
        for a, b in pairwise(row):
            scale = max(scale, ((a.w + b.w) / 2 + BESIDE) / max(b.x - a.x, 1e-9))
    left = min(v.x * scale - v.w / 2 for row in layers.values() for v in row)
    bottom = float(MARGIN)
    for y in sorted(layers):
        height = max(v.h for v in layers[y])
        for v in layers[y]:
            v.x, v.y = v.x * scale - left + MARGIN, bottom + height / 2
        bottom += height + LAYER / 2


def _through(a: int, b: int, known: dict[int, Vertex], behind: dict[int, list[int]]) -> list[Point]:
    """The points of an edge: from below the first box, through the points that the layout adds, to above the second."""
    route = _route(a, b, behind)
    start, end = known[a], known[b]
    inner = [(known[k].x, known[k].y) for k in route[1:-1]]
    first = (start.x, start.y + (start.h / 2 if len(start.lines) > 1 else 0))
    last = (end.x, end.y - (end.h / 2 if len(end.lines) > 1 else 0))
    return [first, *inner, last]


def _route(a: int, b: int, behind: dict[int, list[int]]) -> list[int]:
    stack = [[a]]
    while stack:
        path = stack.pop()
        for k in behind.get(path[-1], []):
            if k == b:
                return [*path, b]
            if k not in path and len(behind.get(k, [])) == 1:
                stack.append([*path, k])
    return [a, b]


def _curve(points: list[Point]) -> str:
    """A smooth line that leaves and arrives upright."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) / 2
        parts.append(f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}")
    return "".join(parts)


def _columns(text: str) -> int:
    return sum(not combining(c) for c in text)
