"""The limits: how large a question, a number and a result may be, and how long they may take.

Each has a name, which `--limit NAME=NUMBER` on the command line sets; what goes beyond one ends in a `Problem` of
kind limit that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from mcalc.errors import Problem

#: Each limit by its name: the number, and what it is a number of.
DEFAULTS: dict[str, tuple[float, str]] = {
    "bytes": (256 * 1024, "bytes of an expression"),
    "nodes": (100_000, "parts of an expression"),
    "depth": (200, "brackets one in another"),
    "digits": (64, "digits of a number"),
    "bits": (4096, "bits of a number that is worked out"),
    "power": (1000, "the power of a matrix"),
    "order": (4, "the order of a derivative"),
    "axes": (8, "axes of a result"),
    "result": (200_000, "parts of a result, shared ones once"),
    "answer-bytes": (16 * 1024, "bytes of an answer that is checked"),
    "answer-nodes": (5_000, "parts of an answer that is checked"),
    "seconds": (10, "seconds for an expression; 2 in batch and grade"),
    "memory": (4096, "mebibytes for a process, where the system can hold it to them"),
}

#: Python refuses to write an integer of more than 4300 digits, which are 14 284 bits.
HIGHEST = {"bits": 14_000, "digits": 4_000}

#: A machine that is busy with other things may take so many times as long.
PATIENCE = 5

_set: dict[str, float] = {}


def limit(name: str) -> int:
    """The limit of this name."""
    return int(_set.get(name, DEFAULTS[name][0]))


def kibibytes(count: int) -> str:
    """So many bytes in KiB."""
    return f"{count / 1024:g}"


def seconds() -> float:
    """The time for one expression, or one item of many."""
    return _set.get("seconds", DEFAULTS["seconds"][0])


def allow(name: str, number: float) -> None:
    """Set a limit."""
    if name not in DEFAULTS:
        raise Problem("E005", "no such limit: {name}", hint="choose from {choices}", name=name, choices=list(DEFAULTS))
    highest = HIGHEST.get(name, 1e12)
    if not 0 < number <= highest:
        raise Problem(
            "E071",
            "the limit of {name} lies between 0 and {highest}, and {number} does not",
            name=name,
            highest=f"{highest:g}",
            number=f"{number:g}",
        )
    _set[name] = number


def changed() -> Mapping[str, float]:
    """The limits that were set, to be set in another process."""
    return dict(_set)


def hold_memory(mebibytes: int) -> None:
    """Let this process take no more memory than this, where the system can see to it."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))


def hold_time(within: float) -> None:
    """Let the system end this process, by SIGPROF, after so many more seconds of the processor."""
    with suppress(AttributeError, ValueError, OSError):
        import signal

        signal.setitimer(signal.ITIMER_PROF, within)


def patience(within: float) -> float:
    """How long to wait for a process that may use the processor for `within` seconds: others may be using it too."""
    import signal

    return within * (PATIENCE if hasattr(signal, "setitimer") else 1)
