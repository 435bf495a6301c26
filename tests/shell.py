"""mcalc as a shell runs it: in a pipe, and on a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MCALC = (sys.executable, "-m", "mcalc")
QUIET = {"NO_COLOR": "", "FORCE_COLOR": "", "CLICOLOR": "", "CLICOLOR_FORCE": "", "TERM": "xterm", "COLUMNS": "80"}


def environment(**extra: str) -> dict[str, str]:
    """This process's environment, without what colours, and with mcalc importable."""
    return {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), **extra}


def mcalc(*words: str, stdin: str | bytes = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run mcalc in a pipe."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    ended = subprocess.run([*MCALC, *words], input=given, capture_output=True, env=environment(**env), timeout=120)
    encoding = env.get("PYTHONIOENCODING", "utf-8")
    out, err = ended.stdout.decode(encoding), ended.stderr.decode(encoding)
    return subprocess.CompletedProcess(words, ended.returncode, out, err)


def on_terminal(command: str | tuple[str, ...], **env: str) -> tuple[int, str]:
    """Run a command whose stdout and stderr are a terminal of 80 columns: its exit status and what one sees."""
    outer, inner = pty.openpty()
    shell = isinstance(command, str)
    process = subprocess.Popen(
        command, shell=shell, stdin=subprocess.DEVNULL, stdout=inner, stderr=inner, env=environment(**env)
    )
    os.close(inner)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone when the process is
        while chunk := os.read(outer, 65536):
            shown += chunk
    os.close(outer)
    return process.wait(), shown.decode(env.get("PYTHONIOENCODING", "utf-8")).replace("\r\n", "\n")
