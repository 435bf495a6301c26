"""`mcalc`: finds the command, runs it, and turns whatever happens into an exit status."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click
from click import HelpFormatter

from mcalc import __version__
from mcalc.cli.command import ASKED, LANG, SETTINGS, Command, Context, as_usage
from mcalc.cli.output import as_problem, complain, settle_streams
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.phrase import say
from mcalc.translation import language_of, speak, spoken, tell

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: Every command, with what it does: the function of that name in `mcalc.cli.NAME`, which is imported when it is called.
COMMANDS = {
    "diff": "differentiate an expression",
    "check": "tell whether an answer is right, and if not, what went wrong",
    "grade": "check many answers, and report on them",
    "examples": "list worked examples, or run one",
    "exercise": "make questions to practise on",
    "eval": "compute an expression and its derivative at numbers",
    "batch": "answer JSON requests, one a line",
    "graph": "draw the computation graph",
    "convert": "translate an answer from one layout into another",
    "layout": "tell which layout a book uses",
    "shape": "tell how an expression is read",
    "doc": "check the derivatives that a document states",
    "repl": "answer expressions one after another",
    "functions": "list the functions, or tell all about one",
    "rules": "list the rules, or tell all about one",
    "explain": "tell what an error means, and what mends it",
    "completion": "print the script that completes commands in a shell",
}

INTERRUPTED = 130  #: the exit status after Ctrl-C
TERMINATED = 143  #: the exit status after SIGTERM


class Terminated(BaseException):
    """The process is to end; on its way out it leaves nothing half done."""


def _terminate(*_: object) -> NoReturn:
    raise Terminated


def command(name: str) -> Command:
    """The command of this name."""
    found: Command = getattr(import_module(f"mcalc.cli.{name}"), name)
    return found


class Commands(click.Group):
    """The commands, none of which is imported to list or complete them."""

    context_class = Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `mcalc help diff` as `mcalc diff --help`; what is no option is to be a command."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        if not ctx.resilient_parsing:
            args = args or ["--help"]
        known = {spelling for param in self.get_params(ctx) for spelling in param.opts}
        return super().parse_args(ctx, args if args and args[0] in known else ["--", *args])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Command | None:
        """The command of this name. Raises a `Problem` of kind usage."""
        if cmd_name in COMMANDS:
            return command(cmd_name)
        if ctx.resilient_parsing:
            return None
        near = nearest(cmd_name, COMMANDS)
        hint = f"an expression goes after a command: mcalc diff '{cmd_name}' --wrt x"
        raise Problem(
            "E001",
            "no such command: {cmd_name}",
            hint="did you mean {near}?" if near else hint,
            cmd_name=cmd_name,
            near=near,
        )

    def format_commands(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write what the commands do."""
        with formatter.section(tell("Commands")):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin so."""
        from click.shell_completion import CompletionItem

        known = [(name, told) for name, told in COMMANDS.items() if name.startswith(incomplete)]
        found = [CompletionItem(name, help=spoken(say(told))) for name, told in known]
        return found + click.Command.shell_complete(self, ctx, incomplete)


@click.group(cls=Commands, context_settings=SETTINGS)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Differentiate matrix expressions, as in mcalc diff 'x.T@A@x' --wrt x.

    It reads the notations of NumPy, of MATLAB and of paper, infers the shapes, and answers in matrix notation, with
    the kind and the shape of the result, the working, and code.

    Products: @ and a space are the matrix product, .* is elementwise, * is whatever the shapes allow. Transposes:
    x.T, x' and x^T. Definitions stand on lines of their own or before a semicolon.

    mcalc COMMAND --help tells more of a command.
    """


cli.params.append(LANG)


def run(words: Sequence[str]) -> int:
    """Run one command line; the exit status. Raises a `Problem`.

    click's own `main` would end the process, and expand `x.*y` to file names on Windows.
    """
    speak(language_of(words, os.environ, getattr(sys.stdout, "encoding", None)))
    try:
        with cli.make_context("mcalc", list(words)) as context:
            status: int = cli.invoke(context)
            return status
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as fault:
        raise as_usage(fault) from None


def complete(instruction: str) -> int:
    """Tell the shell what may be typed."""
    from click.shell_completion import shell_complete

    speak(language_of((), os.environ, sys.stdout.encoding))
    return shell_complete(cli, {}, "mcalc", ASKED, instruction)


def main() -> NoReturn:
    """The entry point."""
    settle_streams()
    try:
        instruction = os.environ.get(ASKED)
        status = complete(instruction) if instruction else _guarded(sys.argv[1:])
        sys.stdout.flush()
    except Terminated:
        status = TERMINATED
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        status = 0  # the reader has seen enough
    except OSError as fault:
        problem = Problem("E506", "cannot write: {strerror}", strerror=fault.strerror or fault)
        complain(problem)
        status = problem.exit_status
    except Exception as fault:
        problem = as_problem(fault)
        complain(problem)
        status = problem.exit_status
    _leave(status)


def _guarded(words: Sequence[str]) -> int:
    """Run one command line, held to its limits."""
    from mcalc.cli import guard

    guard.enforced = "--debug" not in words
    signal.signal(signal.SIGTERM, _terminate)
    return run(words)


def _leave(status: int) -> NoReturn:
    """End at once: taking every module down would be a tenth of the run, and fail where nobody reads stdout."""
    with suppress(OSError):
        sys.stdout.flush()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(status)
