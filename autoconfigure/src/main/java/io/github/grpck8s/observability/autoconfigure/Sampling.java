package io.github.grpck8s.observability.autoconfigure;

import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.env.Environment;

/**
 * The one truth about sampling for the SDK of OpenTelemetry's starter: our property, else
 * what was set for OpenTelemetry, else what was set for Boot, else OpenTelemetry's
 * default.
 */
final class Sampling implements AutoConfigurationCustomizerProvider {

	private static final Logger logger = LoggerFactory.getLogger(Sampling.class);

	private static final String OPENTELEMETRY = "otel.traces.sampler";

	private static final String BOOT = "management.tracing.sampling.probability";

	private final @Nullable Double share;

	private final Environment environment;

	Sampling(@Nullable Double share, Environment environment) {
		this.share = share;
		this.environment = environment;
	}

	/** Whoever is called by a sampled span is sampled, and the other way round. */
	static Sampler of(double share) {
		return Sampler.parentBased(Sampler.traceIdRatioBased(share));
	}

	@Override
	public void customize(AutoConfigurationCustomizer sdk) {
		sdk.addSamplerCustomizer(this::choose);
	}

	Sampler choose(Sampler configured, ConfigProperties config) {
		String opentelemetry = config.getString(OPENTELEMETRY);
		if (this.share != null) {
			if (opentelemetry != null) {
				logger.warn("'{}' is {} and '{}' is {}: the first one holds", ObservabilityProperties.SAMPLING,
						this.share, OPENTELEMETRY, opentelemetry);
			}
			return of(this.share);
		}
		Double boot = (opentelemetry == null) ? this.environment.getProperty(BOOT, Double.class) : null;
		return (boot != null) ? of(boot) : configured;
	}

}
