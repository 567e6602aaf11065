# Version: 2.5.0
{{- /*
The Service by which the ports of a job are reached that are not published on its node. It is made only for jobs
that have such ports. `.Job` is the same as in job.tpl, and has an id: the Job has been made.
*/}}
{{- $ofService := .Job.metadata.service | default dict }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Job.serviceName | quote }}
  {{- with $ofService.annotations }}
  annotations:
    {{- range $name, $text := . }}
    {{ $name | quote }}: {{ $text | quote }}
    {{- end }}
  {{- end }}
  labels:
    my.org/costCenter: 4711
    {{- range $name, $text := $ofService.labels }}
    {{ $name | quote }}: {{ $text | quote }}
    {{- end }}
    job-name: {{ .Job.id | quote }}
spec:
  ports:
    {{- $number := 0 }}
    {{- range .Job.exposedPorts }}
    {{- if not .publishedPort }}
    - name: port{{ $number }}
      protocol: {{ .protocol | quote }}
      port: {{ .targetPort }}
      targetPort: {{ .targetPort }}
      {{- $number = add1 $number }}
    {{- end }}
    {{- end }}
  selector:
    job-name: {{ .Job.id | quote }}
  clusterIP: ''
  {{- /* ClusterIP, NodePort or LoadBalancer. */}}
  type: LoadBalancer
