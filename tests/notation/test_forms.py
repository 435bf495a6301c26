"""Forms: how tightly a spelling binds, and what a transpose around it weighs."""

from __future__ import annotations

import pytest

from mcalc.language.parse import parse
from mcalc.language.syntax import Transpose
from mcalc.notation import forms
from mcalc.targets import write


@pytest.mark.parametrize("text", ["A + B", "c*A", "A@B", "A^2", "A.T", "A", "inv(A)", "-A"])
def test_the_level_is_what_brackets_go_by(text: str) -> None:
    syntax = parse(text).body
    form = forms.Form(syntax, forms.level_of(syntax), 5)
    bracketed = write("text", Transpose(syntax)).startswith("(")
    assert (form.level < forms.POSTFIX) == bracketed == (form.inside(forms.POSTFIX) > 5)


@pytest.mark.parametrize("text", ["A + B", "c*A", "A@B", "A^2", "A", "inv(A)"])
def test_turned_twice_a_form_is_what_it_was(text: str) -> None:
    syntax = parse(text).body
    form = forms.Form(syntax, forms.level_of(syntax), 5, depth=1)
    twice = forms.turn(forms.turn(form))
    assert (twice.syntax, twice.level, twice.depth) == (form.syntax, form.level, form.depth)
    assert twice.weight >= form.weight
