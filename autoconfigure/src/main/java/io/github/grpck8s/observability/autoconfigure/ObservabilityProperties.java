package io.github.grpck8s.observability.autoconfigure;

import java.time.Duration;

import io.github.grpck8s.InvalidSettingException;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Traces, meters and log context of calls.
 *
 * @param enabled Whether to observe calls at all
 * @param tracing Spans
 * @param metrics Meters
 * @param logging Log context
 * @param otlp Export over OTLP
 */
@ConfigurationProperties("grpc.k8s.observability")
record ObservabilityProperties(@DefaultValue("true") boolean enabled, @DefaultValue Tracing tracing,
		@DefaultValue Metrics metrics, @DefaultValue Logging logging, @DefaultValue Otlp otlp) {

	/**
	 * Spans.
	 *
	 * @param enabled Whether calls leave spans of OpenTelemetry
	 */
	record Tracing(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Meters.
	 *
	 * @param enabled Whether calls are counted and measured by Micrometer
	 */
	record Metrics(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Log context.
	 *
	 * @param enabled Whether the log says which call a line belongs to
	 */
	record Logging(@DefaultValue("true") boolean enabled) {
	}

	/**
	 * Export over OTLP.
	 *
	 * @param enabled Whether to report an unreachable Collector once and to close
	 * OpenTelemetry in bounded time
	 * @param closeTimeout How long closing the application waits for the last export
	 */
	record Otlp(@DefaultValue("true") boolean enabled, @DefaultValue("900ms") Duration closeTimeout) {

		/** With less the SDK's own close comes first, and waits for 10 s. */
		private static final Duration MIN = Duration.ofMillis(100);

		private static final Duration MAX = Duration.ofMinutes(1);

		Otlp {
			if (closeTimeout.compareTo(MIN) < 0 || closeTimeout.compareTo(MAX) > 0) {
				throw new InvalidSettingException("grpc.k8s.observability.otlp.close-timeout", closeTimeout,
						"must be between 100 ms and 1 minute",
						"Set it to the time that an export to your Collector may take, for example 900ms.");
			}
		}

	}

}
