"""`mcalc check`: whether an answer is right, and if not, what went wrong."""

from __future__ import annotations

import sys

import click

from mcalc.calculus.layout import LAYOUTS
from mcalc.checking import FEEDBACK
from mcalc.cli.command import choice, command
from mcalc.cli.expressions import EXPR, FILE, Variable, expression, serve, serve_lines, text_file
from mcalc.cli.guard import Guard
from mcalc.cli.options import QUESTION
from mcalc.cli.output import emit, in_colour, json_line, on_terminal, printable
from mcalc.errors import Problem
from mcalc.phrase import say
from mcalc.translation import spoken, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.answer import Reply
    from mcalc.checking.question import Question, Verdict

COLOURS = {"correct": "32", "correct-up-to-layout": "32", "partial": "33", "undecided": "33"}  #: else red


@command(
    examples=[
        ("an occurrence was missed", "mcalc check 'x.T@A@x' --wrt x --answer 'A@x'"),
        ("right, in another form", "mcalc check 'norm(A@x - b)^2' --wrt x --answer '2*A.T@A@x - 2*A.T@b'"),
        ("right, but not without an inverse", "mcalc check 'logdet(X)' --wrt X --answer 'inv(X).T' --form no-inverse"),
        ("many answers, one a line", "printf '%s\\n' '2*x' x | mcalc check 'x.T@x' --wrt x --answer -"),
        ("a derivation, line by line", "mcalc check 'x.T@A@x' --wrt x --derivation steps.txt"),
    ],
    within=10,
)
@EXPR
@click.option("--wrt", type=Variable(), metavar="NAME", help="The variable to differentiate by.")
@click.option("--answer", metavar="ANSWER", help="The answer; - reads one from each line of standard input.")
@click.option("--derivation", metavar="FILE", help="Lines 'df = …', to be checked in turn; - is standard input.")
@QUESTION.only("order", "var", "fun")
@FILE
@choice("--layout", LAYOUTS, metavar="LAYOUT", default="mixed", show_default=True, help="The layout that is asked for")
@click.option("--strict-layout", is_flag=True, help="Another layout is wrong: exit with 1.")
@click.option(
    "--form",
    metavar="TESTS",
    help="What the form of a right answer is tested for: no-inverse, no-kron, expanded, factored, only:NAME,….",
)
@choice("--feedback", FEEDBACK, metavar="HOW", default="full", show_default=True, help="How much to tell")
@click.option("--seed", type=int, metavar="N", default=0, show_default=True, help="The seed of the points.")
@choice("--to", ("text", "json"), metavar="FORMAT", help="What to print")
def check(
    expr: str | None,
    wrt: str | None,
    answer: str | None,
    derivation: str | None,
    order: int,
    var: tuple[str, ...],
    fun: tuple[str, ...],
    file: str | None,
    layout: str,
    strict_layout: bool,
    form: str | None,
    feedback: str,
    seed: int,
    to: str | None,
) -> int:
    """Tell whether an answer is the derivative, however it is written, and if it is not, what went wrong.

    The verdict is correct, correct-up-to-layout, partial, wrong, invalid or undecided. It is exact where a comparison
    modulo a prime decides, else numeric, from points inside the domain. A wrong answer is compared with the results of
    common mistakes: those that give the same are told, the likeliest first, with a counterexample in small numbers.

    The exit status is 0 for a right answer, 1 for a wrong one, 2 for one that means nothing, 4 for one that stays
    undecided.
    """
    from mcalc.checking.form import tests_in
    from mcalc.checking.question import question_for

    if not wrt:
        raise Problem("E011", "no variable to differentiate by", hint="--wrt NAME says which")
    if (answer is None) == (derivation is None):
        raise Problem("E015", "one answer is to be checked, or one derivation", hint="--answer ANSWER gives an answer")
    if [expr if not file else None, answer, derivation].count("-") > 1:
        raise Problem("E008", "only one thing can come from standard input")
    name, forms, as_json, worst = wrt, tests_in(form) if form else [], to == "json", 0

    def asked(text: str) -> Question:
        return question_for(text, name, var, order, layout, seed, fun)

    def judged(text: str, given: str) -> tuple[Question, Verdict]:
        nonlocal worst
        question = asked(text)
        verdict = question.check(given, forms, explain=feedback in ("type", "full"))
        worst = max(worst, verdict.exit_status(strict_layout))
        return question, verdict

    def one_line(text: str, given: str) -> str:
        question, verdict = judged(text, given)
        return json_line(reply_for(question, given, verdict, feedback)) if as_json else brief(verdict, feedback)

    if derivation is not None:
        text, steps = expression(expr, file), text_file(derivation)
        with Guard(lambda _: _derivation(asked(text), steps, feedback, as_json)) as guard:
            return guard()
    assert answer is not None
    if answer == "-":
        text = expression(expr, file)
        return serve_lines(lambda given: one_line(text, given), as_json, lambda: worst)

    def show(text: str) -> None:
        if on_terminal() and not to:
            question, verdict = judged(text, answer)
            emit(page(question, answer, verdict, feedback))
        else:
            emit(one_line(text, answer))

    return serve(expr, file, lambda text: one_line(text, answer), show, as_json, lambda: worst)


def _derivation(question: Question, text: str, feedback: str, as_json: bool) -> int:
    """The lines of a derivation up to the first that does not follow."""
    from mcalc.checking.derivation import derivation

    last = None
    found = []
    for line in derivation(question, text):
        last = line
        found.append({"line": line.number, "text": line.text, "about": line.kind, **line.verdict.reply(feedback)})
        if not as_json:
            emit(printable(tell("line {number}: {told}", number=line.number, told=brief(line.verdict, feedback))))
            if on_terminal() and line.verdict.exit_status():
                emit(f"  {printable(line.text)}")
    if last is None:
        raise Problem("E016", "the derivation has no lines")
    if as_json:
        emit(json_line({**heading(question), "derivation": found, "verdict": found[-1]["verdict"]}))
    return last.verdict.exit_status()


# ---------------------------------------------------------------- what is said


def heading(question: Question) -> Reply:
    """The question as plain data."""
    from mcalc.answer import heading

    return heading(question.reading, [question.variable.name], question.order, question.layout)


def reply_for(question: Question, answer: str, verdict: Verdict, feedback: str = "full") -> Reply:
    """The verdict on an answer as plain data."""
    return {**heading(question), "answer": answer, **verdict.reply(feedback)}


def brief(verdict: Verdict, feedback: str) -> str:
    """The verdict on one line: `wrong: sign: …`."""
    told = verdict.reply(feedback)
    if feedback == "none":
        return tell("received")
    parts = [tell(told["verdict"]), ", ".join(told["diagnosis"]), spoken(told["message"])]
    parts += [spoken(verdict.problem.hint)] if verdict.problem else []
    return printable(tell(": ").join(" ".join(part.split()) for part in parts if part))


def page(question: Question, answer: str, verdict: Verdict, feedback: str) -> str:
    """The verdict for a person: what went wrong, with numbers, and how it was found."""
    told = verdict.reply(feedback)
    if feedback == "none":
        return tell("received")
    name = told["verdict"]
    colour = COLOURS.get(name, "31")
    shown = [f"\x1b[1;{colour}m{tell(name)}\x1b[0m" if in_colour(sys.stdout) else tell(name)]
    if verdict.problem:
        return "\n".join([*shown, printable(verdict.problem.report(spoken))])
    if feedback == "full":
        shown += [f"  {finding.code}: {printable(spoken(finding.message))}" for finding in verdict.findings]
        shown += [f"  {printable(spoken(verdict.message))}"] if verdict.message and not verdict.findings else []
    else:
        shown += [f"  {code}" for code in told["diagnosis"]]
    if told["counterexample"]:
        shown += _counterexample(told["counterexample"])
    return "\n".join([*shown, f"  {spoken(how(verdict))}"] if feedback == "full" and verdict.decision else shown)


def _counterexample(found: dict[str, Any]) -> list[str]:
    """A counterexample in words."""
    given = [f"    {name} = {value}" for name, value in found["at"].items()]
    right = tell(
        "the derivative in entry {entry} is {value}" if found["entry"] else "the derivative is {value}",
        entry=str(found["entry"]),
        value=str(found["expected"]),
    )
    return [
        f"  {tell('for example at')}",
        *given,
        f"  {right}",
        "  " + tell("and the answer {value}", value=str(found["got"])),
    ]


def how(verdict: Verdict) -> str:
    """How the verdict was reached, in words."""
    decision = verdict.decision
    assert decision is not None
    points = say(
        "{count} point, seed {seed}" if decision.points == 1 else "{count} points, seed {seed}",
        count=decision.points,
        seed=decision.seed,
    )
    if decision.method == "numeric":
        gap = f"{decision.error:.1e}"
        return say("found numerically at {points}; greatest relative gap {gap}", points=points, gap=gap)
    if not decision.method:
        return say("not decided at {points}", points=points)
    if not decision.points:
        return say("found exactly, from the form")
    return say(
        "found exactly, modulo 2^61 - 1, at {points}; wrong with a chance below {chance}"
        if decision.error
        else "found exactly, modulo 2^61 - 1, at {points}",
        points=points,
        chance=f"{decision.error:.0e}",
    )
