"""What each finding about templates means, once: its title, and an edit of our own template that provokes it.

The findings of the contract are named after the facts of the shape, whose table tells why they matter; the
others stand here. A test runs every example (domain, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from launcher_k8s.templates.defaults import JINJA_JOB_FILE, JOB_FILE, SERVICE_FILE


@attrs.frozen
class Edit:
    """A change of the library's own template.

    Args:
        old: What stands there once.
        new: What stands there instead.
        file: The template.
    """

    old: str
    new: str
    file: str = JOB_FILE


@attrs.frozen
class TemplateCode:
    """What a code means, and what provokes it."""

    title: str
    example: Edit


_LABELS: Final = "    app.kubernetes.io/managed-by: launcher\n    {{- with"
_POD_LABELS: Final = "        app.kubernetes.io/managed-by: launcher\n        {{- with"
_SPEC: Final = "  backoffLimit: 0"
_POD: Final = "      restartPolicy: Never"
_MAIN: Final = "        - name: rs-launcher-container"
_STDIN: Final = "          stdinOnce: true"
_NOTES: Final = "        stdin: {{ .Job.stdin | quote }}"


def _after(line: str, *more: str, file: str = JOB_FILE) -> Edit:
    return Edit(f"{line}\n", "\n".join([line, *more, ""]), file)


OWN_CODES: Final[Mapping[str, TemplateCode]] = MappingProxyType(
    {
        "template-syntax": TemplateCode(
            "A template cannot be parsed: nothing can be rendered.", _after(_SPEC, "  {{ if .Job.host }}")
        ),
        "template-version": TemplateCode(
            "The version of a template is missing, or not supported.",
            Edit("# Version: 2.5.0", "# Version: 7"),
        ),
        "old-version": TemplateCode(
            "A template of version 1 lacks most of what jobs can ask for.",
            Edit("# Version: 2.5.0", "# Version: 1"),
        ),
        "render-error": TemplateCode(
            "A template fails for a job that may be submitted.",
            _after(_SPEC, "  ttlSecondsAfterFinished: {{ len .Job.nothing }}"),
        ),
        "not-yaml": TemplateCode(
            "What a template renders is not one YAML mapping.", _after(_SPEC, "  - not: a mapping")
        ),
        "duplicate-key": TemplateCode(
            "A key stands twice in a mapping: the last one counts, the others are lost.",
            _after(_POD, "      restartPolicy: Never"),
        ),
        "unknown-field": TemplateCode(
            "A field stands where Kubernetes knows none of its name: it is dropped, or the object refused.",
            _after("metadata:", "  activeDeadlineSeconds: 60"),
        ),
        "pod-capabilities": TemplateCode(
            "Capabilities stand in the securityContext of the pod, where Kubernetes knows none.",
            _after("        runAsUser: {{ . }}", "        capabilities:", "          add: [SYS_PTRACE]"),
        ),
        "not-an-integer": TemplateCode(
            "A number of the securityContext is text, or has a fraction.",
            _after("        runAsUser: {{ . }}", '        fsGroup: "100"'),
        ),
        "not-a-string": TemplateCode(
            "An annotation, label, node selector or variable is no text.",
            _after(_NOTES, "        my.org/costCenter: 4711"),
        ),
        "mount-without-volume": TemplateCode(
            "The container mounts a volume that the pod does not have.",
            Edit('      volumes: {{ include "launcher.value" . }}', "      volumes: []"),
        ),
        "no-value": TemplateCode(
            "A template prints a field that is not there.",
            _after(_NOTES, "        note: {{ .Job.misspelt }}"),
        ),
        "blank-at-end": TemplateCode(
            "A text ends in a blank or a newline, as the output of commands does.",
            _after(_NOTES, '        note: "x "'),
        ),
        "empty-value": TemplateCode(
            "An empty text stands where the job asks for nothing.",
            Edit(
                "          {{- with .Job.workingDirectory }}\n"
                "          workingDir: {{ . | quote }}\n"
                "          {{- end }}",
                "          workingDir: {{ .Job.workingDirectory | quote }}",
            ),
        ),
        "service-holds-job": TemplateCode(
            "service.tpl holds a template for pods, as job.tpl does.",
            _after("spec:", "  template: {spec: {containers: []}}", file=SERVICE_FILE),
        ),
        "service-port": TemplateCode(
            "A port of the Service lacks its number, or its name.",
            Edit("    - name: port{{ $number }}", "    - name: port", SERVICE_FILE),
        ),
        "field-as-text": TemplateCode(
            "A field of the job stands in quotes, so that it is only its own name.",
            _after(_SPEC, '  {{- if eq ".Job.user" "jane" }}{{ end }}'),
        ),
        "typographic-quote": TemplateCode(
            "A quote is one of those that word processors write.",
            _after(_NOTES, "        note: \N{LEFT DOUBLE QUOTATION MARK}x\N{RIGHT DOUBLE QUOTATION MARK}"),
        ),
        "comma-after-value": TemplateCode(
            "A comma stands after a value: in YAML it separates nothing there.",
            _after(_NOTES, "        note: x,"),
        ),
        "includes-root": TemplateCode(
            "job.tpl or service.tpl is included, which makes an object of its own.",
            _after(_NOTES, '        note: {{ include "service.tpl" . | quote }}'),
        ),
        "unknown-template": TemplateCode(
            "A template is included that is neither a file nor defined.",
            Edit(
                '      volumes: {{ include "launcher.value" . }}',
                '      volumes: {{ include "launcher.valeu" . }}',
            ),
        ),
        "exec-field": TemplateCode(
            "A field of what exec gives is written as it is not called.",
            _after(_SPEC, '  {{- if false }}{{ $r := exec "id" }}{{ $r.stdOut }}{{ end }}'),
        ),
        "value-in-text": TemplateCode(
            "A value in a Jinja2 template stands in quotes, or beside text, where it has quotes of its own.",
            Edit(
                "  generateName: {{ Job.generateName }}",
                '  generateName: "x-{{ Job.name }}-"',
                JINJA_JOB_FILE,
            ),
        ),
        "needs-newer-version": TemplateCode(
            "A job needs what templates of this version do not know.",
            Edit("# Version: 2.5.0", "# Version: 2.2.0"),
        ),
    }
)
"""The findings that are no fact of the shape. ``needs-newer-version`` is found in plans, not in templates."""

CONTRACT_EXAMPLES: Final[Mapping[str, Edit]] = MappingProxyType(
    {
        "job-api-version": Edit("apiVersion: batch/v1", "apiVersion: batch/v1beta1"),
        "job-kind": Edit("\nkind: Job", "\nkind: CronJob"),
        "generate-name": Edit("\n  generateName: {{ .Job.generateName | quote }}", ""),
        "job-annotations": Edit(
            "range $name, $text := . }}\n    {{ $name | quote }}", "range $name, $text := . }}\n    x"
        ),
        "job-labels": Edit("{{- range $name, $text := $ofJob.labels }}", "{{- range $name, $text := dict }}"),
        "job-managed-by": Edit(_LABELS, "    app.kubernetes.io/managed-by: helm\n    {{- with"),
        "job-instance": Edit(
            _LABELS + " .Job.instanceId }}",
            "    app.kubernetes.io/managed-by: launcher\n    {{- with .Job.x }}",
        ),
        "backoff-limit": Edit(_SPEC, "  backoffLimit: 1"),
        "pod-annotations": Edit(
            "{{- range $name, $text := $ofPod.annotations }}", "{{- range $name, $text := dict }}"
        ),
        "tags": Edit("USER_TAG_{{ $index }}", "TAG_{{ $index }}"),
        "stdin-annotation": Edit(f"{_NOTES}\n", ""),
        "user": Edit("        user: {{ .Job.user | quote }}\n", ""),
        "name": Edit("        name: {{ .Job.name | quote }}\n", ""),
        "service-ports": Edit("service_ports: {{ .Job.servicePortsJson | quote }}", "service_ports: none"),
        "user-metadata": Edit("user_metadata: {{ toJson . | quote }}", "user_metadata: {{ . | quote }}"),
        "pod-labels": Edit("{{- range $name, $text := $ofPod.labels }}", "{{- range $name, $text := dict }}"),
        "pod-managed-by": Edit(_POD_LABELS, "        app.kubernetes.io/managed-by: helm\n        {{- with"),
        "pod-instance": Edit(
            _POD_LABELS + " .Job.instanceId }}",
            "        app.kubernetes.io/managed-by: launcher\n        {{- with .Job.x }}",
        ),
        "pod-generate-name": Edit("\n      generateName: {{ .Job.generateName | quote }}", ""),
        "node-name": Edit("nodeName: {{ . | quote }}", "hostname: {{ . | quote }}"),
        "restart-policy": Edit(_POD, "      restartPolicy: OnFailure"),
        "service-account": Edit("serviceAccountName: {{ . | quote }}", "serviceAccountName: {{ . }}"),
        "share-process-namespace": Edit(
            "shareProcessNamespace: {{ .Job.shareProcessNamespace }}", "hostPID: false"
        ),
        "volumes": Edit("{{- with .Job.volumes }}", "{{- with .Job.x }}"),
        "node-selector": Edit(
            "{{- $nodes = set $nodes .name .value }}", "{{- $nodes = set $nodes .name `x` }}"
        ),
        "run-as-user": Edit("{{- with .runAsUserId }}", "{{- with .runAsGroupId }}"),
        "run-as-group": Edit("runAsGroup: {{ . }}", "fsGroup: {{ . }}"),
        "supplemental-groups": Edit("supplementalGroups: {{ . | toJson }}", "supplementalGroups: [1]"),
        "init-containers": Edit("{{- with concat .Job.initContainers", "{{- with concat list"),
        "container-name": Edit(_MAIN, "        - name: main"),
        "image": Edit("image: {{ .Job.container.image | quote }}", "image: busybox"),
        "command": Edit("command: ['/bin/sh']", "command: ['/bin/bash']"),
        "args": Edit("            - '-c'\n", "            - '-lc'\n"),
        "stdin": Edit("stdin: {{ not (empty .Job.stdin) }}", "stdin: false"),
        "stdin-once": Edit(_STDIN, "          stdinOnce: false"),
        "working-directory": Edit("workingDir: {{ . | quote }}", "workingDir: /tmp"),
        "environment": Edit("              value: {{ .value | quote }}\n", ""),
        "container-ports": Edit("hostPort: {{ .publishedPort }}", "hostPort: {{ .targetPort }}"),
        "resources": Edit(
            'printf "%sM" .value | quote) }}\n          {{- else if eq .type "Memory',
            'printf "%sG" .value | quote) }}\n          {{- else if eq .type "Memory',
        ),
        "volume-mounts": Edit("{{- if and .Job.volumes .Job.volumeMounts }}", "{{- if .Job.x }}"),
        "capabilities": Edit("{{- with .capabilitiesAdd }}", "{{- with .capabilitiesDrop }}"),
        "namespace": _after("metadata:", "  namespace: other"),
        "intent": _after("  annotations:", "    launcher-k8s/intent: '{}'"),
        "final": _after("  annotations:", "    launcher-k8s/final: '{}'"),
        "submission": _after("  annotations:", "    launcher-k8s/submission: x"),
        "job-id": _after("metadata:", "  name: fixed"),
        "submission-time": _after("metadata:", '  creationTimestamp: "2026-01-01T00:00:00Z"'),
        "parallelism": _after(_SPEC, "  parallelism: 2"),
        "completions": _after(_SPEC, "  completions: 2"),
        "pod-failure-policy": _after(_SPEC, "  podFailurePolicy: {rules: []}"),
        "backoff-limit-per-index": _after(_SPEC, "  backoffLimitPerIndex: 1"),
        "managed-by": _after(_SPEC, "  managedBy: example.org/mine"),
        "manual-selector": _after(_SPEC, "  manualSelector: true"),
        "pod-job-name": Edit(_POD_LABELS, f"        job-name: x\n{_POD_LABELS}"),
        "service-api-version": Edit("apiVersion: v1", "apiVersion: v2", SERVICE_FILE),
        "service-kind": Edit("kind: Service\n", "kind: Ingress\n", SERVICE_FILE),
        "service-name": Edit("name: {{ .Job.serviceName | quote }}", "name: jobs", SERVICE_FILE),
        "service-annotations": Edit("{{- with $ofService.annotations }}", "{{- with .Job.x }}", SERVICE_FILE),
        "service-labels": Edit("$text := $ofService.labels }}", "$text := dict }}", SERVICE_FILE),
        "service-job-name": Edit("  labels:\n", "  labels:\n    other: x\n  notes:\n", SERVICE_FILE),
        "service-port-list": Edit("{{- if not .publishedPort }}", "{{- if .publishedPort }}", SERVICE_FILE),
        "service-selector": Edit("  selector:\n", "  selector:\n    app: x\n  notes:\n", SERVICE_FILE),
        "service-type": Edit("type: NodePort", "type: ExternalName", SERVICE_FILE),
    }
)
"""What provokes the findings that are named after a fact of the shape."""
