{{/*
Names do not depend on the release: the operator knows its Lease, its agents' service account and its ConfigMap by these names, and there is one operator a cluster.
*/}}

{{/* Labels of every object. Takes the root, and the component where there is one: (dict "root" $ "component" "agent"). */}}
{{- define "plumbline.labels" -}}
app.kubernetes.io/name: plumbline
app.kubernetes.io/part-of: plumbline
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* By which Services, policies and budgets find pods: part of what Kubernetes refuses to change later, so nothing of a release or version. */}}
{{- define "plumbline.selector" -}}
app.kubernetes.io/name: plumbline
app.kubernetes.io/component: {{ . }}
{{- end }}

{{- define "plumbline.image" -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag }}
{{- end }}
{{- end }}

{{- define "plumbline.ownImage" -}}
{{- $image := .Values.image -}}
{{- include "plumbline.image" (dict "repository" $image.repository "tag" ($image.tag | default .Chart.AppVersion) "digest" $image.digest) -}}
{{- end }}

{{/* Secret of the link; empty where the replicas make their own certificates. */}}
{{- define "plumbline.linkSecret" -}}
{{- if .Values.link.secretName -}}
{{ .Values.link.secretName }}
{{- else if .Values.link.certManager.enabled -}}
plumbline-link
{{- end }}
{{- end }}

{{- define "plumbline.logArgs" -}}
- --log-format={{ .Values.log.format }}
{{- if ne .Values.log.level "information" }}
- --log-level={{ .Values.log.level }}
{{- end }}
{{- end }}

{{- define "plumbline.otlpEnv" -}}
{{- if .Values.otlp.endpoint -}}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.otlp.endpoint | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ .Values.otlp.protocol | quote }}
{{- end }}
{{- end }}

{{/* Egress to the collector, and to the DNS that knows its name. */}}
{{- define "plumbline.otlpEgress" -}}
{{- if .Values.otlp.endpoint -}}
- ports:
  {{- range .Values.otlp.ports }}
  - {protocol: TCP, port: {{ . }}}
  {{- end }}
  - {protocol: UDP, port: 53}
  - {protocol: TCP, port: 53}
{{- end }}
{{- end }}
