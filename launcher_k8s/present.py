"""Tables and findings for people: as text, as JSON types, as escaped HTML.

The CLI and every ``_repr_html_`` call this, so that a value looks the same wherever it is shown.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from launcher_k8s.decisions import Decision
    from launcher_k8s.diagnostics import Diagnostic
    from launcher_k8s.origin import Sourced
    from launcher_k8s.settings import UserProfile
    from launcher_k8s.status import JobStatus


@attrs.frozen
class Table:
    """Rows of text under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Aligned columns, two blanks apart, the title above; a line break in a cell is shown escaped."""
        cells = [self.columns, *(tuple(map(_one_line, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
        return "\n".join([self.title, *lines] if self.title else lines)

    def records(self) -> list[dict[str, str]]:
        """One mapping a row, from column to cell."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def html(self) -> str:
        """An HTML table; every cell escaped."""
        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self.rows
        )
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def profile_table(profile: UserProfile, *, title: str = "") -> Table:
    """What a user effectively gets: each setting with its origin and what it shadowed."""
    return Table(
        title,
        ("setting", "value", "origin", "shadows"),
        tuple(
            (key, show(sourced.value), str(sourced.origin), "; ".join(map(_shadow, sourced.shadowed)))
            for key, sourced in profile.items()
        ),
    )


def decisions_table(decisions: Iterable[Decision], *, title: str = "") -> Table:
    """The decisions of a plan, in the order they were taken."""
    return Table(
        title,
        ("about", "value", "how", "origin", "reason"),
        tuple((d.subject, d.value, d.kind.value, str(d.origin), d.reason) for d in decisions),
    )


def statuses_table(statuses: Iterable[JobStatus], *, title: str = "") -> Table:
    """Jobs with their states."""
    return Table(
        title,
        ("id", "name", "user", "status", "exit code", "submitted", "message"),
        tuple(
            (
                status.id,
                status.name,
                status.user,
                status.state.value,
                show(status.exit_code),
                f"{status.submission_time:%Y-%m-%d %H:%M:%S}" if status.submission_time else "",
                status.status_message,
            )
            for status in statuses
        ),
    )


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """A finding with its source line and a caret under its column, where these are known."""
    location = diagnostic.location
    lines = [f"{location}: {diagnostic.severity.value}: {diagnostic.message}"]
    if location.source:
        number = f"{location.line:>5} | "
        lines.append(number + location.source.replace("\t", " "))
        if location.column:
            lines.append(" " * (len(number) + location.column - 1) + "^")
    if diagnostic.hint:
        lines.append(f"      {diagnostic.hint}")
    return "\n".join(lines)


def show(value: object) -> str:
    """One value as text: lists by commas, booleans as the files write them, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={show(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(show, value))
    return str(value)


def _shadow(sourced: Sourced[object]) -> str:
    return f"{show(sourced.value) or '(empty)'} ({sourced.origin})"


def _one_line(cell: str) -> str:
    return cell.replace("\n", "\\n")
