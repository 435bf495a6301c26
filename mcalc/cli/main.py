"""`mcalc`: finds the command, runs it, and turns whatever happens into an exit status."""

from __future__ import annotations

import sys

from mcalc import __version__
from mcalc.cli.arguments import Command, read
from mcalc.cli.output import as_problem, complain, emit, settle_streams
from mcalc.errors import Problem
from mcalc.language.names import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

COMMANDS = ("diff", "batch", "shape", "functions")  #: each is `COMMAND` of the module of its name

INTERRUPTED = 130  #: the exit status after Ctrl-C


def command(name: str) -> Command:
    """The command of this name. Raises a `Problem` of kind usage."""
    from importlib import import_module

    if name in COMMANDS:
        found: Command = import_module(f"mcalc.cli.{name}").COMMAND
        return found
    near = nearest(name, COMMANDS)
    hint = f"did you mean {near}?" if near else f"an expression goes after a command: mcalc diff '{name}' --wrt x"
    raise Problem("usage", f"no such command: {name}", hint=hint)


def run(words: list[str]) -> int:
    """Run one command line; the exit status. Raises a `Problem`."""
    if not words or words[0] in ("--help", "-h", "help"):
        from mcalc.cli.help import command_help, general_help

        emit(command_help(command(words[1])) if words[1:] else general_help([command(name) for name in COMMANDS]))
        return 0
    if words[0] == "--version":
        emit(f"mcalc {__version__}")
        return 0
    chosen = command(words[0])
    values = read(chosen, words[1:])
    if values["help"]:
        from mcalc.cli.help import command_help

        emit(command_help(chosen))
        return 0
    return chosen.run(values)


def main() -> NoReturn:
    """The entry point."""
    settle_streams()
    words = sys.argv[1:]
    try:
        status = run(words)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        status = 0  # the reader has seen enough
    except OSError as fault:
        problem = Problem("limit", f"cannot write: {fault.strerror or fault}")
        complain(problem)
        status = problem.exit_status
    except Exception as fault:
        if "--debug" in words and not isinstance(fault, Problem):
            raise
        problem = as_problem(fault)
        complain(problem)
        status = problem.exit_status
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End quietly, also where nobody reads stdout any more."""
    try:
        sys.stdout.flush()
    except OSError:
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)
