package io.github.grpck8s.observability.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.observability.AccessLogs;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Traces, meters and logs of calls.
 *
 * @param enabled Whether to observe calls at all
 * @param infrastructureCalls Whether health probes, reflection and channelz leave spans,
 * meters and lines of the access log too
 * @param tracing Spans
 * @param metrics Meters
 * @param logging Log context
 * @param accessLog A line for each call
 * @param otlp Export over OTLP
 */
@ConfigurationProperties("grpc.k8s.observability")
record ObservabilityProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("false") boolean infrastructureCalls, @DefaultValue Tracing tracing,
		@DefaultValue Metrics metrics, @DefaultValue Logging logging, @DefaultValue AccessLog accessLog,
		@DefaultValue Otlp otlp) {

	static final String SAMPLING = "grpc.k8s.observability.tracing.sampling";

	private static void requireShare(String property, @Nullable Double share, String remedy) {
		if (share != null && !(share >= 0 && share <= 1)) {
			throw new InvalidSettingException(property, share, "must be between 0 and 1", remedy);
		}
	}

	/**
	 * Spans.
	 *
	 * @param enabled Whether calls leave spans of OpenTelemetry
	 * @param sampling Share of traces that are recorded, 0 to 1, where nobody above has
	 * decided; what OpenTelemetry's or Boot's own settings say when not set
	 * @param tasks Whether tasks of Spring's executors (@Async) run in the span and log
	 * context of the call that handed them over
	 */
	record Tracing(@DefaultValue("true") boolean enabled, @Nullable Double sampling,
			@DefaultValue("true") boolean tasks) {

		Tracing {
			requireShare(SAMPLING, sampling, "Set it to the share of traces to record, for example 0.01 for 1 %.");
		}

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
	 * A line for each call.
	 *
	 * @param enabled Whether calls leave a line in the log when they end
	 * @param sampling Share of calls that leave a line, 0 to 1
	 * @param errors Whether calls that do not end with OK leave a line in any case
	 * @param metadata Names of request headers to write; none that may hold a secret
	 */
	record AccessLog(@DefaultValue("false") boolean enabled, @DefaultValue("1.0") double sampling,
			@DefaultValue("true") boolean errors, @DefaultValue List<String> metadata) {

		private static final String PREFIX = "grpc.k8s.observability.access-log.";

		private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

		AccessLog {
			requireShare(PREFIX + "sampling", sampling,
					"Set it to the share of calls that leave a line, for example 0.1 for every tenth.");
			for (String name : metadata) {
				if (!NAME.matcher(name).matches() || name.endsWith("-bin")) {
					throw new InvalidSettingException(PREFIX + "metadata", name,
							"must be a list of names of text headers",
							"Take it out: binary headers, whose names end in -bin, cannot be written.");
				}
				if (AccessLogs.isSecret(name)) {
					throw new InvalidSettingException(PREFIX + "metadata", name,
							"must not name a header that may hold a secret",
							"Take it out: tokens, cookies, passwords and the like are never written to the log.");
				}
			}
		}

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
