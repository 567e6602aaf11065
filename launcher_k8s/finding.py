"""What is wrong with a Kubernetes object, as a value: by the Launcher's contract, a schema or a server."""

from __future__ import annotations

import attrs

from launcher_k8s import pointer
from launcher_k8s.brevity import brief
from launcher_k8s.diagnostics import Severity
from launcher_k8s.origin import Origin
from launcher_k8s.shape.fact import Path, format_path
from launcher_k8s.shape.names import JOB_KIND


@attrs.frozen
class Finding:
    """One way in which an object departs from what it must be.

    Args:
        code: Which rule it breaks.
        place: Where, as keys and list indexes.
        message: What is wrong, as what is said of the place: ``is missing``.
        hint: What to do about it; may be empty.
        severity: How much it matters.
        kind: The object's kind.
        origin: Who set what stands there; None where that is not known.
    """

    __repr__ = brief

    code: str
    place: Path
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    kind: str = JOB_KIND
    origin: Origin | None = None

    @property
    def path(self) -> str:
        """The place as it is written in YAML: ``spec.template.spec.containers[0].image``."""
        return format_path(self.place)

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer: ``/spec/template/spec/containers/0/image``."""
        return pointer.format(map(str, self.place))

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}: {self.severity.value}: {self.message}{hint}"
