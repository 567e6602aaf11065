# Version: 2.5.0
{{- /*
The Kubernetes Job that runs a job of the Launcher. `.Job` is the job as it will run: image, limits, mounts and
nodes are decided, and its own ratios of request to limit have been applied.

Every text goes through `quote`: whatever is in it, YAML reads it back as it was. Values of any shape go through
the template "launcher.value", at the end of this file.
*/}}
{{- $ofJob := .Job.metadata.job | default dict }}
{{- $ofPod := .Job.metadata.pod | default dict }}
apiVersion: batch/v1
kind: Job
metadata:
  generateName: {{ .Job.generateName | quote }}
  {{- with $ofJob.annotations }}
  annotations:
    {{- range $name, $text := . }}
    {{ $name | quote }}: {{ $text | quote }}
    {{- end }}
  {{- end }}
  labels:
    {{- range $name, $text := $ofJob.labels }}
    {{ $name | quote }}: {{ $text | quote }}
    {{- end }}
    app.kubernetes.io/managed-by: launcher
    {{- with .Job.instanceId }}
    launcher-instance-id: {{ . | quote }}
    {{- end }}
spec:
  {{- /* A job runs once. */}}
  backoffLimit: 0
  template:
    metadata:
      annotations:
        {{- range $name, $text := $ofPod.annotations }}
        {{ $name | quote }}: {{ $text | quote }}
        {{- end }}
        {{- /* The Launcher reads these back: whose job it is, what it is called, and what it exposes. */}}
        {{- range $index, $tag := .Job.tags }}
        USER_TAG_{{ $index }}: {{ $tag | quote }}
        {{- end }}
        stdin: {{ .Job.stdin | quote }}
        user: {{ .Job.user | quote }}
        name: {{ .Job.name | quote }}
        service_ports: {{ .Job.servicePortsJson | quote }}
        {{- with .Job.metadata }}
        user_metadata: {{ toJson . | quote }}
        {{- end }}
      labels:
        {{- range $name, $text := $ofPod.labels }}
        {{ $name | quote }}: {{ $text | quote }}
        {{- end }}
        app.kubernetes.io/managed-by: launcher
        {{- with .Job.instanceId }}
        launcher-instance-id: {{ . | quote }}
        {{- end }}
      generateName: {{ .Job.generateName | quote }}
    spec:
      {{- with .Job.host }}
      nodeName: {{ . | quote }}
      {{- end }}
      restartPolicy: Never
      {{- with .Job.serviceAccountName }}
      serviceAccountName: {{ . | quote }}
      {{- end }}
      shareProcessNamespace: {{ .Job.shareProcessNamespace }}
      {{- /* A constraint of the same name as an earlier one takes its place. */}}
      {{- $nodes := dict }}
      {{- range .Job.placementConstraints }}
      {{- $nodes = set $nodes .name .value }}
      {{- end }}
      {{- with $nodes }}
      nodeSelector:
        {{- range $name, $text := . }}
        {{ $name | quote }}: {{ $text | quote }}
        {{- end }}
      {{- end }}
      {{- with .Job.container }}
      {{- if or .runAsUserId .runAsGroupId .supplementalGroupIds }}
      securityContext:
        {{- with .runAsUserId }}
        runAsUser: {{ . }}
        {{- end }}
        {{- with .runAsGroupId }}
        runAsGroup: {{ . }}
        {{- end }}
        {{- with .supplementalGroupIds }}
        supplementalGroups: {{ . | toJson }}
        {{- end }}
      {{- end }}
      {{- end }}
      {{- with .Job.volumes }}
      volumes: {{ include "launcher.value" . }}
      {{- end }}
      {{- with concat .Job.initContainers ($ofPod.initContainers | default list) }}
      initContainers: {{ include "launcher.value" . }}
      {{- end }}
      containers:
        - name: rs-launcher-container
          image: {{ .Job.container.image | quote }}
          {{- if .Job.command }}
          command: ['/bin/sh']
          args:
            - '-c'
            - {{ prepend .Job.args .Job.command | join " " | quote }}
          {{- else }}
          command: [{{ .Job.exe | quote }}]
          {{- with .Job.args }}
          args:
            {{- range . }}
            - {{ . | quote }}
            {{- end }}
          {{- end }}
          {{- end }}
          stdin: {{ not (empty .Job.stdin) }}
          stdinOnce: true
          {{- with .Job.workingDirectory }}
          workingDir: {{ . | quote }}
          {{- end }}
          {{- /* A secret is configured as secretName:key:NAME. */}}
          {{- $secrets := list }}
          {{- range .Job.config }}
          {{- if eq .name "secret" }}
          {{- $secrets = append $secrets (splitn ":" 3 .value) }}
          {{- end }}
          {{- end }}
          {{- if or .Job.environment $secrets }}
          env:
            {{- range .Job.environment }}
            - name: {{ .name | quote }}
              value: {{ .value | quote }}
            {{- end }}
            {{- range $secrets }}
            - name: {{ ._2 | default ._1 | default "" | quote }}
              valueFrom:
                secretKeyRef:
                  name: {{ ._0 | quote }}
                  key: {{ ._1 | default "" | quote }}
            {{- end }}
          {{- end }}
          {{- /* Ports without a published one are the Service's. */}}
          {{- $published := list }}
          {{- range .Job.exposedPorts }}
          {{- if .publishedPort }}
          {{- $published = append $published . }}
          {{- end }}
          {{- end }}
          {{- with $published }}
          ports:
            {{- range . }}
            - containerPort: {{ .targetPort }}
              hostPort: {{ .publishedPort }}
              {{- if ne .protocol "TCP" }}
              protocol: {{ .protocol | quote }}
              {{- end }}
            {{- end }}
          {{- end }}
          {{- /* Memory is counted in MB, of 10^6 bytes; GPUs have limits only. */}}
          {{- $limits := dict }}
          {{- $requests := dict }}
          {{- range .Job.resourceLimits }}
          {{- if not .value }}
          {{- else if eq .type "cpuCount" }}
          {{- $limits = set $limits "cpu" (.value | quote) }}
          {{- else if eq .type "CPU Request" }}
          {{- $requests = set $requests "cpu" (.value | quote) }}
          {{- else if eq .type "memory" }}
          {{- $limits = set $limits "memory" (printf "%sM" .value | quote) }}
          {{- else if eq .type "Memory Request" }}
          {{- $requests = set $requests "memory" (printf "%sM" .value | quote) }}
          {{- else if eq .type "NVIDIA GPUs" }}
          {{- $limits = set $limits "nvidia.com/gpu" (.value | int) }}
          {{- else if eq .type "AMD GPUs" }}
          {{- $limits = set $limits "amd.com/gpu" (.value | int) }}
          {{- end }}
          {{- end }}
          {{- if or $limits $requests }}
          resources:
            {{- with $limits }}
            limits:
              {{- range $name, $amount := . }}
              {{ $name }}: {{ $amount }}
              {{- end }}
            {{- end }}
            {{- with $requests }}
            requests:
              {{- range $name, $amount := . }}
              {{ $name }}: {{ $amount }}
              {{- end }}
            {{- end }}
          {{- end }}
          {{- if and .Job.volumes .Job.volumeMounts }}
          volumeMounts: {{ include "launcher.value" .Job.volumeMounts }}
          {{- end }}
          {{- with .Job.container }}
          {{- if or .capabilitiesAdd .capabilitiesDrop }}
          securityContext:
            capabilities:
              {{- with .capabilitiesAdd }}
              add: {{ include "launcher.value" . }}
              {{- end }}
              {{- with .capabilitiesDrop }}
              drop: {{ include "launcher.value" . }}
              {{- end }}
          {{- end }}
          {{- end }}
{{- /*
A value on one line: JSON, which YAML reads as well. Unlike toJson alone it prints every control character so that
it stays: quote escapes them, and what it does to quotes and backslashes is undone.
*/}}
{{- define "launcher.value" }}
{{- toJson . | quote | trimPrefix "\"" | trimSuffix "\"" | replace "\\\\" "\\" | replace "\\\"" "\"" }}
{{- end }}
