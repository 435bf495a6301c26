"""Checking: whether two expressions are equal, and what is wrong with an answer that is not right."""

from __future__ import annotations

#: The verdicts, each with the exit status that it ends `mcalc check` with.
VERDICTS = {"correct": 0, "correct-up-to-layout": 0, "partial": 1, "wrong": 1, "invalid": 2, "undecided": 4}

#: How much is told of a verdict: nothing, the verdict alone, the kind of mistake, all.
FEEDBACK = ("none", "verdict", "type", "full")
