"""Names as they are set: the letters, the marks over them, what stands below, and no two of them alike."""

from __future__ import annotations

from mcalc.language.letters import GREEK
from mcalc.language.syntax import Bound, Name, Program, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from mcalc.language.syntax import Syntax

#: Marks over a letter, by the character that follows it.
ACCENTS = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot", "\u20d7": "vec",
}  # fmt: skip


class Lettering:
    """How names are to look: `names` are all that mean something, `bold` those that are set in bold."""

    __slots__ = ("bold", "names")

    def __init__(self, names: Iterable[str] = (), bold: Container[str] = ()) -> None:
        self.names, self.bold = frozenset(names), bold


PLAIN = Lettering()


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
        spelled = spell(Parts(name), name in lettering.bold)
        if spelled in used:
            spelled = literal(name)
        used.add(spelled)
        found[name] = spelled
    return found
