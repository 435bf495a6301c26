"""Reading: from text and declarations to an expression, its variables, and an echo of how it was understood."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from mcalc.algebra.dims import show_shape
from mcalc.algebra.expr import Expr, Shape, Symbol, symbol
from mcalc.algebra.walk import postorder
from mcalc.errors import Problem
from mcalc.language import sized
from mcalc.language.abstract import Functions, is_function
from mcalc.language.abstract import declared as declared_function
from mcalc.language.calls import FUNCTIONS
from mcalc.language.declare import Declaration, declare, merge
from mcalc.language.infer import infer
from mcalc.language.letters import SUPERSCRIPTS, other_spelling
from mcalc.language.lower import Lowering, Said
from mcalc.language.names import IDENTITY, letters, nearest
from mcalc.language.parse import name_in, parse
from mcalc.language.plan import Plan
from mcalc.language.product import ELEMENTWISE, PRODUCT
from mcalc.language.syntax import Call, Matmul, Name, Power, Product, Program, Syntax, Transpose
from mcalc.language.tree import replaced, walk
from mcalc.language.value import Value
from mcalc.limits import limit
from mcalc.phrase import say

#: Definitions are told beside an error where they are no longer than this together.
MOST_SHOWN = 200


class Reading:
    """A text as it was understood."""

    __slots__ = (
        "abstract", "called", "definitions", "dialect", "notes", "program", "root", "row", "said", "scope", "sizes",
        "sums", "symbols", "text",
    )  # fmt: skip

    text: str
    called: str  #: the name of the value, where it is a definition that is meant; else ''
    abstract: Functions  #: the functions that are declared, and their derivatives
    program: Program  #: the surface tree, undeclared products of letters opened
    root: Expr
    row: bool  #: whether the result stands as a row
    symbols: dict[str, Symbol]  #: declared ones first, then in the order of their first occurrence
    definitions: dict[str, Expr]  #: in order; those that stand as rows are left out, because a node cannot say so
    notes: list[str]  #: what a reader should know about the reading
    dialect: str  #: what `*` between matrices means here: product, elementwise, or '' where nothing tells
    scope: dict[str, Value]  #: every variable and definition as it is read
    sizes: frozenset[str]  #: the names of sizes
    said: dict[Expr, Said]  #: what the text calls a function of what: notation says it in the same words
    sums: frozenset[Expr]  #: the sums that the text spells, with the signs it gives them

    @property
    def functions(self) -> frozenset[str]:
        """The names that can be called, those of declared functions among them."""
        return FUNCTIONS.union(self.abstract)

    @property
    def numbers(self) -> frozenset[int]:
        """The sizes of axes that are numbers."""
        return frozenset(d.number for x in self.symbols.values() for d in x.shape if d.number is not None)


def read(
    text: str, declarations: Sequence[str] = (), *, wrt: Sequence[str] = (), functions: Sequence[str] = (), of: str = ""
) -> Reading:
    """Understand a program. `wrt` are names that must be variables, whatever they look like.

    `functions` declares abstract ones, as in `f: [m] -> []`. `of` names the definition that is meant, in the place of
    an expression at the end.

    Raises a `Problem` of kind parse, name, shape, limit, usage or unsupported, with the place in its source.
    """
    outside = [declaration for one in declarations for declaration in declare(one)]
    abstract = dict(item for one in functions for item in declared_function(one)[1].items())
    wrt = [name_in(name) for name in wrt]
    program = parse(text, FUNCTIONS | abstract.keys(), {d.name for d in outside}.union(wrt), of)
    declared: dict[str, Declaration] = {}
    try:
        inside: list[Declaration] = []
        for line, span in program.declarations:
            if is_function(line):
                abstract |= declared_function(line, span[0], text)[1]
            else:
                inside += declare(line, span[0], text)
        declared = merge([*outside, *inside])
        sizes = {name for d in declared.values() for size in d.dims or () for name in size.names}
        sizes |= {n for _, *shapes in abstract.values() for shape in shapes for size in shape for n in size.names}
        for name in {*declared, *wrt} & {*abstract, *sizes}:
            if name in abstract:
                raise Problem("E209", "{name} is a variable and a function", name=name)
        present = {node.id for node in walk(program.body) if isinstance(node, Name)}
        present |= {node.id for _, value in program.definitions for node in walk(value) if isinstance(node, Name)}
        present -= {name.id for name, _ in program.definitions} | sizes
        known = [*declared, *(n for n in wrt if n in present and n not in declared)]
        plan = Plan(program, text, known, sizes, abstract=abstract)
        if sized.are_in(program):
            shapes = infer(plan, declared | sized.DECLARED, _dialect(program, text))
            plan = Plan(sized.filled(plan.program, shapes), text, known, sizes, abstract=abstract)
        plan = _with_identity(plan, declared, sizes)
        reading = _understood(plan, declared)
    except Problem as problem:
        raise _placed(problem, text, program, declared) from None
    reading.called = of
    for name in wrt:
        variable(reading, name)
    return reading


def _understood(plan: Plan, declared: dict[str, Declaration]) -> Reading:
    dialect = _dialect(plan.program, plan.source)
    shapes = infer(plan, declared, dialect)
    places = {name: place for place, name in enumerate(plan.variables)}
    symbols = {
        name: symbol(name, shapes[name], declared[name].props if name in declared else (), places[name])
        for name in dict.fromkeys((*declared, *plan.variables))
    }
    return _meaning(plan, symbols, dialect)


def _with_identity(
    plan: Plan, declared: Mapping[str, Declaration], sizes: Collection[str], scope: Collection[str] = ()
) -> Plan:
    """The plan with eye(n) for an I that nobody has declared, where it stands as a square matrix."""
    sizes_of = {name: name[2:] for name in plan.variables if name.startswith(f"{IDENTITY}_") and name not in plan.known}
    if IDENTITY in plan.variables and IDENTITY not in plan.known:
        shape = infer(plan, declared, _dialect(plan.program, plan.source))[IDENTITY]
        sizes_of |= {IDENTITY: str(shape[0])} if len(shape) == 2 else {}
    if not sizes_of:
        return plan
    called = {name: parse(size, (), ()).body for name, size in sizes_of.items()}

    def identity(node: Syntax) -> Syntax | None:
        known = isinstance(node, Name) and node.id in called
        return Call("eye", (called[node.id],), (), node.span) if known and isinstance(node, Name) else None

    program = replaced(plan.program, identity)
    assert isinstance(program, Program)
    found = Plan(program, plan.source, plan.known, sizes, scope, plan.closed, plan.abstract)
    told = [say("{name} was read as the identity matrix eye({size})", name=n, size=d) for n, d in sizes_of.items()]
    found.notes = [*plan.notes, *told]
    return found


def _meaning(plan: Plan, symbols: dict[str, Symbol], dialect: str) -> Reading:
    """The reading of a plan whose variables are known."""
    found = Reading()
    found.called = ""
    found.text, found.program, found.abstract = plan.source, plan.program, plan.abstract
    found.symbols, found.dialect = symbols, dialect
    lowering = Lowering(plan, {name: Value(node) for name, node in found.symbols.items()}, found.dialect)
    value = lowering.run()
    found.root, found.row = value.expr, value.row
    if len(postorder(value.expr)) > limit("nodes"):
        hint, most = "--limit nodes=N allows more", limit("nodes")
        raise Problem("E502", "the expression has more than {most} parts", hint=hint, most=most)
    found.scope = lowering.scope
    found.said, found.sums = lowering.said, frozenset(lowering.sums)
    found.definitions = {name: found.scope[name].expr for name in plan.defined if not found.scope[name].row}
    found.sizes = frozenset(plan.sizes).union(n for s in found.symbols.values() for d in s.shape for n in d.names)
    found.notes = [*plan.notes, *lowering.notes]
    return found


def reworded(program: Program, text: str, reading: Reading, more: Sequence[Symbol] = ()) -> Reading:
    """The reading of another program, which `text` holds, with the variables of a reading and more."""
    symbols = {**reading.symbols, **{x.name: x for x in more}}
    plan = Plan(program, text, list(symbols), reading.sizes, closed=True, abstract=reading.abstract)
    return _meaning(plan, symbols, reading.dialect)


def reread(text: str, reading: Reading, more: Mapping[str, Expr] | None = None) -> Expr:
    """The expression of another text, such as an answer, with what a reading has in scope: see `reread_value`."""
    return reread_value(text, reading, more).expr


def reread_value(text: str, reading: Reading, more: Mapping[str, Expr] | None = None) -> Value:
    """Read another text, such as an answer, with the variables, sizes and definitions of a reading.

    `more` are further variables that it may use. What the text defines itself goes before what the reading
    defines. Raises a `Problem` of kind name where it uses a name that nobody knows.
    """
    program = parse(text, reading.functions, {*reading.scope, *(more or {})})
    return program_value(program, text, reading, more)


def program_value(program: Program, text: str, reading: Reading, more: Mapping[str, Expr] | None = None) -> Value:
    """What a program means where the variables, sizes and definitions of a reading are known: see `reread_value`."""
    extra = more or {}
    try:
        if program.declarations:
            raise Problem("E212", "variables are declared with the problem, not here", program.declarations[0][1])
        own = {name.id for name, _ in program.definitions}
        known = [*reading.symbols, *extra]
        if sized.are_in(program):
            names = [*known, *sized.NAMES]
            plan = Plan(program, text, names, reading.sizes, reading.scope, closed=True, abstract=reading.abstract)
            given = {n: Declaration(n, x.shape, frozenset(), n) for n, x in {**reading.symbols, **extra}.items()}
            program = sized.filled(plan.program, infer(plan, given | sized.DECLARED))
        earlier = {name: value for name, value in reading.scope.items() if name not in own and name not in known}
        plan = Plan(program, text, known, reading.sizes, earlier, closed=True, abstract=reading.abstract)
        scope = earlier | {name: Value(node) for name, node in (*reading.symbols.items(), *extra.items())}
        shapes = {name: Declaration(name, scope[name].shape, frozenset(), name) for name in known}
        plan = _with_identity(plan, shapes, reading.sizes, earlier)
        return Lowering(plan, scope, _dialect(program, text) or reading.dialect).run()
    except Problem as problem:
        raise _placed(problem, text, program) from None


def freed(reading: Reading, changed: Mapping[Symbol, Symbol]) -> Expr:
    """The expression of the reading with other symbols, such as matrices without their structure, in its place.

    A reading writes S.T as S where S is symmetric, after which nobody can tell which entry was meant.
    """
    symbols = {name: Value(changed.get(node, node)) for name, node in reading.symbols.items()}
    plan = Plan(reading.program, reading.text, list(symbols), reading.sizes, abstract=reading.abstract)
    return Lowering(plan, symbols, reading.dialect).run().expr


def variable(reading: Reading, name: str) -> Symbol:
    """The variable of this name. Raises a `Problem` of kind name where there is none."""
    name = name_in(name)
    for spelling in (name, other_spelling(name) or name):
        if spelling in reading.symbols:
            return reading.symbols[spelling]
    names = ", ".join(reading.symbols)
    if name in reading.scope:
        free = ", ".join(s.name for s in sorted(reading.scope[name].expr.free, key=lambda s: s.place))
        raise Problem(
            "E204",
            "{name} is a definition, not a variable",
            hint="differentiate by a variable that it is made of: {free}" if free else "the variables are {names}",
            name=name,
            free=free,
            names=names,
        )
    if name in reading.sizes:
        raise Problem(
            "E204",
            "{name} is a size, not a variable",
            hint="the variables are {names}" if names else "",
            name=name,
            names=names,
        )
    close = nearest(name, reading.symbols)
    raise Problem(
        "E203",
        "{name} does not occur in {text}",
        hint="did you mean {near}?" if close else "the variables are {names}" if names else "it has no variables",
        name=name,
        text=" ".join(reading.text.split()),
        near=close,
        names=names,
    )


def _dialect(program: Program, text: str) -> str:
    """What `*` between two matrices means, by the company that it keeps; '' where both or neither is shown."""
    shown = set()
    for node in walk(program):
        match node:
            case Transpose(span=(_, stop)) if text[stop - 1 : stop] == "'":
                shown.add(PRODUCT)
            case Product(_, operators) if ".*" in operators or "./" in operators:
                shown.add(PRODUCT)
            case Matmul(_, operators) if "@" in operators:
                shown.add(ELEMENTWISE)
            case Power(base, exponent, True):
                between = text[base.span[1] : exponent.span[0]]
                shown.add(ELEMENTWISE if "**" in between else PRODUCT)
    return shown.pop() if len(shown) == 1 else ""


def _placed(
    problem: Problem, text: str, program: Program, declared: Mapping[str, Declaration] | None = None
) -> Problem:
    """The problem with its source, and with a word on where the names that do not fit come from."""
    if problem.source is None:
        problem.source = text
    if problem.kind == "shape" and problem.span is not None and problem.source == text:
        start, stop = problem.span
        inside = [n for n in walk(program) if isinstance(n, Name) and start <= n.span[0] and n.span[1] <= stop]
        around = [n for n in walk(program) if isinstance(n, Name) and n.span[0] <= start and stop <= n.span[1]]
        words = [_opened(node) for node in around if letters(node.id)][:1]
        words += _origin(inside, text, program, declared or {})
        for word in words:
            joined = "{hint} {word}" if problem.hint.endswith("?") else "{hint}; {word}"
            problem.hint = say(joined, hint=problem.hint, word=word) if problem.hint else word
    return problem


def _opened(node: Name) -> str:
    """That a name was read as a product."""
    product = "·".join(letters(node.id))
    return say("{name} was read as {product}; a name that is declared stays whole", name=node.id, product=product)


def _origin(names: list[Name], text: str, program: Program, declared: Mapping[str, Declaration]) -> list[str]:
    """What the definitions among the names are made of, back to the declarations, in one remark or none."""
    meanings = {name.id: (name.span[0], value) for name, value in program.definitions}
    waiting = [node.id for node in names]
    chain: dict[str, str] = {}
    given: dict[str, str] = {}
    while waiting:
        name = waiting.pop(0)
        if name in meanings and name not in chain:
            start, value = meanings[name]
            chain[name] = text[start : value.span[1]]
            waiting += [node.id for node in walk(value) if isinstance(node, Name)]
        elif name in declared and declared[name].dims is not None:
            given[name] = declared[name].text
    if not chain:
        return []
    shown, told = list(chain.values()), list(given.values())
    if sum(map(len, shown)) > MOST_SHOWN:
        return []
    return [
        say("here {definitions}, with {declared}" if told else "here {definitions}", definitions=shown, declared=told)
    ]


# ---------------------------------------------------------------- the echo

#: Small letters above the line; those that Unicode lacks are written with a caret.
_ABOVE = SUPERSCRIPTS | dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))


def describe(reading: Reading, ascii: bool = False, spell: Callable[[str], str] = str) -> str:
    """How the text was read: `A ∈ ℝⁿˣⁿ symmetric, x ∈ ℝⁿ`, or `A: n x n symmetric, x: n` in ASCII.

    `spell` writes the names.
    """
    found = []
    for name, node in reading.symbols.items():
        shape = f": {show_shape(node.shape)}" if ascii else f" ∈ {space(node.shape)}"
        found.append(" ".join([spell(name) + shape, *sorted(node.props)]))
    return ", ".join(found)


def space(shape: Shape) -> str:
    """The space that an array of this shape is in: `ℝⁿˣᵐ`."""
    sizes = [str(d).replace("*", "").replace(" ", "") for d in shape]
    if any(letter not in _ABOVE for size in sizes for letter in size):
        # A character that has no form above the line takes all of them down.
        return f"ℝ^({'×'.join(f'({size})' if '+' in size else size for size in sizes)})"
    return "ℝ" + "ˣ".join("".join(_ABOVE[letter] for letter in size) for size in sizes)
