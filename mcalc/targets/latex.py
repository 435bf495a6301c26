r"""LaTeX as a journal sets it: `2 X^{\top} (X w - y)`. Functions are spelled by their records.

It takes amsmath, and nothing else.
"""

from __future__ import annotations

from itertools import pairwise

from mcalc.language.letters import GREEK
from mcalc.targets.names import PLAIN, spellings
from mcalc.targets.template import Target, rows
from mcalc.targets.tex import WORDS, form_of, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mcalc.language.syntax import Syntax
    from mcalc.targets.names import Lettering, Parts
    from mcalc.targets.template import Form, Indices, Line

#: Greek letters that TeX has no command for, because a Latin letter looks the same.
UNCOMMANDED = {"omicron": "o"}
ESCAPES = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"} | {c: "\\" + c for c in "{}_#%&$"}
UPRIGHT = r"\mathrm"
SPACED = (r"\operatorname", *(f"\\{word}" for word in sorted(WORDS)))  #: what TeX itself sets off
BARRED = (r"\lVert", r"\lvert", r"\left\lVert", r"\left\lvert")  #: what stands a little off its like
TALL = (r"\frac", r"\left", r"\sum")  #: what needs brackets that grow


def _escape(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def _word(text: str, bold: bool = False) -> str:
    """A letter in italics, a Greek one by its command, anything longer upright."""
    word = GREEK.get(text, text)
    if word in GREEK.values():
        command = UNCOMMANDED.get(word, "\\" + word)
        return rf"\boldsymbol{{{command}}}" if bold else command
    if bold:
        return rf"\mathbf{{{_escape(text)}}}"
    return text if (len(text) == 1 and text.isascii()) or text.isdigit() else rf"\mathrm{{{_escape(text)}}}"


def _spell(parts: Parts, bold: bool) -> str:
    r"""`W_{1}` for W_1 and W1, `\lambda` for λ, `\hat{x}` for x̂, `\mathrm{d} X` for the differential dX."""
    base = _word(parts.letters, bold)
    for mark in parts.marks:
        base = rf"\{mark}{{{base}}}"
    below = ", ".join(map(_word, parts.below))
    return (r"\mathrm{d} " if parts.differential else "") + base + (f"_{{{below}}}" if below else "")


def _number(text: str) -> Form:
    """A number, one in powers of ten as people write it."""
    digits, _, exponent = text.lower().partition("e")
    if not exponent:
        return "exponent", text
    power = f"10^{{{{{int(exponent)}}}}}"
    return ("factor", power) if float(digits) == 1 else ("term", rf"{digits} \cdot {power}")


def _join(parts: Sequence[str]) -> str:
    """Factors side by side; upright words and differentials stand a little off, and norms of each other."""
    found = [parts[0]]
    for left, right in pairwise(parts):
        off = right.startswith(UPRIGHT) or (left.startswith(UPRIGHT) and not right.startswith(SPACED))
        off = off or (left.startswith(BARRED) and right.startswith(BARRED))
        found += (r"\," if off else " ", right)
    return "".join(found)


def _group(text: str) -> str:
    """Brackets, tall ones around what is tall."""
    return rf"\left({text}\right)" if any(mark in text for mark in TALL) else f"({text})"


def _entry(base: str, indices: Indices) -> Form:
    """Indices below the line; what carries some already gets brackets."""
    below = "".join(group[0] if len(group) == 1 else f"({''.join(group)})" for group in indices)
    array = r"\left({0}\right)" if base.endswith("}") and "_{" in base else "{0:atom}"
    return "exponent", f"{array}_{{{{{below}}}}}"


def _function(name: str, args: Sequence[str]) -> Form | None:
    """The form that the function's record states, its brackets tall around what is tall."""
    form = form_of(name, len(args))
    if form is None or any(mark in text for text in args for mark in TALL):
        return form
    level, template = form
    return level, template.replace(r"\left", "").replace(r"\right", "")


def _aligned(lines: Sequence[Line]) -> str:
    """An environment that stands in a formula of its own."""
    found = rows(lines, r"\text{where } ")
    body = " \\\\\n".join(f"  {left} &= {right}" if left else f"  &= {right}" for left, right in found)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _target(name: Callable[[str], str]) -> Target:
    """LaTeX with names spelled so."""
    forms = {
        "transpose": ("factor", r"{0:atom}^{{\top}}"),
        "power": ("factor", "{0:atom}^{{{1}}}"),
        "elementwise": ("factor", r"{0:atom}^{{\odot {1:exponent}}}"),
        "index": ("exponent", "{0:postfix}[{1}]"),
        "summation": ("term", r"\sum_{{{0}}} {1:term}"),
        "change": ("factor", "{1} {0:factor}"),
        "order": ("", "{0}^{{{1}}}"),
    }
    return Target(
        forms=forms,
        links={
            "number": ("chain", "chain", r"{0} \cdot {1}", "term"),
            "·": ("chain", "chain", r"{0} \cdot {1}", "term"),
            "×": ("chain", "chain", r"{0} \times {1}", "term"),
            ".*": ("chain", "chain", r"{0} \odot {1}", "term"),
            "/": ("chain", "factor", "{0}/{1}", "term"),
            "./": ("chain", "factor", r"{0} \oslash {1}", "term"),
        },
        near=frozenset("@ *"),
        join=_join,
        group=_group,
        name=name,
        number=_number,
        option=r"\mathrm{{{0}}}={1}",
        text=lambda value: rf"\texttt{{{_escape(value)}}}",
        call=("exponent", r"\operatorname{{{0}}}{1}"),
        changes=(r"\mathrm{d}", r"\partial"),
        aligned=_aligned,
        entry=_entry,
        functions=_function,
        raised=raised,
        fraction=r"\frac{{{0}}}{{{1}}}",
        inverse=("^{-1}", r"^{-\top}"),
        program=("", "{0} = {1}", r",\ ", r"{1} \quad \text{{where }} {0}"),
    )


def write(syntax: Syntax, lettering: Lettering = PLAIN) -> str:
    """The tree as the body of a formula in LaTeX."""
    names = spellings(syntax, lettering, _spell, lambda name: rf"\mathrm{{{_escape(name)}}}")
    return _target(names.__getitem__).write(syntax)
