package io.github.grpck8s.defaults.autoconfigure;

import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Which defaults depend on what the user has set.
 */
final class DefaultsRules {

	private static final String OTLP = "otel.exporter.otlp.";

	/** Boot's own support of tracing logs the ids under names of its own. */
	private static final String BOOT_TRACING = "org.springframework.boot.micrometer.tracing.autoconfigure.LogCorrelationEnvironmentPostProcessor";

	private DefaultsRules() {
	}

	/**
	 * Whether a default is to be added.
	 * @param property the property, which the user has not set
	 * @param environment what the user has set
	 * @return whether to add it
	 */
	static boolean applies(String property, Environment environment) {
		if (property.startsWith("otel.") && environment.containsProperty("otel.file_format")) {
			// a declarative configuration is complete in itself
			return false;
		}
		return switch (property) {
			case "otel.traces.exporter" -> !hasEndpoint("traces", environment);
			case "otel.metrics.exporter" -> !hasEndpoint("metrics", environment);
			case "otel.logs.exporter" -> !hasEndpoint("logs", environment);
			case "otel.instrumentation.logback-appender.enabled", "otel.instrumentation.log4j-appender.enabled" ->
				!exports("logs", environment);
			case "otel.instrumentation.micrometer.enabled" -> exports("metrics", environment);
			case "logging.pattern.correlation" ->
				!ClassUtils.isPresent(BOOT_TRACING, DefaultsRules.class.getClassLoader())
						&& !environment.getProperty("otel.sdk.disabled", Boolean.class, false);
			case "logging.structured.json.add.kubernetes.pod.name" -> environment.containsProperty("POD_NAME");
			case "logging.structured.json.add.kubernetes.namespace" -> environment.containsProperty("POD_NAMESPACE");
			case "logging.structured.json.add.kubernetes.pod.uid" -> environment.containsProperty("POD_UID");
			case "logging.structured.json.add.kubernetes.node.name" -> environment.containsProperty("NODE_NAME");
			default -> true;
		};
	}

	private static boolean exports(String signal, Environment environment) {
		String exporter = environment.getProperty("otel." + signal + ".exporter");
		return (exporter != null) ? !"none".equals(exporter.trim()) : hasEndpoint(signal, environment);
	}

	private static boolean hasEndpoint(String signal, Environment environment) {
		return StringUtils.hasText(environment.getProperty(OTLP + "endpoint"))
				|| StringUtils.hasText(environment.getProperty(OTLP + signal + ".endpoint"));
	}

}
