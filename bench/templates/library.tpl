{{- define "chart.defaults" -}}
backoffLimit: 0
restartPolicy: Never
labels:
  app.kubernetes.io/managed-by: launcher
  app.kubernetes.io/part-of: analytics
securityContext:
  allowPrivilegeEscalation: false
  capabilities:
    drop: [MKNOD]
nodeSelector:
  kubernetes.io/os: linux
tolerations:
  - key: dedicated
    operator: Equal
    value: batch
    effect: NoSchedule
{{- end }}

{{- define "chart.labels" -}}
{{- $own := (get (get .Job.metadata .part | default dict) "labels") | default dict }}
{{- $all := mergeOverwrite (dict) .Values.labels $own }}
{{- with .Job.instanceId }}
{{- $_ := set $all "launcher-instance-id" . }}
{{- end }}
{{- range $name, $value := $all }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "chart.annotations" -}}
{{- $all := dict "user" .Job.user "name" .Job.name "service_ports" .Job.servicePortsJson "stdin" .Job.stdin }}
{{- range $index, $tag := .Job.tags }}
{{- $_ := set $all (printf "USER_TAG_%d" $index) $tag }}
{{- end }}
{{- $all = merge $all ((get (get .Job.metadata .part | default dict) "annotations") | default dict) }}
{{- if eq .part "pod" }}
{{- $_ := set $all "user_metadata" (toJson .Job.metadata) }}
{{- end }}
{{- toYaml $all }}
{{- end }}

{{- define "chart.metadata" -}}
generateName: {{ .Job.generateName | quote }}
labels:
  {{- include "chart.labels" . | trim | nindent 2 }}
annotations:
  {{- include "chart.annotations" . | nindent 2 }}
{{- end }}

{{- define "chart.quantity" -}}
{{- $suffix := .suffix | default "" }}
{{- printf "%s%s" .value $suffix | quote }}
{{- end }}

{{- define "chart.resources" -}}
{{- $limits := dict }}
{{- $requests := dict }}
{{- range .Job.resourceLimits }}
{{- if eq .type "cpuCount" }}
{{- $_ := set $limits "cpu" .value }}
{{- else if eq .type "CPU Request" }}
{{- $_ := set $requests "cpu" .value }}
{{- else if eq .type "memory" }}
{{- $_ := set $limits "memory" (include "chart.quantity" (dict "value" .value "suffix" "M") | trimAll "\"") }}
{{- else if eq .type "Memory Request" }}
{{- $_ := set $requests "memory" (include "chart.quantity" (dict "value" .value "suffix" "M") | trimAll "\"") }}
{{- else if eq .type "NVIDIA GPUs" }}
{{- $_ := set $limits "nvidia.com/gpu" .value }}
{{- else if eq .type "AMD GPUs" }}
{{- $_ := set $limits "amd.com/gpu" .value }}
{{- end }}
{{- end }}
{{- toYaml (dict "limits" $limits "requests" $requests) }}
{{- end }}

{{- define "chart.securityContext" -}}
{{- $context := deepCopy .Values.securityContext }}
{{- with .Job.container.runAsUserId }}
{{- $context = mergeOverwrite $context (dict "runAsUser" .) }}
{{- end }}
{{- with .Job.container.runAsGroupId }}
{{- $context = mergeOverwrite $context (dict "runAsGroup" .) }}
{{- end }}
{{- $add := .Job.container.capabilitiesAdd | default list }}
{{- $drop := concat $context.capabilities.drop (.Job.container.capabilitiesDrop | default list) | uniq }}
{{- $context = mergeOverwrite $context (dict "capabilities" (dict "add" $add "drop" $drop)) }}
{{- toYaml $context }}
{{- end }}

{{- define "chart.env" -}}
{{- range .Job.environment }}
- name: {{ .name | quote }}
  value: {{ .value | quote }}
{{- end }}
{{- range .Job.config }}
{{- if eq .name "secret" }}
{{- $parts := splitList ":" .value }}
- name: {{ last $parts | quote }}
  valueFrom:
    secretKeyRef:
      {{- toYaml (dict "name" (first $parts) "key" (index $parts 1)) | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "chart.ports" -}}
{{- range .Job.exposedPorts }}
- {{ toYaml (dict "containerPort" .targetPort "protocol" .protocol) | nindent 2 | trim }}
{{- end }}
{{- end }}

{{- define "chart.container" -}}
- name: rs-launcher-container
  image: {{ .Job.container.image | quote }}
  {{- if .Job.exe }}
  command:
    {{- toYaml (list .Job.exe) | nindent 4 }}
  {{- else }}
  command: ["/bin/sh"]
  {{- end }}
  args:
    {{- toYaml (concat (list "-c" (cat (.Job.command | quote) (join " " .Job.args))) .Job.args) | nindent 4 }}
  workingDir: {{ .Job.workingDirectory | quote }}
  env:
    {{- include "chart.env" . | trim | nindent 4 }}
  ports:
    {{- include "chart.ports" . | trim | nindent 4 }}
  resources:
    {{- include "chart.resources" . | nindent 4 }}
  securityContext:
    {{- include "chart.securityContext" . | nindent 4 }}
  volumeMounts:
    {{- toYaml .Job.volumeMounts | nindent 4 }}
{{- end }}

{{- define "chart.nodeSelector" -}}
{{- $nodes := deepCopy .Values.nodeSelector }}
{{- range .Job.placementConstraints }}
{{- $nodes = set $nodes .name .value }}
{{- end }}
{{- toYaml $nodes }}
{{- end }}

{{- define "chart.pod" -}}
restartPolicy: {{ .Values.restartPolicy }}
shareProcessNamespace: {{ .Job.shareProcessNamespace }}
{{- with .Job.serviceAccountName }}
serviceAccountName: {{ . | quote }}
{{- end }}
{{- with .Job.host }}
nodeName: {{ . | quote }}
{{- end }}
nodeSelector:
  {{- include "chart.nodeSelector" . | nindent 2 }}
tolerations:
  {{- toYaml .Values.tolerations | nindent 2 }}
{{- with .Job.container.supplementalGroupIds }}
securityContext:
  supplementalGroups:
    {{- toYaml . | nindent 4 }}
{{- end }}
initContainers:
  {{- toYaml (concat .Job.initContainers (.Values.pod.initContainers | default list)) | nindent 2 }}
containers:
  {{- include "chart.container" . | nindent 2 }}
volumes:
  {{- toYaml .Job.volumes | nindent 2 }}
{{- end }}
