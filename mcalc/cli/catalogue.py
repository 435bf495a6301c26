"""What `functions`, `rules` and `explain` have in common: a catalogue listed, searched, or told of one entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from mcalc.cli.command import choice
from mcalc.cli.output import emit, json_line, on_terminal
from mcalc.errors import Problem, columns
from mcalc.phrase import say
from mcalc.translation import localized, spoken

#: The facts of one entry by their names, the name of the entry first.
Entry = dict[str, str]


def searched(help: str, **settings: Any) -> Callable[[Any], Any]:
    """The arguments and options of a catalogue; the command gets `words` and `as_json`."""

    def decorated(function: Any) -> Any:
        function = click.option("--json", "as_json", is_flag=True, help="The same as --to json.")(function)
        function = choice("--to", ("text", "json"), metavar="FORMAT", help="What to print")(function)
        return click.argument("words", nargs=-1, help=help, **settings)(function)

    return decorated


def show(
    entries: Sequence[Entry],
    words: Sequence[str],
    columns: tuple[str, ...],
    as_json: bool,
    unknown: Callable[[str], Problem],
    aliases: Callable[[Entry], Iterable[str]] = lambda entry: (),
) -> int:
    """Tell all of the entries of this name, or list those in which all the words stand. Raises what `unknown` makes.

    A name may be that of two entries, as that of an operation and of the identity that makes it.
    """
    name = " ".join(words)
    one = [
        entry
        for entry in entries
        if name and name.lower() in map(str.lower, (next(iter(entry.values())), *aliases(entry)))
    ]
    found = one or [entry for entry in entries if all(map(_text(entry).__contains__, name.lower().split()))]
    if not found:
        raise unknown(name)
    if one or (words and len(found) == 1):
        _tell(found, as_json)
    else:
        _list(found, columns, as_json)
    return 0


def _text(entry: Entry) -> str:
    """What is searched: everything but the example, in English and in the language that is spoken."""
    facts = [text for fact, text in entry.items() if fact != "example"]
    return "\n".join((*facts, *map(spoken, facts))).lower()


def _list(entries: Sequence[Entry], columns: tuple[str, ...], as_json: bool) -> None:
    """The table: drawn on a terminal, with tabs in a pipe, a list in JSON."""
    if as_json:
        emit(json_line(list(entries)))
    elif on_terminal():
        from mcalc.cli.screen import draw_table

        draw_table(columns, [localized(entry) for entry in entries])
    else:
        for entry in entries:
            emit("\t".join(spoken(entry[column]) for column in columns))


def _tell(found: Sequence[Entry], as_json: bool) -> None:
    """Everything about an entry, a fact a line."""
    if as_json:
        emit(json_line(found[0] if len(found) == 1 else list(found)))
        return
    for k, entry in enumerate(found):
        if k:
            emit("\n")
        facts = [(spoken(say(fact)), spoken(text)) for fact, text in entry.items() if text]
        if on_terminal():
            from mcalc.cli.screen import draw_facts

            draw_facts(facts)
            continue
        width = max(columns(spoken(say(fact))) for fact in entry)
        for fact, text in facts:
            emit(fact + " " * (width - columns(fact) + 2) + text)
