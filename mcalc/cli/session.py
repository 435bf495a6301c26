"""A session of `mcalc repl`: what is declared and defined stays, and each line is answered."""

from __future__ import annotations

import re
from collections.abc import Callable

from mcalc.cli.output import emit, highlighted, on_terminal, printable
from mcalc.errors import Problem
from mcalc.language.names import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcalc.answer import Answer
    from mcalc.language.declare import Declaration

_WORD = re.compile(r"[^\W\d]\w*")

#: d/dx f, d²/dx² f, d^2/dx^2 f, ∂/∂x f, ∇_x f.
_NAME = r"[^\W\d]\w*|\\[A-Za-z]+(?:\{[^{}]*\})?"
DERIVE = re.compile(
    rf"\s*(?:[d∂](?:\^?(?P<order>[1-4²³⁴]))?\s*/\s*[d∂]\s*(?P<by>{_NAME})(?:\^?[1-4²³⁴])?"
    rf"|(?:∇|\\nabla\s*)_\{{?(?P<grad>{_NAME})\}}?)\s+(?P<text>\S.*)",
    re.DOTALL,
)
_ONE = r"[^\W\d]\w*\s*\[[^\]]*\](?:\s+[a-z]+)*"
_VARIABLES = re.compile(rf"\s*(?:var\s+)?(?P<text>{_ONE}(?:\s*,\s*{_ONE})*)\s*$")
_FUNCTION = re.compile(r"\s*(?:(?:var|fun)\s+)?(?P<text>[^\W\d]\w*\s*:[^;]*(?:->|→)[^;]*)$")
DEFINE = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*:?=(?!=)\s*(?P<text>\S.*)", re.DOTALL)
_ABOVE = {"²": 2, "³": 3, "⁴": 4}


def declaration_in(line: str) -> str | None:
    """The declarations that a line is, of variables or of a function; None where it is something else."""
    found = _VARIABLES.match(line) or _FUNCTION.match(line)
    return found["text"].strip() if found else None


def by_and_order(asked: re.Match[str]) -> tuple[str, int]:
    """What a derivative is by, and how many times, where `DERIVE` has found one."""
    order = asked["order"] or "1"
    return asked["by"] or asked["grad"], _ABOVE.get(order) or int(order)


#: The text of a derivative that was asked for, the variables, the declarations, the order and the functions.
Asked = tuple[str, list[str], list[str], int, list[str]]


class Session:
    """What has been declared and defined, and what was asked last.

    A session is a `Memory` of a `Guard`: a line that is stopped costs nothing of it.
    """

    def __init__(self, var: tuple[str, ...] = (), fun: tuple[str, ...] = ()) -> None:
        self.declared: list[str] = list(var)
        self.defined: dict[str, str] = {}
        self.functions: dict[str, str] = {}  #: what declares each, by name
        for text in fun:
            self.declare_function(text)
        self.wrt: list[str] = []
        self.asked: Asked | None = None
        self.symbols: list[str] = []  #: the variables of what was asked last
        self.open = self.ended = False  #: whether a line is to go on, and whether the user has had enough
        self._last: Answer | None = None

    def noted(self) -> dict[str, Any]:
        """What is kept, as plain data."""
        return {name: value for name, value in vars(self).items() if name != "_last"}

    def recall(self, noted: dict[str, Any]) -> None:
        """Take what another process kept. Its answer is worked out again when it is asked for."""
        vars(self).update(noted, _last=None)

    # ------------------------------------------------------------ a line

    def take(self, text: str) -> None:
        """Answer a line, unless it is to go on; one that ends in an empty line is not. Raises a `Problem`."""
        self.open = not text.endswith("\n") and self.goes_on(text)
        if not self.open:
            self.answer(text)

    def goes_on(self, text: str) -> bool:
        """Whether a bracket is open in the text, so that the next line belongs to it."""
        from mcalc.language.parse import parse

        body = DERIVE.match(text) or DEFINE.match(text)
        try:
            parse(body["text"] if body else text)
        except Problem as problem:
            return problem.code == "E101" and not text.lstrip().startswith(":")
        return False

    def answer(self, text: str) -> None:
        """Answer a line. Raises a `Problem`."""
        text = text.strip()
        if text.startswith(":"):
            return self.order(text[1:])
        if declaration := declaration_in(text):
            return self.declare(declaration)
        if asked := DERIVE.match(text):
            by, order = by_and_order(asked)
            return self.differentiate(asked["text"], [by], order)
        if (definition := DEFINE.match(text)) and ";" not in text:
            self.define(definition["name"], definition["text"])
            return self.show_reading(text)
        if self.wrt:
            return self.differentiate(text, self.wrt)
        return self.tell(text)

    def order(self, text: str) -> None:
        """Do what a command says."""
        name, _, rest = text.partition(" ")
        known: dict[str, Callable[[str], None]] = {
            "help": self.help, "quit": self.quit, "type": self.tell, "wrt": self.by, "steps": self.steps,
            "latex": lambda _: self.to("latex"), "to": self.to, "check": self.check, "vars": self.list,
            "forget": self.forget,
        }  # fmt: skip
        short = [command for command in known if command.startswith(name)] if name else []
        if name not in known and len(short) != 1:
            near = nearest(name, known)
            hint = "did you mean :{near}?" if near else ":help lists the commands"
            raise Problem("E001", "no such command: {cmd_name}", hint=hint, cmd_name=f":{name}", near=near)
        known[name if name in known else short[0]](rest.strip())

    # ------------------------------------------------------------ what is kept

    def declare(self, text: str) -> None:
        """Keep declarations; one of a name that was declared takes its place."""
        from mcalc.language.abstract import is_function
        from mcalc.language.declare import declare

        if is_function(text):
            return self.declare_function(text)
        new = declare(text)
        self.drop({one.name for one in new})
        self.declared += [one.text for one in new]
        return None

    def declare_function(self, text: str) -> None:
        """Keep the declaration of a function."""
        from mcalc.language.abstract import declared

        name, _ = declared(text)
        self.drop({name})
        self.functions[name] = text

    def drop(self, names: set[str]) -> None:
        """Forget what is declared and defined under these names."""
        self.declared = [one.text for one in self.declarations if one.name not in names]
        for name in names:
            self.defined.pop(name, None)
            self.functions.pop(name, None)

    def define(self, name: str, text: str) -> None:
        """Keep a definition, after it has been read."""
        from mcalc.language.read import read
        from mcalc.language.syntax import body_of
        from mcalc.targets import write

        reading = read(self.program(text, but=name), self.relevant(text), functions=self.called(text))
        if name in self.declared_names():
            raise Problem("E205", "{name} is declared as a variable and defined as well", name=name)
        self.defined[name] = write("text", body_of(reading.program))

    def program(self, text: str, but: str = "", also: str = "") -> str:
        """The text after the definitions that it uses, or `also` does, in the order in which they were made."""
        from mcalc.language.calls import FUNCTIONS
        from mcalc.language.parse import parse
        from mcalc.language.syntax import Name, body_of
        from mcalc.language.tree import walk
        from mcalc.targets import write

        names, functions = self.declared_names() | self.defined.keys(), FUNCTIONS | self.functions.keys()
        program = parse(text, functions, names)
        used = {node.id for node in walk(program) if isinstance(node, Name)} - {n.id for n, _ in program.definitions}
        used |= set(_WORD.findall(also))
        needed: list[str] = []
        for name, value in reversed(self.defined.items()):
            if name in used and name != but:
                needed.insert(0, f"{name} = {value}")
                used |= {node.id for node in walk(parse(value, functions, names)) if isinstance(node, Name)}
        if not needed:
            return text
        own = [f"{name.id} = {write('text', value)}" for name, value in program.definitions]
        return "; ".join([*needed, *own, write("text", body_of(program))])

    @property
    def declarations(self) -> list[Declaration]:
        """What is declared, name by name."""
        from mcalc.language.declare import declare

        return [one for text in self.declared for one in declare(text)]

    def declared_names(self) -> set[str]:
        """The names that are declared."""
        return {one.name for one in self.declarations}

    def relevant(self, text: str) -> list[str]:
        """The declarations of names that the text, with its definitions, uses."""
        words = set(_WORD.findall(self.program(text)))
        return [one.text for one in self.declarations if one.name in words]

    def called(self, text: str) -> list[str]:
        """The declarations of functions that the text, with its definitions, calls."""
        words = set(_WORD.findall(self.program(text)))
        return [declared for name, declared in self.functions.items() if name in words]

    # ------------------------------------------------------------ answers

    def differentiate(self, text: str, wrt: list[str], order: int = 1) -> None:
        """Answer with the derivative, which is kept."""
        self.ask(text, wrt, order)
        if on_terminal():
            from mcalc.cli.screen import draw

            draw(self.answered(), None)
        else:
            for derivative in self.answered().derivatives:
                emit(highlighted(derivative.result("text")))

    def ask(self, text: str, wrt: list[str], order: int = 1) -> None:
        """Work out a derivative, and keep it."""
        from mcalc.answer import differentiate

        asked = self.program(text), wrt, self.relevant(text), order, self.called(text)
        self._last = differentiate(*asked[:4], fun=asked[4])
        self.asked, self.symbols = asked, list(self._last.reading.symbols)

    def tell(self, text: str) -> None:
        """Tell how an expression is read; without one, how that of the last answer was."""
        self.show_reading(text or self.answered().reading.text)

    def show_reading(self, text: str) -> None:
        """Draw a reading, or put it on a line."""
        from mcalc.cli.shape import signature
        from mcalc.language.read import read

        definition = DEFINE.match(text)
        shown = definition["text"] if definition else text
        reading = read(self.program(shown), self.relevant(shown), functions=self.called(shown))
        if on_terminal():
            from mcalc.cli.screen import draw_reading

            draw_reading(reading)
        else:
            emit(printable(f"{definition['name']}: " if definition else "") + signature(reading))

    def answered(self) -> Answer:
        """The last answer. Raises a `Problem` where there is none."""
        if self.asked is None:
            raise Problem("E081", "nothing has been differentiated yet", hint="ask for a derivative: d/dx x.T@A@x")
        if self._last is None:
            from mcalc.answer import differentiate

            self._last = differentiate(*self.asked[:4], fun=self.asked[4])
        return self._last

    def steps(self, text: str) -> None:
        """Show the working of the last answer, or of one that is asked for here."""
        from mcalc.request import Way

        if text:
            asked = DERIVE.match(text)
            if asked is None and not self.wrt:
                raise Problem("E081", "it is not said by what", hint="ask for a derivative: :steps d/dx x.T@A@x")
            if asked:
                by, order = by_and_order(asked)
                self.ask(asked["text"], [by], order)
            else:
                self.ask(text, self.wrt)
        answer = self.answered()
        if on_terminal():
            from mcalc.cli.screen import draw

            draw(answer, Way())
        else:
            for derivative in answer.derivatives:
                emit(derivative.working("text"))

    def to(self, form: str) -> None:
        """Write the last answer in a form."""
        from mcalc.cli.diff import spelled
        from mcalc.request import check_choice
        from mcalc.targets import CODE, FORMS

        answer = self.answered()
        check_choice("format", form, (*FORMS, *CODE))
        for derivative in answer.derivatives:
            emit(spelled(derivative.result, form))

    def check(self, text: str) -> None:
        """Say whether the text is the last derivative."""
        from mcalc.checking.question import question_for
        from mcalc.cli.check import brief

        answer = self.answered()
        derivative = answer.derivatives[0]
        declared = tuple(self.declared_for(answer))
        asked, functions = answer.reading.text, tuple(self.called(answer.reading.text))
        question = question_for(asked, derivative.wrt, declared, answer.order, functions=functions)
        emit(brief(question.check(text), "full"))

    def declared_for(self, answer: Answer) -> list[str]:
        """The declarations that an answer was given under."""
        return [one.text for one in self.declarations if one.name in answer.reading.symbols]

    def by(self, names: str) -> None:
        """From now on differentiate every expression by these variables; by none, end that."""
        self.wrt = [name for name in re.split(r"[,\s]+", names) if name]

    def list(self, _: str) -> None:
        """List what is declared and defined."""
        for text in (*self.declared, *(f"fun {declared}" for declared in self.functions.values())):
            emit(printable(text))
        for name, value in self.defined.items():
            emit(printable(f"{name} = {value}"))

    def forget(self, name: str) -> None:
        """Drop a declaration or a definition, or everything."""
        if name in ("", "all"):
            self.declared, self.defined, self.functions, self.wrt = [], {}, {}, []
            return
        if name not in {*self.defined, *self.functions, *self.declared_names()}:
            raise Problem("E081", "{name} is not known", hint=":vars lists the names", name=name)
        self.drop({name})

    def help(self, _: str) -> None:
        """Say what can be typed."""
        emit(HELP)

    def quit(self, _: str) -> None:
        """End the session."""
        self.ended = True


HELP = """\
x.T@A@x             how an expression is read
d/dx x.T@A@x        its derivative; d^2/dx^2 for the second
r = X@w - y         a definition, for the lines that follow
A[n,n] symmetric    a declaration, for the lines that follow
fun f: [m] -> []    that of a function, of which no more is known
:wrt x              differentiate every expression that follows by x
:steps              the working of the last derivative
:latex, :to FORM    the last derivative in LaTeX, or in any form of mcalc diff --to
:type EXPR          how an expression is read
:check ANSWER       whether an answer to the last question is right
:vars, :forget NAME what is declared and defined; drop one, or all
:quit               the end; Ctrl-D too"""
