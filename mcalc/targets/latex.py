r"""LaTeX as a textbook sets it: `2 X^{\top} (X w - y)`. Functions are spelled by their records."""

from __future__ import annotations

import re

from mcalc.language.letters import GREEK
from mcalc.targets.template import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcalc.language.syntax import Syntax
    from mcalc.targets.template import Form

#: Greek letters that TeX has no command for, because a Latin letter looks the same.
UNCOMMANDED = {"omicron": "o"}
#: Marks over a letter, by the character that follows it.
ACCENTS = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot", "\u20d7": "vec",
}  # fmt: skip
ESCAPES = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"} | {c: "\\" + c for c in "{}_#%&$"}


def _escape(text: str) -> str:
    return "".join(ESCAPES.get(character, character) for character in text)


def _word(text: str) -> str:
    """A letter in italics, a Greek one by its command, anything longer upright."""
    word = GREEK.get(text, text)
    if word in GREEK.values():
        return UNCOMMANDED.get(word, "\\" + word)
    return text if (len(text) == 1 and text.isascii()) or text.isdigit() else rf"\mathrm{{{_escape(text)}}}"


def _name(name: str) -> str:
    r"""`W_{1}` for W_1 and W1, `\lambda` for λ, `\hat{x}` for x̂, `\mathrm{d} X` for the differential dX.

    >>> _name("W_1"), _name("lambda"), _name("x_max"), _name("dX")
    ('W_{1}', '\\lambda', 'x_{\\mathrm{max}}', '\\mathrm{d} X')
    """
    stem, _, index = name.partition("_")
    digits = stem[len(stem.rstrip("0123456789")) :]
    stem = stem.removesuffix(digits)
    letters = stem.rstrip("".join(ACCENTS))
    marks = stem[len(letters) :]
    differential = letters[1:] if letters[:1] == "d" and (len(letters) == 2 or letters[1:] in GREEK.values()) else ""
    base = _word(differential or letters)
    for mark in marks:
        base = rf"\{ACCENTS[mark]}{{{base}}}"
    below = ", ".join(_word(part) for part in (digits, *index.split("_")) if part)
    return (r"\mathrm{d} " if differential else "") + base + (f"_{{{below}}}" if below else "")


def _group(text: str) -> str:
    """Brackets, tall ones around what is tall."""
    return rf"\left({text}\right)" if r"\frac" in text or r"\left" in text else f"({text})"


def _function(name: str, args: Sequence[str]) -> Form | None:
    """The form that the function's record states, and how tightly it binds."""
    from mcalc.algebra.ops import ALIASES, OPS

    record = OPS.get(ALIASES.get(name, name))
    template = record.latex if record else ""
    holes = set(re.findall(r"\{(\d)", template.replace("{{", "").replace("}}", "")))
    if holes != set(map(str, range(len(args)))):
        return None
    return level(template), template + ("_F" if name == "normfro" else "")


def level(template: str) -> str:
    r"""How tightly the result of a record's form binds.

    >>> level(r"{0:atom}^{{-1}}"), level(r"{0:atom}^{{-1}} {1:factor}"), level(r"\exp\left({0}\right)")
    ('factor', 'chain', 'exponent')
    """
    if r" \otimes " in template:
        return "term"
    if template.startswith("{0") and re.search(r"\} ?\{1|\} \{", template):
        return "chain"
    return "factor" if re.search(r"\^\{\{.*\}\}$", template) else "exponent"


LATEX = Target(
    forms={
        "transpose": ("factor", r"{0:atom}^{{\top}}"),
        "power": ("factor", "{0:atom}^{{{1}}}"),
        "elementwise": ("factor", r"{0:atom}^{{\odot {1:exponent}}}"),
    },
    links={
        "number": ("chain", "chain", r"{0} \cdot {1}", "term"),
        ".*": ("chain", "chain", r"{0} \odot {1}", "term"),
        "/": ("", "", r"\frac{{{0}}}{{{1}}}", "factor"),
        "./": ("chain", "factor", r"{0} \oslash {1}", "term"),
    },
    near=frozenset("@ *"),
    join=" ".join,
    group=_group,
    name=_name,
    option=r"\mathrm{{{0}}}={1}",
    text=lambda value: rf"\texttt{{{_escape(value)}}}",
    call=("exponent", r"\operatorname{{{0}}}\left({1}\right)"),
    functions=_function,
    inverse=("^{-1}", r"^{-\top}"),
    program=("{0} = {1}", r";\quad "),
)


def write(syntax: Syntax) -> str:
    """The tree as the body of a formula in LaTeX."""
    return LATEX.write(syntax)
