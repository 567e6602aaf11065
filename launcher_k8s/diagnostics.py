"""What is wrong, or worth knowing, in configuration files: values, never exceptions.

Every code stands once, in :data:`launcher_k8s.codes.CODES`, with an example that provokes it.
"""

from __future__ import annotations

from enum import Enum

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.wording import visible


class Severity(Enum):
    """How much a diagnostic matters: an error refuses the files, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@attrs.frozen
class Location:
    """A place in a file; ``line`` and ``column`` count from 1, 0 means the whole file or line.

    ``length`` is how many characters of ``source``, the line as it may be shown, are meant; 0 where only
    the place is known.
    """

    __repr__ = brief

    file: str
    line: int = 0
    column: int = 0
    section: str = ""
    key: str = ""
    source: str = attrs.field(default="", repr=False)
    length: int = attrs.field(default=0, repr=False)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        section = f" [{self.section}]" if self.section else ""
        return f"{place}{section}{' ' + self.key if self.key else ''}"


@attrs.frozen
class Diagnostic:
    """One finding: its code (a key of :data:`launcher_k8s.codes.CODES`), where, what, and what to do."""

    __repr__ = brief

    code: str
    severity: Severity
    location: Location
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return visible(f"{self.location}: {self.severity.value}: {self.message}{hint}")

    def _repr_html_(self) -> str:
        from launcher_k8s.report import diagnostics_table

        return diagnostics_table([self]).html()
