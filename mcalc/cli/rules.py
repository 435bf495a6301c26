"""`mcalc rules`: every rule that a step can name: the formula, the condition, the reason, the source, an example."""

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

    from mcalc.algebra.ops import Op
    from mcalc.calculus.rules import Rule
    from mcalc.calculus.structure import Structure
    from mcalc.notation.moves import Move

COLUMNS = ("code", "kind", "formula")

#: What stands for the expression, the variable and its change where a sentence is told of no expression at all.
NAMES = {"f": "f", "x": "x", "dx": "dx", "df": "df", "entry": "x[0]", "count": "2", "copies": "x₁, x₂", "others": "x₂"}
NAMES |= {"node": "v₁", "shape": "n", "users": "v₂", "along": "v₂", "upstream": "g"}


def codes(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes that begin so."""
    from mcalc.working.rules import WORKING

    return completions(sorted(WORKING), incomplete)


@command(
    examples=[
        ("one rule", "mcalc rules trace-cyclic"),
        ("what has to do with inverses", "mcalc rules inverse"),
        ("every rule, as JSON", "mcalc rules --to json"),
    ]
)
@searched("The code of a rule, or words to look for; every rule where it is left out.", shell_complete=codes)
def rules(words: tuple[str, ...], to: str | None, as_json: bool) -> int:
    """Tell the rules by which derivatives are worked out: the formula, when it holds, why, the source, an example.

    They are the rules of the working, the derivatives of the operations, the identities that simplify, those that are
    used for a shorter formula, and what the conventions make of a derivative by a matrix that is symmetric, skew,
    diagonal, lower, psd or orthogonal. Every step of a working names its rule by the same code.
    """
    return show(entries(), words, COLUMNS, as_json or to == "json", unknown)


def unknown(name: str) -> Problem:
    """There is no rule of this name."""
    near = nearest(name, [entry["code"] for entry in entries()])
    return Problem(
        "E031",
        "no rule is called {name}, or has to do with it",
        hint="did you mean {near}?" if near else "mcalc rules lists them all",
        name=name,
        near=near,
    )


def entries() -> list[Entry]:
    """The rules of the working, then those of operations, of simplification, of presentation, and of structures."""
    from mcalc.calculus.rules import RULES
    from mcalc.calculus.structure import STRUCTURES
    from mcalc.cli.functions import catalogue
    from mcalc.notation.moves import MOVES
    from mcalc.working.rules import WORKING

    found = [*map(of_working, WORKING), *map(of_operation, catalogue()), *map(of_simplification, RULES)]
    return [*found, *map(of_presentation, MOVES.values()), *map(of_structure, STRUCTURES.values())]


def of_working(code: str) -> Entry:
    """A rule of the working."""
    from mcalc.working.rules import WORKING
    from mcalc.working.titles import SENTENCES

    rule = WORKING[code]
    layout = {"layout": say("mixed"), "why": "", "formula": rule.formula}
    return {
        "code": code,
        "kind": say("working"),
        "formula": rule.formula,
        "condition": say(rule.when),
        "why": say(SENTENCES[code], **NAMES, **layout),
        "source": rule.see,
        "example": f"mcalc diff {rule.example} --steps",
    }


def of_operation(op: Op) -> Entry:
    """The derivative of an operation."""
    from mcalc.cli.functions import rule

    return {
        "code": op.name,
        "kind": say("operation"),
        "formula": rule(op),
        "condition": say(op.domain) if op.domain != "generic" else "",
        "why": say(op.why),
        "source": op.see,
        "example": f"mcalc diff '{op.example}' --wrt {_variable(op)} --steps",
    }


def _variable(op: Op) -> str:
    """The variable of the example by which the operation is differentiated: the last of those inside its call."""
    from mcalc.algebra.expr import Apply
    from mcalc.algebra.walk import postorder
    from mcalc.language.read import read

    reading = read(op.example)
    inside = [node for node in postorder(reading.root) if isinstance(node, Apply) and node.op is op]
    moving = inside[0].args[-1].free if inside else set()
    names = [name for name, node in reading.symbols.items() if node in moving] or list(reading.symbols)
    return names[-1]


def of_simplification(rule: Rule) -> Entry:
    """An identity that is used wherever it applies."""
    return {
        "code": rule.name,
        "kind": say("simplification"),
        "formula": rule.statement,
        "condition": say(rule.when),
        "why": say(rule.why),
        "source": rule.see,
        "example": _example(rule.statement, rule.when),
    }


def of_presentation(move: Move) -> Entry:
    """An identity that is used, this way round, where the whole formula becomes shorter by it."""
    return {
        "code": move.name,
        "kind": say("presentation"),
        "formula": move.statement,
        "condition": say("the formula becomes shorter"),
        "why": say(move.why),
        "source": "",
        "example": _example(move.statement),
    }


def _example(statement: str, when: str = "") -> str:
    """An example of an identity: t times its left side, whose derivative by t is the right one."""
    from mcalc.language.read import read

    left = statement.partition(" = ")[0]
    name, _, prop = when.partition(" ")
    held = {"x": "x[n]", "Q": "Q[n,n]"}
    declared = [f"{held[name]} {prop}"] if name in held and prop in ("positive", "orthogonal") else []
    symbols = read(left, declared).symbols
    declared += [held["x"]] if "x" in symbols and name != "x" else []
    declared += [f"{given}[]" for given in ("c", "k") if given in symbols]
    return f"mcalc diff 't*({left})' --wrt t" + "".join(f" --var '{one}'" for one in (*declared, "t[]"))


def of_structure(structure: Structure) -> Entry:
    """The three derivatives by a matrix with a structure, side by side, and why they differ."""
    from mcalc.calculus.structure import REASON

    cookbook = structure.formula("cookbook")
    return {
        "code": structure.name,
        "kind": say("structure"),
        "formula": f"G; {structure.formula('structured')}" + (f"; {cookbook}" if cookbook else ""),
        "unstructured": say("G, the derivative by free entries"),
        "structured": say(
            "{formula}, the derivative along {changes} changes",
            formula=structure.formula("structured"),
            changes=say(structure.changes),
        ),
        "cookbook": say("{formula}, by an entry with all that is tied to it", formula=cookbook) if cookbook else "",
        "condition": say("X is {structure}", structure=say(structure.name)),
        "why": say("{why} {reason}", why=say(structure.why), reason=say(REASON)),
        "source": structure.see,
        "example": f"mcalc diff 'tr(A@X)' --wrt X --var 'X[n,n] {structure.name}' --structured",
    }
