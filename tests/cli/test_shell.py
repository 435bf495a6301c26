"""At home in the shell: one clean line in a pipe, line N for line N, exit codes, colours, odd consoles."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.shell import MCALC, environment, mcalc, on_terminal

QUADRATIC = ("diff", "x.T@A@x", "--wrt", "x")
GRADIENT = "(A + A.T)@x\n"


def test_a_pipe_gets_the_result_alone_on_one_line() -> None:
    ended = mcalc(*QUADRATIC)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, GRADIENT, "")


def test_a_long_result_is_not_wrapped() -> None:
    terms = " + ".join(f"a{k}.T@x*b{k}.T@x" for k in range(60))
    ended = mcalc("diff", terms, "--wrt", "x")
    assert ended.returncode == 0
    assert ended.stdout.count("\n") == 1
    assert len(ended.stdout) > 500


@pytest.mark.parametrize(
    ("expression", "result"),
    [("-x.T@x", "-2*x\n"), ("-2*t*x.T@x", "-4*t*x\n"), ("--x.T@x", "2*x\n")],
)
def test_an_expression_may_begin_with_a_dash(expression: str, result: str) -> None:
    ended = mcalc("diff", expression, "--wrt", "x")
    assert (ended.stdout, ended.stderr) == (result, "")


def test_several_variables_give_a_line_each() -> None:
    ended = mcalc("diff", "a.T@X@b", "--wrt", "a,X", "--wrt", "b")
    assert ended.stdout == "X@b\na@b.T\nX.T@a\n"


def test_several_formats_give_a_line_each() -> None:
    ended = mcalc(*QUADRATIC, "--to", "text,latex")
    assert ended.stdout.splitlines()[0] == GRADIENT.strip()
    assert ended.stdout.splitlines()[1] == r"(A + A^{\top}) x"


def test_code_is_a_whole_module() -> None:
    code = mcalc(*QUADRATIC, "--to", "numpy").stdout
    compile(code, "numpy", "exec")
    assert "def derivative(" in code
    assert "def value(" in code


def test_json_is_one_object() -> None:
    reply = json.loads(mcalc(*QUADRATIC, "--var", "A[n,n] symmetric", "--to", "json").stdout)
    assert list(reply)[:6] == ["ok", "schema", "expr", "wrt", "order", "layout"]
    assert reply["vars"]["A"] == {"dims": ["n", "n"], "props": ["symmetric"]}
    assert (reply["kind"], reply["shape"], reply["derivative"]) == ("gradient", ["n"], "2*A@x")
    assert reply["forms"]["latex"] == "2 A x"


def test_json_of_several_variables_lists_the_derivatives() -> None:
    reply = json.loads(mcalc("diff", "a.T@X@b", "--wrt", "a,X", "--to", "json").stdout)
    assert reply["wrt"] == ["a", "X"]
    assert [(d["wrt"], d["derivative"]) for d in reply["derivatives"]] == [("a", "X@b"), ("X", "a@b.T")]


def test_a_failure_in_json_is_an_object_too() -> None:
    ended = mcalc("diff", "x.T@", "--wrt", "x", "--to", "json")
    reply = json.loads(ended.stdout)
    assert reply["ok"] is False
    assert reply["error"]["kind"] == "parse"
    assert ended.stderr.startswith("error: ")
    assert ended.returncode == 2


# ---------------------------------------------------------------- streams and files


def test_line_n_out_answers_line_n_in() -> None:
    ended = mcalc("diff", "-", "--wrt", "x", stdin="x.T@x\n\n# a comment\nx.T@\n-x.T@x\r\n")
    assert ended.stdout == "2*x\n\n\n\n-2*x\n"
    assert ended.stderr.startswith("error: line 4: ")
    assert ended.returncode == 2


def test_a_line_of_a_stream_holds_all_results_between_tabs() -> None:
    ended = mcalc("diff", "-", "--wrt", "a,X", stdin="a.T@X@b\na.T@X@a\n")
    assert [line.count("\t") for line in ended.stdout.splitlines()] == [1, 1]


def test_a_stream_of_json_has_an_object_a_line() -> None:
    ended = mcalc("diff", "-", "--wrt", "x", "--to", "json", stdin="x.T@x\nx.T@\n")
    assert [json.loads(line)["ok"] for line in ended.stdout.splitlines()] == [True, False]


def test_each_line_is_answered_before_the_next_is_read() -> None:
    with subprocess.Popen(
        [*MCALC, "diff", "-", "--wrt", "x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write(b"x.T@x\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"2*x\n"


def test_the_exit_status_of_a_stream_is_its_worst() -> None:
    assert mcalc("diff", "-", "--wrt", "x", stdin="x.T@x\n").returncode == 0
    assert mcalc("diff", "-", "--wrt", "x", stdin=b"\xff\nx.T@x\n").returncode == 2


@pytest.mark.parametrize("words", [["--to", "numpy"], ["--steps"]])
def test_what_takes_many_lines_does_not_fit_a_stream_unless_in_json(words: list[str]) -> None:
    ended = mcalc("diff", "-", "--wrt", "x", *words, stdin="x.T@x\n")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert mcalc("diff", "-", "--wrt", "x", *words, "--to", "json", stdin="x.T@x\n").stdout.count("\n") == 1


def test_a_file_holds_an_expression_with_its_definitions(tmp_path: Path) -> None:
    ridge = tmp_path / "ridge.mc"
    ridge.write_text("var X[m,n]  # the data\nr = X@w - y\nr.T@r\n", encoding="utf-8-sig")
    path = str(ridge)
    expected = mcalc("diff", "r = X@w - y; r.T@r", "--wrt", "w").stdout
    for words in (["-f", path], ["--file", path], [f"--file={path}"]):
        assert mcalc("diff", *words, "--wrt", "w").stdout == expected
    both = mcalc("diff", "x", "-f", path, "--wrt", "w")
    assert (both.returncode, both.stdout) == (2, "")


# ---------------------------------------------------------------- exit codes and messages


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["diff", "x.T@x", "--wrt", "x"], 0, ""),
        (["diff", "x.T@x"], 2, "no variable to differentiate by"),
        (["diff", "x.T@x", "--wrt", "z"], 2, "z"),
        (["diff", "x.T@", "--wrt", "x"], 2, "^"),
        (["diff", "A@x + x.T@B", "--wrt", "x", "--var", "A[m,n], B[n,k]"], 2, "error: "),
        (["diff", "x.T@x", "--wrt", "x", "--order", "0"], 2, "order"),
        (["diff", "x.T@x", "--wrt", "x", "--order", "5"], 4, "limit"),
        (["diff", "tr(A@expm(X))", "--wrt", "X", "--order", "3"], 3, "third derivative of expm"),
        (["diff", "-f", "/no/such/file", "--wrt", "x"], 2, "cannot read /no/such/file"),
        (["dif", "x"], 2, "did you mean diff?"),
        (["x.T@x", "--wrt", "x"], 2, "mcalc diff 'x.T@x'"),
        (["shape", "x.T@"], 2, "error: "),
        (["functions", "sofmax"], 2, "did you mean softmax?"),
    ],
)
def test_exit_statuses_and_where_messages_go(words: list[str], status: int, message: str) -> None:
    ended = mcalc(*words)
    assert ended.returncode == status
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
    if status:
        assert ended.stdout == ""
        assert ended.stderr.startswith("error: ")


def test_control_characters_reach_the_terminal_as_pictures_under_the_right_caret() -> None:
    ended = mcalc("diff", "x + \x1b]52;c;aGk=\x07\u202e$", "--wrt", "x")
    assert ended.returncode == 2
    assert not {"\x1b", "\x07", "\u202e"} & set(ended.stderr)
    assert "␛" in ended.stderr


def test_help_and_version_go_to_stdout() -> None:
    for words in (["--help"], ["-h"], [], ["diff", "--help"], ["help", "batch"]):
        ended = mcalc(*words)
        assert ended.returncode == 0
        assert ended.stdout.isascii()
        assert max(map(len, ended.stdout.splitlines())) <= 80
    assert mcalc("--version").stdout.startswith("mcalc ")


# ---------------------------------------------------------------- consoles


ESCAPE = "\x1b["


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "0"}, False),
    ],
)
def test_colour_on_a_terminal(env: dict[str, str], coloured: bool) -> None:
    status, shown = on_terminal((*MCALC, *QUADRATIC), **env)
    assert status == 0
    assert (ESCAPE in shown) is coloured


@pytest.mark.parametrize(
    ("env", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False)]
)
def test_colour_in_a_pipe_only_when_forced(env: dict[str, str], coloured: bool) -> None:
    assert (ESCAPE in mcalc(*QUADRATIC, **env).stdout) is coloured
    assert ESCAPE not in mcalc(*QUADRATIC, "--to", "json", **env).stdout


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_a_console_without_the_characters_gets_ascii(encoding: str) -> None:
    status, shown = on_terminal((*MCALC, *QUADRATIC), PYTHONIOENCODING=encoding, NO_COLOR="1")
    assert status == 0
    assert shown.isascii()
    assert "df/dx = (A + A.T)@x" in shown
    piped = mcalc(*QUADRATIC, "--to", "unicode", PYTHONIOENCODING=encoding)
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, GRADIENT, "")
    for words in (["functions"], ["functions", "inv"], ["diff", "“x”", "--wrt", "x"], ["shape", "λ*x"]):
        assert "Traceback" not in mcalc(*words, PYTHONIOENCODING=encoding).stderr


@pytest.mark.parametrize(("words", "first"), [("diff - --wrt x", "2*x"), ("repl", "x[n] -> []")])
def test_a_closed_pipe_is_quiet(words: str, first: str) -> None:
    command = f"yes 'x.T@x' | head -2000 | {' '.join(MCALC)} {words} | head -1"
    ended = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment())
    assert (ended.stdout, ended.stderr) == (f"{first}\n", "")


def test_a_full_disk_is_told() -> None:
    device = Path("/dev/full")
    if not device.exists():
        return
    with device.open("w") as full:
        ended = subprocess.run([*MCALC, *QUADRATIC], stdout=full, stderr=subprocess.PIPE, env=environment(), text=True)
    assert ended.stderr.startswith("error: cannot write: ")
    assert ended.returncode == 4


@pytest.mark.parametrize("words", [("diff", "-", "--wrt", "x"), ("batch",), ("repl",)])
def test_an_interrupt_ends_quietly_with_130(words: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [*MCALC, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'{"expr": "x.T@x", "wrt": "x"}\n' if words == ("batch",) else b"x.T@x\n")
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")


# ---------------------------------------------------------------- the working


def test_the_working_ends_in_the_answer() -> None:
    reply = json.loads(mcalc(*QUADRATIC, "--steps", "--to", "json").stdout)
    assert len(reply["steps"]) > 2
    assert set(reply["steps"][0]) == {"rule", "title", "left", "text", "latex", "shape"}
    assert reply["steps"][-1]["text"] == reply["derivative"]
    assert reply["steps"][-1]["latex"] == reply["forms"]["latex"]
    assert "steps" not in json.loads(mcalc(*QUADRATIC, "--to", "json").stdout)


def test_the_working_in_a_pipe_has_a_line_for_each_step() -> None:
    lines = mcalc(*QUADRATIC, "--steps").stdout.splitlines()
    assert lines[0] == "df = d(x.T@A@x)"
    assert lines[-1] == f"df/dx = {GRADIENT.strip()}"
    assert mcalc(*QUADRATIC, "--no-steps").stdout == GRADIENT
    assert mcalc(*QUADRATIC, "--steps", "--method", "magic").stderr.startswith("error: --method has no 'magic'")


def test_a_terminal_shows_the_working_unless_told_otherwise() -> None:
    _, whole = on_terminal((*MCALC, *QUADRATIC), NO_COLOR="1")
    _, short = on_terminal((*MCALC, *QUADRATIC, "--no-steps"), NO_COLOR="1")
    assert "Product rule" in whole
    assert "Product rule" not in short
    for shown in (whole, short):
        assert "A ∈ ℝⁿˣⁿ" in shown
        assert shown.endswith("  df/dx = (A + Aᵀ)x\n  gradient of shape n; mixed layout\n")


def test_a_long_formula_goes_on_below_its_own_beginning() -> None:
    terms = " + ".join(f"a{k}.T@x*b{k}.T@x" for k in range(12))
    _, shown = on_terminal((*MCALC, "diff", terms, "--wrt", "x", "--no-steps"), NO_COLOR="1")
    lines = shown.splitlines()
    assert all(len(line) <= 80 for line in lines)
    start = next(k for k, line in enumerate(lines) if line.lstrip().startswith("df/dx ="))
    column = lines[start].index("=") + 2
    assert lines[start + 1][:column].isspace()
    assert not lines[start + 1][column].isspace()
