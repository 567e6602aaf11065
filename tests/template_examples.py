"""The guides' examples of templates where they are right: edits of our own, as administrators make them.

Each is validated without a cluster, and run on a real one. Jobs that need more than an edit (a command of the
site, groups) are given it by the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from launcher_k8s.templates.codes import Edit
from launcher_k8s.templates.defaults import SERVICE_FILE, default_templates

COST_COMMAND: Final = "/opt/site/cost-center"
"""What the site's command is called in the examples; a test that runs them puts its own there."""
ADMINS, USERS = "launcher-admins", "launcher-users"

_POD: Final = "      restartPolicy: Never\n"
_POD_ANNOTATIONS: Final = "        stdin: {{ .Job.stdin | quote }}\n"
_POD_LABELS: Final = "        {{- range $name, $text := $ofPod.labels }}\n"

_HOST_ALIASES: Final = """\
      hostAliases:
        - ip: "10.2.141.12"
          hostnames: ["db01"]
        - ip: "10.2.141.13"
          hostnames: ["db02"]
"""
_CAPABILITIES: Final = """\
          securityContext:
            capabilities:
              add: {{ append (.capabilitiesAdd | default list) "SYS_PTRACE" | toJson }}
              {{- with .capabilitiesDrop }}
              drop: {{ . | toJson }}
              {{- end }}
"""
_COST: Final = f"""\
        my.org/costCenter: {{{{ exec "{COST_COMMAND}" .Job.user | toString | trim | quote }}}}
"""
_PREPARE: Final = """\
      initContainers:
        - name: prepare
          image: {{ .Job.container.image | quote }}
          command: ['/bin/sh', '-c', 'echo "prepared for $0" > /prepared/note', {{ .Job.user | quote }}]
          volumeMounts:
            - name: prepared
              mountPath: /prepared
        {{- with concat .Job.initContainers ($ofPod.initContainers | default list) }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
"""
_ROLE: Final = f"""\
        {{{{- $groups := groups .Job.user }}}}
        {{{{- if has "{ADMINS}" $groups }}}}
        my.org/role: admin
        {{{{- else if has "{USERS}" $groups }}}}
        my.org/role: user
        {{{{- end }}}}
        my.org/groups: {{{{ join "," $groups | quote }}}}
"""
_FARGATE: Final = """\
        {{- range .Job.placementConstraints }}
        {{- if and (eq .name "eks.amazonaws.com/compute-type") (eq .value "fargate") }}
        eks.amazonaws.com/fargate-profile: launcher
        {{- end }}
        {{- end }}
"""
_FS_GROUP: Final = """\
      securityContext:
        fsGroup: {{ exec "id" "-g" $.Job.user | toString | trim | int }}
"""


def _before(place: str, lines: str) -> Edit:
    return Edit(place, f"{lines}{place}")


def _between(first: str, last: str, lines: str) -> Edit:
    """Our own lines from one to another, replaced."""
    text = default_templates()["job.tpl"]
    start = text.index(first)
    return Edit(text[start : text.index(last, start)], lines)


EXAMPLES: Final[Mapping[str, tuple[Edit, ...]]] = MappingProxyType(
    {
        "host-aliases": (_before(_POD, _HOST_ALIASES),),
        "capabilities": (
            _between(
                "          {{- if or .capabilitiesAdd", "          {{- end }}\n{{- /*\nA value", _CAPABILITIES
            ),
        ),
        "image-pull-secrets": (
            _before(_POD, "      imagePullSecrets:\n        - name: registry\n        - name: mirror\n"),
        ),
        "init-container": (
            _between("      {{- with concat .Job.initContainers", "      containers:\n", _PREPARE),
            _between(
                "      {{- with .Job.volumes }}",
                "      {{- with concat .Job.initContainers",
                "      volumes: "
                '{{ append .Job.volumes (dict "name" "prepared" "emptyDir" dict) | toYaml | nindent 8 }}\n',
            ),
            _between(
                "          {{- if and .Job.volumes .Job.volumeMounts }}",
                "          {{- with .Job.container }}\n          {{- if or .capabilitiesAdd",
                "          volumeMounts:\n            - name: prepared\n              mountPath: /prepared\n"
                "            {{- with .Job.volumeMounts }}\n            {{- toYaml . | nindent 12 }}\n"
                "            {{- end }}\n",
            ),
        ),
        "cost-centre": (_before(_POD_ANNOTATIONS, _COST),),
        "groups": (_before(_POD_ANNOTATIONS, _ROLE),),
        "service-cluster-ip": (Edit("  type: NodePort", "  type: ClusterIP", SERVICE_FILE),),
        "service-node-port": (),
        "service-load-balancer": (Edit("  type: NodePort", "  type: LoadBalancer", SERVICE_FILE),),
        "fargate": (_before(_POD_LABELS, _FARGATE),),
        "workload-identity": (
            Edit(
                "{{- $nodes := dict }}",
                '{{- $nodes := dict "iam.gke.io/gke-metadata-server-enabled" "true" }}',
            ),
        ),
        "fs-group": (
            _between("      {{- if or .runAsUserId", "        {{- with .runAsUserId }}", _FS_GROUP),
            Edit(
                "        supplementalGroups: {{ . | toJson }}\n        {{- end }}\n      {{- end }}\n",
                "        supplementalGroups: {{ . | toJson }}\n        {{- end }}\n",
            ),
        ),
        "service-account": (
            Edit(
                "      {{- with .Job.serviceAccountName }}\n"
                "      serviceAccountName: {{ . | quote }}\n"
                "      {{- end }}\n",
                "      serviceAccountName: {{ .Job.serviceAccountName | default .Job.user | quote }}\n",
            ),
        ),
    }
)
"""What administrators change for each, by its name."""


def templates_of(example: str, *, cost_command: str = COST_COMMAND) -> dict[str, str]:
    """Our own templates, with the edits of an example.

    Args:
        example: Its name.
        cost_command: The path of the site's command.
    """
    files = dict(default_templates())
    for edit in EXAMPLES[example]:
        assert files[edit.file].count(edit.old) == 1, edit
        files[edit.file] = files[edit.file].replace(edit.old, edit.new)
    return {name: text.replace(COST_COMMAND, cost_command) for name, text in files.items()}
