"""Limits from outside the work: time, memory, and a process that ends, each costing nobody else anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.shell import MCALC, environment, mcalc

#: It takes far longer than any test has time for.
LONG = ("norm(X^16)^2", "--wrt", "X", "--order", "4")
LONG_REQUEST = {"expr": "norm(X^16)^2", "wrt": "X", "order": 4}


def test_what_takes_too_long_is_stopped() -> None:
    ended = mcalc("diff", *LONG, "--within", "0.3")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr == "error: it took longer than 0.3 s [E520]\n  --within SECONDS allows more\n"


def test_in_json_the_failure_stands_in_the_place_of_the_result() -> None:
    ended = mcalc("diff", *LONG, "--within", "0.3", "--to", "json")
    assert ended.returncode == 4
    assert json.loads(ended.stdout)["error"]["kind"] == "limit"


def test_a_stream_goes_on_after_a_line_that_was_stopped() -> None:
    ended = mcalc("diff", "-", *LONG[1:3], "--order", "4", "--within", "3", stdin="sum(X)\nnorm(X^16)^2\ntr(X@X)\n")
    first, second, third = ended.stdout.splitlines()
    assert (first, second, third) == ("zeros(n, n, n, n, n, n, n, n)", "", first) or (first and third and not second)
    assert "line 2: it took longer than 3 s" in ended.stderr
    assert ended.returncode == 4


def test_a_batch_goes_on_after_a_request_that_was_stopped() -> None:
    easy = {"expr": "x.T@x", "wrt": "x"}
    requests = [{"id": 1, **easy}, {"id": [2], **LONG_REQUEST}, {"id": 3, **easy}]
    ended = mcalc("batch", "--within", "3", stdin="".join(json.dumps(r) + "\n" for r in requests))
    replies = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(r["id"], r["ok"]) for r in replies] == [(1, True), ([2], False), (3, True)]
    assert replies[1]["error"]["kind"] == "limit"
    assert ended.returncode == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="memory is held to its limit where the system can")
def test_memory_is_held_to_its_limit() -> None:
    ended = mcalc("diff", *LONG, "--limit", "memory=40", "--within", "60")
    assert ended.returncode == 4
    assert "more memory than it may" in ended.stderr or "the process that worked on it ended" in ended.stderr


@pytest.fixture
def batch() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*MCALC, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    )
    yield process
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()


def ask(process: subprocess.Popen[str], **request: object) -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    reply: dict[str, object] = json.loads(process.stdout.readline())
    return reply


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the test finds the process in /proc")


@needs_proc
def test_a_process_that_is_killed_is_replaced(batch: subprocess.Popen[str]) -> None:
    assert ask(batch, id=1, expr="x.T@x", wrt="x")["ok"]
    (worker,) = children(batch.pid)
    os.kill(worker, signal.SIGKILL)
    reply = ask(batch, id=2, expr="x.T@x", wrt="x")
    assert (reply["id"], reply["ok"]) == (2, False)
    assert ask(batch, id=3, expr="x.T@x", wrt="x")["ok"]


@needs_proc
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_nothing_is_left_behind(batch: subprocess.Popen[str], sent: int, status: int) -> None:
    assert ask(batch, expr="x.T@x", wrt="x")["ok"]
    (worker,) = children(batch.pid)
    assert batch.stdin is not None
    batch.stdin.write(json.dumps(LONG_REQUEST) + "\n")
    batch.stdin.flush()
    time.sleep(0.2)
    batch.send_signal(sent)
    assert batch.wait(10) == status
    for _ in range(50):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.1)
    raise AssertionError("the process that worked is still there")


def test_two_at_once_answer_each_its_own() -> None:
    lines = [
        "".join(f'{{"id": "{who}{k}", "expr": "{who}.T@{who}*{k}", "wrt": "{who}"}}\n' for k in range(1, 60))
        for who in "xy"
    ]
    running = [
        subprocess.Popen([*MCALC, "batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment())
        for _ in lines
    ]
    for process, text in zip(running, lines, strict=True):
        assert process.stdin is not None
        process.stdin.write(text.encode())
        process.stdin.flush()
    for process, who in zip(running, "xy", strict=True):
        out, _ = process.communicate(timeout=60)
        replies = [json.loads(line) for line in out.splitlines()]
        assert [r["id"] for r in replies] == [f"{who}{k}" for k in range(1, 60)]
        assert all(r["derivative"] == f"{2 * k}*{who}" for k, r in enumerate(replies, 1))


def test_a_session_goes_on_after_a_line_that_was_stopped() -> None:
    lines = ["c = 2", "d/dX c*tr(X)", "d^4/dX^4 norm(X^16)^2", ":latex", ":vars", "d/dx c*x.T@x"]
    ended = mcalc("repl", "--within", "2", stdin="\n".join(lines) + "\n")
    assert ended.stdout.splitlines() == ["c: -> []", "2*eye(n)", "2 I_{n}", "c = 2", "4*x"]
    assert ended.stderr.startswith("error: it took longer than 2 s [E520]\n")
    assert ended.returncode == 4


def test_limits_hold_in_a_session_and_in_documents(tmp_path: Path) -> None:
    ended = mcalc("repl", "--limit", "depth=3", stdin="((((t))))\nd/dt t^2\n")
    assert (ended.stdout, ended.returncode) == ("2*t\n", 4)
    assert "more than 3 brackets" in ended.stderr
    notes = tmp_path / "notes.md"
    notes.write_text("```mcalc\nd/dX tr(X@X) = 2*X.T\nd^4/dX^4 norm(X^16)^2 =\n```\n")
    ended = mcalc("doc", str(notes), "--within", "2")
    assert ended.returncode == 4
    assert "it took longer than 2 s" in ended.stderr
    ended = mcalc("doc", str(notes), "--limit", "order=3")
    assert ended.returncode == 4
    assert "order 4 is over the limit of 3" in ended.stderr


def test_a_line_without_an_end_takes_no_more_memory_than_it_may() -> None:
    long = b'{"id": 1, "expr": "' + b"x" * (17 << 20) + b'"}\n'
    ended = mcalc("batch", stdin=long + b'{"id": 2, "expr": "x.T@x", "wrt": "x"}\n')
    first, second = map(json.loads, ended.stdout.splitlines())
    assert (first["error"]["code"], first["error"]["message"]) == ("E501", "the input is longer than 16384 KiB")
    assert (second["id"], second["derivative"]) == (2, "2*x")
    ended = mcalc("diff", "-", "--wrt", "x", stdin=b"x" * (17 << 20) + b"\nx.T@x\n")
    assert (ended.stdout, ended.returncode) == ("\n2*x\n", 4)
    assert "line 1: the input is longer than 256 KiB" in ended.stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no file without an end")
@pytest.mark.parametrize(
    "words",
    [
        ("diff", "-f", "/dev/zero", "--wrt", "x"),
        ("grade", "/dev/zero", "--from", "csv"),
        ("eval", "x", "--at", "x=/dev/zero"),
        ("doc", "/dev/zero"),
    ],
    ids=" ".join,
)
def test_a_file_without_an_end_takes_no_more_memory_than_it_may(words: tuple[str, ...]) -> None:
    ended = mcalc(*words, "--limit", "memory=300")
    assert ended.returncode in (2, 4)
    assert ended.stderr.startswith("error: ")
    assert "defect" not in ended.stderr
