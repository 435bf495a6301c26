"""`%%mcalc` in IPython and Jupyter: a cell with an expression, and the options of `mcalc diff` beside it.

%load_ext mcalc

%%mcalc --wrt w --steps
r = X@w - y
r.T@r
"""

from __future__ import annotations

import shlex
from typing import Any

import click

from mcalc.cli.diff import diff
from mcalc.cli.output import printable
from mcalc.errors import Problem
from mcalc.interface import Result


def load_ipython_extension(ipython: Any) -> None:
    """Give IPython the magic, for a line and for a cell."""
    ipython.register_magic_function(mcalc, "line_cell", "mcalc")


def mcalc(line: str, cell: str | None = None) -> Any:
    """Differentiate the cell, or the expression on the line, by what `--wrt` names.

    With --steps it shows the working, with --to a form or a page as text. The result, or the tuple of them, is the
    value of the cell. What is wrong is told without a traceback.
    """
    from mcalc.answer import answer_to
    from mcalc.cli.command import as_usage
    from mcalc.pages.content import Content
    from mcalc.pages.html import fragment
    from mcalc.request import Manner, Request, Way

    try:
        words = shlex.split(line) + ([] if cell is None else ["--", cell])
        given = diff.make_context("diff", words).params
        answer = answer_to(Request.among({"text": given["expr"], **given}), Manner.among(given))
        results = tuple(Result(answer, derivative) for derivative in answer.derivatives)
        if given["to"]:
            print("\n".join(result.write(form) for result in results for form in given["to"]))
            return None
        if given["steps"]:
            return _Shown(fragment(Content(answer, Way.among(given))), results)
        return results[0] if len(results) == 1 else results
    except Problem as problem:
        print(printable(problem.report()))
    except click.UsageError as fault:
        print(printable(as_usage(fault).report()))
    return None


class _Shown(tuple[Result, ...]):
    """Results that show their working."""

    _html: str

    def __new__(cls, html: str, results: tuple[Result, ...]) -> _Shown:
        made = super().__new__(cls, results)
        made._html = html
        return made

    def _repr_html_(self) -> str:
        return self._html
