"""A report as one page of HTML, which needs nothing beside it."""

from __future__ import annotations

from html import escape

from mcalc.checking.grade import Row, Statistics
from mcalc.checking.reports.report import Report, number, printable
from mcalc.translation import tell

HEAD = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em; }}
table {{ border-collapse: collapse; width: 100%; margin: 1em 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid #8884; }}
code {{ overflow-wrap: anywhere; }}
.correct, .correct-up-to-layout {{ color: #1a7f37; }}
.wrong, .invalid {{ color: #cf222e; }}
.partial, .undecided {{ color: #9a6700; }}
</style>
</head>
<body>
<h1>{title}</h1>
<table>
<thead><tr><th>{heads}</tr></thead>
<tbody>
"""

MIDDLE = """\
</tbody>
</table>
<h2>{questions}</h2>
<table>
<thead><tr><th>{heads}</tr></thead>
<tbody>
"""

FOOT = """\
</tbody>
</table>
</body>
</html>
"""


#: The heads of the two tables.
SUBMITTED = ("id", "student", "question", "answer", "score", "verdict", "remarks")
ASKED = ("question", "submissions", "right", "points", "most frequent causes")


class Html(Report):
    """A page with a row for each submission, and one for each question."""

    def begin(self) -> None:
        """Write the head."""
        heads = "<th>".join(map(tell, SUBMITTED))
        self.write(HEAD.format(language=tell("en"), title=_safe(self.title), heads=heads))

    def row(self, row: Row) -> None:
        """Write one row."""
        verdict = row["verdict"] or "received"
        score = f"{number(row['score']) or '?'}/{number(row['points'])}" if row["verdict"] else ""
        cells = [_safe(row[name]) for name in ("id", "student", "question")]
        cells += [f"<code>{_safe(row['answer'])}</code>", score]
        cells += [f'<span class="{verdict}">{tell(verdict)}</span>', _remarks(row)]
        self.write(f"<tr><td>{'<td>'.join(cells)}</tr>\n")

    def end(self, statistics: Statistics) -> None:
        """Write what each question came to."""
        self.write(MIDDLE.format(questions=tell("Questions"), heads="<th>".join(map(tell, ASKED))))
        for name, tally in (*statistics.questions.items(), (tell("all"), statistics.total)):
            causes = ", ".join(f"{code} ({count})" for code, count in tally.diagnoses.most_common(5))
            points = f"{number(tally.score)}/{number(tally.points)}"
            cells = [_safe(name), str(tally.number), str(tally.right), points, _safe(causes)]
            self.write(f"<tr><td>{'<td>'.join(cells)}</tr>\n")
        self.write(FOOT)


def _remarks(row: Row) -> str:
    codes = _safe(", ".join(row["diagnosis"]))
    message = _safe(row["message"])
    return f"<b>{codes}</b> {message}" if codes else message


def _safe(text: str) -> str:
    """The text, in which nothing means anything to HTML, nor to a reader's eye what it is not."""
    return escape(printable(text))


REPORTS = {"html": Html}
