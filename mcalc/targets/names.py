"""Names as they are set: the letters, the marks over them, what stands below, and no two of them alike."""

from __future__ import annotations

from mcalc.language.letters import GREEK, GREEK_LETTERS
from mcalc.language.syntax import Bound, Call, Name, Program
from mcalc.language.tree import replaced, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from mcalc.language.syntax import Syntax

#: Marks over a letter, by the character that follows it.
ACCENTS = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot", "\u20db": "dddot",
    "\u20d7": "vec",
}  # fmt: skip


#: The dots of so many derivatives by the time.
DOTS = ("", "\u0307", "\u0308", "\u20db")


class Lettering:
    """How names are to look: `names` are all that mean something, `bold` those that are set in bold.

    With a `time` derivatives by it are dots: ẋ for the x'(t) of the functions in `moving`, and x for x(t).
    """

    __slots__ = ("bold", "moving", "names", "time")

    def __init__(
        self, names: Iterable[str] = (), bold: Container[str] = (), time: str = "", moving: Container[str] = ()
    ) -> None:
        self.names, self.bold, self.time, self.moving = frozenset(names), bold, time, moving

    def dotted(self, syntax: Syntax) -> Syntax:
        """The tree with the values of moving functions as names, dots for their derivatives by the time."""

        def dots(node: Syntax) -> Syntax | None:
            match node:
                case Call(name, (Name(time),)) if time == self.time and name.rstrip("'") in self.moving:
                    plain = name.rstrip("'")
                    count = len(name) - len(plain)
                    return Name(_over(plain, DOTS[count]) if count else plain) if count < len(DOTS) else None
            return None

        return replaced(syntax, dots) if self.time else syntax


PLAIN = Lettering()


def _over(name: str, mark: str) -> str:
    """The name with a mark over its letter; without marks for derivatives where there is none."""
    from unicodedata import normalize

    stem, line, below = name.partition("_")
    stem = GREEK_LETTERS.get(stem, stem) if mark else normalize("NFD", stem).rstrip("".join(DOTS))
    return normalize("NFC", stem + mark) + line + below


class Parts:
    """A name taken apart: a differential's `d`, the letters, the marks over them, and what stands below.

    >>> parts = Parts("dx̂1_max")
    >>> parts.differential, parts.letters, parts.marks, parts.below
    (True, 'x', ['hat'], ['1', 'max'])
    """

    __slots__ = ("below", "differential", "letters", "marks")

    def __init__(self, name: str) -> None:
        if not name.isascii():
            from unicodedata import normalize

            name = normalize("NFD", name)
        stem, _, index = name.partition("_")
        plain = stem.rstrip("0123456789")
        letters = plain.rstrip("".join(ACCENTS))
        self.marks = [ACCENTS[mark] for mark in plain[len(letters) :]]
        self.below = [part for part in (stem[len(plain) :], *index.split("_")) if part]
        self.differential = letters[:1] == "d" and (len(letters) == 2 or letters[1:] in GREEK.values())
        self.letters = letters[1:] if self.differential else letters


def spellings(
    syntax: Syntax, lettering: Lettering, spell: Callable[[Parts, bool], str], literal: Callable[[str], str]
) -> dict[str, str]:
    """How each name is spelled. Of two that would look alike (W_1 and W1), the plainer one is written out letter by
    letter.
    """
    present = {node.id for node in walk(syntax) if isinstance(node, (Name, Bound))}
    if isinstance(syntax, Program):
        present |= {name.id for name, _ in syntax.definitions}
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in sorted(present | lettering.names, key=lambda name: (-name.count("_"), len(name), name)):
        spelled = spell(
            Parts(name), name in lettering.bold or bool(lettering.time and _over(name, "") in lettering.bold)
        )
        if spelled in used:
            spelled = literal(name)
        used.add(spelled)
        found[name] = spelled
    return found
