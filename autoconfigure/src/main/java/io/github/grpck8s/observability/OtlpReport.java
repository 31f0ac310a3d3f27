package io.github.grpck8s.observability;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a Collector cannot be reached, and once that it can again. The SDK's own
 * exporters say it for every batch, with a stack trace. Safe for use by many threads.
 */
public final class OtlpReport implements AutoConfigurationCustomizerProvider {

	private static final Logger logger = LoggerFactory.getLogger(OtlpReport.class);

	/**
	 * What this report replaces. Java's loggers are only weakly held by their manager, so
	 * a level that is set must be kept together with its logger.
	 */
	private static final List<java.util.logging.Logger> REPLACED = List.of(
			java.util.logging.Logger.getLogger("io.opentelemetry.exporter.internal.http.HttpExporter"),
			java.util.logging.Logger.getLogger("io.opentelemetry.exporter.internal.grpc.GrpcExporter"),
			java.util.logging.Logger.getLogger("io.opentelemetry.sdk.metrics.export.PeriodicMetricReader"));

	/** The signals that fail, by endpoint. Guarded by itself. */
	private final Map<String, Set<String>> failing = new HashMap<>();

	private volatile boolean closed;

	@Override
	public void customize(AutoConfigurationCustomizer sdk) {
		sdk.addSpanExporterCustomizer((exporter, config) -> isOtlp(exporter)
				? new ReportedExporters.Spans(exporter, listener("traces", config)) : exporter);
		sdk.addMetricExporterCustomizer((exporter, config) -> isOtlp(exporter)
				? new ReportedExporters.Metrics(exporter, listener("metrics", config)) : exporter);
		sdk.addLogRecordExporterCustomizer((exporter, config) -> isOtlp(exporter)
				? new ReportedExporters.Logs(exporter, listener("logs", config)) : exporter);
		if (sdk instanceof AutoConfiguredOpenTelemetrySdkBuilder builder) {
			// the hook would run at SIGTERM beside the application's own: spans of calls
			// that are served during the drain would be lost
			builder.disableShutdownHook();
		}
	}

	private static boolean isOtlp(Object exporter) {
		return exporter.getClass().getName().startsWith("io.opentelemetry.exporter.otlp.");
	}

	private ReportedExporters.Listener listener(String signal, ConfigProperties config) {
		REPLACED.stream().filter((former) -> former.getLevel() == null).forEach((former) -> former.setLevel(Level.OFF));
		String general = config.getString("otel.exporter.otlp.endpoint", "the default endpoint");
		String endpoint = config.getString("otel.exporter.otlp." + signal + ".endpoint", general);
		return (result) -> exported(endpoint, signal, result);
	}

	void exported(String endpoint, String signal, CompletableResultCode result) {
		if (this.closed) {
			return;
		}
		synchronized (this.failing) {
			Set<String> signals = this.failing.computeIfAbsent(endpoint, (unknown) -> new HashSet<>());
			boolean failedBefore = !signals.isEmpty();
			if (!result.isSuccess()) {
				signals.add(signal);
				if (!failedBefore) {
					logger.warn(
							"Cannot export {} over OTLP to {}: {}. What cannot be exported is dropped; this is "
									+ "said again only after it has worked",
							signal, endpoint, reason(result.getFailureThrowable()));
				}
			}
			else if (signals.remove(signal) && signals.isEmpty()) {
				logger.info("OTLP export to {} works again", endpoint);
			}
		}
	}

	/**
	 * The application ends: whatever fails from now on fails because of that.
	 * @param complete whether everything was exported
	 */
	void closed(boolean complete) {
		this.closed = true;
		synchronized (this.failing) {
			if (!complete && this.failing.values().stream().allMatch(Collection::isEmpty)) {
				logger.warn("The last spans, metrics and logs could not be exported over OTLP in the time that "
						+ "'grpc.k8s.observability.otlp.close-timeout' gives, and are lost");
			}
		}
	}

	private static String reason(@Nullable Throwable failure) {
		if (failure == null) {
			return "no answer in time";
		}
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		return (cause.getMessage() != null) ? cause.getMessage() : cause.toString();
	}

}
