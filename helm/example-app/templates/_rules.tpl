{{/*
The rules of this release, as a list of groups. prometheusrule.yaml adds to each alert what all of them have: the labels
`release` and `severity`, and the place in docs/alerts.md. An alert here is its name, expr, for, severity and summary.

Names of meters are Micrometer's in Prometheus' form, see docs/observability.md; `container_*` come from the kubelet
(cAdvisor), `kube_*` from kube-state-metrics. A rule without its meters does nothing.
*/}}
{{- define "example-app.rules" -}}
{{- $rules := .Values.observability.rules }}
{{- $name := include "example-app.fullname" . }}
{{- $few := $rules.minimumRate }}
{{- /* a pod of a Deployment is <deployment>-<hash>-<letters> */}}
{{- $pod := "-[a-z0-9]+-[a-z0-9]+" }}
{{- $namespace := printf "namespace=%q" .Release.Namespace }}
{{- $servers := printf "%s,pod=~%q" $namespace (printf "%s-server%s" $name $pod) }}
{{- /* whoever has channels: the client, and a server that calls others */}}
{{- $pods := printf "%s,pod=~%q" $namespace (printf "%s-(server|client)%s" $name $pod) }}
{{- $containers := printf "%s,container=~\"server|client\"" $pods }}
{{- $traffic := printf "%s,release=%q" $namespace .Release.Name }}
{{- $errors := "grpc_status=~\"UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS\"" }}
{{- $unary := "" }}
{{- if $rules.latency.except }}
{{- $unary = printf ",grpc_method!~%q" (join "|" $rules.latency.except | replace "." "[.]") }}
{{- end }}
{{- /* what Prometheus fills in */}}
{{- $thePod := "{{ $labels.pod }}" }}
{{- $theMethod := "{{ $labels.grpc_method }}" }}
{{- $theTarget := "{{ $labels.grpc_target }}" }}
{{- $theService := "{{ $labels.service }}" }}
{{- $theContainer := "{{ $labels.container }}" }}
{{- $number := "{{ $value | humanize }}" }}
{{- $percent := "{{ $value | humanizePercentage }}" }}
{{- $time := "{{ $value | humanizeDuration }}" }}
- name: {{ $name }}.server
  rules:
    - alert: GrpcServerLatencyHigh
      expr: |-
        histogram_quantile(0.99, sum by (namespace, grpc_method, le) (
          rate(grpc_server_call_duration_seconds_bucket{ {{- $servers }}{{ $unary -}} }[2m]))) > {{ $rules.latency.p99 }}
        and sum by (namespace, grpc_method) (
          rate(grpc_server_call_duration_seconds_count{ {{- $servers -}} }[2m])) > {{ $few }}
      for: {{ $rules.latency.for }}
      severity: warning
      summary: 'P99 of {{ $theMethod }} is {{ $time }}'
    - alert: GrpcServerErrors
      expr: |-
        sum by (namespace, pod) (rate(grpc_server_call_duration_seconds_count{ {{- $servers }},{{ $errors -}} }[2m]))
        / (sum by (namespace, pod) (rate(grpc_server_call_duration_seconds_count{ {{- $servers -}} }[2m])) > {{ $few }})
        > {{ $rules.errors.share }}
      for: {{ $rules.errors.for }}
      severity: critical
      summary: '{{ $thePod }} fails {{ $percent }} of its calls'
    # Failures that eat the budget of {{ $rules.errors.objective }} fourteen times as fast as it may be eaten: 2 % of a month's in an hour
    - alert: GrpcServerErrorBudgetBurns
      expr: |-
        {{- range $index, $window := list "5m" "1h" }}
        {{ if $index }}and {{ end -}}
        sum by (namespace) (rate(grpc_server_call_duration_seconds_count{ {{- $servers }},{{ $errors -}} }[{{ $window }}]))
        / (sum by (namespace) (rate(grpc_server_call_duration_seconds_count{ {{- $servers -}} }[{{ $window }}])) > {{ $few }})
        > 14.4 * (1 - {{ $rules.errors.objective }})
        {{- end }}
      for: 2m
      severity: critical
      summary: '{{ $percent }} of all calls fail, with an objective of {{ $rules.errors.objective }}'
    - record: grpc_k8s:server_calls:rate5m
      expr: sum by (namespace) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m]))
    # the mean of the hour before, without the last minutes, which are what is judged
    - record: grpc_k8s:server_calls:usual
      expr: avg_over_time(grpc_k8s:server_calls:rate5m{ {{- $traffic -}} }[1h] offset 10m)
    # without servers there is no rate: that is a fall to nothing
    - record: grpc_k8s:server_calls:change
      expr: |-
        (grpc_k8s:server_calls:rate5m{ {{- $traffic -}} } or 0 * grpc_k8s:server_calls:usual{ {{- $traffic -}} })
        / (grpc_k8s:server_calls:usual{ {{- $traffic -}} } > {{ $few }}) - 1
    - alert: GrpcServerTrafficChanged
      expr: |-
        grpc_k8s:server_calls:change{ {{- $traffic -}} } > {{ $rules.traffic.change }}
        or grpc_k8s:server_calls:change{ {{- $traffic -}} } < -{{ $rules.traffic.change }}
      for: {{ $rules.traffic.for }}
      severity: warning
      summary: 'Traffic has changed by {{ $percent }} against the mean of the hour before'
    - alert: GrpcServerOverloaded
      expr: |-
        sum by (namespace, pod) (rate(grpc_server_call_duration_seconds_count{ {{- $servers }},grpc_status="RESOURCE_EXHAUSTED"}[2m]))
        > 1
      for: 2m
      severity: warning
      summary: '{{ $thePod }} turns away {{ $number }} calls a second'
    - alert: GrpcServerUnbalanced
      expr: |-
        max by (namespace) (sum by (namespace, pod) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m])))
        / avg by (namespace) (sum by (namespace, pod) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m]))) > 1.5
        and count by (namespace) (sum by (namespace, pod) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m]))) >= 3
        and sum by (namespace) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m])) > 10
      for: 10m
      severity: warning
      summary: 'One pod has {{ $number }} times the calls of the mean pod'
    - alert: GrpcServerWithoutCalls
      expr: |-
        sum by (namespace, pod) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m])) == 0
        and on (namespace, pod) grpc_k8s_health_serving{ {{- $servers }},grpc_service="readiness"} == 1
        and on (namespace) sum by (namespace) (rate(grpc_server_call_started_total{ {{- $servers -}} }[5m])) > 10
      for: 10m
      severity: warning
      summary: '{{ $thePod }} is ready and gets no calls'
    - alert: GrpcServerNotReady
      expr: max by (namespace, pod) (grpc_k8s_health_serving{ {{- $servers }},grpc_service="readiness"}) == 0
      for: 10m
      severity: warning
      summary: '{{ $thePod }} runs and is not ready'
    - alert: GrpcServerHealthIndicatorSlow
      expr: sum by (namespace, pod) (increase(grpc_k8s_health_indicator_timeouts_total{ {{- $servers -}} }[10m])) > 2
      for: 5m
      severity: warning
      summary: 'A health indicator of {{ $thePod }} did not answer in time, {{ $number }} times in ten minutes'
    # down counts as well: what is not scraped has no meters
    - alert: GrpcServerNotMeasured
      expr: |-
        max by (namespace, pod) (up{ {{- $servers -}} })
        unless on (namespace, pod) grpc_server_call_started_total{ {{- $servers -}} }
      for: 10m
      severity: warning
      summary: 'Prometheus has no gRPC meters of {{ $thePod }}'
- name: {{ $name }}.client
  rules:
    - alert: GrpcClientUnavailable
      expr: |-
        sum by (namespace, grpc_target) (rate(grpc_client_attempt_duration_seconds_count{ {{- $pods }},grpc_status="UNAVAILABLE"}[2m]))
        / (sum by (namespace, grpc_target) (rate(grpc_client_attempt_duration_seconds_count{ {{- $pods -}} }[2m])) > {{ $few }})
        > 0.02
      for: 2m
      severity: critical
      summary: '{{ $percent }} of the attempts to call {{ $theTarget }} end UNAVAILABLE'
    - alert: GrpcClientDeadlineExceeded
      expr: |-
        sum by (namespace, grpc_target, grpc_method) (rate(grpc_client_call_duration_seconds_count{ {{- $pods }},grpc_status="DEADLINE_EXCEEDED"}[5m]))
        / (sum by (namespace, grpc_target, grpc_method) (rate(grpc_client_call_duration_seconds_count{ {{- $pods -}} }[5m])) > {{ $few }})
        > 0.01
      for: 5m
      severity: warning
      summary: '{{ $percent }} of the calls of {{ $theMethod }} run into their deadline'
    - alert: GrpcClientRetries
      expr: |-
        sum by (namespace, grpc_target) (rate(grpc_client_attempt_duration_seconds_count{ {{- $pods -}} }[5m]))
        / (sum by (namespace, grpc_target) (rate(grpc_client_call_duration_seconds_count{ {{- $pods -}} }[5m])) > {{ $few }})
        > 1.2
      for: 5m
      severity: warning
      summary: 'A call of {{ $theTarget }} takes {{ $number }} attempts'
    - alert: GrpcClientCannotReachPods
      expr: sum by (namespace, pod, grpc_target) (grpc_k8s_balancing_pods_failed{ {{- $pods -}} }) > 0
      for: 5m
      severity: warning
      summary: '{{ $thePod }} cannot reach {{ $number }} of the pods of {{ $theTarget }} that are ready'
    - alert: GrpcDiscoveryStale
      expr: |-
        max by (namespace, pod, service) (grpc_k8s_discovery_stale{ {{- $pods -}} }) == 1
        or max by (namespace, pod, service) (grpc_k8s_discovery_watch_age_seconds{ {{- $pods -}} }) > 600
      for: 5m
      severity: warning
      summary: '{{ $thePod }} hears nothing new of {{ $theService }} and calls the pods that it knew last'
    # a Service that never had a pod has no series of endpoints, but a watch
    - alert: GrpcDiscoveryWithoutEndpoints
      expr: |-
        sum by (namespace, pod, service) (grpc_k8s_discovery_endpoints{ {{- $pods -}} }) == 0
        or max by (namespace, pod, service) (0 * grpc_k8s_discovery_watch_age_seconds{ {{- $pods -}} })
        unless on (namespace, pod, service) grpc_k8s_discovery_endpoints{ {{- $pods -}} } > 0
      for: 1m
      severity: critical
      summary: '{{ $thePod }} knows no pod of {{ $theService }}'
- name: {{ $name }}.resources
  rules:
    - alert: GrpcMemoryHigh
      expr: |-
        max by (namespace, pod, container) (container_memory_working_set_bytes{ {{- $containers -}} })
        / (max by (namespace, pod, container) (container_spec_memory_limit_bytes{ {{- $containers -}} }) > 0)
        > {{ $rules.memory.share }}
      for: {{ $rules.memory.for }}
      severity: warning
      summary: '{{ $theContainer }} of {{ $thePod }} uses {{ $percent }} of its memory limit'
    - alert: GrpcContainerOutOfMemory
      expr: |-
        max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{ {{- $containers -}} }[10m])) > 0
        and on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{ {{- $containers }},reason="OOMKilled"} == 1
      severity: critical
      summary: '{{ $theContainer }} of {{ $thePod }} was killed for its memory'
    # 137 is SIGKILL: of the kubelet, when the grace period was over
    - alert: GrpcContainerKilled
      expr: |-
        max by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total{ {{- $containers -}} }[10m])) > 0
        and on (namespace, pod, container) kube_pod_container_status_last_terminated_exitcode{ {{- $containers -}} } == 137
        unless on (namespace, pod, container) kube_pod_container_status_last_terminated_reason{ {{- $containers }},reason="OOMKilled"} == 1
      severity: warning
      summary: '{{ $theContainer }} of {{ $thePod }} was killed before it had ended'
    - alert: GrpcJvmCollectsGarbage
      expr: max by (namespace, pod) (jvm_gc_overhead{ {{- $pods -}} }) > 0.1
      for: 5m
      severity: warning
      summary: '{{ $thePod }} spends {{ $percent }} of its processor time on garbage'
    - alert: GrpcCpuThrottled
      expr: |-
        sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total{ {{- $containers -}} }[5m]))
        / (sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total{ {{- $containers -}} }[5m])) > 0)
        > 0.25
      for: 15m
      severity: info
      summary: '{{ $theContainer }} of {{ $thePod }} is held back in {{ $percent }} of the periods'
    {{- if .Values.server.autoscaling.enabled }}
    {{- $autoscaler := printf "%s,horizontalpodautoscaler=\"%s-server\"" $namespace $name }}
    - alert: GrpcAutoscalerAtMaximum
      expr: |-
        max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_current_replicas{ {{- $autoscaler -}} })
        >= max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{ {{- $autoscaler -}} })
      for: 15m
      severity: warning
      summary: 'There are {{ $number }} servers, which is as many as the autoscaler may start'
    {{- end }}
    {{- if .Values.server.podDisruptionBudget.enabled }}
    {{- $budget := printf "%s,poddisruptionbudget=\"%s-server\"" $namespace $name }}
    - alert: GrpcDisruptionBudgetUsedUp
      expr: |-
        max by (namespace, poddisruptionbudget) (kube_poddisruptionbudget_status_pod_disruptions_allowed{ {{- $budget -}} }) == 0
        and on (namespace, poddisruptionbudget) kube_poddisruptionbudget_status_expected_pods{ {{- $budget -}} } > 1
      for: 30m
      severity: warning
      summary: 'No server may be evicted, so no node that has one can be drained'
    {{- end }}
{{- end }}
