"""`mcalc batch` as the co-process of another program, and reports that are written while others write: nothing is
lost, mixed or half there.
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.shell import MCALC, environment

Requests = list[dict[str, Any]]

LONG = {"expr": "norm(X^16)^2", "wrt": "X", "order": 4}  #: takes far longer than it has time for


class Coprocess:
    """A running `mcalc batch`."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [*MCALC, "batch", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
        )  # fmt: skip

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        reply: dict[str, Any] = json.loads(self.process.stdout.readline())
        return reply

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.send(json.dumps(request).encode() + b"\n")
        return self.receive()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]


@pytest.fixture
def start() -> Iterator[Any]:
    running: list[Coprocess] = []

    def another(*words: str) -> Coprocess:
        running.append(Coprocess(*words))
        return running[-1]

    yield another
    for one in running:
        one.close()


def requests(who: str) -> tuple[Requests, list[bool]]:
    """Requests of every kind, and which of them are answered."""
    good = [{"expr": f"{who}.T@A@{who}*{k}", "wrt": who} for k in range(1, 30)]
    large = {"expr": " + ".join(f"{k}*sin(t*{k})" for k in range(40)), "wrt": "t", "to": ["numpy", "latex", "mathml"]}
    check = {"command": "check", "expr": "x.T@x", "wrt": "x", "answer": "2*x"}
    bad: Requests = [{"expr": f"{who}.T@"}, {"expr": "x", "wrt": "y"}, {"expr": 3}]
    mixed = [*good, large, check, *bad, LONG, *good, {"expr": "x" * 300_000, "wrt": "x"}, check]
    answered = [True] * 31 + [False] * 4 + [True] * 29 + [False, True]
    return [{"id": [who, k], **request} for k, request in enumerate(mixed)], answered


def test_several_at_once_answer_each_request_before_the_next(start: Any) -> None:
    found: dict[str, list[bool]] = {}

    def converse(who: str, process: Coprocess) -> None:
        asked, _ = requests(who)
        replies = [process.ask(request) for request in asked]
        assert [reply["id"] for reply in replies] == [request["id"] for request in asked]
        found[who] = [reply["ok"] for reply in replies]

    threads = [threading.Thread(target=converse, args=(who, start("--within", "2"))) for who in "xyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == {who: requests(who)[1] for who in "xyz"}


def test_requests_may_be_sent_ahead_of_their_replies(start: Any) -> None:
    process = start("--within", "2")
    asked, answered = requests("x")
    sender = threading.Thread(target=lambda: process.send(b"".join(json.dumps(r).encode() + b"\n" for r in asked)))
    sender.start()
    assert [process.receive()["ok"] for _ in asked] == answered
    sender.join(20)
    process.process.stdin.close()
    assert process.process.wait(20) == 1
    assert process.process.stderr.read() == b""


def test_a_last_line_without_an_end_is_answered(start: Any) -> None:
    process = start()
    process.send(b'{"id": 1, "expr": "x.T@x", "wrt": "x"}')
    process.process.stdin.close()
    assert process.receive()["derivative"] == "2*x"
    assert process.process.wait(20) == 0


def test_a_reader_that_goes_away_ends_it_quietly(start: Any) -> None:
    process = start()
    assert process.ask({"expr": "x.T@x", "wrt": "x"})["ok"]
    process.process.stdout.close()
    with suppress(BrokenPipeError):
        for _ in range(3):
            process.send(b'{"expr": "x.T@x", "wrt": "x"}\n')
    with suppress(BrokenPipeError):
        process.process.stdin.close()
    assert process.process.wait(20) == 0
    assert process.process.stderr.read() == b""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_reply_is_cut_short_by_a_signal(start: Any, sent: signal.Signals) -> None:
    process = start()
    line = json.dumps({"expr": "x.T@A@x", "wrt": "x", "to": ["numpy", "latex"]}).encode() + b"\n"
    sender = threading.Thread(target=lambda: [process.send(line) for _ in range(500)])
    with suppress(BrokenPipeError):
        sender.start()
        for _ in range(20):
            assert process.receive()["ok"]
        process.process.send_signal(sent)
        rest = process.process.stdout.read()
    process.process.wait(20)
    sender.join(20)
    assert not rest or rest.endswith(b"\n")
    assert all(json.loads(reply)["ok"] for reply in rest.splitlines())
    assert b"Traceback" not in process.process.stderr.read()


def test_reports_that_are_written_at_once_to_one_file_are_whole(tmp_path: Path) -> None:
    out = tmp_path / "report.csv"
    lines = "".join(json.dumps({"id": k, "expr": "x.T@x", "wrt": "x", "answer": f"{k}*x"}) + "\n" for k in range(40))
    command = [*MCALC, "grade", "-", "--from", "jsonl", "--to", "csv", "--out", str(out), "--processes", "1"]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, env=environment()) for _ in range(3)]
    for process in running:
        assert process.stdin is not None
        process.stdin.write(lines.encode())
        process.stdin.close()
    assert [process.wait(60) for process in running] == [0, 0, 0]
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["verdict"] == "correct" for row in rows] == [k == 2 for k in range(40)]
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the test finds the processes in /proc")
def test_a_report_is_never_seen_by_halves(tmp_path: Path) -> None:
    """Terminated at several moments, before, in and after the work: the report is there whole, or the older one is."""
    out = tmp_path / "report.jsonl"
    given = tmp_path / "answers.jsonl"
    given.write_text(
        "".join(json.dumps({"id": k, "expr": "x.T@x", "wrt": "x", "answer": "2*x"}) + "\n" for k in range(60))
    )
    older = "an older report\n"
    for moment in (0.05, 0.3, 0.6, 0.9, 1.3, 2.0):
        out.write_text(older)
        process = subprocess.Popen([*MCALC, "grade", str(given), "--out", str(out)], env=environment())
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        process.terminate()
        assert process.wait(20) in (143, 0, -signal.SIGTERM)
        seen = out.read_text()
        assert seen == older or len([json.loads(line) for line in seen.splitlines()]) >= 60
        assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.jsonl", "report.jsonl"]
        assert not _left_over(os.fspath(given))


def _left_over(word: str) -> list[str]:
    """The processes that have this word on their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if word in (line := path.read_bytes().decode(errors="replace")) and str(os.getpid()) != path.parent.name:
                found.append(line)
    return found
