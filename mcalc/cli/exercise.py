"""`mcalc exercise`: questions to practise on, made from a seed."""

from __future__ import annotations

import click

from mcalc.cli.command import choice, command
from mcalc.cli.output import emit, json_line
from mcalc.errors import Problem
from mcalc.phrase import say
from mcalc.translation import spoken, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.checking.exercise import Exercise

#: As in `mcalc.checking.exercise`, which takes long to import.
TOPICS = (
    "quadratic", "least-squares", "trace", "determinant", "inverse", "elementwise", "jacobian", "scalar", "network",
    "symmetric", "hessian",
)  # fmt: skip


@command(
    examples=[
        ("a question with its key", "mcalc exercise --topic trace --seed 3"),
        ("twenty of them as JSON", "mcalc exercise --topic quadratic --count 20 --to json"),
        ("the questions alone", "mcalc exercise --topic determinant --count 5 --no-key"),
        ("a sheet for the class", "mcalc exercise --topic network --count 3 --to markdown"),
    ]
)
@choice("--topic", TOPICS, metavar="TOPIC", help="What it is about; any topic where it is left out")
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="The same seed, the same exercise.")
@click.option("--count", type=int, metavar="N", default=1, show_default=True, help="How many, from that seed on.")
@click.option("--key/--no-key", default=True, help="Tell the key, its working and plausible wrong answers, or do not.")
@choice("--to", ("text", "json", "markdown"), metavar="FORMAT", help="What to print")
def exercise(topic: str | None, seed: int, count: int, key: bool, to: str | None) -> int:
    """Make a question to practise on, with its key, its working, and plausible wrong answers.

    The same topic and seed make the same exercise. In JSON, one on a line, they are a key for mcalc grade.
    """
    from mcalc.checking.exercise import Exercise

    if count < 1:
        raise Problem("E017", "--count is more than 0")
    for number in range(seed, seed + count):
        made = Exercise(topic or TOPICS[number % len(TOPICS)], number)
        if to == "json":
            emit(json_line(made.reply(key)))
        else:
            emit(sheet(made, key) if to == "markdown" else page(made, key))
    return 0


def question(made: Exercise, expr: str, wrt: str) -> str:
    """The question in words."""
    asked = say(
        "differentiate {expr} twice by {wrt}" if made.order > 1 else "differentiate {expr} by {wrt}", expr=expr, wrt=wrt
    )
    return spoken(say("{asked}, where {declared}", asked=asked, declared=made.var) if made.var else asked)


def page(made: Exercise, key: bool) -> str:
    """The exercise as text."""
    shown = [f"{made.name}: {question(made, made.expr, made.wrt)}"]
    if key:
        steps = [(f"  {left} = {text}", spoken(title)) for left, text, title in made.steps()]
        shown += [line + (f"   ({title})" if title else "") for line, title in steps]
        shown += ["  " + tell("answer: {key}", key=made.key)]
        shown += ["  " + tell("not {text}: {told}", text=text, told=told) for text, _, told in made.wrong]
    return "\n".join(shown)


def sheet(made: Exercise, key: bool) -> str:
    """The exercise in Markdown, with formulas in LaTeX; the key is folded away."""
    asked = question(made, f"${made.written(made.expr, 'latex')}$", f"${made.written(made.wrt, 'latex')}$")
    shown = [f"### {made.name}", "", f"{asked[0].upper()}{asked[1:]}.", ""]
    if key:
        shown += [f"<details><summary>{tell('answer')}</summary>", ""]
        shown += [f"1. ${left} = {text}$ \n   {spoken(title)}" for left, text, title in made.steps("latex")]
        shown += [""]
        for text, _, told in made.wrong:
            shown += ["- " + tell("not {text}: {told}", text=f"${made.written(text, 'latex')}$", told=told)]
        shown += ["", "</details>", ""]
    return "\n".join(shown)
