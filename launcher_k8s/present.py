"""Tables and findings for people: as text, as JSON types, as escaped HTML.

The CLI and every ``_repr_html_`` call this, so that a value looks the same wherever it is shown.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from launcher_k8s.decisions import Refusal
from launcher_k8s.errors import InvalidJobError, LauncherError, OverrideError
from launcher_k8s.origin import Origin, OriginKind
from launcher_k8s.quantity import format_decimal
from launcher_k8s.settings import Override
from launcher_k8s.wording import visible

if TYPE_CHECKING:
    from launcher_k8s.decisions import Decision
    from launcher_k8s.finding import Finding
    from launcher_k8s.options import Option
    from launcher_k8s.settings import ClusterSettings, ResourceProfile, UserProfile

_LONGEST_CELL = 80
# What an origin or a reason says is needed whole; a value is whole in the records, so in --json.
_CUT_COLUMNS = frozenset({"about", "value", "message"})


@attrs.frozen
class Table:
    """Rows of text under named columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Aligned columns, two blanks apart, the title above.

        What a terminal would obey is shown escaped, and a long value is cut: it would widen every line.
        """
        cells = [self.columns, *(tuple(map(_cell, self.columns, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
        return "\n".join([visible(self.title), *lines] if self.title else lines)

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
    """What a user effectively gets: each setting with its origin, and below it what that shadows."""
    rows = []
    for key, sourced in profile.items():
        rows.append((key, show(sourced.value), str(sourced.origin)))
        rows += [("", show(each.value) or "(empty)", _instead_of(each.origin)) for each in sourced.shadowed]
    return Table(title, ("setting", "value", "origin"), tuple(rows))


def _instead_of(origin: Origin) -> str:
    return f"  instead of {'the default' if origin.kind is OriginKind.DEFAULT else origin}"


def profile_records(profile: UserProfile) -> list[dict[str, Any]]:
    """The same as JSON types; what a setting shadows is a list, nearest first."""
    return [
        {
            "setting": key,
            "value": show(sourced.value),
            "origin": str(sourced.origin),
            "shadowed": [
                {"value": show(each.value), "origin": str(each.origin)} for each in sourced.shadowed
            ],
        }
        for key, sourced in profile.items()
    ]


def cluster_table(cluster: ClusterSettings, *, title: str = "") -> Table:
    """What is set for a cluster: each key of its main file with its origin; never a secret's value."""
    rows = []
    for field in attrs.fields(type(cluster)):
        option: Option | None = field.metadata.get("option")
        if option is not None:
            value = show(getattr(cluster, field.name))
            shown = "***" if option.secret and value else value
            rows.append((option.key, shown, str(cluster.origin(field.name))))
    return Table(title, ("setting", "value", "origin"), tuple(rows))


def decisions_table(decisions: Iterable[Decision], *, title: str = "") -> Table:
    """The decisions of a plan, in the order they were taken."""
    return Table(
        title,
        ("about", "value", "how", "origin", "reason"),
        tuple((d.subject, d.value, d.kind.value, str(d.origin), d.reason) for d in decisions),
    )


def refusals_of(error: LauncherError) -> tuple[Refusal, ...]:
    """Why a job could not be planned, as refusals; an error that holds none is one itself."""
    match error:
        case InvalidJobError():
            return error.refusals
        case OverrideError():
            return (Refusal(error.pointer, error.message, origin=error.origin, hint=error.hint),)
        case _:
            return (Refusal("job", error.message, hint=error.hint),)


def refusals_table(refusals: Iterable[Refusal], *, title: str = "") -> Table:
    """Why a job may not run as asked: every reason, with the limit and its origin."""
    return Table(
        title,
        ("about", "value", "limit", "origin", "reason", "hint"),
        tuple(
            (r.what, r.value, r.limit, str(r.origin) if r.origin else "", r.message, r.hint) for r in refusals
        ),
    )


def findings_table(findings: Iterable[Finding], *, title: str = "") -> Table:
    """What is wrong with objects, each with its place as a JSON pointer."""
    return Table(
        title,
        ("code", "severity", "object", "pointer", "reason", "hint", "origin"),
        tuple(
            (
                f.code,
                f.severity.value,
                f.kind,
                f.pointer,
                f.message,
                f.hint,
                str(f.origin) if f.origin else "",
            )
            for f in findings
        ),
    )


def findings_text(findings: Iterable[Finding], *, title: str) -> str:
    """What is wrong with objects, a line each: too long for columns."""
    return "\n".join([title, *(f"- {_sentence(finding)}" for finding in findings)])


def _sentence(finding: Finding) -> str:
    place = f"{finding.kind} {finding.pointer}".rstrip()
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"{place} {finding.message}{hint}" + (f"; {finding.origin}" if finding.origin else "")


def resource_profiles_table(
    offered: Iterable[tuple[ResourceProfile, Sequence[Refusal]]], *, title: str = ""
) -> Table:
    """The resource profiles offered to a user, and why some are of no use to them."""
    return Table(
        title,
        (
            "section",
            "name",
            "cpus",
            "cpus-request",
            "mem-mb",
            "mem-mb-request",
            "GPUs",
            "constraints",
            "origin",
            "unusable because",
        ),
        tuple(
            (
                profile.section,
                profile.display_name,
                show(profile.cpus),
                show(profile.cpus_request),
                show(profile.mem_mb),
                show(profile.mem_mb_request),
                _gpus(profile),
                show(profile.placement_constraints),
                str(profile.origin),
                "; ".join(refusal.message for refusal in refusals),
            )
            for profile, refusals in offered
        ),
    )


def facts_table(title: str, facts: Iterable[tuple[str, str]]) -> Table:
    """What is known of one thing, a row for each fact that is no empty text."""
    return Table(title, ("about", "what is known"), tuple(fact for fact in facts if fact[1]))


def moment(time: datetime | None) -> str:
    """A moment as people read it, in UTC; nothing for none."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if time else ""


def show(value: object) -> str:
    """One value as text: lists by commas, booleans as the files write them, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={show(item)}" for key, item in value.items())
    if isinstance(value, Override):
        return f"{value.pointer} from {value.file}" if value.file else value.pointer
    if isinstance(value, Decimal):
        return format_decimal(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(show, value))
    return str(value)


def _gpus(profile: ResourceProfile) -> str:
    counts = {"NVIDIA": profile.nvidia_gpus, "AMD": profile.amd_gpus}
    return ", ".join(f"{count} {brand}" for brand, count in counts.items() if count)


def _cell(column: str, text: str) -> str:
    line = visible(text)
    if column not in _CUT_COLUMNS or len(line) <= _LONGEST_CELL:
        return line
    return f"{line[: _LONGEST_CELL - 3]}..."
