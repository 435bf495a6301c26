"""The one printer: it spells the surface tree by a target's templates and decides every bracket.

A target is data. A template's holes say how tightly an operand must bind: `{0:atom}^{{{1}}}` sets brackets around
whatever is looser than an atom. No target derives, simplifies or reorders anything.
"""

from __future__ import annotations

from mcalc.language.syntax import (
    Call,
    Entry,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Power,
    Product,
    Program,
    Slice,
    Summation,
    Syntax,
    Terms,
    Text,
    Transpose,
    children,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    Form = tuple[str, str]  #: how tightly the result binds, and its template
    Indices = tuple[tuple[str, ...], ...]  #: the indices of an entry, for each axis

#: From loose to tight. A chain is a tight product, a factor one of its operands, a postfix stands before a power;
#: an exponent stands behind `^`, where a name that begins with T would be read as the transpose.
LEVELS = {"": 0, "sum": 1, "term": 2, "chain": 3, "factor": 4, "postfix": 5, "atom": 6, "exponent": 7}
CHAIN = LEVELS["chain"]


class Target:
    """How one notation spells the surface tree."""

    __slots__ = (
        "below", "call", "comma", "digit", "entry", "forms", "functions", "group", "inverse", "join", "lead", "links",
        "minus", "name", "near", "number", "option", "plus", "program", "raised", "script", "superscript", "text",
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
        number: Callable[[str], Form] = lambda text: ("exponent", text),
        digit: Callable[[str], object] = lambda text: text[0].isdigit(),
        text: Callable[[str], str] = repr,
        option: str = "{0}={1}",
        comma: str = ", ",
        call: Form = ("exponent", "{0}{1}"),
        functions: Callable[[str, Sequence[str]], Form | None] = lambda name, args: None,
        raised: Callable[[str], Container[int]] = lambda name: (),
        entry: Callable[[str, Indices], Form] = lambda base, indices: bracketed(indices),
        below: Callable[[Sequence[str]], str] = "".join,
        superscript: Callable[[str], str] = lambda exponent: "",
        script: Target | None = None,
        inverse: tuple[str, str] = ("", ""),
        plus: str = " + ",
        minus: tuple[str, str] = ("-", " - "),
        lead: str = "",
        program: tuple[str, str, str, str] = ("var {0}", "{0} = {1}", "; ", "{0}; {1}"),
    ) -> None:
        self.forms = forms  # of transpose, power, elementwise, superscript, summation and coefficient
        self.links = links  # of each operator: what its operands need, its template, how tightly the result binds
        self.near = near  # the operators that are spelled by nearness: `join` writes their operands
        self.join = join
        self.group = group
        self.name = name
        self.number = number  # how tightly a number binds, and its text
        self.digit = digit  # whether a text begins with a digit
        self.text = text
        self.option = option
        self.comma = comma
        self.call = call  # of a function without a form of its own: its name, and its arguments in brackets
        self.functions = functions  # the form of a function that has one of its own, given the arguments' texts
        self.raised = raised  # the arguments that a function's form sets above the line
        self.entry = entry  # the form of an entry, given the array's text
        self.below = below  # the indices of a summation
        self.superscript = superscript  # an exponent above the line, or ""
        self.script = script or self  # what spells exponents: a fraction has no room there
        self.inverse = inverse  # how an inverse ends, and how its transpose ends
        self.plus = plus
        self.minus = minus  # before one operand, and between two
        self.lead = lead  # "-" where a factor can carry a sign without brackets
        self.program = program  # a declaration, a definition, what separates them, and how the body stands with them

    def write(self, syntax: Syntax) -> str:
        """The text of a tree, of any depth."""
        done: list[Piece] = []
        stack: list[tuple[Syntax, int, Target]] = [(syntax, -1, self)]
        while stack:
            node, count, target = stack.pop()
            if count < 0:
                below = list(children(node))
                stack.append((node, len(below), target))
                stack.extend((child, -1, target._for(node, k)) for k, child in reversed(list(enumerate(below))))
            else:
                cut = len(done) - count
                pieces = done[cut:]
                del done[cut:]
                done.append(target._piece(node, pieces))
        return done[0].text

    def _for(self, node: Syntax, place: int) -> Target:
        """What spells the child in this place."""
        if isinstance(node, Power):
            return self.script if place else self
        if isinstance(node, Call) and place in self.raised(node.name):
            return self.script
        return self

    def _piece(self, node: Syntax, pieces: list[Piece]) -> Piece:
        match node:
            case Num(text):
                piece = self._fill(self.number(text))
                piece.is_number = True
                return piece
            case Name(id):
                return Piece(self, self.name(id), "atom" if id.startswith("T") else "exponent")
            case Text(value):
                return Piece(self, self.text(value), "exponent")
            case Call():
                return self._call(node, pieces)
            case Transpose():
                return self._transpose(pieces[0])
            case Power(_, Name("T"), elementwise):
                # Without brackets the transpose would be meant.
                return self._power(pieces[0], Piece(self, self.group(pieces[1].text), "exponent"), elementwise)
            case Power(_, _, elementwise):
                return self._power(pieces[0], pieces[1], elementwise)
            case Entry(_, indices):
                return self._fill(self.entry(pieces[0].text, indices), pieces[0])
            case Summation(indices):
                return self._fill(self.forms["summation"], self.below(indices), pieces[0])
            case Index():
                return self._fill(("exponent", "{0:postfix}[{1}]"), pieces[0], ",".join(p.text for p in pieces[1:]))
            case Slice(start, stop):
                texts = [piece.text for piece in pieces]
                ends = ["" if end is None else texts.pop(0) for end in (start, stop)]
                return Piece(self, ":".join(ends), "")
            case Negative():
                piece = Piece(self, self.minus[0] + format(pieces[0], self.lead + "chain"), "sum")
                piece.signed = pieces[0]
                return piece
            case Matmul(_, operators):
                return self._chain(pieces, operators, "factor")
            case Product(_, operators):
                return self._chain(pieces, operators, "chain")
            case Terms(_, signs):
                return self._sum(pieces, signs)
            case Program():
                return self._program(node, pieces)
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
        return self._fill(self.call, node.name, self.group(self.comma.join(texts)))

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
        first = self.lead + "factor" if near[0] else self.links[operators[0]][0]
        if operators[0] == "/" and self._leads(pieces[1], pieces[0].level):
            first = "chain"
        parts = [format(pieces[0], first)]
        level = "chain"
        for k, (operator, piece) in enumerate(zip(operators, pieces[1:], strict=True)):
            if near[k]:
                part = format(piece, "factor" if near[k + 1 : k + 2] == [True] else need)
                if LEVELS[level] >= CHAIN and not self.digit(part):
                    parts.append(part)
                    level = "chain"
                    continue
            elif operator == "/" and self._leads(piece, LEVELS[level] if k else pieces[0].level):
                number = parts.pop(0) if len(parts) > 1 and self.digit(parts[0]) else self.number("1")[1]
                parts.insert(0, self.forms["coefficient"][1].format(number, piece.text))
                continue
            _, right, template, level = self.links["number" if near[k] else operator]
            parts = [template.format(self.join(parts), format(piece, right))]
        return Piece(self, self.join(parts), level)

    def _leads(self, divisor: Piece, level: int) -> bool:
        """Whether a divisor stands in front as a coefficient, 1/2 x y, because what it divides is long."""
        return divisor.is_number and level <= LEVELS["factor"] and "coefficient" in self.forms

    def _sum(self, pieces: list[Piece], signs: Sequence[str]) -> Piece:
        need = self.lead + "term"
        parts = [self.minus[0] if signs[0] == "-" else "", format(pieces[0], need)]
        for sign, piece in zip(signs[1:], pieces[1:], strict=True):
            parts += (self.minus[1] if sign == "-" else self.plus, format(piece, need))
        return Piece(self, "".join(parts), "sum")

    def _program(self, node: Program, pieces: list[Piece]) -> Piece:
        declaration, definition, separator, whole = self.program
        parts = [declaration.format(text) for text, _ in node.declarations if declaration]
        named = zip(node.definitions, pieces, strict=False)
        parts += [definition.format(self.name(name.id), piece) for (name, _), piece in named]
        body = pieces[-1].text
        return Piece(self, whole.format(separator.join(parts), body) if parts else body, "")


def bracketed(indices: Indices) -> Form:
    """The form of an entry with its indices in brackets: `A[i,k]`, and `A[(i,k)]` where an axis is fused."""
    shown = ",".join(group[0] if len(group) == 1 else f"({','.join(group)})" for group in indices)
    return "exponent", f"{{0:postfix}}[{shown}]"


class Piece:
    """What has been written of a node, and how tightly it binds."""

    __slots__ = ("is_number", "level", "signed", "target", "text")

    def __init__(self, target: Target, text: str, level: str) -> None:
        self.target = target
        self.text = text
        self.level = LEVELS[level]
        self.is_number = False
        self.signed: Piece | None = None  # what stands behind the sign, where the node is a sign

    def __format__(self, need: str) -> str:
        """The text for a hole, in brackets where it binds less tightly than the hole needs.

        A hole that begins with `-` takes a sign as it is, and asks of what stands behind it.
        """
        least = LEVELS[need.lstrip("-")]
        if self.level >= least:
            return self.text
        if self.signed is not None and need.startswith("-"):
            return self.target.minus[0] + format(self.signed, need if least > CHAIN else "-chain")
        return self.target.group(self.text)
