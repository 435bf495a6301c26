"""`mcalc doc`: the derivatives that a document states."""

from __future__ import annotations

import os
from contextlib import suppress

import click

from mcalc.cli.command import choice, command
from mcalc.cli.expressions import text_file
from mcalc.cli.guard import Guard
from mcalc.cli.options import QUESTION
from mcalc.cli.output import complain, emit, json_line, printable
from mcalc.errors import Problem
from mcalc.translation import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.cli.document import Claim, Filling


@command(
    examples=[
        ("check what the notes state", "mcalc doc notes.md --check"),
        ("fill in what they leave open", "mcalc doc notes.md --write"),
        ("a paper, for a program", "mcalc doc paper.tex --check --to json"),
    ],
    within=10,
)
@click.argument("files", nargs=-1, required=True, type=click.Path(), help="Documents in Markdown or TeX.")
@QUESTION.only("var", "fun")
@click.option("--check", is_flag=True, help="Write nothing: an answer that is left open is a failure.")
@click.option("--write", is_flag=True, help="Fill in the answers that are left open.")
@choice("--to", ("text", "json"), metavar="FORMAT", default="text", show_default=True, help="What to print")
def doc(files: tuple[str, ...], var: tuple[str, ...], fun: tuple[str, ...], check: bool, write: bool, to: str) -> int:
    r"""Check the derivatives that documents state, and fill in those that they leave open.

    In Markdown claims stand in a block of code called mcalc, one on a line, among definitions and declarations, which
    hold to the end of the document: d/dx x.T@A@x = 2*A@x.

    Claims also stand in comments, <!-- mcalc: ... --> in Markdown and % mcalc: ... in TeX. Behind a comment without
    an = the answer is the formula on the next line: what follows its last =.

    Expressions and answers are in the input language or in LaTeX. An answer that is empty or ? is left open; --write
    fills it in, and changes nothing else: in the language of its expression, on a line behind a comment in LaTeX.

    What is wrong is told with file and line. The exit status is 1 where an answer is wrong or left open, and 2 where
    a line is not understood.
    """
    if check and write:
        raise Problem("E013", "--check and --write were given: one is enough")
    return max(document(path, var, fun, write, to == "json") for path in files)


def document(path: str, var: tuple[str, ...], fun: tuple[str, ...], write: bool, as_json: bool) -> int:
    """Judge one document, each line within its time, and fill it in; the exit status."""
    from mcalc.cli.document import Document, filled, kind_of, reply

    source = text_file(path)
    read = Document(source, kind_of(path), var, fun)

    def work(item: bytes) -> int:
        place = read.places[int(item)]
        claim = read.read(place)
        if claim is None:
            return 0
        told = remark(claim, write)
        if as_json:
            emit(json_line(reply(path, place.line, claim)))
        elif told:
            emit(printable(f"{path}:{place.line}: {told}"))
        return int(bool(told))

    fillings: list[Filling] = []
    status = right = count = 0
    with Guard(work, read) as guard:
        for number, place in enumerate(read.places):
            try:
                status = max(status, guard(str(number).encode()))
            except Problem as problem:
                status = max(status, problem.exit_status)
                if as_json:
                    emit(json_line(reply(path, place.line, problem)))
                complain(problem, f"{path}:{place.line}")
                continue
            count += read.right is not None
            right += bool(read.right or (write and read.filling))
            fillings += [read.filling] if read.filling else []
    if write and fillings:
        replace(path, filled(source, fillings))
    if not as_json:
        counts = {"path": printable(path), "right": right, "count": count, "written": len(fillings)}
        if write and fillings:
            emit(tell("{path}: {right} of {count} claims are right, {written} filled in", **counts))
        else:
            emit(tell("{path}: {right} of {count} claims are right", **counts))
    return status


def remark(claim: Claim, write: bool) -> str:
    """What is wrong with a claim; nothing where it is right, or is being filled in."""
    if claim.verdict is None:
        return "" if write else tell("open: {answer}", answer=claim.written)
    if claim.verdict.verdict == "correct":
        return ""
    from mcalc.cli.check import brief

    return brief(claim.verdict, "full")


def replace(path: str, text: str) -> None:
    """Put the text in the place of the file at once, so that no half of it is ever seen."""
    from tempfile import NamedTemporaryFile

    folder = os.path.dirname(os.path.realpath(path))  # noqa: PTH120
    try:
        with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=folder, delete=False) as file:
            file.write(text)
        with suppress(OSError):
            os.chmod(file.name, os.stat(path).st_mode)  # noqa: PTH101, PTH116
        os.replace(file.name, os.path.realpath(path))  # noqa: PTH105
    except OSError as fault:
        with suppress(OSError, NameError):
            os.unlink(file.name)  # noqa: PTH108
        reason = fault.strerror or str(fault)
        raise Problem("E506", "cannot write {path}: {reason}", path=path, reason=reason) from None
