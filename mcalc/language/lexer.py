"""From text to tokens: the grammar's patterns, and what only the surroundings of a character can tell.

A quotation mark opens a string or transposes, a bar opens or closes, the end of a line ends a statement or is a space:
the scanner decides it. Then `paper` and `callee` go over the tokens: a function may stand without brackets, and a name
before `(` is called or multiplied. What cannot be decided is a `Problem` that names both readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mcalc.errors import Problem
from mcalc.language._grammar import CHARACTERS, IGNORED, PATTERNS
from mcalc.language.callee import CONSTANTS, with_calls, with_primes
from mcalc.language.letters import FOLD, FRACTIONS, GREEK, GREEK_LETTERS, SUPERSCRIPTS, normal_name, other_spelling
from mcalc.language.paper import LIBRARY, METHOD, applied, halved, known
from mcalc.language.summation import head
from mcalc.language.tokens import BRACKETS, CLOSERS, OPERAND_ENDS
from mcalc.limits import kibibytes, limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

    from mcalc.language.tokens import Token

_TERMINAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS))
#: A line that declares variables, or a function.
_DECLARATION = re.compile(
    r"(?:var(?=[^\S\n]+[^\W\d]\w*\s*(?:\[|:[^;#\n]*(?:->|→)))|fun(?=[^\S\n]+[^\W\d]\w*\s*:))([^;#\n]*)"
)
#: Indices in braces below a name: `A_{ij}`, `x_{i+1}`.
_BELOW = r"\s*[^\W\d_](?:\s*[+-]\s*\d+)?\s*"
_BRACED = re.compile(rf"\{{(\s*[A-Za-z0-9]+\s*|{_BELOW}(?:,{_BELOW})*)\}}")
#: What a library, and what the sign of a summation, can begin with.
LIBRARIES, SUMS = frozenset("njtmsacFL"), frozenset("∑∏sp")
_DEFINED = re.compile(r"\s*:?=(?!=)")
_GRADIENT = re.compile(r"∇(²?)([^\W\d]\w*)(?=\()")
_NORM_KIND = r"_(?:([F12*∞])|(inf)|\{([F12*∞]|inf)\})(?![A-Za-z0-9_])|[₁₂]"

_FROM_SUPERSCRIPT = {ord(above): digit for digit, above in SUPERSCRIPTS.items()}


def tokenize(source: str, functions: Container[str], names: Container[str]) -> list[Token]:
    """The tokens of a program, the last one `$END`. Raises a `Problem`, whose `source` the caller adds."""
    check_length(source)
    scanner = Scanner(source, names, functions)
    scanner.scan()
    if scanner.functions and isinstance(functions, Iterable):
        functions = {*functions, *scanner.functions}
    tokens = halved(with_primes(scanner.tokens, functions))

    def is_function(k: int) -> str:
        """The function that a token can only be: a variable, a definition or a Greek letter is none."""
        name = tokens[k][1]
        free = name not in names and name not in scanner.defined and name not in GREEK and name not in GREEK_LETTERS
        return known(name, functions) if free and tokens[k + 1][0] != "EQUALS" and name not in CONSTANTS else ""

    return with_calls(applied(tokens, is_function), functions, names, scanner.defined)


def check_length(source: str) -> None:
    """Raise a `Problem` where the text is too long to be read."""
    most = limit("bytes")
    if len(source) > most or (not source.isascii() and len(source.encode("utf-8", "replace")) > most):
        hint = "--limit bytes=N allows more"
        raise Problem("E501", "the input is longer than {most} KiB", hint=hint, most=kibibytes(most))


class Scanner:
    """The text while it is read: what has been found, which brackets are open, which names are defined."""

    def __init__(self, source: str, names: Container[str], known: Container[str] = ()) -> None:
        self.source = source
        self.known = known
        self.text = source if source.isascii() else source.translate(FOLD)
        self.names = names
        self.spelt: set[str] = set()
        self.defined: set[str] = set()
        self.functions: set[str] = set()
        self.tokens: list[Token] = []
        self.deepest = limit("depth")
        self.open: list[Token] = []

    def scan(self) -> None:
        """Read the whole text."""
        text, tokens, match = self.text, self.tokens, _TERMINAL.match
        place, end, before = 0, len(text), ""
        while place < end:
            found = match(text, place)
            character = text[place]
            if character in LIBRARIES and before != "NAME" and (library := LIBRARY.match(text, place)):
                place = library.end()
                continue
            if character in SUMS and (summation := head(text, place, self.names)):
                kind, written, stop = summation
                tokens.append((kind, written, place, stop))
            elif character == "." and before in OPERAND_ENDS and (method := METHOD.match(text, place)):
                stop = method.end()
                tokens.append(("METHOD", method[1], place, stop))
            elif character in "'\"" and before in ("LPAR", "COMMA"):
                stop = self.string(place)
            elif not before and character in "vf" and (line := _DECLARATION.match(text, place)):
                stop = line.end()
                self.declaration(line)
            elif found is not None:
                kind, stop = found.lastgroup or "", found.end()
                if kind in IGNORED:
                    place = stop
                    continue
                if kind == "INVERSE_TRANSPOSE" and "T" in self.names and text.startswith("^(", place):
                    kind, stop = "CARET", place + 1  # the power of a variable
                stop = self.token(kind, place, stop, before)
            elif character in CHARACTERS:
                stop = self.token(CHARACTERS[character], place, place + 1, before)
            elif character in "⟨⟩":
                stop = self.angle(place)
            elif character == "∇" and (gradient := _GRADIENT.match(text, place)):
                stop = gradient.end()
                tokens.append(("NAME", f"{'hess' if gradient[1] else 'grad'}_{gradient[2]}", place, stop))
            else:
                raise self.unknown(place, before)
            place = stop
            before = tokens[-1][0] if tokens else ""
            if before == "SEPARATOR":
                before = ""
        if self.open:
            _, written, start, stop = self.open[-1]
            raise Problem("E101", "`{written}` is never closed", (start, stop), written=written)
        if tokens and tokens[-1][0] == "SEPARATOR":
            tokens.pop()
        tokens.append(("$END", "", end, end))

    def token(self, kind: str, start: int, stop: int, before: str) -> int:
        """Add a token of this terminal, or what it is in its place; returns where it ends."""
        written = self.text[start:stop]
        if kind == "NAME":
            below = _BRACED.match(self.text, stop) if written.endswith("_") else None
            written = self.name(start, stop - (below is not None))
            if below is not None:
                stop, inside = below.end(), "".join(below[1].split())
                written += f"_{inside}" if inside.isalnum() else f"_{{{inside}}}"
            inner = self.open[-1][0] if self.open else ""
            if inner == "LBLOCK" and before in OPERAND_ENDS and start > self.tokens[-1][3]:
                raise Problem(
                    "E141",
                    "a space in brackets can be a product, or stand between two blocks",
                    (self.tokens[-1][2], stop),
                    "write [A, B] for blocks side by side, [A@B] for the product",
                )
        elif kind == "COMPARE" and written == "<" and before not in OPERAND_ENDS:
            kind = "ANGLE"
        elif kind == "COMPARE" and written == ">" and self.open and self.open[-1][0] == "ANGLE":
            kind = "ANGLE_END"
        elif kind == "NUMBER":
            written = self.number(start, stop)
        elif kind == "SUPERSCRIPT":
            written = written.translate(_FROM_SUPERSCRIPT).removeprefix("+")
        elif kind in ("NORM", "BAR"):
            kind, stop = self.bar(kind, start, stop, before)
            written = self.text[start:stop]
        elif kind == "TRANSPOSE" and "T" in self.names and written.startswith("^"):
            raise Problem(
                "E110",
                "`{written}` can be a transpose or a power, because T is a variable",
                (start, stop),
                "write .T for the transpose, or ^(T) for the power",
                written=written,
            )
        elif kind == "LENTRY" and not (before in OPERAND_ENDS and self.tokens[-1][3] == start):
            kind = "LBLOCK"
        elif kind == "RENTRY" and self.open and self.open[-1][0] == "LBLOCK":
            kind = "RBLOCK"
        elif kind == "COLON" and (not self.open or self.open[-1][0] != "LENTRY"):
            raise self.unknown(start, before)
        elif kind == "SEPARATOR":
            if self.open and written == ";" and self.open[-1][0] == "LBLOCK":
                self.tokens.append(("ROW", written, start, stop))
                return stop
            if self.open and written == ";":
                _, bracket, opened, opened_stop = self.open[-1]
                raise Problem("E101", "`{bracket}` is not closed before `;`", (opened, opened_stop), bracket=bracket)
            if self.open or before in ("", "COMMA", "ROW"):
                return stop
        elif kind == "EQUALS" and before == "NAME" and not self.open:
            self.defined.add(self.tokens[-1][1])
        if kind in BRACKETS:
            self.open.append((kind, written, start, stop))
            if len(self.open) > self.deepest:
                raise Problem(
                    "E502",
                    "more than {most} brackets are nested",
                    (start, stop),
                    "name the inner part: r = …; …",
                    most=self.deepest,
                )
        elif kind in CLOSERS:
            self.close(kind, written, start, stop)
        self.tokens.append((kind, written, start, stop))
        return stop

    def close(self, kind: str, written: str, start: int, stop: int) -> None:
        """Close the bracket that is open."""
        if not self.open:
            raise Problem("E102", "`{written}` closes nothing", (start, stop), written=written)
        opener, opened, place, _ = self.open.pop()
        if BRACKETS[opener] != kind:
            raise Problem("E103", "`{opened}` is closed by `{written}`", (place, stop), opened=opened, written=written)

    def bar(self, kind: str, start: int, stop: int, before: str) -> tuple[str, int]:
        """Whether a bar opens or closes; a bar that could do both is refused."""
        inner = self.open[-1][0] if self.open else ""
        after_operand = before in OPERAND_ENDS
        last = self.tokens[-1][1] if before == "NAME" else ""
        if last and last not in self.names and last not in self.defined and known(last, self.known):
            return kind, stop  # log|Σ|
        if after_operand and inner == kind:
            self.open.pop()
            return BRACKETS[kind], self.norm_end(stop) if kind == "NORM" else stop
        if after_operand and kind == "NORM" and [token[0] for token in self.open[-2:]] == ["BAR", "BAR"]:
            self.open.pop()
            return BRACKETS["BAR"], start + 1
        between = after_operand and [token[0] for token in self.tokens[-2:-1]] in (["NORM_END"], ["BAR_END"])
        if between and self.tokens[-1][3] == start:
            inner = kind  # ‖a‖b‖c‖ may be ‖a · ‖b‖ · c‖
        if after_operand and inner in ("NORM", "BAR"):
            raise Problem(
                "E104",
                "`{written}` can open or close here",
                (start, stop),
                "write norm(…) or abs(…)" if kind == "NORM" or inner == "NORM" else "write abs(…)",
                written=self.source[start:stop],
            )
        return kind, stop

    def angle(self, place: int) -> int:
        """Add a bracket of an inner product, `⟨A, B⟩_F`; returns where it ends."""
        opens = self.text[place] == "⟨"
        stop = place + 1 + (not opens and self.text.startswith("_F", place + 1)) * 2
        if opens:
            self.open.append(("ANGLE", "⟨", place, stop))
        else:
            self.close("ANGLE_END", "⟩", place, stop)
        self.tokens.append(("ANGLE" if opens else "ANGLE_END", self.text[place:stop], place, stop))
        return stop

    def norm_end(self, stop: int) -> int:
        """Where the end of a norm ends, with what tells which norm it is."""
        suffix = re.compile(_NORM_KIND).match(self.text, stop)
        return suffix.end() if suffix else stop

    def name(self, start: int, stop: int) -> str:
        """The name that is written here."""
        written = self.text[start:stop]
        name = "sqrt" if written == "√" else normal_name(written)
        if name is None:
            raise Problem(
                "E105",
                "`{written}` is not a name",
                (start, stop),
                "a power is written ^n, an index _n",
                written=self.source[start:stop],
            )
        if name == "π" and name not in self.names and not _DEFINED.match(self.text, stop):
            return "pi"
        return self.settled(name)

    def settled(self, name: str) -> str:
        """A name in the spelling that the text gave it first: λ and lambda are one."""
        if name not in self.names and (other := other_spelling(name)) and (other in self.names or other in self.spelt):
            return other
        self.spelt.add(name)
        return name

    def number(self, start: int, stop: int) -> str:
        """The number that is written here."""
        written = self.text[start:stop]
        mantissa, _, exponent = written.lower().partition("e")
        most = limit("digits")
        if len(mantissa) > most or len(exponent.lstrip("+-")) > 3:
            hint = "--limit digits=N allows more"
            raise Problem("E503", "the number has more than {most} digits", (start, stop), hint, most=most)
        if written in FRACTIONS:
            return FRACTIONS[written]
        if not written.isascii():
            written = "".join(str(int(c)) if c.isdigit() else c for c in written)
        written = written.removesuffix(".")
        return "0" + written if written.startswith(".") else written

    def unknown(self, place: int, before: str) -> Problem:
        """What to say of a character that begins nothing."""
        from mcalc.language.syntax_errors import unknown

        return unknown(self.text, place, before)

    def string(self, start: int) -> int:
        """Add the quoted text that begins here; returns where it ends."""
        stop = self.text.find(self.text[start], start + 1)
        if stop < 0 or "\n" in self.text[start:stop]:
            raise Problem(
                "E106",
                "the quotation mark is never closed",
                (start, start + 1),
                "the transpose stands after its operand: x'",
            )
        self.tokens.append(("STRING", self.text[start + 1 : stop], start, stop + 1))
        return stop + 1

    def declaration(self, line: re.Match[str]) -> None:
        """Add a line that declares."""
        text = line[1].rstrip()
        start = line.start(1) + len(text) - len(text.lstrip())
        self.tokens.append(("VAR", self.source[start : line.start(1) + len(text)], start, line.start(1) + len(text)))
        if line[0].startswith("fun") or "->" in text or "→" in text:
            from mcalc.language.abstract import declared

            self.functions.update(declared(text.lstrip(), start, self.source)[1])
            return
        self.defined.update(normal_name(name) or "" for name in re.findall(r"(\w+)\s*\[", text))
