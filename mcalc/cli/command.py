"""What the commands have in common, on top of click: telling words from expressions, lists, the help.

A command is one file, `mcalc/cli/NAME.py`, in which `@command` makes the function NAME a click command that
returns the exit status (its docstring is the help), and one line in `COMMANDS` of `mcalc.cli.main`.
Imports that cost time go into its body: completion and help load the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click
from click import HelpFormatter, Parameter

from mcalc.errors import EXCERPT, Problem
from mcalc.language.names import nearest, parted
from mcalc.limits import DEFAULTS, allow
from mcalc.phrase import say
from mcalc.translation import LANGUAGES, spoken, tell

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: For the group and the commands alike, since a command is also made without the group, by the tests and the manual.
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 80}

#: Of the environment: a shell that sets it is told what may be typed next.
ASKED = "_MCALC_COMPLETE"

#: Of the command line, and read there (`as_problem`): a fault may come before any command is known.
DEBUG = click.Option(["--debug"], is_flag=True, expose_value=False, help="Show the traceback of a fault.")


class Context(click.Context):
    """What click knows while it reads a command line, with help in the reader's language."""

    def make_formatter(self) -> HelpFormatter:
        """What help is written with."""
        from mcalc.cli.help import Formatter

        return Formatter(width=self.terminal_width, max_width=self.max_content_width)


class Command(click.Command):
    """A command with examples, in whose arguments every word that is no known option is an expression."""

    context_class = Context

    def __init__(
        self,
        name: str | None,
        examples: Sequence[tuple[str, str]] = (),
        within: float | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(name, context_settings=SETTINGS, **settings)
        self.examples = examples  #: (what it shows, the command line)
        self.params += [] if within is None else limiting(within)
        self.params += [LANG, DEBUG]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words, in an order that leaves click nothing to guess."""
        return super().parse_args(ctx, in_order(self, ctx, args))

    def format_help_text(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write what the command does, and examples before the options."""
        super().format_help_text(ctx, formatter)
        with formatter.section(tell("Examples")):
            for what, typed in self.examples:
                formatter.write(f"  # {spoken(say(what))}\n  {typed}\n")


def command(
    *, examples: Sequence[tuple[str, str]], within: float | None = None
) -> Callable[[Callable[..., int]], Command]:
    """Make a command of the function that runs it; `within` are the seconds that it gives each item of its work."""
    return click.command(cls=Command, examples=examples, within=within)


def limiting(within: float) -> list[Parameter]:
    """The options of a command whose work is held to limits."""

    def set_seconds(ctx: Context, param: Parameter, given: float) -> None:
        allow("seconds", given)

    def set_limits(ctx: Context, param: Parameter, given: Sequence[tuple[str, float]]) -> None:
        for name, number in given:
            allow(name, number)

    settings: dict[str, Any] = {"expose_value": False, "callback": set_seconds, "show_default": True}
    told = "The time for each: what takes longer is stopped."
    names = ", ".join(name for name in DEFAULTS if name != "seconds")
    return [
        click.Option(["--within"], type=float, metavar="SECONDS", default=within, help=told, **settings),
        click.Option(
            ["--limit"], type=Limit(), metavar="NAME=N", multiple=True, expose_value=False, callback=set_limits,
            help=f"Another limit than usual, of {names}; may be repeated.",
        ),
    ]  # fmt: skip


# ---------------------------------------------------------------- words


def in_order(command: Command, ctx: click.Context, words: Sequence[str]) -> list[str]:
    """The words of the command line as options with their values, `--`, and the operands.

    click alone would take `-2*t*x` for a bundle of short options, and read something else without a word.
    Here a word that is no known option is an operand. `--help` ends the reading where it stands.
    Raises a `Problem` of kind usage, unless the words are only being completed.
    """
    known = {
        spelling: option
        for option in command.get_params(ctx)
        if isinstance(option, click.Option)
        for spelling in (*option.opts, *option.secondary_opts)
    }
    options: list[str] = []
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
        elif option.is_flag:
            options.append(word)
            if word in ctx.help_option_names and not ctx.resilient_parsing:
                return [word]
        else:
            value = attached if word not in known else next(rest, "")
            if value and (value not in known or ctx.resilient_parsing):
                options += [word, value] if word in known else [word]
            elif not ctx.resilient_parsing:
                raise needs(option)
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    count = len(words) if any(param.nargs < 0 for param in arguments) else len(arguments)
    if ctx.resilient_parsing:
        operands = [" ".join(operands)] if len(operands) > count else operands  # bash parts words at @
    else:
        _judge(command, count, operands, doubtful, list(known))
    return [*options, "--", *operands]


def _judge(command: Command, count: int, operands: list[str], doubtful: list[str], known: list[str]) -> None:
    """Complain of words too many, and of an option that was misspelt rather than an expression meant."""
    too_many = len(operands) > count
    for word in doubtful:
        letters = word.lstrip("-").partition("=")[0]
        near = nearest(f"--{letters}", [s for s in known if s.startswith("--")]) if len(letters) > 1 else ""
        if too_many or (near and word.startswith("--")):
            raise Problem(
                "E002",
                "no such option: {word}",
                hint="did you mean {near}?"
                if near
                else "an expression that begins so goes after --: mcalc {command} -- {word}",
                word=word,
                command=command.name,
                near=near,
            )
    if too_many:
        for word in operands:
            if f"--{word}" in known and len(word) > 1:
                hint = "did you mean --{word}?"
                raise Problem("E004", "{count} words where one belongs", hint=hint, count=len(operands), word=word)
        shown = " ".join(operands)
        raise Problem(
            "E004",
            "{count} words where one belongs" if count else "mcalc {command} takes no {word}",
            hint="quote what belongs together: mcalc {command} '{words}'" if count else "",
            count=len(operands),
            command=command.name,
            word=repr(operands[0]),
            words=shown,
        )


def _option_like(name: str) -> bool:
    """Whether a word could be a misspelt option: dashes, then letters and dashes alone."""
    return name.startswith("-") and name.lstrip("-").replace("-", "").replace("_", "").isalpha()


def needs(option: Parameter) -> Problem:
    """The option stands without a value."""
    metavar = option.metavar or (option.name or "").upper()
    return Problem(
        "E003",
        "{option} needs an {metavar}" if metavar[0] in "AEIO" else "{option} needs a {metavar}",
        option=option.opts[0],
        metavar=metavar,
    )


def as_usage(fault: click.UsageError) -> Problem:
    """What click has to say about a command line, in our words."""
    told = fault.format_message().rstrip(".。")
    return Problem("E006", "{told}", told=(told[0].lower() + told[1:])[:EXCERPT])


# ---------------------------------------------------------------- values


class OneOf(click.ParamType[str]):
    """One of the choices; of a misspelt one it tells which was meant."""

    name = "choice"

    def __init__(self, choices: Sequence[str]) -> None:
        self.choices = choices

    def convert(self, value: str, param: Parameter | None, ctx: click.Context | None) -> str:
        """The value itself. Raises a `Problem` of kind usage."""
        if value not in self.choices:
            near = nearest(value, self.choices)
            raise Problem(
                "E005",
                "{option} has no {value}",
                hint="did you mean {near}?" if near else "choose from {choices}",
                option=param.opts[0] if param else say("it"),
                value=repr(value),
                near=near,
                choices=list(self.choices),
            )
        return value

    def shell_complete(self, ctx: click.Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        """The choices that begin so."""
        return completions(self.choices, incomplete)


class Limit(click.ParamType[tuple[str, float]]):
    """A limit and its number, as in `depth=400`."""

    name = "limit"

    def convert(self, value: Any, param: Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """The name and the number. Raises a `Problem` of kind usage."""
        name, _, number = str(value).partition("=")
        try:
            return name.strip(), float(number)
        except ValueError:
            raise Problem(
                "E006", "--limit has no number in {value}", hint="as in --limit depth=400", value=repr(value)
            ) from None

    def shell_complete(self, ctx: click.Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so."""
        return completions([f"{name}=" for name in DEFAULTS], incomplete)


class Several(click.ParamType[tuple[str, ...]]):
    """Values between commas. The option's repetitions are joined by `listed`."""

    name = "list"

    def __init__(self, one: click.ParamType[str]) -> None:
        self.one = one

    def convert(self, value: Any, param: Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The values. Raises a `Problem` of kind usage."""
        parts = parted(value)
        if param and not all(parts):
            raise needs(param)
        return tuple(self.one.convert(part, param, ctx) for part in parts)

    def shell_complete(self, ctx: click.Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        """What can stand after the last comma, with all that stands before it."""
        head, comma, last = incomplete.rpartition(",")
        return completions([head + comma + item.value for item in self.one.shell_complete(ctx, param, last)])


def listed(name: str, one: click.ParamType[str] = click.STRING, **settings: Any) -> Callable[[Any], Any]:
    """An option that collects its repetitions and what stands between commas, each value once."""

    def joined(ctx: click.Context, param: Parameter, given: Sequence[Sequence[str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for values in given for value in values))

    return click.option(name, type=Several(one), multiple=True, callback=joined, **settings)


def choice(name: str, choices: Sequence[str], *, help: str, **settings: Any) -> Callable[[Any], Any]:
    """An option with one of some values."""
    return click.option(name, type=OneOf(choices), help=f"{help}: {', '.join(choices)}.", **settings)


#: It is read from the command line before any other (`main.run`).
LANG = click.Option(
    ["--lang"],
    type=OneOf(list(LANGUAGES)),
    metavar="LANG",
    expose_value=False,
    help=f"The language of messages and workings, instead of the locale's: {', '.join(LANGUAGES)}.",
)


def completions(words: Iterable[str], incomplete: str = "") -> list[CompletionItem]:
    """The words that begin so, for the shell to offer."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(word) for word in words if word.startswith(incomplete)]
