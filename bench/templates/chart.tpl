# Version: 2.5.0
{{- $defaults := fromYaml (include "chart.defaults" .) }}
{{- $values := mergeOverwrite (deepCopy $defaults) (dict "pod" (.Job.metadata.pod | default dict)) }}
{{- $context := dict "Job" .Job "Values" $values }}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "chart.metadata" (merge (dict "part" "job") $context) | nindent 2 }}
spec:
  backoffLimit: {{ $values.backoffLimit | int }}
  template:
    metadata:
      {{- include "chart.metadata" (merge (dict "part" "pod") $context) | nindent 6 }}
    spec:
      {{- include "chart.pod" $context | nindent 6 }}
