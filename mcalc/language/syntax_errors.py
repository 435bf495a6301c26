"""What to say of text that does not parse; it is loaded where there is something to say."""

from __future__ import annotations

import re

from mcalc.errors import Problem
from mcalc.language.build import OPERATORS
from mcalc.language.tokens import BRACKETS, CLOSERS
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.tokens import Token

#: Characters that mean something elsewhere, and what to write here.
ADVICE = {
    "%": "comments begin with #",
    "∈": "a variable is declared with --var 'x[n]'",
    "=": "= defines a name, once, at the beginning: r = X@w - y; …",
    "∑": "name the index: ∑_i x_i; the sum of all entries is sum(…)",
    "∏": "name the index: ∏_i x_i; the product of all entries is prod(…)",
    "∂": "name the variable with --wrt",
    "∇": "name the variable with --wrt",
    "†": "the pseudo-inverse is pinv(A), the transpose A.T; complex conjugates are not supported",
    "$": "leave out the $ of TeX",
    "_": "names begin with a letter",
    '"': "text in quotes is an argument of einsum",
    ":": "a range of places stands in square brackets: x[1:3]; A:B is inner(A, B)",
    "!": "the factorial of n is gamma(n + 1)",
    ".": "a product of numbers and arrays is *, the elementwise product .*",
}
ATTRIBUTES = {"T": ".T", "t": ".T", "mT": ".T", "H": ".T", "transpose": ".T", "I": "inv(…)", "dot": "@"}


def unknown(text: str, place: int, before: str) -> Problem:
    """What to say of a character that begins nothing."""
    character = text[place]
    attribute = re.compile(r"\.\s*([^\W\d]\w*)").match(text, place)
    if attribute:
        return _attribute(attribute)
    if character == "_" and before == "NORM_END":
        return Problem("E402", "this norm is not supported", (place, place + 1), "the norms are _1, _2, _F, _∞ and _*")
    if text.startswith("..", place):
        return Problem("E114", "`..` means nothing", (place, place + 2), "the transpose is x.T")
    if text.startswith("==", place):
        return Problem(
            "E115",
            "`==` compares nothing here: there are no equations",
            (place, place + 2),
            "for a definition write `=`",
        )
    if character == ":" and (written := re.search(r"\blambda\s+\w+\s*$", text[:place])):
        return Problem(
            "E107",
            "`{written}:` makes a function in Python, and here only what stands behind it is read",
            (written.start(), place + 1),
            "leave it out, and name the variable with --wrt",
            written=written[0].rstrip(),
        )
    return Problem(
        "E107",
        "unexpected character `{character}`",
        (place, place + 1),
        ADVICE.get(character, ""),
        character=character,
    )


def _attribute(found: re.Match[str]) -> Problem:
    """What to say of a dot with a word behind it."""
    word = found[1]
    if word in ATTRIBUTES:
        hint = say("write {text}", text=ATTRIBUTES[word])
    elif word.startswith("T"):
        hint = say("write .T {name}", name=word[1:])
    else:
        hint = say("functions stand in front: {name}(…)", name=word)
    return Problem("E108", "`{found}` is not known", found.span(), hint, found=found[0])


_OPENERS = frozenset((*BRACKETS, "COMMA", "EQUALS", "SEPARATOR", "WHERE"))


def misplaced(before: Token | None, token: Token) -> Problem:
    """What to say of a token that cannot stand behind the one before it."""
    kind, written, start, stop = token
    here = (start, stop)
    if before is None:
        if kind == "$END":
            return Problem("E128", "there is nothing to read", (0, stop))
        previous, there = "", here
    else:
        previous, there = before[0], before[2:]
    said = OPERATORS.get(previous, before[1] if before else "")
    ends = kind in ("$END", "SEPARATOR", "COMMA", "WHERE") or kind in CLOSERS or kind in ("NORM_END", "BAR_END")
    if kind == "EQUALS":
        return Problem(
            "E119", "`=` can stand only behind a name that it defines", here, "a definition is written r = X@w - y; …"
        )
    if previous == "BIG" and ends:
        return Problem("E120", "an operand is missing after `{operator}`", there, operator=said)
    if previous in OPERATORS:
        if ends:
            return Problem(
                "E120",
                "an exponent is missing after `{said}`"
                if previous in ("CARET", "DOTCARET")
                else "an operand is missing after `{said}`",
                there,
                said=said,
            )
        if kind in OPERATORS:
            return Problem(
                "E120",
                "an operand is missing between `{said}` and `{sign}`",
                (there[0], stop),
                "a power is written ** or ^" if previous == kind == "STAR" else "",
                said=said,
                sign=OPERATORS[kind],
            )
    if kind == "COMMA" and previous != "COMMA" and previous != "LPAR":
        return Problem(
            "E121",
            "a comma can stand only between the arguments of a function",
            here,
            "definitions are separated by `;`",
        )
    if previous == "EQUALS":
        return Problem("E120", "an expression is missing after `=`", there)
    if previous in BRACKETS and kind in (*CLOSERS, "NORM_END", "BAR_END"):
        return Problem("E122", "there is nothing between the brackets", (there[0], stop))
    if kind in OPERATORS and previous in ("", *_OPENERS):
        return Problem("E120", "an operand is missing before `{sign}`", here, sign=OPERATORS[kind])
    if kind in ("TRANSPOSE", "INVERSE_TRANSPOSE", "SUPERSCRIPT"):
        return Problem("E123", "there is nothing before `{written}` that it could stand behind", here, written=written)
    if previous == "COMMA" or kind == "COMMA":
        return Problem("E121", "an argument is missing beside the comma", there if previous == "COMMA" else here)
    if kind in ("LBRACE", "RBRACE"):
        return Problem(
            "E124", "braces can stand only around an exponent", here, "brackets of an expression are ( and )"
        )
    if previous == "STRING":
        return Problem("E121", "a comma is missing after the text", there)
    if kind == "STRING":
        return Problem("E125", "text in quotes can only be an argument of einsum", here, "the transpose is x' or x.T")
    if kind in ("CARET", "DOTCARET", "SUPERSCRIPT") and previous == "RPAR":
        return Problem(
            "E143",
            "this can be the power of the sum, or of what is summed",
            here,
            "write (sum_i(…))^2 or sum_i((…)^2)",
        )
    hint = {
        "BIG": "a sum takes all of the product behind it; write the brackets: (∑_i …)",
        "COMPARE": "of two comparisons write the product: (x > y).*(y > z)",
    }.get(kind, "")
    return Problem("E107", "unexpected `{written}`", here, hint, written=written)
