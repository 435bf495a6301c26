"""Write the parser's tables: `python -m mcalc.language.tables` turns each grammar into a module of its own.

Importing lark costs more than a whole run of the calculator, so it works here, before anybody waits.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lark import Lark

#: Each grammar, with the module of its tables.
TABLES = {
    name: Path(__file__).with_name(f"{module}.py") for name, module in (("mcalc", "_grammar"), ("latex", "_latex"))
}

HEAD = '''"""The parser's tables. Written by `python -m mcalc.language.tables` from grammar/{}.lark: do not edit."""
# ruff: noqa

from __future__ import annotations

'''


def grammar_file(name: str) -> Path:
    """A grammar: in an installed wheel beside the package's modules, otherwise at the top of the checkout."""
    package = Path(__file__).resolve().parents[1]
    bundled = package / "grammar" / f"{name}.lark"
    return bundled if bundled.is_file() else package.parent / "grammar" / f"{name}.lark"


def build(source: str) -> Lark:
    """The grammar as lark has analysed it. Raises `ValueError` where it is ambiguous for LALR(1)."""
    import logging

    from lark import Lark
    from lark.utils import logger

    conflicts: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: conflicts.append(record.getMessage())  # type: ignore[method-assign]
    level = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)
    try:
        grammar = Lark(source, parser="lalr", lexer="basic", debug=True)
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)
    conflicts = [message for message in conflicts if "conflict" in message.lower()]
    if conflicts:
        raise ValueError("\n".join(conflicts))
    return grammar


def generate(name: str) -> str:
    """The text of the tables' module for a grammar."""
    source = grammar_file(name).read_text(encoding="utf-8")
    grammar = build(source)
    table = grammar.parser.parser._parse_table
    rules = list(dict.fromkeys(grammar.rules))
    number = {rule: k for k, rule in enumerate(rules)}
    place = _numbering(table)
    actions: list[dict[str, int]] = [{} for _ in place]
    usual: list[int] = [0 for _ in place]
    goto: list[dict[str, int]] = [{} for _ in place]
    names = {terminal.name for terminal in grammar.terminals} | {"$END"}
    names |= {name for row in table.states.values() for name in row if name.isupper()}
    for state, row in table.states.items():
        for symbol, (action, target) in row.items():
            if str(action) == "Reduce":
                actions[place[state]][symbol] = -1 - number[target]
            else:
                (actions if symbol in names else goto)[place[state]][symbol] = place[target]
    for k, choices in enumerate(actions):
        reductions = [action for action in choices.values() if action < 0]
        usual[k] = max(sorted(set(reductions)), key=reductions.count, default=0)
        actions[k] = {symbol: action for symbol, action in sorted(choices.items()) if action != usual[k]}
    _shorten(actions, usual, goto, [(str(r.origin.name), len(r.expansion), r.alias or "") for r in rules])
    patterns = [t for t in grammar.terminals if t.pattern.type == "re"]
    patterns.sort(key=lambda t: source.index(f"\n{t.name}:"))
    texts = {t.pattern.value: t.name for t in grammar.terminals if t.pattern.type == "str"}
    ignored = sorted(grammar.ignore_tokens)
    parts = [
        _value("PATTERNS", "tuple[tuple[str, str], ...]", tuple((t.name, t.pattern.to_regexp()) for t in patterns)),
        _value("CHARACTERS", "dict[str, str]", texts),
        _value("IGNORED", "frozenset[str]", f"frozenset({ignored!r})"),
        f"START = {place[table.start_states['start']]}\nFINAL = {place[table.end_states['start']]}\n",
        "#: Of each rule: what it makes, of how many symbols, by which function.\n"
        + _value(
            "RULES",
            "tuple[tuple[str, int, str], ...]",
            tuple((str(rule.origin.name), len(rule.expansion), rule.alias or "") for rule in rules),
        ),
        "#: Of each state: the next state for a terminal that is shifted, or -1 - the rule that is reduced.\n"
        + _value("ACTIONS", "tuple[dict[str, int], ...]", tuple(actions)),
        "#: Of each state: what happens at any other terminal; 0 is an error.\n"
        + _value("USUAL", "tuple[int, ...]", repr(tuple(usual))),
        "#: Of each state: the next state after a rule has made a symbol.\n"
        + _value("GOTO", "tuple[dict[str, int], ...]", tuple(dict(sorted(row.items())) for row in goto)),
    ]
    return HEAD.format(name) + "\n".join(parts)


def _numbering(table: Any) -> dict[int, int]:
    """The states in the order in which they are reached: lark's own numbers change from run to run."""
    start = table.start_states["start"]
    place = {start: 0}
    queue = [start]
    for state in queue:
        for _, (action, target) in sorted(table.states[state].items()):
            if str(action) == "Shift" and target not in place:
                place[target] = len(place)
                queue.append(target)
    return place


def _shorten(
    actions: list[dict[str, int]], usual: list[int], goto: list[dict[str, int]], rules: list[tuple[str, int, str]]
) -> None:
    """Go at once where a state leads that does nothing but call a symbol by another name."""
    for state, row in enumerate(actions):
        for symbol, target in [*row.items(), *goto[state].items()]:
            while target > 0 and not actions[target] and usual[target]:
                made, count, builder = rules[-1 - usual[target]]
                if count != 1 or builder:
                    break
                target = goto[state][made]
            (row if symbol in row else goto[state])[symbol] = target


def _value(name: str, kind: str, value: object) -> str:
    """`name: kind = value`, broken into lines; the entries of a tuple each begin a line."""
    entries = value if isinstance(value, tuple) else None
    text = "(\n" + "".join(f"{_broken(f'    {entry!r},')}\n" for entry in entries) + ")" if entries else str(value)
    return _broken(f"{name}: {kind} = {text}") + "\n"


def _broken(line: str) -> str:
    """A line of code in lines of 120 characters, where that is possible."""
    if "\n" in line or len(line) <= 120:
        return line
    return fill(line, 120, subsequent_indent="        ", break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    for name, path in TABLES.items():
        path.write_text(generate(name), encoding="utf-8")
