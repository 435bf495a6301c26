"""Texts that remember how they were made."""

from __future__ import annotations

import copy
import pickle

from mcalc.phrase import all_of, any_of, one_of, say


def test_a_phrase_is_the_text_and_remembers_its_making() -> None:
    phrase = say("no such method: {method}; choose from {known}", method="x", known=["a", "b"])
    assert phrase == "no such method: x; choose from a, b"
    assert (phrase.template, phrase.fields["method"]) == ("no such method: {method}; choose from {known}", "x")


def test_it_survives_a_way_to_another_process() -> None:
    phrase = say("{a} and {b}", a=1, b=say("{c}", c=2))
    for other in (pickle.loads(pickle.dumps(phrase)), copy.deepcopy(phrase)):
        assert other == phrase
        assert (other.template, other.fields) == (phrase.template, phrase.fields)


def test_words_are_joined_as_in_a_sentence() -> None:
    assert one_of(["a vector", "a matrix", "a vector"]) == "a vector, or a matrix"
    assert any_of(["one argument"]) == "one argument"
    assert all_of(["A is m x n", "A is m x n"]) == "A is m x n and A is m x n"
