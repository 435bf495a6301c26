"""The one printer: it spells the surface tree by a target's templates and decides every bracket.

A target is data. A template's holes say how tightly an operand must bind: `{0:atom}^{{{1}}}` sets brackets around
whatever is looser than an atom. No target derives, simplifies or reorders anything.
"""

from __future__ import annotations

from mcalc.language.syntax import (
    Aligned,
    Bound,
    Call,
    Change,
    Entry,
    Equation,
    Index,
    Matmul,
    Name,
    Negative,
    Num,
    Open,
    Power,
    Product,
    Program,
    Slice,
    Summation,
    Syntax,
    Terms,
    Text,
    Transpose,
    definitions_of,
)
from mcalc.language.tree import children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    Form = tuple[str, str]  #: how tightly the result binds, and its template
    Indices = tuple[tuple[str, ...], ...]  #: the indices of an entry, for each axis
    #: A line of a working: the left side, the right side, and the names that this uses with what they stand for.
    Line = tuple[str, str, list[tuple[str, str]]]

#: From loose to tight. A chain is a tight product, a factor one of its operands, a postfix stands before a power;
#: an exponent stands behind `^`, where a name that begins with T would be read as the transpose.
LEVELS = {"": 0, "sum": 1, "term": 2, "chain": 3, "factor": 4, "postfix": 5, "atom": 6, "exponent": 7}
CHAIN = LEVELS["chain"]
SIGNS = {"sum": "prod"}  #: of a sum, and of a product
ROOM = 2  #: the fractions that may stand in each other before they get too small to read


class Target:
    """How one notation spells the surface tree."""

    __slots__ = (
        "aligned", "below", "between", "call", "changes", "colon", "commas", "digit", "entry", "forms",
        "fraction", "functions", "group", "inverse", "join", "lead", "links", "minus", "name", "near", "number",
        "option", "plus", "program", "raised", "signs", "superscript", "text",
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
        commas: tuple[str, str] = (", ", ","),
        colon: str = ":",
        call: Form = ("exponent", "{0}{1}"),
        functions: Callable[[str, Sequence[str]], Form | None] = lambda name, args: None,
        raised: Callable[[str], Container[int]] = lambda name: (),
        entry: Callable[[str, Indices], Form] = lambda base, indices: bracketed(indices),
        below: Callable[[Sequence[str]], str] = "".join,
        between: str = "{0}={1}}}^{{{2}",
        signs: Mapping[str, str] = SIGNS,
        aligned: Callable[[Sequence[Line]], str],
        changes: tuple[str, str] = ("d", "∂"),
        superscript: Callable[[str], str] = lambda exponent: "",
        fraction: str = "",
        inverse: tuple[str, str] = ("", ""),
        plus: str = " + ",
        minus: tuple[str, str] = ("-", " - "),
        lead: str = "",
        program: tuple[str, str, str, str] = ("var {0}", "{0} = {1}", "; ", "{0}; {1}"),
    ) -> None:
        self.aligned = aligned  # the lines of a working
        self.forms = forms  # of transpose, power, elementwise and so on, by what `_piece` asks for
        self.links = links  # of each operator: what its operands need, its template, how tightly the result binds
        self.near = near  # the operators that are spelled by nearness: `join` writes their operands
        self.join = join
        self.group = group
        self.name = name
        self.number = number  # how tightly a number binds, and its text
        self.digit = digit  # whether a text begins with a digit
        self.text = text
        self.option = option
        self.commas = commas  # between arguments, and between indices
        self.colon = colon
        self.call = call  # of a function without a form of its own: its name, and its arguments in brackets
        self.functions = functions  # the form of a function that has one of its own, given the arguments' texts
        self.raised = raised  # the arguments that a function's form sets above the line
        self.entry = entry  # the form of an entry, given the array's text
        self.below = below  # the indices of a summation
        self.between = between  # the same with limits: the index, the first and the last value
        self.signs = signs  # of a sum in its form, and of a product
        self.changes = changes  # the signs of a differential and of a partial derivative
        self.superscript = superscript  # an exponent above the line, or ""
        self.fraction = fraction  # one that stands on two lines, where there is room
        self.inverse = inverse  # how an inverse ends, and how its transpose ends
        self.plus = plus
        self.minus = minus  # before one operand, and between two
        self.lead = lead  # "-" where a factor can carry a sign without brackets
        self.program = program  # a declaration, a definition, what separates them, and how the body stands with them

    def write(self, syntax: Syntax) -> str:
        """The text of a tree, of any depth."""
        done: list[Piece] = []
        stack: list[tuple[Syntax, int, int]] = [(syntax, -1, ROOM)]
        while stack:
            node, count, room = stack.pop()
            if count < 0:
                below = children(node)
                stack.append((node, len(below), room))
                if self.fraction:
                    stack.extend([(child, -1, self._room(node, k, room)) for k, child in enumerate(below)][::-1])
                else:
                    stack.extend([(child, -1, room) for child in reversed(below)])
            else:
                cut = len(done) - count
                pieces = done[cut:]
                del done[cut:]
                done.append(self._piece(node, pieces, room))
        return done[0].text

    def _room(self, node: Syntax, place: int, room: int) -> int:
        """The lines that fractions may have below each other in the child in this place."""
        match node:
            case Power() if place:
                return 0
            case Call(name) if place in self.raised(name):
                return 0
            case Product(items, operators):
                # A number that divides goes in front, and leaves what it divides its full size.
                divided = (k for k in range(place - 1, len(operators)) if k >= 0 and operators[k] == "/")
                if any(k < place or not isinstance(items[k + 1], Num) for k in divided):
                    return max(0, room - 1)
        return room

    def _piece(self, node: Syntax, pieces: list[Piece], room: int) -> Piece:
        match node:
            case Num(text):
                piece = self._fill(self.number(text))
                piece.is_number = True
                return piece
            case Name(id):
                return Piece(self, self.name(id), "atom" if id.startswith("T") else "exponent")
            case Call():
                return self._call(node, pieces)
            case Transpose():
                return self._transpose(pieces[0])
            case Matmul(_, operators):
                return self._chain(pieces, operators, "factor", room)
            case Product(_, operators):
                return self._chain(pieces, operators, "chain", room)
            case Terms(_, signs):
                return self._sum(pieces, signs)
            case Power(Change(), _, elementwise):
                # dx² is the square of dx: nobody sets brackets there.
                return self._power(Piece(self, pieces[0].text, "exponent"), pieces[1], elementwise)
            case Power(_, Name("T"), elementwise):
                # Without brackets the transpose would be meant.
                return self._power(pieces[0], Piece(self, self.group(pieces[1].text), "exponent"), elementwise)
            case Power(Call("inv", (_,)), Num(text), False) if self.inverse[0] and text.isdigit():
                return self._inverse_power(pieces[0], text)
            case Power(_, _, elementwise):
                return self._power(pieces[0], pieces[1], elementwise)
            case Entry(_, indices):
                return self._fill(self.entry(pieces[0].text, indices), pieces[0])
            case Change(_, order, partial):
                sign = self.changes[partial]
                if order > 1:
                    sign = self.forms["order"][1].format(sign, self.superscript(str(order)) or order)
                return self._fill(self.forms["change"], pieces[0], sign)
            case Text(value):
                return Piece(self, self.text(value), "exponent")
            case Open():
                return Piece(self, self.changes[0] + self.group(pieces[0].text), "exponent")
            case Equation():
                return Piece(self, self.program[1].format(*pieces), "")
            case Summation(indices, _, limits, product):
                below = self.below(indices)
                if limits:
                    below = self.between.format(indices[0], pieces[1].text, pieces[2].text)
                level, template = self.forms["summation"]
                for one, other in self.signs.items() if product else ():
                    template = template.replace(one, other)
                return self._fill((level, template), below, pieces[0])
            case Bound(id, shift):
                return Piece(self, self.name(id) + (f"{shift:+d}" if shift else ""), "sum" if shift else "exponent")
            case Index():
                return self._fill(self.forms["index"], pieces[0], self.commas[1].join(p.text for p in pieces[1:]))
            case Slice(start, stop):
                texts = [piece.text for piece in pieces]
                ends = ["" if end is None else texts.pop(0) for end in (start, stop)]
                return Piece(self, self.colon.join(ends), "")
            case Negative():
                piece = Piece(self, self.minus[0] + format(pieces[0], self.lead + "chain"), "sum")
                piece.signed = pieces[0]
                return piece
            case Program():
                return self._program(node, pieces)
            case Aligned():
                return self._aligned(node, pieces)
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
        return self._fill(self.call, node.name, self.group(self.commas[0].join(texts)))

    def _transpose(self, piece: Piece) -> Piece:
        ending, turned = self.inverse
        if ending and piece.level == LEVELS["factor"] and piece.text.endswith(ending):
            return Piece(self, piece.text.removesuffix(ending) + turned, "factor")
        return self._fill(self.forms["transpose"], piece)

    def _inverse_power(self, inverse: Piece, exponent: str) -> Piece:
        """A⁻² for the square of A⁻¹."""
        ending = self.inverse[0]
        more = ending.replace("1", exponent).replace("¹", self.superscript(exponent))
        return Piece(self, inverse.text.removesuffix(ending) + more, "factor")

    def _power(self, base: Piece, exponent: Piece, elementwise: bool) -> Piece:
        above = "" if elementwise else self.superscript(exponent.text)
        if above:
            return self._fill(self.forms["superscript"], base, above)
        return self._fill(self.forms["elementwise" if elementwise else "power"], base, exponent)

    def _chain(self, pieces: list[Piece], operators: Sequence[str], need: str, room: int) -> Piece:
        """A chain from left to right. Operands that stand near each other are joined all at once.

        A number does not stand near what is before it, nor anything near a product that binds less tightly: there
        the link called `number` stands between.
        """
        near = [operator in self.near for operator in operators]
        stacked = ("", "", self.fraction, "factor") if self.fraction and room else self.links["/"]
        links = {**self.links, "/": stacked}
        first = self.lead + "factor" if near[0] else links[operators[0]][0]
        if operators[0] == "/" and self._leads(pieces[1], pieces[0].level, room):
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
            elif operator == "/" and self._leads(piece, LEVELS[level] if k else pieces[0].level, room):
                number = parts.pop(0) if len(parts) > 1 and self.digit(parts[0]) else self.number("1")[1]
                parts.insert(0, self.fraction.format(number, piece.text))
                continue
            key = "number" if near[k] else operator
            if operator == "*" and "times" in links and not (piece.is_number or self.digit(parts[-1])):
                key = "times"  # a dot between arrays is their matrix product
            _, right, template, level = links[key]
            parts = [template.format(self.join(parts), format(piece, right))]
        return Piece(self, self.join(parts), level)

    def _leads(self, divisor: Piece, level: int, room: int) -> bool:
        """Whether a divisor stands in front as a coefficient, 1/2 x y, because what it divides is long."""
        return bool(self.fraction and room and divisor.is_number and level <= LEVELS["factor"])

    def _sum(self, pieces: list[Piece], signs: Sequence[str]) -> Piece:
        need = self.lead + "term"
        parts = [self.minus[0] if signs[0] == "-" else "", format(pieces[0], need)]
        for sign, piece in zip(signs[1:], pieces[1:], strict=True):
            parts += (self.minus[1] if sign == "-" else self.plus, format(piece, need))
        return Piece(self, "".join(parts), "sum")

    def _aligned(self, node: Aligned, pieces: list[Piece]) -> Piece:
        texts = [piece.text for piece in pieces]
        lines: list[Line] = []
        for line in node.lines:
            left, *named, right = texts[: 2 * len(definitions_of(line.right)) + 2]
            del texts[: len(named) + 2]
            lines.append((left, right, list(zip(named[::2], named[1::2], strict=True))))
        return Piece(self, self.aligned(lines), "")

    def _program(self, node: Program, pieces: list[Piece]) -> Piece:
        declaration, definition, separator, whole = self.program
        parts = [declaration.format(text) for text, _ in node.declarations if declaration]
        named = zip(node.definitions, pieces, strict=False)
        parts += [definition.format(self.name(name.id), piece) for (name, _), piece in named]
        body = pieces[-1].text
        return Piece(self, whole.format(separator.join(parts), body) if parts else body, "")


def rows(lines: Sequence[Line], where: str) -> list[tuple[str, str]]:
    """The two sides of every equation: a left side that is the one before is left out, names come below their use."""
    found: list[tuple[str, str]] = []
    said = ""
    for left, right, named in lines:
        found.append(("" if left == said else left, right))
        found += [(name if k else where + name, value) for k, (name, value) in enumerate(named)]
        said = left
    return found


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
