"""Where expressions come from (the argument, a file, or standard input, one on a line), and answering each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from mcalc.cli.arguments import Option
from mcalc.cli.output import as_problem, complain, emit, failure, json_line
from mcalc.errors import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.cli.arguments import Values

OPERAND = ("EXPR", "the expression; - reads one from each line of standard input")
FILE = Option("--file", "FILE", short="-f", help="read the expression and its definitions from a file")
VAR = Option("--var", "DECL", repeat=True, help="declare a variable, as in 'A[n,n] symmetric'; may be repeated")


def is_stream(values: Values) -> bool:
    """Whether the expressions are the lines of standard input."""
    return bool(values["expr"] == "-" and not values["file"])


def serve(values: Values, one_line: Callable[[str], str], show: Callable[[str], None], as_json: bool) -> int:
    """Answer what was given: a stream and JSON by `one_line`, a single expression by `show`. The exit status.

    A failure in JSON stands on stdout, in the place of the result, as well as on stderr.
    """
    if is_stream(values):
        return _serve_lines(one_line, as_json, values["debug"])
    text = expression(values)
    if not as_json:
        show(text)
        return 0
    try:
        emit(one_line(text))
    except Problem as problem:
        emit(json_line(failure(problem)))
        raise
    return 0


def _serve_lines(one_line: Callable[[str], str], as_json: bool, debug: bool) -> int:
    """Line N out for line N in; the exit status is the worst of the lines'.

    An empty line and a comment give an empty line, and so does a line that fails, which is reported with its number.
    """
    worst = 0
    for number, line in enumerate(lines(), 1):
        try:
            text = decode(line).strip()
            shown = one_line(text) if text and not text.startswith("#") else ""
        except Exception as fault:
            if debug and not isinstance(fault, Problem):
                raise
            problem = as_problem(fault)
            complain(problem, f"line {number}")
            worst = max(worst, problem.exit_status)
            shown = json_line(failure(problem)) if as_json else ""
        emit(shown)
    return worst


def expression(values: Values) -> str:
    """The one expression that was given. Raises a `Problem` of kind usage where there is none, or two."""
    given, path = values["expr"], values["file"]
    if path and given is not None:
        raise Problem("usage", "an expression and a file were given: one is enough")
    if path:
        return text_file(path)
    if given is None:
        raise Problem("usage", "no expression was given", hint="put one in quotes, or - for standard input, or -f FILE")
    return str(given)


def text_file(path: str) -> str:
    """The text of a file; `-` is standard input."""
    return decode(b"".join(lines(path)))


def lines(path: str | None = None) -> Iterator[bytes]:
    """The lines of a file as they come; of standard input where it is `-` or none."""
    if path is None or path == "-":
        yield from iter(sys.stdin.buffer.readline, b"")
        return
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs a tenth of the whole command)
            yield from file
    except OSError as fault:
        raise Problem("usage", f"cannot read {path}: {fault.strerror or fault}") from None


def decode(line: bytes) -> str:
    """Text from UTF-8, with or without a mark at its head."""
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Problem("usage", f"not UTF-8: byte {line[fault.start]:#04x} at offset {fault.start}") from None
