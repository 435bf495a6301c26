"""Formulas in LaTeX: signs, brackets, bars, powers, and commands, in the tokens of grammar/latex.lark."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mcalc.errors import Problem
from mcalc.language._latex import IGNORED, PATTERNS
from mcalc.language.latex.commands import (
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
    SIDES,
    SPACES,
    SWITCHES,
    TRANSPOSE_COMMANDS,
    TRANSPOSES,
    UNSEEN,
    UPRIGHT,
)
from mcalc.language.latex.names import FONT, Letter, Names
from mcalc.language.latex.regions import BEGIN, COMMAND
from mcalc.language.tokens import BRACKETS, OPERAND_ENDS
from mcalc.phrase import say

_TERMINAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS))
_WORD = re.compile(r"[A-Za-z]+")
_EDGE = re.compile(r"\\(?:begin|end)\s*\{([A-Za-z]+\*?)\}")
_SWITCHED = re.compile(r"\{\s*\\(?:rm|sf|it)\s+([A-Za-z]{2,})\s*\}")
_MATES = {"(": ")", "[": "]", "{": "}"}
_NORMS = {"F": "F", "f": "F", "fro": "F", "1": "1", "2": "2", "*": "*", "ast": "*", "infty": "∞", "inf": "∞", "∞": "∞"}
_NORMS |= {"max": "∞", "nuc": "*", "tr": "*"}
_SUM = re.compile(r"(?:\\(?:sum|prod)(?![A-Za-z])|[∑∏])\s*(?:\\(?:no)?limits(?![A-Za-z]))?")


class Formula(Names):
    """A formula while it is read: what stands at a place, and where it ends."""

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
                return self.named(Letter(word, self.bold, run.end(), True), place, stop)
            if word in self.known:
                return self.function(word, place, run.end(), stop)
        switched = _SWITCHED.match(self.text, place, stop)
        if switched and switched[1] in self.known:
            return self.function(switched[1], place, switched.end(), stop)
        if self.text.startswith("\\Gamma", place) and "gamma" in self.known and self.opens(place + 6, stop):
            return self.function("gamma", place, place + 6, stop)
        if base := self.base(place, stop):
            return self.named(base, place, stop)
        if command := COMMAND.match(self.text, place, stop):
            return self.command(command[1], place, command.end(), stop)
        return self.character(place, stop)

    def sum(self, sign: re.Match[str], stop: int) -> int:
        """A sum or a product with its indices and limits; returns where these end."""
        after = sign.end()
        scripts = {"_": "", "^": ""}
        while self.text[(here := self.after_space(after)) : here + 1] in tuple(scripts):
            start, end, after = self.argument(here + 1, stop, digits=True)
            scripts[self.text[here]] = COMMAND.sub(lambda found: LETTERS.get(found[1], ""), self.text[start:end])
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

    def above(self, place: int, stop: int) -> int:
        """What stands above: a transpose, an inverse, a power."""
        start, end, after = self.argument(place + 1, stop, digits=True)
        said = FONT.sub("", self.text[start:end]).lstrip()
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
        command = COMMAND.match(self.text, start, stop)
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
        begin = BEGIN.match(self.text, start, stop)
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
        word = FONT.sub("", self.text[inner:close])
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
        command = COMMAND.match(self.text, here, stop)
        if command and command[1] in SIDES:
            here = self.after_space(command.end())
            command = COMMAND.match(self.text, here, stop)
        if command:
            return command[1] in ("{", "lbrace", "lbrack")
        return here < stop and self.text[here] in "([{"
