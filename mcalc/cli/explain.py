"""`mcalc explain`: what an error means, told by the catalogue of codes."""

from __future__ import annotations

from click import Context, Parameter

from mcalc.cli.catalogue import Entry, searched, show
from mcalc.cli.command import command, completions
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.phrase import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def codes(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes that begin so."""
    from mcalc.checking.mistakes import MISTAKES
    from mcalc.errors.catalogue import CODES

    return completions(CODES, incomplete.upper()) + completions(MISTAKES, incomplete)


@command(
    examples=[
        ("what an error means", "mcalc explain E302"),
        ("every error that has to do with brackets", "mcalc explain brackets"),
        ("what a diagnosis means", "mcalc explain missed-occurrence"),
        ("every code, with its kind", "mcalc explain"),
    ]
)
@searched("The code of an error, or words to look for; every code where it is left out.", shell_complete=codes)
def explain(words: tuple[str, ...], to: str | None, as_json: bool) -> int:
    """Tell what an error means: its cause, a command line that ends so, and what mends it.

    The code stands behind the message, as in [E302]; the names that mcalc check gives to mistakes are codes as well.
    Codes stay the same from version to version.
    """
    from mcalc.checking.mistakes import MISTAKES
    from mcalc.errors.catalogue import CODES

    entries: list[Entry] = [
        {
            "code": name,
            "kind": say(code.kind),
            "title": say(code.title),
            "cause": say(code.cause),
            "example": code.example,
            "cure": say(code.cure),
        }
        for name, code in CODES.items()
    ]
    entries += [
        {
            "code": name,
            "kind": say("diagnosis"),
            "title": say(mistake.cause),
            "example": f"mcalc check {mistake.example}",
            "cure": say(mistake.cure),
        }
        for name, mistake in MISTAKES.items()
    ]

    def unknown(name: str) -> Problem:
        near = nearest(name.upper(), CODES) or nearest(name.lower(), MISTAKES)
        return Problem(
            "E031",
            "no error is called {name}, or has to do with it",
            hint="did you mean {near}?" if near else "mcalc explain lists them all",
            name=name,
            near=near,
        )

    return show(entries, words, ("code", "kind", "title"), as_json or to == "json", unknown)
