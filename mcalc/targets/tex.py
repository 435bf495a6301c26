r"""The forms that records state in TeX, and how the targets that are not TeX spell them.

`{0:atom}^{{-1}}` is what inv looks like, said once, in its record. A target that is not LaTeX has an alphabet for the
few things that such a form is made of: words, letters, signs, brackets, roots, and what stands above and below.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mcalc.algebra.ops.abstract import taken_apart
from mcalc.language.letters import GREEK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcalc.targets.template import Form

    #: How a target spells the parts of a form, all of them templates: word, letter, greek, upright, bold, number,
    #: sign, hole, root, fence (of two signs and a row), above, below, both (of a base and rows). The others stand
    #: between parts: apply (a function and its brackets), space (two words), times (two operands), and next.
    Alphabet = Mapping[str, Callable[..., str]]

#: Functions that have no record because they take whatever stands there.
WITHOUT_RECORDS = ("einsum", "hcat", "hstack", "vcat", "vstack")

_TOKEN = re.compile(r"\{\{|\}\}|\{\d(?::\w+)?\}|\\[A-Za-z]+|\d+|\S")

#: Commands of TeX that set an upright word.
WORDS = frozenset("arccos arcsin arctan cos cosh cot coth csc det exp log max min sec sin sinh tan tanh".split())
#: Commands for signs, with their characters.
SIGNS = {
    "top": "⊤", "otimes": "⊗", "odot": "⊙", "infty": "∞", "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|",
    "nabla": "∇", "times": "×", "ge": "≥", "le": "≤", "langle": "⟨", "rangle": "⟩", "-": "−", "'": "′", "*": "∗",
}  # fmt: skip


@lru_cache(maxsize=1024)
def form_of(name: str, count: int) -> Form | None:
    """The form in TeX that the record of this name states for so many arguments, and how tightly it binds."""
    from mcalc.algebra.ops import ALIASES, OPS

    record = OPS.get(ALIASES.get(name, name))
    template = record.latex if record else "" if name in WITHOUT_RECORDS else _unknown(name)
    if record and record.kind == "sized" and count > 1:
        sizes = r" \times ".join(f"{{{k}}}" for k in range(count))
        template = template.replace("{{{0}}}", f"{{{{{sizes}}}}}")
    holes = set(re.findall(r"\{(\d)", template.replace("{{", "").replace("}}", "")))
    if holes != set(map(str, range(count))):
        return None
    return level(template), template + ("_F" if name == "normfro" else "")


def _unknown(name: str) -> str:
    """The form of a function that the program declares, or of a derivative of it."""
    function, order, word = taken_apart(name)
    letters, _, below = function.partition("_")
    word_for = GREEK.get(letters, letters)
    stem = "\\" + word_for if word_for in GREEK.values() else letters if len(letters) == 1 else ""
    letter = (stem or rf"\mathrm{{{{{letters}}}}}") + (rf"_{{{{{below}}}}}" if below.isalnum() else "")
    above = f"^{{{{{order}}}}}" if order > 1 else ""
    head = {"grad": rf"\nabla {letter}", "hess": rf"\nabla^{{{{2}}}} {letter}", "jac": rf"J_{{{{{letter}}}}}"}
    head |= {"d": rf"\mathrm{{{{D}}}}{above} {letter}", "": letter + "'" * order}
    return head[word] + r"\left({0}\right)"


@lru_cache(maxsize=1024)
def raised(name: str) -> tuple[int, ...]:
    """The arguments that stand above the line in the form that the record states."""
    from mcalc.algebra.ops import ALIASES, OPS

    record = OPS.get(ALIASES.get(name, name))
    return tuple(int(k) for k in re.findall(r"\^\{\{\{(\d)", record.latex)) if record else ()


def level(template: str) -> str:
    r"""How tightly the result of a record's form binds.

    >>> level(r"{0:atom}^{{-1}}"), level(r"{0:atom}^{{-1}} {1:factor}"), level(r"\exp\left({0}\right)")
    ('factor', 'chain', 'exponent')
    """
    if r" \otimes " in template:
        return "term"
    if template.startswith(r"\sqrt"):
        return "factor"  # an exponent behind the sign could be taken for one below it
    if template.startswith("{0") and re.search(r"\} ?\{1|\} \{", template):
        return "chain"
    return "factor" if re.search(r"\^\{\{.*\}\}$", template) else "exponent"


def spelled(form: Form, alphabet: Alphabet) -> Form:
    """A form in the spelling of another target."""
    reader = _Reader(form[1], alphabet)
    return form[0], reader.row()


class _Reader:
    """A form while it is read. It is TeX of a few commands, and a record that uses another fails the tests."""

    def __init__(self, template: str, alphabet: Alphabet) -> None:
        self.tokens = _TOKEN.findall(template)
        self.place = 0
        self.alphabet = alphabet

    def next(self) -> str:
        self.place += 1
        return str(self.tokens[self.place - 1])

    def row(self, end: str = "") -> str:
        """Everything up to a closing token."""
        parts: list[tuple[str, str]] = []
        while self.place < len(self.tokens):
            token = self.next()
            if token == end:
                break
            kind, text = self.scripts(*self.atom(token))
            if parts:
                parts.append(("", self.joint(parts[-1][0], kind)))
            parts.append((kind, text))
        return "".join(text for _, text in parts)

    def joint(self, left: str, right: str) -> str:
        """What stands between two neighbours."""
        if "sign" in (left, right):
            return ""
        if right == "fence":
            return self.alphabet["apply"]()
        return self.alphabet["space" if left == "word" else "times" if left == right == "operand" else "next"]()

    def group(self) -> str:
        """A row in braces, or a single token."""
        token = self.next()
        return self.row("}}") if token == "{{" else self.atom(token)[1]

    def word(self) -> str:
        """The letters in braces."""
        start = self.place
        end = self.tokens.index("}}", start)
        self.place = end + 1
        return "".join(self.tokens[start + 1 : end]).replace(r"\_", "_")

    def atom(self, token: str) -> tuple[str, str]:
        """What kind of part begins with this token, and how it is spelled."""
        alphabet = self.alphabet
        if token.startswith("{") and token != "{{":
            return "operand", alphabet["hole"](token)
        if token == "{{":
            return "operand", self.row("}}")
        if token == r"\left":
            before = self.next()
            inside = self.row(r"\right")
            return "fence", alphabet["fence"](_sign(before), inside, _sign(self.next()))
        name = token.removeprefix("\\")
        if name == "operatorname":
            return "word", alphabet["word"](self.word())
        if name == "sqrt":
            return "operand", alphabet["root"](self.group())
        if name in ("mathbf", "mathrm"):
            return "letter", alphabet["bold" if name == "mathbf" else "upright"](self.word())
        if name in WORDS:
            return "word", alphabet["word"](name)
        if name in SIGNS or not name.isalnum():
            return "sign", alphabet["sign"](_sign(name))
        if name.isdecimal():
            return "letter", alphabet["number"](name)
        return "letter", alphabet["greek" if len(name) > 1 else "letter"](name)

    def scripts(self, kind: str, base: str) -> tuple[str, str]:
        """The part with what stands above and below it."""
        found: dict[str, str] = {}
        while self.place < len(self.tokens) and (token := self.tokens[self.place]) in ("^", "_", "'"):
            self.place += 1
            found["_" if token == "_" else "^"] = self.alphabet["sign"]("′") if token == "'" else self.group()
        if len(found) == 2:
            return kind, self.alphabet["both"](base, found["_"], found["^"])
        for mark, script in found.items():
            kind = "letter" if kind == "sign" else kind
            base = self.alphabet["below" if mark == "_" else "above"](base, script)
        return kind, base


def _sign(token: str) -> str:
    return SIGNS.get(token.removeprefix("\\"), token)
