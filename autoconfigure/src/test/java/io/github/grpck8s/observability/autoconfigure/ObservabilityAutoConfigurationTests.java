package io.github.grpck8s.observability.autoconfigure;

import java.util.List;
import java.util.function.BooleanSupplier;

import io.github.grpck8s.ChannelFeature;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.observability.AccessLogs;
import io.github.grpck8s.observability.ClientMeters;
import io.github.grpck8s.observability.ClientTracing;
import io.github.grpck8s.observability.ConnectionMeters;
import io.github.grpck8s.observability.ExemplarSpans;
import io.github.grpck8s.observability.LogContext;
import io.github.grpck8s.observability.OtlpReport;
import io.github.grpck8s.observability.ServerMeters;
import io.github.grpck8s.observability.ServerTracing;
import io.github.grpck8s.observability.TelemetryClosing;
import io.grpc.ServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.task.TaskDecorator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

/**
 * Wiring of observability.
 */
class ObservabilityAutoConfigurationTests {

	private final ApplicationContextRunner context = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ObservabilityAutoConfiguration.class));

	@Test
	void byDefaultEverythingIsObserved() {
		this.context.run((context) -> {
			assertThat(context.getBeanProvider(ServerFeature.class).orderedStream())
				.hasExactlyElementsOfTypes(ServerMeters.class, LogContext.class, ServerTracing.class);
			assertThat(context.getBeanProvider(ChannelFeature.class).orderedStream())
				.hasExactlyElementsOfTypes(ClientMeters.class, ConnectionMeters.class, ClientTracing.class);
			assertThat(context).hasSingleBean(OtlpReport.class).hasSingleBean(TelemetryClosing.class);
			assertThat(context.getBean(ObservabilityProperties.class).otlp().closeTimeout()).hasMillis(900);
		});
	}

	@Test
	void propertiesAreBound() {
		this.context
			.withPropertyValues("grpc.k8s.observability.tracing.enabled=false",
					"grpc.k8s.observability.metrics.enabled=false", "grpc.k8s.observability.logging.enabled=false",
					"grpc.k8s.observability.otlp.enabled=false", "grpc.k8s.observability.otlp.close-timeout=2s")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(ServerFeature.class).doesNotHaveBean(ChannelFeature.class);
				assertThat(context).doesNotHaveBean(OtlpReport.class).doesNotHaveBean(TelemetryClosing.class);
				assertThat(context.getBean(ObservabilityProperties.class).otlp().closeTimeout()).hasSeconds(2);
			});
	}

	@ParameterizedTest
	@CsvSource({ "-1s, -1s", "0, 0s", "99ms, 99ms", "61s, 61s" })
	void closeTimeoutThatCannotBeIsRefused(String value, String shown) {
		this.context.withPropertyValues("grpc.k8s.observability.otlp.close-timeout=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessage("'grpc.k8s.observability.otlp.close-timeout' must be between 100 ms and 1 minute "
						+ "but was '" + shown + "'"));
	}

	@ParameterizedTest
	@CsvSource({ "tracing.sampling, -0.1, -0.1, must be between 0 and 1",
			"tracing.sampling, 1.1, 1.1, must be between 0 and 1",
			"access-log.sampling, 2, 2.0, must be between 0 and 1",
			"access-log.metadata, x-data-bin, x-data-bin, must be a list of names of text headers",
			"access-log.metadata, Authorization, Authorization, must not name a header that may hold a secret",
			"access-log.metadata, cookie, cookie, must not name a header that may hold a secret" })
	void settingThatCannotBeIsRefused(String property, String value, String shown, String rule) {
		this.context.withPropertyValues("grpc.k8s.observability." + property + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessage("'grpc.k8s.observability." + property + "' " + rule + " but was '" + shown + "'"));
	}

	@Test
	void accessLogIsOffUntilItIsAskedFor() {
		this.context.run((context) -> assertThat(context).doesNotHaveBean(AccessLogs.class));
		this.context
			.withPropertyValues("grpc.k8s.observability.access-log.enabled=true",
					"grpc.k8s.observability.access-log.sampling=0.5", "grpc.k8s.observability.access-log.errors=false",
					"grpc.k8s.observability.access-log.metadata=x-tenant,x-region")
			.run((context) -> {
				assertThat(context).hasSingleBean(AccessLogs.class)
					.hasBean("grpcK8sServerAccessLog")
					.hasBean("grpcK8sClientAccessLog");
				assertThat(context.getBean(ObservabilityProperties.class).accessLog()).isEqualTo(
						new ObservabilityProperties.AccessLog(true, 0.5, false, List.of("x-tenant", "x-region")));
			});
	}

	@Test
	void accessLogOfTheUserWins() {
		AccessLogs mine = new AccessLogs(1, true, List.of(), false, false);
		this.context.withPropertyValues("grpc.k8s.observability.access-log.enabled=true")
			.withBean(AccessLogs.class, () -> mine)
			.run((context) -> assertThat(context.getBean(AccessLogs.class)).isSameAs(mine));
	}

	@Test
	void exemplarsNeedPrometheusAndNoOther() {
		this.context.withClassLoader(new FilteredClassLoader("io.micrometer.tracing"))
			.run((context) -> assertThat(context).hasSingleBean(ExemplarSpans.class));
		this.context.run((context) -> assertThat(context).doesNotHaveBean(ExemplarSpans.class));
		this.context.withClassLoader(new FilteredClassLoader("io.micrometer.tracing", "io.prometheus"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ServerMeters.class));
	}

	@Test
	void executorsOfSpringTakeTheContextAlong() {
		this.context.run((context) -> assertThat(context).hasSingleBean(TaskDecorator.class));
		TaskDecorator mine = (task) -> task;
		this.context.withBean("mine", TaskDecorator.class, () -> mine).run((context) -> {
			assertThat(context.getBean(TaskDecorator.class)).isSameAs(mine);
			assertThat(context.getBeanProvider(TaskDecorator.class).stream()).hasSize(2);
		});
		this.context.withPropertyValues("grpc.k8s.observability.tracing.tasks=false")
			.run((context) -> assertThat(context).doesNotHaveBean(TaskDecorator.class));
	}

	@Test
	void canBeSwitchedOff() {
		this.context.withPropertyValues("grpc.k8s.observability.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerFeature.class)
				.doesNotHaveBean(ChannelFeature.class)
				.doesNotHaveBean(OtlpReport.class));
	}

	@Test
	void whenUserDefinesBeansBacksOff() {
		this.context.withUserConfiguration(Own.class).run((context) -> {
			assertThat(context).hasSingleBean(ServerTracing.class).hasBean("myServerTracing");
			assertThat(context).hasSingleBean(ServerMeters.class).hasBean("myServerMeters");
			assertThat(context).hasSingleBean(LogContext.class).hasBean("myLogContext");
		});
	}

	@Test
	void withoutOpenTelemetryMetersAndLogsRemain() {
		this.context.withClassLoader(new FilteredClassLoader("io.opentelemetry"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ServerMeters.class)
				.hasSingleBean(LogContext.class)
				.doesNotHaveBean(ServerTracing.class)
				.doesNotHaveBean(ClientTracing.class)
				.doesNotHaveBean(TelemetryClosing.class));
	}

	@Test
	void withoutMicrometerSpansRemain() {
		this.context.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ServerTracing.class)
				.doesNotHaveBean(ServerMeters.class)
				.doesNotHaveBean(ClientMeters.class));
	}

	@Test
	void withoutGrpcThereIsNothing() {
		this.context.withClassLoader(new FilteredClassLoader(ServerBuilder.class))
			.run((context) -> assertThat(context).doesNotHaveBean(ServerTracing.class));
	}

	@Test
	void severalOpenTelemetriesDoNotStopTheApplication() {
		this.context.withBean("one", OpenTelemetry.class, OpenTelemetry::noop)
			.withBean("two", OpenTelemetry.class, OpenTelemetry::noop)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(TelemetryClosing.class));
	}

	@Test
	void theSdkOfThisContextIsClosed() {
		SpanProcessor spans = spanProcessor();
		this.context.withBean(OpenTelemetry.class, () -> sdk(spans)).run((context) -> {
			context.getBean(TelemetryClosing.class).close();
			verify(spans).shutdown();
		});
	}

	@Test
	void theSdkOfTheParentLivesOn() {
		SpanProcessor spans = spanProcessor();
		new ApplicationContextRunner().withBean(OpenTelemetry.class, () -> sdk(spans)).run((parent) -> {
			this.context.withParent(parent).run((context) -> assertThat(context).hasNotFailed());
			verify(spans, never()).shutdown();
		});
	}

	private static OpenTelemetrySdk sdk(SpanProcessor spans) {
		return OpenTelemetrySdk.builder()
			.setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(spans).build())
			.build();
	}

	private static SpanProcessor spanProcessor() {
		SpanProcessor spans = mock(SpanProcessor.class);
		when(spans.shutdown()).thenReturn(CompletableResultCode.ofSuccess());
		return spans;
	}

	@Test
	void registryIsNotCreatedEarly() {
		this.context.withUserConfiguration(LazyRegistry.class)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(ServerMeters.class));
	}

	@Test
	void observationsWithoutATracerDoNotReplaceSpans() {
		assertElsewhere(this.context.withUserConfiguration(Observations.class), false);
	}

	@Test
	void observationsWithATracerReplaceSpans() {
		assertElsewhere(this.context.withUserConfiguration(Observations.class, Tracer.class), true);
	}

	@Test
	void metersOfNetDevhAreSeen() {
		this.context.run((context) -> assertThat(new OtherInstrumentation(context).measuresServers()).isFalse());
		this.context.withBean("streamTracerFactoryConfigurer", String.class)
			.withBean("metricsClientInterceptor", String.class)
			.run((context) -> {
				OtherInstrumentation others = new OtherInstrumentation(context);
				assertThat(others.measuresServers()).isTrue();
				assertThat(others.measuresClients()).isTrue();
			});
	}

	private void assertElsewhere(ApplicationContextRunner runner, boolean expected) {
		runner.run((context) -> {
			OtherInstrumentation others = new OtherInstrumentation(context);
			for (BooleanSupplier elsewhere : new BooleanSupplier[] { others::tracesServers, others::tracesClients }) {
				assertThat(elsewhere.getAsBoolean()).isEqualTo(expected);
			}
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		ServerTracing myServerTracing() {
			return new ServerTracing(OpenTelemetry::noop, () -> false, false);
		}

		@Bean
		ServerMeters myServerMeters() {
			return new ServerMeters(() -> null, () -> false, System::nanoTime, false, false);
		}

		@Bean
		LogContext myLogContext() {
			return LogContext.withoutSpanIds();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyRegistry {

		@Bean
		@Lazy
		MeterRegistry registry() {
			throw new IllegalStateException("too early");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Observations {

		@Bean
		ObservationGrpcServerInterceptor server() {
			return new ObservationGrpcServerInterceptor(ObservationRegistry.NOOP);
		}

		@Bean
		ObservationGrpcClientInterceptor client() {
			return new ObservationGrpcClientInterceptor(ObservationRegistry.NOOP);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Tracer {

		@Bean
		io.micrometer.tracing.Tracer tracer() {
			return io.micrometer.tracing.Tracer.NOOP;
		}

	}

}
