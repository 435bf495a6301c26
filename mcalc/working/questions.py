"""A derivative as a question of its own, for the working of the next order."""

from __future__ import annotations

from mcalc.language.parse import parse
from mcalc.language.read import Reading, reworded
from mcalc.language.syntax import Name, Program, Syntax
from mcalc.language.tree import walk
from mcalc.targets import write


def as_question(shown: Syntax, reading: Reading) -> Reading:
    """The reading of a derivative, with those definitions of the first question that it uses."""
    own = shown.definitions if isinstance(shown, Program) else ()
    body = shown.body if isinstance(shown, Program) else shown
    needed = {node.id for root in (body, *(value for _, value in own)) for node in walk(root) if isinstance(node, Name)}
    kept = list(own)
    for name, value in reversed(reading.program.definitions):
        if name.id in needed:
            kept.insert(0, (name, value))
            needed |= {node.id for node in walk(value) if isinstance(node, Name)}
    text = write("text", Program(tuple(kept), body))
    return reworded(parse(text, reading.functions, reading.scope), text, reading)
