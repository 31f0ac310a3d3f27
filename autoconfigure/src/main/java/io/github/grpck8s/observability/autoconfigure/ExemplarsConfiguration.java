package io.github.grpck8s.observability.autoconfigure;

import io.github.grpck8s.observability.ExemplarSpans;
import io.opentelemetry.api.trace.Span;
import io.prometheus.metrics.tracer.common.SpanContext;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Exemplars in what Prometheus scrapes. Boot's support of Micrometer Tracing makes its
 * own.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ SpanContext.class, Span.class })
@ConditionalOnMissingClass("io.micrometer.tracing.Tracer")
@ConditionalOnBooleanProperty(
		name = { "grpc.k8s.observability.tracing.enabled", "grpc.k8s.observability.metrics.enabled" },
		matchIfMissing = true)
class ExemplarsConfiguration {

	static final String BEAN = "grpcK8sExemplarSpans";

	@Bean(BEAN)
	@ConditionalOnMissingBean(SpanContext.class)
	ExemplarSpans grpcK8sExemplarSpans() {
		return new ExemplarSpans();
	}

}
