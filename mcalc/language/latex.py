r"""Formulas in LaTeX, from text to the tokens of grammar/latex.lark.

What TeX leaves to fonts and to the reader is decided here: a letter is a name by itself, `\mathbf{x}_1` is the name
x_1 and marks an array, `^\top` is the transpose, `\log` may stand without brackets, a bar opens or closes.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from unicodedata import normalize

from mcalc.errors import Problem
from mcalc.language._latex import IGNORED, PATTERNS
from mcalc.language.callee import with_calls, with_primes
from mcalc.language.commands import (
    ACCENTS,
    ADVICE,
    BARS,
    BOLD,
    CHARACTERS,
    DISPLAYS,
    FONTS,
    FRACTIONS,
    LETTERS,
    MATRICES,
    OPERATORS,
    REFUSED_POWERS,
    SETS,
    SIDES,
    SPACES,
    SWITCHES,
    TRANSPOSE_COMMANDS,
    TRANSPOSES,
    UNSEEN,
    UPRIGHT,
)
from mcalc.language.letters import GREEK_LETTERS
from mcalc.language.lexer import Scanner, check_length
from mcalc.language.names import is_capital
from mcalc.language.sized import IDENTITY, ONES
from mcalc.language.summation import INDICES
from mcalc.language.tokens import BRACKETS, OPERAND_ENDS
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.language.tokens import Token

_TERMINAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS))
_WORD = re.compile(r"[A-Za-z]+")
_COMMAND = re.compile(r"\\([A-Za-z]+\*?|.)", re.DOTALL)
_SPACE = re.compile(r"(?:[\s~]|\\[,;:!> ]|%[^\n]*)*")
_WRAPS = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))
_BEGIN = re.compile(r"\\begin\s*\{([A-Za-z]+\*?)\}")
_EDGE = re.compile(r"\\(?:begin|end)\s*\{([A-Za-z]+\*?)\}")
_FONT = re.compile(r"\\(?:[,;:!> ]|(?:text|math|bold|operatorname|rm|bf)[a-z]*\*?(?![A-Za-z]))|[{}\s]")
_ENDING = re.compile(r"(?:\\[,;:!> ]|[\s.,;~])+\Z")
_SWITCHED = re.compile(r"\{\s*\\(?:rm|sf|it)\s+([A-Za-z]{2,})\s*\}")
_LABEL = re.compile(r"\s*(?:\(\s*(\w+)\s*\)|\[\s*(\w+)\s*\])\s*")
_COMPARES = re.compile(r"\\(?:[gl]eq?|[gl]eqslant|[gl]t)(?![A-Za-z])|[<>≤≥]")
_AFTER_SUM = ("PLUS", "MINUS", "COMMA", "ROW", "SEPARATOR", "$END")  #: what a sum does not reach over
_MATES = {"(": ")", "[": "]", "{": "}"}
_NORMS = {"F": "F", "f": "F", "fro": "F", "1": "1", "2": "2", "*": "*", "ast": "*", "infty": "∞", "inf": "∞", "∞": "∞"}
_NORMS |= {"max": "∞", "nuc": "*", "tr": "*"}

_SUM = re.compile(r"(?:\\(?:sum|prod)(?![A-Za-z])|[∑∏])\s*(?:\\(?:no)?limits(?![A-Za-z]))?")


def tokenize(source: str, functions: Container[str], names: Container[str]) -> tuple[list[Token], frozenset[str]]:
    """The tokens of a formula, the last one `$END`, and the names that are set in bold. Raises a `Problem`."""
    check_length(source)
    scanner = _Scanner(source, functions, names)
    start, stop = scanner.unwrapped(0, len(source))
    scanner.region(start, stop)
    tokens = scanner.tokens
    while tokens and tokens[-1][0] == "SEPARATOR":
        tokens.pop()
    tokens.append(("$END", "", stop, stop))
    tokens = with_primes(_without_arguments(_with_sums(tokens)), scanner.declared)
    return with_calls(tokens, scanner.declared, names, scanner.defined), frozenset(scanner.bold_names)


def _with_sums(tokens: list[Token]) -> list[Token]:
    """The tokens with brackets around a sum that is a function's argument: it takes all of its product."""
    found: list[Token] = []
    open_: list[int] = []  # the depths at which such sums have begun
    depth = 0
    for k, (kind, written, start, stop) in enumerate(tokens):
        closes = kind in ("RPAR", "NORM_END", "BAR_END", "ANGLE_END", "RBLOCK")
        while open_ and open_[-1] == depth and (closes or kind in _AFTER_SUM):
            found.append(("RPAR", "}", start, start))
            open_.pop()
        depth += (kind in BRACKETS) - closes
        if kind == "FUNCTION" and tokens[k + 1][0] == "BIG":
            found += [("CALL", written, start, stop), ("LPAR", "{", stop, stop)]
            open_.append(depth)
        else:
            found.append((kind, written, start, stop))
    return found


def name_in(text: str) -> str:
    r"""The name that this spells: `\mathbf{x}` is x. Raises a `Problem`."""
    tokens, _ = tokenize(text, (), ())
    if [token[0] for token in tokens] != ["NAME", "$END"]:
        raise Problem("E105", "`{written}` is not a name", written=text)
    return tokens[0][1]


class _Base:
    """A letter with its marks: the name that it is, whether it is bold, and where it ends."""

    __slots__ = ("bold", "id", "stop", "word")

    def __init__(self, id: str, bold: bool, stop: int, word: bool = False) -> None:
        self.id, self.bold, self.stop, self.word = id, bold, stop, word


class _Scanner(Scanner):
    """The text while it is read, region by region: TeX's arguments are regions inside regions."""

    def __init__(self, source: str, functions: Container[str], names: Container[str]) -> None:
        super().__init__(source, names)
        self.known = functions
        #: A letter before a bracket is a factor, unless it was declared as a function; γ is one, and \Gamma is not.
        self.declared = set(functions).difference(("gamma",)) if isinstance(functions, Iterable) else set()
        self.partner = self.braces()
        self.bold = False
        self.bold_names: set[str] = set()
        self.spelling: dict[str, tuple[str, str]] = {}  #: of each name, what it is made of, and how it was written
        self.skip: dict[int, int] = {}  #: indices that were read ahead of a power, with their ends
        self.depth = 0
        self.block = 0  #: how many matrices are open
        self.summed: set[str] = set()  #: the indices of sums
        self.sums = False  #: whether a sum has been met, whose indices may be x_{i+1}

    def braces(self) -> dict[int, int]:
        """The place of the brace that closes each one."""
        found, opened = {}, []
        for mark in re.finditer(r"\\.|%[^\n]*|[{}]", self.text, re.DOTALL):
            if mark[0] == "{":
                opened.append(mark.start())
            elif mark[0] == "}":
                if not opened:
                    raise Problem("E102", "`{written}` closes nothing", mark.span(), written="}")
                found[opened.pop()] = mark.start()
        if opened:
            raise Problem("E101", "`{written}` is never closed", (opened[-1], opened[-1] + 1), written="{")
        return found

    # ------------------------------------------------------------ regions

    def unwrapped(self, start: int, stop: int) -> tuple[int, int]:
        """The formula without dollars, the environment of a display, and the full stop behind it."""
        text = self.text
        while True:
            start = self.after_space(start)
            ending = _ENDING.search(text, start, stop)
            stop = ending.start() if ending else stop
            inside = text[start:stop]
            begin = _BEGIN.match(inside)
            if begin and begin[1].rstrip("*") in DISPLAYS and inside.endswith(f"\\end{{{begin[1]}}}"):
                start, stop = start + begin.end(), stop - len(f"\\end{{{begin[1]}}}")
                continue
            for left, right in _WRAPS:
                if inside.startswith(left) and inside.endswith(right) and len(inside) >= len(left + right):
                    start, stop = start + len(left), stop - len(right)
                    break
            else:
                return start, stop

    def region(self, start: int, stop: int) -> None:
        """Read from one place to another; what is opened there is closed there."""
        self.depth += 1
        if self.depth + len(self.open) > self.deepest:
            hint = "name the inner part: r = …; …"
            raise Problem("E502", "more than {most} brackets are nested", (start, stop), hint, most=self.deepest)
        opened, bold = len(self.open), self.bold
        place = start
        while place < stop:
            place = self.skip.pop(place, 0) or self.step(place, stop)
        if len(self.open) > opened:
            _, written, begin, end = self.open[-1]
            raise Problem("E101", "`{written}` is never closed", (begin, end), written=written)
        self.depth, self.bold = self.depth - 1, bold

    def group(self, start: int, stop: int, end: int) -> None:
        """An argument, in the brackets that the grammar wants around it."""
        self.push("LPAR", "{", max(start - 1, 0), start)
        self.region(start, stop)
        self.push("RPAR", "}", stop, end)

    def argument(self, place: int, stop: int, digits: bool = False) -> tuple[int, int, int]:
        """TeX's argument: what is in the braces, or one token. Where it begins, ends, and where the text goes on."""
        start = self.after_space(place)
        if start >= stop:
            before = self.text[max(place - 1, 0) : place]
            raise Problem("E134", "an argument is missing behind `{before}`", (place - 1, place), before=before)
        if self.text[start] == "{":
            return start + 1, self.partner[start], self.partner[start] + 1
        command = _COMMAND.match(self.text, start, stop)
        if command:
            end = command.end()
            if command[1] in FONTS or command[1] in ACCENTS:
                end = self.argument(end, stop)[2]
            return start, end, end
        number = re.compile(r"\d+").match(self.text, start, stop) if digits else None
        end = number.end() if number else start + 1
        return start, end, end

    def after_space(self, place: int) -> int:
        """The place of what stands next."""
        found = _SPACE.match(self.text, place)
        return found.end() if found else place

    # ------------------------------------------------------------ one step

    def push(self, kind: str, written: str, start: int, stop: int) -> None:
        """Add a token."""
        self.tokens.append((kind, written, start, stop))

    @property
    def before(self) -> str:
        """The kind of the last token."""
        return self.tokens[-1][0] if self.tokens else ""

    def step(self, place: int, stop: int) -> int:
        """Read what stands here; returns where it ends."""
        found = _TERMINAL.match(self.text, place, stop)
        kind = (found.lastgroup or "") if found else ""
        if found and kind in IGNORED:
            return found.end()
        if (sign := _SUM.match(self.text, place, stop)) is not None:
            return self.sum(sign, stop)
        if found and kind in ("NUMBER", "SUPERSCRIPT"):
            return self.token(kind, place, found.end(), self.before) and found.end()
        run = _WORD.match(self.text, place, stop)
        if run and len(word := run[0]) > 1:
            if word in self.names or word in self.defined or self.defines(run.end()):
                return self.named(_Base(word, self.bold, run.end(), True), place, stop)
            if word in self.known:
                return self.function(word, place, run.end(), stop)
        switched = _SWITCHED.match(self.text, place, stop)
        if switched and switched[1] in self.known:
            return self.function(switched[1], place, switched.end(), stop)
        if self.text.startswith("\\Gamma", place) and "gamma" in self.known and self.opens(place + 6, stop):
            return self.function("gamma", place, place + 6, stop)
        if base := self.base(place, stop):
            return self.named(base, place, stop)
        if command := _COMMAND.match(self.text, place, stop):
            return self.command(command[1], place, command.end(), stop)
        return self.character(place, stop)

    def sum(self, sign: re.Match[str], stop: int) -> int:
        """A sum or a product with its indices and limits; returns where these end."""
        after = sign.end()
        scripts = {"_": "", "^": ""}
        while self.text[(here := self.after_space(after)) : here + 1] in tuple(scripts):
            start, end, after = self.argument(here + 1, stop, digits=True)
            scripts[self.text[here]] = _COMMAND.sub(lambda found: LETTERS.get(found[1], ""), self.text[start:end])
        if not scripts["_"]:
            hint = "name its index, as in \\sum_i x_i"
            raise Problem("E140", "this sum has no index", sign.span(), hint)
        written = ("∏" if "prod" in sign[0] or sign[0] == "∏" else "∑") + f"_{{{scripts['_']}}}"
        self.push("BIG", written + (f"^{{{scripts['^']}}}" if scripts["^"] else ""), sign.start(), after)
        self.sums = True
        self.summed.update(re.findall(r"[A-Za-z]", scripts["_"].partition("=")[0]))
        return after

    def defines(self, place: int) -> bool:
        """Whether a definition begins here: `loss = …`."""
        return not self.open and self.text[self.after_space(place) :].startswith(("=", ":="))

    def character(self, place: int, stop: int) -> int:
        """A character that is no letter."""
        character = self.text[place]
        if self.text.startswith(".T", place) and self.before in OPERAND_ENDS:
            self.push("TRANSPOSE", ".T", place, place + 2)
            return place + 2
        for dotted, kind in ((".*", "DOTSTAR"), ("./", "DOTSLASH"), (":=", "EQUALS"), ("||", "NORM")):
            if self.text.startswith(dotted, place):
                return self.place(kind, dotted, place, place + 2, "")
        if character == "{":
            self.group(place + 1, self.partner[place], self.partner[place] + 1)
            return self.partner[place] + 1
        if character == "^":
            return self.above(place, stop)
        if character == "_":
            raise Problem("E135", "an index stands here without a letter", (place, place + 1), "as in x_1")
        if character == "&":
            if self.block:
                self.push("COMMA", "&", place, place + 1)
            return place + 1
        if character == "$":
            hint = "give one formula at a time"
            raise Problem("E107", "unexpected character `{character}`", (place, place + 1), hint, character="$")
        if character in "|‖":
            return self.place("BAR" if character == "|" else "NORM", character, place, place + 1, "")
        if character in CHARACTERS:
            return self.place(*CHARACTERS[character], place, place + 1, "")
        raise self.unknown(place, self.before)

    def place(self, kind: str, written: str, start: int, stop: int, side: str) -> int:
        """Add a sign: a bracket is opened or closed, a bar opens or closes by its side or by its surroundings."""
        if kind in ("BAR", "NORM"):
            return self.bars(kind, start, stop, side)
        if kind == "EQUALS":
            if self.before == "NAME" and not self.open:
                self.defined.add(self.tokens[-1][1])
            written = "="
        elif kind == "SEPARATOR" and self.before in ("", "SEPARATOR"):
            return stop
        if kind in BRACKETS:
            self.open.append((kind, self.source[start:stop], start, stop))
        elif kind in ("RPAR", "ANGLE_END"):
            self.close(kind, self.source[start:stop], start, stop)
        self.push(kind, written, start, stop)
        return stop

    def close(self, kind: str, written: str, start: int, stop: int) -> None:
        """Close the bracket that is open."""
        if not self.open:
            raise Problem("E102", "`{written}` closes nothing", (start, stop), written=written)
        opener, opened, place, _ = self.open.pop()
        if BRACKETS[opener] != kind or (kind == "RPAR" and _MATES.get(opened[-1], opened[-1]) != written[-1]):
            raise Problem("E103", "`{opened}` is closed by `{written}`", (place, stop), opened=opened, written=written)

    def bars(self, kind: str, start: int, stop: int, side: str) -> int:
        """A bar; behind a norm stands which norm it is, before or after its power."""
        written = self.source[start:stop]
        if side == "left":
            self.open.append((kind, written, start, stop))
        elif side == "right":
            self.close(BRACKETS[kind], written, start, stop)
            kind = BRACKETS[kind]
        else:
            if self.before in OPERAND_ENDS and self.open and self.open[-1][0] == kind:
                self.open.pop()
                kind = BRACKETS[kind]
            else:
                self.open.append((kind, written, start, stop))
        if kind == "NORM_END":
            index, stop = self.index(stop)
            if index and index not in _NORMS:
                hint = "the norms are _1, _2, _F, _\\infty and _*; of \\|x\\|_A^2 write x^\\top A x"
                raise Problem("E402", "this norm is not supported", (start, stop), hint)
            written = "‖_" + _NORMS[index] if index else "‖"
        self.push(kind, written, start, stop)
        return stop

    # ------------------------------------------------------------ scripts

    def index(self, place: int) -> tuple[str, int]:
        """The index that stands here, or behind a power that stands here, and where the text goes on."""
        stop = len(self.text)
        here = self.after_space(place)
        if self.text.startswith("_", here):
            start, end, after = self.argument(here + 1, stop, digits=True)
            return self.plain(start, end), after
        if self.text.startswith("^", here):
            _, _, behind = self.argument(here + 1, stop, digits=True)
            behind = self.after_space(behind)
            if self.text.startswith("_", behind):
                start, end, after = self.argument(behind + 1, stop, digits=True)
                self.skip[behind] = after
                return self.plain(start, end), place
        return "", place

    def plain(self, start: int, stop: int) -> str:
        """What an index says, as a part of a name: without fonts and spaces, i,j as i_j and t-1 as tm1."""
        text = _FONT.sub("", self.text[start:stop])
        text = _COMMAND.sub(lambda found: LETTERS.get(found[1], found[1]), text)
        if text in ("*", "star", "F", "∞"):
            return {"*": "ast"}.get(text, text)
        plain = "".join(text.split())
        if self.sums and ("," in plain or "+" in plain or "-" in plain) and INDICES.fullmatch(plain):
            return f"{{{plain}}}"
        said = text.replace(",", "_").replace("-", "m").replace("+", "p").replace("'", "")
        compares = _COMPARES.search(self.text, start, stop)
        if compares or not (said.isidentifier() or said.replace("_", "").isalnum()):
            hint = "as in x_1 and W_{hh}"
            raise Problem("E135", "an index is made of letters and digits", (start, stop), hint)
        return said

    def above(self, place: int, stop: int) -> int:
        """What stands above: a transpose, an inverse, a power."""
        start, end, after = self.argument(place + 1, stop, digits=True)
        said = _FONT.sub("", self.text[start:end]).lstrip()
        core = said.removeprefix("-").removeprefix("\\")
        transposes = core in TRANSPOSES or (core in TRANSPOSE_COMMANDS and "\\" in said)
        if transposes and core == "T" and "T" in self.names:
            hint = "write ^\\top for the transpose, or ^{(T)} for the power"
            raise Problem(
                "E110",
                "`{written}` can be a transpose or a power, because T is a variable",
                (place, after),
                hint,
                written="^T",
            )
        if core in REFUSED_POWERS and not said.startswith("-"):
            raise self.unread(place, after, REFUSED_POWERS[core])
        if transposes:
            self.push("INVERSE_TRANSPOSE" if said.startswith("-") else "TRANSPOSE", "^T", place, after)
        elif said == "+":
            self.push("PSEUDO_INVERSE", "^+", place, after)
        else:
            each = re.compile(r"\s*\\(?:circ|odot)(?![A-Za-z])").match(self.text, start, end)
            self.push("DOTCARET" if each else "CARET", ".^" if each else "^", place, place + 1)
            self.group(each.end() if each else start, end, after)
        return after

    # ------------------------------------------------------------ names

    def base(self, place: int, stop: int) -> _Base | None:
        """The letter that stands here, in its font and under its accent."""
        text = self.text
        if place >= stop:
            return None
        if text[place] == "{":
            return self.whole(place + 1, self.partner[place], self.partner[place] + 1)
        command = _COMMAND.match(text, place, stop)
        if command is None:
            letter = text[place]
            if not letter.isalpha():
                return None
            end = place + 1
            while end < stop and "\u0300" <= text[end] <= "\u036f":
                end += 1
            number = re.compile(r"[0-9₀-₉]*").match(text, end, stop)
            end = number.end() if number else end
            return _Base(normalize("NFKC", text[place:end]), self.bold, end)
        name = command[1]
        if name in LETTERS:
            return _Base(LETTERS[name], self.bold, command.end())
        if name not in ACCENTS and name not in FONTS:
            return None
        start, end, after = self.argument(command.end(), stop)
        if name in BOLD and text[start:end].strip() in ("1", "I"):
            return _Base(ONES if "1" in text[start:end] else "I", True, after)
        if name == "mathbb" and text[start:end].strip() in SETS:
            raise self.unread(place, after, "sets, expectations and probabilities are not read")
        inner = self.whole(start, end, after)
        if inner and name in ACCENTS:
            letter = GREEK_LETTERS.get(inner.id, inner.id)
            inner.id = normalize("NFKC", letter + ACCENTS[name])
        elif inner:
            inner.bold |= name in BOLD
        elif name in UPRIGHT:
            word = text[start:end].strip()
            known = word in self.known or word.lower() in self.known
            return _Base(word, False, after, True) if word.isidentifier() and not known else None
        return inner

    def whole(self, start: int, stop: int, after: int) -> _Base | None:
        """The letter that an argument holds, if it holds no more."""
        found = self.base(self.after_space(start), stop)
        if found is None or self.text[found.stop : stop].strip():
            return None
        found.stop = after
        return found

    def named(self, base: _Base, start: int, stop: int) -> int:
        """A name with its indices; returns where they end."""
        if base.id in ADVICE and base.word:
            raise self.unread(start, base.stop, ADVICE[base.id])
        if base.id == ONES and (end := self.indicator(base, start, stop)):
            return end
        sub, place = self.index(base.stop)
        label, place = self.label(place, stop)
        if base.id == ONES or (base.id == "I" and "I" not in self.names):
            return self.filled("ones" if base.id == ONES else "eye", base, start, place, sub)
        name = "_".join(part for part in (base.id, sub, label) if part)
        name = self.settled(name)
        made, written = f"{base.bold} {base.id} {sub} ({label})", " ".join(self.source[start:place].split())
        first, earlier = self.spelling.setdefault(name, (made, written))
        if first != made:
            raise Problem(
                "E215",
                "`{earlier}` and `{written}` would both be {name}",
                (start, place),
                "tell them apart by an index: x_1",
                earlier=earlier,
                written=written,
                name=name,
            )
        if base.bold:
            self.bold_names.add(name)
        if base.bold and sub in self.summed and not label and not is_capital(base.id):
            # The i-th of some vectors is a row of the matrix that has them for its rows.
            for kind, written in (("ROWS", base.id), ("LENTRY", "["), ("NAME", sub), ("RENTRY", "]")):
                self.push(kind, written, start, place)
            return place
        self.push("NAME", name, start, place)
        return place

    def label(self, place: int, stop: int) -> tuple[str, int]:
        """The number of a layer or of a sample, W^{(1)}, which is a part of the name."""
        here = self.after_space(place)
        if self.text.startswith("^", here):
            start, end, after = self.argument(here + 1, stop)
            found = _LABEL.fullmatch(self.text, start, end)
            if found:
                sub, behind = self.index(after) if self.skip.get(self.after_space(after)) is None else ("", after)
                del sub
                return found[1] or found[2], max(after, behind)
        return "", place

    def indicator(self, base: _Base, start: int, stop: int) -> int:
        r"""Where `\mathbf{1}_{x > 0}` ends, which is 1 where that holds; 0 where the index compares nothing."""
        here = self.after_space(base.stop)
        if not self.text.startswith("_", here):
            return 0
        inner, close, after = self.argument(here + 1, stop)
        for sign in _COMPARES.finditer(self.text, inner, close):
            before = self.text[inner : sign.start()]
            if before.count("{") == before.count("}"):
                word = sign[0].removeprefix("\\")
                function = "greater" if word[0] in "g>≥" else "less"
                self.push("CALL", function if word in ("gt", "lt", ">", "<") else function + "_equal", start, base.stop)
                self.push("LPAR", "(", base.stop, inner)
                self.region(inner, sign.start())
                self.push("COMMA", ",", *sign.span())
                self.region(sign.end(), close)
                self.push("RPAR", ")", close, after)
                return after
        return 0

    def filled(self, function: str, base: _Base, start: int, stop: int, sub: str) -> int:
        """The identity or an array of ones: of the size that its index tells, or of the one that fits."""
        if not sub:
            self.push("NAME", ONES if function == "ones" else IDENTITY, start, stop)
            return stop
        sizes = re.split(r"_|times|x", sub)
        if function == "eye":
            sizes = sizes[:1] if len(set(sizes)) == 1 else sizes
        self.push("CALL", function, start, base.stop)
        self.push("LPAR", "(", base.stop, base.stop)
        for k, size in enumerate(sizes):
            if k:
                self.push("COMMA", ",", base.stop, base.stop)
            self.push("NUMBER" if size.isdecimal() else "NAME", size, start, stop)
        self.push("RPAR", ")", stop, stop)
        return stop

    # ------------------------------------------------------------ commands

    def command(self, name: str, start: int, end: int, stop: int) -> int:
        """A command that is no letter."""
        if name in SPACES:
            return end
        if name == "\\":
            return self.row(start, end)
        if name in SIDES:
            return self.delimiter(SIDES[name], end, stop)
        if name in BARS:
            return self.place(BARS[name][0], "", start, end, BARS[name][1])
        if name in OPERATORS:
            kind, written = OPERATORS[name]
            return self.place("RPAR" if name in ("}", "rbrace", "rbrack") else kind, written, start, end, "")
        if name in UNSEEN:
            return self.argument(end, stop)[2]
        if name in FRACTIONS:
            self.push("FRACTION", "/", start, end)
            for _ in "ab":
                inner, close, end = self.argument(end, stop)
                self.group(inner, close, end)
            return end
        if name == "sqrt":
            return self.root(start, end, stop)
        if name == "begin":
            return self.environment(start, stop)
        if name in SWITCHES:
            self.bold = SWITCHES[name]
            return end
        if name in FONTS:
            return self.font(name, start, end, stop)
        if name in ("min", "max", "arg") and self.text.startswith("_", self.after_space(end)):
            raise self.unread(start, end, ADVICE[name])
        for known in (name, name.lower()):
            if known in self.known:
                return self.function(known, start, end, stop)
        if name in ("top", "intercal", "prime"):
            written = self.source[start:end]
            hint = say("write ^{written}", written=written)
            raise Problem("E136", "`{written}` stands above its operand", (start, end), hint, written=written)
        if name in ADVICE:
            raise self.unread(start, end, ADVICE[name])
        raise Problem(
            "E136", "the command `{command}` is not known", (start, end), self.nearest(name), command="\\" + name
        )

    def unread(self, start: int, end: int, hint: str) -> Problem:
        """What to say of LaTeX that means something which is not read."""
        return Problem("E404", "`{command}` is not read", (start, end), hint, command=self.source[start:end])

    def nearest(self, name: str) -> str:
        """A suggestion for a command that is not known."""
        from mcalc.language.names import nearest

        functions = self.known if isinstance(self.known, Iterable) else ()
        known = (*OPERATORS, *BARS, *FRACTIONS, *FONTS, *ACCENTS, *LETTERS, "sqrt", "top", *functions)
        close = nearest(name, [word for word in known if word.isalpha()])
        if not close:
            return "a function is written \\operatorname{tr}, a name of several letters \\mathrm{loss}"
        return say("did you mean {near}?", near="\\" + close)

    def row(self, start: int, end: int) -> int:
        r"""The end of a row, or of a line."""
        if not self.block:
            return self.place("SEPARATOR", "\\\\", start, end, "") if not self.open else end
        after = self.after_space(end)
        if not self.text.startswith("\\end", after):
            self.push("ROW", "\\\\", start, end)
        return end

    def delimiter(self, side: str, place: int, stop: int) -> int:
        r"""What stands behind `\left` and its like."""
        start = self.after_space(place)
        command = _COMMAND.match(self.text, start, stop)
        if self.text.startswith(".", start):
            return start + 1
        if command and command[1] in BARS:
            return self.place(BARS[command[1]][0], "", start, command.end(), side)
        if command and command[1] in OPERATORS:
            return self.command(command[1], start, command.end(), stop)
        if self.text[start : start + 1] in ("|", "‖"):
            return self.place("BAR" if self.text[start] == "|" else "NORM", "", start, start + 1, side)
        if CHARACTERS.get(self.text[start : start + 1], ("", ""))[0] in ("LPAR", "RPAR"):
            return self.character(start, stop)
        raise Problem("E134", "a bracket is missing here", (place, start + 1), "as in \\left( x \\right)")

    def root(self, start: int, end: int, stop: int) -> int:
        r"""`\sqrt{x}` and `\sqrt[3]{x}`."""
        here = self.after_space(end)
        if self.text.startswith("[", here):
            close = self.text.find("]", here, stop)
            if close < 0:
                raise Problem("E101", "`{written}` is never closed", (here, here + 1), written="[")
            self.push("ROOT", "sqrt", start, end)
            self.group(here + 1, close, close + 1)
            end = close + 1
        else:
            self.push("CALL", "sqrt", start, end)
        inner, close, end = self.argument(end, stop)
        self.group(inner, close, end)
        return end

    def environment(self, start: int, stop: int) -> int:
        r"""`\begin{…}` to its `\end`."""
        begin = _BEGIN.match(self.text, start, stop)
        name = begin[1].rstrip("*") if begin else ""
        if begin is None or (name not in MATRICES and name not in DISPLAYS):
            end = begin.end() if begin else start + 6
            hint = ADVICE.get(name, "a matrix is written \\begin{bmatrix} A & B \\\\ C & D \\end{bmatrix}")
            raise self.unread(start, end, hint)
        level, close = 1, None
        for edge in _EDGE.finditer(self.text, begin.end(), stop):
            level += 1 if edge[0].startswith("\\begin") else -1
            if not level:
                close = edge
                break
        if close is None or close[1] != begin[1]:
            hint = say("write {end}", end=begin[0].replace("begin", "end"))
            raise Problem("E101", "`{written}` is never closed", begin.span(), hint, written=begin[0])
        inner = begin.end()
        if name in DISPLAYS:
            self.region(inner, close.start())
            return close.end()
        if name == "array":
            inner = self.argument(inner, stop)[2]
        if name == "vmatrix":
            self.push("CALL", "det", start, inner)
            self.push("LPAR", "(", start, inner)
        self.block += 1
        self.push("LBLOCK", "[", start, inner)
        self.region(inner, close.start())
        self.push("RBLOCK", "]", *close.span())
        self.block -= 1
        if name == "vmatrix":
            self.push("RPAR", ")", *close.span())
        return close.end()

    def font(self, name: str, start: int, end: int, stop: int) -> int:
        """A font around more than a letter: a function, or some letters."""
        inner, close, after = self.argument(end, stop)
        word = _FONT.sub("", self.text[inner:close])
        if name in UPRIGHT or (len(word) > 1 and name not in BOLD):
            for known in (word, word.lower()):
                if known in self.known and len(word) > 1:
                    return self.function(known, start, after, stop)
        if word in ADVICE:
            raise self.unread(start, after, ADVICE[word])
        if name in ("operatorname", "operatorname*"):
            from mcalc.language.names import nearest

            near = nearest(word.lower(), self.known) if isinstance(self.known, Iterable) else ""
            hint = say("did you mean {near}?", near=near) if near else "mcalc functions lists them"
            raise Problem("E201", "there is no function {name}", (start, after), hint, name=word)
        if name.startswith("text") or name == "mbox":
            raise self.unread(start, after, "give the formula alone, without words")
        if name in BOLD and word == "0":
            self.push("NUMBER", "0", start, after)
            return after
        bold = self.bold
        self.bold = name in BOLD
        self.region(inner, close)
        self.bold = bold
        return after

    def function(self, name: str, start: int, end: int, stop: int) -> int:
        """A function, with brackets around its argument or without; its power may stand before them."""
        index, end = self.index(end)
        if index:
            if f"{name}{index}" not in self.known:
                raise self.unread(start, end, "only a logarithm has an index: \\log_2, \\log_{10}")
            name += index
        here = self.after_space(end)
        power: tuple[int, int, int] | None = None
        if self.text.startswith("^", here):
            power = self.argument(here + 1, stop, digits=True)
            if self.text[power[0] : power[1]].strip() == "-1":
                hint = "for the inverse function write its name, as in \\arcsin, for the quotient a fraction"
                raise Problem("E137", "the -1 of {name} can be read in two ways", (start, power[2]), hint, name=name)
            end = power[2]
        called = self.opens(end, stop)
        self.push("CALL" if called else "FUNCTION", name, start, here if power else end)
        if power:
            self.push("CARET", "^", here, here + 1)
            self.group(*power)
        return end

    def opens(self, place: int, stop: int) -> bool:
        """Whether a bracket opens here."""
        here = self.after_space(place)
        command = _COMMAND.match(self.text, here, stop)
        if command and command[1] in SIDES:
            here = self.after_space(command.end())
            command = _COMMAND.match(self.text, here, stop)
        if command:
            return command[1] in ("{", "lbrace", "lbrack")
        return here < stop and self.text[here] in "([{"


def _without_arguments(tokens: list[Token]) -> list[Token]:
    """Of a definition `f(x) = …` the name alone."""
    found: list[Token] = []
    for k, token in enumerate(tokens):
        if token[0] == "EQUALS" and found and found[-1][0] == "RPAR":
            start = max((j for j, t in enumerate(found) if t[0] == "SEPARATOR"), default=-1) + 1
            head = [t[0] for t in found[start:]]
            if head[:2] == ["NAME", "LPAR"] and set(head[2:-1]) <= {"NAME", "COMMA", "SEPARATOR"}:
                del found[start + 1 :]
        found.append(tokens[k])
    return found
