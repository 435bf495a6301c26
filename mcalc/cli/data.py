"""Numbers for variables: from npz, npy, json and csv files and from the command line, and results into files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import IO, Any

import numpy as np

from mcalc.cli.expressions import decode, lines
from mcalc.cli.output import file_for
from mcalc.errors import Problem
from mcalc.language.names import nearest
from mcalc.phrase import say

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

Read = Callable[[str], Array]  #: makes the array of what a file holds; it takes the name, for its messages

#: `x=3`, `A=[[1,2],[3,4]]`, `A=weights.npy`: a name and what it stands for.
NAMED = re.compile(r"([^\W\d][\w'′]*)\s*=\s*(.*)", re.DOTALL)
SHOWN = 60  #: the characters of a value that a message shows


class Values(Mapping[str, Array]):
    """Arrays by name, each made of what a file or a person gave when it is asked for: a file may hold more.

    Asking raises a `Problem` of kind usage or unsupported where what was given is no array of real numbers.
    """

    def __init__(self) -> None:
        self.made: dict[str, Callable[[], Array] | Array] = {}

    def __getitem__(self, name: str) -> Array:
        """The array of this name."""
        value = self.made[name]
        if not isinstance(value, np.ndarray):
            value = self.made[name] = value()
        return value

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self.made)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.made)


def given(sources: Iterable[str]) -> Values:
    """The arrays by name, from files and from `NAME=VALUE`; later ones win. Raises a `Problem` of kind usage."""
    found = Values()
    for source in sources:
        named = NAMED.fullmatch(source)
        if named and not os.path.isfile(source):  # noqa: PTH113 (as in expressions)
            name, text = named.groups()
            if _ending(text) in READERS:
                found.made[name] = partial(_one, name, text)
            else:
                found.made[name] = _written(name, text)
        elif _ending(source) in READERS:
            stored = READERS[_ending(source)](source)
            found.made |= {name: partial(value, name) for name, value in stored.items()}
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
    ending = _ending(path)
    stored = {"csv": _matrix, "json": _json_alone}.get(ending, READERS[ending])(path)
    if name not in stored and len(stored) != 1:
        raise Problem(
            "E027",
            "{path} holds {found}, and no {name}",
            path=path,
            found=sorted(stored) or say("nothing"),
            name=name,
        )
    return (stored.get(name) or next(iter(stored.values())))(name)


def numbers(name: str, value: Any, path: str = "") -> Array:
    """Real numbers as float64; `path` is the file that they are from."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "c":
            raise Problem(
                "E415",
                "{name}, read from {path}, is complex: mcalc computes with real numbers"
                if path
                else "{name} is complex: mcalc computes with real numbers",
                hint="its real and its imaginary part can be two variables",
                name=name,
                path=path,
            )
        whole = array.dtype.kind == "O" and all(isinstance(entry, int) for entry in array.flat)
        if array.dtype.kind not in "biuf" and not whole:
            raise TypeError
        return np.asarray(array, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise Problem(
            "E027",
            "{name}, read from {path}, is no array of numbers" if path else "{name} is no array of numbers",
            name=name,
            path=path,
        ) from None


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
    except Problem as fault:
        if fault.code != "E027":
            raise
    body = text.strip()
    if body.startswith("[") and body.endswith("]"):
        body = body[1:-1]
    rows = [[part for part in re.split(r"[,\s]+", row.strip()) if part] for row in body.split(";")]
    cells = [[_typed(part) for part in row] for row in rows if row]
    if not cells or len({len(row) for row in cells}) > 1 or any(cell is None for row in cells for cell in row):
        raise Problem(
            "E027",
            "{name} is no array of numbers: {text}",
            hint="--at {name}=3, --at '{name}=[1,2,3]', --at '{name}=[1 2; 3 4]'",
            name=name,
            text=repr(text[:SHOWN]),
        )
    return numbers(name, cells[0] if len(cells) == 1 and ";" not in body else cells)


def _typed(cell: str) -> complex | None:
    """A number as it is typed, which may turn out to be complex; None where it is none."""
    try:
        return complex(cell) if cell[-1] in "jJ" else float(cell)
    except ValueError:
        return None


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


def _npz(path: str) -> dict[str, Read]:
    from zipfile import BadZipFile

    def entry(stored: Any, name: str) -> Any:
        try:
            return stored[name]
        except ValueError:  # objects of Python's, which are not unpacked
            return None

    try:
        with _numpy(path) as stored:
            if not hasattr(stored, "files"):
                raise Problem("E027", "{path} is no archive of arrays", path=path)
            return {name: partial(numbers, value=entry(stored, name), path=path) for name in stored.files}
    except (AttributeError, TypeError, ValueError, OSError, BadZipFile):
        raise Problem("E027", "{path} is no archive of arrays", path=path) from None


def _npy(path: str) -> dict[str, Read]:
    stored = _numpy(path)
    if hasattr(stored, "files"):
        return _npz(path)
    return {_stem(path): partial(numbers, value=stored, path=path)}


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122


def _loaded(path: str) -> Any:
    """What a file of JSON holds."""
    from json import loads

    try:
        return loads(decode(b"".join(lines(path))))
    except (ValueError, RecursionError) as fault:
        raise Problem("E027", "{path} is no JSON: {fault}", path=path, fault=fault) from None


def _json(path: str) -> dict[str, Read]:
    stored = _loaded(path)
    if not isinstance(stored, dict):
        hint = "NAME={path} reads one variable"
        raise Problem("E027", '{path} is to hold an object: {"x": [1, 2], …}', hint=hint, path=path)
    return {name: partial(numbers, value=value, path=path) for name, value in stored.items()}


def _json_alone(path: str) -> dict[str, Read]:
    """The variables of an object; what is none is one variable, called as the file is."""
    stored = _loaded(path)
    return _json(path) if isinstance(stored, dict) else {_stem(path): partial(numbers, value=stored, path=path)}


def _csv(path: str) -> dict[str, Read]:
    """Columns by the names at their heads; without such a line the whole is a matrix called as the file is."""
    head, rows = _rows(path)
    if not head:
        return _matrix(path)

    def column(k: int, _: str) -> Array:
        return _cells(path, rows, [k], 2)[:, 0]

    return {name: partial(column, k) for k, name in enumerate(head)}


def _matrix(path: str) -> dict[str, Read]:
    """All numbers of the file, without the names at the heads of its columns."""
    head, rows = _rows(path)
    return {_stem(path): lambda _: _cells(path, rows, range(len(rows[0])), 2 if head else 1)}


def _rows(path: str) -> tuple[list[str], list[list[str]]]:
    """The names in the first line, if they are no numbers, and the cells below."""
    from csv import Error, reader

    try:
        text = decode(b"".join(lines(path)))
        table = [row for row in reader(text.splitlines()) if row]
    except Error as fault:
        raise Problem("E027", "{path} is no CSV: {fault}", path=path, fault=fault) from None
    head = [] if not table or all(map(_is_number, table[0])) else [cell.strip() for cell in table[0]]
    rows = table[1:] if head else table
    for number, row in enumerate(rows, 2 if head else 1):
        if len(row) != len(head or rows[0]):
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
    return head, rows


def _cells(path: str, rows: Sequence[Sequence[str]], columns: Sequence[int], start: int) -> Array:
    """The numbers in some columns; the first row stands on line `start`."""
    for number, row in enumerate(rows, start):
        wrong = next((row[k] for k in columns if not _is_number(row[k])), None)
        if wrong is not None:
            raise Problem(
                "E027",
                "{path}, line {number}: {wrong} is no number",
                hint="cells stand between commas" if re.search(r"[;\t]", wrong) else "",
                path=path,
                number=number,
                wrong=repr(wrong[:SHOWN]),
            )
    return np.array([[float(row[k]) for k in columns] for row in rows])


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


READERS: dict[str, Callable[[str], dict[str, Read]]] = {"npz": _npz, "npy": _npy, "json": _json, "csv": _csv}


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
