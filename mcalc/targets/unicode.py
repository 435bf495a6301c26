"""Mathematics as people write it in a line: `2Xᵀ(Xw − y)`, `A⁻¹`, `‖x‖²`, `λ`.

It reads back where the names are known: `Xw` is then X times w. What would read as something else is spelled as
in the input language, and products that nothing but nearness marks get a space or a dot where nearness misleads.
"""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import combining

from mcalc.algebra.ops.abstract import taken_apart
from mcalc.language.callee import FUNCTION_LETTERS
from mcalc.language.letters import GREEK_LETTERS, SUBSCRIPTS, SUPERSCRIPTS
from mcalc.language.names import letters
from mcalc.language.syntax import Name
from mcalc.language.tree import walk
from mcalc.targets.names import PLAIN
from mcalc.targets.template import Target, bracketed, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcalc.language.syntax import Syntax
    from mcalc.targets.names import Lettering
    from mcalc.targets.template import Form, Indices, Line

#: Functions with a sign of their own. The bars of a norm are not nested: nobody could tell which belongs to which.
FUNCTIONS: dict[str, Form] = {
    "norm": ("exponent", "‖{0}‖"),
    "norm2": ("exponent", "‖{0}‖"),
    "normfro": ("exponent", "‖{0}‖_F"),
    "norm1": ("exponent", "‖{0}‖₁"),
    "norminf": ("exponent", "‖{0}‖_∞"),
    "nuclear": ("exponent", "‖{0}‖_*"),
    "inv": ("factor", "{0:atom}⁻¹"),
    "transpose": ("factor", "{0:atom}ᵀ"),
    "sqrt": ("exponent", "√({0})"),
    "kron": ("term", "{0:chain} ⊗ {1:chain}"),
}
ARITY = {"kron": 2}
VALUE = re.compile(rf"\w\w+\(.*\)[ᵀ{''.join(SUPERSCRIPTS.values())}]*$")  #: a function's value
ABOVE = frozenset((*SUPERSCRIPTS.values(), "ᵀ"))
BELOW = "".join(SUBSCRIPTS.values())


#: Matrices that are known by a letter with their sizes below it.
LETTERED = {"eye": ("I", 1), "commutation": ("K", 2)}


def _derivative(name: str) -> Form | None:
    """The form of a derivative of a function that the program declares."""
    function, order, word = taken_apart(name)
    marks = {"grad": "∇", "hess": "∇²", "jac": "J", "d": f"d{order}_", "": ""}
    return ("exponent", f"{marks[word]}{_name(function)}{'' if word else '′' * order}({{0}})") if order else None


def _function(name: str, args: Sequence[str]) -> Form | None:
    letter, count = LETTERED.get(name, ("", 0))
    if letter and len(args) == count and (below := _lowered("".join(args).replace(" ", ""))):
        return "exponent", letter + below
    form = FUNCTIONS.get(name) or _derivative(name)
    if form is None or len(args) != ARITY.get(name, 1) or ("‖" in form[1] and "‖" in args[0]):
        return None
    return form


def _name(name: str) -> str:
    """λ for lambda and x₁ for x_1."""
    stem, _, index = name.partition("_")
    below = index if index.isdigit() or len(index) == 1 else ""
    lowered = "".join(SUBSCRIPTS.get(character, "") for character in below)
    letter = GREEK_LETTERS.get(stem, stem)
    if index and len(lowered) == len(index):
        return letter + lowered
    return f"{letter}_{index}" if index else letter


def _lowered(text: str) -> str:
    """The characters below the line, or '' where one has no such form."""
    return "".join(SUBSCRIPTS[c] for c in text) if all(c in SUBSCRIPTS for c in text) else ""


def _entry(base: str, indices: Indices) -> Form:
    """Indices below the line where they have such a form and nothing stands there yet; else in brackets."""
    groups = [_lowered("".join(group)) for group in indices]
    if not all(groups) or base[-1:] in BELOW:
        return bracketed(indices)
    below = "".join(g if len(group) == 1 else f"₍{g}₎" for g, group in zip(groups, indices, strict=True))
    return "exponent", "{0:atom}" + below


def _superscript(exponent: str) -> str:
    """The digits of a whole exponent, raised."""
    plain = exponent.replace("−", "-")
    return "".join(SUPERSCRIPTS[c] for c in plain) if plain.removeprefix("-").isdecimal() and plain.isascii() else ""


def _split(part: str, backwards: bool = False) -> str:
    """The name that a part begins with, or ends with; '' where there is none."""
    count = 0
    for character in reversed(part) if backwards else part:
        if not (character.isalnum() or character == "_" or combining(character)) or character in ABOVE:
            break
        count += 1
    name = part[len(part) - count :] if backwards else part[:count]
    return name if name[:1].isalpha() else ""


class _Joiner:
    """How to write operands near each other so that no two of them read as one of the names that are `taken`."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = frozenset(taken)
        self.variables = frozenset(map(_name, taken))

    def __call__(self, parts: Sequence[str]) -> str:
        runs = self.runs(parts) if len(parts) > 1 else parts
        return runs[0] + "".join(self.between(left, right) + right for left, right in pairwise(runs))

    def is_product(self, name: str) -> bool:
        """Whether letters without a space read back as their product. λ may be a name that is spelled lambda."""
        return name.isascii() and "T" not in name and name not in self.taken and bool(letters(name))

    def is_short(self, name: str) -> bool:
        """Whether a name is one letter, apart from an index, or several that are a product."""
        return len(name.rstrip(BELOW)) == 1 or self.is_product(name)

    def runs(self, parts: Sequence[str]) -> list[str]:
        """The parts, with neighbouring letters put together where that reads back as their product (`Xw`)."""
        runs: list[str] = []
        run = ""  # the letters at the end of the last part, as long as they may grow
        for k, part in enumerate(parts):
            head = _split(part)
            behind = part[len(head) :] if head != part else parts[k + 1] if k + 1 < len(parts) else ""
            single = len(head) == 1 or self.is_product(head)
            if run and single and self.is_product(run + head) and not behind.startswith(("(", "[")):
                runs[-1] += part
                run = run + head if head == part else ""
            else:
                runs.append(part)
                run = head if head == part and single else ""
        return runs

    def between(self, left: str, right: str) -> str:
        """What stands between two neighbours: nothing or a space."""
        name, head = _split(left, backwards=True), _split(right)
        if right[0] == "‖" or "‖" in left[-3:]:
            return "" if left.isdecimal() else " "
        if VALUE.match(left):
            return " "
        if head:
            called = right[len(head) :].startswith("(") and head not in self.variables
            return "" if not name and self.is_short(head) and not called else " "
        return "" if not name or (right[0] == "(" and self.is_short(name) and name not in FUNCTION_LETTERS) else " "


def _aligned(lines: Sequence[Line]) -> str:
    """The signs of equality below each other."""
    found = rows(lines, "where ")
    width = max(_width(left) for left, _ in found)
    return "\n".join(f"{' ' * (width - _width(left))}{left} = {right}" for left, right in found)


def _width(text: str) -> int:
    """The columns that a text takes: marks over letters take none."""
    return sum(not combining(character) for character in text)


def write(syntax: Syntax, lettering: Lettering = PLAIN) -> str:
    """The tree in mathematical notation on one line."""
    taken = lettering.names.union(node.id for node in walk(syntax) if isinstance(node, Name))
    target = Target(
        forms={
            "transpose": ("factor", "{0:atom}ᵀ"),
            "power": ("factor", "{0:atom}^{1:exponent}"),
            "elementwise": ("factor", "{0:atom}.^{1:exponent}"),
            "superscript": ("factor", "{0:atom}{1}"),
            "index": ("exponent", "{0:postfix}[{1}]"),
            "summation": ("term", "Σ{0} {1:term}"),
            "change": ("factor", "{1}{0:factor}"),
            "order": ("", "{0}{1}"),
        },
        links={
            "number": ("chain", "chain", "{0}·{1}", "term"),
            "·": ("chain", "chain", "{0}·{1}", "term"),
            "×": ("chain", "chain", "{0} × {1}", "term"),
            "times": ("chain", "chain", "{0}∗{1}", "term"),
            ".*": ("chain", "chain", "{0} ⊙ {1}", "term"),
            "/": ("chain", "factor", "{0}/{1}", "term"),
            "./": ("chain", "factor", "{0} ⊘ {1}", "term"),
        },
        near=frozenset("@ *"),
        join=_Joiner(taken),
        name=_name,
        functions=_function,
        aligned=_aligned,
        entry=_entry,
        signs={"Σ": "Π"},
        between="_{{{0}={1}}}^{{{2}}}",
        below=lambda indices: _lowered("".join(indices)) or "_" + "".join(indices),
        superscript=_superscript,
        inverse=("⁻¹", "⁻ᵀ"),
        minus=("−", " − "),
    )
    return target.write(syntax)
