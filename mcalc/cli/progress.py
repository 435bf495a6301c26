"""A bar that shows how far a long run is, on stderr while the result goes elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

T = TypeVar("T")


def watched(items: Iterator[T], done: Callable[[], int], length: int) -> Iterator[T]:
    """The items, with a bar; `done` says how much of the length was read, which may be unknown and 0."""
    console = Console(file=sys.stderr, highlight=False, markup=False)
    columns = [BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.fields[count]} graded")]
    with Progress(*columns, console=console, transient=False) as progress:
        task = progress.add_task("", total=length or None, count=0)
        for count, item in enumerate(items, 1):
            yield item
            progress.update(task, completed=min(done(), length), count=count)
