"""Pages: an answer with its working as a document of its own, for readers away from the terminal.

What stands on a page is said once, in `content`; each form only sets it.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcalc.answer import Answer
    from mcalc.request import Way

#: The forms of a page: the modules here that set one.
PAGES = ("markdown", "html")


def page(form: str, answer: Answer, way: Way | None) -> str:
    """The page of an answer in one of the forms, with the working told in this way, or without."""
    from mcalc.pages.content import Content

    made: str = import_module(f"mcalc.pages.{form}").page(Content(answer, way))
    return made
