{{/*
What the schema cannot say: numbers that must add up. All that is wrong is said at once.
*/}}
{{- define "example-app.validate" -}}
{{- $wrong := list }}
{{- $values := .Values }}
{{- $server := .Values.server }}
{{- $version := .Capabilities.KubeVersion.Version }}

{{- if not (regexMatch "^[a-z]" (include "example-app.fullname" .)) }}
{{- $wrong = append $wrong (printf "the name %q begins with a digit, and a Service must begin with a letter: set fullnameOverride" (include "example-app.fullname" .)) }}
{{- end }}
{{- if kindIs "float64" $values.image.tag }}
{{- $wrong = append $wrong (printf "image.tag is the number %v: write it in quotes, or 1.10 becomes 1.1" $values.image.tag) }}
{{- end }}
{{- if eq (toString $values.image.tag) "latest" }}
{{- $wrong = append $wrong "image.tag is latest, which says nothing: name a version" }}
{{- end }}

{{- /* the drain */}}
{{- $need := include "example-app.drainSeconds" . | int64 }}
{{- $have := include "example-app.terminationGracePeriodSeconds" (dict "root" . "component" "server" "values" $server) | int64 }}
{{- if lt $have $need }}
{{- $wrong = append $wrong (printf "server.terminationGracePeriodSeconds is %d, but config.shutdown.delay %s + config.shutdown.grace %s + 5 s = %d: calls would be killed; leave it 0 to have it computed" $have $values.config.shutdown.delay $values.config.shutdown.grace $need) }}
{{- end }}

{{- /* the probes */}}
{{- range $component := list "server" "client" }}
{{- $section := index $values $component }}
{{- $startup := $section.probes.startup }}
{{- $budget := mul $startup.periodSeconds $startup.failureThreshold }}
{{- $slowest := include "example-app.seconds" $section.slowestStart | int64 }}
{{- if lt $budget (mul 3 $slowest) }}
{{- $wrong = append $wrong (printf "%s.probes.startup gives periodSeconds %v × failureThreshold %v = %d s, but 3 × %s.slowestStart %s = %d s are needed: raise failureThreshold to %v" $component $startup.periodSeconds $startup.failureThreshold $budget $component $section.slowestStart (mul 3 $slowest) (div (sub (add (mul 3 $slowest) $startup.periodSeconds) 1) $startup.periodSeconds)) }}
{{- end }}
{{- range $kind, $probe := $section.probes }}
{{- if gt (int64 $probe.timeoutSeconds) (int64 $probe.periodSeconds) }}
{{- $wrong = append $wrong (printf "%s.probes.%s.timeoutSeconds %v is longer than its periodSeconds %v" $component $kind $probe.timeoutSeconds $probe.periodSeconds) }}
{{- end }}
{{- end }}
{{- $readiness := $section.probes.readiness }}
{{- $liveness := $section.probes.liveness }}
{{- $off := add (mul $readiness.periodSeconds $readiness.failureThreshold) $readiness.timeoutSeconds }}
{{- $restart := add (mul $liveness.periodSeconds $liveness.failureThreshold) $liveness.timeoutSeconds }}
{{- if le $restart $off }}
{{- $wrong = append $wrong (printf "%s.probes.liveness restarts after periodSeconds × failureThreshold + timeoutSeconds = %d s, which must be later than readiness takes the pod out, %d s" $component $restart $off) }}
{{- end }}
{{- if eq $component "server" }}
{{- $within := include "example-app.seconds" $section.readinessWithin | int64 }}
{{- if gt $off $within }}
{{- $wrong = append $wrong (printf "server.probes.readiness takes a pod out after periodSeconds %v × failureThreshold %v + timeoutSeconds %v = %d s, but server.readinessWithin is %s" $readiness.periodSeconds $readiness.failureThreshold $readiness.timeoutSeconds $off $section.readinessWithin) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* the autoscaler */}}
{{- with $server.autoscaling }}
{{- if .enabled }}
{{- if gt (int64 .minReplicas) (int64 .maxReplicas) }}
{{- $wrong = append $wrong (printf "server.autoscaling.minReplicas %v is greater than maxReplicas %v" .minReplicas .maxReplicas) }}
{{- end }}
{{- if lt (int64 .scaleDown.periodSeconds) $have }}
{{- $wrong = append $wrong (printf "server.autoscaling.scaleDown.periodSeconds is %v, but a pod takes up to %d s to go: more pods would drain at once than scaleDown.pods %v" .scaleDown.periodSeconds $have .scaleDown.pods) }}
{{- end }}
{{- if not (dig "requests" "cpu" "" $server.resources) }}
{{- $wrong = append $wrong "server.autoscaling needs server.resources.requests.cpu: utilization is a share of the request" }}
{{- end }}
{{- end }}
{{- end }}

{{- /* memory and ports */}}
{{- range $component := list "server" "client" }}
{{- $section := index $values $component }}
{{- $limit := dig "limits" "memory" "" $section.resources | toString }}
{{- if and (regexMatch "^[0-9]+Mi$" $limit) (lt (trimSuffix "Mi" $limit | int64) 256) }}
{{- $wrong = append $wrong (printf "%s.resources.limits.memory is %s: below 256Mi the JVM takes its heap by MinRAMPercentage and not by jvm.maxRamPercentage" $component $limit) }}
{{- end }}
{{- range $section.extraEnv }}
{{- if or (has .name (list "SPRING_PROFILES_ACTIVE" "SPRING_CONFIG_ADDITIONAL_LOCATION")) (hasPrefix "GRPC_K8S_SHUTDOWN_" .name) }}
{{- $wrong = append $wrong (printf "%s.extraEnv sets %s, which the chart sets itself: use config.shutdown for the drain" $component .name) }}
{{- end }}
{{- end }}
{{- if hasKey (dig "grpc" (dict) $section.extraProperties) "k8s" }}
{{- $wrong = append $wrong (printf "%s.extraProperties has grpc.k8s: write that under config" $component) }}
{{- end }}
{{- end }}
{{- $health := dig "health" "port" "" $values.config }}
{{- $ports := list (toString $server.grpcPort) (toString $server.managementPort) (toString $health) }}
{{- if lt (len (uniq $ports)) 3 }}
{{- $wrong = append $wrong (printf "server.grpcPort %v, server.managementPort %v and config.health.port %v must differ" $server.grpcPort $server.managementPort ($health | default "(none)")) }}
{{- end }}

{{- /* what the server stands on */}}
{{- with $values.database }}
{{- if eq .type "postgresql" }}
{{- if not (hasPrefix "jdbc:postgresql:" .url) }}
{{- $wrong = append $wrong (printf "database.url is %q, but database.type postgresql needs jdbc:postgresql://host/database" .url) }}
{{- end }}
{{- if or (not .username) (not .existingSecret) }}
{{- $wrong = append $wrong "database.type postgresql needs database.username and database.existingSecret, the Secret with the password" }}
{{- end }}
{{- else if or .url .username .existingSecret }}
{{- $wrong = append $wrong "database.url, username and existingSecret are for database.type postgresql, but it is h2" }}
{{- end }}
{{- end }}
{{- with $server.service.trafficDistribution }}
{{- $since := ternary "1.31.0" "1.34.0" (eq . "PreferClose") }}
{{- if semverCompare (printf "<%s-0" $since) $version }}
{{- $wrong = append $wrong (printf "server.service.trafficDistribution %s needs Kubernetes %s, but this is %s" . $since $version) }}
{{- end }}
{{- end }}
{{- if regexMatch "^k8s://[^/]+$" $values.client.target }}
{{- $wrong = append $wrong (printf "client.target %s has two slashes: write %s" $values.client.target ($values.client.target | replace "k8s://" "k8s:///")) }}
{{- end }}

{{- if $wrong }}
{{- fail (printf "\n\nThese values do not add up:\n  - %s\n" (join "\n  - " $wrong)) }}
{{- end }}
{{- end }}
