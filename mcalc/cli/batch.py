"""`mcalc batch`: requests as JSON Lines in, replies as JSON Lines out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from json import loads

import click

from mcalc.calculus.layout import LAYOUTS
from mcalc.cli.command import command
from mcalc.cli.expressions import decode, lines, longest
from mcalc.cli.guard import Guard
from mcalc.cli.options import MANNER, QUESTION, WAY, Table
from mcalc.cli.output import as_problem, emit, failure, json_line
from mcalc.errors import Problem
from mcalc.language.names import nearest, parted
from mcalc.limits import kibibytes
from mcalc.phrase import say
from mcalc.request import Manner, Request, Way, check_choice
from mcalc.targets import CODE, FORMS, USUAL
from mcalc.translation import LANGUAGES, localized, speaking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from mcalc.answer import Reply

    Fields = dict[str, Any]


@command(
    examples=[("one request", """echo '{"id": 1, "expr": "x.T@A@x", "wrt": "x", "to": ["latex"]}' | mcalc batch""")],
    within=2,
)
@click.argument(
    "file", required=False, type=click.Path(), help="The requests; standard input where it is - or left out."
)
def batch(file: str | None) -> int:
    """Answer JSON requests, one a line, from a file or from standard input.

    Replies come one a line, in order and at once, so that a program can keep mcalc running and talk to it. A bad line
    gets a reply with "ok": false and does not stop the stream.

    A request has "expr" and "wrt", and may have "id", "command" (diff, check, eval, shape, convert or layout),
    "to", "steps" and every other option of mcalc diff under its name: "order": 2, "bold": true,
    "var": ["A[n,n] symmetric"]. What may be repeated is a string or a list of strings. A check has "answer" too, and
    may have "form", "feedback" and "seed", which mean what those of mcalc check mean; so it is with "answer", "from"
    and "to" of convert, and with "example" of layout. "lang" is the language of what is said in the
    reply. An eval has "at": {"x": [1, 2]}.

    The exit status is 1 where a request failed.
    """
    status = 0
    with Guard(serve) as guard:
        for line in lines(file, longest()):
            if line.isspace():
                continue
            try:
                status |= guard(line)
            except Problem as problem:  # it had to be stopped
                emit(json_line({"id": _identity(line), **failure(problem)}))
                status = 1
    return status


def serve(line: bytes) -> int:
    """Answer one line; 1 where that failed."""
    answered = reply_to(line)
    emit(json_line(answered))
    return int(not answered["ok"])


def _identity(line: bytes) -> object:
    try:
        return request_in(line).get("id")
    except Problem:
        return None


def reply_to(line: bytes) -> Reply:
    """The reply to one line, in the language that it asks for. What is wrong with the line is told in the reply."""
    identity = None
    with ExitStack() as stack:
        try:
            request = request_in(line)
            identity = request.get("id")
            if language := _language(request):
                stack.enter_context(speaking(language))
            reply: Reply = localized({"id": identity, **answer(request)})
        except Exception as fault:
            reply = localized({"id": identity, **failure(as_problem(fault))})
    return reply


def _language(request: Fields) -> str:
    """The language of the reply; '' where the request leaves it to the command line."""
    language = text_field({"lang": request.pop("lang", "")}, "lang", "")
    if language:
        check_choice("language", language, list(LANGUAGES))
    return language


def request_in(line: bytes) -> Fields:
    """The request that the line holds."""
    if len(line) > longest():
        hint = "--limit bytes=N allows more"
        raise Problem("E501", "the input is longer than {most} KiB", hint=hint, most=kibibytes(longest()))
    try:
        request = loads(decode(line), parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
    except RecursionError:
        raise Problem("E021", "not a request: nested too deeply") from None
    except ValueError as fault:
        raise Problem("E021", "not a line of JSON: {fault}", fault=fault) from None
    if not isinstance(request, dict):
        raise Problem("E021", "not a request: a request is a JSON object")
    return request


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # Python reads no more than 4300 digits
        raise ValueError(f"a number has {len(text)} digits") from None


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is out of range")
    return value


def answer(request: Fields) -> Reply:
    """The reply to a request, without its id. Raises a `Problem`."""
    name = text_field(request, "command", "diff")
    if name not in COMMANDS:
        near = nearest(name, list(COMMANDS))
        raise Problem(
            "E001",
            "no such command: {name}",
            hint="did you mean {near}?" if near else "the commands are {choices}",
            name=name,
            near=near,
            choices=list(COMMANDS),
        )
    return COMMANDS[name](request)


def diff(request: Fields) -> Reply:
    """The reply to a `diff` request."""
    from mcalc.answer import answer_to

    forms = [form for form in list_field(request, "to") if form != "json"]
    for form in forms:
        check_choice("format", form, (*FORMS, *CODE))
    text = text_field(request, "expr")
    answered = answer_to(Request(text=text, **fields(request, QUESTION)), Manner(**fields(request, MANNER)))
    way = Way(**fields(request, WAY))
    way.check()
    reply = answered.reply(forms, way if request.get("method") or flag_field(request, "steps") else None)
    return reply | ({"verified": answered.verify().reply()} if flag_field(request, "verify") else {})


def evaluate(request: Fields) -> Reply:
    """The reply to an `eval` request, whose "at" is an object with the numbers of each variable."""
    from mcalc.cli.data import numbers
    from mcalc.cli.eval import computed, reply

    given = request.get("at", {})
    if not isinstance(given, dict):
        _wrong("at", say("an object with an array for each variable"))
    values = {name: numbers(name, value) for name, value in given.items()}
    asked = Request(text=text_field(request, "expr"), **fields(request, QUESTION))
    return reply(*computed(asked, values, flag_field(request, "verify")))


def shape(request: Fields) -> Reply:
    """The reply to a `shape` request."""
    from mcalc.answer import shape_reply
    from mcalc.language.read import read

    declared, functions = list_field(request, "var"), list_field(request, "fun")
    return shape_reply(read(text_field(request, "expr"), declared, functions=functions))


def check(request: Fields) -> Reply:
    """The reply to a `check` request."""
    from mcalc.checking import FEEDBACK
    from mcalc.checking.form import tests_in
    from mcalc.checking.question import question_for
    from mcalc.cli.check import reply_for

    feedback = text_field(request, "feedback", "full")
    check_choice("feedback", feedback, FEEDBACK)
    declared, order = tuple(list_field(request, "var")), whole_field(request, "order", 1)
    layout, seed = text_field(request, "layout", "mixed"), whole_field(request, "seed", 0)
    asked, functions = (text_field(request, "expr"), text_field(request, "wrt")), tuple(list_field(request, "fun"))
    question = question_for(*asked, declared, order, layout, seed, functions)
    given, forms = text_field(request, "answer"), list_field(request, "form")
    verdict = question.check(given, tests_in(",".join(forms)) if forms else [])
    return reply_for(question, given, verdict, feedback)


def convert(request: Fields) -> Reply:
    """The reply to a `convert` request; "to" is the layout that is wanted."""
    from mcalc.checking.layouts import Converted
    from mcalc.checking.question import question_for
    from mcalc.cli.convert import reply_for

    own, layout = text_field(request, "from"), text_field(request, "to", "mixed")
    for name in (own, layout):
        check_choice("layout", name, LAYOUTS)
    declared, functions = tuple(list_field(request, "var")), tuple(list_field(request, "fun"))
    asked = text_field(request, "expr"), text_field(request, "wrt")
    question = question_for(*asked, declared, whole_field(request, "order", 1), own, functions=functions)
    return reply_for(Converted(question, text_field(request, "answer"), layout), USUAL)


def layout(request: Fields) -> Reply:
    """The reply to a `layout` request."""
    from mcalc.checking.layouts import Example
    from mcalc.cli.layout import reply_for

    examples = list_field(request, "example")
    if not examples:
        text_field(request, "example")  # which says that there is none
    return reply_for([Example(text, list_field(request, "var"), list_field(request, "fun")) for text in examples])


COMMANDS: dict[str, Callable[[Fields], Reply]] = {
    "diff": diff,
    "eval": evaluate,
    "check": check,
    "shape": shape,
    "convert": convert,
    "layout": layout,
}


def fields(request: Fields, table: Table) -> dict[str, Any]:
    """The fields of a record that are given, by the table. Raises a `Problem` of kind usage, as those below do."""
    found: dict[str, Any] = {}
    for name, row in table.rows.items():
        given = row.also if row.also and row.also in request else name
        if given not in request:
            continue
        match table.defaults[name]:
            case bool(default):
                found[name] = flag_field(request, name, default)
            case int(default):
                found[name] = whole_field(request, name, default)
            case str(default):
                found[name] = text_field(request, given, default)
            case _:
                values = list_field(request, name)
                found[name] = [part for value in values for part in parted(value)] if row.parts else values
    return found


def text_field(request: Fields, name: str, default: str | None = None) -> str:
    """A field that is a string."""
    value = _given(request, name, default)
    return str(value) if isinstance(value, str) else _wrong(name, say("a string"))


def whole_field(request: Fields, name: str, default: int) -> int:
    """A field that is a whole number."""
    value = _given(request, name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else _wrong(name, say("a whole number"))


def flag_field(request: Fields, name: str, default: bool = False) -> bool:
    """A field that is true or false."""
    value = _given(request, name, default)
    return value if isinstance(value, bool) else _wrong(name, say("true or false"))


def list_field(request: Fields, name: str) -> list[str]:
    """A field that is a string or a list of strings."""
    value = _given(request, name, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        _wrong(name, say("a string or a list of strings"))
    return list(values)


def _given(request: Fields, name: str, default: Any) -> Any:
    value = request.get(name)
    if value is None and default is None:
        raise Problem("E022", "the request has no {name}", name=repr(name))
    return default if value is None else value


def _wrong(name: str, wanted: str) -> NoReturn:
    raise Problem("E023", "{name} is to be {wanted}", name=repr(name), wanted=wanted)
