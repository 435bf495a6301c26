"""Saying phrases in the reader's language, which is the business of what shows texts to people, and of nothing else.

A language has one catalogue, `mcalc/locale/LANGUAGE/LC_MESSAGES/mcalc.po`; gettext reads what is compiled from it.
In English nothing is looked up.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import Any

from mcalc.phrase import Phrase, filled, say

LOCALES = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120 (pathlib costs)

#: The languages, each with the folder of its catalogue; English is what the phrases are written in.
LANGUAGES = {"en": "", "zh": "zh_CN"}

Look = Callable[[str], str]
_look_up: Look | None = None


def speak(language: str) -> None:
    """From now on say everything in this language, click's own texts as well."""
    global _look_up
    _look_up = _catalogue(language)
    folder = LANGUAGES[language]
    gettext.textdomain("mcalc" if folder else "messages")
    if folder:
        gettext.bindtextdomain("mcalc", LOCALES)
        os.environ["LANGUAGE"] = folder  # where click looks


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while."""
    global _look_up
    before, _look_up = _look_up, _catalogue(language)
    try:
        yield
    finally:
        _look_up = before


@cache
def _catalogue(language: str) -> Look | None:
    folder = LANGUAGES[language]
    return gettext.translation("mcalc", LOCALES, [folder], fallback=True).gettext if folder else None


def in_english() -> bool:
    """Whether nothing has to be looked up."""
    return _look_up is None


def spoken(text: str) -> str:
    """A phrase in the language that is spoken; any other text as it is."""
    return text if _look_up is None else _said(text, _look_up)


def tell(template: str, /, **fields: object) -> str:
    """The phrase that `say` makes, spoken at once."""
    return spoken(say(template, **fields))


def localized(value: Any) -> Any:
    """Plain data with every phrase in it spoken."""
    if _look_up is None:
        return value
    if isinstance(value, dict):
        return {key: localized(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [localized(part) for part in value]
    return spoken(value) if isinstance(value, str) else value


def _said(value: object, look_up: Look) -> str:
    if isinstance(value, Phrase):
        template = look_up(value.template) if value.template else ""
        return filled(template, value.fields, lambda field: _said(field, look_up))
    if isinstance(value, (list, tuple)):
        return look_up(", ").join(_said(part, look_up) for part in value)
    return str(value)


def language_of(words: Sequence[str], environment: Mapping[str, str], encoding: str | None) -> str:
    """The language that a command line asks for, else that of the locale where the console can show it, else English.

    As for gettext, LC_ALL goes before LC_MESSAGES and LANG, and LANGUAGE lists what is preferred unless the locale is
    that of C.
    """
    before = list(words[: words.index("--")] if "--" in words else words)
    for word, after in pairwise([*before, ""]):
        asked = after if word == "--lang" else word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if asked in LANGUAGES:
            return asked
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return "en"
    for preferred in (*environment.get("LANGUAGE", "").split(":"), locale):
        language = preferred[:2].lower()
        if language in LANGUAGES:
            return language if language == "en" or _can_show("中", encoding) else "en"
    return "en"


def _can_show(sign: str, encoding: str | None) -> bool:
    try:
        sign.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
