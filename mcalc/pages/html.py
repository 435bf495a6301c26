"""A page of HTML that needs nothing beside it: formulas in MathML, light and dark, and made to be printed too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

from mcalc import __version__
from mcalc.language.syntax import Syntax
from mcalc.pages.content import Content, Part, Row
from mcalc.targets import write
from mcalc.targets.names import Lettering
from mcalc.translation import tell

STYLE = """\
:root {
  color-scheme: light dark;
  --ink: #1c2330; --quiet: #5d6779; --line: #dfe3ea; --paper: #ffffff; --ground: #f4f6f9; --mark: #0b6b74;
  --tint: #e8f4f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e8ef; --quiet: #9aa5b8; --line: #2e3644; --paper: #171c25; --ground: #10141b; --mark: #66c5cd;
    --tint: #14282c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2.5rem 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif;
}
main {
  max-width: 54rem; margin: 0 auto; padding: 2.25rem 2.5rem 1.75rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: .75rem;
}
h1 { margin: 0 0 1.5rem; font-size: 1.45rem; font-weight: 600; line-height: 1.3; }
h2 {
  margin: 2.25rem 0 .75rem; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase;
  color: var(--quiet);
}
math { font-size: 1.12rem; font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "Noto Sans Math", math; }
h1 math { font-size: 1em; }
h2 math { font-size: 1.25rem; text-transform: none; letter-spacing: 0; color: var(--ink); }
.scroll { overflow-x: auto; overflow-y: hidden; scrollbar-width: thin; }
table { border-collapse: collapse; width: 100%; }
td { padding: .15rem 0; vertical-align: baseline; }
td.left { text-align: right; white-space: nowrap; }
td.right { width: 100%; max-width: 0; }
td.sign { padding: .15rem .45rem; color: var(--quiet); }
tr.step + tr.step td, tr.below + tr.step td { padding-top: .6rem; }
td.left[data-before]::before { content: attr(data-before) " "; color: var(--quiet); font-size: .9rem; }
.why { margin: .05rem 0 .1rem; color: var(--quiet); font-size: .92rem; max-width: 42rem; text-wrap: pretty; }
.rule {
  font: .72rem/1 ui-monospace, "SF Mono", Menlo, Consolas, monospace; color: var(--mark); white-space: nowrap;
  margin-left: .5em;
}
.where { margin: .6rem 0 0; color: var(--quiet); }
.closing { margin: 1.25rem 0 0; }
.result {
  margin: .9rem 0 0; padding: .9rem 1.2rem; background: var(--tint); border-left: 3px solid var(--mark);
  border-radius: 0 .4rem .4rem 0;
}
.result p { margin: .35rem 0 0; color: var(--quiet); font-size: .92rem; }
figure { margin: 1rem 0 0; }
figure svg { max-width: 100%; height: auto; }
.notes { margin: 1.75rem 0 0; padding-left: 1.1rem; color: var(--quiet); font-size: .92rem; }
footer {
  margin-top: 2rem; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .8rem;
}
@media (max-width: 36rem) { body { padding: 0; } main { border: 0; border-radius: 0; padding: 1.25rem 1rem; } }
@media print {
  :root {
    --ink: #000; --quiet: #444; --line: #bbb; --paper: #fff; --ground: #fff; --mark: #000; --tint: #fff;
  }
  @page { margin: 18mm; }
  body { padding: 0; font-size: 10.5pt; }
  main { max-width: none; border: 0; padding: 0; }
  .scroll { overflow: visible; }
  .result { border: 1px solid var(--line); }
  tr, .result, figure { break-inside: avoid; }
  h2, .closing { break-after: avoid; }
}
"""


def page(content: Content) -> str:
    """The page."""
    language = tell("en")
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(language)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="generator" content="mcalc {__version__}">',
        f"<title>{escape(content.title(partial(write, 'unicode')))}</title>",
        f"<style>\n{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{content.title(partial(inline, lettering=content.lettering))}</h1>",
        *rows(content.formula, content.lettering),
    ]
    if content.variables:
        lines.append(f'<p class="where">{escape(tell("where"))} {", ".join(reading(content))}</p>')
    for part in content.parts:
        lines += section(part, several=len(content.parts) > 1)
    if content.together:
        told = tell("together, with what they share under names:")
        lines += ["<section>", f'<p class="closing">{escape(told)}</p>', *rows(content.together, content.lettering)]
        lines += ["</section>"]
    if content.notes:
        lines += ['<ul class="notes">', *(f"<li>{escape(note)}</li>" for note in content.notes), "</ul>"]
    lines += [f"<footer>mcalc {__version__}</footer>", "</main>", "</body>", "</html>"]
    return "\n".join(lines) + "\n"


def reading(content: Content) -> Iterator[str]:
    """What each variable is: A ∈ ℝⁿˣⁿ symmetric."""
    for name, sizes, props in content.variables:
        axes = "<mo>×</mo>".join(_inner(write("mathml", size)) for size in sizes)
        space = f"<msup><mi>ℝ</mi><mrow>{axes}</mrow></msup>" if sizes else "<mi>ℝ</mi>"
        letter = _inner(write("mathml", name, content.lettering))
        yield " ".join([f"<math>{letter}<mo>∈</mo>{space}</math>", *map(escape, props)])


def fragment(content: Content) -> str:
    """The results, after their working if it is there, for a page that has a style of its own, such as a notebook."""
    return "\n".join(
        line
        for part in content.parts
        for line in (section(part, len(content.parts) > 1) if part.working else result(part))
    )


def section(part: Part, several: bool) -> Iterator[str]:
    """A derivative: its working, then the result."""
    yield "<section>"
    if several:
        yield f"<h2>{inline(part.left, part.lettering)}</h2>"
    if part.working:
        yield "" if several else f"<h2>{escape(tell('Working'))}</h2>"
        if picture := part.picture():
            yield f"<figure>{picture}</figure>"
        yield from rows(part.working, part.lettering)
        yield f'<p class="closing">{escape(part.closing)}</p>'
    yield from result(part)
    yield "</section>"


def result(part: Part) -> Iterator[str]:
    """The derivative, and what it is."""
    yield '<div class="result">'
    yield from rows(part.result, part.lettering)
    yield f"<p>{escape(part.words())}</p>"
    yield "</div>"


def rows(equations: list[Row], lettering: Lettering) -> Iterator[str]:
    """Equations with their signs below each other, each with its reason."""
    yield '<table role="presentation">'
    for row in equations:
        left = inline(row.left, lettering, ' displaystyle="true"') if row.left is not None else ""
        right = inline(row.right, lettering, ' displaystyle="true"')
        kind = "below" if row.below else "step"
        before = f' data-before="{escape(row.word)}"' if row.word else ""
        rule = f'<span class="rule">{escape(row.rule)}</span>'
        why = f'<p class="why">{escape(row.reason)}{rule}</p>' if row.reason else ""
        yield f'<tr class="{kind}"><td class="left"{before}>{left}</td><td class="sign">=</td>'
        yield f'<td class="right"><div class="scroll">{right}</div>{why}</td></tr>'
    yield "</table>"


def _inner(math: str) -> str:
    """A formula without the element around it."""
    return math.partition(">")[2].removesuffix("</math>")


def inline(syntax: Syntax, lettering: Lettering, style: str = "") -> str:
    """A formula in the line."""
    return write("mathml", syntax, lettering).replace(' display="block"', style, 1)
