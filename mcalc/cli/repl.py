"""`mcalc repl`: expressions one after another, with what was declared and defined before them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mcalc.cli.command import command
from mcalc.cli.expressions import decode, line_of, longest
from mcalc.cli.guard import Guard
from mcalc.cli.options import QUESTION
from mcalc.cli.output import as_problem, complain, emit, on_terminal
from mcalc.cli.session import Session
from mcalc.translation import tell

PROMPT, MORE = "mcalc> ", "  ...> "


@command(
    examples=[
        ("lines from a pipe; on a terminal it asks for them", "printf '%s\\n' 'r = X@w - y' 'd/dw r.T@r' | mcalc repl"),
    ],
    within=10,
)
@QUESTION.only("var", "fun")
def repl(var: tuple[str, ...], fun: tuple[str, ...]) -> int:
    """Read expressions and answer them one by one; what is declared and defined stays.

    A line is an expression, which is told as it is read; a derivative, d/dx f or d^2/dx^2 f; a definition,
    r = X@w - y; a declaration, A[n,n] symmetric or fun f: [m] -> []; or a command:

    :wrt x differentiates every expression that follows; :wrt alone ends that.

    :steps, :latex and :to FORM show the last derivative again: its working, or how it is written.

    :type EXPR tells how an expression is read, and :check ANSWER whether an answer to the last question is right.

    :vars lists what is declared and defined, :forget NAME drops one, :help lists the commands, :quit ends.

    A line with an open bracket goes on on the next, and an empty one ends it. On a terminal there is history and
    completion; in a pipe there are no prompts, and every answer stands on one line. An error ends nothing; the exit
    status is that of the worst line, and 0 on a terminal.
    """
    session = Session(var, fun)
    if not (sys.stdin.isatty() and on_terminal()):
        return serve(session, _piped)
    keyboard = Keyboard(session)
    emit(tell("mcalc: an expression, d/dx f, or :help"))
    try:
        serve(session, keyboard, talking=True)
    finally:
        keyboard.close()
    return 0


def serve(session: Session, next_line: Callable[[str], str | None], talking: bool = False) -> int:
    """Answer lines until they end; the exit status is the worst of theirs."""
    worst, held = 0, ""
    line: str | None = ""

    def work(item: bytes) -> int:
        session.take(decode(item))
        return 0

    with Guard(work, session) as guard:
        while line is not None and not session.ended:
            try:
                line = next_line(MORE if held else PROMPT)
                whole = f"{held}\n{line or ''}" if held else line or ""
                held = ""
                if whole.strip() and not whole.lstrip().startswith("#"):
                    guard(whole.encode("utf-8", "surrogateescape"))
                    held = whole if session.open else ""
            except KeyboardInterrupt:
                if not talking:
                    raise
                emit("")
                held = ""
            except OSError:
                raise  # nobody reads what was written
            except Exception as fault:
                held = ""
                problem = as_problem(fault)
                complain(problem)
                worst = max(worst, problem.exit_status)
    return worst


# ---------------------------------------------------------------- where lines come from


def _piped(prompt: str) -> str | None:
    """The next line of a pipe."""
    del prompt
    line = line_of(sys.stdin.buffer, longest())
    return decode(line).rstrip("\r\n") if line else None


class Keyboard:
    """What reads lines at a terminal, with history and completion where Python has them."""

    def __init__(self, session: Session) -> None:
        try:
            import readline
        except ImportError:  # a Python without it, as on Windows
            self.readline = None
            return
        self.readline = readline
        readline.set_completer(Completer(session))
        readline.set_completer_delims(" \t\n()[]{}@*+-/^.,;=|'")
        libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
        readline.set_history_length(2000)
        with suppress(OSError):
            readline.read_history_file(history())

    def __call__(self, prompt: str) -> str | None:
        """The next line; None at the end."""
        try:
            return input(prompt)
        except EOFError:
            emit("")
            return None

    def close(self) -> None:
        """Keep what was typed, where that can be."""
        if self.readline is not None:
            with suppress(OSError):
                history().parent.mkdir(parents=True, exist_ok=True)
                self.readline.write_history_file(history())


def history() -> Path:
    """The file that keeps what was typed."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "mcalc" / "history"


class Completer:
    """What can stand next: commands after a colon; names of the session, and functions."""

    COMMANDS = (":check", ":forget", ":help", ":latex", ":quit", ":steps", ":to", ":type", ":vars", ":wrt")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.found: list[str] = []

    def __call__(self, word: str, state: int) -> str | None:
        """The choice of this number for the word."""
        if not state:
            self.found = self.choices(word)
        return self.found[state] if state < len(self.found) else None

    def choices(self, word: str) -> list[str]:
        """The words that begin so."""
        from mcalc.language.calls import FUNCTIONS

        if word.startswith(":"):
            return [command for command in self.COMMANDS if command.startswith(word)]
        names = {*self.session.defined, *self.session.declared_names()}
        names.update(self.session.symbols)
        called = {f"{name}(" for name in FUNCTIONS | self.session.functions.keys()}
        return sorted(name for name in names | called if word and name.startswith(word))
