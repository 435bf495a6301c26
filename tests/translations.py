"""Everything that mcalc says, and what the catalogue of each language makes of it.

`python -m tests.translations` writes the catalogues anew: it adds what is missing, with nothing for a translation,
takes out what is no longer said, compiles what gettext reads, and prints what is left to translate.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from inspect import cleandoc
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from mcalc.translation import LANGUAGES, LOCALES
from tests.shell import ROOT

PACKAGE = ROOT / "mcalc"

#: What makes a phrase of a template, and the places among its arguments where templates stand.
CALLS = {"say": (0,), "tell": (0,), "_chained": (0,), "check_choice": (0,), "Problem": (1, 3)}

#: What click says in its own words, where people meet it.
CLICK = (
    "Usage:", "Options", "Positional arguments", "default: {default}", "required", "Show this message and exit.",
    "Show the version and exit.", "Error: {message}", "Invalid value for {param_hint}: {message}",
    "{value!r} is not a valid {number_type}.", "Missing argument", "Missing option",
)  # fmt: skip


def in_code() -> Iterator[tuple[str, str]]:
    """The templates that stand in the code, each with its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                places = [node.args[k] for k in CALLS[node.func.id] if k < len(node.args)]
                places += [word.value for word in node.keywords if word.arg == "hint"]
                for place in places:
                    for text in templates(place, tree):
                        yield text, str(path.relative_to(ROOT))


def templates(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """The texts that an argument can be, as far as they stand in the same file."""
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(_, body, orelse):
            yield from templates(body, tree)
            yield from templates(orelse, tree)
        case ast.Name(name):
            for value in assigned(name, tree):
                if isinstance(value, (ast.Constant, ast.IfExp)):
                    yield from templates(value, tree)
        case ast.Subscript(ast.Name(name)):
            for value in assigned(name, tree):
                yield from (
                    part.value
                    for entry in (value.values if isinstance(value, ast.Dict) else [value])
                    for part in ast.walk(entry)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )


def assigned(name: str, tree: ast.Module) -> Iterator[ast.expr]:
    """What a name is given anywhere in the file."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Name(target)], value) if target == name:
                yield value
            case ast.Assign([ast.Tuple(names)], ast.Tuple(values)):
                for one, value in zip(names, values, strict=True):
                    if isinstance(one, ast.Name) and one.id == name:
                        yield value
            case ast.AnnAssign(ast.Name(target), _, ast.expr() as value) if target == name:
                yield value


def in_records() -> Iterator[tuple[str, str]]:
    """The texts of records, and of data that others are made of."""
    from mcalc.algebra.ops import OPS, find
    from mcalc.algebra.ops.special import SPECIAL
    from mcalc.calculus.layout import LAYOUTS
    from mcalc.calculus.rules import RULES
    from mcalc.calculus.structure import REASON, STRUCTURES
    from mcalc.checking import VERDICTS
    from mcalc.checking.mistakes import MISTAKES
    from mcalc.cli.examples import names, title_of
    from mcalc.errors.catalogue import CODES
    from mcalc.language.latex import commands
    from mcalc.language.syntax_errors import ADVICE
    from mcalc.notation.moves import MOVES
    from mcalc.working.rules import WORKING
    from mcalc.working.titles import SENTENCES

    for op in [*OPS.values(), *filter(None, map(find, SPECIAL))]:
        yield from ((text, "records of operations") for text in (op.why, op.nonsmooth, op.domain))
    for rule in RULES:
        yield from ((text, "rules") for text in (rule.why, rule.when))
    for move in MOVES.values():
        yield move.why, "rules"
    for worked in WORKING.values():
        yield worked.when, "rules"
    for mistake in MISTAKES.values():
        yield from ((text, "diagnoses") for text in (mistake.cause, mistake.cure))
    yield REASON, "structures"
    yield from ((title_of(name), "examples") for name in names())
    for structure in STRUCTURES.values():
        yield from ((text, "structures") for text in (structure.name, structure.changes, structure.why))
    for code in CODES.values():
        yield from ((text, "codes") for text in (code.kind, code.title, code.cause, code.cure))
    yield from ((text, "working") for text in SENTENCES.values())
    for advice in (ADVICE, commands.ADVICE, commands.REFUSED_POWERS):
        yield from ((text, "advice") for text in advice.values())
    for words in (LAYOUTS, VERDICTS, KINDS, PROPERTIES, FACTS):
        yield from ((text, "words") for text in words)


#: What a derivative can be, the properties that are told, and the facts and columns of catalogues and reports.
KINDS = ("derivative", "gradient", "jacobian", "hessian", "tensor", "jvp", "vjp", "hvp", "differential", "value")
PROPERTIES = ("symmetric", "skew", "diagonal", "orthogonal", "row", "column")
FACTS = """
    code kind formula condition title cause example cure name aliases shape derivative kink why domain source
    student question answer score verdict remarks submissions right points id
""".split()


def in_help() -> Iterator[tuple[str, str]]:
    """The help of every command, paragraph by paragraph, of its options and examples, and what click adds."""
    from mcalc.cli.main import COMMANDS, cli, command

    found: list[tuple[click.Command, str]] = [(cli, "mcalc --help")]
    found += [(command(name), f"mcalc {name} --help") for name in COMMANDS]
    for shown, place in found:
        for paragraph in cleandoc(shown.help or "").split("\n\n"):
            yield " ".join(paragraph.split()), place
        context = click.Context(shown)
        for param in shown.get_params(context):
            record = param.get_help_record(context)
            yield (record[1].partition("  [")[0] if record else ""), place
        yield from ((what, place) for what, _ in getattr(shown, "examples", ()))
    yield from ((text, "mcalc --help") for text in COMMANDS.values())
    yield from ((text, "click") for text in CLICK)


@cache
def said() -> dict[str, list[str]]:
    """Every template, with the places where it stands."""
    found: dict[str, list[str]] = {}
    for text, place in (*in_code(), *in_records(), *in_help(), (", ", "lists")):
        text = getattr(text, "template", text)
        if re.sub(r"^{\w+}$", "", text):
            places = found.setdefault(text, [])
            places += [place] if place not in places else []
    return found


def catalogue(language: str) -> Path:
    """The file of a language."""
    return Path(LOCALES) / LANGUAGES[language] / "LC_MESSAGES" / "mcalc.po"


def read(language: str) -> Catalog:
    """The catalogue as it stands in its file."""
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=LANGUAGES[language])


def compiled(path: Path) -> bytes:
    """What gettext reads, made from the catalogue."""
    made = BytesIO()
    with path.open("rb") as file:
        found = read_po(file)
    found.creation_date = found.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same file from the same text
    write_mo(made, found)
    return made.getvalue()


def refreshed(language: str) -> Catalog:
    """The catalogue with exactly what is said now."""
    path = catalogue(language)
    old = read(language) if path.is_file() else Catalog()
    new = Catalog(locale=LANGUAGES[language], project="mcalc", fuzzy=False)
    for text, places in sorted(said().items(), key=lambda pair: pair[1][0]):
        known = old.get(text)
        # A template with a percent sign is no format of Python's: flags are left out.
        new.add(text, known.string if known else "", locations=[(place, 0) for place in places[:1]])
        new[text].flags.clear()
    return new


HEAD = """\
# What mcalc says, in {name}. The templates are those of the code; holes keep their names.
# python -m tests.translations puts the catalogue in order and compiles it.
"""


def write(language: str) -> list[str]:
    """Write the catalogue and what is compiled from it; what is left to translate."""
    path, made = catalogue(language), refreshed(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, made, width=0, no_location=True, omit_header=True)
    head = HEAD.format(name={"zh": "Chinese"}[language])
    head += 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: zh_CN\\n"\n\n'
    path.write_bytes(head.encode() + text.getvalue())
    path.with_suffix(".mo").write_bytes(compiled(path))
    return [message.id for message in made if message.id and not message.string]


def main() -> None:
    """Write every catalogue."""
    for language, folder in LANGUAGES.items():
        if folder:
            for text in write(language):
                print(f"msgid {text!r}")


if __name__ == "__main__":
    main()
