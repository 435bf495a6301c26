"""What a surface tree means, worked out without the engine, so that a printer's brackets can be judged.

Names stand for random 2×2 matrices over a prime field. `*`, `@` and juxtaposition all multiply matrices there, as
a reader may have to decide which of them was meant; functions are arbitrary but fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from xml.etree import ElementTree
from zlib import crc32

from mcalc.language.syntax import (
    Call,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Syntax,
    Terms,
    Text,
    Transpose,
)

P = 2**61 - 1
Matrix = tuple[int, int, int, int]


def _noise(*seed: object) -> Matrix:
    return tuple(pow(crc32(repr((seed, k)).encode()) + 2, 5, P) for k in range(4))  # type: ignore[return-value]


def _times(a: Matrix, b: Matrix) -> Matrix:
    return (
        (a[0] * b[0] + a[1] * b[2]) % P, (a[0] * b[1] + a[1] * b[3]) % P,
        (a[2] * b[0] + a[3] * b[2]) % P, (a[2] * b[1] + a[3] * b[3]) % P,
    )  # fmt: skip


def _entrywise(a: Matrix, b: Matrix, how: Callable[[int, int], int]) -> Matrix:
    return tuple(how(x, y) % P for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def _plus(a: Matrix, b: Matrix, sign: int) -> Matrix:
    return _entrywise(a, b, lambda x, y: x + sign * y)


ZERO: Matrix = (0, 0, 0, 0)


def _combine(a: Matrix, operator: str, b: Matrix) -> Matrix:
    if operator in ("@", " ", "*", "·", "×"):
        return _times(a, b)
    if operator == ".*":
        return _entrywise(a, b, lambda x, y: x * y)
    return _entrywise(a, b, lambda x, y: x * pow(y, P - 2, P) * (17 if operator == "/" else 23))


def meaning(node: Syntax, scope: dict[str, Matrix] | None = None) -> Matrix:
    """The value of a tree."""
    scope = {} if scope is None else scope

    def value(part: Syntax) -> Matrix:
        return meaning(part, scope)

    match node:
        case Num(text):
            return _noise("number", float(text))
        case Text(text):
            return _noise("text", text)
        case Name(id):
            return scope.get(id) or _noise("name", id)
        case Call("inv", (arg,)):
            return value(Power(arg, Negative(Num("1"))))
        case Call("transpose", (arg,)):
            return value(Transpose(arg))
        case Call(name, args, options):
            return _noise(name, *map(value, args), *((k, value(v)) for k, v in options))
        case Transpose(arg):
            a, b, c, d = value(arg)
            return a, c, b, d
        case Power(Call("inv", (arg,)), Num(text), False) if text.isdigit():
            return value(Power(arg, Negative(Num(text))))
        case Power(base, exponent, elementwise):
            return _noise("power", elementwise, value(base), value(exponent))
        case Matmul(items, operators) | Product(items, operators):
            values = [value(item) for item in items]
            return reduce(lambda a, step: _combine(a, *step), zip(operators, values[1:], strict=True), values[0])
        case Negative(arg):
            return _plus(ZERO, value(arg), -1)
        case Terms(items, signs):
            pairs = zip(items, signs, strict=True)
            return reduce(lambda a, part: _plus(a, value(part[0]), 1 if part[1] == "+" else -1), pairs, ZERO)
        case Program(definitions, body):
            for name, definition in definitions:
                scope[name.id] = value(definition)
            return value(body)
    raise AssertionError(node)


#: LaTeX in the input language's terms, in this order.
_LATEX = [
    (r"\\(?:left)?\\?[lr]Vert *", "‖"),
    (r"\\(?:left|right)", ""),
    (r"\^\{-\\top\}", "^-T"),
    (r"\^\{\\top\}", ".T"),
    (r"\^\{\\odot ", ".^{"),
    (r"\\odot", ".*"),
    (r"\\oslash", "./"),
    (r"\\cdot", "*"),
    (r"\\otimes", "⊗"),
    (r"\\quad", ""),
    (r"\\mathrm\{axis\}", "axis"),
    (r"\\texttt\{([^}]*)\}", r"'\1'"),
    (r"\\sqrt\{", "sqrt{"),
    (r"\\(?:operatorname|mathrm)\{(\w+)\}", r"\1"),
    (r"_\{(\w+)\}", r"_\1"),
    (r"\\([A-Za-z]+)", r"\1"),
]


def from_latex(latex: str) -> str:
    """What LaTeX of ours says, in the input language: enough of a reader to judge where brackets are missing."""
    text = latex
    while r"\frac{" in text:
        start = text.rindex(r"\frac{")
        top, middle = _braced(text, start + len(r"\frac"))
        bottom, end = _braced(text, middle)
        text = f"{text[:start]}(({top})/({bottom})){text[end:]}"
    for pattern, replacement in _LATEX:
        text = re.sub(pattern, replacement, text)
    while "sqrt{" in text:
        start = text.index("sqrt{") + 4
        inside, end = _braced(text, start)
        text = f"{text[:start]}({inside}){text[end:]}"
    return text


def _braced(text: str, start: int) -> tuple[str, int]:
    depth = 0
    for k in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[k], 0)
        if not depth:
            return text[start + 1 : k], k + 1
    raise AssertionError(text)


#: Typst in the input language's terms, in this order.
_TYPST = [
    (r'mono\("([^"]*)"\)', r"'\1'"),
    ("dif (\\w)", r"d\1"),
    (r'upright\("(\w+)"\)', r"\1"),
    (r'"(\w+)"', r"\1"),
    (" thin ", " "),
    (r"\^\(-top\)", "^-T"),
    (r"\^top", ".T"),
    (r"\^\(⊙ ", ".^("),
    ("dot\\.op", "*"),
    (r"\\/", "/"),
    ("⊙", ".*"),
    ("⊘", "./"),
    (r"_\((\w+)\)", r"_\1"),
]


def from_typst(typst: str) -> str:
    """What Typst of ours says, in the input language."""
    text = typst
    while "frac(" in text:
        start = text.rindex("frac(")
        inside, end = _bracketed(text, start + 4)
        depth, cut = 0, 0
        for k, character in enumerate(inside):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if character == "," and not depth:
                cut = k
                break
        text = f"{text[:start]}(({inside[:cut]})/({inside[cut + 1 :]})){text[end:]}"
    for pattern, replacement in _TYPST:
        text = re.sub(pattern, replacement, text)
    return text


def _bracketed(text: str, start: int) -> tuple[str, int]:
    depth = 0
    for k in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[k], 0)
        if not depth:
            return text[start + 1 : k], k + 1
    raise AssertionError(text)


#: Characters of MathML's operators in the input language's terms.
_OPERATORS = {"⊙": ".*", "⊘": "./", "−": "-", "\u2061": "", "\u2062": " ", "·": "*"}


def from_mathml(mathml: str) -> str:
    """What MathML of ours says, in the input language. An element is an operand: a base or a row is kept together."""
    return _math(ElementTree.fromstring(mathml))


def _raised(base: str, above: str) -> str:
    if above in ("⊤", "-⊤"):
        return base + (".T" if above == "⊤" else "^-T")
    return f"{base}.^({above[2:]})" if above.startswith(".*") else f"{base}^({above})"


def _math(element: ElementTree.Element) -> str:
    tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
    parts = [_math(child) for child in element]
    match tag, parts:
        case "mfrac", [top, bottom]:
            return f"(({top})/({bottom}))"
        case "msup", [base, above]:
            return _raised(base, above)
        case "msub", [base, below]:
            return f"{base}_{below}"
        case "msubsup", [base, below, above]:
            return _raised(f"{base}_{below}", above)
        case "msqrt", _:
            return f"sqrt({''.join(parts)})"
        case (("mi" | "mn" | "mo" | "mtext"), _):
            text = element.text or ""
            return _OPERATORS.get(text, text) if tag == "mo" else f"'{text}'" if "->" in text else text
        case "mspace", _:
            return " "
    return "".join(parts)
