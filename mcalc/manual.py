"""The man pages, made from click's commands and the records: `python -m mcalc.manual` writes them.

A test fails where a page is stale. The pages bear no date, so that the same sources make the same pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from pathlib import Path

from click import Argument, Context

from mcalc import __version__
from mcalc.cli.command import Command
from mcalc.cli.functions import catalogue, shapes
from mcalc.cli.main import COMMANDS, cli, command

PAGES = Path(__file__).resolve().parents[1] / "man" / "man1"

EXIT_STATUSES = (
    ("0", "done"),
    ("1", "a request of a batch failed"),
    ("2", "a mistake in the command line, the expression or its shapes"),
    ("3", "a meaningful question that mcalc cannot answer"),
    ("4", "undecided, or over a limit"),
    ("130", "interrupted"),
)

ENVIRONMENT = (
    ("NO_COLOR", "no colour, whatever else is set"),
    ("FORCE_COLOR, CLICOLOR_FORCE", "colour also where stdout is no terminal; 0 means never"),
    ("TERM", "dumb means no colour"),
)


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    commands = [command(name) for name in COMMANDS]
    made = {"mcalc.1": main_page(commands)}
    return made | {f"mcalc-{c.name}.1": command_page(c) for c in commands}


def main_page(commands: list[Command]) -> str:
    """`mcalc(1)`: the commands, the functions, what surrounds them."""
    return page(
        "mcalc",
        "derivatives of matrix expressions",
        section("SYNOPSIS", [r".B mcalc", roff("COMMAND ...")]),
        section("DESCRIPTION", paragraphs(cleandoc(cli.help or ""))),
        section("COMMANDS", items((f"mcalc {name}", f"{it}; see mcalc-{name}(1)") for name, it in COMMANDS.items())),
        section("EXAMPLES", examples([c.examples[0] for c in commands])),
        section("FUNCTIONS", items((op.name, f"{shapes(op)}. {op.why}") for op in catalogue())),
        section("EXIT STATUS", items(EXIT_STATUSES)),
        section("ENVIRONMENT", items(ENVIRONMENT)),
    )


def command_page(shown: Command) -> str:
    """The page of one command."""
    name = f"mcalc-{shown.name}"
    context = Context(shown, info_name=f"mcalc {shown.name}", help_option_names=["-h", "--help"])
    params = sorted(shown.get_params(context), key=lambda param: not isinstance(param, Argument))
    return page(
        name,
        COMMANDS[shown.name or ""],
        section("SYNOPSIS", [roff(shown.get_usage(context).removeprefix("Usage: "))]),
        section("DESCRIPTION", paragraphs(cleandoc(shown.help or ""))),
        section("OPTIONS", items(filter(None, (param.get_help_record(context) for param in params)))),
        section("EXAMPLES", examples(shown.examples)),
        section("SEE ALSO", [roff("mcalc(1)")]),
    )


def page(name: str, summary: str, *sections: list[str]) -> str:
    """A whole page: its head, then its sections."""
    head = [f'.TH {name.upper()} 1 "" "mcalc {__version__}"', ".SH NAME", roff(name) + r" \- " + roff(summary)]
    return "\n".join([*head, *(line for part in sections for line in part)]) + "\n"


def section(title: str, lines: list[str]) -> list[str]:
    """A section with its heading."""
    return [f".SH {title}", *lines]


def paragraphs(text: str) -> list[str]:
    """Paragraphs, which empty lines separate in the text."""
    return [line for part in text.split("\n\n") for line in (".PP", roff(part.replace("\n", " ")))]


def items(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """A list of terms, each with what it means."""
    return [line for term, text in pairs for line in (".TP", f".B {roff(term)}", roff(text))]


def examples(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Command lines, each with what it shows."""
    blocks = ([".PP", roff(f"{what}:"), ".PP", ".EX", roff(f"  {typed}"), ".EE"] for what, typed in pairs)
    return [line for block in blocks for line in block]


#: What roff would take for a command, or for typography.
LITERAL = str.maketrans({"\\": r"\(rs", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", "-": r"\-"})


def roff(text: str) -> str:
    """The text, to be read literally."""
    made = text.translate(LITERAL)
    return r"\&" + made if made.startswith(".") else made


def main() -> None:
    """Write every page."""
    PAGES.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
