"""A session: what is declared and defined stays, an error ends nothing, and a pipe is served without prompts."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from mcalc.cli.repl import Completer
from mcalc.cli.session import Session
from tests.shell import MCALC, environment, mcalc


def session(*lines: str, **env: str) -> tuple[list[str], str, int]:
    ended = mcalc("repl", stdin="\n".join(lines) + "\n", **env)
    return ended.stdout.splitlines(), ended.stderr, ended.returncode


def test_a_pipe_gets_an_answer_a_line_and_no_prompts() -> None:
    out, err, status = session("x.T@A@x", "d/dx x.T@A@x", "d^2/dx^2 x.T@A@x", "∇_x norm(x)^2")
    assert (out, err, status) == (["x[n], A[n,n] -> []", "(A + A.T)@x", "A + A.T", "2*x"], "", 0)


def test_declarations_and_definitions_stay() -> None:
    out, _, _ = session("A[n,n] symmetric, x[n]", "r = A@x - b", "s = r.T@r", "d/dx s", "d/dx x.T@A@x", ":vars")
    assert out[:4] == [
        "r: A[n,n] symmetric, x[n], b[n] -> [n]",
        "s: A[n,n] symmetric, x[n], b[n] -> []",
        "2*A@r",
        "2*A@x",
    ]
    assert out[4:] == ["A[n,n] symmetric", "x[n]", "r = A@x - b", "s = r.T@r"]


def test_functions_are_declared_as_variables_are() -> None:
    out, err, _ = session(
        "fun f: [m] -> []", "d/dx f(A@x)", ":check A.T@grad_f(A@x)", "r = f(x)", "d/dx r^2", ":vars", ":forget f",
        "f(x)", "g: [] -> []", "d/dt g(t^2)", "fun h: [m] - []",
    )  # fmt: skip
    assert out == [
        "A.T@grad_f(A@x)", "correct", "r: x[m] -> []", "2*r*grad_f(x)", "fun f: [m] -> []", "r = f(x)", "2*t*g'(t^2)",
    ]  # fmt: skip
    assert "f(…) can be a function or a product" in err
    assert "`h: [m] - []` declares no function" in err
    assert mcalc("repl", "--fun", "f: [m] -> []", stdin="d/dx f(A@x)\n").stdout == "A.T@grad_f(A@x)\n"


def test_a_definition_can_be_made_again_and_forgotten() -> None:
    out, err, _ = session(
        "f = x.T@x", "f = 2*x.T@x", "d/dx f", ":forget f", "d/dx f.T@x", ":forget f", ":forget", ":vars"
    )
    assert out[2:] == ["4*x", "f"]
    assert "f is not known" in err


def test_commands_are_about_the_last_derivative() -> None:
    out, err, status = session(
        ":latex", "d/dx x.T@A@x", ":latex", ":to typst", ":steps", ":type", ":check 2*A@x", ":to latx", ":stesp"
    )
    assert out[:3] == ["(A + A.T)@x", r"(A + A^{\top}) x", "(A + A^top) x"]
    assert session(":steps d^2/dx^2 x.T@A@x")[0][-1].splitlines()[-1] == "d2f/dx^2 = A + A.T"
    assert out[3].startswith("df = d(")
    assert "x[n], A[n,n] -> []" in out
    assert out[-1].startswith("wrong: ")
    for told in (
        "nothing has been differentiated yet",
        "no such format: latx",
        "did you mean latex?",
        "no such command: :stesp",
    ):
        assert told in err
    assert status == 2


def test_every_expression_is_differentiated_by_what_wrt_names() -> None:
    out, _, _ = session(":wrt w", "norm(X@w)^2", ":steps w.T@w", ":wrt", "w.T@w")
    assert out[0] == "2*X.T@X@w"
    assert out[-2:] == ["df/dw = 2*w", "w[n] -> []"]


def test_an_error_ends_nothing_and_is_told_with_its_place() -> None:
    out, err, status = session("d/dx x.T@", "d/dx sofmax(x)", "d/dx x.T@x", ":quit", "never")
    assert (out, status) == (["2*x"], 2)
    assert err.count("error: ") == 2
    assert "did you mean softmax?" in err


def test_lines_go_on_while_a_bracket_is_open() -> None:
    out, _, _ = session("# a comment", "d/dx (x +", "x).T@x", "d/dx (x", "")
    assert out == ["4*x"]


def test_latex_is_read_and_definitions_serve_it() -> None:
    out, _, _ = session(r"\mathbf{x}^\top A \mathbf{x}", "r = X@w - y", r"d/dw \|r\|^2")
    assert out[0] == "x[n], A[n,n] -> []"
    assert out[-1] == "2*X.T@r"


def test_help_tells_every_command() -> None:
    out, _, _ = session(":help")
    assert all(any(command in line for line in out) for command in Completer.COMMANDS if command != ":help")


def test_completion_knows_the_session() -> None:
    known = Session(("Amatrix[n,n]",), ("loss: [n] -> []",))
    known.define("residual", "Amatrix@x")
    complete = Completer(known)
    assert complete.choices("res") == ["residual"]
    assert complete.choices("Am") == ["Amatrix"]
    assert complete.choices("logd") == ["logdet("]
    assert complete.choices("lo")[-1] == "loss("
    assert complete.choices(":st") == [":steps"]
    assert (complete("softp", 0), complete("softp", 1)) == ("softplus(", None)


def test_a_terminal_has_prompts_history_and_completion(tmp_path: Path) -> None:
    pytest.importorskip("readline", reason="Python on Windows has none")
    outer, inner = pty.openpty()
    env = environment(XDG_STATE_HOME=str(tmp_path), NO_COLOR="1")
    process = subprocess.Popen([*MCALC, "repl"], stdin=inner, stdout=inner, stderr=inner, env=env)
    os.close(inner)

    def until(wanted: str, again: signal.Signals | None = None) -> str:
        seen, end = "", time.monotonic() + 60
        while wanted not in seen and time.monotonic() < end:
            if select.select([outer], [], [], 1)[0]:
                seen += os.read(outer, 65536).decode()
            elif again is not None:
                process.send_signal(again)  # the first came before readline listened, and waits for a key
        assert wanted in seen
        return seen

    until("mcalc> ")
    os.write(outer, b"d/dx sof\t\tx.T@A@x)\x15d/dx x.T@A@x\n")
    assert "(A + Aᵀ)x" in until("gradient of shape n; mixed layout")
    os.write(outer, b"d/dx (x\n")
    until("...> ")
    process.send_signal(signal.SIGINT)
    until("mcalc> ", again=signal.SIGINT)
    os.write(outer, b"x.T@\n")
    until("error: ")
    time.sleep(0.5)  # the prompt stands again, in the error's text or after it
    os.write(outer, b"\x04")
    assert process.wait(timeout=60) == 0
    os.close(outer)
    assert "d/dx x.T@A@x" in (tmp_path / "mcalc" / "history").read_text()
