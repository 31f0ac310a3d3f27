package io.github.grpck8s.observability.autoconfigure;

import io.github.grpck8s.FeatureOrder;
import io.github.grpck8s.observability.ClientMeters;
import io.github.grpck8s.observability.ClientTracing;
import io.github.grpck8s.observability.ConnectionMeters;
import io.github.grpck8s.observability.LogContext;
import io.github.grpck8s.observability.OtlpReport;
import io.github.grpck8s.observability.ServerMeters;
import io.github.grpck8s.observability.ServerTracing;
import io.github.grpck8s.observability.TelemetryClosing;
import io.grpc.ServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of spans, meters and log context.
 */
@AutoConfiguration(beforeName = {
		"org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.prometheus.PrometheusMetricsExportAutoConfiguration" })
@ConditionalOnClass(ServerBuilder.class)
@ConditionalOnBooleanProperty(name = "grpc.k8s.observability.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ObservabilityProperties.class)
@Import({ AccessLogConfiguration.class, ExemplarsConfiguration.class, SdkConfiguration.class,
		TasksConfiguration.class })
public final class ObservabilityAutoConfiguration {

	/** Outside the log context, which then finds the span. */
	private static final int TRACING = FeatureOrder.OBSERVABILITY + 1;

	private static final String MDC_APPENDER = "io.opentelemetry.instrumentation.logback.mdc.v1_0.OpenTelemetryAppender";

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBooleanProperty(name = "grpc.k8s.observability.logging.enabled", matchIfMissing = true)
	@Order(FeatureOrder.OBSERVABILITY)
	LogContext grpcK8sLogContext(Environment environment) {
		return needsSpanIds(environment) ? LogContext.withSpanIds() : LogContext.withoutSpanIds();
	}

	/**
	 * OpenTelemetry's starter wraps the appenders of Logback so that every line, also one
	 * outside of calls and in spans of the application's own, has the ids of its span.
	 */
	private boolean needsSpanIds(Environment environment) {
		ClassLoader classLoader = getClass().getClassLoader();
		if (!ClassUtils.isPresent("io.opentelemetry.api.trace.Span", classLoader) || OpenTelemetryAgent.isAttached()) {
			return false;
		}
		boolean appender = ClassUtils.isPresent(MDC_APPENDER, classLoader)
				&& LoggerFactory.getILoggerFactory().getClass().getName().startsWith("ch.qos.logback.")
				&& environment.getProperty("otel.instrumentation.logback-mdc.enabled", Boolean.class, true)
				&& !environment.getProperty("otel.sdk.disabled", Boolean.class, false);
		return !appender;
	}

	/** Spans need the API of OpenTelemetry. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(OpenTelemetry.class)
	@Conditional(OpenTelemetryAgent.Absent.class)
	@ConditionalOnBooleanProperty(name = "grpc.k8s.observability.tracing.enabled", matchIfMissing = true)
	static class TracingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		@Order(TRACING)
		ServerTracing grpcK8sServerTracing(ObjectProvider<OpenTelemetry> openTelemetry, ListableBeanFactory beans,
				ObservabilityProperties properties) {
			return new ServerTracing(openTelemetry::getIfUnique, new OtherInstrumentation(beans)::tracesServers,
					properties.infrastructureCalls());
		}

		@Bean
		@ConditionalOnMissingBean
		@Order(TRACING)
		ClientTracing grpcK8sClientTracing(ObjectProvider<OpenTelemetry> openTelemetry, ListableBeanFactory beans,
				ObservabilityProperties properties) {
			return new ClientTracing(openTelemetry::getIfUnique, new OtherInstrumentation(beans)::tracesClients,
					properties.infrastructureCalls());
		}

	}

	/** Meters need Micrometer. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	@ConditionalOnBooleanProperty(name = "grpc.k8s.observability.metrics.enabled", matchIfMissing = true)
	static class MetricsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		@Order(FeatureOrder.OBSERVABILITY)
		ServerMeters grpcK8sServerMeters(ObjectProvider<MeterRegistry> registry, ListableBeanFactory beans,
				ObservabilityProperties properties) {
			return new ServerMeters(registry::getIfAvailable, new OtherInstrumentation(beans)::measuresServers,
					System::nanoTime, properties.infrastructureCalls(), exemplars(beans));
		}

		@Bean
		@ConditionalOnMissingBean
		@Order(FeatureOrder.OBSERVABILITY)
		ClientMeters grpcK8sClientMeters(ObjectProvider<MeterRegistry> registry, ListableBeanFactory beans,
				ObservabilityProperties properties) {
			return new ClientMeters(registry::getIfAvailable, new OtherInstrumentation(beans)::measuresClients,
					System::nanoTime, properties.infrastructureCalls(), exemplars(beans));
		}

		@Bean
		@ConditionalOnMissingBean
		@Order(FeatureOrder.OBSERVABILITY)
		ConnectionMeters grpcK8sConnectionMeters(ObjectProvider<MeterRegistry> registry) {
			return new ConnectionMeters(registry::getIfAvailable);
		}

		/** Without such a bean nobody would look for the span of a measurement. */
		private static boolean exemplars(ListableBeanFactory beans) {
			return beans.containsBeanDefinition(ExemplarsConfiguration.BEAN);
		}

	}

	/** OTLP needs OpenTelemetry's SDK, configured by its starter. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ OpenTelemetrySdk.class, AutoConfigurationCustomizerProvider.class,
			AutoConfiguredOpenTelemetrySdkBuilder.class })
	@ConditionalOnBooleanProperty(name = "grpc.k8s.observability.otlp.enabled", matchIfMissing = true)
	static class OtlpConfiguration {

		@Bean
		@ConditionalOnMissingBean
		OtlpReport grpcK8sOtlpReport() {
			return new OtlpReport();
		}

		// made after what it closes, hence closed before it
		@Bean
		@ConditionalOnMissingBean
		TelemetryClosing grpcK8sTelemetryClosing(ConfigurableListableBeanFactory beans, OtlpReport report,
				ObservabilityProperties properties) {
			return new TelemetryClosing(own(beans), report, properties.otlp().closeTimeout());
		}

		/**
		 * That of this very context: a parent's outlives it. Of several without a primary
		 * one none: whoever made them closes them.
		 */
		private static @Nullable OpenTelemetry own(ConfigurableListableBeanFactory beans) {
			try {
				NamedBeanHolder<OpenTelemetry> found = beans.resolveNamedBean(OpenTelemetry.class);
				return beans.containsLocalBean(found.getBeanName())
						&& beans.getBean(found.getBeanName()) == found.getBeanInstance() ? found.getBeanInstance()
								: null;
			}
			catch (NoSuchBeanDefinitionException ex) {
				return null;
			}
		}

	}

}
