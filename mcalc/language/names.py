"""What a name says about itself: its class, the product of letters that it may spell, and names for sizes."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import chain, count

from mcalc.language.letters import GREEK_LETTERS, VARIANTS

#: The Greek letters as they are spelled, and the short forms that people use for them.
GREEK = {word for word in GREEK_LETTERS if word.islower()} | {"eps", "lam", *VARIANTS}

#: Letters that stand for arrays even in front of `*`: `x*y` is read entry by entry, `a*x` as a multiple of x.
ARRAYS = frozenset("hopqruvwxyz")

#: What an undeclared square matrix of this name is on paper.
IDENTITY = "I"

#: Names for sizes that nobody has named, after n and m.
SIZES = "pklrsdhjqi"


def stem(name: str) -> str:
    """The letters before the first digit or underscore: `W` of `W_2`."""
    for k, letter in enumerate(name):
        if letter == "_" or letter.isdigit():
            return name[:k]
    return name


def is_greek(name: str) -> bool:
    """Whether the name is a small Greek letter, as itself or spelled, with or without an index."""
    letters = stem(name)
    return letters in GREEK or (len(letters) == 1 and "α" <= letters <= "ω")


def is_number(name: str) -> bool:
    """Whether the name reads as a number's by itself: a small Greek letter, or t, the time."""
    return is_greek(name) or name == "t"


def is_capital(name: str) -> bool:
    """Whether a capital letter is among the letters of the name, which makes it a matrix."""
    return any(letter.isupper() for letter in stem(name))


def is_multiplier(name: str) -> bool:
    """Whether the name in front of `*` reads as a number: words do, and letters that do not suggest an array."""
    return stem(name) not in ARRAYS


def letters(name: str) -> tuple[str, ...]:
    """The letters of an undeclared name that reads as their product (`Xw`), or nothing where it stays whole.

    >>> letters("Xw"), letters("Sigma"), letters("loss"), letters("W2")
    (('X', 'w'), (), (), ())
    """
    if len(name) < 2 or not name.isalpha() or not is_capital(name) or name in GREEK_LETTERS:
        return ()
    return tuple(name)


def parted(text: str) -> list[str]:
    """The parts between the commas that stand outside brackets.

    >>> parted("X[1,2], y")
    ['X[1,2]', 'y']
    """
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


#: What other languages, and people, call a function that has another name here; '' where there is none.
ELSEWHERE = {
    "inverse": "inv", "invert": "inv", "determinant": "det", "average": "mean", "avg": "mean", "stdev": "std",
    "variance": "var", "frobenius": "norm", "maximum": "max", "minimum": "min", "concat": "hcat",
    "concatenate": "hcat", "crossentropy": "logsoftmax", "cross_entropy": "logsoftmax", "log_softmax": "logsoftmax",
    "mse": "", "loss": "", "cost": "",
}  # fmt: skip


def function_meant(name: str, known: Iterable[str]) -> str:
    """The function that a name which is none may stand for, or ''."""
    lower = name.lower()
    return ELSEWHERE[lower] if lower in ELSEWHERE else nearest(lower, known)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, or '' where none is close."""
    from difflib import get_close_matches

    options = list(known)
    close = get_close_matches(word, options, n=1, cutoff=0.6)
    if not close:
        close = [k for k in options if k.lower() == word.lower()]
    return close[0] if close else ""


def sizes(taken: Container[str], first: str) -> Iterator[str]:
    """Names for sizes without those that are taken: `first`, then the usual ones."""
    numbered = (f"n{k}" for k in count(1))
    return (name for name in chain(first, SIZES, numbered) if name not in taken)
