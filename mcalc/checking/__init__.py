"""Checking: whether two expressions are equal, and what is wrong with an answer that is not right.

identity point modular sampling    equality: by nodes, at exact points, at floating ones
meanings _meanings                 what the operations are worth there, written from their records
given differences                  numbers that somebody gives, and finite differences
question form layouts              a question with its verdicts, tests of form, and layouts told apart
case diagnosis mutations mistakes  a wrong answer, the ways of going wrong, and what is said of them
finding terms values counterexample    what a diagnosis is made of
derivation exercise                lines of a derivation; questions to practise on
grade submissions pool worker cluster reports    a whole class: rows in, verdicts at once, reports out
"""

from __future__ import annotations

#: The verdicts, each with the exit status that it ends `mcalc check` with.
VERDICTS = {"correct": 0, "correct-up-to-layout": 0, "partial": 1, "wrong": 1, "invalid": 2, "undecided": 4}

#: How much is told of a verdict: nothing, the verdict alone, the kind of mistake, all.
FEEDBACK = ("none", "verdict", "type", "full")
