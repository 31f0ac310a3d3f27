package io.github.grpck8s.observability.autoconfigure;

import io.github.grpck8s.observability.KubernetesResource;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * What the SDK of OpenTelemetry is told: which pod this is, and how many traces to
 * record.
 */
@Configuration(proxyBeanMethods = false)
class SdkConfiguration {

	private static final String TRACING = "grpc.k8s.observability.tracing.enabled";

	/** Boot's SDK takes the bean as it is, that of OpenTelemetry's starter is told. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Sampler.class)
	@ConditionalOnBooleanProperty(name = TRACING, matchIfMissing = true)
	@ConditionalOnProperty(ObservabilityProperties.SAMPLING)
	static class BootSampling {

		@Bean
		@ConditionalOnMissingBean
		Sampler grpcK8sSampler(ObservabilityProperties properties) {
			Double share = properties.tracing().sampling();
			return Sampling.of((share != null) ? share : 1);
		}

	}

	/** OpenTelemetry's starter finds both among the beans. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ResourceProvider.class, AutoConfigurationCustomizerProvider.class })
	static class Starter {

		@Bean
		@ConditionalOnMissingBean
		KubernetesResource grpcK8sKubernetesResource(Environment environment) {
			return new KubernetesResource(environment::getProperty);
		}

		@Bean
		@ConditionalOnBooleanProperty(name = TRACING, matchIfMissing = true)
		AutoConfigurationCustomizerProvider grpcK8sSampling(ObservabilityProperties properties,
				Environment environment) {
			return new Sampling(properties.tracing().sampling(), environment);
		}

	}

}
