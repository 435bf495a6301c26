"""Reading argv: what is an option, what is an expression, and what is a mistake."""

from __future__ import annotations

from typing import Any

import click
import pytest

from mcalc.cli.batch import batch
from mcalc.cli.command import Command, as_usage
from mcalc.cli.diff import diff
from mcalc.cli.functions import functions
from mcalc.errors import EXCERPT, Problem


def read(command: Command, words: list[str]) -> dict[str, Any]:
    """The values of the command's parameters."""
    try:
        with command.make_context(command.name, words) as context:
            return context.params
    except click.UsageError as fault:
        raise as_usage(fault) from None


@pytest.mark.parametrize(
    "expression",
    ["-x", "-x.T@x", "-x.T@A@x", "-2*t*x", "-tr(A)", "-f(x)", "--x", "--t", "-t", "-w", "-o", "-1/2*x'*A*x", "-wrt"],
)
def test_a_word_that_begins_with_a_dash_and_is_no_option_is_the_expression(expression: str) -> None:
    for words in ([expression, "--wrt", "x"], ["--wrt", "x", expression], ["--wrt=x", "--order=2", expression]):
        values = read(diff, words)
        assert values["expr"] == expression
        assert values["wrt"] == ("x",)


@pytest.mark.parametrize("expression", ["--wrt", "-f", "-h", "--help", "-"])
def test_after_two_dashes_everything_is_an_expression(expression: str) -> None:
    assert read(diff, ["--wrt", "x", "--", expression])["expr"] == expression


def test_options_repeat_take_lists_and_stand_anywhere() -> None:
    words = ["--wrt", "W1, b1", "--var", "A[n,n] symmetric, x[n]", "f", "--wrt", "W2", "--var=c[]", "--wrt", "b1"]
    values = read(diff, words)
    assert values["wrt"] == ("W1", "b1", "W2")
    assert values["var"] == ("A[n,n] symmetric, x[n]", "c[]")
    assert values["expr"] == "f"
    assert values["order"] == 1


@pytest.mark.parametrize(("words", "steps"), [([], None), (["--steps"], True), (["--no-steps"], False)])
def test_a_flag_has_three_states(words: list[str], steps: bool | None) -> None:
    assert read(diff, ["x", *words])["steps"] is steps


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["x.T@x", "-wrt", "x"], "no such option: -wrt", "did you mean --wrt?"),
        (["x.T@x", "--wrtt", "x"], "no such option: --wrtt", "did you mean --wrt?"),
        (["--odrer", "2"], "no such option: --odrer", "did you mean --order?"),
        (["--odrer=2"], "no such option: --odrer=2", "did you mean --order?"),
        (["x.T@x", "--quux"], "no such option: --quux", "mcalc diff -- --quux"),
        (["x", "-y", "--wrt", "x"], "no such option: -y", "mcalc diff -- -y"),
        (["x", "+", "y"], "3 words where one belongs", "mcalc diff 'x + y'"),
        (["--wrt"], "--wrt needs a NAME", ""),
        (["x", "--wrt", "--order", "2"], "--wrt needs a NAME", ""),
        (["x", "--wrt="], "--wrt needs a NAME", ""),
        (["x", "--wrt", "x,,y"], "--wrt needs a NAME", ""),
        (["x", "--order", "two"], "'--order': 'two' is not a valid integer", ""),
        (["x", "--order", "9" * 5000], "'--order': '999", ""),
        (["x", "--to", "latx"], "--to has no 'latx'", "did you mean latex?"),
        (["x", "--to", "braille"], "--to has no 'braille'", "choose from text, "),
        (["x", "--layout", "mixd"], "--layout has no 'mixd'", "did you mean mixed?"),
        (["x", "--steps=yes"], "option '--steps' does not take a value", ""),
    ],
)
def test_mistakes(words: list[str], message: str, hint: str) -> None:
    with pytest.raises(Problem) as caught:
        read(diff, words)
    assert caught.value.kind == "usage"
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert len(caught.value.message) <= EXCERPT


def test_help_wins_over_what_else_is_wrong_after_it() -> None:
    with pytest.raises(click.exceptions.Exit) as ended:
        read(diff, ["--help", "--quux", "a", "b"])
    assert ended.value.exit_code == 0


def test_an_operand_may_be_left_out() -> None:
    assert read(batch, [])["file"] is None
    assert read(functions, ["--json"]) == {"words": (), "to": None, "as_json": True}
