"""The way out: results to stdout, messages to stderr, and nothing a console cannot show."""

from __future__ import annotations

import os
import sys
from codecs import register_error
from contextlib import contextmanager, suppress

from mcalc.errors import Problem
from mcalc.limits import changed
from mcalc.translation import localized, spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any, TextIO

    from mcalc.answer import Reply

#: Characters beyond ASCII that the drawing is made of; a console that lacks one of them gets ASCII.
DRAWN = "ᵀ⁻¹ⁿ₁ℝˣ∈∂²⊙·λ–—"


def on_terminal() -> bool:
    """Whether stdout is a terminal, so that a person is reading."""
    return sys.stdout.isatty()


def shows_unicode(stream: TextIO, text: str = DRAWN) -> bool:
    """Whether the stream's encoding has every character of the text."""
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def in_colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR says no, then FORCE_COLOR and CLICOLOR_FORCE say yes, then it takes a terminal."""
    env = os.environ.get
    if env("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if env(name):
            return env(name) != "0"
    return stream.isatty() and env("TERM") != "dumb" and env("CLICOLOR") != "0"


@contextmanager
def file_for(path: str, mode: str, **settings: Any) -> Iterator[IO[Any]]:
    """A file to write, which gets its name when it is complete, so that nobody meets half of it.

    Raises a `Problem` of kind usage.
    """
    aside = f"{path}.{os.getpid()}.part"
    try:
        with open(aside, mode, **settings) as file:  # noqa: PTH123
            yield file
        os.replace(aside, path)  # noqa: PTH105
    except OSError as fault:
        raise Problem("E019", "cannot write {path}: {strerror}", path=path, strerror=fault.strerror or fault) from None
    finally:
        if os.path.exists(aside):  # noqa: PTH110
            os.remove(aside)  # noqa: PTH107


def json_line(value: Any) -> str:
    """The value as JSON on one line, in ASCII, so that every console and every pipe can carry it."""
    from json import dumps

    return dumps(localized(value))


def failure(problem: Problem) -> Reply:
    """The problem as plain data: the reply in the place of a result."""
    return {"ok": False, "error": problem.reply()}


def highlighted(text: str) -> str:
    """The text in the colour of a result, where stdout is coloured."""
    return f"\x1b[1;36m{text}\x1b[0m" if in_colour(sys.stdout) else text


def emit(text: str) -> None:
    """Write one line, or a block of lines, and hand it on at once."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def forward(out: str, err: str) -> None:
    """Hand on what another process wrote."""
    if out:
        sys.stdout.write(out)
        sys.stdout.flush()
    if err:
        with suppress(OSError):
            sys.stderr.write(err)
            sys.stderr.flush()


def complain(problem: Problem, where: str = "") -> None:
    """Report a problem on stderr; `where` says which line of the input it is about."""
    report = problem.report(spoken, where)
    try:
        sys.stderr.write(printable(report) + "\n")
        sys.stderr.flush()
    except OSError:
        return  # nobody reads stderr: the exit status still tells


def remark(text: str) -> None:
    """Say something on stderr that is no error."""
    try:
        sys.stderr.write(printable(spoken(text)) + "\n")
        sys.stderr.flush()
    except OSError:
        return


def as_problem(fault: Exception) -> Problem:
    """What to say of an exception: a problem as it is; else a question too large, or a defect of mcalc's own.

    With `--debug` on the command line what is no problem is raised again.
    """
    if isinstance(fault, Problem):
        return fault
    if "--debug" in sys.argv:
        raise fault
    if isinstance(fault, MemoryError) or (isinstance(fault, ImportError) and "memory" in changed()):
        return Problem("E521", "it takes more memory than it may", hint="--limit memory=MEBIBYTES allows more")
    if isinstance(fault, RecursionError):
        return Problem("E502", "the expression is too large or too deep")
    return Problem(
        "E499",
        "mcalc failed on this: {name}: {fault}",
        hint="this is a defect of mcalc; --debug shows where",
        name=type(fault).__name__,
        fault=fault,
    )


def printable(text: str) -> str:
    r"""The text with every control character replaced by one visible character, so that carets stay in place.

    >>> printable("a\x1b[2Jb")
    'a␛[2Jb'
    """
    return "".join(c if c.isprintable() or c == "\n" else _stand_in(c) for c in text)


def _stand_in(character: str) -> str:
    code = ord(character)
    if character == "\t" or character.isspace():
        return " "
    return chr(0x2400 + code) if code < 32 else "\ufffd"


def settle_streams() -> None:
    """Let a console say in ASCII what it cannot show, instead of failing; a closed stdout takes everything."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (it stays open to the end)
    register_error("mcalc", _in_ascii)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="mcalc")


def _in_ascii(fault: UnicodeError) -> tuple[str, int]:
    """What to write for characters that an encoding lacks."""
    assert isinstance(fault, UnicodeEncodeError)
    lacking = fault.object[fault.start : fault.end]
    said = (PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in lacking)
    return "".join(said), fault.end


_SPELLED = """
    ᵀ=' ′=' ’=' ‘=' “=" ”=" −=- –=- —=- ·=* ⋅=* ⊙=.* ∘=.* ×=x ⊗=(x) ∈=in ℝ=R ∂=d ∇=grad ⁻=^- ⁺=^+ ¹=1 ²=^2 ³=^3 ⁴=^4
    ₁=1 ₂=2 ₙ=n ⁿ=^n ᵏ=^k ᵃ=^a ˣ=x ∞=inf ≤=<= ≥=>= ≠=!= √=sqrt ∑=sum Σ=sum ‖=|| …=... π=pi λ=lambda σ=sigma ε=eps
"""

#: In ASCII, the signs that mcalc's own sentences and formulas are written with.
PLAIN = dict(pair.split("=", 1) for pair in _SPELLED.split())
