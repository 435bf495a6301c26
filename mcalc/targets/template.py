"""The one printer: it spells the surface tree by a target's templates and decides every bracket.

A target is data. A template's holes say how tightly an operand must bind: `{0:atom}^{{{1}}}` sets brackets around
whatever is looser than an atom. No target derives, simplifies or reorders anything.
"""

from __future__ import annotations

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
    children,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Form = tuple[str, str]  #: how tightly the result binds, and its template

#: From loose to tight. A chain is a tight product, a factor one of its operands, a postfix stands before a power;
#: an exponent stands behind `^`, where a name that begins with T would be read as the transpose.
LEVELS = {"": 0, "sum": 1, "term": 2, "chain": 3, "factor": 4, "postfix": 5, "atom": 6, "exponent": 7}
CHAIN = LEVELS["chain"]


class Target:
    """How one notation spells the surface tree."""

    __slots__ = (
        "call", "forms", "functions", "group", "inverse", "join", "lead", "links", "minus", "name", "near", "number",
        "option", "program", "superscript", "text",
    )  # fmt: skip

    def __init__(
        self,
        *,
        forms: Mapping[str, Form],
        links: Mapping[str, tuple[str, str, str, str]],
        near: frozenset[str] = frozenset(),
        join: Callable[[Sequence[str]], str] = "".join,
        group: Callable[[str], str] = "({})".format,
        name: Callable[[str], str] = str,
        number: Callable[[str], str] = str,
        text: Callable[[str], str] = repr,
        option: str = "{0}={1}",
        call: Form = ("exponent", "{0}({1})"),
        functions: Callable[[str, Sequence[str]], Form | None] = lambda name, args: None,
        superscript: Callable[[str], str] = lambda exponent: "",
        inverse: tuple[str, str] = ("", ""),
        minus: str = "-",
        lead: str = "",
        program: tuple[str, str] = ("{0} = {1}", "; "),
    ) -> None:
        self.forms = forms  # of transpose, power, elementwise and superscript
        self.links = links  # of each operator: what its operands need, its template, how tightly the result binds
        self.near = near  # the operators that are spelled by nearness: `join` writes their operands
        self.join = join
        self.group = group
        self.name = name
        self.number = number
        self.text = text
        self.option = option
        self.call = call
        self.functions = functions  # the form of a function that has one of its own, given the arguments' texts
        self.superscript = superscript  # an exponent above the line, or ""
        self.inverse = inverse  # how an inverse ends, and how its transpose ends
        self.minus = minus
        self.lead = lead  # "-" where a factor can carry a sign without brackets
        self.program = program

    def write(self, syntax: Syntax) -> str:
        """The text of a tree, of any depth."""
        done: list[Piece] = []
        stack: list[tuple[Syntax, int]] = [(syntax, -1)]
        while stack:
            node, count = stack.pop()
            if count < 0:
                below = list(children(node))
                stack.append((node, len(below)))
                stack.extend((child, -1) for child in reversed(below))
            else:
                cut = len(done) - count
                pieces = done[cut:]
                del done[cut:]
                done.append(self._piece(node, pieces))
        return done[0].text

    def _piece(self, node: Syntax, pieces: list[Piece]) -> Piece:
        match node:
            case Num(text):
                return Piece(self, self.number(text), "exponent")
            case Name(id):
                return Piece(self, self.name(id), "atom" if id.startswith("T") else "exponent")
            case Text(value):
                return Piece(self, self.text(value), "exponent")
            case Call():
                return self._call(node, pieces)
            case Transpose():
                return self._transpose(pieces[0])
            case Power(_, _, elementwise):
                return self._power(pieces[0], pieces[1], elementwise)
            case Negative():
                piece = Piece(self, self.minus + format(pieces[0], self.lead + "chain"), "sum")
                piece.signed = pieces[0]
                return piece
            case Matmul(_, operators):
                return self._chain(pieces, operators, "factor")
            case Product(_, operators):
                return self._chain(pieces, operators, "chain")
            case Terms(_, signs):
                return self._sum(pieces, signs)
            case Program(definitions, _, declarations):
                template, separator = self.program
                parts = [f"var {text}" for text, _ in declarations]
                named = zip(definitions, pieces, strict=False)
                parts += [template.format(self.name(name.id), piece) for (name, _), piece in named]
                return Piece(self, separator.join([*parts, pieces[-1].text]), "")
        raise AssertionError(node)

    def _fill(self, form: Form, *pieces: object) -> Piece:
        level, template = form
        return Piece(self, template.format(*pieces), level)

    def _call(self, node: Call, pieces: list[Piece]) -> Piece:
        texts = [piece.text for piece in pieces]
        own = None if node.options else self.functions(node.name, texts)
        if own is not None:
            return self._fill(own, *pieces)
        for k, (key, _) in enumerate(node.options, len(node.args)):
            texts[k] = self.option.format(key, texts[k])
        return self._fill(self.call, node.name, ", ".join(texts))

    def _transpose(self, piece: Piece) -> Piece:
        ending, turned = self.inverse
        if ending and piece.level == LEVELS["factor"] and piece.text.endswith(ending):
            return Piece(self, piece.text.removesuffix(ending) + turned, "factor")
        return self._fill(self.forms["transpose"], piece)

    def _power(self, base: Piece, exponent: Piece, elementwise: bool) -> Piece:
        above = "" if elementwise else self.superscript(exponent.text)
        if above:
            return self._fill(self.forms["superscript"], base, above)
        return self._fill(self.forms["elementwise" if elementwise else "power"], base, exponent)

    def _chain(self, pieces: list[Piece], operators: Sequence[str], need: str) -> Piece:
        """A chain from left to right. Operands that stand near each other are joined all at once.

        A number does not stand near what is before it, nor anything near a product that binds less tightly: there
        the link called `number` stands between.
        """
        near = [operator in self.near for operator in operators]
        parts = [format(pieces[0], self.lead + "factor" if near[0] else self.links[operators[0]][0])]
        level = "chain"
        for k, (operator, piece) in enumerate(zip(operators, pieces[1:], strict=True)):
            if near[k]:
                part = format(piece, "factor" if near[k + 1 : k + 2] == [True] else need)
                if LEVELS[level] >= CHAIN and not part[0].isdigit():
                    parts.append(part)
                    level = "chain"
                    continue
            _, right, template, level = self.links["number" if near[k] else operator]
            parts = [template.format(self.join(parts), format(piece, right))]
        return Piece(self, self.join(parts), level)

    def _sum(self, pieces: list[Piece], signs: Sequence[str]) -> Piece:
        need = self.lead + "term"
        parts = [self.minus if signs[0] == "-" else "", format(pieces[0], need)]
        for sign, piece in zip(signs[1:], pieces[1:], strict=True):
            parts += (f" {self.minus} " if sign == "-" else " + ", format(piece, need))
        return Piece(self, "".join(parts), "sum")


class Piece:
    """What has been written of a node, and how tightly it binds."""

    __slots__ = ("level", "signed", "target", "text")

    def __init__(self, target: Target, text: str, level: str) -> None:
        self.target = target
        self.text = text
        self.level = LEVELS[level]
        self.signed: Piece | None = None  # what stands behind the sign, where the node is a sign

    def __format__(self, need: str) -> str:
        """The text for a hole, in brackets where it binds less tightly than the hole needs.

        A hole that begins with `-` takes a sign as it is, and asks of what stands behind it.
        """
        least = LEVELS[need.lstrip("-")]
        if self.level >= least:
            return self.text
        if self.signed is not None and need.startswith("-"):
            return self.target.minus + format(self.signed, need if least > CHAIN else "-chain")
        return self.target.group(self.text)
