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
TOPICS = ("quadratic", "least-squares", "trace", "determinant", "inverse", "elementwise", "jacobian", "scalar")


@command(
    examples=[
        ("a question with its key", "mcalc exercise --topic trace --seed 3"),
        ("twenty of them as JSON", "mcalc exercise --topic quadratic --count 20 --to json"),
        ("the questions alone", "mcalc exercise --topic determinant --count 5 --no-key"),
    ]
)
@choice("--topic", TOPICS, metavar="TOPIC", help="What it is about; any topic where it is left out")
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="The same seed, the same exercise.")
@click.option("--count", type=int, metavar="N", default=1, show_default=True, help="How many, from that seed on.")
@click.option("--key/--no-key", default=True, help="Tell the key, its working and plausible wrong answers, or do not.")
@choice("--to", ("text", "json"), metavar="FORMAT", help="What to print")
def exercise(topic: str | None, seed: int, count: int, key: bool, to: str | None) -> int:
    """Make a question to practise on, with its key, its working, and plausible wrong answers.

    The same topic and seed make the same exercise.
    """
    from mcalc.checking.exercise import Exercise

    if count < 1:
        raise Problem("E017", "--count is more than 0")
    for number in range(seed, seed + count):
        made = Exercise(topic or TOPICS[number % len(TOPICS)], number)
        if to == "json":
            emit(json_line(made.reply(key)))
        else:
            emit(page(made, key))
    return 0


def page(made: Exercise, key: bool) -> str:
    """The exercise as text."""
    asked = say(
        "{name}: differentiate {expr} by {wrt}, where {declared}"
        if made.var
        else "{name}: differentiate {expr} by {wrt}",
        name=made.name,
        expr=made.expr,
        wrt=made.wrt,
        declared=made.var,
    )
    shown = [spoken(asked)]
    if key:
        steps = [(f"  {left} = {text}", spoken(title)) for left, text, title in made.steps()]
        shown += [line + (f"   ({title})" if title else "") for line, title in steps]
        shown += ["  " + tell("answer: {key}", key=made.key)]
        shown += ["  " + tell("not {text}: {told}", text=text, told=told) for text, _, told in made.wrong]
    return "\n".join(shown)
