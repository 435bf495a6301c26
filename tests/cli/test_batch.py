"""The co-process: one reply a line, in order, whatever the line."""

from __future__ import annotations

import json
import resource
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcalc.cli.batch import reply_to
from mcalc.errors import EXIT_STATUS
from tests.shell import MCALC, environment, mcalc


def ask(**request: Any) -> dict[str, Any]:
    return reply_to(json.dumps(request).encode())


def test_the_fields_of_a_reply_are_those_that_scripts_rely_on() -> None:
    reply = ask(
        id=7, command="diff", expr="x.T@A@x", wrt="x", var=["A[n,n] symmetric", "x[n]"], order=1, layout="mixed",
        to=["text", "latex", "numpy"],
    )  # fmt: skip
    code = reply.pop("code")
    assert list(code) == ["numpy"]
    assert reply == {
        "id": 7,
        "ok": True,
        "schema": 1,
        "expr": reply["expr"],
        "wrt": "x",
        "order": 1,
        "layout": "mixed",
        "vars": {"A": {"dims": ["n", "n"], "props": ["symmetric"]}, "x": {"dims": ["n"], "props": []}},
        "kind": "gradient",
        "shape": ["n"],
        "derivative": "2*A@x",
        "forms": {"text": "2*A@x", "latex": "2 A x"},
        "notes": reply["notes"],
    }


@pytest.mark.parametrize(
    ("expr", "wrt", "order", "kind", "shape"),
    [
        ("x.T@A@x", "x", 1, "gradient", ["n"]),
        ("x.T@A@x", "x", 2, "hessian", ["n", "n"]),
        ("tr(A@X)", "X", 1, "gradient", ["n", "m"]),
        ("A@x", "x", 1, "jacobian", ["m", "n"]),
        ("A@x", "A", 1, "tensor", ["m", "m", "n"]),
        ("t^2", "t", 1, "derivative", []),
        ("t^2", "t", 2, "derivative", []),
        ("inv(t*A)", "t", 1, "derivative", ["n", "n"]),
        ("x.T@x*x.T@x", "x", 3, "tensor", ["n", "n", "n"]),
    ],
)
def test_kind_and_shape(expr: str, wrt: str, order: int, kind: str, shape: list[str]) -> None:
    declared = ["A[m,n], X[n,m], x[n], t[]"] if expr != "inv(t*A)" else ["A[n,n], t[]"]
    reply = ask(expr=expr, wrt=wrt, order=order, var=[] if expr == "x.T@A@x" else declared)
    assert (reply["kind"], reply["shape"]) == (kind, shape)


def test_a_shape_request_tells_the_reading() -> None:
    reply = ask(command="shape", expr="r = X@w - y; r.T@r")
    assert reply["shape"] == []
    assert reply["vars"]["X"]["dims"] == ["m", "n"]
    assert reply["definitions"] == {"r": ["m"]}


def test_lists_and_single_strings_mean_the_same() -> None:
    one = ask(expr="x.T@x", wrt="x", var="x[n]", to="latex")
    assert one == ask(expr="x.T@x", wrt=["x"], var=["x[n]"], to=["latex"])


def test_a_field_that_nobody_knows_is_passed_over() -> None:
    assert ask(expr="x.T@x", wrt="x", colour=5, **{"": 5}) == ask(expr="x.T@x", wrt="x")


def test_the_gradient_of_a_loss_goes_by_either_name() -> None:
    asked = {"expr": "A@x", "wrt": "x", "var": ["g[m]", "A[m,n]"]}
    assert ask(**asked, upstream="g") == ask(**asked, vjp="g")


def test_a_declared_variable_that_does_not_occur_gives_zeros_and_a_note() -> None:
    reply = ask(expr="x.T@x", wrt="y", var=["y[m]"])
    assert (reply["ok"], reply["shape"]) == (True, ["m"])
    assert any("y" in note for note in reply["notes"])


@pytest.mark.parametrize(
    ("line", "kind", "message"),
    [
        ("not json", "usage", "not a line of JSON"),
        ("[1, 2]", "usage", "a request is a JSON object"),
        ("{}", "usage", "no 'expr'"),
        ('{"expr": 3, "wrt": "x"}', "usage", "'expr' is to be a string"),
        ('{"expr": "x", "wrt": 3}', "usage", "'wrt' is to be a string or a list of strings"),
        ('{"expr": "x"}', "usage", "no variable to differentiate by"),
        ('{"expr": "x", "wrt": "x", "order": true}', "usage", "'order' is to be a whole number"),
        ('{"expr": "x", "wrt": "x", "order": 9}', "limit", "order 9"),
        ('{"expr": "x", "wrt": "x", "order": -1}', "usage", "order"),
        ('{"expr": "x", "wrt": "x", "to": ["latx"]}', "usage", "no such format: latx"),
        ('{"expr": "x", "wrt": "x", "command": "dif"}', "usage", "no such command: dif"),
        ('{"expr": "x", "wrt": "x", "layout": "sideways"}', "usage", "no such layout"),
        ('{"expr": "x + ", "wrt": "x"}', "parse", ""),
        ('{"expr": "x", "wrt": "zeta"}', "name", "zeta"),
        ('{"id": NaN}', "usage", "NaN"),
        ('{"id": 1e999}', "usage", "out of range"),
        ("[" * 100_000, "usage", "nested too deeply"),
        ('{"id": ' + "9" * 5000 + "}", "usage", "not a line of JSON"),
        ('{"id": 1, "expr": "' + "9" * 5000 + '*x", "wrt": "x"}', "", ""),
    ],
)
def test_a_bad_line_gets_a_reply(line: str, kind: str, message: str) -> None:
    reply = reply_to(line.encode())
    json.loads(json.dumps(reply, allow_nan=False))
    assert reply["ok"] is False
    assert set(reply["error"]) == {"code", "kind", "message", "span", "hint"}
    assert message in reply["error"]["message"]
    assert reply["error"]["kind"] == (kind or reply["error"]["kind"])


def test_numbers_that_python_does_not_read_are_refused_in_words() -> None:
    for field in ("id", "order"):
        error = reply_to(f'{{"expr": "x", "wrt": "x", "{field}": {"9" * 5000}}}'.encode())["error"]
        assert (error["code"], error["message"]) == ("E021", "not a line of JSON: a number has 5000 digits")


def test_an_error_points_at_the_place() -> None:
    error = ask(expr="x.T@x + $", wrt="x")["error"]
    assert error["kind"] == "parse"
    assert error["span"] == [8, 9]


def test_the_stream_goes_on_and_the_status_tells() -> None:
    good, bad = '{"id": 1, "expr": "x.T@x", "wrt": "x"}', '{"id": 2, "expr": "x.T@", "wrt": "x"}'
    ended = mcalc("batch", stdin=f"{good}\n{bad}\n\nnonsense\n{good}")
    replies = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(r["id"], r["ok"]) for r in replies] == [(1, True), (2, False), (None, False), (1, True)]
    assert (ended.returncode, ended.stderr) == (1, "")
    assert mcalc("batch", stdin=good).returncode == 0


def test_requests_come_from_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"expr": "x.T@x", "wrt": "x"}\r\n\xff\n')
    ended = mcalc("batch", str(path))
    assert [json.loads(line)["ok"] for line in ended.stdout.splitlines()] == [True, False]
    assert mcalc("batch", str(tmp_path / "none")).returncode == 2


@given(st.text(alphabet="xXA@.*+-^'T()[],;=0123 /invtrλ\x00\x1b\ud800", max_size=30), st.sampled_from(["x", "X", ""]))
@settings(max_examples=200, deadline=None)
def test_no_text_ends_in_anything_but_a_reply(expr: str, wrt: str) -> None:
    reply = ask(id="i", expr=expr, wrt=wrt)
    json.dumps(reply, allow_nan=False)
    assert reply["id"] == "i"
    if not reply["ok"]:
        assert reply["error"]["kind"] in EXIT_STATUS
        assert "defect" not in reply["error"]["hint"], reply["error"]["message"]


def test_memory_does_not_grow_with_the_stream() -> None:
    def peak(count: int) -> int:
        """Kilobytes held at most while `count` different requests are answered."""
        lines = "".join(f'{{"expr": "x{k}.T@A@x{k} + {k}*tr(A)", "wrt": "x{k}"}}\n' for k in range(count))
        program = "import resource, sys; from mcalc.cli.main import run; run(['batch']); sys.stdout.flush(); "
        program += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
        command = [MCALC[0], "-c", program]
        ended = subprocess.run(command, input=lines, capture_output=True, text=True, env=environment(), timeout=300)
        return int(ended.stderr)

    assert resource.RUSAGE_SELF == 0
    short, long = peak(200), peak(2000)
    assert long < short * 1.25 + 2000


def test_a_request_may_ask_for_a_language() -> None:
    request = {"expr": "x.T@A@x", "wrt": "x", "steps": True}
    english, chinese = (reply_to(json.dumps(request | more).encode()) for more in ({}, {"lang": "zh"}))
    assert chinese["derivative"] == english["derivative"]
    assert [step["rule"] for step in chinese["steps"]] == [step["rule"] for step in english["steps"]]
    assert "乘积法则" in chinese["steps"][1]["title"]
    wrong = reply_to(b'{"expr": "x.T@", "wrt": "x", "lang": "zh"}')["error"]
    assert (wrong["code"], wrong["message"]) == ("E120", "`@` 后面缺少运算对象")
    assert reply_to(b'{"expr": "x", "wrt": "x", "lang": "tlh"}')["error"]["code"] == "E005"
    assert reply_to(json.dumps(request).encode()) == english
