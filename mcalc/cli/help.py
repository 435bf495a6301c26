"""What `--help` prints: how to call it, examples first, then the options."""

from __future__ import annotations

from textwrap import fill

from mcalc import __version__
from mcalc.cli.arguments import Command, Option

WIDTH = 80


def general_help(commands: list[Command]) -> str:
    """The commands, and where to begin."""
    rows = [(command.name, command.summary) for command in commands]
    example = commands[0].examples[0]
    return "\n".join(
        [
            f"mcalc {__version__}: derivatives of matrix expressions",
            "",
            "Usage: mcalc COMMAND ...",
            "",
            f"  {example[1]}",
            "",
            "Commands:",
            *table(rows),
            "",
            "mcalc COMMAND --help tells more of one; mcalc --version tells the version.",
        ]
    )


def command_help(command: Command) -> str:
    """One command: usage, what it is for, examples, options."""
    lines = [f"Usage: {command.usage}", ""]
    for paragraph in command.about.split("\n\n"):
        lines += [fill(paragraph, WIDTH), ""]
    if command.examples:
        lines.append("Examples:")
        for what, line in command.examples:
            lines += [f"  # {what}", f"  {line}"]
        lines.append("")
    rows = [command.operand] if command.operand else []
    rows += [(spelled(option), described(option)) for option in command.options]
    return "\n".join([*lines, "Arguments and options:", *table(rows)])


def spelled(option: Option) -> str:
    """`-f, --file FILE`."""
    return ", ".join(option.spellings) + (f" {option.metavar}" if option.metavar else "")


def described(option: Option) -> str:
    """The option's help, with its choices and its default."""
    choices = f": {', '.join(option.choices)}" if option.choices else ""
    default = f" (default {option.default})" if option.metavar and option.default is not None else ""
    return option.help + choices + default


def table(rows: list[tuple[str, str]]) -> list[str]:
    """Two columns, the second one wrapped."""
    width = max(len(name) for name, _ in rows) + 4
    return [fill(f"  {name:<{width - 2}}{text}", WIDTH, subsequent_indent=" " * width) for name, text in rows]
