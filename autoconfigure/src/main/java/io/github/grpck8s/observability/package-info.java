/**
 * Shows what calls do: spans of OpenTelemetry, meters of Micrometer, and which call a log
 * line belongs to. Doors: {@link io.github.grpck8s.observability.ServerTracing},
 * {@link io.github.grpck8s.observability.ClientTracing},
 * {@link io.github.grpck8s.observability.ServerMeters},
 * {@link io.github.grpck8s.observability.ClientMeters},
 * {@link io.github.grpck8s.observability.LogContext}. Settings:
 * {@code grpc.k8s.observability}.
 */
@NullMarked
package io.github.grpck8s.observability;

import org.jspecify.annotations.NullMarked;
