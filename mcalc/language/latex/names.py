r"""Names in LaTeX: a letter is one by itself, `\mathbf{x}_1` is x_1 and marks an array, `W^{(1)}` is W_1."""

from __future__ import annotations

import re
from unicodedata import normalize

from mcalc.errors import Problem
from mcalc.language.latex.commands import ACCENTS, ADVICE, BOLD, FONTS, LETTERS, SETS, UPRIGHT
from mcalc.language.latex.regions import COMMAND, Regions
from mcalc.language.letters import GREEK_LETTERS
from mcalc.language.names import is_capital
from mcalc.language.sized import IDENTITY, ONES
from mcalc.language.summation import INDICES

FONT = re.compile(r"\\(?:[,;:!> ]|(?:text|math|bold|operatorname|rm|bf)[a-z]*\*?(?![A-Za-z]))|[{}\s]")
_LABEL = re.compile(r"\s*(?:\(\s*(\w+)\s*\)|\[\s*(\w+)\s*\])\s*")
_COMPARES = re.compile(r"\\(?:[gl]eq?|[gl]eqslant|[gl]t)(?![A-Za-z])|[<>≤≥]")


class Letter:
    """A letter with its marks: the name that it is, whether it is bold, and where it ends."""

    __slots__ = ("bold", "id", "stop", "word")

    def __init__(self, id: str, bold: bool, stop: int, word: bool = False) -> None:
        self.id, self.bold, self.stop, self.word = id, bold, stop, word


class Names(Regions):
    """The names in a formula: letters with their fonts and accents, and with indices below and above."""

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
        text = FONT.sub("", self.text[start:stop])
        text = COMMAND.sub(lambda found: LETTERS.get(found[1], found[1]), text)
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

    def base(self, place: int, stop: int) -> Letter | None:
        """The letter that stands here, in its font and under its accent."""
        text = self.text
        if place >= stop:
            return None
        if text[place] == "{":
            return self.whole(place + 1, self.partner[place], self.partner[place] + 1)
        command = COMMAND.match(text, place, stop)
        if command is None:
            letter = text[place]
            if not letter.isalpha():
                return None
            end = place + 1
            while end < stop and "\u0300" <= text[end] <= "\u036f":
                end += 1
            number = re.compile(r"[0-9₀-₉]*").match(text, end, stop)
            end = number.end() if number else end
            return Letter(normalize("NFKC", text[place:end]), self.bold, end)
        name = command[1]
        if name in LETTERS:
            return Letter(LETTERS[name], self.bold, command.end())
        if name not in ACCENTS and name not in FONTS:
            return None
        start, end, after = self.argument(command.end(), stop)
        if name in BOLD and text[start:end].strip() in ("1", "I"):
            return Letter(ONES if "1" in text[start:end] else "I", True, after)
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
            return Letter(word, False, after, True) if word.isidentifier() and not known else None
        return inner

    def whole(self, start: int, stop: int, after: int) -> Letter | None:
        """The letter that an argument holds, if it holds no more."""
        found = self.base(self.after_space(start), stop)
        if found is None or self.text[found.stop : stop].strip():
            return None
        found.stop = after
        return found

    def named(self, base: Letter, start: int, stop: int) -> int:
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

    def indicator(self, base: Letter, start: int, stop: int) -> int:
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

    def filled(self, function: str, base: Letter, start: int, stop: int, sub: str) -> int:
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
