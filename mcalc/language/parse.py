"""From text to the surface tree: a driver for the grammar's tables, and programs out of their lines.

The driver keeps its own stack, so that the depth of the text is no concern of Python's. The nodes are made in `build`.
"""

from __future__ import annotations

from mcalc.errors import Problem
from mcalc.language import _grammar
from mcalc.language.build import BUILDERS, OPERATORS, callable_names, check_bars
from mcalc.language.letters import is_latex
from mcalc.language.lexer import tokenize
from mcalc.language.names import nearest
from mcalc.language.summation import resolved
from mcalc.language.syntax import Name, Num, Program, Span, Syntax, Text
from mcalc.language.tree import children, walk
from mcalc.limits import limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from types import ModuleType
    from typing import Any

    from mcalc.language.tokens import Token

    Values = list[Any]
    Spans = list[Span]
    Line = tuple[str, Any, Span]

#: A pair of brackets may hold a sum of products of tight products of powers of calls: so many nodes deep.
IN_BRACKETS = 6


def parse(text: str, functions: Container[str] | None = None, names: Container[str] = (), of: str = "") -> Program:
    """The program that `text` writes, in the input language or in LaTeX.

    `functions` are the names that can be called (by default those that need no declaration); `names` are
    variables that are declared elsewhere, so that `A(x + y)` is a product. The span of a node in brackets is that
    of what stands inside them. `of` names the definition that is meant, in the place of an expression at the end.
    Raises a `Problem` of kind parse, name, unsupported or limit.
    """
    try:
        known = callable_names() if functions is None else functions
        bold: frozenset[str] = frozenset()
        if is_latex(text):
            from mcalc.language import _latex, latex

            tokens, bold = latex.tokenize(text, known, names)
            lines = _latex_lines(_run(tokens, _latex))
        else:
            tokens = tokenize(text, known, names)
            lines = _run(tokens, _grammar)
        program = resolved(_program(lines, (0, len(text)), of), names)
        if any(token[0] == "BAR" for token in tokens):
            check_bars(program)
        program.bold = bold
        if len(tokens) > IN_BRACKETS * limit("depth"):
            _check_depth(program)
    except Problem as problem:
        problem.source = text
        raise
    return program


def name_in(text: str) -> str:
    r"""The name that this spells: `\mathbf{x}` is x, and what is no LaTeX is itself. Raises a `Problem`."""
    if "\\" not in text and "{" not in text and "$" not in text:
        return text
    from mcalc.language import latex

    return latex.name_in(text)


def _run(tokens: list[Token], tables: ModuleType) -> list[Line]:
    """Shift and reduce by a grammar's tables until the tokens have become the lines of a program."""
    rules, actions, usual, goto = tables.RULES, tables.ACTIONS, tables.USUAL, tables.GOTO
    states: list[int] = [tables.START]
    values: Values = []
    spans: Spans = []
    previous: Token | None = None
    for token in tokens:
        kind, written, start, stop = token
        while True:
            state = states[-1]
            action = actions[state].get(kind) or usual[state]
            if action >= 0:
                break
            made, count, builder = rules[-1 - action]
            if builder:
                if count == 1:
                    values[-1] = BUILDERS[builder](values[-1:], spans[-1:])
                else:
                    values[-count:] = [BUILDERS[builder](values[-count:], spans[-count:])]
                    spans[-count:] = [(spans[-count][0], spans[-1][1])]
            del states[-count:]
            states.append(goto[states[-1]][made])
        if not action:
            if state == tables.FINAL and kind == "$END":
                break
            from mcalc.language.syntax_errors import misplaced

            raise misplaced(previous, token)
        states.append(action)
        spans.append((start, stop))
        if kind == "NAME":
            values.append(Name(written, (start, stop)))
        elif kind == "NUMBER":
            values.append(Num(written, (start, stop)))
        elif kind == "STRING":
            values.append(Text(written, (start, stop)))
        else:
            values.append(OPERATORS.get(kind, written))
        previous = token
    lines: list[Line] = values[0]
    return lines


def _latex_lines(lines: list[Line]) -> list[Line]:
    """The lines of a formula in LaTeX, where the last may say what it defines: `f(x) = …`."""
    kind, value, where = lines[-1]
    if kind == "definitions":
        lines[-1] = ("value", (value[0][1], ()), where)
    return lines


def _program(lines: list[Line], span: Span, of: str = "") -> Program:
    """Definitions, then one expression; `where` adds definitions that stand behind it."""
    definitions: list[tuple[Name, Syntax]] = []
    declarations: list[tuple[str, Span]] = []
    body: Syntax | None = None
    seen: set[str] = set()
    for kind, value, where in lines:
        if kind == "declaration":
            declarations.append((value, where))
            continue
        if body is not None:
            raise Problem(
                "E127", "only the last part may be an expression by itself", body.span, "give it a name: r = …; …"
            )
        bindings = value if kind == "definitions" else value[1]
        for name, meaning in bindings:
            if name.id in seen:
                raise Problem(
                    "E205",
                    "{name} is defined twice",
                    name.span,
                    "give the second another name: {name}_1 = …",
                    name=name.id,
                )
            seen.add(name.id)
            definitions.append((name, meaning))
        if kind == "value":
            body = value[0]
    if of:
        return _definition(of, definitions, tuple(declarations), span)
    if body is None:
        if not definitions:
            raise Problem("E128", "there is no expression to read", span)
        name = definitions[-1][0]
        raise Problem(
            "E128",
            "no expression follows the definitions",
            lines[-1][2],
            "end with the expression that is meant: …; {name}",
            name=name.id,
        )
    return Program(tuple(definitions), body, tuple(declarations), span)


def _definition(
    of: str, definitions: list[tuple[Name, Syntax]], declarations: tuple[tuple[str, Span], ...], span: Span
) -> Program:
    """What a definition is worth, after those that it uses."""
    known = {name.id: value for name, value in definitions}
    if of not in known:
        near = nearest(of, known)
        hint = "did you mean {near}?" if near else "the definitions are {known}" if known else ""
        raise Problem("E216", "there is no definition of {of}", None, hint, of=of, near=near, known=list(known))
    needed = {of}
    for name, value in reversed(definitions):
        if name.id in needed:
            needed |= {node.id for node in walk(value) if isinstance(node, Name)}
    kept = tuple((name, value) for name, value in definitions if name.id in needed and name.id != of)
    return Program(kept, known[of], declarations, span)


def _check_depth(program: Program) -> None:
    stack: list[tuple[Syntax, int]] = [(program, 0)]
    deepest = IN_BRACKETS * limit("depth")
    while stack:
        node, depth = stack.pop()
        if depth > deepest:
            raise Problem("E502", "the expression is nested too deeply", node.span, "name the inner part: r = …; …")
        stack.extend((child, depth + 1) for child in children(node))
