"""Numbers for variables: from npz, npy, json and csv files and from the command line, and results into files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any

import numpy as np

from mcalc.cli.expressions import decode, lines
from mcalc.cli.output import file_for
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.phrase import say

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

#: `x=3`, `A=[[1,2],[3,4]]`, `A=weights.npy`: a name and what it stands for.
NAMED = re.compile(r"([^\W\d][\w'′]*)\s*=\s*(.*)", re.DOTALL)
SHOWN = 60  #: the characters of a value that a message shows


def given(sources: Iterable[str]) -> dict[str, Array]:
    """The arrays by name, from files and from `NAME=VALUE`; later ones win. Raises a `Problem` of kind usage."""
    found: dict[str, Array] = {}
    for source in sources:
        named = NAMED.fullmatch(source)
        if named and not os.path.isfile(source):  # noqa: PTH113 (as in expressions)
            name, text = named.groups()
            found[name] = _one(name, text) if _ending(text) in READERS else _written(name, text)
        elif _ending(source) in READERS:
            found |= READERS[_ending(source)](source)
        else:
            raise Problem(
                "E026",
                "{value} gives no variable a value",
                hint="--at takes NAME=VALUE, or a file that ends in {choices}",
                value=repr(source[:SHOWN]),
                choices=["." + e for e in READERS],
            )
    return found


def unknown(sources: Iterable[str], known: Iterable[str]) -> None:
    """Complain of a value that was typed for a name that is no variable."""
    for source in sources:
        named = NAMED.fullmatch(source)
        if named and not os.path.isfile(source) and named[1] not in known:  # noqa: PTH113
            near = nearest(named[1], list(known))
            raise Problem(
                "E203",
                "{name} does not occur in the expression",
                hint="did you mean {near}?" if near else "the variables are {choices}",
                name=named[1],
                near=near,
                choices=list(known),
            )


def _ending(path: str) -> str:
    return os.path.splitext(path)[1][1:].lower()  # noqa: PTH122


def _one(name: str, path: str) -> Array:
    """The one array that a file holds, or the one in it that has the name."""
    if _ending(path) == "csv":
        return _rows(path)[1]
    arrays = READERS[_ending(path)](path)
    if name in arrays:
        return arrays[name]
    if len(arrays) != 1:
        raise Problem(
            "E027",
            "{path} holds {found}, and no {name}",
            path=path,
            found=sorted(arrays) or say("nothing"),
            name=name,
        )
    return next(iter(arrays.values()))


def numbers(name: str, value: Any) -> Array:
    """Real numbers as float64."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "c":
            raise Problem("E415", "{name} is complex: mcalc computes with real numbers", name=name)
        if array.dtype.kind not in "biuf":
            array = np.asarray(value, dtype=np.float64)
        return np.asarray(array, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise Problem("E027", "{name} is no array of numbers", name=name) from None


def _written(name: str, text: str) -> Array:
    """A value as it is typed: a number, JSON, or rows between semicolons."""
    from json import loads

    try:
        return numbers(name, float(text))
    except ValueError:
        pass
    try:
        return numbers(name, loads(text))
    except (ValueError, RecursionError):
        pass
    body = text.strip().removeprefix("[").removesuffix("]")
    rows = [[part for part in re.split(r"[,\s]+", row.strip()) if part] for row in body.split(";")]
    try:
        cells = [[float(part) for part in row] for row in rows if row]
    except ValueError:
        cells = []
    if not cells or len({len(row) for row in cells}) > 1:
        raise Problem(
            "E027",
            "{name} is no array of numbers: {text}",
            hint="--at {name}=3, --at '{name}=[1,2,3]', --at '{name}=[1 2; 3 4]'",
            name=name,
            text=repr(text[:SHOWN]),
        )
    return numbers(name, cells[0] if len(cells) == 1 and ";" not in body else cells)


# ---------------------------------------------------------------- files


def _numpy(path: str) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except OSError as fault:
        raise Problem(
            "E009",
            "cannot read {path}: {strerror}",
            path=path,
            strerror=fault.strerror or say("it is no file of NumPy"),
        ) from None
    except (ValueError, EOFError):
        raise Problem("E027", "{path} is no file of numbers of NumPy", path=path) from None


def _npz(path: str) -> dict[str, Array]:
    from zipfile import BadZipFile

    try:
        with _numpy(path) as stored:
            if not hasattr(stored, "files"):
                raise Problem("E027", "{path} is no archive of arrays", path=path)
            return {name: numbers(name, stored[name]) for name in stored.files}
    except (AttributeError, TypeError, ValueError, OSError, BadZipFile):
        raise Problem("E027", "{path} is no archive of arrays", path=path) from None


def _npy(path: str) -> dict[str, Array]:
    stored = _numpy(path)
    if hasattr(stored, "files"):
        return _npz(path)
    name = os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122
    return {name: numbers(name, stored)}


def _json(path: str) -> dict[str, Array]:
    from json import loads

    try:
        stored = loads(decode(b"".join(lines(path))))
    except (ValueError, RecursionError) as fault:
        raise Problem("E027", "{path} is no JSON: {fault}", path=path, fault=fault) from None
    if not isinstance(stored, dict):
        raise Problem("E027", '{path} is to hold an object: {"x": [1, 2], …}', path=path)
    return {name: numbers(name, value) for name, value in stored.items()}


def _csv(path: str) -> dict[str, Array]:
    """Columns by the names at their heads; without such a line the whole is a matrix called as the file is."""
    head, rows = _rows(path)
    if head:
        return {name: rows[:, k] for k, name in enumerate(head)}
    return {os.path.splitext(os.path.basename(path))[0]: rows}  # noqa: PTH119, PTH122


def _rows(path: str) -> tuple[list[str], Array]:
    """The names in the first line, if they are no numbers, and the numbers below."""
    from csv import Error, reader

    try:
        text = decode(b"".join(lines(path)))
        table = [row for row in reader(text.splitlines()) if row]
    except Error as fault:
        raise Problem("E027", "{path} is no CSV: {fault}", path=path, fault=fault) from None
    head = [] if not table or all(map(_is_number, table[0])) else [cell.strip() for cell in table[0]]
    rows = table[1:] if head else table
    for number, row in enumerate(rows, 2 if head else 1):
        wrong = next((cell for cell in row if not _is_number(cell)), None)
        if wrong is not None:
            raise Problem(
                "E027",
                "{path}, line {number}: {wrong} is no number",
                path=path,
                number=number,
                wrong=repr(wrong[:SHOWN]),
            )
        if len(row) != len(rows[0]) or (head and len(row) != len(head)):
            raise Problem(
                "E027",
                "{path}, line {number}: {count} cells, and {wanted} before",
                path=path,
                number=number,
                count=len(row),
                wanted=len(head or rows[0]),
            )
    if not rows:
        raise Problem("E027", "{path} holds no numbers", path=path)
    return head, np.array([[float(cell) for cell in row] for row in rows])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


READERS: dict[str, Callable[[str], dict[str, Array]]] = {"npz": _npz, "npy": _npy, "json": _json, "csv": _csv}


# ---------------------------------------------------------------- results


def save(path: str, results: Mapping[str, Array]) -> None:
    """Write results to a file, by its ending: all of them to npz and json, the last one to npy and csv.

    The file gets its name when it is complete. Raises a `Problem` of kind usage.
    """
    ending = _ending(path)
    if ending not in WRITERS:
        raise Problem(
            "E028",
            "--out {path}: the name tells the format",
            hint="it ends in {choices}",
            path=path,
            choices=["." + e for e in WRITERS],
        )
    with file_for(path, "wb") as file:
        WRITERS[ending](file, results)


def _to_json(file: IO[bytes], results: Mapping[str, Array]) -> None:
    from json import dumps

    file.write(dumps({name: array.tolist() for name, array in results.items()}).encode() + b"\n")


def _to_csv(file: IO[bytes], results: Mapping[str, Array]) -> None:
    last = list(results.values())[-1]
    if last.ndim > 2:
        raise Problem(
            "E028", "CSV has rows and columns, and the result {count} axes", hint="write .npz", count=last.ndim
        )
    for row in np.atleast_2d(last if last.ndim != 1 else last[:, None]):
        file.write((",".join(repr(float(x)) for x in row) + "\n").encode())


def _to_npz(file: IO[bytes], results: Mapping[str, Array]) -> None:
    np.savez(file, **dict(results))  # type: ignore[arg-type]


WRITERS: dict[str, Callable[[IO[bytes], Mapping[str, Array]], None]] = {
    "npz": _to_npz,
    "npy": lambda file, results: np.save(file, list(results.values())[-1]),
    "json": _to_json,
    "csv": _to_csv,
}
