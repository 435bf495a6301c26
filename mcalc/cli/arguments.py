"""What a command takes, as data: reading argv, the help and the man page are generic over it.

A word that begins with `-` and is no known option is an expression, and short options are never bundled.
Argument parsers take `-2*t*x` for a bundle of options and answer something else without a word, so this
one is our own; it is also why a whole `mcalc diff` costs less than importing a parser would add to it.
"""

from __future__ import annotations

from collections.abc import Callable

from mcalc.errors import Problem
from mcalc.language.names import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Values = dict[str, Any]  #: what was given, by the option's long name without its dashes


class Option:
    """One option. Without a metavar it is a flag; `off` is the spelling that turns the flag off.

    `many` collects repetitions and comma-separated lists (`repeat` alone leaves the commas in).
    """

    __slots__ = ("choices", "default", "help", "key", "many", "metavar", "name", "off", "repeat", "short", "whole")

    def __init__(
        self,
        name: str,
        metavar: str = "",
        *,
        help: str,
        short: str = "",
        off: str = "",
        choices: tuple[str, ...] = (),
        default: Any = None,
        many: bool = False,
        repeat: bool = False,
        whole: bool = False,
    ) -> None:
        self.name, self.metavar, self.help, self.short, self.off = name, metavar, help, short, off
        self.choices, self.whole = choices, whole
        self.many, self.repeat = many, many or repeat
        self.default = default
        self.key = name.lstrip("-").replace("-", "_")

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every word that names the option."""
        return tuple(s for s in (self.short, self.name, self.off) if s)

    def convert(self, text: str) -> list[Any]:
        """The values in one argument of the option. Raises a `Problem` of kind usage."""
        parts = [part.strip() for part in text.split(",")] if self.many else [text]
        if not all(parts):
            raise Problem("usage", f"{self.name} needs {_article(self.metavar)}, and got {text!r}")
        for part in parts:
            if self.choices and part not in self.choices:
                near = nearest(part, self.choices)
                hint = f"did you mean {near}?" if near else f"choose from {', '.join(self.choices)}"
                raise Problem("usage", f"{self.name} has no {part!r}", hint=hint)
        return [self._number(part) for part in parts] if self.whole else list(parts)

    def _number(self, text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise Problem("usage", f"{self.name} needs a whole number, and got {text[:40]!r}") from None


class Command:
    """One command: its words, its options, and the function that runs it and gives the exit status."""

    __slots__ = ("about", "examples", "name", "operand", "options", "plural", "required", "run", "summary")

    def __init__(
        self,
        name: str,
        summary: str,
        run: Callable[[Values], int],
        *,
        about: str,
        operand: tuple[str, str] | None = None,
        options: tuple[Option, ...] = (),
        examples: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.name, self.summary, self.run = name, summary, run
        self.about = about  # paragraphs, separated by empty lines
        self.operand = operand  # what stands on its own: its metavar and what it is
        self.options = (*options, *COMMON)
        self.examples = examples  # (what it shows, the command line)

    @property
    def usage(self) -> str:
        """`mcalc diff [EXPR] [options]`."""
        return " ".join(["mcalc", self.name, *([f"[{self.operand[0]}]"] if self.operand else []), "[options]"])


COMMON = (
    Option("--debug", help="show the traceback of a fault"),
    Option("--help", short="-h", help="show this help"),
)


def read(command: Command, words: list[str]) -> Values:
    """The values that `words` give the command's operand and options.

    Raises a `Problem` of kind usage. `--help` ends the reading where it stands.
    """
    known = {spelling: option for option in command.options for spelling in option.spellings}
    values: Values = {option.key: [] if option.repeat else option.default for option in command.options}
    operands: list[str] = []
    doubtful: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, attached = word.partition("=")
        option = known.get(word) or (known.get(name) if equals and name.startswith("--") else None)
        if word == "--":
            operands += rest
        elif option is None:
            operands.append(word)
            doubtful += [word] if _option_like(name) else []
        elif not option.metavar:
            if equals:
                raise Problem("usage", f"{name} takes no value")
            values[option.key] = word != option.off
            if option.key == "help":
                return values
        else:
            text = attached if word not in known else next(rest, None)
            if text is None or text in known:
                raise Problem("usage", f"{option.name} needs {_article(option.metavar)}")
            given = option.convert(text)
            if option.repeat:
                values[option.key] += [v for v in given if v not in values[option.key]]
            else:
                values[option.key] = given[0]
    _judge(command, operands, doubtful)
    if command.operand:
        values[command.operand[0].lower()] = operands[0] if operands else None
    return values


def _judge(command: Command, operands: list[str], doubtful: list[str]) -> None:
    """Complain of words too many, and of an option that was misspelt rather than an expression meant."""
    spellings = [s for option in command.options for s in option.spellings if s.startswith("--")]
    too_many = len(operands) > (1 if command.operand else 0)
    for word in doubtful:
        letters = word.lstrip("-").partition("=")[0]
        near = nearest(f"--{letters}", spellings) if len(letters) > 1 else ""
        if too_many or (near and word.startswith("--")):
            alternative = f"an expression that begins so goes after --: mcalc {command.name} -- {word}"
            raise Problem("usage", f"no such option: {word}", hint=f"did you mean {near}?" if near else alternative)
    if too_many and command.operand:
        shown = " ".join(operands)
        hint = f"quote what belongs together: mcalc {command.name} '{shown}'"
        raise Problem("usage", f"{len(operands)} words where one {command.operand[0]} belongs", hint=hint)
    if too_many:
        raise Problem("usage", f"mcalc {command.name} takes no {operands[0]!r}")


def _option_like(name: str) -> bool:
    """Whether a word could be a misspelt option: dashes, then letters and dashes alone."""
    return name.startswith("-") and name.lstrip("-").replace("-", "").replace("_", "").isalpha()


def _article(metavar: str) -> str:
    return f"{'an' if metavar[0] in 'AEIO' else 'a'} {metavar}"
