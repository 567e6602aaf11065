"""Mistakes of the Launcher's guides and their readers: what is found in them, and when they stop anything."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

import attrs

from launcher_k8s.templates.codes import Edit
from launcher_k8s.templates.defaults import JOB_FILE, SERVICE_FILE

_NOTES: Final = "        stdin: {{ .Job.stdin | quote }}\n"
_LABELS: Final = '{{- define "site.labels" }}team: x{{ end }}\n'


class Stage(Enum):
    """When a mistake is told besides when templates are validated."""

    LOAD = "the configuration is refused"
    SUBMIT = "a job is refused"
    WARNING = "a job is submitted, and its plan warns"
    SOURCE = "never: what is rendered is right"


@attrs.frozen
class Mistake:
    """An edit of our own templates that is wrong.

    Args:
        edit: The edit.
        code: The finding's code.
        hint: What its hint says, among other things.
        path: Where in the object it is; empty where it is found before there is one.
        stage: When it is told.
    """

    edit: Edit
    code: str
    hint: str
    path: str
    stage: Stage


def _before(place: str, lines: str, *, file: str = JOB_FILE) -> Edit:
    return Edit(place, f"{lines}{place}", file)


MISTAKES: Final[Mapping[str, Mistake]] = MappingProxyType(
    {
        "a comma after a value": Mistake(
            _before(
                "      {{- with .Job.host }}",
                '      hostAliases:\n        - ip: "10.2.141.12",\n          hostnames: ["db"]\n',
            ),
            "comma-after-value",
            "remove the comma",
            "",
            Stage.SUBMIT,
        ),
        "a block without end": Mistake(
            _before(_NOTES, '        {{- if eq .Job.user "jane" }}\n'),
            "template-syntax",
            "the {{ if }} of line 42 has no {{ end }}",
            "",
            Stage.LOAD,
        ),
        "capabilities of the pod": Mistake(
            _before("        {{- with .runAsUserId }}", "        capabilities: {add: [NET_ADMIN]}\n"),
            "pod-capabilities",
            "securityContext of the container",
            "spec.template.spec.securityContext.capabilities",
            Stage.WARNING,
        ),
        "a field in quotes": Mistake(
            _before(_NOTES, '        owner: {{ quote ".Job.user" }}\n'),
            "field-as-text",
            "write .Job.user without quotes",
            "",
            Stage.SOURCE,
        ),
        "typographic quotes": Mistake(
            _before(
                _NOTES,
                "        {{ if eq .Job.user \N{LEFT DOUBLE QUOTATION MARK}x\N{RIGHT DOUBLE QUOTATION MARK} }}"
                "{{ end }}\n",
            ),
            "template-syntax",
            "typographic quotes",
            "",
            Stage.LOAD,
        ),
        "a field of exec as the guide writes it": Mistake(
            _before(
                _NOTES,
                '        {{- $res := exec "id" "-u" }}\n        uid: {{ $res.stdOut | trim | quote }}\n',
            ),
            "exec-field",
            "write .Stdout",
            "",
            Stage.WARNING,
        ),
        "an unquoted number as an annotation": Mistake(
            _before(_NOTES, '        my.org/costCenter: {{ exec "echo" "4711" }}\n'),
            "not-a-string",
            "quote",
            "spec.template.metadata.annotations['my.org/costCenter']",
            Stage.WARNING,
        ),
        "the newline of a command": Mistake(
            _before(_NOTES, '        my.org/costCenter: {{ exec "echo" "4711" | toString | quote }}\n'),
            "blank-at-end",
            "toString | trim | quote",
            "spec.template.metadata.annotations['my.org/costCenter']",
            Stage.WARNING,
        ),
        "a pod template in service.tpl": Mistake(
            _before("  selector:\n", "  template:\n    spec: {containers: []}\n", file=SERVICE_FILE),
            "service-holds-job",
            "job.tpl makes the Job",
            "spec.template",
            Stage.WARNING,
        ),
        "two node selectors": Mistake(
            _before("      {{- with $nodes }}", "      nodeSelector: {disk: ssd}\n"),
            "duplicate-key",
            "write each key once",
            "spec.template.spec.nodeSelector",
            Stage.WARNING,
        ),
        "two mappings of annotations": Mistake(
            _before("      labels:\n        {{- range", "      annotations: {cost: high}\n"),
            "duplicate-key",
            "write each key once",
            "spec.template.metadata.annotations",
            Stage.SUBMIT,
        ),
        "two security contexts": Mistake(
            _before("      {{- with .Job.volumes }}", "      securityContext: {fsGroup: 100}\n"),
            "duplicate-key",
            "write each key once",
            "spec.template.spec.securityContext",
            Stage.WARNING,
        ),
        "a define whose name is misspelt": Mistake(
            _before(_NOTES, f'        {_LABELS.strip()}\n        {{{{ include "site.label" . }}}}\n'),
            "unknown-template",
            "site.labels",
            "",
            Stage.SUBMIT,
        ),
        "a unit as a float": Mistake(
            _before("        {{- with .runAsUserId }}", "        fsGroup: 100.5\n"),
            "not-an-integer",
            "whole numbers",
            "spec.template.spec.securityContext.fsGroup",
            Stage.WARNING,
        ),
    }
)
"""What each is, by its name."""
