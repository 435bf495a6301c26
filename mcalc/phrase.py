"""What is said to people: a text that remembers the template and the fields that it was made of.

Everything else takes a phrase for the string that it is. Where it is shown it can be said in another language: the
template is looked up, and filled with the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HOLE = re.compile(r"\{(\w+)\}")


class Phrase(str):
    """A text with its `template` and its `fields`, each of which may be a phrase itself, or a list of them."""

    template: str
    fields: Mapping[str, object]


def say(template: str, /, **fields: object) -> Phrase:
    """The template with its holes filled; a list is written between commas. What is a phrase already is left so.

    >>> say("no such method: {method}; choose from {known}", method="magic", known=("index", "graph"))
    'no such method: magic; choose from index, graph'
    """
    if isinstance(template, Phrase):
        return template
    phrase = Phrase(filled(template, fields, plain) if fields else template)
    phrase.template, phrase.fields = template, fields
    return phrase


def filled(template: str, fields: Mapping[str, object], show: Callable[[object], str]) -> str:
    """The template with each `{name}` in the place of which there is a field."""
    return _HOLE.sub(lambda hole: show(fields[hole[1]]) if hole[1] in fields else hole[0], template)


def plain(value: object) -> str:
    """A field as it stands in English."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def one_of(words: Iterable[str]) -> str:
    """The words, of which one is meant: `a vector, or a matrix`. What occurs twice is said once."""
    return _chained("{before}, or {last}", dict.fromkeys(words))


def any_of(words: Iterable[str]) -> str:
    """The words, each of which may be meant: `one argument or two arguments`."""
    return _chained("{before} or {last}", words)


def in_turn(sentences: Iterable[str]) -> str:
    """The sentences, one after another."""
    return _chained("{before} {last}", sentences)


def all_of(words: Iterable[str]) -> str:
    """The words, all of which are meant: `a vector and a matrix`."""
    return _chained("{before} and {last}", words)


def clauses(sentences: Iterable[str]) -> str:
    """The clauses, of which all are true: `A is m x n and x is a vector of n`."""
    return _chained("{before} and {then}", sentences)


def _chained(template: str, words: Iterable[str]) -> str:
    before = ""
    for word in words:
        before = say(template, before=before, last=word, then=word) if before else word
    return before


def packed(value: object) -> object:
    """The value as plain data, from which a phrase can be made again."""
    match value:
        case Phrase():
            return {"": value.template, **{name: packed(field) for name, field in value.fields.items()}}
        case dict():
            return {name: packed(field) for name, field in value.items()}
        case list() | tuple():
            return [packed(part) for part in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def unpacked(value: Any) -> Any:
    """What was packed."""
    match value:
        case dict():
            fields = {name: unpacked(field) for name, field in value.items()}
            return say(fields.pop(""), **fields) if "" in fields else fields
        case list():
            return [unpacked(part) for part in value]
    return value
