"""Where expressions come from (the argument, a file, or standard input, one on a line), and answering each."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

import click
from click import Context, Parameter

from mcalc.cli import guard
from mcalc.cli.command import completions
from mcalc.cli.output import complain, emit, failure, json_line
from mcalc.errors import Problem
from mcalc.limits import hold_memory, limit
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

    from click.shell_completion import CompletionItem

    from mcalc.language.tokens import Token

EXPR = click.argument("expr", required=False, help="The expression; - reads one from each line of standard input.")
FILE = click.option("--file", "-f", type=click.Path(), help="Read the expression and its definitions from a file.")


class Variable(click.ParamType[str]):
    """The name of a variable: the shell offers those of the expression on the line."""

    name = "name"

    def shell_complete(self, ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        """The names in the expression that are neither called nor defined, in their order."""
        from mcalc.language.letters import is_latex
        from mcalc.language.lexer import tokenize
        from mcalc.language.names import letters

        text = ctx.params.get("expr") or ""
        called = re.findall(r"(\w{2,})\s*\(", text)  # the list of functions would take long to import
        try:
            tokens = latex_tokens(text) if is_latex(text) else tokenize(text, called, ())
        except Problem:
            return []
        pairs = zip(tokens, [*tokens[1:], ("", "", 0, 0)], strict=True)
        defined = {name for (kind, name, *_), (after, *_) in pairs if kind == "NAME" and after == "EQUALS"}
        names = [name for kind, name, *_ in tokens if kind == "NAME" and name not in defined]
        return completions(dict.fromkeys(v for name in names for v in letters(name) or (name,)), incomplete)


def latex_tokens(text: str) -> list[Token]:
    """The tokens of a formula in LaTeX, which cannot be told without the functions."""
    from mcalc.language.calls import FUNCTIONS
    from mcalc.language.latex import tokenize

    return tokenize(text, FUNCTIONS, ())[0]


def is_stream(expr: str | None, file: str | None) -> bool:
    """Whether the expressions are the lines of standard input."""
    return expr == "-" and not file


def serve(
    expr: str | None,
    file: str | None,
    one_line: Callable[[str], str],
    show: Callable[[str], None],
    as_json: bool,
    status: Callable[[], int] = lambda: 0,
) -> int:
    """Answer what was given: a stream and JSON by `one_line`, a single expression by `show`. The exit status.

    Each is held to its limits. `status` is asked after each, in the process that worked on it. A failure in JSON
    stands on stdout, in the place of the result, as well as on stderr.
    """
    if is_stream(expr, file):
        return serve_lines(one_line, as_json, status, passing=_is_comment)
    text = expression(expr, file)

    def answer(_: bytes) -> int:
        if as_json:
            emit(one_line(text))
        else:
            show(text)
        return status()

    try:
        with guard.Guard(answer) as guarded:
            return guarded()
    except Problem as problem:
        if as_json:
            emit(json_line(failure(problem)))
        raise


def _is_comment(text: str) -> bool:
    return not text or text.startswith("#")


def serve_lines(
    one_line: Callable[[str], str],
    as_json: bool,
    status: Callable[[], int],
    passing: Callable[[str], bool] = lambda text: False,
) -> int:
    """Line N out for line N in; the exit status is the worst of the lines'.

    What is `passing` gives an empty line, and so does a line that fails, which is reported with its number.
    """

    def answer(line: bytes) -> int:
        text = decode(line).strip()
        emit("" if passing(text) else one_line(text))
        return status()

    worst = 0
    with guard.Guard(answer) as guarded:
        for number, line in enumerate(lines(most=longest()), 1):
            try:
                worst = max(worst, guarded(line))
            except Problem as problem:
                complain(problem, say("line {number}", number=number))
                worst = max(worst, problem.exit_status)
                emit(json_line(failure(problem)) if as_json else "")
    return worst


def expression(expr: str | None, file: str | None) -> str:
    """The one expression that was given. Raises a `Problem` of kind usage where there is none, or two."""
    if file and expr is not None:
        raise Problem("E008", "an expression and a file were given: one is enough")
    if file:
        return text_file(file)
    if expr is None:
        raise Problem("E007", "no expression was given", hint="put one in quotes, or - for standard input, or -f FILE")
    return expr


def text_file(path: str) -> str:
    """The text of a file; `-` is standard input."""
    return decode(b"".join(lines(path)))


def lines(path: str | None = None, most: int = -1) -> Iterator[bytes]:
    """The lines of a file as they come; of standard input where it is `-` or none.

    What is longer than `most` bytes is cut behind one more byte, for which its reader refuses it. A file without an
    end meets the limit of memory.
    """
    if guard.enforced:
        hold_memory(limit("memory"))
    if path is None or path == "-":
        yield from iter(lambda: line_of(sys.stdin.buffer, most), b"")
        return
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs a tenth of the whole command)
            yield from iter(lambda: line_of(file, most), b"")
    except OSError as fault:
        raise Problem("E009", "cannot read {path}: {strerror}", path=path, strerror=fault.strerror or fault) from None


def line_of(file: BinaryIO, most: int) -> bytes:
    """The next line, of which no more than one byte over `most` is kept where that is not negative."""
    line = file.readline(most + 1 if most >= 0 else -1)
    if len(line) > most >= 0 and not line.endswith(b"\n"):
        while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
            pass
    return line


def longest() -> int:
    """The bytes of a line that holds expressions: many times those of one, since a request has more than one text."""
    return 64 * limit("bytes")


def decode(line: bytes) -> str:
    """Text from UTF-8, with or without a mark at its head."""
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Problem(
            "E010",
            "not UTF-8: byte {line} at offset {start}",
            line=format(line[fault.start], "#04x"),
            start=fault.start,
        ) from None
