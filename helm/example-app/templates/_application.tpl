{{/*
application.yml of one component. The drain's two times are not in it: they come in the environment, beside the grace
period that is computed from them.
*/}}
{{- define "example-app.application" -}}
{{- $values := .root.Values }}
{{- $rooms := deepCopy $values.config }}
{{- $_ := set $rooms "shutdown" (omit $values.config.shutdown "delay" "grace") }}
{{- range $room, $settings := $rooms }}
{{- if not $settings }}{{ $_ := unset $rooms $room }}{{ end }}
{{- end }}
{{- $name := printf "%s-%s" (include "example-app.fullname" .root) .component }}
{{- $application := dict
  "spring" (dict "application" (dict "name" $name))
  "server" (dict "port" .values.managementPort)
  "management" (dict
    "endpoint" (dict "health" (dict "probes" (dict "enabled" true)))
    "endpoints" (dict "web" (dict "exposure" (dict "include" "health,info,prometheus"))))
}}
{{- $grpc := dict }}
{{- if $rooms }}{{ $_ := set $grpc "k8s" $rooms }}{{ end }}
{{- if eq .component "server" }}
{{- $_ := set $grpc "server" (dict "port" .values.grpcPort) }}
{{- else }}
{{- $_ := set $grpc "client" (dict "users" (dict "address" (include "example-app.target" .root) "negotiation-type" "plaintext")) }}
{{- $_ := set $application "example" (dict "client" (dict "rate" .values.rate)) }}
{{- end }}
{{- $_ := set $application "grpc" $grpc }}
{{- toYaml (mergeOverwrite $application (deepCopy .values.extraProperties)) }}
{{- end }}

{{- define "example-app.target" -}}
{{- .Values.client.target | default (printf "k8s:///%s.%s:grpc" (include "example-app.service" .) .Release.Namespace) }}
{{- end }}
