"""Presentation MathML: one `math` element, which browsers set and screen readers speak.

Products and applications that nothing marks have their invisible operators, and the element carries the formula as
text, for what cannot show it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mcalc.language.letters import GREEK_LETTERS
from mcalc.targets import text
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

MARKS = {"hat": "^", "tilde": "~", "bar": "‾", "dot": "˙", "ddot": "¨", "dddot": "⃛", "vec": "→"}
TIMES, APPLY, SPACE = "<mo>&#x2062;</mo>", "<mo>&#x2061;</mo>", '<mspace width="0.17em"/>'
TALL = re.compile("<mfrac|<munder")  #: what needs brackets that grow
EACH = '<mo lspace="0" rspace="0">⊙</mo>'  #: before an exponent of entries
LOW = ' stretchy="false"'  #: on brackets that do not
#: The beginnings of the ranges of bold letters: upright Latin and italic Greek, as in TeX.
BOLD = {"A": 0x1D400, "a": 0x1D41A, "0": 0x1D7CE, "Α": 0x1D71C, "α": 0x1D736}


def escape(text: str) -> str:
    """Text that XML takes for text, also between quotation marks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _bold(text: str) -> str:
    """The letters in bold, where Unicode has such: MathML in browsers knows no other way.

    >>> _bold("X1"), _bold("ж")
    ('𝐗𝟏', 'ж')
    """
    made = []
    for character in text:
        start = next((first for first in BOLD if 0 <= ord(character) - ord(first) < (10 if first == "0" else 26)), None)
        made.append(chr(BOLD[start] + ord(character) - ord(start)) if start else character)
    return "".join(made)


def _word(text: str, bold: bool = False) -> str:
    """A letter in italics, anything longer upright; figures as a number."""
    letter = GREEK_LETTERS.get(text, text)
    return f"<mn>{text}</mn>" if text.isdigit() else f"<mi>{escape(_bold(letter) if bold else letter)}</mi>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _spell(parts: Parts, bold: bool) -> str:
    """`<msub><mi>W</mi><mn>1</mn></msub>` for W_1 and W1."""
    base = _word(parts.letters, bold)
    for mark in parts.marks:
        base = f'<mover accent="true">{base}<mo{LOW}>{MARKS[mark]}</mo></mover>'
    below = "<mo>,</mo>".join(map(_word, parts.below))
    if below:
        base = f"<msub>{base}{_row(below)}</msub>"
    return _row('<mi mathvariant="normal">d</mi>', base) if parts.differential else base


def _number(text: str) -> Form:
    """A number, one in powers of ten as people write it."""
    digits, _, exponent = text.lower().partition("e")
    if not exponent:
        return "exponent", f"<mn>{text}</mn>"
    sign = "<mo>−</mo>" if exponent.startswith("-") else ""
    power = f"<msup><mn>10</mn>{_row(sign, f'<mn>{abs(int(exponent))}</mn>')}</msup>"
    return ("factor", power) if float(digits) == 1 else ("term", f"<mn>{digits}</mn><mo>·</mo>{power}")


def _script(tag: str) -> Callable[..., str]:
    """An element whose children are rows."""
    return lambda *rows: f"<{tag}>{''.join(map(_row, rows))}</{tag}>"


def _sign(sign: str) -> str:
    if sign in "⊙/":
        return f'<mo lspace="0" rspace="0">{sign}</mo>'
    return f"<mi>{sign}</mi>" if sign == "⊤" else f"<mo>{escape(sign)}</mo>"


ALPHABET: Alphabet = {
    "hole": _row,
    "letter": _word,
    "greek": _word,
    "word": "<mi>{}</mi>".format,
    "number": "<mn>{}</mn>".format,
    "sign": _sign,
    "upright": '<mi mathvariant="normal">{}</mi>'.format,
    "bold": lambda letters: f"<mn>{_bold(letters)}</mn>",
    "root": _script("msqrt"),
    "fence": '<mrow><mo stretchy="false">{}</mo>{}<mo stretchy="false">{}</mo></mrow>'.format,
    "above": _script("msup"),
    "below": _script("msub"),
    "both": _script("msubsup"),
    "apply": APPLY.format,
    "space": (APPLY + SPACE).format,
    "times": TIMES.format,
    "next": str,
}


def _function(name: str, args: Sequence[str]) -> Form | None:
    """The form that the function's record states."""
    form = form_of(name, len(args))
    if form is None:
        return None
    level, template = spelled(form, ALPHABET)
    return level, template.replace(LOW, "") if any(TALL.search(text) for text in args) else template


def _group(text: str) -> str:
    """Brackets, tall ones around what is tall."""
    low = "" if TALL.search(text) else LOW
    return f"<mrow><mo{low}>(</mo>{_row(text)}<mo{low}>)</mo></mrow>"


def _entry(base: str, indices: Indices) -> Form:
    """Indices below the line; what carries some already gets brackets."""
    shown = [_group("".join(map(_word, group))) if len(group) > 1 else _word(group[0]) for group in indices]
    array = _group("{0}") if "<msub" in base else "<mrow>{0:atom}</mrow>"
    return "exponent", f"<msub>{array}{_row(*shown)}</msub>"


#: Cells that meet at the sign of equality. MathML 3 says so in the table, browsers read it in the cell, and those in
#: which a cell's formula is a block want it said in their own word.
RIGHT, LEFT = (
    f'<mtd style="text-align: {side}; text-align: -webkit-{side}; padding: 0.3ex 0.1em">' for side in ("right", "left")
)


def _aligned(lines: Sequence[Line]) -> str:
    """A table with a row for each line."""
    found = rows(lines, "<mtext>where&#xA0;</mtext>")
    cells = (
        f"<mtr>{RIGHT}{_row(left)}</mtd>{LEFT}{_row('<mo>=</mo>', _row(right))}</mtd></mtr>" for left, right in found
    )
    return f'<mtable displaystyle="true" columnalign="right left">{"".join(cells)}</mtable>'


#: An upright word, or what begins with one.
_UPRIGHT = re.compile(r'(?:<m(?:row|sub|sup|over)[^>]*>)*<mi(?:>\w\w| mathvariant="normal")')

#: A norm, an absolute value, or its power: of two beside each other nobody could tell which bars belong together.
_BARRED = re.compile(r"(?:<m(?:row|sub|sup)[^>]*>)*<mo[^>]*>[‖|]")


def _join(parts: Sequence[str]) -> str:
    """Factors side by side, with the operators that nobody sees; words stand a little off, and norms of each other."""
    found = [parts[0]]
    for left, right in pairwise(parts):
        off = _UPRIGHT.match(right) or (_UPRIGHT.match(left) and APPLY not in left)
        off = off or (_BARRED.match(left) and _BARRED.match(right))
        found += (TIMES, SPACE, right) if off else (TIMES, right)
    return "".join(found)


def _target(name: Callable[[str], str]) -> Target:
    """MathML with names spelled so."""
    forms = {
        "transpose": ("factor", "<msup><mrow>{0:atom}</mrow><mi>⊤</mi></msup>"),
        "power": ("factor", "<msup><mrow>{0:atom}</mrow><mrow>{1}</mrow></msup>"),
        "elementwise": ("factor", f"<msup><mrow>{{0:atom}}</mrow><mrow>{EACH}{{1:exponent}}</mrow></msup>"),
        "change": ("factor", "<mrow>{1}{0:factor}</mrow>"),
        "order": ("", "<msup>{0}<mn>{1}</mn></msup>"),
        "index": ("exponent", f"<mrow><mrow>{{0:postfix}}</mrow><mo{LOW}>[</mo>{{1}}<mo{LOW}>]</mo></mrow>"),
        "summation": ("term", "<munder><mo>∑</mo><mrow>{0}</mrow></munder><mrow>{1:term}</mrow>"),
    }
    return Target(
        forms=forms,
        links={
            "number": ("chain", "chain", "{0}<mo>·</mo>{1}", "term"),
            "·": ("chain", "chain", "{0}<mo>·</mo>{1}", "term"),
            "×": ("chain", "chain", "{0}<mo>×</mo>{1}", "term"),
            ".*": ("chain", "chain", "{0}<mo>⊙</mo>{1}", "term"),
            "/": ("chain", "factor", '{0}<mo lspace="0" rspace="0">/</mo>{1}', "term"),
            "./": ("chain", "factor", "{0}<mo>⊘</mo>{1}", "term"),
        },
        near=frozenset("@ *"),
        join=_join,
        group=_group,
        name=name,
        number=_number,
        digit=re.compile("(?:<mrow>|<msup>)*<mn>").match,
        option="<mtext>{0}</mtext><mo>=</mo>{1}",
        commas=("</mrow><mo>,</mo><mrow>", "<mo>,</mo>"),  # each argument a row, so that a sign begins it
        colon="<mo>:</mo>",
        text=lambda value: f"<mtext>{escape(value)}</mtext>",
        call=("exponent", "<mrow><mi>{0}</mi><mo>&#x2061;</mo>{1}</mrow>"),
        functions=_function,
        raised=raised,
        changes=('<mi mathvariant="normal">d</mi>', "<mo>∂</mo>"),
        aligned=_aligned,
        entry=_entry,
        signs={"∑": "∏"},
        between="<mi>{0}</mi><mo>=</mo><mrow>{1}</mrow><mo>…</mo><mrow>{2}</mrow>",
        below=lambda indices: "".join(map(_word, indices)),
        fraction="<mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac>",
        inverse=("<mrow><mo>−</mo><mn>1</mn></mrow></msup>", "<mrow><mo>−</mo><mi>⊤</mi></mrow></msup>"),
        plus="<mo>+</mo>",
        minus=("<mo>−</mo>", "<mo>−</mo>"),
        program=(
            "",
            "<mrow>{0}<mo>=</mo><mrow>{1}</mrow></mrow>",
            '<mo>,</mo><mspace width="0.33em"/>',
            '<mrow>{1}</mrow><mspace width="1em"/><mtext>where&#xA0;</mtext>{0}',
        ),
    )


_TAG = re.compile("<[^>]*>|[^<]+")


def tidied(markup: str) -> str:
    """The markup without rows of one element, and with what stands above and below one base above each other."""
    parts: list[str] = _TAG.findall(markup)
    opened: list[list[int]] = []  # of each open element where it begins, its elements so far, and the first one's end
    for place, part in enumerate(parts):
        if not part.startswith("<"):
            continue
        if not part.startswith("</") and not part.endswith("/>"):
            opened.append([place, 0, 0])
            continue
        end = place
        if part.startswith("</"):
            start, count, first = opened.pop()
            if parts[start] == "<mrow>" and count == 1:
                parts[start] = parts[place] = ""
                end = first
            elif parts[start] == "<msup>" and parts[first] == "</msub>":
                base = next(k for k in range(start + 1, first) if parts[k])
                if parts[base] == "<msub>":
                    parts[base] = parts[first] = ""
                    parts[start], parts[place] = "<msubsup>", "</msubsup>"
        if opened:
            opened[-1][1] += 1
            opened[-1][2] = opened[-1][2] or end
    return "".join(parts)


def write(syntax: Syntax, lettering: Lettering = PLAIN) -> str:
    """The tree as a `math` element."""
    names = spellings(syntax, lettering, _spell, lambda name: f"<mi>{escape(name)}</mi>")
    body = tidied(_target(names.__getitem__).write(syntax))
    alternative = escape(text.write(syntax).replace("\n", "; "))
    head = f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block" alttext="{alternative}">'
    return f"{head}{body}</math>"
