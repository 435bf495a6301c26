"""`mcalc examples`: the worked examples that come with mcalc."""

from __future__ import annotations

import os
from shlex import split

import click
from click import Context, Parameter

from mcalc.cli.command import command, completions
from mcalc.cli.output import emit, json_line, on_terminal
from mcalc.phrase import say
from mcalc.request import check_choice
from mcalc.translation import localized, spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "examples")  # noqa: PTH118, PTH120 (no pathlib here)
ENDING = ".mc"


def names() -> list[str]:
    """The examples, in alphabetical order."""
    return sorted(name.removesuffix(ENDING) for name in os.listdir(FOLDER) if name.endswith(ENDING))  # noqa: PTH208


def text_of(name: str) -> str:
    """The file of an example."""
    with open(os.path.join(FOLDER, name + ENDING), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        return file.read()


def title_of(name: str) -> str:
    """The first line of an example."""
    return say(text_of(name).partition("\n")[0].removeprefix("# "))


def commands_in(text: str) -> list[str]:
    """The command lines among the comments of an example."""
    lines = (line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#  "))
    return [line for line in lines if line.startswith("mcalc ")]


def _known(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    return completions(names(), incomplete)


@command(
    examples=[
        ("which there are", "mcalc examples"),
        ("batch normalisation, worked", "mcalc examples batch-norm"),
        ("a file to begin with", "mcalc examples ridge --no-run"),
    ]
)
@click.argument("name", required=False, shell_complete=_known, help="The example; all are listed where it is left out.")
@click.option("--run/--no-run", default=True, help="Run the commands of the example, or print its file alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the file of the example, or the list.")
def examples(name: str | None, run: bool, as_json: bool) -> int:
    """List the worked examples, or print one and run its commands.

    An example is a file for -f: definitions, and in its comments the commands that make something of them.
    """
    if name is None:
        rows = [{"name": each, "title": title_of(each)} for each in names()]
        if as_json:
            emit(json_line(rows))
        elif on_terminal():
            from mcalc.cli.screen import draw_table

            draw_table(("name", "title"), localized(rows))
        else:
            emit("\n".join(f"{row['name']}\t{spoken(row['title'])}" for row in rows))
        return 0
    name = name.removesuffix(ENDING)
    check_choice("example", name, names())
    text = text_of(name)
    typed = commands_in(text)
    if as_json:
        emit(json_line({"name": name, "title": title_of(name), "text": text, "commands": typed}))
        return 0
    emit(text)
    worst = 0
    for line in typed if run else ():
        from mcalc.cli.main import run as run_command

        emit(f"\n$ {line}")
        path = os.path.join(FOLDER, name + ENDING)  # noqa: PTH118
        words = [path if word == name + ENDING else word for word in split(line)[1:]]
        worst = max(worst, run_command(words))
    return worst
