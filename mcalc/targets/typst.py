r"""Typst: what stands between the dollars, `2 X^top (X w - y)`.

Signs are characters where their names differ between Typst's versions. Brackets grow by themselves.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mcalc.language.letters import GREEK
from mcalc.targets.names import PLAIN, spellings
from mcalc.targets.template import Target, rows
from mcalc.targets.tex import form_of, raised, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mcalc.language.syntax import Syntax
    from mcalc.targets.names import Lettering, Parts
    from mcalc.targets.template import Form, Indices, Line
    from mcalc.targets.tex import Alphabet

#: What Typst calls the marks over letters.
MARKS = {
    "hat": "hat",
    "tilde": "tilde",
    "bar": "macron",
    "dot": "dot",
    "ddot": "dot.double",
    "dddot": "dot.triple",
    "vec": "arrow",
}
#: Words that Typst sets upright, with the spaces of a function.
OPERATORS = frozenset(
    "arccos arcsin arctan cos cosh cot coth csc det exp log max min sec sin sinh tan tanh tr".split()
)  # fmt: skip
BARRED = ("norm(", "abs(")  #: what stands a little off its like
SIGNS = {"⊤": "top", "−": "-", "∞": "infinity", "′": "prime", "∗": "*", ",": ", ", "/": " \\/ ", "⊗": " ⊗ ", "⊙": "⊙ "}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _word(text: str) -> str:
    """A letter in italics, a Greek one by its name, anything longer upright."""
    word = GREEK.get(text, text)
    return word if word in GREEK.values() or (len(text) == 1 and text.isascii()) or text.isdigit() else _quoted(text)


def _spell(parts: Parts, bold: bool) -> str:
    """`W_1` for W_1 and W1, `lambda` for λ, `hat(x)` for x̂, `dif X` for the differential dX."""
    base = _word(parts.letters)
    if bold:
        base = f"bold({base})"
    for mark in parts.marks:
        base = f"{MARKS[mark]}({base})"
    below = ", ".join(map(_word, parts.below))
    if below:
        base += f"_({below})" if len(parts.below) > 1 else f"_{below}"
    return f"dif {base}" if parts.differential else base


def _number(text: str) -> Form:
    """A number, one in powers of ten as people write it."""
    digits, _, exponent = text.lower().partition("e")
    if not exponent:
        return "exponent", text
    power = f"10^({int(exponent)})"
    return ("factor", power) if float(digits) == 1 else ("term", f"{digits} dot.op {power}")


def _superscript(exponent: str) -> str:
    """An exponent of one letter or number, which needs no brackets."""
    return exponent if exponent.isdigit() or (len(exponent) == 1 and exponent.isalpha()) else ""


def _script(text: str) -> str:
    """What stands above or below, in brackets that nobody sees: a letter would be called by those behind it."""
    return text if text.isdigit() or text == "top" else f"({text})"


def _operator(name: str) -> str:
    return name if name in OPERATORS else f'"{name}"'


def _fence(left: str, row: str, right: str) -> str:
    if left == "‖":
        return f"norm({row})"
    return f"abs({row})" if left == "|" else f"({row})" if left == "(" else f"lr({left} {row} {right})"


def _sign(sign: str) -> str:
    return SIGNS.get(sign, sign)


ALPHABET: Alphabet = {
    "hole": "{}".format,
    "letter": "{}".format,
    "greek": "{}".format,
    "word": _operator,
    "number": "{}".format,
    "sign": _sign,
    "upright": lambda letters: "dif" if letters == "d" else f'upright("{letters}")',
    "bold": "bold({})".format,
    "root": "sqrt({})".format,
    "fence": _fence,
    "above": lambda base, above: f"{base}^{_script(above)}",
    "below": lambda base, below: f"{base}_{_script(below)}",
    "both": lambda base, below, above: f"{base}_{_script(below)}^{_script(above)}",
    "apply": str,
    "space": " ".format,
    "times": " ".format,
    "next": " ".format,
}


def _function(name: str, args: Sequence[str]) -> Form | None:
    """The form that the function's record states."""
    form = form_of(name, len(args))
    return form and spelled(form, ALPHABET)


def _entry(base: str, indices: Indices) -> Form:
    """Indices below the line; what carries some already gets brackets."""
    below = " ".join(group[0] if len(group) == 1 else f"({' '.join(group)})" for group in indices)
    return "exponent", f"{'({0})' if '_' in base else '{0:atom}'}_({below})"


#: A function's value that Typst does not set off by itself: of a quoted name, or with an exponent.
_CLOSE = re.compile(rf'"\w+"\(|(?:{"|".join(sorted(OPERATORS))})\(.*\)\^(?:\w+|\([^()]*\))$')

#: A name of several letters, which is quoted and is no function.
_NAMED = re.compile(r'"[^"]*"(?!\()')


def _join(parts: Sequence[str]) -> str:
    """Factors side by side. Typst sets a space that stands beside a quoted name in full: there none is written."""
    found = [parts[0]]
    for left, right in pairwise(parts):
        off = _CLOSE.match(right) or (left.startswith(BARRED) and right.startswith(BARRED))
        before, behind = _NAMED.fullmatch(left), _NAMED.match(right)
        gap = " thin " if off else " "
        if (before or behind) and not off:
            gap = ("" if before else " ") + "thin" + ("" if behind else " ")
        found += (gap, right)
    return "".join(found)


def _aligned(lines: Sequence[Line]) -> str:
    """Lines that end in a backslash, with a mark at the signs."""
    found = rows(lines, '"where" ')
    return " \\\n".join(f"{left} &= {right}" if left else f"&= {right}" for left, right in found)


def _target(name: Callable[[str], str]) -> Target:
    """Typst with names spelled so."""
    forms = {
        "transpose": ("factor", "{0:atom}^top"),
        "power": ("factor", "{0:atom}^({1})"),
        "superscript": ("factor", "{0:atom}^{1}"),
        "elementwise": ("factor", "{0:atom}^(⊙ {1:exponent})"),
        "index": ("exponent", "{0:postfix}[{1}]"),
        "summation": ("term", "sum_({0}) {1:term}"),
        "change": ("factor", "{1} {0:factor}"),
        "order": ("", "{0}^{1}"),
    }
    return Target(
        forms=forms,
        signs={"sum": "product"},
        between="{0}={1})^({2}",
        links={
            "number": ("chain", "chain", "{0} dot.op {1}", "term"),
            "·": ("chain", "chain", "{0} dot.op {1}", "term"),
            "×": ("chain", "chain", "{0} times {1}", "term"),
            ".*": ("chain", "chain", "{0} ⊙ {1}", "term"),
            "/": ("chain", "factor", r"{0} \/ {1}", "term"),
            "./": ("chain", "factor", "{0} ⊘ {1}", "term"),
        },
        near=frozenset("@ *"),
        join=_join,
        name=name,
        number=_number,
        option='upright("{0}") = {1}',
        text=lambda value: f"mono({_quoted(value)})",
        call=("exponent", '"{0}"{1}'),
        functions=_function,
        raised=raised,
        changes=("dif", "∂"),
        aligned=_aligned,
        entry=_entry,
        below=" ".join,
        superscript=_superscript,
        fraction="frac({0}, {1})",
        inverse=("^(-1)", "^(-top)"),
        program=("", "{0} = {1}", ", thick ", '{1} quad "where" {0}'),
    )


def write(syntax: Syntax, lettering: Lettering = PLAIN) -> str:
    """The tree as the body of a formula in Typst."""
    names = spellings(syntax, lettering, _spell, _quoted)
    return _target(names.__getitem__).write(syntax)
