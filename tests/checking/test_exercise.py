"""Exercises: the same from the same seed, with a key that is right and wrong answers that are wrong."""

from __future__ import annotations

import pytest

from mcalc.checking.exercise import TOPICS, Exercise
from mcalc.checking.finding import CODES
from mcalc.checking.question import Question
from mcalc.cli import exercise as command
from mcalc.errors import Problem

SEEDS = range(3)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_key_is_right_and_the_wrong_answers_are_wrong(topic: str) -> None:
    for seed in SEEDS:
        made = Exercise(topic, seed)
        question = Question(made.expr, made.wrt, made.var, made.order)
        assert question.check(made.key).verdict == "correct"
        assert made.wrong, made.name
        assert len({text for text, _, _ in made.wrong}) == len(made.wrong)
        for text, code, told in made.wrong:
            found = question.check(text)
            assert found.verdict in ("wrong", "partial")
            assert found.findings[0].code == code
            assert code in CODES
            assert told


@pytest.mark.parametrize("topic", TOPICS)
def test_the_same_seed_makes_the_same_exercise(topic: str) -> None:
    assert Exercise(topic, 7).reply() == Exercise(topic, 7).reply()
    assert len({Exercise(topic, seed).expr for seed in range(5)}) > 1


@pytest.mark.parametrize("topic", TOPICS)
def test_the_working_ends_with_the_key(topic: str) -> None:
    made = Exercise(topic, 1)
    steps = made.steps()
    assert len(steps) > 1
    assert steps[-1][1] == made.key


def test_without_its_key_nothing_of_it_is_told() -> None:
    made = Exercise("trace", 3)
    assert made.reply(key=False).keys() == {"id", "topic", "seed", "expr", "wrt", "var", "order", "shape"}
    assert made.key not in command.page(made, key=False)
    assert made.written(made.key, "latex") not in command.sheet(made, key=False)


def test_a_sheet_in_markdown() -> None:
    shown = command.sheet(Exercise("least-squares", 1), key=True)
    assert shown.startswith("### least-squares-1\n\nDifferentiate $")
    assert shown.count("<details>") == shown.count("</details>") == 1
    assert shown.count("$") % 2 == 0


def test_a_topic_that_is_none() -> None:
    with pytest.raises(Problem, match="no such topic: magic"):
        Exercise("magic", 0)


def test_the_command_line_knows_the_topics() -> None:
    assert tuple(TOPICS) == command.TOPICS
