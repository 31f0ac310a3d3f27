{{/*
Names. A fullname has at most 52 letters: the longest suffix that follows, `-discovery`, still fits into the 63 of a label.
Release names may hold dots, names of Services may not.
*/}}
{{- define "example-app.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "example-app.fullname" -}}
{{- $name := include "example-app.name" . }}
{{- $release := .Release.Name | replace "." "-" }}
{{- $whole := ternary $release (printf "%s-%s" $release $name) (contains $name $release) }}
{{- .Values.fullnameOverride | default $whole | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "example-app.service" -}}
{{- .Values.server.service.name | default (printf "%s-server" (include "example-app.fullname" .)) }}
{{- end }}

{{/* Whether anything runs as the client: the Deployment or the test. */}}
{{- define "example-app.hasClient" -}}
{{- if or .Values.client.enabled .Values.tests.enabled }}true{{ end }}
{{- end }}

{{/*
The helpers below take a dict: root, the top context; component, server or client; values, the section of values.
*/}}
{{- define "example-app.serviceAccount" -}}
{{- if .values.serviceAccount.create }}
{{- .values.serviceAccount.name | default (printf "%s-%s" (include "example-app.fullname" .root) .component) }}
{{- else }}
{{- .values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "example-app.selectorLabels" -}}
app.kubernetes.io/name: {{ include "example-app.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Without the chart's version: a new chart that changes nothing in the pods does not restart them. */}}
{{- define "example-app.podLabels" -}}
{{ include "example-app.selectorLabels" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{- define "example-app.labels" -}}
{{ include "example-app.podLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* `--set image.tag=1` arrives as a number. */}}
{{- define "example-app.image" -}}
{{- $tag := .Values.image.tag }}
{{- if kindIs "string" $tag }}{{ $tag = $tag | default .Chart.AppVersion }}{{ end }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%v" .Values.image.repository $tag }}
{{- end }}
{{- end }}

{{/* A duration as Spring Boot writes it, in whole seconds, rounded up: 1500ms, 5s, 2m. */}}
{{- define "example-app.seconds" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- if hasSuffix "ms" . }}{{ div (add $number 999) 1000 }}
{{- else if hasSuffix "m" . }}{{ mul $number 60 }}
{{- else if hasSuffix "h" . }}{{ mul $number 3600 }}
{{- else }}{{ $number }}
{{- end }}
{{- end }}

{{/* The least that the kubelet must wait before it kills the server. */}}
{{- define "example-app.drainSeconds" -}}
{{- $shutdown := .Values.config.shutdown }}
{{- add (include "example-app.seconds" $shutdown.delay) (include "example-app.seconds" $shutdown.grace) 5 }}
{{- end }}

{{- define "example-app.terminationGracePeriodSeconds" -}}
{{- if eq .component "server" }}
{{- .values.terminationGracePeriodSeconds | default (include "example-app.drainSeconds" .root) | int64 }}
{{- else }}
{{- add (include "example-app.seconds" .root.Values.config.shutdown.grace) 5 }}
{{- end }}
{{- end }}

{{- define "example-app.podSecurityContext" -}}
runAsNonRoot: true
{{- with .Values.securityContext.runAsUser }}
runAsUser: {{ . | int64 }}
{{- end }}
{{- with .Values.securityContext.runAsGroup }}
runAsGroup: {{ . | int64 }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "example-app.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* What every pod's environment says: who and where it is, and how long it has to go. */}}
{{- define "example-app.env" -}}
{{- $values := .root.Values -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
- name: NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
- name: GRPC_K8S_DISCOVERY_NODE
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
{{- /* Pods carry the labels of their node's topology since 1.35 (KEP-4742). */}}
{{- if semverCompare ">=1.35.0-0" .root.Capabilities.KubeVersion.Version }}
- name: GRPC_K8S_DISCOVERY_ZONE
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['topology.kubernetes.io/zone']
{{- end }}
{{- /* A client serves no calls: nobody has to learn that it goes. */}}
- name: GRPC_K8S_SHUTDOWN_DELAY
  value: {{ ternary $values.config.shutdown.delay "0s" (eq .component "server") | quote }}
- name: GRPC_K8S_SHUTDOWN_GRACE
  value: {{ $values.config.shutdown.grace | quote }}
- name: GRPC_K8S_SHUTDOWN_TERMINATION_GRACE_PERIOD
  value: {{ printf "%ss" (include "example-app.terminationGracePeriodSeconds" .) | quote }}
- name: SPRING_PROFILES_ACTIVE
  value: {{ ternary (printf "%s,json" .component) .component (eq $values.observability.logFormat "ecs") }}
- name: SPRING_CONFIG_ADDITIONAL_LOCATION
  value: file:/etc/example-app/
- name: JAVA_TOOL_OPTIONS
  value: {{ printf "-XX:MaxRAMPercentage=%v -XX:ActiveProcessorCount=%v %s" $values.jvm.maxRamPercentage $values.jvm.activeProcessorCount $values.jvm.options | trim | quote }}
{{- with $values.observability.otlp.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
- name: OTEL_SERVICE_NAME
  value: {{ printf "%s-%s" (include "example-app.fullname" .root) .component }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.instance.id=$(POD_UID),k8s.namespace.name=$(POD_NAMESPACE),k8s.pod.name=$(POD_NAME),k8s.pod.uid=$(POD_UID),k8s.node.name=$(NODE_NAME)
{{- if and (eq .component "server") (eq $values.database.type "postgresql") }}
- name: SPRING_DATASOURCE_URL
  value: {{ $values.database.url | quote }}
- name: SPRING_DATASOURCE_USERNAME
  value: {{ $values.database.username | quote }}
- name: SPRING_DATASOURCE_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $values.database.existingSecret }}
      key: {{ $values.database.passwordKey }}
{{- end }}
{{- with .values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "example-app.volumeMounts" -}}
- name: config
  mountPath: /etc/example-app
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- end }}

{{- define "example-app.volumes" -}}
- name: config
  configMap:
    name: {{ include "example-app.fullname" .root }}-{{ .component }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end }}

{{- define "example-app.scheduling" -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "example-app.podAnnotations" -}}
{{- $prometheus := dict }}
{{- /* scraped twice, every call would count twice */}}
{{- if and .root.Values.observability.prometheus.annotations (not .root.Values.observability.podMonitor.enabled) }}
{{- $prometheus = dict "prometheus.io/scrape" "true" "prometheus.io/port" (toString .values.managementPort) "prometheus.io/path" "/actuator/prometheus" }}
{{- end }}
{{- toYaml (merge (dict "checksum/config" (include "example-app.application" . | sha256sum)) .values.podAnnotations $prometheus) }}
{{- end }}
